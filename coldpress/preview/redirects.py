"""`_redirects` and `_headers` as Netlify and Cloudflare Pages read them.

A line that no host would take is passed over.  What a visitor's path puts into
a target is encoded and never names the host: `/r/* /:splat` leads nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.urls import iri_to_uri

from coldpress.paths import is_external, on_this_host, url_of

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
class Rule:
    """A line of `_redirects`; what a pattern's `:name` and `*` (`:splat`) match
    fills those of the target."""

    pattern: re.Pattern[str]
    target: str
    status: int
    forced: bool

    @property
    def stays(self) -> bool:
        """Whether it is answered by a file, not by a redirect."""
        return self.status in _HERE

    def to(self, path: str) -> str | None:
        """The URL a path leads to; None when the rule is not for it."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values = {name: url_of(value) for name, value in found.groupdict().items()}
        target = _FILLED.sub(lambda name: values.get(name[1], name[0]), self.target)
        return target if is_external(self.target) else on_this_host(target)


def rules_of(lines: Iterable[str]) -> Iterator[Rule]:
    """The rules of a `_redirects`."""
    for line in lines:
        words = line.split()
        status = words[2] if len(words) > 2 else "302"
        number = _STATUSES.get(status.removesuffix("!"))
        if len(words) >= 2 and number is not None and _can_be_target(words[1], stays=number in _HERE):
            yield Rule(_pattern(words[0]), iri_to_uri(words[1]), number, status.endswith("!"))


def headers_of(lines: Iterable[str], path: str) -> Iterator[tuple[str, str]]:
    """The headers that a `_headers` gives a path: below each pattern, indented, `Name: value`."""
    matches = False
    for line in lines:
        if not line[0].isspace():
            matches = _pattern(line.strip()).fullmatch(path) is not None
        elif matches and (found := _HEADER.fullmatch(line.strip())) and found[1].lower() not in _NOT_THEIRS:
            yield found[1], found[2].strip()


def _can_be_target(text: str, *, stays: bool) -> bool:
    """Whether a target is a path, or a whole URL whose host is written out."""
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
    """A path with `:name`s and a `*` as an expression."""
    parts, last = [], 0
    for found in _NAME.finditer(text):
        parts.append(re.escape(text[last:found.start()]))
        parts.append(f"(?P<{found[1]}>[^/]+)" if found[1] else "(?P<splat>.*)")
        last = found.end()
    try:
        return re.compile("".join(parts) + re.escape(text[last:]), re.S)
    except re.error:  # the same name twice
        return re.compile(re.escape(text))
