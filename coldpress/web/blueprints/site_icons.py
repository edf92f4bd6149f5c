"""The icons of the site, which are made from one picture, and its web manifest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort
from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.images.facts import DamagedImageError
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.blueprints.pages import show_content
from coldpress.web.site_icons import ICONS
from coldpress.web.sites import requested_site, site_with

blueprint = SiteBlueprint("site_icons", __name__)
_TYPES = {"ico": "image/x-icon", "svg": "image/svg+xml", "png": "image/png", "webmanifest": "application/manifest+json"}


@blueprint.get(f"/<any({', '.join(repr(name) for name in ICONS)}):name>")
def site_icon(name: str) -> ResponseReturnValue:
    """Send an icon, which is made when it is first asked for.  A file of the author's replaces it."""
    site = requested_site()
    own = site.find(f"/{name}")
    if own is not None or name not in site.icons.names:
        return show_content(own)
    try:
        return Response(site.icons.data(name), mimetype=_TYPES[name.rpartition(".")[2]])
    except DamagedImageError:
        abort(404)


@blueprint.urls(site_icon)
def site_icon_urls(library: Library) -> Iterator[dict[str, Any]]:
    for name in site_with(library).icons.names:
        if not library.asset_at(f"/{name}"):
            yield {"name": name}
