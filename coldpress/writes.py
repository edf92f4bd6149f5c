"""Files that own code writes: what it then reads of them is no source of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_BESIDE = ("-journal", "-wal", "-shm")  # what SQLite writes beside a database
_databases: set[str] = set()
_written: ContextVar[set[str] | None] = ContextVar("coldpress.written", default=None)


def is_noting() -> bool:
    """Whether writes are noted now."""
    return _written.get() is not None


def opened_database(path: str) -> None:
    """Note that an SQLite database is open: what is written to it nobody hears."""
    _databases.add(path)


def is_database(path: str) -> bool:
    """Whether a file is an SQLite database that was opened, or lies beside one."""
    if not _databases:
        return False
    return path in _databases or any(path.endswith(end) and path.removesuffix(end) in _databases for end in _BESIDE)


def wrote(path: str) -> None:
    """Note that a file is written, made or removed."""
    written = _written.get()
    if written is not None:
        written.add(path)


@contextmanager
def noting_writes() -> Iterator[set[str]]:
    """Collect the paths that are written inside the block."""
    written: set[str] = set()
    token = _written.set(written)
    try:
        yield written
    finally:
        _written.reset(token)
