"""Where in a body something stands that Markdown gave back without a line."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from urllib.parse import quote, unquote

_MARK = re.compile(r"^[ \t>]*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})|(?P<ticks>`+)|<!--", re.M)
_TICKS = re.compile("`+")
_GAP = re.compile(r"\n[ \t]*\n")
# What stands before a target, and after one.
_BEFORE = re.compile(r"\]\(\s*<?|\]:\s*<?|=\s*[\"']?|<|,\s*")
_AFTER = frozenset(")>\"' \t\n,")
_WIKI_END = re.compile(r"\s*(?:\]\]|\\?\|)")
_BEGIN = re.compile(r"[^)>\"' \t\n,<]{0,300}")  # of a target: what it is found by


class Locator:
    """Finds the n-th use of a target by searching onward from the last one."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._masked: str | None = None
        self._from: dict[str, int] = {}
        self._places: dict[str, list[int]] | None = None
        self._ends: list[int] | None = None

    def target(self, target: str) -> tuple[int | None, int | None, int]:
        """Line, column and length of the next place where a link target stands."""
        if target.startswith("[["):
            return *self._wiki(target[:-2]), len(target)
        for form in dict.fromkeys((target, html.escape(target), unquote(target), quote(target, safe="/#?&=%:"))):
            at = self._next(form)
            if at >= 0:
                return *self._position(at), len(form)
        return None, None, 1

    def _wiki(self, opening: str) -> tuple[int | None, int | None]:
        """Line and column of the next `[[Name]]` or `[[Name|words]]`."""
        text, at = self._text(), self._from.get(opening, 0)
        while (at := text.find(opening, at)) >= 0:
            if _WIKI_END.match(text, at + len(opening)):
                self._from[opening] = at + 1
                return self._position(at)
            at += 1
        spaced = re.compile(rf"\[\[[ \t]+{re.escape(opening[2:])}{_WIKI_END.pattern}")
        found = spaced.search(text, self._from.get(spaced.pattern, 0))
        if not found:
            return self.code(opening)  # used more often than written, or in what looks like code
        self._from[spaced.pattern] = found.end()
        return self._position(found.start())

    def code(self, text: str) -> tuple[int | None, int | None]:
        """Line and column of the next place where this very text stands."""
        start = self._from.get(text, 0)
        at = self._text().find(text, start)
        if at < 0:
            at = self._body.find(text, start)  # it holds what looks like code
        if at < 0:
            return None, None
        self._from[text] = at + 1
        return self._position(at)

    def _next(self, form: str) -> int:
        text, places = self._text(), self._by_beginning().get(_target_prefix(form, 0), [])
        start = self._from.get(form, 0)
        for index in range(bisect_left(places, start), len(places)):
            at = places[index]
            end = at + len(form)
            if text.startswith(form, at) and (end == len(text) or text[end] in _AFTER):
                self._from[form] = at + 1
                return at
        # Used more often than written: a reference link.  Its definition is the place.
        return start - 1

    def _by_beginning(self) -> dict[str, list[int]]:
        """Where targets may stand, by what they begin with."""
        if self._places is None:
            self._places = {}
            for found in _BEFORE.finditer(self._text()):
                at = found.end()
                self._places.setdefault(_target_prefix(self._text(), at), []).append(at)
        return self._places

    def _text(self) -> str:
        if self._masked is None:
            self._masked = "".join(_without_code(self._body))
        return self._masked

    def _position(self, at: int) -> tuple[int, int]:
        if self._ends is None:
            self._ends = [found.start() for found in re.finditer("\n", self._body)]
        before = bisect_left(self._ends, at)
        return before + 1, at - (self._ends[before - 1] if before else -1)


def _target_prefix(text: str, at: int) -> str:
    found = _BEGIN.match(text, at)
    return found[0] if found else ""


def _without_code(body: str) -> Iterator[str]:
    """The pieces of a body, with NULs in the place of code and comments."""
    ticks, last_comment = Ticks(body), body.rfind("-->")
    at = 0
    while found := _MARK.search(body, at):
        begin = found.start()
        if found["fence"]:
            end = fence_end(body, found)
        elif found["ticks"]:
            end = ticks.end(found) or found.end()
        else:
            end = body.find("-->", begin) + 3 if begin < last_comment else found.end()
        yield body[at:begin]
        is_mark = end == found.end()
        yield body[begin:end] if is_mark else re.sub(r"[^\n]", "\0", body[begin:end])
        at = end
    yield body[at:]


def fence_end(body: str, found: re.Match[str]) -> int:
    """Where a fence ends that is open."""
    closing = re.compile(rf"^[ \t>]*{found['fence']}{found['fence'][0]}*[ \t]*$", re.M)
    end = closing.search(body, found.end())
    return end.end() if end else len(body)


class Ticks:
    """The runs of backticks of a body, by their lengths."""

    def __init__(self, body: str) -> None:
        self._places: dict[int, list[int]] = {}
        for found in _TICKS.finditer(body):
            self._places.setdefault(len(found[0]), []).append(found.start())
        self._gaps = [found.start() for found in _GAP.finditer(body)]

    def end(self, opening: re.Match[str]) -> int | None:
        """Where the code span ends that a run begins."""
        size = len(opening[0])
        places = self._places[size]
        closing = bisect_left(places, opening.end())
        gap = bisect_left(self._gaps, opening.end())
        if closing == len(places) or (gap < len(self._gaps) and self._gaps[gap] < places[closing]):
            return None
        return places[closing] + size
