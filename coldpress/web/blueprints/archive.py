"""All posts on one page, by year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort

from coldpress.content.library import Library
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("archive", __name__)


@blueprint.get("/archive/")
def archive() -> str:
    """Dated posts under their years."""
    site = current_site()
    if not site.library.posts:
        abort(404)
    return site.render("archive.html", years=site.library.years())


@blueprint.urls(archive)
def archive_urls(library: Library) -> Iterator[dict[str, Any]]:
    if len(library.posts):
        yield {}
