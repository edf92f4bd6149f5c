"""The processes of one build: those of this machine, and those of a cluster if there is one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask

from coldpress.build.context import BuildContext
from coldpress.build.jobs import FEW, MakeSite, Workers
from coldpress.build.output import Output
from coldpress.build.staleness import Fingerprints
from coldpress.markdown.cache import Body
from coldpress.processes import start_method
from coldpress.web.site import Site

if TYPE_CHECKING:
    from coldpress.build.workers import StartWorker


class WorkerPool:
    """Starts the processes that render bodies and pages of one site.  Their modules are imported when they start,
    as an edit needs none."""

    def __init__(self, context: BuildContext, app: Flask, site: Site, output: Output) -> None:
        self._context = context
        self._app = app
        self._site = site
        self._output = output
        self._cluster = None
        if context.executor:
            from coldpress.cluster import Cluster  # noqa: PLC0415  (an extra)

            self._cluster = Cluster(context.executor, site.base)

    @property
    def is_this_process(self) -> bool:
        """Whether this process alone renders."""
        return self._context.jobs == 1 and self._cluster is None

    def render_bodies(self, bodies: Sequence[Body]) -> None:
        """Renders Markdown, which goes to the cache."""
        if self._cluster and len(bodies) >= FEW:
            self._site.markup.render_ahead(bodies, self._cluster.threads, self._cluster.executor)
        else:
            self._site.markup.render_ahead(bodies, self._context.jobs)

    def workers(self, fingerprints: Fingerprints) -> Workers | None:
        """Returns the processes that render pages; None if it is this one alone."""
        if self._cluster is None:
            return self.local_workers()
        from coldpress.build.remote_workers import RemoteWorkers  # noqa: PLC0415

        return RemoteWorkers(self._cluster, self._remake, fingerprints, self._output.staging)

    def local_workers(self) -> Workers | None:
        """Returns the processes of this machine; None if it is this one alone."""
        if self._context.jobs == 1:
            return None
        from coldpress.build.workers import LocalWorkers  # noqa: PLC0415

        return LocalWorkers(self._context.jobs, self._start_worker)

    def close(self) -> None:
        """Ends the connection to a cluster."""
        if self._cluster:
            self._cluster.close()

    def _remake(self) -> MakeSite:
        self._close_caches()
        return self._context.remake()

    def _start_worker(self) -> StartWorker:
        from coldpress.build.workers import StartWorker  # noqa: PLC0415

        make = self._remake()
        if (method := start_method()) == "fork":
            self._site.library.related.prepare()
            make = partial(_inherited, self._app, self._site)
        return StartWorker(make, self._output.staging.folder, self._output.folder, method)

    def _close_caches(self) -> None:
        """Closes what workers open too: no connection may be shared with a forked process."""
        self._site.markup.store.close()
        self._site.images.close()
        self._site.search.close()


def _inherited(app: Flask, site: Site) -> tuple[Flask, Site]:
    return app, site
