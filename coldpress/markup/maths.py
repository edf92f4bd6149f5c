"""TeX to MathML, at build time, by math-core."""

from __future__ import annotations

from html import escape

import math_core

from coldpress.markup.rendered import Flaw


class Maths:
    """Formulas as MathML; those that math-core refuses are shown as code, and
    are among `flaws` until these are cleared."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self._converter = math_core.LatexToMathML(fancy_error=False)

    def convert(self, tex: str, line: int, column: int, *, display: bool) -> str:
        """The MathML of a formula that begins at a place of the body."""
        try:
            return str(self._converter.convert_with_local_state(tex, displaystyle=display))
        except math_core.LatexError as reason:
            offset, _, message = str(reason).partition(": ")
            self._refuse(tex, message.rstrip("."), int(offset) if offset.isdigit() else 0, line, column)
            return f'<code class="math-rejected">{escape(tex.strip(), quote=False)}</code>'

    def _refuse(self, tex: str, reason: str, offset: int, line: int, column: int) -> None:
        before = tex[:offset]
        if "\n" in before:
            line, column = line + before.count("\n"), 1
            offset -= before.rfind("\n") + 1
        self.flaws.append(Flaw("markup.maths", f"this formula is not understood: {reason}",
                               line, column + offset, 1, "it is shown as code"))
