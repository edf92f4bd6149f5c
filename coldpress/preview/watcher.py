"""The watcher: reports which files changed, once an editor has finished saving them.

`watchfiles` reports changes where it is installed.  Without it, or where it fails, the
watcher scans the files repeatedly.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from heapq import nlargest
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from coldpress.cache.file_stamps import stamp_changed_at, stamp_of
from coldpress.errors import Problems
from coldpress.sources.files import find_files, is_ignored

_REST = 25  # milliseconds without a change, after which a save is over
_LONG_REST = 250  # the same for many files: a checkout pauses now and then
_FEW = 3  # files that an editor saves at once
_LONGEST = 2.0  # seconds to wait for rest
_SHARE = 10  # looking takes one part in so many of the time
_LATEST = 20  # files, the last that changed: the next save is most likely one of them
_GLANCE = 0.05  # seconds between two looks at these


@dataclass(frozen=True)
class WatchedPaths:
    """The paths to watch: folders with everything below them, and single files."""

    trees: tuple[Path, ...] = ()
    files: frozenset[Path] = frozenset()


class ChangeScanner:
    """Compares the stamps of files with those of its last scan.

    A file that it scans for the first time counts as changed if it changed after
    the scanner was made: the site may have read it already, and it was saved after that.
    """

    def __init__(self) -> None:
        self._since = time.time_ns()
        self._places: frozenset[Path] = frozenset()
        self._seen: dict[Path, str] = {}
        self._latest: list[Path] = []

    def scan(self, trees: Iterable[Path], files: Iterable[Path]) -> set[Path]:
        """Returns the files that are new, changed or gone since the last scan."""
        trees, files = tuple(trees), frozenset(files)
        now: dict[Path, str] = {}
        for place in (*files, *trees):
            found = _stamps_below(place) if place in trees else _stamps_of(place)
            if place not in self._places:
                self._seen.update((path, stamp) for path, stamp in found.items()
                                  if path not in self._seen and stamp_changed_at(stamp) < self._since)
            now.update(found)
        before, places = self._seen, files | frozenset(trees)
        for path in self._places - places:
            before.pop(path, None)  # nobody asks for this file any more
        self._seen, self._places = now, places
        self._latest = nlargest(_LATEST, now, lambda path: stamp_changed_at(now[path]))
        return {path for path in before.keys() | now.keys() if before.get(path) != now.get(path)}

    def scan_latest(self) -> set[Path]:
        """Returns the files that changed since the last scan, of those that had changed last before it."""
        found = {path for path in self._latest if stamp_of(path) != self._seen.get(path, "")}
        self.accept(found)
        return found

    def accept(self, paths: Iterable[Path]) -> None:
        """Takes these files as they are now for scanned: the system has reported them."""
        for path in paths:
            self._seen.pop(path, None)
            if path in self._places or path.is_file():
                self._seen.update(_stamps_of(path))


class Watcher:
    """Reports changes since the last scan of `scanner`, which was made before anything was
    read.  `places` is called again and again for the paths to watch, since a config
    may name other folders and pages may open more files."""

    def __init__(self, places: Callable[[], WatchedPaths], tell: Callable[[set[Path]], None],
                 scanner: ChangeScanner | None = None, *, poll: bool = False) -> None:
        self._places = places
        self._tell = tell
        self._native = not poll and find_spec("watchfiles") is not None
        self._stop = threading.Event()
        self._scanner = scanner or ChangeScanner()
        self._is_scanned = scanner is not None
        self._files = ChangeScanner()
        self._thread = threading.Thread(target=self._run, name="coldpress-watch", daemon=True)

    @property
    def is_polling(self) -> bool:
        """Returns whether the watcher scans the files instead of waiting for events."""
        return not self._native

    def start(self) -> None:
        """Starts the thread that watches."""
        if not self._is_scanned:
            self._look()
        self._thread.start()

    def stop(self) -> None:
        """Stops watching, and waits until the thread has ended."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._native:
                self._listen()
            else:
                self._poll()

    def _listen(self) -> None:
        """Reports what the system says has changed, until a watched folder appears or
        vanishes.  If the system cannot watch, the watcher polls from then on."""
        watch = import_module("watchfiles").watch
        known = _existing(self._places().trees)
        is_first = True
        try:
            told = watch(*known, watch_filter=None, debounce=400, step=_REST, rust_timeout=_LONG_REST,
                         yield_on_timeout=True, stop_event=self._stop, raise_interrupt=False)
            for changes in told:
                found = self._settled({Path(path) for _, path in changes}, told)
                # From the first answer on nothing is missed; what happened before it, a look tells.
                self._report(found | self._look() if is_first else found)
                is_first = False
                if _existing(self._places().trees) != known:
                    self._report(self._look())
                    return
        except (OSError, RuntimeError):  # no more watches, or a file system that has none
            self._native = False

    def _settled(self, changes: set[Path], told: Generator[set[tuple[object, str]], None, None]) -> set[Path]:
        """Returns many changes together with those that follow at once."""
        until = time.monotonic() + _LONGEST
        while len(changes) > _FEW and time.monotonic() < until:
            more = next(told, None)
            if not more:
                break
            changes |= {Path(path) for _, path in more}
        return changes

    def _report(self, changes: set[Path]) -> None:
        places = self._places()
        found = {path for path in changes if not _is_litter(path, places.trees)} | self._files.scan((), places.files)
        if found:
            self._scanner.accept(found)
            self._tell(found)

    def _look(self) -> set[Path]:
        places = self._places()
        return self._scanner.scan(places.trees, places.files)

    def _poll(self) -> None:
        started = time.monotonic()
        found = self._look()
        while len(found) > _FEW and not self._stop.wait(_LONG_REST / 1000):
            more = self._look()
            if not more or time.monotonic() - started > _LONGEST:
                break
            found |= more
        if found:
            self._tell(found)
        until = started + (1 + _SHARE) * (time.monotonic() - started)
        while not self._stop.wait(_GLANCE) and time.monotonic() < until:
            if found := self._scanner.scan_latest():
                self._tell(found)


def _existing(trees: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(tree for tree in dict.fromkeys(trees) if tree.is_dir())


def _stamps_below(tree: Path) -> dict[Path, str]:
    try:
        found = find_files(tree, tree.name, Problems())
    except OSError:
        return {}  # a folder went while it was looked at; the next look will tell
    return {file.file: file.stamp for file in found}


def _is_litter(path: Path, trees: Iterable[Path]) -> bool:
    """Returns whether a path is no file of the site, such as an editor's swap file or a hidden file."""
    tree = next((tree for tree in trees if path.is_relative_to(tree)), None)
    return tree is not None and any(is_ignored(part) for part in path.relative_to(tree).parts)


def _stamps_of(path: Path) -> dict[Path, str]:
    stamp = stamp_of(path)
    return {path: stamp} if stamp else {}
