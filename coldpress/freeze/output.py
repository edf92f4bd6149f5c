"""The output folder, and the only code that writes or removes in it.

Changes are staged in `.coldpress/`, then published with `os.replace`: assets,
pages, removals, manifest.  Whatever stops a build, each file is wholly old or
wholly new.  Only files in the manifest are ever removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from coldpress.errors import Place, Problems
from coldpress.freeze.moving import move, remove_empty_folders
from coldpress.freeze.ownership import Ownership
from coldpress.paths import below, relative_name
from coldpress.state import STATE, make_state


@dataclass(frozen=True, slots=True)
class Changes:
    """What publishing did: how many files were written, left, removed, and
    which lie there that are not ours."""

    written: int
    unchanged: int
    removed: int
    foreign: tuple[str, ...]


class Output:
    """One output folder of the site in `root`, named as seen from `base`."""

    def __init__(self, folder: Path, root: Path, base: Path | None = None) -> None:
        self.folder = folder
        self.name = relative_name(folder, base or root)
        self._root = root
        self._state = root / STATE
        self.owned = Ownership(folder, self._state, relative_name(folder, root))
        self.stage_folder = self._state / "stage"
        self._staged: dict[str, Path] = {}
        self._pages: set[str] = set()
        self._kept: set[str] = set()

    def open(self) -> None:
        """Make the state folder and an empty stage; drop what a killed build left."""
        make_state(self._root)
        for left in self._state.glob("stage-*"):
            shutil.rmtree(left, ignore_errors=True)
        self.stage_folder = Path(mkdtemp(prefix="stage-", dir=self._state))

    def stage(self, file: str, data: bytes) -> bool:
        """Take a rendered file; tells whether it differs from what is published."""
        self._pages.add(file)
        return self._take(file, data)

    def stage_copy(self, file: str, source: Path) -> bool:
        """Take a file to be copied; tells whether it differs."""
        return self._take(file, source.read_bytes())

    def refuse_foreign(self, problems: Problems) -> None:
        """Report files of somebody else's where ours would go."""
        owned = self.owned.files()
        if owned is None:
            return  # the manifest is lost: what has our names is taken for ours
        for file in sorted(self._staged):
            if file not in owned and self.owned.is_foreign_in_the_way(file, owned):
                problems.error("output.foreign-file", f"`{self.name}/{file}` is not ours, and a page wants its place",
                               Place(f"{self.name}/{file}"), "move it to `content/`, or delete it")

    def publish(self) -> Changes:
        """Make the staged files the site."""
        owned = self.owned.files() or set()
        new = {*self._staged, *self._kept}
        self.folder.mkdir(parents=True, exist_ok=True)
        self.owned.mark()
        self.owned.write(owned | new)  # so that a build that dies here leaves nothing unknown
        gone = owned - new
        self._clear_the_way(gone)
        for file in sorted(self._staged, key=lambda file: (file in self._pages, file)):
            move(self._staged[file], below(self.folder, file))
        by_case = {file.casefold(): file for file in new}
        removed = sum(self._remove(file, by_case) for file in sorted(gone))
        self.owned.write(new)
        self.discard()
        return Changes(len(self._staged), len(self._kept), removed, self.owned.foreign(new))

    def discard(self) -> None:
        """Drop the stage; the site stays as it is."""
        shutil.rmtree(self.stage_folder, ignore_errors=True)

    def clean(self) -> int:
        """Remove every file we wrote, and the folder if that leaves it empty."""
        owned = self.owned.files() or set()
        removed = sum(self._remove(file, {}) for file in sorted(owned))
        self.owned.forget()
        return removed

    def _take(self, file: str, data: bytes) -> bool:
        target = below(self.folder, file)
        if _size(target) == len(data) and target.read_bytes() == data:
            self._kept.add(file)
            return False
        staged = self._staged[file] = below(self.stage_folder, file)
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_bytes(data)
        return True

    def _clear_the_way(self, gone: set[str]) -> None:
        """Remove at once what is in the way as a file where a folder is needed,
        or the other way about."""
        for file in self._staged:
            parents = {"/".join(file.split("/")[:count]) for count in range(1, file.count("/") + 1)}
            for old in sorted(gone & parents):
                self._remove(old, {})
            if (self.folder / file).is_dir():
                for old in sorted(old for old in gone if old.startswith(f"{file}/")):
                    self._remove(old, {})
                if (self.folder / file).is_dir():
                    remove_empty_folders(self.folder / file)

    def _remove(self, file: str, kept: Mapping[str, str]) -> int:
        """Remove a file and the folders that leaves empty; `kept` are the
        site's files by folded name: on a file system without case, `About`
        removed must not take `about`."""
        target, twin = below(self.folder, file), kept.get(file.casefold())
        if not target.is_file() or (twin and (self.folder / twin).exists() and (self.folder / twin).samefile(target)):
            return 0
        target.unlink()
        for parent in target.parents:
            if parent == self.folder or any(parent.iterdir()):
                break
            parent.rmdir()
        return 1


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
