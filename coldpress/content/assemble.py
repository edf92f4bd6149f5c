"""Assembles the Library of a site: finds, reads, selects and places the sources.

The first error does not stop it: errors are collected, and the sources without
errors are used.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple, Protocol

from coldpress.config.collections import Collection
from coldpress.config.fields import Field
from coldpress.config.loader import Config, RunOptions
from coldpress.config.yaml_toml import MappingText
from coldpress.content.author_data import author_data, check_author_data, check_authors
from coldpress.content.clashes import report_clashes
from coldpress.content.dating import dated, read_git_dates
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.permalinks import PageEntry, Permalinks, asset_path, check_languages
from coldpress.content.read_ahead import read_ahead
from coldpress.content.schema import Schema
from coldpress.content.selection import (
    IN_UNDERSCORE,
    OF_UNTRUSTED,
    Unpublished,
    active_files,
    is_withheld,
    select,
    warn_of_active,
    warn_of_withheld,
)
from coldpress.content.slots import Host
from coldpress.content.term_checks import check_terms
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.images.service import ImageService
from coldpress.markdown.cache import MarkupCache
from coldpress.paths import LEDGER, BadPath, asset_file_of, relative_name
from coldpress.sources.cache import SourceCache
from coldpress.sources.data import Data
from coldpress.sources.files import SourceFile, can_be_found, find_files, impossible_day, unsaved_source
from coldpress.sources.front_matter import ParsedSource, SourceDocument, document_of
from coldpress.sources.git_dates import GitDates
from coldpress.sources.rows import Call, RowSource, SourceRows, rows_of_data
from coldpress.text import did_you_mean

_NO_PROBLEMS: tuple[Problem, ...] = ()


class Saved(Protocol):
    """What is kept for the next build: `moves.MoveMemory`."""

    def save(self) -> None: ...


class Reading(NamedTuple):
    """What was read from a file: its document, and the problems found in it.  With `names_folder` it
    is the index of its folder, which gives it its name."""

    file: SourceFile
    names_folder: bool
    document: SourceDocument | None
    problems: tuple[Problem, ...]


@dataclass
class Sources:
    """The content folder of a site, and the documents that were already read.

    Messages name files relative to `base`.  `read` keeps what was read by path, so that
    only changed files are read when the same process assembles again.  `cache` does the
    same between processes.  `source_version` returns the version of the code of a row
    source: with other code, all its rows are read anew.
    """

    root: Path
    base: Path
    config: Config
    config_text: MappingText
    markup: MarkupCache
    images: ImageService
    cache: SourceCache
    call: Call
    row_sources: Mapping[str, RowSource]
    source_version: Callable[[str], str]
    fields: Iterable[Field]
    collection_fields: Mapping[str, Sequence[Field]]
    state: Path
    read: dict[str, Reading] = field(default_factory=dict)
    before: dict[str, Reading] = field(default_factory=dict)
    """What was read the time before."""
    memory: Saved | None = None
    """What is remembered of moved pages, if the site has a ledger of its URLs."""
    jobs: int = 1
    """How many processes may read new files at once."""

    @property
    def git_dates(self) -> GitDates | None:
        """What tells the dates of sources in git, if the config asks for it."""
        folder = self.root / self.config.content_dir
        asked = self.config.dates == "git" and folder.is_dir()
        return GitDates(folder, self.state, self.config_text.place("dates")) if asked else None

    def documents(self, files: Iterable[SourceFile], problems: Problems) -> list[SourceDocument]:
        """Returns the documents of Markdown files and rows; adds the problems found in them."""
        files = list(files)
        unread = [file for file in files if file.path not in self.read]
        read_ahead(unread, self.cache, self.markup, self.config.language, self.jobs)
        indexed = {file.folder for file in files if file.index_name in ("index", "_index")}
        known, self.read = self.read, {}
        self.before = known
        zone = self.config.zone
        documents = []
        for file in files:
            names_folder = file.index_name == "index" or (file.index_name == "readme" and file.folder not in indexed)
            reading = known.get(file.path)
            if reading is None or reading.names_folder is not names_folder or reading.file.state != file.state:
                reading = self._read(file, names_folder, zone)
            self.read[file.path] = reading
            if reading.problems:
                problems.extend(reading.problems)
            if reading.document:
                documents.append(reading.document)
        return documents

    def former(self) -> dict[str, ParsedSource]:
        """Returns the sources that changed or went since they were read before, as they were."""
        here = {path: reading.document.parsed for path, reading in self.before.items()
                if reading.document and reading is not self.read.get(path)}
        return {**self.cache.former(), **here}

    def heading(self, digest: str, read: Callable[[], str] | None = None) -> str | None:
        """Returns the title heading of a body; None if it has none, or if it is not known any more."""
        try:
            return self.markup.heading(digest, read or _unknown)
        except (KeyError, ColdpressError):
            return None

    def parse(self, path: str, data: bytes) -> ParsedSource | None:
        """Parses the text that a source had at some time; None if it cannot be read."""
        try:
            return self.cache.parser.parse(unsaved_source(path, "", ""), data, Problems())
        except ColdpressError:
            return None

    def save(self) -> None:
        """Saves what was read for the next build."""
        self.cache.save()
        if self.memory:
            self.memory.save()

    def reread(self, document: SourceDocument) -> SourceDocument | None:
        """Returns a document as its file is now, if only its body changed and it has no problem
        now or before; otherwise None.  Raises `OSError` if the file was removed."""
        before = self.read.get(document.source.path)
        if before is None or before.file != document.source or before.document is None or before.problems:
            return None
        now = self._read(document.source.again(), before.names_folder, self.config.zone)
        if now.document is None or now.problems:
            return None
        parsed = now.document.parsed
        if parsed.front_digest != before.document.parsed.front_digest:
            return None
        self.read[document.source.path] = now
        return now.document._replace(front=document.front, parsed=parsed._replace(
            front_digest=document.parsed.front_digest, meta_digest=document.parsed.meta_digest))  # as completed

    def unsaved(self, path: str, text: str, problems: Problems) -> SourceDocument | None:
        """Returns the document of a text that is not saved, as if it were the file at a path below the
        content folder; returns None and adds a problem if it cannot be read."""
        folder = relative_name(self.root / self.config.content_dir, self.base)
        file = unsaved_source(path, folder, text)
        if not file.is_markdown or is_withheld(file) or not can_be_found(path):
            problems.error("source.no-page", "a file with this name is no page", Place(file.name),
                           "name a Markdown file below the content folder")
            return None
        names_folder = file.index_name == "index" or (file.index_name == "readme" and not any(
            other.file.folder == file.folder and other.file.index_name in ("index", "_index")
            for other in self.read.values()))
        try:
            parsed = self.cache.parser.parse(file, file.read(), problems)
        except ColdpressError as reason:
            problems.extend(reason.problems)
            return None
        return document_of(file, parsed, self.config.zone, names_folder=names_folder) if parsed else None

    def _read(self, file: SourceFile, names_folder: bool, zone: tzinfo) -> Reading:
        parsed, problems = self.cache.known(file), _NO_PROBLEMS
        if parsed is None:
            found = Problems()
            try:
                parsed = self.cache.parsed(file, found)
                problems = tuple(found)
            except ColdpressError as reason:  # the file cannot be read
                problems = reason.problems
        document = document_of(file, parsed, zone, names_folder=names_folder) if parsed else None
        return Reading(file, names_folder, document, problems)


def _unknown() -> str:
    raise KeyError("the body of this source is gone")


def assemble(sources: Sources, options: RunOptions, now: datetime, host: Host[Page],
             problems: Problems) -> Library:
    """Returns the Library of a site at the moment `now`.  Adds problems to `problems`."""
    config = sources.config
    folder = sources.root / config.content_dir
    name = relative_name(folder, sources.base)
    if not folder.is_dir():
        problems.error("source.no-content", f"there is no folder `{name}`", None,
                       "make it, or name another with `content_dir`")
    files = find_files(folder, name, problems)
    markdown: list[SourceFile] = []
    others: list[SourceFile] = []
    for file in files:
        (markdown if file.is_markdown else others).append(file)
    withheld = [file for file in markdown if is_withheld(file)]
    if withheld:
        _warn_of_withheld(withheld, sources, problems)
        markdown = [file for file in markdown if not is_withheld(file)]
    data = _data(sources, problems)
    rows = [row for collection in config.collections.values() if collection.has_rows
            for row in _rows(collection, sources, data, problems)]
    documents = dated(sources.documents([*markdown, *rows], problems), read_git_dates(sources.git_dates, problems),
                      config.zone)
    schema = Schema(config, sources.config_text, documents, sources.fields,
                    sources.collection_fields, problems)
    published, left_out = select(schema.applied(documents, problems), options, now)
    permalinks = Permalinks(config, published)
    entries = permalinks.entries(published, problems)
    permalinks.report_second_index(problems)
    _check_entries(entries, problems)
    bundles = {entry.bundle: entry.path for entry in entries if entry.bundle}
    active = active_files(others, config, bundles)
    warn_of_active(active, problems)
    states = {**{file.path: IN_UNDERSCORE for file in withheld}, **{file.path: OF_UNTRUSTED for file in active},
              **_states(others, left_out)}
    assets = _place_assets([file for file in others if file.path not in states], bundles, problems,
                           lowercase=config.slugs.lowercase)
    check_authors(entries, author_data(data), problems)

    def entry_of(path: str, text: str, found: Problems) -> PageEntry | None:
        document = sources.unsaved(path, text, found)
        placed = permalinks.entries(schema.applied([document], found), found) if document else ()
        _check_entries(placed, found)
        return placed[0] if placed else None

    library = Library(config, entries, assets, left_out, states, sources.markup, sources.images,
                      host, data, entry_of)
    report_clashes(entries, library, problems)
    if (sources.root / LEDGER).exists():
        from coldpress.content.url_history import keep_urls  # noqa: PLC0415  (most sites have no ledger)

        library.kept = keep_urls(library, sources, options.moves, problems)
    return library


def _rows(collection: Collection, sources: Sources, data: Data, problems: Problems) -> Iterable[SourceFile]:
    """Returns the rows of a collection; those of a registered source that changed are loaded."""
    if collection.source is None:
        return rows_of_data(collection, data, sources.config.data_dir, problems)
    found = sources.row_sources.get(collection.source)
    if found is None:
        problems.error("collection.no-source", f"there is no source `{collection.source}`",
                       sources.config_text.place("collections", collection.name, "source"),
                       did_you_mean(collection.source, sources.row_sources) or "register it in `build.py`: "
                       f'`@site.source("{collection.source}")`')
        return ()
    source = SourceRows(collection, found, sources.call, sources.source_version(collection.source))
    try:
        found_problems = Problems()
        rows = source.rows(found_problems)
        problems.extend(found_problems)
        if found_problems:
            return ()
        source.fetch(row.key for row in rows if not sources.cache.is_known(row))
    except ColdpressError as reason:
        problems.extend(replace(problem, message=f"the source `{collection.source}` fails: {problem.message}")
                        if problem.code == "source.failed" else problem for problem in reason.problems)
        return ()
    return rows


def _data(sources: Sources, problems: Problems) -> Data:
    folder = sources.root / sources.config.data_dir
    name = relative_name(folder, sources.base)
    data = Data(find_files(folder, name, problems), problems)
    problems.extend(check_author_data(data, name))
    return data


def _states(assets: Iterable[SourceFile], left_out: Iterable[Unpublished]) -> dict[str, str]:
    """Returns the reason for each file that is left out: sources, the assets of their bundles, and
    links to these files by another name."""
    bundles = {out.document.source.folder: out.state for out in left_out if _is_bundle(out.document)}
    inodes = {out.document.source.inode: out.state for out in left_out if out.document.source.inode}
    states = {out.document.source.path: out.state for out in left_out}
    for file in assets if states else ():
        state = inodes.get(file.inode) or next((bundles[above] for above in _above(file) if above in bundles), None)
        if state:
            states[file.path] = state
    return states


def _above(file: SourceFile) -> Iterator[str]:
    """Yields the folders that contain a file, the nearest first."""
    folder = file.folder
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def _warn_of_withheld(withheld: Iterable[SourceFile], sources: Sources, problems: Problems) -> None:
    """Warns of withheld Markdown, except in folders that the config names as folders of snippets."""
    content = posixpath.normpath(sources.config.content_dir)
    known = tuple(f"{posixpath.normpath(folder)}/" for folder in sources.config.markdown.snippets)
    warn_of_withheld([file for file in withheld if not f"{content}/{file.path}".startswith(known)], problems)


def _is_bundle(document: SourceDocument) -> bool:
    return bool(document.source.folder) and document.source.index_name == "index"


def _check_entries(entries: Sequence[PageEntry], problems: Problems) -> None:
    """Reports dates, languages and terms that are missing or wrong."""
    _warn_of_undated(entries, problems)
    check_languages(entries, problems)
    check_terms(entries, problems)


def _warn_of_undated(entries: Iterable[PageEntry], problems: Problems) -> None:
    for entry in entries:
        if entry.kind == "post" and entry.document.front.date is None:
            day = impossible_day(entry.document.source.path, entry.document.names_folder)
            problems.warn("post.undated", "this post has no date: it comes last and stays out of feeds",
                          Place(entry.document.source.name), f"its name has one, but there is no day `{day}`" if day
                          else "give it a `date:`, or begin its name with one, such as `2026-01-31-`")


def _place_assets(files: Iterable[SourceFile], bundles: dict[str, str], problems: Problems, *, lowercase: bool
                  ) -> dict[str, SourceFile]:
    assets: dict[str, SourceFile] = {}
    for file in files:
        path = asset_path(file, bundles, lowercase=lowercase)
        try:
            asset_file_of(path)
        except BadPath as reason:
            problems.error("url.bad", f"this file cannot be published: {reason}", Place(file.name), "rename it")
            continue
        if path in assets:
            problems.error("url.clash", f"two files want `{path}`", Place(file.name), "rename one of them",
                           also=(Place(assets[path].name),))
        else:
            assets[path] = file
    return assets
