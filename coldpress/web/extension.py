"""The Flask extension: `Coldpress(app)`, `init_app` and `create_app`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from jinja2 import Environment
from werkzeug.local import LocalProxy

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.web.blueprints import crawlers, list_pages, pages, search, syndication
from coldpress.web.blueprints.pages import show_content, static
from coldpress.web.components import SiteHost, included
from coldpress.web.converters import SiteRule, install_converters
from coldpress.web.environment import SiteEnvironment, short_url_for
from coldpress.web.feed_formats import feed_links
from coldpress.web.metadata import metadata
from coldpress.web.site import PARENT, Site
from coldpress.web.strings import is_rtl
from coldpress.web.templates import SiteVariables

BLUEPRINTS = tuple(module.blueprint for module in (list_pages, search, syndication, crawlers, pages))


class Coldpress:
    """A site as a Flask extension: `Coldpress(app, root, url_prefix="/blog")`, or
    without an app and `init_app(app)` later.  `root` is relative to the app's folder.

    With `share`, its templates also get the app's filters, tests, globals and context
    processors; where both define a name, the site's counts.
    """

    def __init__(self, app: Flask | None = None, root: str | Path = ".", *, url_prefix: str = "",
                 share: bool = False) -> None:
        with recorder.unrecorded():
            self.site = Site(Path(app.root_path, root) if app else root, url_prefix,
                             app.root_path if app else None, shares=share)
        self.site.host = SiteHost(self.site)
        if app is not None:
            self.init_app(app)

    @property
    def library(self) -> Library:
        """The content of the site: `library.posts`, `library.by_source("about.md")`."""
        return self.site.library

    def init_app(self, app: Flask) -> None:
        """Adds the site's routes, templates and 404 page to an app."""
        if PARENT in app.extensions:
            raise RuntimeError("this app has a Coldpress site already; mount the second in an app of its own")
        app.extensions[PARENT] = self
        with recorder.unrecorded():
            self.site.app = app
            self.site.environment = _make_environment(app, self.site)
            install_converters(app.url_map, self.site)
            app.register_blueprint(_make_parent(self.site))


def _make_environment(app: Flask, site: Site) -> SiteEnvironment:
    environment = SiteEnvironment(app, site.root / site.config.templates_dir, site.base, share=site.shares)
    environment.globals.update(
        site=SiteVariables(site), library=LocalProxy(lambda: site.library),
        data=LocalProxy(lambda: site.library.data), now=site.now,
        url_for=short_url_for(site.endpoints, site.asset_version, site.link_root),
        included=partial(included, site), feeds=partial(feed_links, site), metadata=metadata, t=site.strings.t,
        image_size=site.image_size)
    environment.filters["date"] = site.strings.date
    environment.tests["rtl"] = is_rtl
    return environment


def _make_parent(site: Site) -> Blueprint:
    """Makes the blueprint of the site, in which our blueprints are nested."""
    parent = Blueprint(PARENT, __name__, url_prefix=site.url_prefix or None)
    parent.register_error_handler(404, partial(_not_found, site))
    for blueprint in BLUEPRINTS:
        if blueprint is search.blueprint and not site.config.search:
            continue  # so that a route of one's own may take its place
        parent.register_blueprint(blueprint)
        for view, generator in blueprint.generators.items():
            endpoint = f"{PARENT}.{view}"
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
        extension: Coldpress = self.extensions[PARENT]
        return extension.site.environment


def create_app(root: str | Path) -> Flask:
    """Make the app of the site in `root`: the site's folder, or a file in it (`__file__`).

    Mistakes in the config do not raise: `config_problems` holds them, and a
    mistaken setting has its default.
    """
    folder = Path(root).resolve()
    if folder.is_file() or folder.suffix == ".py":
        folder = folder.parent
    app = SiteFlask("coldpress", root_path=str(folder), instance_path=str(folder / "instance"),
                    static_folder=None, template_folder=None)
    site = Coldpress(app, folder).site
    site.owns_app = True
    site.environment.search_blueprints(app)
    app.register_error_handler(404, partial(_not_found, site))
    # So that `url_for("static", …)` works in the views of `build.py`, as in every Flask app.
    app.add_url_rule("/static/<path:filename>", "static", static, build_only=True)
    return app
