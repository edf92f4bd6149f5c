"""URLs and addresses that stand in a text as they are (GitHub's autolinks)."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

# What ends a URL in a text without spaces: `见https://example.org。然后`.
_WIDE = "\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201f"
_BEGIN = re.compile(rf"(?:(?:https?|ftp)://|(?=www\.))(?P<domain>(?:[^\W{_WIDE}]|[.-])+)", re.I)
_REST = re.compile(rf"[^\s<{_WIDE}]*")
_REST_IN_BRACKETS = re.compile(rf"[^\s<\]{_WIDE}]*")
_ENDING = "?!.,:*_~'\""
_ENTITY = re.compile(r"&[a-zA-Z0-9]+;\Z")
_BEFORE_SCHEME = re.compile(r"[^a-zA-Z]")
_BEFORE_HOST = re.compile(r"[\s*_~()\[\]{>\"']|[^\x00-\x7f]")
_NAME = re.compile(r"(?:(?<![a-zA-Z0-9])(?:mailto|xmpp):)?[a-zA-Z0-9.+_-]+\Z")
_HOST = re.compile(r"[a-zA-Z0-9_-]+(?:\.[a-zA-Z0-9_-]+)+")
_LONGEST = 254  # characters of an address (RFC 5321)


def url_at(text: str, at: int, *, in_brackets: bool = False) -> tuple[str, str, int] | None:
    """What is shown, the URL and the end of a bare URL at a place."""
    if at and not (_BEFORE_HOST if text[at] in "wW" else _BEFORE_SCHEME).match(text[at - 1]):
        return None
    begin = _BEGIN.match(text, at)
    if not begin:
        return None
    with_dot = text[at] in "wW"
    is_whole = _is_domain(begin["domain"], with_dot=with_dot)
    # Else it may be one without the marks at its end; that is not looked for far away.
    end = len(text) if is_whole else begin.end() + _LONGEST
    rest = (_REST_IN_BRACKETS if in_brackets else _REST).match(text, begin.end(), end)
    shown = _trimmed(text[at:rest.end() if rest else begin.end()])
    if not is_whole and not _is_domain(shown[begin.start("domain") - at:], with_dot=with_dot):
        return None
    return shown, f"http://{shown}" if with_dot else shown, at + len(shown)


def link(shown: str, url: str) -> Element:
    """The link that a bare URL is."""
    element = Element("a", {"href": url})
    element.text = shown
    return element


def email_at(text: str, at: int) -> tuple[str, int] | None:
    """The address around an `@` at a place, with the scheme before it, if there
    is one; and where it ends."""
    name = _NAME.search(text[max(0, at - _LONGEST):at])
    host = _HOST.match(text, at + 1)
    if not name or not host:
        return None
    if not host[0][-1].isalpha():  # `package@1.2.3` is none
        return None
    return f"{name[0]}@{host[0]}", host.end()


def _trimmed(url: str) -> str:
    """A URL without what belongs to the sentence: marks and a closing parenthesis
    too many."""
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
    parts = name.split(".")
    if with_dot and len(parts) < 2:
        return False
    return all(parts[-2:]) and not any("_" in part for part in parts[-2:])
