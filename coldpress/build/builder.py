"""One site made: plan → freeze → check → publish → remember."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from flask import Flask

from coldpress import recorder
from coldpress.build.context import BuildContext
from coldpress.build.output import CannotWriteError, Changes, Output
from coldpress.build.plan import Plan
from coldpress.build.records import FileRow, Records
from coldpress.build.result import PlanEntry
from coldpress.build.runner import FreezeRunner, stage_copies, volatile_note
from coldpress.build.site_checks import check_site, removed_urls
from coldpress.build.staleness import FACTORY, NEVER, OWN, Fingerprints, Staleness
from coldpress.build.user_reads import UserCode, engine
from coldpress.build.workers import FEW, StartWorker
from coldpress.cache.file_stamps import stamp_of
from coldpress.errors import Problems
from coldpress.markdown.cache import Body
from coldpress.processes import WorkerDiedError, start_method
from coldpress.recorder import Key
from coldpress.web.error_places import explain
from coldpress.web.extension import Coldpress


class Builder:
    """Makes one site into one output.  `stages` are seconds by name."""

    def __init__(self, context: BuildContext, app: Flask, site: Coldpress, output: Output, problems: Problems) -> None:
        self._context = context
        self._app = app
        self._site = site
        self.output = output
        self.output_stamps: dict[str, str] = {}
        self._problems = problems
        self._started_ns = time.time_ns()
        self.stages: dict[str, float] = {}
        self.plan = Plan(app, site, problems)
        self.records = Records(site.cache_folder, output.key)
        self.runner: FreezeRunner | None = None
        self.changes: Changes | None = None
        self.removed_urls: tuple[str, ...] = ()

    def make(self) -> None:
        """Publish the site, unless there are errors or it is a dry run."""
        self.output.open()
        self.output.owned.check(self.records.files.keys(), partial(self.records.is_published, self.output.folder))
        try:
            self._freeze()
            with self._stage("check"):
                if self.runner:
                    check_site(self._site, self.plan, self.runner, self._problems)
                self.output.refuse_foreign(self._problems)
            if not self.reported_problems.errors:
                with self._stage("publish"):
                    self._publish()
        finally:
            self.output.discard()
            self._close()

    @property
    def reported_problems(self) -> Problems:
        """What was found: notes under `-v`, errors for warnings under `--strict`."""
        found = self._problems if self._context.report.verbose else self._problems.without_notes()
        return found.as_errors() if self._context.strict else found

    @property
    def notes(self) -> list[str]:
        """What is wrong with a cache, and why most pages are never fresh; a line each."""
        volatile = volatile_note(self._site, self.plan, self.runner) if self.runner else None
        notes = (*self._site.notes, self.records.note, self.output.owned.note, self._context.stamp_note,
                 *(self.runner.notes if self.runner else ()), volatile)
        return list(dict.fromkeys(note for note in notes if note))

    @property
    def own_code(self) -> Iterable[Path]:
        """The files of the site's own code, whichever process and whichever
        build has loaded them."""
        late = self.runner.late_code.values() if self.runner else ()
        return {*self._code.files, *late}

    def reads(self, entry: PlanEntry) -> Iterable[Key]:
        """What a page read when it was rendered last."""
        new = self.runner.updates.pages if self.runner else []
        for made, frozen in new:
            if made.path == entry.path:
                return frozen.reads
        row = self.records.pages.get(entry.path)
        return self.records.keys_of(row) if row else ()

    def shared_reads(self, entry: PlanEntry) -> Iterable[Key]:
        """What own code read on other pages, and counts for this one too."""
        names = [FACTORY] if entry.endpoint in self._site.generators else [FACTORY, OWN]
        return [key for name in names for key in self.reads(PlanEntry(name, "", ""))]

    def _freeze(self) -> None:
        try:
            with self._stage("plan"):
                self.plan.fill()
            with self._stage("markup"):
                self._render_ahead(self._site.sources.cache.parsed_anew >= FEW)
            with self._stage("compare"):
                self._compare()
            assert self.runner is not None, "just made"
            with self._stage("markup"):
                self._render_ahead(self._staleness.everything is not None)
            with self._stage("search"):
                self._index()
            with self._stage("freeze"):
                self._copied = stage_copies(self.plan, self.output, self.records.files, self._problems)
                self.runner.run(self._context.jobs, self._start_worker(), self._problems)
                self._look_at_values(self.runner)
        except CannotWriteError:
            raise
        except WorkerDiedError:
            self._problems.error("build.worker", "one of the processes at work was ended from outside", None,
                                 "if memory is short, build with `-j 1`")
        except Exception as reason:  # noqa: BLE001  (a URL generator of an own route)
            self._problems.add(explain(reason, self._site))

    def _look_at_values(self, runner: FreezeRunner) -> None:
        """Ask what views declared, so that a function that fails is a problem now."""
        for _, frozen in runner.updates.pages:
            for key in frozen.reads:
                if key[0] == "value":
                    self._fingerprints.of(key)

    def _compare(self) -> None:
        """Find out what is stale."""
        site = self._site
        self._fingerprints = Fingerprints(self._app, site, self.plan)
        self._code = UserCode(site.base, self.records.about.get("code"))
        self._about = {"engine": engine(), "settings": _settings(site), "structure": self._fingerprints.structure()}
        staleness = Staleness(self.records, self._fingerprints, self._whole_reason(), self._about["structure"])
        self._staleness = staleness
        self.runner = FreezeRunner(self._app, site, self.plan, self.output, self.records, staleness,
                                   self._context.report)

    def _whole_reason(self) -> str | None:
        """Why nothing that was rendered can be kept, if that is so."""
        before = self.records.about
        if not before:
            return "there is no record of it"
        if before.get("engine") != self._about["engine"]:
            return "Coldpress, Python or an installed package changed"
        if before.get("settings") != self._about["settings"]:
            return "a setting that shapes the whole site changed"
        changed = self._code.changed()
        return f"the code in {changed} changed" if changed else None

    def _render_ahead(self, many: bool) -> None:
        if many:
            self._site.markup.render_ahead(self._bodies(), self._context.jobs)

    def _index(self) -> None:
        """Have the search's index, before others want parts of it."""
        site = self._site
        if site.config.search:
            with recorder.unrecorded():
                site.search.index(site.library)

    def _bodies(self) -> list[Body]:
        """The bodies of all pages; none where each is a template, which needs its page."""
        site = self._site
        return [] if site.config.markdown.jinja else [site.library.body_of(page) for page in site.library.all_pages]

    def _start_worker(self) -> StartWorker:
        method = start_method()
        self._site.markup.store.close()  # no connection may be shared with a forked process
        self._site.search.close()
        make = partial(_inherited, self._app, self._site) if method == "fork" else self._context.remake()
        return StartWorker(make, self.output.staging.folder, self.output.folder, method)

    def _publish(self) -> None:
        self.removed_urls = removed_urls(self._site, self.records, self.output.changes().removed)
        if self._context.dry_run:
            self.changes = self.output.changes()
            return
        self.changes = self.output.publish()
        with self._stage("remember"):
            self._remember()

    def _remember(self) -> None:
        """Write down what was made, now that it is published."""
        assert self.runner is not None, "without it there are errors"
        site, updates = self._site, self.runner.updates
        self._about["code"] = self._code.written(self._context.started_ns, self.runner.late_code)
        updates.about = {name: value for name, value in self._about.items() if self.records.about.get(name) != value}
        updates.keys = self._staleness.same
        folder = self.output.folder
        updates.files = [FileRow(row.file, stamp_of(folder / row.file), row.digest, "") for row in updates.files]
        updates.files += [row for row in self._copies() if self.records.files.get(row.file) != row]
        entries = list(self.plan.entries)
        self.output_stamps = {
            **{file: row.stamp for file, row in self.records.files.items()},
            **{row.file: row.stamp for row in updates.files}}
        self.output_stamps = {entry.file: self.output_stamps[entry.file] for entry in entries}
        self.records.save(
            updates, {OWN, FACTORY, *(entry.path for entry in entries)}, {entry.file for entry in entries},
            {page.source for page in site.library.all_pages}, self._stored_fingerprint)

    def _copies(self) -> Iterator[FileRow]:
        for file, source in self._copied.items():
            yield FileRow(file, stamp_of(self.output.folder / file), b"", source)

    def _stored_fingerprint(self, key: Key) -> tuple[str | None, str | None]:
        """What to remember of a read: nothing that would hold for a file which
        changed while we were at work, or after the app was made of it."""
        changed = self._fingerprints.changed_at(key)
        noted = self._site.factory_noted.get(str(Path(self._site.base, key[1])), changed)
        if changed >= self._started_ns or (key[0] in ("file", "folder") and noted != changed):
            return NEVER, None
        return self._fingerprints.of(key), self._fingerprints.basis(key)

    def _close(self) -> None:
        site = self._site
        site.sources.cache.save()
        if self.runner and self._staleness.everything:
            site.markup.trim(self._bodies())
        site.markup.store.close()
        site.search.close()
        self.records.close()

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0) + time.perf_counter() - started


def _inherited(app: Flask, site: Coldpress) -> tuple[Flask, Coldpress]:
    return app, site


def _settings(site: Coldpress) -> str:
    """The settings that shape all pages at once: where they are and whence."""
    config = site.config
    return repr((
        config.base_url, site.url_prefix, config.timezone, config.permalinks, config.slugs, config.taxonomies,
        config.nested_taxonomies, config.collections,
        config.content_dir, config.templates_dir, config.static_dir, config.language, config.markdown))
