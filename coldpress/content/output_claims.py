"""Who wants which file of the output, so that no two get in each other's way on
any file system: names that differ in case only are one name, and what is a file
for one cannot be a folder for another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Claim(Generic[T]):
    """A file that somebody wants."""

    file: str
    owner: T


class Claims(Generic[T]):
    """Files and the folders they need, each with the claim that came first."""

    def __init__(self) -> None:
        self._files: dict[str, Claim[T]] = {}
        self._folders: dict[str, Claim[T]] = {}

    def take(self, file: str, owner: T) -> Claim[T] | None:
        """Note who wants a file; or give the claim that is in the way, and note nothing."""
        folded = file.casefold()
        folders = _folders(folded)
        other = self._files.get(folded) or self._folders.get(folded) or next(
            filter(None, map(self._files.get, folders)), None)
        if other is not None:
            return other
        claim = self._files[folded] = Claim(file, owner)
        for folder in folders:
            if folder in self._folders:
                break  # and so are those above it
            self._folders[folder] = claim
        return None


def file_that_is_a_folder(one: str, other: str) -> str | None:
    """Of two files that get in each other's way the part that would be a file
    and a folder; None if they are one file."""
    outer, inner = sorted((one, other), key=lambda file: file.count("/"))
    depth = outer.count("/") + 1
    return "/".join(inner.split("/")[:depth]) if inner.count("/") >= depth else None


def _folders(file: str) -> list[str]:
    """The folders a file lies in, the innermost first."""
    folders = []
    while "/" in file:
        file = file.rpartition("/")[0]
        folders.append(file)
    return folders
