"""Long parts of pages, such as a year of the archive: a build takes those of the last build of which nothing that they
read has changed.

Global state: a context variable holds the parts that the page rendering now has drawn.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import NamedTuple

from coldpress import recorder
from coldpress.cache.checksum import digest_of
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.recorder import Key, Reads
from coldpress.web.caching import noting_links

PackedPart = tuple[str, bytes | None]
"""The digest that names a part of a page, and the part packed; None for one that is kept already."""


class PartKey(NamedTuple):
    """What a part is drawn of: its template, the path before all links, pages, and the language around it."""

    template: str
    link_root: str
    pages: tuple[Page, ...]
    language: str

    def digest(self, path: str) -> str:
        """Returns the name of the part in the page at a path."""
        said = "\0".join((path, self.template, self.link_root, self.language, *(page.source for page in self.pages)))
        return digest_of(said.encode("utf-8", "surrogatepass"))


class DrawnPart(NamedTuple):
    """A part that a page shows, with what drawing it has read; None for one that the last build had drawn."""

    key: PartKey
    html: str
    reads: Reads | None


_drawn: ContextVar[list[DrawnPart] | None] = ContextVar("coldpress.drawn", default=None)


@contextmanager
def noting_parts() -> Iterator[list[DrawnPart]]:
    """Collects the parts that the page shows which renders inside the block."""
    drawn: list[DrawnPart] = []
    token = _drawn.set(drawn)
    try:
        yield drawn
    finally:
        _drawn.reset(token)


_UNCERTAIN = frozenset((
    "members", "file", "folder", "included", "environment", "volatile", "rows", "site", "value"))
"""Kinds of reads that a page has under other names in the records, so that nothing tells which one changed."""


class KeptParts:
    """The parts of one site that the last build has drawn and that are as they were.  No part is kept in which a
    template took part for which `is_own` is true, which may show anything, or with a link to an own route, not to
    `ours`: the page leads there."""

    def __init__(self, is_own: Callable[[str], bool], ours: Container[str]) -> None:
        self._is_own = is_own
        self._ours = ours
        self._known: dict[PartKey, tuple[str, Reads]] = {}

    def get(self, key: PartKey, draw: Callable[[], str]) -> str:
        """Returns the HTML of a part; `draw` makes it unless it is known."""
        drawn, known = _drawn.get(), self._known.get(key)
        if known:
            html, reads = known
            may_be_kept = True
        else:
            with noting_links(self._ours) as links, recorder.recording() as reads:
                html = draw()
            may_be_kept = not links and not any(
                kind in _UNCERTAIN or (kind == "template" and self._is_own(name)) for kind, name in reads)
        recorder.replay(reads)
        if drawn is not None and may_be_kept:
            drawn.append(DrawnPart(key, html, None if known else reads))
        return html

    def take(self, packed: Iterable[bytes], library: Library, suspects: Collection[Key]) -> None:
        """Adds packed parts of the last build, without damaged ones and those that read a key that can have another
        fingerprint now.  In the records of their page, many keys may be combined into one (`summed_up`)."""
        for each in packed:
            with suppress(zlib.error, ValueError, TypeError, AttributeError):
                template, link_root, language, sources, names_of, html = json.loads(
                    zlib.decompress(each).decode("utf-8", "surrogatepass"))
                reads = {(kind, name): None for kinds, names in names_of.items() for name in names
                         for kind in kinds.split()}
                pages = [page for source in sources if (page := library.by_source(source))]
                if len(pages) == len(sources) and reads.keys().isdisjoint(suspects) and isinstance(html, str):
                    self._known[PartKey(template, link_root, tuple(pages), language)] = html, reads


def packed_parts(path: str, drawn: Iterable[DrawnPart], library: Library) -> Iterator[PackedPart]:
    """Yields the parts that the page at a path shows, as the next build takes them; not those of another site's
    pages."""
    for key, html, reads in drawn:
        if all(library.by_source(page.source) is page for page in key.pages):
            yield key.digest(path), None if reads is None else _packed(key, html, reads)


def _packed(key: PartKey, html: str, reads: Reads) -> bytes:
    """Returns a part as JSON, compressed.  Most names are read in the same ways: these are written once."""
    kinds_of: dict[str, list[str]] = {}
    for kind, name in reads:
        kinds_of.setdefault(name, []).append(kind)
    names_of: dict[str, list[str]] = {}
    for name, kinds in kinds_of.items():
        names_of.setdefault(" ".join(kinds), []).append(name)
    said = [key.template, key.link_root, key.language, [page.source for page in key.pages], names_of, html]
    return zlib.compress(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"), 1)
