"""The block parser: lines to a tree of blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.rendered import Flaw
from coldpress.markdown.syntax.comments import HIDDEN
from coldpress.markdown.tree import HEADINGS, Source

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


_AT_END = re.compile(r"(?:\A|\s)(?P<id>\^(?:[0-9-]*[A-Za-z][A-Za-z0-9-]*|[0-9]{6,}))\Z")


def take_id(text: Source) -> tuple[Source, str | None]:
    """A text without the id at its end, and that id."""
    found = _AT_END.search(text, max(0, len(text) - 100))
    return (text.part(0, found.start()), found["id"]) if found else (text, None)


def give_id(parent: Element, ident: str) -> None:
    """The id of the block that stands last in an element; a heading keeps its own."""
    last = parent[-1] if len(parent) else None
    if last is None or last.tag in HEADINGS or "id" in last.attrib or not isinstance(last.tag, str):
        SubElement(parent, "a", {"id": ident}).tail = "\n"
    else:
        last.set("id", ident)


DEEPEST = 60
"""Containers in one another; marks for more of them are text."""
INDENTED = "    "
"""The name of the starts of lines that are indented by four columns or more."""


class Taken(Enum):
    """What a start made of a line."""

    NOTHING = 0
    MARK = 1  # a container is open, and what is left of the line goes on
    LINE = 2


class Container:
    """What holds blocks; `element` is its place in the tree."""

    only: type[Container] | None = None
    """The one kind of container that may be a child of it."""
    hides_gaps = False
    """Whether a blank line in it is none for what it is in."""

    def __init__(self, element: Element) -> None:
        self.element = element

    def goes_on(self, line: Line, blocks: Blocks) -> bool:
        """Take its part of a line; False when it ended before."""
        return True

    def see_gap(self) -> None:
        """A child comes after a blank line."""

    def close(self, blocks: Blocks) -> None:
        """Finish the element."""


class Leaf:
    """What holds text; it closes into children of `parent`."""

    parent: Element

    def takes(self, line: Line, blocks: Blocks) -> bool:
        """Take a whole line before anything else may begin in it."""
        return False

    def adds(self, line: Line, *, lazy: bool) -> bool:
        """Take a line in which nothing begins; `lazy` when containers did not go on."""
        return False

    def close(self, blocks: Blocks) -> None:
        """Append what it became."""


class Paragraph(Leaf):
    """Lines of text."""

    def __init__(self, line: Line) -> None:
        self.lines = [line.text]
        self.columns = [line.column + line.indent + 1]
        self.number = line.number

    def adds(self, line: Line, *, lazy: bool) -> bool:
        self.lines.append(line.text)
        self.columns.append(line.column + line.indent + 1)
        return True

    def drop_last(self) -> None:
        """Give the last line away."""
        self.lines.pop()
        self.columns.pop()

    @property
    def source(self) -> Source:
        return Source.at("\n".join(self.lines).rstrip(" \t"), self.number, tuple(self.columns))

    def close(self, blocks: Blocks) -> None:
        text, ident = take_id(blocks.without_definitions(self.source))
        if ident and not text:
            give_id(self.parent, ident)
        elif text:
            element = Element("p", {"id": ident} if ident else {})
            element.text = text
            element.tail = "\n"
            self.parent.append(element)


Start = Callable[["Blocks", Line], Taken]


class Blocks:
    """Parses one body.  `starts` are tried by the first character of what is
    left of a line; `without_definitions` takes from a paragraph's text what it
    begins with and is not shown.  `notes` are the footnotes by their labels."""

    def __init__(self, starts: Mapping[str, Sequence[Start]],
                 without_definitions: Callable[[Source], Source]) -> None:
        self._starts = starts
        self.without_definitions = without_definitions
        self.flaws: list[Flaw] = []
        self.notes: dict[str, Element] = {}
        self.abbreviations: dict[str, str] = {}
        self.captions: dict[str, int] = {}
        self.lines: list[str] = []
        self.leaf: Leaf | None = None
        self.open: list[Container] = []
        self._matched = 1
        self._blank_line = 0
        self._blank_from = 0
        self._opened = 0
        self._number = 0
        self._told_depth = False
        self._ends: dict[str, tuple[int, bool]] = {}
        self._last: dict[str, int] = {}

    def parse(self, body: str, is_enough: Callable[[Element], bool] = lambda root: False) -> Element:
        """The tree of a body, or of its lines until there is enough of it; what
        was wrong in it is among `flaws`."""
        root = Element("div")
        self.lines = lines_of(body)
        if not self.lines[-1]:
            self.lines.pop()  # what ends the last line begins no other
        self.open = [Container(root)]
        for number, raw in enumerate(self.lines, 1):
            self._number = number
            if raw == HIDDEN:
                self._blank_line += self._blank_line == number - 1
            else:
                self._read(Line(raw, number))
            if is_enough(root):
                break
        self._matched = 1
        self._close()
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
        return self._blank_line == self._number - 1 and bool(self.lines[self._number - 3].strip(" \t>"))

    def is_too_deep(self, line: Line) -> bool:
        """Whether no more containers may be opened, which is noted once."""
        if len(self.open) <= DEEPEST:
            return False
        if not self._told_depth:
            self._told_depth = True
            self.flaw("markup.depth", "this text is nested too deep", line.number, line.column + 1, 1,
                      f"marks beyond {DEEPEST} levels are shown as text")
        return True

    def ends_with(self, end: str) -> bool:
        """Whether a line below ends with a mark, before a blank one."""
        at, found = self._ends.get(end, (-1, False))
        if at < self._number:  # else it is the same end, or gap, that a line above has found
            at, found = self._number, False
            while at < len(self.lines) and self.lines[at].strip(" \t>") and not found:
                found = self.lines[at].rstrip(" \t").endswith(end)
                at += not found
            self._ends[end] = at, found
        return found

    def has_below(self, text: str) -> bool:
        """Whether a line below is this text, whatever it stands in."""
        if text not in self._last:
            lines = (number for number, line in enumerate(self.lines, 1) if line.strip(" \t>") == text)
            self._last[text] = max(lines, default=0)
        return self._last[text] > self._number

    def enter(self, container: Container, *, apart: bool = False) -> Taken:
        """Open a container as the next child; one that stands `apart` has its
        element elsewhere."""
        self.place(type(container))
        if not apart:
            self.open[-1].element.append(container.element)
        self.open.append(container)
        self._matched = len(self.open)
        self._opened = self._number
        return Taken.MARK

    def leave(self, container: Container) -> None:
        """Close a container, and all that is open in it."""
        self._matched = self.open.index(container)
        self._close()

    def begin(self, leaf: Leaf) -> Taken:
        """Open a leaf as the next child."""
        leaf.parent = self.place()
        self.leaf = leaf
        return Taken.LINE

    def add(self, element: Element) -> Taken:
        """A leaf that is one line only."""
        element.tail = "\n"
        self.place().append(element)
        return Taken.LINE

    def place(self, kind: type[Container] = Container) -> Element:
        """The element for the next child, after all that has ended is closed."""
        self._close()
        while self.open[-1].only not in (None, kind):
            self.open.pop().close(self)
        self._matched = len(self.open)
        if self._blank_line == self._number - 1 and self._matched > self._blank_from:
            self.open[-1].see_gap()
        return self.open[-1].element

    def end_leaf(self) -> None:
        """Close the open leaf."""
        if self.leaf is not None:
            leaf, self.leaf = self.leaf, None
            leaf.close(self)

    def flaw(self, code: str, message: str, line: int, column: int, length: int, hint: str) -> None:
        """Note what is wrong with the body, at its place."""
        self.flaws.append(Flaw(code, message, line, column, length, hint))

    def _read(self, line: Line) -> None:
        self._matched = self._go_on(line)
        if self.leaf is not None and self._matched == len(self.open) and self.leaf.takes(line, self):
            return
        if self._start(line):
            return
        if line.is_blank:
            self._close()
            self.see_blank()
        elif self.leaf is None or not self.leaf.adds(line, lazy=self._matched < len(self.open)):
            self.begin(Paragraph(line))

    def _go_on(self, line: Line) -> int:
        """How many of the open containers go on in a line."""
        matched = 1
        for container in self.open[1:]:
            if not container.goes_on(line, self):
                break
            matched += 1
        return matched

    def _start(self, line: Line) -> bool:
        """Open what a line begins; True when nothing of the line is left."""
        while not line.is_blank:
            name = INDENTED if line.indent >= 4 else line.rest[line.indent]
            for start in self._starts.get(name, ()):
                taken = start(self, line)
                if taken is not Taken.NOTHING:
                    break
            else:
                return False
            if taken is Taken.LINE:
                return True
        return False

    def see_blank(self) -> None:
        """Remember a gap, which only what is within the innermost quote can see."""
        if self._opened != self._number:
            self._blank_line = self._number
            self._blank_from = max((at for at, each in enumerate(self.open) if each.hides_gaps), default=0)

    def _close(self) -> None:
        """Close the leaf and the containers that did not go on."""
        self.end_leaf()
        while len(self.open) > self._matched:
            self.open.pop().close(self)
