"""An SQLite file in `.coldpress/` that may vanish at any time.

One from another machine is as good as one's own.  One that is damaged, or was
made by another version, is made anew; one that cannot be opened or written is
done without.  `note` says so, in one line.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from coldpress import recorder
from coldpress.state import make_state

T = TypeVar("T")
_BUSY = 5  # seconds to wait for another process


class Database:
    """The file `name` in a state folder, with the tables of `schema`.

    `version` names what may be read from it: another one, and it is emptied.
    From any thread; in a forked process it is opened anew.
    """

    def __init__(self, folder: Path, name: str, schema: str, version: str = "") -> None:
        self.note: str | None = None
        self._folder = folder
        self._name = name
        self._schema = schema
        self._version = zlib.crc32(f"{schema}{version}".encode()) & 0x7FFFFFFF
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened_by: int | None = None

    def run(self, work: Callable[[sqlite3.Connection], T], default: T) -> T:
        """The result of `work` in one transaction; `default` when the file
        cannot be had or fails."""
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

    def rows(self, query: str, values: Iterable[object] = ()) -> list[tuple[object, ...]]:
        """Every row of a query; none when the file cannot be had."""
        return self.run(lambda connection: connection.execute(query, tuple(values)).fetchall(), [])

    def close(self) -> None:
        """Let go of the file; it is opened again when asked."""
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
                with recorder.unrecorded():  # whichever page is the first to ask
                    self._connection = self._connect()
            except (sqlite3.Error, OSError) as reason:
                self._give_up(reason)
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        file = make_state(self._folder) / self._name
        try:
            connection = self._prepare(file)
        except sqlite3.DatabaseError as reason:
            if isinstance(reason, sqlite3.OperationalError):
                raise  # not damaged: it cannot be opened or written
            self.note = f"the cache was damaged ({reason}); it is made anew"
            file.unlink(missing_ok=True)
            connection = self._prepare(file)
        # An app may be dropped without a word; its file must not stay open.
        weakref.finalize(self, connection.close)
        return connection

    def _prepare(self, file: Path) -> sqlite3.Connection:
        connection = sqlite3.connect(file, timeout=_BUSY, check_same_thread=False)
        try:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found != self._version:
                self._make(connection)
            else:
                self._touch(connection)
            connection.execute("PRAGMA synchronous = OFF")  # a cache may be lost, not waited for
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _make(self, connection: sqlite3.Connection) -> None:
        with connection:
            for (table,) in _tables(connection):
                connection.execute(f'DROP TABLE "{table}"')
            for statement in self._schema.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {self._version}")

    def _touch(self, connection: sqlite3.Connection) -> None:
        """Read a little of each table: what is damaged shows early."""
        for (table,) in _tables(connection):
            connection.execute(f'SELECT * FROM "{table}" LIMIT 1').fetchone()

    def _give_up(self, reason: Exception) -> None:
        self.note = f"the cache is not used: {reason}"
        self._connection = None


def _tables(connection: sqlite3.Connection) -> list[tuple[str]]:
    return connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
