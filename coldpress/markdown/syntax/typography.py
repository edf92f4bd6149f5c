"""Sets typographic quotes, dashes and ellipses; parses critic markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from coldpress.markdown.tree import RawHtml, Verbatim, group
from coldpress.text import lazy_re_compile

_QUOTES = {
    "en": "“”‘’", "de": "„“‚‘", "fr": "«\u202f\u202f»‹\u202f\u202f›", "es": "«»“”", "it": "«»“”", "pt": "“”‘’",
    "ru": "«»„“", "uk": "«»„“", "pl": "„”‚’", "cs": "„“‚‘", "sk": "„“‚‘", "sv": "””’’", "fi": "””’’", "nl": "“”‘’",
    "da": "„“‚‘", "nb": "«»‘’", "no": "«»‘’", "nn": "«»‘’", "tr": "“”‘’", "el": "«»“”", "hu": "„”‚’", "ro": "„”«»",
    "bg": "„“‚‘", "ca": "«»“”", "id": "“”‘’", "vi": "“”‘’"}
"""Outer and inner quotes by language.  Other languages, such as Chinese, keep what is written."""
_REPLACED = frozenset("\"'-.")
# The set of first characters comes first, so that `re` skips all others fast.
_MARK = re.compile(r"[\"'.-](?:(?<=[\"'])|(?<=\.)(?<!\.\.)\.\.(?!\.)|(?<=-)(?<!--)-{1,2}(?!-))")
_OPENS_AFTER = lazy_re_compile(r"[\s(\[{<\u2013\u2014/=\u2018\u201c\u00ab\u201e]")
_SKIPPED = frozenset(["code", "pre", "math", "kbd", "samp", "script", "style", "textarea"])
_RAW_TAG = re.compile(r"<(/?)(?:code|pre|kbd|samp|tt|var)\b", re.I)
_BLOCKS = frozenset(["p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "div", "blockquote",
                     "summary", "figcaption"])


def literal_character(character: str) -> str | Element:
    """Makes an escaped character that typography does not replace."""
    return group(Verbatim(character)) if character in _REPLACED else character


def is_literal_character(element: Element) -> bool:
    """Returns whether an element is an escaped character."""
    return element.tag is None and type(element.text) is Verbatim


def may_change(text: str) -> bool:
    """Returns whether typography may replace something in a text."""
    return "'" in text or '"' in text or "--" in text or "..." in text


def apply_typography(root: Element, source: str, language: str) -> None:
    """Replaces straight quotes, hyphens and dots in the texts of a tree, which was made from `source`, by
    typographic characters."""
    quotes = _QUOTES.get(language.partition("-")[0].lower())
    if quotes and may_change(source):
        _QuoteSetter(quotes).run(root)


class _QuoteSetter:
    """Replaces the characters in one tree; remembers the character before each text."""

    def __init__(self, quotes: str) -> None:
        size = len(quotes) // 4
        self._double = quotes[:size], quotes[size:2 * size]
        self._single = quotes[2 * size:3 * size], quotes[3 * size:]
        self._before = " "
        self._is_open = False  # whether a single quote is open
        self._raw = 0  # open raw elements in which nothing is replaced

    def run(self, element: Element) -> None:
        """Replaces the characters in an element, in reading order."""
        if element.tag in _BLOCKS:
            self._before, self._is_open, self._raw = " ", False, 0
        text = element.text
        kind = type(text)
        if kind is str and text:
            element.text = self._set(text, is_last=not len(element))
        elif kind is RawHtml:
            tag = _RAW_TAG.match(text)  # type: ignore[arg-type]  # `kind` tells
            self._raw = max(0, self._raw + (0 if not tag else -1 if tag[1] else 1))
        elif isinstance(text, Verbatim):
            self._before = text[-1:] or "x"
        last = element[-1] if len(element) else None
        for child in element:
            if child.tag not in _SKIPPED:
                self.run(child)
            else:
                self._before = "x"
            tail = child.tail
            if tail:
                child.tail = self._set(tail, is_last=child is last)

    def _set(self, text: str, *, is_last: bool) -> str:
        before = self._before
        self._before = text[-1]
        if self._raw or not may_change(text):
            return text
        after = " " if is_last else "x"
        return _MARK.sub(lambda found: self._mark(found, text, before, after), text)

    def _mark(self, found: re.Match[str], text: str, before: str, after: str) -> str:
        """Returns the typographic character for a quote, hyphens or dots."""
        left = text[found.start() - 1] if found.start() else before
        right = text[found.end():found.end() + 1] or after
        mark = found[0]
        if mark == "...":
            return "…"
        if mark[0] == "-":
            # `--flag` and `---8<---` do not change.
            is_dash = (left.isspace() and right.isspace()) or (left.isalnum() and (right.isalnum() or right.isspace()))
            return ("–" if mark == "--" else "—") if is_dash else mark
        opens = bool(_OPENS_AFTER.match(left)) and not right.isspace()
        if mark == '"':
            return self._double[0 if opens else 1]
        if (left.isalnum() and right.isalnum()) or (opens and right.isdigit()):
            return "’"
        is_open, self._is_open = self._is_open, opens
        return self._single[0] if opens else self._single[1] if is_open else "’"


_INNER = r"[^{}]{1,2000}?"
_CRITIC = lazy_re_compile(
    rf"\{{(?:\+\+(?P<ins>{_INNER})\+\+|--(?P<del>{_INNER})--|==(?P<mark>{_INNER})==|>>(?P<span>{_INNER})<<"
    rf"|~~(?P<old>(?:[^{{}}~]|~(?!>)){{1,2000}})~>(?P<new>{_INNER})~~)\}}")


def critic_at(text: str, at: int) -> tuple[list[tuple[str, int, int]], int] | None:
    """Returns the elements for critic markup at an offset, each with the range of its text; and
    the end of the markup."""
    found = _CRITIC.match(text, at)
    return (list(_elements(found)), found.end()) if found else None


def _elements(found: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    for part, name in (("ins", "ins"), ("del", "del"), ("mark", "mark"), ("span", "span"), ("old", "del"),
                        ("new", "ins")):
        if found[part] is not None:
            yield name, *found.span(part)
