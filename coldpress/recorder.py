"""What a page reads while it renders.

Every read of content, templates, config, assets and the clock goes through
`read`; a page that renders inside `recording()` ends up with the keys of all
it read, in order.  Outside of it a read costs one lookup and leaves nothing.

A key is a pair (kind, name):

    meta, body, summary, url   what a source (its name) says, holds, shows, and where it is
    text                       every letter of a source
    path, source, asset        what answers a path; whether a source, an asset is there
    name, image                which page is called so; how large the image at a path is
    items, list                a slice of a collection (`posts[0:10]`), a page of a list
    near, section, members     a post's neighbours; a page's section; what a section holds
    term                       a term's name, or the terms of a taxonomy (`tags/`)
    nav                        a menu or a tree of docs, and in which one a page stands
    related, backlinks         the pages with the same terms, and those that link to a page
    data                       a file of data, or what a folder of data holds
    link                       a path that is pointed to, and whether something is there
    template, version          a template, one looked for in vain too; a static file's version
    config, clock              a setting; the day
    shard                      a part of the search's index; `all` of it
    included                   a file of the site that is shown in a page
    file, folder, environment  what own code opens on disk, and the variables it asks for
    rows                       what a query of `create_app` gives, made through SQLAlchemy
    value, volatile            what own code says it depends on; what nobody can look at again
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

KINDS = (
    "meta", "body", "summary", "url", "text", "path", "source", "asset", "name", "image", "items", "list", "near",
    "section", "members", "term", "nav", "related", "backlinks", "data", "link", "template", "version", "config",
    "clock", "shard", "included", "file", "folder", "environment", "rows", "value", "volatile")
Key = tuple[str, str]
Reads = dict[Key, None]

_reads: ContextVar[Reads | None] = ContextVar("coldpress.reads", default=None)


def read(kind: str, name: str) -> None:
    """Note that the page now rendering has read `name`."""
    reads = _reads.get()
    if reads is not None:
        reads[kind, name] = None


def is_recording() -> bool:
    """Whether reads are noted now."""
    return _reads.get() is not None


@contextmanager
def recording() -> Iterator[Reads]:
    """Collect the reads made inside the block."""
    reads: Reads = {}
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)


class unrecorded:  # noqa: N801  (used like a function; a generator would take three times as long)
    """Note nothing of what is read inside the block: the engine's own reads,
    whose results are recorded under other names."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _reads.set(None)

    def __exit__(self, *_: object) -> None:
        _reads.reset(self._token)


def replay(reads: Reads) -> None:
    """Note reads that were made before, of something kept since."""
    current = _reads.get()
    if current is not None:
        current.update(reads)
