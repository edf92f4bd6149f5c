"""The URLs in the files of a built folder: pages, style sheets, feeds, sitemaps, JSON-LD, manifests, robots.txt."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from coldpress.check.outline import Kind, Outline, Reference, outline_of, urls_in_style

ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
UNSAFE_XML = re.compile(r"<(?:!DOCTYPE|!ENTITY)", re.I)
PAGES = (".html", ".htm")
_FEEDS = (".xml", ".atom", ".rss")
_MANIFESTS = (".webmanifest", "manifest.json")
_WHOLE = ("http://", "https://")
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_ROBOTS = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.I | re.M)
_JSON_FEED_URLS = {"home_page_url": "meta", "feed_url": "meta", "icon": "load", "favicon": "load", "url": "link",
                   "image": "load", "banner_image": "load"}
_FEED_TEXTS = (f"{ATOM}content", f"{ATOM}summary", "description", "{http://purl.org/rss/1.0/modules/content/}encoded")


def has_references(file: str) -> bool:
    """Returns whether a file is of a kind in which URLs are looked for."""
    return file.endswith((*PAGES, *_FEEDS, *_MANIFESTS, ".css", ".json")) or file == "robots.txt"


def references_in(file: str, text: str, outline: Callable[[], Outline]) -> Iterator[Reference]:
    """Yields the URLs of a file with this text.  `outline` gives the outline of a page."""
    if file.endswith(PAGES):
        page = outline()
        yield from page.references
        for at, data in page.data:
            yield from (Reference("script", "json-ld", url, at, "meta") for url in _urls_in_data(data))
    elif file.endswith(".css"):
        yield from (Reference("style", "url", url, at, "load") for at, url in urls_in_style(text))
    elif file.endswith(_FEEDS):
        yield from _placed(text, _urls_in_xml(text))
    elif file.endswith(_MANIFESTS):
        yield from _placed(text, _urls_in_manifest(text))
    elif file.endswith(".json"):
        yield from _placed(text, _urls_in_json_feed(text))
    elif file == "robots.txt":
        yield from (Reference("robots", "sitemap", found[1], found.start(1), "meta")
                    for found in _ROBOTS.finditer(text))


def _placed(text: str, found: Iterator[Reference]) -> Iterator[Reference]:
    """Yields references with their places, where the text has the URL as it is."""
    for reference in found:
        escaped = reference.url.replace("&", "&amp;")
        yield replace(reference, at=max(text.find(escaped), 0))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _urls_in_data(text: str) -> Iterator[str]:
    """Yields the whole URLs in JSON-LD.  An `@id` is a name, which may lead to nothing; so may that of a vocabulary."""
    waiting = [_json(text)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += [inner for key, inner in value.items() if key not in ("@id", "@context", "@type")]
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and value.startswith(_WHOLE) and " " not in value:
            yield value.partition("#")[0]


def _urls_in_xml(text: str) -> Iterator[Reference]:
    """Yields the URLs of a feed or a sitemap; none of other XML."""
    if UNSAFE_XML.search(text):
        return
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        return
    if root.tag.startswith(SITEMAP):
        yield from _in_sitemap(root)
    elif root.tag == f"{ATOM}feed":
        yield from _in_atom(root)
    elif root.tag == "rss":
        yield from _in_rss(root)


def _in_atom(root: ET.Element) -> Iterator[Reference]:
    for element in root.iter(f"{ATOM}link"):
        if element.get("href"):
            kind: Kind = "load" if element.get("rel") == "enclosure" else "meta"
            yield Reference("link", "href", element.get("href") or "", 0, kind)
    for name in ("icon", "logo", "uri"):
        yield from (Reference("feed", name, element.text, 0, "link" if name == "uri" else "load")
                    for element in root.iter(f"{ATOM}{name}") if element.text)
    for entry in root.iter(f"{ATOM}entry"):
        link = next((each.get("href") for each in entry.findall(f"{ATOM}link")
                     if each.get("rel", "alternate") == "alternate"), None)
        yield from _in_texts(entry, link or "")


def _in_rss(root: ET.Element) -> Iterator[Reference]:
    for element in root.iter():
        if element.tag in ("link", "url") and element.text:
            yield Reference("rss", element.tag, element.text.strip(), 0, "meta")
        elif element.tag == "enclosure" and element.get("url"):
            yield Reference("enclosure", "url", element.get("url") or "", 0, "load")
    for item in root.iter("item"):
        yield from _in_texts(item, item.findtext("link") or "")


def _in_sitemap(root: ET.Element) -> Iterator[Reference]:
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name == "loc" and element.text:
            kind: Kind = "meta" if element.tag.startswith(SITEMAP) else "load"
            yield Reference("sitemap", "loc", element.text.strip(), 0, kind)
        elif name == "link" and element.get("href"):
            yield Reference("sitemap", "link", element.get("href") or "", 0, "meta")


def _in_texts(entry: ET.Element, link: str) -> Iterator[Reference]:
    """Yields the URLs in the HTML of an entry; relative ones are below its `xml:base`, or its link."""
    for name in _FEED_TEXTS:
        for element in entry.findall(name):
            base = urljoin(link, element.get(_BASE) or "")
            yield from _in_html(element.text or "", base)


def _in_html(text: str, base: str) -> Iterator[Reference]:
    for reference in outline_of(text).references if "<" in text else ():
        if not reference.url.startswith("#"):  # the page has the part, the feed may not
            yield replace(reference, url=urljoin(base, reference.url), at=0)


def _urls_in_json_feed(text: str) -> Iterator[Reference]:
    """Yields the URLs of a JSON feed; none of other JSON."""
    if "https://jsonfeed.org/version/1" not in text[:2_000]:
        return
    feed = _json(text)
    if not isinstance(feed, dict):
        return
    items = feed.get("items")
    for item in [feed, *(items if isinstance(items, list) else ())]:
        if not isinstance(item, dict):
            continue
        for key, kind in _JSON_FEED_URLS.items():
            if isinstance(item.get(key), str) and item[key]:
                yield Reference("feed", key, item[key], 0, kind)  # type: ignore[arg-type]  # a literal of the table
        if isinstance(item.get("content_html"), str):
            yield from _in_html(item["content_html"], str(item.get("url") or ""))
        for attachment in item.get("attachments") or ():
            if isinstance(attachment, dict) and attachment.get("url"):
                yield Reference("attachment", "url", str(attachment["url"]), 0, "load")


def _urls_in_manifest(text: str) -> Iterator[Reference]:
    """Yields the URLs of a web manifest."""
    manifest = _json(text)
    if not isinstance(manifest, dict):
        return
    icons = manifest.get("icons")
    for icon in icons if isinstance(icons, list) else ():
        if isinstance(icon, dict) and isinstance(icon.get("src"), str):
            yield Reference("manifest", "src", icon["src"], 0, "load")
    if isinstance(manifest.get("start_url"), str):
        yield Reference("manifest", "start_url", manifest["start_url"], 0, "meta")
