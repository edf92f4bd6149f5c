"""A site inside somebody's product: both keep what is theirs."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

import pytest

from coldpress.paths import plain_name
from tests.conftest import REPOSITORY

HOST = '''\
from pathlib import Path

import flask

import coldpress

ROOT = Path(__file__).parent


def create_app():
    app = flask.Flask("host_app", root_path=str(ROOT / "host"))
    posts = flask.Blueprint("posts", "host_app", url_prefix="/forum")

    @posts.route("/")
    def index():
        return "forum"

    @app.route("/")
    @coldpress.frozen()
    def home():
        return flask.render_template("base.html", own="yes")

    @app.route("/admin/")
    def admin():
        raise RuntimeError("never frozen")

    @app.route("/shop/<slug>/")
    @coldpress.frozen(lambda: [{"slug": "hat"}])
    def shop(slug):
        return slug

    app.register_error_handler(404, lambda error: ("host's 404", 404))
    app.register_blueprint(posts)
    coldpress.Coldpress(app, ROOT, url_prefix="/blog")
    return app
'''
FILES = {
    "build.py": HOST, "host/templates/base.html": "HOST {{ own }} {{ site is defined }}", "host/static/x.css": "host's",
    "static/x.css": "site's",
    "content/posts/2026-01-02-hello.md": "---\ntags: a\n---\nHi [me](../about.md) ![p](p.svg)",
    "content/posts/p.svg": "p", "content/about.md": "---\naliases: [/was/]\n---\nMe.",
    "templates/page.html": '{% extends "base.html" %}{% block main %}'
                           '<a href="{{ url_for("static", filename="x.css") }}">'
                           '<a href="{{ url_for("home") }}">{{ page.html }}{% endblock %}',
}
CONFIG = "base_url: https://example.org/blog/\nmenu: [{About: about.md}, {Posts: /posts/}]\n"


@pytest.fixture
def mounted(make_site):
    return make_site(FILES, CONFIG)


def test_the_host_keeps_its_routes_templates_and_404(mounted):
    client = mounted.client()
    assert client.get("/").text == "HOST yes False"
    assert client.get("/forum/").text == "forum"
    assert client.get("/nowhere/").text == "host's 404"
    assert client.get("/static/x.css", buffered=True).text == "host's"
    app = mounted.app()
    assert "library" not in app.jinja_env.globals
    assert "iso" not in app.jinja_env.filters
    assert app.jinja_env.trim_blocks is False
    with app.test_request_context("/"):
        assert app.jinja_env.get_template("base.html").render(own=1).startswith("HOST")
        assert app.url_for("static", filename="x.css") == "/static/x.css"


def test_the_site_is_served_below_its_prefix(mounted):
    client = mounted.client()
    page = client.get("/blog/posts/hello/").text
    assert 'href="/blog/about/"' in page
    assert 'src="/blog/posts/p.svg"' in page
    assert '<link rel="canonical" href="https://example.org/blog/posts/hello/">' in page
    assert 'href="/blog/static/x.css' in client.get("/blog/about/").text
    assert client.get("/blog/static/x.css", buffered=True).text == "site's"
    assert client.get("/blog/posts/p.svg", buffered=True).text == "p"
    for path in ("/blog/", "/blog/posts/", "/blog/tags/a/", "/blog/archive/", "/blog/feed.xml", "/blog/sitemap.xml"):
        assert client.get(path).status_code == 200
        assert "HOST" not in client.get(path).text


@pytest.mark.parametrize("path", ["/blog/nowhere/", "/blog/posts/page/7/", "/blog/tags/zzz/", "/blog/x.png"])
def test_below_the_prefix_the_site_s_own_404_answers(mounted, path):
    answer = mounted.client().get(path)
    assert answer.status_code == 404
    assert "Page not found" in answer.text


@pytest.mark.parametrize(("path", "target"), [("/blog", "/blog/"), ("/blog/about", "/blog/about/"),
                                              ("/blog/posts/hello", "/blog/posts/hello/")])
def test_a_missing_slash_is_added_below_the_prefix(mounted, path, target):
    answer = mounted.client().get(path)
    assert answer.status_code == 308
    assert answer.headers["Location"].endswith(target)


def test_frozen_are_the_site_and_the_routes_that_ask_for_it(mounted):
    result = mounted.build()
    assert result.problems == []
    files = {plain_name(file) or file for file in mounted.files()}
    assert {"blog/index.html", "blog/posts/hello/index.html", "blog/posts/p.svg", "blog/theme/theme.css",
            "blog/static/x.css", "blog/was/index.html", "blog/feed.xml", "blog/404.html", "index.html",
            "shop/hat/index.html"} <= files
    assert not [file for file in files if file.startswith(("admin", "forum", "posts", "theme", "tags"))]
    assert mounted.text("index.html") == "HOST yes False"
    assert mounted.text("blog/about/index.html") == mounted.client().get("/blog/about/").text
    assert "https://example.org/blog/posts/hello/" in mounted.text("blog/sitemap.xml")
    assert b"/blog/blog/" not in b"".join(mounted.files().values())
    assert "url=/blog/about/" in mounted.text("blog/was/index.html")


def test_menus_and_links_lead_below_the_prefix(mounted):
    page = mounted.client().get("/blog/posts/hello/").text
    assert page.count('href="/blog/about/"') == 2
    assert 'href="/blog/posts/"' in page


def test_routes_and_pages_agree_when_mounted(mounted):
    app = mounted.app()
    site = app.extensions["coldpress"].site
    with app.test_request_context("/blog/"):
        for page in site.library.all_pages:
            assert app.url_for("coldpress.page", page=page) == page.url == f"/blog{page.path}"


def test_without_a_prefix_the_host_s_own_routes_still_win(make_site):
    site = make_site({**FILES, "build.py": HOST.replace(', url_prefix="/blog"', "")}, "base_url: https://example.org/\n")
    client = site.client()
    assert client.get("/").text == "HOST yes False"
    assert "Hi " in client.get("/posts/hello/").text


def test_init_app_mounts_later(make_site):
    site = make_site({**FILES, "build.py": HOST.replace(
        'coldpress.Coldpress(app, ROOT, url_prefix="/blog")',
        'site = coldpress.Coldpress(root=ROOT, url_prefix="/blog")\n    site.init_app(app)')}, CONFIG)
    assert "Hi " in site.client().get("/blog/posts/hello/").text


def test_a_second_site_in_one_app_is_refused_in_words(make_site):
    line = 'coldpress.Coldpress(app, ROOT, url_prefix="/blog")'
    site = make_site({**FILES, "build.py": HOST.replace(line, f"{line}\n    {line}")}, CONFIG)
    result = site.run("build")
    assert result.code == 1
    assert "this app has a site `coldpress` already" in result.err


def test_a_base_url_that_does_not_end_with_the_prefix_is_an_error(make_site):
    result = make_site(FILES, "title: T\nbase_url: https://example.org/\n").build()
    assert result.places() == [("config.base-url-prefix", "config.yaml", 2)]
    assert result.problems[0]["hint"] == "write `https://example.org/blog/`"


SHOP = '''\
import flask

import coldpress


def create_app():
    app = flask.Flask("shop_app", root_path=__file__.rpartition("/")[0])
    shop = flask.Blueprint("shop", "shop_app", url_prefix="/shop")

    @shop.get("/<slug>/")
    def book(slug):
        return slug

    @shop.get("/<int:year>/<kind>/<float:price>")
    def priced(year, kind, price):
        return kind

    @shop.post("/order/now/")
    def order():
        return "x"

    @app.get("/")
    def home():
        return "x"

    @app.get("/prices/")
    def prices():
        return "x"

    @app.get("/<path:anything>")
    def anything(anything):
        return anything

    app.register_blueprint(shop)
    coldpress.Coldpress(app, "blog", url_prefix="/blog")
    return app
'''
LINKS = {  # as written: what the hint says to write
    "/shop/sicp/": "endpoint:shop.book?slug=sicp", "/shop/sicp": "endpoint:shop.book?slug=sicp",
    "/prices/": "endpoint:prices", "/prices/?year=2026#top": "endpoint:prices?year=2026#top",
    "/shop/sicp/?year=2026#prices": "endpoint:shop.book?slug=sicp&year=2026#prices",
    "/shop/b%C3%BCcher%20%26%20co/": "endpoint:shop.book?slug=b%C3%BCcher%20%26%20co",
    "/shop/2026/hats/1.5": "endpoint:shop.priced?year=2026&kind=hats&price=1.5",
    "/shop/order/now/": None, "/anything/at/all/": None, "/static/x.css": None, "/blog/about/": None, "/nothing": None}


def test_the_hint_for_a_link_to_the_host_says_how_to_write_it(make_site):
    body = "\n\n".join(f"[x]({target})" for target in LINKS)
    site = make_site({"build.py": SHOP, "blog/config.yaml": CONFIG, "blog/content/about.md": body,
                      "static/x.css": "x"}).edit({"config.yaml": None})
    result = site.build()
    told = {problem["message"]: problem["hint"] for problem in result.problems if problem["code"] == "link.broken-link"}
    assert len(told) == len(LINKS)
    for target, written in LINKS.items():
        hint = told[f"nothing is at `{target}`"]
        assert (f"`{written}`" in (hint or "")) if written else "endpoint:" not in (hint or ""), (target, hint)
    good = [written for written in LINKS.values() if written]
    site.edit({"blog/content/about.md": "\n\n".join(f"[x]({written})" for written in good)})
    assert "link.broken-link" not in site.build().codes
    page = site.files("blog/site")["blog/about/index.html"].decode()
    for target, written in LINKS.items():
        if written:
            path = target if "?" in target or target.endswith(("/", "1.5")) else f"{target}/"
            assert f'href="{unquote(path)}"' in unquote(html.unescape(page)), target


def test_the_documented_links_to_the_host_hold(make_site):
    docs = (REPOSITORY / "content/docs/routes.md").read_text("utf-8")
    example = re.search(r"### Link to pages of your app.*?```md\n(.*?)```", docs, re.S)
    site = make_site({"build.py": SHOP, "blog/config.yaml": CONFIG, "blog/content/about.md": example[1]})
    site.edit({"config.yaml": None})
    assert "link.broken-link" not in site.build().codes
    page = site.files("blog/site")["blog/about/index.html"].decode()
    assert re.findall(r'<a href="([^"]*)">(?:the book|its prices|prices)', page) == [
        "/shop/sicp/", "/shop/sicp/?year=2026#prices", "/prices/"]


NAMED_AS_OURS = """\
import flask

