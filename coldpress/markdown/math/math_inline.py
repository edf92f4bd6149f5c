r"""`$…$`, `\(…\)` and the like: a formula, or money."""

from __future__ import annotations

import re

from coldpress.markdown import tree
from coldpress.text import CJK

_DOUBLE_DOLLAR = re.compile(r"\$\$(?!\$)((?:[^$\\]|\\.)+?)\$\$(?!\$)", re.S)
_SINGLE_DOLLAR = re.compile(  # before an English ending too: the $n$th
    r"\$(?![\s$])((?:[^$\\\n]|\\.|\n(?!\n))*?(?:[^\s$\\]|\\.))\$(?:(?![\w$])|(?=(?:st|nd|rd|th|s)\b))", re.A)
_DOLLAR_BACKTICK = re.compile(r"\$`([^`\n]+)`\$")
_ESCAPED = re.compile(r"\\\((.+?)\\\)|\\\[(.+?)\\\](?![(\[:])", re.S)
_TEX = re.compile(r"[\\^_={}<>+*/|]")
_WORDS = re.compile(r"[A-Za-z]{2,}")
_CJK = re.compile(f"[{CJK}]")
_CJK_PROSE = re.compile("[\u3001\u3002\uff01\uff0c\uff1b\uff1f]")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_SCRIPT = re.compile(r"[=^_]")
_CURRENCY = re.compile(r"[€£¥₩₹₽]|(?:\b|\d)(?:US|HK|NT|[ACRS])$")
_MAX_LENGTH = 2000
# What Markdown reads before formulas: tags (a `<b>` alone may be two comparisons), URLs, code.
_MARKUP = re.compile(rf"</[a-zA-Z][a-zA-Z0-9-]*[ ]*>|<(?P<tag>[a-zA-Z][a-zA-Z0-9-]+)(?:{tree.ATTRIBUTE})*+[ ]*/?>|://"
                     "|`|<!--")
_FUNCTIONS = re.compile(
    r"\b(?:arc)?(?:sin|cos|tan|cot|sec|csc|log|exp|min|max|sup|inf|lim|det|gcd|mod|ln|lg|var|cov)\b")
_PROSE = re.compile(r"[A-Za-z]{3,}")
# A sign between spaces, or a script at what is no word.
_IS_EQUATION = re.compile(r"\s[=<>+]\s|\^|(?<![A-Za-z])[A-Za-z]_[A-Za-z0-9{]|[)}\]]_")
_IS_RELATION = re.compile(r"\s=\s")
_EMPHASIS = re.compile(r"(?<![\w\\^])_+(?=\S)[^_]*[^_\s]_+(?!\w)|(?<![\w\\])\*+(?=\S)[^*]*[^*\s]\*+(?!\w)")


def formula_at(text: str, at: int) -> tuple[str, int, bool] | None:
    """The formula at a place: its TeX, its end, and whether it is to be shown
    as a block."""
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
    r"""The formula that `\(` or `\[` begins, where what is in it looks like one."""
    found = _ESCAPED.match(text, at, at + _MAX_LENGTH)
    if not found or _has_markup(found[1] or found[2]):
        return None
    if found[1]:
        is_text = found[1][0].isspace() or bool(at and (text[at - 1].isalnum() or text[at - 1] in "_)]"))
        is_tex = _is_tex(found[1]) if is_text else looks_like_tex(found[1])
        return (found[1], found.end(), False) if is_tex and not _is_prose(found[1]) else None
    if _is_tex(found[2]) and not _is_prose(found[2]):
        return found[2], found.end(), True
    return None


def _has_markup(tex: str) -> bool:
    """Whether a text has what Markdown reads before formulas."""
    return any(not found["tag"] or tree.is_known(found["tag"]) for found in _MARKUP.finditer(tex))


def _is_tex(text: str) -> bool:
    return bool(_COMMAND.search(text) or _SCRIPT.search(text))


def _is_prose(text: str) -> bool:
    """Whether a text between escaped brackets has words, and no mark of TeX but
    those of emphasis and of names."""
    if _COMMAND.search(text):
        return False
    words = _FUNCTIONS.sub("", text)
    count = len(_PROSE.findall(words))
    signs = _IS_EQUATION if count < 3 else _IS_RELATION
    return bool(count) and not signs.search(_EMPHASIS.sub("", words))


def is_bracketed_block(text: str) -> bool:
    r"""Whether a text between `\[` and `\]` that stand on a line of their own is one."""
    return bool(_TEX.search(text)) and not (_has_markup(text) or _is_prose(text) or r"\[" in text)


def is_dollar_block(text: str) -> bool:
    """Whether a text between two `$$` of one line is a formula, and not what is
    said of dear restaurants."""
    return bool(text.strip()) and not _has_markup(text) and (
        looks_like_tex(text) or not _WORDS.search(text) or not re.search(r"\s", text))


def looks_like_tex(text: str) -> bool:
    """Whether a text between escaped brackets is a formula: marks that prose
    has no use for, or letters that are no words."""
    return bool(_TEX.search(text)) or not (_WORDS.search(text) or _CJK.search(text))


def _is_formula(tex: str) -> bool:
    """Whether it can't be two prices, two names of a shell, or a script."""
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
    """Of what has none of TeX's marks: `x`, `f(x)` and `(i, j)`, but no words,
    and nothing like `(this).`."""
    if re.search(r"\s", tex) and (_WORDS.search(tex) or tex[0].isdigit()):
        return False
    is_whole = sum(map(tex.count, "([")) == sum(map(tex.count, ")]"))
    return is_whole and tex[-1] not in ".,;:" and not (tex[0].isdigit() and bool(_WORDS.search(tex)))
