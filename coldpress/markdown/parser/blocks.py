"""The block parser: parses the lines of a body into a tree of blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.rendered import Flaw
from coldpress.markdown.syntax.comments import HIDDEN
from coldpress.markdown.tree import HEADINGS, SourceText

_LINE_ENDINGS = re.compile("\r\n?")
_INDENTATION = re.compile("[ \t]*")


def split_lines(body: str) -> list[str]:
    """Splits a body at its line endings (CommonMark 0.31.2, section 2.1).  NUL becomes U+FFFD (section 2.3).
    Other separators of Unicode are text."""
    return _LINE_ENDINGS.sub("\n", body).replace("\0", "\ufffd").split("\n")


class Line:
    """A line that is being parsed.  `rest` is the part that no container has consumed, with leading tabs expanded to
    spaces; `indent` counts the spaces that `rest` begins with."""

    __slots__ = ("column", "indent", "number", "raw", "rest")

    rest: str
    indent: int

    def __init__(self, raw: str, number: int) -> None:
        self.raw = raw
        self.number = number
        self.column = 0
        self._set_rest(raw)

    def skip(self, count: int) -> None:
        """Consumes this many columns."""
        self.column += count
        self._set_rest(self.rest[count:])

    def cut(self, end: int) -> None:
        """Shortens `rest` to this many characters."""
        self.rest = self.rest[:end].rstrip(" \t")
        self.indent = min(self.indent, len(self.rest))

    @property
    def is_blank(self) -> bool:
        return self.indent == len(self.rest)

    @property
    def text(self) -> str:
        """Returns `rest` without its indentation."""
        return self.rest[self.indent:]

    def verbatim(self) -> str:
        """Returns `rest` with the tabs that the author wrote."""
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
    """Replaces the leading tabs of a text that begins in a column by spaces (tab stops are 4 columns apart)."""
    found = _INDENTATION.match(rest)
    head = found[0] if found else ""
    if "\t" not in head:
        return rest
    width = column
    for char in head:
        width += 4 - width % 4 if char == "\t" else 1
    return " " * (width - column) + rest[len(head):]


_BLOCK_ID = re.compile(r"(?:\A|\s)(?P<id>\^(?:[0-9-]*[A-Za-z][A-Za-z0-9-]*|[0-9]{6,}))\Z")


def split_block_id(text: SourceText) -> tuple[SourceText, str | None]:
    """Splits a text from the block id at its end (`^id`); the id is None if there is none."""
    found = _BLOCK_ID.search(text, max(0, len(text) - 100)) if "^" in text else None
    return (text.part(0, found.start()), found["id"]) if found else (text, None)


def set_block_id(parent: Element, ident: str) -> None:
    """Sets the id of the last block in an element.  A heading keeps its own id: an empty link gets the new one."""
    last = parent[-1] if len(parent) else None
    if last is None or last.tag in HEADINGS or "id" in last.attrib or not isinstance(last.tag, str):
        SubElement(parent, "a", {"id": ident}).tail = "\n"
    else:
        last.set("id", ident)


MAX_CONTAINERS = 60
"""The maximum depth of nested containers; deeper markers are text."""
INDENTED = "    "
"""The key in `starts` for lines that are indented by four columns or more."""


class StartResult(Enum):
    """The result of a function that may start a block at a line."""

    NO_MATCH = 0
    LINE_CONTINUES = 1  # a container is open; the rest of the line is parsed in it
    LINE_CONSUMED = 2


class Container:
    """A block that contains blocks; `element` is its element in the tree."""

    allowed_child: type[Container] | None = None
    """The only kind of container that may be its child; None if all kinds may."""
    hides_blank_lines = False
    """Whether the containers around it ignore its blank lines."""

    def __init__(self, element: Element) -> None:
        self.element = element

    def continues(self, line: Line, blocks: BlockParser) -> bool:
        """Consumes the container's part of a line; returns False if the container ended before this line."""
        return True

    def note_blank_line(self) -> None:
        """Handles a blank line before a child of this container."""

    def close(self, blocks: BlockParser) -> None:
        """Finishes the element."""


class Leaf:
    """A block that contains text; when it is closed, it appends its elements to `parent`."""

    parent: Element

    def consume_line(self, line: Line, blocks: BlockParser) -> bool:
        """Consumes a whole line before any other block can start in it; returns False if it does not."""
        return False

    def add_line(self, line: Line, *, lazy: bool) -> bool:
        """Consumes a line in which no block starts; `lazy` tells that a container did not continue (CommonMark:
        lazy continuation line).  Returns False if the leaf ended before this line."""
        return False

    def close(self, blocks: BlockParser) -> None:
        """Appends the elements of this block."""


