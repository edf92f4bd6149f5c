"""The keys of front matter: their names here and elsewhere, and their types."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from coldpress.mapping import Params
from coldpress.paths import is_external
from coldpress.sources.bylines import Byline, read_byline
from coldpress.sources.dates import parse_date
from coldpress.text import one_line


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a source says of itself."""

    title: str | None = None
    date: datetime | None = None
    updated: datetime | None = None
    draft: bool = False
    publish_date: datetime | None = None
    expiry_date: datetime | None = None
    slug: str | None = None
    permalink: str | None = None
    unlisted: bool = False
    aliases: tuple[str, ...] = ()
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    authors: tuple[str, ...] = ()
    author_urls: Mapping[str, str] = field(default_factory=dict)
    unclear_authors: str | None = None
    weight: float | None = None
    summary: str | None = None
    description: str | None = None
    image: str | None = None
    lang: str | None = None
    layout: str | None = None
    toc: bool = True
    search: bool = True
    params: Params = field(default_factory=Params)


ALIASES = {
    "lastmod": "updated", "modified": "updated", "category": "categories", "author": "authors",
    "excerpt": "summary", "redirect_from": "aliases", "template": "layout", "url": "permalink",
    "path": "permalink", "publishdate": "publish_date", "pubdate": "publish_date",
    "expirydate": "expiry_date", "cover": "image", "thumbnail": "image", "sidebar_position": "weight",
    "nav_order": "weight", "order": "weight", "extra": "params",
}
"""Names other generators use, read as ours."""

MEANT = ("published", "status", "hide", "guid", "image_alt")
"""Keys of other generators that stay the author's own, and mean something all the same."""

NOT_SLIPS = frozenset({"images", "height", "data", "dates"})
"""Keys one letter away from ours that mean something else elsewhere."""


def as_text(value: Any, zone: tzinfo) -> str:
    """One text; what is not text as it prints."""
    if isinstance(value, (dict, list)):
        raise ValueError("text is expected here")
    return str(value)


def as_line(value: Any, zone: tzinfo) -> str:
    """One text without line breaks."""
    return one_line(as_text(value, zone))


def as_flag(value: Any, zone: tzinfo) -> bool:
    """True or false, in any of YAML's words for them."""
    word = str(value).strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0", ""):
        return False
    raise ValueError("true or false is expected here")


def as_number(value: Any, zone: tzinfo) -> float:
    """A finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError("a number is expected here")
    return number


def as_list(value: Any, zone: tzinfo) -> tuple[str, ...]:
    """Text or a list of text, nested ones flattened, empty ones dropped."""
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
    """A list of names, or one text with commas between them."""
    if isinstance(value, str):
        value = value.split(",")
    return as_list(value, zone)


def as_nested_terms(value: Any, zone: tzinfo) -> tuple[str, ...]:
    """As Hexo reads categories: a list is one term below another, lists in a list
    are several such."""
    if not isinstance(value, list):
        return as_terms(value, zone)
    lists = value if any(isinstance(item, list) for item in value) else [value]
    return as_list(["/".join(as_list(each, zone)) for each in lists], zone)


def as_authors(value: Any, zone: tzinfo) -> Byline:
    """A name, names, mappings that hold one under `name` or `id`, links in Markdown."""
    return read_byline(value)


def as_found(value: Any, zone: tzinfo) -> bool:
    """Whether a search finds it: a flag, or a mapping (MkDocs') whose `exclude` is one."""
    return not as_flag(value.get("exclude", False), zone) if isinstance(value, dict) else as_flag(value, zone)


def as_params(value: Any, zone: tzinfo) -> Params:
    """Keys of the author's own."""
    if not isinstance(value, dict):
        raise ValueError("`key: value` lines are expected here")
    return Params({str(key): inner for key, inner in value.items()})


def as_image(value: Any, zone: tzinfo) -> str:
    """A path; of a mapping (Hugo's `cover:`) its `image`, `src` or `url`."""
    if isinstance(value, dict):
        value = value.get("image") or value.get("src") or value.get("url") or ""
    if isinstance(value, list):
        value = value[0] if value else ""
    return as_text(value, zone)


def as_date(value: Any, zone: tzinfo) -> datetime:
    """A date; of a mapping (Material for MkDocs) the one of `created`."""
    return parse_date(value.get("created", value) if isinstance(value, dict) else value, zone)


FIELDS: Mapping[str, Callable[[Any, tzinfo], Any]] = {
    "title": as_line, "date": as_date, "updated": parse_date, "draft": as_flag,
    "publish_date": parse_date, "expiry_date": parse_date, "slug": as_text, "permalink": as_text,
    "unlisted": as_flag, "aliases": as_list, "authors": as_authors, "weight": as_number,
    "summary": as_text, "description": as_line, "image": as_image, "lang": as_text,
    "layout": as_text, "toc": as_flag, "search": as_found, "params": as_params,
}
"""Every key of ours with the reader of its value; taxonomies come from the config."""

AS_WRITTEN = frozenset({as_text, as_line, as_list, as_terms, as_nested_terms, as_authors})
"""Readers for which `1.10` is those four letters, not a number."""


@lru_cache(maxsize=16)
def spellings(taxonomies: tuple[str, ...]) -> Mapping[str, str]:
    """How we write each key that we know, by its letters without regard to case."""
    names = (*reversed(taxonomies), *ALIASES, *MEANT, *FIELDS)
    return {name.casefold(): name for name in names}


def field_of(key: str, value: Any) -> str:
    """The field of ours that a key means; empty for the author's own key."""
    name = ALIASES.get(key, key)
    if name == "permalink" and key != "permalink" and (not isinstance(value, str) or is_external(value)):
        return ""  # `url: https://…` is where something else lives
    if name == "image" and key != "image" and isinstance(value, bool):
        return ""
    return name
