"""What a site adds to an app: its environment of templates, its blueprints, its 404 page."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from copy import copy
from functools import partial, wraps
from pathlib import Path
from typing import Any, Protocol

import click
import flask
from flask import Flask
from flask.cli import with_appcontext
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.local import LocalProxy

from coldpress import recorder
from coldpress.audit_hook import is_own
from coldpress.decorators import frozen
from coldpress.errors import Problems
from coldpress.loaded_code import imports_of
from coldpress.web.blueprints import (
    Blueprint,
    SiteBlueprint,
    Urls,
    Values,
    crawlers,
    docs_tree,
    images,
    list_pages,
    pages,
    search,
    site_icons,
    social_cards,
    syndication,
)
from coldpress.web.blueprints.pages import show_content
from coldpress.web.components import included
from coldpress.web.environment import SiteEnvironment, short_url_for
from coldpress.web.feed_formats import feed_links
from coldpress.web.images import image, picture
from coldpress.web.markdown_pages import markdown_url
from coldpress.web.metadata import metadata
from coldpress.web.plugins import Plugin, built_in_plugins, failure, given_plugins, load_plugins
from coldpress.web.redirects import answer_at
from coldpress.web.site import NAME, Site
from coldpress.web.strings import is_rtl
from coldpress.web.templates import SiteVariables
from coldpress.web.theme_parts import ThemeParts
from coldpress.web.video import video

BLUEPRINTS = tuple(module.blueprint for module in (
    list_pages, search, syndication, crawlers, docs_tree, images, social_cards, site_icons,
    pages))
_HOOKS = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "template_context_processors",
          "url_value_preprocessors", "url_default_functions")


def make_environment(app: Flask, site: Site) -> SiteEnvironment:
    """Makes the environment of a site's templates, with what was registered so far."""
    environment = SiteEnvironment(app, site.root / site.config.templates_dir, site.base, site.theme,
                                  share=site.shares, keep_compiled=not site.options.no_cache)
    environment.globals.update(
        site=SiteVariables(site), library=LocalProxy(lambda: site.library),
        data=LocalProxy(lambda: site.library.data), now=site.now,
        url_for=short_url_for(site.endpoints, site.copied.version, site.copied.hashed, site.link_root,
                              site.whole_endpoint),
        included=partial(included, site), feeds=partial(feed_links, site), metadata=metadata, t=site.strings.t,
        image_size=site.image_size, image=partial(image, site), picture=partial(picture, site),
        docs_tree=partial(docs_tree.docs_tree, site), video=video, site_icons=site.icons,
        markdown_url=lambda page: markdown_url(site.library, page))
    environment.filters["date"] = site.strings.date
    environment.tests["rtl"] = is_rtl
    environment.loader.on_load = ThemeParts(site, environment).remember
    site.registry.reserved |= {"filter": frozenset(environment.filters), "test": frozenset(environment.tests),
                               "global": frozenset([*environment.globals, "page"])}
    for kind, given in (("filter", site.registry.filters), ("test", site.registry.tests),
                        ("global", site.registry.globals)):
        for name in given:
            site.registry.check_reserved(kind, name)
    environment.filters.update(site.registry.filters)
    environment.tests.update(site.registry.tests)
    environment.globals.update(site.registry.globals)
    for folder in site.registry.template_folders:
        environment.add_template_folder(folder)
    return environment


def add_blueprint(site: Site, blueprint: Blueprint, url_prefix: str | None, plugin: str | None) -> None:
    """Registers a blueprint below a site.  Its views with URL values are frozen; pages of the views
    of a plugin depend on it; a 404 of one shows the site's."""
    prefix = blueprint.url_prefix if url_prefix is None else url_prefix
    is_site_s = isinstance(blueprint, SiteBlueprint)
    before = set(site.app.view_functions)
    name_prefix = site.name if is_site_s or site.name != NAME else ""
    site.app.register_blueprint(blueprint, url_prefix=f"{site.url_prefix}{prefix or ''}" or None,
                                name_prefix=name_prefix)
    for endpoint in set(site.app.view_functions) - before:
        short = endpoint.removeprefix(f"{name_prefix}.")
        generator = blueprint.generators.get(endpoint.rpartition(".")[2])
        if plugin is not None:
            site.registry.endpoints[endpoint] = plugin
        view = _copy_of(site.app.view_functions[endpoint])
        if is_site_s and generator:
            site.endpoints[short], site.generators[endpoint] = endpoint, generator
        else:
            site.added_endpoints[short] = endpoint
            view = frozen(partial(_url_values, site, generator))(view) if generator else view
        site.app.view_functions[endpoint] = view
    handlers = site.app.error_handler_spec[f"{name_prefix}.{blueprint.name}".lstrip(".")][404]
    handlers.setdefault(NotFound, partial(not_found, site))


