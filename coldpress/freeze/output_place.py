"""Which folder may be the output: one that holds nothing of somebody else's, and
is not among what the site is made of."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from coldpress.errors import Place, Problems
from coldpress.freeze.ownership import Ownership
from coldpress.paths import is_link, relative_name, resolved
from coldpress.state import STATE

_ELSEWHERE = "choose another folder with --output or `output_dir`"


def refuse_output(folder: Path, name: str, root: Path, inputs: Iterable[Path], problems: Problems,
                  place: Place | None = None) -> None:
    """Report an output folder that holds the site's own files, lies among them,
    is a link, or holds files that are not ours; `place` is where it is chosen."""
    message = _misplaced(folder, name, root, inputs)
    if message:
        problems.error("output.place", message, place, _ELSEWHERE)
    elif _is_foreign(folder, root, name):
        problems.error("output.foreign", f"the folder `{name}` holds files, and Coldpress did not make it",
                       place, "empty it, or choose another with --output")


def refuse_link(folder: Path, root: Path, problems: Problems, place: Place | None = None) -> None:
    """Report an output folder that is reached by a link of the site's folder."""
    link = _link_to(folder, root)
    if link:
        message = f"`{relative_name(link, root)}` is a link, and nothing is written through a link"
        problems.error("output.place", message, place, "remove it, or name the folder it leads to with --output")


def _misplaced(folder: Path, name: str, root: Path, inputs: Iterable[Path]) -> str | None:
    inputs = tuple(inputs)
    for path in (root, *inputs):
        if _is_in(path, folder, root):
            return f"`{name}` holds the site's own files"
    for path in (*inputs, root / STATE, root / ".git"):
        if _is_in(folder, path, root):
            return f"`{name}` is or lies in `{relative_name(path, root)}`"
    above = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    return None if above.is_dir() or not above.exists() else f"`{relative_name(above, root)}` is a file"


def _is_in(inner: Path, outer: Path, root: Path) -> bool:
    """Whether a path is another one or lies in it, behind links too; in the
    site's folder names that differ in case only are one."""
    return any(one.is_relative_to(other) for one, other in (
        (inner, outer), (resolved(inner), resolved(outer)), (_folded(inner, root), _folded(outer, root))))


def _folded(path: Path, root: Path) -> Path:
    if not path.is_relative_to(root):
        return path
    return root / unicodedata.normalize("NFC", path.relative_to(root).as_posix()).casefold()


def _is_foreign(folder: Path, root: Path, name: str) -> bool:
    return folder.is_dir() and any(folder.iterdir()) and not Ownership(folder, root / STATE, name).is_marked()


def _link_to(folder: Path, root: Path) -> Path | None:
    """The first link on the way from the site's folder to its output."""
    parts = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
    steps = (root.joinpath(*parts[:count]) for count in range(1, len(parts) + 1))
    return next(filter(is_link, steps), None)
