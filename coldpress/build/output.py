"""The output folder: files are staged, compared and published."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple, Protocol

from coldpress.build.atomic_write import FolderWriter, clear_the_way, settle
from coldpress.build.output_folder import (
    OutputConflicts,
    OutputManifest,
    only_one,
    refuse_link,
    refuse_output,
    remove_gone,
)
from coldpress.cache import build_stamp
from coldpress.config.loader import Config
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import STATE, below, check_file, folders_above, make_state, relative_name
from coldpress.web.site import Site

_PART = 1 << 20  # bytes compared at once
_FEW = 50  # staged files that are moved one by one


class CannotWriteError(OSError):
    """The output cannot be written: the disk is full, or a folder is read-only."""


class Staging(Protocol):
    """Takes the bytes of pages."""

    folder: Path

    def put(self, file: str, data: bytes) -> bool:
        """Takes a file's bytes; returns whether the file is staged, or is to be staged."""


@dataclass
class Returned:
    """Stands for the staging folder of another machine: a worker returns the bytes of pages, which are staged there."""

    folder: Path

    def put(self, file: str, data: bytes) -> bool:
        """Does nothing: the bytes are returned."""
        check_file(file)
        return True


class Stage:
    """The staging folder: files for the output folder `output`, kept in `folder` under the names that they will
    have there, so that a folder of the site that is new as a whole can be moved as a whole."""

    def __init__(self, folder: Path, output: Path) -> None:
        self.folder = folder
        self._output = output
        self._made: set[str] = set()

    def put(self, file: str, data: bytes) -> bool:
        """Stages a file's bytes, unless they are published already; returns whether it staged them."""
        check_file(file)
        target = f"{self._output}/{file}"
        if _size(target) == len(data) and Path(target).read_bytes() == data:
            return False
        with self._failing(file), open(self._path(file), "wb") as staged:
            staged.write(data)
        return True

    def put_copy(self, file: str, source: Path) -> bool:
        """Stages a file that is copied unchanged, as `put` does."""
        target = below(self._output, file)
        if _size(target) == source.stat().st_size and _same(source, target):
            return False
        with source.open("rb"):
            pass  # what fails from here on is ours to write, not the author's file
        with self._failing(file):
            copy_file(source, Path(self._path(file)))
        return True

    def _path(self, file: str) -> str:
        """Returns the path of a staged file; its folder is made."""
        folder = file.rpartition("/")[0]
        if folder not in self._made:
            os.makedirs(f"{self.folder}/{folder}", exist_ok=True)  # noqa: PTH103  (called for every page)
            self._made.add(folder)
        return f"{self.folder}/{file}"

    @contextmanager
    def _failing(self, file: str) -> Iterator[None]:
        try:
            yield
        except OSError as reason:
            raise CannotWriteError(reason.errno, reason.strerror, file) from None


def copy_file(source: Path, target: Path) -> None:
    """Copies the bytes of a file; file systems that can share them until
    one of the two is changed (a reflink, never a hard link)."""
    if hasattr(os, "copy_file_range"):
        with suppress(OSError), source.open("rb") as reading, target.open("wb") as writing:
            left = os.fstat(reading.fileno()).st_size
            while left and (copied := os.copy_file_range(reading.fileno(), writing.fileno(), left)):
                left -= copied
            if not left:
                return
    shutil.copyfile(source, target)


