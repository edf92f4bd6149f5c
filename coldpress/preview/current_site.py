"""The site as it is now: the app, made anew when code changes, its content
taken over as it is saved; and what is wrong with them."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask

from coldpress import audit_hook, recorder
from coldpress.build.context import BuildContext, load_factory
from coldpress.build.plan import Plan
from coldpress.build.site_checks import check_settings
from coldpress.build.staleness import Fingerprints
from coldpress.config.model import Config
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.preview.watcher import Watched
from coldpress.processes import uncollected
from coldpress.web.environment import THEME
from coldpress.web.site import Site


@dataclass(frozen=True)
class Change:
    """What a save did: `files` are the paths of copied files that are new,
    changed or gone, `page` the one that was written, if it was one."""

    files: frozenset[str] = frozenset()
    page: str | None = None


class Moment:
    """What can be asked of a site between two saves: each answer is made once."""

    def __init__(self, app: Flask, site: Site, number: int) -> None:
        self.app = app
        self.site = site
        self.number = number

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """The fingerprints of what pages read."""
        return Fingerprints(self.app, self.site, Plan(self.app, self.site, Problems()))


class Current:
    """The app and its site: what is wrong with its code and config keeps the app
    of before, what is wrong with its content the content of before.

    Raises `ColdpressError` where there is nothing that could be mended.
    """

    def __init__(self, context: BuildContext) -> None:
        self._context = context
        self._lock = threading.RLock()
        self._modules: dict[str, Path] = {}
        self._plan: tuple[object, Plan] | None = None
        self._checked: tuple[object, tuple[Problem, ...]] | None = None
        self._unmade: tuple[Problem, ...] = ()
        self._content: tuple[Problem, ...] = ()
        self.moment: Moment | None = None
        self._make()
        if self.moment is None and not (context.folder / "build.py").exists():
            raise ColdpressError(*self.problems)

    @property
    def folder(self) -> Path:
        """Where the site's `build.py` is, or would be."""
        return self._context.folder

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong now, in file order."""
        return tuple(Problems((*self._unmade, *self._content)))

    @property
    def errors(self) -> list[Problem]:
        """The problems for which a build would publish nothing."""
        return _errors(self.problems)

    def watched(self) -> Watched:
        """The places whose changes count, but for files that single pages show."""
        return Watched(tuple(self._trees().values()), self._code())

    def is_source(self, name: str) -> bool:
        """Whether a file is in a folder of the site's, or its code."""
        path = Path(name)
        return path in self._code() or any(path.is_relative_to(tree) for tree in self._trees().values())

    def is_data_of_users(self, path: Path) -> bool:
        """Whether a file is in `instance/`, which is nobody's source."""
        moment = self.moment
        return moment is not None and any(
            path.is_relative_to(folder) for folder in (moment.app.instance_path, moment.site.root / "instance"))

    def take(self, paths: Iterable[Path], *, by_app: bool = False) -> Change:
        """Take over what changed at these places; `by_app`, when the app has
        written it: then it is the same moment, and no page is out of date."""
        with self._lock, recorder.unrecorded():
            changed = set(paths)
            moment = self.moment
            if moment is None or self._unmade or changed & self._code():
                self._make_anew()
                if moment is None or self.moment is not moment:
                    return Change()
            trees = self._trees()
            found = {name: [path.relative_to(tree).as_posix() for path in sorted(changed) if path.is_relative_to(tree)]
                     for name, tree in trees.items()}
            site = moment.site
            if found["templates"] or found["theme"] or site.environment.has_borrowed(changed):
                site.forget_templates()
                self._checked = None
            sources = [name for name in found["content"] if _errors(self._content) or _is_there(site, name)]
            before = _page_of(site, sources)
            if sources or found["data"]:
                self._take_content(site, sources, only_bodies=not found["data"])
            self.moment = Moment(moment.app, site, moment.number + (not by_app))
            files = [f"{site.url_prefix}/static/{name}" for name in found["static"]]
            files += [site.url_prefix + path for name in sources if (path := site.library.asset_of(name))]
            return Change(frozenset(files), _page_of(site, sources) or before)

    def exists(self, path: str) -> bool:
        """Whether anything answers at a path of the site, as a build would see it."""
        return self._known_paths().has(path)

    def warnings(self) -> list[Problem]:
        """What a build would warn of that is no single page's body."""
        assert self.moment is not None, "asked by a page"
        site = self.moment.site
        if self._checked is None or self._checked[0] is not site.snapshot:
            problems = Problems()
            with recorder.unrecorded():
                check_settings(site, lambda path: self.exists(site.url_prefix + path), problems)
            self._checked = site.snapshot, tuple(problems)
        return [*self._checked[1], *(problem for problem in self.problems if not problem.is_error)]

    def _known_paths(self) -> Plan:
        """Every URL of the site; made again only when pages come, go or move."""
        assert self.moment is not None, "asked by a page"
        moment = self.moment
        snapshot = moment.site.snapshot
        if self._plan is None or self._plan[0] is not snapshot:
            plan = Plan(moment.app, moment.site, Problems())
            # The URLs of an own route may fail to come; a build tells, and other pages have theirs.
            with recorder.unrecorded(), suppress(Exception):
                plan.fill()
            self._plan = snapshot, plan
        return self._plan[1]

    def close(self) -> None:
        """Keep what was read and rendered for the next time."""
        if self.moment:
            with self._lock:
                self.moment.site.sources.cache.save()
                self.moment.site.markup.store.flush()

    def _take_content(self, site: Site, sources: list[str], *, only_bodies: bool) -> None:
        """Take over what was written; with errors, the content of before stays."""
        if only_bodies and not _errors(self._content) and site.take_bodies(sources):
            return
        with uncollected():
            snapshot = site.load()
        self._content = snapshot.problems
        if not _errors(self._content) or _errors(site.snapshot.problems):
            site.take(snapshot)

    def _make_anew(self) -> None:
        """Import the site's own code anew and make the app."""
        for name in self._modules:
            sys.modules.pop(name, None)
        importlib.invalidate_caches()
        build = self._context.folder / "build.py"
        try:
            self._context.factory = load_factory(build) if build.exists() else None
        except ColdpressError as reason:
            self._unmade = reason.problems
        else:
            self._make()

    def _make(self) -> None:
        """Make the app; one with errors takes the place of none only."""
        loaded = set(sys.modules)
        try:
            with uncollected():
                app, site = self._context.make_app()
                problems = site.snapshot.problems
        except ColdpressError as reason:
            self._unmade = reason.problems
            return
        finally:
            self._modules |= _own_modules(self._context.folder, loaded)
        app.config["PROPAGATE_EXCEPTIONS"] = True
        if self.moment is not None and _errors(problems):
            self._unmade = problems
            return
        self._unmade, self._content = (), problems
        self.moment = Moment(app, site, self.moment.number + 1 if self.moment else 0)

    def _trees(self) -> dict[str, Path]:
        return _trees_of(self.moment.site.root, self.moment.site.config) if self.moment else {}

    def _code(self) -> frozenset[Path]:
        """The config and the files of the site's own code."""
        context = self._context
        root = self.moment.site.root if self.moment else context.folder
        config = context.options.config or root / "config.yaml"
        return frozenset((*self._modules.values(), context.folder / "build.py", config))


