"""The check of a whole site: its built folder, with what its sources tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from coldpress.check.built_site import BuiltSite
from coldpress.check.facts import Facts
from coldpress.check.feeds import feed_problems, feeds_of
from coldpress.check.findings import Finding
from coldpress.check.pages import double_findings, orphan_findings, structure_findings
from coldpress.check.places import SourcePlaces
from coldpress.check.targets import Missing, Targets
from coldpress.content.page import Page
from coldpress.errors import Place, Problem
from coldpress.recorder import Key
from coldpress.web.site import Site

_NOWHERE = "http://site.invalid"
"""The host of a site that does not say where it will live."""
_LOOKED_AT = 300  # files with the same mistake whose places are looked up
_TOLD = ("link.", "markup.")
Spot = tuple[str, int | None, int | None]
"""The codes of problems that a build tells of links."""


def base_of(site: Site) -> str:
    """Returns the URL at which the output folder of a site is published."""
    base = site.config.base_url
    return base.rstrip("/").removesuffix(site.url_prefix) if base else f"{_NOWHERE}{site.script_root}"


@dataclass
class BuiltPages:
    """The HTML files that a build rendered; the pages of the content among them, by their files; and the lists that
    Coldpress makes of itself."""

    files: list[str] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)
    sources: dict[str, Page] = field(default_factory=dict)


class SiteCheck:
    """Checks a built site: each method yields what it found."""

    def __init__(self, site: Site, built: BuiltSite, pages: BuiltPages, facts: Mapping[str, Facts],
                 targets: Mapping[int, Key]) -> None:
        self._site = site
        self._built = built
        self._facts = facts
        self._sources = pages.sources
        self._lists = pages.lists
        self._pages = [file for file in pages.files if file in facts and not facts[file].head.is_redirect]
        self.targets = Targets(built, facts, targets)
        self.places = SourcePlaces(built, site.library, pages.sources, site.url_prefix, _templates(site))

    @property
    def page_count(self) -> int:
        """How many pages were checked."""
        return len(self._pages)

    def findings(self) -> Iterator[Finding]:
        """Yields everything that can be found without asking another site."""
        for missing in self.targets.missing():
            yield from self._at_each(missing)
        for finding in structure_findings(self._facts, self._pages):
            yield self._placed(finding)
        yield from double_findings(self._facts, self._pages, self.places.of_field)
        yield from orphan_findings(self._listed(), self.targets.led_to(), self.places.of_field)
        yield from self._feeds()

    def _listed(self) -> list[str]:
        """Returns the pages to which something should lead."""
        home = f"{self._site.url_prefix}/index.html".lstrip("/")
        return [file for file in self._pages if file != home and file not in self._lists and not (
            file in self._sources and self._sources[file].unrecorded.front.unlisted)]

    def _at_each(self, missing: Missing) -> Iterator[Finding]:
        """Yields a finding for each file that names what is missing."""
        for number, file in enumerate(missing.files):
            place = self.places.of_target(file, missing.key) if number < _LOOKED_AT else None
            finding = Finding(missing.code, missing.message, file, missing.key, missing.hint, "error", missing.link)
            yield replace(finding, place=place)

    def _placed(self, finding: Finding) -> Finding:
        subject = finding.subject
        text = subject[1] if isinstance(subject, tuple) else ""
        place = self.places.of_heading(finding, text) if text.startswith("<h") else None
        return replace(finding, place=place) if place else finding

    def _feeds(self) -> Iterator[Finding]:
        for file in feeds_of(self._built):
            for problem in feed_problems(self._built, file):
                yield Finding(problem.code, problem.message, file, hint=problem.hint, severity="error")


def told_by_build(problems: Iterable[Problem]) -> frozenset[Spot]:
    """Returns the places of which a build told that a link leads nowhere."""
    return frozenset(_spot(problem.place) for problem in problems
                     if problem.place and problem.code.startswith(_TOLD))


def is_told(place: Place | None, told: frozenset[Spot]) -> bool:
    """Returns whether a build told of a place already."""
    return place is not None and _spot(place) in told


def _spot(place: Place) -> Spot:
    return place.path, place.line, place.column


def _templates(site: Site) -> Iterator[tuple[str, Path]]:
    """Yields the site's own templates, with their names for messages."""
    folder = site.root / site.config.templates_dir
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix in (".html", ".xml", ".txt", ".md", ".svg"):
            yield file.relative_to(site.base).as_posix(), file
