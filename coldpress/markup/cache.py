"""Rendered bodies, kept by the digest of what was rendered."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from coldpress import text
from coldpress.markup import serial
from coldpress.markup.render import Renderer
from coldpress.markup.rendered import Rendered
from coldpress.markup.store import MarkupStore
from coldpress.markup.workers import FEW, MakeExecutor, render_many


class MarkupCache:
    """Renders each different body once: in the life of the process and, with a
    store, from one build to the next."""

    def __init__(self, store: MarkupStore | None = None) -> None:
        self.store = store
        self._renderer = Renderer()
        self._kept: dict[str, Rendered] = {}

    def render(self, body: str, digest: str) -> Rendered:
        """The markup of a body; `digest` names its content."""
        rendered = self._kept.get(digest)
        if rendered is None:
            rendered = self._kept[digest] = self._stored(body, digest) if self.store else self._renderer.render(body)
        return rendered

    def render_ahead(self, bodies: Mapping[str, str], jobs: int, make_executor: MakeExecutor | None = None) -> None:
        """Render, with so many workers, what of these bodies (by digest) is
        not kept yet; few are left to be rendered when they are asked for."""
        missing = {digest: body for digest, body in bodies.items()
                   if digest not in self._kept and not (self.store and self.store.has(_key(digest)))}
        if jobs < 2 or len(missing) < FEW:
            return
        for digest, found in zip(missing, render_many(list(missing.values()), jobs, make_executor), strict=True):
            if self.store:
                self.store.put(_key(digest), found)
            self._kept[digest] = serial.loads(found)

    def _stored(self, body: str, digest: str) -> Rendered:
        assert self.store is not None, "asked only with a store"
        key = _key(digest)
        found = self.store.get(key)
        if found is not None:
            try:
                return serial.loads(found)
            except (ValueError, TypeError, IndexError):
                pass  # rendered anew, and kept over it
        rendered = self._renderer.render(body)
        self.store.put(key, serial.dumps(rendered))
        return rendered


def _key(digest: str) -> str:
    return f"{engine_version()}-{digest}"


@lru_cache(maxsize=1)
def engine_version() -> str:
    """A digest of all that decides what a body becomes: our code and that of
    the libraries beneath it."""
    digest = blake2b(digest_size=8)
    for package in ("markdown", "pymdown-extensions", "pygments", "math-core"):
        digest.update(f"{package}={version(package)};".encode())
    for file in [*sorted(Path(__file__).parent.glob("*.py")), Path(text.__file__)]:
        digest.update(file.read_bytes())
    return digest.hexdigest()
