"""Reads the options `to` and `command` of `deploy:`: which target they name."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from coldpress.deploy.changes import Changes
from coldpress.deploy.git_branch import GitBranch, remote_url
from coldpress.deploy.own_command import OwnCommand, run_command
from coldpress.deploy.programs import Programs
from coldpress.deploy.rsync import RsyncFolder
from coldpress.deploy.s3 import S3Bucket
from coldpress.deploy.secrets import has_password
from coldpress.deploy.target import Say, Target
from coldpress.errors import ColdpressError, Place, Problem
from coldpress.text import did_you_mean

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_BRANCH = "gh-pages"
GITHUB = "github-pages"
"""What `to` is for the branch from which GitHub publishes."""
_FORMS = ("`github-pages`, `git+URL#BRANCH`, `user@host:path`, `ssh://user@host:port/path`, "
          "`rsync://host/module/path` or `s3://bucket/prefix`")
_REMOTE = re.compile(r"[\w.][\w.-]*")
_SSH = re.compile(r"(?!-)(?:[^@:/\s]+@(?!-))?(?:\[[\da-fA-F:.]+\]|[^@:/\s\\]{2,}):(?!//)(?P<path>[^\s].*)?")
"""What rsync takes for a place on a host; one letter before the colon is a drive of Windows."""


@dataclass(frozen=True, slots=True)
class Destination:
    """What the config says: `to`, `command` or both, and the line where it does.  The line is never shown: a secret
    may be on it."""

    to: str | None
    command: str | None
    place: Place | None

    def target(self, programs: Programs, root: Path, state: Path, say: Say, stack: ExitStack) -> Target:
        """Returns the target; `stack` removes its temporary files.  Raises `ColdpressError` if it is none."""
        if self.to is None:
            return OwnCommand(programs, self.command or "", root, state, say)
        to = self._whole(self.to, os.environ, programs)
        kind, _, rest = to.partition("+")
        if to == GITHUB:
            return GitBranch(programs, remote_url(programs, root, "origin"), _BRANCH, root, stack)
        if kind == "git" and rest:
            return self._git(rest, programs, root, stack)
        if to.startswith(("ssh://", "rsync://", "s3://")):
            return self._by_url(to, programs, stack)
        if _SSH.fullmatch(to):
            return RsyncFolder(programs, to, None, stack)
        raise self.problem("deploy.to", f"`to`: this is no target: `{programs.secrets.hide(to)}`",
                           did_you_mean(to, [GITHUB]) or f"there are {_FORMS}")

    def refuse_jekyll(self, files: Collection[str]) -> None:
        """Raises `ColdpressError` for files of a site that GitHub would change."""
        if self.to == GITHUB and ".nojekyll" not in files:
            raise self.problem("deploy.jekyll", "GitHub would run Jekyll over the site, which leaves files out",
                               f"write `host: {GITHUB}` below `deploy`: then the build writes `.nojekyll`")

    def run_after(self, programs: Programs, root: Path, folder: Path, changes: Changes, say: Say) -> None:
        """Runs `command` after the site was sent to `to`.  Raises `ColdpressError` if it fails."""
        if self.to is None or self.command is None:
            return
        code = run_command(programs, self.command, root, folder, changes, say)
        if code:
            raise ColdpressError(Problem(
                "deploy.failed", f"the site was sent, but then {OwnCommand.name} failed (exit code {code})",
                None, "mend it; `deploy --all` runs it again"))

    def _git(self, rest: str, programs: Programs, root: Path, stack: ExitStack) -> Target:
        url, _, branch = rest.partition("#")
        branch = branch or _BRANCH
        if not re.fullmatch(r"[^\s~^:?*\[\\-][^\s~^:?*\[\\]*", branch) or ".." in branch:
            raise self.problem("deploy.to", f"`to`: `{branch}` is no name of a branch", "write `git+URL#BRANCH`")
        if not url or url.startswith("-"):
            raise self.problem("deploy.to", "`to`: there is no repository after `git+`", "write `git+URL#BRANCH`")
        if _REMOTE.fullmatch(url) and not url.startswith("."):
            url = remote_url(programs, root, url)
        elif url.startswith("."):
            url = str((root / url).resolve())
        return GitBranch(programs, url, branch, root, stack)

    def _by_url(self, to: str, programs: Programs, stack: ExitStack) -> Target:
        try:
            parts = urlsplit(to)
            port = parts.port
        except ValueError:
            raise self.problem("deploy.to", "`to`: this is no URL", f"there are {_FORMS}") from None
        is_place = parts.hostname and "-" not in (parts.netloc[0], parts.hostname[0]) and (
            parts.scheme == "s3" or parts.path.strip("/"))
        if not parts.hostname or not is_place or parts.query or parts.fragment:
            raise self.problem("deploy.to", "`to`: the URL has a host and a path, and no `?` and no `#`",
                               f"there are {_FORMS}")
        if parts.scheme == "s3":
            prefix = parts.path.strip("/")
            return S3Bucket(programs, parts.netloc, f"{prefix}/" if prefix else "", stack)
        if parts.scheme == "rsync":
            return RsyncFolder(programs, to, None, stack)
        user = f"{parts.username}@" if parts.username else ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return RsyncFolder(programs, f"{user}{host}:{unquote(parts.path)}", port, stack)

    def _whole(self, to: str, environment: Mapping[str, str], programs: Programs) -> str:
        """Returns `to` with the values of the variables in it; these are secrets from now on."""
        if has_password(_VARIABLE.sub("", to)):
            raise self.problem("deploy.secret", "`to` has a password in it, which everybody reads who reads the config",
                               "put it into a variable, and write `$NAME` in its place; and make a new one")

        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2]
            if not environment.get(name):
                raise self.problem("deploy.variable", f"`to`: the variable `{name}` has no value",
                                   "set it where this runs")
            programs.secrets.add([environment[name]])
            return environment[name]

        return _VARIABLE.sub(value, to)

    def problem(self, code: str, message: str, hint: str) -> ColdpressError:
        """Returns a problem at the place in the config, without its line."""
        place = Place(self.place.path, self.place.line, self.place.column) if self.place else None
        return ColdpressError(Problem(code, message, place, hint))


