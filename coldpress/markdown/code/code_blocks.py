"""Code blocks: highlighted by Pygments, with titles, marked lines and line numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name
from pygments.lexers.shell import BashLexer
from pygments.token import Generic, _TokenType
from pygments.util import ClassNotFound

from coldpress.markdown.code import diagrams
from coldpress.markdown.code.fence_info import Info, info_of
from coldpress.markdown.rendered import Flaw
from coldpress.markdown.tree import Raw, Verbatim, escaped

_PROMPT = re.compile(r"""
    (?P<who>(?:\([^()\n]+\)[ ]?)?                              # (venv)
      (?:[\w.-]+@[^\s$\#%❯➜]+(?:[ ][^\s$\#%❯➜]+)?[ ]?          # user@host:~
        | \[[^\]\n]+\][ ]? | (?:ba|z|k)?sh(?:-[\d.]+)? | [~/][^\s$\#%❯➜]*[ ]?)?)
    (?P<sign>[$\#%❯➜])(?:[ ]+|(?=\n|\Z))
""", re.X)
_MORE = "> "  # before the next line of one command


class Session(Lexer):
    """Lexes commands as shell, a line at a time; what is before them as prompts,
    all else as output."""

    name = "Terminal session"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """The tokens with their places."""
        sign, position = _own_sign(text), 0
        goes_on = False
        for line in text.splitlines(keepends=True):
            prompt = _prompt(line, sign, goes_on=goes_on)
            goes_on = prompt is not None and line.endswith("\\\n")
            if prompt is None:
                yield position, Generic.Output, line
            else:
                yield position, Generic.Prompt, prompt
                for offset, kind, value in BashLexer().get_tokens_unprocessed(line[len(prompt):]):
                    yield position + len(prompt) + offset, kind, value
            position += len(line)


def begins_session(text: str) -> bool:
    """Whether what is called shell code is a session: `$ ls` is no command."""
    return text.lstrip("\n").startswith("$ ")


def _own_sign(text: str) -> str:
    """The sign that is a prompt by itself here: `#` only where there is no other."""
    for sign in "$%❯➜":
        if re.search(rf"^{re.escape(sign)}(?: |$)", text, re.M):
            return sign
    return "#"


def _prompt(line: str, sign: str, *, goes_on: bool) -> str | None:
    """What a line has before its command; None where it holds none."""
    found = _PROMPT.match(line)
    if found and (found["who"] or found["sign"] == sign):
        return found[0]
    if goes_on:
        return _MORE if line.startswith(_MORE) else ""
    return None


_LANGUAGE = re.compile(r"[\w#.+-]+")
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
_PLAIN = ("", "text", "plain", "plaintext", "txt", "none", "raw", "output")
# Names that authors use and Pygments has under another.
_NAMES = {
    "jsonc": "json", "geojson": "json", "webmanifest": "json", "mts": "ts", "cts": "ts", "typescriptreact": "tsx",
    "javascriptreact": "jsx", "gql": "graphql", "shell-script": "bash", "batchfile": "batch", "ipython": "python",
    "ipython3": "python", "python-repl": "pycon", "py-repl": "pycon", "viml": "vim", "vimscript": "vim",
    "dotenv": "ini", "env": "ini", "editorconfig": "ini", "gitconfig": "ini", "npmrc": "ini", "svelte": "html",
    "astro": "html", "ejs": "html", "razor": "html", "cshtml": "html", "xaml": "xml", "plist": "xml", "njk": "jinja",
    "nunjucks": "jinja", "jinja2": "jinja", "mustache": "handlebars", "mdx": "markdown", "pgsql": "postgresql",
    "plsql": "sql", "sqlite": "sql", "x86asm": "nasm", "assembly": "nasm", "opencl": "c", "vba": "vbnet",
    "hack": "php", "rescript": "reasonml", "gettext": "po",
}
_SHELLS = ("bash", "sh", "shell", "zsh")
_SESSIONS = ("console", "shell-session", "shellsession", "sh-session", "bash-session", "terminal")
_COMMENT = re.compile(r'<span class="c[1mhs]?">[^<]*\([^<]*</span>')
_NUMBER = re.compile(r"\((\d{1,3})\)!?(?=\W*</span>)")
# A line that Pygments marks as a whole, as in a diff; not `~~gone~~` in Markdown.
_WHOLE = re.compile(r'^<span class="(gi|gd)">(?!~~)[^<]*</span>$', re.M)


def highlighted(source: str, language: str) -> str | None:
    """Code with its classes; None in a language that nobody knows."""
    lexer = _lexer_for(language, source)
    return highlight(source, lexer, _FORMATTER).removesuffix("\n") if lexer else None


def code_block(source: str, info: Info, *, notes: bool = False) -> str:
    """Code as HTML; a language nobody knows is plain text.  With `notes`, which
    are a list below it, `(1)` in a comment is the number of one."""
    code = highlighted(source, info.language) or escaped(source)
    code = _COMMENT.sub(_with_numbers, code) if notes else code
    code = _in_lines(code, info) if info.in_lines or _WHOLE.search(code) else f"{code}\n"
    name = f' class="language-{escaped(info.language)}"' if _LANGUAGE.fullmatch(info.language) else ""
    # The block scrolls sideways, so it can take the focus.
    block = f'<pre tabindex="0"><code{name}>{code}</code></pre>'
    if info.title:
        return f'<figure class="code"><figcaption>{escaped(info.title)}</figcaption>{block}</figure>'
    return f'<div class="code">{block}</div>'


def _with_numbers(comment: re.Match[str]) -> str:
    return _NUMBER.sub(r'<b class="annotation">(\1)</b>', comment[0])


def _in_lines(code: str, info: Info) -> str:
    """Each line in an element of its own, numbered or marked; Pygments lets no
    element go over a line's end."""
    lines = []
    every = code.split("\n")
    wide = len(str((info.first or 0) + len(every) - 1))
    for number, line in enumerate(every, 1):
        marks = [name for name, numbers in (("hll", info.marked), ("ins", info.added), ("del", info.removed))
                 if number in numbers]
        marks += _WHOLE.findall(line)[:1]
        shown = f' data-line="{info.first + number - 1:>{wide}}"' if info.first is not None else ""
        lines.append(f'<span class="{" ".join(["line", *marks])}"{shown}>{line}\n</span>')
    return "".join(lines)


def _lexer_for(language: str, source: str) -> Lexer | None:
    if language in _SESSIONS or (language in _SHELLS and begins_session(source)):
        return _SESSION
    if language in ("python", "py") and source.startswith(">>> "):
        return _lexer("pycon")
    return _lexer("diff" if re.match(r"diff[-_]", language) else _NAMES.get(language, language))


@lru_cache(maxsize=256)
def _lexer(language: str) -> Lexer | None:
    if language in _PLAIN:
        return None
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        found = find_lexer_class_for_filename(f"x.{language}") if language.isalnum() else None
        return found(stripnl=False) if found else None


_SESSION = Session(stripnl=False)


_INLINE_LANGUAGE = re.compile(r"#!(?P<name>[a-z][\w#+-]*) +(?=\S)")


def code_span(text: str) -> Element:
    """A code span; `#!python x` says the language of what follows."""
    element = Element("code")
    element.text = Verbatim(text)
    return element


def colour_span(element: Element) -> None:
    """Highlight a code span that says its language, if that is known."""
    found = _INLINE_LANGUAGE.match(element.text or "")
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
