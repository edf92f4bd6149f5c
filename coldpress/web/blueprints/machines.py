"""What machines and lost readers ask for: sitemap, robots.txt, 404 page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("machines", __name__)


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every listed page (sitemaps.org 0.9); needs a `base_url`."""
    site = current_site()
    if site.config.base_url is None:
        abort(404)
    listed = sorted((page for page in site.library.all_pages if not page.unlisted), key=_path)
    return Response(site.render("sitemap.xml", pages=listed), mimetype="application/xml")


@blueprint.urls(sitemap)
def sitemap_urls(library: Library) -> Iterator[dict[str, Any]]:
    if library.config.base_url is not None:
        yield {}


@blueprint.get("/robots.txt")
def robots() -> Response:
    """All is open; the sitemap is named (RFC 9309)."""
    return Response(current_site().render("robots.txt"), mimetype="text/plain")


@blueprint.urls(robots)
def robots_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


@blueprint.get("/404.html")
def not_found() -> str:
    """The page static hosts show for what isn't there."""
    return current_site().render("404.html")


@blueprint.urls(not_found)
def not_found_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


def _path(page: Page) -> str:
    return page.path
