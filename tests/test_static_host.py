"""`serve --static` and the preview, asked for what nobody should: no failure, no
way to another host, no file that is hidden."""

from __future__ import annotations

import os
import random
import re
import socket
import threading
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.serving import make_server
from werkzeug.test import EnvironBuilder, run_wsgi_app

from coldpress.build.context import BuildContext
from coldpress.commands.serve import _handler
from coldpress.config.loader import RunOptions
from coldpress.preview.static_host import StaticHost, headers_for, parse_redirects
from coldpress.report import Report

REDIRECTS = """\
/bad  //[x  200
/cr/:name /x?:name 302
/h/:name https://x.org/:name?a=:name 301
/r/* /:splat 302
/s/* :splat
/t/* //:splat
/u/* https://:splat/ 301
/v/* https::splat
/w/* javascript:alert(1)
/up/:a/:a /:a
/code/* /index.html ²
/code/* /index.html 99999999999999999999
/code/* /index.html -200
/code/* /index.html 200!!!
/gone/* /404.html 410
/rw/* /:splat 200
/loop /loop2 301
/loop2 /loop 301
/self /self
/self2/* /self2/:splat 200
/cjk/* /旧/:splat
/known/* //cdn.example/:splat 302
/tabs	/about/	301
lonely
/m/:a-:b/:c /:c/:b/:a
/( /[ 302
"""
HEADERS = """\
/*
  X-Good: yes
  Bad Name: no
  X-Chinese: 旧
  Content-Length: 5
  Transfer-Encoding: chunked
  Location: https://evil.example/
  : nothing
  X-Split: a\x0bSet-Cookie: b
"""
FILES = {"content/index.md": "# H", "content/about.md": "Me.", "content/_redirects": REDIRECTS,
         "content/_headers": HEADERS, "content/d.txt": "0123456789", "content/evil.com/index.md": "Evil."}
PATHS = ["", "a", "/evil.com", "//evil.com", "\\evil.com", "/\\evil.com", "%2F%2Fevil.com", "%5Cevil.com",
         "%2f%5cevil.com", "%0d%0aSet-Cookie:%20a=b", "%0d%0a%0d%0a<script>", "%00", "a%00b", "https://evil.com",
         "https:%2F%2Fevil.com", "http:evil.com", "javascript:alert(1)", "@evil.com", "evil.com:80", "..", "../../..",
         "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5c", "%252e%252e%252f", "%", "%zz", "%ff%fe", "%E4%BD",
         "é".encode().decode("latin-1"), "x" * 300, "x/" * 3000, "?", "?a=//evil.com", "#x", ";evil", "%09//evil.com",
         "%20//evil.com", "[x", "[::1]", "a:a", "*", ":splat", ":name", "%3Asplat", "$&", "\\1", "(?P<x>", "~", "%7F",
         "%C0%AF", "%E2%80%AE"]


@pytest.fixture
def host(make_site):
    site = make_site(FILES, "base_url: https://e.org/sub/\n")
    assert site.build("-q").code == 0
    return site, StaticHost(BuildContext(None, RunOptions(), Report(), site.root))


def ask(app, path, method="GET", **headers):
    """What an app answers to a path as it is sent: status, headers."""
    raw, _, query = path.partition("?")
    environ = EnvironBuilder(method=method, headers={"Host": "localhost", **headers}).get_environ()
    decoded = re.sub(rb"%([0-9a-fA-F]{2})", lambda found: bytes([int(found[1], 16)]), raw.encode("latin-1"))
    environ.update(PATH_INFO=decoded.decode("latin-1"), QUERY_STRING=query, REQUEST_URI=path, RAW_URI=path)
    body, status, given = run_wsgi_app(app, environ, buffered=True)
    b"".join(body)
    return int(status.split()[0]), given


def assert_leads_home(location, allowed=()):
    """As a browser reads it: no control signs, backslashes are slashes."""
    assert not re.search(r"[\x00-\x20\x7f]", location), repr(location)
    seen = urlsplit(urljoin("http://localhost/sub/x", location.replace("\\", "/")))
    assert seen.scheme in ("http", "https")
    assert seen.netloc in ("localhost", *allowed), location


@pytest.mark.property
def test_no_redirect_fails_or_leads_to_a_host_that_nobody_wrote(host):
    _, app = host
    starts = [line.split()[0].rstrip("*") for line in REDIRECTS.splitlines()] + ["/", "//", "/about"]
    allowed = {"/h/:name": ["x.org"], "/known/": ["cdn.example"]}
    asked = 0
    for start in starts:
        for path in PATHS:
            filled = re.sub(":[abcn]\\w*", path.replace("\\", "\\\\"), start) if ":" in start else start + path
            status, headers = ask(app, ("/sub" if asked % 4 else "") + filled)
            asked += 1
            assert status < 500, filled
            assert not re.search(r"[^\x20-\xff]", "".join(headers.values()))
            assert "Set-Cookie" not in headers
            if "Location" in headers:
                assert_leads_home(headers["Location"], allowed.get(start, ()))
    assert asked > 1000


