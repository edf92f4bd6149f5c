"""Rows as sources: the entries of a data file, or of a registered source, as pages.

A row becomes a text with front matter, so it is parsed, cached and checked as a Markdown
file is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple, Protocol
from urllib.parse import unquote

import yaml

from coldpress.config.collections import Collection, Collections
from coldpress.config.permalinks import PERMALINK_TOKEN
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.sources.data import Data
from coldpress.sources.fields import HTML_BODY
from coldpress.sources.files import MARKDOWN, SourceFile
from coldpress.text import slugify, text_digest

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_BODIES = ("body", "html")
_KEYS = ("key", "id", "slug")
"""The keys that tell rows of a list apart, unless the collection names another."""
_DEEPEST = 100  # levels of nested values
_LARGEST = 10**1000


Load = Callable[[], Mapping[str, Any]]


class Row(NamedTuple):
    """One row: its name in messages, its key, the pattern of titles, and a function that returns its values."""

    name: str
    key: str
    title: str | None
    load: Load

    def read(self) -> bytes:
        """Returns the row as a text with front matter; raises `ColdpressError` when it cannot be read."""
        return row_text(self.load(), self).encode()


def make_row(collection: Collection, key: str, fingerprint: str, load: Load, prefix: str) -> SourceFile:
    """Makes the source of a row; `prefix` is what stands before its key in messages."""
    # What the text of the row is made of besides its values is in the fingerprint too.
    whole = f"{fingerprint} {collection.source or ''} {collection.title or ''} {key}"
    return SourceFile(f"{collection.path}/{key.replace('/', '-')}", prefix, "", whole, collection.path, key=key,
                      make=Row(prefix + key, key, collection.title, load).read)


def row_names(collections: Collections, reference: str) -> tuple[str, ...]:
    """Returns the sources that a link such as `shop:sicp` may name; nothing for another link."""
    name, _, key = reference.partition(":")
    if name not in collections.with_rows:
        return ()
    source = f"{collections[name].path}/{unicodedata.normalize('NFC', unquote(key)).replace('/', '-')}"
    return (source, *(f"{source}{ending}" for ending in MARKDOWN))


def row_text(values: Mapping[str, Any], row: Row) -> str:
    """Writes a row as front matter and a body.

    The slug is the key unless the row has another.  Raises `ColdpressError` for a value
    that front matter cannot have.
    """
    front = {_text(str(key), str(key), row): _plain(value, str(key), row) for key, value in values.items()
             if key not in _BODIES and value is not None}
    front.setdefault("slug", slugify(row.key) or row.key)
    if row.title and not front.get("title"):
        front["title"] = PERMALINK_TOKEN.sub(lambda found: str(front.get(found[1], found[0])), row.title)
    front.setdefault("title", row.key)
    body = values.get("body")
    if body is None and values.get("html") is not None:
        body, front[HTML_BODY] = values["html"], True
    if not isinstance(body, str | None):
        raise _wrong("html" if HTML_BODY in front else "body", f"a {type(body).__name__}, not text", row)
    body = None if body is None else _text(body, "body", row)
    written = yaml.dump(front, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{written}---\n{'' if body is None else body}"


def _plain(value: Any, key: str, row: Row, depth: int = 0) -> Any:
    """Returns a value as YAML can write it: a decimal number or a UUID is text."""
    if depth > _DEEPEST:
        raise _wrong(key, f"nested over {_DEEPEST} deep", row)
    if isinstance(value, Mapping):
        return {_text(str(name), key, row): _plain(inner, key, row, depth + 1) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner, key, row, depth + 1) for inner in value]
    if isinstance(value, str):
        return _text(value, key, row)
    if value is None or isinstance(value, (bool, date)):
        return value
    if isinstance(value, int):
        if abs(value) >= _LARGEST:
            raise _wrong(key, "a whole number of over 1000 digits", row)
        return int(value)
    if isinstance(value, float):
        return float(value)
    if type(value).__module__ in ("decimal", "uuid", "fractions", "pathlib"):
        return str(value)
    raise _wrong(key, f"a {type(value).__name__}, which front matter cannot have", row)


def _text(text: str, key: str, row: Row) -> str:
    """Returns a text; raises `ColdpressError` for one that no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _wrong(key, "text with half of a character, a lone surrogate", row) from None
    return str(text)


def _wrong(key: str, what: str, row: Row) -> ColdpressError:
    return ColdpressError(Problem("row.value", f"`{key}` of this row is {what}", Place(row.name),
                                  "give text, numbers, dates, lists or mappings"))


def rows_of_data(collection: Collection, data: Data, folder: str, problems: Problems) -> Iterator[SourceFile]:
    """Yields the rows of a collection's data file: a list of mappings, or mappings by key."""
    assert collection.data is not None, "asked before"
    name = f"{folder}/{collection.data}"
    try:
        values = _find(data, collection.data)
    except LookupError:
        problems.error("collection.no-data", f"the collection `{collection.name}`: there is no file `{name}`", None,
                       "a data file is YAML, JSON, TOML or CSV")
        return
    except ColdpressError as reason:
        problems.extend(reason.problems)
        return
    seen: set[str] = set()
    for number, (key, row) in enumerate(_entries(values), 1):
        if not isinstance(row, Mapping):
            problems.error("collection.row", f"row {number} is no mapping", Place(name), "write `key: value` lines")
            continue
        key = key or _key_of(row, collection)
        if not key or key in seen:
            told = f"two rows have the key `{key}`" if key else f"row {number} has no key"
            problems.error("collection.key", told, Place(name), "give each row another `"
                           f"{collection.key or 'key'}`, or name the key with `key:` in the collection")
            continue
        seen.add(key)
        yield make_row(collection, key, text_digest(repr(row)), partial(dict, row), f"{name}#")


