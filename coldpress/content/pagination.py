"""Pages of a list, numbered from the oldest.

A page's number and its posts stay as they are when new posts come: with 10 a
page and 25 posts, `/posts/page/1/` holds the oldest ten and the newest list,
`/posts/`, the other fifteen.  The newest list holds n to 2n-1 posts; no post
stands on two pages.
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
    """One page of a list: `number` is None for the newest.  `path` is its
    own; `newer_url` and `older_url` are links to the pages beside it."""

    number: int | None
    path: str
    posts: Sequence[Page]
    newer_url: str | None
    older_url: str | None


def count_numbered_pages(total: int, size: int) -> int:
    """How many pages stand beside the newest list."""
    return max(0, total // size - 1)


def page_path(base: str, number: int | None) -> str:
    """The path of a list's page `number`; of the newest, the list's own."""
    return base if number is None else f"{base}page/{number}/"


def list_page(library: Library, pages: Pages[Page], base: str, number: int | None = None) -> ListPage | None:
    """Page `number` of a list whose newest stands at `base`; None beyond its end."""
    size = library.config.paginate
    recorder.read("list", f"{pages.name} {number or ''} {size}")
    chunk = page_of(pages.unrecorded, number, size)
    if chunk is None:
        return None
    posts, newer, older = chunk
    urls = [None if beside is None else library.url(page_path(base, beside or None)) for beside in (newer, older)]
    return ListPage(number, page_path(base, number), posts, *urls)


def whole_list(pages: Pages[Page], base: str) -> ListPage:
    """A list that stands on one page, however long."""
    return ListPage(None, base, pages[:], None, None)


def page_of(pages: Sequence[Page], number: int | None, size: int
            ) -> tuple[Sequence[Page], int | None, int | None] | None:
    """What stands on page `number`, and the numbers of the newer and the older
    one beside it: 0 for the newest list, None where there is none."""
    total = len(pages)
    last = count_numbered_pages(total, size)
    if number is None:
        return pages[: total - last * size], None, last or None
    if not 1 <= number <= last:
        return None
    end = total - (number - 1) * size
    return pages[end - size : end], number + 1 if number < last else 0, number - 1 or None
