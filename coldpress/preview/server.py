"""The preview server, and the guard that answers only this machine."""

from __future__ import annotations

import hmac
import socket
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from coldpress.audit_hook import is_database
from coldpress.build.context import BuildContext
from coldpress.errors import Problem
from coldpress.paths import below, path_of, resolved, url_of
from coldpress.preview.current_site import Change, Current, expected_places
from coldpress.preview.inspector import inspected
from coldpress.preview.overlay import VARIABLE, Editor, Overlay
from coldpress.preview.reload import CLIENT, Channel, Subscriber, version
from coldpress.preview.responses import Answering
from coldpress.preview.watcher import ChangeScanner, Watched
from coldpress.recorder import Key
from coldpress.report import some
from coldpress.sources.files import is_ignored
from coldpress.web.environment import THEME

_EVERYWHERE = ("0.0.0.0", "::", "")
_SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Knows the names of a preview that listens on `bind` and may be reached
    through a proxy at `public_url`; `token` is what its own pages know."""

    def __init__(self, bind: str, public_url: str | None = None) -> None:
        self.token = token_urlsafe(16)
        self._public = urlsplit(public_url) if public_url else None
        self._everywhere = bind in _EVERYWHERE
        self._names = {"localhost", "127.0.0.1", "::1", bind}
        if self._public and self._public.hostname:
            self._names.add(self._public.hostname)
        if self._everywhere:
            name = socket.gethostname().lower()
            self._names |= {name, f"{name}.local"}

    def knows(self, host: str) -> bool:
        """Whether a `Host` header names this preview.  On every address, so does
        any IP address: only names can be made to resolve to someone else's."""
        name = _hostname(host)
        return name is not None and (name in self._names or name.endswith(".localhost")
                                     or (self._everywhere and _is_address(name)))

    def allows(self, environ: Mapping[str, Any]) -> bool:
        """Whether a request that may change something comes from a page of ours,
        or from no page at all."""
        if environ["REQUEST_METHOD"] in _SAFE:
            return True
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None:
            return self._is_own(origin, environ.get("HTTP_HOST", ""))
        return environ.get("HTTP_SEC_FETCH_SITE", "none") in ("same-origin", "none")

    def is_token(self, given: str) -> bool:
        """Whether that is the token."""
        return hmac.compare_digest(given.encode(), self.token.encode())

    def _is_own(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return bool(parts.netloc) and (parts.netloc == host or bool(
            self._public and (parts.scheme, parts.netloc) == (self._public.scheme, self._public.netloc)))


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        return bool(ip_address(name))
    except ValueError:
        return False


OWN = "_coldpress/"
"""Below the site's prefix: the paths that are the preview's own."""
_FOR_EVER = "private, max-age=31536000, immutable"
_LARGEST = 16_384  # bytes that a request for the editor may have
_TYPES = {"preview.css": "text/css", "preview.js": "text/javascript"}


class Preview:
    """The preview of one site.  It answers to its own names, below the prefix of
    `public_url`, else of `base_url`.  With `navigate` browsers go to the page
    that was written.  `debug` gives Werkzeug's debugger for failures of code."""

    def __init__(self, context: BuildContext, bind: str = "127.0.0.1", *, public_url: str | None = None,
                 navigate: bool = False, debug: bool = False) -> None:
        self.scanner = ChangeScanner()
        """What was seen of the site's files before any was read."""
        before = expected_places(context)
        self.scanner.scan(before.trees, before.files)
        self._current = Current(context)
        self._guard = Guard(bind, public_url)
        self._public = urlsplit(public_url) if public_url else None
        self._report = context.report
        self._navigate = navigate
        self._went = (-1, "")  # the moment and the path of the page that was written last
        self._channel = Channel()
        self._overlay = Overlay(Editor.of_environment(), self._locate, self._own, self._guard.token)
        self._answering = Answering(self._current, self._overlay, self._own, context.report, debug=debug)
        self._answering.tell("the site", self._current.problems)
        self._left_out: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        """The path of the site's front page."""
        moment = self._current.moment
        return self.prefix + (moment.site.url_prefix if moment else "") + "/"

    @property
    def prefix(self) -> str:
        """The path the site is served under."""
        if self._public:
            return path_of(self._public.path).rstrip("/")
        moment = self._current.moment
        return moment.site.script_root if moment else ""

    def watched(self) -> Watched:
        """The places whose changes it wants to be told of."""
        watched, moment = self._current.watched(), self._current.moment
        opened = self._answering.renders.files(moment.site.base) if moment else frozenset()
        return Watched(watched.trees, watched.files | {
            path for path in opened if not self._current.is_data_of_users(path)})

    def take(self, paths: Iterable[Path]) -> None:
        """Take over what changed at these places, and tell the open pages; what
        the app itself has written they are not told."""
        changed = {path for path in paths if not self._current.is_data_of_users(path)}
        own = {path for path in changed if self._is_own(str(path))}
        if changed - own:
            self._take(changed)
        elif sources := [path for path in own if self._current.is_source(str(path)) and not is_database(str(path))]:
            self._current.take(sources, by_app=True)

    def _is_own(self, name: str) -> bool:
        """Whether a file is as the app left it; of one that it opened when it was
        made, a log, nobody hears when it is written to."""
        moment = self._current.moment
        return self._answering.own_writes.has(name) or (
            moment is not None and name in moment.site.start.written and not self._current.is_source(name))

    def _take(self, paths: Iterable[Path]) -> None:
        errors = self._current.errors
        before = self._current.moment
        change = self._current.take(paths)
        self._answering.tell("the site", self._current.problems)
        self.tell_left_out()
        moment = self._current.moment
        if moment is not None and change.page is not None:
            self._went = moment.number, change.page
        remade = moment is not None and (before is None or before.app is not moment.app)
        for subscriber in self._channel.everyone():
            self._inform(subscriber, change, remade=remade, retold=errors != self._current.errors)

    def close(self) -> None:
        """Let the open pages go, and keep what was read."""
        self._channel.close()
        self._current.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        return self._respond(environ)(environ, start_response)

    def _respond(self, environ: dict[str, Any]) -> Response:
        if not self._guard.knows(environ.get("HTTP_HOST", "")):
            return Response("This host is not served.", 400)
        if not self._guard.allows(environ):
            return Response("This came from another site.", 403)
        path, prefix = environ.get("PATH_INFO", ""), self.prefix.encode().decode("latin-1")
        if prefix and (path == prefix or path.startswith(f"{prefix}/")):
            environ["PATH_INFO"] = path.removeprefix(prefix)
        elif prefix and not self._public:  # a proxy may have taken its prefix away
            return Response("", 302, {"Location": url_of(self.prefix + Request(environ).path)})
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
        request = Request(environ)
        if request.path.startswith(f"/{OWN}"):
            return self._respond_ourselves(request, request.path.removeprefix(f"/{OWN}"))
        response = self._answering.answer(environ)
        if request.method == "GET":
            response.headers.setdefault("Cache-Control", "no-store")
            if "v" in request.args and response.status_code == 200 and self._version(request.path) == request.args["v"]:
                response.headers["Cache-Control"] = _FOR_EVER
        return response

    def tell_left_out(self) -> None:
        """Say which sources are not shown, whenever others are."""
        moment = self._current.moment
        library = moment.site.snapshot.library if moment else None
        now = tuple(map(str, library.left_out)) if library else ()
        if now != self._left_out and now:
            self._report.line(f"Not shown: {some(now)}")
        self._left_out = now

    # What is its own.

    def _respond_ourselves(self, request: Request, name: str) -> Response:
        if name == "edit" and request.method == "POST":
            return self._edit(request)
        if request.method not in ("GET", "HEAD"):
            return Response("", 405)
        if name in _TYPES:
            lasting = request.args.get("v") == version(name)
            return Response((CLIENT / name).read_bytes(), mimetype=_TYPES[name],
                            headers={"Cache-Control": _FOR_EVER if lasting else "no-store"})
        if name == "events":
            return self._events(request.args.get("tab", ""), request.args.get("render", ""))
        if name == "inspect":
            return self._inspect(request.args.get("render", ""))
        return Response("There is nothing here.", 404)

    def _events(self, tab: str, ident: str) -> Response:
        subscriber = self._channel.join(tab, ident)
        render, moment = self._answering.renders.get(ident), self._current.moment
        if render is None or moment is None or render.moment != moment.number or (
                render.errors != tuple(self._current.errors)):
            moved, page = self._went
            change = Change(page=page if render is not None and render.moment < moved else None)
            self._inform(subscriber, change, remade=False, retold=True)

        def lines() -> Iterator[bytes]:
            try:
                yield from subscriber.lines()
            finally:
                self._channel.leave(subscriber)

        return Response(lines(), mimetype="text/event-stream",
                        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    def _inform(self, subscriber: Subscriber, change: Change, *, remade: bool, retold: bool) -> None:
        """Tell an open page what it has to do, if anything."""
        if self._navigate and change.page is not None:
            subscriber.tell(("go", url_of(self.prefix + change.page)))
        render, moment = self._answering.renders.get(subscriber.render), self._current.moment
        if render is None or moment is None or remade:
            subscriber.tell(("reload", []))
            return
        changed = render.changes(moment, self._is_own) if render.moment != moment.number else []
        styles = [name for kind, name in changed if kind == "version" and name.endswith(".css")]
        if len(changed) > len(styles) or render.moment < 0 or (
                not render.is_good and render.moment != moment.number):
            subscriber.tell(("reload", [_told(key) for key in changed[:5]]))
            return
        files = [*(f"{moment.site.url_prefix}/{name}" for name in styles), *change.files]
        if files:
            subscriber.tell(("files", [
                {"path": url_of(self.prefix + path), "version": self._version(path) or str(moment.number)}
                for path in dict.fromkeys(files)]))
        if retold:
            subscriber.tell(("problems", self._answering.problems_of(render)))
        self._answering.renders.keep(render.at(moment))

    def _version(self, path: str) -> str | None:
        """The digest with which pages ask for a file."""
        moment = self._current.moment
        name, _, filename = path.removeprefix(f"{moment.site.url_prefix}/").partition("/") if moment else ("", "", "")
        return moment.site.asset_version(name, filename) if moment and name in ("static", "theme") else None

    def _inspect(self, ident: str) -> Response:
        render, moment = self._answering.renders.get(ident), self._current.moment
        if render is None or moment is None:
            return Response("This page is not known any more.", 404)
        with moment.app.test_request_context(base_url=f"http://localhost{url_of(self.prefix)}/"):
            return Response(inspected(render, moment.site, self._overlay), mimetype="text/html",
                            headers={"Cache-Control": "no-store"})

    def _edit(self, request: Request) -> Response:
        """Open the editor, for a page of ours only."""
        request.max_content_length = request.max_form_memory_size = _LARGEST
        try:
            form = request.form
        except HTTPException as reason:
            return Response("", reason.code)
        file = self._locate(form.get("path", ""))
        if not self._guard.is_token(form.get("token", "")) or file is None:
            return Response("", 403)
        try:
            self._overlay.editor.open(file, form.get("line", 1, int), form.get("column", 1, int))
        except (OSError, ValueError) as reason:
            problem = Problem("serve.editor", f"the editor cannot be started: {reason}", hint=f"see {VARIABLE}")
            self._answering.tell("the editor", [problem])
            for subscriber in self._channel.everyone():
                subscriber.tell(("problems", self._overlay.html([problem])))
        else:
            self._answering.tell("the editor", ())
        return Response("", 204)

    def _own(self) -> str:
        return f"{url_of(self.prefix)}/{OWN}"

    def _locate(self, name: str) -> Path | None:
        """The file that people are told as `name`; None for none of the site's."""
        moment = self._current.moment
        base = moment.site.base if moment else self._current.folder
        inner = name.removeprefix("theme/")
        try:
            file = below(THEME / "templates", inner) if inner != name else below(base, name)
            known = file.is_file() and self._is_open(resolved(file), resolved(THEME if inner != name else base))
        except (OSError, ValueError):
            return None
        return file if known else None

    def _is_open(self, file: Path, base: Path) -> bool:
        """Whether a file below a folder is no secret: not hidden, and not in the instance's folder."""
        moment = self._current.moment
        instance = [base / "instance", *([resolved(Path(moment.app.instance_path))] if moment else [])]
        return file.is_relative_to(base) and not any(map(is_ignored, file.relative_to(base).parts)) and not any(
            file.is_relative_to(folder) for folder in instance)


def _told(key: Key) -> str:
    return f"{key[0]} {key[1]}"
