"""Headers of the config, in the answers of the app, and the Content-Security-Policy of the theme."""

from __future__ import annotations

import flask
import pytest
from werkzeug.test import Client

import coldpress
from coldpress.build.context import BuildContext
from coldpress.config.headers import as_csp
from coldpress.config.loader import RunOptions
from coldpress.hosts.header_rules import headers_at, rules_of
from coldpress.hosts.policy import Policy
from coldpress.preview.server import Preview
from coldpress.report import Report

BUILD = """\
import flask
import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.get("/own/")
    def own():
        return "mine", {"Referrer-Policy": "no-referrer"}

    return app
"""
CONFIG = """\
base_url: https://example.org/
csp: theme
headers:
  "/*": {X-Frame-Options: DENY}
  "/theme/*": {Cache-Control: max-age=60, X-Frame-Options: SAMEORIGIN}
  "/a/": {X-One: 1}
"""
SNIFF = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"}


def asked(client, path, names=("X-Frame-Options", "Cache-Control", "X-One", *SNIFF)):
    with client.get(path) as answer:
        headers = answer.headers
    return {name: headers[name] for name in names if name in headers}


def test_the_app_gives_headers(make_site):
    site = make_site({"build.py": BUILD, "content/a.md": "# A"}, CONFIG)
    client = site.client()
    assert asked(client, "/a/") == {"X-Frame-Options": "DENY", "X-One": "1", **SNIFF}
    assert asked(client, "/own/") == {"X-Frame-Options": "DENY", **SNIFF, "Referrer-Policy": "no-referrer"}
    assert asked(client, "/nothing/") == {"X-Frame-Options": "DENY", **SNIFF}
    assert asked(client, "/theme/favicon.svg", ("X-Frame-Options",)) == {"X-Frame-Options": "SAMEORIGIN"}
    policy = client.get("/a/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; base-uri 'none'; connect-src 'self'; ")


def test_without_the_options_there_is_no_hook(make_site):
    app = make_site({"content/a.md": "# A"}).app()
    assert app.after_request_funcs == {}
    assert asked(app.test_client(), "/a/") == {}


def test_another_app_keeps_its_own_answers(make_site):
    site = make_site({"content/a.md": "# A"}, "headers: {\"/*\": {X-One: 1}}\n")
    app = flask.Flask("host", root_path=str(site.root))
    app.get("/a/")(lambda: "the host's")
    coldpress.Coldpress(app, site.root, url_prefix="/blog")
    client = app.test_client()
    assert asked(client, "/blog/a/") == {"X-One": "1", **SNIFF}
    assert asked(client, "/blog/nothing/") == {"X-One": "1", **SNIFF}
    assert asked(client, "/a/") == asked(client, "/nothing/") == {}


def test_the_later_rule_counts_and_hashed_files_never_change():
    rules = rules_of(None, ())
    for path in ("/theme/theme.a3f9c01b2d.css", "/posts/x/lake-800.a123456789.avif"):
        assert headers_at(rules, path)["cache-control"][1] == "public, max-age=31536000, immutable"
    for path in ("/theme/theme.css", "/a.0123456789.pdf", "/posts/x/lake.avif"):
        assert "cache-control" not in headers_at(rules, path)


@pytest.mark.parametrize(("lines", "line"), [
    ("headers: 3\n", 1), ("headers:\n  theme: {A: b}\n", 2), ("headers:\n  /*/*: {A: b}\n", 2),
    ("headers:\n  /*: []\n", 2), ("headers:\n  /*:\n    Content-Length: 3\n", 3), ("headers:\n  /*:\n    A B: c\n", 3),
    ("headers:\n  /*:\n    A: |\n      one\n      two\n", 3), ("headers:\n  /*:\n    A: \u00e9\n", 3),
    ("csp: themes\n", 1), ("csp:\n  image-src: x\n", 2), ("csp:\n  img-src: 3\n", 2), ("csp:\n  img-src: [a;b]\n", 2)])
def test_what_cannot_be_is_told_at_its_line(make_site, lines, line):
    site = make_site({"content/a.md": "# A"}, lines)
    assert [place for place in site.build().places() if place[0] == "config.value"] == [
        ("config.value", "config.yaml", line)]


