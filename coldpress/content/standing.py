"""Where a page stands among the others: its terms, its section, its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from coldpress.content.recorded import recorded
from coldpress.options import PATH_TOKEN

if TYPE_CHECKING:
    from coldpress.content.library import Library
    from coldpress.content.navigation import NavItem
    from coldpress.content.page import Page, Section
    from coldpress.content.taxonomy import Author, Term
    from coldpress.sources.document import Document


class Standing:
    """What a page is told by the Library it stands in."""

    kind: str
    source: str
    _document: Document
    _library: Library

    @recorded
    def authors(self) -> tuple[Author, ...]:
        """Who wrote it; the site's author where it names nobody."""
        return self._library.authors_of(self)

    @recorded
    def terms(self) -> Mapping[str, tuple[Term, ...]]:
        """Its terms by taxonomy: `page.terms.tags`."""
        return self._library.terms_of(self)

    @property
    def all_terms(self) -> tuple[Term, ...]:
        """Its terms of every taxonomy in the config."""
        return tuple(term for terms in self.terms.values() for term in terms)

    @property
    def tags(self) -> tuple[Term, ...]:
        return self.terms.get("tags", ())

    @property
    def categories(self) -> tuple[Term, ...]:
        return self.terms.get("categories", ())

    @recorded
    def series(self) -> Term | None:
        """The series it is a part of; its `pages` are the parts, the first one first."""
        return self._library.series_of(self)

    @property
    def section(self) -> Section | None:
        """The section it belongs to."""
        return self._library.section_of(self)

    @property
    def ancestors(self) -> tuple[Section, ...]:
        """The sections above it, the outermost first; without the home page."""
        above: list[Section] = []
        section = self.section
        while section is not None and section.path != "/":
            above.insert(0, section)
            section = section.section
        return tuple(above)

    @property
    def prev(self) -> Page | None:
        """Of a post the one before it in time; in docs the page before it."""
        return self._library.neighbours(self)[0]

    @property
    def next(self) -> Page | None:
        """Of a post the one after it in time; in docs the page after it."""
        return self._library.neighbours(self)[1]

    @property
    def nav(self) -> tuple[NavItem, ...]:
        """The tree of docs that it stands in; empty for every other page."""
        return self._library.navigation.tree_of(self)

    @property
    def face(self) -> str:
        """`docs` for a page in a tree of docs, else `blog`."""
        return "docs" if self.nav else "blog"

    @property
    def related(self) -> tuple[Page, ...]:
        """Up to five pages that share terms with it, the nearest first."""
        return self._library.related_to(self)

    @property
    def backlinks(self) -> tuple[Page, ...]:
        """The pages whose text links to it, by their sources."""
        return self._library.linking_to(self)

    @property
    def edit_url(self) -> str | None:
        """Where its source is edited, by the config's `theme.edit_url`."""
        pattern = self._library.config.theme.edit_url
        return pattern.replace(PATH_TOKEN, quote(self.source)) if pattern else None
