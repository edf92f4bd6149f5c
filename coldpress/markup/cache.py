"""Rendered bodies, kept by the digest of what was rendered."""

from __future__ import annotations

from coldpress.markup.render import Renderer
from coldpress.markup.rendered import Rendered


class MarkupCache:
    """Renders each different body once in the life of the process."""

    def __init__(self, renderer: Renderer | None = None) -> None:
        self._renderer = renderer or Renderer()
        self._kept: dict[str, Rendered] = {}

    def render(self, body: str, digest: str) -> Rendered:
        """The markup of a body; `digest` names its content."""
        rendered = self._kept.get(digest)
        if rendered is None:
            rendered = self._kept[digest] = self._renderer.render(body)
        return rendered
