"""The context of a command: the site's factory and its options.

Global state: the site's `build.py` becomes the module `build` in `sys.modules`, and its folder is added to `sys.path`.
While its code is being edited, `sys.dont_write_bytecode` is set, and where bytecode misleads `sys.pycache_prefix`.
"""

from __future__ import annotations

import importlib.util
import os
import struct
import sys
import time
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from flask.cli import ScriptInfo

from coldpress import audit_hook, recorder
from coldpress.audit_hook import is_own_code, starting
from coldpress.cache.factory_name import factory_name
from coldpress.cache.file_stamps import SETTLED_NS, Snapshot, changed_at
from coldpress.config.loader import Config, RunOptions, load_config, use_options
from coldpress.decorators import mark_of
from coldpress.errors import ColdpressError, Place, Problem, Problems, UsageError
from coldpress.loaded_code import forget_own_modules, note_lookups, own_files
from coldpress.paths import STATE
from coldpress.recorder import Key
from coldpress.report import Report
from coldpress.text import did_you_mean, text_digest
from coldpress.web.caching import cache_by_request
from coldpress.web.error_places import line_place
from coldpress.web.limits import exempt_frozen_pages
from coldpress.web.site import Site
from coldpress.web.site_app import create_app as create_plain_app
from coldpress.web.sites import sites_of

Factory = Callable[[], Flask]
_TWICE = "`python build.py` imports your modules twice; `coldpress build` imports them once"


@dataclass(frozen=True)
class ImportedApp:
    """The factory of an app that Flask's command line names: `flask --app shop:create_app`."""

    path: str | None

    def __call__(self) -> Flask:
        return ScriptInfo(app_import_path=self.path).load_app()


class FactorySource(NamedTuple):
    """Where a factory is found again: a name in a file that was run as a script, or in a module."""

    file: Path | None
    module: str | None
    name: str

    @classmethod
    def of(cls, factory: Factory) -> FactorySource | None:
        """Returns where a factory is found that the script at work has; None if it has it under no name."""
        script = sys.modules["__main__"]
        name = next((name for name, value in vars(script).items() if value is factory), None)
        home = getattr(factory, "__module__", None)
        if name is None or not isinstance(home, str):
            return None
        if home != "__main__":  # the script has imported it
            own = getattr(factory, "__name__", name)
            return cls(None, home, own) if getattr(sys.modules.get(home), own, None) is factory else None
        spec, file = getattr(script, "__spec__", None), getattr(script, "__file__", None)
        if spec is not None:  # `python -m`
            return cls(None, spec.name, name)
        return cls(Path(file), None, name) if file and Path(file).exists() else None

    def load(self) -> Factory:
        """Imports the file or the module again.  Raises `ColdpressError` if that fails, and what the module raises."""
        if self.file is not None:
            return load_factory(self.file, self.name)
        factory: Factory = getattr(importlib.import_module(self.module or ""), self.name)
        return factory


class Making(NamedTuple):
    """What making an app has read, when each file and folder had changed then, in nanoseconds, and the files that it
    wrote."""

    reads: tuple[Key, ...]
    noted: Mapping[str, int]
    written: Collection[str]


