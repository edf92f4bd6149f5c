"""Feeds of the latest posts: the site's, and those of lists, terms and sections.

All need whole URLs, so without a `base_url` there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from coldpress.content.feeds import FILES, feed_paths
from coldpress.content.library import Library
from coldpress.web.blueprints.content import content
from coldpress.web.feeds import show_feed
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("feeds", __name__)


@blueprint.get("/feed.xml")
@blueprint.get("/<coldpress_listing:of>/feed.xml")
def feed(of: str = "/") -> ResponseReturnValue:
    """The latest pages as Atom."""
    return _feed(of, "atom")


@blueprint.get("/rss.xml")
@blueprint.get("/<coldpress_listing:of>/rss.xml")
def rss(of: str = "/") -> ResponseReturnValue:
    """The latest pages as RSS."""
    return _feed(of, "rss")


@blueprint.get("/feed.json")
@blueprint.get("/<coldpress_listing:of>/feed.json")
def json_feed(of: str = "/") -> ResponseReturnValue:
    """The latest pages as JSON Feed."""
    return _feed(of, "json")


def _feed(path: str, form: str) -> ResponseReturnValue:
    site = current_site()
    own = site.library.asset_at(path + FILES[form])
    text = show_feed(site, path, form) if own is None else None
    if text is None:
        return content(own or site.find(path + FILES[form]))
    return Response(text, mimetype="application/json" if form == "json" else "application/xml")


def feed_urls(library: Library, form: str) -> Iterator[dict[str, Any]]:
    """The values of every feed of a format; a file of the author's wins over it."""
    if form in library.config.feeds.formats:
        for path in feed_paths(library):
            if not library.asset_at(path + FILES[form]):
                yield {"of": path} if path != "/" else {}


blueprint.urls(feed)(partial(feed_urls, form="atom"))
blueprint.urls(rss)(partial(feed_urls, form="rss"))
blueprint.urls(json_feed)(partial(feed_urls, form="json"))
