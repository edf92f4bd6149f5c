"""The club as it is published: the real gunicorn behind the real nginx, with `deploy/nginx.conf`."""

from __future__ import annotations

import http.client
import http.cookiejar
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(not NGINX and not os.environ.get("CI"), reason="nginx is not installed")


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The club, built and served."""
    root = tmp_path_factory.mktemp("club") / "members"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("site", "instance", ".coldpress", ".venv", "*.pyc"))
    root.parent.chmod(0o755)
    app_port, port = free_port(), free_port()
    environment = {**os.environ, "CLUB_PASSWORD": "lantern", "CLUB_PROXIES": "1", "CLUB_HTTPS": "no"}
    for command in (["-m", "flask", "--app", "build", "member", "ann"], ["build.py", "build", "--strict"]):
        subprocess.run([sys.executable, *command], cwd=root, env=environment, check=True, capture_output=True)
    config = (root / "deploy/nginx.conf").read_text().replace("8001", str(app_port)).replace(
        "listen 8080", f"listen 127.0.0.1:{port}").replace("/srv/club", str(root))
    folder = root / "nginx"
    folder.mkdir()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in kinds)
    user = "user root;" if hasattr(os, "getuid") and os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ types {{ text/html html; text/css css; text/javascript js; }}\n"
        f"access_log off; {temporary}\n{config} }}\n")
    assert NGINX, "nginx is not installed"
    app = subprocess.Popen([sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{app_port}", "--workers", "1",
                            "build:create_app()"], cwd=root, env=environment)
    server = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")])
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/").close()
                break
            except (urllib.error.URLError, http.client.HTTPException, ConnectionError):
                assert time.monotonic() < until, (folder / "error.log").read_text()
                assert app.poll() is None and server.poll() is None
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in (server, app):
            process.terminate()
            process.wait()


def get(url: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of an answer; redirects are not followed."""
    with closing(http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()


def test_frozen_pages_come_from_nginx_alone(url: str) -> None:
    style = re.search(r'href="(/blog/theme/theme\.\w+\.css)"', get(url, "/blog/")[2])
    assert style
    for path in ("/blog/", "/blog/posts/first/", "/blog/feed.xml", style[1]):
        status, headers, _ = get(url, path)
        assert (status, "ETag" in headers, "Set-Cookie" in headers) == (200, True, False), path


def test_what_is_not_frozen_comes_from_the_app(url: str) -> None:
    assert get(url, "/")[:2][0] == 302
    status, headers, text = get(url, "/sign-in/")
    assert (status, "Set-Cookie" in headers) == (200, True)
    assert "csrf_token" in text
    assert get(url, "/members/")[1]["Location"].startswith("/sign-in/")


def test_a_page_that_is_nowhere_is_the_blogs_404(url: str) -> None:
    status, _, text = get(url, "/blog/nothing/")
    assert status == 404
    assert "The club" in text


def test_nothing_but_the_site_is_published(url: str) -> None:
    for path in ("/instance/secret-key", "/blog/../instance/secret-key", "/build.py", "/blog/config.yaml",
                 "/.coldpress/"):
        status, _, text = get(url, path)
        assert status in (400, 404), path
        assert "SECRET" not in text


def test_a_member_signs_in_and_posts_through_nginx(url: str) -> None:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def send(path: str, **fields: str) -> str:
        with opener.open(f"{url}{path}") as answer:
            page = answer.read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token
        data = urllib.parse.urlencode({**fields, "csrf_token": token[1]}).encode()
        with opener.open(f"{url}{path}", data) as answer:
            found: str = answer.read().decode()
        return found

    assert "Hello, ann." in send("/sign-in/", name="ann", password="lantern")
    page = send("/members/post/", title="Written behind nginx", text="Text.")
    assert "<h1>Written behind nginx</h1>" in page


def test_a_large_body_is_refused_by_nginx(url: str) -> None:
    with closing(http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)) as connection:
        connection.request("POST", "/members/post/", headers={"Content-Length": str(10**9)})
        assert connection.getresponse().status == 413


def test_a_client_cannot_say_who_it_is(url: str) -> None:
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}
    assert "evil" not in get(url, "/members/", **lies)[1]["Location"]
