"""Checksums of the rows and files in `.coldpress/`, and the version of the code that wrote them.

A row or file with a wrong checksum is not used.  A checksum also covers the types
of the values, and the name of the table or the kind of the file.
"""

from __future__ import annotations

import os
import sys
from marshal import dumps
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import Any

_PLAIN = 2  # the version of marshal in which equal values are equal bytes


class DamagedError(ValueError):
    """Says that a file was changed after it was written."""


def row_checksum(table: str, row: Sequence[Any]) -> int:
    """Returns the checksum of a row.  Values may be `None`, numbers, text and bytes."""
    return crc32(dumps(tuple(row), _PLAIN), crc32(table.encode()))


def sound_rows(table: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Returns the rows with a correct checksum, without their first column, which holds it."""
    start = crc32(table.encode())
    return [row[1:] for row in rows if crc32(dumps(row[1:], _PLAIN), start) == row[0]]


def digest_of(data: bytes) -> str:
    """Returns the digest of some bytes: 32 hexadecimal digits."""
    from hashlib import blake2b  # noqa: PLC0415  (only where there is something to checksum)

    return blake2b(data, digest_size=16).hexdigest()


def write_with_checksum(path: str, kind: str, text: str) -> None:
    """Writes a text with its checksum into a file, atomically.

    `kind` is the kind of the file and its version.  A folder in its place is
    removed; nothing is written through a symbolic link.
    """
    data = text.encode("utf-8", "surrogateescape")
    part = f"{path}.part"
    for name in (part, path):
        if os.path.isdir(name) and not os.path.islink(name):  # noqa: PTH112, PTH114  (pathlib takes longer to import than all of this)
            from shutil import rmtree  # noqa: PLC0415

            rmtree(name)
    if os.path.islink(part):  # noqa: PTH114
        os.unlink(part)  # noqa: PTH108
    with open(part, "wb") as file:
        file.write(f"{kind} {_checksum_of(kind, data)}\n".encode() + data)
    os.replace(part, path)


def read_with_checksum(path: str, kind: str) -> str | None:
    """Reads the text of a file; returns None if there is no file, or if it has another version.

    Raises `DamagedError` if the checksum is wrong.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    except OSError as reason:
        raise DamagedError(reason.strerror or "it cannot be read") from None
    head, _, rest = data.partition(b"\n")
    found, _, checksum = head.decode("utf-8", "replace").rpartition(" ")
    if checksum != _checksum_of(found, rest):
        raise DamagedError("it is not as it was written")
    return rest.decode("utf-8", "surrogateescape") if found == kind else None


def _checksum_of(kind: str, data: bytes) -> str:
    return digest_of(kind.encode() + b"\n" + data)


def code_version(files: Iterable[Path], packages: Iterable[str] = ()) -> str:
    """Returns 16 digits that change with the content of these files and the versions of these
    packages.  The key of each cache contains the version of the code that made its entries."""
    from hashlib import blake2b  # noqa: PLC0415  (not on the way of a build with nothing to do)

    digest = blake2b(digest_size=8)
    for package in packages:
        digest.update(f"{package}={_installed_version(package)};".encode())
    for file in files:
        digest.update(f"{file.name}:".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


_versions: dict[str, list[str]] = {}
"""The versions of packages, looked up once: the code of a loaded package stays the same."""


def _installed_version(package: str) -> str:
    """Returns the version of an installed package."""
    if not _versions:
        _versions.update(metadata_folders())
    return "/".join(_versions.get(plain_name(package), ()))


def metadata_folders() -> dict[str, list[str]]:
    """Returns the metadata folders of installed packages, such as `flask-3.1.0.dist-info`, by the names of the
    packages.  A name has the version, and `importlib.metadata` takes ten times as long."""
    found: dict[str, list[str]] = {}
    for folder in dict.fromkeys(sys.path):
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208  (names only)
        except OSError:
            continue
        for name in sorted(names):
            if name.endswith((".dist-info", ".egg-info")):
                found.setdefault(plain_name(name.partition("-")[0]), []).append(name)
    return found


def plain_name(package: str) -> str:
    """Returns a package's name as all spellings of it have it (PEP 503)."""
    from re import sub  # noqa: PLC0415  (as above)

    return sub(r"[-_.]+", "-", package).lower()
