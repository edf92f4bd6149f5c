r"""Rewrites a TeX formula with the commands that math-core knows.

A command that math-core lacks is replaced (`split` becomes `aligned`).  What
math-core would drop without a word is written in a form that it keeps (a `\\`
outside of any environment gets an environment).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from coldpress.markdown.math import tex_parse
from coldpress.markdown.math.tex_parse import (
    Group,
    Node,
    NodeReader,
    Row,
    Token,
    cells_of,
    flat,
    is_blank,
    parse,
    rows_of,
    tokens_of,
)

# What is only short for something else, as macros: a page may define it anew.
MACROS = {
    "pmb": r"\boldsymbol{#1}", "mathds": r"\mathbb{#1}", "mathbbm": r"\mathbb{#1}", "mathnormal": "{#1}",
    "ensuremath": "{#1}", "vcenter": "{#1}", "mathclap": "{#1}", "dotsc": r"\ldots", "dotso": r"\ldots",
    "hdots": r"\ldots", "euro": "€", "strut": r"\mathstrut", "intop": r"\int", "qed": r"\square", "nobreak": "",
    "sgn": r"\operatorname{sgn}", "Tr": r"\operatorname{Tr}", "tr": r"\operatorname{tr}",
    "rank": r"\operatorname{rank}",
}
_RENAMED = {
    "split": "aligned", "alignat": "align", "alignat*": "align*", "alignedat": "aligned", "flalign": "align",
    "flalign*": "align*", "eqnarray": "align", "eqnarray*": "align*", "smallmatrix": "subarray",
    **{f"{kind}matrix*": f"{kind}matrix" for kind in ("", "p", "b", "B", "v", "V")}}
_TRANSPARENT = frozenset(["math", "displaymath", "subequations"])
_COUNTED = frozenset(["alignat", "alignat*", "alignedat"])
_NUMBERED = frozenset(["equation", "align", "gather", "multline"])
_TABLES = {"\\substack": "subarray", "\\matrix": "matrix", "\\pmatrix": "pmatrix", "\\cases": "cases",
           "\\eqalign": "aligned"}
_TEXTS = ("text", "textrm", "textbf", "textit", "textsf", "texttt", "textnormal", "textup", "emph", "mbox", "hbox",
          "fbox")
_SIZES = ("tiny", "scriptsize", "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge", "Huge",
          "displaylimits")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ANGLES = {"<": "\\langle", ">": "\\rangle"}
_SIGNS = {"ast": "∗", "star": "⋆", "dagger": "†", "ddagger": "‡", "prime": "′"}
_BRACES = r"\{(?:[^{}]|\{[^{}]*\})*\}"
_COLOR = re.compile(r"\s*#([\dA-Fa-f]{3}|[\dA-Fa-f]{6})\s*")


@dataclass(frozen=True, slots=True)
class RewrittenTex:
    """A formula for math-core.  math-core refuses the texts of `tags`, so the
    formula has a placeholder (`tag_placeholder`) in the place of each."""

    tokens: tuple[Token, ...]
    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(token.text for token in self.tokens)

    def source_offset(self, offset: int) -> int:
        """The offset in the author's text of what is at an offset of the rewritten text."""
        for token in self.tokens:
            if offset < len(token.text):
                return token.at
            offset -= len(token.text)
        return self.tokens[-1].at + 1 if self.tokens else 0


def tag_placeholder(number: int) -> str:
    """The placeholder for a tag that math-core refuses."""
    return f"tag.{number}"


def rewrite(tex: str, *, display: bool) -> RewrittenTex:
    """Rewrites a formula for math-core.  Raises `Unreadable`."""
    writer = _Writer(display=display)
    writer.lines(parse(tex))
    return RewrittenTex(tuple(writer.whole()), tuple(writer.tags))


def rewrite_macro(tex: str) -> str:
    """Rewrites a macro's definition for math-core.  Raises `Unreadable`."""
    writer = _Writer(display=False)
    writer.nodes(parse(tex))
    return "".join(token.text for token in writer.tokens)


