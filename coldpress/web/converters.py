"""URL rules, and URL converters: they turn parts of URLs into pages, taxonomies and collections, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from werkzeug.routing import BaseConverter, Map, Rule

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.content.permalinks import folder_path
from coldpress.content.taxonomy import group_names, taxonomy_path
from coldpress.images.variants import VARIANT_NAME
from coldpress.paths import url_of
from coldpress.web.blueprints import converter_name
from coldpress.web.environment import NothingThere
from coldpress.web.markdown_pages import markdown_path
from coldpress.web.redirects import answer_at
from coldpress.web.site import Site
from coldpress.web.social_cards import CARD_NAME


class SiteRule(Rule):
    """A URL rule that compiles the functions that build its URLs when it first
    builds one: compiling them takes most of the time to make an app."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder
        if self.defaults:  # which are converted then, and may be wrong
            return compile_now(append_unknown)
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(*arguments: Any, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(compile_now(append_unknown))
            return compiled[0](*arguments, **values)

        return build


class _PathConverter(BaseConverter):
    """Converts a path of several segments on one site; `install_converters` binds the site."""

    site: Site
    part_isolating = False
    regex = ".+?"
    weight = 500


class ContentConverter(_PathConverter):
    """Converts a path to its content: a page, an alias, an asset or a redirect; None where nothing is.

    It never raises `ValidationError`, after which Werkzeug would try no other rule:
    the view answers with the site's 404 page.
    """

    weight = 1000

    def to_python(self, value: str) -> Any:
        return answer_at(self.site, "/" + value)

    def to_url(self, value: Any) -> str:
        found = self.site.named(value) if isinstance(value, str) else value
        if found is None:
            raise NothingThere(f"there is no content called `{value}`", str(value))
        return url_of(found if isinstance(found, str) else found.path).removeprefix("/")


class _PictureConverter(_PathConverter):
    """Converts the path of a picture that is made.  Its rule is tried before those of taxonomies and lists, below
    which there are pictures too."""

    weight = 50


class VariantConverter(_PictureConverter):
    """Converts the path of a variant of a picture to what is to be made; None where there is no such picture."""

    regex = VARIANT_NAME
    part_isolating = False  # again: Werkzeug sets it with each regular expression that names no slash

    def to_python(self, value: str) -> Any:
        return self.site.library.pictures.find(f"/{value}")

    def to_url(self, value: Any) -> str:
        return url_of(value if isinstance(value, str) else value.path).removeprefix("/")


class CardConverter(_PictureConverter):
    """Converts the path of a social card to the card; None where there is none."""

    regex = CARD_NAME

    def to_python(self, value: str) -> Any:
        return self.site.cards.at(f"/{value}")

    def to_url(self, value: Any) -> str:
        return url_of(value if isinstance(value, str) else value.path).removeprefix("/")


class _FileConverter(_PathConverter):
    """Converts the name under which a file is published.  `url_for` gives that name for the file's own."""

    folder: str
    regex = "[^/].*?"
    weight = 200

    def to_python(self, value: str) -> str:
        return self.site.copied.plain(self.folder, value)

    def to_url(self, value: Any) -> str:
        site = self.site
        if not site.is_other:
            return url_of(site.copied.published(self.folder, str(value)))
        recorder.read("site", site.name)
        with recorder.unrecorded():  # its own build does not know that this static file is named
            return url_of(str(value) if self.folder == "static" else site.copied.published(self.folder, str(value)))


class ThemeFileConverter(_FileConverter):
    """Converts the names of the theme's files."""

    folder = "theme"


class StaticFileConverter(_FileConverter):
    """Converts the names of static files."""

    folder = "static"


class ListingConverter(_PathConverter):
    """Converts a path to that of the list to which a feed belongs."""

    def to_python(self, value: str) -> str:
        return f"/{value}/"

    def to_url(self, value: Any) -> str:
        return url_of(value if isinstance(value, str) else value.path).strip("/")


class MarkdownConverter(_PathConverter):
    """Converts a path to the page whose Markdown version is there; None where there is none."""

    def to_python(self, value: str) -> Any:
        path = f"/{value}"
        found = self.site.find(path.removesuffix("index") if path.endswith("/index") else f"{path}.html")
        return found if isinstance(found, Page) else None

    def to_url(self, value: Any) -> str:
        page = self.site.named(value) if isinstance(value, str) else value
        path = markdown_path(self.site.library, page) if isinstance(page, Page) else None
        if path is None:
            raise NothingThere(f"there is no Markdown version of `{value}`", None if page else str(value))
        return url_of(path).removeprefix("/").removesuffix(".md")


def install_converters(url_map: Map, site: Site) -> None:
    """Adds the converters of one site to a URL map; their names begin with the site's."""
    paths = {"content": ContentConverter, "listing": ListingConverter, "markdown": MarkdownConverter,
             "variant": VariantConverter, "card": CardConverter, "theme_file": ThemeFileConverter,
             "static_file": StaticFileConverter}
    for name, converter in paths.items():
        url_map.converters[converter_name(site.name, name)] = type(converter.__name__, (converter,), {"site": site})
    url_map.converters[converter_name(site.name, "taxonomy")] = _name_converter(
        {taxonomy_path(name).strip("/"): name for name in group_names(site.config)})
    url_map.converters[converter_name(site.name, "collection")] = _name_converter(
        {folder_path(collection.path, lowercase=site.config.slugs.lowercase).strip("/"): name
         for name, collection in site.config.collections.items()})


def _name_converter(by_segment: dict[str, str]) -> type[BaseConverter]:
    segments = {name: segment for segment, name in by_segment.items()}

    class NameConverter(BaseConverter):
        """Converts a name from the config, in the form that it has in URLs."""

        regex = "|".join(map(re.escape, by_segment)) or "(?!)"

        def to_python(self, value: str) -> str:
            return by_segment[value]

        def to_url(self, value: str) -> str:
            return url_of(segments[value])

    return NameConverter
