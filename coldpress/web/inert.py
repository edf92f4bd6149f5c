"""Markdown of authors who are not trusted, where it is shown as such: in twins
and in `llms.txt`.  Whoever makes HTML of it gets none of theirs, and no link
that runs."""

from __future__ import annotations

import re

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.markup.destinations import destination, space
from coldpress.markup.schemes import is_safe_url, scheme_of

_MARK = re.compile(r"<(?=[a-zA-Z/!?])|\](?=[(:])")
_LONGEST = 500  # characters of a destination whose scheme is looked for


def written(library: Library, page: Page, text: str) -> str:
    """A text of a page, as it may stand in Markdown."""
    return text if library.trusts(page) else inert(text)


def inert(text: str) -> str:
    """Markdown without HTML, whose links lead nowhere but to pages."""
    parts: list[str] = []
    at = 0
    for found in _MARK.finditer(text):
        if found.start() < at:
            continue
        parts.append(text[at:found.start()])
        at = found.end()
        if found[0] == "<":
            parts.append("&lt;")
            continue
        begin = space(text, at + 1)
        to = destination(text[begin:begin + _LONGEST + 1], 0)
        if to is None:
            parts.append("]\\" if text[at] == "(" else "]")
        elif not _is_safe(to[0], to[1]):
            parts.append(f"]{text[at]}#")
            at = begin + to[1]
        elif text.startswith("<", begin):
            parts.append(f"]{text[at:begin]}{_target(to[0])}")
            at = begin + to[1]
        else:
            parts.append("]")
    return "".join([*parts, text[at:]])


def _is_safe(url: str, length: int) -> bool:
    return is_safe_url(url) and (length <= _LONGEST or scheme_of(url) is not None or url.startswith("/"))


def _target(url: str) -> str:
    """A URL as it may stand in the parentheses of a link."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C")
