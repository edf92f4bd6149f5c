"""Relations between pages: related pages and backlinks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from hashlib import blake2b

from coldpress.content.page import Page
from coldpress.content.recorded import Pages
from coldpress.content.taxonomy import Taxonomy
from coldpress.markdown.rendered import Brief

Resolve = Callable[[Page, str], Page | None]


class Backlinks:
    """The links between the pages of one Library.  The links of all pages are read once, when the
    first page needs its backlinks."""

    def __init__(self, pages: Sequence[Page], brief: Callable[[Page], Brief], resolve: Resolve) -> None:
        self._pages = pages
        self._brief = brief
        self._resolve = resolve

    def of(self, page: Page) -> tuple[Page, ...]:
        """Returns the pages that link to a page, sorted by source."""
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
WINDOW = 20  # pages compared on each side of a page in a term's list
_RAREST = 720  # the weight of a term with one page; a multiple of 1 to 6, 8, 9, 10


class Related:
    """Finds related pages in one Library.

    A term with fewer pages has more weight.  The weight changes in powers of two, so
    that one new page does not change the order of all others.  In a term with many
    pages only the nearest pages in its list are compared.
    """

    def __init__(self, taxonomies: Iterable[Taxonomy]) -> None:
        self._taxonomies = tuple(taxonomies)

    def of(self, page: Page) -> tuple[Page, ...]:
        """Returns the pages that share most terms with a page, at most `MAX_RELATED`; of equally related
        pages the nearest by date come first."""
        scores: dict[Page, int] = {}
        for pages, _, index in self._lists.get(page.source, ()):
            weight = _RAREST // len(pages).bit_length()
            for other in pages[max(0, index - WINDOW):index + WINDOW + 1]:
                scores[other] = scores.get(other, 0) + weight
        scores.pop(page, None)
        moment, least = _timestamp(page), min(sorted(scores.values(), reverse=True)[:MAX_RELATED], default=0)
        best = sorted((-score, abs(self._timestamps[other] - moment), other.source, other)
                      for other, score in scores.items() if score >= least)
        return tuple(other for *_, other in best[:MAX_RELATED])

    def basis(self, page: Page) -> str:
        """Returns a digest of all data that `of` uses.  While it is the same, the related pages are the same."""
        parts = []
        for pages, signatures, index in self._lists.get(page.source, ()):
            parts += [str(len(pages).bit_length()), *signatures[max(0, index - WINDOW):index + WINDOW + 1], ""]
        return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()

    @cached_property
    def _timestamps(self) -> dict[Page, float]:
        """The date of each listed page as a timestamp."""
        return {page: _timestamp(page) for pages in self._all for page in pages}

    @property
    def lists(self) -> list[Pages[Page]]:
        """The pages of each term with more than one page, as a list with a name (not recorded)."""
        lists = (term.pages for taxonomy in self._taxonomies for term in taxonomy.below(""))
        return [pages for pages in lists if len(pages.unrecorded) > 1]

    @cached_property
    def _all(self) -> list[Sequence[Page]]:
        """The pages of each term with more than one page."""
        return [pages.unrecorded for pages in self.lists]

    @cached_property
    def _lists(self) -> dict[str, list[tuple[Sequence[Page], list[str], int]]]:
        """For each source, the terms' lists that contain the page, each as pages and as texts for the digest, and
        the position of the page."""
        lists: dict[str, list[tuple[Sequence[Page], list[str], int]]] = {}
        for pages in self._all:
            signatures = [f"{page.source} {self._timestamps[page]}" for page in pages]
            for index, page in enumerate(pages):
                lists.setdefault(page.source, []).append((pages, signatures, index))
        return lists


def _timestamp(page: Page) -> float:
    date = page.unrecorded.front.date
    return date.timestamp() if date else 0.0
