"""Parses links: destinations, titles, labels, reference definitions, bare URLs; checks the schemes of URLs."""

from __future__ import annotations

import html
import re
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from coldpress.markdown.tree import LinkTarget, SourceText
from coldpress.text import lazy_re_compile

SCHEMES = frozenset(["http", "https", "mailto", "tel"])
"""The schemes that URLs on a page may have."""
_SCRIPT_SCHEMES = frozenset(["javascript", "vbscript", "data"])
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
# Characters that browsers ignore in a scheme, and invisible ones.
_INVISIBLE = lazy_re_compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_DECODINGS = 10


def is_safe_url(url: str) -> bool:
    """Returns whether a URL has an allowed scheme or none, also after its entities and percent escapes are decoded."""
    for _ in range(_DECODINGS):
        scheme = scheme_of(url)
        if scheme is not None:
            return scheme in SCHEMES
        decoded = unquote(html.unescape(url))
        if decoded == url:
            return True
        url = decoded
    return False


def scheme_of(url: str) -> str | None:
    """Returns the scheme that a browser recognizes in a URL."""
    found = _SCHEME.match(_INVISIBLE.sub("", url))
    return found[1].lower() if found else None


def is_script_url(url: str) -> bool:
    """Returns whether a text used as a URL would run a script, also after its entities and percent escapes are
    decoded."""
    for _ in range(_DECODINGS):
        scheme = scheme_of(url)
        decoded = unquote(html.unescape(url))
        if scheme is not None or decoded == url:
            return scheme in _SCRIPT_SCHEMES
        url = decoded
    return True


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
ENTITY = lazy_re_compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-zA-Z][a-zA-Z0-9]{0,31});")
_SPACE = re.compile(r"[ \t]*(?:\n[ \t]*)?")
_POINTED = re.compile(r"<((?:[^<>\\\n]|\\.)*)>")
_BARE = re.compile(r"(?:[^ ()\\\x00-\x1f\x7f]|\\.|\\)+")
_TITLE = lazy_re_compile(r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'|\(((?:[^()\\]|\\.)*+)\)", re.S)
_LABEL = re.compile(r"\[((?:[^\\\[\]]|\\.){1,999}+)\]", re.S)
_REST = re.compile(r"[ \t]*(?:\n|\Z)")
_MAX_REFERENCE_TEXT = 1_000_000  # characters of URLs and titles that references may add to a page
_MAX_PARENTHESES = 32  # nested parentheses in a destination, as in the reference implementations of CommonMark


class LinkDestination(NamedTuple):
    """The destination of a link, and its title."""

    url: str
    title: str | None = None


def unescape(text: str) -> str:
    """Resolves the backslash escapes and entities of a text (CommonMark 0.31.2, sections 2.4 and 2.5)."""
    if "\\" in text:
        # An escaped `&` does not begin an entity.
        text = _ESCAPED.sub(lambda found: "&amp;" if found[1] == "&" else found[1], text)
    return ENTITY.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def normalize_label(label: str) -> str:
    """Normalizes a link label, so that labels can be compared (CommonMark 0.31.2, section 4.7: matches)."""
    return " ".join(label.split()).casefold().upper()


def parse_destination(text: str, at: int) -> tuple[str, int] | None:
    """Parses the link destination at an offset; returns it with the offset of its end."""
    found = _POINTED.match(text, at)
    if found:
        return unescape(found[1]), found.end()
    if text[at:at + 1] == "<":
        return None
    start, depth = at, 0
    while at < len(text):
        found = _BARE.match(text, at)
        if found:
            at = found.end()
        elif text[at] == "(" and depth < _MAX_PARENTHESES:
            depth, at = depth + 1, at + 1
        elif text[at] == ")" and depth:
            depth, at = depth - 1, at + 1
        else:
            break
    return (unescape(text[start:at]), at) if depth == 0 else None


def parse_title(text: str, at: int) -> tuple[str, int] | None:
    """Parses the link title at an offset; returns it with the offset of its end."""
    found = _TITLE.match(text, at)
    if not found or "\n\n" in found[0]:
        return None
    return unescape(next(group for group in found.groups() if group is not None)), found.end()


def parse_label(text: str, at: int) -> tuple[str, int] | None:
    """Parses the link label in brackets at an offset; returns it with the offset of its end."""
    found = _LABEL.match(text, at)
    return (found[1], found.end()) if found and found[1].strip() else None


def parse_inline_destination(text: SourceText, at: int) -> tuple[LinkDestination, int] | None:
    """Parses `(url "title")` at an offset; returns the destination with the offset of its end."""
    start = skip_spaces(text, at + 1)
    found = parse_destination(text, start)
    if not found:
        return None
    url, at = found
    end = at
    after = skip_spaces(text, at)
    words = parse_title(text, after) if after > at else None
    if words:
        after = skip_spaces(text, words[1])
    if text[after:after + 1] != ")":
        return None
    return LinkDestination(_with_place(url, text, start, end), words[0] if words else None), after + 1


def _with_place(url: str, text: SourceText, start: int, end: int) -> LinkTarget:
    """Returns a destination that stands between two offsets of a text, with its place."""
    if text[start:start + 1] == "<":
        start, end = start + 1, end - 1
    return LinkTarget.at(url, *text.place(start), end - start)


def skip_spaces(text: str, at: int) -> int:
    """Returns the offset after spaces and tabs, which may include one line ending."""
    found = _SPACE.match(text, at)
    return found.end() if found else at


class ReferenceDefinitions:
    """Link reference definitions by label; the first of two with the same label counts.  When references
    have added too much text to a page, `is_exhausted` is true and further ones stay text."""

    def __init__(self) -> None:
        self._targets: dict[str, LinkDestination] = {}
        self._left = _MAX_REFERENCE_TEXT

    @property
    def is_exhausted(self) -> bool:
        """Returns whether references were left as text."""
        return self._left < 0

    def get(self, name: str) -> LinkDestination | None:
        """Returns the destination of a reference; None if the label is unknown."""
        target = self._targets.get(normalize_label(name)) if self._targets else None
        if target:
            self._left -= len(target.url) + len(target.title or "")
        return target if self._left >= 0 else None

    def strip_definitions(self, source: SourceText) -> SourceText:
        """Records the definitions that a paragraph begins with, and returns the text after them."""
        at = 0
        while source.startswith("[", at):
            end = self._define(source, at)
            if end is None:
                break
            at = end
        return source.part(at) if at else source

    def _define(self, text: SourceText, at: int) -> int | None:
        """Records the definition at an offset; returns its end, or None if there is none."""
        name = parse_label(text, at)
        if not name or not text.startswith(":", name[1]) or name[0].startswith("^"):
            return None
        start = skip_spaces(text, name[1] + 1)
        found = parse_destination(text, start)
        if not found or found[1] == name[1] + 1 or (not found[0] and text[found[1] - 1] != ">"):
            return None
        url, end = found
        url = _with_place(url, text, start, end)
        words = None
        after = skip_spaces(text, end)
        if after > end:
            words = parse_title(text, after)
        line_end = _REST.match(text, words[1]) if words else None
        if not line_end:
            words, line_end = None, _REST.match(text, end)
            if not line_end:
                return None
        self._targets.setdefault(normalize_label(name[0]), LinkDestination(url, words[0] if words else None))
        return line_end.end()


# Full-width characters that end a URL in a text without spaces: `见https://example.org。然后`.
_WIDE = "\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201f"
_BEGIN = lazy_re_compile(rf"(?:(?:https?|ftp)://|(?=www\.))(?P<domain>(?:[^\W{_WIDE}]|[.-])+)", re.I)
_URL_REST = lazy_re_compile(rf"[^\s<{_WIDE}]*")
_REST_IN_BRACKETS = lazy_re_compile(rf"[^\s<\]{_WIDE}]*")
_ENDING = "?!.,:*_~'\""
_ENTITY = re.compile(r"&[a-zA-Z0-9]+;\Z")
_BEFORE_SCHEME = re.compile(r"[^a-zA-Z]")
_BEFORE_HOST = re.compile(r"[\s*_~()\[\]{>\"']|[^\x00-\x7f]")
_NAME = re.compile(r"(?:(?<![a-zA-Z0-9])(?:mailto|xmpp):)?[a-zA-Z0-9.+_-]+\Z")
_HOST = re.compile(r"[a-zA-Z0-9_-]+(?:\.[a-zA-Z0-9_-]+)+")
_MAX_EMAIL = 254  # characters of an email address (RFC 5321)


def bare_url_at(text: str, at: int, *, in_brackets: bool = False) -> tuple[str, str, int] | None:
    """Returns the text, the URL and the end of a bare URL at an offset (GFM 6.9: extended autolinks)."""
    if at and not (_BEFORE_HOST if text[at] in "wW" else _BEFORE_SCHEME).match(text[at - 1]):
        return None
    begin = _BEGIN.match(text, at)
    if not begin:
        return None
    with_dot = text[at] in "wW"
    is_whole = _is_domain(begin["domain"], with_dot=with_dot)
    # It may become a domain when the punctuation at its end is removed, which is only tried near by.
    end = len(text) if is_whole else begin.end() + _MAX_EMAIL
    rest = (_REST_IN_BRACKETS if in_brackets else _URL_REST).match(text, begin.end(), end)
    shown = _trim_punctuation(text[at:rest.end() if rest else begin.end()])
    if not is_whole and not _is_domain(shown[begin.start("domain") - at:], with_dot=with_dot):
        return None
    return shown, f"http://{shown}" if with_dot else shown, at + len(shown)


def link_element(shown: str, url: str) -> Element:
    """Makes the link of a bare URL."""
    element = Element("a", {"href": url})
    element.text = shown
    return element


def email_at(text: str, at: int) -> tuple[str, int] | None:
    """Returns the email address around an `@` at an offset, with the scheme before it if there is one; and its end."""
    name = _NAME.search(text[max(0, at - _MAX_EMAIL):at])
    host = _HOST.match(text, at + 1)
    if not name or not host:
        return None
    if not host[0][-1].isalpha():  # `package@1.2.3` is no address
        return None
    return f"{name[0]}@{host[0]}", host.end()


def _trim_punctuation(url: str) -> str:
    """Removes punctuation that belongs to the sentence from the end of a URL, and unmatched closing parentheses."""
    end, extra = len(url), url.count(")") - url.count("(")
    while end:
        last = url[end - 1]
        if last == ")" and extra > 0:
            extra -= 1
        elif last == ";":
            entity = _ENTITY.search(url, max(0, end - 40), end)
            end -= len(entity[0]) - 1 if entity else 0
        elif last not in _ENDING:
            break
        end -= 1
    return url[:end]


def _is_domain(name: str, *, with_dot: bool) -> bool:
    """Returns whether a name is a domain by the rules of GFM 6.9."""
    parts = name.split(".")
    if with_dot and len(parts) < 2:
        return False
    return all(parts[-2:]) and not any("_" in part for part in parts[-2:])
