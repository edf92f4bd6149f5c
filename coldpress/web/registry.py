"""What `build.py` adds to a site, in Flask's form: `site.filter("money")(money)`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import Context
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

import click
from flask import Flask, g
from markupsafe import Markup

from coldpress.config.fields import Field, make_field
from coldpress.content.page import Page
from coldpress.content.slots import Host
from coldpress.errors import ColdpressError
from coldpress.markdown.code.fences import RegisteredFence
from coldpress.sources.rows import RowSource
from coldpress.web.plugins import Plugin

OWN_COMMANDS = frozenset(["build", "serve", "init", "new", "urls", "list", "clean", "schema", "server", "dev"])
"""The names of Coldpress's own commands."""
Function = TypeVar("Function", bound=Callable[..., Any])
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive in a body, as its function gets it: `:::book[Title]{isbn=1} … :::`.

    `kind` is `container`, `leaf` or `inline`; `title` and `body` are HTML; `number` counts the
    directives of the page; `children` are the directives inside it.  `is_early` tells whether it has the first picture
    of the page; `zoom` is the name of the link that opens a picture in full, empty where there is none; `place` is
    where the theme shows pictures here, such as `gallery` inside of one, empty for that of a body.
    """

    name: str
    kind: str
    number: int
    page: Page
    title: Markup
    body: Markup
    attributes: Mapping[str, str]
    children: Sequence[Mapping[str, Any]] = ()
    is_early: bool = False
    zoom: str = ""
    place: str = ""


@dataclass
class Registry:
    """Holds what was registered on one site.  After the content was loaded nothing can be added;
    `reserved` are the names that are taken, by kind.

    `plugin` is the plugin that registers now, `plugins` are those in use; `owners` has the plugin
    that registered a name of a kind, `endpoints` those of their views; `everywhere` are plugins with
    a part in every page.
    """

    is_closed: bool = False
    reserved: dict[str, frozenset[str]] = field(default_factory=lambda: {"command": OWN_COMMANDS})
    plugin: Plugin | None = None
    plugins: dict[str, Plugin] = field(default_factory=dict)
    owners: dict[tuple[str, str], Plugin] = field(default_factory=dict)
    everywhere: list[str] = field(default_factory=list)
    endpoints: dict[str, str] = field(default_factory=dict)
    directives: dict[str, Callable[..., Any]] = field(default_factory=dict)
    fences: dict[str, RegisteredFence] = field(default_factory=dict)
    filters: dict[str, Callable[..., Any]] = field(default_factory=dict)
    tests: dict[str, Callable[..., Any]] = field(default_factory=dict)
    globals: dict[str, Any] = field(default_factory=dict)
    social_cards: dict[str, tuple[Callable[..., Any], str]] = field(default_factory=dict)
    template_folders: list[Path] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    collection_fields: dict[str, list[Field]] = field(default_factory=dict)
    row_sources: dict[str, RowSource] = field(default_factory=dict)
    commands: dict[str, click.Command] = field(default_factory=dict)
    worker_starts: list[Callable[[], Any]] = field(default_factory=list)

    def copied(self) -> Registry:
        """Returns a registry that begins with the same."""
        return replace(self, **{each.name: copy(getattr(self, each.name)) for each in dataclasses.fields(self)})

    def add(self, known: dict[str, Any], kind: str, name: str, value: Value) -> Value:
        """Adds something under a name; raises `RuntimeError` if the name is taken or the site was loaded."""
        self.check_open(f"the {kind} `{name}`")
        if kind in ("filter", "test", "directive") and not callable(value):
            raise TypeError(f"a {kind} is a function; {value!r} is none")
        self.check_reserved(kind, name)
        if name in known:
            owner = self.owners.get((kind, name))
            raise RuntimeError(f"there is a {kind} `{name}` already" + (f", of the plugin `{owner.name}`" if owner
                                                                       else ""))
        known[name] = value
        if self.plugin is not None and not self.plugin.is_built_in:
            self.owners[kind, name] = self.plugin
        return value

    def owner_of(self, function: Callable[..., Any]) -> str:
        """Returns who registers a function now: the name of a plugin, or `*` and the module of the site's own;
        an empty text for a plugin that comes with Coldpress."""
        if self.plugin is None:
            return f"*{getattr(function, '__module__', 'build')}"
        return "" if self.plugin.is_built_in else self.plugin.name

    def add_social_card(self, name: str, draw: Callable[..., Any]) -> None:
        """Adds a function that draws social cards, and who registers it."""
        if not callable(draw):
            raise TypeError(f"a social card is drawn by a function; {draw!r} is none")
        self.add(self.social_cards, "social card", name, (draw, self.owner_of(draw)))

    def add_field(self, field: Field, collection: str | None) -> None:
        """Adds a typed field, of all pages or of a collection; raises `RuntimeError` if it is there already."""
        known = self.fields if collection is None else self.collection_fields.setdefault(collection, [])
        if field.name in (each.name for each in known):
            raise RuntimeError(f"there is a field `{field.name}` already")
        known.append(field)

    def template_names(self) -> dict[str, str]:
        """Returns the names that plugins gave to templates, each with its plugin."""
        return {name: plugin.name for (kind, name), plugin in self.owners.items()
                if kind in ("filter", "test", "global")}

    @property
    def plugin_files(self) -> frozenset[Path]:
        """The files of plugins, which have versions of their own."""
        return frozenset(file for plugin in self.plugins.values() for file in plugin.files)

    @property
    def distributions(self) -> list[str]:
        """The names of the installed packages of plugins."""
        return [plugin.distribution for plugin in self.plugins.values() if plugin.distribution]

    def check_reserved(self, kind: str, name: str) -> None:
        """Raises `RuntimeError` for a name of Coldpress or Jinja."""
        if name in self.reserved.get(kind, ()):
            raise RuntimeError(f"there is a {kind} `{name}` of Coldpress or Jinja; give yours another name")

    def check_open(self, what: str) -> None:
        """Raises `RuntimeError` after the content was loaded."""
        if self.is_closed:
            raise RuntimeError(f"{what} is registered too late: the site was loaded.  Register it where the app is "
                               "made, in `create_app`")


class RowSite(Protocol):
    """The part of a site that calling its row sources needs: `site.Site`."""

    app: Flask
    host: Host[Any]
    registry: Registry


@contextmanager
def code_context(site: RowSite) -> Iterator[None]:
    """An app context in which the site is the current one, for code that was registered on it."""
    with site.app.app_context():
        g.coldpress_site = site
        yield


def call_source(site: RowSite, function: Callable[..., Iterable[Any]], *arguments: Any) -> list[Any]:
    """Calls a function of a row source in an app context of its own, and returns its results.
    Raises `ColdpressError` for whatever it raises."""

    def in_app_context() -> list[Any]:
        with code_context(site):
            return list(function(*arguments))

    try:
        return Context().run(in_app_context)
    except (Exception, SystemExit) as reason:
        problem = site.host.explained(reason)
        raise ColdpressError(replace(problem, code="source.failed") if problem.code == "route.failed" else problem
                             ) from reason


def row_keys(site: RowSite) -> object:
    """Returns the keys and fingerprints of all rows of a site's sources, to compare; an error as a text."""
    try:
        return [call_source(site, source.keys) for source in site.registry.row_sources.values()]
    except ColdpressError as reason:
        return str(reason)


