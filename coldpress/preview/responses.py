"""Responses of the preview: renders pages for requests, and knows the files that views wrote."""

from __future__ import annotations

import gzip
import itertools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

from markupsafe import Markup
from werkzeug.debug import DebuggedApplication
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from coldpress import recorder
from coldpress.audit_hook import is_database, noting_writes
from coldpress.build.checks import check_page, dead_link, report_checks, told_paths
from coldpress.build.request_checks import QUERY
from coldpress.build.user_reads import UserReads, summed_up
from coldpress.cache.file_stamps import stamp_of
from coldpress.content.links import links_to_drafts
from coldpress.content.page import Page
from coldpress.content.picture_weights import damaged_pictures
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.preview.current_site import CurrentSite, Revision
from coldpress.preview.overlay import TEMPLATES, Overlay
from coldpress.preview.reload import inject_client
from coldpress.recorder import Key, KeyNumbers
from coldpress.report import Report, format_problem
from coldpress.web.error_places import explain

_MANY = 10_000  # files whose stamps are kept
_SAFE = ("GET", "HEAD", "OPTIONS")


class AppWrites:
    """Records the files that requests wrote.  `is_source` returns whether a file is in a
    source folder of the site: what a form writes there is new content."""

    def __init__(self, is_source: Callable[[str], bool]) -> None:
        self._is_source = is_source
        self._lock = threading.Lock()
        self._now: dict[int, tuple[set[str], bool]] = {}
        self._left: dict[str, str] = {}

    @contextmanager
    def noting(self, method: str) -> Iterator[None]:
        """Records what is written while a request is answered inside the block."""
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
        """Returns whether a file is as the app left it, or is being written by the app."""
        if is_database(name):
            return True
        with self._lock:
            if any(name in written and (is_safe or not self._is_source(name))
                   for written, is_safe in self._now.values()):
                return True
            left = self._left.get(name)
        return left is not None and left == stamp_of(name)

    def _leave(self, names: set[str]) -> None:
        """Remembers the stamps of files that were written, and of their folders."""
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
class RenderedResponse:
    """A response of the app: `ident` names it in its page, `fingerprints` are what it read,
    as of the site's revision with the number `revision`.  `problems` are those of the page,
    `errors` those of the site at that time."""

    ident: str
    path: str
    revision: int
    fingerprints: Mapping[Key, str | None]
    source: str | None = None
    is_good: bool = True
    problems: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    seconds: float = 0.0
    size: int = 0
    packed: int = 0

    def changes(self, revision: Revision, is_own: Callable[[str], bool] = lambda name: False) -> list[Key]:
        """Returns the reads that have another fingerprint now, without the files for which
        `is_own` is true: the app has written those."""
        base = revision.site.base
        with recorder.unrecorded():
            return [key for key, was in self.fingerprints.items() if revision.fingerprints.of(key) != was and not (
                key[0] in OF_FILES and is_own(str(base / key[1])))]

    def at(self, revision: Revision) -> RenderedResponse:
        """Returns the same response at another revision, after its page has applied all changes."""
        return replace(self, revision=revision.number, fingerprints=fingerprints_of(self.fingerprints, revision))

    @property
    def files(self) -> list[str]:
        """Returns the files and folders that the page shows and that are no sources of the site."""
        return [name for kind, name in self.fingerprints if kind in OF_FILES]


def fingerprints_of(keys: Iterable[Key], revision: Revision) -> dict[Key, str | None]:
    """Returns the fingerprints of reads at a revision."""
    with recorder.unrecorded():
        return {key: revision.fingerprints.of(key) for key in keys if key[0] not in UNASKED}


