r"""Rewrites a TeX formula with commands that math-core supports.

A command that math-core lacks is replaced (`split` becomes `aligned`).  Syntax that math-core would ignore is
rewritten (a `\\` outside of all environments gets an environment).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from coldpress.markdown.math import tex_parse
from coldpress.markdown.math.tex_parse import (
    NodeReader,
    TexGroup,
    TexNode,
    TexRow,
    TexToken,
    flatten,
    is_blank,
    parse_tex,
    split_cells,
    split_rows,
    tokenize,
)

# Abbreviations of other commands, as macros: a page may redefine them.
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
_DROPPED_ENVIRONMENTS = frozenset(["math", "displaymath", "subequations"])
_WITH_COLUMN_COUNT = frozenset(["alignat", "alignat*", "alignedat"])
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
    """A formula for math-core.  math-core refuses the texts of `tags`, so the formula contains placeholders
    (`tag_placeholder`) for them."""

    tokens: tuple[TexToken, ...]
    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(token.text for token in self.tokens)

    def source_offset(self, offset: int) -> int:
        """Returns the offset in the author's text for an offset in the rewritten text."""
        for token in self.tokens:
            if offset < len(token.text):
                return token.at
            offset -= len(token.text)
        return self.tokens[-1].at + 1 if self.tokens else 0


def tag_placeholder(number: int) -> str:
    """Returns the placeholder for a tag that math-core refuses."""
    return f"tag.{number}"


def rewrite(tex: str, *, display: bool) -> RewrittenTex:
    """Rewrites a formula for math-core.  Raises `TexError`."""
    writer = _TexWriter(display=display)
    writer.write_rows(parse_tex(tex))
    return RewrittenTex(tuple(writer.finished()), tuple(writer.tags))


def rewrite_macro(tex: str) -> str:
    """Rewrites a macro's definition for math-core.  Raises `TexError`."""
    writer = _TexWriter(display=False)
    writer.write_nodes(parse_tex(tex))
    return "".join(token.text for token in writer.tokens)


