"""`serve`: the preview is the app itself, rendering on request.

Content, templates and config are looked at before a request is answered, so
the next reload shows what was saved.  A mistake is shown in the browser and
never ends the server.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import click
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from coldpress.commands.run import Run, load_factory
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.report import Report, format_problem
from coldpress.sources.files import find_files
from coldpress.web.explain import explain
from coldpress.web.extension import Coldpress

_TRIES = 100  # ports looked at, from the wanted one on


def serve(run: Run, *, port: int = 8000, bind: str = "127.0.0.1", open_browser: bool = False) -> int:
    """Serve until interrupted; the exit code."""
    preview = Preview(run, bind)
    chosen = free_port(bind, port)
    server = make_server(bind, chosen, preview, threaded=True, request_handler=_handler(run.report))
    host = f"[{bind}]" if ":" in bind else bind
    url = f"http://{host}:{chosen}{preview.prefix}/"
    if chosen != port:
        run.report.line(f"Port {port} is taken.")
    run.report.line(f"Preview: {url}  (Ctrl-C ends it)")
    if open_browser:
        click.launch(url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def free_port(bind: str, port: int) -> int:
    """The first port from `port` on that can be bound."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    for candidate in range(port, min(port + _TRIES, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bind, candidate))
                return candidate
            except OSError:
                continue
    raise ColdpressError(Problem("serve.port", f"no port from {port} on is free on {bind}"))


def _handler(report: Report) -> type[WSGIRequestHandler]:
    """Tells requests to the report, which says them under `-v` only."""

    class Handler(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            report.detail(f"{self.command} {self.path} {int(code)}")

    return Handler


class Preview:
    """A WSGI app around the site's own, which it makes anew when the config or
    build.py changes and lets reload when content or templates do."""

    def __init__(self, run: Run, bind: str) -> None:
        self._run = run
        self._hosts = sorted({"localhost", "127.0.0.1", "[::1]", bind})
        self._any_host = bind in ("0.0.0.0", "::")
        self._lock = threading.Lock()
        self._problems: tuple[Problem, ...] = ()
        self._looked_at = self._look_took = 0.0
        self._make_app()
        self._seen_code = self._code_stamp()
        self._seen_content = self._content_stamp()

    @property
    def prefix(self) -> str:
        """The path the site is served under: that of its `base_url`."""
        return self._site.script_root

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._refresh()
        path: str = environ.get("PATH_INFO", "")
        prefix = self.prefix
        if prefix and path != prefix and not path.startswith(prefix + "/"):
            return Response("", 302, {"Location": f"{prefix}/"})(environ, start_response)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
        environ["PATH_INFO"] = path.removeprefix(prefix)
        errors = [problem for problem in self._problems if problem.is_error]
        if errors and not Path(path).suffix:
            return _problem_page(errors)(environ, start_response)
        try:
            response = Response.from_app(self._app, environ, buffered=True)
        except Exception as reason:  # noqa: BLE001  (whatever a view or template may raise)
            response = _problem_page([explain(reason, self._site)])
        if Request(environ).method == "GET":
            response.headers.setdefault("Cache-Control", "no-store")
        return response(environ, start_response)

    def _make_app(self) -> None:
        app, site = self._run.make_app()
        app.config["PROPAGATE_EXCEPTIONS"] = True
        if not self._any_host:
            app.config["TRUSTED_HOSTS"] = self._hosts
        self._app: Flask = app
        self._site: Coldpress = site
        self._problems = site.snapshot.problems

    def _refresh(self) -> None:
        """Look for changes, but spend at most a tenth of the time on looking."""
        with self._lock:
            if time.monotonic() - self._looked_at < 9 * self._look_took:
                return
            started = time.monotonic()
            self._reload_what_changed()
            self._looked_at = time.monotonic()
            self._look_took = self._looked_at - started

    def _reload_what_changed(self) -> None:
        code, content = self._code_stamp(), self._content_stamp()
        if code != self._seen_code:
            self._seen_code = code
            self._remake()
        elif content != self._seen_content:
            self._problems = self._site.reload().problems
        else:
            return
        self._seen_content = content
        self._run.report.problems(Problems(self._problems))

    def _remake(self) -> None:
        try:
            build = self._site.root / "build.py"
            if build.exists():
                self._run.factory = load_factory(build)
            self._make_app()
        except ColdpressError as reason:
            self._problems = reason.problems

    def _code_stamp(self) -> list[Any]:
        root = self._site.root
        files = [self._run.options.config or root / "config.yaml", root / "build.py"]
        return [_stamp(file) for file in files]

    def _content_stamp(self) -> list[Any]:
        site = self._site
        folders = (site.config.content_dir, site.config.templates_dir)
        return [(file.path, file.size, file.mtime_ns)
                for folder in folders for file in find_files(site.root / folder, folder, Problems())]


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def _problem_page(problems: list[Problem]) -> Response:
    shown = "\n\n".join(format_problem(problem) for problem in problems)
    return Response(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Not yet</title>"
        "<style>body{font:1rem/1.5 system-ui;margin:2rem;color-scheme:light dark}pre{overflow:auto}</style>"
        f"<h1>This cannot be shown yet</h1><pre>{escape(shown)}</pre>", 500, mimetype="text/html")
