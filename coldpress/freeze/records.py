"""What each page read when it was rendered, and what came of it: SQLite in
`.coldpress/`, one file for each output folder.

A row of `keys` is a read with its fingerprint (and, where that is costly, what
it was made from).  Its number is a digest of its kind and name, so nobody
needs to look one up; pages and checks hold the numbers of theirs, packed.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from coldpress.database import Database
from coldpress.errors import Problem, problem_of
from coldpress.freeze.checks import Check
from coldpress.freeze.entry import Entry
from coldpress.freeze.frozen import Found, Frozen, content_digest, unpack
from coldpress.markup.rendered import Link
from coldpress.recorder import Key

_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE keys (number INTEGER PRIMARY KEY, kind TEXT, name TEXT, print TEXT, basis TEXT);
CREATE TABLE pages (path TEXT PRIMARY KEY, endpoint TEXT, file TEXT, reads BLOB, digest BLOB, found TEXT, problems TEXT,
 seconds REAL, seal INTEGER);
CREATE TABLE files (file TEXT PRIMARY KEY, stamp TEXT, digest BLOB, source TEXT);
CREATE TABLE checks (source TEXT PRIMARY KEY, reads BLOB, loose TEXT, problems TEXT, seal INTEGER);
CREATE TABLE contents (path TEXT PRIMARY KEY, packed BLOB)
"""
_NUMBERS = "q"
UNSEEN = ("volatile", "value", "rows", "clock", "environment", "file", "folder")
"""Kinds of reads that only the next build can tell of."""
_TABLES = ("about", "keys", "pages", "files", "checks", "contents")
PrintOf = Callable[[Key], tuple[str | None, str | None]]


class KeyRow(NamedTuple):
    """A read as it was: its fingerprint, and what that was made from."""

    number: int
    kind: str
    name: str
    print: str | None
    basis: str | None


class PageRow(NamedTuple):
    """A page as it was rendered last; `reads` are packed numbers of keys."""

    path: str
    endpoint: str
    file: str
    reads: bytes
    digest: bytes
    found: str
    problems: str
    seconds: float
    seal: int

    @property
    def links(self) -> list[Found]:
        """The own routes' URLs it links to."""
        return [Found(str(endpoint), str(path)) for endpoint, path in json.loads(self.found)] if self.found else []

    @property
    def told(self) -> list[Problem]:
        """The problems it had."""
        return [problem_of(each) for each in json.loads(self.problems)] if self.problems else []


class FileRow(NamedTuple):
    """A published file: its stamp and digest, for a copy its source's stamp."""

    file: str
    stamp: str
    digest: bytes
    source: str


@dataclass
class News:
    """What one build adds to the records."""

    about: dict[str, str] = field(default_factory=dict)
    pages: list[tuple[Entry, Frozen]] = field(default_factory=list)
    files: list[FileRow] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)


