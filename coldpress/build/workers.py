"""Worker processes of a build: they render and check many pages at the same time.

A worker has its own app: it inherits the parent's by fork, or makes it
again.  It returns plain data; the files of its pages are in the
staging folder already.

Global state: `_worker` is the worker of this process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from coldpress.audit_hook import forget_connections
from coldpress.build.checks import PageCheck, check_page
from coldpress.build.freezer import FrozenPage, SiteFreezer
from coldpress.build.output import Stage
from coldpress.build.plan import PlanEntry
from coldpress.loaded_code import own_files, take_lookups, with_lookups
from coldpress.processes import in_turn, local_executor
from coldpress.recorder import Key, KeyNumbers
from coldpress.web.registry import code_context
from coldpress.web.site import Site

FEW = 400  # with fewer pages, one process is as fast
CHUNK = 20
_AHEAD = 50  # jobs waiting for each worker: so many that none is idle while this process has other work
MakeSite = Callable[[], tuple[Flask, Site]]


@dataclass(frozen=True, slots=True)
class Job:
    """The entries to render, and the sources whose links are to be checked."""

    entries: tuple[PlanEntry, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobResult:
    """The pages and checks of a job, with the keys that they are the first to read in their process; the
    packed bytes of the pages by path; the site's own modules that rendering them loaded; what was wrong
    with a cache."""

    pages: list[FrozenPage]
    contents: dict[str, bytes]
    checks: list[PageCheck]
    keys: list[Key]
    code: dict[str, Path]
    notes: list[str]


class Worker:
    """Renders and checks pages in this process."""

    def __init__(self, app: Flask, site: Site, stage: Path, output: Path, method: str) -> None:
        self._site = site
        self._modules = len(sys.modules) if method == "fork" else 0
        if method == "fork":
            forget_connections()
        for function in site.registry.worker_starts:
            with code_context(site):
                function()
        self._keys = KeyNumbers()
        self._freezer = SiteFreezer(app, site, Stage(stage, output), self._keys)

    def run(self, job: Job) -> JobResult:
        """Runs one job."""
        library = self._site.library
        frozen = list(self._freezer.freeze_entries(job.entries))
        pages = filter(None, map(library.by_source, job.sources))
        checks = [check_page(library, page, self._keys) for page in pages]
        return JobResult(frozen, self._freezer.take_contents(), checks, self._keys.take_new(), self._code(),
                         self._site.notes)

    def _code(self) -> dict[str, Path]:
        """Returns the site's own modules if a module was loaded since the last call."""
        if len(sys.modules) == self._modules:
            return {}
        self._modules = len(sys.modules)
        return own_files(self._site.base, self._site.registry.plugin_files)


@dataclass(frozen=True)
class StartWorker:
    """How a process becomes a worker, begun by `method`: `make_site` gives the
    app that a fork has inherited, or makes it anew."""

    make_site: MakeSite
    stage: Path
    output: Path
    method: str

    def __call__(self) -> Worker:
        return Worker(*self.make_site(), self.stage, self.output, self.method)


_worker: list[Worker] = []  # the one of this process, once it is a worker


def begin(start: Callable[[], Worker]) -> None:
    """Makes this process a worker."""
    _worker[:] = [start()]


def work(job: Job) -> JobResult:
    """Runs one job in this process."""
    return _worker[0].run(job)


def run_jobs(jobs: Iterable[Job], count: int, start: StartWorker, meanwhile: Callable[[], None]
             ) -> Iterator[JobResult]:
    """Yields the results of jobs, in order, from a number of worker processes.  Calls `meanwhile` once
    they are busy."""
    executor = local_executor(count, start.method, begin, start)
    return take_lookups(in_turn(executor, with_lookups(work), jobs, _AHEAD * count, meanwhile))
