"""Flask-Limiter in builds, previews and tests: a page that is frozen may be asked for as often as it is wanted."""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask, current_app, request

from coldpress.decorators import mark_of
from coldpress.web.sites import site_of_endpoint, sites_of


def exempt_frozen_pages(app: Flask) -> None:
    """Lets every limiter of the app count live routes only.  On a server, it counts all that reaches the app."""
    limiters: Any = app.extensions.get("limiter", ()) if "flask_limiter" in sys.modules else ()
    for limiter in limiters:
        limiter.request_filter(_asks_for_frozen_page)


def _asks_for_frozen_page() -> bool:
    if request.method not in ("GET", "HEAD") or request.endpoint is None:
        return False
    mark = mark_of(current_app.view_functions[request.endpoint])
    if mark and mark.live:
        return False
    return (site_of_endpoint(current_app, request.endpoint) is not None or bool(mark and mark.frozen)
            or any(site.owns_app for site in sites_of(current_app)))
