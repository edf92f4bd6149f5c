"""Caches of one request: Flask-Caching, and what is made once and shown on many pages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

from flask import Flask, current_app, g, has_app_context

from coldpress import recorder
from coldpress.recorder import Reads


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


T = TypeVar("T")
Links = list[tuple[str, dict[str, Any]]]


class Memo:
    """Values by a key, each with the reads and the calls of `url_for` that made
    it.  One in which a template takes part that `is_own` is not kept: such a
    template may ask which page it is on."""

    def __init__(self, is_own: Callable[[str], bool]) -> None:
        self._is_own = is_own
        self._made: dict[Hashable, tuple[Any, Reads, Links]] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made if it is not there."""
        known = self._made.get(key)
        if known is None:
            with recorder.recording() as reads, _hearing() as links:
                value = make()
            if not any(self._is_own(name) for kind, name in reads if kind == "template"):
                self._made[key] = value, reads, links
            recorder.replay(reads)
            return value
        kept: T
        kept, reads, links = known
        recorder.replay(reads)
        for endpoint, values in links:
            current_app.inject_url_defaults(endpoint, dict(values))  # whoever listens hears of it again
        return kept


@contextmanager
def _hearing() -> Iterator[Links]:
    """The calls of `url_for` inside the block."""
    links: Links = []
    hooks = current_app.url_default_functions.setdefault(None, [])

    def hear(endpoint: str, values: dict[str, Any]) -> None:
        links.append((endpoint, values.copy()))

    hooks.append(hear)
    try:
        yield links
    finally:
        hooks.remove(hear)
