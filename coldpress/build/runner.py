"""Runs the freezer over the stale entries."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from stat import S_ISREG

from flask import Flask

from coldpress.audit_hook import QUERIED
from coldpress.build.checks import PageCheck, check_page
from coldpress.build.failures import Failures
from coldpress.build.freezer import FrozenPage, RouteLink, SiteFreezer, content_digest
from coldpress.build.jobs import FEW, Job, JobResult, MakeWorkers, divided
from coldpress.build.output import CannotWriteError, Output
from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.record_rows import FileRow
from coldpress.build.records import Records, RecordUpdates
from coldpress.build.staleness import FACTORY, OWN, Staleness, Why
from coldpress.build.user_reads import OF_OWN_CODE, UserReads
from coldpress.cache.file_stamps import is_settled, stamp_of
from coldpress.errors import Place, Problem, Problems
from coldpress.recorder import Key, KeySearch
from coldpress.report import Report
from coldpress.web.site import Site

_BATCH = 200  # pages whose bytes are kept at once


def stage_copies(entries: Iterable[PlanEntry], output: Output, known: Mapping[str, FileRow], problems: Problems
                 ) -> dict[str, str]:
    """Stages every one of the entries whose file is copied as it is, unless neither the
    file nor its copy changed; returns the stamp of each one's source."""
    sources = {}
    for entry in entries:
        if entry.copy_of is not None:
            try:
                source, row = stamp_of(entry.copy_of), known.get(entry.file)
                if row and source and row.source == source and row.stamp == stamp_of(
                        output.folder / entry.file, of_link=True):
                    output.adopt(entry.file)
                else:
                    output.stage_copy(entry.file, entry.copy_of)
                sources[entry.file] = source if is_settled(source) else "unsettled"
            except CannotWriteError:
                raise
            except OSError as reason:
                problems.error("source.unreadable", f"cannot copy this file: {reason.strerror}", entry.place)
    return sources


