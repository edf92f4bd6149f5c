"""What running one body may cost, in counts that are the same on every machine.

A step is about one operation, or one item that an operation looks at.
Characters are those of every text that a body makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from jinja2.exceptions import SecurityError

from coldpress.recorder import Reads

STEPS = 1_000_000
CHARACTERS = 5_000_000
DEPTH = 50
"""Calls of macros and of recursive loops within one another."""
BODIES = 8
"""Bodies of pages that ask for one another."""
NESTED = 50
"""Lists within one another."""
WIDTH = 1_000
"""The widest that a text is padded, indented or cut in pieces to."""
BITS = 4_096
"""The longest whole number."""
_PER_STEP = 256  # characters that are looked at in about the time of one operation


class Refused(SecurityError):
    """Something that a body may not read or do; `hint` is the way out of it."""

    hint = "the documentation lists what a body may read and do, and how much: Markdown, “Templates in bodies”"


class AsksForItself(Refused):
    """A body shows its own text."""

    hint = "leave this page out of what it lists: `{% for post in library.posts if post != page %}`"


class TooCostly(Refused):
    """A body asks for more than one body may cost."""


class Budget:
    """What is left for one body.  `sources` names the pages whose bodies are
    running, one within another; all of them share the budget of the first.
    `known` are texts of other pages, with what was read for each."""

    def __init__(self) -> None:
        self.sources: list[str] = []
        self.known: dict[tuple[str, str], tuple[Any, Reads]] = {}
        self.steps = STEPS
        self._characters = CHARACTERS
        self._depth = 0

    def spend(self, steps: int) -> None:
        """Count steps."""
        self.steps -= steps
        if self.steps < 0:
            raise TooCostly(f"it takes more than {STEPS:,} steps")

    def look_at(self, characters: int) -> None:
        """Count an operation on a text of this length."""
        self.spend(1 + characters // _PER_STEP)

    def write(self, characters: int) -> None:
        """Count characters that are made; called before they are, where that can be known."""
        self._characters -= characters
        if self._characters < 0:
            raise TooCostly(f"it makes more than {CHARACTERS:,} characters")

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count a call while it lasts."""
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
    """The budget of the body that is running."""
    current = _budget.get()
    if current is None:
        raise Refused("no body is running")
    return current


def is_nested() -> bool:
    """Whether a body is running already."""
    return _budget.get() is not None


@contextmanager
def running(source: str) -> Iterator[Budget]:
    """Run the body of a page inside the block."""
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
    """A width, if texts may be that wide."""
    if not isinstance(value, int) or value > WIDTH:
        raise TooCostly(f"a width is a number up to {WIDTH:,}")
    return value