def fields_of(dataclass: type) -> list[Field]:
    """Returns the fields that a dataclass describes: `minutes: int`, `vegan: bool = False`,
    `level: Literal["easy", "hard"]`, `cover: Annotated[str, "image"]`.  Raises `TypeError`."""
    if not dataclasses.is_dataclass(dataclass):
        raise TypeError(f"{dataclass.__name__} is no dataclass")
    hints = get_type_hints(dataclass, include_extras=True)
    return [_field_of(each, hints[each.name]) for each in dataclasses.fields(dataclass)]


_KINDS: dict[Any, str] = {str: "text", int: "int", float: "float", bool: "bool", date: "date", datetime: "date"}


def _field_of(given: dataclasses.Field[Any], annotation: Any) -> Field:
    has_default = given.default is not dataclasses.MISSING
    if given.default_factory is not dataclasses.MISSING:
        has_default = True
    optional, is_list, kind = False, False, None
    choices: tuple[str, ...] = ()
    if get_origin(annotation) is Union or type(annotation).__name__ == "UnionType":
        inner = [each for each in get_args(annotation) if each is not type(None)]
        optional, annotation = len(inner) < len(get_args(annotation)), inner[0]
    if get_origin(annotation) in (list, tuple):
        is_list, annotation = True, get_args(annotation)[0]
    if get_origin(annotation) is Annotated:
        kind = next((each for each in get_args(annotation)[1:] if isinstance(each, str)), None)
    elif get_origin(annotation) is Literal:
        kind, choices = "choice", tuple(str(each) for each in get_args(annotation))
    kind = kind or _KINDS.get(annotation)
    if kind is None:
        raise TypeError(f"the field `{given.name}` has the type {annotation!r}, which front matter cannot have")
    default = given.default if given.default is not dataclasses.MISSING else None
    return make_field(given.name, kind, required=not (has_default or optional), default=default, choices=choices,
                      is_list=is_list)