def _same(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        while (part := first.read(_PART)) == second.read(_PART):
            if not part:
                return True
    return False


def _size(path: Path | str) -> int | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


class Changes(NamedTuple):
    """The changes of publishing: the files written and removed, the number of
    unchanged files, and the foreign files in the output folder."""

    written: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    foreign: tuple[str, ...] = ()


class Output:
    """One output folder of the site in `root`, named relative to `base`; its manifest and staging
    folder are in `state`; `base_url` is the URL of the published site."""

    def __init__(self, folder: Path, root: Path, base: Path | None = None, state: Path | None = None,
                 base_url: str | None = None) -> None:
        self.folder = folder
        self.name = relative_name(folder, base or root)
        self.key = relative_name(folder, root)
        self._state = state or root / STATE
        self._base_url = base_url
        self.owned = OutputManifest(folder, self._state, self.key)
        self.staging = Stage(self._state / "stage", folder)
        self._staged: set[str] = set()
        self._pages: set[str] = set()
        self._kept: set[str] = set()
        self.is_touched = False
        """Whether publishing has begun: some files may be new and others old."""

    @property
    def state(self) -> Path:
        """The state folder."""
        return self._state

    def open(self) -> None:
        """Makes the state folder and an empty staging folder; removes the files of a killed build."""
        make_state(self._state)
        for left in self._state.glob("stage-*"):
            shutil.rmtree(left, ignore_errors=True)
        self.staging = Stage(Path(mkdtemp(prefix="stage-", dir=self._state)), self.folder)

    def stage(self, file: str, data: bytes) -> None:
        """Stages the bytes of a page."""
        self.adopt(file, is_staged=self.staging.put(file, data), is_page=True)

    def stage_copy(self, file: str, source: Path) -> None:
        """Stages a file that is copied."""
        self.adopt(file, is_staged=self.staging.put_copy(file, source))

    def adopt(self, file: str, *, is_staged: bool = False, is_page: bool = False) -> None:
        """Adds a file that is staged, or published already."""
        if not is_staged:
            self._kept.add(file)
        else:
            self._staged.add(file)
            if is_page:
                self._pages.add(file)

    def refuse_foreign(self, problems: Problems) -> None:
        """Reports what prevents writing the site: foreign files at the paths of
        its files, links, and read-only folders."""
        obstacles = OutputConflicts(self.folder, self.name, self.owned.files())
        obstacles.check(self._staged, self._kept, problems)

    def changes(self) -> Changes:
        """Returns the changes that publishing would make."""
        gone = (self.owned.files() or set()) - self._staged - self._kept
        return Changes(tuple(sorted(self._staged)), len(self._kept), tuple(sorted(gone)))

    def publish(self) -> Changes:
        """Moves the staged files into the output folder."""
        known = self.owned.files()
        owned = known or set()
        new = {*self._staged, *self._kept}
        gone = owned - new
        settle([self.staging.folder / file for file in self._staged])
        if self._staged or gone:
            build_stamp.forget(str(self._state))  # else it would fit again, once the sources are as they were then
        self.folder.mkdir(parents=True, exist_ok=True)
        self.owned.mark()
        if known is None or not new <= owned or self.owned.base_url() != (self._base_url or ""):
            self.owned.write(owned | new, self._base_url)  # so that a build that dies here leaves nothing unknown
        self.is_touched = True
        by_case = {file.casefold(): file for file in new} if gone else {}
        with FolderWriter(self.folder) as within:
            clear_the_way(self.folder, within, self._staged, gone)
            for file in self._in_order():
                within.put(f"{self.staging.folder}/{file}", file)
            removed = [file for file in sorted(gone) if remove_gone(self.folder, within, file, by_case)]
        if gone:
            self.owned.write(new, self._base_url)
        self.discard()
        foreign = self.owned.foreign(new) if known is None or self._staged - owned or gone else ()
        return Changes(tuple(sorted(self._staged)), len(self._kept), tuple(removed), foreign)

    def _in_order(self) -> list[str]:
        """Returns the staged files in the order in which they are published: a page comes after the files that it
        may show.  A folder stands for all files below it if the output folder does not have it yet."""
        names = self._to_move("") if len(self._staged) > _FEW else self._staged
        with_pages = {*self._pages, *(above for file in self._pages for above in folders_above(file))}
        return sorted(names, key=lambda name: (name in with_pages, name))

    def _to_move(self, folder: str) -> Iterator[str]:
        """Yields the staged files below a folder; in their place, the topmost folders that are new."""
        with os.scandir(self.staging.folder / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir() and os.path.lexists(f"{self.folder}/{name}"):
                    yield from self._to_move(name)
                else:
                    yield name

    def discard(self) -> None:
        """Removes the staging folder; the published site stays as it is."""
        shutil.rmtree(self.staging.folder, ignore_errors=True)

    def clean(self) -> int:
        """Removes every file that Coldpress wrote, and the folder if it is empty then."""
        owned, removed = self.owned.files() or set(), 0
        if self.folder.is_dir():
            with FolderWriter(self.folder) as within:
                removed = sum(within.remove(file) for file in sorted(owned))
        self.owned.forget()
        return removed


def output_of(site: Site) -> Output:
    """Returns the output folder that the config or the options name."""
    folder = site.options.output or site.root / site.config.output_dir
    return Output(folder, site.root, site.base, base_url=site.config.base_url)


def refuse_linked_output(site: Site, output: Output) -> None:
    """Raises `ColdpressError` when the output folder is reached through a link that nobody named."""
    problems = Problems()
    refuse_link(output.folder, site.root, problems, _place_of_output(site))
    if problems.errors:
        raise ColdpressError(*problems)


@contextmanager
def output_locked(site: Site, output: Output, problems: Problems) -> Iterator[None]:
    """Keeps other builds of the site out; an unsuitable output folder goes to `problems`."""
    with failures_told(output):
        refuse_output(output.folder, output.name, site.root, _inputs(site), problems, _place_of_output(site))
        with only_one(make_state(site.root / STATE)):
            yield


@contextmanager
def failures_told(output: Output) -> Iterator[None]:
    """Raises a `ColdpressError` for an `OSError`: a full disk, a read-only folder."""
    try:
        yield
    except OSError as reason:
        state = ("some files are new and others old, each of them whole; mend it, and the next build completes the site"
                 if output.is_touched else "the site is as it was; mend it and build again")
        raise ColdpressError(Problem(
            "output.failed", f"`{reason.filename or output.name}` cannot be written: {reason.strerror}",
            hint=state)) from reason


def _place_of_output(site: Site) -> Place | None:
    """Returns the line of the config that names another output folder than the default."""
    is_chosen = not site.options.output and site.config.output_dir != Config().output_dir
    return site.config_place("output_dir") if is_chosen else None


def _inputs(site: Site) -> list[Path]:
    """Returns the folders of the site's sources and of the app's own data, where no output may go."""
    config = site.config
    names = (config.content_dir, config.templates_dir, config.static_dir, config.data_dir, "archetypes", "instance",
             *(name for name in config.markdown.snippets if name != "."), *config.markdown.append)
    return [*(site.root / name for name in names), Path(site.app.instance_path)]