class RecentResponses:
    """Keeps the last responses by their idents, and the last good HTML of each path."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, RenderedResponse] = OrderedDict()
        self._good: OrderedDict[str, bytes] = OrderedDict()
        self._files: dict[str, list[str]] = {}

    def keep(self, render: RenderedResponse, html: bytes | None = None) -> None:
        """Remembers a response, and its HTML if it is good."""
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

    def get(self, ident: str) -> RenderedResponse | None:
        """Returns the response with an ident, if it is remembered."""
        with self._lock:
            return self._known.get(ident)

    def last_good(self, path: str) -> bytes | None:
        """Returns the last HTML of a path before it failed."""
        with self._lock:
            return self._good.get(path)

    def files(self, base: Path) -> frozenset[Path]:
        """Returns the files that the remembered pages show."""
        with self._lock:
            return frozenset(base / name for names in self._files.values() for name in names)


_FAILURE = "coldpress.failure"
_AS_PAGE = (None, "document", "iframe", "frame")  # what a browser asks for with `Sec-Fetch-Dest`


class Responder:
    """Answers requests with the app's responses; `base_path` returns the path of the preview's own URLs."""

    def __init__(self, current: CurrentSite, overlay: Overlay, base_path: Callable[[], str], report: Report, *,
                 debug: bool = False) -> None:
        self._current = current
        self._overlay = overlay
        self._base_path = base_path
        self.app_writes = AppWrites(current.is_source)
        self._report = report
        self._told: dict[str, frozenset[Problem]] = {}
        self._boot = token_hex(4)
        self._numbers = itertools.count()
        self._debugger = DebuggedApplication(_fail_again, evalex=True) if debug else None
        self.renders = RecentResponses()

    def answer(self, environ: dict[str, Any]) -> Response:
        """Returns the app's response to a request; the client is added to pages."""
        request = Request(environ)
        if request.method == "GET" and _wants_page(request):
            self._current.reload_changed_rows()
        revision = self._current.revision
        if self._debugger and request.args.get("__debugger__") == "yes":
            return Response.from_app(self._debugger, environ)
        if revision is None:
            return self._failed(request, RenderedResponse(self._ident(), _path(request), -1, {}), ())
        started = time.perf_counter()
        with self.app_writes.noting(request.method), recorder.recording() as reads:
            try:
                body, status, headers = run_wsgi_app(revision.app, environ, buffered=False)
                response = Response(body, status, headers)
                if request.method not in _SAFE:
                    self._current.expect_changed_rows()
                if not _wants_page(request) or request.method != "GET" or not _is_page(response):
                    return response
                with closing(response):  # what runs after the body reads too
                    html = response.get_data()
            except (Exception, SystemExit) as reason:  # noqa: BLE001  (whatever a view or template may raise)
                with recorder.unrecorded():
                    problem = explain(reason, revision.site)
                if self._debugger and problem.code == "route.failed":
                    return Response.from_app(self._debugger, {**environ, _FAILURE: reason})
                render = self._render(revision, request, reads, time.perf_counter() - started)
                return self._failed(request, render, (_with_source(problem, render.source, revision),))
        render = self._render(revision, request, reads, time.perf_counter() - started)
        return self._shown(Response(html, status, headers), render, revision)

    def tell(self, about: str, problems: Iterable[Problem]) -> None:
        """Reports the problems of a subject once, and again only if they change."""
        now = frozenset(problem for problem in problems if problem.severity != "note")
        before = self._told.get(about, frozenset())
        if now:
            self._told[about] = now
        else:
            self._told.pop(about, None)
        self._report.problems(Problems(now - before))
        if before and not now:
            self._report.line(f"Mended: {about}")

    def problems_html(self, render: RenderedResponse) -> Markup:
        """Renders the problems of a page, as of now."""
        return self._overlay.html([*self._current.errors, *render.problems])

    def _ident(self) -> str:
        return f"{self._boot}-{next(self._numbers)}"

    def _shown(self, response: Response, render: RenderedResponse, revision: Revision) -> Response:
        """Returns the response of a page that was rendered, with the problems of its check."""
        html = response.get_data()
        page = revision.site.snapshot.library.by_source(render.source) if render.source else None
        keys, problems = self._checked(page, render, revision)
        render = replace(render, problems=problems, size=len(html), packed=len(gzip.compress(html, 6)),
                         is_good=response.status_code < 500, errors=tuple(self._current.errors),
                         fingerprints={**render.fingerprints, **fingerprints_of(keys, revision)})
        self.tell(render.path, problems)
        self.renders.keep(render, html if response.status_code == 200 else None)
        response.set_data(inject_client(html, self._base_path(), render.ident, self.problems_html(render)))
        if self._current.errors and response.status_code == 200:
            response.status_code = 500
        return response

    def _failed(self, request: Request, render: RenderedResponse, problems: tuple[Problem, ...]) -> Response:
        """Returns the last good page with the problems that it has now."""
        render = replace(render, problems=problems, is_good=False, errors=tuple(self._current.errors))
        self.tell(render.path, problems)
        self.renders.keep(render)
        told = (*self._current.errors, *problems)
        if not _wants_page(request):
            return Response("\n\n".join(map(format_problem, told)), 500, mimetype="text/plain")
        html = (self.renders.last_good(render.path) if request.method == "GET" else None) or _empty_page()
        data = inject_client(html, self._base_path(), render.ident, self.problems_html(render))
        return Response(data, 500, mimetype="text/html")

    def _render(self, revision: Revision, request: Request, reads: Iterable[Key], seconds: float) -> RenderedResponse:
        site = revision.site
        portable = UserReads(revision.app, site).portable(key for key in reads if key != QUERY and not (
            key[0] in OF_FILES and self._current.is_data_of_users(site.base / key[1])))
        fingerprints = fingerprints_of(summed_up(portable), revision)
        # What was saved while the page was made it may have missed.
        now = self._current.revision
        number = revision.number if now and now.app is revision.app and now.number == revision.number else -1
        with recorder.unrecorded():
            library, path = site.snapshot.library, request.path.removeprefix(site.url_prefix)
            found = library.at(path) or library.list_pages.get(path)
        source = found.source if isinstance(found, Page) else None
        return RenderedResponse(self._ident(), _path(request), number, fingerprints, source, seconds=seconds)

    def _checked(self, page: Page | None, render: RenderedResponse, revision: Revision
                 ) -> tuple[Iterable[Key], tuple[Problem, ...]]:
        """Returns the reads and the problems of the check of what was rendered, as a build would report them; `page`
        is the page of the site that it is, if it is one."""
        if page is None:
            return (), tuple(self._of_reads(render, revision, None, ()))
        library, problems, name = revision.site.snapshot.library, Problems(), page.unrecorded.document.source.name
        keys = KeyNumbers()
        if any(_is_in(problem, name) for problem in self._current.errors):
            return (), ()  # the page is as it was, and its file another: nothing would be at its line
        with recorder.unrecorded():
            try:
                check = check_page(library, page, keys)
            except ColdpressError as reason:
                return (), reason.problems
            prefix = revision.site.url_prefix
            report_checks([check], library, lambda path: self._current.exists(prefix + path), problems)
            problems.extend(self._of_reads(render, revision, page, told_paths([check])))
            problems.extend(links_to_drafts(library, page))
        config, ledger = revision.site.config_place().path, library.kept.ledger
        problems.extend(problem for problem in self._current.warnings()
                        if _is_in(problem, name) or (ledger and _is_in(problem, ledger.name)) or (
                            _is_in(problem, config) and problem.code != "config.no-base-url"))
        return keys.of(check.reads), tuple(problem for problem in problems if problem.severity != "note")

    def _of_reads(self, render: RenderedResponse, revision: Revision, page: Page | None, told: Collection[str]
                  ) -> Iterator[Problem]:
        """Yields the problems of what templates show: pictures that are damaged or not there."""
        library, prefix = revision.site.snapshot.library, revision.site.url_prefix
        place = Place(page.unrecorded.document.source.name) if page else None
        with recorder.unrecorded():
            yield from damaged_pictures(library, [name for kind, name in render.fingerprints if kind == "image"])
            yield from (dead_link(library, name, place) for kind, name in render.fingerprints if kind == "link"
                        and media_kind(name) == "image" and name not in told
                        and not self._current.exists(prefix + name))


def _fail_again(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Raises the site's exception again, inside the debugger."""
    raise environ[_FAILURE]


def _empty_page() -> bytes:
    """Renders the page that carries problems where no good page is known."""
    return TEMPLATES.get_template("empty.html").render().encode()


def _path(request: Request) -> str:
    return request.full_path.removesuffix("?")


def _wants_page(request: Request) -> bool:
    return request.headers.get("Sec-Fetch-Dest") in _AS_PAGE


def _is_in(problem: Problem, name: str) -> bool:
    return problem.place is not None and problem.place.path == name


def _is_page(response: Response) -> bool:
    return response.mimetype == "text/html" and "Content-Encoding" not in response.headers


def _with_source(problem: Problem, source: str | None, revision: Revision) -> Problem:
    """Returns a problem with the source of the page as a further place."""
    page = revision.site.snapshot.library.by_source(source) if source else None
    name = page.unrecorded.document.source.name if page else None
    if name is None or any(place.path == name for place in (problem.place, *problem.also) if place):
        return problem
    return replace(problem, also=(*problem.also, Place(name))) if problem.place else replace(problem, place=Place(name))
