"""The files of modules: of those that are loaded, and of those that a site's own modules import later; and
the installed packages that were used or looked for.

Global state: two finders in `sys.meta_path`, which find nothing, and what they note.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, lru_cache, partial
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec, resolve_name
from pathlib import Path
from typing import Any, TypeVar

from coldpress.audit_hook import is_own, package_folders
from coldpress.cache.checksum import code_version, digest_of, metadata_folders, plain_name
from coldpress.cache.file_stamps import stamp_of
from coldpress.paths import name_from

_DEPENDENCIES = frozenset((
    "blinker", "click", "flask", "flask_frozen", "itsdangerous", "jinja2", "markdown", "markupsafe", "pygments",
    "werkzeug", "yaml"))
"""The modules of packages that Coldpress needs."""


def own_files(base: Path, without: Collection[Path] = ()) -> dict[str, Path]:
    """Returns the files of loaded modules that belong to the site, by their names below its folder."""
    return {name_from(str(file), base): file for file in loaded_own_modules().values()
            if file.suffix == ".py" and file not in without}


def loaded_own_modules() -> dict[str, Path]:
    """Returns the loaded modules that belong to the site, each with its file."""
    files = ((name, _file_of_module(module)) for name, module in list(sys.modules.items()))
    return {name: Path(file) for name, file in files if file and is_own(file)}


def missing_modules() -> set[str]:
    """Returns the names of modules that this process has looked for and not found."""
    return {name for kind, name in _lookups if kind == "missing"}


def forget_own_modules(folder: Path) -> None:
    """Forgets the modules that a script in a folder has imported from there or from folders beside it, so that
    importing them again records what they read.  What lies with installed packages stays, whatever the folder is
    called: these may be ours, and at work."""
    own = {name: files for name, module in list(sys.modules.items())
           if name != "__main__" and (files := _files_or_folders(module)) and all(map(is_own, files))}
    homes = {name: {_path_folder_of(file) for file in files} for name, files in own.items()}
    kept = {home for name, found in homes.items() if name in _DEPENDENCIES for home in found}
    kept |= {home for home in set().union(*homes.values()) if home is None or not _is_of_project(home, folder.parent)}
    for name, found in homes.items():
        if found.isdisjoint(kept):
            del sys.modules[name]


def _is_of_project(home: Path, project: Path) -> bool:
    """Returns whether a folder of modules is in a project, and neither hidden there nor one of installed packages."""
    return home.is_relative_to(project) and not any(part[0] == "." for part in home.relative_to(project).parts) and (
        not any(home.glob("*.dist-info")) and not any(home.glob("*.egg-info")))


def _path_folder_of(file: str) -> Path | None:
    """Returns the folder of `sys.path` from which a file was imported."""
    folders = [Path(folder).absolute() for folder in sys.path]
    return max((folder for folder in folders if Path(file).is_relative_to(folder)), default=None,
               key=lambda folder: len(folder.parts))


def own_candidates(files: Iterable[Path], missing: Iterable[str]) -> Iterator[Path]:
    """Yields the files with which own modules would be others: those that stand before `files` on the path, as
    `shop/__init__.py` does before `shop.py`, and those of modules that are `missing`."""
    folders = [path for folder in sys.path if is_own(f"{(path := Path(folder).absolute())}{os.sep}")]
    for name in missing:
        for folder in folders:
            yield from _files_of_module(folder.joinpath(*name.split(".")))
    for file in files:
        within = _path_folder_of(str(file))
        if within in folders:
            top = file.relative_to(within).parts[0].removesuffix(".py")
            for folder in folders[: folders.index(within) + 1]:
                yield from _files_of_module(folder / top)


def _files_of_module(place: Path) -> tuple[Path, Path]:
    return place / "__init__.py", place.with_name(f"{place.name}.py")


def own_version(module: str, base: Path) -> str:
    """Returns the version of a site's own code that is loaded, and of what one of its modules imports later."""
    files = {str(file): file for file in (*own_files(base).values(), *files_of(module))}
    return code_version([files[name] for name in sorted(files) if files[name].exists()])


def package_files(name: str) -> list[Path]:
    """Returns all files of the package that a module is in, data too; the module's own if it is in none."""
    file = file_of(name)
    if file is None:
        return []
    folder = file.parent
    while (folder.parent / "__init__.py").is_file() and (folder / "__init__.py").is_file():
        folder = folder.parent
    if not (folder / "__init__.py").is_file():
        return [file]
    return sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix != ".pyc")


def files_of(name: str) -> Iterator[Path]:
    """Yields the files that a module depends on: for an installed module, all files of its package;
    for a module of the site, also those of the site's modules that it imports."""
    file = file_of(name)
    if file is None:
        return
    if not is_own(str(file)):
        yield from package_files(name)
        return
    for module in own_modules(name):
        own = file_of(module)
        if own:
            yield own


