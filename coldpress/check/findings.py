"""What a check found: mistakes of built files, grouped by what they are about, and told once at the place to mend."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from coldpress.errors import Place, Problem, Severity
from coldpress.report import counted


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake in one built file.

    `subject` is the same for findings that one edit would mend, if it is in a template.  `link` is the URL that it is
    about, as an entry of `check.ignore` names it; `at` its place in the built file.  `place` is its place in the
    sources, if it is known.  One that `is_repeated` or `is_hidden` is not told: a list or a feed only
    shows what is told of a source, or the config ignores it.
    """

    code: str
    message: str
    file: str
    subject: Hashable = ""
    hint: str | None = None
    severity: Severity = "warning"
    link: str = ""
    at: int | None = None
    length: int = 1
    place: Place | None = None
    also: tuple[Place, ...] = field(default=())
    is_repeated: bool = False
    is_hidden: bool = False


Spot = tuple[str, int | None, int | None]


def spot_of(place: Place) -> Spot:
    """Returns where a place is, whatever is underlined there."""
    return place.path, place.line, place.column


class Sources(Protocol):
    """Knows where the mistakes of built files come from."""

    def is_made_of_others(self, file: str) -> bool:
        """Returns whether a file repeats parts of other pages: a list, a feed."""

    def template_place(self, finding: Finding) -> Place | None:
        """Returns the place in a template, if only one has the text."""

    def built_place(self, finding: Finding) -> Place:
        """Returns the place in the built file."""


def problems_of(findings: Iterable[Finding], sources: Sources) -> Iterator[Problem]:
    """Yields one problem for each place in the sources that has a mistake, and one for all files whose place is not
    known: a template made them.  Lists and feeds that repeat a mistake of a source are left out."""
    groups: dict[tuple[str, Hashable], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.code, finding.subject or (finding.file, finding.message, finding.at)), []).append(
            finding)
    for group in groups.values():
        placed = {finding.place: finding for finding in group if finding.place is not None}
        for place, finding in placed.items():
            if not finding.is_hidden:
                yield _problem(finding, place)
        rest = [finding for finding in group if not (
            finding.place or finding.is_hidden or finding.is_repeated or (
                placed and sources.is_made_of_others(finding.file)))]
        if rest:
            first = rest[0]
            template = sources.template_place(first)
            built = sources.built_place(first)
            more = f", on {counted(len(rest), 'page')}" if len(rest) > 1 else ""
            yield _problem(first, template or built, more, (built,) if template else ())


def _problem(finding: Finding, place: Place, more: str = "", also: tuple[Place, ...] = ()) -> Problem:
    return Problem(finding.code, finding.message + more, place, finding.hint, finding.severity,
                   also=(*also, *finding.also))
