"""`serve`: serves the site on this machine, as a preview of its sources or as it was built.

The preview is the site's own app, which renders on request.  A saved file is loaded
at once; an error is shown in the browser and never ends the server.

Global state: the preview sets `sys.dont_write_bytecode`.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from coldpress.build.context import BuildContext
from coldpress.errors import ColdpressError, Problem, UsageError
from coldpress.extras import pip_install
from coldpress.preview.server import OWN, Preview
from coldpress.preview.static_host import StaticHost
from coldpress.preview.watcher import Watcher
from coldpress.report import Report

_TRIES = 100  # ports looked at, from the wanted one on
_HERE = "127.0.0.1"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(context: BuildContext, *, port: int = 8000, bind: str = "127.0.0.1", public_url: str | None = None,
          open_browser: bool = False, navigate: bool = False, poll: bool = False, debug: bool = False,
          static: bool = False) -> int:
    """Serves until interrupted, and returns the exit code."""
    if debug and bind not in _LOOPBACK:
        raise UsageError(Problem("serve.debug", f"a debugger that others can reach on {bind} runs their code here",
                                 hint="leave out `--debug` or `--bind`"))
    chosen = free_port(bind, port)
    if chosen != port:
        context.report.line(f"Port {port} is taken.")
    host = _HERE if bind == "0.0.0.0" else "[::1]" if bind == "::" else f"[{bind}]" if ":" in bind else bind
    if static:
        static_host = StaticHost(context, bind, public_url)
        url = public_url or f"http://{host}:{chosen}{static_host.home}"
        return _serve_app(context.report, static_host, bind, chosen, url,
                          "Static site", open_browser, lambda: None)
    sys.dont_write_bytecode = True  # bytecode does not see a second edit within one second
    preview = Preview(context, bind, public_url=public_url, navigate=navigate, debug=debug)
    watcher = Watcher(preview.watched, preview.take, preview.scanner, poll=poll)
    if watcher.is_polling and not poll:
        context.report.detail(
            f"Files are looked at all the time; with {pip_install('preview')} the system tells.")
    watcher.start()
    try:
        return _serve_app(context.report, preview, bind, chosen, public_url or f"http://{host}:{chosen}{preview.home}",
                    "Preview", open_browser, preview.tell_left_out)
    finally:
        watcher.stop()
        preview.close()


def _serve_app(report: Report, app: Any, bind: str, port: int, url: str, name: str, open_browser: bool,
         say_more: Callable[[], None]) -> int:
    server = make_server(bind, port, app, threaded=True, request_handler=_handler(report))
    report.line(f"{name}: {url}  (Ctrl-C ends it)")
    if bind == "0.0.0.0" and (address := _own_address()):
        report.line(f"On your network: {url.replace(_HERE, address)}")
    say_more()
    if open_browser:
        click.launch(url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def _own_address() -> str | None:
    """Returns the address of this machine in its network, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address of documentation (RFC 5737); nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return None


def free_port(bind: str, port: int) -> int:
    """Returns the first free port, from `port` on."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    for candidate in range(port, min(port + _TRIES, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bind, candidate))
                return candidate
            except OSError:
                continue
    raise ColdpressError(Problem("serve.port", f"no port from {port} on is free on {bind}"))


def _handler(report: Report) -> type[WSGIRequestHandler]:
    """Returns a request handler that logs to the report, which prints requests with `-v` only."""

    class Handler(WSGIRequestHandler):
        path = ""  # of what is no request, which is logged too

        def parse_request(self) -> bool:
            if not super().parse_request():
                return False
            try:
                urlsplit(self.path)  # as Werkzeug will
            except ValueError:
                self.send_error(400)
                return False
            return True

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            if f"/{OWN}" not in self.path:
                report.detail(f"{self.command} {self.path} {int(code)}")

        def log(self, type: str, message: str, *args: Any) -> None:
            report.detail(message % args if args else message)

    return Handler
