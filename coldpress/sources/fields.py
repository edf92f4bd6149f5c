"""The fields of front matter: our keys, the keys of other generators, and their values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from coldpress.config.yaml_toml import Params
from coldpress.paths import is_external
from coldpress.sources.dates import parse_date
from coldpress.text import lazy_re_compile, one_line

_LINK = lazy_re_compile(r"\[(?P<name>[^\[\]]+)\]\(\s*<?(?P<url>[^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)*)>?"
                   r"(?:\s+\"[^\"]*\")?\s*\)"
                   r"|<a\s[^<>]*?href=[\"'](?P<href>[^\"']+)[\"'][^<>]*>(?P<text>[^<>]+)</a>", re.I)
_SAFE = re.compile(r"https?://|/(?![/\\\s])", re.I)
_PARENTHESES = lazy_re_compile(r"\([^()]*\)|<[^<>\s]+@[^<>\s]+>|\[[^\[\]]*\]")
WIDE_COMMAS = "，、"
_CERTAIN_SEPARATOR = lazy_re_compile(r"\s*[;；、，\n]\s*")
_COMMA = re.compile(r"\s*,\s+(?:and\s+|&\s+)?")
_AND = lazy_re_compile(r"\s+(?:and|&|und|et|y|e)\s+|(?<=\w\w)\s*(?:以及|和|与|及)\s*(?=\w\w)")
_FINAL_AND = re.compile(r"\s+(?:and|&)\s+")
_MARKS = "*_` \t"
_PERSON = lazy_re_compile(r"(?:[^\W\d_a-z][\w.'’-]*|(?:de|da|del|van|von|der|den|di|la|le|bin|al|ten|af)\b)"
                     r"(?:\s+(?:[^\W\d_a-z][\w.'’-]*|de|da|del|van|von|der|den|di|la|le|bin|al|ten|af)){1,4}")
_TITLE = lazy_re_compile(r"(?:jr|sr|ph\.?d|m\.?d|ii|iii|iv|esq|inc|ltd|llc|gmbh|co)\.?", re.I)
_LONGEST = 100  # letters of a name


@dataclass(slots=True)
class Byline:
    """The authors in front matter: their names without duplicates, the URLs of names that are links,
    and the text if it may also be the names of several authors."""

    names: list[str] = field(default_factory=list)
    urls: dict[str, str] = field(default_factory=dict)
    ambiguous: str | None = None


def read_byline(value: Any) -> Byline:
    """Reads authors from a text, a list of names, or mappings with `name` or `id`."""
    byline = Byline()
    if isinstance(value, str):
        _read_text(value, byline)
    else:
        for item in value if isinstance(value, list) else [value]:
            _read_item(item, byline)
    byline.names = list(dict.fromkeys(byline.names))
    if byline.ambiguous is None:
        byline.ambiguous = next((name for name in byline.names if len(name) > _LONGEST), None)
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
    """Splits a text into names where that is certain."""
    # Separators inside parentheses do not count.
    bare = _PARENTHESES.sub(lambda found: re.sub(r"[,;&]| and ", "\1", found[0]), text)
    if has_links:
        return re.split(r"\s*(?:[,;，；、&\n]|\band\b)\s*", bare)
    parts = [part for part in _CERTAIN_SEPARATOR.split(bare) if part.strip()]
    if len(parts) > 1:
        return [inner for part in parts for inner in _certain(part) or [part]]
    certain = _certain(bare)
    if certain:
        return certain
    guessed = [part for part in _AND.split(bare.replace(", ", " and ")) if part.strip()]
    if len(guessed) > 1 and not any(map(_TITLE.fullmatch, guessed)):
        byline.ambiguous = text
    return [bare]


def _certain(text: str) -> list[str]:
    """Returns the names in a text that certainly has several: at least three names with commas and
    `and`, or only names with given and family name."""
    by_comma = [part for part in _COMMA.split(text) if part.strip()]
    parts = [*by_comma[:-1], *_FINAL_AND.split(by_comma[-1])] if by_comma else []
    if len(parts) < 2 or any(_TITLE.fullmatch(part.strip()) for part in parts):
        return []
    is_list = len(parts) > 2 and (_FINAL_AND.search(by_comma[-1]) or re.search(r",\s+(?:and|&)\s", text))
    are_people = all(_PERSON.fullmatch(_PARENTHESES.sub("", part).strip(_MARKS)) for part in parts)
    return parts if is_list or are_people else []


def _add(name: str, url: str, byline: Byline) -> None:
    name = name.replace("\1", ",")
    bare = _PARENTHESES.sub("", name) if "@" in name or url else name
    name = " ".join(bare.strip(_MARKS).split())
    if name:
        byline.names.append(name)
        if _SAFE.match(url):
            byline.urls.setdefault(name, url)


class FrontMatter:
    """The typed values of a source's front matter.

    An object holds the values that were written; all others are those of the class.  So the front
    matter of many pages takes little time and room.
    """

    title: str | None = None
    """Text; without it, the first heading is the title, else the file's name (of an index, the folder's)."""
    date: datetime | None = None
    """When it was written; without it, the date in the file's name counts."""
    updated: datetime | None = None
    """When it last changed."""
    draft: bool = False
    """Whether it is left out."""
    publish_date: datetime | None = None
    """It is left out until this date, which wins over `date`."""
    expiry_date: datetime | None = None
    """It is left out from this date on."""
    slug: str | None = None
    """Its name in the URL."""
    permalink: str | None = None
    """Its whole path; without `/` or a file extension at its end, `/` is added, with a warning."""
    unlisted: bool = False
    """`true` publishes it, but in no list, feed, sitemap or search."""
    aliases: tuple[str, ...] = ()
    """Old paths, which redirect to it; other names for `[[links]]`."""
    terms: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Its terms of each taxonomy, such as `tags`: a list, or text with commas."""
    authors: tuple[str, ...] = ()
    """A name or an id of `data/authors.yaml`, a list of them, or mappings with `name` or `id`, and `url`."""
    author_urls: Mapping[str, str] = MappingProxyType({})
    ambiguous_authors: str | None = None
    weight: float | None = None
    """A number; pages with a smaller number come first in their section."""
    summary: str | None = None
    """Text for lists; by default the text before `<!-- more -->`, else the first paragraph."""
    description: str | None = None
    """Text for search engines."""
    image: str | None = None
    """The picture at its top, in lists, feeds and shared links: a file, a path or a URL."""
    og_image: str | None = None
    """The picture of links to it where that is not `image`: a file, a path or a URL, or `card`, its social card."""
    lang: str | None = None
    """Its language; by default the site's."""
    layout: str | None = None
    """The template to use, without `.html`."""
    toc: bool = True
    """`false` removes the table of contents, which pages with at least three headings have."""
    search: bool = True
    """`false` keeps it out of the search."""
    is_html: bool = False
    """Whether the body is HTML, not Markdown: that of a row."""
    params: Params = Params()
    """Keys of your own, for templates: `page.params.NAME`."""
    cascade: Params = Params()
    """In an `_index.md`: front matter for all pages below its folder."""
    explicit: tuple[str, ...] = ()
    """The fields that have their default value because the author wrote it."""

    def __init__(self, **written: Any) -> None:
        object.__setattr__(self, "__dict__", written)

    @property
    def written(self) -> Mapping[str, Any]:
        """The values that differ from those of the class, by name."""
        return {name: value for name, value in self.__dict__.items() if value != getattr(FrontMatter, name)}

    def replaced(self, **changes: Any) -> FrontMatter:
        """Returns front matter with other values."""
        return FrontMatter(**{**self.__dict__, **changes})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"front matter does not change: {name}")

    def __repr__(self) -> str:
        return f"FrontMatter({', '.join(f'{name}={value!r}' for name, value in sorted(self.written.items()))})"


