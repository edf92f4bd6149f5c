r"""`$…$` and `\(…\)`: a formula, or money."""

from __future__ import annotations

import re

from coldpress.text import CJK

_TWO = re.compile(r"\$\$(?!\$)((?:[^$\\]|\\.)+?)\$\$(?!\$)", re.S)
_ONE = re.compile(r"\$(?![\s$])((?:[^$\\\n]|\\.|\n(?!\n))*?(?:[^\s$\\]|\\.))\$(?![\w$])", re.A)
_TICKED = re.compile(r"\$`([^`\n]+)`\$")
_PARENTHESES = re.compile(r"\\\((?=\S)(.+?)\\\)", re.S)
_TEX = re.compile(r"[\\^_={}<>+*/|]")
_WORDS = re.compile(r"[A-Za-z]{2,}")
_CJK = re.compile(f"[{CJK}]")
_COMMAND = re.compile(r"\\[a-zA-Z]+|\\text\{[^}]*\}")
_LONGEST = 2000


def formula_at(text: str, at: int) -> tuple[str, int, bool] | None:
    """The formula at a place: its TeX, its end, and whether it is to be shown
    as a block."""
    if text.startswith("$$", at):
        found = _TWO.match(text, at, at + _LONGEST)
        return (found[1], found.end(), True) if found and found[1].strip() else None
    found = _TICKED.match(text, at, at + _LONGEST)
    if found:
        return found[1], found.end(), False
    if at and ((text[at - 1].isalnum() and text[at - 1].isascii()) or text[at - 1] in "$\\"):
        return None
    found = _ONE.match(text, at, at + _LONGEST)
    return (found[1], found.end(), False) if found and _is_formula(found[1]) else None


def parenthesized_at(text: str, at: int) -> tuple[str, int] | None:
    r"""The formula that `\(` begins, where what is in it looks like one."""
    found = _PARENTHESES.match(text, at, at + _LONGEST)
    return (found[1], found.end()) if found and looks_like_tex(found[1]) else None


def looks_like_tex(text: str) -> bool:
    """Whether a text between escaped brackets is a formula: one letter, or marks
    that prose has no use for."""
    return len(text.strip()) == 1 or _TEX.search(text) is not None


def _is_formula(tex: str) -> bool:
    """Whether it can't be two prices, or two names of a shell."""
    if _CJK.search(_COMMAND.sub("", tex)) and "\\text" not in tex:
        return False
    if not re.search(r"\s", tex):
        return not tex[0].isdigit() or not _WORDS.search(tex) or _TEX.search(tex) is not None
    if not _TEX.search(tex):
        return not _WORDS.search(tex) and not tex[0].isdigit()
    return not (tex[0].isdigit() and _WORDS.search(_COMMAND.sub("", tex)))
