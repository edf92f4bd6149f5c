"""Checks of a request: its response, its query string, its session.

Global state: a context variable tells whether a view runs now; the request and session classes of the app are
replaced by subclasses that record how they are used.
"""

from __future__ import annotations

import mimetypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib import import_module
from traceback import walk_tb
from types import FrameType
from typing import Any, NamedTuple

from flask import Flask
from flask.sessions import SecureCookieSession

from coldpress import recorder
from coldpress.audit_hook import is_own_code
from coldpress.build.plan_entry import PlanEntry
from coldpress.errors import Place, Problem, Problems
from coldpress.recorder import Reads
from coldpress.web.error_places import code_place
from coldpress.web.site import Site

QUERY: recorder.Key = ("query", "args")
"""Noted when a view asks for what stands after the `?` of a URL."""


@contextmanager
def counting_requests(app: Flask) -> Iterator[None]:
    """Records inside the block whether a view reads `request.args`."""
    plain: Any = app.request_class

    class CountingRequest(plain):  # type: ignore[misc]  # the app's own class
        """The app's request, with one attribute watched."""

        @property
        def args(self) -> Any:
            recorder.read(*QUERY)
            return super().args

    app.request_class = CountingRequest
    try:
        yield
    finally:
        app.request_class = plain


_WRITING = ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update")
_FRAMEWORK = {"", "flask", "werkzeug", "jinja2", "coldpress", *sys.stdlib_module_names}
_UNASKED = {("werkzeug.local", "_get_current_object"), ("flask.app", "update_template_context")}
"""Functions through which extensions act although no view calls them: while a
name such as `current_user` is looked up, and in context processors."""
_in_view: ContextVar[bool] = ContextVar("coldpress.in-view", default=False)


class Write(NamedTuple):
    """The first write of a page to its session: file and line of the site's own
    code, if it took part, and the function of an extension that wrote."""

    file: str | None = None
    line: int = 0
    package: str | None = None
    function: str | None = None

    @property
    def by(self) -> str | None:
        """Returns the extension and its function in words."""
        if self.package is None:
            return None
        return f"{_distribution(self.package)} (`{self.function}`)"


class NewVisitors:
    """Gives each request the session of a new visitor; `write` is the first write of the
    current request to its session."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._kinds: dict[type, type] = {}
        self._depth = 0
        self.write: Write | None = None

    @contextmanager
    def only(self) -> Iterator[None]:
        """Gives new sessions to all requests inside the block, and saves none."""
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
        """Returns the app's own session interface with other methods to open and save sessions."""
        kind: Any = type(interface)
        watched = self._watched

        class Unsaved(kind):  # type: ignore[misc]  # the app's own class
            """Opens empty sessions and saves none."""

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
        """Returns a method of a session that records its changes."""
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
        """Returns a `__setattr__` that records `session.modified = True`."""
        def setting(session: Any, name: str, value: Any) -> None:
            kind.__setattr__(session, name, value)
            if name == "modified" and value:
                self._note(sys._getframe(1))
        return setting

    def _note(self, frame: FrameType) -> None:
        if self.write is None and self._depth == 0:
            self.write = _write(frame, in_view=_in_view.get())


def refused_token(error: BaseException) -> Write | None:
    """Returns the code that asked Flask-WTF for a token, if it had no secret key to make one: with a key, this would
    be a write to the session."""
    for frame, _ in walk_tb(error.__traceback__):
        if frame.f_code.co_name == "generate_csrf" and frame.f_globals.get("__name__") == "flask_wtf.csrf":
            return _write(frame, in_view=True)
    return None


def _write(frame: FrameType | None, *, in_view: bool) -> Write | None:
    """Returns the code that writes; None for a hook, or for an extension that writes without a call of the site."""
    package, function = None, None
    while frame is not None:
        file, called = frame.f_code.co_filename, frame.f_code.co_name
        module = str(frame.f_globals.get("__name__", ""))
        if module == __name__:
            break  # what called the view
        if _is_own_code(file):
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


_is_own_code = cache(is_own_code)


