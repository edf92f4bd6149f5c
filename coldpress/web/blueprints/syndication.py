"""Feeds (Atom, RSS, JSON Feed) of the site, of collections, terms and sections.

A feed holds whole URLs, so a site without a `base_url` has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from coldpress.content.feeds import FEED_FILES, feed_paths
from coldpress.content.library import Library
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.blueprints.pages import show_content
from coldpress.web.feed_formats import show_feed
from coldpress.web.sites import requested_site

blueprint = SiteBlueprint("syndication", __name__)


@blueprint.get("/feed.xml")
@blueprint.get("/<coldpress_listing:of>/feed.xml")
def feed(of: str = "/") -> ResponseReturnValue:
    """Show the latest pages as Atom."""
    return _feed(of, "atom")


@blueprint.get("/rss.xml")
@blueprint.get("/<coldpress_listing:of>/rss.xml")
def rss(of: str = "/") -> ResponseReturnValue:
    """Show the latest pages as RSS."""
    return _feed(of, "rss")


@blueprint.get("/feed.json")
@blueprint.get("/<coldpress_listing:of>/feed.json")
def json_feed(of: str = "/") -> ResponseReturnValue:
    """Show the latest pages as JSON Feed."""
    return _feed(of, "json")


def _feed(path: str, form: str) -> ResponseReturnValue:
    site = requested_site()
    own = site.library.asset_at(path + FEED_FILES[form])
    text = show_feed(site, path, form) if own is None else None
    if text is None:
        return show_content(own or site.find(path + FEED_FILES[form]))
    return Response(text, mimetype="application/json" if form == "json" else "application/xml")


def feed_urls(library: Library, form: str) -> Iterator[dict[str, Any]]:
    """Yield the URL values of every feed of a format; a file of the author's replaces a feed."""
    if form in library.config.feeds.formats:
        for path in feed_paths(library):
            if not library.asset_at(path + FEED_FILES[form]):
                yield {"of": path} if path != "/" else {}


blueprint.urls(feed)(partial(feed_urls, form="atom"))
blueprint.urls(rss)(partial(feed_urls, form="rss"))
blueprint.urls(json_feed)(partial(feed_urls, form="json"))
