"""URLs and addresses that stand in a text as they are (GitHub's autolinks)."""

from __future__ import annotations

import re

_URL = re.compile(r"(?:(?:https?|ftp)://|www\.)[^\s<]*", re.I)
_DOMAIN = re.compile(r"(?:(?:https?|ftp)://)?(?P<domain>[\w.-]+)", re.I)
_ENDING = "?!.,:*_~'\""
_ENTITY = re.compile(r"&[a-zA-Z0-9]+;\Z")
_WIDE_ENDING = re.compile("[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2018-\u201f]")
_BEFORE = re.compile(r"[\s*_~(\[{>\"']|[^\x00-\x7f]")
_NAME = re.compile(r"[a-zA-Z0-9.+_-]+\Z")
_HOST = re.compile(r"[a-zA-Z0-9_-]+(?:\.[a-zA-Z0-9_-]+)+")
_LONGEST = 254  # characters of an address (RFC 5321)


def url_at(text: str, at: int, end: str | None = None) -> tuple[str, str, int] | None:
    """What is shown, the URL and the end of a bare URL at a place; it does not
    go beyond a character `end`."""
    if at and not _BEFORE.match(text[at - 1]):
        return None
    found = _URL.match(text, at)
    if not found:
        return None
    shown = found[0].partition(end)[0] if end else found[0]
    wide = _WIDE_ENDING.search(shown)  # `见https://example.org。然后`
    if wide:
        shown = shown[:wide.start()]
    shown = _trimmed(shown)
    domain = _DOMAIN.match(shown)
    if not domain or not _is_domain(domain["domain"], with_dot=shown[:4].lower() == "www."):
        return None
    return shown, shown if "://" in shown[:8] else f"http://{shown}", at + len(shown)


def email_before(before: str, text: str, at: int) -> tuple[str, int] | None:
    """The address of which the part before its `@`, at a place of the text,
    ends `before`; and where it ends."""
    name = _NAME.search(before[-_LONGEST:])
    host = _HOST.match(text, at + 1)
    if not name or not host:
        return None
    domain = host[0].rstrip("-_")
    if domain != host[0]:
        return None
    return f"{name[0]}@{domain}", host.end()


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
