"""Reads many new sources at once, in several processes: parses their front matter and renders their bodies.

Both results go into the caches, where assembling the Library finds them.  A source with a problem is
left out, so that it is read, and its problem reported, in the usual order.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from coldpress.errors import ColdpressError
from coldpress.loaded_code import take_lookups, with_lookups
from coldpress.markdown.cache import MarkupCache, RenderBody
from coldpress.markdown.store import StoredBody
from coldpress.processes import WorkerDiedError, chunks, in_turn, local_executor
from coldpress.sources.cache import CachedSource, SourceCache, SourceParser
from coldpress.sources.files import SourceFile
from coldpress.sources.front_matter import document_of

FEW = 400  # sources, below which one process is as fast
_CHUNK = 25  # sources


class ReadSource(NamedTuple):
    """A source as a worker read it: its row in the cache, and its body rendered in a language, if it could be."""

    path: str
    row: CachedSource
    language: str
    body: StoredBody | None


def read_ahead(files: Iterable[SourceFile], cache: SourceCache, markup: MarkupCache, language: str, jobs: int) -> None:
    """Reads those sources that the cache does not have, in `jobs` processes.  If they are few, it leaves
    them to be read when they are asked for.  `language` is that of pages that name none."""
    unread = [file for file in cache.lacking(files) if not file.key] if jobs > 1 else []
    if len(unread) < FEW:
        return
    started_ns = time.time_ns()
    cache.close()  # no connection may be shared with a forked process
    markup.store.close()
    work = partial(_read_many, cache.parser, markup.worker, language)
    with suppress(WorkerDiedError):  # then this process reads the rest
        found_in_turn = in_turn(local_executor(jobs), with_lookups(work), chunks(unread, _CHUNK), 2 * jobs)
        for found in take_lookups(found_in_turn):
            for source in found:
                cache.add(source.path, source.row)
                if source.body is not None:
                    markup.add(source.path, source.language, source.body, started_ns)
    markup.store.flush()


def _read_many(parser: SourceParser, render: RenderBody | None, language: str, files: Iterable[SourceFile]
               ) -> list[ReadSource]:
    """Reads some sources in a worker."""
    return [found for file in files if (found := _read(parser, render, language, file)) is not None]


def _read(parser: SourceParser, render: RenderBody | None, language: str, file: SourceFile) -> ReadSource | None:
    try:
        found = parser.read(file)
        if found is None:
            return None
        parsed, row = found
        spoken = parsed.front.lang or language
        if render is None or parsed.has_snippets or parsed.front.is_html:
            return ReadSource(file.path, row, spoken, None)
        document = document_of(file, parsed, parser.zone, names_folder=False)
        return ReadSource(file.path, row, spoken, render(file.path, spoken, document.read_body()))
    except ColdpressError:  # the file cannot be read
        return None
