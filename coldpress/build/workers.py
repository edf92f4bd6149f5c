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
from coldpress.build.checks import check_page
from coldpress.build.freezer import SiteFreezer
from coldpress.build.jobs import Job, JobResult, MakeSite
from coldpress.build.output import Stage, Staging
from coldpress.loaded_code import own_files, take_lookups, with_lookups
from coldpress.processes import in_turn, local_executor
from coldpress.recorder import KeyNumbers
from coldpress.web.registry import code_context
from coldpress.web.site import Site

CHUNK = 20
AHEAD = 50  # jobs waiting for each worker: so many that none is idle while this process has other work


class Worker:
    """Renders and checks pages in this process."""

    def __init__(self, app: Flask, site: Site, stage: Staging, method: str) -> None:
        self._site = site
        self._modules = len(sys.modules) if method == "fork" else 0
        if method == "fork":
            forget_connections()
        for function in site.registry.worker_starts:
            with code_context(site):
                function()
        self._keys = KeyNumbers()
        self._freezer = SiteFreezer(app, site, stage, self._keys)

    def run(self, job: Job) -> JobResult:
        """Runs one job."""
        library = self._site.library
        frozen = list(self._freezer.freeze_entries(job.entries))
        pages = filter(None, map(library.by_source, job.sources))
        checks = [check_page(library, page, self._keys) for page in pages]
        return JobResult(frozen, self._freezer.take_contents(), checks, self._keys.take_new(), self._code(),
                         self._site.notes)

    def forget(self) -> None:
        """Forgets what it has returned before, so that the next result has all keys and modules."""
        self._keys.clear()
        self._modules = 0

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
        return Worker(*self.make_site(), Stage(self.stage, self.output), self.method)


_worker: list[Worker] = []  # the one of this process, once it is a worker


def begin(start: Callable[[], Worker]) -> None:
    """Makes this process a worker."""
    _worker[:] = [start()]


def work(job: Job) -> JobResult:
    """Runs one job in this process."""
    return _worker[0].run(job)


@dataclass(frozen=True)
class LocalWorkers:
    """A number of processes of this machine."""

    count: int
    start: Callable[[], StartWorker]
    chunk: int = CHUNK

    def run(self, jobs: Iterable[Job], meanwhile: Callable[[], None]) -> Iterator[JobResult]:
        """Yields the results of jobs."""
        start = self.start()
        executor = local_executor(self.count, start.method, begin, start)
        return take_lookups(in_turn(executor, with_lookups(work), jobs, AHEAD * self.count, meanwhile))
