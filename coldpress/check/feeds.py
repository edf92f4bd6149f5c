"""What feed readers demand of feeds.

Atom (RFC 4287), RSS 2.0 (https://www.rssboard.org/rss-specification), JSON Feed 1.1
(https://www.jsonfeed.org/version/1.1/).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree as ET

from coldpress.check.built_site import BuiltSite
from coldpress.check.references import ATOM, UNSAFE_XML
from coldpress.errors import Place, Problem

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")
_ENDINGS = (".xml", ".atom", ".rss", ".json")
_JSON_FEED = "https://jsonfeed.org/version/1"


def feeds_of(site: BuiltSite) -> Iterator[str]:
    """Returns the files that are feeds."""
    return (file for file in sorted(site.files) if file.endswith(_ENDINGS) and is_feed(file, site.read(file)))


def is_feed(file: str, text: str) -> bool:
    """Returns whether a file with this text is a feed."""
    head = text[:2_000]
    if file.endswith(".json"):
        return _JSON_FEED in head
    return file.endswith(_ENDINGS) and ("<feed" in head or "<rss" in head)


def feed_problems(site: BuiltSite, file: str) -> Iterator[Problem]:
    """Yields what is wrong with a feed."""
    text = site.read(file)
    place = site.place(file)
    if file.endswith(".json"):
        yield from _in_json(site, text, place)
        return
    if UNSAFE_XML.search(text):
        yield _problem("a feed has no document type", place)
        return
    try:
        root = ET.fromstring(text)
    except ET.ParseError as reason:
        yield _problem(f"it is no XML: {reason}", place)
        return
    yield from _in_atom(site, root, place) if root.tag == f"{ATOM}feed" else _in_rss(site, root, place)


def _in_atom(site: BuiltSite, feed: ET.Element, place: Place) -> Iterator[Problem]:
    yield from _missing(feed, place, "the feed", *(f"{ATOM}{name}" for name in ("id", "title", "updated")))
    has_author = feed.find(f"{ATOM}author") is not None
    if not any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link")):
        yield _problem("the feed has no link to itself (`rel=\"self\"`)", place)
    ids: list[str] = []
    for entry in feed.findall(f"{ATOM}entry"):
        name = f"the entry `{entry.findtext(f'{ATOM}title')}`"
        yield from _missing(entry, place, name, *(f"{ATOM}{each}" for each in ("id", "title", "updated")))
        if not has_author and entry.find(f"{ATOM}author") is None:
            yield _problem(f"{name} has no author, and neither has the feed", place)
        ids.append(entry.findtext(f"{ATOM}id") or "")
        for link in entry.findall(f"{ATOM}link"):
            if link.get("rel", "alternate") == "alternate":
                yield from _link(site, link.get("href") or "", name, place)
    for element in feed.iter():
        if element.tag in (f"{ATOM}updated", f"{ATOM}published") and not _DATE.match(element.text or ""):
            yield _problem(f"`{element.text}` is no date (RFC 3339)", place)
    yield from _doubles(ids, place)


def _in_rss(site: BuiltSite, root: ET.Element, place: Place) -> Iterator[Problem]:
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        yield _problem("it is neither an Atom nor an RSS feed", place)
        return
    yield from _missing(channel, place, "the channel", "title", "link", "description")
    ids: list[str] = []
    for item in channel.findall("item"):
        name = f"the item `{item.findtext('title')}`"
        if not item.findtext("title") and not item.findtext("description"):
            yield _problem("an item has neither a title nor a description", place)
        ids.append(item.findtext("guid") or item.findtext("link") or "")
        yield from _link(site, item.findtext("link") or "", name, place)
        try:
            parsedate_to_datetime(item.findtext("pubDate") or "Thu, 01 Jan 1970 00:00:00 GMT")
        except ValueError:
            yield _problem(f"`{item.findtext('pubDate')}` is no date (RFC 822)", place)
        for enclosure in item.findall("enclosure"):
            if not all(enclosure.get(each) for each in ("url", "length", "type")):
                yield _problem(f"{name} has an enclosure without `url`, `length` or `type`", place)
    yield from _doubles(ids, place)


def _in_json(site: BuiltSite, text: str, place: Place) -> Iterator[Problem]:
    try:
        feed: Mapping[str, Any] = json.loads(text)
    except ValueError as reason:
        yield _problem(f"it is no JSON: {reason}", place)
        return
    if not feed.get("title"):
        yield _problem("the feed has no `title`", place)
    items = feed.get("items")
    for item in items if isinstance(items, list) else ():
        name = f"the item `{item.get('title') or item.get('id')}`"
        if not item.get("id"):
            yield _problem(f"{name} has no `id`", place)
        if not isinstance(item.get("content_html", item.get("content_text")), str):
            yield _problem(f"{name} has neither `content_html` nor `content_text`", place)
        yield from _link(site, str(item.get("url") or ""), name, place)
        for key in ("date_published", "date_modified"):
            if item.get(key) and not _DATE.match(str(item[key])):
                yield _problem(f"`{item[key]}` is no date (RFC 3339)", place)
    if not isinstance(items, list):
        yield _problem("the feed has no list of `items`", place)
    else:
        yield from _doubles([str(item.get("id")) for item in items], place)


def _missing(element: ET.Element, place: Place, name: str, *tags: str) -> Iterator[Problem]:
    for tag in tags:
        if not (element.findtext(tag) or "").strip():
            yield _problem(f"{name} has no `{tag.rpartition('}')[2]}`", place)


def _link(site: BuiltSite, url: str, name: str, place: Place) -> Iterator[Problem]:
    """Yields a problem if an entry links to nothing."""
    if not url.startswith(("http://", "https://")):
        yield _problem(f"{name} has no absolute link", place)
        return
    target = site.target("index.html", url)
    if target is not None and target.file is None:
        yield Problem(NOWHERE, f"{name} links to `{url}`, where nothing is", place)


def _doubles(ids: list[str], place: Place) -> Iterator[Problem]:
    for ident in sorted({each for each in ids if each and ids.count(each) > 1}):
        yield _problem(f"two entries have the id `{ident}`", place)


NOWHERE = "check.feed-link"


def _problem(message: str, place: Place) -> Problem:
    return Problem("check.feed", message, place)
