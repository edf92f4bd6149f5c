"""The budget of a template body: its cost is counted when it is compiled and when it runs.

Global state: a context variable holds the budget of the body that runs now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.visitor import NodeTransformer

from coldpress.recorder import Reads
from coldpress.text import CONTROLS

STEPS = 1_000_000
CHARACTERS = 5_000_000
DEPTH = 50
"""How deep calls of macros and recursive loops may be nested."""
BODIES = 8
"""How deep bodies may include one another."""
NESTED = 50
"""How deep lists may be nested."""
WIDTH = 1_000
"""The largest width for padding, indenting and wrapping."""
BITS = 4_096
"""The longest whole number."""
_PER_STEP = 256  # characters, which are processed in about the time of one step


class Refused(SecurityError):
    """A body did something that is not allowed; `hint` says what to do instead."""

    hint = "the documentation lists what a body may read and do, and how much: Markdown, “Templates in bodies”"


class AsksForItself(Refused):
    """A body shows its own text."""

    hint = "leave this page out of what it lists: `{% for post in library.posts if post != page %}`"


class TooCostly(Refused):
    """A body costs more than one body may."""


class Budget:
    """What one body may still spend.

    `sources` are the pages whose bodies are running, each inside the one before; they
    share one budget.  `known` holds texts of other pages, with the reads of each.
    """

    def __init__(self) -> None:
        self.sources: list[str] = []
        self.known: dict[tuple[str, str], tuple[Any, Reads]] = {}
        self.steps = STEPS
        self._characters = CHARACTERS
        self._depth = 0

    def spend(self, steps: int) -> None:
        """Takes steps off the budget; raises if none are left."""
        self.steps -= steps
        if self.steps < 0:
            raise TooCostly(f"it takes more than {STEPS:,} steps")

    def look_at(self, characters: int) -> None:
        """Counts an operation on a text of this length."""
        self.spend(1 + characters // _PER_STEP)

    def write(self, characters: int) -> None:
        """Takes characters off the budget; raises `TooCostly` if none are left.  It is called before the
        text is made if its length can be computed, otherwise after."""
        self._characters -= characters
        if self._characters < 0:
            raise TooCostly(f"it makes more than {CHARACTERS:,} characters")

    @contextmanager
    def call(self) -> Iterator[None]:
        """Counts a call while it runs."""
        self.spend(1)
        self._depth += 1
        if self._depth > DEPTH:
            raise TooCostly(f"calls stand in one another more than {DEPTH} deep")
        try:
            yield
        finally:
            self._depth -= 1


_budget: ContextVar[Budget | None] = ContextVar("coldpress.body", default=None)


def budget() -> Budget:
    """Returns the budget of the running body."""
    current = _budget.get()
    if current is None:
        raise Refused("no body is running")
    return current


def is_nested() -> bool:
    """Whether a body is running already."""
    return _budget.get() is not None


@contextmanager
def running(source: str) -> Iterator[Budget]:
    """Runs the body of a page inside the block."""
    current = _budget.get()
    token = None
    if current is None:
        current = Budget()
        token = _budget.set(current)
    if source in current.sources:
        raise AsksForItself(f"the body of `{source}` asks for itself")
    if len(current.sources) >= BODIES:
        raise TooCostly(f"bodies ask for one another more than {BODIES} deep")
    current.sources.append(source)
    try:
        yield current
    finally:
        current.sources.pop()
        if token is not None:
            _budget.reset(token)


def as_width(value: Any) -> int:
    """Returns the width that a body passes to a filter; raises if it is no number or too large."""
    if not isinstance(value, int) or value > WIDTH:
        raise TooCostly(f"a width is a number up to {WIDTH:,}")
    return value


_TOKENS = 200_000
_BRACKETS, _PREFIXES, _ELSES, _TAGS, _LOOPS, _ELIFS, _DEEPEST = 20, 20, 20, 30, 10, 100, 80
_OPENERS = frozenset(("if", "for", "macro", "call", "filter", "with", "autoescape"))
_TOO_DEEP = "this is nested too deep"
_REFUSED: Mapping[type[nodes.Node], str] = {
    nodes.Include: "include", nodes.Import: "import", nodes.FromImport: "from", nodes.Extends: "extends",
    nodes.Block: "block"}


def parsed(environment: Environment, body: str) -> nodes.Template:
    """Parses a body.  Raises `TemplateSyntaxError` for tags that are not allowed."""
    line = 1
    try:
        _check_tokens(environment, body)
        template = environment.parse(body)
        line = _check_depth(template)
        guarded: nodes.Template = _Guarding().visit(template)
    except RecursionError:
        raise TemplateSyntaxError(_TOO_DEEP, line) from None
    return guarded


def _check_tokens(environment: Environment, body: str) -> None:
    """Refuses a body that would make the parser recurse too deep."""
    tag: list[tuple[str, str]] = []
    brackets = tags = 0
    inside = False
    for count, (line, kind, text) in enumerate(environment.lex(body)):
        if kind in ("block_begin", "variable_begin"):
            tag, brackets, inside = [], 0, True
        elif kind in ("block_end", "variable_end"):
            tags += _opens(tag) if kind == "block_end" else 0
            inside = False
        elif kind == "integer" and len(text) > BITS:
            raise TemplateSyntaxError("a number is too long", line)
        elif inside and kind != "whitespace":
            tag.append((kind, text))
            brackets += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(text, 0) if kind == "operator" else 0
            if brackets > _BRACKETS or _prefixes(tag) > _PREFIXES or (
                    text == "else" and tag.count((kind, text)) > _ELSES):
                raise TemplateSyntaxError(_TOO_DEEP, line)
        if tags > _TAGS or count > _TOKENS:
            raise TemplateSyntaxError(_TOO_DEEP if tags > _TAGS else "there is too much of it", line)


def _opens(tag: list[tuple[str, str]]) -> int:
    """Returns 1 for a tag that opens a block, -1 for one that closes it, else 0."""
    name = tag[0][1] if tag else ""
    if name == "set":
        return 0 if ("operator", "=") in tag else 1
    return 1 if name in _OPENERS else -1 if name.startswith("end") else 0


def _prefixes(tag: list[tuple[str, str]]) -> int:
    """Counts the signs and `not` in a row at the end of the tokens."""
    count = 0
    for _, text in reversed(tag):
        if text not in ("-", "+", "not"):
            return count
        count += 1
        if count > _PREFIXES:
            break
    return count


def _check_depth(template: nodes.Template) -> int:
    """Raises `TemplateSyntaxError` if a body would make the compiler recurse too deep; returns the body's line."""
    ahead: list[tuple[nodes.Node, int, int]] = [(template, 0, 0)]
    while ahead:
        node, depth, loops = ahead.pop()
        loops += isinstance(node, nodes.For)
        ways = len(node.elif_) if isinstance(node, nodes.If) else 0
        if depth > _DEEPEST or loops > _LOOPS or ways > _ELIFS:
            raise TemplateSyntaxError(_TOO_DEEP, node.lineno)
        ahead += [(child, depth + 1, loops) for child in node.iter_child_nodes()]
    return template.lineno


