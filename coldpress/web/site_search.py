"""The search index of a site, built from its Library when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.errors import ColdpressError
from coldpress.markdown.cache import Body, MarkupCache
from coldpress.search.index import Document, Index


class SiteSearch:
    """The search index of one Library at a time, and the plain text of its pages."""

    def __init__(self, markup: MarkupCache, folder: Path) -> None:
        self._markup = markup
        self._index = Index(folder)
        self._library: Library | None = None
        self._bodies: dict[str, Body] = {}
        self._lock = threading.RLock()

    @property
    def note(self) -> str | None:
        """What is wrong with the cache; None if nothing is."""
        return self._index.store.note

    def index(self, library: Library) -> Index:
        """The index of a Library; the read is not recorded."""
        with self._lock:
            if self._library is not library:
                self._bodies = {}
                self._index.update(self._documents(library), self._words_of)
                self._library = library
            return self._index

    def forget(self) -> None:
        """Update the index when it is needed next, as bodies changed."""
        with self._lock:
            self._library = None

    def version(self, library: Library) -> tuple[str, int]:
        """A version that changes with the index, and the number of shards."""
        recorder.read("shard", "all")
        with recorder.unrecorded():
            index = self.index(library)
            return index.version, index.count

    def shard(self, library: Library, number: int) -> str | None:
        """The JSON of a shard; None if there is no such shard."""
        recorder.read("shard", str(number))
        with recorder.unrecorded(), self._lock:
            return self.index(library).shard(number, self._words_of)

    def text(self, library: Library, page: Page) -> tuple[str, list[tuple[str, str, str]]]:
        """The plain text of a page: what stands before its sections, and id, heading and text of each section."""
        recorder.read("body", page.source)
        body = library.body_of(page)
        with recorder.unrecorded():
            reads, words = self._markup.reads(body), self._markup.words(body)
        recorder.replay(dict.fromkeys(reads))
        first, *others = words.sections
        is_title = first.heading in ("", page.unrecorded.title)
        sections = others if is_title else words.sections
        return first.text if is_title else "", [(each.id, each.heading, each.text) for each in sections]

    def close(self) -> None:
        """Close the database of the index."""
        self._index.close()

    def _documents(self, library: Library) -> Iterator[Document]:
        """All searchable pages by their number in the index: posts have even ones, other pages odd ones."""
        numbered = sorted(((2 * number + is_other, page)
                          for is_other, kind in enumerate(("posts", "pages"))
                          for number, page in enumerate(library.documents[kind].unrecorded)), key=_number)
        for number, page in numbered:
            body = self._body(library, page)
            key = self._markup.settled_key(body) if body else ""
            if body:
                self._bodies[key] = body
            yield Document(number, key, page.unrecorded.title)

    def _body(self, library: Library, page: Page) -> Body | None:
        """A page's body; None for a body that is a template and fails, which the page itself reports."""
        try:
            return library.body_of(page)
        except ColdpressError:
            return None

    def _words_of(self, document: Document) -> str | None:
        body = self._bodies.get(document.key)
        words = self._markup.words(body) if body else self._markup.kept_words(document.key)
        return words.tokens if words else None if document.key else ""


def _number(numbered: tuple[int, Page]) -> int:
    return numbered[0]
