r"""TeX's tokens, and the groups and environments they form.

Each token knows where the author wrote it, so that a mistake is named at its
place, whatever became of the formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"\\(?P<edge>begin|end)\s*\{(?P<name>[^{}\\]*)\}|\\[A-Za-z]+|\\.|%[^\n]*\n|&(?:lt|gt|amp);|\s+|.", re.S)
_LENGTH = re.compile(r"\[\s*[-+]?[\d.]+\s*[a-z]{2}\s*\]")
_OPENING = re.compile(r"[(\[]|\\(?:\{|lbrace|lbrack|lparen|langle|l?vert|lfloor|lceil)$")
_CLOSING = re.compile(r"[)\]]|\\(?:\}|rbrace|rbrack|rparen|rangle|r?vert|rfloor|rceil)$")

# Of what math-core, whose parser calls itself, bears in a thread's stack: an
# own level for each of these is a crash beyond 300, and each bracket that is
# never closed makes it read the rest twice.
MOST_LEVELS = 60
MOST_COMMANDS = 350
MOST_UNCLOSED = 14


class Token(NamedTuple):
    """A command, a character or a run of spaces, and where it was written."""

    text: str
    at: int

    @property
    def is_space(self) -> bool:
        return self.text.isspace()


@dataclass(slots=True)
class Group:
    """What stands between braces, or in an environment that has a name."""

    at: int
    nodes: list[Node]
    end: int = 0
    name: str | None = None

    @property
    def text(self) -> str:
        """What is in it, as TeX."""
        return "".join(token.text for token in flat(self.nodes))


Node = Token | Group
Row = list[Node]


class Unreadable(ValueError):
    """Not TeX; `at` says where."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def tokens_of(tex: str, at: int | None = None) -> list[Token]:
    """The tokens of a text, none left out; all at one place, where it is given."""
    return [Token(found[0], found.start() if at is None else at) for found in _TOKEN.finditer(tex)]


def parse(tex: str) -> Row:
    """A formula as a tree.  Raises `Unreadable` where braces or environments
    are not in pairs, and for what is too much for math-core."""
    stack = [Group(0, [])]
    for found in _TOKEN.finditer(tex):
        text, at = found[0], found.start()
        if text == "{" or found["edge"] == "begin":
            stack.append(Group(at, [], name=None if text == "{" else found["name"].strip()))
            if len(stack) > MOST_LEVELS:
                raise Unreadable("it is nested too deep", at)
        elif text == "}" or found["edge"] == "end":
            group = stack.pop()
            _check_end(group, None if text == "}" else found["name"].strip(), at, is_outermost=not stack)
            group.end = at
            stack[-1].nodes.append(group)
        else:
            stack[-1].nodes.append(Token(text, at))
    if len(stack) > 1:
        unclosed = stack[-1]
        opening = "{" if unclosed.name is None else f"\\begin{{{unclosed.name}}}"
        raise Unreadable(f'"{opening}" is never closed', unclosed.at)
    _weigh(stack[0].nodes)
    return stack[0].nodes


def _check_end(group: Group, name: str | None, at: int, *, is_outermost: bool) -> None:
    closing = "}" if name is None else f"\\end{{{name}}}"
    if is_outermost:
        raise Unreadable(f'nothing is open that "{closing}" could close', at)
    if group.name != name:
        opening = "{" if group.name is None else f"\\begin{{{group.name}}}"
        raise Unreadable(f'"{closing}" closes nothing: "{opening}" is open', at)


def rows_of(nodes: Iterable[Node]) -> list[Row]:
    r"""What `\\` separates, without the lengths that may follow it, and without
    the empty row that a last one begins."""
    rest = list(nodes)
    rows: list[Row] = [[]]
    at = 0
    while at < len(rest):
        node = rest[at]
        at += 1
        if not isinstance(node, Token) or node.text not in ("\\\\", "\\newline", "\\cr"):
            rows[-1].append(node)
            continue
        while at < len(rest) and rest[at] == ("\\\\", node.at + 2):  # as some Markdown wants it written
            at += 1
        at += at < len(rest) and rest[at] == ("*", node.at + 2)
        length = _LENGTH.match("".join(token.text for token in rest[at:at + 12] if isinstance(token, Token)))
        at += len(tokens_of(length[0])) if length else 0
        rows.append([])
    if len(rows) > 1 and is_blank(rows[-1]):
        rows.pop()
    return rows