def test_what_the_rules_of_a_host_give(host):
    _, app = host
    for path, status, to in (
            ("/sub/r//evil.com", 302, "/sub/evil.com"), ("/sub/r/a/b", 302, "/sub/a/b"), ("/sub/cr/a%0d%0ab", 302,
            "/sub/x?a%0D%0Ab"), ("/sub/cjk/é".encode().decode("latin-1"), 302, "/sub/%E6%97%A7/%C3%A9"),
            ("/sub/h/a%20b", 301, "https://x.org/a%20b?a=a%20b"), ("/sub/known/x", 302, "//cdn.example/x"),
            ("/sub/loop", 301, "/sub/loop2"), ("/sub/tabs", 301, "/sub/about/"), ("/sub/m/x-:b/z", 302, "/sub/z/:b/x"),
            ("/sub/evil.com", 301, "/sub/evil.com/"), ("/", 302, "/sub/"), ("/sub", 302, "/sub/"),
            ("/about/", 404, None), ("/r//evil.com", 404, None)):
        found, headers = ask(app, path)
        assert (found, headers.get("Location")) == (status, to), path
    for path, status in (("/sub/bad", 404), ("/sub/s/x", 404), ("/sub/t/x", 404), ("/sub/u/x", 404), ("/sub/w/", 404),
                         ("/sub/code/x", 404), ("/sub/rw/about/", 200), ("/sub/rw//etc/passwd", 404),
                         ("/sub/rw/%2e%2e/%2e%2e/config.yaml", 404), ("/sub/gone/x", 410), ("/sub//evil.com", 404),
                         ("/sub/self2/x", 404), ("/sub/_redirects", 404)):
        assert ask(app, path)[0] == status, path
    headers = ask(app, "/sub/about/")[1]
    assert headers["X-Good"] == "yes"
    assert not {"Bad Name", "X-Chinese", "Location", "Transfer-Encoding", "X-Split"} & set(headers.keys())
    assert headers["Content-Length"] != "5"


def test_methods_ranges_and_conditions(host):
    _, app = host
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "FOO", "Ü"):
        assert ask(app, "/sub/about/", method)[0] == 405, method
    for given in ("bytes=0-3", "bytes=99-", "bytes=5-2", "bytes=-0", "bytes=", "bytes=a-b", "lines=0-1",
                  "bytes=0-1,3-4", "bytes=-99999", "bytes=0-" + "9" * 5000, "=" * 100, "bytes=--1", "bytes=0-1" * 50):
        assert ask(app, "/sub/d.txt", Range=given)[0] in (200, 206, 416), given
    assert [ask(app, "/sub/d.txt", Range=given)[0] for given in ("bytes=0-3", "bytes=99-")] == [206, 416]
    for name in ("If-Modified-Since", "If-None-Match", "If-Range", "Cookie", "Accept-Encoding"):
        for value in ("", "x", "\xff" * 50, "Thu, 99 Foo 99999 99:99:99 GMT", '"', "W/"):
            assert ask(app, "/sub/d.txt", Range="bytes=0-1", **{name: value})[0] < 500, (name, value)


def test_rules_and_headers_of_any_text():
    """Random lines: no rule fails, and none that begins with `/` leaves the host."""
    rng = random.Random(12)
    signs = ["/", "//", ":a", ":splat", "*", " ", "\t", "?", "#", "[", "]", "\\", "302", "200", "301!", "é", "\x00",
             "%2f", "https:", "http://", "x", "@", "²", "\x85", "\r"]
    paths = ["/", "/x", "/x//evil.com", "/x/\\evil.com", "//", "/x/x", "/é"]
    matched = 0
    for _ in range(3000):
        line = " ".join("/" + "".join(rng.choices(signs, k=rng.randint(1, 9))) for _ in range(2))
        for rule in parse_redirects([line, f"/x/* /{rng.choice(signs)}:splat 302"]):
            for path in paths:
                to = rule.to(path)
                if to is not None:
                    matched += 1
                    if not rule.target.startswith("//"):  # which names a host
                        assert_leads_home(to)
        assert list(headers_for(["/*", f" {line}: {line}"], "/x")) is not None
    assert matched > 1000


# The preview.

@pytest.mark.property
def test_no_path_makes_the_preview_fail_or_leads_away(browse):
    browser = browse({"content/index.md": "# H", "content/docs/a.md": "A.", "static/x.css": "x"},
                     "base_url: https://e.org/sub/\n")
    for start in ("/", "//", "/docs", "/static/", "/theme/", "/_coldpress/", "/posts/", "/tags/", "/docs/a"):
        for path in PATHS:
            for prefix in ("/sub", ""):
                status, headers = ask(browser.preview, prefix + start + path)
                assert status < 500, start + path
                if "Location" in headers:
                    assert_leads_home(headers["Location"])
    for method in ("PUT", "DELETE", "TRACE", "FOO"):
        assert ask(browser.preview, "/sub/", method)[0] < 500
        assert ask(browser.preview, "/sub/_coldpress/edit", method)[0] in (403, 405)
    for origin in ("http://[x", "null", "", "\xff", "http://localhost:99999999/"):
        assert ask(browser.preview, "/sub/_coldpress/edit", "POST", Origin=origin)[0] == 403


