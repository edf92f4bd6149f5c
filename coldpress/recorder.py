"""Records every read a page makes while it renders: its dependencies.

Content, templates, config, assets and the clock call `read` whenever something
is read from them.  `recording()` collects the keys of these reads, in order, for
the page that renders inside it.  Outside of `recording()`, `read` does nothing.
Global state: a context variable holds the collection, so threads do not mix their reads.

A key is a pair (kind, name):

    meta, params               the keys of a source's front matter that Coldpress knows; its other keys
    body, summary, url         a source's body, summary, and its page's URL
    text                       the whole text of a source
    path, source, asset        whether a path, a source or an asset exists, and what it is
    name, image                which page a title leads to; the size and the content of the image at a path
    variant                    the path of a variant of an image that the page shows
    original                   a URL in the page that may be that of an image itself
    card                       what the social card of a path is made of
    items, list                a slice of a collection (`posts[0:10]`), a page of a list
    near, section, members     a post's neighbours; a page's section; the pages of a section
    term                       a term's name, or the terms of a taxonomy (`tags/`)
    nav                        a menu or a docs tree, and the page's position in it
    related, backlinks         pages with the same terms, and pages that link to a page
    referring                  pages whose typed fields name a page
    data                       a data file, or the names in a data folder
    link                       the target of a link, and whether it exists
    template, version          a template, also one that was not found; a static file's version
    config, clock              a setting; the day
    shard                      a part of the search index; `all` for all parts
    included                   a file of the site that a page shows
    file, folder, environment  files and folders a user's code opens; variables it reads
    plugin                     the code and the options of a plugin
    site                       everything in another site of the app
    rows                       the result of a query that `create_app` makes through SQLAlchemy
    value, volatile            what a user's code declares; what cannot be compared later

The number of a key is a digest of it.  Builds pass on and store the reads of a page as packed
numbers, which take a tenth of the time and the space of pairs of text.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from typing import Generic, TypeVar

KINDS = (
    "meta", "params", "body", "summary", "url", "text", "path", "source", "asset", "name", "image", "variant",
    "original", "card", "items", "list", "near", "section", "members", "term", "nav", "related", "backlinks",
    "referring", "data", "link", "template", "version", "config", "clock", "shard", "included", "file", "folder",
    "environment", "plugin", "site", "rows", "value", "volatile")
T = TypeVar("T")
Key = tuple[str, str]
Reads = dict[Key, None]

_reads: ContextVar[Reads | None] = ContextVar("coldpress.reads", default=None)


def read(kind: str, name: str) -> None:
    """Records that the page now rendering has read `name`."""
    reads = _reads.get()
    if reads is not None:
        reads[kind, name] = None


def is_recording() -> bool:
    """Whether reads are recorded now."""
    return _reads.get() is not None


@contextmanager
def recording() -> Iterator[Reads]:
    """Collects the reads made inside the block."""
    reads: Reads = {}
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)


class unrecorded:  # noqa: N801  (used like a function; a generator would take three times as long)
    """Records no read inside the block: the reads of the engine itself,
    whose results are recorded under other names."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _reads.set(None)

    def __exit__(self, *_: object) -> None:
        _reads.reset(self._token)


def replay(reads: Reads) -> None:
    """Records reads again that were made earlier, by something cached since."""
    current = _reads.get()
    if current is not None:
        current.update(reads)


_NUMBERS = "q"
_FEW = 12  # numbers that it is quicker to search for by their bytes
_MOST = 20_000  # keys that a process keeps to number each once; they take 5 MB


class KeyNumbers:
    """Numbers the keys that the pages of one process read, each once: `keys` are those that were not taken yet."""

    def __init__(self) -> None:
        self.keys: dict[int, Key] = {}
        self._numbers: dict[Key, int] = {}

    def packed(self, keys: Iterable[Key]) -> bytes:
        """Returns the packed numbers of some keys."""
        numbers = self._numbers
        return packed([numbers[key] if key in numbers else self._number(key) for key in keys])

    def of(self, reads: bytes) -> list[Key]:
        """Returns the keys of packed numbers."""
        return [self.keys[number] for number in numbers(reads)]

    def of_kinds(self, *kinds: str) -> dict[int, Key]:
        """Returns the keys of some kinds by number."""
        return {number: key for number, key in self.keys.items() if key[0] in kinds}

    def take_new(self) -> dict[int, Key]:
        """Returns the keys that are new since the last call, which are forgotten.  When it has returned very many,
        they are new again."""
        new, self.keys = self.keys, {}
        if len(self._numbers) > _MOST:
            self._numbers.clear()
        return new

    def clear(self) -> None:
        """Forgets all keys, so that those of the next pages are new."""
        self.keys.clear()
        self._numbers.clear()

    def add(self, keys: Mapping[int, Key]) -> None:
        """Adds keys that were numbered elsewhere."""
        for number, key in keys.items():
            self.keys.setdefault(number, key)  # one object for each, whoever returns it again

    def _number(self, key: Key) -> int:
        number = self._numbers[key] = number_of(key)
        self.keys[number] = key
        return number


def number_of(key: Key) -> int:
    """Returns the number of a key: 63 bits of a digest."""
    digest = blake2b(f"{key[0]} {key[1]}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def packed(found: Iterable[int]) -> bytes:
    """Returns numbers as bytes."""
    return array(_NUMBERS, found).tobytes()


def numbers(reads: bytes) -> array[int]:
    """Returns packed numbers; none if the bytes are damaged."""
    unpacked = array(_NUMBERS)
    if isinstance(reads, bytes) and len(reads) % unpacked.itemsize == 0:
        unpacked.frombytes(reads)
    return unpacked


class KeySearch(Generic[T]):
    """Finds some keys, each with a value, in the packed reads of many pages."""

    def __init__(self, wanted: Mapping[int, T]) -> None:
        self._wanted = wanted
        self._marks = [packed([number]) for number in wanted] if len(wanted) <= _FEW else None

    def __bool__(self) -> bool:
        return bool(self._wanted)

    def may_be_in(self, reads: bytes) -> bool:
        """Returns False if none of the wanted keys is in the packed reads of one page or of several."""
        if self._marks is None:
            return not self._wanted.keys().isdisjoint(numbers(reads))
        return any(map(reads.__contains__, self._marks))

    def values(self, reads: bytes) -> list[T]:
        """Returns the values of the wanted keys that are in packed reads, in their order there."""
        if not self.may_be_in(reads):
            return []
        return [self._wanted[number] for number in numbers(reads) if number in self._wanted]
