"""The words of a part of the tree, without its marks."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from coldpress.markup.scan import visible_text
from coldpress.markup.tree import Emoji, Raw

_ALT = re.compile(r"<img\b[^>]*?\salt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)


def text_of(element: Element, *, as_written: bool = False) -> str:
    """The words of an element, without marks of footnotes and icons.  Codes of
    emoji are what they stand for, or, as in GitHub's anchors, `as_written`."""
    return "".join(_texts(element, as_written))


def _texts(element: Element, as_written: bool) -> Iterator[str]:
    if element.get("id", "").startswith("fnref"):
        return
    if as_written and isinstance(element, Emoji):
        yield element.code
    elif isinstance(element.text, Raw):
        yield _of_html(element.text)
    else:
        yield f"${element.text}$" if element.tag == "math" else element.text or ""
    yield element.get("alt", "")
    for child in element:
        yield from _texts(child, as_written)
        yield child.tail or ""


def _of_html(text: str) -> str:
    """The words of raw HTML; where there are only pictures, theirs."""
    return visible_text(text) or " ".join(html.unescape(found[1] or found[2] or "") for found in _ALT.finditer(text))
