"""Every listed URL of the site with the moment of its last change (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.content.page import Page, Section
from coldpress.content.pagination import numbered_pages, page_of, page_path

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
    for path, pages in [*_whole_lists(library), *_pages_of_lists(library)]:
        places[path] = _latest(pages) or places.get(path)
    return sorted(places.items())


def parts_of_sitemap(library: Library) -> int:
    """How many files a site's map takes, where it is more than one; else 0."""
    size = library.config.paginate
    at_most = len(library.all_pages) + len(list(_whole_lists(library))) + sum(
        1 + numbered_pages(len(pages), size) for _, pages in _lists(library))
    return -(-len(sitemap_of(library)) // MOST) if at_most > MOST else 0


# Which pages are in a list follows from their front matter, which whoever makes a
# map has read, and from who the authors are.

def _whole_lists(library: Library) -> Iterator[tuple[str, Sequence[Page]]]:
    """The path and some of the pages, the newest among them, of what has no numbered pages."""
    posts = library.posts.unrecorded
    if not library.at("/"):
        yield "/", posts[:1]
    if posts:
        yield "/archive/", posts[:1]
    for taxonomy in library.groups.values():
        if taxonomy.terms:
            yield taxonomy.path, [page for term in taxonomy.terms for page in term.pages.unrecorded[:1]]
    yield from ((term.path, term.pages.unrecorded) for term in library.series.terms)


def _lists(library: Library) -> Iterator[tuple[str, Sequence[Page]]]:
    """The path and the pages of every list that has numbered pages."""
    recorder.read("data", "authors")
    recorder.read("config", "author")  # the author of posts that name nobody
    for collection in library.collections.values():
        if collection.posts.unrecorded:
            yield collection.path, collection.posts.unrecorded
    for taxonomy in library.groups.values():
        if taxonomy is not library.series:
            yield from ((term.path, term.pages.unrecorded) for term in taxonomy.terms)


def _pages_of_lists(library: Library) -> Iterator[tuple[str, Sequence[Page]]]:
    size = library.config.paginate
    for path, pages in _lists(library):
        for number in (None, *range(1, numbered_pages(len(pages), size) + 1)):
            chunk = page_of(pages, number, size)
            if chunk:
                yield page_path(path, number), chunk[0]


def _latest(pages: Iterable[Page]) -> datetime | None:
    return max((date for page in pages if (date := page.updated or page.date)), default=None)
