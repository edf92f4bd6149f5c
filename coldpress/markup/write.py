"""The tree as HTML.

Python-Markdown's own serializer leaves `&copy;` in a text as it is, so that
what an author escaped would be shown as ©; this one escapes all text.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from coldpress.markup.tags import VOID
from coldpress.markup.tree import Raw

_FLAGS = frozenset(["checked", "disabled", "open"])


def to_html(root: Element) -> str:
    """The HTML of what is in an element."""
    parts: list[str] = []
    _write_inner(root, parts.append)
    return "".join(parts)


def _write_inner(element: Element, write: Callable[[str], None]) -> None:
    text = element.text
    if text:
        write(text if type(text) is Raw else escaped(text))
    for child in element:
        tag = child.tag
        if tag is None:
            _write_inner(child, write)
        else:
            attributes = "".join([f' {name}="{_quoted(value)}"' if value or name not in _FLAGS else f" {name}"
                                  for name, value in child.attrib.items()])
            write(f"<{tag}{attributes}>")
            if tag not in VOID:
                _write_inner(child, write)
                write(f"</{tag}>")
        if child.tail:
            write(escaped(child.tail))


def escaped(text: str) -> str:
    """A text as HTML."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    return text.replace(">", "&gt;") if ">" in text else text


def _quoted(value: str) -> str:
    return escaped(value).replace('"', "&quot;")
