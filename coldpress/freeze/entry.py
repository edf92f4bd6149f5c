"""One line of the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coldpress.errors import Place, Problem


@dataclass(frozen=True, slots=True)
class Entry:
    """One URL: `path` is decoded, below the app's root; `file` below the
    output folder; `copy_of` the file it is a plain copy of, if it is one."""

    path: str
    endpoint: str
    file: str
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None
    place: Place | None = None
    copy_of: Path | None = None


def clash(entry: Entry, other: Entry) -> Problem:
    """Two entries that want one file."""
    if entry.file == other.file:
        message = f"`{entry.path}` is wanted twice: by {_owner(other)} and by {_owner(entry)}"
    else:
        message = f"`{entry.path}` and `{other.path}` are one file where case does not count"
    return Problem("url.clash", message, entry.place or other.place, "give one of them another URL",
                   also=(other.place,) if entry.place and other.place else ())


def _owner(entry: Entry) -> str:
    if entry.source:
        return f"`{entry.source}`"
    return f"the view `{entry.endpoint.rpartition('.')[2]}`"
