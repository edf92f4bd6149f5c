"""The audit hook: records what a user's code reads, writes and asks a database while the app starts and while
a view runs.

Global state: `listen` adds an audit hook, which Python cannot remove, and gives `os.environ` a class that
records its reads.  `listen_to_queries` adds listeners to SQLAlchemy.  Context variables hold the files written,
the modification times and the app that is being made.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple
from weakref import WeakSet
from zoneinfo import TZPATH

from coldpress import recorder
from coldpress.cache.file_stamps import changed_at
from coldpress.recorder import Key, Reads

BESIDE_DATABASES = ("-journal", "-wal", "-shm")
"""The ends of the names of files that SQLite keeps beside a database."""
_databases: set[str] = set()
_written: ContextVar[set[str] | None] = ContextVar("coldpress.written", default=None)


def is_noting() -> bool:
    """Returns whether writes are recorded now."""
    return _written.get() is not None


def opened_database(path: str) -> None:
    """Records that an SQLite database is open: writes to it cause no event."""
    _databases.add(path)


def is_database(path: str) -> bool:
    """Returns whether a file is an SQLite database that was opened, or a file that SQLite keeps beside it."""
    return not _databases.isdisjoint((path, *map(path.removesuffix, BESIDE_DATABASES)))


def wrote(path: str) -> None:
    """Records that a file is written, made or removed."""
    written = _written.get()
    if written is not None:
        written.add(path)


@contextmanager
def noting_writes() -> Iterator[set[str]]:
    """Collects the paths that are written inside the block."""
    written: set[str] = set()
    token = _written.set(written)
    try:
        yield written
    finally:
        _written.reset(token)


@contextmanager
def not_noting() -> Iterator[None]:
    """Records no writes inside the block: they are ours."""
    token = _written.set(None)
    try:
        yield
    finally:
        _written.reset(token)


class Query(NamedTuple):
    """A query that was made through SQLAlchemy."""

    engine: Any
    statement: str
    parameters: Any

    def rows(self) -> str:
        """Runs the query again and returns its result."""
        with self.engine.connect() as connection:
            return repr([tuple(row) for row in connection.exec_driver_sql(self.statement, self.parameters)])


@dataclass(slots=True)
class Start:
    """Records how an app is made: the files it wrote, its queries by name, and the
    file, line and function that first used the network, a database or another program."""

    written: set[str] = field(default_factory=set)
    queries: dict[str, Query] = field(default_factory=dict)
    asked: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    def reads(self, reads: Reads) -> tuple[Key, ...]:
        """Returns the reads, without files that the app wrote itself and without the folders
        of these files, such as a cache or a log."""
        folders = {os.path.dirname(name) for name in self.written}  # noqa: PTH120  (many; a Path costs more)
        return tuple(key for key in reads if not (
            (key[0] == "file" and key[1] in self.written) or (key[0] == "folder" and key[1] in folders)))


_now: ContextVar[Start | None] = ContextVar("coldpress.start", default=None)


@contextmanager
def starting() -> Iterator[Start]:
    """Records how an app is made inside the block."""
    with noting_writes() as written:
        start = Start(written)
        token = _now.set(start)
        try:
            yield start
        finally:
            _now.reset(token)


def current_start() -> Start | None:
    """Returns the record of the app that is being made, if one is."""
    return _now.get()


QUERIED = "a database, by SQLAlchemy"
_ALL_OF_IT = "sqlalchemy."
_NO_DATA = re.compile(
    r"""\s*(?:(?:create|drop|alter|insert|update|delete|begin|commit|rollback|savepoint|release|comment|set|pragma
          |show|describe)\b | select\b(?!.*\bfrom\b))
        | .*\b(?:sqlite_master|sqlite_schema|pg_catalog|information_schema)\b""", re.I | re.S | re.X)
"""Statements that change tables or only ask which tables exist."""
_heard: list[bool] = []
_engines: WeakSet[Any] = WeakSet()


def listen_to_queries() -> None:
    """Listens to queries from now on, once SQLAlchemy is loaded."""
    package = sys.modules.get("sqlalchemy")
    if _heard or package is None or getattr(package.__spec__, "_initializing", False):
        return
    _heard.append(True)
    event: Any = sys.modules["sqlalchemy.event"]
    event.listen(sys.modules["sqlalchemy.engine"].Engine, "before_cursor_execute", _hear_query)
    event.listen(sys.modules["sqlalchemy.pool"].Pool, "checkout", _hear_checkout)


def is_pooled(frame: FrameType | None) -> bool:
    """Returns whether a connection is opened for SQLAlchemy's pool."""
    while _heard and frame is not None and frame.f_globals.get("__name__") != "sqlalchemy.pool.base":
        frame = frame.f_back
    return bool(_heard) and frame is not None


