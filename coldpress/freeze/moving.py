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


def move(staged: str, target: str) -> None:
    """Put a staged file where a file of the site is or will be.

    Raises `OSError` with the target's name, and leaves what was there.
    """
    try:
        os.replace(staged, target)
    except FileNotFoundError:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged, target)
    except OSError as reason:
        if reason.errno != errno.EXDEV:
            raise
        _move_across(Path(staged), Path(target))


def _move_across(staged: Path, target: Path) -> None:
    """From another file system: copy beside the target, then replace."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(staged, part)
        settle([part])
        os.replace(part, target)
    except OSError as reason:
        part.unlink(missing_ok=True)
        raise OSError(reason.errno, reason.strerror, str(target)) from None
