"""The app of a site: `create_app`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import Environment

from coldpress.web.app_setup import not_found
from coldpress.web.blueprints import converter_name
from coldpress.web.blueprints.pages import static
from coldpress.web.converters import SiteRule
from coldpress.web.extension import Coldpress
from coldpress.web.sites import sites_of


class SiteFlask(Flask):
    """A Flask app that renders its own routes with the site's templates: these can
    extend `base.html`, and have `site` and `library` as every page has."""

    url_rule_class = SiteRule

    def create_jinja_environment(self) -> Environment:  # type: ignore[override]
        return sites_of(self)[0].environment


def create_app(root: str | Path, *, plugins: Iterable[Any] = (), settings: Mapping[str, Any] | None = None
               ) -> Flask:
    """Makes the app of the site in `root`: the site's folder, or a file in it (`__file__`).

    `plugins` are plugins of its own: `[Books(limit=5)]`.  `settings` are for `app.config`: Flask's,
    those of extensions, and `COLDPRESS_…`, which go before the options of `config.yaml`.

    Mistakes in the config do not raise: `config_problems` holds them, and a mistaken setting
    has its default.
    """
    folder = Path(root).resolve()
    if folder.is_file() or folder.suffix == ".py":
        folder = folder.parent
    app = SiteFlask("coldpress", root_path=str(folder), instance_path=str(folder / "instance"),
                    static_folder=None, template_folder=None)
    app.config.update(settings or {})
    site = Coldpress(app, folder, plugins=plugins).site
    site.owns_app = True
    site.environment.search_blueprints(app)
    app.register_error_handler(404, partial(not_found, site))
    # So that `url_for("static", …)` works in the views of `build.py`, as in every Flask app.
    converter = converter_name(site.name, "static_file")
    app.add_url_rule(f"/static/<{converter}:filename>", "static", static, build_only=True)
    return app
