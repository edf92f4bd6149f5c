"""What templates know of the site as a whole: `site` and `library`.

Both are globals of the environment, so macros and includes see them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coldpress.paths import is_external
from coldpress.web.site import Site


@dataclass(frozen=True, slots=True)
class MenuLink:
    """An entry of the menu with its link made whole."""

    name: str
    url: str


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
    def menu(self) -> tuple[MenuLink, ...]:
        """The config's `menu`; entries may name a path, a source or a URL."""
        return tuple(MenuLink(item.name, self._menu_url(item.url)) for item in self._read("menu"))

    def _menu_url(self, url: str) -> str:
        if is_external(url):
            return url
        name, mark, fragment = url.lstrip("/").partition("#")
        page = self._site.library.by_source(name)
        return (page.url if page else f"{self._site.link_root()}/{name}") + mark + fragment
