"""The records of earlier builds: what each page read when it was rendered, and the result.
They are an SQLite file in `.coldpress/`, one for each output folder.

A row of `keys` is a read with its fingerprint (and, where the fingerprint is costly, its
basis).  Its number is a digest of its kind and name, so no lookup is
needed; pages and checks hold the packed numbers of their reads.  Pages, and published files, with
neighbouring names are one row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from coldpress.build.checks import PageCheck
from coldpress.build.freezer import FrozenPage, RouteLink, content_digest, unpack
from coldpress.build.plan import PlanEntry
from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.cache.file_stamps import stamp_of
from coldpress.cache.neighbours import Neighbours
from coldpress.errors import Problem, problem_of
from coldpress.markdown.rendered import Link
from coldpress.recorder import Key, KeyNumbers, numbers, packed

_TABLES = {
    "about": TableSchema("name, value", whole=True),
    "keys": TableSchema("number INTEGER, kind, name, fingerprint, basis", whole=True),
    "pages": TableSchema("first, rows, reads", whole=True),
    "files": TableSchema("first, rows"),
    "checks": TableSchema("source, reads, loose, problems"),
    "contents": TableSchema("path, packed")}
_FEW = 20_000  # numbers that are looked for by their names
UNSEEN = ("volatile", "value", "rows", "site", "clock", "environment", "file", "folder")
"""Kinds of reads that only the next build can tell of."""
Row = TypeVar("Row")
FingerprintOf = Callable[[Key], tuple[str | None, str | None]]


class KeyRow(NamedTuple):
    """A recorded read: its fingerprint, and the basis of the fingerprint."""

    number: int
    kind: str
    name: str
    fingerprint: str | None
    basis: str | None


class PageRow(NamedTuple):
    """A page as it was last rendered; `reads` are packed numbers of keys."""

    path: str
    endpoint: str
    file: str
    reads: bytes
    digest: bytes
    routes: str
    problems: str
    seconds: float

    @property
    def links(self) -> list[RouteLink]:
        """Returns the URLs of own routes to which the page links."""
        links = json.loads(self.routes) if self.routes else []
        return [RouteLink(str(endpoint), str(path)) for endpoint, path in links]

    @property
    def told(self) -> list[Problem]:
        """The problems it had."""
        return [problem_of(each) for each in json.loads(self.problems)] if self.problems else []


class FileRow(NamedTuple):
    """A published file and its stamp.  A page also has the digest of its content; a copy has the
    stamp of its source instead."""

    file: str
    stamp: str
    digest: bytes
    source: str

    def matches(self, path: Path) -> bool:
        """Returns whether a file on disk is still the published one."""
        return self.stamp == stamp_of(path) or (
            bool(self.digest) and path.is_file() and content_digest(path.read_bytes()) == self.digest)


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
        self._database = Database(folder, f"build-{key}.sqlite", _TABLES)
        try:
            self._load()
        except (ValueError, TypeError, AttributeError, KeyError):  # another version's
            self.forget()
        if self.note:
            self.forget()

    def _load(self) -> None:
        select = self._database.select
        self.about: dict[str, str] = dict(select("about"))
        stored = select("pages")
        pages = {first: list(_pages_of_group(rows, reads)) for first, rows, reads in stored}
        self._groups = [(reads, pages[first]) for first, _, reads in stored]
        files = {first: list(_files_of_group(rows)) for first, rows in select("files")}
        self.page_neighbours = Neighbours({first: [row.path for row in rows] for first, rows in pages.items()})
        self.file_neighbours = Neighbours({first: [row.file for row in rows] for first, rows in files.items()})
        self.pages = {row.path: row for rows in pages.values() for row in rows}
        self.files = {row.file: row for rows in files.values() for row in rows}
        checks = select("checks")
        self.checks: dict[str, bytes] = {source: reads for source, reads, _, _ in checks}
        self.told_checks = [
            PageCheck(source, b"", tuple((path, Link(*link)) for path, link in json.loads(loose or "[]")),
                  tuple(problem_of(each) for each in json.loads(problems or "[]")))
            for source, _, loose, problems in checks if loose or problems]
        if len(self.pages) < sum(map(len, pages.values())):
            raise ValueError("a page is there twice")

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
        self.about, self.pages, self.files, self.checks, self.told_checks = {}, {}, {}, {}, []
        self.page_neighbours, self.file_neighbours, self._groups = Neighbours({}), Neighbours({}), []

    def take_groups(self) -> Sequence[tuple[bytes, Sequence[PageRow]]]:
        """Returns the pages in groups, with the packed reads of each group as a whole, and forgets the groups."""
        groups, self._groups = self._groups, []
        return groups

    def keys(self, kinds: Iterable[str]) -> list[KeyRow]:
        """Returns the reads of these kinds."""
        return self._keys(f"kind IN ({_places(kinds)})", kinds)

    def keys_but(self, kinds: Iterable[str]) -> list[KeyRow]:
        """Returns the reads that are not certainly of these kinds, damaged ones included."""
        return self._keys(f"(kind IN ({_places(kinds)})) IS NOT 1", kinds)

    def keys_numbered(self, wanted: Iterable[int]) -> list[KeyRow]:
        """Returns the reads with these numbers, in that order."""
        numbered = list(wanted)
        few = numbered if len(numbered) <= _FEW else []
        # All are looked through (`+`): were the way to one damaged, it would not be missed.
        rows = self._keys(f"+number IN ({', '.join(map(str, few))})" if few else "", ()) if numbered else []
        found = {row.number: row for row in rows}
        return [found[number] for number in numbered if number in found]

    def keys_of(self, row: PageRow) -> list[Key]:
        """Returns the reads of a page."""
        return [(key.kind, key.name) for key in self.keys_numbered(numbers(row.reads))]

    def contents(self, digests: Mapping[str, bytes]) -> dict[str, bytes | None]:
        """Returns the bytes of pages as they were last rendered, by their paths; None if they are damaged.
        `digests` are those of the bytes, by path."""
        rows = self._database.select("contents", f"path IN ({_places(digests)})", digests) if digests else []
        found = {path: unpack(kept) for path, kept in rows}
        return {path: data if data is not None and content_digest(data) == digest else None
                for path, digest in digests.items() for data in [found.get(path)]}

    def keep_contents(self, contents: Mapping[str, bytes]) -> None:
        """Stores the packed bytes of pages by path; they are used once `save` has stored their digests."""
        self._database.write(lambda transaction: transaction.put("contents", contents.items()))

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def save(self, updates: RecordUpdates, entries: Iterable[str], files: set[str], sources: set[str],
             fingerprint_of: FingerprintOf) -> None:
        """Stores what is new, and drops pages, files and sources that no longer exist."""
        kept = set(entries)
        self._database.write(lambda transaction: _Saving(transaction, self).save(
            updates, kept, files, sources, fingerprint_of))

    def _keys(self, condition: str, values: Iterable[object]) -> list[KeyRow]:
        return [KeyRow._make(row) for row in self._database.select("keys", condition, values)]


class _Saving:
    """One transaction."""

    def __init__(self, transaction: Transaction, records: Records) -> None:
        self._transaction = transaction
        self._records = records

    def save(self, updates: RecordUpdates, kept: set[str], files: set[str], sources: set[str],
             fingerprint_of: FingerprintOf) -> None:
        records, put, drop = self._records, self._transaction.put, self._transaction.drop
        gone = records.pages.keys() - kept
        put("about", updates.about.items())
        pages = {entry.path: _page_row(entry, frozen) for entry, frozen in updates.pages}
        self._save_rows("pages", records.page_neighbours, records.pages, pages, gone, _page_group)
        self._save_rows("files", records.file_neighbours, records.files, {row.file: row for row in updates.files},
                        records.files.keys() - files, _file_group)
        put("checks", [_check_row(check) for check in updates.checks])
        put("keys", sorted((number, *key, *fingerprint_of(key)) for number, key in updates.keys.keys.items()))
        drop("contents", gone)
        drop("checks", records.checks.keys() - sources)
        drop("keys", self._unused_of(UNSEEN, updates.keys.keys))
        if records.pages and 4 * (len(updates.pages) + len(gone)) > len(kept):
            drop("keys", self._unused())

    def _save_rows(self, table: str, neighbours: Neighbours, known: Mapping[str, Row], new: Mapping[str, Row],
                   gone: Collection[str], packed_rows: Callable[[list[Row]], tuple[Any, ...]]) -> None:
        """Writes rows of which many are one row of the table, by path; `packed_rows` returns its other columns."""
        rows = {**known, **new}
        changed = neighbours.change(new, gone)
        self._transaction.drop(table, changed)
        self._transaction.put(table, [(part[0], *packed_rows([rows[key] for key in part]))
                                      for parts in changed.values() for part in parts])

    def _unused_of(self, kinds: tuple[str, ...], fresh: Collection[int]) -> list[int]:
        """Returns the reads of these kinds that belong to no page, without those that are `fresh`."""
        found = self._transaction.fetch(f"SELECT number FROM keys WHERE kind IN ({_places(kinds)})", kinds)
        return [number for (number,) in found if number not in fresh and not self._transaction.fetch(
            "SELECT 1 FROM pages WHERE instr(reads, ?) LIMIT 1", (packed([number]),))]

    def _unused(self) -> set[int]:
        used: set[int] = set()
        for table in ("pages", "checks"):
            for (reads,) in self._transaction.fetch(f"SELECT reads FROM {table}"):
                used.update(numbers(reads))
        return {number for (number,) in self._transaction.fetch("SELECT number FROM keys")} - used


def _page_row(entry: PlanEntry, frozen: FrozenPage) -> PageRow:
    found = _json([[each.endpoint, each.path] for each in frozen.links])
    return PageRow(entry.path, entry.endpoint, entry.file, frozen.reads, frozen.digest, found,
                   _problems(frozen.problems), frozen.seconds)


def _page_group(rows: list[PageRow]) -> tuple[str, bytes]:
    """Returns pages as JSON, with the length of each one's reads, and the reads of all."""
    told = [[row.path, row.endpoint, row.file, len(row.reads), row.digest.hex(), row.routes, row.problems,
             row.seconds] for row in rows]
    return _json(told), b"".join(row.reads for row in rows)


def _pages_of_group(rows: str, reads: bytes) -> Iterator[PageRow]:
    """Yields the pages of a row of the table.  Raises `ValueError` or `TypeError` if it is not ours."""
    start = 0
    for path, endpoint, file, length, digest, *others in json.loads(rows):
        yield PageRow(path, endpoint, file, reads[start:start + length], bytes.fromhex(digest), *others)
        start += length


def _file_group(rows: list[FileRow]) -> tuple[str]:
    return (_json([[row.file, row.stamp, row.digest.hex(), row.source] for row in rows]),)


def _files_of_group(rows: str) -> Iterator[FileRow]:
    """Yields the files of a row of the table, as `_pages_of_group` does pages."""
    for file, stamp, digest, source in json.loads(rows):
        yield FileRow(file, stamp, bytes.fromhex(digest), source)


def _check_row(check: PageCheck) -> tuple[Any, ...]:
    return check.source, check.reads, _loose(check), _problems(check.problems)


def _places(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _json(value: list[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


def _problems(problems: Iterable[Problem]) -> str:
    return _json([problem.as_json() for problem in problems])


def _loose(check: PageCheck) -> str:
    return _json([[path, list(asdict(link).values())] for path, link in check.loose])
