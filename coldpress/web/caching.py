"""Caches: Flask-Caching limited to one request, and values that many pages show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import Flask, current_app, g, has_app_context

from coldpress import recorder
from coldpress.recorder import Reads


class RequestCache:
    """A backend for Flask-Caching that is empty at the beginning of each request."""

    def __init__(self) -> None:
        from flask_caching.backends import SimpleCache  # noqa: PLC0415  (only where the app uses Flask-Caching)

        self._make = SimpleCache
        self._name = f"coldpress_cache_{id(self)}"

    def __getattr__(self, name: str) -> Any:
        if not has_app_context():
            return getattr(self._make(), name)
        if self._name not in g:
            setattr(g, self._name, self._make())
        return getattr(getattr(g, self._name), name)


def cache_by_request(app: Flask) -> None:
    """Make every Flask-Caching cache of the app keep values for one request only."""
    caches = app.extensions.get("cache")
    if "flask_caching" in sys.modules and isinstance(caches, dict):
        for cache in caches:
            if isinstance(cache, sys.modules["flask_caching"].Cache):
                caches[cache] = RequestCache()


T = TypeVar("T")
Links = list[tuple[str, dict[str, Any]]]


class Memo:
    """Keeps values by key, each with the reads and the `url_for` calls made while computing
    it; a later use records them again.  A value is not kept if a template took part for
    which `is_own` is true: such a template may depend on the page that shows it."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        self._is_own = is_own
        self._made: dict[Hashable, tuple[Any, Reads, Links]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key; `make` computes it the first time."""
        known = self._made.get(key)
        if known is None:
            with recorder.recording() as reads, _recorded_links() as links:
                value = make()
            if not any(self._is_own(name) for kind, name in reads if kind == "template"):
                self._made[key] = value, reads, links
            recorder.replay(reads)
            return value
        kept: T
        kept, reads, links = known
        recorder.replay(reads)
        for endpoint, values in links:
            current_app.inject_url_defaults(endpoint, dict(values))  # calls what `url_for` would call
        return kept


@contextmanager
def _recorded_links() -> Iterator[Links]:
    """Collects the endpoint and values of each `url_for` call inside the block."""
    links: Links = []
    hooks = current_app.url_default_functions.setdefault(None, [])

    def record(endpoint: str, values: dict[str, Any]) -> None:
        links.append((endpoint, values.copy()))

    hooks.append(record)
    try:
        yield links
    finally:
        hooks.remove(record)
