"""The page of a source whose text is not saved, and the Library as that page sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from coldpress import recorder
from coldpress.content.aliases import Alias, Moved
from coldpress.content.bodies import cached_bodies
from coldpress.content.links import LinkTarget, broken_link, resolve, unresolved_links
from coldpress.content.page import NavView, Page, Section
from coldpress.content.page_checks import page_problems
from coldpress.content.permalinks import PageEntry
from coldpress.content.wikilinks import WikiLinkIndex
from coldpress.errors import ColdpressError, Problem
from coldpress.markdown.cache import Body
from coldpress.markdown.rendered import Brief, Link, Rendered
from coldpress.sources.front_matter import SourceDocument, title_of


class BodyRenderer(Protocol):
    """Renders bodies with a Markdown engine and a cache."""

    def render(self, body: Body, *, keep: bool = True) -> Rendered: ...

    def brief(self, body: Body) -> Brief: ...

    def heading(self, digest: str, read: Callable[[], str], *, keep: bool = True) -> str | None: ...


class UnsavedPage(NamedTuple):
    """The page of a text that is not saved; the Library as the page sees it; the problems that a build would
    report of the text, which do not keep it from being shown."""

    page: Page
    library: Any
    """A `Library` in all that a page asks and that templates show."""
    problems: tuple[Problem, ...]


class UnsavedLibrary:
    """The Library with the page of one text that is not saved.

    Its page is at its source and its path, and is rendered without being kept.  All else is that of the
    `saved` Library, also lists and terms, which hold the page as it was saved, or not at all.
    """

    def __init__(self, saved: Any, markup: BodyRenderer, kind: type[Page], entry: PageEntry) -> None:
        self._saved = saved
        self._markup = markup
        self._bodies: dict[str, Rendered] = {}
        with recorder.unrecorded():
            self._before: Page | None = saved.by_source(entry.document.source.path)
        self.page = kind(entry, self)
        self._names = WikiLinkIndex([self.page], ())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._saved, name)

    def at(self, path: str) -> Page | Alias | Moved | None:
        """Returns the page or the alias at a decoded path."""
        found: Page | Alias | Moved | None = self._saved.at(path)
        if path == self.page.unrecorded.path:
            return self.page
        return None if found is not None and found is self._before else found

    def by_source(self, source: str) -> Page | None:
        """Returns the page of a source."""
        found: Page | None = self._saved.by_source(source)
        return self.page if source == self.page.source else found

    def by_name(self, name: str) -> Page | None:
        """Returns the page with a name; case does not count."""
        found: Page | None = self._saved.by_name(name)
        return self._names.get(name) if found is None or found is self._before else found

    def problems(self) -> list[Problem]:
        """Returns what a build would report of the page: the path of another page, links that lead nowhere, and what
        is wrong in its fields and its markup."""
        library: Any = self
        page, problems = self.page, list(self._clashes())
        with cached_bodies():
            try:
                problems += page_problems(library, page)
                problems += (broken_link(library, page, link) for path, link in unresolved_links(library, page)
                             if path is None or not library.host.answers(path))
            except ColdpressError as reason:  # a body that is a template and fails
                problems += reason.problems
        return sorted(problems, key=Problem.order)

    def _clashes(self) -> Iterator[Problem]:
        """Yields the problem of a page at the path of another one, which a build would not publish."""
        other = self._saved.at(self.page.path)
        if isinstance(other, Page) and other is not self._before:
            yield Problem("url.clash", f"two sources want `{self.page.path}`",
                          self.page.unrecorded.document.place_of("permalink"),
                          "give one of them another name, `slug:` or `permalink:`",
                          also=(other.unrecorded.document.place_of("permalink"),))

    def target(self, page: Page, link: Link) -> LinkTarget:
        """Returns the target of a link in a page."""
        return resolve(self, page, link.target)

    def link_url(self, page: Page, link: Link, **how: bool) -> str:
        """Returns the URL for a link in a page."""
        url: str = type(self._saved).link_url(self, page, link, **how)  # with `target` of this Library
        return url

    def title_of(self, document: SourceDocument) -> str:
        """Returns the title of a source (not recorded)."""
        return title_of(document, lambda: self._markup.heading(
            document.digest, document.read_body, keep=False)) or self._saved.config.title

    def render(self, page: Page) -> Rendered:
        """Returns the rendered Markdown of a page."""
        if page is not self.page:
            rendered: Rendered = self._saved.render(page)
            return rendered
        body = self._saved.body_of(page)
        with recorder.unrecorded():
            if body.digest not in self._bodies:
                self._bodies[body.digest] = self._markup.render(body, keep=False)
            rendered = self._bodies[body.digest]
        recorder.replay(dict.fromkeys(rendered.brief.reads))
        return rendered

    def brief(self, page: Page) -> Brief:
        """Returns the part of a page's rendered body that other pages show."""
        return self.render(page).brief

    # What follows is found by the page as it was saved, which stands in the lists.

    def section_of(self, page: Page) -> Section | None:
        """Returns the section that a page belongs to."""
        section: Section | None = self._saved.section_of(self._in_lists(page))
        return section

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """Returns the pages before and after a page."""
        beside: tuple[Page | None, Page | None] = self._saved.neighbours(self._in_lists(page))
        return beside

    def tree_of(self, page: Page) -> Sequence[NavView]:
        """Returns the docs tree that contains a page."""
        tree: Sequence[NavView] = self._saved.tree_of(self._in_lists(page))
        return tree

    def related_to(self, page: Page) -> tuple[Page, ...]:
        """Returns pages that share terms with a page."""
        related: tuple[Page, ...] = self._saved.related_to(self._in_lists(page))
        return related

    def _in_lists(self, page: Page) -> Page:
        return self._before if page is self.page and self._before else page