def forget_connections() -> None:
    """Drops connections that were opened before a fork: they belong to the parent process.
    A database in memory is the child's own copy."""
    for engine in list(_engines):
        if not _is_in_memory(engine):
            engine.dispose(close=False)


def _hear_query(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
    _engines.add(connection.engine)
    if not recorder.is_recording():
        return
    start = current_start()
    if start is None:
        recorder.read("volatile", QUERIED)
    elif not _NO_DATA.match(statement):
        digest = blake2b(f"{statement} {parameters!r}".encode(), digest_size=4).hexdigest()
        name = f"{' '.join(statement.split())[:80]} ({digest})"
        start.queries[name] = Query(connection.engine, statement, parameters)
        recorder.read("rows", name)


def _hear_checkout(*_: Any) -> None:
    """Records a connection that code takes from the pool without the engine: its queries cause no event."""
    frame, last = sys._getframe(1), None
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_ALL_OF_IT):
        last, frame = frame, frame.f_back  # type: ignore[assignment]
    if last is not None and (last.f_code.co_name == "raw_connection"
                             or last.f_globals.get("__name__") == "sqlalchemy.pool.base"):
        recorder.read("volatile", "a database")


def _is_in_memory(engine: Any) -> bool:
    return engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")


DATABASE, NETWORK, PROGRAM = "a database", "the network", "another program"
_VOLATILE = {
    "sqlite3.connect": DATABASE, "socket.connect": NETWORK, "socket.getaddrinfo": NETWORK, "socket.sendto": NETWORK,
    "subprocess.Popen": PROGRAM, "os.system": PROGRAM, "os.exec": PROGRAM, "os.posix_spawn": PROGRAM,
    "os.fork": PROGRAM}
_CHANGING = {"os.rename": 2, "os.remove": 1, "os.mkdir": 1, "os.rmdir": 1, "os.link": 2, "os.symlink": 2}
"""Events that make, move or remove files, each with the number of its arguments that are paths."""
_noted: ContextVar[dict[str, int] | None] = ContextVar("noted", default=None)
_WRITING = os.O_WRONLY | os.O_RDWR
_IMPORT = "<frozen importlib"  # files of Python's own code that imports
_METADATA = str(Path(importlib.__file__).parent / "metadata")  # lists each folder of `sys.path`, tries it as an archive
_BACKPORT = f"{os.sep}importlib_metadata{os.sep}"  # which takes part in every search once a package has imported it
_NEAR = 8  # calls from `importlib.metadata` to where it opens an archive
_DEVICES = re.compile(r"/(?:dev/(?!shm/)|proc/|sys/)")


class _HeardEnvironment(type(os.environ)):  # type: ignore[misc]  # a class of Python's that has no public name
    """`os.environ`, or `os.environb`, with its reads recorded."""

    def __getitem__(self, name: Any) -> Any:
        if isinstance(name, (str, bytes)):
            recorder.read("environment", os.fsdecode(name))
        return super().__getitem__(name)


@cache
def listen() -> None:
    """Adds the audit hook and records reads of `os.environ` from now on."""
    sys.addaudithook(_hear)
    os.environ.__class__ = _HeardEnvironment
    if os.supports_bytes_environ:
        os.environb.__class__ = _HeardEnvironment


@contextmanager
def noting() -> Iterator[dict[str, int]]:
    """Records when each file and folder that is opened inside the block had changed last,
    in nanoseconds: it may be saved right after it was read."""
    noted: dict[str, int] = {}
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)


def is_own(path: str) -> bool:
    """Returns whether a file belongs neither to Python nor to an installed package nor to Coldpress."""
    return not path.startswith(_installed(tuple(sys.path))) and not _DEVICES.match(path)


def is_own_code(file: str) -> bool:
    """Returns whether the file that a code object names is own code: one named `<string>` comes from no file."""
    return Path(file).is_absolute() and is_own(file)


