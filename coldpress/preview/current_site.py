"""The site that the preview shows: makes the app again when code changes, loads
content again when it is saved, and keeps the problems of both.

Global state: the site's own modules are removed from `sys.modules` before they are imported again.
"""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask

from coldpress import recorder
from coldpress.audit_hook import BESIDE_DATABASES
from coldpress.build.checks import check_settings
from coldpress.build.context import BuildContext, ImportedApp
from coldpress.build.plan import Plan
from coldpress.build.staleness import Fingerprints
from coldpress.cache.checksum import digest_of
from coldpress.cache.file_stamps import changed_at, names_in, stamp_of
from coldpress.config.loader import Config
from coldpress.config.themes import find_theme
from coldpress.errors import ColdpressError, Problem, Problems, UsageError
from coldpress.loaded_code import loaded_own_modules, missing_modules, own_candidates
from coldpress.paths import LEDGER
from coldpress.preview.watcher import WatchedPaths
from coldpress.processes import uncollected
from coldpress.sources.files import is_ignored
from coldpress.web.registry import row_keys
from coldpress.web.site import Site
from coldpress.web.sites import sites_of

_LARGEST = 2**24  # bytes of a file that is compared by its content
ROWS_SECONDS = 0.5
"""The least time between two looks at the rows of sources."""


@dataclass(frozen=True)
class SiteChange:
    """What a save changed: `files` are the URL paths of copied files that are new,
    changed or gone; `page` is the path of the page that was saved, if it was a single one."""

    files: frozenset[str] = frozenset()
    page: str | None = None


