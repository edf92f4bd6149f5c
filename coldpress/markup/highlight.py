"""Code blocks: Pygments' classes, no colours; the theme's CSS has those."""

from __future__ import annotations

import re
from functools import lru_cache

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name
from pygments.util import ClassNotFound

from coldpress.markup.fences import Info
from coldpress.markup.sessions import Session, begins_session
from coldpress.markup.write import escaped

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
