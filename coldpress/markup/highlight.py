"""Code blocks: Pygments' classes, no colours; the theme's CSS has those."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

_LANGUAGE = re.compile(r"[\w#.+-]+")
OPTIONS = ("title", "hl_lines")
"""What a fence may say beside its language: ```` ```py title="x" hl_lines="1 3-4" ````"""


def accept_options(language: str, inputs: Mapping[str, str], options: dict[str, str],
                   attrs: dict[str, str], md: Any) -> bool:
    """Take the options we know; the rest of a fence's first line is ignored."""
    options.update((key, inputs[key]) for key in OPTIONS if key in inputs)
    return True


def code_block(source: str, language: str | None, css_class: str, options: Mapping[str, str],
               md: Any, **_: Any) -> str:
    """One fence as HTML; a language nobody knows is plain text."""
    language = (language or "").lower()
    lexer = _lexer(language)
    if lexer:
        code = highlight(source, lexer, _formatter(options.get("hl_lines", "")))
    else:
        code = escape(source, quote=False) + "\n"
    name = f' class="language-{escape(language)}"' if _LANGUAGE.fullmatch(language) else ""
    # The block scrolls sideways, so it can take the focus.
    block = f'<pre tabindex="0"><code{name}>{code}</code></pre>'
    if options.get("title"):
        caption = escape(options["title"], quote=False)
        return f'<figure class="code"><figcaption>{caption}</figcaption>{block}</figure>'
    return f'<div class="code">{block}</div>'


@lru_cache(maxsize=256)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False) if language else None
    except ClassNotFound:
        return None


@lru_cache(maxsize=64)
def _formatter(lines: str) -> HtmlFormatter[str]:
    marked: list[int] = []
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", lines):
        marked += range(int(first), min(int(last or first), 10_000) + 1)
    return HtmlFormatter(nowrap=True, hl_lines=marked)
