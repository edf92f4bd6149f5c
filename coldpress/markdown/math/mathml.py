"""Converts TeX to MathML during the build, with math-core."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

import math_core

from coldpress.markdown.math.tex_parse import TexError
from coldpress.markdown.math.tex_rewrite import (
    MACROS,
    RewrittenTex,
    rewrite,
    rewrite_macro,
    safe_label,
    tag_placeholder,
)
from coldpress.markdown.rendered import Flaw

_NAME = re.compile(r"\\?([A-Za-z]+)")
_UNKNOWN = re.compile(r'<a href="#([^"]*)">\(\?\?\)</a>')
# Marks that fonts cannot stretch, and those that they can.
_STRETCHED = (("\u0332</mo></mover>", "\u203e</mo></mover>"), ("\u0332</mo></munder>", "_</mo></munder>"),
              ('<mo stretchy="true">~</mo>', '<mo stretchy="true">\u02dc</mo>'))
_ALONE = re.compile(r"(<m(?:sub|sup|subsup)>)(<mo [^<>]*minsize=[^<>]*>[^<]*</mo>)")
_TABLE = re.compile(r"<(/?)mtable\b([^<>]*)>")
_LEVEL = re.compile(r' scriptlevel="[^"]*"')
_EQREF = re.compile(r"\\eqref\s*\{([^{}]*)\}")


class MathConverter:
    """Converts formulas to MathML.  A formula that math-core refuses is shown as code, and added to `flaws`.
    `macros` are the author's own commands by name; raises `ValueError` for an invalid one.

    The formulas between two calls of `reset` belong to one page: they share their definitions and the numbering of
    equations.
    """

    def __init__(self, macros: Mapping[str, str] | None = None) -> None:
        self.flaws: list[Flaw] = []
        self._converter = _converter({**MACROS, **_rewrite_macros(macros or {})})

    def reset(self) -> None:
        """Begins another page."""
        self.flaws.clear()
        self._converter.reset_global_state()

    def convert(self, tex: str, line: int, column: int, *, display: bool) -> str:
        """Returns the MathML of a formula at a line and column of the body."""
        try:
            rewritten = rewrite(tex, display=display)
        except TexError as reason:
            return self._refuse(tex, str(reason), reason.at, line, column)
        try:
            html = str(self._converter.convert_with_global_state(rewritten.text, displaystyle=display))
        except math_core.LatexError as reason:
            offset, message = _error_place(reason)
            return self._refuse(tex, message, rewritten.source_offset(offset), line, column)
        unknown = _UNKNOWN.search(html)
        if unknown:
            found = next((found for found in _EQREF.finditer(tex) if safe_label(found[1]) == unknown[1]), None)
            return self._refuse(tex, f'no formula above has the label "{found[1] if found else unknown[1]}"',
                                found.start() if found else 0, line, column)
        return _insert_tags(_move_script_levels(_fix_stretched_marks(html)), rewritten)

    def _refuse(self, tex: str, reason: str, offset: int, line: int, column: int) -> str:
        """Adds a flaw at the place of a mistake; returns the formula as code."""
        before = tex[:offset]
        if "\n" in before:
            line, column = line + before.count("\n"), 1
            offset -= before.rfind("\n") + 1
        self.flaws.append(Flaw("markup.maths", f"this formula is not understood: {reason}",
                               line, column + offset, 1, "it is shown as code"))
        return f'<code class="math-rejected">{escape(tex.strip(), quote=False)}</code>'


def _converter(macros: Mapping[str, str]) -> math_core.LatexToMathML:
    # Only wide accents are drawn differently by browsers, and authors use them.
    return math_core.LatexToMathML(macros=dict(macros), fancy_error=False, global_group=True,
                                   allow_unreliable_rendering=True)


def _rewrite_macros(macros: Mapping[str, str]) -> dict[str, str]:
    """Returns macros by their names without backslash, rewritten for math-core."""
    made: dict[str, str] = {}
    for written, tex in macros.items():
        name = _NAME.fullmatch(str(written))
        if not name:
            raise ValueError(f'the macro "{written}" needs a name of letters only, such as "R"')
        if not isinstance(tex, str):
            raise ValueError(f'the macro "{written}" needs a text')
        try:
            made[name[1]] = rewrite_macro(tex)
        except TexError as reason:
            raise ValueError(f'the macro "{written}": {reason}') from None
    try:
        _converter({**MACROS, **made})
    except math_core.LatexError as reason:
        raise ValueError(_macro_error(reason, [*MACROS, *made])) from None
    return made


def _macro_error(reason: Exception, names: list[str]) -> str:
    """Returns the message for an invalid macro; math-core only tells its number."""
    number = re.match(r"macro(\d+):", str(reason))
    name = list(dict.fromkeys(names))[int(number[1])] if number else "?"
    return f'the macro "{name}": {_error_place(reason)[1]}'


def _error_place(reason: Exception) -> tuple[int, str]:
    """Returns the offset and the message of an error of math-core."""
    place, _, message = str(reason).partition(": ")
    offset = place.rpartition(":")[2]
    return (int(offset), message.rstrip(".")) if offset.isdigit() else (0, str(reason))


def _fix_stretched_marks(html: str) -> str:
    r"""Replaces marks that fonts cannot stretch, and puts `\Big|` into a row, where browsers stretch it."""
    for mark, better in _STRETCHED:
        html = html.replace(mark, better)
    return _ALONE.sub(r"\1<mrow>\2</mrow>", html)


def _move_script_levels(html: str) -> str:
    """Moves `scriptlevel` from a table to an `mstyle` around it: MathML 3 and validators allow it only there."""
    open_levels: list[bool] = []

    def tag(found: re.Match[str]) -> str:
        if found[1]:
            return "</mtable></mstyle>" if open_levels and open_levels.pop() else found[0]
        level = _LEVEL.search(found[2])
        open_levels.append(level is not None)
        return f"<mstyle{level[0]}><mtable{_LEVEL.sub('', found[2])}>" if level else found[0]

    return _TABLE.sub(tag, html) if "scriptlevel" in html else html


def _insert_tags(html: str, rewritten: RewrittenTex) -> str:
    """Replaces the placeholders by the texts of the tags."""
    for number, tag in enumerate(rewritten.tags):
        html = html.replace(tag_placeholder(number), escape(tag, quote=False), 1)
    return html