class FreezeRunner:
    """Freezes the entries of one plan.  `rendered` are the entries that were requested, with the
    reasons; `updates` what is to be recorded of them."""

    def __init__(self, app: Flask, site: Site, plan: Plan, output: Output, records: Records,
                 staleness: Staleness, report: Report) -> None:
        self._site = site
        self._plan = plan
        self._output = output
        self._folder = str(output.folder)
        self._records = records
        self._staleness = staleness
        self._report = report
        self.updates = RecordUpdates()
        self._keys = self.updates.keys
        self._freezer = SiteFreezer(app, site, output.staging, self._keys)
        self._own_reads = UserReads(app, site)
        self._failures = Failures()
        self._told: list[tuple[PlanEntry, Iterable[Problem]]] = []
        self._queue: deque[PlanEntry] = deque()
        self._lost: list[PlanEntry] = []
        self._unkept: dict[str, bytes] = {}
        self._by_path: dict[str, PlanEntry] = {}
        self._pages = {page.source: page for page in site.library.all_pages}
        self._source_of = {page.document.source.name: page.source for page in site.library.all_pages}
        self._unchecked: set[str] = set()
        self._of_files = frozenset(site.endpoints[name] for name in ("theme", "static"))
        self._of_pictures = frozenset(site.endpoints[name] for name in ("social_card", "site_icon"))
        self.rendered: dict[str, Why] = {}
        self.static_copies: list[PlanEntry] = []
        """The static files that are copied under their published names too."""
        self.seconds: dict[str, float] = {}
        self.late_code: dict[str, Path] = {}
        self.notes: dict[str, None] = {}

    def run(self, workers: MakeWorkers, index_workers: MakeWorkers, index_search: Callable[[], None],
            problems: Problems) -> None:
        """Freezes all stale entries, keeps the fresh ones, and checks pages.  Reports the problems of
        both kinds of entries to `problems`; the results of the checks go to `updates`.

        `index_search` makes the search index.  It is called while the processes of `workers` render the
        other pages; those that show parts of the index follow, rendered by those of `index_workers`.
        """
        library = self._site.library
        entries = list(self._plan.pages)
        of_index = {self._site.endpoints.get(name) for name in ("search_index", "search_words")}
        self._unchecked = self._staleness.unchecked(self._pages)
        self._queue.extend(entry for entry in entries if entry.endpoint not in of_index)
        self._run_queue(workers, index_search)
        self._queue.extend(entry for entry in entries if entry.endpoint in of_index)
        self._run_queue(index_workers, index_search)
        if "static" in self._site.copied.hashed:
            self._plan_static_files()
        for source in sorted(self._unchecked):
            self.updates.checks.append(check_page(library, self._pages[source], self._keys))
        self._keep({}, least=1)
        self._plan.report_unreached()
        self._remember_own_reads()
        for entry, told in self._told:
            problems.extend(placed(problem, self._plan.place_of(entry)) for problem in told)
        problems.extend(self._failures.problems())

    def _run_queue(self, make_workers: MakeWorkers, index_search: Callable[[], None]) -> None:
        """Freezes the stale entries of the queue, and those to which their pages lead."""
        while stale := list(self._stale()):
            with closing(self._results(stale, make_workers, index_search)) as results:
                for result in results:
                    self._keys.add(result.keys)
                    self._staleness.fingerprints.prepare(result.keys.values())
                    for page in result.pages:
                        self._take(page)
                    self._keep(result.contents)
                    self.updates.checks += result.checks
                    self.late_code |= result.code
                    self.notes |= dict.fromkeys(result.notes)

    def _plan_static_files(self) -> None:
        """Plans the static files that pages name under their published names, and freezes those that are no copies."""
        names = [name.removeprefix("static/") for name in self.names_shown("version", "static/")]
        found = self._plan.add_static_files(names)
        self.static_copies += [entry for entry in found if entry.copy_of is not None]
        self._queue.extend(entry for entry in found if entry.copy_of is None)
        self._run_queue(lambda: None, lambda: None)

    @property
    def volatile(self) -> dict[str, tuple[PlanEntry, str]]:
        """Returns the pages that are rendered in every build, by path, each with the reason;
        pages that share the reason with others come last."""
        search = KeySearch(self._keys.of_kinds("volatile"))
        if not search:
            return {}
        found = {entry.path: (entry, name) for entry, frozen in self.updates.pages if entry.endpoint
                 for _, name in search.values(frozen.reads)}
        shared = [name for entry, frozen in self.updates.pages if entry.path == OWN
                  for _, name in search.values(frozen.reads)]
        for entry, _ in self.updates.pages if shared else ():
            if entry.endpoint and "volatile" in self._shared_kinds(entry):
                found.setdefault(entry.path, (entry, shared[0]))
        return found

    @property
    def checks(self) -> Iterator[PageCheck]:
        """Returns the checks of this build and earlier ones that found problems."""
        new = {check.source for check in self.updates.checks}
        yield from self.updates.checks
        yield from (check for check in self._records.told_checks
                    if check.source in self._pages and check.source not in new)

    def dead_links(self, exists: Callable[[str], bool]) -> dict[str, PlanEntry]:
        """Returns the paths to which templates link and where nothing is, each with a
        page that links to it."""
        dead = self._names_read("link", lambda name: not exists(name))
        if not any(dead.values()):
            return {}
        return {name: entry for entry in reversed(list(self._plan.pages)) for name in dead.get(entry.path, ())}

    def names_shown(self, kind: str, begin: str = "") -> set[str]:
        """Returns the names of a kind of reads, such as `image`, of all pages of the plan: those that begin so."""
        new = {number: name for number, (_, name) in self._keys.of_kinds(kind).items() if name.startswith(begin)}
        known = {row.number: row.name for row in self._staleness.asked_later[kind] if row.name.startswith(begin)}
        wanted, found = {*new.values(), *known.values()}, set[str]()
        paths = {entry.path for entry in self._plan.pages} if wanted else set[str]()
        rendered = {entry.path: frozen.reads for entry, frozen in self.updates.pages} if wanted else {}
        search_known = KeySearch(known)
        kept = ((row.path, row.reads) for row in self._records.pages_with(search_known) if row.path not in rendered)
        for search, pages in ((KeySearch(new), rendered.items()), (search_known, kept)):
            for path, reads in pages:
                if len(found) == len(wanted):
                    return found  # a static file is on the first page, or on all
                if path in paths:
                    found.update(search.values(reads))
        return found

    def _names_read(self, kind: str, is_wanted: Callable[[str], bool]) -> dict[str, list[str]]:
        """Returns the wanted names of a kind that pages read, in this build or when they were last rendered."""
        search = KeySearch({number: name for number, (_, name) in self._keys.of_kinds(kind).items()
                            if is_wanted(name)})
        read = {entry.path: search.values(frozen.reads) for entry, frozen in self.updates.pages}
        known = KeySearch({row.number: row.name for row in self._staleness.asked_later[kind] if is_wanted(row.name)})
        for row in self._records.pages_with(known):
            if row.path not in read:
                read[row.path] = known.values(row.reads)
        return read

    def _results(self, stale: list[PlanEntry], make_workers: MakeWorkers, index_search: Callable[[], None]
                 ) -> Generator[JobResult, None, None]:
        """Yields the rendered entries; many entries are rendered by worker processes."""
        if len(stale) >= FEW and (workers := make_workers()):
            yield from workers.run(map(self._job, divided(stale, workers.chunk, workers.count)), index_search)
            return
        index_search()
        suspects = self._staleness.suspects
        if suspects is not None and self._staleness.everything is None and len(stale) < FEW:
            packed = self._records.parts({entry.path for entry in stale})
            self._site.kept_parts.take(packed, self._site.library, suspects)
        for frozen in self._freezer.freeze_entries(stale):
            job = self._job([self._by_path[frozen.path]])
            checks = [check_page(self._site.library, self._pages[source], self._keys) for source in job.sources]
            yield JobResult([frozen], self._freezer.take_contents(), checks, {}, {}, [])

    def _job(self, entries: list[PlanEntry]) -> Job:
        """Returns entries with those of their sources whose links are to be checked."""
        sources = (self._source_of.get(entry.source or "") for entry in entries)
        wanted = tuple(source for source in sources if source in self._unchecked)
        self._unchecked.difference_update(wanted)
        return Job(tuple(entry._replace(values={}) for entry in entries), wanted)

    def _stale(self) -> Iterator[PlanEntry]:
        """Yields the stale entries; the fresh ones are adopted on the way."""
        while self._queue or self._lost:
            while self._queue:
                entry = self._queue.popleft()
                if why := self._why(entry):
                    yield self._to_render(entry, why)
            for entry in self._restore():
                yield self._to_render(entry, ("its file is not what it was",))

    def _to_render(self, entry: PlanEntry, why: Why) -> PlanEntry:
        self.rendered[entry.path] = why
        self._by_path[entry.path] = entry
        return entry

    def _why(self, entry: PlanEntry) -> Why:
        """Returns the reasons to render an entry; a fresh one is adopted, or its file is lost."""
        why = self._staleness.why(entry, self._shared_kinds(entry))
        if why:
            return why
        stamp = stamp_of(f"{self._folder}/{entry.file}", of_link=True)
        if stamp and self._records.stamps.get(entry.file) == stamp:
            self._output.adopt(entry.file)
            self._keep_fresh(entry)
        else:
            self._lost.append(entry)
        return ()

    def _restore(self) -> Iterator[PlanEntry]:
        """Adopts some fresh pages whose files are missing or new; yields the entries of which the bytes are lost."""
        lost, self._lost = self._lost[:_BATCH], self._lost[_BATCH:]
        rows = [(entry, self._records.pages[entry.path]) for entry in lost]
        contents = self._records.contents(
            {row.path: row.digest for entry, row in rows if not self._is_published(entry.file, row.digest)})
        for entry, row in rows:
            data = contents.get(row.path)
            if data is None and row.path in contents:
                data = self._kept_picture(entry, row.digest)
            if data is not None:
                self._output.stage(entry.file, data)
            elif row.path in contents:
                yield entry
                continue
            else:
                self._output.adopt(entry.file)
            self.updates.files.append(FileRow(entry.file, "", row.digest, ""))
            self._keep_fresh(entry)

    def _kept_picture(self, entry: PlanEntry, digest: bytes) -> bytes | None:
        """Returns the bytes of a page that is a picture, if the site keeps them."""
        if entry.endpoint not in self._of_pictures:
            return None
        data = self._site.kept_picture(entry.path.removeprefix(self._site.url_prefix))
        return data if data is not None and content_digest(data) == digest else None

    def _is_published(self, file: str, digest: bytes) -> bool:
        """Returns whether a page's bytes are in the output folder."""
        try:
            path = f"{self._folder}/{file}"
            return S_ISREG(os.lstat(path).st_mode) and content_digest(Path(path).read_bytes()) == digest
        except OSError:
            return False

    def _keep_fresh(self, entry: PlanEntry) -> None:
        """Keeps what is known of a fresh page: its problems and the routes to which it leads."""
        if entry.path in self._records.told:
            row = self._records.pages[entry.path]
            self._told.append((entry, row.told))
            self._follow(entry, row.links)

    def _shared_kinds(self, entry: PlanEntry) -> Collection[str]:
        """Returns the kinds of reads that an entry's view shares with other own routes."""
        if entry.endpoint in self._site.generators:
            return ()
        mark = self._own_reads.mark(entry.endpoint)
        if mark and mark.nothing:
            return ()
        return [kind for kind in OF_OWN_CODE if kind != "volatile" or not (mark and mark.value)]

    def _take(self, frozen: FrozenPage) -> None:
        """Records the result of one request."""
        entry = self._by_path[frozen.path]
        if frozen.failure:
            self._failures.add(frozen.failure, entry)
            return
        if frozen.problems:
            self._told.append((entry, frozen.problems))
        self._output.adopt(entry.file, is_staged=frozen.is_staged, is_page=entry.endpoint not in self._of_files)
        self._follow(entry, frozen.links)
        self.seconds[entry.path] = frozen.seconds
        self.updates.files.append(FileRow(entry.file, "", frozen.digest, ""))
        if frozen.problems:
            frozen = frozen._replace(problems=tuple(placed(problem, None) for problem in frozen.problems))
        self.updates.pages.append((entry, frozen))
        self._report.progress(len(self.rendered), len(self.rendered) + len(self._queue), entry.path)

    def _follow(self, entry: PlanEntry, links: Iterable[RouteLink]) -> None:
        for link in links:
            found = self._plan.add_linked(link.endpoint, link.path, entry)
            if found:
                self._queue.append(found)

    def _keep(self, contents: Mapping[str, bytes], least: int = _BATCH) -> None:
        """Stores the bytes of pages, if there are at least so many."""
        self._unkept.update((path, packed) for path, packed in contents.items()
                            if self._by_path[path].endpoint not in self._of_pictures)
        if len(self._unkept) >= least:
            self._records.keep_contents(self._unkept)
            self._unkept.clear()

    def _remember_own_reads(self) -> None:
        """Records the files that the user's code opened.  The code may cache them for other pages,
        whose reads would not show it: so own routes share what one of them opened, and all pages
        share what filters and the like opened."""
        shared = self._remembered(OWN)
        by_all = self._remembered(FACTORY)
        search = KeySearch(self._keys.of_kinds(*OF_OWN_CODE))
        for entry, frozen in self.updates.pages if search else ():
            own = self._shared_kinds(entry)
            for key in search.values(frozen.reads):
                if key[0] in own and key[1] != QUERIED:
                    shared[key] = None
                elif key[0] != "volatile" and entry.endpoint in self._site.generators:
                    by_all[key] = None
        for key in self._own_reads.portable(self._site.factory_reads):
            by_all[key] = None
        # Always written, so that their fingerprints are those of now.
        self.updates.pages += [(PlanEntry(name, "", ""), FrozenPage(name, self._keys.packed(reads)))
                            for name, reads in ((OWN, shared), (FACTORY, by_all))]

    def _remembered(self, name: str) -> dict[Key, None]:
        row = self._records.pages.get(name) if self._staleness.everything is None else None
        return dict.fromkeys(self._records.keys_of(row)) if row else {}


def placed(problem: Problem, place: Place | None) -> Problem:
    """Returns a problem at another place."""
    return replace(problem, place=place)
