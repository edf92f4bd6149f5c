"""`create_app`: Flask and the extension, for a site that is an app of its own."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import Environment

from coldpress.web.blueprints.assets import static
from coldpress.web.extension import Coldpress
from coldpress.web.site import PARENT


class SiteFlask(Flask):
    """A Flask app whose own templates are the site's: own routes extend
    `base.html` and know `site` and `library` like every page."""

    def create_jinja_environment(self) -> Environment:  # type: ignore[override]
        site: Coldpress = self.extensions[PARENT]
        return site.environment


def create_app(root: str | Path) -> Flask:
    """The app of the site in `root`: its folder, or a file in it (`__file__`).

    Mistakes in the config do not raise; they are kept as data for whoever
    reports them, and a mistaken setting has its default.
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
    # The name Flask's own `static` has, for `url_for` in own routes.
    app.add_url_rule("/static/<path:filename>", "static", static, build_only=True)
    return app
