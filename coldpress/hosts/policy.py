"""A Content-Security-Policy (CSP level 3): that of the theme, with more sources or without, or the author's own."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from coldpress.config.headers import PolicyOptions
from coldpress.text import lazy_re_compile

OF_THEME: Mapping[str, tuple[str, ...]] = {
    "default-src": ("'none'",), "base-uri": ("'none'",), "connect-src": ("'self'",), "font-src": ("'self'",),
    "form-action": ("'self'",), "frame-ancestors": ("'self'",), "img-src": ("'self'", "data:"),
    "manifest-src": ("'self'",), "media-src": ("'self'",), "script-src": ("'self'",), "style-src": ("'self'",)}
"""What the theme needs: its own files, and the small pictures in its style sheets (`data:`)."""
_TAG = lazy_re_compile(
    r"<(script|img|iframe|video|audio|source|embed|object|link|form|style)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.I)
_ATTRIBUTE = lazy_re_compile(r"([^\s=\"'>/]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_PLAYER = lazy_re_compile(r"\sdata-player=\"([^\"]*)\"")  # of the theme's videos, in a frame when it is pressed
_DIRECTIVES = {"img": "img-src", "iframe": "frame-src", "video": "media-src", "audio": "media-src",
               "embed": "object-src", "object": "object-src", "form": "form-action"}
_URLS = {"form": "action", "object": "data", "link": "href"}
_LINKS = {"stylesheet": "style-src", "icon": "img-src", "manifest": "manifest-src", "preload": "default-src",
          "modulepreload": "script-src"}
_SCRIPTS = ("", "module", "text/javascript", "application/javascript", "importmap", "speculationrules")


class Blocked(NamedTuple):
    """Something in a page that the policy forbids: the directive, and the origin that it would need; `'unsafe-inline'`
    for what stands in the page itself."""

    directive: str
    source: str


class Policy:
    """The policy that options mean."""

    def __init__(self, options: PolicyOptions) -> None:
        self._own = options.text
        self.directives = {**OF_THEME}
        for name, more in options.more.items():
            known = [source for source in self.directives.get(name, ()) if source != "'none'"]
            self.directives[name] = tuple(dict.fromkeys([*(known or self._fallback(name)), *more]))

    def _fallback(self, name: str) -> tuple[str, ...]:
        """Returns the sources that a directive begins with that the theme does not need."""
        return () if name in self.directives or name in ("frame-src", "object-src") else ("'self'",)

    @property
    def text(self) -> str:
        """The value of the header."""
        return self._own or "; ".join(f"{name} {' '.join(sources)}" for name, sources in self.directives.items())

    def blocked(self, page: str) -> Iterator[Blocked]:
        """Yields what a page has and the policy forbids, each once.  Of a policy of the author's own, nothing."""
        if self._own:
            return
        found = [each for tag in _TAG.finditer(page) for each in _wanted(tag[1].lower(), _attributes(tag[2]))]
        players = (_origin(html.unescape(player[1])) for player in _PLAYER.finditer(page))
        found += [Blocked("frame-src", origin) for origin in players if origin]
        yield from dict.fromkeys(each for each in found if not self._allows(each))

    def _allows(self, wanted: Blocked) -> bool:
        sources = self.directives.get(wanted.directive, self.directives["default-src"])
        host = wanted.source.partition("://")[2]
        return any(source in (wanted.source, "*", f"{urlsplit(wanted.source).scheme}:", host)
                   or source.rstrip("/") == wanted.source or source.startswith(f"{wanted.source}/")
                   or ("*." in source and host.endswith(source.partition("*")[2].rstrip("/"))) for source in sources)


def _attributes(text: str) -> dict[str, str]:
    return {found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "")
            for found in _ATTRIBUTE.finditer(text)}


def _wanted(tag: str, attributes: Mapping[str, str]) -> Iterator[Blocked]:
    """Yields what an element loads from elsewhere, or has in itself."""
    if tag == "style":
        yield Blocked("style-src", "'unsafe-inline'")
    if any(name.startswith("on") for name in attributes):
        yield Blocked("script-src", "'unsafe-inline'")
    directive = _DIRECTIVES.get(tag)
    if tag == "script":
        if attributes.get("type", "").lower() not in _SCRIPTS:
            return
        directive = "script-src"
        if "src" not in attributes:
            yield Blocked(directive, "'unsafe-inline'")
    elif tag == "source":
        directive = "img-src" if "srcset" in attributes else "media-src"
    elif tag == "link":
        directive = next((_LINKS[rel] for rel in attributes.get("rel", "").lower().split() if rel in _LINKS), None)
    urls = [attributes.get(_URLS.get(tag, "src"), ""), attributes.get("poster", "")]
    urls += [part.strip().partition(" ")[0] for part in attributes.get("srcset", "").split(", ")]
    for url in urls if directive else ():
        if origin := _origin(url):
            yield Blocked("img-src" if url == attributes.get("poster") else directive or "", origin)


def _origin(url: str) -> str | None:
    """Returns the origin of a URL of another site."""
    try:
        parts = urlsplit(f"https:{url}" if url.startswith("//") else url)
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else None
