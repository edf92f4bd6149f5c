"""Parses leaf blocks: headings, thematic breaks, code, formulas, tables, raw HTML."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown import tree
from coldpress.markdown.html.extract import split_headings
from coldpress.markdown.html.html_repair import complete_tags
from coldpress.markdown.math.math_inline import is_bracketed_block, is_dollar_block
from coldpress.markdown.parser.blocks import BlockParser, Leaf, Line, Paragraph, StartResult
from coldpress.markdown.syntax.footnotes import DEFINITION
from coldpress.markdown.tree import SourceText, Verbatim
from coldpress.text import lazy_re_compile

_ATX_HEADING = re.compile(r"#{1,6}(?=[ \t]|$)")
_SETEXT_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*$")
_THEMATIC_BREAK = re.compile(r"(?:(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+|(?:-[ \t]*+){3,}+)$")
_FENCE = re.compile(r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)$")
_DELIMITER_CELL = r"[ \t]*:?-+:?[ \t]*"
_DELIMITER_ROW = re.compile(rf"\|?{_DELIMITER_CELL}(?:\|{_DELIMITER_CELL})*+\|?$")
_PIPE = re.compile(r"(?<!\\)\|")
_TAG = r"</?(?P<name>[a-zA-Z][a-zA-Z0-9-]*)"
_BLOCK_TAG = re.compile(rf"{_TAG}(?=[ \t]|/?>|$)")
_VERBATIM_TAG = re.compile(r"<(?P<name>script|pre|style|textarea)(?=[ \t>]|$)", re.I)
_COMPLETE_TAG = lazy_re_compile(
    rf"(?:<[a-zA-Z][a-zA-Z0-9-]*(?:{tree.ATTRIBUTE})*+[ \t]*+/?>|</[a-zA-Z][a-zA-Z0-9-]*[ \t]*>)[ \t]*$")
_HTML_DELIMITERS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
_DECLARATION = re.compile(r"<![a-zA-Z]")
_MATH_DELIMITERS = (("$$", "$$"), ("\\[", "\\]"))
_MAX_ADDED_CELLS = 20_000  # empty cells added to short rows of a table; the rows after these stay short


class FencedCode(Leaf):
    """A fenced code block (CommonMark 0.31.2, section 4.5)."""

    def __init__(self, line: Line, fence: str, info: str) -> None:
        self._number, self._column = line.number, line.column + line.indent + 1
        self._fence, self._indent = fence, line.indent
        self._info = info
        self._lines: list[str] = []
        self._closed = False

    def consume_line(self, line: Line, blocks: BlockParser) -> bool:
        text = line.text
        if line.indent < 4 and text.startswith(self._fence) and not text.rstrip(" \t").strip(self._fence[0]):
            self._closed = True
            blocks.close_leaf()
        else:
            rest = line.verbatim()
            self._lines.append(rest[min(self._indent, line.indent):] if self._indent else rest)
        return True

    def close(self, blocks: BlockParser) -> None:
        if not self._closed:
            blocks.add_flaw("markup.fence", "this fence is never closed", self._number, self._column, len(self._fence),
                        f"all below it is code; end it with a line `{self._fence}`")
        if self._info.partition(" ")[0] == "math" and any(map(str.strip, self._lines)):
            self.parent.append(math_element("\n".join(self._lines), self._number + 1, self._column))
        else:
            self.parent.append(code_element(self._lines, self._info, self._number, self._column))


class IndentedCode(Leaf):
    """An indented code block (CommonMark 0.31.2, section 4.4)."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def consume_line(self, line: Line, blocks: BlockParser) -> bool:
        if line.indent < 4 and not line.is_blank:
            return False
        if line.is_blank:
            blocks.record_blank_line()
        line.skip(min(4, line.indent))
        self._lines.append(line.verbatim())
        return True

    def close(self, blocks: BlockParser) -> None:
        while not self._lines[-1].strip(" "):
            self._lines.pop()
        self.parent.append(code_element(self._lines, ""))


class HtmlBlock(Leaf):
    """An HTML block: it ends at the line that contains `end`; if `end` is None, before the next blank line."""

    def __init__(self, line: Line, end: str | None) -> None:
        self._end = end
        self._place = line.number, line.column + line.indent + 1
        self._lines: list[str] = []
        self._is_closed = end is None

    def consume_line(self, line: Line, blocks: BlockParser) -> bool:
        if self._end is None and line.is_blank:
            return False
        self._lines.append(line.verbatim())
        if self._end is not None and self._end in line.rest.lower():
            self._is_closed = True
            blocks.close_leaf()
        return True

    def close(self, blocks: BlockParser) -> None:
        if not self._is_closed:
            blocks.add_flaw("markup.html", "this HTML is never closed", *self._place, 1,
                        f"all below it belongs to it; end it with `{self._end}`")
        for element in split_headings(complete_tags("\n".join(self._lines).rstrip("\n"))):
            element.tail = "\n"
            self.parent.append(element)


