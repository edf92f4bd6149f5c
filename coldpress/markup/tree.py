"""The tree between parsing and HTML: elements of `xml.etree`, as Python-Markdown has them.

An element without a tag is a group: only what is in it is shown.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

TITLE_MARK = "<!--coldpress:title-->"
"""Stands where the heading stood that is the page's title."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
"""The elements that are headings, the first level first."""
COMPONENT_MARK = re.compile(r"<!--coldpress:(?:component (?P<number>[0-9]+)|(?P<part>body|end))-->")
"""Stand where a component, its content and its end are in the HTML."""
PAGE_LINK = "[[]]"
"""The name of the component that is a link to a page by its name."""
EMBED = "![[]]"
"""The name of the component that shows a file or a note by its name."""
CALLOUT_TITLE = "[!]"
"""The name of the component that is the title of a callout which has none of its
own: a word that depends on the page's language."""


class Source(str):
    """The text of a leaf, its inline marks not read yet.  `line` is the number
    of its first line and `columns` where each line of it begins, both from 1."""

    __slots__ = ("_known", "columns", "line")
    line: int
    columns: tuple[int, ...]
    _known: tuple[int, int, int]

    @classmethod
    def at(cls, text: str, line: int, columns: tuple[int, ...]) -> Source:
        source = cls(text)
        source.line = line
        source.columns = columns
        source._known = 0, 0, 0
        return source

    def part(self, start: int, end: int | None = None) -> Source:
        """A part of it, at its own place."""
        line, column = self.place(start)
        skipped = line - self.line + 1
        return Source.at(self[start:end], line, (column, *self.columns[skipped:]))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of a character of it."""
        known, before, start = self._known  # places are asked for from first to last
        if offset < known:
            known = before = start = 0
        before += self.count("\n", known, offset)
        start = max(start, self.rfind("\n", known, offset) + 1)
        self._known = offset, before, start
        column = self.columns[before] if before < len(self.columns) else 1
        return self.line + before, column + offset - start


class Verbatim(str):
    """Text without marks: code, a formula."""

    __slots__ = ()


class Foreign(Verbatim):
    """A tag of another generator."""

    __slots__ = ()


class Raw(str):
    """HTML as it is to be written."""

    __slots__ = ()


def group(text: str | None = None) -> Element:
    """An element that only holds others."""
    element = Element("")
    element.tag = None  # type: ignore[assignment]  # as Python-Markdown's serializer has it
    element.text = text
    return element


def raw(html: str) -> Element:
    """HTML as it is."""
    return group(Raw(html))


class Emoji(Element):
    """A character that was written as a code."""

    def __init__(self, character: str, code: str) -> None:
        super().__init__("")
        self.tag = None  # type: ignore[assignment]  # a group
        self.text = character
        self.code = code


class ComponentElement(Element):
    """A component: its first child is its title, the rest its content.  `kind`
    is `container`, `leaf` or `inline`; `written` and `closing` are what stands
    before and after its content in the source."""

    def __init__(self, name: str, kind: str, attributes: dict[str, str], written: str, closing: str = "") -> None:
        super().__init__("component")
        self.name = name
        self.kind = kind
        self.attributes = attributes
        self.written = written
        self.closing = closing
        self.place = 1, 1
