"""The search index: maps each token to pages, in shards; its updates and its file.

The index depends on the documents only.  A stored index is used only if its digest
matches, because another process may have written the file.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, starmap
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from coldpress.cache.checksum import code_version, digest_of
from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.search import tokenize
from coldpress.search.tokenize import weighed

LEVELS = 4
PREFIX = 4
"""The number of letters that determine a word's shard: words with the same beginning share one."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_BITS = 5
_MORE = 1 << _BITS


def shard_of(token: str, shards: int) -> int:
    """Returns the shard of a token.  The number of shards is a power of two."""
    return crc32(token[:PREFIX].encode()) & (shards - 1)


def shards_for(pages: int) -> int:
    """Returns the number of shards for so many pages: one for about ten pages, of one to two kilobytes."""
    return 1 << (pages // 12).bit_length()


def encode(postings: Iterable[int]) -> str:
    """Encodes sorted postings as text: the postings of posts, a space, the postings of other pages."""
    letters: tuple[list[str], list[str]] = ([], [])
    last = [-1, -1]
    for posting in postings:
        page, level = divmod(posting, LEVELS)
        number, kind = divmod(page, 2)
        letters[kind].append(_letters((number - last[kind] - 1) * LEVELS + level))
        last[kind] = number
    return _joined("".join(letters[0]), "".join(letters[1]))


def with_levels(text: str, levels: Mapping[int, int | None]) -> str:
    """Returns encoded postings with other levels for some documents; the level None removes a document.
    Raises `ValueError` for a text that `encode` did not write."""
    parts = text.partition(" ")[::2]
    return _joined(*(_with_levels(part, {number // 2: level for number, level in levels.items() if number % 2 == kind})
                     for kind, part in enumerate(parts)))


def _joined(posts: str, pages: str) -> str:
    return f"{posts} {pages}" if pages else posts


def _with_levels(text: str, levels: Mapping[int, int | None]) -> str:
    """Changes the postings of one kind.  Only they and the gaps after them are encoded anew: a word
    that every page has would take long."""
    postings = _POSTING.findall(text)
    if "".join(postings) != text:
        raise ValueError("these are no postings")
    numbers = [*accumulate(map(_STEPS.__getitem__, postings), initial=-1)]
    postings.insert(0, "")  # of the number -1, before all others
    for number, level in sorted(levels.items(), reverse=True):
        at = bisect_left(numbers, number)
        after = at + (numbers[at:at + 1] == [number])
        made = [] if level is None else [(number, level)]
        if after < len(numbers):
            made.append((numbers[after], _value(postings[after]) % LEVELS))
        before = [numbers[at - 1], *(each for each, _ in made)]
        postings[at:after + 1] = [_letters((each - last - 1) * LEVELS + its_level)
                                  for last, (each, its_level) in zip(before, made, strict=False)]
        numbers[at:after + 1] = before[1:]
    return "".join(postings)


_POSTING = re.compile("[g-z0-9+/]*[A-Za-f]")


def _value(posting: str) -> int:
    """Returns the number that `_letters` has encoded."""
    value = 0
    for letter in reversed(posting):
        value = value << _BITS | _VALUES[letter] & (_MORE - 1)
    return value


class _Steps(dict[str, int]):
    """How far the document of an encoded posting is from the one before it."""

    def __missing__(self, posting: str) -> int:
        return self.setdefault(posting, _value(posting) // LEVELS + 1)


_STEPS = _Steps()


@lru_cache(maxsize=4096)
def _letters(value: int) -> str:
    letters = ""
    while value >= _MORE:
        letters += _ALPHABET[_MORE + (value & (_MORE - 1))]
        value >>= _BITS
    return letters + _ALPHABET[value]


_TABLES = {
    "about": TableSchema("name, value"), "digests": TableSchema("number INTEGER, digest"),
    "shards": TableSchema("number INTEGER, data")}


class Document(NamedTuple):
    """A page in the search index: its number, the key of its body, its title."""

    number: int
    key: str
    title: str


@dataclass(frozen=True)
class IndexState:
    """The documents of an index, and the digest of each shard."""

    documents: tuple[Document, ...] = ()
    digests: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def loads(cls, text: str, digests: Mapping[int, str]) -> IndexState:
        """Returns the state of which `text` has the documents; raises `ValueError` or `TypeError` if it has not."""
        state = cls(tuple(starmap(Document, json.loads(text))), digests)
        vars(state)["text"] = text  # the cached property
        return state

    @cached_property
    def text(self) -> str:
        """The documents as JSON."""
        return json.dumps(self.documents, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """The digest of the whole state."""
        return _digest(f"{self.text}{sorted(self.digests.items())}")

    @cached_property
    def version(self) -> str:
        """A digest of the search results, for caches of parts of them."""
        return _digest(self.text)[:8]


class IndexStore:
    """Stores the shards of one site.  `code` is the version of the code that may read them."""

    def __init__(self, folder: Path, code: str) -> None:
        self._database = Database(folder, "search.sqlite", _TABLES, code)

    @property
    def note(self) -> str | None:
        """Describes damage of the file that was found; None if there was none."""
        return self._database.note

    def load(self) -> IndexState:
        """Returns the state that was saved last; an empty state if its shards are missing."""
        about, digests = dict(self._database.select("about")), dict(self._database.select("digests"))
        with suppress(ValueError, TypeError):
            state = IndexState.loads(about.get("documents", ""), digests)
            if about.get("digest") == state.digest:
                return state
        return IndexState()

    def shards(self, numbers: Iterable[int], state: IndexState) -> dict[int, str] | None:
        """Returns the texts of some shards; None unless all of them match `state`."""
        found: dict[int, str] = {}
        for number in numbers:
            row = self._database.get("shards", number)
            if row is None or _digest(row[1]) != state.digests.get(number):
                return None
            found[number] = row[1]
        return found

    def save(self, before: IndexState, documents: tuple[Document, ...], shards: Mapping[int, str]) -> IndexState:
        """Writes the shards that are new or changed since `before`, and returns the new state."""
        state = IndexState(documents, {**before.digests, **{number: _digest(text) for number, text in shards.items()}})
        self._database.write(lambda transaction: _save(transaction, before, state, shards))
        return state

    def close(self) -> None:
        """Closes the file."""
        self._database.close()


def _save(transaction: Transaction, before: IndexState, state: IndexState, shards: Mapping[int, str]) -> None:
    if not before.digests:
        transaction.empty()
    transaction.put("digests", [(number, state.digests[number]) for number in sorted(shards)])
    transaction.put("shards", sorted(shards.items()))
    transaction.put("about", [("documents", state.text), ("digest", state.digest)])


def _digest(text: str) -> str:
    return digest_of(text.encode("utf-8", "surrogatepass"))


def dumps(tokens: Mapping[str, str]) -> str:
    """Returns a shard as JSON with sorted keys."""
    return json.dumps(dict(sorted(tokens.items())), ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> dict[str, str]:
    """Returns the shard in a text that `dumps` has written."""
    tokens: dict[str, str] = json.loads(text)
    return tokens


WordsOf = Callable[[Document], str | None]
"""Returns the weighed tokens of a document's body; None if they are no longer stored."""
_FEW = 4  # the index is patched if at most one of so many documents changed


class Index:
    """The search index of the documents in the last call of `update`."""

    def __init__(self, folder: Path) -> None:
        self.store = IndexStore(folder, _code_version())
        self._state: IndexState | None = None
        self._memory: Mapping[int, str] = {}

    @property
    def version(self) -> str:
        """Eight digits that change whenever search results can change."""
        return self._state.version if self._state else ""

    @property
    def count(self) -> int:
        """The number of shards."""
        return shards_for(len(self._state.documents) if self._state else 0)

    def digest(self, number: int) -> str | None:
        """Returns the digest of a shard; None if there is no such shard."""
        return self._state.digests.get(number) if self._state else None

    def update(self, documents: Iterable[Document], words_of: WordsOf) -> None:
        """Indexes these documents, in the order of their numbers."""
        documents = tuple(documents)
        before = self._state or self.store.load()
        if before.documents != documents or len(before.digests) != shards_for(len(documents)):
            shards = _patch_shards(self.store, before, documents, words_of)
            if shards is None:
                before, shards = IndexState(), _build_shards(documents, words_of)
            before = self.store.save(before, documents, shards)
        self._state, self._memory = before, {}

    def shard(self, number: int, words_of: WordsOf) -> str | None:
        """Returns the text of a shard; None if there is no such shard."""
        if self._state is None or number not in self._state.digests:
            return None
        if not self._memory:
            found = self.store.shards([number], self._state)
            if found:
                return found[number]
            # The file was removed or damaged, or another process has written it.
            self._memory = _build_shards(self._state.documents, words_of)
        return self._memory[number]

    def close(self) -> None:
        """Closes the file."""
        self.store.close()


def _build_shards(documents: Iterable[Document], words_of: WordsOf) -> dict[int, str]:
    """Builds every shard from the tokens of all documents."""
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


def _patch_shards(kept: IndexStore, before: IndexState, documents: tuple[Document, ...], words_of: WordsOf
             ) -> dict[int, str] | None:
    """Returns the shards that change; None if all shards have to be built."""
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
    """Returns, for each token, the documents whose level changed; the level is None if the token was
    removed.  Returns None if the tokens of an old document are no longer stored."""
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
    """Returns a shard with changed postings."""
    tokens = loads(text)
    for token, levels in changes.items():
        postings = with_levels(tokens.pop(token, ""), levels)
        if postings:
            tokens[token] = postings
    return dumps(tokens)


def _code_version() -> str:
    return code_version([Path(__file__), Path(str(tokenize.__file__))])
