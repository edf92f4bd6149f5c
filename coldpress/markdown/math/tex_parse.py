"""Parses TeX into tokens, groups and environments.

Each token keeps its offset in the author's text, so that a mistake is reported at
its place, even after the formula was rewritten.
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

# Limits for math-core, whose recursive parser would overflow the stack of a thread: it
# crashes beyond about 300 nested levels, and it parses the rest twice for each unclosed bracket.
MAX_LEVELS = 60
MAX_COMMANDS = 350
MAX_UNCLOSED = 14


class TexToken(NamedTuple):
    """A command, a character or a run of spaces, with its offset in the formula that the author wrote."""

    text: str
    at: int

    @property
    def is_space(self) -> bool:
        return self.text.isspace()


@dataclass(slots=True)
class TexGroup:
    """The nodes between braces, or in an environment with a `name`."""

    at: int
    nodes: list[TexNode]
    end: int = 0
    name: str | None = None

    @property
    def text(self) -> str:
        """Returns its content as TeX."""
        return "".join(token.text for token in flatten(self.nodes))


TexNode = TexToken | TexGroup
TexRow = list[TexNode]


class TexError(ValueError):
    """Tells why a formula is not valid TeX; `at` is the offset of the mistake."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def tokenize(tex: str, at: int | None = None) -> list[TexToken]:
    """Splits a text into tokens, without losing a character.  If `at` is given, all tokens get this offset."""
    return [TexToken(found[0], found.start() if at is None else at) for found in _TOKEN.finditer(tex)]


def parse_tex(tex: str) -> TexRow:
    """Parses a formula into a tree.  Raises `TexError` for braces or environments that are not in pairs, and for
    formulas that are too complex for math-core."""
    stack = [TexGroup(0, [])]
    for found in _TOKEN.finditer(tex):
        text, at = found[0], found.start()
        if text == "{" or found["edge"] == "begin":
            stack.append(TexGroup(at, [], name=None if text == "{" else found["name"].strip()))
            if len(stack) > MAX_LEVELS:
                raise TexError("it is nested too deep", at)
        elif text == "}" or found["edge"] == "end":
            group = stack.pop()
            _check_end(group, None if text == "}" else found["name"].strip(), at, is_outermost=not stack)
            group.end = at
            stack[-1].nodes.append(group)
        else:
            stack[-1].nodes.append(TexToken(text, at))
    if len(stack) > 1:
        unclosed = stack[-1]
        opening = "{" if unclosed.name is None else f"\\begin{{{unclosed.name}}}"
        raise TexError(f'"{opening}" is never closed', unclosed.at)
    _check_cost(stack[0].nodes)
    return stack[0].nodes


def _check_end(group: TexGroup, name: str | None, at: int, *, is_outermost: bool) -> None:
    """Raises `TexError` if an end does not match the group that is open."""
    closing = "}" if name is None else f"\\end{{{name}}}"
    if is_outermost:
        raise TexError(f'nothing is open that "{closing}" could close', at)
    if group.name != name:
        opening = "{" if group.name is None else f"\\begin{{{group.name}}}"
        raise TexError(f'"{closing}" closes nothing: "{opening}" is open', at)


def split_rows(nodes: Iterable[TexNode]) -> list[TexRow]:
    r"""Splits nodes at `\\`, without the lengths that may follow it, and without an empty last row."""
    rest = list(nodes)
    rows: list[TexRow] = [[]]
    at = 0
    while at < len(rest):
        node = rest[at]
        at += 1
        if not isinstance(node, TexToken) or node.text not in ("\\\\", "\\newline", "\\cr"):
            rows[-1].append(node)
            continue
        while at < len(rest) and rest[at] == ("\\\\", node.at + 2):  # some Markdown parsers need it escaped
            at += 1
        at += at < len(rest) and rest[at] == ("*", node.at + 2)
        length = _LENGTH.match("".join(token.text for token in rest[at:at + 12] if isinstance(token, TexToken)))
        at += len(tokenize(length[0])) if length else 0
        rows.append([])
    if len(rows) > 1 and is_blank(rows[-1]):
        rows.pop()
    return rows


def split_cells(row: TexRow) -> list[TexRow]:
    """Splits a row at `&`."""
    cells: list[TexRow] = [[]]
    for node in row:
        if isinstance(node, TexToken) and node.text == "&":
            cells.append([])
        else:
            cells[-1].append(node)
    return cells


