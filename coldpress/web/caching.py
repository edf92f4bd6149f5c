"""Flask-Caching while a site is built or previewed: what is kept is kept for one
request.

A view that is cached for an hour would come out of the next build as it was, and
a function that one page has called would leave the next page without its reads.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from flask import Flask, g, has_app_context


class RequestCache:
    """A backend that is empty at the beginning of each request."""

    def __init__(self) -> None:
        self._make = import_module("flask_caching.backends").SimpleCache
        self._name = f"coldpress_cache_{id(self)}"

    def __getattr__(self, name: str) -> Any:
        if not has_app_context():
            return getattr(self._make(), name)
        if self._name not in g:
            setattr(g, self._name, self._make())
        return getattr(getattr(g, self._name), name)


def cache_by_request(app: Flask) -> None:
    """Let every cache of the app keep things for one request only."""
    caches = app.extensions.get("cache")
    if "flask_caching" in sys.modules and isinstance(caches, dict):
        for cache in caches:
            if isinstance(cache, sys.modules["flask_caching"].Cache):
                caches[cache] = RequestCache()
