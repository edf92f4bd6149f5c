"""The files that are copied unchanged: those of `static/` and of the theme, and their versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from os.path import isfile  # unlike that of a path, it answers for a name that is too long
from pathlib import Path

from coldpress import recorder
from coldpress.config.themes import Theme
from coldpress.errors import Problems
from coldpress.paths import below, relative_name
from coldpress.sources.files import find_files

STYLESHEETS = ("theme.css", "pictures.css")
"""The templates of style sheets, and their file names below `/theme/`."""


class CopiedFiles:
    """The files below `/static/` and `/theme/`.  `static` is the folder of the first, the second has those of the
    `theme`; messages name files relative to `base`; `stylesheet` renders one of the style sheets, which are no
    copies."""

    def __init__(self, static: Path, theme: Theme, base: Path, stylesheet: Callable[[str], str]) -> None:
        self._folders = {"static": [static], "theme": [each.static for each in theme.chain]}
        self._base = base
        self._stylesheet = stylesheet
        self._versions: dict[tuple[str, str], tuple[tuple[int, int], str]] = {}

    def forget_stylesheets(self) -> None:
        """Drops the versions of the style sheets, after templates changed."""
        for name in STYLESHEETS:
            self._versions.pop(("theme", name), None)

    def file(self, name: str, filename: str) -> Path:
        """The file that `/theme/` or `/static/` serves under a name; a theme's goes before that of the theme that it
        extends.  It may not exist.  Raises `paths.BadPath` for a name that leads out of the folder."""
        files = [below(folder, filename) for folder in self._folders[name]]
        return next((file for file in files if isfile(file)), files[0])  # noqa: PTH113

    def folder(self, name: str, filename: str) -> Path:
        """The folder in which `file` finds a name."""
        folders = self._folders[name]
        return next((folder for folder in folders if isfile(folder / filename)), folders[0])  # noqa: PTH113

    def files_in(self, name: str, problems: Problems | None = None) -> Iterator[str]:
        """The names of the files below `/theme/` or `/static/`."""
        found: dict[str, None] = {}
        for folder in self._folders[name]:
            problems = Problems() if problems is None else problems
            found |= dict.fromkeys(
                file.path for file in find_files(folder, relative_name(folder, self._base), problems))
        yield from sorted(found)

    def version(self, name: str, filename: str) -> str | None:
        """A version of eight hex digits that changes with the file; None if there is no such file."""
        recorder.read("version", f"{name}/{filename}")
        if name == "theme" and filename in STYLESHEETS:
            return self._stylesheet_version(filename)
        try:
            file = self.file(name, filename)
            stat = file.stat()
        except (OSError, ValueError):
            return None
        stamp = (stat.st_size, stat.st_mtime_ns)
        known = self._versions.get((name, filename))
        if known is None or known[0] != stamp:
            with recorder.unrecorded():
                known = stamp, blake2b(file.read_bytes(), digest_size=4).hexdigest()
            self._versions[name, filename] = known
        return known[1]

    def _stylesheet_version(self, filename: str) -> str:
        """The version of a style sheet, which templates render."""
        with recorder.unrecorded():
            known = self._versions.get(("theme", filename))
            if known is None:
                text = self._stylesheet(filename)
                known = self._versions["theme", filename] = (0, 0), blake2b(text.encode(), digest_size=4).hexdigest()
        return known[1]