class _Writer:
    """Writes the tokens of a parsed formula, with replacements."""

    def __init__(self, *, display: bool) -> None:
        self.tokens: list[Token] = []
        self.tags: list[str] = []
        self._display = display
        self._tag: list[Token] = []
        self._numbered = 0  # environments with numbers that we are in

    def whole(self) -> list[Token]:
        r"""All that was written: a formula that has a `\tag`, but no environment
        for it, in one."""
        if not self._tag:
            return self.tokens
        at = self._tag[0].at
        return [*tokens_of("\\begin{equation}", at), *self.tokens, *self._tag, *tokens_of("\\end{equation}", at)]

    def lines(self, nodes: Row) -> None:
        r"""Nodes with `\\` outside of any environment, in one."""
        rows = rows_of(nodes)
        if len(rows) == 1:
            self.nodes(rows[0])
            return
        name = "aligned" if any(len(cells_of(row)) > 1 for row in rows) else "gathered"
        self._rows(name, "", rows, next(flat(nodes)).at, nodes[-1].at)

    def nodes(self, nodes: Row) -> None:
        """Nodes one after the other."""
        reading = NodeReader(nodes)
        while (node := reading.next()) is not None:
            if isinstance(node, Token):
                _COMMANDS.get(node.text, _Writer._token)(self, node, reading)
            elif node.name is None:
                self._say("{", node.at)
                self.lines(node.nodes)
                self._say("}", node.end)
            else:
                self._environment(node)

    def _say(self, text: str, at: int) -> None:
        self.tokens += tokens_of(text, at)

    def _braced(self, nodes: Row, at: int) -> None:
        self._say("{", at)
        self.lines(nodes)
        self._say("}", at)

    def _rows(self, name: str, columns: str, rows: list[Row], at: int, end: int) -> None:
        self._say(f"\\begin{{{name}}}{columns}", at)
        for number, row in enumerate(rows):
            if number:
                self._say("\\\\", at)
            self.nodes(row)
        self._say(f"\\end{{{name}}}", end)

    def _environment(self, group: Group) -> None:
        name = group.name or ""
        if name in _TRANSPARENT:
            self.lines(group.nodes)
            return
        reading = NodeReader(group.nodes)
        columns = ""
        if name == "array" and (found := reading.argument()):
            columns = f"{{{_plain_columns(found)}}}"
        elif name in _COUNTED:
            reading.argument()
        elif name in _RENAMED and name.endswith("matrix*"):
            reading.option()
        rows = rows_of(reading.rest())
        if name.startswith("eqnarray"):
            rows = [tex_parse.without_second_column(row) for row in rows]
        elif name == "smallmatrix":
            columns = f"{{{'c' * max(len(cells_of(row)) for row in rows)}}}"
        name = _RENAMED.get(name, name)
        if name.startswith("align"):
            rows = tex_parse.of_one_width(rows)
        is_numbered = name.rstrip("*") in _NUMBERED
        self._numbered += is_numbered
        self._rows(name, columns, rows, group.at, group.end)
        self._numbered -= is_numbered

    def _token(self, token: Token, reading: NodeReader) -> None:
        self.tokens.append(Token(" ", token.at) if token.text[0] == "%" else token)

    def _entity(self, token: Token, reading: NodeReader) -> None:
        """`&lt;`, as authors write it whose formulas were HTML."""
        self.tokens.append(Token(_ENTITIES[token.text], token.at))

    def _percent(self, token: Token, reading: NodeReader) -> None:
        """Not a comment: no line ends it."""
        self._say("\\%", token.at)

    def _escaped(self, token: Token, reading: NodeReader) -> None:
        r"""`\*` and `\_{`, as authors write them whose Markdown took the marks away."""
        following = reading.peek()
        is_mark = token.text == "\\*" or (isinstance(following, Group) and following.name is None)
        self.tokens.append(Token(token.text[1], token.at) if is_mark else token)

    def _size(self, token: Token, reading: NodeReader) -> None:
        """MathML has one size."""
        self._say(" ", token.at)

    def _fence(self, token: Token, reading: NodeReader) -> None:
        r"""`\left<`, and `\big.`, which is nothing."""
        following = reading.peek()
        text = following.text if isinstance(following, Token) else ""
        if text == "." and token.text.lower().startswith("\\big"):
            reading.next()
            return
        self.tokens.append(token)
        if text in _ANGLES:
            reading.next()
            self._say(f"{_ANGLES[text]} ", token.at)

    def _definition(self, token: Token, reading: NodeReader) -> None:
        r"""`\newcommand` for a name that is known already defines it anew: each
        formula of a page may well repeat it."""
        name = reading.argument()
        if name is None:
            self.tokens.append(token)
            return
        command = name.text.strip()
        self._say(f"\\providecommand{{{command}}}{{}}\\renewcommand{{{command}}}", token.at)
        if token.text == "\\DeclareMathOperator":
            body = reading.argument()
            self._say("{\\operatorname{", token.at)
            self.nodes(tex_parse.inner_of(body))
            self._say("}}", token.at)
            return
        while (node := reading.next()) is not None:
            if isinstance(node, Group):
                self._say("{", node.at)
                self.nodes(node.nodes)
                self._say("}", node.end)
                return
            self.tokens += [node]

    def _text(self, token: Token, reading: NodeReader) -> None:
        r"""`\text{for $x$ and a_b}`: a formula within a text stands between
        texts, and what means nothing in a text is a character of it."""
        found = reading.argument()
        if found is None:
            self.tokens.append(token)
            return
        command = "\\text" if token.text in ("\\mbox", "\\hbox") else token.text
        parts = tex_parse.parts_between_dollars(tex_parse.inner_of(found))
        if len(parts) % 2 == 0:  # a `$` alone, which math-core refuses
            self.tokens += [token, *flat([found])]
        elif command == "\\fbox" and len(parts) == 3 and is_blank([*parts[0], *parts[2]]):
            self._say("\\boxed", token.at)
            self._braced(parts[1], token.at)
        else:
            self._texts(command, parts, token.at)

    def _texts(self, command: str, parts: list[Row], at: int) -> None:
        self._say("{" if len(parts) > 1 else "", at)
        for number, part in enumerate(parts):
            if number % 2:
                self._braced(part, at)
            elif part or len(parts) == 1:
                self._say(f"{command}{{", at)
                self.tokens += [Token(f"\\{text}" if text in ("_", "&", "#", "%") else text, place)
                                for text, place in flat(part)]
                self._say("}", at)
        self._say("}" if len(parts) > 1 else "", at)

    def _table(self, token: Token, reading: NodeReader) -> None:
        r"""`\substack{…}`, and plain TeX's `\matrix{…}`."""
        found = reading.argument()
        if not isinstance(found, Group):
            self.tokens += [token, *([found] if found else [])]
            return
        name = _TABLES[token.text]
        self._rows(name, "{c}" if name == "subarray" else "", rows_of(found.nodes), token.at, found.end)

    def _smash(self, token: Token, reading: NodeReader) -> None:
        reading.option()

    def _starred(self, token: Token, reading: NodeReader) -> None:
        self.tokens.append(token)
        following = reading.peek()
        if following and following.text == "*":
            reading.next()

    def _color(self, token: Token, reading: NodeReader) -> None:
        r"""`\color{#f00}` and `\textcolor{#f00}{…}`."""
        name = reading.argument()
        code = _COLOR.fullmatch(name.text) if isinstance(name, Group) else None
        if name is None or code is None:
            self.tokens += [token, *flat([name] if name else [])]
            return
        digits = code[1] if len(code[1]) == 6 else "".join(digit * 2 for digit in code[1])
        color = f"\\color[HTML]{{{digits.upper()}}}"
        shown = reading.argument() if token.text == "\\textcolor" else None
        self._say("{" + color if shown else color, token.at)
        if shown:
            self.lines(tex_parse.inner_of(shown))
            self._say("}", tex_parse.end_of(shown))

    def _label(self, token: Token, reading: NodeReader) -> None:
        """A label in the few characters that math-core takes."""
        found = reading.argument()
        self.tokens.append(token)
        if found:
            self._say(f"{{{label(found.text)}}}", token.at)

    def _operator(self, token: Token, reading: NodeReader) -> None:
        r"""`\mathop{…}\limits_{…}`: what stands below and above it."""
        found = reading.argument()
        self.tokens.append(token)
        if found is None:
            return
        is_asked = reading.skips("\\limits")
        scripts: list[tuple[str, Row]] = []
        while (self._display or is_asked) and len(scripts) < 2 and (mark := reading.skips("_", "^")):
            command = "\\underset" if mark == "_" else "\\overset"
            scripts.append((command, tex_parse.inner_of(reading.argument())))
        self._say("{", token.at)
        for command, script in scripts:
            self._say(command, token.at)
            self._braced(script, token.at)
            self._say("{", token.at)
        self.lines(tex_parse.inner_of(found))
        self._say("}" * (len(scripts) + 1), tex_parse.end_of(found))

    def _tagged(self, token: Token, reading: NodeReader) -> None:
        r"""`\tag{…}`, kept for the end where there is no environment for it."""
        star = "*" if reading.skips("*") else ""
        found = reading.argument()
        if found is None:
            self.tokens.append(token)
            return
        written = tokens_of(f"\\tag{star}{{{self._tag_of(found.text)}}}", token.at)
        if self._numbered or self._tag or not self._display:
            self.tokens += written
        else:
            self._tag = written

    def _tag_of(self, written: str) -> str:
        text = re.sub(r"\\(ast|star|dagger|ddagger|prime)\b\s*", lambda found: _SIGNS[found[1]], written.strip())
        text = re.sub(r"\\(?:text|mathrm)\{([^{}\\$]*)\}", r"\1", re.sub(r"\$([^$\\{}^_]*)\$", r"\1", text))
        if re.search(r"[\\{}$^_]", text) or re.fullmatch(r"[A-Za-z0-9.*-]+", text):
            return text
        self.tags.append(text)
        return tag_placeholder(len(self.tags) - 1)


