"""Files that own code writes: what it then reads of them is no source of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_written: ContextVar[set[str] | None] = ContextVar("coldpress.written", default=None)


def is_noting() -> bool:
    """Whether writes are noted now."""
    return _written.get() is not None


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
