"""Leaves: headings, rules, code, formulas, tables, raw HTML."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown import tree
from coldpress.markdown.html.extract import split_headings
from coldpress.markdown.html.html_repair import completed
from coldpress.markdown.math.math_inline import is_block, is_display
from coldpress.markdown.parser.blocks import Blocks, Leaf, Line, Paragraph, Taken
from coldpress.markdown.syntax.footnotes import DEFINITION
from coldpress.markdown.tree import Source, Verbatim

_HEADING = re.compile(r"#{1,6}(?=[ \t]|$)")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+|(?:-[ \t]*+){3,}+)$")
_FENCE = re.compile(r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_CELL_MARK = r"[ \t]*:?-+:?[ \t]*"
_TABLE = re.compile(rf"\|?{_CELL_MARK}(?:\|{_CELL_MARK})*+\|?$")
_PIPE = re.compile(r"(?<!\\)\|")
_TAG = r"</?(?P<name>[a-zA-Z][a-zA-Z0-9-]*)"
_NAMED = re.compile(rf"{_TAG}(?=[ \t]|/?>|$)")
_VERBATIM = re.compile(r"<(?P<name>script|pre|style|textarea)(?=[ \t>]|$)", re.I)
_ALONE = re.compile(
    rf"(?:<[a-zA-Z][a-zA-Z0-9-]*(?:{tree.ATTRIBUTE})*+[ \t]*+/?>|</[a-zA-Z][a-zA-Z0-9-]*[ \t]*>)[ \t]*$")
_UNTIL = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_DECLARED = re.compile(r"<![a-zA-Z]")
_FORMULA = (("$$", "$$"), ("\\[", "\\]"))
_MOST_ADDED = 20_000  # cells that a table's rows lack; rows beyond that stay short


class Fence(Leaf):
    """Code between fences."""

    def __init__(self, line: Line, fence: str, info: str) -> None:
        self._number, self._column = line.number, line.column + line.indent + 1
        self._fence, self._indent = fence, line.indent
        self._info = info
        self._lines: list[str] = []
        self._closed = False

    def takes(self, line: Line, blocks: Blocks) -> bool:
        text = line.text
        if line.indent < 4 and text.startswith(self._fence) and not text.rstrip(" \t").strip(self._fence[0]):
            self._closed = True
            blocks.end_leaf()
        else:
            rest = line.verbatim()
            self._lines.append(rest[min(self._indent, line.indent):] if self._indent else rest)
        return True

    def close(self, blocks: Blocks) -> None:
        if not self._closed:
            blocks.flaw("markup.fence", "this fence is never closed", self._number, self._column, len(self._fence),
                        f"all below it is code; end it with a line `{self._fence}`")
        if self._info.partition(" ")[0] == "math" and any(map(str.strip, self._lines)):
            self.parent.append(formula("\n".join(self._lines), self._number + 1, self._column))
        else:
            self.parent.append(code(self._lines, self._info, self._number, self._column))


class IndentedCode(Leaf):
    """Code that is indented by four columns."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def takes(self, line: Line, blocks: Blocks) -> bool:
        if line.indent < 4 and not line.is_blank:
            return False
        if line.is_blank:
            blocks.see_blank()
        line.skip(min(4, line.indent))
        self._lines.append(line.verbatim())
        return True

    def close(self, blocks: Blocks) -> None:
        while not self._lines[-1].strip(" "):
            self._lines.pop()
        self.parent.append(code(self._lines, ""))


class Html(Leaf):
    """Raw HTML: until a line holds `end`, or without one until a blank line."""

    def __init__(self, line: Line, end: str | None) -> None:
        self._end = end
        self._place = line.number, line.column + line.indent + 1
        self._lines: list[str] = []
        self._is_closed = end is None

    def takes(self, line: Line, blocks: Blocks) -> bool:
        if self._end is None and line.is_blank:
            return False
        self._lines.append(line.verbatim())
        if self._end is not None and self._end in line.rest.lower():
            self._is_closed = True
            blocks.end_leaf()
        return True

    def close(self, blocks: Blocks) -> None:
        if not self._is_closed:
            blocks.flaw("markup.html", "this HTML is never closed", *self._place, 1,
                        f"all below it belongs to it; end it with `{self._end}`")
        for element in split_headings(completed("\n".join(self._lines).rstrip("\n"))):
            element.tail = "\n"
            self.parent.append(element)


