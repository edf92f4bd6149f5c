"""The Flask extension: `Coldpress(app)`, `init_app` and `create_app`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import partial, wraps
from pathlib import Path
from typing import Any, cast

import click
import flask
from flask import Flask
from flask.typing import ResponseReturnValue
from jinja2 import Environment
from werkzeug.local import LocalProxy

from coldpress import recorder
from coldpress.config.fields import make_field
from coldpress.content.library import Library
from coldpress.decorators import frozen
from coldpress.text import did_you_mean
from coldpress.web.blueprints import Blueprint, Urls, Values, crawlers, list_pages, pages, search, syndication
from coldpress.web.blueprints.pages import show_content, static
from coldpress.web.components import SiteHost, included
from coldpress.web.converters import SiteRule, install_converters
from coldpress.web.environment import SiteEnvironment, short_url_for
from coldpress.web.feed_formats import feed_links
from coldpress.web.metadata import metadata
from coldpress.web.registry import Function, Registry, fields_of
from coldpress.web.site import NAME, Site
from coldpress.web.sites import key_of, requested_site, sites_of
from coldpress.web.strings import is_rtl
from coldpress.web.templates import SiteVariables

BLUEPRINTS = tuple(module.blueprint for module in (list_pages, search, syndication, crawlers, pages))

_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


class Coldpress:
    """A site as a Flask extension: `Coldpress(app, root, url_prefix="/blog")`, or
    without an app and `init_app(app)` later.  `root` is relative to the app's folder.

    Sites of one app differ by their `name`, with which their endpoints begin: `blog.page`.
    With `share`, the templates of the site also get the app's filters, tests, globals and
    context processors; where both define a name, the site's counts.
    """

    def __init__(self, app: Flask | None = None, root: str | Path = ".", *, url_prefix: str = "", name: str = NAME,
                 share: bool = False) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a site's name has letters, digits, `-` and `_`; `{name}` has others")
        self.name = name
        self._root = root
        self._url_prefix = url_prefix
        self._shares = share
        self._registry = Registry()
        self._site: Site | None = None
        if app is not None:
            self.init_app(app)

    @property
    def site(self) -> Site:
        """The site of the app that was initialized last.  Raises `RuntimeError` before `init_app`."""
        if self._site is None:
            raise RuntimeError("this site has no app yet: call `init_app`")
        return self._site

    @property
    def registry(self) -> Registry:
        """What is registered on the site; before `init_app`, on all sites that it will make."""
        return self._site.registry if self._site else self._registry

    @property
    def library(self) -> Library:
        """The content of the site: `library.posts`, `library.by_source("about.md")`."""
        return self.site.library

    def reload(self) -> None:
        """Reads content and templates again, as a server that runs on may want to; files that
        did not change are not read."""
        self.site.reload()

    def init_app(self, app: Flask) -> None:
        """Adds the site's routes, templates and 404 page to an app.  Raises `RuntimeError` if the
        app has a site of this name, in this folder or at this path already."""
        root = Path(app.root_path, self._root).resolve()
        self._refuse_twins(app, root)
        with recorder.unrecorded():
            site = self._site = Site(
                root, self._url_prefix, app.root_path, name=self.name, shares=self._shares,
                registry=self._registry.copied(), settings=app.config)
            site.host = SiteHost(site)
            site.app = app
            site.environment = _make_environment(app, site)
            for name in site.registry.collection_fields:
                self._check_collection(name)
            install_converters(app.url_map, site)
            app.register_blueprint(_make_parent(site))
        # A copy of its own, as one extension may serve several apps.
        app.extensions[key_of(self.name)] = copy(self)

    def _refuse_twins(self, app: Flask, root: Path) -> None:
        for other in sites_of(app):
            if other.name == self.name:
                raise RuntimeError(f"this app has a site `{self.name}` already; give the second a name of its own: "
                                   '`Coldpress(app, "docs", url_prefix="/docs", name="docs")`')
            if other.root == root or other.url_prefix == self._url_prefix.rstrip("/"):
                raise RuntimeError(f"the sites `{other.name}` and `{self.name}` have one folder or one `url_prefix`")

    # Registration, in `create_app`.

    def filter(self, name: str) -> Callable[[Function], Function]:
        """Registers a filter of templates; raises `RuntimeError` for a name that is taken, and after loading.

            @site.filter("money")
            def money(value):
                return f"{value:.2f} €"
        """
        return self._adder("filter", name)

    def test(self, name: str) -> Callable[[Function], Function]:
        """Registers a test of templates: `{% if page is short %}`."""
        return self._adder("test", name)

    def glob(self, name: str) -> Callable[[Any], Any]:
        """Registers a function or a value that every template can use: `site.glob("stock")(stock)`."""
        return self._adder("global", name)

    def field(self, name: str, kind: str = "text", *, required: bool = False, default: Any = None,
              choices: Sequence[str] = (), is_list: bool = False, collection: str | None = None) -> None:
        """Gives a front matter key a type, on all pages or on those of a collection.  Raises
        `ValueError` for an unknown type.

            site.field("isbn", collection="books", required=True)
        """
        self.registry.check_open(f"the field `{name}`")
        made = make_field(name, kind, required=required, default=default, choices=tuple(choices), is_list=is_list)
        if collection is None:
            self.registry.fields.append(made)
        else:
            self._check_collection(collection)
            self.registry.collection_fields.setdefault(collection, []).append(made)

    def collection(self, name: str) -> Callable[[type], type]:
        """Takes the fields of a collection from a dataclass.

            @site.collection("recipes")
            @dataclass
            class Recipe:
                minutes: int
                vegan: bool = False
                level: Literal["easy", "hard"] = "easy"
                cover: Annotated[str, "image"] | None = None
        """

        def register(dataclass: type) -> type:
            self.registry.check_open(f"the fields of `{name}`")
            self._check_collection(name)
            self.registry.collection_fields.setdefault(name, []).extend(fields_of(dataclass))
            return dataclass

        return register

    def source(self, name: str) -> Callable[[Any], Any]:
        """Registers where the rows of a collection come from, an object with `keys` and `get`
        (`coldpress.RowSource`), or a class that makes one: `site.source("shop")(Shop())`."""

        def register(source: Any) -> Any:
            made = source() if isinstance(source, type) else source
            for method in ("keys", "get"):
                if not callable(getattr(made, method, None)):
                    raise TypeError(f"a source has the methods `keys` and `get`; {made!r} has no `{method}`")
            self.registry.add(self.registry.row_sources, "source", name, made)
            return source

        return register

    def register_blueprint(self, blueprint: Blueprint, *, url_prefix: str | None = None) -> None:
        """Registers a blueprint below the site.  Its views with `urls` are frozen for these URL
        values, in an app of the site's own and in another.  Raises `RuntimeError` before `init_app`."""
        self.registry.check_open(f"the blueprint `{blueprint.name}`")
        app, prefix = self.site.app, blueprint.url_prefix if url_prefix is None else url_prefix
        before = set(app.view_functions)
        app.register_blueprint(blueprint, url_prefix=f"{self.site.url_prefix}{prefix or ''}" or None,
                               name_prefix="" if self.name == NAME else self.name)
        self._name_endpoints(set(app.view_functions) - before)
        for name, generator in blueprint.generators.items():
            endpoint = self.site.added_endpoints[f"{blueprint.name}.{name}"]
            view = frozen(partial(_url_values, self.site, generator))(_copy_of(app.view_functions[endpoint]))
            app.view_functions[endpoint] = view

    def _name_endpoints(self, endpoints: Iterable[str]) -> None:
        """Gives endpoints of a blueprint short names in the templates of the site."""
        for endpoint in endpoints:
            self.site.added_endpoints[endpoint.removeprefix(f"{self.name}.")] = endpoint

    def template_folder(self, path: str | Path) -> None:
        """Adds a folder of templates, between the site's own and the theme's.  The folder
        added first wins; raises `FileNotFoundError` if it does not exist."""
        folder = Path(path)
        self.registry.check_open(f"the template folder `{path}`")
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder {folder}")
        self.registry.template_folders.append(folder)
        if self._site:
            self.site.environment.add_template_folder(folder)

    def command(self, command: click.Command) -> click.Command:
        """Adds a command to the command line: `python build.py NAME`."""
        return self.registry.add(self.registry.commands, "command", command.name or "", command)

    def worker_started(self, function: Function) -> Function:
        """Registers a function that each process which renders pages calls when it starts: to
        dispose of connections that it shares with its parent, for example."""
        self.registry.check_open(f"`{function.__name__}`")
        self.registry.worker_starts.append(function)
        return function

    def _check_collection(self, name: str) -> None:
        """Raises `ValueError` for a collection that the config does not have."""
        if self._site and name not in self._site.config.collections:
            near = did_you_mean(name, self._site.config.collections)
            raise ValueError(f"there is no collection `{name}`" + (f": {near}" if near else ""))

    def _adder(self, kind: str, name: str) -> Callable[[Any], Any]:
        def register(value: Any) -> Any:
            self.registry.add(getattr(self.registry, f"{kind}s"), kind, name, value)
            if self._site:
                getattr(self.site.environment, f"{kind}s")[name] = value
            return value

        return register


