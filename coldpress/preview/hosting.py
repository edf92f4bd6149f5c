"""The output folder as a static host serves it: to look at the real result.

Folders have their `index.html`, what is not there the site's `404.html`;
`_redirects` and `_headers` are read as Netlify and Cloudflare Pages do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from coldpress.commands.run import Run
from coldpress.config import load_config
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.freeze.ownership import Ownership
from coldpress.paths import BadPath, below, path_of, relative_name, url_of
from coldpress.preview.guard import Guard
from coldpress.state import STATE

_STATUSES = (200, 301, 302, 303, 307, 308, 404, 410)
_NAME = re.compile(r":([A-Za-z]\w*)|\*")


@dataclass(frozen=True)
class Rule:
    """A line of `_redirects`; what a pattern's `:name` and `*` (`:splat`) match
    fills those of the target."""

    pattern: re.Pattern[str]
    target: str
    status: int
    forced: bool

    def to(self, path: str) -> str | None:
        """Where a path leads; None when the rule is not for it."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        target = self.target
        for name, value in sorted(found.groupdict().items(), reverse=True):
            target = target.replace(f":{name}", value)
        return target


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
        self._folder = (run.options.output or run.folder / config.output_dir).resolve()
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
        return f"{url_of(self._prefix)}/"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = Request(environ)
        if not self._guard.knows(request.headers.get("Host", "")):
            return Response("This host is not served.", 400)(environ, start_response)
        if request.method not in ("GET", "HEAD"):
            return Response("A static host takes no such request.", 405)(environ, start_response)
        response = self._respond(request)
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if self._prefix and not request.path.startswith(f"{self._prefix}/"):
            return Response("", 302, {"Location": self.home})
        path = request.path.removeprefix(self._prefix)
        response = self._redirected(path, request, forced=True) or self._file(path, request) or self._redirected(
            path, request, forced=False) or self._missing(request)
        for name, value in self._headers(path):
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _file(self, path: str, request: Request, status: int = 200) -> Response | None:
        """The file at a path; of a folder its index, with the slash it lacks."""
        if path in ("/_redirects", "/_headers"):
            return None
        try:
            file = below(self._folder, path.lstrip("/"))
            if file.is_dir():
                if not path.endswith("/"):
                    return Response("", 301, {"Location": f"{url_of(self._prefix + path)}/"})
                file /= "index.html"
            if not file.is_file() or not file.resolve().is_relative_to(self._folder):
                return None
        except (BadPath, OSError, ValueError):
            return None
        response = send_file(file, request.environ, conditional=status == 200)
        response.status_code = status if status != 200 else response.status_code
        return response

    def _missing(self, request: Request) -> Response:
        return self._file("/404.html", request, 404) or Response("There is nothing here.", 404)

    def _redirected(self, path: str, request: Request, *, forced: bool) -> Response | None:
        for rule in self._rules():
            target = rule.to(path) if rule.forced == forced else None
            if target is None:
                continue
            if rule.status in (200, 404, 410):
                return self._file(path_of(target).removeprefix(self._prefix), request, rule.status)
            inside = target.startswith("/") and not target.startswith(("//", f"{self._prefix}/"))
            return Response("", rule.status, {"Location": self._prefix + target if inside else target})
        return None

    def _rules(self) -> Iterator[Rule]:
        for line in self._lines("_redirects"):
            words = line.split()
            status = words[2] if len(words) > 2 else "302"
            number = status.rstrip("!")
            if len(words) >= 2 and number.isdigit() and int(number) in _STATUSES:
                yield Rule(_pattern(words[0]), words[1], int(number), status.endswith("!"))

    def _headers(self, path: str) -> Iterator[tuple[str, str]]:
        """The headers that `_headers` gives a path: below each pattern, indented, `Name: value`."""
        matches = False
        for line in self._lines("_headers"):
            if not line[0].isspace():
                matches = _pattern(line.strip()).fullmatch(path) is not None
            elif matches and ":" in line:
                name, _, value = line.strip().partition(":")
                yield name.strip(), value.strip()

    def _lines(self, name: str) -> list[str]:
        file = self._folder / name
        text = file.read_text("utf-8", "replace") if file.is_file() else ""
        return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _pattern(text: str) -> re.Pattern[str]:
    """A path with `:name`s and a `*` as an expression."""
    parts, last = [], 0
    for found in _NAME.finditer(text):
        parts.append(re.escape(text[last:found.start()]))
        parts.append(f"(?P<{found[1]}>[^/]+)" if found[1] else "(?P<splat>.*)")
        last = found.end()
    try:
        return re.compile("".join(parts) + re.escape(text[last:]))
    except re.error:  # the same name twice
        return re.compile(re.escape(text))
