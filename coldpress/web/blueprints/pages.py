"""The pages and files of the site: what is below `content/` (pages, posts, sections, aliases, assets),
the 404 page, and the static files of the site and its theme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Union

from flask import Response, abort, redirect, request, send_file, send_from_directory
from flask.typing import ResponseReturnValue

from coldpress.content.aliases import Alias
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.paths import resolved
from coldpress.sources.files import SourceFile
from coldpress.text import lazy_re_compile
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.copied_files import STYLESHEETS
from coldpress.web.sites import requested_site
from coldpress.web.templates import layouts_for

if TYPE_CHECKING:
    from coldpress.content.redirects import Redirect

blueprint = SiteBlueprint("pages", __name__)
Content = Union[Page, Alias, SourceFile, "Redirect", None]
_CSS_SPACE = lazy_re_compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/\s*|(\n)\s*|\s*([{;,])[^\S\n]*|(:)[^\S\n]+""", re.S)
"""Texts in a style sheet, which stay, and its comments, empty lines, indentation and other space without a meaning."""


@blueprint.get("/theme/<path:filename>")
def theme(filename: str) -> Response:
    """Send a file of the theme."""
    return send_from_directory(requested_site().copied.folder("theme", filename), filename)


@blueprint.get(f"/theme/<any{STYLESHEETS}:filename>")
def stylesheet(filename: str) -> Response:
    """Render a style sheet of the theme from its parts, without their comments and needless space: a fifth of it."""
    css = requested_site().render(filename)
    short = _CSS_SPACE.sub(lambda found: found[found.lastindex] if found.lastindex else "", css)
    return Response(short.strip() + "\n", mimetype="text/css")


@blueprint.urls(stylesheet)
def stylesheet_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield from ({"filename": name} for name in STYLESHEETS)


@blueprint.urls(theme)
def theme_urls(library: Library) -> Iterator[dict[str, Any]]:
    for filename in requested_site().copied.files_in("theme"):
        yield {"filename": filename}


@blueprint.get("/static/<path:filename>")
def static(filename: str) -> Response:
    """Send a file of the site's own `static/`; 404 for a symbolic link that leads out of it."""
    folder = requested_site().copied.folder("static", filename)
    try:
        inside = resolved(folder / filename).is_relative_to(resolved(folder))
    except ValueError:  # NUL
        inside = False
    if not inside:
        abort(404)
    return send_from_directory(folder, filename)


@blueprint.urls(static)
def static_urls(library: Library) -> Iterator[dict[str, Any]]:
    for filename in requested_site().copied.files_in("static"):
        yield {"filename": filename}


@blueprint.get("/404.html")
def not_found() -> str:
    """Show the page that static hosts answer with where nothing is."""
    return requested_site().render("404.html")


@blueprint.urls(not_found)
def not_found_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield {}


@blueprint.get("/<coldpress_content:page>")
def page(page: Content) -> ResponseReturnValue:
    """Show whatever content the Library has at this path; one rule for all content."""
    return show_content(page)


@blueprint.urls(page)
def page_urls(library: Library) -> Iterator[dict[str, Any]]:
    lists = library.list_pages
    for page in library.all_pages:
        # Where two pages want one path (a reported problem), the first one has it.
        if lists.get(page.path) is not page and library.at(page.path) is page:
            yield {"page": page}
    for alias in library.aliases.values():
        if library.at(alias.path) is alias:
            yield {"page": alias}


def show_content(content: Content) -> ResponseReturnValue:
    """Answer with a page, an asset or a redirect; None: redirect to the path with a slash, or 404."""
    if isinstance(content, Page):
        return show_page(content)
    if isinstance(content, Alias):
        to = content.page
        return _redirected(to.url, 301, to.title, to.permalink)
    if isinstance(content, SourceFile):
        return send_file(content.file)
    site = requested_site()
    if content is not None:
        if content.to is None:
            return site.render("404.html"), content.status
        target = f"{site.link_root()}{content.to}" if content.is_inside else content.to
        return _redirected(target, content.status, target, None)
    if not site.find(site.requested_path() + "/"):
        abort(404)
    return redirect(request.script_root + request.path + "/", 308)


def _redirected(target: str, status: int, title: str, canonical: str | None) -> ResponseReturnValue:
    """Answer with a redirect, whose text is the page that static hosts show in its place."""
    html = requested_site().render("redirect.html", title=title, target=target, canonical=canonical)
    return html, status, {"Location": target}


def show_page(page: Page) -> str:
    """Render a page in its layout, else in the template of its kind."""
    site = requested_site()
    return site.render(layouts_for(site, page, f"{page.kind}.html"), page=page)
