"""The page's own structure: its title, heading ids, contents, tables that can scroll."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from coldpress.markup.plain import text_of
from coldpress.markup.raw_headings import lower_headings
from coldpress.markup.rendered import Heading
from coldpress.markup.title_heading import TitleHeading
from coldpress.markup.tree import HEADINGS, TITLE_MARK, raw
from coldpress.markup.write import to_html
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
