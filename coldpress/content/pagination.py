"""Pagination: divides a list into pages; a list of dated posts is numbered from the oldest.

So the number and the posts of a page stay the same when new posts are added.  With 10
posts on a page and 25 posts, `/posts/page/1/` has the oldest ten, and the newest
page, `/posts/`, has the other fifteen.  The newest page has n to 2n-1 posts; no
post is on two pages.  Other lists begin at the first page: `/books/`, `/books/page/2/`.
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
    """One page of a list.  `number` is None for the page at the list's own path; `path` is its own path;
    `newer_url` and `older_url` are links to the pages before and after it; `is_dated` tells
    whether these are newer and older."""

    number: int | None
    path: str
    posts: Sequence[Page]
    newer_url: str | None
    older_url: str | None
    is_dated: bool = True


def page_numbers(total: int, size: int, *, dated: bool = True) -> range:
    """Returns the numbers of the pages of a list, but not of the one at its own path."""
    return range(1, max(0, total // size - 1) + 1) if dated else range(2, -(-total // size) + 1)


def page_path(base: str, number: int | None) -> str:
    """Returns the path of the page `number` of a list; for the page without a number, the path of the list."""
    return base if number is None else f"{base}page/{number}/"


def list_page(library: Library, pages: Pages[Page], base: str, number: int | None = None,
              size: int | None = None, *, dated: bool = True) -> ListPage | None:
    """Returns the page `number` of a list with the path `base`, which has `size` entries, by default
    as many as the config says; None if there is no such page."""
    size = size or library.config.paginate
    recorder.read("list", f"{pages.name} {number or ''} {size} {'' if dated else 'undated'}")
    chunk = page_of(pages.unrecorded, number, size, dated=dated)
    if chunk is None:
        return None
    posts, newer, older = chunk
    newer_url, older_url = (None if beside is None else library.url(page_path(base, beside or None))
                            for beside in (newer, older))
    return ListPage(number, page_path(base, number), posts, newer_url, older_url, dated)


def whole_list(pages: Pages[Page], base: str) -> ListPage:
    """Returns a list as a single page, regardless of its length."""
    return ListPage(None, base, pages[:], None, None)


def page_of(pages: Sequence[Page], number: int | None, size: int, *, dated: bool = True
            ) -> tuple[Sequence[Page], int | None, int | None] | None:
    """Returns the posts on page `number`, and the numbers of the pages before and after it: 0 for the
    page without a number, None if there is none."""
    numbers = page_numbers(len(pages), size, dated=dated)
    if number is not None and number not in numbers:
        return None
    if not dated:
        at = number or 1
        before = None if at == 1 else at - 1 if at > 2 else 0
        return pages[(at - 1) * size : at * size], before, at + 1 if at + 1 in numbers else None
    last = len(numbers)
    if number is None:
        return pages[: len(pages) - last * size], None, last or None
    end = len(pages) - (number - 1) * size
    return pages[end - size : end], number + 1 if number < last else 0, number - 1 or None
