"""A web server on this machine that misbehaves: what it does depends on the path.  It notes what it was asked."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from contextlib import closing, suppress
from pathlib import Path

# Signed by itself, for `localhost`: for nothing but these tests.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcNa7pD8UWHYwiltu
oCWkg23kpcSDXdjJQbkmE7+XrHmhRANCAAQ0lrkcgUjfgFNYTtf+NOZxMe0TrmCj
U19TZ2UsGdz+bxFr+/IFC67fWvs1OQqnFE20cW1cll+e1vWdaoEf60XT
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIULAnVp2iziiPNrqHUQYLwoX5ajmYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyOTEwNDQxNFoYDzIxMjYxMTA1
MTA0NDE0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ0lrkcgUjfgFNYTtf+NOZxMe0TrmCjU19TZ2UsGdz+bxFr+/IFC67f
Wvs1OQqnFE20cW1cll+e1vWdaoEf60XTo1MwUTAdBgNVHQ4EFgQUCuCIwhp/mR93
QUqmGa+xB2AVgdAwHwYDVR0jBBgwFoAUCuCIwhp/mR93QUqmGa+xB2AVgdAwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiA2JIGB9hv3jHxFNeGvw//o
/ekoDnslD6ZRjXe6PGBBTAIgVm/dsBRNPXhVvNmtkH+t6UD9awena2yv8MIXO9O+
X9o=
-----END CERTIFICATE-----
"""
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
FIXED = {
    "/ok": OK, "/gone": b"HTTP/1.1 404 Not Found\r\n\r\n", "/forbidden": b"HTTP/1.1 403 Forbidden\r\n\r\n",
    "/error": b"HTTP/1.1 500 Oh\r\n\r\n", "/loop": b"HTTP/1.1 302 Found\r\nLocation: /loop2\r\n\r\n",
    "/loop2": b"HTTP/1.1 302 Found\r\nLocation: /loop\r\n\r\n",
    "/cookies": b"HTTP/1.1 302 Found\r\nSet-Cookie: a=b\r\nLocation: /cookies\r\n\r\n",
    "/moved": b"HTTP/1.1 301 Moved\r\nLocation: /moved2\r\n\r\n",
    "/moved2": b"HTTP/1.1 308 Moved\r\nLocation: ok\r\n\r\n",
    "/for-now": b"HTTP/1.1 302 Found\r\nLocation: /moved\r\n\r\n", "/nowhere": b"HTTP/1.1 302 Found\r\n\r\n",
    "/early": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + OK, "/never": b"HTTP/1.1 102 Wait\r\n\r\n" * 50,
    "/file": b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
    "/smtp": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:25/\r\n\r\n",
    "/metadata": b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n\r\n",
    "/inside": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:{port}/ok\r\n\r\n",
    "/number": b"HTTP/1.1 302 Found\r\nLocation: http://2130706433:{port}/ok\r\n\r\n",
    "/split": b"HTTP/1.1 302 Found\r\nLocation: /ok?\x0bEvil: yes\r\n\r\n", "/no-http": b"SSH-2.0-OpenSSH\r\n",
    "/no-url": b"HTTP/1.1 302 Found\r\nLocation: http://[oh/\r\n\r\n", "/silent": b"",
    "/bare": b"HTTP/1.0 200\n\n", "/tired": b"HTTP/1.1 429 No\r\nRetry-After: 9999\r\n\r\n",
    "/always-busy": b"HTTP/1.1 429 No\r\nRetry-After: 0\r\n\r\n"}
ENDLESS = {
    "/dribble": (b"", b"H", 0.01), "/endless-headers": (b"HTTP/1.1 200 OK\r\n", b"x" * 100 + b": y\r\n", 0),
    "/long-header": (b"HTTP/1.1 200 OK\r\n", b"x" * 1000, 0),
    "/huge": (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n", b"x" * 65_536, 0)}
"""How an answer begins, what follows again and again, and the seconds between."""


class MisbehavingServer:
    """Runs in a thread of its own until `close`.  `asked` has the lines of all requests, `most` is how many it had at
    once.  With `folder`, it speaks TLS with a certificate that nobody trusts."""

    def __init__(self, folder: Path | None = None) -> None:
        self.asked: list[str] = []
        self.most = 0
        self._now = 0
        self._context = None
        if folder:
            file = folder / "certificate.pem"
            file.write_text(CERTIFICATE)
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(file)
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self._is_up.wait()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http{'s' if self._context else ''}://{host}:{self.port}{path}"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._loop.set_exception_handler(lambda *_: None)
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        await self._end.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._now += 1
        self.most = max(self.most, self._now)
        with suppress(ConnectionError, asyncio.IncompleteReadError), closing(writer):
            first = await reader.readexactly(1)
            if first == b"\x16":  # somebody speaks TLS: a plain server tells them in plain words
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                await reader.read()
                return
            line = (first + await reader.readline()).decode("latin-1")
            method, path = line.split(" ")[:2] if " " in line else ("", "")
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(f"{method} {path}")
            self.last_head = head.decode("latin-1")
            await self._answer(method, path, reader, writer)
        self._now -= 1

    async def _answer(self, method: str, url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = url.partition("?")[0]
        hangs = ("/hang", "/head-hangs") if method == "HEAD" else ("/hang",)
        resets = ("/reset", "/head-reset") if method == "HEAD" else ("/reset",)
        if path in hangs:
            await reader.read()
        elif path in resets:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()
        elif path in ENDLESS:
            begin, more, seconds = ENDLESS[path]
            writer.write(begin)
            while True:
                writer.write(more)
                await writer.drain()
                await asyncio.sleep(seconds)
        else:
            writer.write(self._fixed(method, path).replace(b"{port}", str(self.port).encode()))
        await writer.drain()

    def _fixed(self, method: str, path: str) -> bytes:
        if path.startswith("/no-head"):
            return OK if method == "GET" else b"HTTP/1.1 405 No\r\n\r\n"
        if path == "/head-lies":
            return OK if method == "GET" else FIXED["/gone"]
        if path == "/busy-once":
            return FIXED["/always-busy"] if self.asked.count(f"{method} {path}") == 1 else OK
        return FIXED.get(path, OK)
