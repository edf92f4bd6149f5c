"""What stands between fences: code to be shown, or a diagram to be drawn."""

from __future__ import annotations

from coldpress.markup import diagrams
from coldpress.markup.fences import info_of
from coldpress.markup.highlight import code_block
from coldpress.markup.rendered import Flaw


class Codes:
    """The code blocks of one body; what is to be said of them is among `flaws`."""

    def __init__(self) -> None:
        self._notes: list[Flaw] = []
        self._diagrams = diagrams.Diagrams()

    @property
    def flaws(self) -> list[Flaw]:
        return [*self._notes, *self._diagrams.flaws]

    def convert(self, source: str, text: str, line: int, column: int) -> str:
        """The HTML of a block; `text` is what its fence says of it, and stands
        at a place of the body."""
        info = info_of(text)
        if info.ignored:
            words = ", ".join(f"`{word}`" for word in info.ignored)
            self._notes.append(Flaw("markup.fence-attribute", f"this fence says what has no meaning here: {words}",
                                    line, column, 1, "it is ignored", "note"))
        drawn = self._diagrams.draw(source, info, line, column) if info.language == diagrams.LANGUAGE else None
        return drawn or code_block(source, info)
