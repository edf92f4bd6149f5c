"""`$$…$$` to MathML, at build time, by math-core."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from xml.etree.ElementTree import Element

import markdown
import math_core
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor

from coldpress.markup.locate import Locator
from coldpress.markup.rendered import Flaw

_BLOCK = re.compile(r"^(?P<indent>[ \t>]*)\$\$(?P<tex>(?:(?!\$\$).)+?)\$\$[ \t]*$", re.M | re.S)
_CONTAINER = re.compile(r"\s*(?:[-*+]\s|\d+[.)]\s|:\s|\[\^|!!!|\?\?\?|===)")
_INLINE = r"(?<![\\$])\$\$([^$\n]+?)\$\$(?!\$)"


class Maths(Extension):
    """Formulas between `$$`, as blocks of their own or within a line.

    Those that math-core refuses are shown as code, and remembered until reset.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rejected: list[tuple[str, str, int]] = []
        self._converter = math_core.LatexToMathML(fancy_error=False)

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # noqa: N802  (Python-Markdown's name)
        md.registerExtension(self)
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "$"]
        # After fences (25) and raw HTML (20) have been put out of the way.
        md.preprocessors.register(_Blocks(md, self), "maths_block", 19)
        # After code spans (190), before backslash escapes (180).
        md.inlinePatterns.register(_Inline(_INLINE, md, self), "maths_inline", 185)

    def reset(self) -> None:
        self._rejected.clear()

    def flaws(self, locator: Locator) -> tuple[Flaw, ...]:
        """The formulas of the last body that were refused, at their mistakes."""
        return tuple(_flaw(*rejected, locator) for rejected in self._rejected)

    def convert(self, tex: str, *, display: bool) -> str:
        """MathML, or the formula as code when it is rejected."""
        try:
            return str(self._converter.convert_with_local_state(tex, displaystyle=display))
        except math_core.LatexError as reason:
            offset, _, message = str(reason).partition(": ")
            self._rejected.append((tex, message.rstrip("."), int(offset) if offset.isdigit() else 0))
            return f'<code class="math-rejected">{escape(tex.strip(), quote=False)}</code>'


def _flaw(tex: str, reason: str, offset: int, locator: Locator) -> Flaw:
    line, column = locator.code(tex)
    before = tex[:offset]
    if line is not None and column is not None:
        line, column = line + before.count("\n"), offset - before.rfind("\n") if "\n" in before else column + offset
    return Flaw("markup.maths", f"this formula is not understood: {reason}", line, column, 1, "it is shown as code")


class _Blocks(Preprocessor):
    def __init__(self, md: markdown.Markdown, maths: Maths) -> None:
        super().__init__(md)
        self.maths = maths

    def run(self, lines: list[str]) -> list[str]:
        text = "\n".join(lines)
        return _BLOCK.sub(self._stash, text).split("\n") if "$$" in text else lines

    def _stash(self, found: re.Match[str]) -> str:
        indent, tex = found["indent"], found["tex"]
        if "\n\n" in tex.strip():
            return found.group()  # two stray `$$` with paragraphs between them
        if _is_indented_code(found.string, found.start(), indent):
            return found.group()
        if ">" in indent:
            tex = re.sub(r"\n[ \t>]*", "\n", tex)
        # A <div> makes the formula a block for Markdown's raw HTML rules.
        block = f'<div class="math" tabindex="0">{self.maths.convert(tex, display=True)}</div>'
        placeholder = self.md.htmlStash.store(block)
        return f"{indent}{placeholder}"


def _is_indented_code(text: str, at: int, indent: str) -> bool:
    """Whether what stands at `at` with this indent is code, and not part of a
    list item, a footnote or another container that is indented too."""
    if ">" in indent or len(indent.expandtabs(4)) < 4:
        return False
    for line in reversed(text[:at].split("\n")):
        inner = len(line) - len(line.lstrip())
        if line.strip() and inner < len(indent):
            if _CONTAINER.match(line):
                return False
            if inner == 0:
                return True
    return True


class _Inline(InlineProcessor):
    def __init__(self, pattern: str, md: markdown.Markdown, maths: Maths) -> None:
        super().__init__(pattern, md)
        self.maths = maths

    def handleMatch(  # type: ignore[override]  # noqa: N802  (Python-Markdown's name)
            self, m: re.Match[str], data: str) -> tuple[Element | str | Any, int, int]:
        return self.md.htmlStash.store(self.maths.convert(m[1], display=False)), m.start(), m.end()