def test_two_policies_for_all_files_are_told(make_site):
    rule = "{content-security-policy: default-src *}"
    site = make_site({"content/a.md": "# A"},
                     f"base_url: https://e.org/\ncsp: theme\nheaders:\n  /a/*: {rule}\n  /*: {rule}\n")
    assert site.build().places() == [("csp.rival", "config.yaml", 5)]


def test_a_policy_takes_more_sources():
    assert Policy(as_csp("default-src 'self'")).text == "default-src 'self'"
    policy = Policy(as_csp({"img-src": "https://i.example", "frame-src": ["https://v.example", "https://w.example"],
                            "worker-src": "blob:"}))
    assert "img-src 'self' data: https://i.example;" in policy.text
    assert "frame-src https://v.example https://w.example;" in policy.text
    assert policy.text.endswith("worker-src 'self' blob:")


@pytest.mark.parametrize(("html", "wanted"), [
    ('<img src="https://i.example/a.png">', "img-src https://i.example"),
    ('<img src=//i.example/a.png>', "img-src https://i.example"),
    ('<img srcset="/a.png 1x, https://i.example/b.png 2x">', "img-src https://i.example"),
    ('<iframe src="https://v.example/x"></iframe>', "frame-src https://v.example"),
    ('<video poster="https://i.example/p.png" src="/v.mp4">', "img-src https://i.example"),
    ('<a href="x" data-player="https://v.example/embed/x?a=1&amp;b">', "frame-src https://v.example"),
    ("<script>alert(1)</script>", "script-src 'unsafe-inline'"), ("<style>p {}</style>", "style-src 'unsafe-inline'"),
    ('<script src="https://s.example/x.js">', "script-src https://s.example"),
    ('<link rel="stylesheet" href="https://s.example/x.css">', "style-src https://s.example"),
    ('<img src="/a.png" onclick="x()">', "script-src 'unsafe-inline'"),
    ('<form action="https://f.example/send">', "form-action https://f.example"),
    ('<script type="application/ld+json">{}</script><img src="/a.png"><link rel="canonical" href="https://e.org/">'
     '<a href="https://e.org/">x</a><img src="data:image/png;base64,x"><img src="https://ok.example/a.png">', None)])
def test_what_the_policy_forbids_is_seen(html, wanted):
    found = [" ".join(each) for each in Policy(as_csp({"img-src": "https://ok.example/"})).blocked(html)]
    assert found == ([wanted] if wanted else [])


def test_a_page_that_the_policy_breaks_is_warned_of(make_site):
    files = {"content/a.md": "# A\n\n![p](https://i.example/p.png)",
             "content/b.md": "# B\n\n| a |\n|:-:|\n| b |\n\n$x^2$",
             "content/posts/2026-01-01-c.md": "```python\nx = 1\n```\n\n:::note\nText\n:::"}
    site = make_site(files, CONFIG)
    told = [(problem["code"], problem["message"], problem["hint"]) for problem in site.build().problems]
    assert told == [("csp.blocked", "`/a/` loads from `https://i.example`, which the policy forbids",
                     "write `csp: {img-src: https://i.example}`, or take it out")]
    assert len(site.rebuild().problems) == 1
    site.edit({"config.yaml": CONFIG.replace("csp: theme", "csp: {img-src: https://i.example}")})
    assert (site.rebuild().problems, len(site.rebuild().rendered)) == ([], 0)




def test_the_preview_has_the_headers_and_lets_no_page_be_kept(make_site):
    site = make_site({"content/a.md": "# A"}, CONFIG.replace("X-One: 1", "Cache-Control: max-age=600") + (
        "redirects: {/old/: /a/}\n"))
    client = Client(Preview(BuildContext(None, RunOptions(), Report(quiet=True), site.root)))
    assert asked(client, "/a/") == {"X-Frame-Options": "DENY", "Cache-Control": "no-store", **SNIFF}
    assert client.get("/old/").headers["Location"] == "/a/"
    assert asked(client, "/old/")["Cache-Control"] == "no-store"
