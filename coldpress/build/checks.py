"""Checks of a build: the links and the markup of each page, and the layouts, menu and docs folders of the site.

The links of a page are checked apart from rendering it: if a heading in another page goes, this
changes the warnings, not the page.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from coldpress import recorder
from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.user_reads import summed_up
from coldpress.config.options import MenuItem
from coldpress.content.author_data import AUTHORS, author_images
from coldpress.content.bodies import cached_bodies
from coldpress.content.intro import Intro
from coldpress.content.library import Library
from coldpress.content.links import CARD, broken_link, unresolved_links
from coldpress.content.page import Page
from coldpress.content.page_checks import page_problems
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.markdown.rendered import Link
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.paths import folders_above, is_external
from coldpress.recorder import KeyNumbers
from coldpress.text import did_you_mean, nearest
from coldpress.web.plain_names import plain_names
from coldpress.web.site import Site
from coldpress.web.template_blocks import unknown_blocks
from coldpress.web.templates import is_layout, is_reserved


class PageCheck(NamedTuple):
    """The result of checking one page: its problems, and the links to paths without
    content, of which only the whole plan knows whether they are answered.  `reads` are packed numbers of keys."""

    source: str
    reads: bytes
    loose: tuple[tuple[str | None, Link], ...]
    problems: tuple[Problem, ...]


def check_page(library: Library, page: Page, keys: KeyNumbers) -> PageCheck:
    """Checks the links and the markup of one page; `keys` numbers what it reads."""
    with recorder.recording() as reads, cached_bodies():
        recorder.read("text", page.source)
        try:
            loose = tuple(unresolved_links(library, page))
        except ColdpressError:  # a template body that fails, which rendering the page reports
            return PageCheck(page.source, keys.packed(summed_up(reads)), (), ())
        problems = tuple(page_problems(library, page))
    return PageCheck(page.source, keys.packed(summed_up(reads)), loose, problems)


def report_checks(checks: Iterable[PageCheck], library: Library, exists: Callable[[str], bool],
                  problems: Problems) -> None:
    """Reports the problems of the checks, and the links that lead nowhere."""
    pages = {page.source: page for page in library.all_pages}
    unread = _files_with_errors(problems)
    for check in checks:
        problems.extend(check.problems)
        with cached_bodies():
            for path, link in check.loose:
                named = posixpath.join(posixpath.dirname(check.source), _name(link.target))
                if not _is_unread(named, unread) and (path is None or not exists(path)):
                    problem = broken_link(library, pages[check.source], link)
                    problems.add(_with_redirect(problem, library, path, exists) if path else problem)


def _with_redirect(problem: Problem, library: Library, path: str, exists: Callable[[str], bool]) -> Problem:
    """Returns the problem of a link, with what the site's redirects say of its path."""
    if not library.config.redirects and not library.kept.gone:
        return problem
    from coldpress.build.redirect_checks import of_redirect  # noqa: PLC0415  (most sites have none)

    return of_redirect(problem, library, path, exists)


def _files_with_errors(problems: Problems) -> frozenset[str]:
    return frozenset(f"/{problem.place.path}" for problem in problems.errors if problem.place)


def _is_unread(source: str, with_errors: frozenset[str]) -> bool:
    """Returns whether a source that the site does not have is a file that could not be read."""
    return any(file.endswith(f"/{posixpath.normpath(source)}") for file in with_errors)


Keys = tuple[str | int, ...]
DeadLinks = Callable[[Callable[[str], bool]], dict[str, PlanEntry]]


def check_site(site: Site, plan: Plan, checks: Iterable[PageCheck], dead_links: DeadLinks,
               problems: Problems) -> None:
    """Reports the checks of all pages, and warns of links, layouts and menu entries that lead nowhere.
    `dead_links` returns the paths to which templates link and where nothing is."""

    def exists(path: str) -> bool:
        return plan.has(site.url_prefix + path)

    checks = list(checks)
    report_checks(checks, site.library, exists, problems)
    named = _paths_of_settings(site) | told_paths(checks)
    problems.extend(dead_link(site.library, path, entry.place)
                    for path, entry in dead_links(exists).items() if path not in named)
    check_settings(site, exists, problems)
    if site.config.redirects:
        from coldpress.build.redirect_checks import check_redirects  # noqa: PLC0415  (most sites have none)

        check_redirects(site, plan, problems)
    if site.config.csp and site.config.headers:
        from coldpress.build.policy_checks import check_rivals  # noqa: PLC0415  (as above)

        check_rivals(site, problems)
    if site.library.kept.ledger is not None:
        from coldpress.build.url_history import report_lost  # noqa: PLC0415  (as above)

        report_lost(site, plan, problems, is_whole=True)
    if site.config.base_url is None and not site.config_problems.errors:
        problems.warn("config.no-base-url", "without `base_url` there are no feeds, no sitemap and no canonical links",
                      site.config_place(), "say where the site will live: `base_url: https://example.org/`")


def told_paths(checks: Iterable[PageCheck]) -> frozenset[str]:
    """Returns the paths of the links of pages that lead to no content: `report_checks` warns of them at their place."""
    return frozenset(path for check in checks for path, _ in check.loose if path)


def dead_link(library: Library, path: str, place: Place | None) -> Problem:
    """Returns the warning for a path that a template names, if nothing is there; `place` is that of a page."""
    if media_kind(path) != "image":
        return Problem("link.nothing-there", f"a template links to `{path}`, and nothing is there", place,
                       "link to it only where there is something", severity="warning")
    near = _near_picture(library, path)
    return Problem("link.nothing-there", f"a template shows the picture `{path}`, and nothing is there", place,
                   f"did you mean `{near}`?" if near else "put a picture there, or show it only where there is one",
                   severity="warning")


