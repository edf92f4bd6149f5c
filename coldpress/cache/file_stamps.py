"""Stamps of files: size, times and inode, which show that a file changed without reading it.

`start` imports this module even for a build with nothing to do, so it imports
only small modules of the standard library.
"""

from __future__ import annotations

import os
import time
from stat import S_ISREG

from coldpress.cache.checksum import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SETTLED_NS = 2_000_000_000
"""The age in nanoseconds from which the next change of a file certainly changes its times."""
_MISSING = "-"
_FOLDER = "folder"
_MOST_LINKS = 3  # symbolic links in the path of one file
_IGNORED = (".git", "__pycache__", "node_modules")


def stamp_of_stat(stat: os.stat_result) -> str:
    """Returns the stamp for a result of `os.stat`.  It changes when the content of the file changes."""
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def stamp_of(path: str | os.PathLike[str], *, of_link: bool = False) -> str:
    """Returns the stamp of a file, or with `of_link` of a symbolic link itself; an empty text if there is none."""
    try:
        return stamp_of_stat(os.stat(path, follow_symlinks=not of_link))  # noqa: PTH116  (a Path costs more)
    except OSError:
        return ""


def stamp_changed_at(stamp: str) -> int:
    """Returns the newer of the two times in a stamp, in nanoseconds; 0 for an empty stamp."""
    return max(map(int, stamp.split(" ")[1:3]), default=0)


def is_settled(stamp: str) -> bool:
    """Returns whether a file is so old that the next change will change its stamp."""
    return stamp_changed_at(stamp) < time.time_ns() - SETTLED_NS


def changed_at(path: str) -> int:
    """Returns when a file or folder was last changed, in nanoseconds; 0 if there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116  (called for each file that the site's code opens)
    except (OSError, ValueError):
        return 0
    return max(stat.st_mtime_ns, stat.st_ctime_ns)


def names_in(folder: str | os.PathLike[str]) -> list[str]:
    """Returns the sorted names of what is in a folder, those of folders with `/`.  Raises `OSError`."""
    with os.scandir(folder) as entries:
        return sorted(f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries)


class Snapshot:
    """The stamps of all files in some folders, and of some single files, at one moment.

    `stamps` holds them by path; `files` are the single ones.  `recent` holds the digests of files that changed
    so recently that their stamps cannot be trusted.
    """

    def __init__(self, folders: Sequence[str], files: Iterable[str]) -> None:
        self.folders = tuple(folders)
        self.taken_ns = time.time_ns()
        self.stamps: dict[str, str] = {}
        self.files: list[str] = []
        self.recent: dict[str, str] = {}
        for folder in self.folders:
            self._walk(folder)
        self.add(files)

    def add(self, files: Iterable[str]) -> None:
        """Adds the stamps of more files."""
        for file in files:
            if file not in self.stamps:
                self.files.append(file)
                try:
                    self._add(file, os.stat(file))  # noqa: PTH116  (pathlib takes longer to import than all of this)
                except OSError:
                    self.stamps[file] = _MISSING

    def changed_since(self, files: Iterable[str], moment: int) -> bool:
        """Returns whether one of these files changed at or after a moment, in nanoseconds."""
        return any(stamp_changed_at(self.stamps.get(file, _MISSING)) >= moment for file in files)

    def same_recent(self, recent: Mapping[str, str]) -> bool:
        """Returns whether the recently changed files of an older snapshot have the same content now."""
        return all(digest_of_file(path) == digest for path, digest in recent.items())

    def _walk(self, folder: str, links: int = 0) -> None:
        """Adds all files below a folder; `links` counts the symbolic links in its path."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir():
                        passed = links + entry.is_symlink()
                        if entry.name not in _IGNORED and passed <= _MOST_LINKS and not (
                                entry.is_symlink() and _is_above(entry.path)):
                            self.stamps[entry.path] = _FOLDER
                            self._walk(entry.path, passed)
                    else:
                        try:
                            self._add(entry.path, entry.stat())
                        except OSError:
                            self.stamps[entry.path] = _MISSING  # a link without a target
        except OSError:
            self.stamps[folder] = _MISSING

    def _add(self, path: str, stat: os.stat_result) -> None:
        self.stamps[path] = stamp_of_stat(stat)
        if max(stat.st_mtime_ns, stat.st_ctime_ns) > self.taken_ns - SETTLED_NS:
            self.recent[path] = digest_of_file(path)


def _is_above(link: str) -> bool:
    """Returns whether a link leads to a folder that contains the link."""
    return f"{os.path.realpath(os.path.dirname(link))}/".startswith(f"{os.path.realpath(link)}/")  # noqa: PTH120


def digest_of_file(path: str) -> str:
    """Returns the digest of a file's content; `-` if it is no regular file."""
    try:
        if not S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            return _MISSING  # reading a pipe would block
        with open(path, "rb") as file:
            return digest_of(file.read())
    except OSError:
        return _MISSING