class TableBlock(Leaf):
    """A table (GFM 4.10): rows of cells below a header row and a delimiter row."""

    def __init__(self, header: list[SourceText], marks: list[str]) -> None:
        self.element = Element("table")
        self.element.text = self.element.tail = "\n"
        self._aligned = [_ALIGNMENTS[mark[0] == ":", mark[-1] == ":"] for mark in marks]
        self._body: Element | None = None
        self._added = 0
        head = SubElement(self.element, "thead")
        head.text = head.tail = "\n"
        self._add(head, "th", header)

    def add_line(self, line: Line, *, lazy: bool) -> bool:
        if lazy:
            return False
        if self._body is None:
            self._body = SubElement(self.element, "tbody")
            self._body.text = self._body.tail = "\n"
        self._add(self._body, "td", split_table_row(line.text, line.number, line.column + line.indent + 1))
        return True

    def close(self, blocks: BlockParser) -> None:
        self.parent.append(self.element)

    def _add(self, part: Element, tag: str, cells: list[SourceText]) -> None:
        """Adds a row; fills it with empty cells up to the width of the header."""
        row = SubElement(part, "tr")
        row.text = row.tail = "\n"
        self._added += max(0, len(self._aligned) - len(cells))
        width = len(self._aligned) if self._added <= _MAX_ADDED_CELLS else len(cells)
        for number, aligned in enumerate(self._aligned[:width]):
            cell = SubElement(row, tag, {"style": f"text-align: {aligned};"} if aligned else {})
            cell.text = cells[number] if number < len(cells) else None
            cell.tail = "\n"


_ALIGNMENTS = {(False, False): "", (True, False): "left", (False, True): "right", (True, True): "center"}


def split_table_row(text: str, line: int, column: int) -> list[SourceText]:
    """Splits a row of a table into its cells."""
    start = 1 if text.startswith("|") else 0
    text = text.rstrip(" \t")
    end = len(text) - 1 if len(text) > start and _PIPE.match(text, len(text) - 1) else len(text)
    cells, at = [], start
    for pipe in [*_PIPE.finditer(text, start, end), None]:
        to = pipe.start() if pipe else end
        cell = text[at:to]
        indent = len(cell) - len(cell.lstrip(" \t"))
        cells.append(SourceText.at(cell.strip(" \t").replace("\\|", "|"), line, (column + at + indent,)))
        at = to + 1
    return cells


class MathBlock(Leaf):
    r"""A formula between `$$` or `\[ \]` on lines of its own."""

    def __init__(self, line: Line, mark: str, end: str) -> None:
        self._end = end
        self._source = line.number, line.column + line.indent + 1 + len(mark)
        self._lines: list[str] = []

    def consume_line(self, line: Line, blocks: BlockParser) -> bool:
        text = line.text.rstrip(" \t")
        if text.endswith(self._end):
            self._lines.append(text.removesuffix(self._end))
            blocks.close_leaf()
        else:
            self._lines.append(text)
        return True

    def close(self, blocks: BlockParser) -> None:
        self.parent.append(math_element("\n".join(self._lines), *self._source))


def code_element(lines: list[str], info: str, line: int = 0, column: int = 0) -> Element:
    """Makes the element of a code block; `info` is the info string of its fence at `line` and `column`."""
    element = Element("pre", {"info": info, "line": str(line), "column": str(column)})
    element.text = Verbatim("\n".join(lines))
    element.tail = "\n"
    return element


def math_element(tex: str, line: int, column: int) -> Element:
    """Makes the element of a formula that is shown as a block."""
    element = Element("math", {"line": str(line), "column": str(column), "display": "block"})
    element.text = Verbatim(tex)
    element.tail = "\n"
    return element


def start_atx_heading(blocks: BlockParser, line: Line) -> StartResult:
    """Adds an ATX heading: `## Text` (CommonMark 0.31.2, section 4.2)."""
    found = _ATX_HEADING.match(line.text)
    if not found:
        return StartResult.NO_MATCH
    text = line.text[found.end():]
    indent = len(text) - len(text.lstrip(" \t"))
    element = Element(f"h{found.end()}")
    element.text = SourceText.at(_strip_closing_sequence(text[indent:].rstrip(" \t")), line.number,
                             (line.column + line.indent + 1 + found.end() + indent,))
    return blocks.add_block(element)


def _strip_closing_sequence(text: str) -> str:
    """Removes the closing sequence of `#` from the text of an ATX heading."""
    inner = text.rstrip("#")
    return inner.rstrip(" \t") if inner != text and (not inner or inner[-1] in " \t") else text


