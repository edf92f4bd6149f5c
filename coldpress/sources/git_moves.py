"""What git tells of files that are gone: the names that they have now, and the texts that they had."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from unicodedata import normalize

_COMMIT = "\x01"  # begins the line of a commit, and no name of a file


class GitMoves:
    """Asks git about the files below a folder.  All answers are empty where git knows nothing of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def head(self) -> str:
        """The commit that is checked out; an empty text if there is none."""
        return self._git("rev-parse", "--verify", "-q", "HEAD").strip()

    @property
    def is_shallow(self) -> bool:
        """Whether the repository has only a part of its history."""
        return self._git("rev-parse", "--is-shallow-repository").strip() == "true"

    def former_names(self) -> set[str]:
        """Returns the names of files that were renamed or removed, and of those that the last commit has."""
        names = {names[0] for _, changes in self._history() for _, *names in changes}
        return names | {normalize("NFC", name) for name in self._git(
            "ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0") if name}

    def ask(self, gone: Collection[str]) -> tuple[dict[str, str], dict[str, bytes]]:
        """Returns the present names of files, and the texts that those which are gone had at last."""
        origins = {path: [path] for path in gone}  # by present name
        last: dict[str, str] = {}
        for commit, changes in [*reversed(list(self._history())), ("", list(self._not_committed()))]:
            for status, *names in changes:
                if status == "D":
                    last |= dict.fromkeys(origins.get(names[0], ()), f"{commit}^:./{names[0]}")
                elif names[0] in origins:
                    origins.setdefault(names[1], []).extend(origins.pop(names[0]))
        moved = {path: now for now, paths in origins.items() for path in paths if now != path}
        return moved, self._texts({path: last.get(path, f"HEAD:./{path}") for path in gone if path not in moved})

    def _history(self) -> Iterator[tuple[str, list[list[str]]]]:
        """Yields the commits that renamed or removed files, the newest first, with these changes."""
        log = self._git("log", "-z", f"--format={_COMMIT}%H", "--name-status", "-M", "--diff-filter=RD", "--relative",
                        "HEAD", "--", ".")
        for part in log.split(_COMMIT)[1:]:
            commit, _, rest = part.partition("\0")
            yield commit.strip(), list(_changes(rest))

    def _not_committed(self) -> Iterator[list[str]]:
        """Yields the renames since the commit that is checked out, as far as git was told of the new files."""
        return _changes(self._git("diff", "-M", "--diff-filter=R", "--name-status", "-z", "--relative", "HEAD", "--",
                                  "."))

    def _texts(self, objects: dict[str, str]) -> dict[str, bytes]:
        names = [(path, name) for path, name in objects.items() if "\n" not in name]
        asked = "".join(f"{name}\n" for _, name in names).encode("utf-8", "surrogateescape")
        printed = self._run(["cat-file", "--batch"], asked) if names else b""
        found, at = {}, 0
        for path, _ in names:
            end = printed.find(b"\n", at)
            head = printed[at:end].split() if end >= 0 else []
            at = end + 1
            if len(head) == 3 and head[2].isdigit():
                size = int(head[2])
                if head[1] == b"blob":
                    found[path] = printed[at:at + size]
                at += size + 1
        return found

    def _git(self, *arguments: str) -> str:
        return self._run(["-c", "core.quotePath=off", *arguments]).decode("utf-8", "surrogateescape")

    def _run(self, arguments: Iterable[str], given: bytes = b"") -> bytes:
        try:
            with subprocess.Popen(["git", *arguments], cwd=self._folder, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as git:
                printed = git.communicate(given)[0]
                return printed if git.returncode == 0 else b""
        except OSError:
            return b""


def _changes(text: str) -> Iterator[list[str]]:
    """Yields the changes that git printed: a status and one or two names."""
    words = iter([word.lstrip("\n") for word in text.split("\0")])
    for status in words:
        if status:
            yield [status, *(normalize("NFC", next(words, "")) for _ in range(2 if status[0] in "RC" else 1))]
