"""Responses of the preview: pages rendered for a request, files that a view wrote."""

from __future__ import annotations

import gzip
import itertools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

from werkzeug.debug import DebuggedApplication
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from coldpress import recorder
from coldpress.audit_hook import is_database, noting_writes
from coldpress.build.page_checks import check_page, tell
from coldpress.build.request_checks import QUERY
from coldpress.build.user_reads import UserReads, summed_up
from coldpress.cache.file_stamps import stamp_of
from coldpress.content.links import links_to_drafts
from coldpress.content.page import Page
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.preview.current_site import Current, Moment
from coldpress.preview.overlay import Overlay
from coldpress.preview.reload import with_client
from coldpress.recorder import Key
from coldpress.report import Report, format_problem
from coldpress.web.error_places import explain

_MANY = 10_000  # files whose stamps are kept
_SAFE = ("GET", "HEAD", "OPTIONS")


class OwnWrites:
    """What requests wrote.  `is_source` says whether a file is in a folder of the
    site's: what a form writes there is new content."""

    def __init__(self, is_source: Callable[[str], bool]) -> None:
        self._is_source = is_source
        self._lock = threading.Lock()
        self._now: dict[int, tuple[set[str], bool]] = {}
        self._left: dict[str, str] = {}

    @contextmanager
    def noting(self, method: str) -> Iterator[None]:
        """Within the block a request is answered."""
        is_safe = method in _SAFE
        with noting_writes() as written:
            with self._lock:
                self._now[id(written)] = written, is_safe
            try:
                yield
            finally:
                with self._lock:
                    self._leave({name for name in written if is_safe or not self._is_source(name)})
                    del self._now[id(written)]

    def has(self, name: str) -> bool:
        """Whether a file is as the app left it, or being written by it."""
        if is_database(name):
            return True
        with self._lock:
            if any(name in written and (is_safe or not self._is_source(name))
                   for written, is_safe in self._now.values()):
                return True
            left = self._left.get(name)
        return left is not None and left == stamp_of(name)

    def _leave(self, names: set[str]) -> None:
        """Remember how files are left, and the folders that list them."""
        for name in {*names, *map(os.path.dirname, names)}:
            self._left.pop(name, None)
            self._left[name] = stamp_of(name)
        for name in list(self._left)[:max(0, len(self._left) - _MANY)]:
            del self._left[name]


_MANY_PAGES = 500  # pages shown whose reads are known
_MANY_GOOD = 60  # pages whose HTML is kept
UNASKED = ("volatile", "value", "environment")
"""Reads of which no file tells that they are other now."""
OF_FILES = ("file", "folder", "included")
"""Reads of which one does."""


@dataclass(frozen=True)
class Render:
    """One answer: `ident` is what its page says it is, `moment` the number of the
    site's moment at which `fingerprints` are what it read.  `problems` are its own,
    `errors` the site's at that time."""

    ident: str
    path: str
    moment: int
    fingerprints: Mapping[Key, str | None]
    source: str | None = None
    is_good: bool = True
    problems: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    seconds: float = 0.0
    size: int = 0
    packed: int = 0

    def changes(self, moment: Moment, is_own: Callable[[str], bool] = lambda name: False) -> list[Key]:
        """What it read and is another now, but for files that `is_own` tells of:
        the app has written those."""
        base = moment.site.base
        with recorder.unrecorded():
            return [key for key, was in self.fingerprints.items() if moment.fingerprints.of(key) != was and not (
                key[0] in OF_FILES and is_own(str(base / key[1])))]

    def at(self, moment: Moment) -> Render:
        """The same, when the page took over all that changed."""
        return replace(self, moment=moment.number, fingerprints=fingerprints_of(self.fingerprints, moment))

    @property
    def files(self) -> list[str]:
        """The files it shows that are none of the site's usual ones."""
        return [name for kind, name in self.fingerprints if kind in ("file", "included")]


def fingerprints_of(keys: Iterable[Key], moment: Moment) -> dict[Key, str | None]:
    """Keys with what they are at a moment."""
    with recorder.unrecorded():
        return {key: moment.fingerprints.of(key) for key in keys if key[0] not in UNASKED}


