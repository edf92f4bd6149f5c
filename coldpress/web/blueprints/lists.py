"""The home page and the lists of posts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.pagination import list_page, numbered_pages
from coldpress.web.blueprints.content import content
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint
from coldpress.web.templates import layouts_for

blueprint = SiteBlueprint("lists", __name__)


@blueprint.get("/")
def home() -> str:
    """`content/index.md` or `_index.md` if there, else the latest posts."""
    site = current_site()
    page = site.library.at("/")
    own = page if isinstance(page, Page) else None
    return site.render(layouts_for(site, own, "home.html"), page=own, posts=site.library.posts[: site.config.paginate])


@blueprint.urls(home)
def home_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


@blueprint.get("/<coldpress_collection:name>/")
@blueprint.get("/<coldpress_collection:name>/page/<int:number>/")
def posts(name: str, number: int | None = None) -> ResponseReturnValue:
    """The posts of a collection: the newest, or one of the numbered pages."""
    site = current_site()
    collection = site.library.collections[name]
    if not collection.posts:
        return content(site.find(site.requested_path()))  # nothing to list
    listed = list_page(site.library, collection.posts, collection.path, number)
    if listed is None:
        abort(404)
    section = collection.section
    return site.render(layouts_for(site, section, "list.html"), page=section, collection=collection, list=listed)


@blueprint.urls(posts)
def posts_urls(library: Library) -> Iterator[dict[str, Any]]:
    for name, collection in library.collections.items():
        if not collection.posts and collection.section is None:
            continue
        yield {"name": name}
        for number in range(1, numbered_pages(len(collection.posts), library.config.paginate) + 1):
            yield {"name": name, "number": number}