def _find(data: Data, name: str) -> Any:
    """Returns the content of a data file by its name, with or without extension."""
    value: Any = data
    *folders, last = name.strip("/").split("/")
    for part in (*folders, last.rpartition(".")[0] or last):
        if not isinstance(value, Data) or part not in value:
            raise LookupError(name)
        value = value[part]
    return value


def _entries(values: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(values, Mapping):
        inner = list(values.values())
        if len(inner) == 1 and isinstance(inner[0], list):
            return [("", row) for row in inner[0]]  # TOML: a list of tables has a name
        return [(str(key), row) for key, row in values.items()]
    return [("", row) for row in values] if isinstance(values, list) else []


def _key_of(row: Mapping[Any, Any], collection: Collection) -> str:
    names = (collection.key,) if collection.key else _KEYS
    found = next((row[name] for name in names if row.get(name) not in (None, "")), None)
    if found is None and not collection.key and row.get("title"):
        found = slugify(str(row["title"]))
    return "" if found is None else str(found).strip()


class RowSource(Protocol):
    """Rows from anywhere: a database, an API, a folder of photographs.

        class Books:
            def keys(self):
                return [(book.slug, str(book.version)) for book in db.session.query(Book)]

            def get(self, keys):
                for book in db.session.query(Book).filter(Book.slug.in_(keys)):
                    yield {"key": book.slug, "title": book.title, "body": book.text}

    Both are called in an app context of their own, which ends when their result was read.
    """

    def keys(self) -> Iterable[tuple[str, str]]:
        """Returns the key of each row, with a fingerprint that changes with the row: a version
        or a digest, never a time of reading."""

    def get(self, keys: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        """Returns the rows with these keys: each has `key`, front matter, and `body` in Markdown or `html`."""


Call = Callable[..., list[Any]]
"""Calls a function of a row source in an app context and returns its results as a list."""
BATCH = 200
"""The rows that are asked for at once."""


class SourceRows:
    """The rows of one registered source: only those that changed are asked for, in batches.  All
    have changed if the `version` of the source's code has."""

    def __init__(self, collection: Collection, source: RowSource, call: Call, version: str = "") -> None:
        self._version = version
        self._collection = collection
        self._source = source
        self._call = call
        self._loaded: dict[str, Mapping[str, Any]] = {}

    def rows(self, problems: Problems) -> list[SourceFile]:
        """Returns every row, not loaded.  Raises `ColdpressError` when the source fails."""
        found: dict[str, SourceFile] = {}
        for pair in self._call(self._source.keys):
            if not (isinstance(pair, (tuple, list)) and len(pair) == 2 and str(pair[0]).strip()):
                problems.error("source.keys", f"the source `{self._collection.source}` gave {pair!r}, not a key and a "
                               "fingerprint", None, "let `keys` return pairs: (key, version)")
                continue
            if not isinstance(pair[0], (str, int)) or pair[1] is None:
                problems.error("source.keys", f"the source `{self._collection.source}` gave {pair!r}: a key is text or "
                               "a whole number, and the fingerprint is not None", None,
                               "let `keys` return pairs: (key, version)")
                continue
            key, fingerprint = str(pair[0]), f"{pair[1]} {self._version}"
            row = make_row(self._collection, key, fingerprint, partial(self.load, key), f"{self._collection.name}:")
            if found.setdefault(row.path, row) is not row:
                problems.error("collection.key", f"two rows have the key `{key}`", Place(row.name),
                               "give each another key")
        return list(found.values())

    def load(self, key: str) -> Mapping[str, Any]:
        """Returns one row; raises `ColdpressError` if it is not there any more, or the source fails."""
        if key not in self._loaded:
            self.fetch([key])
        return self._loaded[key]

    def fetch(self, keys: Iterable[str]) -> None:
        """Loads rows in batches."""
        wanted = list(keys)
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start:start + BATCH]
            for row in self._call(self._source.get, batch):
                self._take(row)
            missing = next((key for key in batch if key not in self._loaded), None)
            if missing is not None:
                raise ColdpressError(Problem(
                    "source.row", f"the source `{self._collection.source}` has no row `{missing}`, which `keys` named",
                    Place(f"{self._collection.name}:{missing}"), "let `get` return a mapping with this `key`"))

    def _take(self, row: Any) -> None:
        if not isinstance(row, Mapping) or row.get("key") is None:
            raise ColdpressError(Problem(
                "source.row", f"the source `{self._collection.source}` gave a row without a `key`", None,
                'let `get` return mappings: {"key": …, "title": …, "body": …}'))
        self._loaded[str(row["key"])] = {name: value for name, value in row.items() if name != "key"}
