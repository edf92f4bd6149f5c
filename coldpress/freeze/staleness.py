"""Which pages must be rendered again, and why."""

from __future__ import annotations

from coldpress.content.fingerprints import STRUCTURAL
from coldpress.freeze.entry import Entry
from coldpress.freeze.fingerprints import NEVER, Fingerprints
from coldpress.freeze.records import KeyRow, PageRow, Records, numbers
from coldpress.recorder import Key

OWN = ""
"""The row for what the views of own routes read together."""
FACTORY = "*"
"""The row for what making the app read."""
Why = tuple[str, ...]


class Staleness:
    """Compares the records with the site as it is now.

    `everything` is the one reason for which no page is fresh, if there is one;
    `same` are keys that are what they were, though made of something else.
    """

    def __init__(self, records: Records, fingerprints: Fingerprints, everything: str | None, structure: str) -> None:
        self._records = records
        self._changed: dict[int, KeyRow] = {}
        self.everything = everything
        self.same: list[Key] = []
        if everything is None:
            same = records.about.get("structure") == structure
            self._changed = {
                number: row for number, row in records.keys.items()
                if not (same and row.kind in STRUCTURAL) and self._is_other(number, row, fingerprints)}
            made_of = self._changes(records.pages.get(FACTORY))
            self.everything = f"{made_of[0]}, which making the app reads" if made_of else None

    def why(self, entry: Entry, *, own: bool = False) -> Why:
        """The reasons to render an entry; none when it is fresh.  `own` for a
        view that shares what own routes read."""
        if self.everything:
            return (self.everything,)
        row = self._records.pages.get(entry.path)
        if row is None or row.endpoint != entry.endpoint or row.file != entry.file or not row.is_readable:
            return ("it is new",)
        return self._changes(row) + (self._changes(self._records.pages.get(OWN)) if own else ())

    def is_checked(self, source: str) -> bool:
        """Whether what was found on a source still holds."""
        return self.everything is None and source in self._records.checked and not self._dirty(
            self._records.check_reads(source))

    def _changes(self, row: PageRow | None) -> Why:
        return tuple(_told(key) for key in self._dirty(row.reads)) if row else ()

    def _dirty(self, reads: bytes) -> list[KeyRow]:
        if not self._changed:
            return []
        return [self._changed[number] for number in numbers(reads) if number in self._changed]

    def _is_other(self, number: int, row: KeyRow, fingerprints: Fingerprints) -> bool:
        key: Key = (row.kind, row.name)
        basis = fingerprints.basis(key)
        if row.basis is not None and row.basis == basis:
            return False
        now = fingerprints.of(key)
        if now == row.print and now != NEVER:
            if basis is not None:
                self.same.append(key)
            return False
        return True


def _told(row: KeyRow) -> str:
    if row.kind == "volatile":
        return f"it asks {row.name}"
    return f"{row.kind} {row.name}"
