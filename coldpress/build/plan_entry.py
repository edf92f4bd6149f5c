"""An entry of the plan: one URL of the build with its output file; and what is said where two want one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from coldpress.content.aliases import Alias
from coldpress.content.clashes import file_that_is_a_folder
from coldpress.content.page import Page
from coldpress.errors import Place, Problem
from coldpress.paths import url_of

_NO_VALUES: Mapping[str, Any] = {}
_LISTS = {"posts": "collection", "terms": "taxonomy"}
"""The views of lists, and what they list."""


class PlanEntry(NamedTuple):
    """One URL of the plan: `path` is decoded and below the app's root, `file` is below the
    output folder; `copy_of` is the file that is copied unchanged, if it is a copy.  `own_place` is where
    it comes from, if that is not its source."""

    path: str
    endpoint: str
    file: str
    values: Mapping[str, Any] = _NO_VALUES
    source: str | None = None
    own_place: Place | None = None
    copy_of: Path | None = None
    is_made: bool = False
    """Whether the build makes its bytes of other files, without a request."""

    @property
    def is_page(self) -> bool:
        """Whether its bytes are what the app answers."""
        return self.copy_of is None and not self.is_made

    @property
    def folder_url(self) -> str:
        """The path at which a static host shows the entry: it adds a slash to that of a folder."""
        is_folder = self.file.endswith("/index.html") and not self.path.endswith(("/", "/index.html"))
        return f"{self.path}/" if is_folder else self.path

    @property
    def place(self) -> Place | None:
        """Where the entry comes from."""
        return self.own_place or (Place(self.source) if self.source else None)

    @property
    def owner(self) -> str:
        """What messages call the owner of its file."""
        if self.source:
            return f"`{self.source}`"
        if not self.endpoint:
            return "Coldpress itself, which marks its output with it"
        view, name = self.endpoint.rpartition(".")[2], self.values.get("name")
        if view in _LISTS and name and "slug" not in self.values:
            return f"the list of the {_LISTS[view]} `{name}`"
        return f"the view `{view}`"

    def as_json(self, script_root: str) -> dict[str, Any]:
        """Returns the entry for `--json`, with the URL that links have."""
        return {"url": script_root + url_of(self.path), "endpoint": self.endpoint, "source": self.source,
                "file": self.file, "copied": self.copy_of is not None}


def clash(entry: PlanEntry, other: PlanEntry) -> Problem:
    """Returns the problem of two entries that claim one file, or one of which claims as a file what the
    other needs as a folder."""
    entry, other = _exactly(entry), _exactly(other)
    return Problem("url.clash", _message(entry, other), entry.place or other.place, "give one of them another URL",
                   also=(other.place,) if entry.place and other.place else ())


def _message(entry: PlanEntry, other: PlanEntry) -> str:
    folder = file_that_is_a_folder(entry.file, other.file)
    if folder:
        return f"`/{folder}` would be a file and a folder: it is wanted by {other.owner} and by {entry.owner}"
    if entry.file == other.file:
        return f"`{entry.path}` is wanted twice: by {other.owner} and by {entry.owner}"
    return f"`{entry.path}` and `{other.path}` are one file where case does not count"


def _exactly(entry: PlanEntry) -> PlanEntry:
    """Returns an entry with the line of front matter that gives it its URL."""
    found = entry.values.get("page")
    if isinstance(found, Alias):
        return entry._replace(own_place=found.page.document.place_of("aliases"))
    return entry._replace(own_place=found.document.place_of("permalink")) if isinstance(found, Page) else entry
