"""Rendered markup on disk, by content: an SQLite file that may vanish any time.

A cache from another machine is as good as one's own; one that is damaged is
made anew, and one that cannot be written is done without.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
import zlib
from pathlib import Path

from coldpress.state import make_state

NAME = "markup.sqlite"
_FORMAT = 1  # of the table and of what `serial` writes
_SPARE = 2_000  # rows kept beside those the last build used
_BATCH = 500  # rows written at once


class MarkupStore:
    """Text by key, for one site.  `note` says what was wrong, if anything was."""

    def __init__(self, root: Path) -> None:
        self.note: str | None = None
        self._root = root
        self._lock = threading.Lock()
        self._pending: dict[str, bytes] = {}
        self._used: set[str] = set()
        self._database: sqlite3.Connection | None = None
        self._opened = False

    def get(self, key: str) -> str | None:
        """What was kept under a key; None when it is not there or cannot be read."""
        with self._lock:
            database = self._open()
            if database is None:
                return None
            try:
                row = database.execute("SELECT value FROM markup WHERE key = ?", (key,)).fetchone()
                text = zlib.decompress(row[0]).decode() if row else None
            except (sqlite3.Error, zlib.error, TypeError, UnicodeDecodeError) as reason:
                self.note = f"part of the cache cannot be read ({reason}); it is made anew"
                return None
            self._used.add(key)
            return text

    def has(self, key: str) -> bool:
        """Whether something is kept under a key."""
        with self._lock:
            database = self._open()
            try:
                return database is not None and database.execute(
                    "SELECT 1 FROM markup WHERE key = ?", (key,)).fetchone() is not None
            except sqlite3.Error:
                return False

    def put(self, key: str, text: str) -> None:
        """Keep a text under a key; it is on disk after `flush`."""
        with self._lock:
            self._used.add(key)
            self._pending[key] = zlib.compress(text.encode(), 1)
            if len(self._pending) >= _BATCH:
                self._write()

    def flush(self) -> None:
        """Write what is pending, and drop what long was not used."""
        with self._lock:
            if self._pending:
                self._write()
            database = self._database
            if database is None:
                return
            try:
                with database:
                    self._forget(database)
            except sqlite3.Error as reason:
                self._give_up(reason)

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self.flush()
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None
            self._opened = False

    def _open(self) -> sqlite3.Connection | None:
        if not self._opened:
            self._opened = True
            try:
                file = make_state(self._root) / NAME
                try:
                    self._database = _connect(file)
                except sqlite3.DatabaseError as reason:
                    if isinstance(reason, sqlite3.OperationalError):
                        raise  # not damaged: it cannot be opened or written
                    self.note = f"the cache was damaged ({reason}); it is made anew"
                    file.unlink(missing_ok=True)
                    self._database = _connect(file)
                # An app may be dropped without a word; its file must not stay open.
                weakref.finalize(self, self._database.close)
            except (sqlite3.Error, OSError) as reason:
                self._give_up(reason)
        return self._database

    def _write(self) -> None:
        database = self._open()
        if database is None:
            self._pending.clear()
            return
        try:
            with database:
                database.executemany("INSERT OR REPLACE INTO markup (key, value) VALUES (?, ?)",
                                     sorted(self._pending.items()))
        except sqlite3.Error as reason:
            self._give_up(reason)
        self._pending.clear()

    def _forget(self, database: sqlite3.Connection) -> None:
        """Keep what was used now, and of the rest the newest."""
        (rows,) = database.execute("SELECT count(*) FROM markup").fetchone()
        excess = rows - len(self._used) - _SPARE
        if excess > 0:
            oldest = database.execute("SELECT key FROM markup ORDER BY rowid")
            gone = [(key,) for (key,) in oldest if key not in self._used][:excess]
            database.executemany("DELETE FROM markup WHERE key = ?", gone)

    def _give_up(self, reason: Exception) -> None:
        self.note = f"the cache is not used: {reason}"
        self._database = None


def _connect(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(file, timeout=5, check_same_thread=False)
    try:
        (found,) = database.execute("PRAGMA user_version").fetchone()
        if found != _FORMAT:
            with database:
                database.execute("DROP TABLE IF EXISTS markup")
                database.execute("CREATE TABLE markup (key TEXT PRIMARY KEY, value BLOB NOT NULL)")
                database.execute(f"PRAGMA user_version = {_FORMAT}")
        database.execute("SELECT key, value FROM markup LIMIT 1")
        database.execute("PRAGMA synchronous = OFF")  # a cache may be lost, not waited for
    except sqlite3.Error:
        database.close()
        raise
    return database
