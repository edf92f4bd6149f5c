"""Finds the line and column in a body of text that was found in its HTML."""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from urllib.parse import quote, unquote

_MARK = re.compile(r"^[ \t>]*(?P<fence>`{3,}(?=[^`\n]*$)|~{3,})|(?P<ticks>`+)|<!--", re.M)
_TICKS = re.compile("``*")  # `re` finds a first character that is fixed fast
_GAP = re.compile(r"\n[ \t]*\n")
# The characters that may stand before and after a target.
_BEFORE = re.compile(r"\]\(\s*<?|\]:\s*<?|=\s*[\"']?|<|,\s*")
_AFTER = frozenset(")>\"' \t\n,")
_WIKI_END = re.compile(r"\s*(?:\]\]|\\?\|)")
_BEGIN = re.compile(r"[^)>\"' \t\n,<]{0,300}")  # the first characters of a target, by which it is found


class Locator:
    """Finds the positions of repeated texts one after the other: each search continues after the last result."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._masked: str | None = None
        self._from: dict[str, int] = {}
        self._places: dict[str, list[int]] | None = None
        self._ends: list[int] | None = None

    def find_target(self, target: str) -> tuple[int | None, int | None, int]:
        """Returns the line, column and length of the next occurrence of a link target."""
        if target.startswith("[["):
            return *self._find_wikilink(target[:-2]), len(target)
        for form in dict.fromkeys((target, html.escape(target), unquote(target), quote(target, safe="/#?&=%:"))):
            at = self._next_place(form)
            if at >= 0:
                return *self._position(at), len(form)
        return None, None, 1

    def _find_wikilink(self, opening: str) -> tuple[int | None, int | None]:
        """Returns the line and column of the next `[[Name]]` or `[[Name|text]]`."""
        text, at = self._text(), self._from.get(opening, 0)
        while (at := text.find(opening, at)) >= 0:
            if _WIKI_END.match(text, at + len(opening)):
                self._from[opening] = at + 1
                return self._position(at)
            at += 1
        spaced = re.compile(rf"\[\[[ \t]+{re.escape(opening[2:])}{_WIKI_END.pattern}")
        found = spaced.search(text, self._from.get(spaced.pattern, 0))
        if not found:
            return self.find_text(opening)  # used more often than written, or in code
        self._from[spaced.pattern] = found.end()
        return self._position(found.start())

    def find_text(self, text: str) -> tuple[int | None, int | None]:
        """Returns the line and column of the next occurrence of a text."""
        start = self._from.get(text, 0)
        at = self._text().find(text, start)
        if at < 0:
            at = self._body.find(text, start)  # the text contains something that looks like code
        if at < 0:
            return None, None
        self._from[text] = at + 1
        return self._position(at)

    def _next_place(self, form: str) -> int:
        """Returns the offset of the next occurrence of a target in one of its spellings; -1 if there is none."""
        text, places = self._text(), self._places_by_prefix().get(_target_prefix(form, 0), [])
        start = self._from.get(form, 0)
        for index in range(bisect_left(places, start), len(places)):
            at = places[index]
            end = at + len(form)
            if text.startswith(form, at) and (end == len(text) or text[end] in _AFTER):
                self._from[form] = at + 1
                return at
        # It is used more often than it is written, so it is a reference link: return the place of its definition.
        return start - 1

    def _places_by_prefix(self) -> dict[str, list[int]]:
        """Returns the offsets at which targets may stand, by the first characters of the target."""
        if self._places is None:
            self._places = {}
            for found in _BEFORE.finditer(self._text()):
                at = found.end()
                self._places.setdefault(_target_prefix(self._text(), at), []).append(at)
        return self._places

    def _text(self) -> str:
        if self._masked is None:
            self._masked = "".join(_mask_code(self._body))
        return self._masked

    def _position(self, at: int) -> tuple[int, int]:
        """Returns the line and the column of an offset."""
        if self._ends is None:
            self._ends = [found.start() for found in re.finditer("\n", self._body)]
        before = bisect_left(self._ends, at)
        return before + 1, at - (self._ends[before - 1] if before else -1)


def _target_prefix(text: str, at: int) -> str:
    found = _BEGIN.match(text, at)
    return found[0] if found else ""


def _mask_code(body: str) -> Iterator[str]:
    """Yields the pieces of a body; in code and comments, each character is replaced by NUL."""
    ticks, last_comment = BacktickRuns(body), body.rfind("-->")
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
    """Returns the end of an open fenced code block."""
    closing = re.compile(rf"^[ \t>]*{found['fence']}{found['fence'][0]}*[ \t]*$", re.M)
    end = closing.search(body, found.end())
    return end.end() if end else len(body)


class BacktickRuns:
    """The runs of backticks of a body, by length."""

    def __init__(self, body: str) -> None:
        self._places: dict[int, list[int]] = {}
        for found in _TICKS.finditer(body):
            self._places.setdefault(len(found[0]), []).append(found.start())
        self._gaps = [found.start() for found in _GAP.finditer(body)]

    def end(self, opening: re.Match[str]) -> int | None:
        """Returns the end of the code span that a run of backticks begins; None if it begins none."""
        size = len(opening[0])
        places = self._places[size]
        closing = bisect_left(places, opening.end())
        gap = bisect_left(self._gaps, opening.end())
        if closing == len(places) or (gap < len(self._gaps) and self._gaps[gap] < places[closing]):
            return None
        return places[closing] + size