def is_blank(nodes: Iterable[TexNode]) -> bool:
    """Returns whether the nodes are only spaces."""
    return all(isinstance(node, TexToken) and node.is_space for node in nodes)


def flatten(nodes: Iterable[TexNode]) -> Iterator[TexToken]:
    """Yields the tokens of a tree in the order in which they were written."""
    for node in nodes:
        if isinstance(node, TexToken):
            yield node
            continue
        edges = ("{", "}") if node.name is None else (f"\\begin{{{node.name}}}", f"\\end{{{node.name}}}")
        yield TexToken(edges[0], node.at)
        yield from flatten(node.nodes)
        yield TexToken(edges[1], node.end)


def _check_cost(nodes: TexRow) -> tuple[int, int]:
    """Returns how many commands and how many unclosed brackets lead to the innermost of these nodes.  Raises
    `TexError` if there are too many."""
    most = most_open = 0
    for row in split_rows(nodes):
        for cell in split_cells(row):
            commands, unclosed = _check_cell_cost(cell)
            most, most_open = max(most, commands), max(most_open, unclosed)
    return most, most_open


def _check_cell_cost(cell: TexRow) -> tuple[int, int]:
    """Returns the two counts of `_check_cost` for one cell."""
    commands = unclosed = inner = inner_open = 0
    for node in cell:
        if isinstance(node, TexGroup):
            below = _check_cost(node.nodes)
            inner, inner_open = max(inner, below[0] + 2), max(inner_open, below[1])
        else:
            commands += len(node.text) > 1
            is_closed = unclosed and _CLOSING.match(node.text)
            unclosed += -1 if is_closed else bool(_OPENING.match(node.text))
        if commands + inner > MAX_COMMANDS:
            raise TexError("it is too long for one line", node.at)
        if unclosed + inner_open > MAX_UNCLOSED:
            raise TexError("too many brackets are never closed", node.at)
    return commands + inner, unclosed + inner_open


def argument_nodes(node: TexNode | None) -> TexRow:
    """Returns the nodes of an argument, without its braces."""
    return node.nodes if isinstance(node, TexGroup) else [node] if node else []


def end_offset(node: TexNode) -> int:
    """Returns the offset of the end of a node."""
    return node.end if isinstance(node, TexGroup) else node.at


def parts_between_dollars(nodes: TexRow) -> list[TexRow]:
    """Splits nodes at each `$`."""
    parts: list[TexRow] = [[]]
    for node in nodes:
        if isinstance(node, TexToken) and node.text == "$":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def drop_sign_column(row: TexRow) -> TexRow:
    """Joins the second and third column of a row: `eqnarray` has a column for the sign, `align` has none."""
    cells = split_cells(row)
    mark = TexToken("&", row[0].at if row else 0)
    return [*cells[0], *([mark] if len(cells) > 1 else []), *(node for cell in cells[1:] for node in cell)]


def pad_rows(rows: list[TexRow]) -> list[TexRow]:
    """Adds empty cells, so that all rows have the same number of cells and equation numbers are in one column."""
    widths = [len(split_cells(row)) for row in rows]
    return [[*row, *[TexToken("&", row[-1].at if row else 0)] * (max(widths) - width)]
            for row, width in zip(rows, widths, strict=True)]


class NodeReader:
    """Reads nodes one after the other; a command reads its arguments from it."""

    def __init__(self, nodes: TexRow) -> None:
        self._nodes = nodes
        self._at = 0

    def next(self) -> TexNode | None:
        self._at += 1
        return self._nodes[self._at - 1] if self._at <= len(self._nodes) else None

    def peek(self) -> TexNode | None:
        return self._nodes[self._at] if self._at < len(self._nodes) else None

    def rest(self) -> TexRow:
        return self._nodes[self._at:]

    def argument(self) -> TexNode | None:
        """Reads a group or one token; skips spaces before it."""
        while (node := self.next()) is not None and isinstance(node, TexToken) and node.is_space:
            pass
        return node

    def option(self) -> None:
        """Skips an optional argument, `[…]`."""
        following = self.peek()
        if following and following.text == "[":
            while (node := self.next()) is not None and node.text != "]":
                pass

    def accept(self, *texts: str) -> str | None:
        """Skips one of these texts, and spaces before it.  Returns the one that it found."""
        at = self._at
        found = self.argument()
        if isinstance(found, TexToken) and found.text in texts:
            return found.text
        self._at = at
        return None
