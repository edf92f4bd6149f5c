"""The index on disk: what it was made of, and the shards.

It is a function of nothing but the documents, and believed only as far as its
seals hold.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from coldpress.database import Database

_SCHEMA = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE documents (number INTEGER PRIMARY KEY, key TEXT, title TEXT);
CREATE TABLE shards (number INTEGER PRIMARY KEY, data TEXT, digest TEXT)
"""


class Document(NamedTuple):
    """A page that can be found: its number, the key of its body, its title."""

    number: int
    key: str
    title: str


@dataclass(frozen=True)
class State:
    """What an index was made of, and the digest of each shard."""

    documents: tuple[Document, ...] = ()
    digests: Mapping[int, str] = field(default_factory=dict)

    @property
    def seal(self) -> str:
        """A digest of all of it."""
        return _digest(repr((self.documents, sorted(self.digests.items()))))

    @property
    def version(self) -> str:
        """A digest of what can be found, for those who keep parts of it."""
        return _digest(repr(self.documents))[:8]


class IndexStore:
    """The shards of one site; `code` names what may be read."""

    def __init__(self, folder: Path, code: str) -> None:
        self._database = Database(folder, "search.sqlite", _SCHEMA, code)

    @property
    def note(self) -> str | None:
        """What was wrong with the file, if anything was."""
        return self._database.note

    def load(self) -> State:
        """What was written last; nothing if that is not what is there."""
        state, seal = self._database.run(_load, (State(), ""))
        return state if state.seal == seal else State()

    def shards(self, numbers: Iterable[int], state: State) -> dict[int, str] | None:
        """The text of shards, if all are what `state` says they are."""
        found: dict[int, str] = {}
        for number in numbers:
            rows: list[Any] = self._database.rows("SELECT data FROM shards WHERE number = ?", (number,))
            if not rows or not isinstance(rows[0][0], str) or _digest(rows[0][0]) != state.digests.get(number):
                return None
            found[number] = rows[0][0]
        return found

    def save(self, before: State, documents: tuple[Document, ...], shards: Mapping[int, str]) -> State:
        """Write shards that are new or other than `before`; gives the state after."""
        state = State(documents, {**before.digests, **{number: _digest(text) for number, text in shards.items()}})
        self._database.run(lambda connection: _save(connection, before, state, shards), None)
        return state

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


def _load(connection: sqlite3.Connection) -> tuple[State, str]:
    seal = connection.execute("SELECT value FROM about WHERE name = 'seal'").fetchone()
    documents = tuple(map(Document._make, connection.execute("SELECT * FROM documents ORDER BY number")))
    digests = dict(connection.execute("SELECT number, digest FROM shards ORDER BY number").fetchall())
    return State(documents, digests), str(seal[0]) if seal else ""


def _save(connection: sqlite3.Connection, before: State, state: State, shards: Mapping[int, str]) -> None:
    old, new = set(before.documents), set(state.documents)
    if not before.digests:
        for table in ("documents", "shards"):
            connection.execute(f"DELETE FROM {table}")
    connection.executemany("DELETE FROM documents WHERE number = ?", [(gone.number,) for gone in old - new])
    connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", sorted(new - old))
    connection.executemany("INSERT OR REPLACE INTO shards VALUES (?, ?, ?)", [
        (number, text, state.digests[number]) for number, text in sorted(shards.items())])
    connection.execute("INSERT OR REPLACE INTO about VALUES ('seal', ?)", (state.seal,))


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def dumps(tokens: Mapping[str, str]) -> str:
    """A shard as JSON, in order."""
    return json.dumps(dict(sorted(tokens.items())), ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> dict[str, str]:
    """A shard back."""
    tokens: dict[str, str] = json.loads(text)
    return tokens
