"""What templates know of the site as a whole: `site` and `library`.

Both are globals of the environment, so macros and includes see them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coldpress.content.navigation import NavItem
from coldpress.options import ThemeOptions
from coldpress.web.site import Site


class SiteVariables:
    """`site` in templates: the config's settings."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def _read(self, name: str) -> Any:
        return getattr(self._site.config, name)

    @property
    def title(self) -> str:
        """The site's name."""
        return str(self._read("title"))

    @property
    def description(self) -> str:
        """One sentence about the site."""
        return str(self._read("description"))

    @property
    def author(self) -> str:
        """Who writes it."""
        return str(self._read("author"))

    @property
    def language(self) -> str:
        """The BCP 47 tag of its language."""
        return str(self._read("language"))

    @property
    def base_url(self) -> str | None:
        """Where it will live; None when nobody said."""
        base: str | None = self._read("base_url")
        return base

    @property
    def params(self) -> Mapping[str, Any]:
        """The config's `params`."""
        params: Mapping[str, Any] = self._read("params")
        return params

    @property
    def search(self) -> bool:
        """Whether it has a search, at `url_for("search")`."""
        return bool(self._read("search"))

    @property
    def url(self) -> str:
        """The link to its home page."""
        return self._site.link_root() + "/"

    @property
    def theme(self) -> ThemeOptions:
        """The config's `theme`: `site.theme.accent`."""
        theme: ThemeOptions = self._read("theme")
        return theme

    @property
    def menu(self) -> tuple[NavItem, ...]:
        """The config's `menu`; entries may name a source, a folder, a path or a URL."""
        return self._site.library.navigation.menu
