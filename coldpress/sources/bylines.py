"""Who wrote a page, as people write it in one text: `A, B and C`, `[Ann](https://…)`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_LINK = re.compile(r"\[(?P<name>[^\[\]]+)\]\(\s*<?(?P<url>[^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)*)>?"
                   r"(?:\s+\"[^\"]*\")?\s*\)"
                   r"|<a\s[^<>]*?href=[\"'](?P<href>[^\"']+)[\"'][^<>]*>(?P<text>[^<>]+)</a>", re.I)
_SAFE = re.compile(r"https?://|/(?![/\\\s])", re.I)
_ASIDE = re.compile(r"\([^()]*\)|<[^<>\s]+@[^<>\s]+>|\[[^\[\]]*\]")
_STRONG = re.compile(r"\s*[;；、，\n]\s*")
_COMMA = re.compile(r"\s*,\s+(?:and\s+|&\s+)?")
_AND = re.compile(r"\s+(?:and|&|und|et|y|e)\s+|(?<=\w\w)\s*(?:以及|和|与|及)\s*(?=\w\w)")
_LAST_AND = re.compile(r"\s+(?:and|&)\s+")
_MARKS = "*_` \t"
_PERSON = re.compile(r"(?:[^\W\d_a-z][\w.'’-]*|(?:de|da|del|van|von|der|den|di|la|le|bin|al|ten|af)\b)"
                     r"(?:\s+(?:[^\W\d_a-z][\w.'’-]*|de|da|del|van|von|der|den|di|la|le|bin|al|ten|af)){1,4}")
_TITLE = re.compile(r"(?:jr|sr|ph\.?d|m\.?d|ii|iii|iv|esq|inc|ltd|llc|gmbh|co)\.?", re.I)
_LONGEST = 100  # letters of a name


@dataclass(slots=True)
class Byline:
    """Names, each once; the URLs of those that are links; and what may be meant otherwise."""

    names: list[str] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    doubt: str | None = None


def read_byline(value: Any) -> Byline:
    """Who is named: in a text, a list of names, or mappings with `name` or `id`."""
    byline = Byline()
    if isinstance(value, str):
        _read_text(value, byline)
    else:
        for item in value if isinstance(value, list) else [value]:
            _read_item(item, byline)
    byline.names = list(dict.fromkeys(byline.names))
    if byline.doubt is None:
        byline.doubt = next((name for name in byline.names if len(name) > _LONGEST), None)
    return byline


def _read_item(item: Any, byline: Byline) -> None:
    if isinstance(item, list):
        for inner in item:
            _read_item(inner, byline)
    elif isinstance(item, dict):
        name = str(item.get("name") or item.get("id") or "")
        _add(name, str(next((item[key] for key in ("url", "link", "website") if item.get(key)), "")), byline)
    elif isinstance(item, str) and _LINK.search(item):
        _read_text(item, byline)
    elif item is not None:
        _add(str(item), "", byline)


def _read_text(text: str, byline: Byline) -> None:
    links: list[tuple[str, str]] = []

    def mark(found: re.Match[str]) -> str:
        links.append((found["name"] or found["text"], found["url"] or found["href"]))
        return f"\0{len(links) - 1}\0"

    marked = _LINK.sub(mark, text)
    for part in _parts(marked, bool(links), byline):
        link = re.search("\0([0-9]+)\0", part)
        name, url = links[int(link[1])] if link else (part, "")
        _add(name, url, byline)


def _parts(text: str, has_links: bool, byline: Byline) -> list[str]:
    """The parts of a text that are one name each, as far as that can be known."""
    bare = _ASIDE.sub(lambda found: re.sub(r"[,;&]| and ", "\1", found[0]), text)  # `(A, B)` is no end of a name
    if has_links:
        return re.split(r"\s*(?:[,;，；、&\n]|\band\b)\s*", bare)
    parts = [part for part in _STRONG.split(bare) if part.strip()]
    if len(parts) > 1:
        return [inner for part in parts for inner in _certain(part) or [part]]
    certain = _certain(bare)
    if certain:
        return certain
    guessed = [part for part in _AND.split(bare.replace(", ", " and ")) if part.strip()]
    if len(guessed) > 1 and not any(map(_TITLE.fullmatch, guessed)):
        byline.doubt = text
    return [bare]


def _certain(text: str) -> list[str]:
    """The names in a text that are surely several: three with commas and `and`,
    or all of them a given name and a family name."""
    by_comma = [part for part in _COMMA.split(text) if part.strip()]
    parts = [*by_comma[:-1], *_LAST_AND.split(by_comma[-1])] if by_comma else []
    if len(parts) < 2 or any(_TITLE.fullmatch(part.strip()) for part in parts):
        return []
    is_list = len(parts) > 2 and (_LAST_AND.search(by_comma[-1]) or re.search(r",\s+(?:and|&)\s", text))
    are_people = all(_PERSON.fullmatch(_ASIDE.sub("", part).strip(_MARKS)) for part in parts)
    return parts if is_list or are_people else []


def _add(name: str, url: str, byline: Byline) -> None:
    name = name.replace("\1", ",")
    bare = _ASIDE.sub("", name) if "@" in name or url else name
    name = " ".join(bare.strip(_MARKS).split())
    if name:
        byline.names.append(name)
        if _SAFE.match(url):
            byline.urls.setdefault(name, url)
