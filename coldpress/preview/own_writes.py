"""Files that the app writes itself while it answers: sessions, caches, logs.

They are no edits, so no page is loaded again for them.  An author's edit of
such a file is told apart by what the file system says: it is not as the app
left it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from coldpress.freeze.copies import stamp_of
from coldpress.writes import is_database, noting_writes

_MANY = 10_000  # files whose stamps are kept
_SAFE = ("GET", "HEAD", "OPTIONS")


class OwnWrites:
    """What requests wrote.  `is_source` says whether a file is in a folder of the
    site's: what a form writes there is new content."""

    def __init__(self, is_source: Callable[[str], bool]) -> None:
        self._is_source = is_source
        self._lock = threading.Lock()
        self._now: dict[int, tuple[set[str], bool]] = {}
        self._left: dict[str, str] = {}

    @contextmanager
    def noting(self, method: str) -> Iterator[None]:
        """Within the block a request is answered."""
        is_safe = method in _SAFE
        with noting_writes() as written:
            with self._lock:
                self._now[id(written)] = written, is_safe
            try:
                yield
            finally:
                with self._lock:
                    self._leave({name for name in written if is_safe or not self._is_source(name)})
                    del self._now[id(written)]

    def has(self, name: str) -> bool:
        """Whether a file is as the app left it, or being written by it."""
        if is_database(name):
            return True
        with self._lock:
            if any(name in written and (is_safe or not self._is_source(name))
                   for written, is_safe in self._now.values()):
                return True
            left = self._left.get(name)
        return left is not None and left == stamp_of(name)

    def _leave(self, names: set[str]) -> None:
        """Remember how files are left, and the folders that list them."""
        for name in {*names, *map(os.path.dirname, names)}:
            self._left.pop(name, None)
            self._left[name] = stamp_of(name)
        for name in list(self._left)[:max(0, len(self._left) - _MANY)]:
            del self._left[name]
