"""Highlights code with Pygments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name
from pygments.lexers.shell import BashLexer
from pygments.token import Generic, _TokenType
from pygments.util import ClassNotFound

from coldpress.loaded_code import looking_for_entry_points

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
_PLAIN = ("", "text", "plain", "plaintext", "txt", "none", "raw", "output")
# Names of languages that authors use, and the names of Pygments for them.
_LANGUAGE_ALIASES = {
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
_PROMPT = re.compile(r"""
    (?P<who>(?:\([^()\n]+\)[ ]?)?                              # (venv)
      (?:[\w.-]+@[^\s$\#%❯➜]+(?:[ ][^\s$\#%❯➜]+)?[ ]?          # user@host:~
        | \[[^\]\n]+\][ ]? | (?:ba|z|k)?sh(?:-[\d.]+)? | [~/][^\s$\#%❯➜]*[ ]?)?)
    (?P<sign>[$\#%❯➜])(?:[ ]+|(?=\n|\Z))
""", re.X)
_CONTINUATION = "> "  # the prompt before the next line of a command


class SessionLexer(Lexer):
    """Lexes a terminal session line by line: prompts, commands as shell code, and the rest as output."""

    name = "Terminal session"

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """Yields the tokens with their offsets."""
        sign, position = _prompt_sign(text), 0
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


def is_session(text: str) -> bool:
    """Returns whether shell code is a terminal session: it begins with a prompt, `$ ls`."""
    return text.lstrip("\n").startswith("$ ")


def _prompt_sign(text: str) -> str:
    """Returns the sign that is a prompt by itself in this code: `#` only if there is no other."""
    for sign in "$%❯➜":
        if re.search(rf"^{re.escape(sign)}(?: |$)", text, re.M):
            return sign
    return "#"


def _prompt(line: str, sign: str, *, goes_on: bool) -> str | None:
    """Returns the prompt at the start of a line; an empty text if the line continues a command
    without a prompt; None if the line is output."""
    found = _PROMPT.match(line)
    if found and (found["who"] or found["sign"] == sign):
        return found[0]
    if goes_on:
        return _CONTINUATION if line.startswith(_CONTINUATION) else ""
    return None


@lru_cache(maxsize=1024)
def highlight_code(source: str, language: str) -> str | None:
    """Returns code as HTML with the classes of Pygments; None if Pygments does not know the language."""
    lexer = _lexer_for(language, source)
    return highlight(source, lexer, _FORMATTER).removesuffix("\n") if lexer else None


def _lexer_for(language: str, source: str) -> Lexer | None:
    """Returns the lexer for the code of a fence; None for plain text."""
    if language in _SESSIONS or (language in _SHELLS and is_session(source)):
        return _SESSION_LEXER
    if language in ("python", "py") and source.startswith(">>> "):
        return _find_lexer("pycon")
    return _find_lexer("diff" if re.match(r"diff[-_]", language) else _LANGUAGE_ALIASES.get(language, language))


@lru_cache(maxsize=256)
def _find_lexer(language: str) -> Lexer | None:
    """Returns the lexer for a language or a file extension; None if Pygments has none."""
    if language in _PLAIN:
        return None
    try:
        with looking_for_entry_points("pygments.lexers"):
            return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        with looking_for_entry_points("pygments.lexers"):
            found = find_lexer_class_for_filename(f"x.{language}") if language.isalnum() else None
        return found(stripnl=False) if found else None


_SESSION_LEXER = SessionLexer(stripnl=False)
