"""The sites of an app, and which of them is meant."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from flask import Flask, current_app, g, has_request_context, request

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.errors import Problems
from coldpress.sources.files import find_files
from coldpress.web.registry import row_keys
from coldpress.web.site import NAME, Site


def sites_of(app: Flask) -> list[Site]:
    """Returns the sites of an app, in the order in which they were added."""
    return [extension.site for key, extension in app.extensions.items() if key.partition(".")[0] == NAME]


def state_of(site: Site) -> str:
    """Returns a digest of all files of a site, of the keys of its rows, and of the pages that are published now."""
    digest = blake2b(digest_size=16)
    with recorder.unrecorded():
        for folder in site.source_folders:
            for file in find_files(folder, folder.name, Problems()):
                digest.update(f"{file.name}\n".encode() + file.file.read_bytes())
        published = [(page.source, page.path) for page in site.snapshot.library.all_pages.unrecorded]
        digest.update(f"{site.config} {row_keys(site)} {published}".encode())
    return digest.hexdigest()


def site_of_endpoint(app: Flask, endpoint: str) -> Site | None:
    """Returns the site whose endpoint this is; None for one of the app's own."""
    return next((site for site in sites_of(app) if endpoint.startswith(f"{site.name}.")
                 or endpoint in site.added_endpoints.values()), None)


def site_with(library: Library) -> Site:
    """Returns the site that has a Library: for generators of URLs, which are called outside of requests."""
    return next(site for site in sites_of(current_app) if site.snapshot.library is library)


def requested_site() -> Site:
    """Returns the site to which the current request belongs: the only one of the app, or the
    one below whose URL prefix the path is; outside of requests, the one that called the
    current code.  Raises `LookupError` where none of them is meant."""
    sites = sites_of(current_app)
    if len(sites) == 1:
        return sites[0]
    called: Site | None = g.get("coldpress_site")
    if called is not None:
        return called
    path = f"{request.path}/" if has_request_context() else ""
    meant = [site for site in sites if path.startswith(f"{site.url_prefix}/")]
    if not meant:
        raise LookupError("this app has no Coldpress site: make one with `Coldpress(app)`" if not sites else
                          f"which site is meant?  Name one: `coldpress.get_site(app, {sites[0].name!r})`")
    return max(meant, key=lambda site: len(site.url_prefix))


def now() -> datetime:
    """The day of the build at 00:00, for views in `build.py`: from `--clock`, from
    SOURCE_DATE_EPOCH, or today.  A page that calls it is rendered again on another day."""
    try:
        return requested_site().now()
    except LookupError:
        return sites_of(current_app)[0].now()  # the clock is that of all of them
