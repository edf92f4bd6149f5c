"""The page's own structure: its title, heading ids, contents, tables that can scroll."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from coldpress.markup.rendered import Heading
from coldpress.markup.titles import plain
from coldpress.markup.tree import HEADINGS, TITLE_MARK, raw
from coldpress.markup.write import to_html
from coldpress.text import heading_id, python_markdown_id

_MOST_CONTENTS = 10  # times that a page shows its contents


@dataclass(frozen=True, slots=True)
class TakenTitle:
    """The heading that was taken out of a body."""

    id: str
    text: str
    html: str


def structure(root: Element, ids: str = "github") -> tuple[TakenTitle | None, tuple[Heading, ...]]:
    """Bring a body's tree into the shape of a page; gives its title, if it
    begins with one, and its contents."""
    _number_ids(root, *_IDS[ids])
    title = _take_title(root)
    if any(element.tag == "h1" for element in root):
        # The page has one h1, its title: the body's begin below it.
        for element in root.iter():
            if element.tag in HEADINGS[:-1]:
                element.tag = HEADINGS[HEADINGS.index(element.tag) + 1]
    contents = _contents(root)
    _show_contents(root, contents)
    _wrap_tables(root)
    return title, contents


def text_of(element: Element) -> str:
    """The words of an element, without marks of footnotes."""
    return "".join(_texts(element))


def _texts(element: Element) -> Iterator[str]:
    if element.tag is not None and not element.get("id", "").startswith("fnref"):
        yield element.text or ""
        yield element.get("alt", "")
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


_IDS: dict[str, tuple[Callable[[str], str], str]] = {
    "github": (heading_id, "-"), "python-markdown": (python_markdown_id, "_")}


def _number_ids(root: Element, make_id: Callable[[str], str], dash: str) -> None:
    used = {element.attrib["id"] for element in root.iter() if "id" in element.attrib}
    next_number: dict[str, int] = {}
    for element in root.iter():
        if element.tag in HEADINGS and "id" not in element.attrib:
            base = name = make_id(text_of(element))
            while name in used or not name:
                next_number[base] = next_number.get(base, 0) + 1
                name = f"{base}{dash}{next_number[base]}"
            used.add(name)
            element.set("id", name)


def _take_title(root: Element) -> TakenTitle | None:
    headings = [element for element in root if element.tag in HEADINGS]
    if not headings or headings[0].tag != "h1":
        return None
    first = headings[0]
    if sum(element.tag == "h1" for element in headings) > 1 and first is not root[0]:
        return None
    mark = raw(TITLE_MARK)
    mark.tail = "\n"
    root[list(root).index(first)] = mark
    return TakenTitle(first.attrib["id"], plain(text_of(first)), to_html(first))


def _contents(root: Element) -> tuple[Heading, ...]:
    headings = [(int(element.tag[1]), element) for element in root.iter() if element.tag in HEADINGS]
    headings.reverse()

    def below(level: int) -> tuple[Heading, ...]:
        found = []
        while headings and headings[-1][0] > level:
            own, element = headings.pop()
            found.append(Heading(own, element.attrib["id"], plain(text_of(element)), below(own)))
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