class Revision:
    """The app and the site between two saves, with a number that grows by each save."""

    def __init__(self, app: Flask, site: Site, number: int) -> None:
        self.app = app
        self.site = site
        self.number = number

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Returns the fingerprints of what pages read."""
        return Fingerprints(self.app, self.site, Plan(self.app, self.site, Problems()))


class CurrentSite:
    """Holds the app and its site.  When the new code or config has errors, the app before it
    stays; when the new content has errors, the content before it stays.

    Raises `ColdpressError` if there is no `build.py` that could be mended.
    """

    def __init__(self, context: BuildContext) -> None:
        self._context = context
        self._lock = threading.RLock()
        self._modules: dict[str, Path] = {}
        self._imported: frozenset[Path] = frozenset()
        self._read: frozenset[Path] = frozenset()
        self._states: dict[Path, str] = {}
        self._plan: tuple[object, Plan] | None = None
        self._checked: tuple[object, tuple[Problem, ...]] | None = None
        self._unmade: tuple[Problem, ...] = ()
        self._content: tuple[Problem, ...] = ()
        self._row_keys: object = None
        self._rows_until = 0.0
        self.revision: Revision | None = None
        self._make()
        if self.revision is None and not (context.folder / "build.py").exists():
            raise ColdpressError(*self.problems)

    @property
    def folder(self) -> Path:
        """Returns the folder of the site's `build.py`, or where it would be."""
        return self._context.folder

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Returns the problems of code, config and content, in file order."""
        return tuple(Problems((*self._unmade, *self._content)))

    @property
    def errors(self) -> list[Problem]:
        """Returns the problems for which a build would publish nothing."""
        return _errors(self.problems)

    def watched(self) -> WatchedPaths:
        """Returns the paths to watch, without the files that single pages show."""
        # What code only asks for, and does not open, nobody hears of: a file that comes to be may mend an app.
        folder = {self._context.folder} if self._unmade else set[Path]()
        return WatchedPaths((*self._trees().values(), *self._other_trees()), self._code() | self._read | folder)

    def is_source(self, name: str) -> bool:
        """Returns whether a file is in a source folder of the site, or its code."""
        path = Path(name)
        return path in self._code() or any(
            path.is_relative_to(tree) for tree in (*self._trees().values(), *self._other_trees()))

    def is_data_of_users(self, path: Path) -> bool:
        """Returns whether a file is in `instance/`, which holds data and no sources."""
        revision = self.revision
        return revision is not None and any(
            path.is_relative_to(folder) for folder in (revision.app.instance_path, revision.site.root / "instance"))

    def take(self, paths: Iterable[Path], own: Collection[Path] = (), *, by_app: bool = False) -> SiteChange:
        """Applies the changes of these files, of which the app itself has written its `own`.  With `by_app`, it has
        written all of them: the revision keeps its number, and no page is out of date."""
        with self._lock, recorder.unrecorded():
            changed = set(paths)
            revision = self.revision
            if self._asks_for_new_app(changed, own):
                self._make_anew()
                if self.revision is not revision:
                    return SiteChange()
            if revision is None:
                return SiteChange()
            self._take_other_sites(revision.app, changed)
            trees = self._trees()
            found = {name: [path.relative_to(tree).as_posix() for path in sorted(changed) if path.is_relative_to(tree)]
                     for name, tree in trees.items()}
            site = revision.site
            has_theme_changed = any(files for name, files in found.items() if name.startswith("theme "))
            has_template_changed = any(files for name, files in found.items() if name.startswith("templates"))
            if has_theme_changed or has_template_changed or site.environment.has_borrowed(changed):
                site.forget_templates()
                self._checked = None
            sources = [name for name in found["content"] if _errors(self._content) or _is_there(site, name)]
            before = _page_of(site, sources)
            if sources or found["data"]:
                self._take_content(site, sources, only_bodies=not found["data"])
            self.revision = Revision(revision.app, site, revision.number + (not by_app))
            files = [f"{site.url_prefix}/static/{name}" for name in found["static"]]
            files += [site.url_prefix + path for name in sources if (path := site.library.asset_of(name))]
            return SiteChange(frozenset(files), _page_of(site, sources) or before)

    def reload_changed_rows(self) -> None:
        """Loads the content again if the keys of a source's rows changed: no file tells of them.
        A source is asked at most once in `ROWS_SECONDS`."""
        with self._lock, recorder.unrecorded():
            revision = self.revision
            if revision is None or not revision.site.registry.row_sources or time.monotonic() < self._rows_until:
                return
            self._rows_until = time.monotonic() + ROWS_SECONDS
            state = row_keys(revision.site)
            if state == self._row_keys:
                return
            self._row_keys = state
            self._take_content(revision.site, [], only_bodies=False)
            self.revision = Revision(revision.app, revision.site, revision.number + 1)

    def expect_changed_rows(self) -> None:
        """Lets the next page ask the sources at once: a form may have changed a row."""
        self._rows_until = 0.0

    def exists(self, path: str) -> bool:
        """Returns whether a URL path of the site is answered, as a build would see it."""
        return self._known_paths().has(path)

    def warnings(self) -> list[Problem]:
        """Returns the warnings of a build that do not come from the body of a page."""
        assert self.revision is not None, "asked by a page"
        site = self.revision.site
        if self._checked is None or self._checked[0] is not site.snapshot:
            problems = Problems()
            with recorder.unrecorded():
                check_settings(site, lambda path: self.exists(site.url_prefix + path), problems)
                if site.library.kept.ledger is not None:
                    from coldpress.build.url_history import report_lost  # noqa: PLC0415  (most sites have no ledger)

                    report_lost(site, self._known_paths(), problems)
            self._checked = site.snapshot, tuple(problems)
        return [*self._checked[1], *(problem for problem in self.problems if not problem.is_error)]

    def _known_paths(self) -> Plan:
        """Returns the plan with every URL of the site; it is made again only when pages come, go or move."""
        assert self.revision is not None, "asked by a page"
        revision = self.revision
        snapshot = revision.site.snapshot
        if self._plan is None or self._plan[0] is not snapshot:
            plan = Plan(revision.app, revision.site, Problems())
            # The URLs of an own route may fail to come; a build tells, and other pages have theirs.
            with recorder.unrecorded(), suppress(Exception):
                plan.fill()
            self._plan = snapshot, plan
        return self._plan[1]

    def close(self) -> None:
        """Saves what was read and rendered for the next start."""
        if self.revision:
            with self._lock:
                self.revision.site.sources.save()
                self.revision.site.markup.store.flush()

    def _take_content(self, site: Site, sources: list[str], *, only_bodies: bool) -> None:
        """Loads the sources that were saved; with errors, the content before them stays."""
        if only_bodies and not _errors(self._content) and site.take_bodies(sources):
            return
        with uncollected():
            snapshot = site.load()
        self._content = snapshot.problems
        if not _errors(self._content) or _errors(site.snapshot.problems):
            site.take(snapshot)

    def _take_other_sites(self, app: Flask, changed: Iterable[Path]) -> None:
        """Loads the other sites of the app again in whose folders a file changed."""
        for site in sites_of(app):
            if site.is_other and any(path.is_relative_to(tree) for path in changed for tree in site.source_folders):
                site.reload()

    def _make_anew(self) -> None:
        """Imports the site's own code again and makes the app."""
        for name in self._modules:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        if not isinstance(self._context.factory, ImportedApp) and self._context.source is None:
            self._context.factory = None  # that of `build.py`, as it is now
        self._make()

    def _make(self) -> None:
        """Makes the app.  An app whose content has errors is used only if there is no other."""
        loaded = dict(sys.modules)
        try:
            with uncollected():
                app, site = self._context.make_app()
                # Before the rows are loaded, so that no change between the two is missed.
                keys = row_keys(site)
                problems = site.snapshot.problems
        except ColdpressError as reason:
            if isinstance(reason, UsageError) and self.revision is None:
                raise
            self._unmade = reason.problems
            return
        finally:
            self._modules |= _own_modules(self._context.folder, loaded)
            self._note_files()
        app.config["PROPAGATE_EXCEPTIONS"] = True
        if self.revision is not None and _errors(problems):
            self._unmade = problems
            return
        self._unmade, self._content, self._row_keys = (), problems, keys
        self.revision = Revision(app, site, self.revision.number + 1 if self.revision else 0)

    def _note_files(self) -> None:
        """Notes the site's own modules, with the files by which others would be imported, and the files and folders
        that making the app has read: before it failed, if it did."""
        modules = frozenset(self._modules.values())
        self._imported = modules.union(own_candidates(modules, missing_modules()))
        making = self._context.making
        if making is not None:
            self._read = frozenset(Path(name) for kind, name in making.reads if kind == "file" or (
                kind == "folder" and not _is_hidden(self._context.folder, name)))
            unchanged = [path for path in self._read if making.noted.get(str(path)) == changed_at(str(path))]
            self._states = {path: _state_of(path) for path in (
                self._context.folder, *unchanged, *map(Path, making.written))}

    def _asks_for_new_app(self, changed: Collection[Path], own: Collection[Path]) -> bool:
        """Returns whether something that the app was made of is not what it was then; while it cannot be made, any
        change may mend it."""
        code = self._code()
        return any(self._states.get(path) != _state_of(path) for path in changed if (
            self._unmade or path in code or (path in self._read and path not in own)))

    def _trees(self) -> dict[str, Path]:
        if self.revision is None:
            return {}
        site = self.revision.site
        own = [folder for folder in site.own_template_folders if not site.root.is_relative_to(folder)]
        return {**{f"templates {folder}": folder for folder in own}, **_trees_of(site.root, site.config)}

    def _other_trees(self) -> list[Path]:
        """Returns the folders of the other sites of the app."""
        sites = sites_of(self.revision.app) if self.revision else []
        return [folder for site in sites if site.is_other for folder in site.source_folders]

    def _code(self) -> frozenset[Path]:
        """Returns the config, the ledger of URLs and the files of the site's own code."""
        context = self._context
        root = self.revision.site.root if self.revision else context.folder
        config = context.options.config or root / "config.yaml"
        others = [site.root / "config.yaml" for site in sites_of(self.revision.app)] if self.revision else []
        themes = self.revision.site.theme.chain if self.revision else []
        return self._imported.union((context.folder / "build.py", config, root / LEDGER), others,
                                   *(theme.read_once for theme in themes))