def edit(browser, path, **more):
    return browser.client.post("/_coldpress/edit", headers={"Host": "localhost"}, data={
        "token": browser.preview._guard.token, "path": path, "line": "1", "column": "1", **more})


def test_the_editor_opens_only_files_of_the_site_that_are_not_hidden(browse, monkeypatch, tmp_path):
    monkeypatch.setenv("COLDPRESS_EDITOR", "true")  # not one that writes: it opens a template of the theme itself
    (tmp_path / "outside.md").write_text("x")
    browser = browse({"content/about.md": "Me.", ".env": "SECRET=1", ".git/config": "x", "instance/secret.py": "x",
                      "content/.hidden/x.md": "x", "data/x.yaml": "a: 1", ".coldpress/x": "x",
                      "node_modules/x.js": "x"})
    root = browser.site.root
    if os.name == "posix":
        (root / "content/link.md").symlink_to(root / ".env")
        (root / "content/out.md").symlink_to(tmp_path / "outside.md")
    for path in (".env", ".git/config", "instance/secret.py", "./.env", "content/../.env", "content/.hidden/x.md",
                 ".coldpress/x", "content/link.md", "content/out.md", "../outside.md", str(tmp_path / "outside.md"),
                 "/etc/passwd", "content", "", ".", "x\0y", "x" * 5000, "nothing.md", "theme/../../environment.py",
                 "node_modules/x.js", "content\\about.md"):
        assert edit(browser, path).status_code == 403, path
    for path in ("content/about.md", "config.yaml", "build.py", "data/x.yaml", "theme/base.html"):
        assert edit(browser, path).status_code == 204, path
    for line in ("x", "-1", "9" * 5000, "1e9", ""):
        assert edit(browser, "content/about.md", line=line).status_code == 204, line
    assert edit(browser, "content/about.md", token="é").status_code == 403


def test_a_request_for_the_editor_that_is_too_large_is_refused(browse):
    browser = browse()
    assert edit(browser, "content/about.md", more="x" * 100_000).status_code == 413
    assert edit(browser, "x" * 1_000_000).status_code == 413
    many = browser.client.post("/_coldpress/edit", headers={"Host": "localhost"}, data="&".join(["a=b"] * 50_000),
                               content_type="application/x-www-form-urlencoded")
    assert many.status_code == 413
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "\xff"):
        answer = browser.client.post("/_coldpress/edit", headers={"Host": "localhost"}, data=b"\xff\x00--x\r\n" * 20,
                                     content_type=kind)
        assert answer.status_code in (403, 413), kind


def test_a_thousand_open_pages_are_told_of_a_change_and_let_go(browse):
    browser = browse()
    streams = [iter(browser.client.get(f"/_coldpress/events?tab={number}&render=none", headers={"Host": "localhost"},
                                       buffered=False).response) for number in range(1000)]
    for stream in streams:
        assert next(stream) == b"retry: 300\n\n"
        assert next(stream).startswith(b"event: reload")
    browser.edit({"content/about.md": "Changed."})
    assert len(browser.preview._channel.everyone()) == 1000
    assert all(next(stream).startswith(b"event: reload") for stream in streams)
    for stream in streams[:500]:
        stream.close()
    assert len(browser.preview._channel.everyone()) == 500
    browser.preview.close()
    for stream in streams[500:]:
        assert list(stream) == []
    assert browser.preview._channel.everyone() == []


def test_a_real_server_survives_what_is_no_request(host, capsys):
    _, app = host
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_handler(Report()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    lines = [b"GET //[x HTTP/1.1", b"GET http://[x/ HTTP/1.1", b"GET /\x00\xff HTTP/1.1", b"GET * HTTP/1.1",
             b"GET / HTTP/9.9", b"GET  HTTP/1.1", b"\x16\x03\x01", b"GET /sub/r//evil.com HTTP/1.1",
             b"GET /" + b"x" * 70000 + b" HTTP/1.1", b"POST /sub/ HTTP/1.1\r\nContent-Length: x",
             b"GET /sub/d.txt HTTP/1.1\r\nHost: [x"]
    try:
        for line in lines:
            with socket.create_connection(server.server_address[:2], timeout=10) as asking:
                asking.sendall(line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                asking.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda asking=asking: asking.recv(65536), b""))
            assert b" 500 " not in answer[:40], line
            assert "Traceback" not in capsys.readouterr().err, line
        assert ask(app, "/sub/about/")[0] == 200
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
