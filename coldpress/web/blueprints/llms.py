"""The site as plain Markdown: `llms.txt`, and a twin of each page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.web.blueprints.content import content
from coldpress.web.markdown_pages import llms_of, twin_of, twin_path
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("llms", __name__)


@blueprint.get("/llms.txt")
def llms() -> ResponseReturnValue:
    """What is on the site; a file of the author's wins."""
    site = current_site()
    own = site.library.asset_at("/llms.txt")
    if own or not site.config.llms:
        return content(own)
    return Response(llms_of(site), mimetype="text/plain")


@blueprint.urls(llms)
def llms_urls(library: Library) -> Iterator[dict[str, Any]]:
    if library.config.llms and not library.asset_at("/llms.txt"):
        yield {}


@blueprint.get("/<coldpress_twin:of>.md")
def twin(of: Page | None) -> ResponseReturnValue:
    """A page as Markdown."""
    site = current_site()
    if of is None or twin_path(site.library, of) is None:
        return content(site.find(site.requested_path()))
    return Response(twin_of(site, of), mimetype="text/markdown")


@blueprint.urls(twin)
def twin_urls(library: Library) -> Iterator[dict[str, Any]]:
    for page in library.all_pages if library.config.llms else ():
        if library.at(page.path) is page and twin_path(library, page):
            yield {"of": page}