@cache
def _distribution(package: str) -> str:
    """Returns the name under which a package is installed."""
    names: list[str] = import_module("importlib.metadata").packages_distributions().get(package, [package])
    return names[0]


NO_HOST = "coldpress.invalid"
"""The host while `base_url` is unknown (RFC 6761: never a real one)."""
_NO_HOST = NO_HOST.encode()
_TYPES = mimetypes.MimeTypes()  # Python's own, not the machine's
_NAMES = {
    "text/xml": "xml", "application/xml": "xml", "application/json": "json",
    "text/javascript": "javascript", "application/javascript": "javascript", "application/x-javascript": "javascript",
    "image/x-icon": "icon", "image/vnd.microsoft.icon": "icon",
    "audio/wav": "wave", "audio/x-wav": "wave", "audio/vnd.wave": "wave",
}
"""Types that are one, whichever name a version of Python knows it by (RFC 9239 for JavaScript)."""


def refuse_status(entry: PlanEntry, status: str, problems: Problems) -> None:
    """Reports a response that is neither a page nor a redirect."""
    is_of_view = entry.place is None or entry.place.path.endswith(".py")
    problems.error("route.status", f"`{entry.path}` answers {status}", entry.place,
                   "it is linked to from here, and nothing is there" if status.startswith("404") and not is_of_view
                   else "mark its view @coldpress.live if it is not to be frozen")


def check_answer(entry: PlanEntry, mimetype: str | None, data: bytes, problems: Problems) -> None:
    """Reports a page that a static host would serve with another type, and a page
    that names an unknown host."""
    guessed = _type_of(entry.file.rpartition("/")[2].partition(".")[2])
    if guessed and _kind(guessed) != _kind(mimetype or ""):
        report = problems.warn if entry.folder_url == entry.path else problems.error  # a folder shows HTML only
        report("route.type", f"`{entry.path}` answers {mimetype} but is written to `{entry.file}`",
               entry.place, "give the route the ending of what it answers")
    if _NO_HOST in data:
        problems.error("route.no-base-url", f"`{entry.path}` needs a whole URL, and there is no `base_url`",
                       entry.place, "set `base_url` in config.yaml")


def check_use(entry: PlanEntry, reads: Reads, problems: Problems) -> None:
    """Reports a page that depends on the query string."""
    if QUERY in reads:
        problems.warn("route.query", f"`{entry.path}` reads `request.args`, and a static host passes none on",
                      entry.place, "put what it needs into the path")


def session_written(entry: PlanEntry, write: Write, view: Place | None, site: Site) -> Problem:
    """Reports a page that is made for one visitor: its view or template writes to the session."""
    place = code_place(write.file, write.line, site) if write.file else view or entry.place
    return Problem("route.session", f"{write.by or 'this page'} writes to the session, and a frozen page is the same "
                   "for all visitors", place, _way_out(entry, write, site))


def _way_out(entry: PlanEntry, write: Write, site: Site) -> str:
    if write.function == "generate_csrf":
        return ("a token is one visitor's: move the form to a route that is @coldpress.live, or exempt the view it is "
                "sent to (`@csrf.exempt`) and leave the token out")
    name = entry.endpoint.rpartition(".")[2]
    if entry.endpoint in site.generators:
        return "leave the session alone in what pages of the site show; a route that is @coldpress.live may use it"
    if site.owns_app:
        return f"mark the view `{name}` @coldpress.live, or only read the session in it"
    return f"take @coldpress.frozen from the view `{name}`, or only read the session in it"


@lru_cache(maxsize=256)
def _type_of(suffixes: str) -> str | None:
    """Returns the type of files with these suffixes, such as `html` and `tar.gz`."""
    return _TYPES.guess_type(f"page.{suffixes}")[0]


def _kind(mimetype: str) -> str:
    """Returns a common name for types that browsers treat alike."""
    family = mimetype.rpartition("+")[2] if mimetype.endswith(("+xml", "+json")) else None
    return family or _NAMES.get(mimetype, mimetype)
