"""Rendered bodies, kept by the digest of what was rendered."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from coldpress import text, versions
from coldpress.markup import serial
from coldpress.markup.rendered import Brief, Rendered
from coldpress.markup.store import Kept, MarkupStore
from coldpress.processes import MakeExecutor
from coldpress.text import text_digest

ReadBody = Callable[[], str]
FEW = 200  # bodies, below which one process is as fast
_IN_MEMORY = 400  # bodies


class MarkupCache:
    """Renders each different body once, as long as it is remembered: the last
    few in memory, all of them in a store, from one build to the next."""

    def __init__(self, store: MarkupStore) -> None:
        self.store = store
        self._last: OrderedDict[str, Rendered] = OrderedDict()

    def render(self, digest: str, body: ReadBody) -> Rendered:
        """The markup of the body that `digest` names; `body` reads it."""
        kept = self._last.get(digest)
        if kept is not None:
            return kept
        rendered = self._stored(digest)
        if rendered is None:
            text = body()
            rendered = cast(Rendered, self._renderer.render(text))
            if text_digest(text) != digest:
                return rendered  # saved again meanwhile: nothing to be kept under that name
            self.store.put(_key(digest), _kept(rendered))
        self._last[digest] = rendered
        if len(self._last) > _IN_MEMORY:
            self._last.popitem(last=False)
        return rendered

    def brief(self, digest: str, body: ReadBody) -> Brief:
        """What other pages show of that body."""
        if digest in self._last:
            return self.render(digest, body).brief
        found = self.store.brief(_key(digest))
        try:
            return serial.loads_brief(found) if found is not None else self.render(digest, body).brief
        except (ValueError, TypeError, IndexError):
            return self.render(digest, body).brief

    def render_ahead(self, bodies: Mapping[str, ReadBody], jobs: int,
                     make_executor: MakeExecutor | None = None) -> None:
        """Render, with so many workers, what of these bodies (by digest) is
        not kept yet; few are left to be rendered when they are asked for."""
        if jobs < 2 or len(bodies) < FEW:
            return
        kept = self.store.keys()
        missing = [digest for digest in bodies if _key(digest) not in kept]
        if len(missing) >= FEW:
            self.store.close()  # no connection may be shared with a forked process
            texts = (bodies[digest]() for digest in missing)
            render_many = import_module("coldpress.markup.workers").render_many
            for digest, found in zip(missing, render_many(texts, jobs, make_executor), strict=True):
                if found.digest == digest:
                    self.store.put(_key(digest), found)
            self.store.flush()

    def trim(self, digests: set[str]) -> None:
        """Forget bodies that long were not among those in use."""
        self.store.trim({_key(digest) for digest in digests})

    @cached_property
    def _renderer(self) -> Any:
        """The engine, which most builds have no use for: imported when it is needed."""
        return import_module("coldpress.markup.render").Renderer()

    def _stored(self, digest: str) -> Rendered | None:
        kept = self.store.get(_key(digest))
        try:
            return serial.loads(kept.text, kept.brief) if kept else None
        except (ValueError, TypeError, IndexError):
            return None  # rendered anew, and kept over it


def _kept(rendered: Rendered) -> Kept:
    return Kept.of("", serial.dumps(rendered), serial.dumps_brief(rendered.brief))


def _key(digest: str) -> str:
    return f"{engine_version()}-{digest}"


@lru_cache(maxsize=1)
def engine_version() -> str:
    """A digest of all that decides what a body becomes: our code and that of
    the libraries beneath it."""
    here = Path(__file__).parent
    ours = [file for file in sorted(here.glob("*.py")) if file.stem not in ("cache", "store", "workers")]
    return versions.code_version([*ours, Path(text.__file__)],
                                 ("markdown", "pymdown-extensions", "pygments", "math-core", "mmdr"))