def _url_values(site: Site, generator: Urls) -> Iterable[Values]:
    return generator(site.library)


def _copy_of(view: Callable[..., Any]) -> Callable[..., Any]:
    """Returns a function that does the same, to carry the marks of one site only."""

    @wraps(view)
    def run(*arguments: Any, **more: Any) -> Any:
        return view(*arguments, **more)

    return run


def add_to_flask(app: Flask, command: click.Command) -> None:
    """Adds a command to Flask's own command line, where it runs in an app context too."""
    added = copy(command)
    if added.callback is not None:
        added.callback = with_appcontext(added.callback)
    app.cli.add_command(added)


class Initializable(Protocol):
    """What `add_plugins` needs of the extension: `extension.Coldpress` implements it."""

    @property
    def site(self) -> Site: ...


def add_plugins(extension: Initializable, given: Iterable[Any]) -> None:
    """Lets each plugin register what it adds; one that fails makes a build impossible."""
    site, problems = extension.site, Problems()
    registry = site.registry
    for plugin in (*built_in_plugins(), *load_plugins(site.config.plugins, site.config_place, problems),
                   *given_plugins(given, site.base)):
        before, registry.plugin = _rest_of(site), plugin
        registry.plugins[plugin.name] = plugin
        try:
            plugin.instance.init_site(extension)
        except (Exception, SystemExit) as reason:  # noqa: BLE001  (whatever a plugin's code may raise)
            problems.add(failure(plugin.name, reason, plugin.place, " when it registers what it adds"))
        if not plugin.is_built_in and (_rest_of(site) != before or _is_imported(plugin, site)):
            registry.everywhere.append(plugin.name)
    registry.plugin = None
    site.environment.plugin_names = registry.template_names()
    if problems:
        site.config_problems.extend(problems)
        site.can_be_built = False


def _rest_of(site: Site) -> object:
    """Returns what code can change in an app without registering it on the site, to compare: what
    changes it has a part in every page."""
    app, registry = site.app, site.registry
    environments = [each for each in (site.environment, vars(app).get("jinja_env")) if each is not None]
    known = {*registry.filters, *registry.tests, *registry.globals}
    names = [sorted(set(getattr(each, kind)) - known) for each in environments
             for kind in ("filters", "tests", "globals")]
    views = set(app.view_functions) - {*site.added_endpoints.values(), *site.generators}
    hooks = [len(getattr(app, kind).get(None, ())) for kind in _HOOKS]  # not those of blueprints
    handlers = sum(len(each) for each in app.error_handler_spec.get(None, {}).values())
    return names, sorted(views), hooks, handlers, repr(dict(app.config))


def _is_imported(plugin: Plugin, site: Site) -> bool:
    """Returns whether a module of the site's own imports one of a plugin."""
    names = {type(plugin.instance).__module__.partition(".")[0]}
    with recorder.unrecorded():
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.endswith(".py") and is_own(file) and Path(file) not in plugin.files and (
                    Path(file).is_relative_to(site.base)):
                names_in_it = {name.partition(".")[0] for name in imports_of(module.__name__, Path(file))}
                if names & names_in_it:
                    return bool(plugin.files)
    return False


def make_parent(site: Site) -> flask.Blueprint:
    """Makes the blueprint of the site, in which our blueprints are nested."""
    parent = flask.Blueprint(site.name, __name__, url_prefix=site.url_prefix or None)
    parent.register_error_handler(404, partial(not_found, site))
    for blueprint in BLUEPRINTS:
        if blueprint is search.blueprint and not site.config.search:
            continue  # so that a route of one's own may take its place
        parent.register_blueprint(blueprint)
        for view, generator in blueprint.generators.items():
            endpoint = f"{site.name}.{view}"
            site.endpoints[view] = endpoint
            site.generators[endpoint] = generator
    return parent


def not_found(site: Site, _error: Exception) -> ResponseReturnValue:
    """Handles a 404 of one of our views: shows the content at that path, such as a page in a
    folder `theme`, an alias of a list's page that is gone or a redirect, else the site's 404 page, with the
    status 410 for a URL that is gone for good."""
    path = site.requested_path()
    if found := answer_at(site, path):
        return show_content(found)
    return show_content(None) if site.find(f"{path}/") else (
        site.render("404.html"), 410 if path in site.library.kept.gone else 404)