class Records:
    """The records of one output folder."""

    def __init__(self, folder: Path, output: str) -> None:
        key = blake2b(output.encode(), digest_size=6).hexdigest()
        self._database = Database(folder, f"build-{key}.sqlite", _SCHEMA)
        try:
            self._load()
        except (ValueError, TypeError, AttributeError, KeyError):
            self.forget()

    def _load(self) -> None:
        self.about: dict[str, str] = dict(self._rows("SELECT name, value FROM about"))
        self.pages = {row[0]: PageRow._make(row) for row in self._rows("SELECT * FROM pages")}
        self.files = {row[0]: FileRow._make(row) for row in self._rows("SELECT * FROM files")}
        checks = self._rows("SELECT * FROM checks")
        self.checks: dict[str, bytes] = {row[0]: row[1] for row in checks}
        whole = all(seal_of(*row[:7]) == row.seal for row in self.pages.values()) and all(
            seal_of(*row[:4]) == row[4] for row in checks)
        if not whole or (self.about and self.about.get("rows") != self._database.run(_count, "")):
            raise ValueError("rows were lost or are not as they were written")
        self.told_checks = [
            Check(source, (), tuple((path, Link(*link)) for path, link in json.loads(loose or "[]")),
                  tuple(problem_of(each) for each in json.loads(problems or "[]")))
            for source, _, loose, problems, _ in checks if loose or problems]

    @property
    def note(self) -> str | None:
        """What was wrong with the file, if anything was."""
        return self._database.note

    def forget(self) -> None:
        """Take the records for damaged: know nothing."""
        self._database.note = "the records of the last build were damaged; everything is rendered anew"
        self._database.run(_empty, None)
        self.about, self.pages, self.files, self.checks, self.told_checks = {}, {}, {}, {}, []

    def keys(self, kinds: Iterable[str] | None = None, *, but: Iterable[str] = ()) -> list[KeyRow]:
        """The reads of these kinds, or of all but some."""
        names = list(but if kinds is None else kinds)
        words = f"{'NOT ' if kinds is None else ''}IN ({', '.join('?' * len(names))})"
        return [KeyRow._make(row) for row in self._rows(f"SELECT * FROM keys WHERE kind {words}", names)]

    def sound_keys(self, *, but: Iterable[str] = ()) -> list[KeyRow]:
        """All reads but those of some kinds.  Raises `ValueError` when one is
        not what its number says."""
        rows = self.keys(but=but)
        for row in rows:
            if row.number != number_of((row.kind, row.name)):
                raise ValueError(f"{row.kind} {row.name} is not what was written")
        return rows

    def keys_of_sources(self, kinds: Iterable[str], sources: Iterable[str]) -> list[KeyRow]:
        """The reads of these kinds of these sources."""
        numbered = [number_of((kind, source)) for kind in kinds for source in sources]
        return self.keys_numbered(numbered)

    def keys_numbered(self, wanted: Iterable[int]) -> list[KeyRow]:
        """The reads with these numbers."""
        found: list[KeyRow] = []
        for number in wanted:
            found += map(KeyRow._make, self._rows("SELECT * FROM keys WHERE number = ?", (number,)))
        return found

    def keys_of(self, row: PageRow) -> list[Key]:
        """What a page read."""
        return [(key.kind, key.name) for key in self.keys_numbered(numbers(row.reads))]

    def content(self, row: PageRow) -> bytes | None:
        """The bytes of a page as it was rendered last, if they are kept whole."""
        rows = self._rows("SELECT packed FROM contents WHERE path = ?", (row.path,))
        data = unpack(rows[0][0]) if rows else None
        return data if data is not None and content_digest(data) == row.digest else None

    def keep_contents(self, pages: Iterable[Frozen]) -> None:
        """Keep the bytes of pages; they count once `save` knows their digests."""
        rows = [(page.path, page.packed) for page in pages]
        if rows:
            self._database.run(
                lambda connection: connection.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?)", rows), None)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def save(self, news: News, entries: Iterable[str], files: set[str], sources: set[str], print_of: PrintOf) -> None:
        """Add what is new, and drop pages, files and sources that are no more."""
        kept = set(entries)
        self._database.run(
            lambda connection: _Saving(connection, self).save(news, kept, files, sources, print_of), None)

    def _rows(self, query: str, values: Iterable[object] = ()) -> list[Any]:
        return list(self._database.rows(query, values))


