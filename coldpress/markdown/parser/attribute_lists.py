"""Parses attribute lists: `{#id .class key=value}`, also written `{: … }`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from coldpress.text import lazy_re_compile

# Matches `{: .wide}`, `{#id}`, `{.cls}`, `{key=value}`; does not match `{% endnote %}`, `{{ x }}` or `{props}`.
# A quoted value may contain braces if all quotes are closed.
_LIST = (r"\{(?::|(?=[ ]*(?:[#.][\w-]|[\w:-]+=)))[ ]*(?=[^{}\n ])"
         r"(?:(?P<list>(?:\"[^\"\n]*\"|'[^'\n]*'|[^{}\n\"'])*+)|(?P<simple>[^{}\n]*))\}")
INLINE = lazy_re_compile(_LIST)
_MAX_BRACES = 8  # opening braces that are tried, from the end backwards
_AT_END = lazy_re_compile(rf"{_LIST}[ ]*$")
_NAME = re.compile(r"[A-Za-z_:][\w:.-]*")
_PAIR = lazy_re_compile(
    r"""(?P<name>[^ =}]+)=(?:"(?P<double>.*?)"|'(?P<single>.*?)'|(?P<bare>[^ =}]+))|(?P<word>[^ =}]+)| """)


class AttributeList:
    """Inline token for an attribute list.  It belongs to the element before it; without one it is shown as text."""

    __slots__ = ("inner", "text")

    def __init__(self, text: str, inner: str) -> None:
        self.text = text
        self.inner = inner


def parse_pairs(inner: str) -> Iterator[tuple[str, str | None]]:
    """Yields the names and values in a list, until the text cannot be parsed.  The name of a class is `.`; the
    value of a word without `=` is None."""
    at = 0
    while found := _PAIR.match(inner, at):
        at = found.end()
        word = found["word"]
        if found["name"]:
            quote = '"' if found["double"] is not None else "'" if found["single"] is not None else ""
            value = found["double"] or found["single"] or found["bare"] or ""
            yield found["name"], value.strip(quote) if quote else value
        elif word:
            yield (".", word[1:]) if word[0] == "." else ("id", word[1:]) if word[0] == "#" else (word, None)


def apply(element: Element, inner: str) -> None:
    """Sets the attributes of a list on an element; classes are added to those that the element has."""
    for name, value in parse_pairs(inner):
        if name == ".":
            known = element.get("class")
            element.set("class", f"{known} {value}" if known else value or "")
        elif _NAME.fullmatch(name):
            element.set(name, name if value is None else value)


def matched_content(found: re.Match[str]) -> str:
    """Returns the text between the braces of a list."""
    return str(found["list"] if found["list"] is not None else found["simple"])


def find_in_heading(text: str) -> tuple[int, str] | None:
    """Returns the offset and the content of the list at the end of a heading; None if there is no list."""
    for begin, inner in _lists_at_end(text) if text.endswith(("}", "} ")) else ():
        if begin == 0 or text[begin - 1] == " ":
            return len(text[:begin].rstrip(" ")), inner
    return None


def find_in_paragraph(text: str) -> tuple[int, str] | None:
    """Returns the offset and the content of a list that is the last line of a paragraph; None if there is no list."""
    for begin, inner in _lists_at_end(text) if text.rstrip().endswith("}") else ():
        line = text.rfind("\n", 0, begin)
        if line >= 0 and not text[line:begin].strip():
            return line, inner
    return None


def _lists_at_end(text: str) -> Iterator[tuple[int, str]]:
    """Yields the offset and the content of each list that ends with the text, from the shortest to the longest."""
    begin = len(text)
    for _ in range(_MAX_BRACES):
        begin = text.rfind("{", 0, begin)
        if begin < 0:
            return
        found = _AT_END.match(text, begin)
        if found:
            yield begin, matched_content(found)
