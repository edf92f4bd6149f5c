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
from coldpress.content.page import Page
from coldpress.content.pages import Pages


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list: `number` is None for the newest."""

    number: int | None
    path: str
    posts: Sequence[Page]
    newer_path: str | None
    older_path: str | None


def numbered_pages(total: int, size: int) -> int:
    """How many pages stand beside the newest list."""
    return max(0, total // size - 1)


def page_path(base: str, number: int | None) -> str:
    return base if number is None else f"{base}page/{number}/"


def list_page(pages: Pages[Page], base: str, size: int, number: int | None = None) -> ListPage | None:
    """Page `number` of a list whose newest stands at `base`; None beyond its end."""
    total = len(pages)
    last = numbered_pages(total, size)
    if number is None:
        return ListPage(None, base, pages[: total - last * size], None, page_path(base, last) if last else None)
    if not 1 <= number <= last:
        return None
    end = total - (number - 1) * size
    newer = page_path(base, number + 1 if number < last else None)
    recorder.read("link", newer)
    return ListPage(number, page_path(base, number), pages[end - size : end], newer,
                    page_path(base, number - 1) if number > 1 else None)
