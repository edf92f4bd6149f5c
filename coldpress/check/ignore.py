"""Problems that the config says are none: `check: {ignore: [...]}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from coldpress.check.findings import Finding, Sources, Spot, problems_of, spot_of
from coldpress.config.check import Ignored
from coldpress.errors import Place, Problem

_QUOTED = re.compile(r"`([^`]+)`")
_OUTSIDE = ("http://", "https://", "*")


class IgnoreList:
    """The entries of `check.ignore`; it remembers which of them matched.  `output` is the name of the output folder."""

    def __init__(self, entries: Sequence[Ignored], output: str) -> None:
        self._entries = entries
        self._output = output
        self._matched: set[int] = set()
        self._spots: set[Spot] = set()
        self._hidden: list[Finding] = []
        self._problems = 0

    def count(self, sources: Sources) -> int:
        """Returns how many problems would be told without the entries."""
        found = problems_of(self._hidden, sources)
        return self._problems + sum(not (each.place and spot_of(each.place) in self._spots) for each in found)

    def findings(self, found: Iterable[Finding]) -> Iterator[Finding]:
        """Yields the findings; those that an entry matches are hidden, and so are those at a place of which the build
        told a problem that one matches."""
        for finding in found:
            places = [finding.place.path] if finding.place else []
            url = f"/{finding.file.removesuffix('index.html')}"
            paths = (*places, finding.file, f"{self._output}/{finding.file}", url)
            is_hidden = bool(finding.place and spot_of(finding.place) in self._spots)
            is_hidden = is_hidden or self._is_ignored(finding.code, paths, finding.link)
            if is_hidden:
                self._hidden.append(finding)
            yield replace(finding, is_hidden=True) if is_hidden else finding

    def problems(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Yields the problems of the build that no entry matches; the first name that one quotes is its link."""
        for problem in problems:
            quoted = _QUOTED.search(problem.message)
            if not self._is_ignored(problem.code, (problem.place.path,) if problem.place else (),
                                    quoted[1] if quoted else ""):
                yield problem
                continue
            self._problems += 1
            if problem.place:
                self._spots.add(spot_of(problem.place))

    def useless(self, place_of: Callable[[int], Place], *, asked_outside: bool) -> Iterator[Problem]:
        """Yields a warning for each entry that matched nothing; not for one of links to other sites, which
        `asked_outside` tells that nobody asked."""
        for number, entry in enumerate(self._entries):
            is_of_outside = (entry.code or "").startswith("external") or (entry.link or "").startswith(_OUTSIDE)
            if number not in self._matched and (asked_outside or not is_of_outside):
                yield Problem("check.ignore", "this entry of `ignore` matches nothing", place_of(number),
                              "take it out, or mend its patterns", severity="warning")

    def _is_ignored(self, code: str, paths: tuple[str, ...], link: str) -> bool:
        for number, entry in enumerate(self._entries):
            if entry.matches(code, paths, link):
                self._matched.add(number)
                return True
        return False