@dataclass
class BuildContext:
    """The site, the options and the report of one run of a command."""

    factory: Factory | None
    options: RunOptions
    report: Report
    folder: Path
    command: str = "coldpress"
    """How the user calls us: the words before the command's own."""
    strict: bool = False
    """Whether warnings count as errors."""
    jobs: int = 1
    """How many processes may work at once."""
    executor: str | None = None
    """The address of the scheduler of a cluster whose processes render, if there is one."""
    dry_run: bool = False
    """Whether nothing is published."""
    arguments: list[str] | None = None
    """The command line, if the next one like it may end at once."""
    fixed_clock: bool = False
    """Whether the moment of the build was given."""
    snapshot: Snapshot | None = None
    """The stamps of the inputs that showed that there is work."""
    stamp_note: str | None = None
    """What was wrong with the stamp of the last build, if anything was."""
    started_ns: int = field(default_factory=time.time_ns)
    """When it began: what changes from then on may have been read before."""
    making: Making | None = None
    """How the app was made last, also if that failed."""

    def fix_clock(self) -> None:
        """Sets one moment for the whole build, unless the options or the environment give it."""
        self.fixed_clock = self.options.clock is not None
        if not self.fixed_clock and not os.environ.get("SOURCE_DATE_EPOCH"):
            self.options = replace(self.options, clock=datetime.now(UTC))

    def peeked_config(self) -> Config:
        """Returns the config before the app is made; the default config if it cannot be read."""
        try:
            return load_config(self.folder, self.folder, self.options, Problems())[0]
        except ColdpressError:
            return Config()

    @property
    def own_files(self) -> tuple[Path, Path]:
        """Returns the files from which the app is made: the config and `build.py`."""
        return self.options.config or self.folder / "config.yaml", self.folder / "build.py"

    def make_app(self) -> tuple[Flask, Site]:
        """Makes the app and returns it with the site that the command is for.  Raises
        `ColdpressError` with the user's own part of the traceback if the app cannot be made."""
        app, sites = self.make_sites()
        return app, self._chosen(sites)

    def make_sites(self) -> tuple[Flask, list[Site]]:
        """Makes the app and returns it with all its sites.  Raises `ColdpressError` as `make_app` does."""
        audit_hook.listen()
        note_lookups()
        _distrust_bytecode(self.folder)
        try:
            with (use_options(self.options), starting() as start, audit_hook.noting() as noted,
                  recorder.recording() as reads):
                try:
                    factory = self._load()
                    app = factory()
                finally:
                    self.making = Making(start.reads(reads), noted, start.written)
        except ColdpressError:
            raise
        except (Exception, SystemExit) as reason:
            raise _own_mistake(reason, self.folder) from reason
        sites = sites_of(app) if isinstance(app, Flask) else []
        if not sites:
            raise ColdpressError(Problem(
                "build.no-site", "`create_app` does not return a Flask app with a Coldpress site",
                Place("build.py"), "let it return `coldpress.create_app(__file__)`"))
        cache_by_request(app)
        exempt_frozen_pages(app)
        mark = mark_of(factory)
        loaded = set(map(str, own_files(self.folder).values()))  # which are compared as code
        made_of = [key for key in self.making.reads if key[0] != "file" or key[1] not in loaded]
        for site in sites:
            site.start = start
            site.factory_reads = () if mark and mark.nothing else (*made_of, *site.extension_reads)
            site.factory_noted = noted
        return app, sites

    def _chosen(self, sites: list[Site]) -> Site:
        """Returns the site that the command is for."""
        names = [site.name for site in sites]
        if (not self.options.site and len(sites) == 1) or self.options.site in names:
            chosen = sites[names.index(self.options.site) if self.options.site else 0]
            for site in sites:
                site.is_other = site is not chosen
            return chosen
        listed = ", ".join(f"`{name}`" for name in names)
        raise UsageError(Problem(
            "build.which-site", f"there is no site `{self.options.site}`" if self.options.site else
            f"the app has {len(sites)} sites", None, did_you_mean(self.options.site or "", names) or
            (f"name one with `--site`: {listed}" if len(sites) > 1 else f"there is {listed}")))

    @property
    def factory_name(self) -> str:
        """What tells the factory from another one of the same site."""
        return factory_name(self.factory, str(self.folder))

    @property
    def factory_digest(self) -> str:
        """The same as it is recorded, since it may contain values; an empty text for an app that Flask's command line
        names, which may be the same app by another name."""
        return "" if isinstance(self.factory, ImportedApp) else text_digest(self.factory_name)

    @cached_property
    def source(self) -> FactorySource | None:
        """Where the factory is found again; None for one that is not a value of the script at work."""
        return FactorySource.of(self.factory) if self.factory else None

    def _load(self) -> Factory:
        """Returns the factory.  What was run as a script is imported again, and with it the site's own modules that
        it had imported, so that what all of them read at their top level is recorded."""
        if self.factory is None:
            return find_factory(self.folder)
        if self.source is None:
            return self.factory
        with recorder.unrecorded():
            forget_own_modules(self.folder)
        try:
            return self.source.load()
        except ColdpressError as reason:
            if self.making is not None:  # the script has been edited since, and may be wrong now
                raise
            raise ColdpressError(*(problem if problem.hint else replace(problem, hint=_TWICE)
                                   for problem in reason.problems)) from reason

    def remake(self, options: RunOptions | None = None) -> Callable[[], tuple[Flask, Site]]:
        """Returns a function that makes the same app in another process."""
        if isinstance(self.factory, ImportedApp):
            return partial(_imported_again, options or self.options, self.folder, self.factory)
        code = getattr(self.factory, "__code__", None)
        file = Path(code.co_filename) if code else None
        source = self.source or (FactorySource(file, None, "create_app") if file and file.exists() else None)
        return partial(_made_again, options or self.options, self.folder, source)

    def finish(self, problems: Problems) -> int:
        """Reports the problems and returns the exit code."""
        self.report.problems(problems)
        return 1 if problems.errors else 0


