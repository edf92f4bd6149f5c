"""Runs the programs that carry files: git, rsync, aws, and a command of the author."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from coldpress.deploy.secrets import Secrets
from coldpress.errors import ColdpressError, Problem

_AGAIN = "mend it and deploy again: what was sent already is not sent twice"
_MAKE_IT = "make the folder in which it shall be, and deploy again"
_NO_FOLDER = re.compile(r"mkdir .* \(2\)")  # of rsync, which makes one folder and none above it
_SECONDS_TO_END = 5
_SHOWN = 12  # last lines of what a program said
_OF_GIT_HOOKS = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a program: its exit code, what it printed, and what it told of errors."""

    code: int
    printed: bytes
    told: str

    @property
    def text(self) -> str:
        return self.printed.decode("utf-8", "surrogateescape")


class Programs:
    """Runs programs; what they say is shown without secrets."""

    def __init__(self, secrets: Secrets, environment: Mapping[str, str] | None = None) -> None:
        self.secrets = secrets
        inherited = {name: value for name, value in os.environ.items() if name not in _OF_GIT_HOOKS}
        self._environment = {**inherited, "LC_ALL": "C", **(environment or {})}

    def find(self, program: str, hint: str) -> str:
        """Returns the path of a program.  Raises `ColdpressError` if it is not installed."""
        found = shutil.which(program, path=self._environment.get("PATH"))
        if found is None:
            raise ColdpressError(Problem("deploy.missing", f"`{program}` is not installed", None, hint))
        return found

    def run(self, words: Sequence[str], folder: Path, *, given: str | bytes = b"",
            environment: Mapping[str, str] | None = None) -> Done:
        """Runs a program in a folder and returns its end; `given` is what it reads."""
        data = given.encode("utf-8", "surrogateescape") if isinstance(given, str) else given
        try:
            with subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, env={**self._environment, **(environment or {})}) as running:
                printed, told = running.communicate(data)
        except OSError as reason:
            raise ColdpressError(Problem("deploy.failed", f"`{Path(words[0]).name}` cannot be run: {reason.strerror}"
                                         )) from None
        return Done(running.returncode, printed, self.secrets.hide(told.decode("utf-8", "replace")))

    def wanted(self, words: Sequence[str], folder: Path, what: str, *, given: str | bytes = b"",
               environment: Mapping[str, str] | None = None) -> str:
        """Runs a program and returns what it printed.  Raises `ColdpressError` if it fails; `what` says at what."""
        done = self.run(words, folder, given=given, environment=environment)
        if done.code:
            raise self.failure(Path(words[0]).stem, what, done)
        return done.text

    def failure(self, program: str, what: str, done: Done, hint: str | None = None) -> ColdpressError:
        """Returns the failure of a program as a problem that shows what it said."""
        lines = [line for line in done.told.splitlines() if line.strip()]
        return ColdpressError(Problem(
            "deploy.failed", f"`{program}` failed to {what} (exit code {done.code})", None,
            hint or (_MAKE_IT if _NO_FOLDER.search(done.told) else _AGAIN),
            traceback="\n".join(lines[-_SHOWN:]) or None))

    def shell(self, command: str, folder: Path, environment: Mapping[str, str], say: Callable[[str], None]) -> int:
        """Runs a command in a shell, and says its lines without secrets as they come.  Returns its exit code."""
        reading, writing = os.pipe()
        with open(reading, encoding="utf-8", errors="replace") as lines:
            try:
                running = subprocess.Popen(command, shell=True, cwd=folder, stdin=subprocess.DEVNULL, stdout=writing,
                                           stderr=writing, env={**os.environ, **environment})
            finally:
                os.close(writing)
            with running:
                try:
                    for line in lines:
                        say(self.secrets.hide(line.rstrip("\n")))
                except KeyboardInterrupt:  # the command was interrupted too
                    with suppress(subprocess.TimeoutExpired):
                        running.wait(_SECONDS_TO_END)
                    raise
        return running.returncode
