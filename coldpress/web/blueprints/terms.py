"""Taxonomies: all terms of one, and the pages of a term."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort

from coldpress.content.library import Library
from coldpress.content.pagination import list_page, numbered_pages
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("terms", __name__)


@blueprint.get("/<taxonomy:name>/")
def terms(name: str) -> str:
    """Every term of a taxonomy."""
    site = current_site()
    return site.render("terms.html", taxonomy=site.library.taxonomies[name])


@blueprint.urls(terms)
def terms_urls(library: Library) -> Iterator[dict[str, Any]]:
    for name, taxonomy in library.taxonomies.items():
        if taxonomy.terms:
            yield {"name": name}


@blueprint.get("/<taxonomy:name>/<slug>/")
@blueprint.get("/<taxonomy:name>/<slug>/page/<int:number>/")
def term(name: str, slug: str, number: int | None = None) -> str:
    """The pages that carry a term."""
    site = current_site()
    found = site.library.taxonomies[name].get(slug)
    listed = list_page(site.library, found.pages, found.path, number) if found else None
    if listed is None:
        abort(404)
    return site.render("term.html", term=found, taxonomy=site.library.taxonomies[name], list=listed)


@blueprint.urls(term)
def term_urls(library: Library) -> Iterator[dict[str, Any]]:
    for name, taxonomy in library.taxonomies.items():
        for found in taxonomy.terms:
            yield {"name": name, "slug": found.slug}
            for number in range(1, numbered_pages(len(found.pages), library.config.paginate) + 1):
                yield {"name": name, "slug": found.slug, "number": number}
