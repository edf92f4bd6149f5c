"""The records of earlier builds: what each page read when it was rendered, and the result.
They are an SQLite file in `.coldpress/`, one for each output folder.

A read has a kind and a name, a fingerprint and, where the fingerprint is costly, its basis.  A row of `keys` is one
read; a row of `named` has all reads with one name that is given when they can have changed
(`content.structure.is_of_source`).  The number of a read is a digest of its kind and name, so no lookup is needed;
pages and checks hold the packed numbers of their reads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from coldpress.build import record_rows
from coldpress.build.checks import PageCheck
from coldpress.build.freezer import FrozenPage, content_digest, unpack
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.record_rows import (
    CheckRow,
    FileGroup,
    FileRow,
    GroupedRows,
    KeyRow,
    PageGroup,
    PageRow,
    Row,
    as_json,
    file_columns,
    page_columns,
)
from coldpress.cache.checksum import code_version
from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.cache.neighbours import Neighbours
from coldpress.content.structure import is_of_source
from coldpress.errors import Problem
from coldpress.recorder import Key, KeyNumbers, KeySearch, number_of, numbers, packed

_TABLES = {
    "about": TableSchema("name, value", whole=True),
    "keys": TableSchema("number INTEGER, kind, name, fingerprint, basis", whole=True),
    "named": TableSchema("number INTEGER, name, fingerprints", whole=True),
    "pages": TableSchema("first, heads, details, numbers, reads", whole=True),
    "files": TableSchema("first, heads, details"),
    "checks": TableSchema("source, reads, loose, problems"),
    "contents": TableSchema("path, packed"),
    "parts": TableSchema("digest, path, packed")}
_FEW = 20_000  # numbers that are looked for by themselves
UNSEEN = ("volatile", "value", "rows", "site", "clock", "environment", "file", "folder")
"""Kinds of reads that only the next build can tell of."""
FingerprintOf = Callable[[Key], tuple[str | None, str | None]]
_Fingerprints = dict[str, tuple[str | None, str | None]]
"""The fingerprint and the basis of each read of one name, by kind."""


@dataclass
class RecordUpdates:
    """What one build adds to the records or replaces in them.

    `keys` are those that its pages and checks read, and those whose basis changed.
    """

    about: dict[str, str] = field(default_factory=dict)
    pages: list[tuple[PlanEntry, FrozenPage]] = field(default_factory=list)
    files: list[FileRow] = field(default_factory=list)
    checks: list[PageCheck] = field(default_factory=list)
    keys: KeyNumbers = field(default_factory=KeyNumbers)


class Records:
    """The records of one output folder."""

    def __init__(self, folder: Path, output: str) -> None:
        key = blake2b(output.encode(), digest_size=6).hexdigest()
        self._database = Database(folder, f"build-{key}.sqlite", _TABLES, _code_version())
        try:
            self._load()
        except (ValueError, TypeError, AttributeError, KeyError, IndexError):  # not ours
            self.forget()
        if self.note:
            self.forget()
        self._losses = self._database.losses

    def _load(self) -> None:
        select = self._database.select
        self.about: dict[str, str] = dict(select("about"))
        self._take({first: PageGroup(*columns) for first, *columns in select("pages")},
                   {first: FileGroup(*columns) for first, *columns in select("files")},
                   [CheckRow._make(row) for row in select("checks")])

    def _take(self, pages: Mapping[str, PageGroup], files: Mapping[str, FileGroup], checks: Sequence[CheckRow]) -> None:
        self._groups = list(pages.values())
        self.pages = GroupedRows(pages.values())
        self.heads = {path: head for group in self._groups for path, head in group.heads}
        """The endpoint and the file of each page, by path."""
        self.told = {path for group in self._groups for path in group.told}
        """The pages that had problems or lead to own routes."""
        self.files = GroupedRows(files.values())
        self.stamps = {name: stamp for group in files.values() for name, stamp in zip(
            group.names, group.stamps, strict=True)}
        """The stamps of the files by name."""
        self.page_neighbours = Neighbours({first: group.names for first, group in pages.items()})
        self.file_neighbours = Neighbours({first: group.names for first, group in files.items()})
        self.checks = {row.source: row.reads for row in checks}
        self.told_checks = [row.check for row in checks if row.loose or row.problems]

    @property
    def note(self) -> str | None:
        """Returns a note if the file of the records was damaged."""
        return self._database.note

    def is_published(self, folder: Path, file: str) -> bool:
        """Returns whether a recorded file is in the output folder as it was published."""
        return self.files[file].matches(folder / file)

    def forget(self) -> None:
        """Drops all records, as if the file were damaged."""
        self._database.empty(self.note or "the records of the last build were damaged; everything is rendered anew")
        self._losses = self._database.losses
        self.about = {}
        self._take({}, {}, ())

    def pages_with(self, search: KeySearch[Any]) -> Iterator[PageRow]:
        """Yields the pages among which all are that read one of the keys of a search."""
        for group in self._groups if search else ():
            if search.may_be_in(group.numbers):
                yield from group.rows.values()

    def keys(self, kinds: Iterable[str]) -> list[KeyRow]:
        """Returns the reads of these kinds that are of no source."""
        return self._keys(f"kind IN ({_places(kinds)})", kinds)

    def keys_but(self, kinds: Iterable[str]) -> list[KeyRow]:
        """Returns the reads that are of no source and not certainly of these kinds, damaged ones included."""
        return self._keys(f"(kind IN ({_places(kinds)})) IS NOT 1", kinds)

    def keys_of_sources(self, wanted: Collection[Key] | None = None) -> Iterator[KeyRow]:
        """Yields the reads of sources: all of them, or those that are wanted."""
        names = None if wanted is None else {name for _, name in wanted}
        for name, found in self._named(names).items():
            for kind, (fingerprint, basis) in found.items():
                if wanted is None or (kind, name) in wanted:
                    yield KeyRow(number_of((kind, name)), kind, name, fingerprint, basis)

    def keys_of(self, row: PageRow) -> list[Key]:
        """Returns the reads of a page."""
        wanted = list(numbers(row.reads))
        found = {row.number: row for row in self._keys(*_among(wanted))} if wanted else {}
        if len(found) < len(wanted):
            found |= {row.number: row for row in self.keys_of_sources()}
        rows = [found[number] for number in wanted if number in found]
        return [(key.kind, key.name) for key in rows]

    def contents(self, digests: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Returns the bytes of pages as they were last rendered, by their paths; None if they are damaged.
        `digests` are those of the bytes, by path."""
        rows = self._database.select("contents", f"path IN ({_places(digests)})", digests) if digests else []
        found = {path: unpack(kept) for path, kept in rows}
        return {path: data if data is not None and content_digest(data) == digest else None
                for path, digest in digests.items() for data in [found.get(path)]}

    def parts(self, paths: Collection[str]) -> list[bytes]:
        """Returns the packed parts of pages as they were last rendered.  All are looked at, so that one that is
        damaged is noticed."""
        return [packed for _, path, packed in self._database.select("parts") if path in paths]

    def keep_contents(self, contents: Mapping[str, bytes]) -> None:
        """Stores the packed bytes of pages by path; they are used once `save` has stored their digests."""
        self._database.write(lambda transaction: transaction.put("contents", contents.items()))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def save(self, updates: RecordUpdates, entries: Iterable[str], files: set[str], sources: set[str],
             fingerprint_of: FingerprintOf) -> None:
        """Stores what is new, and drops pages, files and sources that no longer exist.  If old records were found to
        be damaged since `forget`, nothing is stored."""
        kept = set(entries)
        fingerprints = {key: fingerprint_of(key) for key in updates.keys.keys.values()}
        named = self._named({key[1] for key in fingerprints if is_of_source(key)})
        everything = self._named(None) if self._are_mostly_new(updates, kept) else None
        if self._database.losses == self._losses:
            self._database.write(lambda transaction: _Saving(transaction, self).save(
                updates, kept, files, sources, fingerprints, named, everything))

    def _are_mostly_new(self, updates: RecordUpdates, kept: set[str]) -> bool:
        """Returns whether so many pages changed that many of the old reads may be no page's any more."""
        gone = len(self.pages.keys() - kept)
        return bool(self.pages) and 4 * (len(updates.pages) + gone) > len(kept)

    def _keys(self, condition: str, values: Iterable[object]) -> list[KeyRow]:
        return [KeyRow._make(row) for row in self._database.select("keys", condition, values)]

    def _named(self, names: Collection[str] | None) -> dict[str, _Fingerprints]:
        """Returns the reads of these names, or of all names."""
        wanted = None if names is None else [number_of(("", name)) for name in names]
        if wanted == []:
            return {}
        rows = self._database.select("named", *(_among(wanted) if wanted else ()))
        return {name: {kind: (found[0], found[1]) for kind, found in json.loads(kept).items()}
                for _, name, kept in rows}


