"""Failures of one run, each told once however many pages it came up on."""

from __future__ import annotations

from collections.abc import Iterator

from coldpress.errors import Place, Problem
from coldpress.freeze.entry import Entry


class Failures:
    """Collects problems with the pages they came up on."""

    def __init__(self) -> None:
        self._pages: dict[Problem, list[Entry]] = {}

    def add(self, problem: Problem, page: Entry) -> None:
        """Note that a problem came up on a page."""
        self._pages.setdefault(problem, []).append(page)

    def problems(self) -> Iterator[Problem]:
        """Each problem, with its first page and how many there are."""
        return (_with_pages(problem, pages) for problem, pages in self._pages.items())


def _with_pages(problem: Problem, entries: list[Entry]) -> Problem:
    """A failure with the first page it came up on, and how many more."""
    first = entries[0].place or Place(entries[0].path)
    also = (*problem.also, first) if first.path != (problem.place.path if problem.place else None) else problem.also
    message = problem.message
    if len(entries) > 1:
        message += f" (on {len(entries):,} pages)"
    return Problem(problem.code, message, problem.place or first, problem.hint, problem.severity,
                   also if problem.place else (), problem.traceback)
