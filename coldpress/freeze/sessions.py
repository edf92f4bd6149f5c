"""Sessions of pages that are frozen: those of a visitor who comes for the first
time, and never saved.

They are of the app's own kind, so that extensions find what they expect.  What
hooks write to them is dropped.  What a view or its template writes would make
the page one visitor's, and is noted with the place in the site's own code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSession

from coldpress import recorder
from coldpress.auditing import is_own

_WRITING = ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update")
_FRAMEWORK = {"", "flask", "werkzeug", "jinja2", "coldpress", *sys.stdlib_module_names}
_UNASKED = {("werkzeug.local", "_get_current_object"), ("flask.app", "update_template_context")}
"""Functions through which extensions act although no view calls them: while a
name such as `current_user` is looked up, and in context processors."""
_in_view: ContextVar[bool] = ContextVar("coldpress.in-view", default=False)


@dataclass(frozen=True, slots=True)
class Write:
    """Where a page first wrote to its session: file and line of the site's own
    code, if it is on the way, and the function of an extension that did it."""

    file: str | None = None
    line: int = 0
    package: str | None = None
    function: str | None = None

    @property
    def by(self) -> str | None:
        """The extension and its function in words."""
        if self.package is None:
            return None
        return f"{_distribution(self.package)} (`{self.function}`)"


class NewVisitors:
    """Gives an app sessions of new visitors; `write` is what the page that is
    now requested did to its own."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._kinds: dict[type, type] = {}
        self._depth = 0
        self.write: Write | None = None

    @contextmanager
    def only(self) -> Iterator[None]:
        """Within the block all who come are new, and no session is saved."""
        app: Any = self._app
        interface, own_dispatch = app.session_interface, vars(app).get("dispatch_request")
        dispatch = app.dispatch_request

        def in_view(*arguments: Any) -> Any:
            token = _in_view.set(True)
            try:
                return dispatch(*arguments)
            finally:
                _in_view.reset(token)

        app.session_interface, app.dispatch_request = self._interface(interface), in_view
        try:
            yield
        finally:
            app.session_interface = interface
            del app.dispatch_request
            if own_dispatch:
                app.dispatch_request = own_dispatch

    def _interface(self, interface: Any) -> Any:
        """The app's own interface, but for opening and saving."""
        kind: Any = type(interface)
        watched = self._watched

        class Unsaved(kind):  # type: ignore[misc]  # the app's own class
            """Opens sessions that are empty, and saves none."""

            def open_session(self, app: Flask, request: Any) -> Any:
                with recorder.unrecorded():  # a new visitor's session is the same in every build
                    session = interface.open_session(app, request)
                if session is None or interface.is_null_session(session):
                    session = getattr(interface, "session_class", SecureCookieSession)()
                return watched(session)

            def save_session(self, *_: Any) -> None:
                return None

        made: Any = Unsaved.__new__(Unsaved)
        made.__dict__.update(vars(interface))
        return made

    def _watched(self, session: Any) -> Any:
        kind = type(session)
        if kind not in self._kinds:
            methods = {name: self._noting(name, getattr(kind, name)) for name in _WRITING if hasattr(kind, name)}
            self._kinds[kind] = type(kind.__name__, (kind,), {**methods, "__setattr__": self._setting(kind)})
        with suppress(TypeError):  # a kind that is not made in Python is let alone
            session.__class__ = self._kinds[kind]
        return session

    def _noting(self, name: str, method: Any) -> Any:
        """A method that changes a session, its changes noted."""
        def noting(session: Any, *arguments: Any, **more: Any) -> Any:
            before = dict(session)
            self._depth += 1
            try:
                return method(session, *arguments, **more)
            finally:
                self._depth -= 1
                if name == "__setitem__" or dict(session) != before:
                    self._note(sys._getframe(1))
        return noting

    def _setting(self, kind: Any) -> Any:
        """`session.modified = True`, by which code says that it changed what is in it."""
        def setting(session: Any, name: str, value: Any) -> None:
            kind.__setattr__(session, name, value)
            if name == "modified" and value:
                self._note(sys._getframe(1))
        return setting

    def _note(self, frame: FrameType) -> None:
        if self.write is None and self._depth == 0:
            self.write = _write(frame)


def _write(frame: FrameType | None) -> Write | None:
    """Who writes; None for a hook, or for an extension that does so unasked."""
    in_view, package, function = _in_view.get(), None, None
    while frame is not None:
        file, called = frame.f_code.co_filename, frame.f_code.co_name
        module = str(frame.f_globals.get("__name__", ""))
        if module == __name__:
            break  # what called the view
        if _is_of_site(file):
            if in_view or not file.endswith(".py"):
                template = frame.f_globals.get("__jinja_template__")
                line = template.get_corresponding_lineno(frame.f_lineno) if template else frame.f_lineno
                return Write(file, line, package, function)
        elif package and (module, called) in _UNASKED:
            return None
        elif package is None and module.partition(".")[0] not in _FRAMEWORK:
            package, function = module.partition(".")[0], called
        frame = frame.f_back
    return Write(package=package, function=function) if in_view else None


@cache
def _is_of_site(file: str) -> bool:
    """Whether a file is the site's own, a template or Python."""
    return Path(file).is_absolute() and is_own(file)


@cache
def _distribution(package: str) -> str:
    """What a package is called where people install it."""
    names: list[str] = import_module("importlib.metadata").packages_distributions().get(package, [package])
    return names[0]
