"""Relations between pages: neighbours, related pages, backlinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from hashlib import blake2b

from coldpress import recorder
from coldpress.content.collections import Shelves
from coldpress.content.navigation import Navigation
from coldpress.content.page import Page, Section
from coldpress.content.taxonomy import Author, Taxonomy, Term
from coldpress.markdown.rendered import Brief

Resolve = Callable[[Page, str], Page | None]


class Backlinks:
    """Who links to whom in one Library.  All texts are asked for their links
    once, when the first page wants to know."""

    def __init__(self, pages: Sequence[Page], brief: Callable[[Page], Brief], resolve: Resolve) -> None:
        self._pages = pages
        self._brief = brief
        self._resolve = resolve

    def of(self, page: Page) -> tuple[Page, ...]:
        """The pages that link to one, in the order of their sources."""
        return tuple(self._linking.get(page.source, ()))

    @cached_property
    def _linking(self) -> dict[str, dict[Page, None]]:
        linking: dict[str, dict[Page, None]] = {}
        for page in self._pages:
            for target in self._targets(page, self._brief(page).links):
                linking.setdefault(target.source, {})[page] = None
        return linking

    def _targets(self, page: Page, links: Iterable[str]) -> Iterable[Page]:
        for link in links:
            target = self._resolve(page, link)
            if target is not None and target is not page:
                yield target


MAX_RELATED = 5  # pages
_WINDOW = 20  # pages looked at on each side of one in a term's list
_RAREST = 720  # what a term of one page would count; a multiple of 1 to 6, 8, 9, 10


class Related:
    """Related pages for one Library.

    A term counts the more, the fewer pages carry it, in steps of powers of two:
    a new page must not turn the order of all others round.  Of a term with many
    pages only those nearest in its list are looked at.
    """

    def __init__(self, taxonomies: Iterable[Taxonomy]) -> None:
        self._taxonomies = tuple(taxonomies)

    def of(self, page: Page) -> tuple[Page, ...]:
        """The pages that share most with one, at most `MAX_RELATED`; of equals the
        nearest in time comes first."""
        scores: dict[Page, int] = {}
        for pages, _, index in self._lists.get(page.source, ()):
            weight = _RAREST // len(pages).bit_length()
            for other in pages[max(0, index - _WINDOW):index + _WINDOW + 1]:
                scores[other] = scores.get(other, 0) + weight
        moment = _timestamp(page)
        best = sorted(scores, key=lambda other: (-scores[other], abs(self._timestamps[other] - moment), other.source))
        return tuple(other for other in best[:MAX_RELATED + 1] if other is not page)[:MAX_RELATED]

    def basis(self, page: Page) -> str:
        """What decides which pages are related to one: the same, the same pages."""
        parts = []
        for pages, marks, index in self._lists.get(page.source, ()):
            parts += [str(len(pages).bit_length()), *marks[max(0, index - _WINDOW):index + _WINDOW + 1], ""]
        return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()

    @cached_property
    def _timestamps(self) -> dict[Page, float]:
        """When each page in a list is of, in seconds."""
        return {page: _timestamp(page) for pages in self._all for page in pages}

    @cached_property
    def _all(self) -> list[Sequence[Page]]:
        """The pages of each term that more than one carries."""
        lists = (term.pages.unrecorded for taxonomy in self._taxonomies for term in taxonomy.below(""))
        return [pages for pages in lists if len(pages) > 1]

    @cached_property
    def _lists(self) -> dict[str, list[tuple[Sequence[Page], list[str], int]]]:
        """By source: the lists that a page stands in, the same as text with
        the moments, and where the page is."""
        lists: dict[str, list[tuple[Sequence[Page], list[str], int]]] = {}
        for pages in self._all:
            marks = [f"{page.source} {self._timestamps[page]}" for page in pages]
            for index, page in enumerate(pages):
                lists.setdefault(page.source, []).append((pages, marks, index))
        return lists


def _timestamp(page: Page) -> float:
    date = page.unrecorded.front.date
    return date.timestamp() if date else 0.0


class Neighbourhood(Shelves):
    """Everything that a page asks about its place among the others."""

    def page_in(self, folder: str) -> Page | None:
        """The page that stands for a content folder: its section or its bundle."""
        recorder.read("source", f"{folder}/")
        return self._tree.page_in(folder)

    def section_of(self, page: Page) -> Section | None:
        """The section that a page belongs to."""
        recorder.read("section", page.source)
        return self._tree.nearest(page)

    def pages_of(self, section: Section) -> tuple[Page, ...]:
        """What lies in a section."""
        recorder.read("members", section.source)
        return self._tree.members.get(section.source, ())

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """The pages before and after one: posts in time, others in their tree."""
        recorder.read("near", page.source)
        if page.kind != "post":
            return self.navigation.neighbours(page)
        siblings, index = self._position.get(page.source, ((), 0))
        return _at(siblings, index + 1), _at(siblings, index - 1)

    def terms_of(self, page: Page) -> dict[str, tuple[Term, ...]]:
        """A page's terms by taxonomy."""
        front = page.unrecorded.front
        return {name: self.authors.of(self.author_names(page)) if name == "authors" else
                taxonomy.of(front.terms.get(name, ())) for name, taxonomy in self.taxonomies.items()}

    def authors_of(self, page: Page) -> tuple[Author, ...]:
        """Who wrote a page."""
        names = page.unrecorded.front.authors or ((self.config.author,) if self.config.author else ())
        return tuple(map(self.authors.person, names))

    def series_of(self, page: Page) -> Term | None:
        """The series that a page is a part of."""
        names = page.unrecorded.front.terms.get("series", ())
        return next(iter(self.series.of(names)), None)

    @cached_property
    def navigation(self) -> Navigation:
        """The menu and the trees of docs."""
        with recorder.unrecorded():  # whoever asks next reads as much
            return Navigation(self.config, self.all_pages.unrecorded, self.root, self._named)

    def related_to(self, page: Page) -> tuple[Page, ...]:
        """Pages that share terms with one."""
        recorder.read("related", page.source)
        return self.related.of(page)

    @cached_property
    def related(self) -> Related:
        """Which pages share terms (not recorded)."""
        return Related(self.taxonomies.values())

    def _named(self, name: str) -> Page | None:
        """The page that an entry of the menu names by source, folder or path."""
        return (self._by_source.get(name) or self._tree.page_in(name.rstrip("/"))
                or self._by_path.get(f"/{name}"))


def _at(posts: Sequence[Page], index: int) -> Page | None:
    return posts[index] if 0 <= index < len(posts) else None
