"""What stands round a page: its section, its neighbours, its terms, its kin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from coldpress import recorder
from coldpress.content.navigation import Navigation
from coldpress.content.page import Page, Section
from coldpress.content.related import Related
from coldpress.content.shelves import Shelves
from coldpress.content.standing import Standing
from coldpress.content.taxonomy import Author, Term


class Neighbourhood(Shelves):
    """Everything that a page asks about its place among the others."""

    def page_in(self, folder: str) -> Page | None:
        """The page that stands for a content folder: its section or its bundle."""
        recorder.read("source", f"{folder}/")
        return self._tree.page_in(folder)

    def section_of(self, page: Standing) -> Section | None:
        """The section that a page belongs to."""
        recorder.read("section", page.source)
        return self._tree.nearest(page)

    def pages_of(self, section: Section) -> tuple[Page, ...]:
        """What lies in a section."""
        recorder.read("members", section.source)
        return self._tree.members.get(section.source, ())

    def neighbours(self, page: Standing) -> tuple[Page | None, Page | None]:
        """The pages before and after one: posts in time, others in their tree."""
        recorder.read("near", page.source)
        if page.kind != "post":
            return self.navigation.near(page)
        siblings, index = self._position.get(page.source, ((), 0))
        return _at(siblings, index + 1), _at(siblings, index - 1)

    def terms_of(self, page: Standing) -> dict[str, tuple[Term, ...]]:
        """A page's terms by taxonomy."""
        front = page._document.front
        return {name: self.authors.of(self.author_names(page)) if name == "authors" else
                taxonomy.of(front.terms.get(name, ())) for name, taxonomy in self.taxonomies.items()}

    def authors_of(self, page: Standing) -> tuple[Author, ...]:
        """Who wrote a page."""
        names = page._document.front.authors or ((self.config.author,) if self.config.author else ())
        return tuple(map(self.authors.person, names))

    def series_of(self, page: Standing) -> Term | None:
        """The series that a page is a part of."""
        names = page._document.front.terms.get("series", ())
        return next(iter(self.series.of(names)), None)

    @cached_property
    def navigation(self) -> Navigation:
        """The menu and the trees of docs."""
        with recorder.unrecorded():  # whoever asks next reads as much
            return Navigation(self.config, self.all_pages.unrecorded, self.root, self._named)

    def related_to(self, page: Standing) -> tuple[Page, ...]:
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