class _Guarding(NodeTransformer):
    """Refuses tags that load other templates, and adds counting to the compiled code."""

    def generic_visit(self, node: nodes.Node, *arguments: object, **more: object) -> nodes.Node:
        if type(node) in _REFUSED:
            raise TemplateSyntaxError(f"a body has no `{{% {_REFUSED[type(node)]} %}}`", node.lineno)
        return super().generic_visit(node, *arguments, **more)

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802  (Jinja's names)
        return nodes.MarkSafe(nodes.Const(node.data, lineno=node.lineno), lineno=node.lineno)

    def visit_Const(self, node: nodes.Const) -> nodes.Node:  # noqa: N802
        if type(node.value) is int and node.value.bit_length() > BITS:
            raise TemplateSyntaxError("a number is too long", node.lineno)
        if isinstance(node.value, str):
            node.value = CONTROLS.sub("", node.value)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), " concat")

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        return _filtered(self.generic_visit(node), " weigh")

    visit_Dict = visit_List  # noqa: N815

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        found = self.generic_visit(node)
        return _filtered(found, " weigh") if node.ctx == "load" else found

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _filtered(node.expr, " weigh")
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, " weigh")
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        part = node.arg
        if not isinstance(part, nodes.Slice):
            return node
        return _filtered(node.node, " part", *(bound or nodes.Const(None, lineno=node.lineno)
                                               for bound in (part.start, part.stop, part.step)))

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.iter = _filtered(node.iter, " iterate")
        return node


def _filtered(node: nodes.Node, name: str, *arguments: nodes.Node) -> nodes.Expr:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)
