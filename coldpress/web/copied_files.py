"""The files of `static/` and of the theme, and the names under which they are published.

A published name carries a hash of the file's content: `theme.css` is at `/theme/theme.a3f9c01b2d.css`, so that
browsers keep it for ever.  What a style sheet or a script names is written into it under its published name, so
another font is another sheet too.
"""

from __future__ import annotations

import os
import posixpath
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from os.path import isfile  # unlike that of a path, it answers for a name that is too long
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple
from unicodedata import normalize
from urllib.parse import unquote

from coldpress import recorder
from coldpress.config.themes import Theme
from coldpress.errors import Problems
from coldpress.paths import below, hashed_name, is_external, name_hash, plain_name, relative_name
from coldpress.recorder import Reads
from coldpress.sources.files import find_files, left_out_part
from coldpress.web.asset_texts import may_name_files, names_files, renamed, shortened_css, split_target, with_targets

STYLESHEETS = ("theme.css", "pictures.css")
"""The templates of style sheets, and their file names below `/theme/`."""
FileName = tuple[str, str]
"""`theme` or `static`, and the name of a file there."""


def _forms_of(filename: str) -> tuple[str, ...]:
    """A name as it is asked for, and as macOS once wrote it: with letters and their marks apart (NFD)."""
    apart = filename if filename.isascii() else normalize("NFD", filename)
    return (filename,) if apart == filename else (filename, apart)


class Sheet(NamedTuple):
    """A style sheet that templates render: its text, what they read, and the files that they named."""

    text: str
    reads: Reads
    versions: dict[FileName, str | None]


class KnownFile(NamedTuple):
    """What is known of a file: the stamps of all files on which its version depends; its version; the files that
    it names; its bytes, if they are not those of the file."""

    stamps: dict[FileName, Any]
    version: str
    names: tuple[FileName, ...] = ()
    data: bytes | None = None


