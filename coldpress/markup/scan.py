"""One pass over finished HTML: its links become slots, its ids are noted.

Markdown's own links and those of raw HTML are treated alike.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Literal

from coldpress.markup.locate import Locator
from coldpress.markup.rendered import Component, Fragment, Link, Part, Title
from coldpress.markup.tree import COMPONENT_MARK, TITLE_MARK, ComponentElement
from coldpress.markup.write import escaped
from coldpress.paths import is_external

TOKEN = re.compile(
    r"<!--.*?-->|(?P<raw><(?P<kind>script|style)\b[^>]*>)(?P<inside>.*?)(?=</(?P=kind)\s*>)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)(?P<attributes>(?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+)>", re.S | re.I)
"""Tags, what they hold that isn't HTML, and comments."""
_ATTRIBUTE = re.compile(r"(?P<name>[\w:-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))")
_FOLLOWED = {"href": ("a", "area"), "xlink:href": ("a",)}
_LOADED = {
    "src": ("img", "source", "video", "audio", "track", "iframe", "embed", "script", "input"),
    "href": ("link", "image", "use"), "poster": ("video",), "data": ("object",), "srcset": ("img", "source"),
}
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
_SIZED = re.compile(r"\b(?:width|height)\s*=", re.I)
_LOADING = re.compile(r"\bloading\s*=", re.I)
URLS = ("src", "href", "link", "to", "image", "poster")
"""The attributes of a component that are references."""
ENDPOINT = "endpoint:"
"""What a link to an endpoint of the app begins with."""
_WEB = ("http://", "https://")  # may be the site's own address, which only the Library knows


class Scan:
    """Splits HTML into a fragment; `anchors` gathers every id on the way.

    `components` are those of the body; their marks in the HTML are their
    numbers, from 1.
    """

    def __init__(self, locator: Locator | None, components: Sequence[ComponentElement] = ()) -> None:
        self.anchors: list[str] = []
        self._locator = locator
        self._components = components
        self._parts: list[Part] = []
        self._open: list[tuple[int, list[list[Part]]]] = []
        self._copied = 0

    def run(self, text: str, title: Title | None = None) -> Fragment:
        """The fragment of a text; `title` takes the place of its mark."""
        self._parts, self._open, self._copied = [], [], 0
        for token in TOKEN.finditer(text):
            if token["name"] and not token["close"]:
                self._tag(text, token["name"].lower(), token.start("attributes"), token["attributes"])
            elif token["raw"]:
                self._tag(text, token["kind"].lower(), token.start("raw"), token["raw"])
            elif token.group() == TITLE_MARK and title:
                self._put(text, token.start(), token.end(), title)
            elif token.group().startswith("<!--coldpress:"):
                self._mark(text, token)
        self._copy(text, len(text), len(text))
        while self._open:
            self._end()
        return Fragment(tuple(self._parts))

    def _mark(self, text: str, token: re.Match[str]) -> None:
        """The beginning of a component, of its content, or its end."""
        found = COMPONENT_MARK.fullmatch(token.group())
        if not found or (not found["number"] and not self._open) or (
                found["number"] and not 0 < int(found["number"]) <= len(self._components)):
            return
        self._copy(text, token.start(), token.end())
        if found["number"]:
            self._open.append((int(found["number"]), [self._parts]))
            self._parts = []
        elif found["part"] == "body":
            self._open[-1][1].append(self._parts)
            self._parts = []
        else:
            self._end()

    def _end(self) -> None:
        """Close the innermost component."""
        number, (outer, *title) = self._open.pop()
        element, body = self._components[number - 1], self._parts
        self._parts = outer
        is_leaf = element.kind == "leaf"
        before = f"<p>{escaped(element.written)}</p>" if is_leaf else escaped(element.written)
        outer.append(Component(
            element.name, element.kind, number, tuple(self._attributes(element)),
            Fragment(tuple(title[0]) if title else ()), Fragment(tuple(body)),
            before if element.kind != "container" else "", escaped(element.closing), *element.place))

    def _attributes(self, element: ComponentElement) -> Iterator[tuple[str, str | Link]]:
        for name, value in element.attributes.items():
            kind: Literal["link", "image"] = "link" if name in ("href", "link", "to") else "image"
            if name in URLS and value and not (is_external(value) and not value.startswith(_WEB)):
                place = self._locator.target(value) if self._locator else (None, None, 1)
                yield name, Link(kind, value, *place)
            else:
                yield name, value

    def _tag(self, text: str, tag: str, start: int, attributes: str) -> None:
        names = set()
        for found in _ATTRIBUTE.finditer(attributes) if "=" in attributes else ():
            name = found["name"].lower()
            names.add(name)
            group = next(group for group in ("double", "single", "bare") if found[group] is not None)
            value = html.unescape(found[group])
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.append(value)
            elif name == "srcset" and tag in _LOADED["srcset"]:
                self._candidates(text, start + found.start(group), found[group])
            elif tag in _FOLLOWED.get(name, ()) or tag in _LOADED.get(name, ()):
                kind: Literal["link", "image", "picture"] = "link" if tag in _FOLLOWED.get(name, ()) else "image"
                if tag == "img" and group == "double" and not _SIZED.search(attributes):
                    kind = "picture"
                self._reference(text, start + found.start(group), start + found.end(group), kind, value)
        if tag == "img" and "src" in names and not _LOADING.search(attributes):
            end = start + len(attributes.rstrip(" /"))
            self._copy(text, end, end)
            self._parts.append(' loading="lazy" decoding="async"')

    def _candidates(self, text: str, start: int, value: str) -> None:
        """The URLs of a srcset, which may hold commas but end in none (HTML, 4.8.4.2.2)."""
        for found in _CANDIDATE.finditer(value):
            self._reference(text, start + found.start(1), start + found.end(1), "image", html.unescape(found[1]))

    def _reference(self, text: str, start: int, end: int, kind: Literal["link", "image", "picture"], value: str
                   ) -> None:
        target = value.strip()
        if not target or target.startswith("?") or (
                is_external(target) and not target.startswith((*_WEB, ENDPOINT))):
            return
        line, column, length = self._locator.target(target) if self._locator else (None, None, 1)
        self._put(text, start, end, Link(kind, target, line, column, length))

    def _put(self, text: str, start: int, end: int, slot: Link | Title) -> None:
        self._copy(text, start, end)
        self._parts.append(slot)

    def _copy(self, text: str, start: int, end: int) -> None:
        """Copy what comes before a place, and go on after another."""
        if start > self._copied:
            self._parts.append(text[self._copied:start])
        self._copied = end


_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|template|annotation)\b.*?</\1\s*>", re.S | re.I)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|li|h[1-6]|pre|tr|td|th|br|dt|dd|blockquote|figure|figcaption|summary)\b[^>]*>", re.I)
_ANY_TAG = re.compile(r"<(?:/?[a-zA-Z](?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+|![^>]*)>")


def visible_text(text: str) -> str:
    """The words of an HTML text, blocks apart, entities resolved."""
    text = _BLOCK_TAG.sub(" ", _HIDDEN.sub(" ", text))
    return " ".join(html.unescape(_ANY_TAG.sub("", text)).split())
