"""The files of the site that the config names: logos, fonts, the picture of the icons."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from coldpress import recorder
from coldpress.cache.file_stamps import is_settled, stamp_of
from coldpress.config.loader import Config
from coldpress.images.index import digest_of_file
from coldpress.paths import relative_name


class NamedFile(NamedTuple):
    """A file and a digest of its bytes."""

    path: Path
    digest: str


class FilesSite(Protocol):
    """The part of a site that finding its files needs: `site.Site`."""

    root: Path
    base: Path
    config: Config


class NamedFiles:
    """Finds files by the paths that the config has, and keeps their digests while they do not change."""

    def __init__(self, site: FilesSite) -> None:
        self._site = site
        self._known: dict[Path, tuple[str, str]] = {}

    def find(self, name: str) -> NamedFile | None:
        """Returns a file of the content folder, of the folder of static files, or of the site's folder; None if there
        is none.  The read is recorded as that of an included file."""
        site = self._site
        with recorder.unrecorded():
            folders = [site.root / site.config.content_dir, site.root / site.config.static_dir, site.root]
        for folder in folders:
            file = folder / name
            recorder.read("included", relative_name(file, site.base))
            digest = self._digest(file)
            if digest is not None:
                return NamedFile(file, digest)
        return None

    def _digest(self, file: Path) -> str | None:
        stamp, known = stamp_of(file), self._known.get(file)
        if not stamp or not file.is_file():
            return None
        if known is None or known[0] != stamp:
            try:
                with recorder.unrecorded():
                    known = stamp, digest_of_file(file)
            except OSError:
                return None
            if is_settled(stamp):
                self._known[file] = known
        return known[1]
