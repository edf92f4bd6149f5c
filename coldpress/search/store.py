"""The search index on disk: its state and its shards.

The index depends on nothing but the documents.  It is used only if its seal
matches: another process may have written it since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from coldpress.cache.database import Database, Table, Writing

_TABLES = {
    "about": Table("name, value"), "documents": Table("number INTEGER, key, title"),
    "digests": Table("number INTEGER, digest"), "shards": Table("number INTEGER, data")}


class Document(NamedTuple):
    """A page of the search: its number, the key of its body, its title."""

    number: int
    key: str
    title: str


@dataclass(frozen=True)
class State:
    """The documents an index was made of, and the digest of each shard."""

    documents: tuple[Document, ...] = ()
    digests: Mapping[int, str] = field(default_factory=dict)

    @property
    def seal(self) -> str:
        """Returns the digest of the whole state."""
        return _digest(repr((self.documents, sorted(self.digests.items()))))

    @property
    def version(self) -> str:
        """Returns a digest of the search results, for caches of parts of them."""
        return _digest(repr(self.documents))[:8]


class IndexStore:
    """Stores the shards of one site; `code` is the version of the code that may read them."""

    def __init__(self, folder: Path, code: str) -> None:
        self._database = Database(folder, "search.sqlite", _TABLES, code)

    @property
    def note(self) -> str | None:
        """Says what was wrong with the file; empty if nothing was."""
        return self._database.note

    def load(self) -> State:
        """Returns the state that was saved last; an empty one if its shards are not there."""
        documents = tuple(map(Document._make, self._database.select("documents", "1 ORDER BY number")))
        state = State(documents, dict(self._database.select("digests")))
        return state if self._database.select("about") == [("seal", state.seal)] else State()

    def shards(self, numbers: Iterable[int], state: State) -> dict[int, str] | None:
        """Returns the texts of some shards, if all of them match `state`."""
        found: dict[int, str] = {}
        for number in numbers:
            row = self._database.get("shards", number)
            if row is None or _digest(row[1]) != state.digests.get(number):
                return None
            found[number] = row[1]
        return found

    def save(self, before: State, documents: tuple[Document, ...], shards: Mapping[int, str]) -> State:
        """Writes the shards that are new or changed since `before`; returns the state after that."""
        state = State(documents, {**before.digests, **{number: _digest(text) for number, text in shards.items()}})
        self._database.write(lambda writing: _save(writing, before, state, shards))
        return state

    def close(self) -> None:
        """Closes the file."""
        self._database.close()


def _save(writing: Writing, before: State, state: State, shards: Mapping[int, str]) -> None:
    old, new = set(before.documents), set(state.documents)
    if not before.digests:
        writing.empty()
    writing.drop("documents", [gone.number for gone in old - new])
    writing.put("documents", sorted(new - old))
    writing.put("digests", [(number, state.digests[number]) for number in sorted(shards)])
    writing.put("shards", sorted(shards.items()))
    writing.put("about", [("seal", state.seal)])


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def dumps(tokens: Mapping[str, str]) -> str:
    """Returns a shard as JSON, with sorted keys."""
    return json.dumps(dict(sorted(tokens.items())), ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> dict[str, str]:
    """Returns the shard that `dumps` has written."""
    tokens: dict[str, str] = json.loads(text)
    return tokens
