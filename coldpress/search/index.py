"""The search index: which page has which token, in shards; how it is updated and stored on disk.

The index depends on nothing but the documents.  A stored index is used only if its seal
matches: another process may have written it since.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from coldpress.cache.checksum import code_version
from coldpress.cache.database import Database, TableSchema, Writing
from coldpress.search import tokenize
from coldpress.search.tokenize import weighed

LEVELS = 4
PREFIX = 4
"""Letters that decide in which shard a word is, so that those which begin alike are together."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_BITS = 5
_MORE = 1 << _BITS


def shard_of(token: str, shards: int) -> int:
    """The shard a token is in; their number is a power of two."""
    return crc32(token[:PREFIX].encode()) & (shards - 1)


def shards_for(pages: int) -> int:
    """How many shards an index of so many pages has: about one for ten, of a kilobyte or two each."""
    return 1 << (pages // 12).bit_length()


def encode(postings: Iterable[int]) -> str:
    """Encodes postings, in order, as text: those of posts, a space, those of other pages."""
    letters: tuple[list[str], list[str]] = ([], [])
    last = [-1, -1]
    for posting in postings:
        page, level = divmod(posting, LEVELS)
        number, kind = divmod(page, 2)
        letters[kind].append(_letters((number - last[kind] - 1) * LEVELS + level))
        last[kind] = number
    posts, pages = "".join(letters[0]), "".join(letters[1])
    return f"{posts} {pages}" if pages else posts


def decode(text: str) -> list[int]:
    """Decodes postings, in order.  Raises `ValueError` for a text that `encode` did not write."""
    postings: list[int] = []
    for kind, part in enumerate(text.split(" ")):
        value = shift = 0
        number = -1
        for letter in part:
            if letter not in _VALUES:
                raise ValueError(f"{letter!r} is no letter of a posting")
            value |= (_VALUES[letter] & (_MORE - 1)) << shift
            shift += _BITS
            if _VALUES[letter] < _MORE:
                gap, level = divmod(value, LEVELS)
                number += gap + 1
                postings.append((2 * number + kind) * LEVELS + level)
                value = shift = 0
    return sorted(postings)


@lru_cache(maxsize=4096)
def _letters(value: int) -> str:
    letters = ""
    while value >= _MORE:
        letters += _ALPHABET[_MORE + (value & (_MORE - 1))]
        value >>= _BITS
    return letters + _ALPHABET[value]


_TABLES = {
    "about": TableSchema("name, value"), "documents": TableSchema("number INTEGER, key, title"),
    "digests": TableSchema("number INTEGER, digest"), "shards": TableSchema("number INTEGER, data")}


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


WordsOf = Callable[[Document], str | None]
"""Gives the weighed tokens of a document's body; None for one nobody knows any more."""
_FEW = 4  # if at most one of so many documents changed, the index is patched


class Index:
    """The search index of the documents that `update` was last given."""

    def __init__(self, folder: Path) -> None:
        self.store = IndexStore(folder, _code_version())
        self._state: State | None = None
        self._memory: Mapping[int, str] = {}

    @property
    def version(self) -> str:
        """Eight digits that change whenever search results can change."""
        return self._state.version if self._state else ""

    @property
    def count(self) -> int:
        """How many shards there are."""
        return shards_for(len(self._state.documents) if self._state else 0)

    def digest(self, number: int) -> str | None:
        """Returns the digest of a shard, or None if there is no such shard."""
        return self._state.digests.get(number) if self._state else None

    def update(self, documents: Iterable[Document], words_of: WordsOf) -> None:
        """Makes this the index of these documents, in the order of their numbers."""
        documents = tuple(documents)
        before = self._state or self.store.load()
        if before.documents != documents or len(before.digests) != shards_for(len(documents)):
            shards = _patched(self.store, before, documents, words_of)
            if shards is None:
                before, shards = State(), _made(documents, words_of)
            before = self.store.save(before, documents, shards)
        self._state, self._memory = before, {}

    def shard(self, number: int, words_of: WordsOf) -> str | None:
        """Returns the text of a shard, or None if there is no such shard."""
        if self._state is None or number not in self._state.digests:
            return None
        if not self._memory:
            found = self.store.shards([number], self._state)
            if found:
                return found[number]
            # The file is gone or damaged, or another process has written it.
            self._memory = _made(self._state.documents, words_of)
        return self._memory[number]

    def close(self) -> None:
        """Closes the file."""
        self.store.close()


def _made(documents: Iterable[Document], words_of: WordsOf) -> dict[int, str]:
    """Makes every shard from the tokens of all documents."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    count = 0
    for document in documents:
        base = document.number * LEVELS
        count += 1
        for level, token in weighed(words_of(document) or "", document.title):
            found[token].append(base + level)
    shards: list[dict[str, str]] = [{} for _ in range(shards_for(count))]
    for token, listed in found.items():
        shards[shard_of(token, len(shards))][token] = encode(listed)
    return {number: dumps(shard) for number, shard in enumerate(shards)}


def _patched(kept: IndexStore, before: State, documents: tuple[Document, ...], words_of: WordsOf
             ) -> dict[int, str] | None:
    """Returns the shards that change, or None if every shard has to be made."""
    size = shards_for(len(documents))
    gone, come = set(before.documents) - set(documents), set(documents) - set(before.documents)
    if len(before.digests) != size or len(gone | come) * _FEW > len(documents):
        return None
    changes = _changes(gone, come, words_of)
    if changes is None:
        return None
    by_shard: dict[int, dict[str, dict[int, int | None]]] = defaultdict(dict)
    for token, levels in changes.items():
        by_shard[shard_of(token, size)][token] = levels
    texts = kept.shards(by_shard, before)
    try:
        return None if texts is None else {
            number: _with_changes(text, by_shard[number]) for number, text in texts.items()}
    except (ValueError, AttributeError):
        return None


def _changes(gone: Iterable[Document], come: Iterable[Document], words_of: WordsOf
             ) -> dict[str, dict[int, int | None]] | None:
    """Returns, by token, the documents whose level changed; the level is None where the
    token is gone.  Returns None if the tokens of an old document are not known."""
    old: dict[int, dict[str, int]] = {}
    new: dict[int, dict[str, int]] = {}
    for found, some in ((old, gone), (new, come)):
        for document in some:
            lines = words_of(document)
            if lines is None:
                return None
            found[document.number] = {token: level for level, token in weighed(lines, document.title)}
    changes: dict[str, dict[int, int | None]] = defaultdict(dict)
    for number, token, level in _differences(old, new):
        changes[token][number] = level
    return changes


def _differences(old: Mapping[int, Mapping[str, int]], new: Mapping[int, Mapping[str, int]]
                 ) -> Iterator[tuple[int, str, int | None]]:
    for number in old.keys() | new.keys():
        before, after = old.get(number, {}), new.get(number, {})
        for token in before.keys() | after.keys():
            if before.get(token) != after.get(token):
                yield number, token, after.get(token)


def _with_changes(text: str, changes: Mapping[str, Mapping[int, int | None]]) -> str:
    """Returns a shard with these postings changed."""
    tokens = loads(text)
    for token, levels in changes.items():
        kept = [posting for posting in decode(tokens.pop(token, "")) if posting // LEVELS not in levels]
        kept += [number * LEVELS + level for number, level in levels.items() if level is not None]
        if kept:
            tokens[token] = encode(sorted(kept))
    return dumps(tokens)


def _code_version() -> str:
    return code_version([Path(__file__), Path(str(tokenize.__file__))])
