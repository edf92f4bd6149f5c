"""The stamp of the last build: a small file by which the next build finds out that nothing changed.

It contains digests of the stamps (size, times, inode) of all files that the build
read or wrote.  The stamps of inputs are taken before the build reads them, so a
file that is saved during a build counts as changed.  `start` imports this module
first, so it imports only small modules of the standard library.
"""

from __future__ import annotations

import os
import sys

from coldpress.cache import checksum
from coldpress.cache.checksum import DamagedError, read_with_checksum, write_with_checksum
from coldpress.cache.file_stamps import Snapshot, digest_of_file, is_settled, names_in, stamp_of, stamp_of_stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Said = tuple[Sequence[str], str, str, str, bool]
    """What a build says: its lasting notes; its last line, before and after its seconds; its problems as JSON, nothing
    if there are none; and whether it is quiet."""

_KIND = "coldpress-stamp 3"
_SEPARATOR = "\x1f"


def unchanged(state: str, arguments: Sequence[str], factory: str) -> tuple[Said | None, Snapshot | None]:
    """Returns what a build with these arguments, of the app that the `factory` of this name makes, reports if nothing
    changed since the last one, otherwise None; and the snapshot of its inputs, which the following build uses."""
    stamp = None if os.path.islink(state) else _read(state)  # noqa: PTH114
    if stamp is None:
        return None, None
    head, outputs = stamp
    snapshot = Snapshot(head["folders"], head["files"])
    # Recently changed files are compared by content, all others by their stamps.
    recent = dict(zip(head["recent"][::2], head["recent"][1::2], strict=True))
    same = (
        head["arguments"] == arguments_digest(state, arguments, factory)
        and head["environment"] == environment(head["names"])
        and int(head["since"][0]) <= snapshot.taken_ns < int(head["until"][0]) and snapshot.same_recent(recent)
        and inputs_digest(snapshot) == head["inputs"][0]
        and outputs_digest(head["output"][0], outputs) == head["outputs"][0])
    if same and recent and not snapshot.recent:
        write(state, {**head, "recent": []}, outputs)
    before, after = head["line"]
    said = head["notes"], before, after, "".join(head["problems"]), bool(head["quiet"])
    return (said if same else None), snapshot


def write(state: str, head: Mapping[str, Sequence[str]], outputs: Iterable[str]) -> None:
    """Writes the stamp of a build.  There is none where a name has a line break or a separator in it."""
    outputs = list(outputs)
    names = "".join([*outputs, *(value for values in head.values() for value in values)])
    if "\n" in names or _SEPARATOR in names:
        forget(state)
        return
    lines = [*(f"{name}={_SEPARATOR.join(values)}" for name, values in head.items()), "", *outputs]
    write_with_checksum(_file(state), _KIND, "\n".join(lines))


def note_of(state: str) -> str | None:
    """Returns a note if the stamp is damaged, otherwise None."""
    try:
        read_with_checksum(_file(state), _KIND)
    except DamagedError as reason:
        return f"the stamp of the last build was damaged ({reason}); it is made anew"
    return None


def forget(state: str) -> None:
    """Removes the stamp, so that the next build checks everything."""
    try:
        os.unlink(_file(state))  # noqa: PTH108
    except OSError:
        return


def arguments_digest(state: str, arguments: Sequence[str], factory: str) -> list[str]:
    """Returns one digest of the command line, the site, its factory, the current folder and the Python version."""
    here, state = os.getcwd(), os.path.realpath(state)  # noqa: PTH109
    return [digest_of(_SEPARATOR.join((here, state, sys.executable, sys.version, factory, *arguments)))]


def environment(names: Iterable[str]) -> list[str]:
    """Returns the digests of environment variables, because their values may be secret."""
    return [digest_of(value) if (value := os.environ.get(name)) is not None else "-" for name in names]


def inputs_digest(snapshot: Snapshot) -> str:
    """Returns one digest of all stamps in a snapshot."""
    return digest_of("\n".join(sorted(f"{path} {stamp}" for path, stamp in snapshot.stamps.items())))


def outputs_digest(folder: str, files: Iterable[str]) -> str:
    """Returns one digest of the stamps of an output folder's files."""
    lines = []
    for file in files:
        try:
            lines.append(f"{file} {stamp_of_stat(os.lstat(f'{folder}/{file}'))}")
        except OSError:
            return "-"
    return digest_of("\n".join(lines))


def digest_of(text: str) -> str:
    """Returns the digest of a text."""
    return checksum.digest_of(text.encode("utf-8", "surrogateescape"))


def _file(state: str) -> str:
    return os.path.join(state, "stamp")  # noqa: PTH118  (pathlib takes longer to import than all of this)


def _read(state: str) -> tuple[dict[str, list[str]], list[str]] | None:
    """Returns the head of the stamp and the output files; None if there is no valid stamp."""
    try:
        text = read_with_checksum(_file(state), _KIND)
        if text is None:
            return None
        head, _, outputs = text.partition("\n\n")
        pairs = (line.partition("=") for line in head.split("\n"))
        values = {name: rest.split(_SEPARATOR) if rest else [] for name, _, rest in pairs}
        for name in ("since", "until"):
            int(values[name][0])
        wanted = ("arguments", "names", "environment", "folders", "files", "recent", "inputs", "output", "outputs",
                  "notes", "line", "problems", "quiet")
        if len(values["line"]) != 2 or len(values["recent"]) % 2:
            return None
        return (values, outputs.split("\n")) if all(name in values for name in wanted) else None
    except (OSError, ValueError, IndexError, KeyError):
        return None


_digests: dict[str, tuple[str, str]] = {}
"""The stamp and digest of files that were looked at."""


def state_of_read(kind: str, name: str) -> str:
    """Returns the present state of a file, folder or environment variable that was read."""
    if kind == "environment":
        return environment([name])[0]
    if kind in ("file", "included"):
        stamp = stamp_of(name)
        if not is_settled(stamp):
            return digest_of_file(name)
        if name not in _digests or _digests[name][0] != stamp:
            _digests[name] = stamp, digest_of_file(name)
        return _digests[name][1]
    try:
        return " ".join(names_in(name))
    except OSError:
        return "-"
