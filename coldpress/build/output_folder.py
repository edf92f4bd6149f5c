"""The output folder: its manifest, what prevents writing to it, the removal of outdated files, and the lock."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import sys
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, Protocol

from coldpress.cache.checksum import DamagedError, read_with_checksum, write_with_checksum
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import STATE, folders_above, is_link, relative_name, resolved

MARK_FILE = ".gitignore"
MARK_FILES = (MARK_FILE, f"{MARK_FILE}.part")
"""Coldpress's own files in an output folder: no page may have their names."""
MARK = "# Output of Coldpress: files it did not write itself are never removed."
_KIND = "coldpress-manifest 1"


class OutputManifest:
    """The list of the files that Coldpress wrote to one output folder, kept in the state folder."""

    def __init__(self, folder: Path, state: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._mark = folder / MARK_FILE
        key = blake2b(name.encode(), digest_size=6).hexdigest()
        self._manifest = str(state / f"manifest-{key}.json")
        self._instead: set[str] | None = None
        self._written: tuple[set[str], str] | None = None
        self.note: str | None = None

    def check(self, recorded: AbstractSet[str], is_as_written: Callable[[str], bool]) -> None:
        """Compares the manifest with the records of the last build.  If it is
        damaged, or belongs to another folder, the records replace it."""
        try:
            named = self._read()
        except DamagedError as reason:
            self.note = f"the manifest of `{self._name}` was damaged ({reason}); it is made anew"
            self._instead = set(recorded)
            return
        if named is None and Path(self._manifest).exists():  # another version's
            self._instead = set(recorded)
        elif named and any(is_as_written(file) for file in recorded - named[0]):
            self.note = f"the manifest of `{self._name}` is of another folder or time; it is made anew"
            self._instead = set(recorded)

    def files(self) -> set[str] | None:
        """Returns the files that Coldpress wrote; None if they are unknown."""
        named = self._believed()
        return named[0] if named else self._instead or None

    def base_url(self) -> str | None:
        """Returns the base URL for which they were written; None if it is unknown."""
        named = self._believed()
        return named[1] if named else None

    def write(self, files: set[str], base_url: str | None) -> None:
        """Writes the manifest of these files and their base URL."""
        write_with_checksum(self._manifest, _KIND, json.dumps(
            {"output": self._name, "base_url": base_url or "", "files": sorted(files)}, ensure_ascii=False, indent=0))
        self._instead, self._written = None, None

    def is_marked(self) -> bool:
        """Returns whether the mark file is in the folder."""
        try:
            return not is_link(self._mark) and MARK in self._mark.read_text("utf-8", "replace")
        except OSError:
            return False

    def mark(self) -> None:
        """Writes the mark file into the folder, which also keeps the folder out of git."""
        if not self.is_marked():
            _replace_text(self._mark, f"{MARK}\n*\n")

    def forget(self) -> None:
        """Removes the manifest, and folder and mark file if there are no other files."""
        part = self._folder / MARK_FILES[1]
        if self.is_marked() and {path.name for path in self._folder.iterdir()} <= {*MARK_FILES}:
            part.unlink(missing_ok=True)
            self._mark.unlink()
            self._folder.rmdir()
        Path(self._manifest).unlink(missing_ok=True)
        self._written = None

    def foreign(self, owned: set[str]) -> tuple[str, ...]:
        """Returns the files in the folder that are not among `owned`."""
        return tuple(sorted(set(_files_below(self._folder)).difference(owned, MARK_FILES)))

    def _believed(self) -> tuple[set[str], str] | None:
        if self._instead is not None:
            return None
        try:
            return self._read()
        except DamagedError:
            return None

    def _read(self) -> tuple[set[str], str] | None:
        """Returns the files and the base URL of the manifest, which is read once until it is written again.
        Raises `DamagedError`."""
        if self._written is not None:
            return self._written
        text = read_with_checksum(self._manifest, _KIND)
        if text is None:
            return None
        data = json.loads(text)
        self._written = {str(file) for file in data["files"] if self._is_inside(str(file))}, str(data["base_url"])
        return self._written

    def _is_inside(self, file: str) -> bool:
        # By hand: there may be a hundred thousand of them, and nearly all are plain.
        if not ("/." in (path := f"/{file}/") or "//" in path or "\\" in file or ":" in file):
            return True
        parts = file.split("/")
        return not ({"", ".", ".."}.intersection(parts) or "\\" in file or ":" in parts[0])


def _files_below(folder: Path) -> Iterator[str]:
    """Yields the name of everything that is not a folder; links are not followed."""
    waiting = [""]
    while waiting:
        above = waiting.pop()
        with suppress(OSError), os.scandir(f"{folder}/{above}") as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False) and not (os.name == "nt" and is_link(entry.path)):
                    waiting.append(f"{above}{entry.name}/")
                else:
                    yield above + entry.name


