"""The folder `.coldpress`: what we remember from one build to the next."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from coldpress.paths import is_link

STATE = ".coldpress"
_IGNORED = b"*\n"


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
    if not ignore.is_file() or ignore.read_bytes() != _IGNORED:
        with suppress(OSError):  # one that is not ours to write keeps nobody from building
            ignore.write_bytes(_IGNORED)
    return state
