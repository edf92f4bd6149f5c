"""Rendered markup on disk, by content."""

from __future__ import annotations

import sqlite3
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coldpress.database import Database

_SCHEMA = """CREATE TABLE markup (key TEXT PRIMARY KEY, value BLOB NOT NULL, brief TEXT NOT NULL, words BLOB NOT NULL);
CREATE TABLE headings (key TEXT PRIMARY KEY, heading TEXT NOT NULL, seal INTEGER NOT NULL)"""
_SPARE = 2_000  # rows kept beside those the last build used
_BATCH = 500  # rows written at once


@dataclass(frozen=True, slots=True)
class Words:
    """What a search knows of a body: its tokens, weighed, and its plain text."""

    tokens: str
    text: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One rendered body as it is kept: `value` and `packed_words` compressed,
    `brief` as text; `digest` names the body where it comes from another process."""

    value: bytes
    brief: str
    packed_words: bytes
    digest: str = ""

    @classmethod
    def of(cls, digest: str, text: str, brief: str, tokens: str, plain: str) -> Kept:
        return cls(_packed(text), brief, _packed(f"{tokens}\0{plain}"), digest)

    @property
    def text(self) -> str:
        """Raises `ValueError` when it is damaged."""
        return _unpacked(self.value)

    @property
    def words(self) -> Words:
        """Raises `ValueError` when they are damaged."""
        return unpack_words(self.packed_words)


def unpack_words(packed: bytes) -> Words:
    """Words as they are kept; raises `ValueError` when they are damaged."""
    tokens, _, plain = _unpacked(packed).partition("\0")
    return Words(tokens, plain)


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode(), 1)


def _unpacked(data: bytes) -> str:
    try:
        return zlib.decompress(data).decode()
    except (zlib.error, TypeError) as reason:
        raise ValueError(str(reason)) from None


class MarkupStore:
    """Rendered bodies by key, for one site."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder, "markup.sqlite", _SCHEMA)
        self._lock = threading.Lock()
        self._pending: dict[str, Kept] = {}
        self._used: set[str] = set()
        self._headings: dict[str, str] | None = None
        self._new_headings: dict[str, str] = {}

    @property
    def note(self) -> str | None:
        """What was wrong with the file, if anything was."""
        return self._database.note

    def get(self, key: str) -> Kept | None:
        """What is kept under a key."""
        self._used.add(key)
        pending = self._pending.get(key)
        if pending:
            return pending
        rows: list[Any] = self._database.rows("SELECT value, brief, words FROM markup WHERE key = ?", (key,))
        return Kept(*rows[0]) if rows else None

    def brief(self, key: str) -> str | None:
        """The brief that is kept under a key."""
        self._used.add(key)
        pending = self._pending.get(key)
        if pending:
            return pending.brief
        rows: list[Any] = self._database.rows("SELECT brief FROM markup WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def words(self, key: str) -> bytes | None:
        """The packed words that are kept under a key."""
        self._used.add(key)
        pending = self._pending.get(key)
        if pending:
            return pending.packed_words
        rows: list[Any] = self._database.rows("SELECT words FROM markup WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def heading(self, key: str) -> str | None:
        """The words of a body's heading that are kept under a key; none, if it
        has no such heading."""
        if self._headings is None:
            rows: list[Any] = self._database.rows("SELECT key, heading, seal FROM headings")
            self._headings = {name: heading for name, heading, seal in rows if _seal(name, heading) == seal}
        self._used.add(key)
        return self._headings.get(key)

    def put_heading(self, key: str, heading: str) -> None:
        """Keep a heading under a key; it is on disk after `flush`."""
        with self._lock:
            assert self._headings is not None, "it was asked for before"
            self._headings[key] = self._new_headings[key] = heading

    def forget(self, key: str) -> None:
        """Drop what is kept under a key: it is damaged."""
        self._database.run(lambda connection: connection.execute("DELETE FROM markup WHERE key = ?", (key,)), None)

    def keys(self) -> set[str]:
        """Every key there is."""
        return {str(key) for (key,) in self._database.rows("SELECT key FROM markup")} | self._pending.keys()

    def put(self, key: str, kept: Kept) -> None:
        """Keep a body under a key; it is on disk after `flush`."""
        with self._lock:
            self._used.add(key)
            self._pending[key] = kept
            if len(self._pending) >= _BATCH:
                self._write()

    def flush(self) -> None:
        """Write what is pending."""
        with self._lock:
            self._write()

    def trim(self, used: set[str]) -> None:
        """Of what is neither used now nor among `used`, keep the newest."""
        self._database.run(lambda connection: _forget(connection, self._used | used), None)

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        self.flush()
        self._database.close()

    def _write(self) -> None:
        if self._pending:
            rows = sorted((key, kept.value, kept.brief, kept.packed_words) for key, kept in self._pending.items())
            self._database.run(lambda connection: connection.executemany(
                "INSERT OR REPLACE INTO markup VALUES (?, ?, ?, ?)", rows), None)
            self._pending.clear()
        if self._new_headings:
            headings = [(key, heading, _seal(key, heading)) for key, heading in sorted(self._new_headings.items())]
            self._database.run(lambda connection: connection.executemany(
                "INSERT OR REPLACE INTO headings VALUES (?, ?, ?)", headings), None)
            self._new_headings.clear()


def _seal(key: object, heading: object) -> int:
    return zlib.crc32(f"{key!r} {heading!r}".encode("utf-8", "replace"))


def _forget(connection: sqlite3.Connection, used: set[str]) -> None:
    for table in ("markup", "headings"):
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        if rows - len(used) - _SPARE > 0:
            keys = connection.execute(f"SELECT key FROM {table} ORDER BY rowid")
            gone = [(key,) for (key,) in keys if key not in used]
            connection.executemany(f"DELETE FROM {table} WHERE key = ?", gone[:len(gone) - _SPARE])
