"""Records every read a page makes while it renders: its dependencies.

Content, templates, config, assets and the clock call `read` whenever something
is read from them.  `recording()` collects the keys of these reads, in order, for
the page that renders inside it.  Outside of `recording()`, `read` does nothing.
Global state: a context variable holds the collection, so threads do not mix their reads.

A key is a pair (kind, name):

    meta, params               the keys of a source's front matter that Coldpress knows; its other keys
    body, summary, url         a source's body, summary, and its page's URL
    text                       the whole text of a source
    path, source, asset        whether a path, a source or an asset exists, and what it is
    name, image                which page a title leads to; the size of the image at a path
    items, list                a slice of a collection (`posts[0:10]`), a page of a list
    near, section, members     a post's neighbours; a page's section; the pages of a section
    term                       a term's name, or the terms of a taxonomy (`tags/`)
    nav                        a menu or a docs tree, and the page's position in it
    related, backlinks         pages with the same terms, and pages that link to a page
    referring                  pages whose typed fields name a page
    data                       a data file, or the names in a data folder
    link                       the target of a link, and whether it exists
    template, version          a template, also one that was not found; a static file's version
    config, clock              a setting; the day
    shard                      a part of the search index; `all` for all parts
    included                   a file of the site that a page shows
    file, folder, environment  files and folders a user's code opens; variables it reads
    plugin                     the code and the options of a plugin
    site                       everything in another site of the app
    rows                       the result of a query that `create_app` makes through SQLAlchemy
    value, volatile            what a user's code declares; what cannot be compared later
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

KINDS = (
    "meta", "params", "body", "summary", "url", "text", "path", "source", "asset", "name", "image", "items", "list",
    "near", "section", "members", "term", "nav", "related", "backlinks", "referring", "data", "link", "template",
    "version", "config", "clock", "shard", "included", "file", "folder", "environment", "plugin", "site", "rows",
    "value", "volatile")
Key = tuple[str, str]
Reads = dict[Key, None]

_reads: ContextVar[Reads | None] = ContextVar("coldpress.reads", default=None)


def read(kind: str, name: str) -> None:
    """Records that the page now rendering has read `name`."""
    reads = _reads.get()
    if reads is not None:
        reads[kind, name] = None


def is_recording() -> bool:
    """Whether reads are recorded now."""
    return _reads.get() is not None


@contextmanager
def recording() -> Iterator[Reads]:
    """Collects the reads made inside the block."""
    reads: Reads = {}
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)


class unrecorded:  # noqa: N801  (used like a function; a generator would take three times as long)
    """Records no read inside the block: the reads of the engine itself,
    whose results are recorded under other names."""

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token = _reads.set(None)

    def __exit__(self, *_: object) -> None:
        _reads.reset(self._token)


def replay(reads: Reads) -> None:
    """Records reads again that were made earlier, by something cached since."""
    current = _reads.get()
    if current is not None:
        current.update(reads)
