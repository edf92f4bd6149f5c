"""Feeds of the latest posts: Atom (RFC 4287) and RSS 2.0.

Both need whole URLs, so without a `base_url` there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, abort

from coldpress.content.library import Library
from coldpress.content.page import Post
from coldpress.web.site import current_site
from coldpress.web.site_blueprint import SiteBlueprint

blueprint = SiteBlueprint("feeds", __name__)
MAX_ENTRIES = 20


@blueprint.get("/feed.xml")
def feed() -> Response:
    """The latest posts as Atom."""
    return _feed("feed.xml")


@blueprint.get("/rss.xml")
def rss() -> Response:
    """The latest posts as RSS."""
    return _feed("rss.xml")


@blueprint.urls(feed)
@blueprint.urls(rss)
def feed_urls(library: Library) -> Iterator[dict[str, Any]]:
    if library.has_feeds:
        yield {}


def latest_posts(library: Library) -> list[Post]:
    """Dated posts, the newest first."""
    return [post for post in library.posts[:MAX_ENTRIES] if post.date is not None]


def _feed(template: str) -> Response:
    site = current_site()
    if not site.library.has_feeds:
        abort(404)
    posts = latest_posts(site.library)
    dates = [date for post in posts for date in (post.date, post.updated) if date]
    return Response(site.render(template, posts=posts, updated=max(dates)), mimetype="application/xml")
