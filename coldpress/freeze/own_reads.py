"""The reads of one page as they are remembered."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from flask import Flask

from coldpress.content.fingerprints import EVERY, SUMMED_UP
from coldpress.freeze.entry import Entry
from coldpress.freeze.requests import QUERY
from coldpress.hooks import RouteMark, mark_of
from coldpress.recorder import Key, Reads
from coldpress.web.extension import Coldpress

UNSEEN = ("file", "folder", "environment", "volatile")
"""What own code reads behind our back."""
_MANY = 200  # sources, above which a page is taken to depend on all of them


class OwnReads:
    """Takes what the view's author says into account, and makes names portable."""

    def __init__(self, app: Flask, site: Coldpress) -> None:
        self._app = app
        self._site = site

    def settled(self, entry: Entry, reads: Reads) -> tuple[Key, ...]:
        """A page's reads: paths as seen from the site, too many sources summed
        up, what the view declares in place of what was heard."""
        mark = self.mark(entry.endpoint)
        keys = [key for key in reads if key != QUERY]
        if mark and mark.nothing:
            keys = [key for key in keys if key[0] not in UNSEEN]
        if mark and mark.value:
            keys = [key for key in keys if key[0] != "volatile"]
            keys.append(("value", entry.path))
        return tuple(dict.fromkeys(summed_up(self.portable(keys))))

    def mark(self, endpoint: str) -> RouteMark | None:
        """What a view says of itself."""
        view = self._app.view_functions.get(endpoint)
        return mark_of(view) if view else None

    def portable(self, keys: Iterable[Key]) -> list[Key]:
        """Keys whose paths, where they are the site's, begin at its folder."""
        return [(kind, name_from(name, self._site.base)) if kind in ("file", "folder") else (kind, name)
                for kind, name in keys]


def summed_up(keys: Iterable[Key]) -> list[Key]:
    """The keys, with one for all where there are very many of a kind."""
    keys = list(keys)
    if len(keys) <= _MANY:
        return keys
    counts = Counter(kind for kind, _ in keys)
    many = {kind for kind in SUMMED_UP if counts[kind] > _MANY}
    return [key for key in keys if key[0] not in many] + [(kind, EVERY) for kind in sorted(many)]


def name_from(path: str, base: Path) -> str:
    """A path with `/`, from the site's folder on where it lies in it."""
    inside = path == str(base) or path.startswith(str(base) + os.sep)
    return (os.path.relpath(path, base) if inside else path).replace(os.sep, "/")
