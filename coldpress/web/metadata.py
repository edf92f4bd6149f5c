"""The metadata of a page: description, Open Graph, feeds, JSON-LD."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from coldpress.content.feeds import Cover, shared_cover
from coldpress.content.page import DESCRIPTION_LENGTH, AuthorView, Page, Section
from coldpress.content.taxonomy import Term
from coldpress.sources.dates import format_iso
from coldpress.text import count_words, shorten
from coldpress.web.feed_formats import FeedLink, feed_links
from coldpress.web.markdown_pages import markdown_url
from coldpress.web.site import Site
from coldpress.web.sites import requested_site

_LOCALES = {
    "en": "en_US", "zh": "zh_CN", "zh-hans": "zh_CN", "zh-hant": "zh_TW", "ja": "ja_JP", "ko": "ko_KR", "ar": "ar_AR",
    "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "pt": "pt_PT", "ru": "ru_RU"}
"""Open Graph locales for languages that are tagged without a region."""
_VARIABLES = ("page", "heading", "address", "description", "noindex", "list", "collection", "taxonomy", "term")
_NAMED = 12  # titles of list members in the description of a list
_SHORT = 25  # a description taken from the page's first line that is shorter gets the title too; a CJK character is two
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}  # characters that could end a <script>


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of one page.  `url` is absolute; `feeds` are the site's feeds, then those of
    the list that the page shows; `markdown_url` is the link to its Markdown version."""

    title: str
    description: str
    url: str | None
    kind: str
    locale: str | None
    noindex: bool
    prev: str | None
    next: str | None
    cover: Cover | None
    feeds: list[FeedLink]
    markdown_url: str | None
    json_ld: Markup | None


@pass_context
def metadata(context: Context) -> Metadata:
    """The metadata of the page that is being rendered, from the variables that its template
    gets and sets."""
    known: dict[str, Any] = {name: value for name in _VARIABLES if (value := context.resolve(name))}
    site = requested_site()
    page: Page | None = known.get("page")
    title = str(known.get("heading") or site.config.title)
    description = _description(site, known, page, title)
    url = str(known["address"]) if known.get("address") else None
    cover = (shared_cover(site.library, page) if page else None) or site.cards.cover(_shown_path(site, known))
    listed = known.get("list")
    return Metadata(
        title, description, url, "article" if _is_article(page, listed) else "website",
        _locale(page.lang if page else site.config.language),
        bool(known.get("noindex") or (page and page.unlisted)),
        listed.newer_url if listed else _url(getattr(page, "prev", None)),
        listed.older_url if listed else _url(getattr(page, "next", None)),
        cover, _feeds(site, known, page),
        markdown_url(site.library, page) if page and not (listed and listed.number) else None,
        _json_ld(site, known, Described(page, title, description, url, cover)) if url else None)


def _shown_path(site: Site, known: Mapping[str, Any]) -> str:
    """Returns the path of the page or list that is shown; of a numbered page of a list, that of the list."""
    shown = known.get("page") or known.get("term") or known.get("taxonomy") or known.get("collection")
    return str(shown.path) if shown else site.requested_path()


class Described(NamedTuple):
    """What JSON-LD needs to know about a page."""

    page: Page | None
    title: str
    description: str
    url: str
    cover: Cover | None


def _url(page: Page | None) -> str | None:
    return page.url if page else None


def _is_article(page: Page | None, listed: object) -> bool:
    return page is not None and page.kind == "post" and listed is None


def _locale(lang: str) -> str | None:
    """The Open Graph locale of a language, such as `en_GB`; None if the region is not known."""
    known = _LOCALES.get(lang.lower())
    parts = lang.replace("_", "-").split("-")
    region = next((part.upper() for part in parts[1:] if len(part) == 2), None)
    return known or (f"{parts[0].lower()}_{region}" if region else None)


def _is_written(page: Page) -> bool:
    """Whether the front matter has a description, or a summary that is used as one."""
    return page.unrecorded.front.description is not None or page.unrecorded.front.summary is not None


def _description(site: Site, known: Mapping[str, Any], page: Page | None, title: str) -> str:
    """The description from the template, the page or the site, else one made of the titles that
    the page lists.  Numbered pages of a list each get one of their own."""
    given = str(known.get("description") or "").strip()
    colon = _colon(page.lang if page else site.config.language)
    listed = known.get("list")
    if not given and page is not None and not (listed and listed.number):
        given = page.description
        if given and len(given) + count_words(given)[1] < _SHORT and not _is_written(page):
            given = f"{title}{colon}{given}"  # a first line such as "Hello!" does not describe the page
    if given:
        return given
    if title == site.config.title:
        return site.config.description or title
    names = " · ".join(name for _, name in zip(range(_NAMED), _names(known, page), strict=False))
    return shorten(f"{title}{colon}{names or site.config.description or site.config.title}", DESCRIPTION_LENGTH)


