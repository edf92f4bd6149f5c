"""What a page reads while it renders.

Every read of content, templates, config, assets and the clock goes through
`read`; a page that renders inside `recording()` ends up with the keys of all
it read, in order.  Outside of it a read costs one lookup and leaves nothing.

A key is a pair (kind, name).  Kinds: `meta` and `body` of a source, `items`
of a collection (`posts[0:10]`), `near` (the neighbours of a page), `term`,
`template` (and names that were looked for in vain), `config`, `asset`,
`link` (a URL this page points to), `clock`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Key = tuple[str, str]
Reads = dict[Key, None]

_reads: ContextVar[Reads | None] = ContextVar("coldpress.reads", default=None)


def read(kind: str, name: str) -> None:
    """Note that the page now rendering has read `name`."""
    reads = _reads.get()
    if reads is not None:
        reads[kind, name] = None


@contextmanager
def recording() -> Iterator[Reads]:
    """Collect the reads made inside the block."""
    reads: Reads = {}
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)
