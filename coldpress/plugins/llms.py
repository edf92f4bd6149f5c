"""The plugin `llms`: `llms.txt`, and each page as Markdown, for language models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flask import Response
from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.blueprints.pages import show_content
from coldpress.web.markdown_pages import llms_of, markdown_of, markdown_path
from coldpress.web.sites import requested_site

if TYPE_CHECKING:
    from coldpress.web.extension import Coldpress

blueprint = SiteBlueprint("llms", __name__)


class Llms:
    """Adds the files, if the config has `llms: true`."""

    def init_site(self, site: Coldpress) -> None:
        """Registers the views."""
        site.register_blueprint(blueprint)


@blueprint.get("/llms.txt")
def llms() -> ResponseReturnValue:
    """Describe the site for language models (llmstxt.org).  A file of the author's replaces it."""
    site = requested_site()
    own = site.library.asset_at("/llms.txt")
    if own or not site.config.llms:
        return show_content(own)
    return Response(llms_of(site), mimetype="text/plain")


@blueprint.urls(llms)
def llms_urls(library: Library) -> Iterator[dict[str, Any]]:
    if library.config.llms and not library.asset_at("/llms.txt"):
        yield {}


@blueprint.get("/<coldpress_markdown:of>.md")
def markdown_page(of: Page | None) -> ResponseReturnValue:
    """Show a page as Markdown."""
    site = requested_site()
    if of is None or markdown_path(site.library, of) is None:
        return show_content(site.find(site.requested_path()))
    return Response(markdown_of(site, of), mimetype="text/markdown")


@blueprint.urls(markdown_page)
def markdown_page_urls(library: Library) -> Iterator[dict[str, Any]]:
    for page in library.all_pages if library.config.llms else ():
        if library.at(page.path) is page and markdown_path(library, page):
            yield {"of": page}
