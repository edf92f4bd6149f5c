"""A folder that rsync reaches as a target: over ssh, or that of an rsync daemon.

`--delete` is never used: it would remove whatever the site does not have.  `--delete-missing-args` removes the files
that are named.  rsync alone does everything, so that a key that may run nothing else (`rrsync`) is enough.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from unicodedata import normalize

from coldpress.deploy.changes import Changes, Found
from coldpress.deploy.manifest import NAME
from coldpress.deploy.programs import Programs
from coldpress.deploy.target import found_of, send_in_order
from coldpress.errors import ColdpressError, Problem
from coldpress.paths import folders_above

_LISTED = re.compile(r"(?P<kind>[-dlcbps])\S{9} +[\d,.]+ \d{4}/\d\d/\d\d \d\d:\d\d:\d\d (?P<name>.*)")
_OLDEST = (3, 1)  # the first with --delete-missing-args
_NOT_THERE = "(2)"  # the number of that failure, which is said in many languages
_NAMED = ("--files-from=-", "--from0", "--no-implied-dirs")
_PARTIAL = 23  # rsync's exit code where a file, or the folder, is not there


class RsyncFolder:
    """The folder `place`, as rsync writes it (`user@host:path/`, `rsync://host/module/`); `port` is that of ssh."""

    def __init__(self, programs: Programs, place: str, port: int | None, stack: ExitStack) -> None:
        self.name = programs.secrets.hide(place)
        self._programs = programs
        self._rsync = programs.find("rsync", "install it; Windows has it in WSL only: use a branch of git or a command")
        self._place = f"{place.rstrip('/')}/" if not place.endswith(":") else f"{place}./"
        self._shell = ("-e", f"{os.environ.get('RSYNC_RSH') or 'ssh'} -p {port}") if port else ()
        self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="coldpress-", ignore_cleanup_errors=True)))
        self._found: list[str] = []

    def look(self) -> Found:
        """Lists the folder, and fetches its manifest."""
        self._check_version()
        done = self._programs.run([self._rsync, *self._shell, "-r", "--list-only", "--no-h", "-8", self._place],
                                  self._folder)
        if done.code == _PARTIAL and not done.printed.strip() and _NOT_THERE in done.told:
            return Found({})
        if done.code:
            raise self._programs.failure("rsync", f"list {self.name}", done)
        self._found = [normalize("NFC", name) for name in _names(done.text)]
        text = None
        if NAME in self._found:
            self._run("fetch the manifest", f"{self._place}{NAME}", f"{NAME}.there")
            fetched = self._folder / f"{NAME}.there"  # rsync passes over a link without a word
            text = fetched.read_text("utf-8", "replace") if fetched.is_file() else ""
        return found_of(dict.fromkeys(name for name in self._found if name != NAME), text)

    def send(self, folder: Path, changes: Changes) -> None:
        """Sends what changed, and removes what is gone."""
        send_in_order(self, folder, changes)

    def put(self, folder: Path, files: Sequence[str]) -> None:
        """Sends files; rsync gives each its name once it is whole."""
        self._run(f"send files to {self.name}", *_NAMED, "--checksum", "--times", "--perms", "--chmod=F644",
                  "./", self._place, given=_listed(files), folder=folder)
        self._found += files

    def put_manifest(self, text: str) -> None:
        """Sends the manifest."""
        (self._folder / NAME).write_text(text, "utf-8", newline="\n")
        self._run("send the manifest", "--checksum", "--perms", "--chmod=F644", NAME, self._place)

    def remove(self, files: Sequence[str]) -> None:
        """Removes files, then the folders that become empty, the inner ones first."""
        emptied = _emptied(set(self._found).difference(files), files)
        self._found = [name for name in self._found if name not in files]
        for names in (list(files), *emptied):
            nothing = Path(mkdtemp(dir=self._folder))
            for folder in {name.rpartition("/")[0] for name in names}:  # else rsync calls them vanished
                (nothing / folder).mkdir(parents=True, exist_ok=True)
            self._run(f"remove files from {self.name}", "-d", *_NAMED, "--delete-missing-args", "./", self._place,
                      given=_listed(names), folder=nothing)

    def _run(self, what: str, *words: str, given: str = "", folder: Path | None = None) -> str:
        return self._programs.wanted([self._rsync, *self._shell, *words], folder or self._folder, what, given=given)

    def _check_version(self) -> None:
        text = self._programs.run([self._rsync, "--version"], self._folder).text
        version = re.search(r"version v?(\d+)\.(\d+)", text)
        if version is None or (int(version[1]), int(version[2])) < _OLDEST or "openrsync" in text:
            raise ColdpressError(Problem(
                "deploy.missing", f"this rsync is too old: {text.splitlines()[0] if text else 'it tells no version'}",
                None, "3.1 or newer is needed; on macOS, `brew install rsync`"))


def _names(text: str) -> Iterator[str]:
    """Yields the names of all that is not a folder in a list of rsync."""
    for line in text.split("\n"):  # names may have what else ends lines
        found = _LISTED.fullmatch(line)
        if found and found["kind"] != "d":
            yield found["name"].partition(" -> ")[0] if found["kind"] == "l" else found["name"]


def _listed(names: Iterable[str]) -> str:
    """Returns names as rsync reads them.  One that began with `#` or `;` would be a comment."""
    return "".join(f"./{name}\0" for name in names)


def _emptied(left: Iterable[str], removed: Iterable[str]) -> list[list[str]]:
    """Returns the folders in which nothing is left, by their depth, the deepest first."""
    full = {folder for name in left for folder in folders_above(name)}
    empty = {folder for name in removed for folder in folders_above(name)} - full
    depths = sorted({posixpath.normpath(folder).count("/") for folder in empty}, reverse=True)
    return [sorted(folder for folder in empty if folder.count("/") == depth) for depth in depths]
