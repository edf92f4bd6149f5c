"""The preview server: routes requests to the site or to the preview's own URLs; refuses foreign hosts and origins."""

from __future__ import annotations

import hmac
import socket
from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from coldpress.audit_hook import is_database
from coldpress.build.context import BuildContext
from coldpress.config.themes import Theme, find_theme
from coldpress.errors import Problem
from coldpress.paths import below, path_of, resolved, url_of
from coldpress.preview.current_site import CurrentSite, Revision, SiteChange, expected_places
from coldpress.preview.inspector import render_inspector
from coldpress.preview.overlay import VARIABLE, Editor, Overlay
from coldpress.preview.reload import CLIENT, Channel, Subscriber, version
from coldpress.preview.responses import Responder
from coldpress.preview.watcher import ChangeScanner, WatchedPaths
from coldpress.recorder import Key
from coldpress.report import some
from coldpress.sources.files import is_ignored
from coldpress.web.response_headers import UNCACHED

_EVERYWHERE = ("0.0.0.0", "::", "")
_SAFE = ("GET", "HEAD", "OPTIONS")


class RequestGuard:
    """Decides which requests are answered.  The preview listens on `bind` and may be reached
    through a proxy at `public_url`; `token` is known to its own pages only."""

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
        """Returns whether a `Host` header names this preview.  When it listens on every address, any IP
        address is accepted too: only names can be made to resolve to another machine."""
        name = _hostname(host)
        return name is not None and (name in self._names or name.endswith(".localhost")
                                     or (self._everywhere and _is_address(name)))

    def allows(self, environ: Mapping[str, Any]) -> bool:
        """Returns whether a request that may change something comes from a page of this preview,
        or from no page at all."""
        if environ["REQUEST_METHOD"] in _SAFE:
            return True
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None:
            return self._is_own(origin, environ.get("HTTP_HOST", ""))
        return environ.get("HTTP_SEC_FETCH_SITE", "none") in ("same-origin", "none")

    def is_token(self, given: str) -> bool:
        """Returns whether `given` is the token."""
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
    """A WSGI app that previews one site.  It answers to its own host names, below the prefix of
    `public_url`, else of `base_url`.  With `navigate`, browsers open the page
    that was saved.  `debug` shows Werkzeug's debugger when code fails."""

    def __init__(self, context: BuildContext, bind: str = "127.0.0.1", *, public_url: str | None = None,
                 navigate: bool = False, debug: bool = False) -> None:
        self.scanner = ChangeScanner()
        """What was seen of the site's files before any was read."""
        before = expected_places(context)
        self.scanner.scan(before.trees, before.files)
        self._current = CurrentSite(context)
        self._guard = RequestGuard(bind, public_url)
        self._public = urlsplit(public_url) if public_url else None
        self._report = context.report
        self._navigate = navigate
        self._went = (-1, "")  # the revision and the path of the page that was written last
        self._channel = Channel()
        self._overlay = Overlay(Editor.from_environment(), self._locate, self._own, self._guard.token)
        self._responder = Responder(self._current, self._overlay, self._own, context.report, debug=debug)
        self._responder.tell("the site", self._current.problems)
        self._left_out: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        """Returns the path of the site's home page."""
        revision = self._current.revision
        return self.prefix + (revision.site.url_prefix if revision else "") + "/"

    @property
    def prefix(self) -> str:
        """Returns the path that the site is served under."""
        if self._public:
            return path_of(self._public.path).rstrip("/")
        revision = self._current.revision
        return revision.site.script_root if revision else ""

    def watched(self) -> WatchedPaths:
        """Returns the paths whose changes the preview must be told of."""
        watched, revision = self._current.watched(), self._current.revision
        opened = self._responder.renders.files(revision.site.base) if revision else frozenset()
        return WatchedPaths(watched.trees, watched.files | {
            path for path in opened if not self._current.is_data_of_users(path)})

    def take(self, paths: Iterable[Path]) -> None:
        """Applies the changes of these files and informs the open pages, unless the app
        itself has written the files."""
        changed = {path for path in paths if not self._current.is_data_of_users(path)}
        own = {path for path in changed if self._is_own(str(path))}
        if changed - own:
            self._take(changed, own)
        elif sources := [path for path in own if self._current.is_source(str(path)) and not is_database(str(path))]:
            self._current.take(sources, by_app=True)

    def _is_own(self, name: str) -> bool:
        """Whether a file is as the app left it; of one that it opened when it was
        made, a log, nobody hears when it is written to."""
        revision = self._current.revision
        return self._responder.app_writes.has(name) or (
            revision is not None and name in revision.site.start.written and not self._current.is_source(name))

    def _take(self, paths: Iterable[Path], own: Collection[Path]) -> None:
        errors = self._current.errors
        before = self._current.revision
        change = self._current.take(paths, own)
        self._responder.tell("the site", self._current.problems)
        self.tell_left_out()
        revision = self._current.revision
        if revision is not None and change.page is not None:
            self._went = revision.number, change.page
        remade = revision is not None and (before is None or before.app is not revision.app)
        for subscriber in self._channel.everyone():
            self._inform(subscriber, change, remade=remade, retold=errors != self._current.errors)

    def close(self) -> None:
        """Ends the event streams of open pages and saves the caches."""
        self._channel.close()
        self._current.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
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
        environ[UNCACHED] = True
        request = Request(environ)
        if request.path.startswith(f"/{OWN}"):
            return self._respond_ourselves(request, request.path.removeprefix(f"/{OWN}"))
        response = self._responder.answer(environ)
        if request.method == "GET":
            response.headers.setdefault("Cache-Control", "no-store")
            if "v" in request.args and response.status_code == 200 and self._version(request.path) == request.args["v"]:
                response.headers["Cache-Control"] = _FOR_EVER
        return response

    def tell_left_out(self) -> None:
        """Reports the sources that are not shown, whenever they change."""
        revision = self._current.revision
        library = revision.site.snapshot.library if revision else None
        now = tuple(map(str, library.left_out)) if library else ()
        if now != self._left_out and now:
            self._report.line(f"Not shown: {some(now)}")
        self._left_out = now

    # The preview's own URLs.

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
        render, revision = self._responder.renders.get(ident), self._current.revision
        if render is None or revision is None or render.revision != revision.number or (
                render.errors != tuple(self._current.errors)):
            moved, page = self._went
            change = SiteChange(page=page if render is not None and render.revision < moved else None)
            self._inform(subscriber, change, remade=False, retold=True)

        def lines() -> Iterator[bytes]:
            try:
                yield from subscriber.lines()
            finally:
                self._channel.leave(subscriber)

        return Response(lines(), mimetype="text/event-stream",
                        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    def _inform(self, subscriber: Subscriber, change: SiteChange, *, remade: bool, retold: bool) -> None:
        """Sends an open page the events that bring it up to date."""
        if self._navigate and change.page is not None:
            subscriber.tell(("go", url_of(self.prefix + change.page)))
        render, revision = self._responder.renders.get(subscriber.render), self._current.revision
        if render is None or revision is None or remade:
            subscriber.tell(("reload", []))
            return
        changed = render.changes(revision, self._is_own) if render.revision != revision.number else []
        styles = [name for kind, name in changed if kind == "version" and name.endswith(".css")]
        if len(changed) > len(styles) or render.revision < 0 or (
                not render.is_good and render.revision != revision.number):
            subscriber.tell(("reload", [_told(key) for key in changed[:5]]))
            return
        files = [*(f"{revision.site.url_prefix}/{name}" for name in styles), *change.files]
        if files:
            subscriber.tell(("files", self._told_files(files, styles, revision)))
        if retold:
            subscriber.tell(("problems", self._responder.problems_html(render)))
        self._responder.renders.keep(render.at(revision))

    def _version(self, path: str) -> str | None:
        """Returns the version with which pages request a file."""
        revision = self._current.revision
        if revision is None:
            return None
        name, _, filename = path.removeprefix(f"{revision.site.url_prefix}/").partition("/")
        return revision.site.copied.version(name, filename) if name in ("static", "theme") else None

    def _told_files(self, paths: Iterable[str], styles: Iterable[str], revision: Revision) -> list[dict[str, Any]]:
        """Returns what a page is told of files that changed.  One `follows` if a changed style sheet names it by its
        hash: with the sheet, it is new too."""
        site, sheets = revision.site, [name.partition("/")[::2] for name in styles]
        led_to = {f"{site.url_prefix}/{'/'.join(file)}" for file in site.copied.named_by(sheets) if file not in sheets}
        return [{"path": url_of(self.prefix + path), "url": self._url_now(path, revision), "follows": path in led_to}
                for path in dict.fromkeys(paths)]

    def _url_now(self, path: str, revision: Revision) -> str:
        """Returns the URL of a file that changed: its name has another hash, or its query another version."""
        folder, copied = f"{revision.site.url_prefix}/", revision.site.copied
        name, _, filename = path.removeprefix(folder).partition("/")
        if name in copied.hashed:
            return url_of(f"{self.prefix}{folder}{name}/{copied.published(name, filename)}")
        return f"{url_of(self.prefix + path)}?v={self._version(path) or revision.number}"

    def _inspect(self, ident: str) -> Response:
        render, revision = self._responder.renders.get(ident), self._current.revision
        if render is None or revision is None:
            return Response("This page is not known any more.", 404)
        with revision.app.test_request_context(base_url=f"http://localhost{url_of(self.prefix)}/"):
            return Response(render_inspector(render, revision.site, self._overlay), mimetype="text/html",
                            headers={"Cache-Control": "no-store"})

    def _edit(self, request: Request) -> Response:
        """Opens the editor; only the preview's own pages may ask for it."""
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
            self._responder.tell("the editor", [problem])
            for subscriber in self._channel.everyone():
                subscriber.tell(("problems", self._overlay.html([problem])))
        else:
            self._responder.tell("the editor", ())
        return Response("", 204)

    def _own(self) -> str:
        return f"{url_of(self.prefix)}/{OWN}"

    def _locate(self, name: str) -> Path | None:
        """Returns the file that is named in messages; None if it is no file of the site."""
        revision = self._current.revision
        base = revision.site.base if revision else self._current.folder
        theme, inner = self._theme_of(name)
        try:
            file = below(theme.templates, inner) if theme else below(base, name)
            known = file.is_file() and self._is_open(resolved(file), resolved(theme.folder if theme else base))
        except (OSError, ValueError):
            return None
        return file if known else None

    def _theme_of(self, name: str) -> tuple[Theme | None, str]:
        """Returns the theme that a name in messages begins with, if any, and the rest of the name."""
        revision = self._current.revision
        first, _, rest = name.partition("/")
        for theme in revision.site.theme.chain if revision else [find_theme()]:
            if first == ("theme" if theme.parent is None else theme.name):
                return theme, rest
        return None, name

    def _is_open(self, file: Path, base: Path) -> bool:
        """Returns whether a file below a folder may be shown: it is not hidden, and not in the instance folder."""
        revision = self._current.revision
        instance = [base / "instance", *([resolved(Path(revision.app.instance_path))] if revision else [])]
        return file.is_relative_to(base) and not any(map(is_ignored, file.relative_to(base).parts)) and not any(
            file.is_relative_to(folder) for folder in instance)


def _told(key: Key) -> str:
    return f"{key[0]} {key[1]}"
