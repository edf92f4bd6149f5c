"""Worker processes of a build: they render and check many pages at the same time.

A worker has its own app: it inherits the parent's by fork, or makes it
again.  It returns plain data; the files of its pages are in the
staging folder already.  A worker on another machine returns the bytes of
its pages, and the fingerprints of all that they read.

Global state: `_worker` and `_remote` are the worker of this process.
"""

from __future__ import annotations

import socket
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from flask import Flask

from coldpress.audit_hook import forget_connections
from coldpress.build.checks import PageCheck, check_page
from coldpress.build.freezer import FrozenPage, SiteFreezer, unpack
from coldpress.build.output import Returned, Stage, Staging
from coldpress.build.plan import Plan, PlanEntry
from coldpress.build.staleness import Fingerprints
from coldpress.build.user_reads import UserReads
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.loaded_code import own_files, take_lookups, with_lookups
from coldpress.processes import in_turn, local_executor
from coldpress.recorder import Key, KeyNumbers, number_of
from coldpress.web.registry import code_context
from coldpress.web.site import Site

if TYPE_CHECKING:
    from coldpress.cluster import Cluster

FEW = 400  # with fewer pages, one process is as fast
CHUNK = 20
_REMOTE_CHUNK = 200  # so many that the milliseconds which a task of a cluster costs are few beside its own
_AHEAD = 50  # jobs waiting for each worker: so many that none is idle while this process has other work
MakeSite = Callable[[], tuple[Flask, Site]]


@dataclass(frozen=True, slots=True)
class Job:
    """The entries to render, and the sources whose links are to be checked."""

    entries: tuple[PlanEntry, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobResult:
    """The pages and checks of a job, with the keys that are new in their process, by number; the
    packed bytes of the pages by path; the site's own modules that rendering them loaded; what was wrong
    with a cache."""

    pages: list[FrozenPage]
    contents: dict[str, bytes]
    checks: list[PageCheck]
    keys: dict[int, Key]
    code: dict[str, Path]
    notes: list[str]


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
        return take_lookups(in_turn(executor, with_lookups(work), jobs, _AHEAD * self.count, meanwhile))


_UNCOMPARED = ("value", "volatile", "shard", "link")
"""Kinds of keys whose fingerprints are known to the machine that builds only, or to nobody."""


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """The result of a job on another machine, with the fingerprints of its keys there."""

    result: JobResult
    fingerprints: list[str | None]
    machine: str


class RemoteWorker:
    """Renders and checks pages for another machine.  Each result has all keys: those before it may be lost."""

    def __init__(self, app: Flask, site: Site) -> None:
        self._worker = Worker(app, site, Returned(site.root), "spawn")
        self._fingerprints = Fingerprints(app, site, Plan(app, site, Problems()))
        self._factory_reads = UserReads(app, site).portable(site.factory_reads)

    def run(self, job: Job) -> RemoteResult:
        """Runs one job."""
        self._worker.forget()
        result = self._worker.run(job)
        keys = {**result.keys, **{number_of(key): key for key in self._factory_reads}}
        prints = [None if key[0] in _UNCOMPARED else self._fingerprints.of(key) for key in keys.values()]
        return RemoteResult(replace(result, keys=keys), prints, socket.gethostname())


_remote: list[RemoteWorker] = []  # the one of this process, once it is a worker


def work_remotely(make_site: MakeSite, job: Job) -> RemoteResult:
    """Runs one job for another machine; makes this process a worker first."""
    if not _remote:
        _remote.append(RemoteWorker(*make_site()))
    return _remote[0].run(job)


@dataclass(frozen=True)
class RemoteWorkers:
    """The processes of a cluster.  What they return is taken only if all that it read is there as it is here."""

    cluster: Cluster
    make_site: Callable[[], MakeSite]
    fingerprints: Fingerprints
    stage: Stage
    chunk: int = _REMOTE_CHUNK

    @property
    def count(self) -> int:
        """The number of the cluster's processes."""
        return max(1, self.cluster.threads)

    def run(self, jobs: Iterable[Job], meanwhile: Callable[[], None]) -> Iterator[JobResult]:
        """Yields the results of jobs."""
        sent: deque[Job] = deque()
        ahead = max(2, _AHEAD * CHUNK * self.cluster.threads // self.chunk)
        run = with_lookups(partial(work_remotely, self.make_site()))
        executor = self.cluster.executor()
        for told in take_lookups(in_turn(executor, run, _noted(jobs, sent), ahead, meanwhile)):
            self._compare(told)
            yield self._staged(told.result, sent.popleft())

    def _compare(self, told: RemoteResult) -> None:
        for key, there in zip(told.result.keys.values(), told.fingerprints, strict=True):
            if key[0] not in _UNCOMPARED and self.fingerprints.of(key) != there:
                raise ColdpressError(Problem(
                    "cluster.other-input", f"the machine `{told.machine}` of the cluster does not have what is here: "
                    f"{key[0]} `{key[1]}`", None, "share one folder, and set the same environment variables"))

    def _staged(self, result: JobResult, job: Job) -> JobResult:
        """Stages the pages of a job."""
        files = {entry.path: entry.file for entry in job.entries}
        pages = [replace(page, is_staged=self.stage.put(files[page.path], unpack(result.contents[page.path]) or b""))
                 if page.is_staged else page for page in result.pages]
        return replace(result, pages=pages)


def _noted(jobs: Iterable[Job], sent: deque[Job]) -> Iterator[Job]:
    for job in jobs:
        sent.append(job)
        yield job
