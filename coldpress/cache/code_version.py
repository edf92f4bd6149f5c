"""The version of the code that made a result: part of the key of every cache."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def code_version(files: Iterable[Path], packages: Iterable[str] = ()) -> str:
    """Returns 16 digits that change with the text of these files and the versions of
    these packages."""
    digest = blake2b(digest_size=8)
    for package in packages:
        digest.update(f"{package}={_version(package)};".encode())
    for file in files:
        digest.update(f"{file.name}:".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
