"""SQLite files in `.coldpress/`: caches that may be deleted at any time.

A file from another machine can be used like one's own.  Each row has a checksum
of the table's name, its values and their types, and `Database.select` returns
only rows that match it.  A table that is used only as a whole has a sum of its
rows, which tells whether a row is missing.

A damaged row is deleted.  A file that is damaged in another way, or that another
version made, is made again; a build goes on without a file that cannot be opened
or written.  `note` says in one line what was wrong.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from coldpress import recorder
from coldpress.cache.checksum import row_checksum, sound_rows
from coldpress.paths import make_state

T = TypeVar("T")
_BUSY = 5  # seconds to wait for another process
_HEAD = b"SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20"  # pages of 4096 bytes, no write-ahead log
_BESIDE = ("", "-journal", "-wal", "-shm")
_UNABLE = {
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
"""Errors that tell of the system, not of damage."""
_SUMS = "sums"
_PRIME = 4294967291
_CHUNK = 500  # keys looked up at once


class TableSchema(NamedTuple):
    """A table's columns, the first of which is the key.  With `whole`, the rows are
    used only together: a missing row counts as damage."""

    columns: str
    whole: bool = False

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.split()[0] for column in self.columns.split(",")]

    @property
    def has_numbers(self) -> bool:
        """Whether keys are numbers."""
        return self.columns.split(",")[0].endswith(" INTEGER")

    def created(self, name: str) -> str:
        """Returns the SQL that creates the table."""
        key, _, others = self.columns.partition(",")
        return f"CREATE TABLE {name} ({key} PRIMARY KEY, seal,{others})"

    @property
    def weight(self) -> str:
        """Returns, as SQL, what a row adds to the sum of its table."""
        return f"(seal & 4294967295) + {f'{self.names[0]} % {_PRIME}' if self.has_numbers else '0'}"

    def weight_of(self, key: Any, seal: int) -> int:
        """Returns what a row that is to be written adds to the sum."""
        return seal + (int(key) % _PRIME if self.has_numbers else 0)


class Database:
    """The file `name` in a state folder, with these tables.

    The file is emptied when `version` changes.  Any thread may use it; a forked
    process opens it again.
    """

    def __init__(self, folder: Path, name: str, tables: Mapping[str, TableSchema], version: str = "") -> None:
        self.note: str | None = None
        self._folder = folder
        self._name = name
        sums = {_SUMS: TableSchema("name, total")} if any(table.whole for table in tables.values()) else {}
        self._tables = {**tables, **sums}
        self._schema = {table: made.created(table) for table, made in self._tables.items()}
        self._version = zlib.crc32(f"{self._schema}{version}".encode()) & 0x7FFFFFFF
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened_by: int | None = None

    def select(self, table: str, condition: str = "", values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """Returns the rows for which an SQL condition holds and whose checksum matches;
        none if the file cannot be used."""
        columns = ", ".join(self._tables[table].names)
        query = f"SELECT seal, {columns} FROM {table} {f'WHERE {condition}' if condition else ''}"
        wanted = tuple(values)
        rows: list[Any] = self.run(lambda connection: _fetched(connection, query, wanted), [])
        sound = sound_rows(table, rows)
        if len(sound) != len(rows):
            self._drop_damaged(table, condition, wanted)
        return sound

    def get(self, table: str, key: object) -> tuple[Any, ...] | None:
        """Returns the row with a key, or None."""
        # A damaged index may lead to a sound row that is another's.
        rows = self.select(table, f"{self._tables[table].names[0]} = ?", (key,))
        return next((row for row in rows if row[0] == key), None)

    def keys(self, table: str) -> list[Any]:
        """Returns the keys of a table; their rows may be damaged."""
        query = f"SELECT {self._tables[table].names[0]} FROM {table}"
        rows: list[Any] = self.run(lambda connection: _fetched(connection, query, ()), [])
        return [key for (key,) in rows]

    def write(self, work: Callable[[Writing], object]) -> None:
        """Changes rows in one transaction: all of them or none."""
        self.run(lambda connection: work(Writing(connection, self._tables)), None)

    def empty(self, note: str) -> None:
        """Deletes every row; `why` becomes the note."""
        self.note = note
        self.write(Writing.empty)

    def run(self, work: Callable[[sqlite3.Connection], T], default: T) -> T:
        """Returns the result of `work`, which runs in one transaction; `default` if the file
        cannot be used or fails."""
        with self._lock:
            connection = self._open()
            if connection is None:
                return default
            try:
                with connection:
                    return work(connection)
            except sqlite3.Error as reason:
                self._give_up(reason)
                return default

    def close(self) -> None:
        """Closes the file; it is opened again at the next use."""
        with self._lock:
            if self._connection is not None and self._opened_by == os.getpid():
                self._connection.close()
            self._connection = None
            self._opened_by = None

    def _open(self) -> sqlite3.Connection | None:
        if self._opened_by != os.getpid():
            self._opened_by = os.getpid()
            self._connection = None
            try:
                with recorder.unrecorded():  # any page may be the first to ask
                    self._connection = self._connect()
            except (sqlite3.Error, OSError) as reason:
                self._give_up(reason)
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        file = make_state(self._folder) / self._name
        try:
            connection = self._prepare(file)
        except sqlite3.Error as reason:
            if _is_unable(reason):
                raise
            self._remove(reason)
            connection = self._prepare(file)
        # An app may be garbage-collected without being closed; its file must not stay open.
        weakref.finalize(self, connection.close)
        return connection

    def _prepare(self, file: Path) -> sqlite3.Connection:
        _look_at_head(file)
        connection = sqlite3.connect(file, timeout=_BUSY, check_same_thread=False)
        try:
            if self._is_ours(connection):
                self._look_at_sums(connection)
            else:
                self._make(connection)
            connection.execute("PRAGMA synchronous = OFF")  # a cache may be lost, not waited for
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _is_ours(self, connection: sqlite3.Connection) -> bool:
        """Whether the file has this version; raises when that cannot be told."""
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (again,) = connection.execute("PRAGMA application_id").fetchone()
        if version != again:
            raise sqlite3.DatabaseError("its version is damaged")
        if version != self._version:
            return False
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        if dict(found) != self._schema:
            raise sqlite3.DatabaseError("its tables are damaged")
        return True

    def _make(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA page_size = 4096")
        with connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                connection.execute(f'DROP TABLE "{table}"')
            for statement in self._schema.values():
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {self._version}")
            connection.execute(f"PRAGMA application_id = {self._version}")

    def _look_at_sums(self, connection: sqlite3.Connection) -> None:
        """Checks the beginning of each table, and every checksum of tables used as a whole."""
        for name, table in self._tables.items():
            connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()
            if table.whole and _sum(connection, name, table) != _total(connection, name):
                raise sqlite3.DatabaseError("rows were lost")

    def _drop_damaged(self, table: str, condition: str, values: tuple[object, ...]) -> None:
        """Deletes damaged rows, and all rows of a table that must be whole."""
        note = f"the cache was damaged ({self._name}: a row of `{table}`); what it held is made anew"
        if self._tables[table].whole:
            self.empty(note)
            return
        self.note = note
        columns = ", ".join(self._tables[table].names)
        query = f"SELECT rowid, seal, {columns} FROM {table} {f'WHERE {condition}' if condition else ''}"
        self.run(lambda connection: connection.executemany(
            f"DELETE FROM {table} WHERE rowid = ?",
            [row[:1] for row in _fetched(connection, query, values) if not sound_rows(table, [row[1:]])]), None)

    def _give_up(self, reason: Exception) -> None:
        """Stops using the file; a damaged one is made again."""
        connection, self._connection = self._connection, None
        if isinstance(reason, sqlite3.Error) and connection is not None and not _is_unable(reason):
            connection.close()
            try:
                self._remove(reason)
                with recorder.unrecorded():
                    self._connection = self._connect()
            except (sqlite3.Error, OSError):
                self._connection = None
            return
        self.note = f"the cache is not used: {reason}"

    def _remove(self, reason: Exception) -> None:
        self.note = f"the cache was damaged ({self._name}: {reason}); it is made anew"
        for ending in _BESIDE:
            (self._folder / f"{self._name}{ending}").unlink(missing_ok=True)


class Writing:
    """One transaction on some tables."""

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, TableSchema]) -> None:
        self._connection = connection
        self._tables = tables

    def put(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Writes rows; a row with the same key is replaced."""
        sealed = {row[0]: (row[0], row_checksum(table, row), *row[1:]) for row in rows}
        if sealed:
            made = self._tables[table]
            self._add(table, sum(made.weight_of(*row[:2]) for row in sealed.values()) if made.whole else 0, sealed)
            places = ", ".join("?" * (len(made.names) + 1))
            self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", sealed.values())

    def drop(self, table: str, keys: Iterable[object]) -> None:
        """Deletes the rows with these keys."""
        gone = dict.fromkeys(keys)
        if gone:
            self._add(table, 0, gone)
            self._connection.executemany(
                f"DELETE FROM {table} WHERE {self._tables[table].names[0]} = ?", [(key,) for key in gone])

    def empty(self) -> None:
        """Remove all rows of all tables."""
        for table in self._tables:
            self._connection.execute(f"DELETE FROM {table}")

    def fetch(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Returns the rows of a query, for deciding what to delete; they may be damaged."""
        return _fetched(self._connection, query, values)

    def _add(self, table: str, more: int, keys: Iterable[object]) -> None:
        """Subtracts the old rows with these keys from the table's sum, and adds the new ones."""
        made = self._tables[table]
        if made.whole:
            total = _total(self._connection, table) + more - _sum_of(self._connection, table, made, list(keys))
            self.put(_SUMS, [(table, total)])


def _fetched(connection: sqlite3.Connection, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError as reason:
        if "decode" not in str(reason):
            raise
    # Bytes that are not UTF-8: the checksum will not match.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return connection.execute(query, values).fetchall()


def _sum(connection: sqlite3.Connection, name: str, table: TableSchema) -> int:
    (found,) = connection.execute(f"SELECT sum({table.weight}) FROM {name}").fetchone()
    return found or 0


def _sum_of(connection: sqlite3.Connection, name: str, table: TableSchema, keys: Sequence[object]) -> int:
    total = 0
    for start in range(0, len(keys), _CHUNK):
        some = keys[start:start + _CHUNK]
        (found,) = connection.execute(f"SELECT sum({table.weight}) FROM {name} WHERE {table.names[0]} IN "
                                      f"({', '.join('?' * len(some))})", some).fetchone()
        total += found or 0
    return total


def _total(connection: sqlite3.Connection, table: str) -> int:
    """Returns the sum as it was written; -1 when it is damaged."""
    rows = _fetched(connection, f"SELECT seal, name, total FROM {_SUMS} WHERE name = ?", (table,))
    sound = sound_rows(_SUMS, rows)
    return int(str(sound[0][1])) if sound else -1 if rows else 0


def _look_at_head(file: Path) -> None:
    """Raises when the file does not begin as ours do: SQLite would read some
    damaged headers as another file format."""
    if file.is_file():
        with file.open("rb") as opened:
            head = opened.read(len(_HEAD))
        if head and head != _HEAD:
            raise sqlite3.DatabaseError("it is not ours")


def _is_unable(reason: sqlite3.Error) -> bool:
    """Whether an error comes from the system, so that a new file would not help."""
    code = getattr(reason, "sqlite_errorcode", None) or 0
    return isinstance(reason, sqlite3.ProgrammingError) or code & 0xFF in _UNABLE
