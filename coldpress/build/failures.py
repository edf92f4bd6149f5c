"""The problems of pages that failed: each is reported once for all its pages."""

from __future__ import annotations

from collections.abc import Iterator

from coldpress.build.plan_entry import PlanEntry
from coldpress.errors import Place, Problem


class Failures:
    """Collects the problems of pages that failed; each problem is reported once for all its pages."""

    def __init__(self) -> None:
        self._pages: dict[Problem, list[PlanEntry]] = {}

    def add(self, problem: Problem, page: PlanEntry) -> None:
        """Adds a problem of a page."""
        self._pages.setdefault(problem, []).append(page)

    def problems(self) -> Iterator[Problem]:
        """Returns each problem with its first page and the number of its pages."""
        return (_with_pages(problem, pages) for problem, pages in self._pages.items())


def _with_pages(problem: Problem, entries: list[PlanEntry]) -> Problem:
    """Returns a problem with its first page as a place, unless it names a further one, and the number of its pages."""
    first = next((entry.place for entry in entries if entry.place), Place(entries[0].path))
    is_named = problem.also or first.path == (problem.place.path if problem.place else None)
    also = problem.also if is_named else (first,)
    message = problem.message
    if len(entries) > 1:
        message += f" (on {len(entries):,} pages)"
    return Problem(problem.code, message, problem.place or first, problem.hint, problem.severity,
                   also if problem.place else (), problem.traceback)
