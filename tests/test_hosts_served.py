"""Sites as nginx and Caddy serve them, with what a build wrote for them: every URL, redirect and header."""

from __future__ import annotations

import gzip
import os
from urllib.parse import quote, unquote

import pytest
from servers import CADDY, NGINX, served_by

pytestmark = pytest.mark.skipif(not (NGINX and CADDY) and not os.environ.get("CI"),
                                reason="nginx and Caddy are not installed")
BUILD = """\
import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    app.get("/own/")(lambda: "<p>mine" * 400)
    return app
"""
CONFIG = """\
csp: theme
redirects:
  /old/: /new/a/
  /plain: {to: "/new/a/?x=1#top", status: 302}
  /page.html: {to: /new/a/, status: 308}
  /b\u00e9%20%C3%BC/: /new/\u4e2d\u6587/
  /dollar/: "/new/a/?$x={y}"
  /away/: {to: https://elsewhere.example/x/, status: 307}
  /gone/: {status: 410}
  /blog/<year>/<slug>.html: /new/<slug>/
  /<year>/<month>/<slug>.html: /new/<slug>/
  /was/<path:rest>: {to: /new/<path:rest>, status: 302}
  /free/<path:rest>: {to: /new/<path:rest>, status: 302}
  /\u5e74/<path:rest>: {to: /new/<path:rest>, status: 303}
  /go/<path:rest>: https://elsewhere.example/in/<path:rest>?from=us
  /x/<path:rest>: /<path:rest>
headers:
  "/*": {X-Frame-Options: DENY}
  "/new/*": {X-Frame-Options: SAMEORIGIN, X-Quote: 'a "b" \\ {c}'}
  "/about/": {X-About: "1"}
  "/*.png": {Cache-Control: max-age=60}
deploy: {host: HOST, compress: [gzip]}
"""
ALIASES = ("/alias/", "/a{$A}/", "/b'`;}$host{/", "/{env.HOME} c/")
FILES = {"build.py": BUILD, "content/new/a.md": f"---\naliases: {list(ALIASES)}\n---\n# A",
         "content/new/\u4e2d\u6587.md": "# Z", "content/was/kept.md": "# Kept", "content/new/pic.png": "p",
         "content/about.md": "# About",
         "content/posts/2026-01-01-post.md": "# Post\n\nText.", "content/.well-known/x.txt": "known",
         "content/new/lake.f123456789.png": "hashed", "content/a b.txt": "space"}
REDIRECTED = (
    "/old/", "/old", "/plain/", "/plain", "/page.html", "/b%C3%A9%20%C3%BC/", "/dollar/", "/away/",
    *map(quote, ALIASES),
    "/blog/2024/a.html", "/blog/2024/none.html", "/2024/01/a.html", "/2024/01/none.html", "/was/a/", "/was/pic.png",
    "/was/nothing/x", "/free/a/", "/free/a%20b/%E4%B8%AD", "/free/", "/free/a%3Fb", "/%E5%B9%B4/a/",
    "/%e5%b9%b4/b%20c", "/go/a/b", "/go/a%20b", "/x//evil.example/", "/x/new/a/")
MISSING = ("/nothing/", "/nothing.html", "/new/b/", "/theme/nothing.css", "/.gitignore", "/.coldpress/", "/old/x/",
           "/_headers")
HEADERS = ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy", "Cache-Control",
           "X-About", "X-Quote")


@pytest.mark.parametrize(("host", "prefix"), [("nginx", ""), ("nginx", "/s%C3%BCb"), ("caddy", ""), ("caddy", "/sub")])
def test_the_server_answers_as_the_app_does(make_site, tmp_path, host, prefix):
    config = f"base_url: https://example.org{prefix}/\n" + CONFIG.replace("HOST", host)
    site = make_site(FILES, config)
    tmp_path.chmod(0o755)
    root = site.root / "www"
    result = site.build("--strict", "--output", str(root) + unquote(prefix))
    assert [problem["message"] for problem in result.problems] == []
    assert sorted(path.name for path in (site.root / ".coldpress/host").iterdir()) == [
        "nginx.conf" if host == "nginx" else "Caddyfile"]
    client = site.client()
    app = {path: client.get(path, base_url=f"https://example.org{prefix}/") for path in REDIRECTED}
    pages = [(page["url"], page["file"]) for page in result.data["pages"]]
    with served_by(host, root, next((site.root / ".coldpress/host").iterdir()), tmp_path / host) as get:
        for path, expected in app.items():
            answer = get(prefix + path)
            assert (path, answer.status, answer.headers["Location"].replace(f"{prefix or None}//", f"{prefix}/")) == (
                path, expected.status_code, expected.headers["Location"])
        for url, file in pages:
            answer = get(url)
            kept = (root.joinpath(*filter(None, [unquote(prefix[1:]), file]))).read_bytes()
            leads_on = b'http-equiv="refresh"' in kept
            assert (url, answer.status) == (url, 200) or (300 <= answer.status < 400 and leads_on)
            assert answer.status != 200 or (url, answer.body) == (url, kept)
            if len(kept) >= 1000 and file.endswith((".html", ".xml", ".css")) and not leads_on:
                packed = get(url, Accept_Encoding="gzip")
                assert packed.headers.get("Content-Encoding") == "gzip", url
                assert "accept-encoding" in packed.headers["Vary"].lower()
                assert gzip.decompress(packed.body) == kept
        for path in MISSING:
            answer = get(prefix + path)
            assert (path, answer.status, b"Page not found" in answer.body) == (path, 404, True)
        for path in ("/../config.yaml", "/.%2e/config.yaml", "/%2e%2e/.coldpress/host/nginx.conf"):
            assert b"redirects:" not in get(prefix + path).body, path
            assert b"location" not in get(prefix + path).body, path
        for path in ("/gone/", "/gone"):
            answer = get(prefix + path)
            assert (answer.status, b"Page not found" in answer.body) == (410, True)
        for path in ("/about", "/new/a"):
            assert get(prefix + path).headers["Location"] == f"{prefix}{path}/"
            index = get(f"{prefix}{path}/index.html")
            assert (path, index.status, index.headers.get("Location")) in ((path, 200, None), (path, 308, "./"))
        for path in ("/", "/about/", "/new/a/", "/new/pic.png", "/new/lake.f123456789.png", "/nothing/", "/old/"):
            with client.get(path, base_url=f"https://example.org{prefix}/") as expected:
                wanted = {name: expected.headers[name] for name in HEADERS if name in expected.headers}
            found = get(prefix + path).headers
            assert (path, {name: found[name] for name in HEADERS if name in found}) == (path, wanted)
        assert "X-Evil" not in get(f"{prefix}/free/a%0D%0AX-Evil:%201%0D%0A").headers
        if prefix:
            assert get(prefix).headers["Location"] == f"{prefix}/"
            assert b"mine" not in get("/elsewhere/").body
