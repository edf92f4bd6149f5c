"""The pages and files of the site: what is below `content/` (pages, posts, sections, aliases, assets),
the 404 page, and the static files of the site and its theme."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, Union

from flask import Response, abort, redirect, request, send_file, send_from_directory
from flask.typing import ResponseReturnValue

from coldpress.content.aliases import Alias, Moved
from coldpress.content.feeds import FEED_FILES
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.images.facts import DamagedImageError
from coldpress.images.service import Wanted
from coldpress.images.variants import LARGEST_SIDE
from coldpress.paths import path_of, resolved
from coldpress.sources.files import SourceFile, left_out_part
from coldpress.web.asset_texts import TYPES
from coldpress.web.blueprints import SiteBlueprint
from coldpress.web.copied_files import STYLESHEETS
from coldpress.web.feed_formats import show_feed
from coldpress.web.site import Site
from coldpress.web.sites import requested_site
from coldpress.web.templates import layouts_for

if TYPE_CHECKING:
    from coldpress.content.redirects import Redirect

blueprint = SiteBlueprint("pages", __name__)
Content = Union[Page, Alias, Moved, SourceFile, "Redirect", None]
_FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/theme/<coldpress_theme_file:filename>")
def theme(filename: str) -> Response:
    """Send a file of the theme, or a style sheet that templates render."""
    return _send("theme", filename)


@blueprint.urls(theme)
def theme_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield from ({"filename": name} for name in (*STYLESHEETS, *requested_site().copied.files_in("theme")))


@blueprint.get("/static/<coldpress_static_file:filename>")
def static(filename: str) -> Response:
    """Send a file of the site's own `static/`; 404 for a symbolic link that leads out of it."""
    folder, written = requested_site().copied.place("static", filename)
    try:
        inside = resolved(folder / written).is_relative_to(resolved(folder))
    except ValueError:  # NUL
        inside = False
    if not inside:
        abort(404)
    return _send("static", filename)


@blueprint.urls(static)
def static_urls(library: Library) -> Iterator[dict[str, Any]]:
    yield from ({"filename": name} for name in requested_site().copied.files_in("static"))


def _send(name: str, filename: str) -> Response:
    """Send a file.  Under its plain name, a static file is as it was written; a page that is still open may ask for an
    older version, and gets the one there is."""
    copied = requested_site().copied
    if left_out_part(filename):
        abort(404)
    asked, published = request.path.rpartition("/")[2], copied.published(name, filename).rpartition("/")[2]
    data = copied.data(name, filename) if asked == published or name == "theme" else None
    if data is None:
        response = send_from_directory(*copied.place(name, filename))
    else:
        response = Response(data, mimetype=TYPES[posixpath.splitext(filename)[1].lower()])
    plain = filename.rpartition("/")[2]
    if asked not in (published, plain):
        response.headers["Cache-Control"] = "no-store"  # or it would be kept for ever under an old name
    elif asked == published != plain:
        response.headers["Cache-Control"] = _FOR_EVER
    return response


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
        path = page.path
        # Where two pages want one path (a reported problem), the first one has it.
        if lists.get(path) is not page and library.at(path) is page:
            yield {"page": page}
    for alias in library.aliases.values():
        if library.at(alias.path) is alias:
            yield {"page": alias}
    yield from ({"page": moved} for moved in library.kept.moved.values())


def show_content(content: Content) -> ResponseReturnValue:
    """Answer with a page, an asset or a redirect; None: redirect to the path with a slash, or 404."""
    if isinstance(content, Page):
        return show_page(content)
    if isinstance(content, Alias):
        to = content.page
        return _redirected(to.url, 301, to.title, to.permalink)
    if isinstance(content, Moved):
        return _show_moved(content)
    site = requested_site()
    if isinstance(content, SourceFile):
        plain = None if site.config.images.originals else _without_metadata(site)
        return send_variant(site, plain) if plain else send_file(content.file)
    if content is not None:
        if content.to is None:
            return site.render("404.html"), content.status
        target = f"{site.link_root()}{content.to}" if content.is_inside else content.to
        feed = _feed_leading_to(path_of(content.to), target, content.status) if content.names_feed else None
        return feed or _redirected(target, content.status, target, None)
    if not site.find(site.requested_path() + "/"):
        abort(404)
    return redirect(request.script_root + request.path + "/", 308)


def _redirected(target: str, status: int, title: str, canonical: str | None) -> ResponseReturnValue:
    """Answer with a redirect, whose text is the page that static hosts show in its place."""
    html = requested_site().render("redirect.html", title=title, target=target, canonical=canonical)
    return html, status, {"Location": target}


def _show_moved(moved: Moved) -> ResponseReturnValue:
    """Redirect from the old path of a list.  For a feed, the text is the feed: its readers follow no HTML."""
    library = requested_site().library
    target = library.url(moved.to)
    return _feed_leading_to(moved.to, target, 301) or _redirected(target, 301, moved.to, library.absolute(moved.to))


def _feed_leading_to(path: str, target: str, status: int) -> Response | None:
    """Answer with a redirect to the feed at a path, whose text is that feed; None if there is no feed."""
    base, _, name = path.rpartition("/")
    form = next((form for form, file in FEED_FILES.items() if file == name), None)
    text = show_feed(requested_site(), f"{base}/", form) if form else None
    kind = "application/json" if form == "json" else "application/xml"
    return None if text is None else Response(text, status, {"Location": target}, mimetype=kind)


def _without_metadata(site: Site) -> Wanted | None:
    """Returns what stands in the place of the requested picture, whose file is not published; None for a file of which
    nothing is made."""
    pictures = site.library.pictures
    single = pictures.single(site.requested_path(), LARGEST_SIDE)
    return pictures.find(single.path) if single else None


def send_variant(site: Site, wanted: Wanted, **options: Any) -> Response:
    """Answer with a variant of a picture, which is made when it is first asked for."""
    try:
        data = site.images.make_now(wanted)
    except DamagedImageError:
        abort(404)
    return send_file(BytesIO(data), f"image/{wanted.variant.format}", etag=wanted.key, **options)


def show_page(page: Page) -> str:
    """Render a page in its layout, else in the template of its kind."""
    site = requested_site()
    return site.render(layouts_for(site, page, f"{page.kind}.html"), page=page)
