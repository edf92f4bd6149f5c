"""Which URLs run nothing, and are safe wherever they stand."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

SCHEMES = frozenset(["http", "https", "mailto", "tel"])
"""The schemes that a URL may have on a page."""
_RUNNING = frozenset(["javascript", "vbscript", "data"])
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
# What browsers leave out of a scheme, and what nobody sees.
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_DECODINGS = 10


def is_safe_url(url: str) -> bool:
    """Whether a URL has a scheme that is allowed or none at all, however often
    it is decoded."""
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
    """The scheme that a browser sees in a URL."""
    found = _SCHEME.match(_UNSEEN.sub("", url))
    return found[1].lower() if found else None


def runs(url: str) -> bool:
    """Whether a text, taken for a URL, would run what it holds, however often
    it is decoded."""
    for _ in range(_DECODINGS):
        scheme = scheme_of(url)
        decoded = unquote(html.unescape(url))
        if scheme is not None or decoded == url:
            return scheme in _RUNNING
        url = decoded
    return True
