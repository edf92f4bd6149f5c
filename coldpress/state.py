"""The folder `.coldpress`: what we remember from one build to the next."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from coldpress.paths import is_link

STATE = ".coldpress"


def make_state(state: Path) -> Path:
    """The folder, kept out of git; made when missing.

    Nothing is written through a link: one that stands in the folder is removed,
    for all in it may be.  Raises `OSError` when the folder itself is a link.
    """
    if is_link(state):
        raise NotADirectoryError(errno.ENOTDIR, "it is a link, and nothing is written through a link", str(state))
    state.mkdir(exist_ok=True)
    with os.scandir(state) as entries:
        for entry in entries:
            if is_link(entry.path):
                Path(entry.path).unlink()
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
    return state
