"""The store of made pictures: files below `.coldpress/images/`, each under a key of all that it is made of.

They may be deleted or damaged at any time.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from coldpress.cache.database import Database
from coldpress.cache.file_stamps import is_settled, stamp_of
from coldpress.images.index import ImageIndex
from coldpress.paths import make_state

_FOLDER = "images"
_MEMORY = 32_000_000  # bytes of the pictures that are in memory only
_SPARE = 1_000  # pictures that are kept in addition to those that the last build used


class Made(NamedTuple):
    """What was written to a file: the number of its bytes, and their digest."""

    size: int
    digest: str


class ImageStore:
    """Keeps pictures below `folder`.  The index notes the digest of each, and a stamp of its file: one that has another
    stamp, as in a cache that was restored, is read before it is used."""

    def __init__(self, folder: Path, index: ImageIndex) -> None:
        self._folder = folder
        self._index = index
        self._known: dict[str, tuple[int, str, str]] | None = None
        self._new: dict[str, tuple[int, str, str]] = {}
        self._in_memory: dict[str, bytes] = {}

    def file(self, key: str, extension: str) -> Path:
        """Returns the file of a picture."""
        return self._folder / _FOLDER / key[:2] / f"{key}.{extension}"

    def is_kept(self, key: str, file: Path) -> bool:
        """Returns whether a picture was made and is as it was written."""
        size, digest, noted = self._pictures.get(key, (0, "", ""))
        stamp = stamp_of(file) if digest else ""
        if not stamp or stamp == noted:
            return bool(stamp)
        made = _made_of(file)
        if made != (size, digest):
            return False
        self._note(key, made, stamp)
        return True

    def read(self, key: str, extension: str) -> bytes | None:
        """Returns the bytes of a picture; None if it is not kept."""
        if key in self._in_memory:
            return self._in_memory[key]
        file = self.file(key, extension)
        with suppress(OSError):
            return file.read_bytes() if self.is_kept(key, file) else None
        return None

    def write(self, key: str, extension: str, data: bytes) -> None:
        """Keeps the bytes of a picture, as a whole: on disk, or in memory if nothing can be written there.  A process
        that only reads caches keeps nothing."""
        if Database.only_reads:
            return
        try:
            make_state(self._folder)
            self.note(key, self.file(key, extension), write_whole(self.file(key, extension), data))
        except OSError:
            self.keep_in_memory(key, data)

    def keep_in_memory(self, key: str, data: bytes) -> None:
        """Keeps the bytes of a picture until others need their room."""
        self._in_memory[key] = data
        while sum(map(len, self._in_memory.values())) > _MEMORY:
            del self._in_memory[next(iter(self._in_memory))]

    def note(self, key: str, file: Path, made: Made) -> None:
        """Notes a picture that was written to its file."""
        self._note(key, made, stamp_of(file))

    def note_files(self, files: Mapping[str, Path]) -> None:
        """Notes the pictures that other processes wrote to these files, by key."""
        for key, file in files.items():
            made = None if key in self._pictures else _made_of(file)
            if made:
                self.note(key, file, made)

    def trim(self, used: Collection[str]) -> None:
        """Removes the oldest pictures that are not used, except for a number of spare ones, and what a build that was
        killed left behind."""
        unused = [key for key in self._pictures if key not in used]
        gone = set(unused[:-_SPARE])
        for file in (self._folder / _FOLDER).glob("*/*"):
            key = file.name.partition(".")[0]
            if key in gone or key not in self._pictures or file.name.endswith(".part"):
                with suppress(OSError):
                    file.unlink()
        for key in gone:
            del self._pictures[key]
        self._index.note_made({}, gone)

    def flush(self) -> None:
        """Writes what was noted to disk."""
        new, self._new = self._new, {}
        self._index.note_made(new)

    def _note(self, key: str, made: Made, stamp: str) -> None:
        self._pictures[key] = self._new[key] = *made, stamp if stamp and is_settled(stamp) else ""

    @property
    def _pictures(self) -> dict[str, tuple[int, str, str]]:
        """Size, digest and stamp of each picture that was made, by key, the oldest first."""
        if self._known is None:
            self._known = self._index.pictures_made()
        return self._known


def write_whole(path: Path, data: bytes) -> Made:
    """Writes a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Made(len(data), _digest(data))


def _made_of(file: Path) -> Made | None:
    """Returns what a file has; None if it cannot be read."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    return Made(len(data), _digest(data))


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
