"""Queries through SQLAlchemy, recorded where they are made.

SQLAlchemy opens a connection once and lends it to many.  So not its opening
counts, which would be one page's or `create_app`'s, but each query does, for
the page that makes it.  Of the queries of `create_app` those count that look
into tables, by what they give: it makes them again in every build.

Nothing is imported here: where SQLAlchemy is not loaded there is nothing to hear.
"""

from __future__ import annotations

import re
import sys
from hashlib import blake2b
from types import FrameType
from typing import Any
from weakref import WeakSet

from coldpress import recorder
from coldpress.starting import Query, current_start

QUERIED = "a database, by SQLAlchemy"
_ALL_OF_IT = "sqlalchemy."
_NO_DATA = re.compile(
    r"""\s*(?:(?:create|drop|alter|insert|update|delete|begin|commit|rollback|savepoint|release|comment|set|pragma
          |show|describe)\b | select\b(?!.*\bfrom\b))
        | .*\b(?:sqlite_master|sqlite_schema|pg_catalog|information_schema)\b""", re.I | re.S | re.X)
"""Statements that change tables, or look only whether there are any."""
_heard: list[bool] = []
_engines: WeakSet[Any] = WeakSet()


def listen() -> None:
    """Hear queries from now on, once SQLAlchemy is loaded."""
    package = sys.modules.get("sqlalchemy")
    if _heard or package is None or getattr(package.__spec__, "_initializing", False):
        return
    _heard.append(True)
    event: Any = sys.modules["sqlalchemy.event"]
    event.listen(sys.modules["sqlalchemy.engine"].Engine, "before_cursor_execute", _hear)
    event.listen(sys.modules["sqlalchemy.pool"].Pool, "checkout", _hear_checkout)


def is_pooled(frame: FrameType | None) -> bool:
    """Whether a connection is opened for SQLAlchemy's pool, which lends it out."""
    if not _heard:
        return False
    while frame is not None and frame.f_globals.get("__name__") != "sqlalchemy.pool.base":
        frame = frame.f_back
    return frame is not None


def forget_connections() -> None:
    """Let go of connections that were open before a fork: they are the parent's.
    A database in memory is the child's own copy."""
    for engine in list(_engines):
        if not _is_in_memory(engine):
            engine.dispose(close=False)


def _hear(connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
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
    """A connection lent to own code, past the engine: what it asks is unheard."""
    frame, last = sys._getframe(1), None
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_ALL_OF_IT):
        last, frame = frame, frame.f_back  # type: ignore[assignment]
    if last is not None and (last.f_code.co_name == "raw_connection"
                             or last.f_globals.get("__name__") == "sqlalchemy.pool.base"):
        recorder.read("volatile", "a database")


def _is_in_memory(engine: Any) -> bool:
    return engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")
