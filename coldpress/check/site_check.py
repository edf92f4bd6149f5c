"""The check of a whole site: its built folder, with what its sources tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from coldpress.check.built_site import BuiltSite
from coldpress.check.external.outcomes import GOOD, SEVERITIES, Outcome
from coldpress.check.facts import OUTSIDE, Facts
from coldpress.check.feeds import feed_problems, feeds_of
from coldpress.check.findings import Finding, Spot, spot_of
from coldpress.check.pages import double_findings, orphan_findings, structure_findings
from coldpress.check.places import SourcePlaces
from coldpress.check.targets import Missing, Targets
from coldpress.content.page import Page
from coldpress.errors import Problem, Severity
from coldpress.recorder import Key
from coldpress.web.site import Site

_NOWHERE = "http://site.invalid"
"""The host of a site that does not say where it will live."""
_LOOKED_AT = 300  # files with the same mistake whose places are looked up
_TOLD = ("link.", "markup.")
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
                 targets: Mapping[int, Key], told: Iterable[Problem] = ()) -> None:
        self._site = site
        self._built = built
        self._facts = facts
        self._sources = pages.sources
        self._lists = pages.lists
        self._pages = [file for file in pages.files if file in facts and not facts[file].head.is_redirect]
        self.targets = Targets(built, facts, targets)
        self.places = SourcePlaces(built, site.library, pages.sources, _templates(site), _broken_of(told))

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

    def outside(self) -> dict[str, bool]:
        """Returns the URLs of other sites.  The value tells whether we trust who wrote it: what others write may not
        lead us to private addresses."""
        options = self._site.config.markdown
        is_ours = options.trusted and not options.untrusted
        return {url: is_ours or self._is_ours(url, files) for url, files in self.targets.outside().items()}

    def outside_findings(self, outcomes: Mapping[str, Outcome]) -> Iterator[Finding]:
        """Yields a finding for each file that has a URL of another site which is not good."""
        for url, files in self.targets.outside().items():
            outcome = outcomes.get(url, GOOD)
            if outcome.kind not in SEVERITIES:
                continue
            hint = f"write `{outcome.moved_to}`" if outcome.moved_to else None
            missing = Missing((OUTSIDE, url), f"external.{outcome.kind}", f"`{url}` {outcome.says}", hint,
                              tuple(files), url)
            yield from self._at_each(missing, SEVERITIES[outcome.kind])

    def _is_ours(self, url: str, files: Iterable[str]) -> bool:
        return any(file in self._sources and self._site.library.trusts(self._sources[file])
                   and self.places.of_target(file, (OUTSIDE, url)) for file in files)

    def _listed(self) -> list[str]:
        """Returns the pages to which something should lead."""
        home = f"{self._site.url_prefix}/index.html".lstrip("/")
        return [file for file in self._pages if file != home and file not in self._lists and not (
            file in self._sources and self._sources[file].unrecorded.front.unlisted)]

    def _at_each(self, missing: Missing, severity: Severity = "error") -> Iterator[Finding]:
        """Yields a finding for each file that names what is missing."""
        for number, file in enumerate(missing.files):
            place = self.places.of_target(file, missing.key) if number < _LOOKED_AT else None
            finding = Finding(missing.code, missing.message, file, missing.key, missing.hint, severity, missing.link)
            yield replace(finding, place=place, is_hidden=not place and self.places.is_repeated(file, missing.key))

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
    return frozenset(spot_of(problem.place) for problem in problems
                     if problem.place and problem.code.startswith(_TOLD))


def _broken_of(told: Iterable[Problem]) -> Iterator[str]:
    """Yields the links that a build found broken, as their sources have them."""
    return (found[1] for problem in told if problem.code.startswith("link.broken") and (
        found := re.search(r"`([^`]+)`", problem.message)))


def _templates(site: Site) -> Iterator[tuple[str, Path]]:
    """Yields the site's own templates, with their names for messages."""
    folder = site.root / site.config.templates_dir
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix in (".html", ".xml", ".txt", ".md", ".svg"):
            yield file.relative_to(site.base).as_posix(), file
