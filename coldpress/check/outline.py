"""The outline of an HTML page: what checks need to know of it, read in one pass."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from coldpress.markdown.html.extract import TOKEN, visible_text
from coldpress.text import lazy_re_compile

_ATTRIBUTE = re.compile(
    r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_URLS = {"href": ("a", "area", "link", "use", "image"), "src": (
    "img", "script", "iframe", "source", "video", "audio", "track", "embed", "input"), "poster": ("video",),
    "data": ("object",), "action": ("form",)}
_SETS = ("srcset", "imagesrcset")
_CANDIDATE = lazy_re_compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
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


@dataclass(frozen=True, slots=True)
class Reference:
    """A URL in a page: the attribute of a tag, and where it is."""

    tag: str
    attribute: str
    url: str
    at: int


@dataclass(slots=True)
class Outline:
    """What one HTML page says: its references, its ids with the number of elements that have each, and its elements."""

    text: str
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
        starts = [0, *(found.end() for found in re.finditer("\n", self.text))]
        line = bisect_right(starts, at)
        begin = starts[line - 1]
        return line, at - begin + 1, self.text[begin:].partition("\n")[0]


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
    for attribute, value in attributes.items():
        if not value:
            continue
        if tag in _URLS.get(attribute, ()):
            page.references.append(Reference(tag, attribute, value.strip(), at))
        elif attribute in _SETS:
            page.references += [Reference(tag, attribute, found[1], at) for found in _CANDIDATE.finditer(value)]


_IMAGE = lazy_re_compile(r"<img\b[^>]*?\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^>]*>", re.I)
_TITLED = lazy_re_compile(r"<svg\b[^>]*?\saria-label\s*=\s*\"([^\"]*)\"[^>]*>|<title[^>]*>", re.I)


def _with_alternatives(inner: str) -> str:
    """Returns HTML with the alternative texts of its images in their places."""
    shown = _IMAGE.sub(lambda found: found[1] or found[2] or "", inner)
    return _TITLED.sub(lambda found: found[1] or "", shown)
