"""The theme's style sheet, and files that are copied unchanged: the theme's and those of the site's `static/`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, send_from_directory

from coldpress.content.library import Library
from coldpress.paths import resolved
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.environment import THEME
from coldpress.web.site import STYLESHEET, current_site

blueprint = SiteBlueprint("assets", __name__)


@blueprint.get("/theme/<path:filename>")
def theme(filename: str) -> Response:
    """Send a file of the theme."""
    return send_from_directory(THEME / "static", filename)


@blueprint.get(f"/theme/{STYLESHEET}")
def stylesheet() -> Response:
    """Render the theme's style sheet from its parts."""
    return Response(current_site().render(STYLESHEET), mimetype="text/css")


@blueprint.urls(stylesheet)
def stylesheet_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


@blueprint.urls(theme)
def theme_urls(library: Library) -> Iterator[dict[str, Any]]:
    for filename in current_site().files_in("theme"):
        yield {"filename": filename}


@blueprint.get("/static/<path:filename>")
def static(filename: str) -> Response:
    """Send a file of the site's own `static/`; 404 for a symbolic link that leads out of it."""
    folder = current_site().folder_of("static")
    try:
        inside = resolved(folder / filename).is_relative_to(resolved(folder))
    except ValueError:  # NUL
        inside = False
    if not inside:
        abort(404)
    return send_from_directory(folder, filename)


@blueprint.urls(static)
def static_urls(library: Library) -> Iterator[dict[str, Any]]:
    for filename in current_site().files_in("static"):
        yield {"filename": filename}