def _make_environment(app: Flask, site: Site) -> SiteEnvironment:
    environment = SiteEnvironment(app, site.root / site.config.templates_dir, site.base, share=site.shares)
    environment.globals.update(
        site=SiteVariables(site), library=LocalProxy(lambda: site.library),
        data=LocalProxy(lambda: site.library.data), now=site.now,
        url_for=short_url_for(site.endpoints, site.asset_version, site.link_root, site.whole_endpoint),
        included=partial(included, site), feeds=partial(feed_links, site), metadata=metadata, t=site.strings.t,
        image_size=site.image_size)
    environment.filters["date"] = site.strings.date
    environment.tests["rtl"] = is_rtl
    environment.filters.update(site.registry.filters)
    environment.tests.update(site.registry.tests)
    environment.globals.update(site.registry.globals)
    for folder in site.registry.template_folders:
        environment.add_template_folder(folder)
    return environment


def _url_values(site: Site, generator: Urls) -> Iterable[Values]:
    return generator(site.library)


def _copy_of(view: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function that does the same, to carry the marks of one site only."""

    @wraps(view)
    def run(*arguments: Any, **more: Any) -> Any:
        return view(*arguments, **more)

    return run


def _make_parent(site: Site) -> flask.Blueprint:
    """Makes the blueprint of the site, in which our blueprints are nested."""
    parent = flask.Blueprint(site.name, __name__, url_prefix=site.url_prefix or None)
    parent.register_error_handler(404, partial(_not_found, site))
    for blueprint in BLUEPRINTS:
        if blueprint is search.blueprint and not site.config.search:
            continue  # so that a route of one's own may take its place
        parent.register_blueprint(blueprint)
        for view, generator in blueprint.generators.items():
            endpoint = f"{site.name}.{view}"
            site.endpoints[view] = endpoint
            site.generators[endpoint] = generator
    return parent


def _not_found(site: Site, _error: Exception) -> ResponseReturnValue:
    """Handles a 404 of one of our views: shows the content at that path, such as a page in a
    folder `theme` or an alias of a list's page that is gone, else the site's 404 page."""
    path = site.requested_path()
    if found := site.find(path):
        return show_content(found)
    return show_content(None) if site.find(f"{path}/") else (site.render("404.html"), 404)


class SiteFlask(Flask):
    """A Flask app that renders its own routes with the site's templates: these can
    extend `base.html`, and have `site` and `library` as every page has."""

    url_rule_class = SiteRule

    def create_jinja_environment(self) -> Environment:  # type: ignore[override]
        return sites_of(self)[0].environment


def get_site(app: Flask, name: str | None = None) -> Coldpress:
    """Returns the site of an app, to register what it adds; the one with a name, in an app with
    several.  Raises `LookupError` if there is none, or no name says which.

        app = coldpress.create_app(__file__)
        site = coldpress.get_site(app)
    """
    names = [site.name for site in sites_of(app)]
    if not names:
        raise LookupError("this app has no Coldpress site: make one with `Coldpress(app)`")
    if name is None and len(names) > 1:
        raise LookupError(f"which site is meant?  Name one: `coldpress.get_site(app, {names[0]!r})`")
    if name is not None and name not in names:
        raise LookupError(f"there is no site `{name}`: " + (did_you_mean(name, names) or f"there is {names[0]}"))
    found: Coldpress = app.extensions[key_of(name or names[0])]
    return found


def _current() -> Coldpress:
    return get_site(flask.current_app, requested_site().name)


current_site = cast(Coldpress, LocalProxy(_current))
"""The site of the current request, as `flask.current_app` is its app."""


def create_app(root: str | Path, *, settings: Mapping[str, Any] | None = None) -> Flask:
    """Makes the app of the site in `root`: the site's folder, or a file in it (`__file__`).

    `settings` are for `app.config`: Flask's, those of extensions, and `COLDPRESS_…`, which go
    before the options of `config.yaml`.  Mistakes in the config do not raise: `config_problems` holds them, and a
    mistaken setting has its default.
    """
    folder = Path(root).resolve()
    if folder.is_file() or folder.suffix == ".py":
        folder = folder.parent
    app = SiteFlask("coldpress", root_path=str(folder), instance_path=str(folder / "instance"),
                    static_folder=None, template_folder=None)
    app.config.update(settings or {})
    site = Coldpress(app, folder).site
    site.owns_app = True
    site.environment.search_blueprints(app)
    app.register_error_handler(404, partial(_not_found, site))
    # So that `url_for("static", …)` works in the views of `build.py`, as in every Flask app.
    app.add_url_rule("/static/<path:filename>", "static", static, build_only=True)
    return app
