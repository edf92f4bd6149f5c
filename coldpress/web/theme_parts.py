"""Parts of the theme that many pages show alike: each is drawn once for all of them.  Parts of long pages outlive a
build."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

from flask import has_request_context, request
from jinja2 import Template
from jinja2.runtime import Context

from coldpress.content.navigation import walk
from coldpress.content.page import Page
from coldpress.web.environment import SiteEnvironment
from coldpress.web.kept_parts import PartKey
from coldpress.web.site import Site

MARKS = ("<math", "<h2 id=", "<pre", 'class="sheet toc"', "tabbed-set", 'class="component ', "data-player",
         "data-markdown", 'class="search', "md-button", 'class="grid', 'class="symbol', 'class="keys',
         'class="annotation', 'class="critic', ' align="', "#only-", ' inline"', ' inline end"',
         'srcset="', 'class="gallery', 'class="cards covers',
         'class="zoom"')
"""What `files.html` looks for in a page: it decides which scripts and style sheets the page needs."""


class ThemeParts:
    """Draws the parts of the theme that `PARTS` lists once for many pages: without the variables of the page that
    shows them, apart from their own; of `page` they know the language only.

    A part of the site's own is drawn for each page, as it may read anything there.  So is a part of the theme that
    shows one of the site's own, or where a name that the theme uses has another value.
    """

    def __init__(self, site: Site, environment: SiteEnvironment) -> None:
        self._site = site
        self._environment = environment
        self._filters = dict(environment.filters)
        self._globals = dict(environment.globals)
        self._names = tuple((name, environment.globals[name]) for name in _GLOBALS)

    def remember(self, name: str, template: Template) -> None:
        """Changes a template that is loaded such that it is drawn once for many pages, if it may be."""
        part = PARTS.get(name)
        if part is None or any(map(self._environment.is_own, (name, *part.shows))) or self._has_others():
            return
        draw, site = template.root_render_func, self._site

        def drawn(value: Any, language: str) -> str:
            return "".join(draw(template.new_context(part.variables(value, language))))

        def root(context: Context) -> Iterator[str]:
            key = part.key(site, context) if has_request_context() else None
            if key is None or not self._is_plain(context):
                yield from draw(context)
            elif part.outlives:
                yield site.kept_parts.get(PartKey(name, site.link_root(), *key), partial(drawn, *key))
            else:
                yield site.memo.get((name, site.link_root(), *key), partial(drawn, *key))

        template.root_render_func = root

    def _has_others(self) -> bool:
        """Whether the app has replaced a filter or a global of ours."""
        environment = self._environment
        return any(environment.filters.get(name) is not value for name, value in self._filters.items()) or any(
            environment.globals.get(name) is not value for name, value in self._globals.items())

    def _is_plain(self, context: Context) -> bool:
        """Whether the names that parts use have their usual values in a context."""
        known = context.parent
        return all(known.get(name) is value for name, value in self._names)


_GLOBALS = ("site", "library", "t", "url_for", "feeds")
"""The names that parts use and that are the same for all pages."""


class Part(NamedTuple):
    """A part that is drawn once for all pages with the same value of its `variable` and the same language.  `value`
    returns what stands for that variable on a page; None if the part must be drawn for this page.  `shows`
    are the templates that the part uses."""

    variable: str | None
    value: Callable[[Site, Any, Context], Any]
    shows: tuple[str, ...] = ()
    outlives: bool = False
    """Whether it is a long part of one page, and is drawn again only when something in it changed: its value
    are pages."""

    def key(self, site: Site, context: Context) -> tuple[Any, str] | None:
        """Returns the value and the language of the page, which is empty if there is no page; None if the
        part must be drawn for this page."""
        page = context.get("page")
        if page is not None and not isinstance(page, Page):
            return None
        value = self.value(site, context.get(self.variable or ""), context)
        return None if value is None else (value, page.lang if page is not None else "")

    def variables(self, value: Any, language: str) -> dict[str, Any]:
        """Returns the variables with which the part is drawn."""
        own = {self.variable: value} if self.variable else {}
        return {**own, "page": SimpleNamespace(lang=language) if language else None}


def _item(_: Site, item: Any, context: Context) -> Page | None:
    """A page in a row or a card.  Rows of other forms than the usual one are in lists in which a page stands once."""
    is_usual = isinstance(item, Page) and not (context.get("form") or context.get("told"))
    return item if is_usual else None


def _items(_: Site, items: Any, __: Context) -> tuple[Page, ...] | None:
    """The pages in a list of rows."""
    return tuple(items) if isinstance(items, list) and all(isinstance(item, Page) for item in items) else None


def _language_of_masthead(site: Site, lang: Any, _: Context) -> str | None:
    """The variable `lang`, unless the menu marks the page."""
    urls = site.memo.get(("menu", site.link_root()), partial(_urls_of_menu, site))
    return lang if isinstance(lang, str) and request.script_root + request.path not in urls else None


def _urls_of_menu(site: Site) -> frozenset[str | None]:
    menu = site.library.navigation.menu
    return frozenset(url for item in walk(menu) for url in (item.url, item.first_url))


def _marks(_: Site, main: Any, __: Context) -> str | None:
    """The marks in a page's HTML."""
    return "".join(mark for mark in MARKS if mark in main) if isinstance(main, str) else None


PARTS: Mapping[str, Part] = {
    "partials/row.html": Part("item", _item),
    "partials/card.html": Part("post", _item),
    "partials/archive-year.html": Part("posts", _items, ("partials/row.html",), outlives=True),
    "partials/masthead.html": Part("lang", _language_of_masthead, (
        "partials/menu.html", "partials/search-link.html", "icons.html")),
    "partials/files.html": Part("main", _marks),
    "partials/colophon.html": Part(None, lambda *_: "", ("partials/social.html", "social-icons.html")),
}
