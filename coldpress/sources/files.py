"""The files of a content folder: finds them, tells sources from assets, and parses their names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from coldpress.cache.file_stamps import stamp_of_stat
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import name_from
from coldpress.recorder import Key

MARKDOWN = (".md", ".markdown")
LARGEST_INCLUDED = 1_000_000
"""The largest file that a page may include, in bytes."""
_KEPT_DOTFILES = {".well-known", ".nojekyll", ".htaccess", ".domains"}
_LITTER = re.compile(r".*~|#.*#|.*\.(?:swp|swo|tmp|bak|orig|pyc)|thumbs\.db|desktop\.ini|__pycache__"
                     r"|node_modules", re.I)

_INDEX = re.compile(r"(_?index|readme)(?:\.[^.]*)?", re.I | re.A)

_UNNAMEABLE = re.compile("[\0\ud800-\udfff]")  # in no name of a file that is UTF-8
_DEEPEST = 100  # levels of nested folders
_LINKS = 3  # symbolic links in the path of one file


class SourceFile(NamedTuple):
    """One file in a content folder.

    `path` is relative to the content folder, in NFC, with `/`; `prefix` is what its name
    begins with in messages: that of its content folder; `location` is the file on disk;
    `folder` is its content folder; `stamp` holds its size, times and inode, which change when its content
    changes; `index_name` is its name without extension, in lower case, if it is that of an
    index (`index`, `_index`, `readme`), otherwise an empty text.
    """

    path: str
    prefix: str
    location: str
    stamp: str
    folder: str = ""
    index_name: str = ""
    key: str = ""
    """The key of a row that stands in the place of a file; empty for files."""
    make: Callable[[], bytes] | None = None
    """Returns the bytes of what stands in the place of a file: a row, or a text that is not saved."""

    @property
    def name(self) -> str:
        """The name for messages: of a file, relative to the site's root."""
        return self.prefix + (self.key or self.path)

    @property
    def file(self) -> Path:
        """The path on disk."""
        return Path(self.location)

    @property
    def size(self) -> int:
        """The size in bytes."""
        return int(self.stamp.split(" ")[0])

    @property
    def inode(self) -> int:
        """The inode, which all names of one file share; 0 where there is no file."""
        return 0 if self.make else int(self.stamp.split(" ")[3])

    @property
    def is_markdown(self) -> bool:
        return bool(self.key) or self.path.lower().endswith(MARKDOWN)

    @property
    def state(self) -> tuple[object, ...]:
        """All by which two sources are told apart: everything but the function that makes the bytes."""
        return self[:-1]

    def again(self) -> SourceFile:
        """Returns the same file with its current stamp; raises `OSError` if it was removed."""
        return self if self.make else self._replace(stamp=stamp_of_stat(self.file.stat()))

    def read(self) -> bytes:
        """Reads the bytes; raises `ColdpressError` if they cannot be read."""
        if self.make:
            return self.make()
        try:
            return self.file.read_bytes()
        except OSError as reason:
            raise ColdpressError(Problem(
                "source.unreadable", f"cannot read this file: {reason.strerror}", Place(self.name))) from None


def can_be_found(path: str) -> bool:
    """Returns whether `find_files` would find a file at a path below the content folder."""
    return not _UNNAMEABLE.search(path) and all(name and not is_ignored(name) for name in path.split("/"))


def unsaved_source(path: str, folder: str, text: str) -> SourceFile:
    """Makes a source with a text that is not saved, at a path below the content folder, which messages
    call `folder`."""
    path = normalize("NFC", path)
    above, data = path.rpartition("/")[0], text.encode("utf-8", "surrogateescape")
    return SourceFile(path, f"{folder}/", "", "", above, _index_name(path, above), make=lambda: data)


def find_files(folder: Path, name: str, problems: Problems) -> list[SourceFile]:
    """Finds every file below `folder`, sorted by path.  Messages call the folder `name`.

    Hidden files, backup files of editors and caches are ignored.  A symbolic link that
    leads out of the folder is a problem: the site would publish foreign files.
    """
    if not folder.is_dir():
        return []
    walk = _Walk(name, folder.resolve(), problems)
    walk.walk_folder(str(folder), "", ())
    return sorted(walk.found, key=attrgetter("path"))