def expected_places(context: BuildContext) -> Watched:
    """The places that will be watched, as far as they are known before anything
    is loaded."""
    return Watched(tuple(_trees_of(context.folder, context.peeked_config()).values()), frozenset(context.own_files))


def _trees_of(root: Path, config: Config) -> dict[str, Path]:
    return {"content": root / config.content_dir, "templates": root / config.templates_dir,
            "static": root / config.static_dir, "data": root / config.data_dir, "theme": THEME}


def _errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.is_error]


def _own_modules(folder: Path, loaded: Collection[str]) -> dict[str, Path]:
    """The modules of a site: below its folder, or loaded by what is there."""
    found = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and name != "__main__" and audit_hook.is_own(file) and (
                name not in loaded or Path(file).is_relative_to(folder)):
            found[name] = Path(file)
    return found


def _is_there(site: Site, name: str) -> bool:
    """Whether a name in the content folder is or was anything of the site's; an
    editor writes files for a moment only."""
    library = site.library
    return bool(library.by_source(name) or library.asset_of(name)
                or (site.root / site.config.content_dir / name).exists()
                or any(source.startswith(f"{name}/") for source in (*library.sources, *library.asset_sources)))


def _page_of(site: Site, sources: Iterable[str]) -> str | None:
    """The path of the one page among these sources."""
    pages = [page for name in sources if (page := site.library.by_source(name))]
    return site.url_prefix + pages[0].path if len(pages) == 1 else None
