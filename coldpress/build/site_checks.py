"""Checks of the whole site: links, layouts, sources without a page, URLs that were removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from coldpress.build.page_checks import tell
from coldpress.build.plan import Plan
from coldpress.build.records import Records
from coldpress.build.runner import FreezeRunner
from coldpress.config.options import MenuItem
from coldpress.content.taxonomy import group_names, taxonomy_path
from coldpress.errors import Problems
from coldpress.paths import is_external
from coldpress.text import did_you_mean
from coldpress.web.site import PARENT, Site
from coldpress.web.templates import is_layout

SHOWN = 10
_NUMBERED = re.compile(r"(?:.*/)?page/\d+/index\.html")


def removed_urls(site: Site, records: Records, files: Iterable[str]) -> tuple[str, ...]:
    """The paths of the pages among files that go.  What was copied, lists, feeds
    and data for machines are no pages; an alias that answers now is a file that stays."""
    known = {row.file: row.endpoint for row in records.pages.values()}
    page = site.endpoints["page"]
    lists = tuple(path.lstrip("/") for path in ("/archive/", "/search/", "/404.html", *map(
        taxonomy_path, group_names(site.config))))
    gone = []
    for file in files:
        copy = records.files.get(file)
        if not file.endswith(".html") or _NUMBERED.fullmatch(file) or (copy and copy.source):
            continue
        inside = file.removeprefix(site.url_prefix.strip("/")).lstrip("/")
        is_list = inside.startswith(lists) if file not in known else (
            known[file] != page and known[file].startswith(f"{PARENT}."))
        if not is_list:
            gone.append("/" + (file.removesuffix("index.html") if f"/{file}".endswith("/index.html") else file))
    return tuple(sorted(gone))


def told(site: Site, paths: tuple[str, ...]) -> list[str]:
    """What a build says of them, in lines: at most ten by name."""
    if not paths:
        return []
    alias = paths[0].removeprefix(site.url_prefix)
    more = [f"  and {len(paths) - SHOWN:,} more"] if len(paths) > SHOWN else []
    are = "1 URL is" if len(paths) == 1 else f"{len(paths):,} URLs are"
    return [f"{are} gone, where a page was:", *(f"  {path}" for path in paths[:SHOWN]), *more,
            f"A page that took the place of one can have it lead there: `aliases: [{alias}]` in its front matter."]


Keys = tuple[str | int, ...]


def check_site(site: Site, plan: Plan, runner: FreezeRunner, problems: Problems) -> None:
    """Warn of what leads nowhere."""

    def exists(path: str) -> bool:
        return plan.has(site.url_prefix + path)

    tell(runner.checks, site.library, exists, problems)
    for path, entry in runner.dead_links(exists).items():
        problems.warn("link.nothing-there", f"a template links to `{path}`, and nothing is there", entry.place,
                      "link to it only where there is something")
    check_settings(site, exists, problems)
    if site.config.base_url is None and not site.config_problems.errors:
        problems.warn("config.no-base-url", "without `base_url` there are no feeds, no sitemap and no canonical links",
                      site.config_place(), "say where the site will live: `base_url: https://example.org/`")


def check_settings(site: Site, exists: Callable[[str], bool], problems: Problems) -> None:
    """Warn of layouts, menu entries and folders of docs that are not there.
    `exists` says of a path of the site whether anything answers."""
    _check_layouts(site, problems)
    _check_menu(site, exists, problems)
    _check_docs(site, problems)


def _check_layouts(site: Site, problems: Problems) -> None:
    wanted = [page for page in site.library.all_pages if page.document.front.layout]
    templates = set(site.template_names) if wanted else set()
    lists = {*site.library.list_pages, "/search/"} if wanted else set()
    for page in wanted:
        there = f"{page.layout}.html" in templates
        if not there or not is_layout(site, str(page.layout), shows_list=page.path in lists):
            message = f"`{page.layout}.html` draws no pages" if there else f"there is no template `{page.layout}.html`"
            problems.warn("page.layout", message, page.document.place_of("layout"), f"`{page.kind}.html` is used")


def _check_menu(site: Site, exists: Callable[[str], bool], problems: Problems) -> None:
    for item, place in _entries(site.config.menu, ("menu",)):
        page_there = item.url is None or is_external(item.url) or site.library.navigation.find(_name(item.url))
        if item.url is not None and not page_there and not exists(f"/{_name(item.url)}"):
            problems.warn("config.menu", f"the menu entry `{item.name or item.url}` leads nowhere: `{item.url}`",
                          site.config_place(*place), did_you_mean(_name(item.url), site.library.sources))


def _check_docs(site: Site, problems: Problems) -> None:
    docs = site.config.docs
    folders = {name for source in site.library.sources for name in _above(source)} if docs else set()
    for folder in docs or ():
        if folder != "." and folder not in folders:
            problems.warn("config.docs", f"there is no folder `{folder}` with pages",
                          site.config_place("docs"), did_you_mean(folder, folders))


def _above(source: str) -> Iterator[str]:
    """Every folder that a source lies in."""
    while "/" in source:
        source = source.rpartition("/")[0]
        yield source


def _name(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].lstrip("/")


def _entries(items: Iterable[MenuItem], place: Keys) -> Iterator[tuple[MenuItem, Keys]]:
    """Every entry of the menu with its place in the config."""
    for index, item in enumerate(items):
        yield item, (*place, index)
        yield from _entries(item.children, (*place, index, item.name or ""))
