"""The output folder, and the only code that writes or removes in it.

Changes are staged in `.coldpress/`, then published with `os.replace`: assets,
pages, removals, manifest.  Whatever stops a build, each file is wholly old or
wholly new.  Only files in the manifest are ever removed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import mkdtemp

from coldpress.errors import Place, Problems
from coldpress.paths import below, relative_name

MARK = "# Output of Coldpress: files it did not write itself are never removed."
STATE = ".coldpress"
_IGNORE_ALL = f"{MARK}\n*\n"


@dataclass(frozen=True, slots=True)
class Changes:
    """What publishing did: how many files were written, left, removed, and
    which lie there that are not ours."""

    written: int
    unchanged: int
    removed: int
    foreign: tuple[str, ...]


class Output:
    """One output folder of the site in `root`."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.name = relative_name(folder, root)
        self._root = root
        self._state = root / STATE
        key = blake2b(self.name.encode(), digest_size=6).hexdigest()
        self._manifest_file = self._state / f"manifest-{key}.json"
        self.stage_folder = self._state / "stage"
        self._staged: dict[str, Path] = {}
        self._pages: set[str] = set()
        self._kept: set[str] = set()

    def check(self, inputs: Iterable[Path], problems: Problems) -> None:
        """Refuse a folder that is not ours to write to, or that holds `inputs`."""
        for path in (self._root, *inputs):
            if path == self.folder or path.is_relative_to(self.folder):
                problems.error("output.place", f"`{self.name}` holds the site's own files", None,
                               "choose another folder with --output or `output_dir`")
                return
        for path in inputs:
            if self.folder.is_relative_to(path):
                problems.error("output.place", f"`{self.name}` lies in `{relative_name(path, self._root)}`", None,
                               "choose another folder with --output or `output_dir`")
                return
        if self.folder.exists() and not self.folder.is_dir():
            problems.error("output.place", f"`{self.name}` is a file", Place(self.name))
        elif self.folder.is_dir() and any(self.folder.iterdir()) and not self.is_ours():
            problems.error("output.foreign", f"the folder `{self.name}` holds files, and Coldpress did not make it",
                           None, "empty it, or choose another with --output")

    def is_ours(self) -> bool:
        """Whether our mark is in the folder."""
        mark = self.folder / ".gitignore"
        try:
            return MARK in mark.read_text("utf-8", "replace")
        except OSError:
            return False

    def open(self) -> None:
        """Make the state folder and an empty stage; drop what a killed build left."""
        make_state(self._root)
        for left in self._state.glob("stage-*"):
            shutil.rmtree(left, ignore_errors=True)
        self.stage_folder = Path(mkdtemp(prefix="stage-", dir=self._state))

    def stage(self, file: str, data: bytes) -> bool:
        """Take a rendered file; tells whether it differs from what is published."""
        self._pages.add(file)
        target = below(self.folder, file)
        if _size(target) == len(data) and target.read_bytes() == data:
            self._kept.add(file)
            return False
        staged = self._staging_file(file)
        staged.write_bytes(data)
        self._staged[file] = staged
        return True

    def stage_copy(self, file: str, source: Path) -> bool:
        """Take a file to be copied; tells whether it differs."""
        target = below(self.folder, file)
        data = source.read_bytes()
        if _size(target) == len(data) and target.read_bytes() == data:
            self._kept.add(file)
            return False
        staged = self._staging_file(file)
        shutil.copyfile(source, staged)
        self._staged[file] = staged
        return True

    def refuse_foreign(self, problems: Problems) -> None:
        """Report files of somebody else's where ours would go."""
        owned = self._manifest()
        if owned is None:
            return  # the manifest is lost: what has our names is taken for ours
        for file in sorted(self._staged):
            if file not in owned and self._stands_in_the_way(file, owned):
                problems.error("output.foreign-file", f"`{self.name}/{file}` is not ours, and a page wants its place",
                               Place(f"{self.name}/{file}"), "move it to `content/`, or delete it")

    def publish(self) -> Changes:
        """Make the staged files the site."""
        owned = self._manifest() or set()
        new = {*self._staged, *self._kept}
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.is_ours():
            _replace_text(self.folder / ".gitignore", _IGNORE_ALL)
        self._write_manifest(owned | new)  # so that a build that dies here leaves nothing unknown
        gone = owned - new
        self._clear_the_way(gone)
        for file in sorted(self._staged, key=lambda file: (file in self._pages, file)):
            _move(self._staged[file], below(self.folder, file))
        removed = sum(self._remove(file, new) for file in sorted(gone))
        self._write_manifest(new)
        self.discard()
        return Changes(len(self._staged), len(self._kept), removed, self._foreign(new))

    def discard(self) -> None:
        """Drop the stage; the site stays as it is."""
        shutil.rmtree(self.stage_folder, ignore_errors=True)

    def clean(self) -> int:
        """Remove every file we wrote, and the folder if that leaves it empty."""
        owned = self._manifest() or set()
        removed = sum(self._remove(file, set()) for file in sorted(owned))
        if self.is_ours() and not self._foreign(set()):
            (self.folder / ".gitignore").unlink()
            self.folder.rmdir()
        self._manifest_file.unlink(missing_ok=True)
        return removed

    def _staging_file(self, file: str) -> Path:
        staged = below(self.stage_folder, file)
        staged.parent.mkdir(parents=True, exist_ok=True)
        return staged

    def _stands_in_the_way(self, file: str, owned: set[str]) -> bool:
        target = self.folder / file
        if target.is_dir():
            return any(inner.is_file() and relative_name(inner, self.folder) not in owned
                       for inner in target.rglob("*"))
        parents = [parent for parent in target.parents if parent.is_relative_to(self.folder) and parent != self.folder]
        return target.exists() or any(
            parent.is_file() and relative_name(parent, self.folder) not in owned for parent in parents)

    def _clear_the_way(self, gone: set[str]) -> None:
        """Remove at once what is in the way as a file where a folder is needed,
        or the other way about."""
        for file in self._staged:
            parents = {"/".join(file.split("/")[:count]) for count in range(1, file.count("/") + 1)}
            for old in sorted(gone & parents) + sorted(old for old in gone if old.startswith(f"{file}/")):
                self._remove(old, set())

    def _remove(self, file: str, new: set[str]) -> int:
        target = below(self.folder, file)
        if not target.is_file() or _same_file_by_other_case(self.folder, file, new):
            return 0
        target.unlink()
        for parent in target.parents:
            if parent == self.folder or any(parent.iterdir()):
                break
            parent.rmdir()
        return 1

    def _foreign(self, owned: set[str]) -> tuple[str, ...]:
        if not self.folder.is_dir():
            return ()
        found = (relative_name(path, self.folder) for path in self.folder.rglob("*") if path.is_file())
        return tuple(sorted(file for file in found if file not in owned and file != ".gitignore"))

    def _manifest(self) -> set[str] | None:
        try:
            data = json.loads(self._manifest_file.read_text("utf-8"))
            return {str(file) for file in data["files"]}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _write_manifest(self, files: set[str]) -> None:
        _replace_text(self._manifest_file, json.dumps(
            {"output": self.name, "files": sorted(files)}, ensure_ascii=False, indent=0))


def make_state(root: Path) -> Path:
    """The folder `.coldpress`, kept out of git; made when missing."""
    state = root / STATE
    state.mkdir(exist_ok=True)
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
    return state


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None


def _replace_text(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8", newline="\n")
    os.replace(part, path)


def _move(staged: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(staged, target)
    except OSError as reason:
        if reason.errno != errno.EXDEV:
            raise
        part = target.with_name(target.name + ".part")  # another file system: replace within it
        shutil.copyfile(staged, part)
        os.replace(part, target)


def _same_file_by_other_case(folder: Path, file: str, new: set[str]) -> bool:
    """On a file system without case, `About` removed must not take `about`."""
    twin = next((other for other in new if other != file and other.casefold() == file.casefold()), None)
    return twin is not None and (folder / twin).exists() and (folder / twin).samefile(folder / file)
