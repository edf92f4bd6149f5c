"""The cache of parsed sources.

A file with the same stamp (size, times, inode) as in the last build is not read.
A file with another stamp is read and compared by its digest.  Only sources
without problems are cached.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, tzinfo
from functools import partial
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from coldpress import text
from coldpress.cache.checksum import code_version, digest_of
from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.cache.file_stamps import is_settled
from coldpress.cache.neighbours import Neighbours
from coldpress.config import yaml_toml
from coldpress.config.yaml_toml import Params
from coldpress.errors import Problems
from coldpress.sources.fields import FrontMatter
from coldpress.sources.files import SourceFile
from coldpress.sources.front_matter import ParsedSource, parse

_TABLES = {"sources": TableSchema("first, entries")}
"""Sources with neighbouring paths are one row: they lie in memory in the order in which they are used, too."""
_PLAIN = (str, int, float, bool, type(None))


CachedSource = str
"""A source as the cache keeps it, as JSON: its path, its stamp, the digest of its bytes, and what was parsed."""


class SourceParser(NamedTuple):
    """Parses sources for the taxonomies and the time zone of one site; another process may do it."""

    taxonomies: tuple[str, ...]
    zone: tzinfo
    nested: Collection[str]

    def parse(self, source: SourceFile, data: bytes, problems: Problems) -> ParsedSource | None:
        """Parses the bytes of a source; adds the problems found."""
        return parse(source, data, self.taxonomies, self.zone, problems, self.nested)

    def row(self, source: SourceFile, digest: str, parsed: ParsedSource) -> CachedSource | None:
        """Returns a parsed source for the cache; None if it cannot be kept there."""
        values = _pack(parsed, self.zone)
        return _dumped([source.path, _stamp(source), digest, *values]) if values is not None else None

    def read(self, source: SourceFile) -> tuple[ParsedSource, CachedSource] | None:
        """Reads and parses a source; returns None if there is a problem, or if it cannot be kept.
        Raises `ColdpressError` if it cannot be read."""
        data, problems = source.read(), Problems()
        parsed = self.parse(source, data, problems)
        row = self.row(source, digest_of(data), parsed) if parsed and not problems else None
        return (parsed, row) if parsed and row else None


class SourceCache:
    """Parses each source once, for the taxonomies and the time zone of one site.

    `parsed_anew` counts the sources that were not in the cache.
    """

    def __init__(self, folder: Path, taxonomies: Iterable[str], zone: tzinfo, nested: Collection[str] = ()) -> None:
        self.parser = SourceParser(tuple(taxonomies), zone, nested)
        self._zone = zone
        self._entries: dict[str, list[Any]] | None = None
        self._neighbours = Neighbours({})
        self._used_rows: dict[str, str] = {}
        self._changed: dict[str, CachedSource] = {}
        self.parsed_anew = 0
        self._replaced: dict[str, list[Any]] = {}
        self._database = Database(
            folder, "sources.sqlite", _TABLES, _version((*self.parser.taxonomies, "", *nested), zone))

    @property
    def note(self) -> str | None:
        """Describes damage of the cache that was found; None if there was none."""
        return self._database.note

    def is_known(self, source: SourceFile) -> bool:
        """Whether a source is in the cache as it is now, so that it need not be read."""
        entry = self._unused.get(source.path)
        return source.stamp == (entry[1] if entry else self._used_rows.get(source.path))

    def lacking(self, sources: Iterable[SourceFile]) -> list[SourceFile]:
        """Returns those sources that are not in the cache, neither as they are now nor as they were, or were used."""
        kept = self._unused
        return [source for source in sources if source.path not in kept]

    def add(self, path: str, row: CachedSource) -> None:
        """Adds a source that another process has parsed."""
        self.parsed_anew += 1
        if path in self._unused:
            self._replaced[path] = self._unused[path]
        self._changed[path] = row
        self._unused[path] = json.loads(row)

    def known(self, source: SourceFile) -> ParsedSource | None:
        """Returns the parsed source if it is in the cache as it is now, otherwise None.  Each is returned once."""
        unused = self._unused
        entry = unused.get(source.path)
        if entry is None or entry[1] != source.stamp:
            return None
        if source.key:
            self._used_rows[source.path] = source.stamp
        del unused[source.path]
        return _unpack(entry, self._zone)

    def parsed(self, source: SourceFile, problems: Problems) -> ParsedSource | None:
        """Reads and parses a source; returns None and adds a problem if it cannot be read."""
        entry = self._unused.pop(source.path, None)
        data = source.read()
        digest = digest_of(data)
        if entry and entry[2] == digest:
            row = _dumped([source.path, _stamp(source), *entry[2:]])
            found = _unpack(entry, self._zone)
            if found:
                self._changed[source.path] = row
                return found
        if entry:
            self._replaced[source.path] = entry
        self.parsed_anew += 1
        problems_of_it = Problems()
        parsed = self.parser.parse(source, data, problems_of_it)
        problems.extend(problems_of_it)
        made = self.parser.row(source, digest, parsed) if parsed and not problems_of_it else None
        if made is not None:
            self._changed[source.path] = made
        return parsed

    def former(self) -> dict[str, ParsedSource]:
        """Returns the sources of the last build that changed or that this build did not use, as they were."""
        entries = {**self._unused, **self._replaced}
        found = {path: _unpack(deepcopy(entry), self._zone) for path, entry in entries.items()}
        return {path: parsed for path, parsed in found.items() if parsed}

    def save(self) -> None:
        """Writes the new entries, and deletes those of sources that this build did not use."""
        gone = frozenset(self._unused)
        if self._changed or gone:
            self._database.write(partial(_write, rows=self._rows(gone)))
        self._unused.clear()
        self._changed.clear()
        self._replaced.clear()
        self.close()

    def _rows(self, gone: Collection[str]) -> dict[str, list[list[tuple[str, CachedSource]]]]:
        """Returns what takes the place of the rows that have to be written, by their keys."""
        rows = self._neighbours.change(self._changed.keys() - gone, gone)
        entries = {entry[0]: _dumped(entry) for _, kept in self._stored(tuple(rows)) for entry in kept} | self._changed
        return {first: [[(path, entries[path]) for path in paths if path in entries] for paths in parts]
                for first, parts in rows.items()}

    def close(self) -> None:
        """Closes the file; it is opened again at the next use."""
        self._database.close()

    @property
    def _unused(self) -> dict[str, list[Any]]:
        """The stored entries that were not used yet, by path."""
        if self._entries is None:
            rows = dict(self._stored())
            self._neighbours = Neighbours({first: [entry[0] for entry in entries] for first, entries in rows.items()})
            self._entries = {entry[0]: entry for entries in rows.values() for entry in entries}
        return self._entries

    def _stored(self, firsts: Sequence[str] = ()) -> Iterator[tuple[str, list[list[Any]]]]:
        """Yields the rows in their order, or those with these keys.  Their entries have the path, the stamp and the
        digest of a source, and what `_pack` makes of it."""
        rows = map(partial(self._database.get, "sources"), firsts) if firsts else self._database.select("sources")
        for first, entries in sorted(filter(None, rows)):
            try:
                yield first, json.loads(entries)
            except (ValueError, TypeError):
                continue  # not ours; its sources are read again


def _write(transaction: Transaction, rows: Mapping[str, Iterable[Sequence[tuple[str, CachedSource]]]]) -> None:
    transaction.drop("sources", rows)
    transaction.put("sources", [(part[0][0], f"[{','.join(entry for _, entry in part)}]")
                                for parts in rows.values() for part in parts if part])


def _dumped(entry: list[Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def _stamp(source: SourceFile) -> str:
    """Returns the stamp for the next build.  It is empty for a file that changed just now, because
    the file could change again without changing its stamp."""
    return source.stamp if source.key or is_settled(source.stamp) else ""


def _version(taxonomies: tuple[str, ...], zone: tzinfo) -> str:
    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), Path(yaml_toml.__file__), Path(text.__file__)]
    return f"{code_version(files, ['pyyaml'])} {taxonomies} {zone}"


def _pack(parsed: ParsedSource, zone: tzinfo) -> list[Any] | None:
    """Returns the source as values of JSON; None if JSON would change one."""
    plain: dict[str, Any] = {}
    others: dict[str, Any] = {}
    try:
        for name, value in parsed.front.written.items():
            if type(value) in _PLAIN:
                plain[name] = value
            else:
                others[name] = _packed_date(value, zone) if name in _DATES else _packed(value, zone)
        meta_digest = None if parsed.meta_digest == parsed.front_digest else parsed.meta_digest
        return [parsed.front_digest, meta_digest, parsed.digest, parsed.body_line, parsed.has_snippets, plain, others]
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


def _unpack(entry: list[Any], zone: tzinfo) -> ParsedSource | None:
    """Returns the source of an entry, which is of no use afterwards; None for one that is not ours."""
    try:
        _, _, _, front_digest, meta_digest, digest, body_line, has_snippets, values, others = entry
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
