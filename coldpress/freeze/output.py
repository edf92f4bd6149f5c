"""The output folder, and the only code that writes or removes in it.

Changes are staged in `.coldpress/`, then published with `os.replace`: assets,
pages, removals, manifest.  Whatever stops a build, each file is wholly old or
wholly new.  Only files in the manifest are ever removed.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from coldpress.errors import Problems
from coldpress.freeze.moving import settle
from coldpress.freeze.obstacles import Obstacles
from coldpress.freeze.ownership import Ownership
from coldpress.freeze.removing import clear_the_way, remove_gone
from coldpress.freeze.stage import Stage
from coldpress.freeze.within import Within
from coldpress.paths import relative_name
from coldpress.state import STATE, make_state


@dataclass(frozen=True, slots=True)
class Changes:
    """What publishing did, or would do: the files written and removed, how many
    were left as they are, and which lie there that are not ours."""

    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    foreign: tuple[str, ...] = ()


class Output:
    """One output folder of the site in `root`, named as seen from `base`; what
    is to be remembered of it goes to `state`; `base_url` is where the site will live."""

    def __init__(self, folder: Path, root: Path, base: Path | None = None, state: Path | None = None,
                 base_url: str | None = None) -> None:
        self.folder = folder
        self.name = relative_name(folder, base or root)
        self.key = relative_name(folder, root)
        self._state = state or root / STATE
        self._base_url = base_url
        self.owned = Ownership(folder, self._state, self.key)
        self.staging = Stage(self._state / "stage", folder)
        self._staged: dict[str, str] = {}
        self._pages: set[str] = set()
        self._kept: set[str] = set()
        self.is_touched = False
        """Whether publishing has begun: some files may be new and others old."""

    def open(self) -> None:
        """Make the state folder and an empty stage; drop what a killed build left."""
        make_state(self._state)
        for left in self._state.glob("stage-*"):
            shutil.rmtree(left, ignore_errors=True)
        self.staging = Stage(Path(mkdtemp(prefix="stage-", dir=self._state)), self.folder)

    def stage(self, file: str, data: bytes) -> None:
        """Take a page."""
        self.adopt(file, self.staging.put(file, data), is_page=True)

    def stage_copy(self, file: str, source: Path) -> None:
        """Take a file to be copied."""
        self.adopt(file, self.staging.put_copy(file, source))

    def adopt(self, file: str, staged: str | None, *, is_page: bool = False) -> None:
        """Take a file that is on the stage under a name, or is published as it is."""
        if staged is None:
            self._kept.add(file)
        else:
            self._staged[file] = staged
            if is_page:
                self._pages.add(file)

    def refuse_foreign(self, problems: Problems) -> None:
        """Report what keeps the site from being written: files of somebody else's
        where ours would go, links, folders that are read-only."""
        obstacles = Obstacles(self.folder, self.name, self.owned.files())
        obstacles.check(self._staged, self._kept, problems)

    def changes(self) -> Changes:
        """What publishing would do."""
        gone = (self.owned.files() or set()) - self._staged.keys() - self._kept
        return Changes(tuple(sorted(self._staged)), len(self._kept), tuple(sorted(gone)))

    def publish(self) -> Changes:
        """Make the staged files the site."""
        known = self.owned.files()
        owned = known or set()
        new = {*self._staged, *self._kept}
        gone = owned - new
        settle([self.staging.path(name) for name in self._staged.values()])
        self.folder.mkdir(parents=True, exist_ok=True)
        self.owned.mark()
        if known is None or not new <= owned or self.owned.base_url() != (self._base_url or ""):
            self.owned.write(owned | new, self._base_url)  # so that a build that dies here leaves nothing unknown
        self.is_touched = True
        by_case = {file.casefold(): file for file in new} if gone else {}
        with Within(self.folder) as within:
            clear_the_way(self.folder, within, self._staged, gone)
            for file in sorted(self._staged, key=lambda file: (file in self._pages, file)):
                within.put(f"{self.staging.folder}/{self._staged[file]}", file)
            removed = [file for file in sorted(gone) if remove_gone(self.folder, within, file, by_case)]
        if gone:
            self.owned.write(new, self._base_url)
        self.discard()
        foreign = self.owned.foreign(new) if known is None or self._staged.keys() - owned or gone else ()
        return Changes(tuple(sorted(self._staged)), len(self._kept), tuple(removed), foreign)

    def discard(self) -> None:
        """Drop the stage; the site stays as it is."""
        shutil.rmtree(self.staging.folder, ignore_errors=True)

    def clean(self) -> int:
        """Remove every file we wrote, and the folder if that leaves it empty."""
        owned, removed = self.owned.files() or set(), 0
        if self.folder.is_dir():
            with Within(self.folder) as within:
                removed = sum(within.remove(file) for file in sorted(owned))
        self.owned.forget()
        return removed
