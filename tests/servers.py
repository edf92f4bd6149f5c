"""The real nginx and Caddy, over a folder, with a snippet that a build wrote."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
CADDY = shutil.which("caddy")
_NGINX = """\
{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}
http {{
    types {{
        text/html html; text/css css; text/javascript js; application/json json; text/xml xml; text/plain txt;
        image/svg+xml svg; image/png png;
    }}
    access_log off; {temporary}
    server {{ listen 127.0.0.1:{port}; root {root}; include {snippet}; }}
}}
"""
_CADDY = """\
{{
    admin off
    auto_https off
    storage file_system {folder}
}}
http://127.0.0.1:{port} {{
    root * {root}
    import {snippet}
}}
"""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served_by(host: str, root: Path, snippet: Path, folder: Path) -> Iterator[Callable[..., Answer]]:
    """Serves `root` with nginx or Caddy; the config is validated first, by the server's own command."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    if host == "nginx":
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        text = _NGINX.format(
            user="user root;" if hasattr(os, "getuid") and os.getuid() == 0 else "", folder=folder, port=port,
            root=root, snippet=snippet, temporary="".join(f"{name}_temp_path {folder}/{name};" for name in kinds))
        command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        validate = [*command, "-t"]
        (folder / "nginx.conf").write_text(text)
    else:
        text = _CADDY.format(folder=folder, port=port, root=root, snippet=snippet)
        (folder / "Caddyfile").write_text(text)
        adapter = ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
        command, validate = [CADDY, "run", *adapter], [CADDY, "validate", *adapter]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder), "HOME": str(folder)}
    told = subprocess.run(validate, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert "[warn]" not in told.stderr, told.stderr
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    def get(path: str, **headers: str) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())

    try:
        until = time.monotonic() + 60
        while True:
            try:
                get("/")
                break
            except (OSError, http.client.HTTPException):
                assert time.monotonic() < until and server.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
        yield get
    finally:
        server.terminate()
        server.wait()
