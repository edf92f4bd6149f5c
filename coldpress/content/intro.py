"""The intro of the home page: a text of the config in Markdown, with links relative to the content folder."""

from __future__ import annotations

from functools import cached_property
from typing import cast

from markupsafe import Markup

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.content.links import LinkTarget, resolve
from coldpress.content.page import Page
from coldpress.content.slots import SlotFiller
from coldpress.markdown.cache import Body, MarkupCache
from coldpress.markdown.rendered import Fragment, Link, Title
from coldpress.text import text_digest


class _Home:
    """Stands for the home page as the page that the intro is written on."""

    source = ""
    path = "/"
    kind = "page"

    def __init__(self, language: str) -> None:
        self.lang = language

    def is_title(self, title: Title) -> bool:
        """Returns False: a heading of the intro is never the title of the page."""
        return False


class Intro:
    """The config's `intro` for one loaded site."""

    def __init__(self, library: Library, markup: MarkupCache) -> None:
        self._library = library
        self._markup = markup
        self._page = cast("Page", _Home(library.config.language))

    @property
    def html(self) -> Markup:
        """The intro as HTML, with its links resolved."""
        for _, target in self.links:
            if target.path is not None:
                recorder.read("link", target.path)
        return SlotFiller(self._library, self._page).html(self._fragment)

    @property
    def links(self) -> list[tuple[Link, LinkTarget]]:
        """The links and images of the intro, with their targets."""
        return [(link, resolve(self._library, self._page, link.target)) for link in self._fragment.links]

    @cached_property
    def _fragment(self) -> Fragment:
        config = self._library.config
        text = config.intro
        body = Body(text_digest(text), config.language, lambda: text, self._library.trusts(self._page))
        with recorder.unrecorded():
            return self._markup.render(body).html
