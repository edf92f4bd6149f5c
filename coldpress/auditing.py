"""What own code opens while a page renders, without its saying so.

Python tells an audit hook (PEP 578) of every file opened, folder listed,
connection made and program started.  While reads are recorded, and only
then, these become reads too: `file` and `folder`, which can be looked at
again, and `volatile` for what cannot.  Python's own files are left out.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from coldpress import queries, recorder, writes
from coldpress.starting import current_start

DATABASE, NETWORK, PROGRAM = "a database", "the network", "another program"
_VOLATILE = {
    "sqlite3.connect": DATABASE, "socket.connect": NETWORK, "socket.getaddrinfo": NETWORK, "socket.sendto": NETWORK,
    "subprocess.Popen": PROGRAM, "os.system": PROGRAM, "os.exec": PROGRAM, "os.posix_spawn": PROGRAM,
    "os.fork": PROGRAM}
_CHANGING = {"os.rename": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.link": 2, "os.symlink": 2}
"""Events by which files come and go, with how many of their arguments name some."""
_noted: ContextVar[dict[str, int] | None] = ContextVar("noted", default=None)
_WRITING = os.O_WRONLY | os.O_RDWR
_IMPORT = "<frozen importlib"  # of code, which is looked at as a whole
_METADATA = str(Path(importlib.__file__).parent / "metadata")  # lists each folder of `sys.path`, tries it as an archive
_NEAR = 8  # calls from `importlib.metadata` to where it opens an archive
_DEVICES = re.compile(r"/(?:dev/(?!shm/)|proc/|sys/)")


class _HeardEnvironment(type(os.environ)):  # type: ignore[misc]  # a class of Python's that has no public name
    """`os.environ`, its reads recorded."""

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, str):
            recorder.read("environment", name)
        return super().__getitem__(name)


@cache
def listen() -> None:
    """Hear what happens from now on; a hook can be added, but never removed."""
    sys.addaudithook(_hear)
    os.environ.__class__ = _HeardEnvironment


@contextmanager
def noting() -> Iterator[dict[str, int]]:
    """Note of each file and folder that is opened within the block when it had
    changed last, in nanoseconds: it may be saved right after it was read."""
    noted: dict[str, int] = {}
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def changed_at(path: str) -> int:
    """When a file or folder changed last, in nanoseconds; 0 where there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116  (once for each file that own code opens)
    except (OSError, ValueError):
        return 0
    return max(stat.st_mtime_ns, stat.st_ctime_ns)


def is_own(path: str) -> bool:
    """Whether a file is neither Python's nor an installed package's nor ours."""
    return not path.startswith(_installed()) and not _DEVICES.match(path)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("open", "os.scandir", "os.listdir"):
        if event == "open" and writes.is_noting() and _writes(arguments):
            _note_write(arguments[:1])
        if recorder.is_recording() and not _is_import(sys._getframe(1)):
            with recorder.unrecorded():
                key = _key(event, arguments)
            noted = _noted.get()
            if key and noted is not None:
                noted.setdefault(key[1], changed_at(key[1]))
            if key:
                recorder.read(*key)
    elif event in _VOLATILE:
        _hear_volatile(event, arguments, sys._getframe(1))
    elif event in _CHANGING:
        if writes.is_noting():
            _note_write(arguments[:_CHANGING[event]])
    elif event == "import":
        queries.listen()


def _hear_volatile(event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
    """What cannot be looked at again, unless SQLAlchemy asks, whose queries are heard."""
    if event == "sqlite3.connect":
        _note_database(arguments[0])
    if recorder.is_recording() and not queries.is_pooled(frame):
        recorder.read("volatile", _VOLATILE[event])
        _note_place(_VOLATILE[event], frame)


def _note_write(names: tuple[Any, ...]) -> None:
    for name in names:
        if isinstance(name, (str, bytes, os.PathLike)):
            writes.wrote(_absolute(name))


def _note_database(name: Any) -> None:
    if isinstance(name, (str, bytes, os.PathLike)):
        path = os.fsdecode(name)
        writes.opened_database(_absolute(path.removeprefix("file:").partition("?")[0] if path[:5] == "file:" else path))


def _note_place(name: str, frame: FrameType | None) -> None:
    """Remember which own code asks while the app is made."""
    start = current_start()
    while start and frame is not None:
        file = frame.f_code.co_filename
        if Path(file).is_absolute() and is_own(file):
            start.asked.setdefault(name, (file, frame.f_lineno, frame.f_code.co_name))
            return
        frame = frame.f_back


def _is_import(frame: FrameType) -> bool:
    """Whether a file is opened to import it, and not by `pkgutil.get_data`; or
    a folder is listed to see which packages are installed, which is looked at
    as a whole too."""
    above = frame.f_back
    if frame.f_code.co_filename.startswith(_IMPORT):
        return above is None or above.f_code.co_filename.startswith(_IMPORT)
    return any(file.startswith(_METADATA) for file in _files_above(frame, _NEAR))


def _files_above(frame: FrameType | None, most: int) -> Iterator[str]:
    """The files of a frame and of those that called it."""
    while frame is not None and most:
        yield frame.f_code.co_filename
        frame, most = frame.f_back, most - 1


def _key(event: str, arguments: tuple[Any, ...]) -> recorder.Key | None:
    name = arguments[0] if arguments else None
    if event == "open" and _writes(arguments):
        return None
    if not isinstance(name, (str, bytes, os.PathLike)) and name is not None:
        return None  # a descriptor: it was opened before
    path = _absolute(name if name is not None else ".")
    return ("file" if event == "open" else "folder", path) if is_own(path) else None


def _absolute(name: str | bytes | os.PathLike[Any]) -> str:
    return os.path.abspath(os.fsdecode(name))  # noqa: PTH100  (links stay links)


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = (*arguments, None, None, None)[:3]
    if isinstance(mode, str):
        return not mode.startswith("r") or "+" in mode
    return isinstance(flags, int) and bool(flags & _WRITING)


@cache
def _installed() -> tuple[str, ...]:
    """Folders of Python and of what is installed into it."""
    paths = sysconfig.get_paths()
    folders = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, str(Path(__file__).parent),
               "/usr/share/zoneinfo"}
    folders |= {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))}
    # `/usr` as a prefix would hide what is really a site's: `/usr/src/mysite`.
    return tuple(sorted(str(Path(folder)) + os.sep for folder in folders
                        if folder not in ("/usr", "/usr/local", "/") and folder))