def _replace_text(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)  # which may be a link
    part.write_text(text, "utf-8", newline="\n")
    os.replace(part, path)


_ELSEWHERE = "choose another folder with --output or `output_dir`"


def refuse_output(folder: Path, name: str, root: Path, inputs: Iterable[Path], problems: Problems,
                  place: Place | None = None) -> None:
    """Reports an output folder that holds the site's own files, lies among them,
    is a link, or holds foreign files; `place` is where it is chosen."""
    message = _misplaced(folder, name, root, inputs)
    if message:
        problems.error("output.place", message, place, _ELSEWHERE)
    elif _is_foreign(folder, root, name):
        problems.error("output.foreign", f"the folder `{name}` holds files, and Coldpress did not make it",
                       place, "empty it, or choose another with --output")


def refuse_link(folder: Path, root: Path, problems: Problems, place: Place | None = None) -> None:
    """Reports an output folder that is reached by a link of the site's folder."""
    link = _link_to(folder, root)
    if link:
        message = f"`{relative_name(link, root)}` is a link, and nothing is written through a link"
        problems.error("output.place", message, place, "remove it, or name the folder it leads to with --output")


def _misplaced(folder: Path, name: str, root: Path, inputs: Iterable[Path]) -> str | None:
    inputs = tuple(inputs)
    output = _names_of(folder, root)
    for path in (root, *inputs):
        if _is_in(_names_of(path, root), output):
            return f"`{name}` holds the site's own files"
    for path in (*inputs, root / STATE, root / ".git"):
        if _is_in(output, _names_of(path, root)):
            return f"`{name}` is or lies in `{relative_name(path, root)}`"
    above = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    return None if above.is_dir() or not above.exists() else f"`{relative_name(above, root)}` is a file"


def _names_of(path: Path, root: Path) -> tuple[Path, Path, Path]:
    """Returns a path as it is given, behind links, and folded: in the site's folder, names that differ only in
    case are one name."""
    return path, resolved(path), _folded(path, root)


def _is_in(inner: Iterable[Path], outer: Iterable[Path]) -> bool:
    """Returns whether a path is another one or lies in it, by one of the names that `_names_of` gives them."""
    return any(one.is_relative_to(other) for one, other in zip(inner, outer, strict=True))


def _folded(path: Path, root: Path) -> Path:
    if not path.is_relative_to(root):
        return path
    return root / unicodedata.normalize("NFC", path.relative_to(root).as_posix()).casefold()


def _is_foreign(folder: Path, root: Path, name: str) -> bool:
    return folder.is_dir() and any(folder.iterdir()) and not OutputManifest(folder, root / STATE, name).is_marked()


def _link_to(folder: Path, root: Path) -> Path | None:
    """Returns the first link between the site's folder and its output."""
    parts = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
    steps = (root.joinpath(*parts[:count]) for count in range(1, len(parts) + 1))
    return next(filter(is_link, steps), None)


