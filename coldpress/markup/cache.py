"""Rendered bodies, kept by the digest of what was rendered."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from coldpress import text
from coldpress.markup import serial
from coldpress.markup.render import Renderer
from coldpress.markup.rendered import Rendered
from coldpress.markup.store import MarkupStore


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

    def _stored(self, body: str, digest: str) -> Rendered:
        assert self.store is not None, "asked only with a store"
        key = f"{engine_version()}-{digest}"
        found = self.store.get(key)
        if found is not None:
            try:
                return serial.loads(found)
            except (ValueError, TypeError, IndexError):
                pass  # rendered anew, and kept over it
        rendered = self._renderer.render(body)
        self.store.put(key, serial.dumps(rendered))
        return rendered


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