class CopiedFiles:
    """The files below `/static/` and `/theme/`.  `static` is the folder of the first, the second has those of the
    `theme`; messages name files relative to `base`; `stylesheet` renders one of the style sheets, which are no
    copies; `link_root` returns what the paths of the site begin with.  Files of the theme have hashes in their
    names, static ones if `hashes_static`."""

    def __init__(self, static: Path, theme: Theme, base: Path, stylesheet: Callable[[str], str],
                 link_root: Callable[[], str], *, hashes_static: bool) -> None:
        self._folders = {"static": [static], "theme": [each.static for each in theme.chain]}
        self.hashed = ("theme", "static") if hashes_static else ("theme",)
        """The folders whose files have hashes in their names."""
        self._base = base
        self._render = stylesheet
        self._link_root = link_root
        self._known: dict[FileName, KnownFile] = {}
        self._paths: dict[FileName, list[str]] = {}
        self._sheets: dict[tuple[str, str], Sheet] = {}
        self._rendering: set[tuple[int, str]] = set()

    def forget_stylesheets(self) -> None:
        """Drops the rendered style sheets, after templates changed."""
        self._sheets.clear()

    def file(self, name: str, filename: str) -> Path:
        """The file that `/theme/` or `/static/` serves under a name; a theme's goes before that of the theme that it
        extends.  It may not exist.  Raises `paths.BadPath` for a name that leads out of the folder."""
        files = [below(folder, form) for folder in self._folders[name] for form in _forms_of(filename)]
        return next((file for file in files if isfile(file)), files[0])  # noqa: PTH113

    def place(self, name: str, filename: str) -> tuple[Path, str]:
        """The folder in which `file` finds a name, and the name as it is written there."""
        places = [(folder, form) for folder in self._folders[name] for form in _forms_of(filename)]
        return next(((folder, form) for folder, form in places if isfile(folder / form)), places[0])  # noqa: PTH113

    def files_in(self, name: str, problems: Problems | None = None) -> Iterator[str]:
        """The names of the files below `/theme/` or `/static/`."""
        found: dict[str, None] = {}
        for folder in self._folders[name]:
            problems = Problems() if problems is None else problems
            found |= dict.fromkeys(
                file.path for file in find_files(folder, relative_name(folder, self._base), problems))
        yield from sorted(found)

    def version(self, name: str, filename: str) -> str | None:
        """A version of ten hex digits that changes with the file; None if there is no such file."""
        recorder.read("version", f"{name}/{filename}")
        known = self._current((name, filename))
        return known.version if known else None

    def published(self, name: str, filename: str) -> str:
        """The name under which a file is published; that of a file that does not exist stays as it is."""
        version = self.version(name, filename) if name in self.hashed else None
        return filename if version is None else hashed_name(filename, version)

    def plain(self, name: str, published: str) -> str:
        """The name of the file that is asked for: a hash may be an old one, from a page that is still open."""
        if name in self.hashed and not self._is_there((name, published)):
            return plain_name(published) or published
        return published

    def data(self, name: str, filename: str) -> bytes | None:
        """The bytes of a style sheet or a script that differ from its file; None for a file that is copied.
        What they are made of is recorded."""
        known = self._current((name, filename))
        if (name, filename) in _RENDERED:
            recorder.replay(self._sheet(filename).reads)
        for each in (*known.names, (name, filename)) if known else ():
            recorder.read("version", "/".join(each))
        if known is None or known.data is None:
            return None
        return shortened_css(known.data.decode()).encode() if (name, filename) in _RENDERED else known.data

    def is_copy(self, name: str, filename: str) -> bool:
        """Whether a file is published as it is."""
        known = self._current((name, filename))
        return known is None or known.data is None

    def named_by_theme(self) -> list[FileName]:
        """The static files that files of the theme name."""
        if "static" not in self.hashed:
            return []
        files = [("theme", name) for name in (*STYLESHEETS, *self.files_in("theme"))]
        return [each for each in self.named_by(files) if each[0] == "static"]

    def parts(self, name: str, filename: str) -> list[Path]:
        """The files on which the version of a file depends, itself first."""
        known = self._known.get((name, filename))
        return [self.file(*each) for each in {(name, filename): None, **(known.stamps if known else {})}]

    def named_by(self, files: Iterable[FileName]) -> list[FileName]:
        """The files that exist among some, and all that these lead to, sorted."""
        found: dict[FileName, None] = {}
        waiting = list(files)
        while waiting:
            each = waiting.pop()
            known = self._current(each) if each not in found else None
            if known:
                found[each] = None
                waiting += known.names
        return sorted(found)

    # What is known, as long as no file of it changes.

    def _current(self, file: FileName) -> KnownFile | None:
        known = self._known.get(file)
        if known is None or any(self._stamp(each) != stamp for each, stamp in known.stamps.items()):
            with recorder.unrecorded():
                self._known.update(_Versions(self, file).known)
            known = self._known.get(file) if self._stamp(file) is not None else None
        return known

    def _stamp(self, file: FileName) -> Any:
        """What is other when a file is other: size and time, the rendered sheet, None where nothing is."""
        if file in _RENDERED:
            return self._sheet(file[1]) if (threading.get_ident(), file[1]) not in self._rendering else None
        for path in self._paths.get(file) or self._paths_of(file):
            try:
                found = os.stat(path)  # noqa: PTH116  (each page asks for ten files, and a Path costs ten times more)
            except (OSError, ValueError):
                continue
            if S_ISREG(found.st_mode):
                return found.st_size, found.st_mtime_ns
        return None

    def _paths_of(self, file: FileName) -> list[str]:
        """Where a file may be, that of the theme before those of the themes that it extends; nowhere if it is left
        out, so that it is not published."""
        if left_out_part(file[1]):
            return []
        try:
            paths = self._paths[file] = [
                str(below(folder, form)) for folder in self._folders[file[0]] for form in _forms_of(file[1])]
        except ValueError:  # it leads out of its folder
            return []
        return paths

    def _is_there(self, file: FileName) -> bool:
        return file in _RENDERED or self._stamp(file) is not None

    def read(self, file: FileName) -> bytes:
        """The bytes of a file before other names stand in it."""
        return self._sheet(file[1]).text.encode() if file in _RENDERED else self.file(*file).read_bytes()

    def stamp(self, file: FileName) -> Any:
        """What is other when a file is other; None where there is none."""
        return self._stamp(file)

    def target(self, file: FileName, target: str) -> FileName | None:
        """The file that a style sheet or script names, if its published name has a hash."""
        path, _ = split_target(target)
        root = f"{self._link_root()}/"
        if not path or "\\" in path or is_external(path) or (path.startswith("/") and not path.startswith(root)):
            return None
        folder = posixpath.dirname("/".join(file))
        inner = path.removeprefix(root) if path.startswith("/") else posixpath.join(folder, path)
        name, _, filename = posixpath.normpath(unquote(inner)).partition("/")
        return (name, filename) if name in self.hashed and filename else None

    def _sheet(self, filename: str) -> Sheet:
        """A style sheet as it is now: it is rendered again when a file that its templates named changed."""
        key = filename, self._link_root()
        sheet = self._sheets.get(key)
        if sheet is None or any(self._version_of(each) != version for each, version in sheet.versions.items()):
            with self._while_rendering(filename), recorder.recording() as reads:
                text = self._render(filename)
            names = [name.partition("/")[::2] for kind, name in reads if kind == "version"]
            sheet = self._sheets[key] = Sheet(text, reads, {each: self._version_of(each) for each in names})
        return sheet

    def _version_of(self, file: FileName) -> str | None:
        known = self._current(file)
        return known.version if known else None

    @contextmanager
    def _while_rendering(self, filename: str) -> Iterator[None]:
        """Inside the block the sheet does not exist: a template that named its own version would never end."""
        key = threading.get_ident(), filename
        self._rendering.add(key)
        try:
            yield
        finally:
            self._rendering.discard(key)