class _Saving:
    """One transaction."""

    def __init__(self, connection: sqlite3.Connection, records: Records) -> None:
        self._connection = connection
        self._records = records
        self._numbers: dict[Key, int] = {}

    def save(self, news: News, kept: set[str], files: set[str], sources: set[str], print_of: PrintOf) -> None:
        records = self._records
        self._put("about", news.about.items(), 2)
        self._put("pages", (self._page_row(*page) for page in news.pages), 9)
        self._put("files", news.files, 4)
        self._put("checks", (self._check_row(check) for check in news.checks), 5)
        for key in news.keys:
            self._number(key)
        self._put("keys", sorted((number, *key, *print_of(key)) for key, number in self._numbers.items()), 5)
        gone = records.pages.keys() - kept
        self._drop("pages", "path", gone)
        self._drop("contents", "path", gone)
        self._drop("files", "file", records.files.keys() - files)
        self._drop("checks", "source", records.checks.keys() - sources)
        self._drop("keys", "number", self._unused_of(UNSEEN))
        if records.pages and 4 * (len(news.pages) + len(gone)) > len(kept):
            self._drop("keys", "number", self._unused())
        self._put("about", [("rows", _count(self._connection))], 2)

    def _page_row(self, entry: Entry, frozen: Frozen) -> tuple[Any, ...]:
        found = _json([[each.endpoint, each.path] for each in frozen.found])
        row = (entry.path, entry.endpoint, entry.file, self._packed(frozen.reads), frozen.digest, found,
               _problems(frozen.problems))
        return *row, frozen.seconds, seal_of(*row)

    def _check_row(self, check: Check) -> tuple[Any, ...]:
        row = (check.source, self._packed(check.reads), _loose(check), _problems(check.problems))
        return *row, seal_of(*row)

    def _put(self, table: str, rows: Iterable[tuple[Any, ...]], width: int) -> None:
        places = ", ".join("?" * width)
        self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows)

    def _drop(self, table: str, column: str, names: Iterable[object]) -> None:
        self._connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(name,) for name in names])

    def _packed(self, reads: Iterable[Key]) -> bytes:
        return packed(self._number(key) for key in reads)

    def _number(self, key: Key) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = number_of(key)
        return number

    def _unused_of(self, kinds: tuple[str, ...]) -> list[int]:
        """The reads of these kinds that no page made: there are few of them."""
        wanted = f"SELECT number FROM keys WHERE kind IN ({', '.join('?' * len(kinds))})"
        found = [number for (number,) in self._connection.execute(wanted, kinds)]
        fresh = set(self._numbers.values())
        return [number for number in found if number not in fresh and not self._connection.execute(
            "SELECT 1 FROM pages WHERE instr(reads, ?) LIMIT 1", (packed([number]),)).fetchone()]

    def _unused(self) -> set[int]:
        used: set[int] = set()
        for table in ("pages", "checks"):
            for (reads,) in self._connection.execute(f"SELECT reads FROM {table}"):
                used.update(numbers(reads))
        return {number for (number,) in self._connection.execute("SELECT number FROM keys")} - used


def seal_of(*values: object) -> int:
    """A checksum that tells whether a row is as it was written."""
    parts = (value if type(value) is bytes else str(value).encode("utf-8", "surrogatepass") for value in values)
    return crc32(b"\0".join(parts))


def _empty(connection: sqlite3.Connection) -> None:
    for table in _TABLES:
        connection.execute(f"DELETE FROM {table}")


def _count(connection: sqlite3.Connection) -> str:
    """How many pages, reads and checks there are."""
    return " ".join(str(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                    for table in ("pages", "keys", "checks"))


def number_of(key: Key) -> int:
    """The number of a read: 63 bits of a digest."""
    digest = blake2b(f"{key[0]} {key[1]}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def packed(found: Iterable[int]) -> bytes:
    """Numbers as bytes."""
    return array(_NUMBERS, found).tobytes()


def numbers(reads: bytes) -> array[int]:
    """Packed numbers; none for what is damaged."""
    unpacked = array(_NUMBERS)
    if isinstance(reads, bytes) and len(reads) % unpacked.itemsize == 0:
        unpacked.frombytes(reads)
    return unpacked


def _json(value: list[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""


def _problems(problems: Iterable[Problem]) -> str:
    return _json([problem.as_json() for problem in problems])


def _loose(check: Check) -> str:
    return _json([[path, list(asdict(link).values())] for path, link in check.loose])
