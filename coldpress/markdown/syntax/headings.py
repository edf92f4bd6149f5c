"""Headings: their anchors, the table of contents, and the heading that is the page's title."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.html.extract import TOKEN, element_text, lower_headings, visible_text
from coldpress.markdown.parser import attribute_lists
from coldpress.markdown.parser.block_rules import BLOCK_STARTS
from coldpress.markdown.parser.blocks import BlockParser
from coldpress.markdown.parser.inlines import InlineParser, parse_leaf
from coldpress.markdown.parser.link_parser import ReferenceDefinitions
from coldpress.markdown.rendered import Heading
from coldpress.markdown.syntax.comments import without_comments
from coldpress.markdown.syntax.footnotes import Footnotes
from coldpress.markdown.tree import HEADINGS, TITLE_MARK, VOID, RawHtml, SourceText, escaped, group, raw
from coldpress.text import heading_id, lazy_re_compile, one_line, python_markdown_id

_MAX_CONTENTS = 10  # times that a page can show its table of contents


class ExtractedTitle(NamedTuple):
    """The title heading that was taken out of the tree of a body."""

    id: str
    heading: TitleHeading
    element: Element


def structure_tree(root: Element, heading: TitleHeading | None, *, has_html: bool
                   ) -> tuple[ExtractedTitle | None, tuple[Heading, ...]]:
    """Takes the title out of the tree of a body, lowers other headings of the first level, and adds the table of
    contents.  Returns the title, if a heading is one, and the contents."""
    title = _extract_title(root, heading) if heading else None
    headings = [element for element in root.iter() if element.tag in HEADINGS]
    _lower_headings(root, headings)
    if has_html:
        lower_headings(root)
    contents = _contents(headings)
    _show_contents(root, contents)
    _wrap_tables(root)
    return title, contents


def set_heading_ids(root: Element, kind: str) -> None:
    """Sets the anchors of headings.  Must be called before typography changes their texts."""
    make_id, dash = _IDS[kind]
    elements = list(root.iter())
    used = {element.get("id") for element in elements}
    next_number: dict[str, int] = {}
    for element in elements:
        if element.tag in HEADINGS and element.get("id") is None:
            words = element_text(element, as_written=kind == "github").replace("\n", " ")
            if element.find("component") is not None:  # an icon has no text, but there is a space beside it
                words = words.strip(" ")
            base = name = make_id(words)
            while name in used or not name:
                next_number[base] = next_number.get(base, 0) + 1
                name = f"{base}{dash}{next_number[base]}"
            used.add(name)
            element.set("id", name)


_IDS: dict[str, tuple[Callable[[str], str], str]] = {
    "github": (heading_id, "-"), "python-markdown": (python_markdown_id, "_")}


def _extract_title(root: Element, heading: TitleHeading) -> ExtractedTitle:
    """Replaces the title heading in the tree by a mark."""
    mark = raw(TITLE_MARK)
    mark.tail = "\n"
    element = heading.element
    root[list(root).index(element)] = mark
    ident = element.attrib["id"]
    if element.get("align", "").lower() == "center":
        element.tag, element.attrib, element.tail = "span", {"style": "display: block; text-align: center;"}, None
        around = group()
        around.append(element)
        element = around
    return ExtractedTitle(ident, heading, element)


def _lower_headings(root: Element, headings: list[Element]) -> None:
    """Lowers headings by one level, since the title is the only `<h1>` of the page: all headings, if one of the
    first level is outside of quotes, lists and raw HTML; else only those of the first level."""
    lowered = HEADINGS[:-1] if any(element.tag == "h1" for element in root) else HEADINGS[:1]
    for element in headings:
        if element.tag in lowered:
            element.tag = HEADINGS[HEADINGS.index(element.tag) + 1]


def _contents(headings: list[Element]) -> tuple[Heading, ...]:
    """Returns headings as a table of contents."""
    ahead = [(int(element.tag[1]), element) for element in reversed(headings)]

    def below(level: int) -> tuple[Heading, ...]:
        found = []
        while ahead and ahead[-1][0] > level:
            own, element = ahead.pop()
            found.append(Heading(own, element.attrib["id"], one_line(element_text(element)), below(own)))
        return tuple(found)

    return below(0)


def _show_contents(root: Element, contents: tuple[Heading, ...]) -> None:
    """Replaces each paragraph `[TOC]` by the table of contents."""
    places = [element for element in root.iter("p")
              if len(element) == 0 and element.text in ("[TOC]", "[[toc]]", "[[TOC]]")]
    for element in places[:_MAX_CONTENTS]:
        element.tag, element.text = "div", None
        element.set("class", "toc")
        _list(element, contents)


def _list(parent: Element, headings: tuple[Heading, ...]) -> None:
    if headings:
        items = SubElement(parent, "ul")
        for heading in headings:
            item = SubElement(items, "li")
            SubElement(item, "a", {"href": f"#{heading.id}"}).text = heading.title
            _list(item, heading.children)


def _wrap_tables(root: Element) -> None:
    """Wraps each table, so that it can scroll."""
    if root.find(".//table") is None:
        return
    for parent in list(root.iter()):
        for index, child in enumerate(parent):
            if child.tag == "table":
                wrapper = Element("div", {"class": "table", "tabindex": "0"})
                wrapper.tail, child.tail = child.tail, None
                wrapper.append(child)
                parent[index] = wrapper


_OPENING = lazy_re_compile(r"(?:[ \t]*\n)* {0,3}#[ \t][^\[\n]*(?=\n|\Z)")
_MAY_HAVE = lazy_re_compile(r"^ {0,3}(?:#(?:[ \t]|$)|=+[ \t]*$|<h1)|<h1[\s>]", re.M | re.I)


class TitleHeading(NamedTuple):
    """A heading that may be the page's title: its text, its Markdown, and the range of its lines."""

    element: Element
    text: str
    written: str
    lines: tuple[int, int] | None


