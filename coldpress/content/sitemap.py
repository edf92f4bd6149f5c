"""Every listed URL of the site with the moment of its last change (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.content.page import Page, Section
from coldpress.content.pagination import numbered_pages, page_of, page_path
from coldpress.content.taxonomy import taxonomy_path

MOST = 50_000
"""URLs that one file may hold."""


def sitemap_of(library: Library) -> list[tuple[str, datetime | None]]:
    """Paths, sorted, each with the date of what is there; of a list, the date of
    the newest on it."""
    places: dict[str, datetime | None] = {}
    for page in library.all_pages:
        if not page.unlisted:
            members = page.pages if isinstance(page, Section) else ()
            places[page.path] = _latest([page, *members])
    for path, pages in _lists(library):
        for number, posts in _numbered(path, pages, library.config.paginate):
            latest = _latest(posts)
            places[page_path(path, number)] = latest or places.get(page_path(path, number))
    return sorted(places.items())


def parts_of_sitemap(library: Library) -> int:
    """How many files a site's map takes, where it is more than one; else 0."""
    size = library.config.paginate
    at_most = len(library.all_pages) + sum(1 + numbered_pages(len(pages), size) for _, pages in _lists(library))
    return -(-len(sitemap_of(library)) // MOST) if at_most > MOST else 0


def _lists(library: Library) -> Iterator[tuple[str, Sequence[Page]]]:
    """The path and the pages of every list.  Which pages those are follows from
    their front matter, which whoever asks has read, and from who the authors are."""
    posts = library.posts.unrecorded
    if not library.at("/"):
        yield "/", posts[:1]
    if posts:
        yield "/archive/", posts[:1]
    for collection in library.collections.values():
        if collection.posts.unrecorded:
            yield collection.path, collection.posts.unrecorded
    recorder.read("data", "authors")
    for taxonomy in library.groups.values():
        terms = taxonomy.terms
        if terms:
            yield taxonomy.path, [page for term in terms for page in term.pages.unrecorded[:1]]
        yield from ((term.path, term.pages.unrecorded) for term in terms)


def _numbered(path: str, pages: Sequence[Page], size: int) -> Iterator[tuple[int | None, Iterable[Page]]]:
    if path.startswith(taxonomy_path("series")):  # all parts of one stand on one page
        yield None, pages
        return
    for number in (None, *range(1, numbered_pages(len(pages), size) + 1)):
        chunk = page_of(pages, number, size)
        if chunk:
            yield number, chunk[0]


def _latest(pages: Iterable[Page]) -> datetime | None:
    return max((date for page in pages if (date := page.updated or page.date)), default=None)