def expected_places(context: BuildContext) -> WatchedPaths:
    """Returns the paths that will be watched, as far as they are known before
    anything is loaded."""
    trees = _trees_of(context.folder, context.peeked_config())
    return WatchedPaths(tuple(trees.values()), frozenset(context.own_files))


def _trees_of(root: Path, config: Config) -> dict[str, Path]:
    return {"content": root / config.content_dir, "templates": root / config.templates_dir,
            "static": root / config.static_dir, "data": root / config.data_dir,
            **{f"theme {theme.name}": theme.folder for theme in find_theme(config.theme.name).chain}}


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.is_error]


def _own_modules(folder: Path, loaded: Mapping[str, object]) -> dict[str, Path]:
    """Returns the modules of a site: those below its folder, and those that its code has imported since `loaded`."""
    return {name: file for name, file in loaded_own_modules().items() if name != "__main__" and (
        loaded.get(name) is not sys.modules.get(name) or file.is_relative_to(folder))}


def _state_of(path: Path) -> str:
    """Returns what a file or folder has, as text: a digest of the content, or the names that are neither hidden nor
    temporary; the stamp of a large file."""
    try:
        if path.is_dir():
            return "\n".join(name for name in names_in(path) if not (
                is_ignored(name.rstrip("/")) or name.endswith(BESIDE_DATABASES)))
        return digest_of(path.read_bytes()) if path.stat().st_size <= _LARGEST else stamp_of(path)
    except OSError:
        return ""


def _is_hidden(base: Path, folder: str) -> bool:
    """Returns whether a folder of a site is hidden, as `.git/` and `.coldpress/` are: files come and go there."""
    path = Path(folder)
    return path.is_relative_to(base) and any(map(is_ignored, path.relative_to(base).parts))


def _is_there(site: Site, name: str) -> bool:
    """Returns whether a name in the content folder is, or was, a file of the site; editors
    also write temporary files."""
    library = site.library
    return bool(library.by_source(name) or library.asset_of(name)
                or (site.root / site.config.content_dir / name).exists()
                or any(source.startswith(f"{name}/") for source in (*library.sources, *library.asset_sources)))


def _page_of(site: Site, sources: Iterable[str]) -> str | None:
    """Returns the path of the page among these sources, if it is exactly one."""
    pages = [page for name in sources if (page := site.library.by_source(name))]
    return site.url_prefix + pages[0].path if len(pages) == 1 else None
