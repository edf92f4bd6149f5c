"""Extracts links, anchors, plain text, the summary and single sections from HTML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Literal
from xml.etree.ElementTree import Element

from coldpress.markdown.html.html_repair import complete_tags, repair
from coldpress.markdown.html.source_map import Locator
from coldpress.markdown.rendered import Component, Fragment, Link, Part, Slot, Title
from coldpress.markdown.tree import (
    COMPONENT_MARK,
    HEADINGS,
    TITLE_MARK,
    VOID,
    ComponentElement,
    Emoji,
    RawHtml,
    escaped,
    raw,
)
from coldpress.paths import is_external
from coldpress.text import lazy_re_compile

_MAY_HAVE = re.compile("</?h1", re.I)
_MARK = lazy_re_compile(
    r"<!--|<(?P<hides>script|style|textarea|title|xmp|iframe|noembed|noframes|template)\b"
    r"|<(?P<close>/?)h(?P<level>[1-6])(?=[\s/>])[^<>]*>", re.I)
_WRAPPER_TAG = lazy_re_compile(r"<(?P<close>/?)(?:(?P<bare>center|header)|div|p|section)\b(?P<attributes>[^>]*)>", re.I)
_CENTERED = re.compile(r"""\s*align\s*=\s*["']?center["']?\s*""", re.I)
_MAX_HEADINGS = 4  # headings of one block that are examined


def split_headings(html: str) -> Iterator[Element]:
    """Splits a block of raw HTML: each `<h1>` outside of a layout becomes a heading element, the rest stays raw."""
    at = 0
    for begin, end in _headings(html) if _MAY_HAVE.search(html) else ():
        is_centered = _is_centered(html[:begin.start()])
        if is_centered is not None:
            if html[at:begin.start()].strip():
                yield raw(html[at:begin.start()])
            yield _heading(begin[0], html[begin.end():end.start()], is_centered=is_centered)
            at = end.end()
    if html[at:].strip() or not at:
        yield raw(html[at:])


def lower_headings(root: Element) -> None:
    """Lowers the remaining `<h1>` in raw HTML by one level."""
    for element in root.iter():
        html = element.text
        if isinstance(html, RawHtml) and _MAY_HAVE.search(html):
            ends = [tag.start("level") for tag in _tags(html) if tag["level"] == "1"]
            starts = [0, *(end + 1 for end in ends)]
            element.text = RawHtml("2".join(html[start:end] for start, end in zip(starts, [*ends, None], strict=True)))


def _headings(html: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yields the tags of each `<h1>` that ends before another heading begins."""
    begin, count = None, 0
    for tag in _tags(html):
        if begin and tag["close"] and tag["level"] == "1" and count < _MAX_HEADINGS:
            count += 1
            yield begin, tag
        begin = tag if tag["level"] == "1" and not tag["close"] else None


def _tags(html: str) -> Iterator[re.Match[str]]:
    """Yields the tags of headings, except in comments and in elements that contain only text."""
    folded, endless, at = html.lower(), set(), 0
    while found := _MARK.search(html, at):
        at = found.end()
        if found["level"]:
            yield found
            continue
        end = f"</{found['hides'].lower()}" if found["hides"] else "-->"
        stop = -1 if end in endless else folded.find(end, at)
        if stop < 0:
            endless.add(end)
        else:
            at = stop


def _is_centered(before: str) -> bool | None:
    """Returns whether the elements around a heading center it; None if they do more than group or align."""
    around: list[bool] = []
    for tag in _WRAPPER_TAG.finditer(before):
        if not tag["close"]:
            is_centered = (tag["bare"] or "").lower() == "center" or bool(_CENTERED.fullmatch(tag["attributes"]))
            if tag["attributes"].strip() and not is_centered:
                return None
            around.append(is_centered)
        elif around:
            around.pop()
    return any(around)


def _heading(tag: str, inner: str, *, is_centered: bool) -> Element:
    """Makes the element of a heading in raw HTML."""
    reader = _Attributes()
    reader.feed(tag)
    element = Element("h1", {name: value or "" for name, value in reader.found})
    if is_centered:
        element.attrib.setdefault("align", "center")
    element.text = RawHtml(inner.strip())
    element.tail = "\n"
    return element


class _Attributes(HTMLParser):
    """Parses the attributes of one tag."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = attrs


TOKEN = re.compile(
    r"<!--.*?-->|(?P<raw><(?P<kind>script|style)\b[^>]*>)(?P<inside>.*?)(?=</(?P=kind)\s*>)"
    r"|<(?P<close>/?)(?P<name>[a-zA-Z][\w:-]*)(?P<attributes>(?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+)>", re.S | re.I)
"""Matches tags, comments, and the content of scripts and styles."""
_ATTRIBUTE = re.compile(r"(?P<name>[\w:-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>]+))")
_LINK_ATTRIBUTES = {"href": ("a", "area"), "xlink:href": ("a",)}
_RESOURCE_ATTRIBUTES = {
    "src": ("img", "source", "video", "audio", "track", "iframe", "embed", "script", "input"),
    "href": ("link", "image", "use"), "poster": ("video",), "data": ("object",), "srcset": ("img", "source"),
}
_CANDIDATE = lazy_re_compile(r"[\s,]*(\S*[^\s,])(?:\s+[^,]*)?(?:,|\Z)")
_SIZED = re.compile(r"\b(?:width|height)\s*=", re.I)
_LOADING = re.compile(r"\bloading\s*=", re.I)
URL_ATTRIBUTES = ("src", "href", "link", "to", "image", "poster")
"""The attributes of a component whose values are URLs."""
ENDPOINT_SCHEME = "endpoint:"
"""The beginning of a link to an endpoint of the app."""
_WEB = ("http://", "https://")  # may be the site's own address, which only the Library knows


class HtmlScanner:
    """Splits HTML into a fragment with slots.  `anchors` collects the ids; `components` are those of the body, and
    their marks in the HTML number them from 1; `schemes` are those of links to rows: `shop` for `shop:sicp`."""

    def __init__(self, locator: Locator | None, components: Sequence[ComponentElement] = (),
                 schemes: Sequence[str] = ()) -> None:
        self.anchors: list[str] = []
        self._schemes = (*_WEB, ENDPOINT_SCHEME, *(f"{scheme}:" for scheme in schemes))
        self._locator = locator
        self._components = components
        self._parts: list[Part] = []
        self._open: list[tuple[int, list[list[Part]]]] = []
        self._copied = 0

    def run(self, text: str, title: Title | None = None) -> Fragment:
        """Returns the fragment for HTML; `title` is put in the place of its mark."""
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
        """Handles the mark of a component: its beginning, the beginning of its content, or its end."""
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
        """Closes the innermost open component."""
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
        """Yields the attributes of a component; URLs become links."""
        for name, value in element.attributes.items():
            kind: Literal["link", "image"] = "link" if name in ("href", "link", "to") else "image"
            if name in URL_ATTRIBUTES and value and not (is_external(value) and not value.startswith(_WEB)):
                place = self._locator.find_target(value) if self._locator else (None, None, 1)
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
                kind: Literal["link", "image", "picture"] = "link" if tag in _LINK_ATTRIBUTES.get(name, ()) else "image"
                if tag == "img" and group == "double" and not _SIZED.search(attributes):
                    kind = "picture"
                self._reference(text, start + found.start(group), start + found.end(group), kind, value)
        if tag == "img" and "src" in names and not _LOADING.search(attributes):
            end = start + len(attributes.rstrip(" /"))
            self._copy(text, end, end)
            self._parts.append(' loading="lazy" decoding="async"')

    def _candidates(self, text: str, start: int, value: str) -> None:
        """Handles the URLs of a `srcset`; they may contain commas but not end with one (HTML, 4.8.4.2.2)."""
        for found in _CANDIDATE.finditer(value):
            self._reference(text, start + found.start(1), start + found.end(1), "image", html.unescape(found[1]))

    def _reference(self, text: str, start: int, end: int, kind: Literal["link", "image", "picture"], value: str
                   ) -> None:
        """Replaces a URL by a slot, if it may lead to a page or file of the site."""
        target = value.strip()
        if not target or target.startswith("?") or (
                is_external(target) and not target.startswith(self._schemes)):
            return
        line, column, length = self._locator.find_target(target) if self._locator else (None, None, 1)
        self._put(text, start, end, Link(kind, target, line, column, length))

    def _put(self, text: str, start: int, end: int, slot: Link | Title) -> None:
        self._copy(text, start, end)
        self._parts.append(slot)

    def _copy(self, text: str, start: int, end: int) -> None:
        """Copies the text up to `start`, and continues at `end`."""
        if start > self._copied:
            self._parts.append(text[self._copied:start])
        self._copied = end


_HIDDEN = re.compile(r"<!--.*?-->|<(script|style|template|annotation)\b.*?</\1\s*>", re.S | re.I)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|li|h[1-6]|pre|tr|td|th|br|dt|dd|blockquote|figure|figcaption|summary)\b[^>]*>", re.I)
_ANY_TAG = re.compile(r"<(?:/?[a-zA-Z](?:\"[^\"]*+\"|'[^']*+'|[^<>\"']++)*+|![^>]*)>")


def visible_text(text: str) -> str:
    """Returns the plain text of HTML: entities are decoded, and blocks are separated by spaces."""
    text = _BLOCK_TAG.sub(" ", _HIDDEN.sub(" ", text))
    return " ".join(html.unescape(_ANY_TAG.sub("", text)).split())


_ALT = lazy_re_compile(r"<img\b[^>]*?\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)


def element_text(element: Element, *, as_written: bool = False) -> str:
    """Returns the text of an element, without footnote references and icons.  An emoji is its character; with
    `as_written` it is its short code, as in the anchors of GitHub."""
    return "".join(_element_texts(element, as_written))


def _element_texts(element: Element, as_written: bool) -> Iterator[str]:
    """Yields the texts of an element and its children."""
    if element.get("id", "").startswith("fnref"):
        return
    if as_written and isinstance(element, Emoji):
        yield element.code
    elif isinstance(element.text, RawHtml):
        yield _html_text(element.text)
    else:
        yield f"${element.text}$" if element.tag == "math" else element.text or ""
    yield element.get("alt", "")
    for child in element:
        yield from _element_texts(child, as_written)
        yield child.tail or ""


def _html_text(text: str) -> str:
    """Returns the plain text of raw HTML; if it has none, the alternative texts of its images."""
    return visible_text(text) or " ".join(html.unescape(found[1] or found[2] or "") for found in _ALT.finditer(text))


_MORE = re.compile(r"<!--\s*more\s*-->", re.I)
_PARAGRAPH = re.compile(r"<p(?:\s[^>]*)?>([^<]*+(?:<(?!/?p[\s>])[^<]*+)*+)</p>")
_INVISIBLE = re.compile(r"<!--(?!coldpress:).*?-->|<(script|style|template)\b.*?</\1\s*>", re.S | re.I)
_NOT_TEXT = re.compile(r"\s[^>]*class=\"(?:admonition-title|footnote)")
_NOTE = re.compile(r"<sup id=\"fnref[^\"]*\">.*?</sup>|<div class=\"footnote\">.*\Z", re.S)
_ID = re.compile(
    r"(<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)\s(?:id|name)=(?:\"(?!diagram-)[^\"]*\"|'[^']*')")


def summarize(html: str) -> tuple[str, bool]:
    """Returns the summary as HTML that other pages can show, and whether the author marked its end."""
    marked = _MORE.search(html)
    if marked:
        text = repair(complete_tags(html[: marked.start()]), in_full=True)
    else:
        text = next((f"<p>{found[1]}</p>" for found in _PARAGRAPH.finditer(_INVISIBLE.sub("", html))
                     if not _NOT_TEXT.match(found.group()[2:]) and visible_text(found[1]).strip()), "")
    # Ids and footnotes belong to the page of the body.
    text = without_ids(_NOTE.sub("", text)).replace(TITLE_MARK, "")
    return text.strip(), marked is not None


def without_ids(html: str) -> str:
    """Removes the ids from HTML that another page shows; a diagram keeps its ids, which its arrows refer to."""
    return _ID.sub(r"\1", str(html))  # a `Markup` would escape the replacements


_SLOT = re.compile("\0([0-9]+)\0")
_ID_ATTRIBUTE = lazy_re_compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_BLOCKS = frozenset((*HEADINGS, "p", "li", "dd", "blockquote", "pre", "ul", "ol", "dl", "div", "figure", "details"))
"""The elements that can be shown as a part of a page."""
_NOT_SEARCHED = frozenset(("svg", "math", "template", "select", "noscript"))
"""The elements with own parsing rules; blocks in them are not found by id."""


def part_of(fragment: Fragment, ident: str) -> Fragment | None:
    """Returns the block with an id; for a heading, also the blocks below it, up to the next heading of the same or
    a higher level; for a list item, its content.  Returns None if no block has the id."""
    slots: list[Slot] = []
    text = "".join(_with_slot_marks(fragment, slots))
    found = _find_part(text, ident)
    return Fragment(tuple(_split_at_slots(text[found[0]:found[1]], slots))) if found else None


def _with_slot_marks(fragment: Fragment, slots: list[Slot]) -> Iterator[str]:
    """Yields the text of a fragment, with a numbered mark for each slot."""
    for part in fragment.parts:
        if isinstance(part, str):
            yield part
        else:
            yield f"\0{len(slots)}\0"
            slots.append(part)


def _split_at_slots(text: str, slots: list[Slot]) -> Iterator[str | Slot]:
    """Yields the texts between the numbered marks, and the slots of the marks."""
    at = 0
    for found in _SLOT.finditer(text):
        yield text[at:found.start()]
        yield slots[int(found[1])]
        at = found.end()
    yield text[at:]


def _find_part(text: str, ident: str) -> tuple[int, int] | None:
    """Returns the beginning and the end of a block or section; all of it is in the same parent element."""
    open_tags: list[str] = []
    start, depth, level = -1, 0, ""
    for token in TOKEN.finditer(text):
        name = (token["name"] or "").lower()
        if not name:
            continue
        if token["close"]:
            if name in open_tags:
                del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name):]
            if start >= 0 and (len(open_tags) < depth or (len(open_tags) == depth and level not in HEADINGS)):
                is_whole = len(open_tags) == depth and level != "li"
                return start, token.end() if is_whole else token.start()
            continue
        if start >= 0 and len(open_tags) == depth and level in HEADINGS and name in HEADINGS and name <= level:
            return start, token.start()
        if (start < 0 and name in _BLOCKS and _id_of_tag(token["attributes"]) == ident
                and not _NOT_SEARCHED & {*open_tags}):
            start, depth, level = token.end() if name == "li" else token.start(), len(open_tags), name
        if name not in VOID:
            open_tags.append(name)
    return (start, len(text)) if start >= 0 else None


def _id_of_tag(attributes: str) -> str | None:
    found = _ID_ATTRIBUTE.search(attributes)
    return html.unescape(next(filter(None, found.groups()), "")) if found else None
