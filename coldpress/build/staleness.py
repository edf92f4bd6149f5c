"""Staleness: compares the fingerprints of what pages read with those of the last build."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextvars import copy_context
from hashlib import blake2b
from pathlib import Path

from flask import Flask

from coldpress import recorder
from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.record_rows import KeyRow
from coldpress.build.records import Records
from coldpress.cache.build_stamp import environment
from coldpress.cache.file_stamps import changed_at, names_in
from coldpress.content.fingerprints import ContentFingerprints, shortened
from coldpress.content.relations import WINDOW
from coldpress.content.structure import OF_LISTS, Structure, StructureChanges
from coldpress.decorators import mark_of
from coldpress.processes import chunks
from coldpress.recorder import Key, KeySearch
from coldpress.sources.files import LARGEST_INCLUDED
from coldpress.web.site import Site
from coldpress.web.sites import sites_of, state_of

NEVER = "~"
"""A fingerprint that always counts as changed."""
OF_FILES = frozenset(("file", "folder", "included", "version", "template"))
"""The kinds of keys of files and folders that are compared at each use."""


class Fingerprints:
    """Computes the fingerprints of a site as it is now, each of them once."""

    def __init__(self, app: Flask, site: Site, plan: Plan) -> None:
        self._app = app
        self._plan = plan
        self._site = site
        self._content = ContentFingerprints(site.library)
        self._made: dict[Key, str | None] = {}
        self._makers: dict[str, Callable[[str], str | None]] = {
            "template": site.environment.fingerprint, "version": self._version, "config": self._config,
            "clock": lambda _: site.moment().date().isoformat(), "link": lambda _: "", "variant": lambda _: "",
            "original": lambda _: "", "volatile": lambda _: NEVER, "card": site.cards.key_of,
            "shard": self._shard, "file": self._file, "included": self._included, "folder": self._folder,
            "environment": lambda name: environment([name])[0], "rows": self._rows,
            "value": self._value, "site": self._state_of_site,
            "plugin": site.code.of}

    def of(self, key: Key) -> str | None:
        """Returns the fingerprint of a key; None if what it names does not exist."""
        if key not in self._made:
            kind, name = key
            self._made[key] = self._makers[kind](name) if kind in self._makers else self._content.of(kind, name)
        return self._made[key]

    def prepare(self, keys: Iterable[Key]) -> None:
        """Computes the fingerprints of keys of content, while other processes are busy."""
        for key in keys:
            if key[0] in self._content.kinds:
                self.of(key)

    def basis(self, key: Key) -> str | None:
        """Returns the value from which a fingerprint is computed, where it is cheaper to compare."""
        return self._content.basis(*key)

    def changed_at(self, key: Key) -> int:
        """Returns when a file or folder that is compared at each use changed last,
        in nanoseconds; 0 for other keys."""
        try:
            files = self.files_of(*key)
        except ValueError:
            return 0
        return max((changed_at(str(file)) for file in files), default=0)

    def files_of(self, kind: str, name: str) -> list[Path]:
        """Returns the files or the folder that a key depends on; none if it is not of files.  Raises `ValueError` for
        a name that leads out of its folder."""
        if kind in ("file", "folder", "included"):
            return [Path(self._site.base, name)]
        if kind == "version":
            folder, _, filename = name.partition("/")
            return self._site.copied.parts(folder, filename)
        if kind == "template":
            file = self._site.environment.loader.files.get(name)
            return [Path(file)] if file else []
        return []

    @property
    def structure(self) -> Structure:
        """The structure of the content."""
        return self._content.structure

    def _version(self, name: str) -> str | None:
        folder, _, filename = name.partition("/")
        return self._site.copied.version(folder, filename)

    def _shard(self, name: str) -> str | None:
        with recorder.unrecorded():
            index = self._site.search.index(self._site.library)
        return index.version if name == "all" else index.digest(int(name)) if name.isdigit() else None

    def _config(self, name: str) -> str:
        return shortened(repr(getattr(self._site.config, name, None))) or ""

    def _file(self, name: str) -> str | None:
        path = Path(self._site.base, name)
        try:
            return blake2b(path.read_bytes(), digest_size=16).hexdigest() if path.is_file() else None
        except OSError:
            return None

    def _included(self, name: str) -> str | None:
        """Returns the fingerprint of an included file, unless it is too large for a page."""
        try:
            return "large" if Path(self._site.base, name).stat().st_size > LARGEST_INCLUDED else self._file(name)
        except (OSError, ValueError):
            return None

    def _folder(self, name: str) -> str | None:
        try:
            return shortened("\n".join(names_in(Path(self._site.base, name))))
        except OSError:
            return None

    def _rows(self, name: str) -> str | None:
        query = self._site.start.queries.get(name)
        try:
            with recorder.unrecorded():
                return shortened(query.rows()) if query else None
        except Exception:  # noqa: BLE001  (whatever a database may raise)
            return NEVER

    def _state_of_site(self, name: str) -> str | None:
        return next((state_of(site) for site in sites_of(self._app) if site.name == name), None)

    def _value(self, path: str) -> str | None:
        """Returns the value that the view at a path declares; an empty one if there is no page."""
        if not self._plan.has(path):
            return None
        adapter = self._app.url_map.bind("localhost")
        endpoint, values = adapter.match(path)
        mark = mark_of(self._app.view_functions[endpoint])
        if mark is None or mark.value is None:
            return NEVER
        with self._app.test_request_context(path):
            return shortened(repr(copy_context().run(mark.value, **values)))


ASKED_LATER = ("link", "variant", "original", "image", "version")
"""The kinds of keys of which it is asked, once all pages are frozen, which pages read them."""
_SAME_FOR_EVER = ("link", "variant", "original")
"""Those of them that never have another fingerprint."""
_TOGETHER = 100  # checks that are searched at once
OWN = ""
"""The row for what the views of own routes read together."""
FACTORY = "*"
"""The row for what making the app read, and own code on pages of ours."""
Why = tuple[str, ...]


class Staleness:
    """Compares the records with the site as it is now.

    `everything` is the reason for which all pages are stale, if there is one;
    `same` are keys whose fingerprint is the same though its basis changed; `structure`
    is the structure of the content in the last build; `suspects` are the keys that can have another
    fingerprint now, or None if these are not known; `asked_later` are recorded keys by kind.
    """

    def __init__(self, records: Records, fingerprints: Fingerprints, everything: str | None) -> None:
        self.structure = Structure.loads(records.about)
        self._records = records
        self.fingerprints = fingerprints
        self._touched: dict[str, list[KeyRow]] = {}
        self.everything = everything
        self._search: KeySearch[KeyRow] = KeySearch({})
        self.same: dict[int, Key] = {}
        changes = self._changes()
        wanted = None if changes is None else set(changes.suspects())
        # Read now: a cache that fails on the way is read no more.
        rows = records.keys_but(() if changes is None or changes.sources else OF_LISTS)
        self.asked_later: dict[str, list[KeyRow]] = {kind: [] for kind in ASKED_LATER}
        for row in rows:
            if row.kind in self.asked_later:
                self.asked_later[row.kind].append(row)
        suspects = self._suspects(rows, changes, wanted) if everything is None else ()
        changed = {row.number: row for row in suspects if self._is_other(row)}
        self.suspects = None if wanted is None else wanted | {(row.kind, row.name) for row in changed.values()}
        if records.note:  # it could not be read whole: nothing is known to be fresh
            records.forget()
            self.structure = None
            self.everything = self.everything or "the record of it cannot be read"
        if self.everything is None:
            self._search = KeySearch(changed)
            self._touched = {row.path: found for row in records.pages_with(self._search)
                             if (found := self._search.values(row.reads))}
            made_of = self._touched.get(FACTORY)
            if made_of:
                self.everything = f"{_told(made_of[0])}, which own code shares"

    def why(self, entry: PlanEntry, shared: Collection[str] = ()) -> Why:
        """Returns the reasons to render an entry; none if it is fresh.  `shared` are the kinds of reads it shares
        with own routes."""
        if self.everything:
            return (self.everything,)
        if self._records.heads.get(entry.path) != (entry.endpoint, entry.file):
            return ("it is new",)
        if not shared and entry.path not in self._touched:
            return ()
        touched = self._touched.get(entry.path, [])
        if shared:
            touched = [*touched, *(key for key in self._touched.get(OWN, ()) if key.kind in shared)]
        return tuple(dict.fromkeys(map(_told, touched)))

    def unchecked(self, sources: Iterable[str]) -> set[str]:
        """Returns those of some sources whose recorded check is not valid any more."""
        if self.everything is not None:
            return set(sources)
        checks = self._records.checks
        stale = {source for part in chunks(checks.items(), _TOGETHER)
                 if self._search.may_be_in(b"".join(reads for _, reads in part))
                 for source, reads in part if self._search.values(reads)}
        return {source for source in sources if source in stale or source not in checks}

    def _changes(self) -> StructureChanges | None:
        """Returns how the structure changed; None if that is not known."""
        if self.structure is None or self.everything is not None:
            return None
        changes = StructureChanges(self.structure, self.fingerprints.structure, WINDOW)
        return None if changes.are_unknown else changes

    def _suspects(self, others: Iterable[KeyRow], changes: StructureChanges | None, wanted: Collection[Key] | None
                  ) -> Iterator[KeyRow]:
        """Yields the reads whose fingerprints may have changed: `wanted` ones, or all, of sources, and of the `others`,
        which are those of no source."""
        yield from self._records.keys_of_sources(wanted)
        for row in others:
            if row.kind not in _SAME_FOR_EVER and not (
                    changes and row.kind in OF_LISTS and changes.is_same((row.kind, row.name))):
                yield row

    def _is_other(self, row: KeyRow) -> bool:
        key: Key = (row.kind, row.name)
        basis = self.fingerprints.basis(key)
        if row.basis is not None and row.basis == basis:
            return False
        now = self.fingerprints.of(key)
        if now == row.fingerprint and now != NEVER:
            if basis is not None:
                self.same[row.number] = key
            return False
        return True


def _told(row: KeyRow) -> str:
    if row.kind == "volatile":
        return f"it asks {row.name}"
    return " ".join((row.kind, *row.name.split()))
