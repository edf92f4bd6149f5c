"""The preview: a WSGI app round the site's own.

Before each request it looks for changes.  A mistake is a page that says so,
and never the end of the server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.wrappers import Request, Response

from coldpress.commands.run import Run, load_factory
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.report import format_problem
from coldpress.sources.files import find_files
from coldpress.web.explain import explain
from coldpress.web.extension import Coldpress


class Preview:
    """Makes the app anew when the config or build.py changes, and lets it load
    again when content or templates do.  Answers to this machine's own names
    and to `bind` only, unless that is every address."""

    def __init__(self, run: Run, bind: str) -> None:
        self._run = run
        self._hosts = None if bind in ("0.0.0.0", "::") else {"localhost", "127.0.0.1", "::1", bind}
        self._lock = threading.Lock()
        self._made: tuple[Flask, Coldpress] | None = None
        self._problems: tuple[Problem, ...] = ()
        self._looked_at = self._look_took = 0.0
        self._make_app()
        if self._made is None and not (run.folder / "build.py").exists():
            raise ColdpressError(*self._problems)  # there is nothing that could be mended
        self._seen_code = self._code_stamp()
        self._seen_content = self._content_stamp()
        self._run.report.problems(Problems(self._problems))

    @property
    def home(self) -> str:
        """The path of the site's front page."""
        return self.prefix + (self._made[1].url_prefix if self._made else "") + "/"

    @property
    def prefix(self) -> str:
        """The path the site is served under: that of its `base_url`."""
        return self._made[1].script_root if self._made else ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        if not self._is_known_host(environ.get("HTTP_HOST", "")):
            return Response("This host is not served.", 400)(environ, start_response)
        self._refresh()
        path: str = environ.get("PATH_INFO", "")
        prefix = self.prefix
        if prefix and path != prefix and not path.startswith(prefix + "/"):
            return Response("", 302, {"Location": f"{prefix}/"})(environ, start_response)
        environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
        environ["PATH_INFO"] = path.removeprefix(prefix)
        response = self._respond(environ, is_page=not Path(path).suffix)
        if Request(environ).method == "GET":
            response.headers.setdefault("Cache-Control", "no-store")
        return response(environ, start_response)

    def _respond(self, environ: dict[str, Any], *, is_page: bool) -> Response:
        errors = [problem for problem in self._problems if problem.is_error]
        if self._made is None or (errors and is_page):
            return _problem_page(errors)
        app, site = self._made
        try:
            return Response.from_app(app, environ, buffered=True)
        except Exception as reason:  # noqa: BLE001  (whatever a view or template may raise)
            problem = explain(reason, site)
            self._run.report.problems(Problems([problem]))
            return _problem_page([problem])

    def _is_known_host(self, host: str) -> bool:
        return self._hosts is None or urlsplit(f"//{host}").hostname in self._hosts

    def _make_app(self) -> None:
        try:
            app, site = self._run.make_app()
        except ColdpressError as reason:
            self._problems = reason.problems
            return
        app.config["PROPAGATE_EXCEPTIONS"] = True
        self._made = app, site
        self._problems = site.snapshot.problems

    def _refresh(self) -> None:
        """Look for changes, but spend at most a tenth of the time on looking."""
        with self._lock:
            if time.monotonic() - self._looked_at < 9 * self._look_took:
                return
            started = time.monotonic()
            self._reload_what_changed()
            if self._made:
                self._made[1].markup.store.flush()
            self._looked_at = time.monotonic()
            self._look_took = self._looked_at - started

    def _reload_what_changed(self) -> None:
        code, content = self._code_stamp(), self._content_stamp()
        if code != self._seen_code:
            self._seen_code = code
            self._load_code()
        elif content != self._seen_content and self._made:
            self._problems = self._made[1].reload().problems
        else:
            return
        self._seen_content = content
        self._run.report.problems(Problems(self._problems))

    def _load_code(self) -> None:
        build = self._run.folder / "build.py"
        try:
            self._run.factory = load_factory(build) if build.exists() else None
        except ColdpressError as reason:
            self._problems = reason.problems
        else:
            self._make_app()

    def _code_stamp(self) -> list[Any]:
        folder = self._run.folder
        root = self._made[1].root if self._made else folder
        return [_stamp(file) for file in (self._run.options.config or root / "config.yaml", folder / "build.py")]

    def _content_stamp(self) -> list[Any]:
        if self._made is None:
            return []
        site = self._made[1]
        return [(file.path, file.size, file.mtime_ns)
                for folder in (site.config.content_dir, site.config.templates_dir)
                for file in find_files(site.root / folder, folder, Problems())]


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
