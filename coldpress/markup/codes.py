"""What stands between fences and in code spans: code to be shown, or a diagram to be drawn."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from coldpress.markup import diagrams
from coldpress.markup.fences import info_of
from coldpress.markup.highlight import code_block, highlighted
from coldpress.markup.rendered import Flaw
from coldpress.markup.tree import Raw, Verbatim

_LANGUAGE = re.compile(r"#!(?P<name>[a-z][\w#+-]*) +(?=\S)")


def code_span(text: str) -> Element:
    """A code span; `#!python x` says the language of what follows."""
    element = Element("code")
    element.text = Verbatim(text)
    return element


def colour_span(element: Element) -> None:
    """Highlight a code span that says its language, if that is known."""
    found = _LANGUAGE.match(element.text or "")
    code = highlighted((element.text or "")[found.end():], found["name"]) if found else None
    if found and code is not None:
        element.set("class", f"language-{found['name']}")
        element.text = Raw(code)


class Codes:
    """The code blocks of one body; what is to be said of them is among `flaws`."""

    draws = True
    """Whether diagrams are drawn, else shown as code: what a drawing holds is not cleaned."""

    def __init__(self) -> None:
        self._notes: list[Flaw] = []
        self._diagrams = diagrams.Diagrams()

    @property
    def flaws(self) -> list[Flaw]:
        return [*self._notes, *self._diagrams.flaws]

    def convert(self, source: str, text: str, line: int, column: int, *, notes: bool = False) -> str:
        """The HTML of a block; `text` is what its fence says of it, and stands
        at a place of the body.  A list of `notes` may follow it."""
        info = info_of(text)
        if info.ignored:
            words = ", ".join(f"`{word}`" for word in info.ignored)
            self._notes.append(Flaw("markup.fence-attribute", f"this fence says what has no meaning here: {words}",
                                    line, column, 1, "it is ignored", "note"))
        drawn = None
        if info.language == diagrams.LANGUAGE and self.draws:
            drawn = self._diagrams.draw(source, info, line, column)
        elif info.language == diagrams.LANGUAGE:
            self._diagrams.check(source, line)
        return drawn or code_block(source, info, notes=notes)
