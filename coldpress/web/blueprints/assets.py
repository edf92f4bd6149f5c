"""The style sheet, and files that are copied as they are: the theme's and the site's `static/`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort, send_from_directory

from coldpress.content.library import Library
from coldpress.paths import resolved
from coldpress.web.environment import THEME
from coldpress.web.site import SHEET, current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("assets", __name__)


@blueprint.get("/theme/<path:filename>")
def theme(filename: str) -> Response:
    """A file of the theme."""
    return send_from_directory(THEME / "static", filename)


@blueprint.get(f"/theme/{SHEET}")
def sheet() -> Response:
    """The theme's style sheet, made of its parts."""
    return Response(current_site().render(SHEET), mimetype="text/css")


@blueprint.urls(sheet)
def sheet_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


@blueprint.urls(theme)
def theme_urls(library: Library) -> Iterator[dict[str, Any]]:
    for filename in current_site().files_in("theme"):
        yield {"filename": filename}


@blueprint.get("/static/<path:filename>")
def static(filename: str) -> Response:
    """A file of the site's own `static/`; not what a link there leads to outside."""
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
