"""From a folder to a Library: find, read, select, place.

Reads as the first half of a build.  Nothing here stops at the first mistake:
what is wrong is collected, what is right goes on.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from coldpress.config.model import Config, RunOptions
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.permalinks import PageEntry, Permalinks, asset_path, check_languages
from coldpress.content.protocols import BodyRenderer, Host
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
from coldpress.content.taxonomy import author_data, check_author_data, check_authors, check_terms
from coldpress.errors import ColdpressError, Place, Problems
from coldpress.paths import BadPath, Claims, asset_file_of, file_of, file_that_is_a_folder, relative_name
from coldpress.sources.cache import SourceCache
from coldpress.sources.data import Data
from coldpress.sources.files import SourceFile, find_files
from coldpress.sources.front_matter import SourceDocument, document_of

FindPlace = Callable[[], Place]


@dataclass
class Sources:
    """Where a site's content comes from, and documents already read.

    Files are named to people as seen from `base`.  `read` keeps each document
    by its file and stamp, so that loading again in one process reads only what
    changed; `cache` does so from one process to the next.
    """

    root: Path
    base: Path
    config: Config
    markup: BodyRenderer
    cache: SourceCache
    read: dict[tuple[SourceFile, bool], tuple[SourceDocument | None, Problems]] = field(default_factory=dict)

    def documents(self, files: Iterable[SourceFile]) -> dict[SourceFile, tuple[SourceDocument | None, Problems]]:
        """The Markdown among `files`, each with what was wrong in it."""
        markdown = [file for file in files if file.is_markdown]
        indexed = {file.folder for file in markdown if file.stem in ("index", "_index")}
        now: dict[tuple[SourceFile, bool], tuple[SourceDocument | None, Problems]] = {}
        for file in markdown:
            names_folder = file.stem == "index" or (file.stem == "readme" and file.folder not in indexed)
            now[file, names_folder] = ((self.read and self.read.get((file, names_folder)))
                                       or self._read(file, names_folder))
        self.read = now
        return {file: found for (file, _), found in now.items()}

    def reread(self, document: SourceDocument) -> SourceDocument | None:
        """A document as its file is now, if nothing but its body changed and
        nothing was or is wrong with it.  Raises `OSError` when it is gone."""
        key = next((key for key in ((document.source, False), (document.source, True)) if key in self.read), None)
        if key is None or self.read[key][1]:
            return None
        file = document.source.again()
        now, problems = self._read(file, key[1])
        if now is None or problems or (now.front, now.parsed.front_digest) != (
                document.front, document.parsed.front_digest):
            return None
        del self.read[key]
        self.read[file, key[1]] = now, problems
        return now

    def _read(self, file: SourceFile, names_folder: bool) -> tuple[SourceDocument | None, Problems]:
        problems = Problems()
        try:
            parsed = self.cache.parsed(file, problems)
        except ColdpressError as reason:  # it cannot be read
            return None, Problems(reason.problems)
        document = document_of(file, parsed, self.config.zone, names_folder=names_folder) if parsed else None
        return document, problems


def assemble(sources: Sources, options: RunOptions, now: datetime, host: Host[Page],
             problems: Problems) -> Library:
    """The Library of a site at the moment `now`; mistakes go to `problems`."""
    config = sources.config
    folder = sources.root / config.content_dir
    name = relative_name(folder, sources.base)
    if not folder.is_dir():
        problems.error("source.no-content", f"there is no folder `{name}`", None,
                       "make it, or name another with `content_dir`")
    files = find_files(folder, name, problems)
    withheld = [file for file in files if is_withheld(file)]
    _warn_of_withheld(withheld, sources, problems)
    files = [file for file in files if not is_withheld(file)]
    documents = _read(files, sources, problems)
    published, left_out = select(documents, options, now)
    entries = Permalinks(config, published, problems).entries()
    _warn_of_undated(entries, problems)
    check_languages(entries, problems)
    check_terms(entries, problems)
    bundles = {entry.bundle: entry.path for entry in entries if entry.bundle}
    active = active_files(files, config, bundles)
    warn_of_active(active, problems)
    states = {**{file.path: IN_UNDERSCORE for file in withheld}, **{file.path: OF_UNTRUSTED for file in active},
              **_states(files, left_out)}
    assets = _place_assets([file for file in files if not file.is_markdown and file.path not in states],
                           bundles, problems, lowercase=config.slugs.lowercase)
    data = _data(sources, problems)
    check_authors(entries, author_data(data).values(), problems)
    library = Library(config, entries, assets, left_out, states, sources.markup, host, data)
    _refuse_clashes(entries, library, problems)
    return library


def _read(files: Iterable[SourceFile], sources: Sources, problems: Problems) -> list[SourceDocument]:
    documents = []
    for document, found in sources.documents(files).values():
        problems.extend(found)
        if document:
            documents.append(document)
    return documents


def _data(sources: Sources, problems: Problems) -> Data:
    folder = sources.root / sources.config.data_dir
    name = relative_name(folder, sources.base)
    data = Data(find_files(folder, name, problems), problems)
    problems.extend(check_author_data(data, name))
    return data


def _states(files: Iterable[SourceFile], left_out: Iterable[Unpublished]) -> dict[str, str]:
    """What is left out now, and why: the sources, what lies in their bundles,
    and links to them under another name."""
    bundles = {out.document.source.folder: out.state for out in left_out if _is_bundle(out.document)}
    inodes = {out.document.source.inode: out.state for out in left_out if out.document.source.inode}
    states = {out.document.source.path: out.state for out in left_out}
    for file in files if states else ():
        state = inodes.get(file.inode) or next((bundles[above] for above in _above(file) if above in bundles), None)
        if state and not file.is_markdown:
            states[file.path] = state
    return states


def _above(file: SourceFile) -> Iterator[str]:
    """The folders that a file lies in, the nearest first."""
    folder = file.folder
    while folder:
        yield folder
        folder = posixpath.dirname(folder)


def _warn_of_withheld(withheld: Iterable[SourceFile], sources: Sources, problems: Problems) -> None:
    """Those are fine that lie where the config says that snippets are."""
    content = posixpath.normpath(sources.config.content_dir)
    known = tuple(f"{posixpath.normpath(folder)}/" for folder in sources.config.markdown.snippets)
    warn_of_withheld([file for file in withheld if not f"{content}/{file.path}".startswith(known)], problems)


def _is_bundle(document: SourceDocument) -> bool:
    return bool(document.source.folder) and document.source.stem == "index"


def _warn_of_undated(entries: Iterable[PageEntry], problems: Problems) -> None:
    for entry in entries:
        if entry.kind == "post" and entry.document.front.date is None:
            problems.warn("post.undated", "this post has no date: it comes last and stays out of feeds",
                          Place(entry.document.source.name), "give it a `date:` in front matter or in its name")


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


def _refuse_clashes(entries: Iterable[PageEntry], library: Library, problems: Problems) -> None:
    """Two sources for one URL, or one that is a file where the other is a folder:
    pages, aliases and assets are compared."""
    claims: Claims[FindPlace] = Claims()
    for entry in entries:
        _claim(claims, file_of(entry.path), entry.path, partial(entry.document.place_of, "permalink"), problems)
    library._aliases.check(problems)
    for path, alias in library.aliases.items():
        _claim(claims, file_of(path), path, partial(alias.page.unrecorded.document.place_of, "aliases"), problems)
    for path, asset in library.assets.items():
        _claim(claims, asset_file_of(path), path, partial(Place, asset.name), problems)


def _claim(claims: Claims[FindPlace], file: str, path: str, place: FindPlace, problems: Problems) -> None:
    """Note who wants a file.  Places are found only for a clash: to find one,
    front matter is parsed again."""
    other = claims.take(file, place)
    if other is None:
        return
    folder = file_that_is_a_folder(file, other.file)
    message = f"`/{folder}` would be a file and a folder" if folder else f"two sources want `{path}`"
    if file != other.file and not folder:
        message += ", as names are compared where case does not count"
    problems.error("url.clash", message, place(), "give one of them another name, `slug:` or `permalink:`",
                   also=(other.owner(),))
