"""Who may ask the preview for what.

A page on the web can make a browser send requests to this machine: by a name
that resolves to it (DNS rebinding), by forms, by images.  So the preview
answers to its own names only, and takes what changes something from its own
pages only.
"""

from __future__ import annotations

import hmac
import socket
from collections.abc import Mapping
from ipaddress import ip_address
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

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
