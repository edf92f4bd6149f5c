"""The types of a rendered body.  They are plain, can be pickled, and hold no URL.

HTML is a `Fragment`: text with slots.  A slot is filled each time the page is shown, so
a cached body never has an outdated link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from coldpress.recorder import Key


class Link(NamedTuple):
    """A reference as the author wrote it: `other.md#part`, `../img.png`, `[[A page]]`.

    `kind` is `link` for a reference that readers follow, `image` for a file that the page loads.  `line` counts from
    the first line of the body; `line`, `column` and `length` are its place.
    """

    kind: Literal["link", "image"]
    target: str
    line: int | None = None
    column: int | None = None
    length: int = 1


class Picture(NamedTuple):
    """An `<img>` whose file is written by hand or in Markdown: its link, and its attributes in their order (`src` marks
    the place of the link, None stands for no value).

    `is_linked` tells whether it is inside a link, `is_early` whether it is the first one of the body and near its
    beginning.
    """

    link: Link
    attributes: tuple[tuple[str, str | None], ...]
    is_linked: bool = False
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """One entry of the table of contents, with the entries below it."""

    level: int
    id: str
    title: str
    children: tuple[Heading, ...] = ()


def flat_headings(headings: Iterable[Heading]) -> Iterator[Heading]:
    """Yields headings and all below them, in the order of the text."""
    for heading in headings:
        yield heading
        yield from flat_headings(heading.children)


class TextSection(NamedTuple):
    """The plain text from one heading of a body to the next, for the search.

    Before the first heading of the contents, `id` and `heading` are those of the title heading, or empty.
    """

    id: str
    heading: str
    text: str


class Fragment(NamedTuple):
    """HTML in parts: text, and slots for links, components and the title."""

    parts: tuple[Part, ...] = ()

    def fill(self, fill: Fill) -> str:
        """Returns the HTML, with each slot filled by a function."""
        return "".join([part if isinstance(part, str) else fill(part) for part in self.parts])

    @property
    def links(self) -> Iterator[Link]:
        """Yields its links, with those of the title and of components."""
        for part in self.parts:
            if isinstance(part, Link):
                yield part
            elif isinstance(part, Picture):
                yield part.link
            elif isinstance(part, Title):
                yield from part.html.links
            elif isinstance(part, Component):
                yield from (value for _, value in part.attributes if isinstance(value, Link))
                yield from part.title.links
                yield from part.body.links

    @property
    def targets(self) -> tuple[str, ...]:
        """The targets of its links as they are written, each once."""
        return tuple(dict.fromkeys(link.target for link in self.links if link.kind == "link"))

    @property
    def components(self) -> Iterator[Component]:
        """Yields its components, each before the components inside it."""
        for part in self.parts:
            if isinstance(part, Component):
                yield part
                yield from part.title.components
                yield from part.body.components


class Title(NamedTuple):
    """The heading that is the page's title.

    `text` is its plain text, `written` its text in Markdown, `lines` are its lines in the
    body.  The body shows it only if the front matter has another title.
    """

    id: str
    text: str
    written: str
    lines: tuple[int, int] | None
    html: Fragment


class Component(NamedTuple):
    """A component, which the template of its name shows.

    `kind` is `container`, `leaf` or `inline`; `number` counts the components of a body from
    1.  If no template has the name, `before` and `after` are written around the content.  `is_early` tells whether it
    shows the first picture of the body, near its beginning.
    """

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
    is_early: bool = False


Slot = Link | Picture | Title | Component
Part = str | Slot
Fill = Callable[[Slot], str]
"""Returns the value of the attribute for a link, and HTML for a title or a component."""


class Flaw(NamedTuple):
    """A mistake in the body.  It is a note if readers see no difference."""

    code: str
    message: str
    line: int | None
    column: int | None
    length: int
    hint: str | None = None
    severity: Literal["error", "warning", "note"] = "warning"


class Brief(NamedTuple):
    """The part of a rendered body that other pages show: its summary as HTML and as
    plain text, its links as written, and the minutes that reading it takes.  `reads` are the files,
    folders and variables that an extension of Python-Markdown read to render it."""

    summary: Fragment = Fragment()
    text: str = ""
    has_more: bool = False
    links: tuple[str, ...] = ()
    reads: tuple[Key, ...] = ()
    minutes: int = 1


class Rendered(NamedTuple):
    """One rendered body: its HTML, its summary, contents, anchors and counts.

    `sections` are the plain text for the search.  A body from the store has none: the store
    keeps them with the words of the search.
    """

    html: Fragment
    brief: Brief
    title: Title | None
    toc: tuple[Heading, ...]
    anchors: tuple[str, ...]
    words: int
    cjk: int
    flaws: tuple[Flaw, ...]
    sections: tuple[TextSection, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether rendering again gives the same: a body that took too long may not."""
        return all(flaw.severity != "error" for flaw in self.flaws)
