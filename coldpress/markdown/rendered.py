"""What rendering one body gives: plain, picklable, free of any URL.

HTML is kept as a `Fragment`: text with slots.  A slot is filled whenever the
page is read, so rendered markup can be cached and never holds a stale link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from coldpress.recorder import Key


@dataclass(frozen=True, slots=True)
class Link:
    """A reference as the author wrote it: `other.md#part`, `../img.png`, `[[A page]]`.

    `kind` is `link` for what is followed, `image` for what is loaded and
    `picture` for an image whose tag tells no size yet; `line`, from the body's
    first, `column` and `length` say where it stands.
    """

    kind: Literal["link", "image", "picture"]
    target: str
    line: int | None = None
    column: int | None = None
    length: int = 1


@dataclass(frozen=True, slots=True)
class Heading:
    """One entry of the table of contents, with those below it."""

    level: int
    id: str
    title: str
    children: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """HTML in pieces: text as it is; links, components and the title to be filled in."""

    parts: tuple[Part, ...] = ()

    def fill(self, fill: Fill) -> str:
        """The HTML."""
        return "".join([part if isinstance(part, str) else fill(part) for part in self.parts])

    @property
    def links(self) -> Iterator[Link]:
        """The links in it, those of the title and of components among them."""
        for part in self.parts:
            if isinstance(part, Link):
                yield part
            elif isinstance(part, Title):
                yield from part.html.links
            elif isinstance(part, Component):
                yield from (value for _, value in part.attributes if isinstance(value, Link))
                yield from part.title.links
                yield from part.body.links

    @property
    def targets(self) -> tuple[str, ...]:
        """What it leads its readers to, as written, each once."""
        return tuple(dict.fromkeys(link.target for link in self.links if link.kind == "link"))

    @property
    def components(self) -> Iterator[Component]:
        """The components in it, each before those within it."""
        for part in self.parts:
            if isinstance(part, Component):
                yield part
                yield from part.title.components
                yield from part.body.components


@dataclass(frozen=True, slots=True)
class Title:
    """The heading that is the page's title: its words, its text as it was
    `written`, the `lines` of the body it stands on, and its HTML; shown in the
    body only when the front matter gives the page another."""

    id: str
    text: str
    written: str
    lines: tuple[int, int] | None
    html: Fragment


@dataclass(frozen=True, slots=True)
class Component:
    """What a template of its name shows.  `kind` is `container`, `leaf` or
    `inline`; `number` counts those of a body from 1; where nobody knows the
    name, `before` and `after` stand round the content."""

    name: str
    kind: str
    number: int
    attributes: tuple[tuple[str, str | Link], ...]
    title: Fragment
    body: Fragment
    before: str
    after: str
    line: int
    column: int


Slot = Link | Title | Component
Part = str | Slot
Fill = Callable[[Slot], str]
"""Gives an attribute's value for a link, whole HTML for the others."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something in the body that could not be shown as meant; a note where it
    makes no difference to readers."""

    code: str
    message: str
    line: int | None
    column: int | None
    length: int
    hint: str | None = None
    severity: Literal["error", "warning", "note"] = "warning"


@dataclass(frozen=True, slots=True)
class Brief:
    """The part of a rendered body that other pages show: its summary as HTML and as
    plain text, and its links as written.  `reads` are the files, folders and variables
    that an extension of Python-Markdown read to render it."""

    summary: Fragment = Fragment()
    text: str = ""
    has_more: bool = False
    links: tuple[str, ...] = ()
    reads: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """One body rendered: its HTML, its summary and what is known of both; `text`
    is what can be found of it, the heading that may be its title in a first line."""

    html: Fragment
    brief: Brief
    title: Title | None
    toc: tuple[Heading, ...]
    anchors: tuple[str, ...]
    words: int
    cjk: int
    flaws: tuple[Flaw, ...]
    text: str

    @property
    def is_settled(self) -> bool:
        """Whether rendering again gives the same: a body that took too long may not."""
        return all(flaw.severity != "error" for flaw in self.flaws)
