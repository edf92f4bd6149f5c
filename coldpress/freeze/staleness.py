"""Which pages must be rendered again, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from coldpress.content.fingerprints import EVERY, STRUCTURAL
from coldpress.freeze.entry import Entry
from coldpress.freeze.fingerprints import NEVER, Fingerprints
from coldpress.freeze.records import KeyRow, PageRow, Records, numbers, packed
from coldpress.recorder import Key

OWN = ""
"""The row for what the views of own routes read together."""
FACTORY = "*"
"""The row for what making the app read, and own code on pages of ours."""
OF_BODIES = ("text", "body", "summary")
Why = tuple[str, ...]
_MANY = 12  # changed reads, up to which it is quicker to search for their bytes


class Staleness:
    """Compares the records with the site as it is now.

    `everything` is the one reason for which no page is fresh, if there is one;
    `same` are keys that are what they were, though made of something else.
    """

    def __init__(self, records: Records, fingerprints: Fingerprints, everything: str | None, structure: str) -> None:
        self._records = records
        self._prints = fingerprints
        self._changed: dict[int, KeyRow] = {}
        self._marks: list[bytes] = []
        self.everything = everything
        self.same: list[Key] = []
        if everything is None:
            same = records.about.get("structure") == structure
            self._changed = {row.number: row for row in list(self._suspects(same)) if self._is_other(row)}
            if records.note:  # it could not be read whole: nothing is known to be fresh
                records.forget()
                self.everything = self.everything or "the record of it cannot be read"
            self._marks = [packed([number]) for number in self._changed]
            made_of = self._changes(records.pages.get(FACTORY))
            if made_of and not self.everything:
                self.everything = f"{made_of[0]}, which own code shares"

    def why(self, entry: Entry, row: PageRow | None, shared: Collection[str] = ()) -> Why:
        """The reasons to render an entry, of which `row` is known; none when it
        is fresh.  `shared` are the kinds of reads it shares with own routes."""
        if self.everything:
            return (self.everything,)
        if row is None or row.endpoint != entry.endpoint or row.file != entry.file:
            return ("it is new",)
        own = self._dirty(self._records.pages[OWN].reads) if shared and OWN in self._records.pages else []
        return tuple(dict.fromkeys(
            _told(key) for key in (*self._dirty(row.reads), *(key for key in own if key.kind in shared))))

    def is_checked(self, source: str) -> bool:
        """Whether what was found on a source still holds."""
        reads = self._records.checks.get(source)
        return self.everything is None and reads is not None and not self._dirty(reads)

    def _suspects(self, same_structure: bool) -> Iterator[KeyRow]:
        """The reads that may have changed.  Where the structure is the same, and
        the text of a source, so is all that is made of them."""
        records = self._records
        if not same_structure:
            yield from records.keys_but(())
            return
        texts = self._prints.texts()
        rows = records.keys_but([*STRUCTURAL, *(kind for kind in OF_BODIES if kind != "text")])
        other = [row.name for row in rows if row.kind == "text" and texts.get(row.name) != row.print]
        yield from records.keys_of_sources(OF_BODIES, [*other, *([EVERY] if other else [])])
        yield from (row for row in rows if row.kind != "text")

    def _changes(self, row: PageRow | None) -> Why:
        return tuple(_told(key) for key in self._dirty(row.reads)) if row else ()

    def _dirty(self, reads: bytes) -> list[KeyRow]:
        if not self._changed or not (len(self._marks) > _MANY or any(mark in reads for mark in self._marks)):
            return []
        return [self._changed[number] for number in numbers(reads) if number in self._changed]

    def _is_other(self, row: KeyRow) -> bool:
        key: Key = (row.kind, row.name)
        basis = self._prints.basis(key)
        if row.basis is not None and row.basis == basis:
            return False
        now = self._prints.of(key)
        if now == row.print and now != NEVER:
            if basis is not None:
                self.same.append(key)
            return False
        return True


def _told(row: KeyRow) -> str:
    if row.kind == "volatile":
        return f"it asks {row.name}"
    return f"{row.kind} {row.name}"
