"""The stamp of the last build: enough to see that nothing changed since,
without importing more than Python's own smallest modules.

It holds what the file system says (size, times, inode) of every file that was
read and written, in digests.  What was read is looked at before it is read, so
that a file saved while a build runs never counts as built.
"""

from __future__ import annotations

import os
import sys
import time
from stat import S_ISREG

from coldpress.cache import checksum
from coldpress.cache.checksum import DamagedError, read_sealed, write_sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_KIND = "coldpress-stamp 1"
_SETTLED = 2_000_000_000  # nanoseconds after which a file's time can be trusted to tell of a change
_BETWEEN = "\x1f"
_LINKS = 3  # on the way to one file
_IGNORED = (".git", "__pycache__", "node_modules")


class Look:
    """What the file system said of some folders and files, at one moment.

    `lines` are the stats by path; `young` the digests of files that changed
    so lately that their times alone do not tell.
    """

    def __init__(self, folders: Sequence[str], files: Iterable[str]) -> None:
        self.folders = tuple(folders)
        self.moment = time.time_ns()
        self.lines: dict[str, str] = {}
        self.young: dict[str, str] = {}
        for folder in self.folders:
            self._walk(folder)
        self.add(files)

    def add(self, files: Iterable[str]) -> None:
        """Look at more files."""
        for file in files:
            if file not in self.lines:
                try:
                    self._note(file, os.stat(file))  # noqa: PTH116  (pathlib takes longer to import than all of this)
                except OSError:
                    self.lines[file] = "-"

    def changed_since(self, files: Iterable[str], moment: int) -> bool:
        """Whether one of these files changed after a moment, in nanoseconds."""
        return any(max(map(int, self.lines[file].split()[1:3]), default=0) >= moment
                   for file in files if self.lines.get(file, "-") != "-")

    def same_young(self, young: Mapping[str, str]) -> bool:
        """Whether files that were young once still hold what they held."""
        return all(_digest_of_file(path) == digest for path, digest in young.items())

    def _walk(self, folder: str, links: int = 0) -> None:
        """Look at all below a folder that is so many links away."""
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir():
                        passed = links + entry.is_symlink()
                        if entry.name not in _IGNORED and passed <= _LINKS and not (
                                entry.is_symlink() and _is_above(entry.path)):
                            self.lines[entry.path] = "folder"
                            self._walk(entry.path, passed)
                    else:
                        try:
                            self._note(entry.path, entry.stat())
                        except OSError:
                            self.lines[entry.path] = "-"  # a link that leads nowhere
        except OSError:
            self.lines[folder] = "-"

    def _note(self, path: str, stat: os.stat_result) -> None:
        self.lines[path] = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
        if stat.st_mtime_ns > self.moment - _SETTLED or stat.st_ctime_ns > self.moment - _SETTLED:
            self.young[path] = _digest_of_file(path)


def unchanged(state: str, arguments: Sequence[str]) -> tuple[str | None, Look | None]:
    """What the last build of these arguments said, if nothing changed since it;
    and what was looked at, for the build that follows if something did."""
    stamp = None if os.path.islink(state) else _read(state)  # noqa: PTH114
    if stamp is None:
        return None, None
    head, outputs = stamp
    look = Look(head["folders"], head["files"])
    # What was young is told apart by content; the rest by its times.
    young = dict(zip(head["young"][::2], head["young"][1::2], strict=True))
    now = look.moment
    same = (
        head["words"] == words_of(state, arguments) and head["environment"] == environment(head["names"])
        and int(head["since"][0]) <= now < int(head["until"][0]) and look.same_young(young)
        and inputs_digest(look) == head["inputs"][0]
        and outputs_digest(head["output"][0], outputs) == head["outputs"][0])
    if same and young and not look.young:
        write(state, {**head, "young": []}, outputs)
    return (head["said"][0] if same else None), look


def write(state: str, head: Mapping[str, Sequence[str]], outputs: Iterable[str]) -> None:
    """Remember a build."""
    lines = [*(f"{name}={_BETWEEN.join(values)}" for name, values in head.items()), "", *outputs]
    write_sealed(_file(state), _KIND, "\n".join(lines))


def note_of(state: str) -> str | None:
    """What is wrong with the stamp, if anything is."""
    try:
        read_sealed(_file(state), _KIND)
    except DamagedError as reason:
        return f"the stamp of the last build was damaged ({reason}); it is made anew"
    return None


def forget(state: str) -> None:
    """Take the last build for changed."""
    try:
        os.unlink(_file(state))  # noqa: PTH108
    except OSError:
        return


def words_of(state: str, arguments: Sequence[str]) -> list[str]:
    """What a build was asked, of which site, where, and by which Python, as one digest."""
    here, state = os.getcwd(), os.path.realpath(state)  # noqa: PTH109
    return [digest_of(_BETWEEN.join((here, state, sys.executable, sys.version, *arguments)))]


def environment(names: Iterable[str]) -> list[str]:
    """Variables of the environment, as digests: their values may be secret."""
    return [digest_of(value) if (value := os.environ.get(name)) is not None else "-" for name in names]


def inputs_digest(look: Look) -> str:
    """One digest for the times of all that was looked at."""
    return digest_of("\n".join(sorted(f"{path} {line}" for path, line in look.lines.items())))


def outputs_digest(folder: str, files: Iterable[str]) -> str:
    """One digest for the files of an output folder."""
    lines = []
    for file in files:
        try:
            stat = os.lstat(f"{folder}/{file}")
        except OSError:
            return "-"
        lines.append(f"{file} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}")
    return digest_of("\n".join(lines))


def digest_of(text: str) -> str:
    """The digest of a text."""
    return checksum.digest_of(text.encode("utf-8", "surrogateescape"))


def _file(state: str) -> str:
    return os.path.join(state, "stamp")  # noqa: PTH118  (pathlib takes longer to import than all of this)


def _is_above(link: str) -> bool:
    """Whether a link leads to a folder that holds it."""
    return f"{os.path.realpath(os.path.dirname(link))}/".startswith(f"{os.path.realpath(link)}/")  # noqa: PTH120


def _digest_of_file(path: str) -> str:
    try:
        if not S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            return "-"  # whoever reads a pipe waits for ever
        with open(path, "rb") as file:
            return checksum.digest_of(file.read())
    except OSError:
        return "-"


def _read(state: str) -> tuple[dict[str, list[str]], list[str]] | None:
    """The head of the stamp and the files of the output; None for no stamp."""
    try:
        text = read_sealed(_file(state), _KIND)
        if text is None:
            return None
        head, _, outputs = text.partition("\n\n")
        pairs = (line.partition("=") for line in head.split("\n"))
        values = {name: rest.split(_BETWEEN) if rest else [] for name, _, rest in pairs}
        for name in ("since", "until"):
            int(values[name][0])
        wanted = ("words", "names", "environment", "folders", "files", "young", "inputs", "output", "outputs", "said")
        return (values, outputs.split("\n")) if all(name in values for name in wanted) else None
    except (OSError, ValueError, IndexError, KeyError):
        return None
