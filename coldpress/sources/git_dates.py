"""The dates of files in git: of the commit that added a file, and of the last one that changed it.

One `git log` tells those of all files (https://git-scm.com/docs/git-log).  They are kept for the commit that they were
asked at; after further commits only these are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from coldpress import recorder
from coldpress.cache.checksum import DamagedError, digest_of, read_with_checksum, write_with_checksum
from coldpress.errors import Place, Problem
from coldpress.paths import make_state

_FILE = "git-dates"
_KIND = "coldpress git dates 1"
_IGNORED = ".git-blame-ignore-revs"
_COMMIT = "\x01"  # begins the line of a commit, and no name of a file
_PURE_MOVE = "R100"


class FileDates(NamedTuple):
    """When a file was added and when its content changed last, in seconds since 1970; None if the history does not
    go back so far."""

    added: int | None
    changed: int | None

    def as_datetimes(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """Returns both in a time zone."""
        first, last = (datetime.fromtimestamp(each, zone) if each is not None else None for each in self)
        return first, last


class GitError(Exception):
    """Git cannot tell the dates; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class GitDates:
    """The dates of the files below `folder`, kept in the folder `state`; `place` is where the config asks for them."""

    folder: Path
    state: Path
    place: Place

    @cached_property
    def top(self) -> Path:
        """The folder of the repository.  Raises `GitError` if there is none."""
        return Path(self._git("rev-parse", "--show-toplevel").strip())

    def read(self) -> dict[str, FileDates]:
        """Returns the dates of all files, by their paths below the folder, in NFC.  Raises `GitError`."""
        with recorder.unrecorded():
            head = self._git("rev-parse", "--verify", "-q", "HEAD", wanted=False).strip()
            if not head:
                return {}  # nothing is committed yet
            ignored = self._ignored()
            key = digest_of(f"{_KIND} {self.folder} {sorted(ignored)}".encode())
            before, known = self._kept(key)
            if before != head:
                is_newer = before and self._is_ancestor(before, head)
                dates = _Walk(ignored).dates(self._changes(f"{before}..{head}" if is_newer else head))
                known = _joined(dates, known if is_newer else {})
                self._keep(key, head, known)
            return known

    @property
    def is_shallow(self) -> bool:
        """Whether the repository has only a part of its history.  Raises `GitError`."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def watched(self) -> Iterator[Path]:
        """Yields the files that change with the dates.  Raises `GitError`."""
        with recorder.unrecorded():
            names = ["HEAD", "packed-refs", "shallow"]
            branch = self._git("symbolic-ref", "-q", "HEAD", wanted=False).strip()
            for name in (*names, *([branch] if branch else [])):
                yield self.folder / self._git("rev-parse", "--git-path", name).strip()
            yield self.top / _IGNORED

    def _changes(self, revisions: str) -> str:
        return self._git("-c", "core.quotePath=off", "log", "-z", f"--format={_COMMIT}%H %at", "--name-status", "-M",
                         "--relative", revisions, "--", ".")

    def _is_ancestor(self, before: str, head: str) -> bool:
        return self._run("merge-base", "--is-ancestor", before, head)[0] == 0

    def _ignored(self) -> frozenset[str]:
        """Returns the commits that the project says to ignore when it asks who changed a line."""
        try:
            lines = (self.top / _IGNORED).read_text("utf-8", "replace").splitlines()
        except OSError:
            return frozenset()
        return frozenset(line.partition("#")[0].strip() for line in lines) - {""}

    def _kept(self, key: str) -> tuple[str, dict[str, FileDates]]:
        """Returns the commit of what is kept, and the dates; an empty text if nothing can be used."""
        try:
            found = json.loads(read_with_checksum(str(self.state / _FILE), f"{_KIND} {key}") or "null")
            head, dates = found
            return str(head), {str(path): FileDates(*each) for path, each in dates.items()}
        except (DamagedError, ValueError, TypeError, AttributeError):
            return "", {}

    def _keep(self, key: str, head: str, dates: Mapping[str, FileDates]) -> None:
        try:
            write_with_checksum(str(make_state(self.state) / _FILE), f"{_KIND} {key}", json.dumps([head, dates]))
        except OSError:
            return  # asked again by the next build

    def _git(self, *arguments: str, wanted: bool = True) -> str:
        """Returns what git prints.  Raises `GitError` if it is not installed or, if the result is `wanted`, fails."""
        code, printed, told = self._run(*arguments)
        if code and wanted:
            reason = told.decode(errors="replace").strip().splitlines()
            raise GitError(Problem(
                "git.failed", f"git cannot tell the dates: {reason[0] if reason else 'it failed'}", self.place,
                "begin a repository with `git init`, or leave `dates: git` out", severity="warning"))
        return printed.decode("utf-8", "surrogateescape")

    def _run(self, *arguments: str) -> tuple[int, bytes, bytes]:
        """Returns the exit code of git, what it printed, and what it told of errors."""
        import subprocess  # noqa: PLC0415  (most sites do not ask git)

        try:
            with subprocess.Popen(["git", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as git:
                printed, told = git.communicate()
                return git.returncode, printed, told
        except OSError:
            raise GitError(Problem("git.missing", "git is not installed, so it tells no dates", self.place,
                                   "install it, or leave `dates: git` out", severity="warning")) from None


class _Walk:
    """Goes through changes, the newest commit first, and follows files back through their names."""

    def __init__(self, ignored: Iterable[str]) -> None:
        self._ignored = frozenset(ignored)
        self._now: dict[str, str | None] = {}
        """The present name of what had a name then; None for what is not the same file any more."""
        self._added: dict[str, int] = {}
        self._changed: dict[str, int] = {}
        self._before: dict[str, str] = {}
        """The oldest known name of each present one."""

    def dates(self, text: str) -> dict[str, tuple[FileDates, str]]:
        """Returns the dates of each file that changed, with the name that it had before."""
        for commit, at, changes in _commits(text):
            for status, *names in changes:
                self._take(status, names, at, is_counted=commit not in self._ignored)
        return {name: (FileDates(self._added.get(name), self._changed.get(name)), self._before.get(name, name))
                for name in {*self._added, *self._changed, *self._before}}

    def _take(self, status: str, names: list[str], at: int, *, is_counted: bool) -> None:
        then = names[-1]
        now = self._now.get(then, then)
        if status == "D":
            self._now.setdefault(then, None)
        elif now is not None:
            if is_counted and status != _PURE_MOVE:
                self._changed.setdefault(now, at)
            if status == "A":
                self._added[now] = at
                self._changed.setdefault(now, at)
                self._now[then] = None
            elif status[0] == "R":
                self._now[then] = None
                self._now[names[0]] = now
                self._before[now] = names[0]


def _commits(text: str) -> Iterator[tuple[str, int, list[list[str]]]]:
    """Yields the commits that git printed, each with its time and its changes: a status and one or two names."""
    for part in text.split(_COMMIT)[1:]:
        head, _, rest = part.partition("\0")
        commit, at = head.split(" ")
        words = iter([word.lstrip("\n") for word in rest.split("\0")])
        changes = []
        for status in words:
            if status:
                count = 2 if status[0] in "RC" else 1
                changes.append([status, *(normalize("NFC", next(words, "")) for _ in range(count))])
        yield commit, int(at), changes


def _joined(new: Mapping[str, tuple[FileDates, str]], known: Mapping[str, FileDates]) -> dict[str, FileDates]:
    """Returns the dates of all files, from those that changed since and those that were known."""
    joined = dict(known)
    for name, (dates, before) in new.items():
        old = known.get(before, FileDates(None, None))
        joined[name] = FileDates(dates.added if dates.added is not None else old.added,
                                 dates.changed if dates.changed is not None else old.changed)
    return joined
