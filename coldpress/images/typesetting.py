"""Sets a short text in lines: finds where it may be broken, and breaks it so that the lines are about equally long.

The rules are those that titles need: of Chinese and Japanese, which mark does not begin or end a line (kinsoku), of
other scripts, that a line ends at a space or after a hyphen.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

ELLIPSIS = "…"
_NOT_FIRST = frozenset(
    "!%),.:;?]}¢°’”‰′″℃、。々〉》」』】〕〗〙〛〜〟｝～！％），．：；？］｠｡｣､･ー・ゝゞヽヾ…‥—–"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ")
"""Characters that begin no line."""
_NOT_LAST = frozenset("$([{£¥‘“〈《「『【〔〖〘〚〝｛（［｟｢￡￥＄#@")
"""Characters that end no line."""
_MARKS = frozenset("，。：；！？、）」』】》”")
"""Marks after which a line of Chinese or Japanese ends well: no word is cut there."""
_AFTER_MARK = 0.35  # of the cost of such a line
_PAIRS = ("——", "……", "‥‥")
_BREAK_AFTER = frozenset("-‐–—/")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")
_SKIN = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_CJK = ((0x2E80, 0x303F), (0x3040, 0x30FF), (0x3100, 0x312F), (0x31A0, 0x31FF), (0x3200, 0x33FF), (0x3400, 0x4DBF),
        (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
_JOINED = ("ARABIC", "SYRIAC", "THAANA", "MONGOLIAN")
_SHAPED = (*_JOINED, "HEBREW", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA",
           "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "TIBETAN")
Measure = Callable[[str], float]


class Piece(NamedTuple):
    """A part of a text that stays together, and the `space` that follows it, with the width of both."""

    text: str
    space: str
    width: float
    space_width: float


def is_cjk(char: str) -> bool:
    """Returns whether lines may be broken before and after a character, as in Chinese and Japanese."""
    code = ord(char)
    return code >= 0x2E80 and any(first <= code <= last for first, last in _CJK)


def needs_shaping(text: str) -> bool:
    """Returns whether the letters of a text join, move, or run from right to left."""
    return any(ord(char) >= 0x590 and unicodedata.name(char, "").startswith(_SHAPED) for char in text)


def joins_letters(text: str) -> bool:
    """Returns whether letters of a text are joined, as in Arabic: their lines need more height."""
    return any(ord(char) >= 0x590 and unicodedata.name(char, "").startswith(_JOINED) for char in text)


def clusters(text: str) -> list[str]:
    """Returns a text in parts that are never broken: a letter with its accents, an emoji of several characters."""
    found: list[str] = []
    for char in text:
        code = ord(char)
        is_flag = code in _FLAGS and found and len(found[-1]) == 1 and ord(found[-1]) in _FLAGS
        if found and (is_flag or char in _JOINERS or code in _SKIN or found[-1].endswith("\u200d")
                      or unicodedata.category(char) in ("Mn", "Me", "Mc")):
            found[-1] += char
        else:
            found.append(char)
    return found


def pieces(text: str, measure: Measure) -> list[Piece]:
    """Returns a text in pieces, between which a line may end."""
    found: list[list[str]] = []
    for cluster in clusters(" ".join(text.split())):
        if cluster == " ":
            if found:
                found[-1][1] = " "
        elif found and not found[-1][1] and not _may_break(found[-1][0], cluster):
            found[-1][0] += cluster
        else:
            found.append([cluster, ""])
    widths: dict[str, float] = {}
    for word, space in found:
        for part in (word, space):
            if part not in widths:
                widths[part] = measure(part) if part else 0.0
    return [Piece(word, space, widths[word], widths[space]) for word, space in found]


def _may_break(before: str, cluster: str) -> bool:
    last, first = before[-1], cluster[0]
    if first in _NOT_FIRST or last in _NOT_LAST or last + first in _PAIRS:
        return False
    if is_cjk(first) or is_cjk(last):
        return True
    return last in _BREAK_AFTER and len(before) > 1 and first.isalpha()


def set_lines(parts: Sequence[Piece], width: float, most: int) -> list[str] | None:
    """Returns a text in as few lines as it needs, about equally long; None if these are more than `most`, or if a
    piece is wider than a line."""
    if not parts or max(part.width for part in parts) > width:
        return [] if not parts else None
    count = _count(parts, width)
    return _balanced(parts, width, count) if count <= most else None


def cut_lines(parts: Sequence[Piece], width: float, most: int, measure: Measure) -> list[str]:
    """Returns the beginning of a text in at most `most` lines; what is left out is shown by `…`."""
    lines: list[str] = []
    line = ""
    for unit, space in (unit for part in parts for unit in _units(part, width)):
        if line and measure(line + unit) > width:
            if len(lines) == most - 1:
                return [*lines, _shortened(line, width, measure)]
            lines.append(line.rstrip())
            line = ""
        line += unit + space
    return [*lines, line.rstrip()]


def _units(part: Piece, width: float) -> Iterator[tuple[str, str]]:
    """Yields a piece, or its clusters if it is wider than a line."""
    if part.width <= width:
        yield part.text, part.space
        return
    parts = clusters(part.text)
    yield from ((each, "") for each in parts[:-1])
    yield parts[-1], part.space


def _shortened(line: str, width: float, measure: Measure) -> str:
    """Returns a line that ends with `…`, without the marks before it and without half a word."""
    parts = clusters(line.rstrip())
    while parts and measure(_ended(parts)) > width:
        parts.pop()
    return _ended(parts)


def _ended(parts: Sequence[str]) -> str:
    return "".join(parts).rstrip(" ,.;:-–—、，。；：・「『（(") + ELLIPSIS


def _count(parts: Sequence[Piece], width: float) -> int:
    """Returns how many lines pieces need."""
    count, used = 1, 0.0
    for part in parts:
        if used and used + part.width > width:
            count, used = count + 1, 0.0
        used += part.width + part.space_width
    return count


def _balanced(parts: Sequence[Piece], width: float, count: int) -> list[str]:
    """Returns pieces in so many lines, broken where the squares of what is free at their ends are least."""
    ends = [0.0, *accumulate(part.width + part.space_width for part in parts)]
    best: list[list[tuple[float, int]]] = [[(0.0, 0)] + [(math.inf, 0)] * len(parts)]
    for _ in range(count):
        row = [(math.inf, 0)]
        for end in range(1, len(parts) + 1):
            row.append(min(_options(best[-1], ends, parts, end, width), default=(math.inf, 0)))
        best.append(row)
    breaks, end = [len(parts)], len(parts)
    for row in reversed(best[1:]):
        end = row[end][1]
        breaks.append(end)
    return ["".join(part.text + part.space for part in parts[start:end]).rstrip()
            for start, end in pairwise(reversed(breaks))]


def _options(before: Sequence[tuple[float, int]], ends: Sequence[float], parts: Sequence[Piece], end: int,
             width: float) -> Iterator[tuple[float, int]]:
    """Yields the costs of a line that ends before piece `end`, each with the piece with which the line begins."""
    for start in range(end - 1, -1, -1):
        used = ends[end] - parts[end - 1].space_width - ends[start]
        if used > width:
            return
        if before[start][0] < math.inf:
            share = _AFTER_MARK if end < len(parts) and parts[end - 1].text[-1] in _MARKS else 1.0
            yield before[start][0] + share * (width - used) ** 2, start