def _code_version() -> str:
    """Returns the version of the code that may read the records."""
    return code_version([Path(__file__), Path(str(record_rows.__file__))])


def _among(wanted: Sequence[int]) -> tuple[str, tuple[object, ...]]:
    """Returns the condition for rows with these numbers; all rows are looked through (`+`): were the way to one of them
    damaged, it would not be missed."""
    return (f"+number IN ({', '.join(map(str, wanted))})" if len(wanted) <= _FEW else "1"), ()


class _Saving:
    """One transaction."""

    def __init__(self, transaction: Transaction, records: Records) -> None:
        self._transaction = transaction
        self._records = records

    def save(self, updates: RecordUpdates, kept: set[str], files: set[str], sources: set[str],
             fingerprints: Mapping[Key, tuple[str | None, str | None]], named: dict[str, _Fingerprints],
             everything: dict[str, _Fingerprints] | None) -> None:
        """Stores what is new.  `named` are the reads, as recorded, of the names in `fingerprints`; `everything` are
        those of all names if the ones of no page are to be dropped."""
        records, put, drop = self._records, self._transaction.put, self._transaction.drop
        gone = records.pages.keys() - kept
        put("about", updates.about.items())
        pages = {entry.path: _page_row(entry, frozen) for entry, frozen in updates.pages}
        self._save_rows("pages", records.page_neighbours, records.pages, pages, gone, page_columns)
        self._save_rows("files", records.file_neighbours, records.files, {row.file: row for row in updates.files},
                        records.files.keys() - files, file_columns)
        put("checks", [_check_row(check) for check in updates.checks])
        numbered = {key: number for number, key in updates.keys.keys.items()}
        put("keys", sorted((numbered[key], *key, *found) for key, found in fingerprints.items()
                           if not is_of_source(key)))
        for key, found in fingerprints.items():
            if is_of_source(key):
                named.setdefault(key[1], {})[key[0]] = found
        put("named", _named_rows(named))
        drop("contents", gone)
        self._save_parts(updates, gone)
        drop("checks", records.checks.keys() - sources)
        drop("keys", self._unused_of(UNSEEN, updates.keys.keys))
        if everything is not None:
            self._drop_unused({**everything, **named})

    def _save_parts(self, updates: RecordUpdates, gone: Collection[str]) -> None:
        """Writes the new parts of pages, and drops those that no page shows any more."""
        shown = {entry.path: dict(frozen.parts) for entry, frozen in updates.pages}
        self._transaction.drop("parts", [
            digest for digest, path in self._transaction.fetch("SELECT digest, path FROM parts")
            if path in gone or digest not in shown.get(path, (digest,))])
        self._transaction.put("parts", [(digest, path, packed) for path, parts in shown.items()
                                        for digest, packed in parts.items() if packed is not None])

    def _save_rows(self, table: str, neighbours: Neighbours, known: Mapping[str, Row], new: Mapping[str, Row],
                   gone: Collection[str], columns: Callable[[Sequence[Row]], tuple[Any, ...]]) -> None:
        """Writes rows of which many are one row of the table, by name; `columns` returns its other columns."""
        changed = neighbours.change(new, gone)
        self._transaction.drop(table, changed)
        self._transaction.put(table, [
            (part[0], *columns([new[name] if name in new else known[name] for name in part]))
            for parts in changed.values() for part in parts])

    def _unused_of(self, kinds: tuple[str, ...], fresh: Collection[int]) -> list[int]:
        """Returns the reads of these kinds that belong to no page, without those that are `fresh`."""
        found = self._transaction.fetch(f"SELECT number FROM keys WHERE kind IN ({_places(kinds)})", kinds)
        return [number for (number,) in found if number not in fresh and not self._transaction.fetch(
            "SELECT 1 FROM pages WHERE instr(numbers, ?) LIMIT 1", (packed([number]),))]

    def _drop_unused(self, named: Mapping[str, _Fingerprints]) -> None:
        """Drops the reads that belong to no page; `named` are those of all names."""
        used, fetch = set[int](), self._transaction.fetch
        for query in ("SELECT numbers FROM pages", "SELECT reads FROM checks"):
            for (reads,) in fetch(query):
                used.update(numbers(reads))
        self._transaction.drop("keys", {number for (number,) in fetch("SELECT number FROM keys")} - used)
        left = {name: {kind: pair for kind, pair in found.items() if number_of((kind, name)) in used}
                for name, found in named.items()}
        self._transaction.drop("named", [number_of(("", name)) for name, found in left.items() if not found])
        self._transaction.put("named", _named_rows(
            {name: found for name, found in left.items() if found and len(found) < len(named[name])}))


def _named_rows(named: Mapping[str, _Fingerprints]) -> list[tuple[int, str, str]]:
    return [(number_of(("", name)), name, json.dumps(found, ensure_ascii=False, separators=(",", ":")))
            for name, found in sorted(named.items())]


def _page_row(entry: PlanEntry, frozen: FrozenPage) -> PageRow:
    found = as_json([[each.endpoint, each.path] for each in frozen.links])
    return PageRow(entry.path, entry.endpoint, entry.file, frozen.reads, frozen.digest, found,
                   _problems(frozen.problems), frozen.seconds)


def _check_row(check: PageCheck) -> CheckRow:
    return CheckRow(check.source, check.reads, as_json(list(check.loose)), _problems(check.problems))


def _places(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _problems(problems: Iterable[Problem]) -> str:
    return as_json([problem.as_json() for problem in problems])
