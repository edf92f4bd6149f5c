"""Writes and removes files within one folder, atomically and without following links."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from coldpress.build.output_folder import MARK_FILES
from coldpress.paths import check_file, folders_above, is_link

_FEW = 50  # files that are synced one by one; more, and all of the disk is


def settle(files: Sequence[Path]) -> None:
    """Syncs these files to disk before they are renamed: even after
    a power cut, a file is wholly old or wholly new."""
    if len(files) > _FEW and hasattr(os, "sync"):
        os.sync()
        return
    for file in files:
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())


def move(staged: str, target: str, part: str, dst_dir_fd: int | None = None) -> None:
    """Moves a staged file into its place, relative to the open folder if there
    is one.  `part` is a temporary name; a file left there by a killed build is
    removed.  Raises `OSError`, and then leaves the old file."""
    try:
        os.replace(staged, target, dst_dir_fd=dst_dir_fd)
    except OSError as reason:
        if reason.errno != errno.EXDEV or os.path.isdir(staged):  # noqa: PTH112
            raise
        _copy(staged, Path(part))
        os.replace(part, target, dst_dir_fd=dst_dir_fd)


def _copy(staged: str, part: Path) -> None:
    """Copies from another file system: first to a new temporary file, which cannot be a link."""
    part.unlink(missing_ok=True)
    try:
        with open(staged, "rb") as reading, part.open("xb") as writing:
            shutil.copyfileobj(reading, writing)
            writing.flush()
            os.fsync(writing.fileno())
    except OSError:
        part.unlink(missing_ok=True)
        raise


_OPENS = hasattr(os, "O_NOFOLLOW") and (
    {os.open, os.stat, os.mkdir, os.rename, os.unlink, os.rmdir} <= os.supports_dir_fd)
_FLAGS = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)


class FolderWriter:
    """Writes the files below an existing folder.  Names have `/`; every method
    raises `OSError`, with the whole name, if something else is in the way."""

    def __init__(self, folder: Path) -> None:
        self._root = str(folder)
        self._folder = ""
        self._opened: int | None = None  # the folder that was used last

    def __enter__(self) -> FolderWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, reason: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._close()

    def put(self, staged: str, file: str) -> None:
        """Moves a staged file, or a folder that does not exist yet, into its place; missing folders are made."""
        folder, name = self._split(file)
        self._go(folder, make=True)
        try:
            move(staged, self._path(name), f"{self._root}/{MARK_FILES[1]}", self._opened if _OPENS else None)
        except OSError as reason:
            if reason.errno != errno.EXDEV:
                raise self._failed(reason, name) from None
            for inner in sorted(os.listdir(staged)):  # noqa: PTH208  (another file system: a folder file by file)
                self.put(f"{staged}/{inner}", f"{file}/{inner}")

    def remove(self, file: str) -> bool:
        """Removes a file and the folders that become empty; returns False if there
        is no such file, or if it is reached only by a link."""
        folder, name = self._split(file)
        try:
            self._go(folder)
            if not stat.S_ISREG(self._stat(name).st_mode):
                return False
        except OSError as reason:
            if reason.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                return False
            raise
        try:
            os.unlink(self._path(name), **self._at)
        except OSError as reason:
            raise self._failed(reason, name) from None
        self.remove_empty(folder)
        return True

    def remove_empty(self, folder: str) -> None:
        """Removes a folder and its parents as long as they are empty."""
        while folder:
            above, name = self._split(folder)
            try:
                self._go(above)
                os.rmdir(self._path(name), **self._at)
            except OSError:
                return  # a foreign file is in it
            folder = above

    def _split(self, file: str) -> tuple[str, str]:
        check_file(file)
        folder, _, name = file.rpartition("/")
        return folder, name

    def _go(self, folder: str, *, make: bool = False) -> None:
        """Opens a folder."""
        if self._opened is not None and folder == self._folder:
            return
        self._close()
        self._step(self._root, make=False)
        for part in folder.split("/") if folder else ():
            self._step(part, make=make)

    def _step(self, part: str, *, make: bool) -> None:
        """Opens a folder in the open folder."""
        path = self._path(part)
        try:
            if make:
                self._make(path)
            opened = os.open(path, os.O_RDONLY | _FLAGS, dir_fd=self._opened) if _OPENS else _look(path)
        except OSError as reason:
            failed = self._failed(reason, part)
            self._close()
            raise failed from None
        folder = f"{self._folder}/{part}".lstrip("/") if self._opened is not None else ""
        self._close()
        self._opened, self._folder = opened, folder

    def _make(self, path: str) -> None:
        try:
            os.mkdir(path, **self._at)  # noqa: PTH102
        except FileExistsError:
            return  # as a folder, or we shall see

    def _stat(self, name: str) -> os.stat_result:
        return os.stat(self._path(name), follow_symlinks=False, **self._at)  # noqa: PTH116

    @property
    def _at(self) -> dict[str, Any]:
        return {"dir_fd": self._opened} if _OPENS else {}

    def _path(self, name: str) -> str:
        """Returns the path of a name in the open folder, as the system needs it."""
        return name if _OPENS or self._opened is None else "/".join(filter(None, (self._root, self._folder, name)))

    def _failed(self, reason: OSError, name: str) -> OSError:
        inner = "/".join(filter(None, (self._folder, name))) if self._opened is not None else ""
        return OSError(reason.errno, reason.strerror, f"{self._root}/{inner}".rstrip("/"))

    def _close(self) -> None:
        if self._opened is not None and _OPENS:
            os.close(self._opened)
        self._opened, self._folder = None, ""


def _look(path: str) -> int:
    """Checks that a path is a folder and no link, where folders cannot be opened."""
    if is_link(path) or not stat.S_ISDIR(os.lstat(path).st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    return 0


def clear_the_way(folder: Path, within: FolderWriter, coming: Collection[str], gone: Collection[str]) -> None:
    """Removes outdated files first if they stand where a folder
    is needed, or outdated folders where a file is needed."""
    if gone:
        for old in sorted({above for file in coming for above in folders_above(file)}.intersection(gone)):
            within.remove(old)
    for file in coming:
        target = f"{folder}/{file}"
        if os.path.isdir(target) and not is_link(target):  # noqa: PTH112  (called for every page)
            for old in sorted(old for old in gone if old.startswith(f"{file}/")):
                within.remove(old)
            _remove_empty_folders(folder, within, file)


def _remove_empty_folders(folder: Path, within: FolderWriter, name: str) -> None:
    """Removes folders that hold only folders."""
    for inner in sorted((folder / name).rglob("*"), reverse=True):
        within.remove_empty(inner.relative_to(folder).as_posix())
    within.remove_empty(name)
