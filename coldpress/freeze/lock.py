"""One build at a time for a site; the lock ends with the process."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from coldpress.errors import ColdpressError, Problem

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
    """Hold the lock in the state folder; raises `ColdpressError` when another
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
