"""What machines and lost readers ask for: sitemap, robots.txt, 404 page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort
from flask.typing import ResponseReturnValue

from coldpress.content.feeds import MOST, parts_of_sitemap, sitemap_of
from coldpress.content.library import Library
from coldpress.web.blueprints.content import content
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("machines", __name__)


@blueprint.get("/sitemap.xml")
@blueprint.get("/sitemap-<int:number>.xml")
def sitemap(number: int | None = None) -> Response:
    """Every listed page (sitemaps.org 0.9); where they are too many for one
    file, an index of several.  It needs a `base_url`."""
    site = current_site()
    if site.config.base_url is None:
        abort(404)
    places = sitemap_of(site.library)
    parts = [places[at:at + MOST] for at in range(0, len(places), MOST)]
    if number is not None and not (1 < len(parts) >= number >= 1):
        abort(404)
    shown = parts[number - 1] if number else places if len(parts) < 2 else []
    files = [] if shown else [f"/sitemap-{part}.xml" for part in range(1, len(parts) + 1)]
    return Response(site.render("sitemap.xml", places=shown, files=files), mimetype="application/xml")


@blueprint.urls(sitemap)
def sitemap_urls(library: Library) -> Iterator[dict[str, Any]]:
    if library.config.base_url is not None:
        yield {}
        for number in range(1, parts_of_sitemap(library) + 1):
            yield {"number": number}


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """All is open; the sitemap is named (RFC 9309).  A file of the author's wins."""
    site = current_site()
    own = site.library.asset_at("/robots.txt")
    return content(own) if own else Response(site.render("robots.txt"), mimetype="text/plain")


@blueprint.urls(robots)
def robots_urls(library: Library) -> Iterator[dict[str, Any]]:
    if not library.asset_at("/robots.txt"):
        yield {}


@blueprint.get("/404.html")
def not_found() -> str:
    """The page static hosts show for what isn't there."""
    return current_site().render("404.html")


@blueprint.urls(not_found)
def not_found_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}

