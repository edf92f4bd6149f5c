"""Where files wait until they are published: one flat folder, any number of
processes writing to it."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from itertools import count
from pathlib import Path

from coldpress.paths import below, check_file

_PART = 1 << 20  # bytes compared at once


class CannotWriteError(OSError):
    """What is to be published cannot be written: a full disk, a folder that is read-only."""


class Stage:
    """Files for the output folder `output`, kept in `folder` under numbers."""

    def __init__(self, folder: Path, output: Path) -> None:
        self.folder = folder
        self._output = output
        self._numbers = count()

    def put(self, file: str, data: bytes) -> str | None:
        """Keep a file's bytes; gives its name here, or None when they are
        what is published already."""
        check_file(file)
        target = f"{self._output}/{file}"
        if _size(target) == len(data) and Path(target).read_bytes() == data:
            return None
        name = self._name()
        try:
            with open(f"{self.folder}/{name}", "wb") as staged:
                staged.write(data)
        except OSError as reason:
            raise CannotWriteError(reason.errno, reason.strerror, file) from None
        return name

    def put_copy(self, file: str, source: Path) -> str | None:
        """The same for a file that is copied as it is."""
        target = below(self._output, file)
        if _size(target) == source.stat().st_size and _same(source, target):
            return None
        name = self._name()
        with source.open("rb"):
            pass  # what fails from here on is ours to write, not the author's file
        try:
            copy_file(source, self.folder / name)
        except OSError as reason:
            raise CannotWriteError(reason.errno, reason.strerror, file) from None
        return name

    def path(self, name: str) -> Path:
        """Where a kept file is."""
        return self.folder / name

    def _name(self) -> str:
        return f"{os.getpid()}-{next(self._numbers)}"


def copy_file(source: Path, target: Path) -> None:
    """Copy the bytes of a file; on file systems that can, they are shared until
    one of the two is written to (a reflink, never a hard link)."""
    if hasattr(os, "copy_file_range"):
        with suppress(OSError), source.open("rb") as reading, target.open("wb") as writing:
            left = os.fstat(reading.fileno()).st_size
            while left and (copied := os.copy_file_range(reading.fileno(), writing.fileno(), left)):
                left -= copied
            if not left:
                return
    shutil.copyfile(source, target)


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while (part := first.read(_PART)) == second.read(_PART):
            if not part:
                return True
    return False


def _size(path: Path | str) -> int | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