def find_title(root: Element) -> Element | None:
    """Returns the first heading of a body, if it is of the first level, and stands at the beginning or is
    the only one of its level."""
    headings = [element for element in root if element.tag in HEADINGS]
    if not headings or headings[0].tag != "h1":
        return None
    is_only = sum(element.tag == "h1" for element in headings) == 1
    return headings[0] if is_only or _opens_body(root, headings[0]) else None


def read_title(root: Element, read: Callable[[Element], None]) -> TitleHeading | None:
    """Returns the heading that may be the title, after `read` parsed its inline Markdown; None without text."""
    element = find_title(root)
    if element is None:
        return None
    text = element.text or ""
    listed = attribute_lists.find_in_heading(text)
    written = text[:listed[0]] if listed else text
    lines = (text.line, text.line + text.count("\n") + 1) if isinstance(text, SourceText) else None
    read(element)
    words = one_line(element_text(element))
    return TitleHeading(element, words, one_line(written), lines) if words else None


def heading_title(body: str) -> str | None:
    """Returns the text of the heading that is the title of a body; None if there is none."""
    body = without_comments(body)
    opening = _OPENING.match(body)
    if not opening and not _MAY_HAVE.search(body):
        return None
    references = ReferenceDefinitions()
    blocks = BlockParser(BLOCK_STARTS, references.strip_definitions)
    root = blocks.parse(opening[0] if opening else body, _TitleIsKnown())
    inlines = InlineParser(references, Footnotes(blocks.footnotes).footnote_mark)
    title = read_title(root, lambda heading: parse_leaf(heading, inlines))
    return title.text if title else None


class _TitleIsKnown:
    """Tells the block parser when the following blocks cannot change the title any more."""

    def __init__(self) -> None:
        self._seen = 0
        self._first: Element | None = None

    def __call__(self, root: Element) -> bool:
        if self._first is not None or len(root) == self._seen:
            return False
        self._first = next((element for element in root[self._seen:] if element.tag in HEADINGS), None)
        self._seen = len(root)
        first = self._first
        return first is not None and (
            first.tag != "h1" or ("[" not in (first.text or "") and _opens_body(root, first)))


def _opens_body(root: Element, heading: Element) -> bool:
    """Returns whether only HTML without text stands before a heading, such as comments and a logo."""
    for element in root:
        if element is heading:
            break
        if not isinstance(element.text, RawHtml) or visible_text(element.text):
            return False
    return True


_ID = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_NO_WORDS = lazy_re_compile(
    r"<a\b[^>]*\bclass=[\"']headerlink[\"'][^>]*>.*?</a>|<sup id=\"fnref[^\"]*\">.*?</sup>", re.S)
_PERMALINK = re.compile(r"<a\b[^>]*\bclass=[\"']headerlink[\"'][^>]*>.*?</a>", re.S)
_TABLE = re.compile(r"<table>|</table>")


@dataclass(slots=True)
class _HtmlHeading:
    """A heading in HTML: the offsets of its tags, and whether it is at the top level of the body."""

    level: int
    start: int
    inner_start: int
    inner_end: int
    end: int
    attributes: str
    is_top: bool
    id: str = ""
    text: str = ""


class HtmlTitle(NamedTuple):
    """The title heading that was taken out of HTML: its anchor, its text and its HTML."""

    id: str
    text: str
    html: str