class OutputConflicts:
    """Finds what prevents writing to one output folder, called `name`.  `owned` are the files that Coldpress
    wrote; if they are unknown (None), files with the names of the site's files count as its own."""

    def __init__(self, folder: Path, name: str, owned: Collection[str] | None) -> None:
        self._folder = folder
        self._name = name
        self._owned = owned

    def check(self, coming: Collection[str], kept: Collection[str], problems: Problems) -> None:
        """Reports what prevents writing the new files, and
        links on the way to any of them."""
        self._gone = set(self._owned or ()).difference(coming, kept)
        links = set(self._links({*_folders(coming), *_folders(kept)}))
        for link in sorted(links):
            problems.error("output.foreign-file", f"`{self._name}/{link}` is a link, and a page wants its place; "
                           "nothing is written through a link", Place(f"{self._name}/{link}"), "remove the link")
        for file in sorted(coming):
            if links.isdisjoint(folders_above(file)):
                self._check_file(file, problems)
        self._check_rights({*_folders(coming), *_folders(self._gone)} - links, problems)

    def _links(self, folders: Iterable[str]) -> Iterator[str]:
        """Returns links among the folders of the site, each found in its parent folder:
        there are fewer parents than folders."""
        inner: dict[str, set[str]] = {}
        known = {""}
        for folder in folders:
            while folder not in known:
                known.add(folder)
                above = folder.rpartition("/")[0]
                inner.setdefault(above, set()).add(folder)
                folder = above
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            wanted = inner.get(folder, set())
            found = self._links_in(folder, wanted)
            yield from found
            waiting += [each for each in wanted.difference(found) if each in inner]

    def _links_in(self, folder: str, wanted: Collection[str]) -> set[str]:
        try:
            with os.scandir(self._folder / folder) as entries:
                names = {entry.name for entry in entries
                         if entry.is_symlink() or (os.name == "nt" and is_link(entry.path))}
        except OSError:
            return set()
        return {name for name in wanted if name.rpartition("/")[2] in names} if names else set()

    def _check_file(self, file: str, problems: Problems) -> None:
        target = f"{self._folder}/{file}"
        try:
            found = os.lstat(target)
        except FileNotFoundError:
            return
        except NotADirectoryError:
            self._check_above(file, problems)
            return
        except OSError as reason:
            problems.error("output.failed", f"`{self._name}/{file}` cannot be written: {reason.strerror}")
            return
        if stat.S_ISDIR(found.st_mode) and not is_link(target):
            inside = next(iter(self._others_below(file)), None)
            if inside:
                self._refuse(inside, problems)
        elif not stat.S_ISREG(found.st_mode) or (self._owned is not None and file not in self._owned):
            self._refuse(file, problems)

    def _check_above(self, file: str, problems: Problems) -> None:
        """Reports a file at the path of a needed folder, unless the file is to be removed."""
        for above in folders_above(file):
            if (self._folder / above).is_file() and above not in self._gone:
                self._refuse(above, problems)

    def _others_below(self, folder: str) -> Iterator[str]:
        """Returns the files in a folder that will not be removed."""
        for path in sorted((self._folder / folder).rglob("*")):
            name = relative_name(path, self._folder)
            if (is_link(path) or not path.is_dir()) and name not in self._gone:
                yield name

    def _refuse(self, file: str, problems: Problems) -> None:
        place = f"{self._name}/{file}"
        problems.error("output.foreign-file", f"`{place}` is not ours, and a page wants its place",
                       Place(place), "move it to `content/`, or delete it")

    def _check_rights(self, folders: Iterable[str], problems: Problems) -> None:
        """Reports folders without write permission, before anything is written."""
        for folder in sorted(folders):
            path = f"{self._folder}/{folder}"
            if os.path.isdir(path) and not os.access(path, os.W_OK | os.X_OK):  # noqa: PTH112  (which never raises)
                name = f"{self._name}/{folder}".rstrip("/")
                problems.error("output.failed", f"`{name}` cannot be written: {os.strerror(errno.EACCES)}",
                               Place(name), "allow it, or remove the folder; the site is as it was")


def _folders(files: Iterable[str]) -> set[str]:
    """Returns the folders that hold files, without their parents."""
    return {file.rpartition("/")[0] for file in files}


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Holds the lock in the state folder; raises `ColdpressError` if another
    process holds it."""
    lock = state / "lock"
    if lock.is_dir():
        shutil.rmtree(lock)
    with lock.open("wb") as file:
        try:
            _try_lock(file)
        except OSError:
            raise ColdpressError(Problem(
                "output.busy", "another build of this site is running", hint="wait until it is done")) from None
        yield


class FileRemover(Protocol):
    """Removes files of one folder: `atomic_write.FolderWriter`."""

    def remove(self, file: str) -> bool: ...


def remove_gone(folder: Path, within: FileRemover, file: str, kept: Mapping[str, str]) -> bool:
    """Removes an outdated file of the site.

    `kept` are the site's files by folded name: on a file system without case,
    removing `About` must not remove `about`.
    """
    twin = kept.get(file.casefold())
    if twin and (folder / twin).exists() and (folder / file).exists() and (folder / twin).samefile(folder / file):
        return False
    return within.remove(file)
