"""Rows of a table that hold many entries each: those whose keys lie side by side.

A row for each entry takes ten times as long to read.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable, Mapping

from coldpress.processes import chunks

_TOGETHER = 100  # entries in a new row; it is divided when it has twice as many


class Neighbours:
    """The keys of the entries of a table: `rows` has the keys in each row by the key of the row, which was the first of
    them when it was written."""

    def __init__(self, rows: Mapping[str, Iterable[str]]) -> None:
        self._rows = dict(rows)

    def change(self, new: Iterable[str], gone: Collection[str]) -> dict[str, list[list[str]]]:
        """Adds the keys of `new` entries and takes out those that are `gone`.  Returns the rows that have to be
        written, where an entry is new or changed: for the key of each the keys in the rows that take its place."""
        firsts = sorted(self._rows)
        found: dict[str, set[str]] = {}
        for key in (*new, *gone):
            first = firsts[max(0, bisect(firsts, key) - 1)] if firsts else ""
            found.setdefault(first, set(self._rows.get(first, ()))).add(key)
        changed = {first: _divided(sorted(keys.difference(gone))) for first, keys in found.items()}
        for first in changed:
            self._rows.pop(first, None)
        self._rows.update((part[0], part) for parts in changed.values() for part in parts)
        return changed


def _divided(keys: list[str]) -> list[list[str]]:
    """Returns sorted keys in parts, each for a row; none if there are no keys."""
    return list(chunks(keys, _TOGETHER)) if len(keys) >= 2 * _TOGETHER else [keys] if keys else []
