"""Checks of the terms that pages name: terms without a page, names in two spellings."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from coldpress.content.permalinks import PageEntry
from coldpress.content.taxonomy import fault_of_term, term_slug
from coldpress.errors import Problems
from coldpress.text import shorten

Spellings = dict[str, PageEntry]
"""The spellings of one name, each with the first page that has it."""


def check_terms(entries: Sequence[PageEntry], problems: Problems) -> None:
    """Warns of terms that cannot have a page, and of each further spelling of a name: with other
    case, width or punctuation."""
    groups: dict[tuple[str, str], Spellings] = {}
    sound: dict[str, set[str]] = {}
    for entry in entries:
        for taxonomy, terms in entry.document.front.terms.items():
            known = sound.setdefault(taxonomy, set())
            for term in (term for term in terms if term not in known):
                fault = fault_of_term(term)
                if fault is not None:
                    problems.warn("term.slug", f"`{shorten(term, 60)}` has no page: {fault}",
                                  entry.document.place_of(taxonomy), "give it another name, short and with letters")
                    continue
                known.add(term)
                groups.setdefault((taxonomy, _folded(term)), {})[term] = entry
    unlike = [(taxonomy, spellings) for (taxonomy, _), spellings in groups.items() if len(spellings) > 1]
    uses = _uses(entries) if unlike else {}
    for taxonomy, spellings in unlike:
        _warn_of_spellings(taxonomy, spellings, uses, problems)


def _uses(entries: Iterable[PageEntry]) -> Mapping[tuple[str, str], int]:
    """Returns how many listed pages have each term of a taxonomy."""
    return Counter((taxonomy, term) for entry in entries if not entry.document.front.unlisted
                   for taxonomy, terms in entry.document.front.terms.items() for term in terms)


def _warn_of_spellings(taxonomy: str, spellings: Spellings, uses: Mapping[tuple[str, str], int],
                       problems: Problems) -> None:
    first, *others = spellings
    for term in others:
        what = "are two terms"
        if term_slug(term) == term_slug(first):
            shown = max((each for each in spellings if term_slug(each) == term_slug(first)),
                        key=lambda each: uses[taxonomy, each])
            what = f"become one term, shown as `{shown}`"
        problems.warn("term.spelling", f"`{term}` and `{first}` {what}",
                      spellings[term].document.place_of_text(taxonomy, term), "write it the same everywhere",
                      also=(spellings[first].document.place_of_text(taxonomy, first),))


def _folded(name: str) -> str:
    return term_slug(unicodedata.normalize("NFKC", name).casefold()) or name
