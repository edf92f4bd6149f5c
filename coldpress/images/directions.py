"""The order in which the runs of a line stand that holds letters of both directions.

This is what Unicode's bidirectional algorithm (UAX #9) says of one line without marks of embedding.  raqm does the same
within one font; a line that needs several fonts comes in several runs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

_LEFT, _RIGHT, _NUMBER = "L", "R", "N"
_KINDS = {"L": _LEFT, "R": _RIGHT, "AL": _RIGHT, "EN": _NUMBER, "AN": _NUMBER}
Run = tuple[tuple[str, ...], bool]
"""The clusters of a run, and whether it runs from right to left."""


def visual_runs(clusters: Sequence[str], *, is_rtl: bool) -> list[Run]:
    """Returns the runs of a line as they stand, from left to right; `is_rtl` is the direction of the paragraph."""
    levels = _levels([_KINDS.get(unicodedata.bidirectional(cluster[0])) for cluster in clusters], is_rtl)
    runs = [(level, tuple(cluster for _, cluster in group)) for level, group in groupby(
        zip(levels, clusters, strict=True), key=lambda pair: pair[0])]
    for least in range(max(levels, default=0), 0, -1):
        runs = [run for is_high, group in groupby(runs, key=lambda run: run[0] >= least)
                for run in (reversed(list(group)) if is_high else group)]
    return [(part, level % 2 == 1) for level, part in runs]


def _levels(kinds: Sequence[str | None], is_rtl: bool) -> list[int]:
    """Returns the level of each cluster: odd ones run from right to left, higher ones stand inside of others."""
    base = 1 if is_rtl else 0
    levels: list[int | None] = []
    strong = _RIGHT if is_rtl else _LEFT
    for kind in kinds:
        strong = kind if kind in (_LEFT, _RIGHT) else strong
        levels.append(None if kind is None else 1 if kind == _RIGHT else
                      0 if base == 0 and _LEFT in (kind, strong) else 2)
    return _with_neutrals(levels, [*kinds], base)


def _with_neutrals(levels: list[int | None], kinds: list[str | None], base: int) -> list[int]:
    """Gives marks and spaces the direction of the letters around them, where these agree, else that of the line."""
    sides = [None if level is None else level == 1 or (kind == _NUMBER and level == 2)
             for level, kind in zip(levels, kinds, strict=True)]
    after: list[bool] = []
    following = base == 1
    for side in reversed(sides):
        following = following if side is None else side
        after.append(following)
    found: list[int] = []
    before = base == 1
    for level, side, next_side in zip(levels, sides, reversed(after), strict=True):
        if level is not None and side is not None:
            before = side
            found.append(level)
        else:
            agreed = 1 if before else 0 if base == 0 else 2
            found.append(agreed if before == next_side else base)
    return found
