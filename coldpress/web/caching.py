"""Caches: Flask-Caching limited to one request, and values that many pages show."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from flask import Flask, g, has_app_context

from coldpress import recorder
from coldpress.recorder import Key


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
Link = tuple[str, dict[str, Any]]
Links = list[Link]
_MOST = 30_000
"""How many values a memo keeps: the cards and rows of more than 10,000 posts, about 30 MB."""

_links: ContextVar[Links | None] = ContextVar("coldpress.links", default=None)


def hear_link(endpoint: str, values: dict[str, Any]) -> None:
    """Notes a call of `url_for` for the value that is being computed; `init_app` adds it to the app's
    functions of URL defaults."""
    links = _links.get()
    if links is not None:
        links.append((endpoint, values.copy()))


@contextmanager
def noting_links(ours: Container[str]) -> Iterator[Links]:
    """Collects the links to own routes, not to `ours`, that are built inside the block: they are in the list once it
    has ended."""
    built: Links = []
    around = _links.get()
    token = _links.set(built)
    try:
        yield built
    finally:
        _links.reset(token)
        built[:] = [link for link in built if link[0] not in ours]
        if around is not None:
            around += built


class Memo:
    """Keeps values by key, each with the reads made and the links to own routes (not to `ours`) built
    while computing it; a later use records them again.  A value is not kept if a template took part
    for which `is_own` is true: such a template may depend on the page that shows it."""

    def __init__(self, app: Flask, is_own: Callable[[str], bool], ours: Container[str]) -> None:
        self._app = app
        self._is_own = is_own
        self._ours = ours
        self._made: dict[Hashable, tuple[Any, tuple[Key, ...], Iterable[Link]]] = {}
        self._keys: dict[Key, Key] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key; `make` computes it the first time."""
        known = self._made.get(key)
        if known is None:
            return self._make(key, make)
        kept: T
        kept, reads, links = known
        recorder.replay(dict.fromkeys(reads))
        for endpoint, values in links:
            self._app.inject_url_defaults(endpoint, dict(values))  # calls what `url_for` would call
        return kept

    def _make(self, key: Hashable, make: Callable[[], T]) -> T:
        with noting_links(self._ours) as links, recorder.recording() as reads:
            value = make()
        if not any(self._is_own(name) for kind, name in reads if kind == "template"):
            if len(self._made) >= _MOST:
                self._made.clear()
                self._keys.clear()
            keys = tuple([self._keys.setdefault(each, each) for each in reads])  # each key once in memory
            self._made[key] = value, keys, tuple(links)
        recorder.replay(reads)
        return value
