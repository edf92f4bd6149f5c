"""Files of ours taken away, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from coldpress.paths import below

_NONE: Mapping[str, str] = MappingProxyType({})


def clear_the_way(folder: Path, coming: Iterable[str], gone: Collection[str]) -> None:
    """Remove at once, of the files that are to go, what is in the way as a file
    where a folder is needed, or the other way about."""
    for file in coming:
        if gone:
            parents = {"/".join(file.split("/")[:count]) for count in range(1, file.count("/") + 1)}
            for old in sorted(parents.intersection(gone)):
                remove(folder, old)
        if (folder / file).is_dir():
            for old in sorted(old for old in gone if old.startswith(f"{file}/")):
                remove(folder, old)
            if (folder / file).is_dir():
                remove_empty_folders(folder / file)


def remove(folder: Path, file: str, kept: Mapping[str, str] = _NONE) -> int:
    """Remove a file and the folders that leaves empty; tells how many files.

    `kept` are the site's files by folded name: on a file system without case,
    `About` removed must not take `about`.
    """
    target, twin = below(folder, file), kept.get(file.casefold())
    if not target.is_file() or (twin and (folder / twin).exists() and (folder / twin).samefile(target)):
        return 0
    target.unlink()
    for parent in target.parents:
        if parent == folder or any(parent.iterdir()):
            break
        parent.rmdir()
    return 1


def remove_empty_folders(folder: Path) -> None:
    """Remove a folder in which there are only folders."""
    for inner in sorted(folder.rglob("*"), reverse=True):
        inner.rmdir()
    folder.rmdir()
