"""Fences of a language that has a function of its own, such as a diagram's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from coldpress.markdown.rendered import Flaw
from coldpress.recorder import Reads


@dataclass(slots=True)
class Fence:
    """A fence, as its function gets it.

    `code` is its text, `language` the first word of its info string, `title` and `attributes`
    what else that says: `title="x"`, `width=300`.  `number` counts the fences of the language
    in the body from 1; `repeats` tells how many before it have the same code.  `trusted` is
    whether the author of the page is: what the function returns for another one is sanitized.
    """

    code: str
    language: str
    title: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    number: int = 1
    repeats: int = 0
    trusted: bool = True
    line: int = 1
    """The line of the fence in the body."""
    column: int = 1
    flaws: list[Flaw] = field(default_factory=list)

    def report(self, message: str, *, line: int = 0, hint: str | None = None, code: str = "markup.fence",
               severity: Literal["error", "warning", "note"] = "warning") -> None:
        """Reports a mistake in a line of the code; in line 0, of the fence itself.  A site with an
        error is not published."""
        column, length = (None, 1) if line else (self.column, 3)
        self.flaws.append(Flaw(code, message, self.line + line, column, length, hint, severity))


class FenceReads:
    """What the functions of fences have read in this process, by their owners: one may keep what
    it read, so each later call depends on it too."""

    def __init__(self) -> None:
        self._by_owner: dict[str, Reads] = {}

    def add(self, owner: str, reads: Reads) -> Reads:
        """Adds the reads of one call; returns all of the owner's."""
        known = self._by_owner.setdefault(owner, {("plugin", owner): None})
        known.update(reads)
        return known


FenceFunction = Callable[[Fence], "str | None"]
"""Returns the HTML of a fence; None to show it as code."""


@dataclass(frozen=True, slots=True)
class RegisteredFence:
    """The function of a language.

    `owner` is what registered it and is recorded as read by each page that shows it; an empty one is
    Coldpress itself, whose version is in the key of every body.  A function that is `shared` can be
    called in processes which have no app.
    """

    render: FenceFunction
    owner: str = ""
    has_attributes: bool = True
    shared: bool = False
    reads: FenceReads = field(default_factory=FenceReads)

    @property
    def said(self) -> str:
        """What failed, in words."""
        return f"the plugin `{self.owner}`" if self.owner[:1] not in ("", "*") else "the function of this fence"


NO_FENCES: Mapping[str, RegisteredFence] = MappingProxyType({})