def label(written: str) -> str:
    """A label in the few characters that math-core takes, and an address too."""
    return re.sub(r"[^A-Za-z0-9:.-]", lambda found: "-" if found[0] in " _/" else f"-{ord(found[0]):x}",
                  written.strip())


def _plain_columns(node: Node) -> str:
    r"""`*{20}{c}` and `l@{\,}r` in letters only."""
    written = re.sub(r"\*\s*\{(\d{1,2})\}\s*\{([^{}]*)\}", lambda found: int(found[1]) * found[2], node.text)
    written = re.sub(rf"[@!<>]\s*{_BRACES}", "", written)
    return re.sub(rf"[pmb]\s*{_BRACES}", "l", written).replace(" ", "")


_COMMANDS: dict[str, Callable[[_Writer, Token, NodeReader], None]] = {
    **dict.fromkeys(_ENTITIES, _Writer._entity),
    **{f"\\{name}": _Writer._text for name in _TEXTS},
    **{f"\\{name}": _Writer._size for name in _SIZES},
    **dict.fromkeys(_TABLES, _Writer._table),
    **dict.fromkeys(("\\left", "\\middle", "\\right"), _Writer._fence),
    **{f"\\{size}{side}": _Writer._fence for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "m", "r")},
    "%": _Writer._percent, "\\*": _Writer._escaped, "\\_": _Writer._escaped, "\\smash": _Writer._smash,
    "\\hspace": _Writer._starred, "\\newcommand": _Writer._definition,
    "\\DeclareMathOperator": _Writer._definition, "\\color": _Writer._color, "\\textcolor": _Writer._color,
    "\\label": _Writer._label, "\\eqref": _Writer._label, "\\mathop": _Writer._operator, "\\tag": _Writer._tagged,
}
