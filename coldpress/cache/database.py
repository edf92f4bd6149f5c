"""SQLite files in `.coldpress/`: caches that may be deleted at any time.

A file from another machine can be used too.  Each row has a checksum of the
table's name, its values and their types, and `Database.select` returns only rows
with a correct checksum.  A table that is used only as a whole also has a sum of
its rows, which shows whether a row is missing.

A damaged row is deleted.  A file that is damaged in another way, or that another
version wrote, is created anew; a build continues without a file that cannot be
opened or written.  `note` describes such an event in one line.

Global state: in a process that sets `Database.only_reads`, files are read and never written, locked or made.
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
_TIMEOUT = 5  # seconds to wait for another process
_HEADER = b"SQLite format 3\0\x10\x00\x01\x01\x00\x40\x20\x20"  # pages of 4096 bytes, no write-ahead log
_FILE_SUFFIXES = ("", "-journal", "-wal", "-shm")
_SYSTEM_ERRORS = {
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
"""Errors that are caused by the system, not by damage."""
_SUMS = "sums"
_MODULUS = 4294967291
_BATCH = 500  # keys looked up at once


class TableSchema(NamedTuple):
    """The columns of a table; the first is the key.  With `whole`, the rows are used only together,
    and a missing row counts as damage."""

    columns: str
    whole: bool = False

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [column.split()[0] for column in self.columns.split(",")]

    @property
    def has_numbers(self) -> bool:
        """Whether the keys are numbers."""
        return self.columns.split(",")[0].endswith(" INTEGER")

    def created(self, name: str) -> str:
        """Returns the SQL that creates the table."""
        key, _, others = self.columns.partition(",")
        return f"CREATE TABLE {name} ({key} PRIMARY KEY, checksum,{others})"

    @property
    def weight(self) -> str:
        """The SQL for the number that a row adds to the sum of its table."""
        return f"(checksum & 4294967295) + {f'{self.names[0]} % {_MODULUS}' if self.has_numbers else '0'}"

    def weight_of(self, key: Any, checksum: int) -> int:
        """Returns the number that a new row adds to the sum of its table."""
        return checksum + (int(key) % _MODULUS if self.has_numbers else 0)


class Database:
    """The file `name` in a state folder, with these tables.

    The file is emptied if `version` changes.  It may be used by any thread; a forked
    process opens it again.
    """

    only_reads = False
    """Whether this process only reads: the files are those of a build on another machine, and SQLite's locks
    don't hold on a network drive.  A row that is being written at that time has a wrong checksum, or is not found."""

    def __init__(self, folder: Path, name: str, tables: Mapping[str, TableSchema], version: str = "") -> None:
        self.note: str | None = None
        self.losses = 0
        """How often all rows were deleted, since something was damaged."""
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
        """Returns the rows that meet an SQL condition and have a correct checksum; none if the file cannot
        be used."""
        columns = ", ".join(self._tables[table].names)
        query = f"SELECT checksum, {columns} FROM {table} {f'WHERE {condition}' if condition else ''}"
        wanted = tuple(values)
        rows: list[Any] = self.run(lambda connection: _fetched(connection, query, wanted), [])
        sound = sound_rows(table, rows)
        if len(sound) != len(rows) and not self.only_reads:
            self._drop_damaged(table, condition, wanted)
        return sound

    def get(self, table: str, key: object) -> tuple[Any, ...] | None:
        """Returns the row with a key, or None."""
        # A damaged index may return a sound row with another key.
        rows = self.select(table, f"{self._tables[table].names[0]} = ?", (key,))
        return next((row for row in rows if row[0] == key), None)

    def keys(self, table: str) -> list[Any]:
        """Returns the keys of a table.  Their rows may be damaged."""
        query = f"SELECT {self._tables[table].names[0]} FROM {table}"
        rows: list[Any] = self.run(lambda connection: _fetched(connection, query, ()), [])
        return [key for (key,) in rows]

    def write(self, work: Callable[[Transaction], object]) -> None:
        """Changes rows in one transaction: all of them or none."""
        if not self.only_reads:
            self.run(lambda connection: work(Transaction(connection, self._tables)), None)

    def empty(self, note: str) -> None:
        """Deletes every row, and sets the note."""
        self.note = note
        self.losses += 1
        self.write(Transaction.empty)

    def run(self, work: Callable[[sqlite3.Connection], T], default: T) -> T:
        """Runs `work` in one transaction and returns its result; returns `default` if the file cannot be used."""
        with self._lock:
            connection = self._open()
            if connection is None:
                return default
            try:
                with connection:
                    return work(connection)
            except sqlite3.Error as reason:
                self._recover_from(reason)
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
                with recorder.unrecorded():  # opening the cache is no dependency of a page
                    self._connection = self._connect()
            except (sqlite3.Error, OSError) as reason:
                self._recover_from(reason)
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        if self.only_reads:
            return self._opened_for_reading(self._folder / self._name)
        file = make_state(self._folder) / self._name
        try:
            connection = self._prepare(file)
        except sqlite3.Error as reason:
            if _is_system_error(reason):
                raise
            self._remove(reason)
            connection = self._prepare(file)
        # An app may be garbage-collected without being closed.  The file is closed then.
        weakref.finalize(self, connection.close)
        return connection

    def _prepare(self, file: Path) -> sqlite3.Connection:
        _check_header(file)
        connection = sqlite3.connect(file, timeout=_TIMEOUT, check_same_thread=False)
        try:
            if self._has_this_version(connection):
                self._check_sums(connection)
            else:
                self._create_tables(connection)
            connection.execute("PRAGMA synchronous = OFF")  # a cache may be lost, so no write waits for the disk
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _opened_for_reading(self, file: Path) -> sqlite3.Connection:
        _check_header(file)
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True, check_same_thread=False)
        weakref.finalize(self, connection.close)
        if not self._has_this_version(connection):
            raise sqlite3.DatabaseError("it is of another version")
        self._check_sums(connection)
        return connection

    def _has_this_version(self, connection: sqlite3.Connection) -> bool:
        """Returns whether the file has this version; raises `sqlite3.DatabaseError` if that is damaged."""
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

    def _create_tables(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA page_size = 4096")
        with connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                connection.execute(f'DROP TABLE "{table}"')
            for statement in self._schema.values():
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {self._version}")
            connection.execute(f"PRAGMA application_id = {self._version}")

    def _check_sums(self, connection: sqlite3.Connection) -> None:
        """Checks that each table can be read, and the sum of each table that is used as a whole."""
        for name, table in self._tables.items():
            connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()
            if table.whole and _sum(connection, name, table) != _total(connection, name):
                raise sqlite3.DatabaseError("rows were lost")

    def _drop_damaged(self, table: str, condition: str, values: tuple[object, ...]) -> None:
        """Deletes the damaged rows; deletes all rows if the table is used only as a whole."""
        note = f"the cache was damaged ({self._name}: a row of `{table}`); what it held is made anew"
        if self._tables[table].whole:
            self.empty(note)
            return
        self.note = note
        columns = ", ".join(self._tables[table].names)
        query = f"SELECT rowid, checksum, {columns} FROM {table} {f'WHERE {condition}' if condition else ''}"
        self.run(lambda connection: connection.executemany(
            f"DELETE FROM {table} WHERE rowid = ?",
            [row[:1] for row in _fetched(connection, query, values) if not sound_rows(table, [row[1:]])]), None)

    def _recover_from(self, reason: Exception) -> None:
        """Creates a damaged file anew; stops using the file after any other error."""
        connection, self._connection = self._connection, None
        if self.only_reads:
            return
        if isinstance(reason, sqlite3.Error) and connection is not None and not _is_system_error(reason):
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
        self.losses += 1
        for ending in _FILE_SUFFIXES:
            (self._folder / f"{self._name}{ending}").unlink(missing_ok=True)


class Transaction:
    """Changes to some tables in one transaction."""

    def __init__(self, connection: sqlite3.Connection, tables: Mapping[str, TableSchema]) -> None:
        self._connection = connection
        self._tables = tables

    def put(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Writes rows; each replaces the row with its key."""
        checked = {row[0]: (row[0], row_checksum(table, row), *row[1:]) for row in rows}
        if checked:
            made = self._tables[table]
            self._add(table, sum(made.weight_of(*row[:2]) for row in checked.values()) if made.whole else 0, checked)
            places = ", ".join("?" * (len(made.names) + 1))
            insert = f"INSERT OR REPLACE INTO {table} VALUES"
            try:
                self._connection.executemany(f"{insert} ({places})", checked.values())
            except UnicodeEncodeError:
                for row in checked.values():
                    self._connection.execute(f"{insert} ({', '.join(map(_place, row))})", list(map(_as_bytes, row)))

    def drop(self, table: str, keys: Iterable[object]) -> None:
        """Deletes the rows with these keys."""
        gone = dict.fromkeys(keys)
        if gone:
            self._add(table, 0, gone)
            self._connection.executemany(
                f"DELETE FROM {table} WHERE {self._tables[table].names[0]} = ?", [(key,) for key in gone])

    def empty(self) -> None:
        """Deletes all rows of all tables."""
        for table in self._tables:
            self._connection.execute(f"DELETE FROM {table}")

    def fetch(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Returns the rows of a query, for deciding which to delete.  They may be damaged."""
        return _fetched(self._connection, query, values)

    def _add(self, table: str, more: int, keys: Iterable[object]) -> None:
        """Updates a table's sum: subtracts the old rows with these keys and adds `more`."""
        made = self._tables[table]
        if made.whole:
            total = _total(self._connection, table) + more - _sum_of(self._connection, table, made, list(keys))
            self.put(_SUMS, [(table, total)])


def _place(value: object) -> str:
    return "CAST(? AS TEXT)" if isinstance(value, str) else "?"


def _as_bytes(value: object) -> object:
    """Returns text as bytes: the name of a file need not be UTF-8, and as text it has lone surrogates then."""
    return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value


def _fetched(connection: sqlite3.Connection, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    try:
        return connection.execute(query, values).fetchall()
    except sqlite3.OperationalError as reason:
        if "decode" not in str(reason):
            raise
    # The bytes are not UTF-8: a row is damaged, so that its checksum will not match, or it has the name of a file.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    return connection.execute(query, values).fetchall()


def _sum(connection: sqlite3.Connection, name: str, table: TableSchema) -> int:
    (found,) = connection.execute(f"SELECT sum({table.weight}) FROM {name}").fetchone()
    return found or 0


def _sum_of(connection: sqlite3.Connection, name: str, table: TableSchema, keys: Sequence[object]) -> int:
    total = 0
    for start in range(0, len(keys), _BATCH):
        some = keys[start:start + _BATCH]
        (found,) = connection.execute(f"SELECT sum({table.weight}) FROM {name} WHERE {table.names[0]} IN "
                                      f"({', '.join('?' * len(some))})", some).fetchone()
        total += found or 0
    return total


def _total(connection: sqlite3.Connection, table: str) -> int:
    """Returns the stored sum of a table; -1 if it is damaged."""
    rows = _fetched(connection, f"SELECT checksum, name, total FROM {_SUMS} WHERE name = ?", (table,))
    sound = sound_rows(_SUMS, rows)
    return int(str(sound[0][1])) if sound else -1 if rows else 0


def _check_header(file: Path) -> None:
    """Raises `sqlite3.DatabaseError` if the file begins in another way than ours do.  SQLite would read
    some damaged headers as another file format."""
    if file.is_file():
        with file.open("rb") as opened:
            head = opened.read(len(_HEADER))
        if head and head != _HEADER:
            raise sqlite3.DatabaseError("it is not ours")


def _is_system_error(reason: sqlite3.Error) -> bool:
    """Returns whether an error is caused by the system, so that a new file would not help."""
    code = getattr(reason, "sqlite_errorcode", None) or 0
    return isinstance(reason, sqlite3.ProgrammingError) or code & 0xFF in _SYSTEM_ERRORS
