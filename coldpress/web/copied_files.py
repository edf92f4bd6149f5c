"""The files that are copied unchanged: those of `static/` and of the theme, and their versions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path

from coldpress import recorder
from coldpress.errors import Problems
from coldpress.paths import below, relative_name
from coldpress.sources.files import find_files
from coldpress.web.environment import THEME

STYLESHEET = "theme.css"
"""The template of the style sheet, and its file name below `/theme/`."""


class CopiedFiles:
    """The files below `/static/` and `/theme/`.  `static` is the folder of the first; messages name
    files relative to `base`; `stylesheet` renders the style sheet, the one file that is no copy."""

    def __init__(self, static: Path, base: Path, stylesheet: Callable[[], str]) -> None:
        self._static = static
        self._base = base
        self._stylesheet = stylesheet
        self._versions: dict[tuple[str, str], tuple[tuple[int, int], str]] = {}

    def forget_stylesheet(self) -> None:
        """Drops the version of the style sheet, after templates changed."""
        self._versions.pop(("theme", STYLESHEET), None)

    def folder_of(self, name: str) -> Path:
        """The folder whose files `/theme/` or `/static/` serves."""
        return THEME / "static" if name == "theme" else self._static

    def files_in(self, name: str, problems: Problems | None = None) -> Iterator[str]:
        """The names of the files below `/theme/` or `/static/`."""
        folder = self.folder_of(name)
        for file in find_files(folder, relative_name(folder, self._base), Problems() if problems is None else problems):
            yield file.path

    def version(self, name: str, filename: str) -> str | None:
        """A version of eight hex digits that changes with the file; None if there is no such file."""
        recorder.read("version", f"{name}/{filename}")
        if (name, filename) == ("theme", STYLESHEET):
            return self._stylesheet_version()
        try:
            file = below(self.folder_of(name), filename)
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

    def _stylesheet_version(self) -> str:
        """The version of the style sheet, which templates render."""
        with recorder.unrecorded():
            known = self._versions.get(("theme", STYLESHEET))
            if known is None:
                text = self._stylesheet()
                known = self._versions["theme", STYLESHEET] = (0, 0), blake2b(text.encode(), digest_size=4).hexdigest()
        return known[1]
