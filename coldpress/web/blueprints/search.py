"""Search: its page, the index in shards, and the texts of which it shows excerpts.

The browser (`search.js`) loads `index.js`, then the shards of the words in the query, then
the texts of the pages in the result.  All are scripts, as a page that was opened from a
folder can load no other file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, abort, url_for

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.search.index import shards_for
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.relative_links import link_from_request, relative_to_request
from coldpress.web.sites import requested_site
from coldpress.web.strings import is_rtl
from coldpress.web.templates import layouts_for

blueprint = SiteBlueprint("search", __name__)
SCRIPTS = ("search-words.js", "search-index.js", "search.js")
STYLE = "search.css"
TOGETHER = 2
"""How many pages one file of texts holds: more make fewer files, but each search fetches more."""


@blueprint.get("/search/")
def search() -> str:
    """Show the search page, with the text of `content/search.md` if there is one."""
    site = requested_site()
    page = site.find("/search/")
    own = page if isinstance(page, Page) else None
    return site.render(layouts_for(site, own, "search.html"), page=own)


@blueprint.urls(search)
def search_urls(library: Library) -> Iterator[dict[str, Any]]:
    if not isinstance(library.at("/search/"), Page):
        yield {}


@blueprint.get("/search/index.js")
def search_index() -> Response:
    """Tell how many shards there are, a version that changes with their content, and what the dialog is made of."""
    site = requested_site()
    version, shards = site.search.version(site.library)
    page = site.find("/search/")
    own = page if isinstance(page, Page) else None
    language = own.lang if own else site.config.language
    box = {"lang": language, "dir": "rtl" if is_rtl(language) else "ltr", "label": site.strings.say(language, "search"),
           "html": relative_to_request(site.render("partials/search.html", page=own))}
    *scripts, style = [
        link_from_request(url_for(site.endpoints["theme"], filename=name))
        for name in (*SCRIPTS, STYLE)]
    return _script(_json({"version": version, "shards": shards, "together": TOGETHER, "box": box, "scripts": scripts,
                          "style": style}))


@blueprint.urls(search_index)
def search_index_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


@blueprint.get("/search/words/<int:number>.js")
def search_words(number: int) -> Response:
    """Send a shard: tokens with the pages that contain them."""
    site = requested_site()
    shard = site.search.shard(site.library, number)
    if shard is None:
        abort(404)
    return _script(shard)


@blueprint.urls(search_words)
def search_words_urls(library: Library) -> Iterator[dict[str, Any]]:
    pages = sum(len(documents) for documents in library.documents.values())
    yield from ({"number": number} for number in range(shards_for(pages)))


@blueprint.get("/search/<any(posts, pages):kind>/<int:number>.js")
def search_texts(kind: str, number: int) -> Response:
    """Send the URL, the title, the plain text and the sections of some pages."""
    site = requested_site()
    pages = site.library.documents[kind][number * TOGETHER:(number + 1) * TOGETHER]
    if not pages:
        abort(404)
    return _script(_json([[link_from_request(page.url), page.title, *site.search.text(site.library, page)]
                          for page in pages]))


@blueprint.urls(search_texts)
def search_texts_urls(library: Library) -> Iterator[dict[str, Any]]:
    for kind, pages in library.documents.items():
        yield from ({"kind": kind, "number": number} for number in range(-(-len(pages) // TOGETHER)))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")  # so that no browser sniffs HTML


def _script(value: str) -> Response:
    """Returns a script that passes a value in JSON to the search."""
    return Response(f'dispatchEvent(new CustomEvent("search-file",{{detail:{value}}}));\n', mimetype="text/javascript")