def own_modules(name: str) -> Iterator[str]:
    """Yields the site's own modules: this one, its packages and all that they import."""
    parts = name.partition(":")[0].split(".")
    ahead = [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
    seen = set(ahead)
    while ahead:
        module = ahead.pop()
        own = file_of(module)
        if own is not None and is_own(str(own)):
            yield module
            found = {other for other in imports_of(module, own) if other not in seen} if own.exists() else set()
            seen |= found
            ahead += sorted(found)


def file_of(name: str) -> Path | None:
    """Returns the file of a module: of one that is loaded, or of one of the site that an extension imports later."""
    if name in sys.modules:
        file = getattr(sys.modules[name], "__file__", None)
        return Path(file) if isinstance(file, str) and file.endswith(".py") else None
    return next((file for file in _files_of_module(Path(sys.path[0], *name.split("."))) if file.is_file()), None)


def imports_of(name: str, file: Path) -> Iterator[str]:
    """Yields the names of the modules that a module may import, and of their packages."""
    package = name if file.stem == "__init__" else name.rpartition(".")[0]
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):  # which importing it reports
        return
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            named = node.module or ""
            try:
                base = resolve_name("." * node.level + named, package) if node.level else named
            except ImportError:  # from above the top
                continue
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        for found in names:
            parts = found.split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


T = TypeVar("T")
R = TypeVar("R")
Lookup = tuple[str, str]
"""What was used of installed packages: `("module", "yaml")`, a module that was found; `("missing", "foo")`, one
that was not found; `("distribution", "foo")`, a package whose metadata were read (an empty name stands for all);
`("entry-points", "coldpress.plugins")`, a group."""
_lookups: set[Lookup] = set()
_sought: set[str] = set()
"""The top modules that were looked for."""
_count_returned = [0]  # by a worker, of modules and lookups
_group: ContextVar[str | None] = ContextVar("group", default=None)


class _FirstFinder:
    """Notes which modules and distributions are looked for."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> None:
        """Finds no module."""
        _sought.add(name.partition(".")[0])

    def find_distributions(self, context: Any = None) -> Iterator[Any]:
        """Finds no distribution."""
        name, group = getattr(context, "name", None), _group.get()
        _lookups.add(("distribution", plain_name(name or "")) if name or group is None else ("entry-points", group))
        return iter(())


class _LastFinder:
    """Notes the modules that no other finder has found."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> None:
        """Finds no module."""
        _lookups.add(("missing", name))