class Renders:
    """The last answers, by their idents."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Render] = OrderedDict()
        self._good: OrderedDict[str, bytes] = OrderedDict()
        self._files: dict[str, list[str]] = {}

    def keep(self, render: Render, html: bytes | None = None) -> None:
        """Remember an answer, and its HTML if that was fine."""
        with self._lock:
            self._known[render.ident] = render
            self._known.move_to_end(render.ident)
            if files := render.files:
                self._files[render.ident] = files
            if len(self._known) > _MANY_PAGES:
                self._files.pop(self._known.popitem(last=False)[0], None)
            if html is not None:
                self._good[render.path] = html
                self._good.move_to_end(render.path)
                if len(self._good) > _MANY_GOOD:
                    self._good.popitem(last=False)

    def get(self, ident: str) -> Render | None:
        """The answer with that ident, if it is remembered."""
        with self._lock:
            return self._known.get(ident)

    def last_good(self, path: str) -> bytes | None:
        """The HTML of a path as it was before it failed."""
        with self._lock:
            return self._good.get(path)

    def files(self, base: Path) -> frozenset[Path]:
        """The files that pages show which were asked for lately."""
        with self._lock:
            return frozenset(base / name for names in self._files.values() for name in names)


_EMPTY = b"<!doctype html><html lang=en><meta charset=utf-8><title>Not yet</title><body></body></html>"
_FAILURE = "coldpress.failure"
_AS_PAGE = (None, "document", "iframe", "frame")  # what a browser asks for with `Sec-Fetch-Dest`


class Answering:
    """Answers for one preview; `below` gives the path of what is its own."""

    def __init__(self, current: Current, overlay: Overlay, below: Callable[[], str], report: Report, *,
                 debug: bool = False) -> None:
        self._current = current
        self._overlay = overlay
        self._below = below
        self.own_writes = OwnWrites(current.is_source)
        self._report = report
        self._told: dict[str, frozenset[Problem]] = {}
        self._boot = token_hex(4)
        self._numbers = itertools.count()
        self._debugger = DebuggedApplication(_fail_again, evalex=True) if debug else None
        self.renders = Renders()

    def answer(self, environ: dict[str, Any]) -> Response:
        """The app's answer to a request; a page gets the client."""
        moment, request = self._current.moment, Request(environ)
        if self._debugger and request.args.get("__debugger__") == "yes":
            return Response.from_app(self._debugger, environ)
        if moment is None:
            return self._failed(request, Render(self._ident(), _path(request), -1, {}), ())
        started = time.perf_counter()
        with self.own_writes.noting(request.method), recorder.recording() as reads:
            try:
                body, status, headers = run_wsgi_app(moment.app, environ, buffered=False)
                response = Response(body, status, headers)
                if not _wants_page(request) or request.method != "GET" or not _is_page(response):
                    return response
                with closing(response):  # what runs after the body reads too
                    html = response.get_data()
            except Exception as reason:  # noqa: BLE001  (whatever a view or template may raise)
                with recorder.unrecorded():
                    problem = explain(reason, moment.site)
                if self._debugger and problem.code == "route.failed":
                    return Response.from_app(self._debugger, {**environ, _FAILURE: reason})
                render = self._render(moment, request, reads, time.perf_counter() - started)
                return self._failed(request, render, (_with_source(problem, render.source, moment),))
        render = self._render(moment, request, reads, time.perf_counter() - started)
        return self._shown(Response(html, status, headers), render, moment)

    def tell(self, about: str, problems: Iterable[Problem]) -> None:
        """Report what is wrong with something, once as long as it stays so."""
        now = frozenset(problem for problem in problems if problem.severity != "note")
        before = self._told.get(about, frozenset())
        if now:
            self._told[about] = now
        else:
            self._told.pop(about, None)
        self._report.problems(Problems(now - before))
        if before and not now:
            self._report.line(f"Mended: {about}")

    def problems_of(self, render: Render) -> str:
        """What a page shows of problems now, as HTML."""
        return self._overlay.html([*self._current.errors, *render.problems])

    def _ident(self) -> str:
        return f"{self._boot}-{next(self._numbers)}"

    def _shown(self, response: Response, render: Render, moment: Moment) -> Response:
        """A page that went well, with what its check finds."""
        html = response.get_data()
        page = moment.site.snapshot.library.by_source(render.source) if render.source else None
        keys, problems = self._checked(page, moment) if page else ((), ())
        render = replace(render, problems=problems, size=len(html), packed=len(gzip.compress(html, 6)),
                         is_good=response.status_code < 500, errors=tuple(self._current.errors),
                         fingerprints={**render.fingerprints, **fingerprints_of(keys, moment)})
        self.tell(render.path, problems)
        self.renders.keep(render, html if response.status_code == 200 else None)
        response.set_data(with_client(html, self._below(), render.ident, self.problems_of(render)))
        if self._current.errors and response.status_code == 200:
            response.status_code = 500
        return response

    def _failed(self, request: Request, render: Render, problems: tuple[Problem, ...]) -> Response:
        """The page as it was before, under what is wrong now."""
        render = replace(render, problems=problems, is_good=False, errors=tuple(self._current.errors))
        self.tell(render.path, problems)
        self.renders.keep(render)
        told = (*self._current.errors, *problems)
        if not _wants_page(request):
            return Response("\n\n".join(map(format_problem, told)), 500, mimetype="text/plain")
        html = (self.renders.last_good(render.path) if request.method == "GET" else None) or _EMPTY
        data = with_client(html, self._below(), render.ident, self.problems_of(render))
        return Response(data, 500, mimetype="text/html")

    def _render(self, moment: Moment, request: Request, reads: Iterable[Key], seconds: float) -> Render:
        site = moment.site
        portable = UserReads(moment.app, site).portable(key for key in reads if key != QUERY and not (
            key[0] in OF_FILES and self._current.is_data_of_users(site.base / key[1])))
        fingerprints = fingerprints_of(summed_up(portable), moment)
        # What was saved while the page was made it may have missed.
        now = self._current.moment
        number = moment.number if now and now.app is moment.app and now.number == moment.number else -1
        with recorder.unrecorded():
            library, path = site.snapshot.library, request.path.removeprefix(site.url_prefix)
            found = library.at(path) or library.list_pages.get(path)
        source = found.source if isinstance(found, Page) else None
        return Render(self._ident(), _path(request), number, fingerprints, source, seconds=seconds)

    def _checked(self, page: Page, moment: Moment) -> tuple[Iterable[Key], tuple[Problem, ...]]:
        """What a build would say of a page's links and markup, and what was read to know it."""
        library, problems, name = moment.site.snapshot.library, Problems(), page.unrecorded.document.source.name
        if any(_is_in(problem, name) for problem in self._current.errors):
            return (), ()  # the page is as it was, and its file another: nothing would be at its line
        with recorder.unrecorded():
            try:
                check = check_page(library, page)
            except ColdpressError as reason:
                return (), reason.problems
            tell([check], library, lambda path: self._current.exists(moment.site.url_prefix + path), problems)
            problems.extend(links_to_drafts(library, page))
        config = moment.site.config_place().path
        problems.extend(problem for problem in self._current.warnings()
                        if _is_in(problem, name) or (_is_in(problem, config) and problem.code != "config.no-base-url"))
        return check.reads, tuple(problem for problem in problems if problem.severity != "note")


def _fail_again(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """An app that fails as the site's own did: for the debugger to see."""
    raise environ[_FAILURE]


def _path(request: Request) -> str:
    return request.full_path.removesuffix("?")


def _wants_page(request: Request) -> bool:
    return request.headers.get("Sec-Fetch-Dest") in _AS_PAGE


def _is_in(problem: Problem, name: str) -> bool:
    return problem.place is not None and problem.place.path == name


def _is_page(response: Response) -> bool:
    return response.mimetype == "text/html" and "Content-Encoding" not in response.headers


def _with_source(problem: Problem, source: str | None, moment: Moment) -> Problem:
    """A failure with the content it came up on."""
    page = moment.site.snapshot.library.by_source(source) if source else None
    name = page.unrecorded.document.source.name if page else None
    if name is None or (problem.place and problem.place.path == name):
        return problem
    return replace(problem, also=(*problem.also, Place(name))) if problem.place else replace(problem, place=Place(name))
