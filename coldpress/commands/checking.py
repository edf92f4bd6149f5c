"""What is wrong with a site as a whole: links, layouts, menu entries that lead nowhere."""

from __future__ import annotations

from coldpress.errors import Problems
from coldpress.freeze.checks import tell
from coldpress.freeze.freezing import Freezing
from coldpress.freeze.plan import Plan
from coldpress.paths import is_external
from coldpress.text import did_you_mean
from coldpress.web.extension import Coldpress


def check_site(site: Coldpress, plan: Plan, freezing: Freezing, problems: Problems) -> None:
    """Warn of what leads nowhere."""

    def exists(path: str) -> bool:
        return plan.has(site.url_prefix + path)

    tell(freezing.checks, site.library, exists, problems)
    for path, entry in freezing.dead_links(exists).items():
        problems.warn("link.nothing-there", f"a template links to `{path}`, and nothing is there", entry.place,
                      "link to it only where there is something")
    _check_layouts(site, problems)
    _check_menu(site, plan, problems)
    if site.config.base_url is None and not site.config_problems.errors:
        problems.warn("config.no-base-url", "without `base_url` there are no feeds, no sitemap and no canonical links",
                      site.config_place(), "say where the site will live: `base_url: https://example.org/`")


def _check_layouts(site: Coldpress, problems: Problems) -> None:
    wanted = [page for page in site.library.all_pages if page.document.front.layout]
    templates = set(site.template_names) if wanted else set()
    for page in wanted:
        if f"{page.layout}.html" not in templates:
            problems.warn("page.layout", f"there is no template `{page.layout}.html`",
                          page.document.place_of("layout"), f"`{page.kind}.html` is used")


def _check_menu(site: Coldpress, plan: Plan, problems: Problems) -> None:
    library = site.library
    for index, item in enumerate(site.config.menu):
        name = item.url.partition("#")[0].partition("?")[0].lstrip("/")
        if not (is_external(item.url) or library.by_source(name) or plan.has(f"{site.url_prefix}/{name}")):
            problems.warn("config.menu", f"the menu entry `{item.name}` leads nowhere: `{item.url}`",
                          site.config_place("menu", index), did_you_mean(name, library.sources))
