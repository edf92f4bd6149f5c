"""Link destinations, titles, labels and reference definitions (CommonMark 4.7 and 6.3)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from coldpress.markup.tree import Source

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{0,31});")
_SPACE = re.compile(r"[ \t]*(?:\n[ \t]*)?")
_POINTED = re.compile(r"<((?:[^<>\\\n]|\\.)*)>")
_BARE = re.compile(r"(?:[^ ()\\\x00-\x1f\x7f]|\\.|\\)+")
_TITLE = re.compile(r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|\(((?:[^()\\]|\\.)*+)\)", re.S)
_LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){1,999}+)\]", re.S)
_REST = re.compile(r"[ \t]*(?:\n|\Z)")
_MOST = 1_000_000  # characters of URLs and titles that references may add to a page
_DEEPEST = 32  # parentheses in a destination, as CommonMark's own implementations have it


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads, and its title."""

    url: str
    title: str | None = None


def unescaped(text: str) -> str:
    """A text with its escapes and entities resolved."""
    if "\\" in text:
        # An escaped `&` begins no entity.
        text = _ESCAPED.sub(lambda found: "&amp;" if found[1] == "&" else found[1], text)
    return ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def normal(label: str) -> str:
    """A label as it is compared."""
    return " ".join(label.split()).casefold().upper()


def destination(text: str, at: int) -> tuple[str, int] | None:
    """The destination that stands at a place, and where it ends."""
    found = _POINTED.match(text, at)
    if found:
        return unescaped(found[1]), found.end()
    if text[at:at + 1] == "<":
        return None
    start, depth = at, 0
    while at < len(text):
        found = _BARE.match(text, at)
        if found:
            at = found.end()
        elif text[at] == "(" and depth < _DEEPEST:
            depth, at = depth + 1, at + 1
        elif text[at] == ")" and depth:
            depth, at = depth - 1, at + 1
        else:
            break
    return (unescaped(text[start:at]), at) if depth == 0 else None


def title(text: str, at: int) -> tuple[str, int] | None:
    """The title that stands at a place, and where it ends."""
    found = _TITLE.match(text, at)
    if not found or "\n\n" in found[0]:
        return None
    return unescaped(next(group for group in found.groups() if group is not None)), found.end()


def label(text: str, at: int) -> tuple[str, int] | None:
    """The label in brackets that stands at a place, and where it ends."""
    found = _LABEL.match(text, at)
    return (found[1], found.end()) if found and found[1].strip() else None


def inline_target(text: str, at: int) -> tuple[Target, int] | None:
    """`(url "title")` at a place, and where it ends."""
    at = space(text, at + 1)
    found = destination(text, at)
    if not found:
        return None
    url, at = found
    after = space(text, at)
    words = title(text, after) if after > at else None
    if words:
        after = space(text, words[1])
    return (Target(url, words[0] if words else None), after + 1) if text[after:after + 1] == ")" else None


def space(text: str, at: int) -> int:
    """Where spaces, with one line's end among them, end."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


class References:
    """Link reference definitions by label; the first of two counts.  They stop
    to be links when they are `spent`: the page would outgrow its source."""

    def __init__(self) -> None:
        self._targets: dict[str, Target] = {}
        self._left = _MOST

    @property
    def spent(self) -> bool:
        """Whether references were refused."""
        return self._left < 0

    def get(self, name: str) -> Target | None:
        """Where a reference leads."""
        target = self._targets.get(normal(name)) if self._targets else None
        if target:
            self._left -= len(target.url) + len(target.title or "")
        return target if self._left >= 0 else None

    def without(self, source: Source) -> Source:
        """A paragraph's text without the definitions that it begins with."""
        at = 0
        while source.startswith("[", at):
            end = self._define(source, at)
            if end is None:
                break
            at = end
        return source.part(at) if at else source

    def _define(self, text: str, at: int) -> int | None:
        name = label(text, at)
        if not name or not text.startswith(":", name[1]) or name[0].startswith("^"):
            return None
        found = destination(text, space(text, name[1] + 1))
        if not found or found[1] == name[1] + 1 or (not found[0] and text[found[1] - 1] != ">"):
            return None
        url, end = found
        words = None
        after = space(text, end)
        if after > end:
            words = title(text, after)
        line_end = _REST.match(text, words[1]) if words else None
        if not line_end:
            words, line_end = None, _REST.match(text, end)
            if not line_end:
                return None
        self._targets.setdefault(normal(name[0]), Target(url, words[0] if words else None))
        return line_end.end()