def _hear(event: str, arguments: tuple[Any, ...], is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
    """Records the reads and writes of an audit event.

    Python calls the hook until it has ended, and at exit it sets the globals of this module
    to None.  So `is_finalizing` is a default value, and is asked before any global.
    """
    if is_finalizing():
        return
    if event in ("open", "os.scandir", "os.listdir"):
        _hear_opening(event, arguments, sys._getframe(1))
    elif event in _VOLATILE:
        _hear_volatile(event, arguments, sys._getframe(1))
    elif event in _CHANGING:
        if is_noting() and not _is_importlib(sys._getframe(1)):
            _note_write(arguments[:_CHANGING[event]])
    elif event == "import":
        listen_to_queries()


def _hear_opening(event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
    """Records a file that is opened, or a folder that is listed."""
    if event == "open" and is_noting() and _writes(arguments) and not _is_importlib(frame):
        _note_write(arguments[:1])
    if recorder.is_recording():
        with recorder.unrecorded():
            key = _imported(event, arguments) if _is_import(frame) else (
                None if _is_search(frame) else _key(event, arguments))
        noted = _noted.get()
        if key and noted is not None:
            noted.setdefault(key[1], changed_at(key[1]))
        if key:
            recorder.read(*key)


def _hear_volatile(event: str, arguments: tuple[Any, ...], frame: FrameType) -> None:
    """Records an event whose result cannot be compared later, unless SQLAlchemy caused it: its queries are
    recorded one by one."""
    if event == "sqlite3.connect":
        _note_database(arguments[0])
    if recorder.is_recording() and not is_pooled(frame):
        recorder.read("volatile", _VOLATILE[event])
        _note_place(_VOLATILE[event], frame)


def _note_write(names: tuple[Any, ...]) -> None:
    for name in names:
        if isinstance(name, (str, bytes, os.PathLike)):
            wrote(_absolute(name))


def _note_database(name: Any) -> None:
    if isinstance(name, (str, bytes, os.PathLike)):
        path = os.fsdecode(name)
        opened_database(_absolute(path.removeprefix("file:").partition("?")[0] if path[:5] == "file:" else path))


def _note_place(name: str, frame: FrameType | None) -> None:
    """Records which line of the user's code caused the event while the app is made."""
    start = current_start()
    while start and frame is not None:
        file = frame.f_code.co_filename
        if is_own_code(file):
            start.asked.setdefault(name, (file, frame.f_lineno, frame.f_code.co_name))
            return
        frame = frame.f_back


def _is_importlib(frame: FrameType) -> bool:
    """Returns whether an event is Python's own, which imports a module: it keeps bytecode beside the file."""
    return frame.f_code.co_filename.startswith(_IMPORT)


def _is_import(frame: FrameType) -> bool:
    """Returns whether a file is opened to import it, and not by `pkgutil.get_data`."""
    above = frame.f_back
    return _is_importlib(frame) and (above is None or _is_importlib(above))


def _is_search(frame: FrameType) -> bool:
    """Returns whether a folder is listed to find installed packages, which are compared as a whole elsewhere."""
    return any(file.startswith(_METADATA) or _BACKPORT in file for file in _files_above(frame, _NEAR))


def _files_above(frame: FrameType | None, most: int) -> Iterator[str]:
    """Yields the files of a frame and of its callers."""
    while frame is not None and most:
        yield frame.f_code.co_filename
        frame, most = frame.f_back, most - 1


def _imported(event: str, arguments: tuple[Any, ...]) -> Key | None:
    """Returns the read of a module's file: its source, also where Python takes the bytecode beside it.  The module may
    be gone from `sys.modules`, or may never have been there, once the site's own code is compared."""
    if event != "open" or not _reads(arguments) or not isinstance(arguments[0], str):
        return None
    path = _absolute(arguments[0])
    if path.endswith(".pyc"):
        with suppress(ValueError):  # without a source
            path = source_from_cache(path)
    return ("file", path) if is_own(path) else None


def _key(event: str, arguments: tuple[Any, ...]) -> Key | None:
    name = arguments[0] if arguments else None
    if event == "open" and not _reads(arguments):
        return None
    if not isinstance(name, (str, bytes, os.PathLike)) and name is not None:
        return None  # a descriptor: it was opened before
    path = _absolute(name if name is not None else ".")
    return ("file" if event == "open" else "folder", path) if is_own(path) else None


def _absolute(name: str | bytes | os.PathLike[Any]) -> str:
    """Returns the path of a file.  Links stay links, but for those that `..` follows: it leads out of their target."""
    path = os.fsdecode(name)
    before, up, after = path.rpartition(f"{os.sep}..")
    if up and (not after or after.startswith(os.sep)):
        path = os.path.realpath(before + up) + after
    return os.path.abspath(path)  # noqa: PTH100


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags = (*arguments, None, None, None)[:3]
    if isinstance(mode, str):
        return not mode.startswith("r") or "+" in mode
    return isinstance(flags, int) and bool(flags & _WRITING)


def _reads(arguments: tuple[Any, ...]) -> bool:
    """Returns whether a file is opened for what is in it: also by `r+`, as `numpy.memmap` does."""
    mode = (*arguments, None)[1]
    return "r" in mode if isinstance(mode, str) else not _writes(arguments)


def package_folders() -> Iterator[Path]:
    """Returns the folders of installed packages."""
    return (Path(folder) for folder in sys.path if os.path.basename(folder) in ("site-packages", "dist-packages"))  # noqa: PTH119


@lru_cache(maxsize=8)
def _installed(_path: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the folders of Python and of installed packages; the path may become longer meanwhile."""
    # Not their prefix: it is the site's own folder after `python -m venv .`, or `/usr`, which has `/usr/src/mysite`.
    paths = sysconfig.get_paths()
    folders = {str(Path(__file__).parent), *TZPATH}
    folders |= {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= set(map(str, package_folders()))
    return tuple(sorted(str(Path(folder)) + os.sep for folder in folders if folder))
