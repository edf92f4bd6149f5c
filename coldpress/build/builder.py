"""The builder: load → plan → compare → render → check → publish → remember."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from coldpress import recorder
from coldpress.build.checks import check_site
from coldpress.build.context import BuildContext
from coldpress.build.images import SiteImages
from coldpress.build.jobs import FEW
from coldpress.build.originals import Originals
from coldpress.build.output import CannotWriteError, Changes, Output, output_of, refuse_linked_output
from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.record_rows import FileRow, KeyRow
from coldpress.build.records import UNSEEN, Records, RecordUpdates
from coldpress.build.removed_urls import removed_urls
from coldpress.build.runner import FreezeRunner, stage_copies
from coldpress.build.staleness import FACTORY, NEVER, OF_FILES, OWN, Fingerprints, Staleness
from coldpress.build.user_reads import LibraryCode, UserCode, engine
from coldpress.build.volatile_pages import volatile_note
from coldpress.build.worker_pool import WorkerPool
from coldpress.cache.file_stamps import stamp_of
from coldpress.errors import Problems
from coldpress.markdown.cache import Body
from coldpress.processes import WorkerDiedError, frozen_after, frozen_after_loading
from coldpress.recorder import Key, KeySearch, number_of
from coldpress.signals import send, site_built
from coldpress.web.error_places import explain
from coldpress.web.extension import get_site
from coldpress.web.site import Site

if TYPE_CHECKING:
    from coldpress.build.host_files import HostFiles

_MISLEADING = ("config.value", "source.failed", "source.row", "source.keys", "collection.no-source")


class Builder:
    """Builds one site into one output folder; `build` names the steps in their order.

    `stages` holds the seconds that each step took.
    """

    def __init__(self, context: BuildContext, app: Flask, site: Site, output: Output, problems: Problems) -> None:
        self.context = context
        self.site = site
        self.output = output
        self.output_stamps: dict[str, str] = {}
        self.unseen: list[KeyRow] = []
        """The recorded reads of which only the next build can tell whether they changed, and those of files."""
        self.problems = problems
        self._app = app
        self._started_ns = time.time_ns()
        self.stages: dict[str, float] = {}
        self.plan = Plan(app, site, problems)
        self.images = SiteImages(site, self.plan, context.report)
        self.records: Records
        self.runner: FreezeRunner | None = None
        self.changes: Changes | None = None
        self.removed_urls: tuple[str, ...] = ()
        self.hosting: HostFiles | None = None
        self._pool = WorkerPool(context, app, site, output)

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is missing that further problems would only mislead: the config is wrong, so
        that a default stands for what the author meant, or a source of rows fails."""
        return not self.site.can_be_built or any(
            problem.is_error and problem.code in _MISLEADING for problem in self.problems)

    @classmethod
    def load(cls, context: BuildContext) -> Builder:
        """Makes the app and loads the content; of a site whose config has errors, only the app."""
        app, site = context.make_app()
        if not site.can_be_built:
            return cls(context, app, site, output_of(site), site.config_problems)
        site.sources.jobs = context.jobs
        with frozen_after_loading():
            problems = Problems(site.snapshot.problems)
        output = output_of(site)
        refuse_linked_output(site, output)
        if site.library.kept.ledger:
            context.options = replace(context.options, moves=site.library.kept.found)
        return cls(context, app, site, output, problems)

    def build(self) -> None:
        """Publishes the site, unless there are errors or it is a dry run."""
        with frozen_after():
            self.records = Records(self.site.cache_folder, self.output.key)
        self.output.open()
        self.output.owned.check(self.records.files.keys(), partial(self.records.is_published, self.output.folder))
        try:
            with self._failures_as_problems():
                self._plan()
                self._compare()
                self._render()
            self._check()
            if not self.reported_problems.errors:
                self._publish()
                self._remember()
                self._tell_built()
        finally:
            self.output.discard()
            self._close()

    def _tell_built(self) -> None:
        """Sends the signal; what a receiver raises is a problem."""
        if self.context.dry_run or self.changes is None or self.runner is None:
            return
        try:
            send(site_built, self._app, site=get_site(self._app, self.site.name), output=self.output.folder,
                 rendered=list(self.runner.rendered), written=list(self.changes.written),
                 removed=list(self.changes.removed))
        except (Exception, SystemExit) as reason:  # noqa: BLE001  (a receiver is somebody's code)
            self.problems.add(explain(reason, self.site))

    @property
    def reported_problems(self) -> Problems:
        """The problems to report: with notes under `-v`, warnings as errors under `--strict`."""
        found = self.problems if self.context.report.verbose else self.problems.without_notes()
        return found.as_errors() if self.context.strict else found

    @property
    def notes(self) -> list[str]:
        """Lines on damaged caches, and on why most pages are rendered in every build."""
        volatile = volatile_note(self.site, self.plan, self.runner) if self.runner else None
        return list(dict.fromkeys(filter(None, (
            *self.site.notes, self.records.note, self.output.owned.note, self.context.stamp_note,
            *(self.runner.notes if self.runner else ()), volatile))))

    @property
    def own_code(self) -> Iterable[Path]:
        """The files of the site's own code that this build, an earlier one or a worker loaded."""
        late = self.runner.late_code.values() if self.runner else ()
        return {*self._code.files, *late}

    @property
    def missing_modules(self) -> set[str]:
        """The names of modules that were not found, which may come to be."""
        return self._libraries.missing

    def reads(self, entry: PlanEntry) -> Iterable[Key]:
        """Returns what a page read when it was last rendered."""
        updates = self.runner.updates if self.runner else RecordUpdates()
        for made, frozen in updates.pages:
            if made.path == entry.path:
                return updates.keys.of(frozen.reads)
        row = self.records.pages.get(entry.path)
        return self.records.keys_of(row) if row else ()

    def read_of(self, keys: Iterable[Key]) -> set[Key]:
        """Returns those of some keys that a page, or the site's own code, read in its last rendering."""
        search = KeySearch({number_of(key): key for key in keys})
        if not search:
            return set()
        updates = self.runner.updates if self.runner else RecordUpdates()
        reads = {row.path: row.reads for row in self.records.pages_with(search)}
        reads |= {entry.path: frozen.reads for entry, frozen in updates.pages}
        kept = {OWN, FACTORY, *(entry.path for entry in self.plan.pages)}
        return {key for path, packed in reads.items() if path in kept for key in search.values(packed)}

    def files_of_read(self, row: KeyRow) -> list[Path]:
        """Returns the files or the folder that a recorded read of files depends on; none for another read."""
        try:
            return self._fingerprints.files_of(row.kind, row.name)
        except ValueError:  # a name that leads out of its folder
            return []

    def shared_reads(self, entry: PlanEntry) -> Iterable[Key]:
        """Returns what the site's own code read on other pages and shares with this one."""
        names = [FACTORY] if entry.endpoint in self.site.generators else [FACTORY, OWN]
        return [key for name in names for key in self.reads(PlanEntry(name, "", ""))]

    @property
    def _selection(self) -> str:
        """Which pages are published beside the usual, as text: a draft that an earlier build was told to publish
        has no URL that is lost."""
        options = self.context.options
        return repr((options.drafts, options.future, options.expired))

    @contextmanager
    def _failures_as_problems(self) -> Iterator[None]:
        """Reports what the site's own URL generators raise as problems."""
        try:
            yield
        except CannotWriteError:
            raise
        except WorkerDiedError:
            self.problems.error("build.worker", "one of the processes at work was ended from outside", None,
                                "if memory is short, build with `-j 1`")
        except (Exception, SystemExit) as reason:  # noqa: BLE001  (whatever a URL generator of the site's own code may raise)
            self.problems.add(explain(reason, self.site))

    def _plan(self) -> None:
        """Plans every URL that is known before any page is rendered."""
        with self._stage("plan"), frozen_after():
            self.plan.fill()
        self._render_bodies(self.site.sources.cache.parsed_anew >= FEW)

    def _compare(self) -> None:
        """Finds out which pages are stale."""
        with self._stage("compare"), frozen_after():
            site = self.site
            self._fingerprints = Fingerprints(self._app, site, self.plan)
            self._code = UserCode(site.base, self.records.about.get("code"), site.registry.plugin_files)
            self._libraries = LibraryCode(self.records.about.get("libraries"), site.registry.distributions)
            self._about = {"engine": engine(), "settings": _settings(site), "selection": self._selection,
                           "factory": self.context.factory_digest or self.records.about.get("factory", "")}
            self._staleness = Staleness(self.records, self._fingerprints, self._whole_reason())
            self.runner = FreezeRunner(self._app, site, self.plan, self.output, self.records, self._staleness,
                                       self.context.report)

    def _render(self) -> None:
        """Renders the stale pages and stages them with the files that are copied."""
        assert self.runner is not None, "comparing makes it"
        self._render_bodies(self._staleness.everything is not None)
        with self._stage("images"):
            self.site.images.survey(self.site.library.assets.values(), self.context.jobs)
            if self._staleness.everything is not None:
                self.images.prepare(self.context.jobs)
        if self._pool.is_this_process:
            with self._stage("search"):
                self._index_search()
        with self._stage("freeze"):
            originals = Originals(self.site, self.plan)
            self._copied = stage_copies(originals.others(), self.output, self.records.files, self.problems)
            self.runner.run(partial(self._pool.workers, self._fingerprints), self._pool.local_workers,
                            self._index_search, self.problems)
            self._ask_declared_values(self.runner)
        with self._stage("images"):
            self.images.warn(self.runner.names_shown("image"), self.problems)
            named = originals.take_named(self.runner.names_shown("original"))
            made = self.images.plan(self.runner.names_shown("variant"), self.context.jobs, self.problems)
            self._copied |= stage_copies([*named, *made, *self.runner.static_copies], self.output, self.records.files,
                                         self.problems)
        if self.site.config.deploy and self.site.config.deploy.host:
            self._make_host_files(self.runner)

    def _make_host_files(self, runner: FreezeRunner) -> None:
        """Makes the files for the host of the config."""
        from coldpress.build.host_files import HostFiles  # noqa: PLC0415  (few sites name a host)

        with self._stage("host"):
            self.hosting = HostFiles(self.site, self.plan, self.output)
            runner.updates.files += self.hosting.make(
                self.records.files, runner.updates.files, self._copied, self.context.jobs, self.problems)

    def _check(self) -> None:
        """Checks links, layouts and the menu, and that every file can be written."""
        with self._stage("check"):
            if self.runner:
                check_site(self.site, self.plan, self.runner.checks, self.runner.dead_links, self.problems)
            self.output.refuse_foreign(self.problems)

    def _publish(self) -> None:
        """Moves the staged files into the output folder; in a dry run, only tells the changes."""
        with self._stage("publish"):
            changes = self.output.changes()
            if self.records.about.get("selection", self._selection) == self._selection:
                self.removed_urls = removed_urls(self.site, self.records, changes.removed)
            self.changes = changes if self.context.dry_run else self.output.publish()
            if self.hosting and not self.context.dry_run:
                self.hosting.write_beside()

    def _ask_declared_values(self, runner: FreezeRunner) -> None:
        """Calls the functions that views declare, so that one that fails is a problem of this build."""
        for key in runner.updates.keys.of_kinds("value").values():
            self._fingerprints.of(key)

    def _whole_reason(self) -> str | None:
        """Returns why every page must be rendered anew; None when pages can be kept."""
        before = self.records.about
        if not before:
            return "there is no record of it"
        if before.get("engine") != self._about["engine"]:
            return "Coldpress or Python changed"
        if before.get("settings") != self._about["settings"]:
            return "a setting that shapes the whole site changed"
        if before.get("factory") != self._about["factory"]:
            return "another function makes the app"
        if changed := self._libraries.changed():
            return changed
        changed = self._code.changed()
        return f"the code in {changed} changed" if changed else None

    def _render_bodies(self, is_worthwhile: bool) -> None:
        """Renders the Markdown of all pages in several processes, before pages ask for it one by one."""
        with self._stage("markup"):
            self._pool.render_bodies(self._bodies() if is_worthwhile else [])

    def _index_search(self) -> None:
        """Makes the search index before pages ask for parts of it."""
        if self.site.config.search:
            with recorder.unrecorded():
                self.site.search.index(self.site.library)

    def _bodies(self) -> list[Body]:
        """Returns the bodies of all pages; none when they are templates, which need their page."""
        site = self.site
        return [] if site.config.markdown.jinja else [site.library.body_of(page) for page in site.library.all_pages]

    def _remember(self) -> None:
        """Records what was published, for the next build to compare with."""
        if self.context.dry_run:
            return
        assert self.runner is not None, "without it there are errors"
        with self._stage("remember"):
            self._complete_updates(self.runner.updates, self.runner.late_code)
            entries = list(self.plan.entries)
            stamps = {**self.records.stamps, **{row.file: row.stamp for row in self.runner.updates.files}}
            self.output_stamps = {entry.file: stamps[entry.file] for entry in entries}
            self.records.save(
                self.runner.updates, {OWN, FACTORY, *(entry.path for entry in self.plan.pages)},
                {entry.file for entry in entries}, {page.source for page in self.site.library.all_pages},
                self._stored_fingerprint)
            self.unseen = self.records.keys((*UNSEEN, *OF_FILES))

    def _complete_updates(self, updates: RecordUpdates, late_code: Mapping[str, Path]) -> None:
        """Adds to the updates what is known only once the files are published."""
        folder = str(self.output.folder)
        self._about |= self._fingerprints.structure.dumps(self._staleness.structure)
        self._about["code"] = self._code.written(self.context.started_ns, late_code)
        self._about["libraries"] = self._libraries.written()
        updates.about = {name: value for name, value in self._about.items() if self.records.about.get(name) != value}
        updates.keys.add(self._staleness.same)
        updates.files = [row._replace(stamp=stamp_of(f"{folder}/{row.file}")) for row in updates.files]
        updates.files += [row for row in self._copies() if self.records.files.get(row.file) != row]

    def _copies(self) -> Iterator[FileRow]:
        for file, source in self._copied.items():
            yield FileRow(file, stamp_of(self.output.folder / file), b"", source)

    def _stored_fingerprint(self, key: Key) -> tuple[str | None, str | None]:
        """Returns the fingerprint and basis to record for a read: `NEVER` for a file that
        changed during the build, or after the app read it."""
        if key[0] in OF_FILES:
            changed = self._fingerprints.changed_at(key)
            noted = self.site.factory_noted.get(str(Path(self.site.base, key[1])), changed)
            if changed >= self._started_ns or (key[0] in ("file", "folder") and noted != changed):
                return NEVER, None
        return self._fingerprints.of(key), self._fingerprints.basis(key)

    def _close(self) -> None:
        site = self.site
        self._pool.close()
        site.sources.save()
        if self.runner and self._staleness.everything:
            site.markup.trim(self._bodies())
            if self.changes:  # with an error, not every page told what it shows
                self.images.trim()
        site.markup.store.close()
        site.images.close()
        site.search.close()
        self.records.close()

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0) + time.perf_counter() - started


def _settings(site: Site) -> str:
    """Returns the settings that shape every page, as text."""
    config, registry = site.config, site.registry
    return repr((
        sorted(registry.owners), registry.everywhere, sorted(registry.plugins),
        config.base_url, site.url_prefix, config.timezone, config.permalinks, config.slugs, config.taxonomies,
        config.nested_taxonomies, config.collections,
        config.content_dir, config.templates_dir, config.static_dir, config.language, config.markdown, config.links,
        config.images.originals,
        config.hashed_static, site.theme.name, site.theme.digest))
