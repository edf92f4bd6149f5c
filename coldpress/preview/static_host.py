"""A static host for the built site: serves files, `_redirects`, `_headers` and `404.html`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri
from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from coldpress.build.context import BuildContext
from coldpress.build.output_folder import OutputManifest
from coldpress.config.loader import load_config
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.paths import STATE, below, is_external, is_link, on_this_host, path_of, relative_name, resolved, url_of
from coldpress.preview.server import RequestGuard

_STATUSES = {str(status): status for status in (200, 301, 302, 303, 307, 308, 404, 410)}
_HERE = (200, 404, 410)  # answered by a file of the site
_NAME = re.compile(r"(?<=/):([A-Za-z]\w*)|\*")  # in a pattern, where one stands for a whole part of a path
_FILLED = re.compile(r":([A-Za-z]\w*)")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([\t\x20-\x7e\xa0-\xff]*)")
_NOT_THEIRS = frozenset((
    "accept-ranges", "age", "allow", "alt-svc", "connection", "content-encoding", "content-length", "content-range",
    "date", "keep-alive", "location", "server", "te", "trailer", "transfer-encoding", "upgrade"))
"""Headers that a host sets itself."""


@dataclass(frozen=True)
class RedirectRule:
    """A line of `_redirects`.  The parts of a path that the pattern's `:name` and `*` (`:splat`) match
    replace the same names in the target."""

    pattern: re.Pattern[str]
    target: str
    status: int
    forced: bool

    @property
    def stays(self) -> bool:
        """Returns whether the rule is answered by a file, not by a redirect."""
        return self.status in _HERE

    def to(self, path: str) -> str | None:
        """Returns the URL that a path leads to; None if the rule does not match."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values = {name: url_of(value) for name, value in found.groupdict().items()}
        target = _FILLED.sub(lambda name: values.get(name[1], name[0]), self.target)
        return target if is_external(self.target) else on_this_host(target)


def parse_redirects(lines: Iterable[str]) -> Iterator[RedirectRule]:
    """Yields the rules of a `_redirects` file."""
    for line in lines:
        words = line.split()
        status = words[2] if len(words) > 2 else "302"
        number = _STATUSES.get(status.removesuffix("!"))
        if len(words) >= 2 and number is not None and _can_be_target(words[1], stays=number in _HERE):
            yield RedirectRule(_pattern(words[0]), iri_to_uri(words[1]), number, status.endswith("!"))


def headers_for(lines: Iterable[str], path: str) -> Iterator[tuple[str, str]]:
    """Yields the headers that a `_headers` file gives a path: below each pattern, indented, `Name: value`."""
    matches = False
    for line in lines:
        if not line[0].isspace():
            matches = _pattern(line.strip()).fullmatch(path) is not None
        elif matches and (found := _HEADER.fullmatch(line.strip())) and found[1].lower() not in _NOT_THEIRS:
            yield found[1], found[2].strip()


def _can_be_target(text: str, *, stays: bool) -> bool:
    """Returns whether a target is a path, or a whole URL whose host is written out."""
    try:
        parts = urlsplit(text)
        iri_to_uri(text)
    except ValueError:
        return False
    if text.startswith("/") and not text.startswith("//"):
        return True
    is_whole = parts.scheme in ("http", "https", "") and bool(parts.netloc)
    return is_whole and not stays and not _FILLED.search(parts.netloc)


def _pattern(text: str) -> re.Pattern[str]:
    """Returns the regular expression for a path with `:name`s and a `*`."""
    parts, last = [], 0
    for found in _NAME.finditer(text):
        parts.append(re.escape(unquote(text[last:found.start()])))
        parts.append(f"(?P<{found[1]}>[^/]+)" if found[1] else "(?P<splat>.*)")
        last = found.end()
    try:
        return re.compile("".join(parts) + re.escape(unquote(text[last:])), re.S)
    except re.error:  # the same name twice
        return re.compile(re.escape(text))


class StaticHost:
    """A WSGI app that serves the output folder of a site below the prefix of the base URL that it
    was built for.

    Raises `ColdpressError` if the site was not built yet.
    """

    def __init__(self, context: BuildContext, bind: str = "127.0.0.1", public_url: str | None = None) -> None:
        problems = Problems()
        config, _ = load_config(context.folder, context.folder, context.options, problems)
        if problems.errors:
            raise ColdpressError(*problems)
        self._folder = resolved(context.options.output or context.folder / config.output_dir)
        self._guard = RequestGuard(bind, public_url)
        name = relative_name(self._folder, context.folder)
        built_for = OutputManifest(self._folder, context.folder / STATE, name).base_url()
        url = public_url or context.options.base_url or (config.base_url if built_for is None else built_for) or ""
        self._prefix = path_of(urlsplit(url).path).rstrip("/")
        if not (self._folder / "index.html").is_file():
            raise ColdpressError(Problem("serve.not-built", f"there is no site in `{name}`", None,
                                         f"build it first: `{context.command} build`"))

    @property
    def home(self) -> str:
        """Returns the path of the home page."""
        return on_this_host(f"{url_of(self._prefix)}/")

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers a request (PEP 3333)."""
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
            # A redirect of every path would hide links without the prefix, which fail on a real host.
            return Response("", 302, {"Location": self.home}) if request.path in (
                "/", self._prefix) else self._missing(request)
        path = request.path.removeprefix(self._prefix)
        response = self._redirected(path, request, forced=True) or self._file(path, request) or self._redirected(
            path, request, forced=False) or self._missing(request)
        for name, value in headers_for(self._lines("_headers"), path):
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _file(self, path: str, request: Request, status: int = 200) -> Response | None:
        """Returns the file at a path; for a folder its index, or a redirect that adds the slash."""
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
        for rule in parse_redirects(self._lines("_redirects")):
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
