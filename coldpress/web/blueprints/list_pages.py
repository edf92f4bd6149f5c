"""Pages that list posts: the home page, collections, terms of taxonomies, the archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.pagination import list_page, page_numbers, whole_list
from coldpress.content.taxonomy import Term
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.blueprints.pages import show_content
from coldpress.web.sites import requested_site
from coldpress.web.templates import layouts_for

blueprint = SiteBlueprint("list_pages", __name__)
SPECIAL = {"authors": ("authors.html", "author.html"), "series": ("terms.html", "series.html")}
"""Templates that some taxonomies have instead of `terms.html` (all terms) and `term.html` (one)."""


@blueprint.get("/")
def home() -> str:
    """Show `content/index.md` or `_index.md`, else the latest posts."""
    site = requested_site()
    page = site.library.at("/")
    own = page if isinstance(page, Page) else None
    count = site.config.paginate
    posts = site.library.posts[: count + 1]
    older = posts[count].date if len(posts) > count else None
    return site.render(layouts_for(site, own, "home.html"), page=own, posts=posts[:count],
                       older_year=older.year if older else None)


@blueprint.urls(home)
def home_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


@blueprint.get("/<coldpress_collection:name>/")
@blueprint.get("/<coldpress_collection:name>/page/<int:number>/")
def posts(name: str, number: int | None = None) -> ResponseReturnValue:
    """List the posts of a collection: the newest, or those of a numbered page."""
    site = requested_site()
    collection = site.library.collections[name]
    if not collection.posts:
        return show_content(site.find(site.requested_path()))  # nothing to list
    options = collection.options
    listed = list_page(site.library, collection.posts, collection.path, number, options.paginate, dated=options.dated)
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
        options = collection.options
        for number in page_numbers(len(collection.posts), options.paginate or library.config.paginate,
                                   dated=options.dated):
            yield {"name": name, "number": number}


@blueprint.get("/<coldpress_taxonomy:name>/")
def terms(name: str) -> ResponseReturnValue:
    """List every term of a taxonomy; where it has none, show other content at the path."""
    site = requested_site()
    taxonomy = site.library.groups[name]
    if not taxonomy:
        return show_content(site.find(site.requested_path()))
    page = taxonomy.page
    names = layouts_for(site, page, *SPECIAL.get(name, ())[:1], "terms.html")
    return site.render(names, taxonomy=taxonomy, page=page)


@blueprint.urls(terms)
def terms_urls(library: Library) -> Iterator[dict[str, Any]]:
    for name, taxonomy in library.groups.items():
        if taxonomy.terms:
            yield {"name": name}


@blueprint.get("/<coldpress_taxonomy:name>/<path:slug>/", strict_slashes=False)
@blueprint.get("/<coldpress_taxonomy:name>/<path:slug>/page/<int:number>/")
def term(name: str, slug: str, number: int | None = None) -> ResponseReturnValue:
    """List the pages that carry a term; where there is no such term, show other content at the path."""
    site = requested_site()
    found = site.library.groups[name].get(slug)
    if found is None or not found.has_page:
        return show_content(site.find(site.requested_path()))
    if not request.path.endswith("/"):
        return redirect(f"{request.script_root}{request.path}/", 308)
    return _show_term(found, number)


def _show_term(term: Term, number: int | None) -> str:
    site = requested_site()
    paged = term.taxonomy != "series"
    listed = list_page(site.library, term.pages, term.path, number) if paged else whole_list(term.pages, term.path)
    if listed is None:
        abort(404)
    page = term.page
    names = layouts_for(site, page, *SPECIAL.get(term.taxonomy, ())[1:], "term.html")
    return site.render(names, term=term, taxonomy=site.library.groups[term.taxonomy], list=listed, page=page)


@blueprint.urls(term)
def term_urls(library: Library) -> Iterator[dict[str, Any]]:
    for name, taxonomy in library.groups.items():
        for found in taxonomy.terms:
            yield {"name": name, "slug": found.slug}
            if name == "series":
                continue  # one page lists all parts of a series
            for number in page_numbers(len(found.pages), library.config.paginate):
                yield {"name": name, "slug": found.slug, "number": number}


@blueprint.get("/archive/")
def archive() -> str:
    """List all dated posts by year."""
    site = requested_site()
    if not site.library.posts:
        abort(404)
    return site.render("archive.html", years=site.library.years())


@blueprint.urls(archive)
def archive_urls(library: Library) -> Iterator[dict[str, Any]]:
    if len(library.posts):
        yield {}
