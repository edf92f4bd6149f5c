"""Moves: finds the pages, terms and lists of the ledger that have another name now.

What sources were like in the last build is remembered in `.coldpress/`; what is not remembered, git is asked.
What was found is kept as facts that wait for the next time that the site is published.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from coldpress.cache.checksum import DamagedError, read_with_checksum, write_with_checksum
from coldpress.config.loader import Config
from coldpress.content.owners import (
    Owners,
    front_id,
    id_token,
    is_page,
    list_token,
    lists_of,
    source_token,
    term_tokens,
)
from coldpress.paths import make_state
from coldpress.sources.files import top_of
from coldpress.sources.front_matter import ParsedSource, SourceDocument
from coldpress.sources.git_moves import GitMoves
from coldpress.sources.ledger import Fact, Ledger, fact_of
from coldpress.text import text_digest

_FILE = "moves"
_KIND = "coldpress moves 1"
SHALLOW = "shallow "
"""What begins the note of what git was asked if it has only a part of the history."""
_EMPTY = frozenset(map(text_digest, ("", "\n")))  # bodies that are alike and tell nothing
ReadBody = Callable[[], str]


class Trace(NamedTuple):
    """What a page is known by when its source has another name."""

    title: str | None
    date: str | None
    front: str
    body: str


@dataclass
class MoveMemory:
    """The moves that were found since the site was published last, and the traces of pages that are lost, by what the
    ledger calls them.  They are a file in the folder `state`."""

    state: Path
    facts: tuple[Fact, ...] = ()
    traces: dict[str, Trace] = field(default_factory=dict)
    asked: str = ""
    """For which commit, and for which pages, git was asked."""
    is_changed: bool = False

    @classmethod
    def load(cls, state: Path) -> MoveMemory:
        """Reads what is remembered; nothing, if the file is damaged."""
        try:
            found = json.loads(read_with_checksum(str(state / _FILE), _KIND) or "{}")
            return cls(state, tuple(filter(None, map(fact_of, found.get("facts", ())))),
                       {str(name): Trace(*trace) for name, trace in found.get("traces", {}).items()},
                       str(found.get("asked", "")))
        except (DamagedError, ValueError, TypeError, AttributeError):
            return cls(state)

    def keep(self, facts: Iterable[Fact], traces: Mapping[str, Trace], asked: str) -> None:
        """Remembers what was found."""
        now = (tuple(sorted(facts)), dict(sorted(traces.items())), asked)
        self.is_changed = self.is_changed or now != (self.facts, self.traces, self.asked)
        self.facts, self.traces, self.asked = now

    def save(self) -> None:
        """Writes the file if something changed."""
        if self.is_changed:
            self.is_changed = False
            text = json.dumps({"facts": [fact.line for fact in self.facts], "traces": self.traces, "asked": self.asked},
                              ensure_ascii=False)
            try:
                write_with_checksum(str(make_state(self.state) / _FILE), _KIND, text)
            except OSError:
                return  # found again by the next build


@dataclass(frozen=True)
class Contents:
    """The sources of a site as they are now and as they were, by their paths; `left_out` are not published;
    `heading` returns the title of a body with a digest, which may no longer be there; `parse` reads a source."""

    config: Config
    published: Mapping[str, SourceDocument]
    left_out: Collection[str]
    former: Mapping[str, ParsedSource]
    folder: Path
    heading: Callable[[str, ReadBody | None], str | None]
    parse: Callable[[str, bytes], ParsedSource | None]


class Moves:
    """Looks for what the ledger knows and the site no longer has under that name."""

    def __init__(self, ledger: Ledger, contents: Contents, memory: MoveMemory) -> None:
        self._contents = contents
        self._config = contents.config
        self._memory = memory
        self._published = {source_token(path): document for path, document in contents.published.items()}
        self._left_out = {source_token(path) for path in contents.left_out}
        terms = (document.front.terms for document in contents.published.values())
        self._lists = lists_of(self._config).union(*map(term_tokens, terms))
        self._former = self._traces_of_former(ledger.with_facts(memory.facts))
        waiting = [fact for fact in memory.facts if fact.subject not in ledger.origins and (
            fact.subject in self._published or fact.subject in self._lists)]
        self._take(ledger, self._still_true(ledger, waiting) if waiting else ())

    def follow(self) -> tuple[Ledger, Owners]:
        """Returns the ledger with the moves that were found, and who is who."""
        if self._lost():
            self._follow_pages()
            self._follow_terms()
            self._follow_lists()
        lost = self._lost()
        known = {**self._memory.traces, **self._former}
        self._memory.keep(self._found, {name: known[name] for name in lost if name in known},
                          self._memory.asked if lost else "")
        return self.ledger, self.owners

    def given(self, facts: Iterable[Fact]) -> tuple[Ledger, Owners]:
        """Returns the ledger with moves that another process found, and who is who."""
        self._take(self._base, facts)
        return self.ledger, self.owners

    def _take(self, ledger: Ledger, facts: Iterable[Fact]) -> None:
        """Begins anew with a ledger and the facts that were found to it."""
        self._missing: list[str] | None = None
        self._base, self._found = ledger, list(facts)
        self.ledger = ledger.with_facts(self._found)
        self.owners = Owners(self.ledger, self._published, self._lists, self._config)

    def _add(self, moves: Mapping[str, str]) -> None:
        """Adds the present names of things that were lost; a page takes the place of one of its own kind of author."""
        moves = {ident: now for ident, now in moves.items() if now.startswith("@") or self._trusts(now) or (
            not ident.startswith("#") and not self._trusts(ident))}
        if moves:
            self._take(self._base, [*self._found, *(self.ledger.next(now, ident) for ident, now in moves.items())])

    def _trusts(self, token: str) -> bool:
        return self._config.markdown.trusts(unquote(token))

    def _still_true(self, ledger: Ledger, waiting: Iterable[Fact]) -> list[Fact]:
        """Returns the moves that were found before, without those of things that are back under their old names."""
        there = Owners(ledger, self._published, self._lists, self._config).bearer
        return [fact for fact in waiting if there.get(fact.value, fact.subject) == fact.subject]

    def _lost(self) -> list[str]:
        """Returns what the ledger knows and the site does not have, without pages that are only left out."""
        if self._missing is None:
            wanted = {name for names in self.ledger.owners.values() for name in names}
            self._missing = sorted(name for name in wanted if name not in self.owners.bearer and (
                name.startswith("@") or (is_page(name) and name not in self._left_out)))
        return self._missing

    def _traces_of_former(self, ledger: Ledger) -> dict[str, Trace]:
        """Returns the traces of pages as they were before this build, by what the ledger calls them."""
        traces = {}
        for path, parsed in self._contents.former.items():
            trace = self._trace(parsed)
            token = source_token(path)
            for name in (token, *ledger.origins.get(token, ()), id_token(parsed.front.params.get("id"))):
                if name:
                    traces[name] = trace
        return traces

    def _trace(self, parsed: ParsedSource, read: ReadBody | None = None) -> Trace:
        title = parsed.front.title or self._contents.heading(parsed.digest, read)
        date = parsed.front.date.isoformat() if parsed.front.date else None
        return Trace(title, date, parsed.front_digest, parsed.digest)

    def _follow_pages(self) -> None:
        for path, parsed in self._contents.former.items():  # a page that has lost its `id:` is where it was
            ident, token = id_token(parsed.front.params.get("id")), source_token(path)
            if ident and ident in self._lost() and token in self._published and not front_id(
                    self._published[token], self._config):
                self._add({ident: token})
        self._add(self._alike({**self._memory.traces, **self._former}))
        self._ask_git()
        self._follow_folders()

    def _new(self) -> list[str]:
        """Returns the sources that the ledger does not know."""
        return [token for token, ident in self.owners.ids.items()
                if ident not in self._base.known and token not in self.ledger.origins]

    def _alike(self, known: Mapping[str, Trace]) -> dict[str, str]:
        """Returns the new sources that are like a lost page: by all of their text, by their body, by title and date,
        by their title."""
        new = self._new()
        lost = {name: known[name] for name in self._lost() if name in known} if new else {}
        documents = {token: self._published[token] for token in new} if lost else {}
        traces = {token: self._trace(document.parsed, document.read_body) for token, document in documents.items()}
        found: dict[str, str] = {}
        for look in _LOOKS:
            before, now = (_only({name: look(trace) for name, trace in some.items()}) for some in (lost, traces))
            for key, name in before.items():
                if key in now:
                    found[name] = now[key]
                    del lost[name], traces[now[key]]
        return found

    def _ask_git(self) -> None:
        """Looks for lost pages in git, once for a commit and what is lost and new."""
        lost = [name for name in self._lost() if is_page(name)]
        if not lost:
            return
        git = GitMoves(self._contents.folder)
        asked = f"{SHALLOW if git.is_shallow else ''}{git.head} {text_digest(' '.join([*lost, '<', *self._new()]))}"
        if asked == self._memory.asked:
            return
        self._memory.asked, self._memory.is_changed = asked, True
        files = self._last_files(lost)
        moved, texts = git.ask(files)
        new = set(self._new())
        self._add({files[path]: source_token(now) for path, now in moved.items() if source_token(now) in new})
        for path, data in texts.items():
            parsed = self._contents.parse(path, data)
            if parsed:
                self._former.setdefault(files[path], self._trace(parsed))
        self._add(self._alike(self._former))

    def _last_files(self, lost: Iterable[str]) -> dict[str, str]:
        """Returns the files that lost pages had, each with its page."""
        names: dict[str, list[str]] = {}
        for token, origins in self.ledger.origins.items():
            for origin in origins:
                names.setdefault(origin, []).append(token)
        return {unquote(token): name for name in lost for token in (name, *names.get(name, ()))
                if not token.startswith("#") and token not in self._published}

    def _follow_folders(self) -> None:
        """Follows the other files of a folder that was renamed: where one went, those of the same name went."""
        folders = {}
        for token, origins in self.ledger.origins.items():
            (now, name), (before, its_name) = (each.rpartition("/")[::2] for each in (token, origins[0]))
            if name == its_name and not token.startswith("@"):
                folders[before] = now
        new = set(self._new()) if folders else set()
        moves = {}
        for name in self._lost() if new else ():
            folder, _, file = name.rpartition("/")
            now = f"{folders[folder]}/{file}".lstrip("/") if folder in folders else ""
            if now in new:
                moves[name] = now
        self._add(moves)

    def _follow_terms(self) -> None:
        """Follows a term to the one that all pages which had it have got instead."""
        lost = {name for name in self._lost() if name.startswith("@terms/")}
        gained: dict[str, set[str]] = {}
        now = {name: token for name, token in self.owners.bearer.items() if token in self._published}
        for path, parsed in self._contents.former.items() if lost else ():
            document = self._published.get(now.get(source_token(path), ""))
            before = term_tokens(parsed.front.terms)
            if document:
                more = term_tokens(document.parsed.front.terms) - before
                for name in before & lost:
                    gained[name] = gained[name] & more if name in gained else more
        self._add({name: next(iter(found)) for name, all_found in gained.items()
                   for found in [{each for each in all_found if each.count("/") == name.count("/")} or all_found]
                   if len(found) == 1})

    def _follow_lists(self) -> None:
        """Follows a list to the one that most of its pages, or of its terms, have gone to."""
        paths = self._config.collections.paths
        moves: dict[str, str] = {}
        for name in self._lost():
            kind, _, folder = name.partition("/")
            inner = {"@list": f"{folder}/", "@terms": f"{name}/"}.get(kind) if folder else None
            went = Counter(_list_of(token, paths) for ident, token in self.owners.bearer.items()
                           if inner and ident.startswith(inner))
            for now, _ in went.most_common(1):
                if now in self._lists:
                    moves[name] = now
        self._add(moves)


def _list_of(token: str, collections: Collection[str]) -> str:
    """Returns the list that a page or a term is in, as the ledger calls it."""
    if token.startswith("@"):
        return "/".join(token.split("/")[:2])
    return list_token(top_of(unquote(token), collections))


_LOOKS: tuple[Callable[[Trace], object], ...] = (
    lambda trace: (trace.front, trace.body), lambda trace: trace.body not in _EMPTY and trace.body,
    lambda trace: trace.date and (trace.title, trace.date), lambda trace: trace.title)


def _only(keys: Mapping[str, object]) -> dict[object, str]:
    """Returns the names by their keys, without keys that several have."""
    counts = Counter(keys.values())
    return {key: name for name, key in keys.items() if key and counts[key] == 1}
