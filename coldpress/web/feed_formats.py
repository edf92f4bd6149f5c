"""Renders feeds as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from markupsafe import Markup

from coldpress.content.feeds import FEED_FILES, Cover, Feed, absolute_summary, cover_of, feed_at
from coldpress.content.page import Page
from coldpress.markdown.parser.link_parser import scheme_of
from coldpress.paths import is_external
from coldpress.sources.dates import format_iso
from coldpress.text import CONTROLS, lazy_re_compile
from coldpress.web.site import Site

TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
"""The media type of each format, for links to feeds."""
ENTRIES = {"atom": "partials/atom-entry.xml", "rss": "partials/rss-item.xml"}
_IDENTIFYING = ("http", "https", "tag", "urn")
_ACTIVE = lazy_re_compile(r"<(script|style)\b.*?</\1\s*>", re.S | re.I)  # feed readers ignore both


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link to a feed: `format` is `atom`, `rss` or `json`, `type` its media type."""

    format: str
    type: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class FeedView:
    """The variable `feed` of feed templates.  `url` is the absolute URL of the feed, `home`
    that of the page it belongs to; `full` is true if it holds whole texts."""

    title: str
    description: str
    url: str
    home: str
    updated: datetime
    posts: Sequence[Page]
    full: bool


@dataclass(frozen=True, slots=True)
class Person:
    """An author of an entry; `url` is the absolute URL of their page, if they have one."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One post in a feed.  `id` is the `guid:` of its front matter if that is an absolute
    URI, else its absolute URL; `html` is the whole text or the summary, without scripts."""

    id: str
    url: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    authors: tuple[Person, ...]
    terms: tuple[str, ...]
    lang: str
    cover: Cover | None


def feed_links(site: Site, of: Any = None) -> list[FeedLink]:
    """Links to the feeds of a term, a collection or a section; else to the site's."""
    path = of.path if of is not None else "/"
    return list(site.memo.get(("feeds", path, site.link_root()), partial(_links_to, site, path)))


def _links_to(site: Site, path: str) -> tuple[FeedLink, ...]:
    feed = feed_at(site.library, path)
    return tuple(FeedLink(name, TYPES[name], _title(site, feed), site.library.url(feed.path + FEED_FILES[name]))
                 for name in site.config.feeds.formats) if feed is not None else ()


def _title(site: Site, feed: Feed) -> str:
    return f"{feed.name} · {site.config.title}" if feed.name else site.config.title


def show_feed(site: Site, path: str, form: str) -> str | None:
    """Render the feed of the list at a path; None if there is no such feed."""
    feed = feed_at(site.library, path) if form in site.config.feeds.formats else None
    posts = feed.latest(site.config.feeds.limit) if feed else []
    if feed is None or not posts:
        return None
    dates = [date for post in posts for date in (post.date, post.updated) if date]
    full = site.config.feeds.full and feed.has_whole_texts
    view = FeedView(_title(site, feed), feed.about or site.config.description,
                    site.library.absolute(feed.path + FEED_FILES[form]) or "",
                    site.library.absolute(feed.path) or "", max(dates), posts, full)
    if form == "json":
        return _json(site, view)
    shown = site.render(FEED_FILES[form], feed=view, posts=posts, updated=view.updated,
                        entry=partial(_shown, site, form, full))
    return CONTROLS.sub("", shown)  # a control character in one post would make the whole feed invalid


def _shown(site: Site, form: str, full: bool, post: Page) -> Markup:
    """Render one post for a feed in XML, with the format's template for entries."""
    template = ENTRIES[form]

    def make() -> str:
        return site.environment.get_template(template).render(post=post, entry=_entry(site, post, full))

    return Markup(site.memo.get((template, full, post.source, site.link_root()), make))


def _entry(site: Site, post: Page, full: bool) -> FeedEntry:
    """The entry of a post, the same for all formats."""
    return site.memo.get(("entry", full, post.source, site.link_root()), partial(_make_entry, site, post, full))


def _make_entry(site: Site, post: Page, full: bool) -> FeedEntry:
    html = str(post.html_elsewhere() if full else absolute_summary(site.library, post))
    if "<script" in html or "<style" in html:
        html = _ACTIVE.sub("", html)
    cover = cover_of(site.library, post)
    if cover and not full:
        cover = cover.without_making  # there are as many feeds of terms as terms
    date, url = post.date or site.moment(), post.permalink or ""
    given = str(post.params["guid"] or "")
    is_whole = is_external(given) and not given.startswith("//")
    if is_whole and not site.library.trusts(post):
        is_whole = scheme_of(given) in _IDENTIFYING  # feed readers may turn it into a link
    return FeedEntry(
        given if is_whole else url, url, post.title, post.description,
        CONTROLS.sub("", html), date, post.updated or date, tuple(
            Person(author.name, site.library.permalink_of(author)) for author in post.authors),
        tuple(term.name for term in post.all_terms), post.lang, cover)


def _json(site: Site, view: FeedView) -> str:
    """Render a JSON Feed.  Items are cached and joined as text, since many feeds share them."""
    head = json.dumps({
        "version": "https://jsonfeed.org/version/1.1", "title": view.title, "home_page_url": view.home,
        "feed_url": view.url, **({"description": view.description} if view.description else {}),
        "language": site.config.language}, ensure_ascii=False, indent=1)
    items = (site.memo.get(("json", view.full, post.source, site.link_root()), partial(_item, site, post, view.full))
             for post in view.posts)
    return head[:-2] + ',\n "items": [\n' + ",\n".join(items) + "\n ]\n}\n"


def _item(site: Site, post: Page, full: bool) -> str:
    entry = _entry(site, post, full)
    item = {
        "id": entry.id, "url": entry.url, "title": entry.title, "content_html": entry.html,
        "summary": entry.summary, "image": entry.cover.url if entry.cover else None,
        "date_published": format_iso(entry.published), "date_modified": format_iso(entry.updated),
        "tags": entry.terms, "language": entry.lang, "authors": [
            {"name": person.name, **({"url": person.url} if person.url else {})} for person in entry.authors]}
    return "  " + json.dumps({key: value for key, value in item.items() if value or key == "content_html"},
                             ensure_ascii=False)  # each item has a text, if an empty one
