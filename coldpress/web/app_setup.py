"""What a site adds to an app: its environment of templates, its blueprints, its 404 page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import copy
from functools import partial, wraps
from typing import Any

import click
import flask
from flask import Flask
from flask.cli import with_appcontext
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound
from werkzeug.local import LocalProxy

from coldpress import recorder
from coldpress.decorators import frozen
from coldpress.web.blueprints import (
    Blueprint,
    SiteBlueprint,
    Urls,
    Values,
    crawlers,
    list_pages,
    pages,
    search,
    syndication,
)
from coldpress.web.blueprints.pages import show_content
from coldpress.web.components import included
from coldpress.web.environment import SiteEnvironment, short_url_for
from coldpress.web.feed_formats import feed_links
from coldpress.web.metadata import metadata
from coldpress.web.site import NAME, Site
from coldpress.web.strings import is_rtl
from coldpress.web.templates import SiteVariables

BLUEPRINTS = tuple(module.blueprint for module in (list_pages, search, syndication, crawlers, pages))
_HOOKS = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs", "template_context_processors",
          "url_value_preprocessors", "url_default_functions")


def make_environment(app: Flask, site: Site) -> SiteEnvironment:
    """Makes the environment of a site's templates, with what was registered so far."""
    environment = SiteEnvironment(app, site.root / site.config.templates_dir, site.base, share=site.shares)
    environment.globals.update(
        site=SiteVariables(site), library=LocalProxy(lambda: site.library),
        data=LocalProxy(lambda: site.library.data), now=site.now,
        url_for=short_url_for(site.endpoints, site.copied.version, site.link_root, site.whole_endpoint),
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
        view = _copy_of(site.app.view_functions[endpoint], plugin)
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


def _copy_of(view: Callable[..., Any], plugin: str | None) -> Callable[..., Any]:
    """Returns a function that does the same, to carry the marks of one site only."""

    @wraps(view)
    def run(*arguments: Any, **more: Any) -> Any:
        if plugin is not None:
            recorder.read("plugin", plugin)
        return view(*arguments, **more)

    return run


def add_to_flask(app: Flask, command: click.Command) -> None:
    """Adds a command to Flask's own command line, where it runs in an app context too."""
    added = copy(command)
    if added.callback is not None:
        added.callback = with_appcontext(added.callback)
    app.cli.add_command(added)


def count_hooks(app: Flask) -> list[int]:
    """Returns how many functions an app calls for every request, of each kind."""
    return [len(getattr(app, kind).get(None, ())) for kind in _HOOKS]


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
    folder `theme` or an alias of a list's page that is gone, else the site's 404 page."""
    path = site.requested_path()
    if found := site.find(path):
        return show_content(found)
    return show_content(None) if site.find(f"{path}/") else (site.render("404.html"), 404)


