"""A command of the author as a target: any program that carries a folder to a host.

What such a host has, nobody tells.  So the manifest is in `.coldpress/`, as that of the last deploy from here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from coldpress.cache.checksum import DamagedError, digest_of, read_with_checksum, write_with_checksum
from coldpress.deploy.changes import Changes, Found
from coldpress.deploy.programs import Programs
from coldpress.deploy.target import Say, found_of
from coldpress.errors import ColdpressError, Problem

_KIND = "coldpress deployed by a command 1"


def run_command(programs: Programs, command: str, root: Path, folder: Path, changes: Changes, say: Say) -> int:
    """Runs a command in the site's folder `root` and returns its exit code; variables tell it what was built into
    `folder`, and what changed."""
    lists = {"SENT": changes.sent, "REMOVED": changes.removed}
    with TemporaryDirectory(prefix="coldpress-", ignore_cleanup_errors=True) as temporary:
        files = {what: Path(temporary, what.lower()) for what in lists}
        for what, names in lists.items():
            files[what].write_text("".join(f"{name}\n" for name in names), "utf-8", newline="\n")
        return programs.shell(command, root, {
            "DEPLOY_FOLDER": str(folder), "DEPLOY_BASE_URL": changes.after.base_url,
            **{f"DEPLOY_{what}": str(file) for what, file in files.items()}}, say)


class OwnCommand:
    """A command that is run in the site's folder `root`; it is told by variables what changed since it ran last."""

    name = "the command of `deploy.command`"

    def __init__(self, programs: Programs, command: str, root: Path, state: Path, say: Say) -> None:
        self._programs = programs
        self._command = command
        self._root = root
        self._say = say
        self._file = str(state / f"deployed-{digest_of(command.encode())[:12]}")
        self._there: list[str] = []

    def look(self) -> Found:
        """Returns what the command has sent from here."""
        with suppress(DamagedError, ValueError, TypeError, KeyError):
            text = read_with_checksum(self._file, _KIND)
            if text is not None:
                data = json.loads(text)
                self._there = list(map(str, data["files"]))
                return found_of(dict.fromkeys(self._there), str(data["manifest"]))
        return Found({})

    def send(self, folder: Path, changes: Changes) -> None:
        """Runs the command.  What it sent counts as sent only if it succeeds."""
        self._write({*self._there, *changes.sent}, changes.claim.dumps())
        code = run_command(self._programs, self._command, self._root, folder, changes, self._say)
        if code:
            raise ColdpressError(Problem("deploy.failed", f"{self.name} failed (exit code {code})", None,
                                         "mend it and deploy again: it is told the same changes"))
        there = {*self._there, *changes.new} - {*changes.removed}
        self._write(there, changes.after.dumps())

    def _write(self, files: Iterable[str], manifest: str) -> None:
        with suppress(OSError):  # what cannot be kept is sent again
            os.makedirs(os.path.dirname(self._file), exist_ok=True)  # noqa: PTH103, PTH120
            write_with_checksum(self._file, _KIND, json.dumps({"files": sorted(files), "manifest": manifest}))
