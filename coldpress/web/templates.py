"""The variable `site` of templates, and which templates `layout:` in front matter may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateNotFound, TemplateSyntaxError, nodes
from markupsafe import Markup

from coldpress import recorder
from coldpress.config.social import SocialLink
from coldpress.config.theme_options import ThemeOptions
from coldpress.content.intro import Intro
from coldpress.content.navigation import NavItem
from coldpress.content.page import Page
from coldpress.paths import is_external
from coldpress.web.environment import THEME, SiteEnvironment
from coldpress.web.site import Site
from coldpress.web.template_sources import FoundInSource


class SiteVariables:
    """`site` in templates: the settings of the config, its menu and the site's URL."""

    _kind = "Site"  # in messages

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def title(self) -> str:
        """The name of the site."""
        return self._site.config.title

    @property
    def description(self) -> str:
        """One sentence about the site."""
        return self._site.config.description

    @property
    def author(self) -> str:
        """The author of posts that name none."""
        return self._site.config.author

    @property
    def intro(self) -> Markup:
        """The config's `intro` as HTML, for the home page; empty if there is none."""
        site = self._site
        return Intro(site.library, site.markup).html if site.config.intro else Markup("")

    @property
    def portrait(self) -> str | None:
        """The URL of the config's `portrait`; None if there is none."""
        portrait = self._site.config.portrait
        if not portrait or is_external(portrait):
            return portrait or None
        return self._site.library.url(f"/{portrait.lstrip('/')}")

    @property
    def social(self) -> tuple[SocialLink, ...]:
        """The accounts in the config's `social`, each with `key`, `name` and `url`."""
        return self._site.config.social

    @property
    def copyright(self) -> str:
        """The config's `copyright`, for the foot of every page."""
        return self._site.config.copyright

    @property
    def language(self) -> str:
        """The language of the site, a BCP 47 tag."""
        return self._site.config.language

    @property
    def base_url(self) -> str | None:
        """The URL where the site will be published; None if the config names none."""
        return self._site.config.base_url

    @property
    def params(self) -> Mapping[str, Any]:
        """The config's `params`."""
        return self._site.config.params

    @property
    def docs(self) -> tuple[str, ...] | None:
        """The config's `docs`: folders whose pages have the face of docs."""
        return self._site.config.docs

    @property
    def edit_url(self) -> str | None:
        """The config's `edit_url`; see `page.edit_url` for that of a page."""
        return self._site.config.edit_url

    @property
    def search(self) -> bool:
        """Whether the site has a search, at `url_for("search")`."""
        return self._site.config.search

    @property
    def url(self) -> str:
        """The link to the home page."""
        return self._site.link_root() + "/"

    @property
    def theme(self) -> ThemeOptions:
        """The config's `theme`: `site.theme.accent`."""
        return self._site.config.theme

    @property
    def menu(self) -> tuple[NavItem, ...]:
        """The entries of the config's `menu`, their sources, folders, paths and URLs resolved."""
        return self._site.library.navigation.menu


_PAGES = ("page", "post", "section")
_PARTS = ("components", "partials", "styles")
_LISTS = ("home", "list", "terms", "term", "authors", "author", "series", "search")
_OTHERS = frozenset(file.stem for file in (THEME / "templates").glob("*.html")) - {*_PAGES, *_LISTS}
_SILENT = (nodes.Macro, nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport)


def layouts_for(site: Site, page: Page | None, *defaults: str) -> list[str]:
    """The templates to try for a page, in order: that of its `layout:`, if it may be
    used for a page, then those of its kind."""
    layout = page.layout if page is not None else None
    shows_list = defaults[-1].removesuffix(".html") in _LISTS
    usable = layout is not None and is_layout(site, layout, shows_list=shows_list)
    return [f"{layout}.html", *defaults] if usable else list(defaults)


def is_reserved(name: str) -> bool:
    """Whether a name belongs to a template of the theme that shows no single page."""
    return name.casefold() in {*_LISTS, *_OTHERS}


def is_layout(site: Site, name: str, *, shows_list: bool) -> bool:
    """Whether `layout:` may name this template: it renders pages (or lists, with
    `shows_list`), or it does not exist, which is reported when it is rendered."""
    parts = [part.casefold() for part in name.split("/") if part not in ("", ".")]
    if parts[:1] == ["theme"]:
        parts = parts[1:]
    if ":" in name or not parts or any(part in _PARTS for part in parts[:-1]) or parts[-1].startswith("_"):
        return False
    if len(parts) == 1 and (parts[0] in _OTHERS or (parts[0] in _LISTS and not shows_list)):
        return False
    return _draws(site.environment, f"{name}.html")


def _draws(environment: SiteEnvironment, name: str) -> bool:
    recorder.read("template", name)
    try:
        with recorder.unrecorded():
            return _draws_anything(environment, name)
    except (TemplateNotFound, TemplateSyntaxError, UnicodeDecodeError):
        return True  # rendering the page reports it


@FoundInSource
def _draws_anything(environment: SiteEnvironment, source: str) -> bool:
    return any(not isinstance(node, _SILENT) and not _is_blank(node) for node in environment.parse(source).body)


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes)
