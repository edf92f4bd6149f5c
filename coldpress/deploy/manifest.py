"""The manifest on a target: which files are ours, and what is in each.

It names no path: a file of the web that anyone can read must not tell of pages that are in no list.  So it has a digest
of each path, and the paths come from the target's own list of files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b, sha1
from pathlib import Path

NAME = ".coldpress-deploy.json"
"""The manifest's file on the target."""
_KIND = "coldpress deploy 1"
SENDING = ""
"""The digest of a file that is being sent: it may be on the target, whole or in part."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its digest, and when it left the site, in seconds since 1970, if it stays for those who still ask."""

    digest: str
    left: int | None = None


class DamagedManifestError(ValueError):
    """The manifest of a target cannot be read."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files on a target that are ours, and the base URL of the site that they are."""

    base_url: str
    entries: Mapping[str, Entry] = field(default_factory=dict)

    def of(self, path: str) -> Entry | None:
        """Returns what is known of a file; None if it is not ours."""
        return self.entries.get(_key(path))

    def dumps(self) -> str:
        """Returns the manifest as text: the same for the same files."""
        files = {key: [entry.digest] if entry.left is None else [entry.digest, entry.left]
                 for key, entry in sorted(self.entries.items())}
        return json.dumps({"kind": _KIND, "base_url": self.base_url, "files": files}, indent=0) + "\n"


def manifest_of(files: Mapping[str, Entry], base_url: str) -> Manifest:
    """Returns the manifest of some files, by their paths."""
    return Manifest(base_url, {_key(path): entry for path, entry in files.items()})


def read_manifest(text: str) -> Manifest:
    """Returns the manifest that `dumps` has written.  Raises `DamagedManifestError` for anything else."""
    try:
        data = json.loads(text)
        if data["kind"] != _KIND:
            raise DamagedManifestError(f"it is of another kind: {data['kind']}")
        entries = {str(key): Entry(str(digest), *map(int, left)) for key, (digest, *left) in data["files"].items()}
        return Manifest(str(data["base_url"]), entries)
    except DamagedManifestError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as reason:
        raise DamagedManifestError(str(reason)) from None


def _key(path: str) -> str:
    return blake2b(path.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def digest_of_file(file: Path) -> str:
    """Returns the digest of a file: git's name of its content, so that the tree of a branch can be compared with it."""
    data = file.read_bytes()
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
