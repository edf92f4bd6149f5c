"""Relations between pages: neighbours, related pages, backlinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from hashlib import blake2b

from coldpress.content.page import Page
from coldpress.content.taxonomy import Taxonomy
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
