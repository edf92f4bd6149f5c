"""A site's search: the index of its Library, made when it is first asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.errors import ColdpressError
from coldpress.markdown.cache import Body, MarkupCache
from coldpress.search.index import Index
from coldpress.search.store import Document


class Searching:
    """The index of one Library at a time, and what pages say in plain text."""

    def __init__(self, markup: MarkupCache, folder: Path) -> None:
        self._markup = markup
        self._index = Index(folder)
        self._library: Library | None = None
        self._bodies: dict[str, Body] = {}
        self._lock = threading.RLock()

    @property
    def note(self) -> str | None:
        """What was wrong with the cache, if anything was."""
        return self._index.store.note

    def index(self, library: Library) -> Index:
        """The index of a Library (not recorded)."""
        with self._lock:
            if self._library is not library:
                self._bodies = {}
                self._index.update(self._documents(library), self._words_of)
                self._library = library
            return self._index

    def forget(self) -> None:
        """Look at the Library anew when the index is asked for: bodies changed."""
        with self._lock:
            self._library = None

    def version(self, library: Library) -> tuple[str, int]:
        """Eight digits that change with what can be found, and how many shards
        there are."""
        recorder.read("shard", "all")
        with recorder.unrecorded():
            index = self.index(library)
            return index.version, index.count

    def shard(self, library: Library, number: int) -> str | None:
        """The text of a shard; None where there is none."""
        recorder.read("shard", str(number))
        with recorder.unrecorded(), self._lock:
            return self.index(library).shard(number, self._words_of)

    def text(self, library: Library, page: Page) -> str:
        """The plain text of a page below its title."""
        recorder.read("body", page.source)
        body = library.body_of(page)
        with recorder.unrecorded():
            return self._markup.words(body).text.removeprefix(f"{page.title}\n")

    def close(self) -> None:
        """Let go of the file."""
        self._index.close()

    def _documents(self, library: Library) -> Iterator[Document]:
        """What can be found, by number: posts have even ones."""
        numbered = sorted(((2 * number + is_other, page)
                          for is_other, kind in enumerate(("posts", "pages"))
                          for number, page in enumerate(library.documents[kind].unrecorded)), key=_number)
        for number, page in numbered:
            body = self._body(library, page)
            key = self._markup.key(body) if body else ""
            if body:
                self._bodies[key] = body
            yield Document(number, key, page._name)

    def _body(self, library: Library, page: Page) -> Body | None:
        """A page's body; none of a template that fails, which the page will tell."""
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
