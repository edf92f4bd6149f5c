"""The rows of the records: what a page read and its result, published files, fingerprints of reads.

Many pages, and many files, are one row of a table, a group.  A build looks at all groups and into few of them: the
names in a group, the reads of all its pages together and the stamps of its files are there at once, the rest is
decoded when one of its pages or files is asked for.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, KeysView, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from coldpress.build.checks import PageCheck
from coldpress.build.freezer import RouteLink, content_digest
from coldpress.cache.file_stamps import stamp_of
from coldpress.errors import Problem, problem_of
from coldpress.markdown.rendered import Link
from coldpress.recorder import numbers, packed

Row_co = TypeVar("Row_co", covariant=True)
Row = TypeVar("Row")


class KeyRow(NamedTuple):
    """A recorded read: its fingerprint, and the basis of the fingerprint."""

    number: int
    kind: str
    name: str
    fingerprint: str | None
    basis: str | None


class PageRow(NamedTuple):
    """A page as it was last rendered; `reads` are packed numbers of keys."""

    path: str
    endpoint: str
    file: str
    reads: bytes
    digest: bytes
    routes: str
    problems: str
    seconds: float

    @property
    def links(self) -> list[RouteLink]:
        """Returns the URLs of own routes to which the page links."""
        links = json.loads(self.routes) if self.routes else []
        return [RouteLink(str(endpoint), str(path)) for endpoint, path in links]

    @property
    def told(self) -> list[Problem]:
        """The problems it had."""
        return [problem_of(each) for each in json.loads(self.problems)] if self.problems else []


class FileRow(NamedTuple):
    """A published file and its stamp.  A page also has the digest of its content; a copy has the
    stamp of its source instead."""

    file: str
    stamp: str
    digest: bytes
    source: str

    def matches(self, path: Path) -> bool:
        """Returns whether a file on disk is still the published one."""
        return self.stamp == stamp_of(path) or (
            bool(self.digest) and path.is_file() and content_digest(path.read_bytes()) == self.digest)


class CheckRow(NamedTuple):
    """The check of a source: the packed numbers of what it read, and what it found, as JSON."""

    source: str
    reads: bytes
    loose: str
    problems: str

    @property
    def check(self) -> PageCheck:
        """What the check found.  Its reads are not needed again."""
        return PageCheck(
            self.source, b"", tuple((path, Link(*link)) for path, link in json.loads(self.loose or "[]")),
            tuple(problem_of(each) for each in json.loads(self.problems or "[]")))


class Group(Protocol[Row_co]):
    """Rows with neighbouring names."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the rows."""

    @property
    def rows(self) -> Mapping[str, Row_co]:
        """The rows by name."""


class GroupedRows(Mapping[str, Row]):
    """The rows of some groups by name."""

    def __init__(self, groups: Iterable[Group[Row]]) -> None:
        self._group_of: dict[str, Group[Row]] = {}
        count = 0
        for group in groups:
            self._group_of.update(dict.fromkeys(group.names, group))
            count += len(group.names)
        if len(self._group_of) < count:
            raise ValueError("a name is there twice")

    def __getitem__(self, name: str) -> Row:
        return self._group_of[name].rows[name]

    def __contains__(self, name: object) -> bool:
        return name in self._group_of

    def __iter__(self) -> Iterator[str]:
        return iter(self._group_of)

    def __len__(self) -> int:
        return len(self._group_of)

    def keys(self) -> KeysView[str]:
        """Returns the names."""
        return self._group_of.keys()


class PageGroup:
    """Pages: `endpoints` and `files` are in the order of the `names`; `numbers` are the packed numbers of what they
    read, each once; `told` are the names of those that had problems or lead to own routes.

    The columns are those of `page_columns`.  Raises `ValueError`, `TypeError` or `IndexError` if they are not.
    """

    def __init__(self, heads: str, details: str, numbers: bytes, reads: bytes) -> None:
        self.names, self.endpoints, self.files, self._said = json.loads(heads)
        self.told = [self.names[int(at)] for at in self._said]
        self.numbers = numbers
        self._details = details
        self._reads = reads

    @property
    def heads(self) -> Iterator[tuple[str, tuple[str, str]]]:
        """Yields the name of each page with its endpoint and its file."""
        return zip(self.names, zip(self.endpoints, self.files, strict=True), strict=True)

    @cached_property
    def rows(self) -> Mapping[str, PageRow]:
        """The pages by path."""
        found, start, known = {}, 0, numbers(self.numbers)
        places = array(_places_in(known), self._reads)
        for at, (path, length, digest, seconds) in enumerate(
                zip(self.names, *json.loads(self._details), strict=True)):
            reads = packed([known[place] for place in places[start:start + length]])
            start += length
            routes, problems = self._said.get(str(at), ("", ""))
            found[path] = PageRow(path, self.endpoints[at], self.files[at], reads, bytes.fromhex(digest), routes,
                                  problems, seconds)
        return found


def page_columns(rows: Sequence[PageRow]) -> tuple[str, str, bytes, bytes]:
    """Returns pages as the columns of a group: their heads and details as JSON, the numbers of their reads, and
    for each read its place among these."""
    reads = [numbers(row.reads) for row in rows]
    known = array("q", dict.fromkeys(number for found in reads for number in found))
    place = {number: at for at, number in enumerate(known)}
    said = {str(at): (row.routes, row.problems) for at, row in enumerate(rows) if row.routes or row.problems}
    heads = [[row.path for row in rows], [row.endpoint for row in rows], [row.file for row in rows], said]
    details = [[len(found) for found in reads], [row.digest.hex() for row in rows], [row.seconds for row in rows]]
    places = array(_places_in(known), [place[number] for found in reads for number in found])
    return as_json(heads), as_json(details), known.tobytes(), places.tobytes()


def _places_in(known: Sequence[int]) -> str:
    return "H" if len(known) <= 1 << 16 else "I"


class FileGroup:
    """Published files: `stamps` are in the order of the `names`.

    The columns are those of `file_columns`.  Raises `ValueError`, `TypeError` or `IndexError` if they are not.
    """

    def __init__(self, heads: str, details: str) -> None:
        self.names, self.stamps = json.loads(heads)
        self._details = details

    @cached_property
    def rows(self) -> Mapping[str, FileRow]:
        """The files by name."""
        return {name: FileRow(name, stamp, bytes.fromhex(digest), source) for name, stamp, digest, source in zip(
            self.names, self.stamps, *json.loads(self._details), strict=True)}


def file_columns(rows: Sequence[FileRow]) -> tuple[str, str]:
    """Returns files as the columns of a group: their names with the stamps, and the rest, as JSON."""
    return (as_json([[row.file for row in rows], [row.stamp for row in rows]]),
            as_json([[row.digest.hex() for row in rows], [row.source for row in rows]]))


def as_json(value: list[Any]) -> str:
    """Returns a list as JSON; an empty text for an empty list."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else ""