class _TexWriter:
    """Writes the tokens of a parsed formula, with replacements."""

    def __init__(self, *, display: bool) -> None:
        self.tokens: list[TexToken] = []
        self.tags: list[str] = []
        self._display = display
        self._tag: list[TexToken] = []
        self._numbered = 0  # open environments with equation numbers

    def finished(self) -> list[TexToken]:
        r"""Returns all tokens; a formula with a `\tag` outside of all environments gets an environment."""
        if not self._tag:
            return self.tokens
        at = self._tag[0].at
        return [*tokenize("\\begin{equation}", at), *self.tokens, *self._tag, *tokenize("\\end{equation}", at)]

    def write_rows(self, nodes: TexRow) -> None:
        r"""Writes nodes; if they contain `\\`, in an environment."""
        rows = split_rows(nodes)
        if len(rows) == 1:
            self.write_nodes(rows[0])
            return
        name = "aligned" if any(len(split_cells(row)) > 1 for row in rows) else "gathered"
        self._rows(name, "", rows, next(flatten(nodes)).at, nodes[-1].at)

    def write_nodes(self, nodes: TexRow) -> None:
        """Writes nodes one after the other."""
        reader = NodeReader(nodes)
        while (node := reader.next()) is not None:
            if isinstance(node, TexToken):
                _COMMANDS.get(node.text, _TexWriter._token)(self, node, reader)
            elif node.name is None:
                self._write("{", node.at)
                self.write_rows(node.nodes)
                self._write("}", node.end)
            else:
                self._environment(node)

    def _write(self, text: str, at: int) -> None:
        self.tokens += tokenize(text, at)

    def _braced(self, nodes: TexRow, at: int) -> None:
        self._write("{", at)
        self.write_rows(nodes)
        self._write("}", at)

    def _rows(self, name: str, columns: str, rows: list[TexRow], at: int, end: int) -> None:
        """Writes rows in an environment."""
        self._write(f"\\begin{{{name}}}{columns}", at)
        for number, row in enumerate(rows):
            if number:
                self._write("\\\\", at)
            self.write_nodes(row)
        self._write(f"\\end{{{name}}}", end)

    def _environment(self, group: TexGroup) -> None:
        """Writes an environment, with the name and the columns that math-core knows."""
        name = group.name or ""
        if name in _DROPPED_ENVIRONMENTS:
            self.write_rows(group.nodes)
            return
        reader = NodeReader(group.nodes)
        columns = ""
        if name == "array" and (found := reader.argument()):
            columns = f"{{{_plain_columns(found)}}}"
        elif name in _WITH_COLUMN_COUNT:
            reader.argument()
        elif name in _RENAMED and name.endswith("matrix*"):
            reader.option()
        rows = split_rows(reader.rest())
        if name.startswith("eqnarray"):
            rows = [tex_parse.drop_sign_column(row) for row in rows]
        elif name == "smallmatrix":
            columns = f"{{{'c' * max(len(split_cells(row)) for row in rows)}}}"
        name = _RENAMED.get(name, name)
        if name.startswith("align"):
            rows = tex_parse.pad_rows(rows)
        is_numbered = name.rstrip("*") in _NUMBERED
        self._numbered += is_numbered
        self._rows(name, columns, rows, group.at, group.end)
        self._numbered -= is_numbered

    def _token(self, token: TexToken, reader: NodeReader) -> None:
        self.tokens.append(TexToken(" ", token.at) if token.text[0] == "%" else token)

    def _entity(self, token: TexToken, reader: NodeReader) -> None:
        """Writes the character for `&lt;`, which formulas from HTML pages contain."""
        self.tokens.append(TexToken(_ENTITIES[token.text], token.at))

    def _percent(self, token: TexToken, reader: NodeReader) -> None:
        """Escapes a `%` that begins no comment, because no line ending follows."""
        self._write("\\%", token.at)

    def _escaped(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes `*` for `\*`, and `_` for `\_{`: some Markdown parsers need the backslash."""
        following = reader.peek()
        is_mark = token.text == "\\*" or (isinstance(following, TexGroup) and following.name is None)
        self.tokens.append(TexToken(token.text[1], token.at) if is_mark else token)

    def _size(self, token: TexToken, reader: NodeReader) -> None:
        """Omits a command for the font size: MathML has only one size."""
        self._write(" ", token.at)

    def _fence(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes `\left<` with `\langle`; omits `\big.`, which shows nothing."""
        following = reader.peek()
        text = following.text if isinstance(following, TexToken) else ""
        if text == "." and token.text.lower().startswith("\\big"):
            reader.next()
            return
        self.tokens.append(token)
        if text in _ANGLES:
            reader.next()
            self._write(f"{_ANGLES[text]} ", token.at)

    def _definition(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes `\newcommand` so that it may redefine a command: formulas of a page often repeat a definition."""
        name = reader.argument()
        if name is None:
            self.tokens.append(token)
            return
        command = name.text.strip()
        self._write(f"\\providecommand{{{command}}}{{}}\\renewcommand{{{command}}}", token.at)
        if token.text == "\\DeclareMathOperator":
            body = reader.argument()
            self._write("{\\operatorname{", token.at)
            self.write_nodes(tex_parse.argument_nodes(body))
            self._write("}}", token.at)
            return
        while (node := reader.next()) is not None:
            if isinstance(node, TexGroup):
                self._write("{", node.at)
                self.write_nodes(node.nodes)
                self._write("}", node.end)
                return
            self.tokens += [node]

    def _text(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes `\text{for $x$ and a_b}`: splits it at formulas, and escapes special characters in the text."""
        found = reader.argument()
        if found is None:
            self.tokens.append(token)
            return
        command = "\\text" if token.text in ("\\mbox", "\\hbox") else token.text
        parts = tex_parse.parts_between_dollars(tex_parse.argument_nodes(found))
        if len(parts) % 2 == 0:  # an unmatched `$`, which math-core refuses
            self.tokens += [token, *flatten([found])]
        elif command == "\\fbox" and len(parts) == 3 and is_blank([*parts[0], *parts[2]]):
            self._write("\\boxed", token.at)
            self._braced(parts[1], token.at)
        else:
            self._texts(command, parts, token.at)

    def _texts(self, command: str, parts: list[TexRow], at: int) -> None:
        """Writes the parts of a text in turn as text and as formula."""
        self._write("{" if len(parts) > 1 else "", at)
        for number, part in enumerate(parts):
            if number % 2:
                self._braced(part, at)
            elif part or len(parts) == 1:
                self._write(f"{command}{{", at)
                self.tokens += [TexToken(f"\\{text}" if text in ("_", "&", "#", "%") else text, place)
                                for text, place in flatten(part)]
                self._write("}", at)
        self._write("}" if len(parts) > 1 else "", at)

    def _table(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes `\substack{…}` and the `\matrix{…}` of plain TeX as environments."""
        found = reader.argument()
        if not isinstance(found, TexGroup):
            self.tokens += [token, *([found] if found else [])]
            return
        name = _TABLES[token.text]
        self._rows(name, "{c}" if name == "subarray" else "", split_rows(found.nodes), token.at, found.end)

    def _smash(self, token: TexToken, reader: NodeReader) -> None:
        reader.option()

    def _starred(self, token: TexToken, reader: NodeReader) -> None:
        self.tokens.append(token)
        following = reader.peek()
        if following and following.text == "*":
            reader.next()

    def _color(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes the hexadecimal color of `\color{#f00}` and `\textcolor{#f00}{…}` for math-core."""
        name = reader.argument()
        code = _COLOR.fullmatch(name.text) if isinstance(name, TexGroup) else None
        if name is None or code is None:
            self.tokens += [token, *flatten([name] if name else [])]
            return
        digits = code[1] if len(code[1]) == 6 else "".join(digit * 2 for digit in code[1])
        color = f"\\color[HTML]{{{digits.upper()}}}"
        shown = reader.argument() if token.text == "\\textcolor" else None
        self._write("{" + color if shown else color, token.at)
        if shown:
            self.write_rows(tex_parse.argument_nodes(shown))
            self._write("}", tex_parse.end_offset(shown))

    def _label(self, token: TexToken, reader: NodeReader) -> None:
        """Writes a label with the characters that math-core accepts."""
        found = reader.argument()
        self.tokens.append(token)
        if found:
            self._write(f"{{{safe_label(found.text)}}}", token.at)

    def _operator(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes `\mathop{…}\limits_{…}`, with its limits below and above the operator."""
        found = reader.argument()
        self.tokens.append(token)
        if found is None:
            return
        is_asked = reader.accept("\\limits")
        scripts: list[tuple[str, TexRow]] = []
        while (self._display or is_asked) and len(scripts) < 2 and (mark := reader.accept("_", "^")):
            command = "\\underset" if mark == "_" else "\\overset"
            scripts.append((command, tex_parse.argument_nodes(reader.argument())))
        self._write("{", token.at)
        for command, script in scripts:
            self._write(command, token.at)
            self._braced(script, token.at)
            self._write("{", token.at)
        self.write_rows(tex_parse.argument_nodes(found))
        self._write("}" * (len(scripts) + 1), tex_parse.end_offset(found))

    def _tagged(self, token: TexToken, reader: NodeReader) -> None:
        r"""Writes `\tag{…}`, or keeps it for the end if it stands outside of all environments."""
        star = "*" if reader.accept("*") else ""
        found = reader.argument()
        if found is None:
            self.tokens.append(token)
            return
        written = tokenize(f"\\tag{star}{{{self._tag_of(found.text)}}}", token.at)
        if self._numbered or self._tag or not self._display:
            self.tokens += written
        else:
            self._tag = written

    def _tag_of(self, written: str) -> str:
        """Returns the text of a tag; for a text that math-core refuses, a placeholder."""
        text = re.sub(r"\\(ast|star|dagger|ddagger|prime)\b\s*", lambda found: _SIGNS[found[1]], written.strip())
        text = re.sub(r"\\(?:text|mathrm)\{([^{}\\$]*)\}", r"\1", re.sub(r"\$([^$\\{}^_]*)\$", r"\1", text))
        if re.search(r"[\\{}$^_]", text) or re.fullmatch(r"[A-Za-z0-9.*-]+", text):
            return text
        self.tags.append(text)
        return tag_placeholder(len(self.tags) - 1)


def safe_label(written: str) -> str:
    """Returns a label with the characters that math-core and URLs accept."""
    return re.sub(r"[^A-Za-z0-9:.-]", lambda found: "-" if found[0] in " _/" else f"-{ord(found[0]):x}",
                  written.strip())


def _plain_columns(node: TexNode) -> str:
    r"""Returns the columns of an array as letters only: expands `*{20}{c}`, and drops the `@{\,}` of `l@{\,}r`."""
    written = re.sub(r"\*\s*\{(\d{1,2})\}\s*\{([^{}]*)\}", lambda found: int(found[1]) * found[2], node.text)
    written = re.sub(rf"[@!<>]\s*{_BRACES}", "", written)
    return re.sub(rf"[pmb]\s*{_BRACES}", "l", written).replace(" ", "")


_COMMANDS: dict[str, Callable[[_TexWriter, TexToken, NodeReader], None]] = {
    **dict.fromkeys(_ENTITIES, _TexWriter._entity),
    **{f"\\{name}": _TexWriter._text for name in _TEXTS},
    **{f"\\{name}": _TexWriter._size for name in _SIZES},
    **dict.fromkeys(_TABLES, _TexWriter._table),
    **dict.fromkeys(("\\left", "\\middle", "\\right"), _TexWriter._fence),
    **{f"\\{size}{side}": _TexWriter._fence for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "m", "r")},
    "%": _TexWriter._percent, "\\*": _TexWriter._escaped, "\\_": _TexWriter._escaped, "\\smash": _TexWriter._smash,
    "\\hspace": _TexWriter._starred, "\\newcommand": _TexWriter._definition,
    "\\DeclareMathOperator": _TexWriter._definition, "\\color": _TexWriter._color, "\\textcolor": _TexWriter._color,
    "\\label": _TexWriter._label, "\\eqref": _TexWriter._label,
    "\\mathop": _TexWriter._operator, "\\tag": _TexWriter._tagged,
}
