"""Abbreviations: `*[HTML]: Hyper Text Markup Language`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from coldpress.markup.tree import Raw, Verbatim

DEFINITION = re.compile(r"\*\[(?P<short>[^\]\n]+)\]:[ \t]*(?P<long>[^\n]*?)[ \t]*\Z")
_SKIPPED = frozenset(["code", "pre", "math", "a", "abbr"])


def explain(root: Element, known: Mapping[str, str]) -> None:
    """Put every abbreviation that is known into an `<abbr>`."""
    if known:
        longest_first = sorted(map(re.escape, known), key=lambda short: (-len(short), short))
        _explain(root, re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)"), known)


def _explain(element: Element, pattern: re.Pattern[str], known: Mapping[str, str]) -> None:
    children = list(element)
    if type(element.text) is str:
        rest, made = _split(element.text, pattern, known)
        element.text = rest
        for number, abbreviation in enumerate(made):
            element.insert(number, abbreviation)
    for child in children:
        if child.tag not in _SKIPPED:
            _explain(child, pattern, known)
        if child.tail:
            rest, made = _split(child.tail, pattern, known)
            child.tail = rest
            at = list(element).index(child) + 1 if made else 0
            for number, abbreviation in enumerate(made):
                element.insert(at + number, abbreviation)


def _split(text: str, pattern: re.Pattern[str], known: Mapping[str, str]) -> tuple[str, list[Element]]:
    """The text before the first abbreviation, and each with the text behind it."""
    found = list(pattern.finditer(text))
    if not found or isinstance(text, (Raw, Verbatim)):
        return text, []
    made = []
    for each, following in zip(found, [*found[1:], None], strict=True):
        element = Element("abbr", {"title": known[each[0]]})
        element.text = each[0]
        element.tail = text[each.end():following.start() if following else None]
        made.append(element)
    return text[:found[0].start()], made
