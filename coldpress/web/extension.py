"""The Flask extension: `Coldpress(app)`, `init_app` and `create_app`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from jinja2 import Environment
from werkzeug.local import LocalProxy

from coldpress import recorder
from coldpress.paths import is_external, path_of
from coldpress.web.blueprints import Urls, assets, crawlers, list_pages, pages, search, syndication
from coldpress.web.blueprints.assets import static
from coldpress.web.blueprints.pages import show_content
from coldpress.web.components import SiteHost, included
from coldpress.web.converters import SiteRule, install_converters
from coldpress.web.environment import SiteEnvironment, short_url_for
from coldpress.web.feed_formats import feed_links
from coldpress.web.metadata import metadata
from coldpress.web.site import PARENT, Site
from coldpress.web.strings import is_rtl
from coldpress.web.templates import SiteVariables

BLUEPRINTS = tuple(module.blueprint for module in (list_pages, search, syndication, crawlers, assets, pages))


class Coldpress(Site):
    """A site as a Flask extension: `Coldpress(app, root, url_prefix="/blog")`, or
    without an app and `init_app(app)` later.  `root` is relative to the app's folder.

    With `share`, its templates also get the app's filters, tests, globals and context
    processors; where both define a name, the site's counts.

    `endpoints` maps the short names of our views (`page`, `term`) to their endpoints
    (`coldpress.page`); `generators` maps endpoints to the generators of their URLs.
    """

    def __init__(self, app: Flask | None = None, root: str | Path = ".", *, url_prefix: str = "",
                 share: bool = False) -> None:
        self.shares = share
        with recorder.unrecorded():
            super().__init__(Path(app.root_path, root) if app else root, url_prefix, app.root_path if app else None)
        self.host = SiteHost(self)
        self.generators: dict[str, Urls] = {}
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Add the site's routes, templates and 404 page to an app."""
        with recorder.unrecorded():
            self._init_app(app)

    def _init_app(self, app: Flask) -> None:
        if PARENT in app.extensions:
            raise RuntimeError("this app has a Coldpress site already; mount the second in an app of its own")
        app.extensions[PARENT] = self
        self.app = app
        self.environment = self._make_environment(app)
        install_converters(app.url_map, self)
        app.register_blueprint(self._make_parent())

    def _make_environment(self, app: Flask) -> SiteEnvironment:
        environment = SiteEnvironment(app, self.root / self.config.templates_dir, self.base, share=self.shares)
        environment.globals.update(
            site=SiteVariables(self), library=LocalProxy(lambda: self.library),
            data=LocalProxy(lambda: self.library.data), now=self.now,
            url_for=short_url_for(self.endpoints, self.asset_version, self.link_root),
            included=partial(included, self), feeds=partial(feed_links, self), metadata=metadata, t=self.strings.t,
            image_size=self.image_size)
        environment.filters["date"] = self.strings.date
        environment.tests["rtl"] = is_rtl
        return environment

    def _make_parent(self) -> Blueprint:
        parent = Blueprint(PARENT, __name__, url_prefix=self.url_prefix or None)
        parent.register_error_handler(404, self.not_found)
        for blueprint in BLUEPRINTS:
            if blueprint is search.blueprint and not self.config.search:
                continue  # so that a route of one's own may take its place
            parent.register_blueprint(blueprint)
            for view, generator in blueprint.generators.items():
                endpoint = f"{PARENT}.{view}"
                self.endpoints[view] = endpoint
                self.generators[endpoint] = generator
        return parent

    def image_size(self, url: str) -> tuple[int, int] | None:
        """Width and height of the image at a URL of the site; None where they are unknown."""
        return None if is_external(url) else self.library.image_size(path_of(url).removeprefix(self.link_root()))

    def not_found(self, error: Exception) -> ResponseReturnValue:
        """Handle a 404 of one of our views: show the content at that path, such as a page in a
        folder `theme` or an alias of a list's page that is gone, else the site's 404 page."""
        path = self.requested_path()
        if found := self.find(path):
            return show_content(found)
        return show_content(None) if self.find(f"{path}/") else (self.render("404.html"), 404)


class SiteFlask(Flask):
    """A Flask app that renders its own routes with the site's templates: these can
    extend `base.html`, and have `site` and `library` as every page has."""

    url_rule_class = SiteRule

    def create_jinja_environment(self) -> Environment:  # type: ignore[override]
        site: Coldpress = self.extensions[PARENT]
        return site.environment


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
    site = Coldpress(app, folder)
    site.owns_app = True
    site.environment.search_blueprints(app)
    app.register_error_handler(404, site.not_found)
    # So that `url_for("static", …)` works in the views of `build.py`, as in every Flask app.
    app.add_url_rule("/static/<path:filename>", "static", static, build_only=True)
    return app
