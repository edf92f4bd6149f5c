"""The files below the content folder, in one order on every machine."""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.sources.names import file_stem

MARKDOWN = (".md", ".markdown")
_KEPT_DOTFILES = {".well-known", ".nojekyll", ".htaccess", ".domains"}
_LITTER = re.compile(r".*~|#.*#|.*\.(?:swp|swo|tmp|bak|orig|pyc)|thumbs\.db|desktop\.ini|__pycache__"
                     r"|node_modules", re.I)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file: `path` is relative to the content folder, NFC, with `/`;
    `name` relative to the site's root, as people are told it; `location` where
    it is on disk; `folder` the content folder it lies in, `stem` its name
    without suffix in lower case."""

    path: str
    name: str
    location: str
    size: int
    mtime_ns: int
    ctime_ns: int = 0
    inode: int = 0
    folder: str = ""
    stem: str = ""

    @property
    def file(self) -> Path:
        """Where it is on disk."""
        return Path(self.location)

    @property
    def stamp(self) -> str:
        """What the file system says of it: another content, another stamp."""
        return f"{self.size} {self.mtime_ns} {self.ctime_ns} {self.inode}"

    @property
    def is_markdown(self) -> bool:
        return self.path.lower().endswith(MARKDOWN)

    def again(self) -> SourceFile:
        """The same file as the file system has it now; raises `OSError`."""
        stat = self.file.stat()
        return replace(self, size=stat.st_size, mtime_ns=stat.st_mtime_ns, ctime_ns=stat.st_ctime_ns, inode=stat.st_ino)

    def read(self) -> bytes:
        """The bytes; raises `ColdpressError` when they cannot be had."""
        try:
            return self.file.read_bytes()
        except OSError as reason:
            raise ColdpressError(Problem(
                "source.unreadable", f"cannot read this file: {reason.strerror}", Place(self.name))) from None


def find_files(folder: Path, name: str, problems: Problems) -> list[SourceFile]:
    """Every file below `folder`, sorted by path; `name` is the folder's own.

    Hidden files, editors' leftovers and caches are passed over.  A link that
    leads out of the folder is a problem: what it shows would not be the site's.
    """
    found: list[SourceFile] = []
    if folder.is_dir():
        _walk(folder, "", name, folder.resolve(), problems, found)
    return sorted(found, key=lambda source: source.path)


def _walk(folder: Path, inner: str, name: str, root: Path, problems: Problems, found: list[SourceFile]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if is_ignored(entry.name):
                continue
            path = unicodedata.normalize("NFC", inner + entry.name)
            if not path.isprintable() and any("\ud800" <= char <= "\udfff" for char in path):
                problems.error("source.name", "the name of this file is not UTF-8",
                               Place(f"{name}/{path}".encode("utf-8", "replace").decode()), "rename it")
            elif entry.is_symlink() and not _stays_inside(Path(entry.path), root):
                problems.error("source.link", "this link leads out of the content folder or nowhere",
                               Place(f"{name}/{path}"), "put a copy of the file there")
            elif entry.is_dir():
                _walk(Path(entry.path), f"{path}/", name, root, problems, found)
            elif entry.is_file():
                stat = entry.stat()
                found.append(SourceFile(path, f"{name}/{path}", entry.path, stat.st_size, stat.st_mtime_ns,
                                        stat.st_ctime_ns, stat.st_ino, path.rpartition("/")[0], file_stem(path)))


def folders_in(folder: Path) -> list[str]:
    """Every folder below one, named as sources are."""
    return sorted(unicodedata.normalize("NFC", (Path(above) / name).relative_to(folder).as_posix())
                  for above, names, _ in os.walk(folder) for name in names)


def is_ignored(name: str) -> bool:
    """Whether a file or folder of that name is none of the site's."""
    return (name.startswith(".") and name not in _KEPT_DOTFILES) or _LITTER.fullmatch(name) is not None


def _stays_inside(link: Path, root: Path) -> bool:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    # A folder that holds the link itself would be walked for ever.
    return target.is_relative_to(root) and not link.parent.resolve().is_relative_to(target)
