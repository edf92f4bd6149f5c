"""A part of a body: what stands below a heading, or one block."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from coldpress.markup.rendered import Fragment, Slot
from coldpress.markup.scan import TOKEN
from coldpress.markup.tags import VOID
from coldpress.markup.tree import HEADINGS

_SLOT = re.compile("\0([0-9]+)\0")
_ID = re.compile(r"\sid\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I)
_BLOCKS = frozenset((*HEADINGS, "p", "li", "dd", "blockquote", "pre", "ul", "ol", "dl", "div", "figure", "details"))
"""What can be a part."""
_CLOSED = frozenset(("svg", "math", "template", "select", "noscript"))
"""What is read by other rules within them, so that nothing is taken out."""


def part_of(fragment: Fragment, ident: str) -> Fragment | None:
    """The block with an id; of a heading, all down to the next one that is no
    lower.  None where no block has it."""
    slots: list[Slot] = []
    text = "".join(_marked(fragment, slots))
    found = _span(text, ident)
    return Fragment(tuple(_pieces(text[found[0]:found[1]], slots))) if found else None


def _marked(fragment: Fragment, slots: list[Slot]) -> Iterator[str]:
    """Text in which numbers stand for the slots."""
    for part in fragment.parts:
        if isinstance(part, str):
            yield part
        else:
            yield f"\0{len(slots)}\0"
            slots.append(part)


def _pieces(text: str, slots: list[Slot]) -> Iterator[str | Slot]:
    at = 0
    for found in _SLOT.finditer(text):
        yield text[at:found.start()]
        yield slots[int(found[1])]
        at = found.end()
    yield text[at:]


def _span(text: str, ident: str) -> tuple[int, int] | None:
    """Where a part begins and ends: always among the children of one element."""
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
        if start < 0 and name in _BLOCKS and _id(token["attributes"]) == ident and not _CLOSED & {*open_tags}:
            start, depth, level = token.end() if name == "li" else token.start(), len(open_tags), name
        if name not in VOID:
            open_tags.append(name)
    return (start, len(text)) if start >= 0 else None


def _id(attributes: str) -> str | None:
    found = _ID.search(attributes)
    return html.unescape(next(filter(None, found.groups()), "")) if found else None
