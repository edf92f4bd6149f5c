"""Terms of one taxonomy that differ by one letter: one of them is probably a slip."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from coldpress.check.findings import Finding
from coldpress.content.page import Page
from coldpress.report import counted
from coldpress.text import count_words, one_edit_apart

_FEWEST = 5  # letters: short words that differ by one are different words
_LONGEST = 60
_NUMBER = re.compile(r"\d+")


def near_terms(pages: Iterable[Page]) -> Iterator[Finding]:
    """Yields each pair of terms that are one letter apart, at a page with the rarer one.  Of terms that differ only in
    case or punctuation, a build warns; versions differ in their numbers."""
    uses: dict[str, dict[str, list[Page]]] = {}
    for page in pages:
        for taxonomy, terms in page.unrecorded.front.terms.items():
            for term in terms:
                uses.setdefault(taxonomy, {}).setdefault(term, []).append(page)
    for taxonomy, users in uses.items():
        for pair in sorted(_pairs(users)):
            rarer, other = sorted(pair, key=lambda term: len(users[term]))
            first, second = (users[term][0].unrecorded.document.place_of_text(taxonomy, term)
                             for term in (rarer, other))
            yield Finding(
                "check.near-terms", f"`{rarer}` of {counted(len(users[rarer]), 'page')} and `{other}` of "
                f"{counted(len(users[other]), 'page')} differ by one letter", "", (taxonomy, rarer, other),
                "if they are the same, write it the same everywhere", link=rarer, place=first, also=(second,))


def _pairs(terms: Iterable[str]) -> set[tuple[str, str]]:
    """Returns the pairs of terms that are one letter apart: those are equal without one letter of each."""
    folded = {term: unicodedata.normalize("NFKC", term).casefold() for term in terms}
    buckets: dict[str, list[str]] = {}
    for term, name in folded.items():
        if _FEWEST <= len(name) <= _LONGEST and not count_words(name)[1]:
            for part in {name, *(name[:at] + name[at + 1:] for at in range(len(name)))}:
                buckets.setdefault(part, []).append(term)
    return {(min(a, b), max(a, b)) for near in buckets.values() if len(near) > 1
            for number, a in enumerate(near) for b in near[:number]
            if one_edit_apart(folded[a], folded[b]) and _NUMBER.findall(a) == _NUMBER.findall(b)}
