"""URL converters: which part of a URL names content, a taxonomy, a collection."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.routing import BaseConverter, Map

from coldpress.content.page import Page
from coldpress.content.permalinks import folder_path
from coldpress.content.taxonomy import group_names, taxonomy_path
from coldpress.paths import url_of
from coldpress.web.environment import NothingThere
from coldpress.web.markdown_pages import markdown_path
from coldpress.web.site import Site


def install_converters(url_map: Map, site: Site) -> None:
    """Give a URL map the converters of one site, under names that no app has."""

    class Content(BaseConverter):
        """Anything at a path: a page, an alias or an asset; None where nothing is.

        Werkzeug tries no other rule once a converter refuses, so this one
        never does: the view answers with the site's 404 page.
        """

        part_isolating = False
        regex = ".+?"
        weight = 1000

        def to_python(self, value: str) -> Any:
            return site.find("/" + value)

        def to_url(self, value: Any) -> str:
            found = site.named(value) if isinstance(value, str) else value
            if found is None:
                raise NothingThere(f"there is no content called `{value}`")
            return url_of(found if isinstance(found, str) else found.path).removeprefix("/")

    class Listing(BaseConverter):
        """The list whose feed it is, as the path at which it stands."""

        part_isolating = False
        regex = ".+?"
        weight = 500

        def to_python(self, value: str) -> str:
            return f"/{value}/"

        def to_url(self, value: Any) -> str:
            return url_of(value if isinstance(value, str) else value.path).strip("/")

    class Markdown(BaseConverter):
        """The page whose Markdown version is at a path; None where there is none."""

        part_isolating = False
        regex = ".+?"
        weight = 500

        def to_python(self, value: str) -> Any:
            path = f"/{value}"
            found = site.find(path.removesuffix("index") if path.endswith("/index") else f"{path}.html")
            return found if isinstance(found, Page) else None

        def to_url(self, value: Any) -> str:
            page = site.named(value) if isinstance(value, str) else value
            path = markdown_path(site.library, page) if isinstance(page, Page) else None
            if path is None:
                raise NothingThere(f"there is no Markdown version of `{value}`")
            return url_of(path).removeprefix("/").removesuffix(".md")

    url_map.converters["coldpress_content"] = Content
    url_map.converters["coldpress_markdown"] = Markdown
    url_map.converters["coldpress_listing"] = Listing
    url_map.converters["coldpress_taxonomy"] = _names(
        {taxonomy_path(name).strip("/"): name for name in group_names(site.config)})
    url_map.converters["coldpress_collection"] = _names(
        {folder_path(name, lowercase=site.config.slugs.lowercase).strip("/"): name
             for name in site.config.collections})


def _names(by_segment: dict[str, str]) -> type[BaseConverter]:
    segments = {name: segment for segment, name in by_segment.items()}

    class Names(BaseConverter):
        """One of the names in the config, as it stands in URLs."""

        regex = "|".join(map(re.escape, by_segment)) or "(?!)"

        def to_python(self, value: str) -> str:
            return by_segment[value]

        def to_url(self, value: str) -> str:
            return url_of(segments[value])

    return Names
