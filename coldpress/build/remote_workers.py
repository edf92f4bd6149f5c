"""Workers on other machines, the processes of a cluster: they return the bytes of their pages, and the fingerprints of
all that they read.

Global state: `_remote` is the worker of this process.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from flask import Flask

from coldpress.build.freezer import unpack
from coldpress.build.jobs import Job, JobResult, MakeSite
from coldpress.build.output import Returned, Stage
from coldpress.build.plan import Plan
from coldpress.build.staleness import Fingerprints
from coldpress.build.user_reads import UserReads
from coldpress.build.workers import AHEAD, CHUNK, Worker
from coldpress.cluster import Cluster
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.loaded_code import take_lookups, with_lookups
from coldpress.processes import in_turn
from coldpress.recorder import number_of
from coldpress.web.site import Site

_CHUNK = 200  # so many that the milliseconds which a task of a cluster costs are few beside its own
_UNCOMPARED = ("value", "volatile", "shard", "link")
"""Kinds of keys whose fingerprints are known to the machine that builds only, or to nobody."""


class RemoteResult(NamedTuple):
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
        return RemoteResult(result._replace(keys=keys), prints, socket.gethostname())


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
    chunk: int = _CHUNK

    @property
    def count(self) -> int:
        """The number of the cluster's processes."""
        return max(1, self.cluster.threads)

    def run(self, jobs: Iterable[Job], meanwhile: Callable[[], None]) -> Iterator[JobResult]:
        """Yields the results of jobs."""
        sent: deque[Job] = deque()
        ahead = max(2, AHEAD * CHUNK * self.cluster.threads // self.chunk)
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
        pages = [page._replace(is_staged=self.stage.put(files[page.path], unpack(result.contents[page.path]) or b""))
                 if page.is_staged else page for page in result.pages]
        return result._replace(pages=pages)


def _noted(jobs: Iterable[Job], sent: deque[Job]) -> Iterator[Job]:
    for job in jobs:
        sent.append(job)
        yield job
