"""One rule for all content: pages, posts, sections, aliases and assets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort, redirect, request, send_file
from flask.typing import ResponseReturnValue

from coldpress.content.aliases import Alias
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.sources.files import SourceFile
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint
from coldpress.web.templates import layouts_for

blueprint = SiteBlueprint("content", __name__)


@blueprint.get("/<coldpress_content:page>")
def content(page: Page | Alias | SourceFile | None) -> ResponseReturnValue:
    """Whatever the Library has at this path."""
    if isinstance(page, Page):
        return show(page)
    if isinstance(page, Alias):
        to = page.page
        return current_site().render("redirect.html", title=to.title, target=to.url, canonical=to.permalink)
    if isinstance(page, SourceFile):
        return send_file(page.file)
    site = current_site()
    if not site.find(site.requested_path() + "/"):
        abort(404)
    return redirect(request.script_root + request.path + "/", 308)


@blueprint.urls(content)
def content_urls(library: Library) -> Iterator[dict[str, Any]]:
    lists = library.list_pages
    for page in library.all_pages:
        # Of two pages that want one path, which is reported, the first is there.
        if lists.get(page.path) is not page and library.at(page.path) is page:
            yield {"page": page}
    for alias in library.aliases.values():
        if library.at(alias.path) is alias:
            yield {"page": alias}


def show(page: Page) -> str:
    """A page in its layout, else in the template of its kind."""
    site = current_site()
    return site.render(layouts_for(site, page, f"{page.kind}.html"), page=page)
