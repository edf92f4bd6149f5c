"""The facts of the pictures of a site, kept in `images.sqlite`: each picture is read once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path

from coldpress import recorder
from coldpress.cache.database import Database, TableSchema, Transaction
from coldpress.cache.file_stamps import is_settled
from coldpress.images.facts import CHANGED, NO_FACTS, ImageFacts
from coldpress.sources.files import SourceFile

_TABLES = {"files": TableSchema("name, stamp, digest"), "facts": TableSchema("digest, facts"),
           "made": TableSchema("key, size, digest, stamp")}
_SPARE = 1_000  # pictures that are not forgotten when they are gone
READABLE = frozenset(("jpg", "jpeg", "jpe", "jfif", "png", "apng", "webp", "avif", "gif", "bmp", "tif", "tiff"))
"""The extensions of pictures from which variants may be made."""


def can_read_images() -> bool:
    """Returns whether Pillow is installed, which makes pictures."""
    return find_spec("PIL") is not None


class ImageIndex:
    """The facts of pictures, kept in `images.sqlite` by the content of their files."""

    def __init__(self, folder: Path, version: str) -> None:
        self._file = folder / "images.sqlite"
        self._database = Database(folder, self._file.name, _TABLES, version)
        self._memory: dict[tuple[str, str], ImageFacts] = {}
        self._files: dict[str, tuple[str, str]] | None = None
        self._new_files: dict[str, tuple[str, str]] = {}
        self._new_facts: dict[str, ImageFacts] = {}

    @property
    def note(self) -> str | None:
        """What was wrong with the file, or None."""
        return self._database.note

    def facts(self, file: SourceFile, *, readable: bool) -> ImageFacts:
        """Returns the facts of a picture; with `readable` all, else its size only."""
        key = file.location, file.stamp
        if key not in self._memory:
            with recorder.unrecorded():  # the dependency is what the facts are, not the file
                self._memory[key] = self._find(file) if readable and is_readable(file) else _size_only(file)
        return self._memory[key]

    def is_known(self, file: SourceFile) -> bool:
        """Returns whether the facts of a picture are known without reading it."""
        return (file.location, file.stamp) in self._memory or (
            self._known_files.get(file.name, ("", ""))[0] == file.stamp)

    def add(self, file: SourceFile, facts: ImageFacts) -> None:
        """Adds the facts that another process found."""
        self._memory[file.location, file.stamp] = facts
        if facts.fault != CHANGED:
            self._note(file, facts)

    def flush(self) -> None:
        """Writes what is new to disk."""
        files, facts = self._new_files, self._new_facts
        if files or facts:
            def write(transaction: Transaction) -> None:
                transaction.put("files", [(name, *known) for name, known in sorted(files.items())])
                transaction.put("facts", [(digest, json.dumps(known)) for digest, known in sorted(facts.items())])

            self._database.write(write)
            self._new_files, self._new_facts = {}, {}

    def trim(self, names: Collection[str]) -> None:
        """Forgets the pictures that are not among these names, once there are too many of them."""
        gone = sorted(self._known_files.keys() - set(names))
        if len(gone) > _SPARE:
            kept = {digest for name, (_, digest) in self._known_files.items() if name in names}
            others = sorted(set(self._database.keys("facts")) - kept)

            def write(transaction: Transaction) -> None:
                transaction.drop("files", gone)
                transaction.drop("facts", others)

            self._database.write(write)
            self._files = None

    def close(self) -> None:
        """Writes what is new and closes the file."""
        self.flush()
        self._database.close()

    def pictures_made(self) -> dict[str, tuple[int, str, str]]:
        """Returns size, digest and stamp of the pictures that were made, by key."""
        rows = self._database.select("made") if self._exists else ()
        return {key: (size, digest, stamp) for key, size, digest, stamp in rows}

    def note_made(self, made: Mapping[str, tuple[int, str, str]], gone: Iterable[str] = ()) -> None:
        """Notes pictures that were made, and forgets those that are gone."""
        if made or gone:
            def write(transaction: Transaction) -> None:
                transaction.drop("made", sorted(gone))
                transaction.put("made", [(key, *known) for key, known in sorted(made.items())])

            self._database.write(write)

    @property
    def _known_files(self) -> dict[str, tuple[str, str]]:
        if self._files is None:
            with recorder.unrecorded():
                rows = self._database.select("files") if self._exists else ()
                self._files = {name: (stamp, digest) for name, stamp, digest in rows}
        return self._files

    @property
    def _exists(self) -> bool:
        """Whether anything is kept: a site without pictures gets no file."""
        return self._file.exists()

    def _find(self, file: SourceFile) -> ImageFacts:
        stamp, digest = self._known_files.get(file.name, ("", ""))
        if stamp != file.stamp:
            try:
                digest = digest_of_file(file.file)
            except OSError:
                return NO_FACTS
        facts = self.known(digest) or read_facts(file.file, digest)
        if facts.fault != CHANGED:
            self._note(file, facts)
        return facts

    def known(self, digest: str) -> ImageFacts | None:
        """Returns the facts that are kept of the picture with a digest."""
        row = self._database.get("facts", digest) if self._exists else None
        return _loaded(row[1]) if row else None

    def _note(self, file: SourceFile, facts: ImageFacts) -> None:
        if is_settled(file.stamp) and self._known_files.get(file.name) != (file.stamp, facts.digest):
            self._known_files[file.name] = self._new_files[file.name] = file.stamp, facts.digest
        if facts.digest:
            self._new_facts[facts.digest] = facts


def is_readable(file: SourceFile) -> bool:
    """Returns whether a file has the extension of a picture from which variants may be made."""
    return _extension(file) in READABLE


def read_facts(file: Path, digest: str) -> ImageFacts:
    """Reads the picture with a digest: its header, and its pixels for the colour, which tells whether it is whole."""
    from coldpress.images.decoder import facts_of  # noqa: PLC0415  (Pillow is an extra)

    facts = facts_of(file, digest)
    if not has_digest(file, digest):
        return ImageFacts(fault=CHANGED)
    if facts.fault and not facts.size:  # a browser may show what Pillow refuses
        width, height = size_in(file) or (0, 0)
        return facts._replace(width=width, height=height)
    return facts


def has_digest(file: Path, digest: str) -> bool:
    """Returns whether a file has the bytes of a digest."""
    try:
        return digest_of_file(file) == digest
    except OSError:
        return False


def digest_of_file(file: Path) -> str:
    """Returns the digest of a file's bytes.  Raises `OSError`."""
    digest = blake2b(digest_size=16)
    with file.open("rb") as opened:
        while part := opened.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _loaded(text: str) -> ImageFacts | None:
    try:
        return ImageFacts(*json.loads(text))
    except (ValueError, TypeError):
        return None


def _extension(file: SourceFile) -> str:
    return file.path.rpartition(".")[2].lower()


def _size_only(file: SourceFile) -> ImageFacts:
    return ImageFacts(*(size_in(file.file) or (0, 0)))


def size_in(file: Path) -> tuple[int, int] | None:
    """Returns the size of a picture from its first bytes; None for a damaged one, which is shown without a size."""
    if file.suffix.lower() == ".svg":
        from coldpress.images.drawings import size_of_drawing  # noqa: PLC0415  (few builds meet one)

        return size_of_drawing(file)
    import imagesize  # noqa: PLC0415  (few builds meet an image whose size is not known; it imports urllib.request)

    try:
        width, height = imagesize.get(file)
    except (OSError, ValueError, TypeError, ArithmeticError, LookupError):
        return None
    return (round(width), round(height)) if width > 0 and height > 0 else None
