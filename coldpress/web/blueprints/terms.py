"""Taxonomies: all terms of one, and the pages of a term.

Tags, categories, series and authors alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from coldpress.content.library import Library
from coldpress.content.pagination import list_page, numbered_pages, whole_list
from coldpress.content.taxonomy import Term
from coldpress.web.blueprints.content import content
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint
from coldpress.web.templates import layouts_for

blueprint = SiteBlueprint("terms", __name__)
SPECIAL = {"authors": ("authors.html", "author.html"), "series": ("terms.html", "series.html")}
"""Templates for all terms, and for one, that win over `terms.html` and `term.html`."""


@blueprint.get("/<coldpress_taxonomy:name>/")
def terms(name: str) -> ResponseReturnValue:
    """Every term of a taxonomy; without any, whatever else is there."""
    site = current_site()
    taxonomy = site.library.groups[name]
    if not taxonomy:
        return content(site.find(site.requested_path()))
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
    """The pages that carry a term; where there is no such term, whatever else is there."""
    site = current_site()
    found = site.library.groups[name].get(slug)
    if found is None or not found.has_page:
        return content(site.find(site.requested_path()))
    if not request.path.endswith("/"):
        return redirect(f"{request.script_root}{request.path}/", 308)
    return _shown(found, number)


def _shown(term: Term, number: int | None) -> str:
    site = current_site()
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
                continue  # all its parts stand on one page
            for number in range(1, numbered_pages(len(found.pages), library.config.paginate) + 1):
                yield {"name": name, "slug": found.slug, "number": number}
