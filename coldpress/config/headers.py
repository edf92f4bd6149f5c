"""The options `headers` and `csp` of `config.yaml`: headers of HTTP for the files of the site."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from coldpress.config.yaml_toml import Params
from coldpress.text import did_you_mean

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_NOT_OURS = frozenset((
    "accept-ranges", "age", "allow", "alt-svc", "connection", "content-encoding", "content-length", "content-range",
    "content-type", "date", "etag", "keep-alive", "last-modified", "location", "server", "set-cookie", "te", "trailer",
    "transfer-encoding", "upgrade"))
"""Headers that a server sets itself."""
DIRECTIVES = (
    "base-uri", "child-src", "connect-src", "default-src", "font-src", "form-action", "frame-ancestors", "frame-src",
    "img-src", "manifest-src", "media-src", "object-src", "script-src", "style-src", "worker-src")
"""The directives of a Content-Security-Policy that take sources."""
_SOURCE = re.compile(r"[^\s;,]+")
NOSNIFF = ("X-Content-Type-Options", "nosniff")
REFERRER = ("Referrer-Policy", "strict-origin-when-cross-origin")
IMMUTABLE = ("Cache-Control", "public, max-age=31536000, immutable")
POLICY = "Content-Security-Policy"


@dataclass(frozen=True)
class HeaderRule:
    """The headers of all paths that a pattern stands for: `*` in it stands for any letters."""

    pattern: str
    headers: tuple[tuple[str, str], ...]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The paths, decoded."""
        return re.compile(".*".join(map(re.escape, self.pattern.split("*"))), re.S)


def as_headers(value: Any) -> tuple[HeaderRule, ...]:
    """Converts the value of `headers:`: patterns of paths, each with `Name: value` lines."""
    if not isinstance(value, dict):
        raise ValueError('patterns of paths are expected here, such as `"/theme/*": {Cache-Control: max-age=3600}`')
    rules = []
    for pattern, given in value.items():
        if not isinstance(pattern, str) or not pattern.startswith("/") or pattern.count("*") > 1 or re.search(
                r"[\s?#<>:\\]", pattern):
            raise ValueError(f"`{pattern}`: a pattern begins with `/` and has at most one `*`", 'such as `"/theme/*"`',
                             pattern)
        if not isinstance(given, dict) or not given:
            raise ValueError(f"`{pattern}`: `Name: value` lines are expected here", None, pattern)
        rules.append(HeaderRule(pattern, tuple(_header(pattern, name, text) for name, text in given.items())))
    return tuple(rules)


def _header(pattern: str, name: Any, value: Any) -> tuple[str, str]:
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise ValueError(f"`{pattern}`: `{name}` is no name of a header", None, pattern, name)
    if name.lower() in _NOT_OURS:
        raise ValueError(f"`{pattern}`: the server sets `{name}` itself", "take it out", pattern, name)
    text = str(value).strip() if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    if not text or not _VALUE.fullmatch(text):
        raise ValueError(f"`{pattern}`: the value of `{name}` is one line of ASCII text", None, pattern, name)
    return name, text


@dataclass(frozen=True, slots=True)
class PolicyOptions:
    """A Content-Security-Policy: `text` is the author's own; without it, that of the theme with `more` sources."""

    text: str | None = None
    more: Mapping[str, tuple[str, ...]] = field(default_factory=Params)


def as_csp(value: Any) -> PolicyOptions | None:
    """Converts the value of `csp:`: `theme`, sources to add to its policy, by directive, or a whole policy."""
    if value in (None, False):
        return None
    if value == "theme":
        return PolicyOptions()
    if isinstance(value, str):
        if not _VALUE.fullmatch(value) or not re.match(r"\s*[a-z]+(?:-[a-z]+)*(?:\s|;|$)", value) or "-" not in value:
            raise ValueError("`theme` is expected here, sources by directive, or a whole policy",
                             did_you_mean(value, ["theme"]) or "such as `theme` or `{img-src: https://img.example.org}`")
        return PolicyOptions(" ".join(value.split()))
    if not isinstance(value, dict):
        raise ValueError("`theme` is expected here, sources by directive, or a whole policy")
    return PolicyOptions(more={str(name): _sources(str(name), sources) for name, sources in value.items()})


def _sources(name: str, value: Any) -> tuple[str, ...]:
    if name not in DIRECTIVES:
        raise ValueError(f"there is no directive `{name}`", did_you_mean(name, DIRECTIVES), name)
    sources: Sequence[Any] = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    if not sources or not all(isinstance(each, str) and _SOURCE.fullmatch(each) for each in sources):
        raise ValueError(f"`{name}` has sources, such as `https://img.example.org`", None, name)
    return tuple(dict.fromkeys(sources))