_RENDERED = frozenset(("theme", name) for name in STYLESHEETS)


class _Versions:
    """Finds the versions of a file and of all files that it leads to, from those that name none upwards.  Files that
    name one another in a circle have the versions of their common content."""

    def __init__(self, files: CopiedFiles, first: FileName) -> None:
        self._files = files
        self.known: dict[FileName, KnownFile] = {}
        self._stamps: dict[FileName, Any] = {}
        self._data: dict[FileName, bytes] = {}
        self._names: dict[FileName, dict[str, FileName]] = {}
        for circle in self._read_all(first):
            self._take(circle)

    def _read_all(self, first: FileName) -> Iterator[list[FileName]]:
        """Reads all files, and yields them in circles (most of one file), each after those that it names."""
        # Tarjan's algorithm without recursion: a file's number is the lowest that it leads back to.
        numbers: dict[FileName, int] = {}
        lowest: dict[FileName, int] = {}
        path: list[tuple[FileName, Iterator[FileName]]] = []
        open_files: list[FileName] = []

        def enter(file: FileName) -> None:
            numbers[file] = lowest[file] = len(numbers)
            open_files.append(file)
            path.append((file, iter(self._read(file))))

        enter(first)
        while path:
            file, names = path[-1]
            following = next(names, None)
            if following is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[file])
                if lowest[file] == numbers[file]:
                    start = open_files.index(file)
                    yield open_files[start:]
                    del open_files[start:]
            elif following not in numbers:
                enter(following)
            elif following in open_files:
                lowest[file] = min(lowest[file], numbers[following])

    def _read(self, file: FileName) -> list[FileName]:
        """Reads a file; returns the files that it names."""
        files, names = self._files, self._names.setdefault(file, {})
        stamp = self._stamps[file] = files.stamp(file)
        try:
            self._data[file] = files.read(file) if stamp is not None else b""
        except OSError:  # it has gone, or is a folder
            stamp = self._stamps[file] = None
        text = self._data[file].decode(errors="surrogateescape") if names_files(file[1]) else ""
        if stamp is not None and file[0] in files.hashed and may_name_files(file[1], text):
            def note(target: str) -> None:
                if found := files.target(file, target):
                    names[target] = found

            with_targets(file[1], text, note)
        return list(dict.fromkeys(names.values()))

    def _take(self, circle: list[FileName]) -> None:
        """Finds the versions of the files of one circle."""
        there = [file for file in circle if self._stamps[file] is not None]
        stamps = {file: self._stamps[file] for file in circle}
        for file in circle:
            for name in self._names[file].values():
                stamps |= self.known[name].stamps if name in self.known else {name: self._stamps[name]}
        written = {file: self._written(file) for file in there}
        hashes = {file: blake2b(data, digest_size=16).hexdigest() for file, data in written.items()}
        is_circle = len(circle) > 1 or circle[0] in self._names[circle[0]].values()
        if is_circle:
            whole = "".join(f"{'/'.join(file)} {hashes[file]}\n" for file in sorted(there))
            hashes = {file: blake2b(f"{hashes[file]} {whole}".encode(), digest_size=16).hexdigest() for file in there}
        for file in there:
            names = dict.fromkeys(name for name in self._names[file].values() if self._stamps[name] is not None)
            self.known[file] = KnownFile(stamps, name_hash(hashes[file]), tuple(names))
        for file in there if is_circle else ():
            written[file] = self._written(file)
        for file, data in written.items():
            if data != self._data[file] or file in _RENDERED:
                self.known[file] = self.known[file]._replace(data=data)

    def _written(self, file: FileName) -> bytes:
        """The bytes of a file with the published names that are known so far."""
        if not self._names[file]:
            return self._data[file]

        def shown(target: str) -> str | None:
            found = self._names[file].get(target)
            known = self.known.get(found) if found else None
            if found is None or known is None:
                return None
            return renamed(target, posixpath.basename(hashed_name(found[1], known.version)))

        text = self._data[file].decode(errors="surrogateescape")
        return with_targets(file[1], text, shown).encode(errors="surrogateescape")
