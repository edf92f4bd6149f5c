"""Which files of an output folder are ours: a mark in it, and a manifest; where
that is damaged, the records of the last build."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from pathlib import Path

from coldpress.checksum import DamagedError, read_sealed, write_sealed
from coldpress.paths import is_link, relative_name

MARK_FILE = ".gitignore"
MARK_FILES = (MARK_FILE, f"{MARK_FILE}.part")
"""Our own files in an output folder: no page may have their names."""
MARK = "# Output of Coldpress: files it did not write itself are never removed."
_KIND = "coldpress-manifest 1"


class Ownership:
    """What we wrote to one output folder, remembered in the state folder."""

    def __init__(self, folder: Path, state: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._mark = folder / MARK_FILE
        key = blake2b(name.encode(), digest_size=6).hexdigest()
        self._manifest = str(state / f"manifest-{key}.json")
        self._instead: set[str] | None = None
        self.note: str | None = None

    def check(self, recorded: AbstractSet[str], is_as_written: Callable[[str], bool]) -> None:
        """Hold the manifest against the records of the last build.  Where it is
        damaged, or another folder's, these say what is ours."""
        try:
            named = self._read()
        except DamagedError as reason:
            self.note = f"the manifest of `{self._name}` was damaged ({reason}); it is made anew"
            self._instead = set(recorded)
            return
        if named is None and Path(self._manifest).exists():  # another version's
            self._instead = set(recorded)
        elif named and any(is_as_written(file) for file in recorded - named[0]):
            self.note = f"the manifest of `{self._name}` is of another folder or time; it is made anew"
            self._instead = set(recorded)

    def files(self) -> set[str] | None:
        """The files we wrote; None when that is not known."""
        named = self._believed()
        return named[0] if named else self._instead or None

    def base_url(self) -> str | None:
        """The base URL that they were written for; None when that is not known."""
        named = self._believed()
        return named[1] if named else None

    def write(self, files: set[str], base_url: str | None) -> None:
        """Remember these files as ours, written for a base URL."""
        write_sealed(self._manifest, _KIND, json.dumps(
            {"output": self._name, "base_url": base_url or "", "files": sorted(files)}, ensure_ascii=False, indent=0))
        self._instead = None

    def is_marked(self) -> bool:
        """Whether our mark is in the folder."""
        try:
            return not is_link(self._mark) and MARK in self._mark.read_text("utf-8", "replace")
        except OSError:
            return False

    def mark(self) -> None:
        """Put our mark into the folder, which keeps it out of git too."""
        if not self.is_marked():
            _replace_text(self._mark, f"{MARK}\n*\n")

    def forget(self) -> None:
        """Remove the manifest, and folder and mark if nothing else is there."""
        part = self._folder / MARK_FILES[1]
        if self.is_marked() and {path.name for path in self._folder.iterdir()} <= {*MARK_FILES}:
            part.unlink(missing_ok=True)
            self._mark.unlink()
            self._folder.rmdir()
        Path(self._manifest).unlink(missing_ok=True)

    def foreign(self, owned: set[str]) -> tuple[str, ...]:
        """The files in the folder that are not among `owned`."""
        found = (relative_name(path, self._folder) for path in _files_below(self._folder))
        return tuple(sorted(file for file in found if file not in owned and file not in MARK_FILES))

    def _believed(self) -> tuple[set[str], str] | None:
        if self._instead is not None:
            return None
        try:
            return self._read()
        except DamagedError:
            return None

    def _read(self) -> tuple[set[str], str] | None:
        """What the manifest says: files and base URL.  Raises `DamagedError`."""
        text = read_sealed(self._manifest, _KIND)
        if text is None:
            return None
        data = json.loads(text)
        return {str(file) for file in data["files"] if self._is_inside(str(file))}, str(data["base_url"])

    def _is_inside(self, file: str) -> bool:
        # By hand: there may be a hundred thousand of them.
        parts = file.split("/")
        return not ({"", ".", ".."}.intersection(parts) or "\\" in file or ":" in parts[0])


def _files_below(folder: Path) -> Iterator[Path]:
    """Everything that is not a folder; links are not followed."""
    for above, folders, files in os.walk(folder):
        for name in files:
            yield Path(above, name)
        yield from (Path(above, name) for name in folders if is_link(Path(above, name)))
        folders[:] = [name for name in folders if not is_link(Path(above, name))]


def _replace_text(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)  # which may be a link
    part.write_text(text, "utf-8", newline="\n")
    os.replace(part, path)
