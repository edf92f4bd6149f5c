"""Includes snippets: a line `--8<-- "file"` is replaced by the lines of a file.

This happens before the Markdown is parsed, so a snippet may stand in code, and may contain definitions, footnotes
and abbreviations for the text around it.

    --8<-- "a.py"        all lines of a file
    --8<-- "a.py:3:8"    some of its lines, also `:3`, `::8` and `:1:2,7:9`
    --8<-- "a.py:main"   its lines between `--8<-- [start:main]` and `--8<-- [end:main]`
    --8<--               one file on each line, until the next such mark
    ;--8<-- "a.py"       no snippet: shows the line without its semicolon
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from coldpress.markdown.parser.blocks import split_lines
from coldpress.text import lazy_re_compile

SNIPPET_MARK = "8<-"
"""A text that every snippet contains."""
NOT_THERE = "is not there"
"""The message for a file that does not exist, or that must not be shown."""
ReadSnippet = Callable[[str], tuple[str, str] | str]
"""Returns the name of a file and its text, or the reason why it is not shown."""

_SNIPPET = lazy_re_compile(
    r"(?P<space>[ \t]*)(?P<escape>;*)-+8<-+(?:[ \t]+(?P<quote>[\"'])(?P<name>[^\n]{1,500})(?P=quote))?[ \t]*")
_SECTION = lazy_re_compile(
    r"(?P<escape>;*)(?<!-)-+8<-+[ \t]+\[[ \t]*(?P<kind>start|end)[ \t]*:[ \t]*(?P<name>[a-zA-Z][\w-]*)[ \t]*\]")
_RANGE = r"-?\d{0,9}(?::-?\d{0,9})?"
_PART = lazy_re_compile(rf"(?P<lines>{_RANGE}(?:,{_RANGE})*)|(?P<section>[a-zA-Z][\w-]*)")
_MAX_DEPTH = 20  # nested files
_MAX_CHARACTERS = 2_000_000  # characters that snippets may add to a body
_COST_OF_EACH = 1_000  # characters that each snippet counts for in addition, since reading takes time
_NO_SECTION = "is no section of its file"
_HOLDS_ITSELF, _TOO_LARGE = "holds itself", "makes this page far larger than its text"
_HINTS = {
    NOT_THERE: "name a text file, as seen from a folder of `markdown.snippets` or from the content folder",
    _NO_SECTION: "a section stands between `--8<-- [start:NAME]` and `--8<-- [end:NAME]`",
    _HOLDS_ITSELF: "it is left out here", _TOO_LARGE: "it is left out here"}


class LineOrigin(NamedTuple):
    """The origin of a line: its file (None for the body itself), its number there, and the indentation that snippets
    have added."""

    file: str | None
    line: int
    indent: int = 0


class MissingSnippet(NamedTuple):
    """A snippet that cannot be included: its name, and the line that asks for it."""

    message: str
    name: str
    origin: LineOrigin
    line: str
    hint: str


@dataclass(slots=True)
class ExpandedBody:
    """A body with its snippets: its text, the origin of each line, and whether all of its authors are trusted."""

    text: str = ""
    origins: list[LineOrigin] = field(default_factory=list)
    missing: list[MissingSnippet] = field(default_factory=list)
    trusted: bool = True


_Line = tuple[LineOrigin, str]


def expand_snippets(body: str, read: ReadSnippet, append: Iterable[tuple[str, str]] = ()) -> ExpandedBody:
    """Replaces the snippets of a body by lines of files.  Adds the files in `append`, by name and text, to its end."""
    expanding = _SnippetExpander(read)
    lines = list(expanding.lines(_number_lines(None, body)))
    for name, text in append:
        lines += [(LineOrigin(name, 1), ""), *expanding.lines(_number_lines(name, text))]
    return ExpandedBody("\n".join(line for _, line in lines), [origin for origin, _ in lines], expanding.missing)


class _SnippetExpander:
    """Replaces the snippets of one body, also those in included files."""

    def __init__(self, read: ReadSnippet) -> None:
        self.missing: list[MissingSnippet] = []
        self._read = read
        self._open: list[str] = []
        self._left = _MAX_CHARACTERS

    def lines(self, lines: Iterable[_Line]) -> Iterator[_Line]:
        """Yields the lines, with snippets replaced."""
        in_block = False
        for origin, line in lines:
            found = _SNIPPET.fullmatch(line) if SNIPPET_MARK in line else None
            if found and found["escape"]:
                yield origin, line.replace(";", "", 1)
            elif found and found["name"] is None:
                in_block = not in_block
            elif found and not in_block:
                yield from self._snippet(found["name"].strip(), found["space"], origin, line)
            elif in_block:
                yield from self._listed(line, origin)
            else:
                yield from _without_mark(origin, line)

    def _listed(self, line: str, origin: LineOrigin) -> Iterator[_Line]:
        """Handles a line between two marks: the name of a file, unless it begins with `;`."""
        name = line.strip()
        if not name:
            yield origin, ""
        elif not name.startswith(";"):
            yield from self._snippet(name, line[:len(line) - len(line.lstrip())], origin, line)

    def _snippet(self, written: str, space: str, origin: LineOrigin, line: str) -> Iterator[_Line]:
        """Yields the lines of a file, with the indentation of the mark."""
        found = self._found(written) if not written.startswith(";") and self._left >= 0 else None
        if isinstance(found, str):
            hint = _HINTS.get(found, "it is left out here")
            self.missing.append(MissingSnippet(f"the snippet `{written}` {found}", written, origin, line, hint))
        elif found:
            file, chosen = found
            self._open.append(file)
            for inner, text in self.lines(chosen):
                yield inner._replace(indent=inner.indent + len(space)), space + text if text else ""
            self._open.pop()

    def _found(self, written: str) -> tuple[str, list[_Line]] | str:
        """Returns the name of a file and the wanted lines of it, or what is wrong with the snippet."""
        name, part = _split_name(written)
        found = self._read(name)
        if isinstance(found, str):
            return found
        file, text = found
        if file in self._open:
            return _HOLDS_ITSELF
        self._left -= len(text) + _COST_OF_EACH
        if self._left < 0 or len(self._open) >= _MAX_DEPTH:
            return _TOO_LARGE
        chosen = _select_lines(_number_lines(file, text), part)
        return (file, chosen) if chosen is not None else _NO_SECTION


def _number_lines(file: str | None, text: str) -> list[_Line]:
    lines = split_lines(text)
    if file is not None and not lines[-1]:
        lines.pop()  # the last line ending begins no new line
    return [(LineOrigin(file, number), line) for number, line in enumerate(lines, 1)]


def _split_name(written: str) -> tuple[str, re.Match[str] | None]:
    """Splits a snippet into the name of a file and the description of the wanted part."""
    colon = written.find(":")
    while colon >= 0:
        part = _PART.fullmatch(written, colon + 1)
        if part:
            return written[:colon], part
        colon = written.find(":", colon + 1)
    return written, None


def _select_lines(lines: list[_Line], part: re.Match[str] | None) -> list[_Line] | None:
    """Returns the wanted lines; None if the section does not exist."""
    if part is None:
        return lines
    if part["section"]:
        return _select_section(lines, part["section"])
    chosen = []
    for span in part["lines"].split(","):
        first, colon, last = span.partition(":")
        start = int(first) if first not in ("", "-") else 1
        end = int(last) if colon and last not in ("", "-") else len(lines)
        start = start if start > 0 else max(1, len(lines) + 1 + start) if start else 1
        chosen += lines[start - 1:end if end >= 0 else max(0, len(lines) + 1 + end)]
    return chosen


def _select_section(lines: list[_Line], name: str) -> list[_Line] | None:
    """Returns the lines of a section; None if it does not exist."""
    begun, chosen = False, []
    for origin, line in lines:
        mark = _SECTION.search(line) if SNIPPET_MARK in line else None
        if not mark or mark["escape"]:
            chosen += [(origin, line)] if begun else []
        elif mark["name"] == name:
            if mark["kind"] == "end" and begun:
                return chosen
            begun = True
    return chosen if begun else None


def _without_mark(origin: LineOrigin, line: str) -> Iterator[_Line]:
    """Yields a line of text, without marks of sections."""
    mark = _SECTION.search(line) if SNIPPET_MARK in line else None
    if not mark:
        yield origin, line
    elif mark["escape"]:
        yield origin, line[:mark.start()] + line[mark.start() + 1:]
