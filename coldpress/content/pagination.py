"""Pagination: divides a list into pages, numbered from the oldest.

The number and the posts of a page stay the same when new posts are added.  With 10
posts on a page and 25 posts, `/posts/page/1/` has the oldest ten, and the newest
page, `/posts/`, has the other fifteen.  The newest page has n to 2n-1 posts; no
post is on two pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.recorded import Pages


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list.  `number` is None for the newest page; `path` is its own path; `newer_url` and
    `older_url` are links to the pages before and after it."""

    number: int | None
    path: str
    posts: Sequence[Page]
    newer_url: str | None
    older_url: str | None


def count_numbered_pages(total: int, size: int) -> int:
    """Returns the number of numbered pages: all but the newest page."""
    return max(0, total // size - 1)


def page_path(base: str, number: int | None) -> str:
    """Returns the path of the page `number` of a list; for the newest page, the path of the list."""
    return base if number is None else f"{base}page/{number}/"


def list_page(library: Library, pages: Pages[Page], base: str, number: int | None = None,
              size: int | None = None) -> ListPage | None:
    """Returns the page `number` of a list with the path `base`, which has `size` entries, by default
    as many as the config says; None if there is no such page."""
    size = size or library.config.paginate
    recorder.read("list", f"{pages.name} {number or ''} {size}")
    chunk = page_of(pages.unrecorded, number, size)
    if chunk is None:
        return None
    posts, newer, older = chunk
    urls = [None if beside is None else library.url(page_path(base, beside or None)) for beside in (newer, older)]
    return ListPage(number, page_path(base, number), posts, *urls)


def whole_list(pages: Pages[Page], base: str) -> ListPage:
    """Returns a list as a single page, regardless of its length."""
    return ListPage(None, base, pages[:], None, None)


def page_of(pages: Sequence[Page], number: int | None, size: int
            ) -> tuple[Sequence[Page], int | None, int | None] | None:
    """Returns the posts on page `number`, and the numbers of the newer and the older page: 0 for the
    newest page, None if there is none."""
    total = len(pages)
    last = count_numbered_pages(total, size)
    if number is None:
        return pages[: total - last * size], None, last or None
    if not 1 <= number <= last:
        return None
    end = total - (number - 1) * size
    return pages[end - size : end], number + 1 if number < last else 0, number - 1 or None
