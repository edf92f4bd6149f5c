"""The output folder as a static host serves it: to look at the real result.

Folders have their `index.html`, what is not there the site's `404.html`;
`_redirects` and `_headers` are read as Netlify and Cloudflare Pages do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from coldpress.commands.run import Run
from coldpress.config import load_config
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.freeze.ownership import Ownership
from coldpress.paths import below, is_external, is_link, on_this_host, path_of, relative_name, resolved, url_of
from coldpress.preview.guard import Guard
from coldpress.preview.redirects import headers_of, rules_of
from coldpress.state import STATE


class Hosting:
    """Serves the output folder of a site below the prefix of the base URL that it
    was built for.

    Raises `ColdpressError` where nothing was built yet.
    """

    def __init__(self, run: Run, bind: str = "127.0.0.1", public_url: str | None = None) -> None:
        problems = Problems()
        config, _ = load_config(run.folder, run.folder, run.options, problems)
        if problems.errors:
            raise ColdpressError(*problems)
        self._folder = resolved(run.options.output or run.folder / config.output_dir)
        self._guard = Guard(bind, public_url)
        built_for = Ownership(self._folder, run.folder / STATE, relative_name(self._folder, run.folder)).base_url()
        url = public_url or run.options.base_url or (config.base_url if built_for is None else built_for) or ""
        self._prefix = path_of(urlsplit(url).path).rstrip("/")
        if not (self._folder / "index.html").is_file():
            name = relative_name(self._folder, run.folder)
            raise ColdpressError(Problem("serve.not-built", f"there is no site in `{name}`", None,
                                         f"build it first: `{run.command} build`"))

    @property
    def home(self) -> str:
        """The path of the front page."""
        return on_this_host(f"{url_of(self._prefix)}/")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        if not self._guard.knows(request.headers.get("Host", "")):
            return Response("This host is not served.", 400)(environ, start_response)
        if request.method not in ("GET", "HEAD"):
            return Response("A static host takes no such request.", 405)(environ, start_response)
        try:
            response = self._respond(request)
        except HTTPException as reason:  # a range that the file does not have
            return reason.get_response(environ)(environ, start_response)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if self._prefix and not request.path.startswith(f"{self._prefix}/"):
            return Response("", 302, {"Location": self.home})
        path = request.path.removeprefix(self._prefix)
        response = self._redirected(path, request, forced=True) or self._file(path, request) or self._redirected(
            path, request, forced=False) or self._missing(request)
        for name, value in headers_of(self._lines("_headers"), path):
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _file(self, path: str, request: Request, status: int = 200) -> Response | None:
        """The file at a path; of a folder its index, with the slash it lacks."""
        if path in ("/_redirects", "/_headers") or "//" in path or "\\" in path:
            return None
        try:
            file = below(self._folder, path.lstrip("/"))
            if file.is_dir():
                if not path.endswith("/"):
                    return Response("", 301, {"Location": on_this_host(f"{url_of(self._prefix + path)}/")})
                file /= "index.html"
            if not file.is_file() or not resolved(file).is_relative_to(self._folder):
                return None
            response = send_file(file, request.environ, conditional=status == 200)
        except (OSError, ValueError):
            return None
        response.status_code = status if status != 200 else response.status_code
        return response

    def _missing(self, request: Request) -> Response:
        return self._file("/404.html", request, 404) or Response("There is nothing here.", 404)

    def _redirected(self, path: str, request: Request, *, forced: bool) -> Response | None:
        for rule in rules_of(self._lines("_redirects")):
            target = rule.to(path) if rule.forced == forced else None
            if target is None:
                continue
            if rule.stays:
                return self._file(path_of(target).removeprefix(self._prefix), request, rule.status)
            inside = not is_external(target) and not target.startswith(f"{url_of(self._prefix)}/")
            return Response("", rule.status, {"Location": url_of(self._prefix) + target if inside else target})
        return None

    def _lines(self, name: str) -> list[str]:
        file = self._folder / name
        try:
            text = "" if is_link(file) else file.read_text("utf-8", "replace")
        except OSError:
            return []
        return [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
