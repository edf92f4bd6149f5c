"""Runs of `*`, `_`, `~~`, `==` and `^^`: which open, which close, which belong
together (CommonMark 6.2).

As CommonMark has it, but for scripts without spaces: there a mark that stands
between a letter and punctuation may open or close too, so that
`**“重点”**内容` is what it looks like (the rule of markdown-cjk-friendly).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from coldpress.text import CJK

_CJK = re.compile(f"[{CJK}\u3000-\u303f\uff00-\uff65\uffe0-\uffee\uac00-\ud7af\u1100-\u11ff]")
_PAIRS = {"~": "del", "=": "mark", "^": "ins"}
_DEEPEST = 60  # marks in one another
_SPACE, _PUNCTUATION, _WIDE, _LETTER = range(4)


class Delimiter:
    """One run.  `opens` and `closes` are the elements it begins and ends, the
    innermost first; `left` how many of its characters are text."""

    __slots__ = ("can_close", "can_open", "char", "closes", "left", "length", "number", "opens")

    def __init__(self, char: str, length: int, number: int, *, can_open: bool, can_close: bool) -> None:
        self.char = char
        self.length = self.left = length
        self.number = number
        self.can_open = can_open
        self.can_close = can_close
        self.opens: list[str] = []
        self.closes: list[str] = []


def delimiter(text: str, start: int, end: int, number: int) -> Delimiter | None:
    """The run of one character between two places of a text; None when it is
    only text."""
    char = text[start]
    is_single = char == "~" and end - start == 1
    if char in _PAIRS and end - start != 2 and not is_single:
        return None
    before = _kind(text[start - 1]) if start else _SPACE
    after = _kind(text[end]) if end < len(text) else _SPACE
    left = after != _SPACE and (after != _PUNCTUATION or before != _LETTER)
    right = before != _SPACE and (before != _PUNCTUATION or after != _LETTER)
    if char == "_" or is_single:  # not within words
        left, right = (left and (not right or _is_mark(text[start - 1])),
                       right and (not left or _is_mark(text[end])))
    return Delimiter(char, end - start, number, can_open=left, can_close=right)


def pair(runs: Iterable[Delimiter]) -> None:
    """Match closing runs with opening ones."""
    openers: list[Delimiter] = []
    bottoms: dict[tuple[str, bool, int], int] = {}
    for run in runs:
        while run.can_close and run.left:
            at = _opener(run, openers, bottoms)
            if at is None:
                break
            opener = openers[at]
            used = min(2, run.left, opener.left)
            name = _PAIRS.get(run.char) or ("strong" if used == 2 else "em")
            opener.opens.append(name)
            run.closes.append(name)
            opener.left -= used
            run.left -= used
            del openers[at + 1 if opener.left else at:]
        if run.can_open and run.left:
            openers.append(run)
            if len(openers) > _DEEPEST:
                del openers[0]


def _opener(run: Delimiter, openers: list[Delimiter], bottoms: dict[tuple[str, bool, int], int]) -> int | None:
    """The nearest opener of a closing run; where there is none is remembered."""
    key = run.char, run.can_open, run.length % 3
    bottom = bottoms.get(key, -1)
    for at in range(len(openers) - 1, -1, -1):
        opener = openers[at]
        if opener.number <= bottom:
            break
        if opener.char == run.char and (opener.length == run.length or run.char not in _PAIRS) and not (
                (opener.can_close or run.can_open) and (opener.length + run.length) % 3 == 0
                and (opener.length % 3 or run.length % 3)):
            return at
    bottoms[key] = run.number - 1
    return None


@lru_cache(maxsize=4096)
def _kind(char: str) -> int:
    if char.isspace():
        return _SPACE
    if _CJK.match(char):
        return _WIDE
    return _PUNCTUATION if _is_mark(char) else _LETTER


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"
