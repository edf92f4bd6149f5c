"""Relations between pages: related pages and backlinks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
_FEW = 20  # pages, for which it is quicker to look through the lists than to note the positions of all pages
_RAREST = 720  # the weight of a term with one page; a multiple of 1 to 6, 8, 9, 10


class Related:
    """Finds related pages in one Library.

    A term with fewer pages has more weight.  The weight changes in powers of two, so
    that one new page does not change the order of all others.  In a term with many
    pages only the nearest pages in its list are compared.
    """

    def __init__(self, taxonomies: Iterable[Taxonomy]) -> None:
        self._taxonomies = tuple(taxonomies)
        self._asked = 0
        self._positions: Mapping[Page, list[tuple[Sequence[Page], int]]] | None = None
        self._signatures = _Signatures()

    def of(self, page: Page) -> tuple[Page, ...]:
        """Returns the pages that share most terms with a page, at most `MAX_RELATED`; of equally related
        pages the nearest by date come first."""
        scores: dict[Page, int] = {}
        for listed, index in self._lists_with(page):
            weight = _RAREST // len(listed).bit_length()
            for other in listed[max(0, index - WINDOW):index + WINDOW + 1]:
                scores[other] = scores.get(other, 0) + weight
        scores.pop(page, None)
        moment, least = _timestamp(page), min(sorted(scores.values(), reverse=True)[:MAX_RELATED], default=0)
        best = sorted((-score, abs(_timestamp(other) - moment), other.source, other)
                      for other, score in scores.items() if score >= least)
        return tuple(other for *_, other in best[:MAX_RELATED])

    def prepare(self) -> None:
        """Notes the positions of all pages now, so that processes that are forked then share them."""
        if self._positions is None:
            self._positions = self._find_positions()

    def basis(self, page: Page) -> str:
        """Returns a digest of all data that `of` uses.  While it is the same, the related pages are the same."""
        parts = []
        for listed, index in self._lists_with(page):
            parts += [str(len(listed).bit_length()),
                      *map(self._signatures.__getitem__, listed[max(0, index - WINDOW):index + WINDOW + 1]), ""]
        return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()

    @property
    def lists(self) -> list[Pages[Page]]:
        """The pages of each term with more than one page, as a list with a name (not recorded)."""
        lists = (term.pages for taxonomy in self._taxonomies for term in taxonomy.below(""))
        return [pages for pages in lists if len(pages.unrecorded) > 1]

    def _lists_with(self, page: Page) -> Sequence[tuple[Sequence[Page], int]]:
        """Returns the lists of a page's terms, and its position in each."""
        if self._positions is None:
            self._asked += 1
            if self._asked <= _FEW:
                return [(listed, listed.index(page)) for listed in self._term_pages if page in listed]
            self._positions = self._find_positions()
        return self._positions.get(page, ())

    @cached_property
    def _term_pages(self) -> list[Sequence[Page]]:
        return [pages.unrecorded for pages in self.lists]

    def _find_positions(self) -> Mapping[Page, list[tuple[Sequence[Page], int]]]:
        """Returns for each page the lists of its terms and its position in each."""
        found: defaultdict[Page, list[tuple[Sequence[Page], int]]] = defaultdict(list)
        for listed in self._term_pages:
            for index, page in enumerate(listed):
                found[page].append((listed, index))
        return found


class _Signatures(dict[Page, str]):
    """What `Related.of` uses of a page: its source and its date."""

    def __missing__(self, page: Page) -> str:
        return self.setdefault(page, f"{page.source} {_timestamp(page)}")


def _timestamp(page: Page) -> float:
    date = page.unrecorded.front.date
    return date.timestamp() if date else 0.0
