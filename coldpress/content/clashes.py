"""Finds output files that two sources claim: no two files may be in each other's way on any file system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, NamedTuple, Protocol, TypeVar

from coldpress.content.library import Library
from coldpress.content.permalinks import PageEntry
from coldpress.errors import Place, Problems
from coldpress.paths import asset_file_of, file_of


class Claim(Protocol):
    """What needs an output file."""

    @property
    def file(self) -> str:
        """The file."""


T = TypeVar("T", bound=Claim)


class SourceClaim(NamedTuple):
    """The output file that a page, an alias or an asset needs, and the function that tells its place."""

    file: str
    place: Callable[[], Place]


class Claims(Generic[T]):
    """Output files and their folders, each with its first claim: no two may be in each
    other's way on any file system.  Names that differ only in case are one name, and one
    name cannot be a file and a folder."""

    def __init__(self) -> None:
        self._files: dict[str, T] = {}
        self._folders: dict[str, T] = {}

    def take(self, claim: T) -> T | None:
        """Adds a claim, or returns the earlier one that is in the way."""
        folded = claim.file.casefold()
        new: list[str] = []
        other = self._files.get(folded) or self._folders.get(folded)
        folder = folded.rpartition("/")[0]
        while other is None and folder and folder not in self._folders:  # else those above it are folders too
            other = self._files.get(folder)
            new.append(folder)
            folder = folder.rpartition("/")[0]
        if other is None:
            self._files[folded] = claim
            self._folders.update(dict.fromkeys(new, claim))
        return other

    def take_all(self, claims: Sequence[T]) -> bool:
        """Adds claims, unless any of them is in the way of another or of an earlier one; returns whether it did.
        It takes a fifth of the time of adding them one by one."""
        files = {claim.file.casefold(): claim for claim in claims}
        folders: dict[str, T] = {}
        for file, claim in files.items():
            folder = file.rpartition("/")[0]
            while folder and folder not in folders and folder not in self._folders:
                folders[folder] = claim
                folder = folder.rpartition("/")[0]
        are_apart = (len(files) == len(claims) and files.keys().isdisjoint(folders)
                     and files.keys().isdisjoint(self._files) and files.keys().isdisjoint(self._folders)
                     and folders.keys().isdisjoint(self._files))
        if are_apart:
            self._files.update(files)
            self._folders.update(folders)
        return are_apart


def file_that_is_a_folder(one: str, other: str) -> str | None:
    """Returns the path that would be a file and a folder, for two files of which one would lie
    in the other; None if they are one file."""
    outer, inner = sorted((one, other), key=lambda file: file.count("/"))
    depth = outer.count("/") + 1
    return "/".join(inner.split("/")[:depth]) if inner.count("/") >= depth else None


def report_clashes(entries: Sequence[PageEntry], library: Library, problems: Problems) -> None:
    """Reports sources that claim the same output file, or a file where another one needs a
    folder.  Compares pages, aliases and assets."""
    aliases, assets = library.aliases, library.assets
    claims: Claims[SourceClaim] = Claims()
    are_apart = _are_apart(
        [*(file_of(entry.path) for entry in entries), *map(file_of, aliases), *map(asset_file_of, assets)])
    for entry in () if are_apart else entries:
        _claim(claims, file_of(entry.path), entry.path, partial(entry.document.place_of, "permalink"), problems)
    library._aliases.check(problems)
    if are_apart:
        return
    for path, alias in aliases.items():
        _claim(claims, file_of(path), path, partial(alias.page.unrecorded.document.place_of, "aliases"), problems)
    for path, asset in assets.items():
        _claim(claims, asset_file_of(path), path, partial(Place, asset.name), problems)


def _are_apart(files: Sequence[str]) -> bool:
    """Returns whether no two files are in each other's way, without telling which."""
    names = {file.casefold() for file in files}
    folders = {name.rpartition("/")[0] for name in names}
    for folder in list(folders):
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in folders:
                break
            folders.add(folder)
    return len(names) == len(files) and names.isdisjoint(folders)


def _claim(claims: Claims[SourceClaim], file: str, path: str, place: Callable[[], Place], problems: Problems) -> None:
    """Records which source claims a file, and reports a clash.  `place` is called only for a clash,
    because it parses front matter again."""
    other = claims.take(SourceClaim(file, place))
    if other is None:
        return
    folder = file_that_is_a_folder(file, other.file)
    message = f"`/{folder}` would be a file and a folder" if folder else f"two sources want `{path}`"
    if file != other.file and not folder:
        message += ", as names are compared where case does not count"
    problems.error("url.clash", message, place(), "give one of them another name, `slug:` or `permalink:`",
                   also=(other.place(),))
