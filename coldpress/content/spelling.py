"""How terms are written: no letters at all, one name in several spellings, several
authors in one text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from coldpress.content.permalinks import Entry
from coldpress.content.taxonomy import fault_of_term, term_slug
from coldpress.errors import Problems
from coldpress.text import shorten


def check_terms(entries: Iterable[Entry], problems: Problems) -> None:
    """Warn of terms that cannot have a page, and of each further spelling of a
    name: in capitals, in full width, with other punctuation."""
    first: dict[tuple[str, str], str] = {}
    told: set[tuple[str, str]] = set()
    for entry in entries:
        for taxonomy, terms in entry.document.front.terms.items():
            for term in terms:
                written = first.setdefault((taxonomy, _folded(term)), term)
                fault = fault_of_term(term)
                if fault is not None:
                    problems.warn("term.slug", f"`{shorten(term, 60)}` has no page: {fault}",
                                  entry.document.place_of(taxonomy), "give it another name, short and with letters")
                elif written != term and (taxonomy, term) not in told:
                    told.add((taxonomy, term))
                    _warn_of_spelling(entry, taxonomy, term, written, problems)


def check_authors(entries: Iterable[Entry], people: Iterable[Mapping[str, Any]], problems: Problems) -> None:
    """Warn, once each, of names that may be those of several authors and that the
    site's `people` don't have."""
    told = {str(about.get("name")) for about in people}
    for entry in entries:
        text = entry.document.front.unclear_authors
        if text is None or text in told:
            continue
        told.add(text)
        shown = shorten(text, 60)
        problems.warn("front-matter.authors", f"`{shown}` is taken for the name of one author",
                      entry.document.place_of("authors"),
                      "write several as a list: `authors: [Ann Lee, Bob Ray]`; one that has such a name as a list too")


def _warn_of_spelling(entry: Entry, taxonomy: str, term: str, written: str, problems: Problems) -> None:
    apart = "are two terms" if term_slug(term) != term_slug(written) else "become one term"
    problems.warn("term.spelling", f"`{term}` and `{written}` {apart}", entry.document.place_of(taxonomy),
                  "write it the same everywhere")


def _folded(name: str) -> str:
    return term_slug(unicodedata.normalize("NFKC", name).casefold()) or name
