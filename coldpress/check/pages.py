"""Checks of all pages together: titles and descriptions that several have, pages to which nothing leads, structure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from coldpress.check.facts import Facts
from coldpress.check.findings import Finding
from coldpress.errors import Place
from coldpress.text import shorten

PlaceOf = Callable[[str, str], Place | None]
_SHOWN = 5  # further places of one problem


def structure_findings(facts: Mapping[str, Facts], pages: Collection[str]) -> Iterator[Finding]:
    """Yields what is wrong with the structure of each page."""
    for file in pages:
        for flaw in facts[file].found:
            yield Finding(f"check.{flaw.code}", flaw.message, file, (flaw.message, flaw.text), flaw.hint, at=flaw.at,
                          length=flaw.length, link=flaw.url)


def double_findings(facts: Mapping[str, Facts], pages: Collection[str], place_of: PlaceOf) -> Iterator[Finding]:
    """Yields titles and descriptions that several pages have.  Pages that search engines leave out do not count, nor
    do those that name another page as the canonical one.  `place_of` gives the place of a field of a page's source."""
    heads = {file: facts[file].head for file in pages}
    listed = {file: head for file, head in heads.items() if not (head.is_hidden or head.canonical)}
    for field, why in (("title", "readers and search engines cannot tell them apart"),
                       ("description", "search engines show it for each of them")):
        shared: dict[str, list[str]] = {}
        for file, head in listed.items():
            shared.setdefault(getattr(head, field), []).append(file)
        for text, files in shared.items():
            if text and len(files) > 1:
                first, *others = [place_of(file, field) or Place(file) for file in files]
                yield Finding(f"check.double-{field}", f"{len(files):,} pages have the {field} `{shorten(text, 80)}`",
                              files[0], text, f"give each its own: {why}", place=first, also=tuple(others[:_SHOWN]))


def orphan_findings(pages: Collection[str], led_to: Collection[str], place_of: PlaceOf) -> Iterator[Finding]:
    """Yields pages to which no link of another page leads."""
    for file in pages:
        if file not in led_to:
            yield Finding("check.orphan", "no other page links to this page", file, file,
                          "link to it, or write `unlisted: true` if that is what you want", place=place_of(file, ""))
