"""The store of made pictures: files below `.coldpress/images/`, each under a key of all that it is made of."""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from coldpress.cache.database import Database
from coldpress.images.index import ImageIndex
from coldpress.paths import make_state

_FOLDER = "images"
_SPARE = 1_000  # pictures that are kept in addition to those that the last build used
_EXTENSIONS = ("avif", "webp", "jpg", "png", "ico")


class ImageStore:
    """Keeps pictures below `folder`.  The index notes the size of each, which tells whether a file is whole."""

    def __init__(self, folder: Path, index: ImageIndex) -> None:
        self._folder = folder
        self._index = index
        self._new: dict[str, int] = {}

    def file(self, key: str, extension: str) -> Path:
        """Returns the file of a picture."""
        return self._folder / _FOLDER / key[:2] / f"{key}.{extension}"

    def is_kept(self, key: str, file: Path) -> bool:
        """Returns whether a picture was made and is as it was written."""
        try:
            return file.stat().st_size == self._sizes.get(key)
        except OSError:
            return False

    def read(self, key: str, extension: str) -> bytes | None:
        """Returns the bytes of a picture; None if it is not kept."""
        file = self.file(key, extension)
        with suppress(OSError):
            return file.read_bytes() if self.is_kept(key, file) else None
        return None

    def write(self, key: str, extension: str, data: bytes) -> None:
        """Keeps the bytes of a picture, as a whole or not at all; a process that only reads caches keeps nothing."""
        if Database.only_reads:
            return
        make_state(self._folder)
        write_whole(self.file(key, extension), data)
        self.note({key: len(data)})

    def note(self, sizes: dict[str, int]) -> None:
        """Notes the sizes of pictures that were written to their files."""
        self._sizes.update(sizes)
        self._new.update(sizes)

    def note_files(self, files: dict[str, Path]) -> None:
        """Notes the pictures that other processes wrote to these files, by key."""
        for key, file in files.items():
            with suppress(OSError):
                if key not in self._sizes:
                    self.note({key: file.stat().st_size})

    def trim(self, used: Collection[str]) -> None:
        """Removes the oldest pictures that are not used, except for a number of spare ones."""
        unused = [key for key in self._sizes if key not in used]
        gone = set(unused[:-_SPARE])
        for key in gone:
            for extension in _EXTENSIONS:
                with suppress(OSError):
                    self.file(key, extension).unlink(missing_ok=True)
            del self._sizes[key]
        self._index.note_made({}, gone)

    def flush(self) -> None:
        """Writes what was noted to disk."""
        new, self._new = self._new, {}
        self._index.note_made(new, set())

    @cached_property
    def _sizes(self) -> dict[str, int]:
        """The bytes of each picture that was made, by key, the oldest first."""
        return self._index.sizes_made()


def write_whole(path: Path, data: bytes) -> int:
    """Writes a file as a whole or not at all; returns its length."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return len(data)
