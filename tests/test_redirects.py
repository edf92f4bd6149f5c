"""Redirects of the config: as pages of the build, and as answers of the app, mounted too."""

from __future__ import annotations

import flask
import pytest

import coldpress
from coldpress.config.redirects import PathPattern, as_redirects
from coldpress.content.redirects import all_redirects, redirect_at

BUILD = """\
import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.get("/own/here/")
    def own():
        return "mine"

    @app.get("/user/<name>/")
    @coldpress.frozen(lambda: [{"name": "ann"}])
    def user(name):
        return name if name == "ann" else ("nobody", 404)

    return app
"""
CONFIG = """\
base_url: https://example.org/
redirects:
  /old/: /new/a/
  /plain: {to: "/new/a/?x=1#top", status: 302}
  /page.html: /new/a/
  /caf\u00e9/: /new/\u4e2d\u6587/
  /away/: https://elsewhere.example/x/
  /gone/: {status: 410}
  /blog/<year>/<slug>.html: /new/<slug>/
  /was/<path:rest>: /new/<path:rest>
  /go/<path:rest>: https://elsewhere.example/<path:rest>
  /own/<path:rest>: /new/<path:rest>
  /new/<path:rest>: {to: /newer/<path:rest>, status: 307}
  /x/<path:rest>: /<path:rest>
"""
FILES = {"build.py": BUILD, "content/new/a.md": "---\naliases: [/alias/]\n---\n# A",
         "content/new/\u4e2d\u6587.md": "# Z",
         "content/was/kept.md": "# Kept", "content/new/pic.png": "p", "content/newer/_index.md": "# Newer"}
ANSWERS = {
    "/old/": (301, "/new/a/"), "/plain/": (302, "/new/a/?x=1#top"), "/page.html": (301, "/new/a/"),
    "/caf%C3%A9/": (301, "/new/%E4%B8%AD%E6%96%87/"), "/away/": (301, "https://elsewhere.example/x/"),
    "/gone/": (410, None), "/blog/2024/a.html": (301, "/new/a/"), "/was/a/": (301, "/new/a/"),
    "/was/pic.png": (301, "/new/pic.png"), "/was/a%20b/%E4%B8%AD": (301, "/new/a%20b/%E4%B8%AD"),
    "/was/": (301, "/new/"),
    "/was/kept/": (200, None), "/go/a/b": (301, "https://elsewhere.example/a/b"), "/own/here/": (200, None),
    "/own/x": (301, "/new/x"), "/new/b/": (307, "/newer/b/"), "/new/a/": (200, None), "/alias/": (301, "/new/a/"),
    "/nothing/": (404, None), "/user/ann/": (200, None), "/old": (301, "/new/a/"),
    "/x/%2F%2Fevil.example/": (301, "/evil.example/"),
    "/x//evil.example/": (301, "/evil.example/"), "/was/a%0D%0Ab": (301, "/new/a%0D%0Ab")}


def test_the_app_redirects_where_it_has_nothing_else(make_site):
    site = make_site(FILES, CONFIG)
    client = site.client()
    for path, (status, target) in ANSWERS.items():
        answer = client.get(path)
        assert (path, answer.status_code, answer.headers.get("Location")) == (path, status, target)
    assert "mine" in client.get("/own/here/").text
    assert "Page not found" in client.get("/gone/").text


def test_redirects_are_pages_of_the_build(make_site):
    site = make_site(FILES, CONFIG)
    result = site.build()
    assert (result.code, result.problems) == (0, [])
    files = site.files()
    for file, target in {"old": "/new/a/", "plain": "/new/a/?x=1#top", "caf\u00e9": "/new/%E4%B8%AD%E6%96%87/",
                         "away": "https://elsewhere.example/x/", "was/a": "/new/a/",
                         "was/\u4e2d\u6587": "/new/%E4%B8%AD%E6%96%87/", "x/new/a": "/new/a/"}.items():
        assert f'content="0; url={target}"' in files[f"{file}/index.html"].decode(), file
    assert "url=/new/a/" in files["page.html"].decode()
    assert "Kept" in files["was/kept/index.html"].decode()
    assert not [name for name in files if name.startswith(("gone", "blog", "go/", "was/pic"))]
    assert "a" in site.files()["user/ann/index.html"].decode()


