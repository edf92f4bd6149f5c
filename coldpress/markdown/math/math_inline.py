r"""Finds formulas in Markdown text, `$…$`, `\(…\)` and the like, and tells them from prices and prose."""

from __future__ import annotations

import re

from coldpress.markdown import tree
from coldpress.text import CJK, lazy_re_compile

_DOUBLE_DOLLAR = lazy_re_compile(r"\$\$(?!\$)((?:[^$\\]|\\.)+?)\$\$(?!\$)", re.S)
_SINGLE_DOLLAR = lazy_re_compile(  # an English ending may follow: the $n$th
    r"\$(?![\s$])((?:[^$\\\n]|\\.|\n(?!\n))*?(?:[^\s$\\]|\\.))\$(?:(?![\w$])|(?=(?:st|nd|rd|th|s)\b))", re.A)
_DOLLAR_BACKTICK = lazy_re_compile(r"\$`([^`\n]+)`\$")
_ESCAPED = lazy_re_compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\](?![(\[:])", re.S)
_TEX = lazy_re_compile(r"[\\^_={}<>+*/|]")
_WORDS = lazy_re_compile(r"[A-Za-z]{2,}")
_CJK = lazy_re_compile(f"[{CJK}]")
_CJK_PROSE = lazy_re_compile("[\u3001\u3002\uff01\uff0c\uff1b\uff1f]")
_COMMAND = lazy_re_compile(r"\\[a-zA-Z]+")
_SCRIPT = re.compile(r"[=^_]")
_CURRENCY = lazy_re_compile(r"[€£¥₩₹₽]|(?:\b|\d)(?:US|HK|NT|[ACRS])$")
_MAX_LENGTH = 2000
# Syntax that Markdown parses before formulas: tags (`<b>` alone may be two comparisons), URLs, code.
_MARKUP = lazy_re_compile(rf"</[a-zA-Z][a-zA-Z0-9-]*[ ]*>|<(?P<tag>[a-zA-Z][a-zA-Z0-9-]+)(?:{tree.ATTRIBUTE})*+[ ]*/?>|://"
                     "|`|<!--")
_FUNCTIONS = lazy_re_compile(
    r"\b(?:arc)?(?:sin|cos|tan|cot|sec|csc|log|exp|min|max|sup|inf|lim|det|gcd|mod|ln|lg|var|cov)\b")
_PROSE = lazy_re_compile(r"[A-Za-z]{3,}")
# A sign between spaces, or a subscript or superscript that is not part of a word.
_IS_EQUATION = lazy_re_compile(r"\s[=<>+]\s|\^|(?<![A-Za-z])[A-Za-z]_[A-Za-z0-9{]|[)}\]]_")
_IS_RELATION = re.compile(r"\s=\s")
_EMPHASIS = lazy_re_compile(r"(?<![\w\\^])_+(?=\S)[^_]*[^_\s]_+(?!\w)|(?<![\w\\])\*+(?=\S)[^*]*[^*\s]\*+(?!\w)")


def formula_at(text: str, at: int) -> tuple[str, int, bool] | None:
    """Returns the formula that begins with `$` at an offset: its TeX, its end, and whether it is shown as a block."""
    if text.startswith("$$", at):
        found = _DOUBLE_DOLLAR.match(text, at, at + _MAX_LENGTH)
        return (found[1], found.end(), True) if found and is_dollar_block(found[1]) else None
    found = _DOLLAR_BACKTICK.match(text, at, at + _MAX_LENGTH)
    if found:
        return found[1], found.end(), False
    if at and ((text[at - 1].isalnum() and text[at - 1].isascii()) or text[at - 1] in "$\\"):
        return None
    found = _SINGLE_DOLLAR.match(text, at, at + _MAX_LENGTH)
    return (found[1], found.end(), False) if found and _is_formula(found[1]) and not _has_markup(found[1]) else None


def escaped_at(text: str, at: int) -> tuple[str, int, bool] | None:
    r"""Returns the formula that begins with `\(` or `\[` at an offset, if the text in it looks like TeX."""
    found = _ESCAPED.match(text, at, at + _MAX_LENGTH)
    if not found or _has_markup(found[1] or found[2]):
        return None
    if found[1]:
        is_text = found[1][0].isspace() or bool(at and (text[at - 1].isalnum() or text[at - 1] in "_)]"))
        is_tex = _has_tex_syntax(found[1]) if is_text else looks_like_tex(found[1])
        return (found[1], found.end(), False) if is_tex and not _is_prose(found[1]) else None
    if _has_tex_syntax(found[2]) and not _is_prose(found[2]):
        return found[2], found.end(), True
    return None


def _has_markup(tex: str) -> bool:
    """Returns whether a text contains syntax that Markdown parses before formulas."""
    return any(not found["tag"] or tree.is_known_element(found["tag"]) for found in _MARKUP.finditer(tex))


def _has_tex_syntax(text: str) -> bool:
    return bool(_COMMAND.search(text) or _SCRIPT.search(text))


def _is_prose(text: str) -> bool:
    """Returns whether a text between escaped brackets is prose: it has words and no TeX command.  One or two words with
    a sign such as `^` or ` = ` are a formula; with three or more words only ` = ` counts."""
    if _COMMAND.search(text):
        return False
    words = _FUNCTIONS.sub("", text)
    count = len(_PROSE.findall(words))
    signs = _IS_EQUATION if count < 3 else _IS_RELATION
    return bool(count) and not signs.search(_EMPHASIS.sub("", words))


def is_bracketed_block(text: str) -> bool:
    r"""Returns whether a text between `\[` and `\]` on a line of their own is a formula."""
    return bool(_TEX.search(text)) and not (_has_markup(text) or _is_prose(text) or r"\[" in text)


def is_dollar_block(text: str) -> bool:
    """Returns whether a text between two `$$` on one line is a formula, and not `$$` in prose."""
    return bool(text.strip()) and not _has_markup(text) and (
        looks_like_tex(text) or not _WORDS.search(text) or not re.search(r"\s", text))


def looks_like_tex(text: str) -> bool:
    """Returns whether a text between escaped brackets has characters that are rare in prose, or no words at all."""
    return bool(_TEX.search(text)) or not (_WORDS.search(text) or _CJK.search(text))


def _is_formula(tex: str) -> bool:
    """Returns whether a text between two `$` is a formula, and not part of prices, shell variables or a script."""
    if _COMMAND.search(tex):
        return True
    is_price = tex[0].isdigit()
    if _CURRENCY.search(tex) and is_price:
        return False
    if _CJK.search(tex):
        return not is_price and bool(_SCRIPT.search(tex)) and not _CJK_PROSE.search(tex)
    if not _TEX.search(tex):
        return _is_plain_formula(tex)
    return not (is_price and re.search(r"\s", tex) and _WORDS.search(tex))


def _is_plain_formula(tex: str) -> bool:
    """Returns whether a text without characters of TeX is a formula: `x`, `f(x)` and `(i, j)` are, words and
    `(this).` are not."""
    if re.search(r"\s", tex) and (_WORDS.search(tex) or tex[0].isdigit()):
        return False
    is_whole = sum(map(tex.count, "([")) == sum(map(tex.count, ")]"))
    return is_whole and tex[-1] not in ".,;:" and not (tex[0].isdigit() and bool(_WORDS.search(tex)))
