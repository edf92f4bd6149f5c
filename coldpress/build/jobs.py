"""Jobs: the entries of a plan that a build renders, divided among several processes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from flask import Flask

from coldpress.build.checks import PageCheck
from coldpress.build.freezer import FrozenPage
from coldpress.build.plan_entry import PlanEntry
from coldpress.processes import chunks
from coldpress.recorder import Key
from coldpress.web.site import Site

FEW = 400  # with fewer pages, one process is as fast
_LIST_JOBS = 4  # for each process: so few that few cards are drawn twice, so many that none waits long for the last one
MakeSite = Callable[[], tuple[Flask, Site]]


class Job(NamedTuple):
    """The entries to render, and the sources whose links are to be checked."""

    entries: tuple[PlanEntry, ...]
    sources: tuple[str, ...]


class JobResult(NamedTuple):
    """The pages and checks of a job, with the keys that are new in their process, by number; the
    packed bytes of the pages by path; the site's own modules that rendering them loaded; what was wrong
    with a cache."""

    pages: list[FrozenPage]
    contents: dict[str, bytes]
    checks: list[PageCheck]
    keys: dict[int, Key]
    code: dict[str, Path]
    notes: list[str]


class Workers(Protocol):
    """Other processes that run jobs."""

    @property
    def count(self) -> int:
        """How many processes there are."""

    @property
    def chunk(self) -> int:
        """How many pages a job has at least."""

    def run(self, jobs: Iterable[Job], meanwhile: Callable[[], None]) -> Iterator[JobResult]:
        """Yields the results of jobs, in order.  Calls `meanwhile` once the workers are busy."""


MakeWorkers = Callable[[], Workers | None]
"""Returns the processes that render pages; None if it is this one alone."""


def divided(entries: Sequence[PlanEntry], size: int, processes: int) -> Iterator[list[PlanEntry]]:
    """Yields entries in jobs of `size`, for so many processes.

    The pages of lists come first, in jobs that are larger if there are many.  A post is in several lists, and a process
    draws its card once.  So pages stand together that are equally far down in their lists, as they show the same
    posts.
    """
    lists = [entry for entry in entries if _is_of_list(entry)]
    last: dict[Hashable, int] = {}
    for entry in lists:
        last[_list_of(entry)] = max(last.get(_list_of(entry), 1), entry.values["number"])
    lists.sort(key=lambda entry: entry.values["number"] / last[_list_of(entry)])
    yield from chunks(lists, max(size, -(-len(lists) // (_LIST_JOBS * processes))))
    yield from chunks((entry for entry in entries if not _is_of_list(entry)), size)


def _is_of_list(entry: PlanEntry) -> bool:
    return isinstance(entry.values.get("number"), int)


def _list_of(entry: PlanEntry) -> Hashable:
    return entry.endpoint, str(entry.values.get("name")), str(entry.values.get("slug"))
