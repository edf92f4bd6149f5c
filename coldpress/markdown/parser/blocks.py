"""The block parser: lines to a tree of blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.rendered import Flaw
from coldpress.markdown.syntax.comments import HIDDEN
from coldpress.markdown.tree import HEADINGS, SourceText

_LINE_ENDINGS = re.compile("\r\n?")
_LEADING = re.compile("[ \t]*")


def split_lines(body: str) -> list[str]:
    """The lines of a body, whatever ends them (CommonMark 2.1); NUL is U+FFFD
    (2.3).  Other separators that Unicode knows are text."""
    return _LINE_ENDINGS.sub("\n", body).replace("\0", "\ufffd").split("\n")


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
        self._set_rest(raw)

    def skip(self, count: int) -> None:
        """Take so many columns away."""
        self.column += count
        self._set_rest(self.rest[count:])

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

    def _set_rest(self, rest: str) -> None:
        if "\t" in rest:
            rest = _expand_tabs(rest, self.column)
        self.rest = rest
        self.indent = len(rest) - len(rest.lstrip(" "))


def _expand_tabs(rest: str, column: int) -> str:
    """The leading tabs of a text that begins in a column, as spaces (stops are 4 apart)."""
    found = _LEADING.match(rest)
    head = found[0] if found else ""
    if "\t" not in head:
        return rest
    width = column
    for char in head:
        width += 4 - width % 4 if char == "\t" else 1
    return " " * (width - column) + rest[len(head):]


_BLOCK_ID = re.compile(r"(?:\A|\s)(?P<id>\^(?:[0-9-]*[A-Za-z][A-Za-z0-9-]*|[0-9]{6,}))\Z")


def split_block_id(text: SourceText) -> tuple[SourceText, str | None]:
    """A text without the id at its end, and that id."""
    found = _BLOCK_ID.search(text, max(0, len(text) - 100))
    return (text.part(0, found.start()), found["id"]) if found else (text, None)


def set_block_id(parent: Element, ident: str) -> None:
    """The id of the block that stands last in an element; a heading keeps its own."""
    last = parent[-1] if len(parent) else None
    if last is None or last.tag in HEADINGS or "id" in last.attrib or not isinstance(last.tag, str):
        SubElement(parent, "a", {"id": ident}).tail = "\n"
    else:
        last.set("id", ident)


MAX_DEPTH = 60
"""Containers in one another; marks for more of them are text."""
INDENTED = "    "
"""The name of the starts of lines that are indented by four columns or more."""


class StartResult(Enum):
    """What a start made of a line."""

    NO_MATCH = 0
    LINE_CONTINUES = 1  # a container is open, and what is left of the line goes on
    LINE_CONSUMED = 2


class Container:
    """What holds blocks; `element` is its place in the tree."""

    allowed_child: type[Container] | None = None
    """The one kind of container that may be a child of it."""
    hides_blank_lines = False
    """Whether a blank line in it is none for what it is in."""

    def __init__(self, element: Element) -> None:
        self.element = element

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        """Take its part of a line; False when it ended before."""
        return True

    def note_blank_line(self) -> None:
        """A child comes after a blank line."""

    def close(self, blocks: BlockParser) -> None:
        """Finish the element."""


class Leaf:
    """What holds text; it closes into children of `parent`."""

    parent: Element

    def consume_line(self, line: Line, blocks: BlockParser) -> bool:
        """Take a whole line before anything else may begin in it."""
        return False

    def add_line(self, line: Line, *, lazy: bool) -> bool:
        """Take a line in which nothing begins; `lazy` when containers did not go on."""
        return False

    def close(self, blocks: BlockParser) -> None:
        """Append what it became."""


class Paragraph(Leaf):
    """Lines of text."""

    def __init__(self, line: Line) -> None:
        self.lines = [line.text]
        self.columns = [line.column + line.indent + 1]
        self.number = line.number

    def add_line(self, line: Line, *, lazy: bool) -> bool:
        self.lines.append(line.text)
        self.columns.append(line.column + line.indent + 1)
        return True

    def drop_last_line(self) -> None:
        """Give the last line away."""
        self.lines.pop()
        self.columns.pop()

    @property
    def source(self) -> SourceText:
        return SourceText.at("\n".join(self.lines).rstrip(" \t"), self.number, tuple(self.columns))

    def close(self, blocks: BlockParser) -> None:
        text, ident = split_block_id(blocks.strip_definitions(self.source))
        if ident and not text:
            set_block_id(self.parent, ident)
        elif text:
            element = Element("p", {"id": ident} if ident else {})
            element.text = text
            element.tail = "\n"
            self.parent.append(element)


BlockStart = Callable[["BlockParser", Line], StartResult]


class BlockParser:
    """Parses one body.  `starts` are tried by the first character of what is
    left of a line; `strip_definitions` takes from a paragraph's text what it
    begins with and is not shown.  `notes` are the footnotes by their labels."""

    def __init__(self, starts: Mapping[str, Sequence[BlockStart]],
                 strip_definitions: Callable[[SourceText], SourceText]) -> None:
        self._starts = starts
        self.strip_definitions = strip_definitions
        self.flaws: list[Flaw] = []
        self.footnotes: dict[str, Element] = {}
        self.abbreviations: dict[str, str] = {}
        self.captions: dict[str, int] = {}
        self.lines: list[str] = []
        self.leaf: Leaf | None = None
        self.open: list[Container] = []
        self._matched = 1
        self._last_blank = 0
        self._blank_hidden_at = 0
        self._opened_at = 0
        self._number = 0
        self._depth_reported = False
        self._closing_lines: dict[str, tuple[int, bool]] = {}
        self._last_lines: dict[str, int] = {}

    def parse(self, body: str, is_complete: Callable[[Element], bool] = lambda root: False) -> Element:
        """The tree of a body, or of its lines until there is enough of it; what
        was wrong in it is among `flaws`."""
        root = Element("div")
        self.lines = split_lines(body)
        if not self.lines[-1]:
            self.lines.pop()  # what ends the last line begins no other
        self.open = [Container(root)]
        for number, raw in enumerate(self.lines, 1):
            self._number = number
            if raw == HIDDEN:
                self._last_blank += self._last_blank == number - 1
            else:
                self._parse_line(Line(raw, number))
            if is_complete(root):
                break
        self._matched = 1
        self._close_unmatched()
        return root

    @property
    def paragraph(self) -> Paragraph | None:
        """The paragraph that the line would go on."""
        leaf = self.leaf
        return leaf if isinstance(leaf, Paragraph) and self._matched == len(self.open) else None

    @property
    def container(self) -> Container:
        """The innermost container that goes on in the line."""
        return self.open[self._matched - 1]

    @property
    def after_blank(self) -> bool:
        """Whether the line above is blank, and the one above that is not."""
        return self._last_blank == self._number - 1 and bool(self.lines[self._number - 3].strip(" \t>"))

    def is_too_deep(self, line: Line) -> bool:
        """Whether no more containers may be opened, which is noted once."""
        if len(self.open) <= MAX_DEPTH:
            return False
        if not self._depth_reported:
            self._depth_reported = True
            self.add_flaw("markup.depth", "this text is nested too deep", line.number, line.column + 1, 1,
                      f"marks beyond {MAX_DEPTH} levels are shown as text")
        return True

    def has_closing_line(self, end: str) -> bool:
        """Whether a line below ends with a mark, before a blank one."""
        at, found = self._closing_lines.get(end, (-1, False))
        if at < self._number:  # else it is the same end, or gap, that a line above has found
            at, found = self._number, False
            while at < len(self.lines) and self.lines[at].strip(" \t>") and not found:
                found = self.lines[at].rstrip(" \t").endswith(end)
                at += not found
            self._closing_lines[end] = at, found
        return found

    def has_line_below(self, text: str) -> bool:
        """Whether a line below is this text, whatever it stands in."""
        if text not in self._last_lines:
            lines = (number for number, line in enumerate(self.lines, 1) if line.strip(" \t>") == text)
            self._last_lines[text] = max(lines, default=0)
        return self._last_lines[text] > self._number

    def open_container(self, container: Container, *, detached: bool = False) -> StartResult:
        """Open a container as the next child; one that stands `detached` has its
        element elsewhere."""
        self.next_parent(type(container))
        if not detached:
            self.open[-1].element.append(container.element)
        self.open.append(container)
        self._matched = len(self.open)
        self._opened_at = self._number
        return StartResult.LINE_CONTINUES

    def close_container(self, container: Container) -> None:
        """Close a container, and all that is open in it."""
        self._matched = self.open.index(container)
        self._close_unmatched()

    def open_leaf(self, leaf: Leaf) -> StartResult:
        """Open a leaf as the next child."""
        leaf.parent = self.next_parent()
        self.leaf = leaf
        return StartResult.LINE_CONSUMED

    def add_block(self, element: Element) -> StartResult:
        """A leaf that is one line only."""
        element.tail = "\n"
        self.next_parent().append(element)
        return StartResult.LINE_CONSUMED

    def next_parent(self, kind: type[Container] = Container) -> Element:
        """The element for the next child, after all that has ended is closed."""
        self._close_unmatched()
        while self.open[-1].allowed_child not in (None, kind):
            self.open.pop().close(self)
        self._matched = len(self.open)
        if self._last_blank == self._number - 1 and self._matched > self._blank_hidden_at:
            self.open[-1].note_blank_line()
        return self.open[-1].element

    def close_leaf(self) -> None:
        """Close the open leaf."""
        if self.leaf is not None:
            leaf, self.leaf = self.leaf, None
            leaf.close(self)

    def add_flaw(self, code: str, message: str, line: int, column: int, length: int, hint: str) -> None:
        """Note what is wrong with the body, at its place."""
        self.flaws.append(Flaw(code, message, line, column, length, hint))

    def _parse_line(self, line: Line) -> None:
        self._matched = self._count_continuing(line)
        if self.leaf is not None and self._matched == len(self.open) and self.leaf.consume_line(line, self):
            return
        if self._open_blocks(line):
            return
        if line.is_blank:
            self._close_unmatched()
            self.record_blank_line()
        elif self.leaf is None or not self.leaf.add_line(line, lazy=self._matched < len(self.open)):
            self.open_leaf(Paragraph(line))

    def _count_continuing(self, line: Line) -> int:
        """How many of the open containers go on in a line."""
        matched = 1
        for container in self.open[1:]:
            if not container.continues(line, self):
                break
            matched += 1
        return matched

    def _open_blocks(self, line: Line) -> bool:
        """Open what a line begins; True when nothing of the line is left."""
        while not line.is_blank:
            name = INDENTED if line.indent >= 4 else line.rest[line.indent]
            for start in self._starts.get(name, ()):
                taken = start(self, line)
                if taken is not StartResult.NO_MATCH:
                    break
            else:
                return False
            if taken is StartResult.LINE_CONSUMED:
                return True
        return False

    def record_blank_line(self) -> None:
        """Remember a gap, which only what is within the innermost quote can see."""
        if self._opened_at != self._number:
            self._last_blank = self._number
            self._blank_hidden_at = max((at for at, each in enumerate(self.open) if each.hides_blank_lines), default=0)

    def _close_unmatched(self) -> None:
        """Close the leaf and the containers that did not go on."""
        self.close_leaf()
        while len(self.open) > self._matched:
            self.open.pop().close(self)
