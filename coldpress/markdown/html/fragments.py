"""Makes fragments with slots, from HTML or from the tree of a body."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Protocol
from xml.etree.ElementTree import Element

from coldpress.markdown.html.extract import BLOCK_TAGS, TOKEN, HeadedText, spaced_text
from coldpress.markdown.rendered import Component, Fragment, Link, Part, Picture, Title
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.markdown.tree import (
    COMPONENT_MARK,
    EMBED,
    HEADINGS,
    LINK_ATTRIBUTES,
    TITLE_MARK,
    VOID,
    ComponentElement,
    HtmlWithText,
    LinkTarget,
    RawHtml,
    attributes_html,
    escaped,
)
from coldpress.paths import is_external
from coldpress.text import lazy_re_compile

_ATTRIBUTE = re.compile(r"(?P<name>[\w:-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))")
_LINK_ATTRIBUTES = {"href": ("a", "area"), "xlink:href": ("a",)}
_RESOURCE_ATTRIBUTES = {
    "src": ("img", "source", "video", "audio", "track", "iframe", "embed", "script", "input"),
    "href": ("link", "image", "use"), "poster": ("video",), "data": ("object",), "srcset": ("img", "source"),
}
_CANDIDATE = lazy_re_compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
_IMG_ATTRIBUTE = lazy_re_compile(
    r"(?P<name>[^\s\"'<>/=]+)(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+)))?")
_EARLY = 1_500  # characters of HTML before a picture that readers see without scrolling
_LOADING = re.compile(r"\bloading\s*=", re.I)
URL_ATTRIBUTES = ("src", *LINK_ATTRIBUTES, "image", "poster", "url")
"""The attributes of a component whose values are URLs."""
_PICTURE_ATTRIBUTES = ("src", "image")
_AROUND_IMAGES = frozenset(("a", "A", "picture", "PICTURE"))
ENDPOINT_SCHEME = "endpoint:"
"""The beginning of a link to an endpoint of the app."""
_WEB = ("http://", "https://")  # may be the site's own address, which only the Library knows


Place = tuple[int | None, int | None, int]
"""The line, the column and the length of a link in the source."""


class Places(Protocol):
    """Finds the places of links in the source, in their order."""

    def find_target(self, target: str, /) -> Place: ...


class FragmentMaker:
    """Makes fragments of HTML with slots.  `anchors` collects the ids; `components` are those of the body, and
    their marks in the HTML number them from 1; `schemes` are those of links to rows: `shop` for `shop:sicp`."""

    def __init__(self, places: Places | None, components: Sequence[ComponentElement] = (),
                 schemes: Sequence[str] = ()) -> None:
        self.anchors: list[str] = []
        self.pieces: list[str] = []
        """The HTML since the last slot."""
        self._schemes = (*_WEB, ENDPOINT_SCHEME, *(f"{scheme}:" for scheme in schemes))
        self._places = places
        self._components = components
        self._parts: list[Part] = []
        self._open: list[tuple[int, bool, list[list[Part]]]] = []
        self._copied = 0
        self._has_picture = False
        self._length = 0
        self.is_in_link = False
        """Whether the text that is scanned next is inside a link."""
        self._is_in_picture = False

    def run(self, text: str, title: Title | None = None) -> Fragment:
        """Returns the fragment for HTML; `title` is put in the place of its mark."""
        self.scan(text, title)
        return self.finish()

    def finish(self) -> Fragment:
        """Returns the fragment of what was scanned, and begins another one."""
        while self._open:
            self._end()
        self._end_text()
        parts, self._parts = self._parts, []
        return Fragment(tuple(parts))

    def scan(self, text: str, title: Title | None = None) -> None:
        """Adds whole tags and the text between them."""
        self._copied = 0
        for token in TOKEN.finditer(text):
            name = token["name"]
            if name in _AROUND_IMAGES:
                self._note_around(name, not token["close"])
            if name in ("img", "IMG") and not token["close"] and self._picture(text, token):
                continue
            if name and not token["close"]:
                self._tag(text, token["name"].lower(), token.start("attributes"), token["attributes"])
            elif token["raw"]:
                self._tag(text, token["kind"].lower(), token.start("raw"), token["raw"])
            elif token.group() == TITLE_MARK and title:
                self._put(text, token.start(), token.end(), title)
            elif token.group().startswith("<!--coldpress:"):
                self._mark(text, token)
        self._copy(text, len(text), len(text))

    def _mark(self, text: str, token: re.Match[str]) -> None:
        """Handles the mark of a component: its beginning, the beginning of its content, or its end."""
        found = COMPONENT_MARK.fullmatch(token.group())
        if not found or (not found["number"] and not self._open) or (
                found["number"] and not 0 < int(found["number"]) <= len(self._components)):
            return
        self._copy(text, token.start(), token.end())
        self._end_text()
        if found["number"]:
            number = int(found["number"])
            is_early = _shows_picture(self._components[number - 1]) and self._comes_first()
            self._open.append((number, is_early, [self._parts]))
            self._parts = []
        elif found["part"] == "body":
            self._open[-1][-1].append(self._parts)
            self._parts = []
        else:
            self._end()

    def _end(self) -> None:
        """Closes the innermost open component."""
        self._end_text()
        number, is_early, (outer, *title) = self._open.pop()
        element, body = self._components[number - 1], self._parts
        self._parts = outer
        is_leaf = element.kind == "leaf"
        before = f"<p>{escaped(element.written)}</p>" if is_leaf else escaped(element.written)
        outer.append(Component(
            element.name, element.kind, number, tuple(self._attributes(element)),
            Fragment(tuple(title[0]) if title else ()), Fragment(tuple(body)),
            before if element.kind != "container" else "", escaped(element.closing), *element.place, is_early))

    def _attributes(self, element: ComponentElement) -> Iterator[tuple[str, str | Link]]:
        """Yields the attributes of a component; URLs become links."""
        for name, value in element.attributes.items():
            kind: Literal["link", "image"] = "link" if name in LINK_ATTRIBUTES else "image"
            if name in URL_ATTRIBUTES and value and not (is_external(value) and not value.startswith(_WEB)):
                place = self._places.find_target(value) if self._places else (None, None, 1)
                yield name, Link(kind, value, *place)
            else:
                yield name, value

    def _tag(self, text: str, tag: str, start: int, attributes: str) -> None:
        """Handles the attributes of a tag: ids, URLs of links and images."""
        names = set()
        for found in _ATTRIBUTE.finditer(attributes) if "=" in attributes else ():
            name = found["name"].lower()
            names.add(name)
            group = next(group for group in ("double", "single", "bare") if found[group] is not None)
            value = html.unescape(found[group])
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.append(value)
            elif name == "srcset" and tag in _RESOURCE_ATTRIBUTES["srcset"]:
                self._candidates(text, start + found.start(group), found[group])
            elif tag in _LINK_ATTRIBUTES.get(name, ()) or tag in _RESOURCE_ATTRIBUTES.get(name, ()):
                kind: Literal["link", "image"] = "link" if tag in _LINK_ATTRIBUTES.get(name, ()) else "image"
                self._reference(text, start + found.start(group), start + found.end(group), kind, value)
        if tag == "img" and "src" in names and not _LOADING.search(attributes):
            end = start + len(attributes.rstrip(" /"))
            self._copy(text, end, end)
            self.pieces.append(' loading="lazy" decoding="async"')

    def _candidates(self, text: str, start: int, value: str) -> None:
        """Handles the URLs of a `srcset`; they may contain commas but not end with one (HTML, 4.8.4.2.2)."""
        for found in _CANDIDATE.finditer(value):
            self._reference(text, start + found.start(1), start + found.end(1), "image", html.unescape(found[1]))

    def _note_around(self, name: str, is_open: bool) -> None:
        """Notes that a link or a `<picture>` begins or ends."""
        if name.lower() == "a":
            self.is_in_link = is_open
        else:
            self._is_in_picture = is_open

    def _picture(self, text: str, token: re.Match[str]) -> bool:
        """Replaces an `<img>` by a slot, if its file may be one of the site and its author has not said which variants
        of it there are; returns whether it did."""
        values: dict[str, str | None] = {}
        for found in _IMG_ATTRIBUTE.finditer(token["attributes"]):
            given = next((found[group] for group in ("double", "single", "bare") if found[group] is not None), None)
            values.setdefault(found["name"].lower(), None if given is None else html.unescape(given))
        if self._is_in_picture or "srcset" in values:
            return False
        link = self._link(values.get("src") or "", "image")
        if link is None:
            return False
        if "id" in values:
            self.anchors.append(values["id"] or "")
        attributes = tuple((name, "" if name == "src" else value) for name, value in values.items())
        self._put(text, token.start(), token.end(), Picture(link, attributes, self.is_in_link, self._comes_first()))
        return True

    def _comes_first(self) -> bool:
        """Returns whether the picture that comes now is the first one and near the beginning, and notes that there is
        one."""
        is_early = not self._has_picture and self._length + sum(map(len, self.pieces)) < _EARLY
        self._has_picture = True
        return is_early

    def _reference(self, text: str, start: int, end: int, kind: Literal["link", "image"], value: str) -> None:
        """Replaces a URL by a slot, if it may lead to a page or file of the site."""
        link = self._link(value, kind)
        if link:
            self._put(text, start, end, link)

    def _link(self, value: str, kind: Literal["link", "image"]) -> Link | None:
        target = value.strip()
        if not target or target.startswith("?") or (
                is_external(target) and not target.startswith(self._schemes)):
            return None
        line, column, length = self._places.find_target(target) if self._places else (None, None, 1)
        return Link(kind, target, line, column, length)

    def _put(self, text: str, start: int, end: int, slot: Link | Picture | Title) -> None:
        self._copy(text, start, end)
        self._end_text()
        self._parts.append(slot)

    def _copy(self, text: str, start: int, end: int) -> None:
        """Copies the text up to `start`, and continues at `end`."""
        if start > self._copied:
            self.pieces.append(text[self._copied:start])
        self._copied = end

    def _end_text(self) -> None:
        """Ends the text before a slot."""
        if self.pieces:
            text = "".join(self.pieces)
            self._length += len(text)
            self._parts.append(text)
            self.pieces.clear()


def _shows_picture(element: ComponentElement) -> bool:
    """Returns whether a component has a picture of its own, apart from those in its content."""
    return any(element.attributes.get(name) for name in _PICTURE_ATTRIBUTES) or (
        element.name == EMBED and media_kind(element.attributes.get("to", "")[2:-2]) == "image")


# The names of attributes that hold no id and no URL; others are scanned.
_NO_SLOTS = frozenset(["class", "title", "align", "start", "type", "checked", "disabled", "tabindex", "style"])
_GROUPS = frozenset([None, *HEADINGS])
_MAY_HAVE_SLOTS = re.compile(r"=|<!--")


class TreeWriter:
    """Writes the tree of a body, which has no HTML of the author, as a fragment.  `texts` is its plain text, split
    at the headings that have an id.

    Without `places`, the links have the places that the parser saw.
    """

    def __init__(self, places: Places | None, components: Sequence[ComponentElement], schemes: Sequence[str]) -> None:
        self._maker = FragmentMaker(places or self, components, schemes)
        self._target: LinkTarget | None = None
        self._texts: list[str] = []
        self._headings: list[tuple[str, int, int]] = []
        """The id of each heading, and where its text begins and ends in `_texts`."""
        self._title: Title | None = None

    @property
    def anchors(self) -> list[str]:
        return self._maker.anchors

    @property
    def texts(self) -> list[HeadedText]:
        stops = [("", 0, 0), *self._headings]
        ends = [start for _, start, _ in self._headings] + [len(self._texts)]
        return [HeadedText(ident, self._text(start, inner_end), self._text(inner_end, end))
                for (ident, start, inner_end), end in zip(stops, ends, strict=True)]

    def _text(self, start: int, end: int) -> str:
        return " ".join("".join(self._texts[start:end]).split())

    def find_target(self, target: str) -> Place:
        """Returns the place of the link that is written now."""
        written = self._target
        return written.place if written is not None and written.strip() == target else (None, None, 1)

    def run(self, root: Element, title: Title | None = None) -> Fragment:
        """Returns the content of an element as a fragment; `title` is put in the place of its mark."""
        self._texts, self._headings, self._title = [], [], title
        self._write(root)
        return self._maker.finish()

    def _write(self, element: Element) -> None:
        write, show = self._maker.pieces.append, self._texts.append
        text = element.text
        if text:
            if isinstance(text, RawHtml):
                self._write_html(text)
            else:
                write(escaped(text))
                show(text)
        for child in element:
            tag = child.tag
            if tag in _GROUPS:
                self._write_group(child)
            else:
                is_block = tag in BLOCK_TAGS
                if is_block:
                    show(" ")
                if child.items():  # `attrib` would make a dictionary for each element
                    self._write_tag(tag, child.attrib)
                else:
                    write(f"<{tag}>")
                if tag not in VOID:
                    self._write(child)
                    write(f"</{tag}>")
                    self._maker.is_in_link = tag != "a" and self._maker.is_in_link
                    if is_block:
                        show(" ")
            tail = child.tail
            if tail:
                write(escaped(tail))
                show(tail)

    def _write_group(self, element: Element) -> None:
        """Writes elements without one around them, or a heading, whose place in the text is noted."""
        if element.tag is None:
            self._write(element)
            return
        begin = len(self._texts)
        self._texts.append(" ")
        self._write_tag(element.tag, element.attrib)
        self._write(element)
        self._maker.pieces.append(f"</{element.tag}>")
        self._texts.append(" ")
        if element.get("id"):
            self._headings.append((element.attrib["id"], begin, len(self._texts)))

    def _write_tag(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Writes a start tag; its ids become anchors, its URLs become slots."""
        html = f"<{tag}{attributes_html(attributes)}>"
        if attributes.keys() <= _NO_SLOTS:
            self._maker.pieces.append(html)
        else:
            target = attributes.get("src" if tag == "img" else "href")
            self._target = target if isinstance(target, LinkTarget) else None
            self._maker.scan(html)

    def _write_html(self, html: RawHtml) -> None:
        """Writes HTML that was made for code or a formula, or a mark."""
        if isinstance(html, HtmlWithText):
            self._maker.pieces.append(html)
            self._texts.append(html.text)
            return
        self._target = None
        if _MAY_HAVE_SLOTS.search(html):
            self._maker.scan(html, self._title)
        else:
            self._maker.pieces.append(html)
        self._texts.append(spaced_text(html))


def stripped(fragment: Fragment) -> Fragment:
    """Returns a fragment without spaces around it."""
    parts = list(fragment.parts)
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    return Fragment(tuple(part for part in parts if part != ""))
