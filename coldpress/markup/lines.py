"""A body's lines, and what is left of one when its containers have taken their part."""

from __future__ import annotations

import re

_ENDS = re.compile("\r\n?")
_LEADING = re.compile("[ \t]*")


def lines_of(body: str) -> list[str]:
    """The lines of a body, whatever ends them (CommonMark 2.1); NUL is U+FFFD
    (2.3).  Other separators that Unicode knows are text."""
    return _ENDS.sub("\n", body).replace("\0", "\ufffd").split("\n")


class Line:
    """One line.  `rest` is what no container has taken yet, its leading tabs
    made spaces, and `indent` how many of those there are."""

    __slots__ = ("column", "indent", "number", "raw", "rest")

    rest: str
    indent: int

    def __init__(self, raw: str, number: int) -> None:
        self.raw = raw
        self.number = number
        self.column = 0
        self._leave(raw)

    def skip(self, count: int) -> None:
        """Take so many columns away."""
        self.column += count
        self._leave(self.rest[count:])

    def cut(self, end: int) -> None:
        """Leave no more of `rest` than so many characters."""
        self.rest = self.rest[:end].rstrip(" \t")
        self.indent = min(self.indent, len(self.rest))

    @property
    def is_blank(self) -> bool:
        return self.indent == len(self.rest)

    @property
    def text(self) -> str:
        """What is left, without its indent."""
        return self.rest[self.indent:]

    def verbatim(self) -> str:
        """What is left, its tabs as they were written."""
        if "\t" not in self.raw or "\t" in self.rest[:1]:
            return self.rest
        column = 0
        for at, char in enumerate(self.raw):
            if column >= self.column:
                return " " * (column - self.column) + self.raw[at:]
            column += 4 - column % 4 if char == "\t" else 1
        return ""

    def _leave(self, rest: str) -> None:
        if "\t" in rest:
            rest = _spaced(rest, self.column)
        self.rest = rest
        self.indent = len(rest) - len(rest.lstrip(" "))


def _spaced(rest: str, column: int) -> str:
    """The leading tabs of a text that begins in a column, as spaces (stops are 4 apart)."""
    found = _LEADING.match(rest)
    head = found[0] if found else ""
    if "\t" not in head:
        return rest
    width = column
    for char in head:
        width += 4 - width % 4 if char == "\t" else 1
    return " " * (width - column) + rest[len(head):]
