"""What was shown: what each page read, and its last HTML that was fine."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from coldpress import recorder
from coldpress.errors import Problem
from coldpress.preview.current import Moment
from coldpress.recorder import Key

_MANY = 500  # pages shown whose reads are known
_MANY_GOOD = 60  # pages whose HTML is kept
UNASKED = ("volatile", "value", "environment")
"""Reads of which no file tells that they are other now."""
OF_FILES = ("file", "folder", "included")
"""Reads of which one does."""


@dataclass(frozen=True)
class Render:
    """One answer: `ident` is what its page says it is, `moment` the number of the
    site's moment at which `prints` are what it read.  `problems` are its own,
    `errors` the site's at that time."""

    ident: str
    path: str
    moment: int
    prints: Mapping[Key, str | None]
    source: str | None = None
    is_good: bool = True
    problems: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    seconds: float = 0.0
    size: int = 0
    packed: int = 0

    def changes(self, moment: Moment, is_own: Callable[[str], bool] = lambda name: False) -> list[Key]:
        """What it read and is another now, but for files that `is_own` tells of:
        the app has written those."""
        base = moment.site.base
        with recorder.unrecorded():
            return [key for key, was in self.prints.items() if moment.prints.of(key) != was and not (
                key[0] in OF_FILES and is_own(str(base / key[1])))]

    def at(self, moment: Moment) -> Render:
        """The same, when the page took over all that changed."""
        return replace(self, moment=moment.number, prints=prints_of(self.prints, moment))

    @property
    def files(self) -> list[str]:
        """The files it shows that are none of the site's usual ones."""
        return [name for kind, name in self.prints if kind in ("file", "included")]


def prints_of(keys: Iterable[Key], moment: Moment) -> dict[Key, str | None]:
    """Keys with what they are at a moment."""
    with recorder.unrecorded():
        return {key: moment.prints.of(key) for key in keys if key[0] not in UNASKED}


class Renders:
    """The last answers, by their idents."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Render] = OrderedDict()
        self._good: OrderedDict[str, bytes] = OrderedDict()
        self._files: dict[str, list[str]] = {}

    def keep(self, render: Render, html: bytes | None = None) -> None:
        """Remember an answer, and its HTML if that was fine."""
        with self._lock:
            self._known[render.ident] = render
            self._known.move_to_end(render.ident)
            if files := render.files:
                self._files[render.ident] = files
            if len(self._known) > _MANY:
                self._files.pop(self._known.popitem(last=False)[0], None)
            if html is not None:
                self._good[render.path] = html
                self._good.move_to_end(render.path)
                if len(self._good) > _MANY_GOOD:
                    self._good.popitem(last=False)

    def get(self, ident: str) -> Render | None:
        """The answer with that ident, if it is remembered."""
        with self._lock:
            return self._known.get(ident)

    def last_good(self, path: str) -> bytes | None:
        """The HTML of a path as it was before it failed."""
        with self._lock:
            return self._good.get(path)

    def files(self, base: Path) -> frozenset[Path]:
        """The files that pages show which were asked for lately."""
        with self._lock:
            return frozenset(base / name for names in self._files.values() for name in names)
