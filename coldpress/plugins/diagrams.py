"""The plugin `diagrams`: fences of the language `mermaid` become diagrams."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coldpress.markdown.code.fences import Fence
    from coldpress.web.extension import Coldpress


class Diagrams:
    """Draws Mermaid diagrams, if the extra `diagrams` is installed."""

    def init_site(self, site: Coldpress) -> None:
        """Registers the fence."""
        site.fence("mermaid", attributes=False)(draw)


def draw(fence: Fence) -> str | None:
    """Returns the HTML of a diagram; None to show it as code."""
    from coldpress.plugins import mermaid  # noqa: PLC0415  (only where there is a diagram)

    return mermaid.draw(fence)