import coldpress


def create_app():
    app = flask.Flask("an_app", root_path=__file__.rpartition("/")[0])

    @app.get("/")
    def home():
        return "x"

    @app.get("/all/<int:year>/")
    def posts(year):
        return "x"

    @app.get("/stock/<shelf>/<place>/")
    def stock(shelf, place):
        return "x"

    coldpress.Coldpress(app, "blog", url_prefix="/blog")
    return app
"""


def test_a_view_of_the_app_that_is_called_as_one_of_ours_has_a_name(make_site):
    site = make_site({"build.py": NAMED_AS_OURS, "blog/config.yaml": CONFIG, "blog/content/about.md": (
        "[1](endpoint:home) [2](endpoint:app:home#x) [3](endpoint:app:posts?year=2026) [4](/all/2026/)"),
        "blog/templates/page.html": '{% extends "base.html" %}{% block main %}'
                                    '<i>{{ url_for("app:home") }} {{ url_for("home") }}</i>'
                                    '{{ page.html }}{% endblock %}',
        }).edit({"config.yaml": None})
    result = site.build()
    assert [problem["hint"] for problem in result.problems if problem["code"] == "link.broken-link"] == [
        "for the app's own page write `endpoint:app:posts?year=2026`"]
    page = site.files("blog/site")["blog/about/index.html"].decode()
    assert re.findall(r'<a href="([^"]*)">\d', page)[:3] == ["/blog/", "/#x", "/all/2026/"]
    assert "<i>/ /blog/</i>" in page


def test_an_endpoint_without_its_values_is_told_which_it_takes(make_site):
    links = {"endpoint:stock": ("no URL with these values", "`endpoint:stock?place=…&shelf=…`"),
             "endpoint:stock?shelf=a": ("no URL with these values", "`endpoint:stock?place=…&shelf=…`"),
             "endpoint:app:posts#top": ("no URL with these values", "`endpoint:app:posts?year=…`"),
             "endpoint:stok": ("there is no endpoint", "did you mean `stock`?")}
    site = make_site({"build.py": NAMED_AS_OURS, "blog/config.yaml": CONFIG, "blog/content/about.md": "\n\n".join(
        f"[x]({target})" for target in links)}).edit({"config.yaml": None})
    told = [problem for problem in site.build().problems if problem["code"] == "link.broken-link"]
    assert len(told) == len(links)
    for problem, (said, hint) in zip(told, links.values(), strict=True):
        assert said in problem["message"] and hint in problem["hint"]


def test_a_link_to_a_page_that_the_app_does_not_have_is_told_by_its_file(make_site):
    app = NAMED_AS_OURS.replace('    @app.get("/all', """    @app.get("/books/<slug>/")
    @coldpress.frozen(lambda: [{"slug": "sicp"}])
    def book(slug):
        return slug if slug == "sicp" else flask.abort(404)

    @app.get("/all""")
    site = make_site({"build.py": app, "blog/config.yaml": CONFIG, "blog/content/posts/2026-01-02-a.md": "One.",
                      "blog/content/posts/2026-01-01-z.md": "[x](endpoint:book?slug=sicp) [y](endpoint:book?slug=nope)",
                      }).edit({"config.yaml": None})
    problem, = (problem for problem in site.build().problems if problem["code"] == "route.status")
    assert problem["message"].startswith("`/books/nope/` answers 404")
    assert problem["place"]["path"] == "blog/content/posts/2026-01-01-z.md"