def start_setext_heading(blocks: BlockParser, line: Line) -> StartResult:
    """Turns the paragraph above a line `===` or `---` into a heading (CommonMark 0.31.2, section 4.3)."""
    paragraph = blocks.paragraph
    if not paragraph or not _SETEXT_UNDERLINE.match(line.text):
        return StartResult.NO_MATCH
    text = blocks.strip_definitions(paragraph.source)
    if not text:
        return StartResult.NO_MATCH
    blocks.leaf = None
    element = Element("h1" if line.text[0] == "=" else "h2")
    element.text = text
    return blocks.add_block(element)


def start_abbreviation(blocks: BlockParser, line: Line) -> StartResult:
    """Records the definition of an abbreviation: `*[short]: long`."""
    found = DEFINITION.match(line.text)
    if not found:
        return StartResult.NO_MATCH
    blocks.abbreviations[found["short"]] = found["long"].rstrip(" \t")
    blocks.next_parent()
    return StartResult.LINE_CONSUMED


def start_thematic_break(blocks: BlockParser, line: Line) -> StartResult:
    """Adds a thematic break: `***`, `---`, `___` (CommonMark 0.31.2, section 4.1)."""
    return blocks.add_block(Element("hr")) if _THEMATIC_BREAK.match(line.text) else StartResult.NO_MATCH


def start_fenced_code(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a fenced code block: ```` ```lang ````, `~~~`."""
    found = _FENCE.match(line.text)
    if not found:
        return StartResult.NO_MATCH
    return blocks.open_leaf(FencedCode(line, found["fence"], found["info"].strip(" \t")))


def start_indented_code(blocks: BlockParser, line: Line) -> StartResult:
    """Starts an indented code block, unless the line continues a paragraph."""
    if isinstance(blocks.leaf, Paragraph):
        return StartResult.NO_MATCH
    leaf = IndentedCode()
    blocks.open_leaf(leaf)
    leaf.consume_line(line, blocks)
    return StartResult.LINE_CONSUMED


def start_html_block(blocks: BlockParser, line: Line) -> StartResult:
    """Starts an HTML block of one of the seven kinds of CommonMark 0.31.2, section 4.6."""
    text = line.text
    for begin, end in _HTML_DELIMITERS:
        if text.startswith(begin):
            return _begin_html(blocks, line, end)
    verbatim = _VERBATIM_TAG.match(text)
    if verbatim:
        return _begin_html(blocks, line, f"</{verbatim['name'].lower()}>")
    if _DECLARATION.match(text):
        return _begin_html(blocks, line, ">")
    named = _BLOCK_TAG.match(text)
    if named and (named["name"].lower() in tree.BLOCKS or (
            tree.is_known_element(named["name"]) and not isinstance(blocks.leaf, Paragraph)
            and _COMPLETE_TAG.match(text))):
        return _begin_html(blocks, line, None)
    return StartResult.NO_MATCH


def _begin_html(blocks: BlockParser, line: Line, end: str | None) -> StartResult:
    """Opens an HTML block, and adds the line to it."""
    leaf = HtmlBlock(line, end)
    blocks.open_leaf(leaf)
    leaf.consume_line(line, blocks)
    return StartResult.LINE_CONSUMED


def start_table(blocks: BlockParser, line: Line) -> StartResult:
    """Starts a table at its delimiter row, with the line above as the header row."""
    paragraph = blocks.paragraph
    if not paragraph or not _DELIMITER_ROW.match(line.text.rstrip(" \t")):
        return StartResult.NO_MATCH
    header = split_table_row(paragraph.lines[-1], line.number - 1, paragraph.columns[-1])
    marks = split_table_row(line.text, line.number, 1)
    if len(header) != len(marks) or ("|" not in line.text and "|" not in paragraph.lines[-1] and ":" not in line.text):
        return StartResult.NO_MATCH
    paragraph.drop_last_line()
    if not paragraph.lines:
        blocks.leaf = None
    return blocks.open_leaf(TableBlock(header, list(marks)))


def start_math_block(blocks: BlockParser, line: Line) -> StartResult:
    r"""Adds a formula that begins with `$$` or `\[` and ends on the same line, or starts a block if it ends on a
    later line before the next blank one."""
    text = line.text.rstrip(" \t")
    for mark, end in _MATH_DELIMITERS:
        if text.startswith(mark):
            inner = text[2:]
            if end in inner:
                is_whole = inner.endswith(end) and end not in inner[:-2] and inner[:-2].strip()
                if not is_whole or not (is_bracketed_block if mark == "\\[" else is_dollar_block)(inner[:-2]):
                    return StartResult.NO_MATCH
                return blocks.add_block(math_element(inner[:-2], line.number, line.column + line.indent + 3))
            if not blocks.has_closing_line(end):
                return StartResult.NO_MATCH
            leaf = MathBlock(line, mark, end)
            blocks.open_leaf(leaf)
            line.skip(line.indent + 2)
            leaf.consume_line(line, blocks)
            return StartResult.LINE_CONSUMED
    return StartResult.NO_MATCH