class StructuredHtml(NamedTuple):
    """The HTML of a body after its title was replaced by a mark, with its table of contents."""

    html: str
    title: HtmlTitle | None
    contents: tuple[Heading, ...]


def structure_html(html: str, make_id: Callable[[str], str], dash: str) -> StructuredHtml:
    """Sets the anchors of headings, takes out the title, lowers other headings of the first level, and wraps
    tables so that they can scroll."""
    headings = list(_html_headings(html))
    _give_html_ids(html, headings, make_id, dash)
    title = _find_html_title(html, headings)
    rest = [heading for heading in headings if heading is not title]
    every = any(heading.level == 1 and heading.is_top for heading in rest)
    parts, at = [], 0
    for heading in headings:
        parts.append(html[at:heading.start])
        at = heading.end
        if heading is title:
            parts.append(f"{TITLE_MARK}\n")
            continue
        if heading.level == 1 or (every and heading.level < len(HEADINGS)):
            heading.level += 1
        attributes = heading.attributes if _id_of(heading.attributes) else (
            f'{heading.attributes} id="{escaped(heading.id)}"')
        inner = html[heading.inner_start:heading.inner_end]
        parts.append(f"<h{heading.level}{attributes}>{inner}</h{heading.level}>")
    taken = HtmlTitle(title.id, title.text, _PERMALINK.sub("", html[title.inner_start:title.inner_end]).strip()
                      ) if title else None
    return StructuredHtml(_wrap_html_tables("".join([*parts, html[at:]])), taken, _html_contents(rest))


def _html_headings(html: str) -> Iterator[_HtmlHeading]:
    """Yields the headings that have an end tag, in order."""
    open_tags: list[str] = []
    begun: _HtmlHeading | None = None
    for token in TOKEN.finditer(html):
        name = (token["name"] or "").lower()
        if not name:
            continue
        if name in HEADINGS and not token["close"]:
            begun = _HtmlHeading(int(name[1]), token.start(), token.end(), 0, 0, token["attributes"].rstrip(),
                             not open_tags)
        elif name in HEADINGS and begun and begun.level == int(name[1]):
            begun.inner_end, begun.end = token.start(), token.end()
            yield begun
            begun = None
        if token["close"] and name in open_tags:
            del open_tags[len(open_tags) - 1 - open_tags[::-1].index(name):]
        elif not token["close"] and name not in VOID and not token["attributes"].endswith("/"):
            open_tags.append(name)


def _give_html_ids(html: str, headings: list[_HtmlHeading], make_id: Callable[[str], str], dash: str) -> None:
    """Sets the texts and the anchors of headings."""
    used = {_id_of(token["attributes"]) for token in TOKEN.finditer(html) if token["name"] and not token["close"]}
    for heading in headings:
        heading.text = visible_text(_NO_WORDS.sub("", html[heading.inner_start:heading.inner_end]))
        heading.id = _id_of(heading.attributes)
        base, number = make_id(heading.text), 0
        name = base
        while not heading.id:
            if name and name not in used:
                heading.id = name
                used.add(name)
            number += 1
            name = f"{base}{dash}{number}"


def _find_html_title(html: str, headings: list[_HtmlHeading]) -> _HtmlHeading | None:
    """Returns the first heading, if it is of the first level, and stands at the beginning or is the only one of
    its level."""
    top = [heading for heading in headings if heading.is_top]
    if not top or top[0].level != 1 or not top[0].text:
        return None
    is_only = sum(heading.level == 1 for heading in top) == 1
    return top[0] if is_only or not visible_text(html[:top[0].start]) else None


def _html_contents(headings: list[_HtmlHeading]) -> tuple[Heading, ...]:
    """Returns headings as a table of contents."""
    ahead = headings[::-1]

    def below(level: int) -> tuple[Heading, ...]:
        found = []
        while ahead and ahead[-1].level > level:
            heading = ahead.pop()
            found.append(Heading(heading.level, heading.id, heading.text, below(heading.level)))
        return tuple(found)

    return below(0)


def _wrap_html_tables(html: str) -> str:
    """Wraps each table that has no attributes and is not inside of another one."""
    depth, parts, at = 0, [], 0
    for token in TOKEN.finditer(html) if _TABLE.search(html) else ():
        if token.group() == "<table>":
            if not depth:
                parts += [html[at:token.start()], '<div class="table" tabindex="0">']
                at = token.start()
            depth += 1
        elif token.group() == "</table>" and depth:
            depth -= 1
            if not depth:
                parts += [html[at:token.end()], "</div>"]
                at = token.end()
    return "".join([*parts, html[at:]])


def _id_of(attributes: str) -> str:
    found = _ID.search(attributes)
    return entities.unescape(next(filter(None, found.groups()), "")) if found else ""
