"""A branch of a git repository as a target, such as `gh-pages`.

The commit is made in a repository of its own in a temporary folder: neither the author's working tree nor their index
is touched.  It is the child of the branch's last commit, so that files of others are kept, and is
pushed with `--force-with-lease`, so that a commit that came meanwhile is never lost.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from coldpress.deploy.changes import Changes, Found
from coldpress.deploy.manifest import NAME
from coldpress.deploy.programs import Done, Programs
from coldpress.deploy.target import found_of
from coldpress.errors import ColdpressError, Problem

_REMOTE = "target"
_OF_ACCESS = ("http.", "https.", "credential.", "url.", "core.sshcommand", "ssh.")
_OLDEST = (2, 31)  # the first with GIT_CONFIG_COUNT
_INSTALL = "install it: https://git-scm.com/downloads"


class GitBranch:
    """One branch of a repository at `url`; `root` is the site's folder, whose settings of git count."""

    def __init__(self, programs: Programs, url: str, branch: str, root: Path, stack: ExitStack) -> None:
        self.name = programs.secrets.hide(f"branch {branch} of {url}")
        self._programs = programs
        self._git = programs.find("git", _INSTALL)
        self._root = root
        self._ref = f"refs/heads/{branch}"
        self._folder = Path(stack.enter_context(TemporaryDirectory(prefix="coldpress-", ignore_cleanup_errors=True)))
        self._check_version()
        self._environment = {**self._access(url), "GIT_DIR": str(self._folder / "repository"),
                             "GIT_INDEX_FILE": str(self._folder / "index")}
        self._tip = ""

    def look(self) -> Found:
        """Fetches the branch's last commit without the content of its files, and returns what is in it."""
        self._run("make a repository", "init", "-q", "--bare", "--template=", "--object-format=sha1")
        listed = self._run("ask the target for its branches", "ls-remote", _REMOTE, self._ref)
        if not listed.strip():
            return Found({})
        self._run("fetch the branch", "fetch", "-q", "--no-tags", "--depth=1", "--filter=blob:none", _REMOTE,
                  f"+{self._ref}:{self._ref}")
        self._tip = self._run("read the branch", "rev-parse", "--verify", self._ref).strip()
        files: dict[str, str | None] = {}
        for line in self._run("list the branch", "ls-tree", "-r", "-z", "--full-tree", self._tip).split("\0"):
            if line:
                facts, _, path = line.partition("\t")
                files[path] = facts.split(" ")[2]
        manifest = files.pop(NAME, None)
        text = self._run("read the manifest", "cat-file", "blob", manifest) if manifest else None
        return found_of(files, text)

    def send(self, folder: Path, changes: Changes) -> None:
        """Commits the changes and pushes the commit."""
        self._run("read the branch", "read-tree", *([self._tip] if self._tip else ["--empty"]))
        manifest = self._folder / NAME
        manifest.write_text(changes.after.dumps(), "utf-8", newline="\n")
        names = self._run("read the site", "hash-object", "-w", "--no-filters", "--stdin-paths",
                          given="".join(f"{name}\n" for name in (*changes.sent, manifest)), folder=folder).split()
        gone = "".join(f"0 {'0' * 40}\t{path}\0" for path in changes.removed)
        come = "".join(f"100644 {name}\t{path}\0"
                       for name, path in zip(names, (*changes.sent, NAME), strict=True))
        self._run("note the files", "update-index", "-z", "--index-info", given=gone + come)
        tree = self._run("make a tree", "write-tree", "--missing-ok").strip()
        commit = self._run("make a commit", "commit-tree", tree, *(["-p", self._tip] if self._tip else []),
                           given=self._message(changes), more=self._author()).strip()
        self._push(commit)

    def _push(self, commit: str) -> None:
        done = self._call("push", "--porcelain", "--no-verify", f"--force-with-lease={self._ref}:{self._tip}", _REMOTE,
                          f"{commit}:{self._ref}")
        if done.code and re.search(r"\((?:stale info|fetch first|non-fast-forward|remote ref updated)", done.text):
            raise ColdpressError(Problem(
                "deploy.moved", f"somebody else pushed to the {self.name} meanwhile; nothing was sent", None,
                "deploy again: it begins with what is there now"))
        if done.code:
            told = Done(done.code, b"", f"{self._programs.secrets.hide(done.text)}\n{done.told}")
            raise self._programs.failure("git", "push the commit", told)

    def _message(self, changes: Changes) -> str:
        """Returns the text of the commit: what was published, and from which commit of the sources."""
        source = self._programs.run([self._git, "rev-parse", "--short", "HEAD"], self._root)
        if source.code:
            return f"Publish {changes.after.base_url}\n"
        others = self._programs.run([self._git, "--no-optional-locks", "status", "--porcelain", "--", "."], self._root)
        return (f"Publish {changes.after.base_url} from {source.text.strip()}"
                f"{' with changes' if others.text.strip() else ''}\n")

    def _author(self) -> Mapping[str, str]:
        """Returns a name for the commit, where git has none, as on machines that build."""
        known = self._programs.run([self._git, "config", "user.email"], self._root)
        if known.code == 0:
            email = known.text.strip()
            name = self._programs.run([self._git, "config", "user.name"], self._root).text.strip() or "Coldpress"
        else:
            name, email = "Coldpress", "coldpress@localhost"
        return {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                for what, value in (("NAME", name), ("EMAIL", email))}

    def _access(self, url: str) -> Mapping[str, str]:
        """Returns the URL, and the settings of the site's repository by which git reaches it, as variables: they are
        written to no file, and are on no command line."""
        settings = [(f"remote.{_REMOTE}.url", url), ("core.quotePath", "off"), ("core.autocrlf", "false"),
                    ("gc.auto", "0"), ("push.gpgSign", "false"), ("advice.detachedHead", "false")]
        found = self._programs.run([self._git, "config", "--show-scope", "--includes", "--list", "-z"], self._root)
        words = found.text.split("\0") if found.code == 0 else []
        for scope, entry in zip(words[::2], words[1::2], strict=False):
            name, _, value = entry.partition("\n")
            if scope in ("local", "worktree") and name.startswith(_OF_ACCESS):
                settings.append((name, value))
        self._programs.secrets.add(value for name, value in settings if name.endswith(".extraheader"))
        numbered = {f"GIT_CONFIG_{what}_{index}": text for index, setting in enumerate(settings)
                    for what, text in zip(("KEY", "VALUE"), setting, strict=True)}
        return {"GIT_CONFIG_COUNT": str(len(settings)), **numbered}

    def _check_version(self) -> None:
        text = self._programs.run([self._git, "--version"], self._root).text
        version = re.search(r"(\d+)\.(\d+)", text)
        if version and (int(version[1]), int(version[2])) < _OLDEST:
            raise ColdpressError(Problem("deploy.missing", f"`git` is too old: {text.strip()}", None,
                                         f"{'.'.join(map(str, _OLDEST))} or newer is needed"))

    def _call(self, *words: str, given: str = "", folder: Path | None = None,
              more: Mapping[str, str] | None = None) -> Done:
        return self._programs.run([self._git, *words], folder or self._folder, given=given,
                                  environment={**self._environment, **(more or {})})

    def _run(self, what: str, *words: str, given: str = "", folder: Path | None = None,
             more: Mapping[str, str] | None = None) -> str:
        done = self._call(*words, given=given, folder=folder, more=more)
        if done.code:
            raise self._programs.failure("git", what, done)
        return done.text


def remote_url(programs: Programs, root: Path, name: str) -> str:
    """Returns the URL to which the site's repository pushes at a remote; git counts a folder from the top of the
    repository.  Raises `ColdpressError` if there is none."""
    git = programs.find("git", _INSTALL)
    done = programs.run([git, "remote", "get-url", "--push", name], root)
    if done.code:
        known: Sequence[str] = programs.run([git, "remote"], root).text.split()
        raise ColdpressError(Problem(
            "deploy.failed", f"the site's repository has no remote `{name}`" if known else
            f"the site is in no git repository with a remote `{name}`", None,
            f"there is {', '.join(known)}" if known else "name the repository: `to: git+https://example.org/site.git#pages`"))
    url = done.text.strip()
    if re.match(r"[^/\\]*:|[/\\]", url):
        return url
    top = programs.run([git, "rev-parse", "--show-toplevel"], root).text.strip()
    return str((Path(top or root) / url).resolve())
