"""One pass over finished HTML: its links become slots, its ids are noted.

Markdown's own links and those of raw HTML are treated alike.
"""

from __future__ import annotations

import html
import re

from coldpress.markup.locate import Locator
from coldpress.markup.rendered import Fragment, Link, Title
from coldpress.markup.tree import TITLE_MARK
from coldpress.paths import is_external

_TOKEN = re.compile(
    r"<!--.*?-->|(?P<raw><(?P<kind>script|style)\b[^>]*>)(?P<inside>.*?)(?=</(?P=kind)\s*>)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)(?P<attributes>(?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+)>", re.S | re.I)
_ATTRIBUTE = re.compile(r"(?P<name>[\w:-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))")
_FOLLOWED = {"href": ("a", "area"), "xlink:href": ("a",)}
_LOADED = {
    "src": ("img", "source", "video", "audio", "track", "iframe", "embed", "script", "input"),
    "href": ("link", "image", "use"), "poster": ("video",), "data": ("object",), "srcset": ("img", "source"),
}
_CANDIDATE = re.compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
_WEB = ("http://", "https://")  # may be the site's own address, which only the Library knows


class Scan:
    """Splits HTML into a fragment; `anchors` gathers every id on the way."""

    def __init__(self, locator: Locator | None) -> None:
        self.anchors: list[str] = []
        self._locator = locator
        self._parts: list[str | Link | Title] = []
        self._copied = 0

    def run(self, text: str, title: Title | None = None) -> Fragment:
        """The fragment of a text; `title` takes the place of its mark."""
        self._parts, self._copied = [], 0
        for token in _TOKEN.finditer(text):
            if token["name"] and not token["close"]:
                self._tag(text, token["name"].lower(), token.start("attributes"), token["attributes"])
            elif token["raw"]:
                self._tag(text, token["kind"].lower(), token.start("raw"), token["raw"])
            elif token.group() == TITLE_MARK and title:
                self._put(text, token.start(), token.end(), title)
        if text[self._copied:]:
            self._parts.append(text[self._copied:])
        return Fragment(tuple(self._parts))

    def _tag(self, text: str, tag: str, start: int, attributes: str) -> None:
        if "=" not in attributes:
            return
        for found in _ATTRIBUTE.finditer(attributes):
            name = found["name"].lower()
            group = next(group for group in ("double", "single", "bare") if found[group] is not None)
            value = html.unescape(found[group])
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.append(value)
            elif name == "srcset" and tag in _LOADED["srcset"]:
                self._candidates(text, start + found.start(group), found[group])
            elif tag in _FOLLOWED.get(name, ()) or tag in _LOADED.get(name, ()):
                kind = "link" if tag in _FOLLOWED.get(name, ()) else "image"
                self._reference(text, start + found.start(group), start + found.end(group), kind, value)

    def _candidates(self, text: str, start: int, value: str) -> None:
        """The URLs of a srcset, which may hold commas but end in none (HTML, 4.8.4.2.2)."""
        for found in _CANDIDATE.finditer(value):
            self._reference(text, start + found.start(1), start + found.end(1), "image", html.unescape(found[1]))

    def _reference(self, text: str, start: int, end: int, kind: str, value: str) -> None:
        target = value.strip()
        if not target or target.startswith("?") or (is_external(target) and not target.startswith(_WEB)):
            return
        line, column, length = self._locator.target(target) if self._locator else (None, None, 1)
        self._put(text, start, end, Link("link" if kind == "link" else "image", target, line, column, length))

    def _put(self, text: str, start: int, end: int, slot: Link | Title) -> None:
        self._parts += [text[self._copied:start], slot]
        self._copied = end


_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|template|annotation)\b.*?</\1\s*>", re.S | re.I)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|li|h[1-6]|pre|tr|td|th|br|dt|dd|blockquote|figure|figcaption|summary)\b[^>]*>", re.I)
_ANY_TAG = re.compile(r"<(?:/?[a-zA-Z](?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+|![^>]*)>")


def visible_text(text: str) -> str:
    """The words of an HTML text, blocks apart, entities resolved."""
    text = _BLOCK_TAG.sub(" ", _HIDDEN.sub(" ", text))
    return html.unescape(_ANY_TAG.sub("", text))