ALIASES = {
    "lastmod": "updated", "modified": "updated", "category": "categories", "author": "authors",
    "excerpt": "summary", "redirect_from": "aliases", "template": "layout", "url": "permalink",
    "path": "permalink", "publishdate": "publish_date", "pubdate": "publish_date",
    "expirydate": "expiry_date", "cover": "image", "thumbnail": "image", "sidebar_position": "weight",
    "nav_order": "weight", "order": "weight", "extra": "params",
}
"""The keys of other generators, and our key for each."""

MEANT = ("published", "status", "hide", "guid", "image_alt")
"""The keys of other generators that are read and also kept in `params`."""

NOT_SLIPS = frozenset({"images", "height", "data", "dates", "math", "patch", "paths", "border", "urls", "uri", "curl",
                       "extras", "hover", "bath"})
"""Keys that differ by one letter from a known one and have another meaning."""


SLIPS = {"alias": "aliases", "redirects": "aliases", "redirect": "aliases"}
"""Keys that no generator here shares, and the key of ours that their author most likely means."""

HIDE = ("navigation", "toc", "footer", "path", "tags", "feedback")
"""The parts of a page that `hide` of Material for MkDocs names.  The theme hides the first two."""


def as_text(value: Any, zone: tzinfo) -> str:
    """Returns one text; converts other values with `str`."""
    if isinstance(value, (dict, list)):
        raise ValueError("text is expected here")
    return str(value)