def _near_picture(library: Library, path: str) -> str | None:
    """Returns the path of a file beside a missing one whose name is near."""
    folder, name = posixpath.split(path)
    near = nearest(name, [posixpath.basename(each) for each in library.assets if posixpath.dirname(each) == folder])
    return posixpath.join(folder, near) if near else None


def check_settings(site: Site, exists: Callable[[str], bool], problems: Problems) -> None:
    """Warns of layouts, menu entries, links of the intro, pictures, folders of docs and blocks that do not exist.
    `exists` returns whether a path of the site is answered."""
    _check_layouts(site, problems)
    _check_cards(site, problems)
    _check_menu(site, exists, problems)
    _check_docs(site, problems)
    _check_intro(site, exists, problems)
    _check_pictures(site, exists, problems)
    problems.extend(unknown_blocks(site))
    problems.extend(plain_names(site))


def _check_layouts(site: Site, problems: Problems) -> None:
    wanted = [page for page in site.library.all_pages.unrecorded if page.unrecorded.front.layout]
    templates = set(site.template_names) if wanted else set()
    lists = {*site.library.list_pages, "/search/"} if wanted else set()
    for page in wanted:
        there = f"{page.layout}.html" in templates
        if not there or not is_layout(site, str(page.layout), shows_list=page.path in lists):
            reserved = there and is_reserved(str(page.layout))
            message = (f"there is no template `{page.layout}.html`" if not there else
                       f"`{page.layout}.html` is the name of a template that shows no single page" if reserved else
                       f"`{page.layout}.html` draws no pages")
            more = "; give your template another name" if reserved else ""
            problems.warn("page.layout", message, page.document.place_of("layout"),
                          f"`{page.kind}.html` is used{more}")


def _check_cards(site: Site, problems: Problems) -> None:
    for page in site.library.all_pages.unrecorded if not site.config.social_cards.is_on else ():
        if page.unrecorded.front.og_image == CARD:
            problems.warn("page.og-image", "`og_image: card` means the social card of the page, and there are none",
                          page.unrecorded.document.place_of("og_image"), "write `social_cards: true` into the config")


def _check_menu(site: Site, exists: Callable[[str], bool], problems: Problems) -> None:
    unread = _files_with_errors(problems)
    for item, place in _entries(site.config.menu, ("menu",)):
        page_there = item.url is None or is_external(item.url) or site.library.navigation.find(_name(item.url))
        if item.url is not None and not page_there and not (
                exists(f"/{_name(item.url)}") or _is_unread(_name(item.url), unread)):
            problems.warn("config.menu", f"the menu entry `{item.name or item.url}` leads nowhere: `{item.url}`",
                          site.config_place(*place), _near(site, item.url))


def _check_docs(site: Site, problems: Problems) -> None:
    docs = site.config.docs
    folders = {name for source in site.library.sources for name in folders_above(source)} if docs else set()
    for folder in docs or ():
        if folder != "." and folder not in folders:
            problems.warn("config.docs", f"there is no folder `{folder}` with pages",
                          site.config_place("docs"), did_you_mean(folder, folders))


def _check_intro(site: Site, exists: Callable[[str], bool], problems: Problems) -> None:
    for link, target in Intro(site.library, site.markup).links if site.config.intro else ():
        if not (target.is_found or (target.path and exists(target.path))):
            problems.warn("config.intro", f"nothing is at `{link.target}`, to which the intro links",
                          site.config_place("intro"), _near(site, link.target))


def _near(site: Site, url: str) -> str | None:
    """Returns a hint for a link of the config: a path that is near, or a source."""
    path = site.library.suggestions.path(f"/{_name(url)}")
    return f"did you mean `{path}`?" if path else did_you_mean(_name(url), site.library.sources)


def _check_pictures(site: Site, exists: Callable[[str], bool], problems: Problems) -> None:
    library, portrait = site.library, site.config.portrait
    if portrait and not is_external(portrait) and not exists(f"/{_name(portrait)}"):
        problems.warn("config.portrait", f"nothing is at `{portrait}`, the `portrait` of the home page",
                      site.config_place("portrait"), did_you_mean(_name(portrait), library.asset_sources))
    for ident, image in author_images(library.data):
        if not exists(f"/{_name(image)}"):
            problems.warn("data.author-image", f"nothing is at `{image}`, the `image` of `{ident}`",
                          library.data.place_of(AUTHORS, ident, "image"),
                          did_you_mean(_name(image), library.asset_sources))


def _paths_of_settings(site: Site) -> frozenset[str]:
    """Returns the paths that the intro, the portrait and the authors' data name: if nothing is there,
    `check_settings` warns of it at its place."""
    links = Intro(site.library, site.markup).links if site.config.intro else ()
    pictures = [site.config.portrait, *(image for _, image in author_images(site.library.data))]
    return frozenset([*(target.path for _, target in links if target.path), *(f"/{_name(name)}" for name in pictures)])


def _name(url: str) -> str:
    return url.partition("#")[0].partition("?")[0].lstrip("/")


def _entries(items: Iterable[MenuItem], place: Keys) -> Iterator[tuple[MenuItem, Keys]]:
    """Yields every entry of the menu with its place in the config."""
    for index, item in enumerate(items):
        yield item, (*place, index)
        yield from _entries(item.children, (*place, index, item.name or ""))
