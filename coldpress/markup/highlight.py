"""Code blocks: Pygments' classes, no colours; the theme's CSS has those."""

from __future__ import annotations

import re
from functools import lru_cache

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from coldpress.markup.fences import Info
from coldpress.markup.write import escaped

_LANGUAGE = re.compile(r"[\w#.+-]+")
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)
# Names that authors use and Pygments has under another.
_NAMES = {"sh-session": "console", "shell-script": "bash", "golang": "go", "jsonc": "json", "json5": "json",
          "plain": "text", "plaintext": "text", "txt": "text", "none": "text", "dotenv": "ini", "env": "ini",
          "mdx": "markdown", "viml": "vim", "batchfile": "batch", "pwsh": "powershell", "cs": "csharp",
          "gitignore": "text", "svelte": "html", "vue": "html", "astro": "html", "njk": "jinja", "nunjucks": "jinja"}


def code_block(source: str, info: Info) -> str:
    """Code as HTML; a language nobody knows is plain text."""
    lexer = _lexer(_NAMES.get(info.language, info.language))
    code = highlight(source, lexer, _FORMATTER).removesuffix("\n") if lexer else escaped(source)
    if info.marked or info.added or info.removed or info.first is not None:
        code = _in_lines(code, info)
    name = f' class="language-{escaped(info.language)}"' if _LANGUAGE.fullmatch(info.language) else ""
    # The block scrolls sideways, so it can take the focus.
    block = f'<pre tabindex="0"><code{name}>{code}\n</code></pre>'
    if info.title:
        return f'<figure class="code"><figcaption>{escaped(info.title)}</figcaption>{block}</figure>'
    return f'<div class="code">{block}</div>'


def _in_lines(code: str, info: Info) -> str:
    """Each line in an element of its own, numbered or marked; Pygments lets no
    element go over a line's end."""
    lines = []
    for number, line in enumerate(code.split("\n"), 1):
        marks = [name for name, numbers in (("hll", info.marked), ("ins", info.added), ("del", info.removed))
                 if number in numbers]
        shown = f' data-line="{info.first + number - 1}"' if info.first is not None else ""
        lines.append(f'<span class="{" ".join(["line", *marks])}"{shown}>{line}\n</span>')
    return "".join(lines).removesuffix("\n</span>") + "</span>"


@lru_cache(maxsize=256)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False) if language else None
    except ClassNotFound:
        return None
