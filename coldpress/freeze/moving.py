"""One file put into its place, wholly or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path


def move(staged: Path, target: Path) -> None:
    """Put a staged file where a file of the site is or will be.

    Raises `OSError` with the target's name, and leaves what was there.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(staged, target)
    except OSError as reason:
        if reason.errno != errno.EXDEV:
            raise
        _move_across(staged, target)


def _move_across(staged: Path, target: Path) -> None:
    """From another file system: copy beside the target, then replace."""
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(staged, part)
        os.replace(part, target)
    except OSError as reason:
        part.unlink(missing_ok=True)
        raise OSError(reason.errno, reason.strerror, str(target)) from None


def remove_empty_folders(folder: Path) -> None:
    """Remove a folder in which there are only folders."""
    for inner in sorted(folder.rglob("*"), reverse=True):
        inner.rmdir()
    folder.rmdir()
