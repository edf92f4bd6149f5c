"""Headers for the answers of a site, as a host gives them to its files."""

from __future__ import annotations

from flask import Flask, Response, request

from coldpress import recorder
from coldpress.hosts.header_rules import header_rules, headers_at, is_hashed
from coldpress.web.site import Site
from coldpress.web.sites import site_of_endpoint

UNCACHED = "coldpress.uncached"
"""The key in the environ of a request whose answer is not to be cached: one of the preview."""


def add_headers(app: Flask, site: Site) -> None:
    """Lets an app give headers to the answers of a site: of an app of its own to all, in another app to those of the
    site's views.  What a view of the site's own code sets itself counts."""
    with recorder.unrecorded():
        rules = header_rules(site.config)

    @app.after_request
    def give(response: Response) -> Response:
        of_site = site_of_endpoint(app, request.endpoint) if request.endpoint else None
        if of_site is not site and not (site.owns_app and of_site is None):
            return response
        path = request.path.removeprefix(site.url_prefix)
        ours = request.endpoint in site.generators and request.endpoint not in site.added_endpoints.values()
        for name, value in headers_at(rules, path).values():
            if name == "Cache-Control" and (response.cache_control.no_store or (
                    request.environ.get(UNCACHED) and not is_hashed(path))):
                continue  # the first: an old hash was asked for
            if ours or name not in response.headers:  # our views set no header that an author might want otherwise
                response.headers[name] = value
        return response
