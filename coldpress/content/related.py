"""Related pages: those that share terms with a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from hashlib import blake2b

from coldpress.content.page import Page
from coldpress.content.standing import Standing
from coldpress.content.taxonomy import Taxonomy

MANY = 5  # pages
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

    def of(self, page: Standing) -> tuple[Page, ...]:
        """The pages that share most with one, at most `MANY`; of equals the
        nearest in time comes first."""
        scores: dict[Page, int] = {}
        for pages, _, index in self._lists.get(page.source, ()):
            weight = _RAREST // len(pages).bit_length()
            for other in pages[max(0, index - _WINDOW):index + _WINDOW + 1]:
                scores[other] = scores.get(other, 0) + weight
        moment = _moment(page)
        best = sorted(scores, key=lambda other: (-scores[other], abs(self._moments[other] - moment), other.source))
        return tuple(other for other in best[:MANY + 1] if other is not page)[:MANY]

    def basis(self, page: Standing) -> str:
        """What decides which pages are related to one: the same, the same pages."""
        parts = []
        for pages, marks, index in self._lists.get(page.source, ()):
            parts += [str(len(pages).bit_length()), *marks[max(0, index - _WINDOW):index + _WINDOW + 1], ""]
        return blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()

    @cached_property
    def _moments(self) -> dict[Page, float]:
        """When each page in a list is of, in seconds."""
        return {page: _moment(page) for pages in self._all for page in pages}

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
            marks = [f"{page.source} {self._moments[page]}" for page in pages]
            for index, page in enumerate(pages):
                lists.setdefault(page.source, []).append((pages, marks, index))
        return lists


def _moment(page: Standing) -> float:
    date = page._document.front.date
    return date.timestamp() if date else 0.0
