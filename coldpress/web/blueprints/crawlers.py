"""Files for crawlers: sitemap and robots.txt."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Response, abort
from flask.typing import ResponseReturnValue

from coldpress.content.feeds import (
    MAX_SITEMAP_URLS,
    absolute_entries,
    count_sitemap_parts,
    sitemap_entries,
    sitemap_images,
)
from coldpress.content.library import Library
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.blueprints.pages import show_content
from coldpress.web.sites import requested_site

blueprint = SiteBlueprint("crawlers", __name__)


@blueprint.get("/sitemap.xml")
@blueprint.get("/sitemap-<int:number>.xml")
def sitemap(number: int | None = None) -> Response:
    """List every page for crawlers (sitemaps.org 0.9), in several files with an
    index where one file may not hold them all.  It needs a `base_url`."""
    site = requested_site()
    if site.config.base_url is None:
        abort(404)
    places = site.memo.get("sitemap", partial(sitemap_entries, site.library))  # for all its files
    parts = [places[at:at + MAX_SITEMAP_URLS] for at in range(0, len(places), MAX_SITEMAP_URLS)]
    if number is not None and not (1 < len(parts) >= number >= 1):
        abort(404)
    shown = parts[number - 1] if number else places if len(parts) < 2 else []
    files = [] if shown else [f"/sitemap-{part}.xml" for part in range(1, len(parts) + 1)]
    urls = absolute_entries(site.library, shown)
    images = sitemap_images(site.library, shown)
    text = site.render("sitemap.xml", places=shown, urls=urls, files=files, images=images)
    return Response(text, mimetype="application/xml")


@blueprint.urls(sitemap)
def sitemap_urls(library: Library) -> Iterator[dict[str, Any]]:
    if library.config.base_url is not None:
        yield {}
        for number in range(1, count_sitemap_parts(library) + 1):
            yield {"number": number}


@blueprint.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Allow everything and name the sitemap (RFC 9309).  A file of the author's replaces it."""
    site = requested_site()
    own = site.library.asset_at("/robots.txt")
    return show_content(own) if own else Response(site.render("robots.txt"), mimetype="text/plain")


@blueprint.urls(robots)
def robots_urls(library: Library) -> Iterator[dict[str, Any]]:
    if not library.asset_at("/robots.txt"):
        yield {}
