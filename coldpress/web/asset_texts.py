"""The texts of style sheets and scripts: the files that they name, by `url()`, `@import`, `image-set()`, imports of
modules and source maps, and style sheets without what browsers do not need."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from coldpress.text import lazy_re_compile

Shown = Callable[[str], str | None]
"""What returns the target that stands in the place of another one; None if it stays."""
_DOUBLE, _SINGLE = r'"((?:\\.|[^"\\\n])*)"', r"'((?:\\.|[^'\\\n])*)'"
_MAP = r"(?://|/\*)[#@]\s*sourceMappingURL=([^\s*\"']+)"
_URL = rf"\burl\(\s*(?:{_DOUBLE}|{_SINGLE}|([^\s\"'()]+))\s*\)"
_SET_PART = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
_SET = rf"(?P<set>\bimage-set\((?:[^()\"']|{_SET_PART}|\((?:[^()\"']|{_SET_PART})*\))*\))"
_CSS = lazy_re_compile(
    rf"{_MAP}|/\*.*?(?:\*/|\Z)|{_URL}|@import\s*(?:{_DOUBLE}|{_SINGLE})|{_SET}|{_SET_PART}", re.S | re.I)
"""Targets, and around them comments and texts, in which there are none."""
_IN_SET = lazy_re_compile(rf"{_URL}|\btype\([^)]*\)|{_DOUBLE}|{_SINGLE}", re.S | re.I)
_STEP = r"(?=\.{0,2}/)"  # other names of modules are those of an import map
_SCRIPT = lazy_re_compile(
    rf"(?<![\w$.])(?:import|from)\s*(?:\(\s*)?(?:{_DOUBLE.replace('(', f'({_STEP}', 1)}"
    rf"|{_SINGLE.replace('(', f'({_STEP}', 1)})"
    rf"|\bnew\s+URL\(\s*(?:{_DOUBLE}|{_SINGLE})\s*,\s*import\.meta\.url|{_MAP}")
STYLES, SCRIPTS = (".css",), (".js", ".mjs")
TYPES = {".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript"}
"""The types of the files that are read for the files that they name."""


def names_files(filename: str) -> bool:
    """Returns whether a file may name others: whether it is a style sheet or a script."""
    return filename.lower().endswith((*STYLES, *SCRIPTS))


def may_name_files(filename: str, text: str) -> bool:
    """Returns whether a style sheet or script may name a file at all: most name none, and to read them takes a hundred
    times as long."""
    if not filename.lower().endswith(STYLES):
        return any(word in text for word in ("import", "export", "sourceMappingURL"))
    text = text.lower()
    return any(word in text for word in ("@import", "image-set(", "sourcemappingurl")) or not all(
        part[:9].lstrip(" \n\t\"'").startswith("data:") for part in text.split("url(")[1:])


def with_targets(filename: str, text: str, shown: Shown) -> str:
    """Returns the text of a style sheet or script with other targets."""
    def replaced(found: re.Match[str]) -> str:
        if found.lastgroup == "set":
            return _IN_SET.sub(replaced, found[0])
        if not found.lastindex:
            return found[0]
        made = shown(found[found.lastindex])
        start, end = (place - found.start() for place in found.span(found.lastindex))
        return found[0] if made is None else found[0][:start] + made + found[0][end:]

    return (_CSS if filename.lower().endswith(STYLES) else _SCRIPT).sub(replaced, text)


def split_target(target: str) -> tuple[str, str]:
    """Returns the path of a target, and its query and fragment."""
    end = re.search(r"[?#]|\Z", target)
    return target[:end.start()] if end else target, target[end.start():] if end else ""


def renamed(target: str, name: str) -> str:
    """Returns a target that names a file of the same folder with another name."""
    path, rest = split_target(target)
    return path[:path.rfind("/") + 1] + quote(name, safe="-._~!$&*+,;=:@") + rest


_CSS_SPACE = lazy_re_compile(
    r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|/\*.*?\*/\s*|(\n)\s*|\s*([{;,])[^\S\n]*|(:)[^\S\n]+""", re.S)
"""Texts in a style sheet, which stay, and its comments, empty lines, indentation and other space without a meaning."""


def shortened_css(css: str) -> str:
    """Returns a style sheet without comments and needless space: a fifth of it."""
    return _CSS_SPACE.sub(lambda found: found[found.lastindex] if found.lastindex else "", css).strip() + "\n"