class _Walk:
    """Walks a folder once.  `linked` holds the symbolic links in the path of the current folder, by
    their targets."""

    def __init__(self, name: str, root: Path, problems: Problems) -> None:
        self.found: list[SourceFile] = []
        self._prefix = f"{name}/"
        self._root = root
        self._problems = problems

    def walk_folder(self, folder: str, inner: str, linked: tuple[Path, ...]) -> None:
        """Adds the files of one folder, and those below it."""
        try:
            entries = list(os.scandir(folder))
        except OSError as reason:
            self._report("source.unreadable", f"cannot read this folder: {reason.strerror}", inner.rstrip("/"))
            return
        above = inner.rstrip("/")
        for entry in entries:
            if not is_ignored(entry.name):
                path = normalize("NFC", inner + entry.name)
                if entry.is_file(follow_symlinks=False) and path.isprintable():
                    self._add(entry, path, above)
                else:
                    self._take(entry, path, above, linked)

    def _take(self, entry: os.DirEntry[str], path: str, above: str, linked: tuple[Path, ...]) -> None:
        """Adds anything but a plain file."""
        if not path.isprintable() and any("\ud800" <= char <= "\udfff" for char in path):
            self._report("source.name", "the name of this file is not UTF-8", path, "rename it")
            return
        if entry.is_symlink():
            target = self._target(Path(entry.path), linked)
            if target is None:
                self._report("source.link", "this link leads out of its folder, in a circle or nowhere", path,
                             "put a copy of the file there")
                return
            linked = (*linked, target)
        if entry.is_dir() and path.count("/") < _DEEPEST:
            self.walk_folder(entry.path, f"{path}/", linked)
        elif entry.is_file():
            self._add(entry, path, above)
        elif entry.is_dir():
            self._report("source.no-file", "there are too many folders in one another", path)
        else:  # reading a pipe would block
            self._report("source.no-file", "this is neither a file nor a folder", path,
                         "remove it, or put it somewhere else")

    def _add(self, entry: os.DirEntry[str], path: str, above: str) -> None:
        self.found.append(SourceFile(path, self._prefix, entry.path, stamp_of_stat(entry.stat()), above,
                                     _index_name(path, above)))

    def _target(self, link: Path, linked: tuple[Path, ...]) -> Path | None:
        """Returns the target of a symbolic link; None for a link that is not followed."""
        try:
            target = link.resolve(strict=True)
        except (OSError, RuntimeError):
            return None
        # Following a link to a folder above it would never end.
        above = link.parent.resolve()
        is_circle = above.is_relative_to(target) or any(each.is_relative_to(target) for each in linked)
        return target if target.is_relative_to(self._root) and not is_circle and len(linked) < _LINKS else None

    def _report(self, code: str, message: str, path: str, hint: str | None = None) -> None:
        name = f"{self._prefix}{path}".rstrip("/").encode("utf-8", "replace").decode()
        self._problems.error(code, message, Place(name), hint)


def _index_name(path: str, above: str) -> str:
    found = _INDEX.fullmatch(path, len(above) + 1 if above else 0)
    return found[1].lower() if found else ""


def folders_in(folder: Path) -> list[str]:
    """Yields every folder below a folder, with names in the form of source paths."""
    return sorted(normalize("NFC", (Path(above) / name).relative_to(folder).as_posix())
                  for above, names, _ in os.walk(folder) for name in names)


def is_ignored(name: str) -> bool:
    """Returns whether a file or folder with this name is ignored."""
    if name.endswith(".md"):
        return name.startswith(".")  # what follows would match none
    return (name.startswith(".") and name not in _KEPT_DOTFILES) or _LITTER.fullmatch(name) is not None


def left_out_part(path: str) -> str | None:
    """Returns the first name in a path that is ignored, such as `node_modules`, so that nothing below it is a file of
    the site; None if there is none."""
    return next((name for name in path.split("/") if is_ignored(name)), None)


_NAME = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[-_ ]+(?P<stem>.+))?")


def file_stem(path: str) -> str:
    """Returns the name of a file without extension, in lower case: `index` for `a/Index.md`."""
    name = path[path.rfind("/") + 1:]
    dot = name.rfind(".")
    return (name[:dot] if dot > 0 else name).lower()


def top_of(path: str, collections: Collection[str]) -> str:
    """Returns the folder of the collection that a content path is in, otherwise its top folder;
    empty for a file at the top.

    `_posts` of Jekyll and Hexo counts as `posts`, unless `_posts` is a collection.
    """
    nested = [folder for folder in collections if "/" in folder and path.startswith(f"{folder}/")]
    if nested:
        return max(nested, key=len)
    top, slash, _ = path.partition("/")
    return ("posts" if top == "_posts" and top not in collections else top) if slash else ""


def split_name(path: str, names_folder: bool) -> tuple[str, date | None]:
    """Returns a source's name without extension and date, and the date.

    With `names_folder` the name of the containing folder is used.
    """
    stem = _stem(path, names_folder)
    found = _NAME.fullmatch(stem) if stem[:1].isdigit() else None
    if found:
        try:
            day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            return found["stem"] or stem, day
        except ValueError:
            pass
    return stem, None


def impossible_day(path: str, names_folder: bool) -> str | None:
    """Returns the text in the place of a date in a source's name, if no calendar has that day: `2026-02-30`."""
    stem = _stem(path, names_folder)
    found = _NAME.fullmatch(stem)
    return stem[:found.end("day")] if found and split_name(path, names_folder)[1] is None else None


def _stem(path: str, names_folder: bool) -> str:
    folder, _, file = path.rpartition("/")
    return folder.rpartition("/")[2] if names_folder and folder else file.rpartition(".")[0]


OUTSIDE = ("file", "folder", "environment", "volatile", "plugin", "config")
"""The kinds of reads that only code of others makes while a body is rendered."""


def included_reads(reads: Iterable[Key], base: str) -> tuple[Key, ...]:
    """Returns the reads of others' code while it rendered a body, with paths relative to `base` if
    they are below it.  The read of a file becomes that of an included file, on which only this
    page depends; a very large one stays, as its content is compared only as the read of a file."""
    found = (_as_included(key) for key in reads if key[0] in OUTSIDE)
    return tuple((kind, name_from(name, Path(base)) if base and kind in ("included", "file", "folder") else name)
                 for kind, name in found)


def _as_included(key: Key) -> Key:
    kind, name = key
    if kind != "file":
        return key
    try:
        return key if Path(name).stat().st_size > LARGEST_INCLUDED else ("included", name)
    except OSError:
        return "included", name