def _distrust_bytecode(folder: Path) -> None:
    """Lets Python write no bytecode while a site's code is being edited, and read none that is older than its source:
    Python cannot tell two edits of one second apart that are as long."""
    packages = [file.parent for file in folder.glob("*/__init__.py")]
    own = {*folder.glob("*.py"), *folder.glob("*/*.py"), *own_files(folder).values(),
           *(file for each in packages for file in each.rglob("*.py"))}
    misleads = any(map(_misleads, own))
    if misleads or any(changed_at(str(file)) > time.time_ns() - SETTLED_NS for file in own):
        sys.dont_write_bytecode = True
    if misleads:
        sys.pycache_prefix = str(folder / STATE / "no-bytecode")  # where there is none


def _misleads(file: Path) -> bool:
    """Returns whether Python would take bytecode that was made of an earlier text of a file (see PEP 3147)."""
    cached = Path(importlib.util.cache_from_source(str(file)))
    try:
        with cached.open("rb") as bytecode:
            stamp = bytecode.read(16)[8:]
        found = file.stat()
    except OSError:
        return False
    believed = struct.pack("<LL", int(found.st_mtime) & 0xFFFFFFFF, found.st_size & 0xFFFFFFFF)
    return stamp == believed and changed_at(str(cached)) <= changed_at(str(file))


def _imported_again(options: RunOptions, folder: Path, factory: ImportedApp) -> tuple[Flask, Site]:
    return BuildContext(factory, options, Report(quiet=True), folder).make_app()


def _made_again(options: RunOptions, folder: Path, source: FactorySource | None) -> tuple[Flask, Site]:
    factory = source.load() if source else None
    return BuildContext(factory, options, Report(quiet=True), folder).make_app()


def find_factory(folder: Path) -> Factory:
    """Returns `create_app` of the `build.py` in a folder; without a `build.py`, a function that makes
    the plain app of the folder."""
    file = folder / "build.py"
    if file.exists():
        return load_factory(file)
    if not (folder / "config.yaml").exists() and not (folder / "content").is_dir():
        raise ColdpressError(Problem(
            "build.no-site", "there is no site in this folder: no build.py, config.yaml or content/",
            hint="make one with `coldpress init`"))
    return lambda: create_plain_app(folder)


def load_factory(file: Path, name: str = "create_app") -> Factory:
    """Imports a `build.py` again and returns its `create_app`."""
    spec = importlib.util.spec_from_file_location("build", file)
    assert spec is not None, "a .py file always has one"
    module = importlib.util.module_from_spec(spec)
    sys.modules["build"] = module  # dataclasses and pickle look their module up
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    try:
        # Not through Python's bytecode, which cannot tell two edits of one second apart.
        with recorder.unrecorded():
            code = compile(file.read_bytes(), str(file), "exec")
        exec(code, vars(module))
    except Exception as reason:
        raise _own_mistake(reason, file.parent) from reason
    factory = getattr(module, name, None)
    if not callable(factory):
        raise ColdpressError(Problem("build.no-site", f"there is no function `{name}` here", Place(file.name)))
    made: Factory = factory
    return made


def _own_mistake(reason: BaseException, folder: Path) -> ColdpressError:
    """Returns a failure in `build.py` as a problem, with the traceback from its first frame on."""
    trace = reason.__traceback__
    own = Path(__file__).parents[1]
    while trace is not None and (Path(trace.tb_frame.f_code.co_filename).is_relative_to(own)
                                 or "importlib" in trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    file, line = (reason.filename, reason.lineno) if isinstance(reason, SyntaxError) else ("build.py", None)
    if trace is not None and not isinstance(reason, SyntaxError):
        frames = traceback.extract_tb(trace)
        inner = [frame for frame in frames if is_own_code(frame.filename)]
        innermost = (inner or frames)[-1]
        file, line = innermost.filename, innermost.lineno
    path = Path(file or "build.py")
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)
    text = "".join(traceback.format_exception(type(reason), reason, trace))
    place = line_place(path, name, line) if line else Place(name)
    if isinstance(reason, SyntaxError) and reason.offset:
        end = reason.end_offset if reason.end_lineno == reason.lineno and reason.end_offset else 0
        place = replace(place, column=reason.offset, length=max(1, end - reason.offset))
    return ColdpressError(Problem("build.failed", f"{type(reason).__name__}: {reason}", place, _near_attribute(reason),
                                  traceback=text))


def _near_attribute(reason: BaseException) -> str | None:
    """Returns a hint for a name that a module or another object does not have."""
    if not isinstance(reason, AttributeError) or not reason.name:
        return None
    try:
        known = dir(reason.obj)
    except Exception:  # noqa: BLE001  (whatever an object may raise)
        return None
    return did_you_mean(reason.name, [name for name in known if not name.startswith("_")])
