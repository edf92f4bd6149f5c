"""One request of HTTP/1.1 of which only the head of the answer is read.

`http.client` was looked at: its timeout counts for each byte, so that a server which sends one byte at a time holds it
for ever; it resolves names by itself, so that an address which was checked is not the one that is asked.
"""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from coldpress import __version__

AGENT = f"Mozilla/5.0 (compatible; Coldpress/{__version__}; link check)"
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5]\d\d)(?: |\r?\n)")
_LONGEST = 65_536  # bytes of the head of an answer
_INFORMATION = 5  # answers such as `103 Early Hints` before the one that counts
_SAFE = "%/:=&?~+!$,;'@()*"


class BadUrlError(ValueError):
    """A URL that cannot be asked: the message says why."""


class BadAnswerError(Exception):
    """An answer that is no HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the headers of an answer, these in lower case; of several with one name, the first."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL asks for: the host as its server knows it, the port, whether it is encrypted, and the path."""

    host: str
    port: int
    is_secure: bool
    path: str

    @property
    def name(self) -> str:
        """The host and, unless it is the usual one, the port, as the header `Host` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"

    @property
    def proxy(self) -> SplitResult | None:
        """The proxy that the environment names for it."""
        found = getproxies().get("https" if self.is_secure else "http")
        if not found or proxy_bypass(self.host):
            return None
        parts = urlsplit(found if "://" in found else f"http://{found}")
        return parts if parts.scheme == "http" and parts.hostname else None


def address_of(url: str) -> Address:
    """Returns what a URL asks for.  Names and passwords in it are left out.  Raises `BadUrlError`."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = parts.hostname or ""
        if not host.isascii():
            host = host.encode("idna").decode()
    except (ValueError, UnicodeError) as reason:
        raise BadUrlError(str(reason)) from None
    if parts.scheme not in ("http", "https"):
        raise BadUrlError(f"`{parts.scheme}` is no scheme of the web")
    if not re.fullmatch(r"[A-Za-z0-9._~-]+|[0-9A-Fa-f:.]+", host):
        raise BadUrlError("it has no valid host")
    path = _quoted(parts.path or "/") + (f"?{_quoted(parts.query)}" if parts.query else "")
    return Address(host, port, parts.scheme == "https", path)


def _quoted(text: str) -> str:
    return quote(re.sub(r"[\ud800-\udfff]", "\ufffd", text), safe=_SAFE)  # as browsers do


async def ask(method: str, wanted: Address, connect_to: str, context: ssl.SSLContext) -> Answer:
    """Sends a request to an address of the host, and returns the head of the answer.  The body is not read, and the
    connection is closed.  The caller sets the time limit.  Raises `OSError`, `ssl.SSLError` or `BadAnswerError`."""
    proxy = wanted.proxy
    if proxy:
        reader, writer = await asyncio.open_connection(proxy.hostname, proxy.port or 80, limit=_LONGEST)
    else:
        reader, writer = await asyncio.open_connection(
            connect_to, wanted.port, limit=_LONGEST, ssl=context if wanted.is_secure else None,
            server_hostname=wanted.host if wanted.is_secure else None)
    try:
        if proxy and wanted.is_secure:
            await _tunnel(reader, writer, wanted, proxy, context)
        path = f"http://{wanted.name}{wanted.path}" if proxy and not wanted.is_secure else wanted.path
        more = _login(proxy) if proxy and not wanted.is_secure else ""
        writer.write((f"{method} {path} HTTP/1.1\r\nHost: {wanted.name}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n"
                      f"Accept-Language: en\r\nAccept-Encoding: identity\r\nConnection: close\r\n{more}\r\n").encode())
        return await _head(reader)
    except ssl.SSLError:  # one of a certificate is a `ValueError` too
        raise
    except (ValueError, asyncio.LimitOverrunError) as reason:
        raise BadAnswerError("its headers are too long") from reason
    finally:
        writer.transport.abort()  # whatever more it sends: nobody waits for it


async def _tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wanted: Address, proxy: SplitResult,
                  context: ssl.SSLContext) -> None:
    """Lets the proxy connect to the host, and begins to encrypt."""
    host = f"[{wanted.host}]" if ":" in wanted.host else wanted.host
    writer.write(f"CONNECT {host}:{wanted.port} HTTP/1.1\r\nHost: {host}:{wanted.port}\r\n{_login(proxy)}\r\n".encode())
    answer = await _head(reader)
    if answer.status != 200:
        raise BadAnswerError(f"the proxy answers {answer.status}")
    await writer.start_tls(context, server_hostname=wanted.host)


def _login(proxy: SplitResult) -> str:
    if not proxy.username:
        return ""
    login = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return f"Proxy-Authorization: Basic {base64.b64encode(login.encode()).decode()}\r\n"


async def _head(reader: asyncio.StreamReader) -> Answer:
    """Reads the head of the first answer that is not only information."""
    for _ in range(_INFORMATION):
        first = await reader.readline()
        if not first:
            raise ConnectionResetError("it ends without an answer")
        found = _STATUS.match(first if first.endswith(b"\n") else first + b"\n")
        if not found:
            raise BadAnswerError("its answer is no HTTP/1")
        headers = await _headers(reader)
        if not found[1].startswith(b"1"):
            return Answer(int(found[1]), headers)
    raise BadAnswerError("it never comes to an answer")


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    while (line := await reader.readline()).strip(b"\r\n"):
        size += len(line)
        if size > _LONGEST:
            raise BadAnswerError("its headers are too long")
        name, _, value = line.decode("latin-1").partition(":")
        with suppress(UnicodeError):  # most send UTF-8, whatever the standard says
            value = value.encode("latin-1").decode()
        headers.setdefault(name.strip().lower(), value.strip())
    return headers
