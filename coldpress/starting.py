"""What happens while an app is made: what it asks, what it writes, and where.

`create_app` runs in every build, and what it reads counts for all pages.  So it
matters that it is no more than it must be.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from coldpress.recorder import Key, Reads
from coldpress.writes import noting_writes


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was made through SQLAlchemy."""

    engine: Any
    statement: str
    parameters: Any

    def rows(self) -> str:
        """What it gives now."""
        with self.engine.connect() as connection:
            return repr([tuple(row) for row in connection.exec_driver_sql(self.statement, self.parameters)])


@dataclass(slots=True)
class Start:
    """One making of an app: the files it wrote, its queries by name, and the
    file, line and function that first asked for what nobody can look at again."""

    written: set[str] = field(default_factory=set)
    queries: dict[str, Query] = field(default_factory=dict)
    asked: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    def reads(self, reads: Reads) -> tuple[Key, ...]:
        """The reads without files that it wrote itself, and without the folders
        they are in: a cache's, a log's."""
        folders = {os.path.dirname(name) for name in self.written}  # noqa: PTH120  (many; a Path costs more)
        return tuple(key for key in reads if not (
            (key[0] == "file" and key[1] in self.written) or (key[0] == "folder" and key[1] in folders)))


_now: ContextVar[Start | None] = ContextVar("coldpress.start", default=None)


@contextmanager
def starting() -> Iterator[Start]:
    """Within the block an app is made."""
    with noting_writes() as written:
        start = Start(written)
        token = _now.set(start)
        try:
            yield start
        finally:
            _now.reset(token)


def current_start() -> Start | None:
    """The making of an app that is under way, if one is."""
    return _now.get()
