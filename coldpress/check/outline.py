"""The outline of an HTML page: what checks need to know of it, read in one pass."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from coldpress.markdown.html.extract import TOKEN, visible_text
from coldpress.text import lazy_re_compile

_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_URLS = {"href": ("a", "area", "link", "use", "image"), "src": (
    "img", "script", "iframe", "source", "video", "audio", "track", "embed", "input"), "poster": ("video",),
    "data": ("object",), "action": ("form",)}
_SETS = ("srcset", "imagesrcset")
_FOLLOWED = ("a", "area", "form")
_LOADED = frozenset(("stylesheet", "icon", "apple-touch-icon", "mask-icon", "manifest", "preload", "modulepreload"))
_HINTS = frozenset(("preconnect", "dns-prefetch"))
"""Words of `rel` that name a host, not a file."""
_SHARED = frozenset(("og:image", "og:url", "og:audio", "og:video", "og:image:secure_url", "twitter:image"))
_REFRESH = lazy_re_compile(r"\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']+)", re.I)
_DATA_TYPE = "application/ld+json"
CSS_URL = re.compile(
    r"url\(\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^)\"']*+))\s*+\)|@import\s++(?:\"([^\"]*+)\"|'([^']*+)')", re.I)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CANDIDATE = re.compile(r"[\s,]*+(\S++)")
_HEADING = re.compile(r"h([1-6])\Z")
_KEPT = frozenset(("title", "button", "a", "label", "h1", "h2", "h3", "h4", "h5", "h6", "summary", "legend", "option",
                   "iframe", "input", "select", "textarea", "img", "html", "main", "area", "meta", "dialog", "svg"))
"""The elements that checks look at."""
VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its attributes (None without a value), where its start tag begins, what is in it, and where
    that ends."""

    tag: str
    attributes: Mapping[str, str | None]
    at: int
    inner: str = ""
    end: int = 0

    def get(self, name: str) -> str:
        """Returns the value of an attribute; an empty text if it has none."""
        return self.attributes.get(name) or ""

    @property
    def text(self) -> str:
        """Its text, with that of the images in it: what a screen reader says of it."""
        return visible_text(_with_alternatives(self.inner))


Kind = Literal["link", "load", "meta"]
"""What a URL is for: readers follow it, the page loads it, or programs read it."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A URL in a page: the attribute of a tag, where it is, and what it is for."""

    tag: str
    attribute: str
    url: str
    at: int
    kind: Kind = "link"
    is_canonical: bool = False


