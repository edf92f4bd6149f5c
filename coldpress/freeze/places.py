"""Which entry of a plan has which file of the output folder."""

from __future__ import annotations

from coldpress.content.claims import Claims, file_that_is_a_folder
from coldpress.errors import Problem
from coldpress.freeze.entry import Entry
from coldpress.freeze.ownership import MARK_FILES


class Places:
    """The files of a plan; our own mark has its place from the start."""

    def __init__(self) -> None:
        self._claims: Claims[Entry] = Claims()
        for name in MARK_FILES:
            self._claims.take(name, Entry(f"/{name}", "", name))

    def take(self, entry: Entry) -> Entry | None:
        """Give an entry its file; or give the entry that is in its way."""
        claim = self._claims.take(entry.file, entry)
        return claim.owner if claim else None


def clash(entry: Entry, other: Entry) -> Problem:
    """Two entries that want one file, or of which one wants as a file what the
    other needs as a folder."""
    return Problem("url.clash", _message(entry, other), entry.place or other.place, "give one of them another URL",
                   also=(other.place,) if entry.place and other.place else ())


def _message(entry: Entry, other: Entry) -> str:
    folder = file_that_is_a_folder(entry.file, other.file)
    if folder:
        return f"`/{folder}` would be a file and a folder: it is wanted by {_owner(other)} and by {_owner(entry)}"
    if entry.file == other.file:
        return f"`{entry.path}` is wanted twice: by {_owner(other)} and by {_owner(entry)}"
    return f"`{entry.path}` and `{other.path}` are one file where case does not count"


def _owner(entry: Entry) -> str:
    if entry.source:
        return f"`{entry.source}`"
    if not entry.endpoint:
        return "Coldpress itself, which marks its output with it"
    return f"the view `{entry.endpoint.rpartition('.')[2]}`"
