"""The reads of a user's views and code, and the version of that code."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path

from flask import Flask

import coldpress
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.request_checks import QUERY
from coldpress.cache.checksum import code_version, plain_name
from coldpress.cache.file_stamps import changed_at
from coldpress.content.fingerprints import COMBINED_KINDS
from coldpress.content.structure import ALL_SOURCES
from coldpress.decorators import RouteMark, mark_of
from coldpress.loaded_code import InstalledPackages, Lookup, lookups, own_files
from coldpress.markdown.cache import LIBRARIES
from coldpress.paths import name_from
from coldpress.recorder import Key, Reads
from coldpress.web.site import Site
from coldpress.web.strings import FILES

OF_OWN_CODE = ("file", "folder", "environment", "volatile")
"""What own code reads behind our back."""
_LOCAL = frozenset(("file", "folder", "included", QUERY[0]))
"""The kinds of keys that are not recorded as they are read."""
_MANY = 200  # sources, above which a page is taken to depend on all of them


class UserReads:
    """Applies the marks of views to their reads, and makes paths relative to the site."""

    def __init__(self, app: Flask, site: Site) -> None:
        self._app = app
        self._site = site

    def settled(self, entry: PlanEntry, reads: Reads) -> tuple[Key, ...]:
        """Returns a page's reads: paths relative to the site, very many sources combined, and
        the view's declared dependencies in place of the recorded ones."""
        mark = self.mark(entry.endpoint)
        if mark is None and len(reads) <= _MANY and not any(kind in _LOCAL for kind, _ in reads):
            return tuple(reads)
        keys = [key for key in reads if key != QUERY]
        if mark and mark.nothing:
            keys = [key for key in keys if key[0] not in OF_OWN_CODE]
        if mark and mark.value:
            keys = [key for key in keys if key[0] != "volatile"]
            keys.append(("value", entry.path))
        return tuple(dict.fromkeys(summed_up(self.portable(keys))))

    def mark(self, endpoint: str) -> RouteMark | None:
        """Returns the mark of a view."""
        view = self._app.view_functions.get(endpoint)
        return mark_of(view) if view else None

    def portable(self, keys: Iterable[Key]) -> list[Key]:
        """Yields the reads; paths inside the site begin at its folder."""
        return [(kind, name_from(name, self._site.base)) if kind in ("file", "folder", "included") else (kind, name)
                for kind, name in keys]


def summed_up(keys: Iterable[Key]) -> list[Key]:
    """Returns the reads; very many of one kind are combined into one."""
    keys = list(keys)
    if len(keys) <= _MANY:
        return keys
    counts = Counter(kind for kind, _ in keys)
    many = {kind for kind in COMBINED_KINDS if counts[kind] > _MANY}
    return [key for key in keys if key[0] not in many] + [(kind, ALL_SOURCES) for kind in sorted(many)]


@cache
def engine() -> str:
    """Returns the versions of Coldpress and Python."""
    package = Path(coldpress.__file__).parent
    return f"{code_version([*sorted(package.rglob('*.py')), *FILES.values()])} {sys.version}"


class LibraryCode:
    """What was used of installed packages, up to an earlier build (`before`) and in this one: modules, also
    those that were not found, metadata and entry points.  The packages of `plugins` are left out:
    a page depends on the plugins that it uses."""

    def __init__(self, before: str | None, plugins: Collection[str] = ()) -> None:
        self._before = {name: state or "" for name, state in _known(before).items()}
        self._plugins = {plain_name(name) for name in plugins}
        self._packages = InstalledPackages()

    def changed(self) -> str | None:
        """Returns the reason to render everything, if a name stands for something else than in the earlier build."""
        states = {("module", name): "" for kind, name in lookups() if kind == "module"}
        states |= {_lookup(key): state for key, state in self._before.items()}
        for lookup, state in sorted(states.items()):
            if not self._is_of_plugin(lookup, state) and self._packages.state(lookup, state) != state:
                self._before = {}  # all is rendered anew
                name = lookup[1]
                return f"the installed package of {name} changed" if name else "the list of installed packages changed"
        return None

    @property
    def missing(self) -> set[str]:
        """Returns the names of modules that were looked for and not found, in this build or an earlier one."""
        return {name for kind, name in (*map(_lookup, self._before), *lookups()) if kind == "missing"}

    def written(self) -> str:
        """Returns what to remember."""
        used = {*map(_lookup, self._before), *lookups(), *(("distribution", name) for name in LIBRARIES)}
        return json.dumps({" ".join(lookup): self._packages.state(lookup, self._before.get(" ".join(lookup)))
                           for lookup in sorted(used)})

    def _is_of_plugin(self, lookup: Lookup, state: str) -> bool:
        kind, name = lookup
        owners = {plain_name(info.partition("-")[0]) for info in state.split("/")}
        return name in self._plugins if kind == "distribution" else kind == "module" and owners <= self._plugins


def _lookup(key: str) -> Lookup:
    kind, _, name = key.partition(" ")
    return kind, name


class UserCode:
    """The site's own code as it was loaded, without the files of `plugins` that have a version of their own."""

    def __init__(self, base: Path, before: str | None, plugins: Collection[Path] = ()) -> None:
        self._base = base
        self._plugins = plugins
        self._before = _known(before)
        self._digests = {name: _digest(file) for name, file in own_files(base, plugins).items()}

    def changed(self) -> str | None:
        """Returns the first file that changed since `before` was written."""
        now = {**{name: _digest(self._base / name) for name in self._before}, **self._digests}
        return next((name for name in sorted(now) if now[name] != self._before.get(name)), None)

    def written(self, started_ns: int, loaded: Mapping[str, Path]) -> str:
        """What to remember: also modules loaded meanwhile, here or (`loaded`) by
        other processes; nothing when one was changed while we were at work, for
        who knows which text was run."""
        files = {**{name: self._base / name for name in self._before}, **loaded, **own_files(self._base, self._plugins)}
        for file in files.values():
            if changed_at(str(file)) >= started_ns:
                return ""
        return json.dumps({name: _digest(file) for name, file in sorted(files.items()) if file.exists()})

    @property
    def files(self) -> Iterable[Path]:
        """Returns all files of the code."""
        return {**{name: self._base / name for name in self._before}, **own_files(self._base, self._plugins)}.values()


def _known(before: str | None) -> dict[str, str | None]:
    try:
        known = json.loads(before or "{}")
        return known if isinstance(known, dict) else {}
    except ValueError:
        return {}


def _digest(file: Path) -> str | None:
    try:
        return blake2b(file.read_bytes(), digest_size=8).hexdigest()
    except OSError:
        return None