class Table(Leaf):
    """Rows of cells below a header and a line of dashes (GitHub)."""

    def __init__(self, header: list[Source], marks: list[str]) -> None:
        self.element = Element("table")
        self.element.text = self.element.tail = "\n"
        self._aligned = [_ALIGNED[mark[0] == ":", mark[-1] == ":"] for mark in marks]
        self._body: Element | None = None
        self._added = 0
        head = SubElement(self.element, "thead")
        head.text = head.tail = "\n"
        self._add(head, "th", header)

    def adds(self, line: Line, *, lazy: bool) -> bool:
        if lazy:
            return False
        if self._body is None:
            self._body = SubElement(self.element, "tbody")
            self._body.text = self._body.tail = "\n"
        self._add(self._body, "td", cells_of(line.text, line.number, line.column + line.indent + 1))
        return True

    def close(self, blocks: Blocks) -> None:
        self.parent.append(self.element)

    def _add(self, part: Element, tag: str, cells: list[Source]) -> None:
        row = SubElement(part, "tr")
        row.text = row.tail = "\n"
        self._added += max(0, len(self._aligned) - len(cells))
        width = len(self._aligned) if self._added <= _MOST_ADDED else len(cells)
        for number, aligned in enumerate(self._aligned[:width]):
            cell = SubElement(row, tag, {"style": f"text-align: {aligned};"} if aligned else {})
            cell.text = cells[number] if number < len(cells) else None
            cell.tail = "\n"


_ALIGNED = {(False, False): "", (True, False): "left", (False, True): "right", (True, True): "center"}


def cells_of(text: str, line: int, column: int) -> list[Source]:
    """The cells of a table's row."""
    start = 1 if text.startswith("|") else 0
    text = text.rstrip(" \t")
    end = len(text) - 1 if len(text) > start and _PIPE.match(text, len(text) - 1) else len(text)
    cells, at = [], start
    for pipe in [*_PIPE.finditer(text, start, end), None]:
        to = pipe.start() if pipe else end
        cell = text[at:to]
        indent = len(cell) - len(cell.lstrip(" \t"))
        cells.append(Source.at(cell.strip(" \t").replace("\\|", "|"), line, (column + at + indent,)))
        at = to + 1
    return cells


class Formula(Leaf):
    """A formula on lines of its own."""

    def __init__(self, line: Line, mark: str, end: str) -> None:
        self._end = end
        self._source = line.number, line.column + line.indent + 1 + len(mark)
        self._lines: list[str] = []

    def takes(self, line: Line, blocks: Blocks) -> bool:
        text = line.text.rstrip(" \t")
        if text.endswith(self._end):
            self._lines.append(text.removesuffix(self._end))
            blocks.end_leaf()
        else:
            self._lines.append(text)
        return True

    def close(self, blocks: Blocks) -> None:
        self.parent.append(formula("\n".join(self._lines), *self._source))


def code(lines: list[str], info: str, line: int = 0, column: int = 0) -> Element:
    """A code block; `info` is what its fence, at a place of the body, says of it."""
    element = Element("pre", {"info": info, "line": str(line), "column": str(column)})
    element.text = Verbatim("\n".join(lines))
    element.tail = "\n"
    return element


def formula(tex: str, line: int, column: int) -> Element:
    """A formula that is shown by itself."""
    element = Element("math", {"line": str(line), "column": str(column), "display": "block"})
    element.text = Verbatim(tex)
    element.tail = "\n"
    return element


def start_heading(blocks: Blocks, line: Line) -> Taken:
    """`## Text`"""
    found = _HEADING.match(line.text)
    if not found:
        return Taken.NOTHING
    text = line.text[found.end():]
    indent = len(text) - len(text.lstrip(" \t"))
    element = Element(f"h{found.end()}")
    element.text = Source.at(_without_closing(text[indent:].rstrip(" \t")), line.number,
                             (line.column + line.indent + 1 + found.end() + indent,))
    return blocks.add(element)


def _without_closing(text: str) -> str:
    """A heading's text without the marks at its end."""
    inner = text.rstrip("#")
    return inner.rstrip(" \t") if inner != text and (not inner or inner[-1] in " \t") else text


