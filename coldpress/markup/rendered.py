"""What rendering one body gives: plain, picklable, free of any URL.

HTML is kept as a `Fragment`: text with slots.  A slot is filled whenever the
page is read, so rendered markup can be cached and never holds a stale link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Link:
    """A reference as the author wrote it: `other.md#part`, `../img.png`.

    `kind` is `link` for what is followed and `image` for what is loaded;
    `line`, from the body's first, `column` and `length` say where it stands.
    """

    kind: Literal["link", "image"]
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
    """HTML in pieces: text as it is, links and the title to be filled in."""

    parts: tuple[str | Link | Title, ...] = ()

    def fill(self, link: Callable[[Link], str], title: Callable[[Title], str] | None = None) -> str:
        """The HTML; `link` gives an attribute's value, `title` whole HTML."""
        return "".join(
            part if isinstance(part, str) else link(part) if isinstance(part, Link) else title(part) if title else ""
            for part in self.parts
        )

    @property
    def links(self) -> Iterator[Link]:
        """The links in it, the title's own among them."""
        for part in self.parts:
            if isinstance(part, Link):
                yield part
            elif isinstance(part, Title):
                yield from part.html.links


@dataclass(frozen=True, slots=True)
class Title:
    """The heading that is the page's title, as text and as HTML; shown in the
    body only when the front matter gives the page another."""

    id: str
    text: str
    html: Fragment


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
    severity: Literal["warning", "note"] = "warning"


@dataclass(frozen=True, slots=True)
class Brief:
    """What other pages show of a body: its summary as HTML and as plain text."""

    summary: Fragment = Fragment()
    text: str = ""
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """One body rendered: its HTML, its summary and what is known of both."""

    html: Fragment
    brief: Brief
    title: Title | None
    toc: tuple[Heading, ...]
    anchors: tuple[str, ...]
    words: int
    cjk: int
    flaws: tuple[Flaw, ...]
