"""Which files of an output folder are ours: a mark in it, and a manifest."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from coldpress.errors import Place, Problems
from coldpress.paths import relative_name
from coldpress.state import STATE

MARK_FILE = ".gitignore"
MARK_FILES = (MARK_FILE, f"{MARK_FILE}.part")
"""Our own files in an output folder: no page may have their names."""
MARK = "# Output of Coldpress: files it did not write itself are never removed."
_ELSEWHERE = "choose another folder with --output or `output_dir`"


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
            return MARK in self._mark.read_text("utf-8", "replace")
        except OSError:
            return False

    def mark(self) -> None:
        """Put our mark into the folder, which keeps it out of git too."""
        if not self.is_marked():
            _replace_text(self._mark, f"{MARK}\n*\n")

    def forget(self) -> None:
        """Remove the manifest, and folder and mark if nothing else is there."""
        if self.is_marked() and not self.foreign(set()):
            self._mark.unlink()
            self._folder.rmdir()
        self._manifest.unlink(missing_ok=True)

    def foreign(self, owned: set[str]) -> tuple[str, ...]:
        """The files in the folder that are not among `owned`."""
        found = (relative_name(path, self._folder) for path in self._folder.rglob("*") if path.is_file())
        return tuple(sorted(file for file in found if file not in owned and file != MARK_FILE))

    def is_foreign_in_the_way(self, file: str, owned: set[str]) -> bool:
        """Whether somebody else's file stands where `file`, or a folder above it, must be."""
        target = self._folder / file
        above = [parent for parent in target.parents if parent.is_relative_to(self._folder)]
        blocking = [path for path in (target, *above) if path.is_file()]
        blocking += [path for path in target.rglob("*") if path.is_file()] if target.is_dir() else []
        return any(relative_name(path, self._folder) not in owned for path in blocking)

    def _is_inside(self, file: str) -> bool:
        # By hand: there may be a hundred thousand of them.
        parts = file.split("/")
        return not ({"", ".", ".."}.intersection(parts) or "\\" in file or ":" in parts[0])


def refuse_output(folder: Path, name: str, root: Path, inputs: Iterable[Path], problems: Problems) -> None:
    """Report an output folder that holds the site's own files, lies among them,
    or holds files that are not ours."""
    inputs = tuple(inputs)
    for path in (root, *inputs):
        if path.is_relative_to(folder):
            problems.error("output.place", f"`{name}` holds the site's own files", None, _ELSEWHERE)
            return
    for path in (*inputs, root / STATE, root / ".git"):
        if folder.is_relative_to(path):
            problems.error("output.place", f"`{name}` is or lies in `{relative_name(path, root)}`", None, _ELSEWHERE)
            return
    if folder.exists() and not folder.is_dir():
        problems.error("output.place", f"`{name}` is a file", Place(name))
    elif folder.is_dir() and any(folder.iterdir()) and not Ownership(folder, root / STATE, name).is_marked():
        problems.error("output.foreign", f"the folder `{name}` holds files, and Coldpress did not make it",
                       None, "empty it, or choose another with --output")


def _replace_text(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8", newline="\n")
    os.replace(part, path)
