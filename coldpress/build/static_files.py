"""Files that are copied as they are: no request, no rendering, and none at all
where neither the file nor its copy changed."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

from coldpress.build.output import CannotWriteError, Output
from coldpress.build.plan import Plan
from coldpress.build.records import FileRow
from coldpress.build.result import content_digest
from coldpress.errors import Problems

_SETTLED = 2_000_000_000  # nanoseconds after which a file's time can be trusted to tell of a change


def freeze_copies(plan: Plan, output: Output, known: Mapping[str, FileRow], problems: Problems) -> dict[str, str]:
    """Stage every file of the plan that is a plain copy and is not in its place
    already; gives the stamp of each one's source."""
    sources = {}
    for entry in plan.entries:
        if entry.copy_of is not None:
            try:
                source = stamp_of(entry.copy_of)
                row = known.get(entry.file)
                if row and source and row.source == source and row.stamp == stamp_of(
                        output.folder / entry.file, of_link=True):
                    output.adopt(entry.file, None)
                else:
                    output.stage_copy(entry.file, entry.copy_of)
                sources[entry.file] = _settled(entry.copy_of, source)
            except CannotWriteError:
                raise
            except OSError as reason:
                problems.error("source.unreadable", f"cannot copy this file: {reason.strerror}", entry.place)
    return sources


def stamp_of(path: Path | str, *, of_link: bool = False) -> str:
    """What the file system says of a file, or of a link that may stand for it;
    nothing when it is not there."""
    try:
        stat = os.stat(path, follow_symlinks=not of_link)  # noqa: PTH116  (ten thousand times; a Path costs more)
    except OSError:
        return ""
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"


def is_as_written(known: Mapping[str, FileRow], folder: Path, file: str) -> bool:
    """Whether a file lies in a folder as it is known."""
    row, path = known[file], folder / file
    return row.stamp == stamp_of(path) or (
        bool(row.digest) and path.is_file() and content_digest(path.read_bytes()) == row.digest)


def _settled(path: Path, stamp: str) -> str:
    """The stamp, if it can be trusted next time: not of a file changed just now."""
    changed = max(int(part) for part in stamp.split(" ")[1:3]) if stamp else 0
    return stamp if changed < time.time_ns() - _SETTLED else "unsettled"
