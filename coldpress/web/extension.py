"""The Flask extension: `Coldpress(app)`, `init_app` and `create_app`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from pathlib import Path
from typing import Any, cast

import click
import flask
from flask import Flask
from werkzeug.local import LocalProxy

from coldpress import recorder
from coldpress.config.fields import Field, make_field
from coldpress.config.loader import Config
from coldpress.content.library import Library
from coldpress.content.taxonomy import front_taxonomies
from coldpress.markdown.code.fences import RegisteredFence
from coldpress.markdown.tree import CALLOUTS
from coldpress.text import did_you_mean
from coldpress.web.app_setup import add_blueprint, add_plugins, add_to_flask, make_environment, make_parent
from coldpress.web.blueprints import Blueprint
from coldpress.web.caching import hear_link
from coldpress.web.components import SiteHost
from coldpress.web.config_checks import TAKEN_HINT, taken_name
from coldpress.web.converters import install_converters
from coldpress.web.registry import Function, Registry, code_context, fields_of
from coldpress.web.site import NAME, Site, key_of
from coldpress.web.sites import requested_site, sites_of

_OWN_DIRECTIVES = ("include", "tabs", "tab")
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


class Coldpress:
    """A site as a Flask extension: `Coldpress(app, root, url_prefix="/blog")`, or
    without an app and `init_app(app)` later.  `root` is relative to the app's folder.

    Sites of one app differ by their `name`, with which their endpoints begin: `blog.page`.
    `plugins` are plugins of the app's own, besides those that the config names.
    With `share`, the templates of the site also get the app's filters, tests, globals and
    context processors; where both define a name, the site's counts.
    """

    def __init__(self, app: Flask | None = None, root: str | Path = ".", *, url_prefix: str | None = "",
                 name: str = NAME, share: bool = False, plugins: Iterable[Any] = ()) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a site's name has letters, digits, `-` and `_`; `{name}` has others")
        self.name = name
        self._root = root
        self._url_prefix = url_prefix or ""
        self._shares = share
        self._plugins = tuple(plugins)
        self._before_app = Registry()
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
    def _registered(self) -> Registry:
        """What is registered on the site; before `init_app`, on all sites that it will make."""
        return self._site.registry if self._site else self._before_app

    @property
    def app(self) -> Flask:
        """The app of the site."""
        return self.site.app

    @property
    def config(self) -> Config:
        """The options of the site: `config.title`."""
        if self.site.is_other:
            recorder.read("site", self.name)
        return self.site.config

    @property
    def library(self) -> Library:
        """The content of the site: `library.posts`, `library.by_source("about.md")`."""
        return self.site.library

    def render(self, template: str, **variables: Any) -> str:
        """Renders a template of the site, in a mounted site too, where `flask.render_template`
        finds those of the app."""
        return self.site.render(template, **variables)

    def reload(self) -> None:
        """Reads content and templates again, as a server that runs on may want to; files that
        did not change are not read."""
        self.site.reload()

    def init_app(self, app: Flask) -> None:
        """Adds the site's routes, templates and 404 page to an app, then its plugins.  Raises
        `RuntimeError` if the app has a site of this name, in this folder or at this path already."""
        root = Path(app.root_path, self._root).resolve()
        self._refuse_twins(app, root)
        with recorder.unrecorded():
            site = self._site = Site(
                root, self._url_prefix, app.root_path, name=self.name, shares=self._shares,
                registry=self._before_app.copied(), settings=app.config)
            site.host = SiteHost(site)
            site.app = app
            site.environment = make_environment(app, site)
            for name in site.registry.collection_fields:
                self._check_collection(name)
            install_converters(app.url_map, site)
            app.register_blueprint(make_parent(site))
            if hear_link not in app.url_default_functions[None]:
                app.url_default_functions[None].append(hear_link)
            for command in site.registry.commands.values():
                add_to_flask(app, command)
            deploy = site.config.deploy
            if site.config.headers or site.config.csp or (deploy and deploy.host):
                from coldpress.web.response_headers import add_headers  # noqa: PLC0415  (most sites have none)

                add_headers(app, site)
        # A copy of its own, as one extension may serve several apps.
        app.extensions[key_of(self.name)] = copy(self)
        add_plugins(self, self._plugins)

    @property
    def _plugin_name(self) -> str | None:
        """The plugin that registers now; None for one that comes with Coldpress too."""
        plugin = self._registered.plugin
        return None if plugin is None or plugin.is_built_in else plugin.name

    def _refuse_twins(self, app: Flask, root: Path) -> None:
        for other in sites_of(app):
            if other.name.replace("-", "_") == self.name.replace("-", "_"):
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
        """Registers a test of templates: `{% if page is short %}`.

            site.test("short")(lambda page: page.words < 100)
        """
        return self._adder("test", name)

    def glob(self, name: str) -> Callable[[Any], Any]:
        """Registers a function or a value that every template can use: `{{ stock("b-1") }}`.

            site.glob("stock")(stock)
        """
        return self._adder("global", name)

    def field(self, name: str, kind: str = "text", *, required: bool = False, default: Any = None,
              choices: Sequence[str] = (), is_list: bool = False, collection: str | None = None) -> None:
        """Gives a front matter key a type, on all pages or on those of a collection.  Raises
        `ValueError` for an unknown type.

            site.field("isbn", collection="books", required=True)
        """
        self._registered.check_open(f"the field `{name}`")
        try:
            made = make_field(name, kind, required=required, default=default, choices=tuple(choices), is_list=is_list)
        except ValueError as reason:
            raise ValueError(": ".join(str(part) for part in reason.args if part)) from None
        self._check_names([made])
        if collection is not None:
            self._check_collection(collection)
        self._registered.add_field(made, collection)

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
            self._registered.check_open(f"the fields of `{name}`")
            self._check_collection(name)
            fields = fields_of(dataclass)
            self._check_names(fields)
            for field in fields:
                self._registered.add_field(field, name)
            return dataclass

        return register

    def directive(self, name: str) -> Callable[[Function], Function]:
        """Registers the function of a directive of Markdown, `:::book[Title]{isbn=1}`: it gets a
        `coldpress.Directive` and returns HTML.  A template `components/NAME.html` in `templates/`
        goes before it.  On a page whose author is not trusted, the HTML is sanitized.

            @site.directive("book")
            def book(directive):
                return Markup("<b>{}</b>").format(directive.attributes["isbn"])
        """
        if name.lower() in CALLOUTS or name in _OWN_DIRECTIVES:
            raise ValueError(f"`{name}` is a directive of Coldpress")

        def register(function: Function) -> Function:
            self._registered.add(self._registered.directives, "directive", name, function)
            return function

        return register

    def fence(self, language: str, *, attributes: bool = True) -> Callable[[Function], Function]:
        """Registers the function of fences of a language: it gets a `coldpress.Fence` and returns
        HTML, or None to show the code.  It is called once for a text, before pages are shown, so it
        cannot ask for the site's content.  Unless the language has `attributes`, other words after
        it are reported.

            @site.fence("plot")
            def plot(fence):
                return svg_of(fence.code)
        """

        def register(function: Function) -> Function:
            owner = self._registered.owner_of(function)
            render = function if owner == "" else self._in_context(function)
            self._registered.add(self._registered.fences, "fence", language.lower(), RegisteredFence(
                render, owner, attributes, shared=owner == ""))
            return function

        return register

    def _in_context(self, function: Function) -> Function:
        """Returns a function that runs in an app context of the site, wherever it is called."""

        def run(*arguments: Any) -> Any:
            with code_context(self.site):
                return function(*arguments)

        return cast(Function, run)

    def social_card(self, name: str) -> Callable[[Function], Function]:
        """Registers a function that draws social cards, for `social_cards: {template: NAME}`: it gets a canvas and
        a card.  What it draws may depend on these two and on its code only.

            @site.social_card("poster")
            def poster(canvas, card):
                canvas.text(card.title, (80, 80, 1040, 470), colour=card.ink, size=96, least=52, lines=4)
        """

        def register(function: Function) -> Function:
            self._registered.add_social_card(name, function)
            return function

        return register

    def source(self, name: str) -> Callable[[Any], Any]:
        """Registers where the rows of a collection come from, an object with `keys` and `get`
        (`coldpress.RowSource`), or a class that makes one.

            site.source("shop")(Shop())
        """

        def register(source: Any) -> Any:
            made = source() if isinstance(source, type) else source
            for method in ("keys", "get"):
                if not callable(getattr(made, method, None)):
                    raise TypeError(f"a source has the methods `keys` and `get`; {made!r} has no `{method}`")
            self._registered.add(self._registered.row_sources, "source", name, made)
            return source

        return register

    def register_blueprint(self, blueprint: Blueprint, *, url_prefix: str | None = None) -> None:
        """Registers a blueprint below the site.  Its views with `urls` are frozen for these URL
        values, in an app of the site's own and in another.  Raises `RuntimeError` before `init_app`.

            site.register_blueprint(books, url_prefix="/books")
        """
        self._registered.check_open(f"the blueprint `{blueprint.name}`")
        add_blueprint(self.site, blueprint, url_prefix, self._plugin_name)

    def template_folder(self, path: str | Path) -> None:
        """Adds a folder of templates, between the site's own and the theme's.  The folder
        added first wins; raises `FileNotFoundError` if it does not exist.

            site.template_folder(Path(__file__).parent / "templates")
        """
        folder = Path(path)
        self._registered.check_open(f"the template folder `{path}`")
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder {folder}")
        self._registered.template_folders.append(folder)
        if self._site:
            self.site.environment.add_template_folder(folder)

    def command(self, command: click.Command) -> click.Command:
        """Adds a command to the command line, `python build.py NAME`, and to Flask's, `flask NAME`.  It
        runs in an app context.

            site.command(click.Command("seed", callback=seed))
        """
        self._registered.add(self._registered.commands, "command", command.name or "", command)
        if self._site:
            add_to_flask(self._site.app, command)
        return command

    def worker_started(self, function: Function) -> Function:
        """Registers a function that each process which renders pages calls when it starts: to
        dispose of connections that it shares with its parent, for example.

            site.worker_started(lambda: engine.dispose(close=False))
        """
        self._registered.check_open(f"`{getattr(function, '__name__', function)}`")
        self._registered.worker_starts.append(function)
        return function

    def _check_names(self, fields: Iterable[Field]) -> None:
        """Raises `ValueError` for a field with the name of a key of Coldpress."""
        taxonomies = front_taxonomies(self._site.config) if self._site else ()
        for field in fields:
            if wrong := taken_name(field, taxonomies):
                raise ValueError(f"{wrong}: {TAKEN_HINT}")

    def _check_collection(self, name: str) -> None:
        """Raises `ValueError` for a collection that the config does not have."""
        if self._site and name not in self._site.config.collections:
            near = did_you_mean(name, self._site.config.collections)
            raise ValueError(f"there is no collection `{name}`" + (f": {near}" if near else ""))

    def _adder(self, kind: str, name: str) -> Callable[[Any], Any]:
        def register(value: Any) -> Any:
            self._registered.add(getattr(self._registered, f"{kind}s"), kind, name, value)
            if self._site:
                getattr(self.site.environment, f"{kind}s")[name] = value
            return value

        return register


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
