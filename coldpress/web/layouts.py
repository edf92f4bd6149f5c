"""Which templates `layout:` may name: those that draw a whole page.

The theme's other templates are for something else (`redirect`, `base`, `icons`),
and so are parts (`components/`, `partials/`, `styles/`, names that begin with
`_`), and own files that hold nothing but macros.
"""

from __future__ import annotations

from functools import lru_cache

from jinja2 import TemplateNotFound, TemplateSyntaxError, nodes

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.web.environment import THEME, SiteEnvironment
from coldpress.web.site import Site

_PAGES = ("page", "post", "section")
_PARTS = ("components", "partials", "styles")
_LISTS = ("home", "list", "terms", "term", "authors", "author", "series", "search")
_OTHERS = frozenset(file.stem for file in (THEME / "templates").glob("*.html")) - {*_PAGES, *_LISTS}
_SILENT = (nodes.Macro, nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport)


def layouts_for(site: Site, page: Page | None, *defaults: str) -> list[str]:
    """The templates to try for a page: that of its `layout:`, if it is one that
    may draw it, and then those of its kind."""
    layout = page.layout if page is not None else None
    shows_list = defaults[-1].removesuffix(".html") in _LISTS
    usable = layout is not None and is_layout(site, layout, shows_list=shows_list)
    return [f"{layout}.html", *defaults] if usable else list(defaults)


def is_layout(site: Site, name: str, *, shows_list: bool) -> bool:
    """Whether a template that is called so draws pages, or those of them that show
    a list; also one that isn't there."""
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
            source = environment.loader.get_source(environment, name)[0]
        return _draws_anything(environment, source)
    except (TemplateNotFound, TemplateSyntaxError):
        return True  # which is told when it is rendered


@lru_cache(maxsize=256)
def _draws_anything(environment: SiteEnvironment, source: str) -> bool:
    return any(not isinstance(node, _SILENT) and not _is_blank(node) for node in environment.parse(source).body)


def _is_blank(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Output) and all(
        isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes)