@dataclass(slots=True)
class Outline:
    """What one HTML page says: its references, its ids with the number of elements that have each, its elements, and
    its blocks of JSON-LD with their places.  `base` is the URL of `<base>`, below which its URLs are."""

    text: str
    base: str = ""
    data: list[tuple[int, str]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    elements: list[Element] = field(default_factory=list)

    def of(self, *tags: str) -> Iterator[Element]:
        """Yields the elements with these tags, in their order."""
        return (element for element in self.elements if element.tag in tags)

    @property
    def headings(self) -> list[tuple[int, Element]]:
        """The headings, with their levels."""
        return [(int(found[1]), element) for element in self.elements if (found := _HEADING.match(element.tag))]

    def place(self, at: int) -> tuple[int, int, str]:
        """Returns the line and the column of a character, from 1, and the text of the line."""
        return place_in(self.text, at)


def place_in(text: str, at: int) -> tuple[int, int, str]:
    """Returns the line and the column of a character of a text, from 1, and the text of the line."""
    begin = text.rfind("\n", 0, at) + 1
    return text.count("\n", 0, at) + 1, at - begin + 1, text[begin:].partition("\n")[0]


def outline_of(text: str) -> Outline:
    """Reads a page of HTML.  Content of `<template>`, scripts and styles counts as none."""
    page = Outline(text)
    open_elements: list[tuple[str, Mapping[str, str | None], int, int]] = []
    hidden = 0
    for token in TOKEN.finditer(text):
        tag = (token["name"] or token["kind"] or "").lower()
        if not tag:
            continue
        if tag == "template":
            hidden += -1 if token["close"] else 1
        elif hidden > 0:
            continue
        elif token["close"]:
            _close(page, open_elements, tag, token.start())
        else:
            attributes = _attributes(token["attributes"] if token["name"] else token["raw"])
            _note(page, tag, attributes, token.start())
            if token["inside"]:
                _note_inside(page, tag, attributes, token)
            if tag in _KEPT and tag in VOID:
                page.elements.append(Element(tag, attributes, token.start()))
            elif tag in _KEPT:
                open_elements.append((tag, attributes, token.start(), token.end()))
    while open_elements:
        _close(page, open_elements, open_elements[-1][0], len(text))
    page.elements.sort(key=lambda element: element.at)
    return page


def _close(page: Outline, open_elements: list[tuple[str, Mapping[str, str | None], int, int]], tag: str, end: int
           ) -> None:
    """Ends the innermost open element with a tag, and all that are open inside it."""
    if any(each[0] == tag for each in open_elements):
        while open_elements:
            name, attributes, at, begin = open_elements.pop()
            page.elements.append(Element(name, attributes, at, page.text[begin:end], end))
            if name == tag:
                break


def _attributes(text: str) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        value = next((each for each in values if each), None)
        has_none = value is None and f"{name}=" not in text.replace(" ", "")
        found.setdefault(name.lower(), None if has_none else html.unescape(value or ""))
    return found


def _note(page: Outline, tag: str, attributes: Mapping[str, str | None], at: int) -> None:
    """Notes the ids and the URLs of a tag."""
    name = attributes.get("id")
    if name:
        page.ids[name] = page.ids.get(name, 0) + 1
    if tag == "a" and attributes.get("name"):
        page.names.add(attributes["name"] or "")
    if tag == "base" and not page.base:
        page.base = attributes.get("href") or ""
    elif tag == "meta":
        _note_meta(page, attributes, at)
    kind = _kind_of(tag, attributes)
    for attribute, value in attributes.items():
        if not value or kind is None:
            continue
        if tag in _URLS.get(attribute, ()):
            is_canonical = tag == "link" and (attributes.get("rel") or "").lower() == "canonical"
            page.references.append(Reference(tag, attribute, value.strip(), at, kind, is_canonical))
        elif attribute in _SETS:
            page.references += [Reference(tag, attribute, url, at, "load") for url in _candidates(value)]
        elif attribute == "style":
            page.references += [Reference(tag, attribute, url, at, "load") for _, url in urls_in_style(value)]


def _candidates(value: str) -> Iterator[str]:
    """Yields the URLs of a `srcset`, which may have commas inside."""
    at = 0
    while found := _CANDIDATE.match(value, at):
        url, at = found[1].rstrip(","), found.end()
        if url:
            yield url
        if url == found[1]:  # its width or density follows, up to a comma
            comma = value.find(",", at)
            at = comma + 1 if comma >= 0 else len(value)


def _kind_of(tag: str, attributes: Mapping[str, str | None]) -> Kind | None:
    """Returns what the URLs of a tag are for; None if they are no URLs of files."""
    if tag == "form":
        return None if (attributes.get("method") or "").lower() == "post" else "link"
    if tag == "link":
        words = {*(attributes.get("rel") or "").lower().split()}
        return "load" if words & _LOADED else None if words & _HINTS else "meta"
    return "link" if tag in _FOLLOWED else "load"


def _note_meta(page: Outline, attributes: Mapping[str, str | None], at: int) -> None:
    """Notes where the page sends the browser, and the URLs for programs that show a shared link."""
    content = attributes.get("content") or ""
    found = _REFRESH.match(content) if (attributes.get("http-equiv") or "").lower() == "refresh" else None
    if found:
        page.references.append(Reference("meta", "refresh", found[1].strip(), at))
    elif (attributes.get("property") or attributes.get("name") or "").lower() in _SHARED and content.strip():
        page.references.append(Reference("meta", "content", content.strip(), at, "meta"))


def _note_inside(page: Outline, tag: str, attributes: Mapping[str, str | None], token: re.Match[str]) -> None:
    """Notes the URLs in a style element, and JSON-LD."""
    at = token.start("inside")
    if tag == "style":
        page.references += [Reference(tag, "url", url, at + place, "load")
                            for place, url in urls_in_style(token["inside"])]
    elif (attributes.get("type") or "").strip().lower() == _DATA_TYPE:
        page.data.append((at, token["inside"]))


def urls_in_style(text: str) -> Iterator[tuple[int, str]]:
    """Yields the URLs of files in a style sheet, each with its place."""
    if "url(" not in text.lower() and "@import" not in text.lower():
        return
    for found in CSS_URL.finditer(_CSS_COMMENT.sub(lambda comment: " " * len(comment[0]), text)):
        url = next(part for part in found.groups() if part is not None).strip()
        if url and not url.startswith(("data:", "#")):
            yield found.start(), url


_IMAGE = lazy_re_compile(r"<img\b[^>]*?\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^>]*>", re.I)
_TITLED = lazy_re_compile(r"<svg\b[^>]*?\saria-label\s*=\s*\"([^\"]*)\"[^>]*>|<title[^>]*>", re.I)


def _with_alternatives(inner: str) -> str:
    """Returns HTML with the alternative texts of its images in their places."""
    shown = _IMAGE.sub(lambda found: found[1] or found[2] or "", inner)
    return _TITLED.sub(lambda found: found[1] or "", shown)
