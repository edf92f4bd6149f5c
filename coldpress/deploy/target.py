"""What every target can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from coldpress.deploy.changes import Changes, Found
from coldpress.deploy.manifest import DamagedManifestError, read_manifest

Say = Callable[[str], None]


class Target(Protocol):
    """A place to which a site is sent.  `name` is how messages call it; no secret is in it."""

    name: str

    def look(self) -> Found:
        """Returns what is there.  Raises `ColdpressError` if it cannot be reached."""

    def send(self, folder: Path, changes: Changes) -> None:
        """Sends files of a folder and removes others.  Raises `ColdpressError`."""


class FileStore(Protocol):
    """A target whose files are sent one after the other, so that readers may see a part of them."""

    def put(self, folder: Path, files: Sequence[str]) -> None:
        """Sends files of a folder."""

    def put_manifest(self, text: str) -> None:
        """Sends the manifest."""

    def remove(self, files: Sequence[str]) -> None:
        """Removes these files, and folders that become empty."""


def send_in_order(store: FileStore, folder: Path, changes: Changes) -> None:
    """Sends new files first, then the pages that lead to them, and removes files last.  The manifest tells before and
    after what is ours, so that an interrupted deploy can be repeated."""
    if changes.sent:
        store.put_manifest(changes.claim.dumps())
    if changes.blocking:
        store.remove(changes.blocking)
    for files in (changes.assets, changes.pages):
        if files:
            store.put(folder, files)
    rest = [path for path in changes.removed if path not in changes.blocking]
    if rest:
        store.remove(rest)
    store.put_manifest(changes.after.dumps())


def found_of(files: dict[str, str | None], manifest: str | None) -> Found:
    """Returns what is on a target, from its files and the text of its manifest."""
    try:
        return Found(files, None if manifest is None else read_manifest(manifest))
    except DamagedManifestError:
        return Found(files, is_damaged=True)
