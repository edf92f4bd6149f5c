"""Attribute lists: `{#id .class key=value}`, also as `{: … }`."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown.extensions.attr_list import get_attrs_and_remainder

# `{: .wide}`, `{#id}`, `{.cls}`, `{key=value}`; not `{% endnote %}`, `{{ x }}` or `{props}`.
_LIST = r"\{(?::|(?=[ ]*(?:[#.][\w-]|[\w:-]+=)))[ ]*([^{}\n ][^\n{}]*)\}"
INLINE = re.compile(_LIST)
_AT_END = re.compile(rf"{_LIST}[ ]*$")
_NAME = re.compile(r"[A-Za-z_:][\w:.-]*")


class Attributes:
    """A list within a text, for the element before it; text where there is none."""

    __slots__ = ("inner", "text")

    def __init__(self, text: str, inner: str) -> None:
        self.text = text
        self.inner = inner


def apply(element: Element, inner: str) -> None:
    """Give an element the attributes of a list."""
    for name, value in get_attrs_and_remainder(inner)[0]:
        if name == ".":
            known = element.get("class")
            element.set("class", f"{known} {value}" if known else value)
        elif _NAME.fullmatch(name):
            element.set(name, name if value is None else value)


def of_heading(text: str) -> tuple[int, str] | None:
    """Where the list at the end of a heading begins, and what is in it."""
    begin = text.rfind("{") if text.endswith(("}", "} ")) else -1
    found = _AT_END.match(text, begin) if begin == 0 or (begin > 0 and text[begin - 1] == " ") else None
    return (len(text[:begin].rstrip(" ")), found[1]) if found else None


def of_paragraph(text: str) -> tuple[int, str] | None:
    """The same for a list that is a paragraph's last line."""
    begin = text.rfind("{") if text.rstrip().endswith("}") else -1
    line = text.rfind("\n", 0, max(begin, 0))
    found = _AT_END.match(text, begin) if line >= 0 and not text[line:begin].strip() else None
    return (line, found[1]) if found else None