def test_a_changed_redirect_renders_its_page_alone(make_site):
    site = make_site({"content/a.md": "# A", "content/b.md": "# B"},
                     "base_url: https://e.org/\nredirects: {/old/: /a/}\n")
    assert "url=/a/" in (site.build() and site.text("old/index.html"))
    result = site.edit({"config.yaml": "base_url: https://e.org/\nredirects: {/old/: /b/}\n"}).rebuild()
    assert result.rendered == {"/old/"}
    assert "url=/b/" in site.text("old/index.html")
    site.edit({"content/old.md": "# Old"}).rebuild()
    assert "<h1" in site.text("old/index.html")
    assert [problem["message"] for problem in site.rebuild().problems] == [
        "the redirect `/old/` is the URL of `content/old.md`, which wins"]
    site.edit({"config.yaml": "base_url: https://e.org/\n", "content/old.md": None}).rebuild()
    assert "old/index.html" not in site.files()


def test_a_mounted_site_redirects_below_its_prefix(make_site):
    site = make_site({"content/a.md": "# A"}, "redirects: {/old/<path:rest>: /<path:rest>, /alone/: /a/}\n")
    app = flask.Flask("host", root_path=str(site.root))
    app.get("/old/a/")(lambda: "the host's")
    coldpress.Coldpress(app, site.root, url_prefix="/blog")
    client = app.test_client()
    assert client.get("/blog/old/a/").headers["Location"] == "/blog/a/"
    assert client.get("/blog/alone/", base_url="http://localhost/sub").headers["Location"] == "/sub/blog/a/"
    assert client.get("/old/a/").text == "the host's"
    assert client.get("/alone/").status_code == 404


def test_under_a_sub_path_and_with_relative_links(make_site):
    config = "base_url: https://e.org/sub/\nlinks: relative\nredirects: {/old/deep/: /a/}\n"
    site = make_site({"content/a.md": "# A"}, config)
    assert site.build().code == 0
    assert 'content="0; url=../../a/index.html"' in site.text("old/deep/index.html")
    assert site.client().get("/old/deep/", base_url="https://e.org/sub/").headers["Location"] == "/sub/a/"


@pytest.mark.parametrize(("lines", "code", "line"), [
    ("  /a/: /b/\n  /b/: /a/\n", "redirect.loop", 2),
    ("  /a/<path:rest>: /a/b/<path:rest>\n", "redirect.loop", 2),
    ("  /a/: /nothing/\n", "redirect.broken", 2),
    ("  /a/: /b/\n  /x/: /y/\n  /page/: /x.html\n", "redirect.broken", 2),
    ("  /page/: /\n", "url.clash", 2),
    ("  a: /b/\n", "config.value", 2),
    ("  /a?b: /b/\n", "config.value", 2),
    ("  /a/: b\n", "config.value", 2),
    ("  /a/: //b.example/\n", "config.value", 2),
    ("  /a/: javascript:alert(1)\n", "config.value", 2),
    ("  /a/<path:r>: https://x.example<path:r>\n", "config.value", 2),
    ("  /a/: {to: /b/, statsu: 302}\n", "config.value", 2),
    ("  /a/: {to: /b/, status: 200}\n", "config.value", 2),
    ("  /a/: {to: /b/, status: 410}\n", "config.value", 2),
    ("  /a/<int:n>: /b/\n", "config.value", 2),
    ("  /a/<path:r>/x: /b/\n", "config.value", 2),
    ("  /a/<b><c>: /b/\n", "config.value", 2),
    ("  /a/<b>/<b>: /b/\n", "config.value", 2),
    ("  /a/<b: /b/\n", "config.value", 2),
    ("  /a/<b>: /<c>/\n", "config.value", 2),
    ("  /:year/:slug.html: /page/\n", "config.value", 2),
    ("  /old.pdf: /page/\ndeploy: {host: github-pages}\n", "redirect.type", 2),
    ("  /a%0Ab/: /b/\n", "config.value", 2),
    ("  /a: /page/\n  /a/: /\n", "config.value", 3),
])
def test_what_cannot_be_is_told_at_its_line(make_site, lines, code, line):
    site = make_site({"content/page.md": "# P", "content/index.md": "# Home"}, f"redirects:\n{lines}")
    found = [place for place in site.build("--strict", "--base-url", "https://e.org/").places() if place[0] == code]
    assert found[0] == (code, "config.yaml", line)


def test_all_redirects_of_a_site_come_from_one_place(make_site):
    site = make_site({"content/a.md": "---\naliases: [/first/, /both/]\n---\nA."},
                     "redirects: {/both/: /, /second/: https://e.org/, /gone/: {status: 410}}\n")
    found = all_redirects(site.app().extensions["coldpress"].site.library)
    assert [(each.path, each.to, each.status, each.page) for each in found] == [
        ("/first/", "/a/", 301, "a.md"), ("/both/", "/a/", 301, "a.md"), ("/second/", "https://e.org/", 301, None),
        ("/gone/", None, 410, None)]