def cells_of(row: Row) -> list[Row]:
    """What `&` separates."""
    cells: list[Row] = [[]]
    for node in row:
        if isinstance(node, Token) and node.text == "&":
            cells.append([])
        else:
            cells[-1].append(node)
    return cells


def is_blank(nodes: Iterable[Node]) -> bool:
    """Whether there is nothing but spaces."""
    return all(isinstance(node, Token) and node.is_space for node in nodes)


def flat(nodes: Iterable[Node]) -> Iterator[Token]:
    """A tree's tokens, as they were written."""
    for node in nodes:
        if isinstance(node, Token):
            yield node
            continue
        edges = ("{", "}") if node.name is None else (f"\\begin{{{node.name}}}", f"\\end{{{node.name}}}")
        yield Token(edges[0], node.at)
        yield from flat(node.nodes)
        yield Token(edges[1], node.end)


def _weigh(nodes: Row) -> tuple[int, int]:
    """How many commands, and how many brackets that are never closed, there are
    on the way to the innermost of these."""
    most = most_open = 0
    for row in rows_of(nodes):
        for cell in cells_of(row):
            commands, unclosed = _weigh_cell(cell)
            most, most_open = max(most, commands), max(most_open, unclosed)
    return most, most_open


def _weigh_cell(cell: Row) -> tuple[int, int]:
    commands = unclosed = inner = inner_open = 0
    for node in cell:
        if isinstance(node, Group):
            below = _weigh(node.nodes)
            inner, inner_open = max(inner, below[0] + 2), max(inner_open, below[1])
        else:
            commands += len(node.text) > 1
            is_closed = unclosed and _CLOSING.match(node.text)
            unclosed += -1 if is_closed else bool(_OPENING.match(node.text))
        if commands + inner > MOST_COMMANDS:
            raise Unreadable("it is too long for one line", node.at)
        if unclosed + inner_open > MOST_UNCLOSED:
            raise Unreadable("too many brackets are never closed", node.at)
    return commands + inner, unclosed + inner_open


def inner_of(node: Node | None) -> Row:
    """The nodes of an argument, without its braces."""
    return node.nodes if isinstance(node, Group) else [node] if node else []


def end_of(node: Node) -> int:
    """Where a node ends in the text."""
    return node.end if isinstance(node, Group) else node.at


def parts_between_dollars(nodes: Row) -> list[Row]:
    """Splits nodes at each `$`."""
    parts: list[Row] = [[]]
    for node in nodes:
        if isinstance(node, Token) and node.text == "$":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def without_second_column(row: Row) -> Row:
    """`eqnarray` has a column for the sign; `align` has none."""
    cells = cells_of(row)
    mark = Token("&", row[0].at if row else 0)
    return [*cells[0], *([mark] if len(cells) > 1 else []), *(node for cell in cells[1:] for node in cell)]


def of_one_width(rows: list[Row]) -> list[Row]:
    """As many cells in each row, so that a number behind them is below the others."""
    widths = [len(cells_of(row)) for row in rows]
    return [[*row, *[Token("&", row[-1].at if row else 0)] * (max(widths) - width)]
            for row, width in zip(rows, widths, strict=True)]


class NodeReader:
    """Reads parsed nodes one after the other: a command takes its arguments from it."""

    def __init__(self, nodes: Row) -> None:
        self._nodes = nodes
        self._at = 0

    def next(self) -> Node | None:
        self._at += 1
        return self._nodes[self._at - 1] if self._at <= len(self._nodes) else None

    def peek(self) -> Node | None:
        return self._nodes[self._at] if self._at < len(self._nodes) else None

    def rest(self) -> Row:
        return self._nodes[self._at:]

    def argument(self) -> Node | None:
        """Reads a group or one token; skips spaces before it."""
        while (node := self.next()) is not None and isinstance(node, Token) and node.is_space:
            pass
        return node

    def option(self) -> None:
        """Skips an optional argument, `[…]`."""
        following = self.peek()
        if following and following.text == "[":
            while (node := self.next()) is not None and node.text != "]":
                pass

    def skips(self, *texts: str) -> str | None:
        """Skips one of these texts (and spaces before it).  Returns the one it found."""
        at = self._at
        found = self.argument()
        if isinstance(found, Token) and found.text in texts:
            return found.text
        self._at = at
        return None