def as_line(value: Any, zone: tzinfo) -> str:
    """Returns one text without line breaks."""
    return one_line(as_text(value, zone))


def as_flag(value: Any, zone: tzinfo) -> bool:
    """Returns a boolean, from any word that YAML has for one."""
    word = str(value).strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0", ""):
        return False
    raise ValueError("true or false is expected here")


def as_number(value: Any, zone: tzinfo) -> float:
    """Returns a finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("a number is expected here")
    return number


def as_list(value: Any, zone: tzinfo) -> tuple[str, ...]:
    """Returns a list of texts: flattens nested lists, drops empty texts."""
    flat: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, list):
            flat += as_list(item, zone)
        elif isinstance(item, dict):
            raise ValueError("a list of names is expected here")
        elif item is not None and str(item).strip():
            flat.append(str(item).strip())
    return tuple(dict.fromkeys(flat))


def as_terms(value: Any, zone: tzinfo) -> tuple[str, ...]:
    """Returns a list of names.  A text may contain several, separated by commas, also full-width ones."""
    if isinstance(value, str):
        value = re.split(f"[,{WIDE_COMMAS}]", value)
    return as_list(value, zone)


def as_nested_terms(value: Any, zone: tzinfo) -> tuple[str, ...]:
    """Returns categories as Hexo reads them: in a list, each is a term below the one before; a list of
    lists contains several such terms."""
    if not isinstance(value, list):
        return as_terms(value, zone)
    lists = value if any(isinstance(item, list) for item in value) else [value]
    return as_list(["/".join(as_list(each, zone)) for each in lists], zone)


def as_authors(value: Any, zone: tzinfo) -> Byline:
    """Returns authors: a name, names, mappings with `name` or `id`, or Markdown links."""
    return read_byline(value)


def as_searchable(value: Any, zone: tzinfo) -> bool:
    """Returns whether the search includes the page: a boolean, or MkDocs' mapping with `exclude`."""
    return not as_flag(value.get("exclude", False), zone) if isinstance(value, dict) else as_flag(value, zone)


def as_params(value: Any, zone: tzinfo) -> Params:
    """Returns the mapping under `params`, with its keys as texts."""
    if not isinstance(value, dict):
        raise ValueError("`key: value` lines are expected here")
    return Params({str(key): inner for key, inner in value.items()})


def as_image(value: Any, zone: tzinfo) -> str:
    """Returns a path; for a mapping (Hugo's `cover:`) its `image`, `src` or `url`."""
    if isinstance(value, dict):
        value = value.get("image") or value.get("src") or value.get("url") or ""
    if isinstance(value, list):
        value = value[0] if value else ""
    if value is True:
        raise ValueError("the path or URL of a picture is expected here")
    return as_text(value or "", zone)


def as_date(value: Any, zone: tzinfo) -> datetime:
    """Returns a date; for a mapping (Material for MkDocs) its `created`."""
    return parse_date(value.get("created", value) if isinstance(value, dict) else value, zone)


FIELDS: Mapping[str, Callable[[Any, tzinfo], Any]] = {
    "title": as_line, "date": as_date, "updated": parse_date, "draft": as_flag,
    "publish_date": parse_date, "expiry_date": parse_date, "slug": as_text, "permalink": as_text,
    "unlisted": as_flag, "aliases": as_list, "authors": as_authors, "weight": as_number,
    "summary": as_text, "description": as_line, "image": as_image,
    "og_image": as_image, "lang": as_text,
    "layout": as_text, "toc": as_flag, "search": as_searchable, "params": as_params,
    "cascade": as_params,
}
"""Our keys, each with the reader of its value.  The config adds the taxonomies."""

HTML_BODY = "body is html"
"""The key that says that the body of a row is HTML.  It has spaces, so that no author's key is like it."""

AS_WRITTEN = frozenset({as_text, as_line, as_list, as_terms, as_nested_terms, as_authors})
"""The readers that get `1.10` as a text of four letters, not as a number."""


@lru_cache(maxsize=16)
def spellings(taxonomies: tuple[str, ...]) -> Mapping[str, str]:
    """Maps each known key, in lower case, to our spelling."""
    names = (*reversed(taxonomies), *ALIASES, *MEANT, *FIELDS)
    return {name.casefold(): name for name in names}


def field_of(key: str, value: Any) -> str:
    """Returns our field for a key; an empty text for an author's own key."""
    name = ALIASES.get(key, key)
    if name == "permalink" and key != "permalink" and (not isinstance(value, str) or is_external(value)):
        return ""  # `url: https://…` is the URL of another page
    if key == "thumbnail" and isinstance(value, bool):
        return ""  # of other generators: whether to show it
    return name