def test_an_old_path_of_a_feed_has_the_feed(make_site):
    config = ("base_url: https://e.org/\ndeploy: {host: github-pages}\n"
              "redirects: {/atom.xml: {to: /feed.xml, status: 302}}\n")
    site = make_site({"content/posts/2026-01-01-a.md": "One."}, config)
    assert site.build("--strict").problems == []
    assert site.text("atom.xml") == site.text("feed.xml")
    answer = site.client().get("/atom.xml")
    assert (answer.status_code, answer.headers["Location"], answer.mimetype) == (302, "/feed.xml", "application/xml")
    site.edit({"content/posts/2026-01-02-b.md": "Two."}).rebuild()
    assert "Two." in site.text("atom.xml") and site.text("atom.xml") == site.text("feed.xml")


def test_a_circle_is_told_once(make_site):
    site = make_site({"content/a.md": "# A"}, "base_url: https://e.org/\nredirects:\n  /x/: /y/\n  /y/: /x/\n")
    assert site.build().places() == [("redirect.loop", "config.yaml", 3)]


def test_an_old_path_that_no_file_can_have_needs_a_host(make_site):
    config = "base_url: https://e.org/\nredirects:\n  /a:b/: /a/\n"
    site = make_site({"content/a.md": "# A"}, config)
    assert site.build().places() == [("url.bad", "config.yaml", 3)]
    assert site.client().get("/a:b/").headers["Location"] == "/a/"
    assert site.edit({"config.yaml": f"{config}deploy: {{host: netlify}}\n"}).rebuild().problems == []
    assert "/a%3Ab/ /a/ 301!\n" in site.text("_redirects")


def test_a_link_to_a_redirect_is_not_broken(make_site):
    site = make_site({"content/a.md": "[one](/old/) [two](/go/x/) [three](/went/nowhere/)"},
                     "base_url: https://e.org/\nredirects:\n  /old/: /a/\n  /go/<path:rest>: https://x.example/<path:rest>\n")
    assert [problem["message"].count("/went/nowhere/") for problem in site.build().problems] == [1]


def test_a_link_to_a_pattern_is_good_where_the_host_answers_it(make_site):
    config = ("base_url: https://e.org/\ndeploy: {host: HOST}\nredirects:\n  /<year>/<slug>.html: /p/<slug>/\n"
              "  /poll/: {status: 410}\n")
    text = "---\ndescription: D\n---\n[old](/2019/a.html)\n[none](/2019/none.html)\n[poll](/poll/)\n"
    site = make_site({"content/p/a.md": text}, config.replace("HOST", "nginx"))
    result = site.run("check", "--json")
    assert [(each["place"]["line"], each["message"]) for each in result.problems if "link" in each["code"]] == [
        (5, "nothing is at `/2019/none.html`"), (6, "`/poll/` is marked as gone")]
    result = site.edit({"config.yaml": config.replace("HOST", "github-pages")}).rebuild()
    assert [(each["place"]["line"], each["hint"]) for each in result.problems if "link" in each["code"]] == [
        (4, "the redirect `/<year>/<slug>.html` does not work on github-pages; write `/p/a/`"), (5, None),
        (6, "link to something else, or take it out")]


@pytest.mark.parametrize(("pattern", "path", "values"), [
    ("/a/<x>/", "/a/b/", {"x": "b"}), ("/a/<x>/", "/a/b", {"x": "b"}), ("/a/<x>/", "/a/b/c/", None),
    ("/a/<x>.html", "/a/b.html", {"x": "b"}), ("/a/<x>.html", "/a/b.html/", None), ("/<path:x>", "/", {"x": ""}),
    ("/<y>/<m>/<path:x>", "/1/2/3/4/", {"y": "1", "m": "2", "x": "3/4/"}), ("/a.b/<x>", "/aXb/c", None),
    ("/a/<x>-<y>/", "/a/1-2/", {"x": "1", "y": "2"}), ("/a/", "/a", {}), ("/", "/", {})])
def test_what_a_pattern_stands_for(pattern, path, values):
    assert PathPattern(pattern).match(path) == values
    if values:
        assert PathPattern(PathPattern(pattern).fill(values)).match(path) == {}


def test_a_path_itself_goes_before_a_pattern_and_the_first_pattern_before_the_next():
    rules = as_redirects({"/a/<path:x>": "/1/", "/a/b/<path:x>": "/2/", "/a/b/": "/3/"})
    assert [redirect_at(rules, path).to for path in ("/a/x", "/a/b/x", "/a/b/")] == ["/1/", "/1/", "/3/"]