def note_lookups() -> None:
    """Notes from now on which modules are not found, and which distributions are looked for."""
    if not any(isinstance(finder, _LastFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _FirstFinder())
        sys.meta_path.append(_LastFinder())


@contextmanager
def looking_for_entry_points(group: str) -> Iterator[None]:
    """While all distributions are looked for, only the entry points of this group count."""
    token = _group.set(group)
    try:
        yield
    finally:
        _group.reset(token)


def lookups() -> set[Lookup]:
    """Returns what this process has used of installed packages, and what it did not find."""
    files = [(name, _file_or_folder(module)) for name, module in list(sys.modules.items())]
    folders = _package_prefixes()
    used = {name.partition(".")[0] for name, file in files if file and file.startswith(folders)}
    unused = {name for name in _sought if name not in sys.modules and ("missing", name) not in _lookups}
    return _lookups | {("module", name) for name in used | unused}


def _file_or_folder(module: object) -> str | None:
    """Returns the file of a module, or one of the folders of a package without `__init__.py`."""
    return next(iter(_files_or_folders(module)), None)


def _files_or_folders(module: object) -> list[str]:
    """Returns the file of a module, or the folders of a package without `__init__.py`."""
    file = _file_of_module(module)
    return [file] if file else [each for each in _attribute(module, "__path__") or () if isinstance(each, str)]


def _file_of_module(module: object) -> str | None:
    file = _attribute(module, "__file__")
    return file if isinstance(file, str) else None


def _attribute(module: object, name: str) -> Any:
    try:
        return getattr(module, name, None)
    except Exception:  # noqa: BLE001  (an object in the place of a module may raise anything)
        return None


def _package_prefixes() -> tuple[str, ...]:
    return tuple(f"{folder}{os.sep}" for folder in package_folders())


def with_lookups(work: Callable[[T], R]) -> Callable[[T], tuple[R, set[Lookup]]]:
    """Returns a function for a worker process: its result comes with what the worker has used."""
    return partial(_work_with_lookups, work)


def _work_with_lookups(work: Callable[[T], R], task: T) -> tuple[R, set[Lookup]]:
    note_lookups()
    result, count = work(task), len(sys.modules) + len(_lookups) + len(_sought)
    if count == _count_returned[0]:  # there are no more than at the last call
        return result, set()
    _count_returned[0] = count
    return result, lookups()


def forget_returned() -> None:
    """Lets the next result of this process come with all that it has used: those before it may be lost."""
    _count_returned[0] = 0


def take_lookups(results: Iterator[tuple[R, set[Lookup]]]) -> Iterator[R]:
    """Yields the results of worker processes, and adds to the lookups of this one what they have used."""
    for result, used in results:
        _lookups.update(used)
        yield result


class InstalledPackages:
    """The installed packages, as they are now.  What a lookup finds is found out once."""

    def __init__(self) -> None:
        self._folders = metadata_folders()
        self._states: dict[Lookup, str] = {}
        self.all = sorted({name for names in self._folders.values() for name in names})

    def state(self, lookup: Lookup, before: str | None = None) -> str:
        """Returns what a lookup finds now.  `before` is what it found in an earlier build: the packages
        that have a module are searched only where they are others than then."""
        if lookup not in self._states:
            self._states[lookup] = self._state(*lookup, before)
        return self._states[lookup]

    def _state(self, kind: str, name: str, before: str | None) -> str:
        if kind == "module":
            return self._of_module(name, before or "")
        if kind == "missing":
            return "found" if can_be_imported(name) else ""
        if kind == "distribution":
            return "/".join(sorted(self._folders.get(name, ())) if name else self.all)
        with looking_for_entry_points(name):
            return "/".join(sorted(f"{point.name}={point.value}" for point in entry_points(group=name)))

    def _of_module(self, name: str, before: str) -> str:
        """Returns the packages that have a module, each with a digest of what it has installed; of an installed
        module that is in no package, a digest of its files; nothing for one that is not installed."""
        spec = _spec_of(name)
        places = [spec.origin] if spec and spec.has_location else (spec and spec.submodule_search_locations) or ()
        place = next(iter(places), None)
        if place is None or not place.startswith(_package_prefixes()):
            return ""  # one of the site's own, which is found only while its folder is on the path
        owners = [state.partition(" ")[0] for state in before.split("/")]
        if not {*owners} <= {*self.all}:
            if before and " " not in before and before == _digest_at(Path(place)):
                return before
            owners = self._owners.get(name, [])
        return "/".join(f"{info} {self._content(info)}" for info in owners) or _digest_at(Path(place))

    def _content(self, info: str) -> str:
        """Returns a digest of the files that a package has installed in its folder."""
        lines = [line for line in _text(self._record(info)).splitlines()
                 if not line.startswith("..") and "__pycache__" not in line and ".dist-info/" not in line]
        return digest_of("\n".join(lines).encode())[:8]

    def _record(self, info: str) -> Path:
        """Returns the list of files that a package has installed."""
        files = [folder / info / name for folder in package_folders() for name in ("RECORD", "top_level.txt")]
        return next((file for file in files if file.is_file()), Path())

    @cached_property
    def _owners(self) -> Mapping[str, list[str]]:
        """The metadata folders of the packages that have a module, by the names of modules."""
        records = [self._record(info) for info in self.all]
        return _owners_of(tuple((info, file, stamp_of(file)) for info, file in zip(self.all, records, strict=True)))


@lru_cache(1)
def _owners_of(records: tuple[tuple[str, Path, str], ...]) -> Mapping[str, list[str]]:
    """Returns the names of packages that have a module, by modules, from the lists of files that packages have
    installed; the stamps of the lists tell whether these are others than at the last call."""
    owners: dict[str, list[str]] = {}
    for info, file, _ in records:
        for module in set(re.findall(r"^(\w+)(?:[/.]|$)", _text(file), re.M)):
            owners.setdefault(module, []).append(info)
    return owners


def can_be_imported(name: str) -> bool:
    """Whether there is a module with this name; imports nothing, not even its package."""
    package, *rest = name.split(".")
    try:
        spec = find_spec(package)
        for part in rest:
            if spec is None or spec.submodule_search_locations is None:
                return False
            package = f"{package}.{part}"
            spec = PathFinder.find_spec(package, list(spec.submodule_search_locations))
    except (ImportError, ValueError):
        return False
    return spec is not None


def _spec_of(name: str) -> ModuleSpec | None:
    """Returns where a module is found."""
    try:
        return find_spec(name)
    except (ImportError, ValueError):
        return None


def _digest_at(place: Path) -> str:
    """Returns the digest of a module's file; of a package, of all files in its folder."""
    folder = place.parent if place.name.startswith("__init__.") else place
    return code_version(sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")
                        if folder.is_dir() else [place] if place.is_file() else [])


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
