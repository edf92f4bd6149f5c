"""The check of a whole site: its built folder, with what its sources tell of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from coldpress.check.built_site import BuiltSite
from coldpress.check.external.outcomes import GOOD, SEVERITIES, Outcome
from coldpress.check.facts import LOAD, OUTSIDE, Facts, keys_of
from coldpress.check.findings import Finding, Spot, spot_of
from coldpress.check.pages import double_findings, orphan_findings, structure_findings
from coldpress.check.places import SourcePlaces
from coldpress.check.references import PAGES
from coldpress.check.targets import Missing, Targets
from coldpress.check.terms import near_terms
from coldpress.check.unused import Unused, WasRead, own_templates
from coldpress.content.page import Page
from coldpress.errors import Problem, Severity
from coldpress.recorder import Key
from coldpress.text import size_text
from coldpress.web.site import Site

_NOWHERE = "http://site.invalid"
"""The host of a site that does not say where it will live."""
_LOOKED_AT = 300  # files with the same mistake whose places are looked up
_TOLD = ("link.", "markup.", "image.")
"""The codes of problems that a build tells of links and images."""


def base_of(site: Site) -> str:
    """Returns the URL at which the output folder of a site is published."""
    base = site.config.base_url
    return base.rstrip("/").removesuffix(site.url_prefix) if base else f"{_NOWHERE}{site.script_root}"


@dataclass
class BuiltPages:
    """The HTML files that a build rendered; the pages of the content among them, by their files; and the lists that
    Coldpress makes of itself.  `is_redirected` tells whether the host leads on from a path where no file is."""

    is_redirected: Callable[[str], bool]
    files: list[str] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)
    sources: dict[str, Page] = field(default_factory=dict)


class SiteCheck:
    """Checks a built site: each method yields what it found."""

    def __init__(self, site: Site, built: BuiltSite, pages: BuiltPages, facts: Mapping[str, Facts],
                 targets: Mapping[int, Key], told: Iterable[Problem], code: Iterable[Path],
                 was_read: WasRead) -> None:
        self._site = site
        self._built = built
        self._facts = facts
        self._sources = pages.sources
        self._lists = pages.lists
        self._pages = [file for file in pages.files if file in facts and not facts[file].head.is_redirect]
        self.targets = Targets(built, facts, targets, pages.is_redirected)
        self.places = SourcePlaces(built, site.library, pages.sources, own_templates(site), _broken_of(told))

        self._unused = Unused(site, code, self.targets.named(), was_read)

    @property
    def page_count(self) -> int:
        """How many pages were checked."""
        return len(self._pages)

    def findings(self) -> Iterator[Finding]:
        """Yields everything that can be found without asking another site."""
        for missing in self.targets.missing():
            yield from self._at_each(missing)
        for strayed in self.targets.without_base_path():
            yield from self._at_each(strayed, "warning")
        for finding in structure_findings(self._facts, self._pages):
            yield self._placed(finding)
        yield from double_findings(self._facts, self._pages, self.places.of_field)
        yield from orphan_findings(self._listed(), self.targets.led_to(), self.places.of_field)
        yield from self._feeds()
        yield from self._heavy()
        yield from near_terms(self._site.library.all_pages)
        yield from self._unused.findings()

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
        """Yields a finding for each file that names what is missing; only the first one that is not in a source has its
        place in the built file."""
        is_first = True
        for number, file in enumerate(missing.files):
            place = self.places.of_target(file, missing.key) if number < _LOOKED_AT else None
            at = self._at(file, missing.key) if is_first and not place else None
            is_first = is_first and bool(place)
            finding = Finding(missing.code, missing.message, file, missing.key, missing.hint, severity, missing.link,
                              at, place=place)
            is_repeated = not place and self.places.is_repeated(file, missing.key)
            yield replace(finding, is_repeated=True) if is_repeated else finding

    def _at(self, file: str, key: Key) -> int | None:
        """Returns where a file has the URL of a target."""
        return next((reference.at for reference in self._built.references(file)
                     if key in keys_of(self._built, file, reference.url, reference.kind)), None)

    def _placed(self, finding: Finding) -> Finding:
        subject = finding.subject
        text = subject[1] if isinstance(subject, tuple) else ""
        place = (self.places.of_heading(finding, text) if text.startswith("<h") else
                 self.places.of_url(finding.file, finding.link) if finding.link else None)
        return replace(finding, place=place) if place else finding

    def _heavy(self) -> Iterator[Finding]:
        """Yields the images that pages load and that have more bytes than the config wants."""
        limit = self._site.config.images.heavy * 1000
        for path, files in self.targets.loaded_images().items() if limit else ():
            name = self._built.file_named(path)
            size = os.path.getsize(self._built.on_disk(name)) if name else 0  # noqa: PTH202  (of a path as text)
            if size > limit:
                key = (LOAD, path)
                yield from self._at_each(Missing(
                    key, "check.heavy-image", f"`{self._built.link_of(path)}` has {size_text(size)}",
                    "make it smaller; `images: {heavy: …}` in the config sets the limit", tuple(files),
                    self._built.link_of(path)), "warning")

    def _feeds(self) -> Iterator[Finding]:
        for file, facts in self._facts.items():
            if facts.flaws and not file.endswith(PAGES):
                for flaw in facts.found:
                    yield Finding(f"check.{flaw.code}", flaw.message, file, hint=flaw.hint, severity="error")


def told_by_build(problems: Iterable[Problem]) -> frozenset[Spot]:
    """Returns the places of which a build told that a link leads nowhere."""
    return frozenset(spot_of(problem.place) for problem in problems
                     if problem.place and problem.code.startswith(_TOLD))


def _broken_of(told: Iterable[Problem]) -> Iterator[str]:
    """Yields the links that a build found broken, as their sources have them."""
    return (found[1] for problem in told if problem.code.startswith("link.broken") and (
        found := re.search(r"`([^`]+)`", problem.message)))
