"""Files of ours taken away, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from coldpress.freeze.within import Within
from coldpress.paths import is_link


def clear_the_way(folder: Path, within: Within, coming: Iterable[str], gone: Collection[str]) -> None:
    """Remove at once, of the files that are to go, what is in the way as a file
    where a folder is needed, or the other way about."""
    for file in coming:
        if gone:
            parents = {"/".join(file.split("/")[:count]) for count in range(1, file.count("/") + 1)}
            for old in sorted(parents.intersection(gone)):
                within.remove(old)
        target = folder / file
        if target.is_dir() and not is_link(target):
            for old in sorted(old for old in gone if old.startswith(f"{file}/")):
                within.remove(old)
            _remove_empty_folders(folder, within, file)


def remove_gone(folder: Path, within: Within, file: str, kept: Mapping[str, str]) -> bool:
    """Remove a file of the site before.

    `kept` are the site's files by folded name: on a file system without case,
    `About` removed must not take `about`.
    """
    twin = kept.get(file.casefold())
    if twin and (folder / twin).exists() and (folder / file).exists() and (folder / twin).samefile(folder / file):
        return False
    return within.remove(file)


def _remove_empty_folders(folder: Path, within: Within, name: str) -> None:
    """Remove folders in which there are only folders."""
    for inner in sorted((folder / name).rglob("*"), reverse=True):
        within.remove_empty(inner.relative_to(folder).as_posix())
    within.remove_empty(name)
