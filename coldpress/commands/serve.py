"""`serve`: the preview is the app itself, rendering on request.

Content, templates and config are looked at before a request is answered, so
the next reload shows what was saved.  A mistake is shown in the browser and
never ends the server.
"""

from __future__ import annotations

import socket

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from coldpress.commands.preview import Preview
from coldpress.commands.run import Run
from coldpress.errors import ColdpressError, Problem
from coldpress.report import Report

_TRIES = 100  # ports looked at, from the wanted one on


def serve(run: Run, *, port: int = 8000, bind: str = "127.0.0.1", open_browser: bool = False) -> int:
    """Serve until interrupted; the exit code."""
    preview = Preview(run, bind)
    chosen = free_port(bind, port)
    server = make_server(bind, chosen, preview, threaded=True, request_handler=_handler(run.report))
    host = f"[{bind}]" if ":" in bind else bind
    url = f"http://{host}:{chosen}{preview.home}"
    if chosen != port:
        run.report.line(f"Port {port} is taken.")
    run.report.line(f"Preview: {url}  (Ctrl-C ends it)")
    if open_browser:
        click.launch(url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
    return 0


def free_port(bind: str, port: int) -> int:
    """The first port from `port` on that can be bound."""
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
    """Tells requests to the report, which says them under `-v` only."""

    class Handler(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            report.detail(f"{self.command} {self.path} {int(code)}")

    return Handler
