"""Headings: their anchors, the table of contents, and the title that a body begins with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from coldpress.markdown.html.extract import lower_headings, text_of, visible_text
from coldpress.markdown.parser import attribute_lists
from coldpress.markdown.parser.block_rules import STARTS
from coldpress.markdown.parser.blocks import Blocks
from coldpress.markdown.parser.inlines import Inlines, read_leaf
from coldpress.markdown.parser.link_parser import References
from coldpress.markdown.rendered import Heading
from coldpress.markdown.syntax.comments import without_comments
from coldpress.markdown.syntax.footnotes import Footnotes
from coldpress.markdown.tree import HEADINGS, TITLE_MARK, Raw, Source, raw, to_html
from coldpress.text import heading_id, one_line, python_markdown_id

_MOST_CONTENTS = 10  # times that a page shows its contents


@dataclass(frozen=True, slots=True)
class TakenTitle:
    """The heading that was taken out of a body."""

    id: str
    heading: TitleHeading
    html: str


def structure(root: Element, heading: TitleHeading | None) -> tuple[TakenTitle | None, tuple[Heading, ...]]:
    """Bring a body's tree into the shape of a page; gives its title, where a
    heading may be that, and its contents."""
    title = _take_title(root, heading) if heading else None
    _lower_headings(root)
    contents = _contents(root)
    _show_contents(root, contents)
    _wrap_tables(root)
    return title, contents


def number_ids(root: Element, kind: str) -> None:
    """Give headings their anchors; before typography, for they are made of the
    words as they were written."""
    make_id, dash = _IDS[kind]
    used = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    next_number: dict[str, int] = {}
    for element in root.iter():
        if element.tag in HEADINGS and "id" not in element.attrib:
            words = text_of(element, as_written=kind == "github").replace("\n", " ")
            if element.find("component") is not None:  # an icon, which leaves nothing but the space beside it
                words = words.strip(" ")
            base = name = make_id(words)
            while name in used or not name:
                next_number[base] = next_number.get(base, 0) + 1
                name = f"{base}{dash}{next_number[base]}"
            used.add(name)
            element.set("id", name)


_IDS: dict[str, tuple[Callable[[str], str], str]] = {
    "github": (heading_id, "-"), "python-markdown": (python_markdown_id, "_")}


def _take_title(root: Element, heading: TitleHeading) -> TakenTitle:
    mark = raw(TITLE_MARK)
    mark.tail = "\n"
    element = heading.element
    root[list(root).index(element)] = mark
    html = to_html(element)
    if element.get("align", "").lower() == "center":
        html = f'<span style="display: block; text-align: center;">{html}</span>'
    return TakenTitle(element.attrib["id"], heading, html)


def _lower_headings(root: Element) -> None:
    """The page has one h1, its title: where the body's parts have such headings
    all begin below it; else only those in quotes, lists and raw HTML do."""
    lowered = HEADINGS[:-1] if any(element.tag == "h1" for element in root) else HEADINGS[:1]
    for element in root.iter():
        if element.tag in lowered:
            element.tag = HEADINGS[HEADINGS.index(element.tag) + 1]
    lower_headings(root)


def _contents(root: Element) -> tuple[Heading, ...]:
    headings = [(int(element.tag[1]), element) for element in root.iter() if element.tag in HEADINGS]
    headings.reverse()

    def below(level: int) -> tuple[Heading, ...]:
        found = []
        while headings and headings[-1][0] > level:
            own, element = headings.pop()
            found.append(Heading(own, element.attrib["id"], one_line(text_of(element)), below(own)))
        return tuple(found)

    return below(0)


def _show_contents(root: Element, contents: tuple[Heading, ...]) -> None:
    """Put the contents where a paragraph says `[TOC]`."""
    places = [element for element in root.iter("p")
              if len(element) == 0 and element.text in ("[TOC]", "[[toc]]", "[[TOC]]")]
    for element in places[:_MOST_CONTENTS]:
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
    for parent in list(root.iter()):
        for index, child in enumerate(parent):
            if child.tag == "table":
                wrapper = Element("div", {"class": "table", "tabindex": "0"})
                wrapper.tail, child.tail = child.tail, None
                wrapper.append(child)
                parent[index] = wrapper


_OPENING = re.compile(r"(?:[ \t]*\n)* {0,3}#[ \t][^\[\n]*(?=\n|\Z)")
_MAY_HAVE = re.compile(r"^ {0,3}(?:#(?:[ \t]|$)|=+[ \t]*$|<h1)|<h1[\s>]", re.M | re.I)


@dataclass(frozen=True, slots=True)
class TitleHeading:
    """A heading that may be a page's title: its words, its text as it was
    written, and the lines it stands on, from the first to the one after the last."""

    element: Element
    text: str
    written: str
    lines: tuple[int, int] | None


def find_title(root: Element) -> Element | None:
    """The first heading of a body when it is of the first level, and either
    opens the body or is the only one of its level."""
    headings = [element for element in root if element.tag in HEADINGS]
    if not headings or headings[0].tag != "h1":
        return None
    is_only = sum(element.tag == "h1" for element in headings) == 1
    return headings[0] if is_only or _opens(root, headings[0]) else None


def read_title(root: Element, read: Callable[[Element], None]) -> TitleHeading | None:
    """The same when `read` has read its marks; None for one without words."""
    element = find_title(root)
    if element is None:
        return None
    text = element.text or ""
    listed = attribute_lists.of_heading(text)
    written = text[:listed[0]] if listed else text
    lines = (text.line, text.line + text.count("\n") + 1) if isinstance(text, Source) else None
    read(element)
    words = one_line(text_of(element))
    return TitleHeading(element, words, one_line(written), lines) if words else None


def title_of(body: str) -> str | None:
    """The words of the heading that names a page whose front matter does not."""
    body = without_comments(body)
    opening = _OPENING.match(body)
    if not opening and not _MAY_HAVE.search(body):
        return None
    references = References()
    blocks = Blocks(STARTS, references.without)
    root = blocks.parse(opening[0] if opening else body, _Settled())
    inlines = Inlines(references, Footnotes(blocks.notes).mark)
    title = read_title(root, lambda heading: read_leaf(heading, inlines))
    return title.text if title else None


class _Settled:
    """Whether nothing below in a body can make another heading its title, nor
    the same one mean something else."""

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
            first.tag != "h1" or ("[" not in (first.text or "") and _opens(root, first)))


def _opens(root: Element, heading: Element) -> bool:
    """Whether nothing stands before a heading but HTML without a word: comments, a logo."""
    for element in root:
        if element is heading:
            break
        if not isinstance(element.text, Raw) or visible_text(element.text):
            return False
    return True