def start_underlined(blocks: Blocks, line: Line) -> Taken:
    """A line of text above `===` or `---`."""
    paragraph = blocks.paragraph
    if not paragraph or not _UNDERLINE.match(line.text):
        return Taken.NOTHING
    text = blocks.without_definitions(paragraph.source)
    if not text:
        return Taken.NOTHING
    blocks.leaf = None
    element = Element("h1" if line.text[0] == "=" else "h2")
    element.text = text
    return blocks.add(element)


def start_abbreviation(blocks: Blocks, line: Line) -> Taken:
    """`*[short]: what it is short for`"""
    found = DEFINITION.match(line.text)
    if not found:
        return Taken.NOTHING
    blocks.abbreviations[found["short"]] = found["long"].rstrip(" \t")
    blocks.place()
    return Taken.LINE


def start_rule(blocks: Blocks, line: Line) -> Taken:
    """`***`, `---`, `___`"""
    return blocks.add(Element("hr")) if _RULE.match(line.text) else Taken.NOTHING


def start_fence(blocks: Blocks, line: Line) -> Taken:
    """```` ```lang ````, `~~~`"""
    found = _FENCE.match(line.text)
    return blocks.begin(Fence(line, found["fence"], found["info"].strip(" \t"))) if found else Taken.NOTHING


def start_indented_code(blocks: Blocks, line: Line) -> Taken:
    """Four columns in, where no text goes on."""
    if isinstance(blocks.leaf, Paragraph):
        return Taken.NOTHING
    leaf = IndentedCode()
    blocks.begin(leaf)
    leaf.takes(line, blocks)
    return Taken.LINE


def start_html(blocks: Blocks, line: Line) -> Taken:
    """The seven kinds of raw HTML (CommonMark 4.6)."""
    text = line.text
    for begin, end in _UNTIL:
        if text.startswith(begin):
            return _begin_html(blocks, line, end)
    verbatim = _VERBATIM.match(text)
    if verbatim:
        return _begin_html(blocks, line, f"</{verbatim['name'].lower()}>")
    if _DECLARED.match(text):
        return _begin_html(blocks, line, ">")
    named = _NAMED.match(text)
    if named and (named["name"].lower() in tree.BLOCKS or (
            tree.is_known(named["name"]) and not isinstance(blocks.leaf, Paragraph) and _ALONE.match(text))):
        return _begin_html(blocks, line, None)
    return Taken.NOTHING


def _begin_html(blocks: Blocks, line: Line, end: str | None) -> Taken:
    leaf = Html(line, end)
    blocks.begin(leaf)
    leaf.takes(line, blocks)
    return Taken.LINE


def start_table(blocks: Blocks, line: Line) -> Taken:
    """The line of dashes below a table's header."""
    paragraph = blocks.paragraph
    if not paragraph or not _TABLE.match(line.text.rstrip(" \t")):
        return Taken.NOTHING
    header = cells_of(paragraph.lines[-1], line.number - 1, paragraph.columns[-1])
    marks = cells_of(line.text, line.number, 1)
    if len(header) != len(marks) or ("|" not in line.text and "|" not in paragraph.lines[-1] and ":" not in line.text):
        return Taken.NOTHING
    paragraph.drop_last()
    if not paragraph.lines:
        blocks.leaf = None
    return blocks.begin(Table(header, list(marks)))


def start_formula(blocks: Blocks, line: Line) -> Taken:
    r"""`$$` or `\[` at the beginning of a line, when it ends on this line or before a blank one."""
    text = line.text.rstrip(" \t")
    for mark, end in _FORMULA:
        if text.startswith(mark):
            inner = text[2:]
            if end in inner:
                is_whole = inner.endswith(end) and end not in inner[:-2] and inner[:-2].strip()
                if not is_whole or not (is_display if mark == "\\[" else is_block)(inner[:-2]):
                    return Taken.NOTHING
                return blocks.add(formula(inner[:-2], line.number, line.column + line.indent + 3))
            if not blocks.ends_with(end):
                return Taken.NOTHING
            leaf = Formula(line, mark, end)
            blocks.begin(leaf)
            line.skip(line.indent + 2)
            leaf.takes(line, blocks)
            return Taken.LINE
    return Taken.NOTHING
