"""The cache of parsed sources.

A file with the same stamp (size, times, inode) as in the last build is not read.
A file with another stamp is read and compared by its digest.  Only sources
without problems are cached.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import partial
from hashlib import blake2b
from pathlib import Path
from sys import intern
from typing import Any

from coldpress import text
from coldpress.cache.checksum import code_version
from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.cache.file_stamps import is_settled
from coldpress.config import yaml_toml
from coldpress.config.yaml_toml import Params
from coldpress.errors import Problems
from coldpress.sources.fields import FrontMatter
from coldpress.sources.files import SourceFile
from coldpress.sources.front_matter import ParsedSource, parse

_TABLES = {"sources": TableSchema("path, stamp, digest, data")}
_PLAIN = (str, int, float, bool, type(None))


CachedSource = tuple[str, bytes, str]
"""A source as the cache keeps it: its stamp, the digest of its bytes, and what was parsed, as JSON."""


@dataclass(frozen=True, slots=True)
class SourceParser:
    """Parses sources for the taxonomies and the time zone of one site; another process may do it."""

    taxonomies: tuple[str, ...]
    zone: tzinfo
    nested: Collection[str]

    def parse(self, source: SourceFile, data: bytes, problems: Problems) -> ParsedSource | None:
        """Parses the bytes of a source; adds the problems found."""
        return parse(source, data, self.taxonomies, self.zone, problems, self.nested)

    def row(self, source: SourceFile, digest: bytes, parsed: ParsedSource) -> CachedSource | None:
        """Returns a parsed source for the cache; None if it cannot be kept there."""
        text = _pack(parsed, self.zone)
        return (_stamp(source), digest, text) if text is not None else None

    def read(self, source: SourceFile) -> tuple[ParsedSource, CachedSource] | None:
        """Reads and parses a source; returns None if there is a problem, or if it cannot be kept.
        Raises `ColdpressError` if it cannot be read."""
        data, problems = source.read(), Problems()
        parsed = self.parse(source, data, problems)
        row = self.row(source, digest_of_source(data), parsed) if parsed and not problems else None
        return (parsed, row) if parsed and row else None


def digest_of_source(data: bytes) -> bytes:
    """Returns the digest of a source's bytes."""
    return blake2b(data, digest_size=16).digest()


class SourceCache:
    """Parses each source once, for the taxonomies and the time zone of one site.

    `parsed_anew` counts the sources that were not in the cache.
    """

    def __init__(self, folder: Path, taxonomies: Iterable[str], zone: tzinfo, nested: Collection[str] = ()) -> None:
        self.parser = SourceParser(tuple(taxonomies), zone, nested)
        self._zone = zone
        self._rows: dict[str, CachedSource] | None = None
        self._changed: dict[str, CachedSource] = {}
        self._seen: set[str] = set()
        self.parsed_anew = 0
        self._database = Database(
            folder, "sources.sqlite", _TABLES, _version((*self.parser.taxonomies, "", *nested), zone))

    @property
    def note(self) -> str | None:
        """Describes damage of the cache that was found; None if there was none."""
        return self._database.note

    def is_known(self, source: SourceFile) -> bool:
        """Whether a source is in the cache as it is now, so that it need not be read."""
        known = self._known().get(source.path)
        return known is not None and known[0] == source.stamp

    def has(self, path: str) -> bool:
        """Whether a source is in the cache as it is now, or as it was."""
        return path in self._known()

    def add(self, path: str, row: CachedSource) -> None:
        """Adds a source that another process has parsed."""
        self.parsed_anew += 1
        self._known()[path] = self._changed[path] = row

    def known(self, source: SourceFile) -> ParsedSource | None:
        """Returns the parsed source if it is in the cache as it is now, otherwise None."""
        known = self._known().get(source.path)
        if known is None or known[0] != source.stamp:
            return None
        self._seen.add(source.path)
        return _unpack(known[2], self._zone)

    def parsed(self, source: SourceFile, problems: Problems) -> ParsedSource | None:
        """Reads and parses a source; returns None and adds a problem if it cannot be read."""
        self._seen.add(source.path)
        known = self._known().get(source.path)
        data = source.read()
        digest = digest_of_source(data)
        if known and known[1] == digest:
            found = _unpack(known[2], self._zone)
            if found:
                self._changed[source.path] = _stamp(source), digest, known[2]
                return found
        self.parsed_anew += 1
        problems_of_it = Problems()
        parsed = self.parser.parse(source, data, problems_of_it)
        problems.extend(problems_of_it)
        row = self.parser.row(source, digest, parsed) if parsed and not problems_of_it else None
        if row is not None:
            self._changed[source.path] = row
        return parsed

    def save(self) -> None:
        """Writes the new entries, and deletes those of sources that this build did not use."""
        rows = [(path, *row) for path, row in self._changed.items()]
        gone = self._known().keys() - self._seen
        if rows or gone:
            self._database.write(partial(_write, rows=rows, gone=gone))
        self._rows = {**self._known(), **self._changed}
        for path in gone:
            del self._rows[path]
        self._changed.clear()
        self.close()

    def close(self) -> None:
        """Closes the file; it is opened again at the next use."""
        self._database.close()

    def _known(self) -> dict[str, CachedSource]:
        if self._rows is None:
            self._rows = {path: (stamp, digest, data)
                          for path, stamp, digest, data in self._database.select("sources")}
        return self._rows


