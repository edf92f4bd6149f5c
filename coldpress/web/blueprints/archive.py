"""All posts on one page, by year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coldpress.content.library import Library
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("archive", __name__)


@blueprint.get("/archive/")
def archive() -> str:
    """Dated posts under their years."""
    site = current_site()
    return site.render("archive.html", years=site.library.years())


@blueprint.urls(archive)
def archive_urls(library: Library) -> Iterator[dict[str, Any]]:
    if len(library.posts):
        yield {}