def _colon(lang: str) -> str:
    return "：" if lang.partition("-")[0].lower() in ("zh", "ja") else ": "


def _names(known: Mapping[str, Any], page: Page | None) -> Iterable[str]:
    """The titles of what a page lists."""
    if known.get("list"):
        return (post.title for post in known["list"].posts)
    if known.get("taxonomy") and not known.get("term"):
        return (term.name for term in known["taxonomy"].terms)
    return (child.title for child in page.pages) if isinstance(page, Section) else ()


def _feeds(site: Site, known: Mapping[str, Any], page: Page | None) -> list[FeedLink]:
    of = known.get("term") or known.get("collection") or (page if isinstance(page, Section) else None)
    own = feed_links(site, of) if of is not None and of.path != "/" else []
    return [*feed_links(site), *own]


def _json_ld(site: Site, known: Mapping[str, Any], shown: Described) -> Markup:
    """The page in the vocabulary of schema.org, escaped for a `<script>`."""
    nodes = [_page_node(site, known, shown)]
    trail = _trail(site, known, shown)
    if trail:
        nodes.append({"@type": "BreadcrumbList", "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": url}
            for number, (name, url) in enumerate([*trail, (shown.title, shown.url)], 1)]})
    return Markup(_ENCODER.encode({"@context": "https://schema.org", "@graph": nodes}).translate(_UNSAFE))


def _page_node(site: Site, known: Mapping[str, Any], shown: Described) -> dict[str, Any]:
    page, config = shown.page, site.config
    node: dict[str, Any] = {"@id": shown.url, "url": shown.url, "description": shown.description,
            "inLanguage": page.lang if page else config.language}
    if shown.cover:
        node["image"] = _image_node(shown.cover)
    if shown.url == config.base_url:
        return {"@type": "WebSite", "name": config.title, **node}
    home = {"@type": "WebSite", "@id": config.base_url, "name": config.title, "url": config.base_url}
    if page is None or known.get("list") or isinstance(page, Section):
        return {"@type": "CollectionPage", "name": shown.title, **node, "isPartOf": home}
    dates = {name: format_iso(date) for name, date in
             (("datePublished", page.date), ("dateModified", page.updated)) if date}
    if page.kind != "post" or page.date is None:
        return {"@type": "WebPage", "name": shown.title, **node, **dates, "isPartOf": home}
    people = [_person(site, author) for author in page.authors]
    words = ", ".join(term.name for term in page.all_terms)
    return {"@type": "BlogPosting", "headline": shown.title, **node, **dates, "mainEntityOfPage": shown.url,
            "author": people or [{"@type": "Organization", "name": config.title}],
            **({"keywords": words} if words else {}), "isPartOf": home}


def _image_node(cover: Cover) -> dict[str, Any]:
    size = {"width": cover.width, "height": cover.height} if cover.width and cover.height else {}
    kind = {"encodingFormat": cover.type} if cover.type else {}
    return {"@type": "ImageObject", "url": cover.url, **kind, **size, "caption": cover.alt}


def _person(site: Site, author: AuthorView) -> dict[str, Any]:
    url = site.library.permalink_of(author)
    return {"@type": "Person", "name": author.name, **({"url": url} if url else {})}


def _trail(site: Site, known: Mapping[str, Any], shown: Described) -> list[tuple[str, str]]:
    """The breadcrumbs of a page: title and URL of each ancestor, the outermost first."""
    above: list[tuple[str, str | None]] = []
    term, taxonomy = known.get("term"), known.get("taxonomy")
    if term is not None and taxonomy is not None:
        title = taxonomy.page.title if taxonomy.page else site.group_name(taxonomy.name)
        above = [(title, site.library.absolute(taxonomy.path))]
        above += [(each.title, site.library.absolute(each.path)) for each in _terms_above(term)]
    elif shown.page is not None:
        above = [(section.title, section.permalink) for section in shown.page.ancestors]
    return [(name, url) for name, url in above if url]


def _terms_above(term: Term) -> list[Term]:
    return [*_terms_above(term.parent), term.parent] if term.parent else []
