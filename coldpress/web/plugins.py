"""Loads plugins: finds them by name, checks their options, and makes them.

A plugin is an object with a method `init_site(site)`, which registers what the plugin adds
to a site.  Packages offer theirs as entry points of the group `coldpress.plugins`
(https://packaging.python.org/specifications/entry-points/).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from coldpress import recorder
from coldpress.cache.checksum import code_version
from coldpress.config.annotations import bind_options
from coldpress.config.options import PluginChoice
from coldpress.errors import Place, Problem, Problems
from coldpress.loaded_code import files_of, looking_for_entry_points, own_version, package_files
from coldpress.text import did_you_mean

GROUP = "coldpress.plugins"
"""The entry point group of plugins."""
BUILT_IN = {"diagrams": "coldpress.plugins.diagrams:Diagrams", "llms": "coldpress.plugins.llms:Llms"}
"""The plugins that come with Coldpress, by name.  Each site has them."""
_NOT_NAMED = {
    "diagrams": "leave it out; the extra `diagrams` of Coldpress is all that it needs",
    "llms": "leave it out, and write `llms: true`", "search": "leave it out; `search: false` turns it off",
    "tags": "leave it out; `taxonomies` names them", "blog": "leave it out; `collections` names the folders of posts",
    "rss": "leave it out; `feeds` has its options", "sitemap": "leave it out; it needs a `base_url`",
    "redirects": "leave it out; write `aliases` into front matter",
    "macros": "leave it out, and write `jinja: true` under `markdown`"}
"""What to do with the names of plugins, ours and MkDocs', whose work Coldpress does without an entry."""
FindPlace = Callable[..., Place]


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that is in use.

    `version` changes with its code and its options.  `distribution` is the name of the installed
    package that offers it, `files` are its code, `place` is where the config names it.
    """

    name: str
    instance: Any
    version: str = ""
    distribution: str | None = None
    files: tuple[Path, ...] = ()
    place: Place | None = None

    @property
    def is_built_in(self) -> bool:
        """Whether it comes with Coldpress, whose version each page depends on."""
        return self.name in BUILT_IN


def built_in_plugins() -> Iterator[Plugin]:
    """Yields the plugins that come with Coldpress."""
    for name in BUILT_IN:
        yield Plugin(name, _built_in(name).load()())


def given_plugins(instances: Iterable[Any], base: Path) -> Iterator[Plugin]:
    """Yields the plugins that the app's own code made; each is called as its class.  Raises
    `TypeError` for what is no plugin."""
    for instance in instances:
        if isinstance(instance, type) or not callable(getattr(instance, "init_site", None)):
            raise TypeError(f"a plugin is an object with a method `init_site(site)`; {instance!r} is none")
        module = type(instance).__module__
        yield Plugin(type(instance).__name__, instance, f"{_version(module)} {own_version(module, base)}")


def load_plugins(choices: Iterable[PluginChoice], place: FindPlace, problems: Problems) -> Iterator[Plugin]:
    """Yields the plugins that the config names.

    `place` finds the place of keys in the config.  A plugin that is not installed, that cannot
    be imported or whose options do not fit is a problem, and is left out.
    """
    with looking_for_entry_points(GROUP):
        points = list(entry_points(group=GROUP)) if choices else []
    offered = {point.name: point for point in points}
    for index, choice in enumerate(choices):
        keys = ("plugins", index)
        point = offered.get(choice.name)
        if choice.name in BUILT_IN or (point is None and choice.name in _NOT_NAMED):
            problems.error("config.plugin", f"`{choice.name}` comes with Coldpress, and is not named here",
                           place(*keys), _NOT_NAMED[choice.name])
        elif point is None:
            known = ", ".join(f"`{name}`" for name in sorted(offered))
            problems.error("config.plugin", f"there is no plugin `{choice.name}`", place(*keys),
                           did_you_mean(choice.name, offered) or "install the package that has it" + (
                               f"; installed are {known}" if known else ", with `pip install`"))
        elif twins := {each.dist.name for each in points if each.name == choice.name and each.dist} - {
                point.dist.name if point.dist else ""}:
            problems.error("config.plugin", f"two installed packages have a plugin `{choice.name}`: "
                           f"{', '.join(sorted([*twins, point.dist.name if point.dist else 'another']))}", place(*keys),
                           "uninstall one of them")
        elif plugin := _make(point, choice, place, index, problems):
            yield plugin


def _built_in(name: str) -> EntryPoint:
    return EntryPoint(name, BUILT_IN[name], GROUP)


def _make(point: EntryPoint, choice: PluginChoice, place: FindPlace, index: int, problems: Problems) -> Plugin | None:
    """Imports a plugin's class and makes the plugin with its options."""
    where = place("plugins", index)
    try:
        made = point.load()
        if not callable(made):
            raise TypeError(f"`{point.value}` is no class or function")
        arguments, mistakes = bind_options(made, choice.options)
        for mistake in mistakes:
            problems.error("config.plugin", f"the plugin `{choice.name}`: {mistake}",
                           place("plugins", index, choice.name, *mistake.keys) if mistake.keys else where, mistake.hint)
        if mistakes:
            return None
        instance = made(**arguments)
    except (Exception, SystemExit) as reason:  # noqa: BLE001  (whatever a plugin's code may raise)
        problems.add(failure(choice.name, reason, where))
        return None
    with recorder.unrecorded():
        files = tuple(_files(point))
        version = f"{point.dist.version if point.dist else ''} {code_version(files)} {choice.text}"
    return Plugin(choice.name, instance, version, point.dist.name if point.dist else None, files, where)


def _files(point: EntryPoint) -> list[Path]:
    """Returns the files of a plugin: those of its installed distribution; where it is installed as a
    link to its sources, those of its package and what its module imports."""
    listed = [Path(str(file.locate())) for file in (point.dist.files if point.dist else None) or ()]
    found = {file for file in listed if file.suffix != ".pth" and ".dist-info" not in file.parent.name}
    if not any(file.suffix == ".py" for file in found):
        found |= {*package_files(point.module), *files_of(point.module)}
    return sorted(file for file in found if file.suffix != ".pyc" and file.is_file())


def failure(name: str, reason: BaseException, place: Place | None, doing: str = "") -> Problem:
    """Returns the problem of a plugin that fails."""
    where = traceback.extract_tb(reason.__traceback__)[-1:]
    at = f" ({Path(where[0].filename).name}, line {where[0].lineno})" if where else ""
    return Problem("plugin.failed", f"the plugin `{name}` fails{doing}: {type(reason).__name__}: {reason}{at}", place,
                   "correct the plugin or its options, or leave it out of `plugins`")


def _version(module: str) -> str:
    """Returns a digest of the code of the package that a module is in."""
    with recorder.unrecorded():
        return code_version(package_files(module))
