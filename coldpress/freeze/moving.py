"""Files put into their places, each wholly or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

_FEW = 50  # files that are synced one by one; more, and all of the disk is


def settle(files: Sequence[Path]) -> None:
    """Have the bytes of these files on disk before anything is renamed: after
    a power cut, too, a file is wholly old or wholly new."""
    if len(files) > _FEW and hasattr(os, "sync"):
        os.sync()
        return
    for file in files:
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())


def move(staged: str, target: str, part: str, dst_dir_fd: int | None = None) -> None:
    """Put a staged file where a file of the site is or will be, in the folder
    that is open, if one is.  `part` may be used on the way; what a killed build
    left there goes.  Raises `OSError`, and leaves what was there."""
    try:
        os.replace(staged, target, dst_dir_fd=dst_dir_fd)
    except OSError as reason:
        if reason.errno != errno.EXDEV:
            raise
        _copy(staged, Path(part))
        os.replace(part, target, dst_dir_fd=dst_dir_fd)


def _copy(staged: str, part: Path) -> None:
    """From another file system: first to a file beside the others, which no link can stand for."""
    part.unlink(missing_ok=True)
    try:
        with open(staged, "rb") as reading, part.open("xb") as writing:
            shutil.copyfileobj(reading, writing)
            writing.flush()
            os.fsync(writing.fileno())
    except OSError:
        part.unlink(missing_ok=True)
        raise
