"""Which files of an output folder are ours: a mark in it, and a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from coldpress.paths import is_link, relative_name

MARK_FILE = ".gitignore"
MARK_FILES = (MARK_FILE, f"{MARK_FILE}.part")
"""Our own files in an output folder: no page may have their names."""
MARK = "# Output of Coldpress: files it did not write itself are never removed."


class Ownership:
    """What we wrote to one output folder, remembered in the state folder."""

    def __init__(self, folder: Path, state: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._mark = folder / MARK_FILE
        key = blake2b(name.encode(), digest_size=6).hexdigest()
        self._manifest = state / f"manifest-{key}.json"

    def files(self) -> set[str] | None:
        """The files we wrote; None when that is not known."""
        try:
            data = json.loads(self._manifest.read_text("utf-8"))
            return {str(file) for file in data["files"] if self._is_inside(str(file))}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def base_url(self) -> str | None:
        """The base URL that they were written for; None when that is not known."""
        try:
            return str(json.loads(self._manifest.read_text("utf-8"))["base_url"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, files: set[str], base_url: str | None) -> None:
        """Remember these files as ours, written for a base URL."""
        _replace_text(self._manifest, json.dumps(
            {"output": self._name, "base_url": base_url or "", "files": sorted(files)}, ensure_ascii=False, indent=0))

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
        self._manifest.unlink(missing_ok=True)

    def foreign(self, owned: set[str]) -> tuple[str, ...]:
        """The files in the folder that are not among `owned`."""
        found = (relative_name(path, self._folder) for path in _files_below(self._folder))
        return tuple(sorted(file for file in found if file not in owned and file not in MARK_FILES))

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
