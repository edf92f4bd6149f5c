"""The history of a site's URLs: the ledger as a Library sees it, and what publishing adds to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from coldpress.config.loader import Config
from coldpress.content.aliases import Kept
from coldpress.content.kept_urls import KeptUrls
from coldpress.content.library import Library
from coldpress.content.moves import SHALLOW, Contents, MoveMemory, Moves
from coldpress.content.old_urls import OldPage, OldUrls
from coldpress.content.owners import Owners, lists_of, owned_urls, source_token, term_tokens
from coldpress.errors import Problems
from coldpress.paths import LEDGER, STATE, relative_name
from coldpress.sources.files import MARKDOWN
from coldpress.sources.front_matter import ParsedSource
from coldpress.sources.git_moves import GitMoves
from coldpress.sources.ledger import Fact, Ledger, read_ledger


class HistorySources(Protocol):
    """The part of `assemble.Sources` that this needs."""

    root: Path
    base: Path
    config: Config
    memory: Any

    def former(self) -> Mapping[str, ParsedSource]: ...

    def heading(self, digest: str, read: Callable[[], str] | None = None) -> str | None: ...

    def parse(self, path: str, data: bytes) -> ParsedSource | None: ...


def keep_urls(library: Library, sources: HistorySources, given: Iterable[Fact] | None, problems: Problems) -> Kept:
    """Returns what becomes of the URLs of the ledger.  `given` are the moves that another process found."""
    ledger = read_ledger(sources.root, problems, relative_name(sources.root / LEDGER, sources.base))
    if ledger is None:
        return Kept()
    memory: MoveMemory = sources.memory or MoveMemory.load(sources.root / STATE)
    sources.memory = memory
    moves = Moves(ledger, _contents(library, sources), memory)
    whole, owners = moves.follow() if given is None else moves.given(given)
    kept_urls = KeptUrls(library, whole, owners)
    kept = kept_urls.find(problems)
    kept_urls.report_twins(problems)
    titles = {name: trace.title for name, trace in memory.traces.items() if trace.title}
    found = tuple(sorted(whole.facts - ledger.facts))
    return kept._replace(ledger=ledger, found=found, titles=titles, is_shallow=memory.asked.startswith(SHALLOW),
                         new=lambda: [*found, *_new_facts(whole, owners, kept_urls.urls)])


def first_facts(library: Library) -> tuple[Fact, ...]:
    """Returns the facts of a site that has no ledger yet."""
    ledger = Ledger()
    owners = _owners(library, ledger)
    return tuple(_new_facts(ledger, owners, owned_urls(library, owners)))


def find_old_urls(library: Library, sources: HistorySources, pages: Iterable[OldPage]) -> dict[str, str | None]:
    """Returns the owner of each URL of an old site; None where none is known.  Sources that were renamed since are
    known by their former names too, as far as git or `.coldpress/` remembers them."""
    owners = _owners(library, (library.kept.ledger or Ledger()).with_facts(library.kept.found))
    contents = _contents(library, sources)
    names = {name for name in (*GitMoves(contents.folder).former_names(), *contents.former)
             if name not in contents.published and name.lower().endswith(MARKDOWN)}
    gone = Ledger(Fact(f"/{name}", source_token(name)) for name in names)
    former = Moves(gone, contents, MoveMemory(sources.root / STATE)).follow()[1].bearer if gone else {}
    return OldUrls(library, owned_urls(library, owners), owners.ids, former).find(pages)


def _owners(library: Library, ledger: Ledger) -> Owners:
    documents = {source_token(page.source): page.unrecorded.document for page in library.all_pages.unrecorded}
    terms = (document.front.terms for document in documents.values())
    return Owners(ledger, documents, lists_of(library.config).union(*map(term_tokens, terms)), library.config)


def _contents(library: Library, sources: HistorySources) -> Contents:
    return Contents(
        sources.config, {page.source: page.unrecorded.document for page in library.all_pages.unrecorded},
        [out.document.source.path for out in library.left_out], sources.former(),
        sources.root / sources.config.content_dir, sources.heading, sources.parse)


def _new_facts(ledger: Ledger, owners: Owners, urls: Mapping[str, str]) -> Iterator[Fact]:
    yield from owners.fresh
    for path, owner in sorted(urls.items()):
        if ledger.owners.get(path) != [owner]:
            yield ledger.next(path, owner)
