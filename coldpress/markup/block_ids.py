"""Ids of blocks as Obsidian has them: `^abc` at the end of a paragraph or an item, or
on a line of its own below a block."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

from coldpress.markup.tree import HEADINGS, Source

_AT_END = re.compile(r"(?:\A|\s)(?P<id>\^(?:[0-9-]*[A-Za-z][A-Za-z0-9-]*|[0-9]{6,}))\Z")


def take_id(text: Source) -> tuple[Source, str | None]:
    """A text without the id at its end, and that id."""
    found = _AT_END.search(text, max(0, len(text) - 100))
    return (text.part(0, found.start()), found["id"]) if found else (text, None)


def give_id(parent: Element, ident: str) -> None:
    """The id of the block that stands last in an element; a heading keeps its own."""
    last = parent[-1] if len(parent) else None
    if last is None or last.tag in HEADINGS or "id" in last.attrib or not isinstance(last.tag, str):
        SubElement(parent, "a", {"id": ident}).tail = "\n"
    else:
        last.set("id", ident)