class Paragraph(Leaf):
    """A paragraph (CommonMark 0.31.2, section 4.8)."""

    def __init__(self, line: Line) -> None:
        self.lines = [line.text]
        self.columns = [line.column + line.indent + 1]
        self.number = line.number

    def add_line(self, line: Line, *, lazy: bool) -> bool:
        self.lines.append(line.text)
        self.columns.append(line.column + line.indent + 1)
        return True

    def drop_last_line(self) -> None:
        """Removes the last line, which belongs to another block."""
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
    """Parses one body.  `starts` are the functions that may start a block, by the first character of the rest of
    the line.  `strip_definitions` removes link reference definitions from the beginning of a paragraph.  `footnotes`
    are the elements of footnotes by label."""

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
        self.open_containers: list[Container] = []
        self._matched = 1
        self._last_blank = 0
        self._blank_hidden_at = 0
        self._opened_at = 0
        self._number = 0
        self._depth_reported = False
        self._closing_lines: dict[str, tuple[int, bool]] = {}
        self._last_lines: dict[str, int] = {}

    def parse(self, body: str, is_complete: Callable[[Element], bool] = lambda root: False) -> Element:
        """Parses a body, or its lines until `is_complete` returns True for the tree.  Mistakes in the body are
        added to `flaws`."""
        root = Element("div")
        self.lines = split_lines(body)
        if not self.lines[-1]:
            self.lines.pop()  # the last line ending begins no new line
        self.open_containers = [Container(root)]
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
        """Returns the open paragraph that the line would continue."""
        leaf = self.leaf
        return leaf if isinstance(leaf, Paragraph) and self._matched == len(self.open_containers) else None

    @property
    def container(self) -> Container:
        """Returns the innermost container that continues in the line."""
        return self.open_containers[self._matched - 1]

    @property
    def after_blank(self) -> bool:
        """Returns whether the line above is blank, and the line above that is not."""
        return self._last_blank == self._number - 1 and bool(self.lines[self._number - 3].strip(" \t>"))

    def is_too_deep(self, line: Line) -> bool:
        """Returns whether no more containers may be opened; the first time, this is added to `flaws`."""
        if len(self.open_containers) <= MAX_CONTAINERS:
            return False
        if not self._depth_reported:
            self._depth_reported = True
            self.add_flaw("markup.depth", "this text is nested too deep", line.number, line.column + 1, 1,
                      f"marks beyond {MAX_CONTAINERS} levels are shown as text")
        return True

    def has_closing_line(self, end: str) -> bool:
        """Returns whether a line below ends with `end`, before the next blank line."""
        at, found = self._closing_lines.get(end, (-1, False))
        if at < self._number:  # otherwise the result for a line above is still valid
            at, found = self._number, False
            while at < len(self.lines) and self.lines[at].strip(" \t>") and not found:
                found = self.lines[at].rstrip(" \t").endswith(end)
                at += not found
            self._closing_lines[end] = at, found
        return found

    def has_line_below(self, text: str) -> bool:
        """Returns whether a line below consists of this text, in any container."""
        if text not in self._last_lines:
            lines = (number for number, line in enumerate(self.lines, 1) if line.strip(" \t>") == text)
            self._last_lines[text] = max(lines, default=0)
        return self._last_lines[text] > self._number

    def open_container(self, container: Container, *, detached: bool = False) -> StartResult:
        """Opens a container as the next child; the element of a `detached` one is not put into the tree."""
        self.next_parent(type(container))
        if not detached:
            self.open_containers[-1].element.append(container.element)
        self.open_containers.append(container)
        self._matched = len(self.open_containers)
        self._opened_at = self._number
        return StartResult.LINE_CONTINUES

    def close_container(self, container: Container) -> None:
        """Closes a container and all blocks that are open in it."""
        self._matched = self.open_containers.index(container)
        self._close_unmatched()

    def open_leaf(self, leaf: Leaf) -> StartResult:
        """Opens a leaf as the next child."""
        leaf.parent = self.next_parent()
        self.leaf = leaf
        return StartResult.LINE_CONSUMED

    def add_block(self, element: Element) -> StartResult:
        """Adds a block that is complete with this line."""
        element.tail = "\n"
        self.next_parent().append(element)
        return StartResult.LINE_CONSUMED

    def next_parent(self, kind: type[Container] = Container) -> Element:
        """Closes all blocks that have ended, and returns the element that gets the next child."""
        self._close_unmatched()
        while self.open_containers[-1].allowed_child not in (None, kind):
            self.open_containers.pop().close(self)
        self._matched = len(self.open_containers)
        if self._last_blank == self._number - 1 and self._matched > self._blank_hidden_at:
            self.open_containers[-1].note_blank_line()
        return self.open_containers[-1].element

    def close_leaf(self) -> None:
        """Closes the open leaf."""
        if self.leaf is not None:
            leaf, self.leaf = self.leaf, None
            leaf.close(self)

    def add_flaw(self, code: str, message: str, line: int, column: int, length: int, hint: str) -> None:
        """Adds a mistake in the body to `flaws`."""
        self.flaws.append(Flaw(code, message, line, column, length, hint))

    def _parse_line(self, line: Line) -> None:
        """Parses one line: continues open containers, opens new blocks, and adds the rest to a leaf."""
        self._matched = self._count_continuing(line)
        if self.leaf is not None and self._matched == len(self.open_containers) and self.leaf.consume_line(line, self):
            return
        if self._open_blocks(line):
            return
        if line.is_blank:
            self._close_unmatched()
            self.record_blank_line()
        elif self.leaf is None or not self.leaf.add_line(line, lazy=self._matched < len(self.open_containers)):
            self.open_leaf(Paragraph(line))

    def _count_continuing(self, line: Line) -> int:
        """Returns how many of the open containers continue in a line."""
        matched = 1
        for container in self.open_containers[1:]:
            if not container.continues(line, self):
                break
            matched += 1
        return matched

    def _open_blocks(self, line: Line) -> bool:
        """Opens the blocks that begin in a line; returns True if nothing of the line is left."""
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
        """Records a blank line; containers around the innermost block quote ignore it."""
        if self._opened_at != self._number:
            self._last_blank = self._number
            hiding = (at for at, each in enumerate(self.open_containers) if each.hides_blank_lines)
            self._blank_hidden_at = max(hiding, default=0)

    def _close_unmatched(self) -> None:
        """Closes the leaf and the containers that do not continue in the line."""
        self.close_leaf()
        while len(self.open_containers) > self._matched:
            self.open_containers.pop().close(self)
