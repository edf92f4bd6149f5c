"""The facts of all files of a built folder; those of files that did not change come from `.coldpress/`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from pathlib import Path
from stat import S_ISREG
from typing import Any

from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.cache.file_stamps import is_settled, stamp_of_stat
from coldpress.check.built_site import BuiltSite
from coldpress.check.facts import Facts, facts_of, head_of
from coldpress.processes import chunks, in_turn, local_executor
from coldpress.recorder import Key, KeyNumbers, numbers

_TABLES = {
    "facts": TableSchema("file, stamp, digest, targets, head, ids, flaws"),
    "targets": TableSchema("number INTEGER, kind, name")}
_MANY = 200  # files to read for which it is worth to start processes
_CHUNK = 50
Row = tuple[str, str, bytes, bytes, str, str, str]


class FactsCache:
    """The facts of the files of one built folder.  `version` changes with whatever they depend on but the files."""

    def __init__(self, state: Path, key: str, version: str) -> None:
        name = blake2b(key.encode(), digest_size=6).hexdigest()
        self._database = Database(state, f"check-{name}.sqlite", _TABLES, version)

    @property
    def note(self) -> str | None:
        """What was wrong with the cache."""
        return self._database.note

    def read(self, site: BuiltSite, jobs: int) -> tuple[dict[str, Facts], dict[int, Key]]:
        """Returns the facts of all files, and the targets by their numbers."""
        rows: dict[str, Row] = {row[0]: row for row in self._database.select("facts")}
        targets = {number: (kind, name) for number, kind, name in self._database.select("targets")}
        lost = set().union(*(numbers(row[3]) for row in rows.values())) - targets.keys()
        known = {file: row for file, row in rows.items() if lost.isdisjoint(numbers(row[3]))} if lost else rows
        fresh: dict[str, Row] = {}
        wanted: list[tuple[str, str]] = []
        for file in sorted(site.files):
            stamp = _stamp(site.on_disk(file))
            row = known.get(file)
            if row is None or row[1] != stamp:
                wanted.append((file, stamp))
        for row, keys in _read_all(site, wanted, {file: known[file] for file, _ in wanted if file in known}, jobs):
            fresh[row[0]] = row
            targets |= keys
        self._keep(fresh, rows.keys() - site.files, targets)
        whole = {**known, **fresh}
        return {file: _facts(whole[file]) for file in sorted(site.files)}, targets

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def _keep(self, fresh: Mapping[str, Row], gone: Iterable[str], targets: Mapping[int, Key]) -> None:
        """Stores new facts.  The stamp of a file that changed a moment ago is not trusted."""
        lost = list(gone)
        if not fresh and not lost:
            return

        def save(transaction: Transaction) -> None:
            transaction.put("facts", [(file, stamp if is_settled(stamp) else "", *rest)
                                      for file, stamp, *rest in fresh.values()])
            transaction.drop("facts", lost)
            new = {number for row in fresh.values() for number in numbers(row[3])}
            transaction.put("targets", [(number, *targets[number]) for number in sorted(new)])

        self._database.write(save)


def _facts(row: Row) -> Facts:
    file, _, _, targets, head, ids, flaws = row
    return Facts(file, targets, head_of(head), ids, flaws)


def _stamp(path: str) -> str:
    """Returns the stamp of a file; an empty text for what is no regular file, which nobody reads."""
    try:
        found = os.stat(path)  # noqa: PTH116  (called for every file)
    except OSError:
        return ""
    return stamp_of_stat(found) if S_ISREG(found.st_mode) else ""


def _read_all(site: BuiltSite, wanted: list[tuple[str, str]], known: Mapping[str, Row], jobs: int
              ) -> Iterator[tuple[Row, dict[int, Key]]]:
    """Reads files, in several processes if they are many."""
    if jobs < 2 or len(wanted) < _MANY:
        for file, stamp in wanted:
            yield _read(site, file, stamp, known.get(file))
        return
    tasks = ([(file, stamp, known.get(file)) for file, stamp in chunk] for chunk in chunks(wanted, _CHUNK))
    work = partial(_read_some, site.folder, site.base_url)
    for found in in_turn(local_executor(jobs), work, tasks, 2 * jobs):
        yield from found


_sites: dict[tuple[Path, str], BuiltSite] = {}
"""The site of a worker: it lists its files once."""


def _read_some(folder: Path, base_url: str, tasks: list[tuple[str, str, Row | None]]
               ) -> list[tuple[Row, dict[int, Key]]]:
    site = _sites.setdefault((folder, base_url), BuiltSite(folder, base_url))
    return [_read(site, *task) for task in tasks]


def _read(site: BuiltSite, file: str, stamp: str, known: Row | None) -> tuple[Row, dict[int, Key]]:
    """Reads a file; its facts are those that are known, if its content is the same."""
    if not stamp:
        return (file, "", b"", b"", "", "", ""), {}
    try:
        digest = blake2b(Path(site.on_disk(file)).read_bytes(), digest_size=16).digest()
    except OSError:
        digest = b""
    if known is not None and digest and known[2] == digest:
        return (file, stamp, digest, *known[3:]), {}
    found: Any = KeyNumbers()
    facts = facts_of(site, file, found)
    return (file, stamp, digest, facts.targets, facts.head.as_text(), facts.ids, facts.flaws), dict(found.keys)