def _write(transaction: Transaction, rows: Iterable[tuple[str, str, bytes, str]], gone: Iterable[str]) -> None:
    transaction.put("sources", rows)
    transaction.drop("sources", gone)


def _stamp(source: SourceFile) -> str:
    """Returns the stamp for the next build.  It is empty for a file that changed just now, because
    the file could change again without changing its stamp."""
    return source.stamp if source.key or is_settled(source.stamp) else ""


def _version(taxonomies: tuple[str, ...], zone: tzinfo) -> str:
    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), Path(yaml_toml.__file__), Path(text.__file__)]
    return f"{code_version(files, ['pyyaml'])} {taxonomies} {zone}"


def _pack(parsed: ParsedSource, zone: tzinfo) -> str | None:
    """Returns the source as JSON; None if JSON would change a value."""
    plain: dict[str, Any] = {}
    others: dict[str, Any] = {}
    try:
        for name, value in parsed.front.written.items():
            if type(value) in _PLAIN:
                plain[name] = value
            else:
                others[name] = _packed_date(value, zone) if name in _DATES else _packed(value, zone)
        meta_digest = None if parsed.meta_digest == parsed.front_digest else parsed.meta_digest
        return json.dumps([parsed.front_digest, meta_digest, parsed.digest, parsed.body_line,
                           parsed.has_snippets, plain, others], ensure_ascii=False, separators=(",", ":"))
    except TypeError:
        return None


def _packed(value: Any, zone: tzinfo) -> Any:
    """Returns plain values unchanged, and a date as a mapping with an empty key."""
    if type(value) in _PLAIN:
        return value
    if type(value) in (list, tuple):
        return [_packed(item, zone) for item in value]
    if type(value) in (dict, Params) and all(type(key) is str and key for key in value):
        return {key: _packed(inner, zone) for key, inner in value.items()}
    if type(value) is datetime:
        return {"": _packed_date(value, zone)}
    if type(value) is date:
        return {"": value.isoformat(), "day": True}
    raise TypeError(f"{type(value)} is not kept")


_decode = json.JSONDecoder().raw_decode


def _unpack(text: str, zone: tzinfo) -> ParsedSource | None:
    """Returns the source from a text of `_pack`; None for any other text."""
    try:
        front_digest, meta_digest, digest, body_line, has_snippets, values, others = _decode(text)[0]
        for name, value in others.items():
            values[name] = _READERS[name](value, zone)
        return ParsedSource(FrontMatter(**values), front_digest, meta_digest or front_digest, digest, body_line,
                            has_snippets)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def _unpacked(value: Any, zone: tzinfo) -> Any:
    if type(value) is list:
        return [_unpacked(item, zone) if type(item) in (dict, list) else item for item in value]
    if "" not in value:
        return {key: _unpacked(inner, zone) if type(inner) in (dict, list) else inner for key, inner in value.items()}
    return date.fromisoformat(value[""]) if "day" in value else _unpacked_date(value[""], zone)


def _packed_date(value: datetime, zone: tzinfo) -> str:
    """Returns a date in ISO 8601.  A first `=` means that it is in the site's zone; a second `=` means
    the later one of two equal local times."""
    if value.tzinfo is not zone:
        return value.isoformat()
    return "=" * (1 + value.fold) + value.replace(tzinfo=None, fold=0).isoformat()


def _unpacked_date(text: str, zone: tzinfo) -> datetime:
    if text[0] != "=":
        return datetime.fromisoformat(text)
    if text[1] == "=":
        return datetime.fromisoformat(text[2:]).replace(tzinfo=zone, fold=1)
    return datetime.fromisoformat(text[1:]).replace(tzinfo=zone)


def _unpacked_terms(value: dict[str, Any], zone: tzinfo) -> dict[str, tuple[str, ...]]:
    for name, terms in value.items():
        value[name] = tuple(map(intern, terms))  # many sources have the same terms
    return value


_DATES = frozenset(("date", "updated", "publish_date", "expiry_date"))
_READERS: dict[str, Callable[[Any, tzinfo], Any]] = {
    **dict.fromkeys(_DATES, _unpacked_date),
    **dict.fromkeys(("aliases", "authors", "explicit"), lambda value, zone: tuple(value)),
    "author_urls": lambda value, zone: dict(value),
    "terms": _unpacked_terms,
    **dict.fromkeys(("params", "cascade"), lambda value, zone: Params(_unpacked(value, zone))),
}
