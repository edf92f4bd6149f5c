"""Sections: which folder's page a page belongs to, and in which order."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from coldpress.content.page import Page, Section
from coldpress.content.standing import Standing


class SectionTree:
    """Pages under the sections nearest above them; `members` by the section's
    source: by weight, then posts newest first, then by title."""

    def __init__(self, pages: Iterable[Page]) -> None:
        pages = tuple(pages)
        self._section_at = {page._document.source.folder: page for page in pages if isinstance(page, Section)}
        self._bundle_at = {page.bundle: page for page in pages if page.bundle}
        members: dict[str, list[Page]] = {section.source: [] for section in self._section_at.values()}
        for page in pages:
            section = self.nearest(page)
            if section is not None and not page._document.front.unlisted:
                members[section.source].append(page)
        self.members = {source: tuple(sorted(found, key=in_section)) for source, found in members.items()}

    def page_in(self, folder: str) -> Page | None:
        """The page that stands for a content folder: its section or its bundle."""
        return self._section_at.get(folder) or self._bundle_at.get(folder)

    def nearest(self, page: Standing) -> Section | None:
        """The section of a page's folder, else of the nearest folder above it."""
        folder = page._document.source.folder
        while True:
            section = self._section_at.get(folder)
            if section is not None and section is not page:
                return section
            if not folder:
                return None
            folder = posixpath.dirname(folder)


def newest_first(page: Page) -> tuple[bool, float, str]:
    """Sorts pages by date, the newest first, those without one last."""
    date = page._document.front.date
    return date is None, -date.timestamp() if date else 0.0, page.source


def in_section(page: Page) -> tuple[object, ...]:
    """Sorts pages in their section: by weight, then posts newest first, then by title."""
    weight = page._document.front.weight
    newest = newest_first(page)[:2] if page.kind == "post" else (False, 0.0)
    return (weight is None, weight or 0.0, *newest, page.kind == "section", page._name.casefold(), page.source)
