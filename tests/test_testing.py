"""The pytest plugin and `coldpress.testing`: tests of a site, run by a pytest of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import coldpress
from coldpress.check.accessibility import accessibility_problems
from coldpress.check.built_site import BuiltSite
from coldpress.check.feeds import feed_problems, feeds_of
from coldpress.check.links import broken_links
from coldpress.commands.init import init
from coldpress.errors import ColdpressError
from coldpress.report import Report
from coldpress.testing import assert_accessible, assert_no_broken_links, assert_valid_feeds, pages
from coldpress.testing.sites import build_site

ROOT = Path(coldpress.__file__).parents[1]
pytest_plugins = ["pytester"]
SITE = {
    "config.yaml": "title: Mine\nbase_url: https://example.org/blog/\n",
    "content/posts/2026-01-02-a.md": "---\ntitle: First\n---\nOne, and [about](../about.md).\n\n## Part\n",
    "content/about.md": "---\ntitle: About\n---\nMe, and [a part](posts/2026-01-02-a.md#part).\n"}
TESTS = """\
import pytest
from coldpress.testing import assert_accessible, assert_no_broken_links, assert_valid_feeds, pages

def test_links(coldpress_build):
    assert_no_broken_links(coldpress_build)
    assert_valid_feeds(coldpress_build)
    assert_accessible(coldpress_build)
    assert_accessible(coldpress_build, "/about/")

def test_the_build(coldpress_build):
    assert coldpress_build.problems == ()
    assert "/posts/a/" in coldpress_build.paths
    assert "<h1>First</h1>" in coldpress_build.read("/posts/a/")

@pytest.mark.parametrize("path", pages())
def test_each_page_answers(coldpress_client, path):
    assert coldpress_client.get(path).status_code == 200

def test_content(coldpress_site):
    assert [post.title for post in coldpress_site.library.posts] == ["First"]
"""


@pytest.fixture
def site_of(pytester, monkeypatch):
    """Writes a site and its tests into a folder, and runs them."""

    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(files, *arguments, tests=TESTS):
        for name, text in {**files, "tests/test_site.py": tests}.items():
            file = pytester.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        return pytester.runpytest_subprocess("-p", "coldpress.testing.plugin", "-q", *arguments)

    return run


def test_a_site_is_tested_from_its_root(site_of, pytester):
    site_of(SITE).assert_outcomes(passed=5)
    assert not (pytester.path / "site").exists()


def test_a_site_with_a_build_py_of_its_own(site_of):
    build = ("import coldpress\n\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
             "    app.add_url_rule('/own/', 'own', lambda: '<!doctype html><title>Own</title>')\n    return app\n")
    test = "def test_own(coldpress_client, coldpress_build):\n    assert 'Own' in coldpress_build.read('/own/')\n"
    site_of({**SITE, "build.py": build}, tests=test).assert_outcomes(passed=1)


def test_the_folder_of_the_site_is_a_setting(site_of):
    files = {f"web/{name}": text for name, text in SITE.items()}
    tests = TESTS.replace("pages()", "pages(root='web')")
    site_of({**files, "pytest.ini": "[pytest]\ncoldpress_root = web\n"}, tests=tests).assert_outcomes(passed=5)


def test_a_fixture_can_be_replaced(site_of):
    conftest = ("import pytest\n\n\n@pytest.fixture(scope='session')\ndef coldpress_app(coldpress_app):\n"
                "    coldpress_app.config['SHOP'] = 'closed'\n    return coldpress_app\n")
    test = "def test_it(coldpress_app):\n    assert coldpress_app.config['SHOP'] == 'closed'\n"
    site_of({**SITE, "tests/conftest.py": conftest}, tests=test).assert_outcomes(passed=1)


def test_without_a_site_the_fixtures_say_what_to_do(site_of):
    test = "def test_it(coldpress_app):\n    pass\n"
    result = site_of({}, tests=test)
    result.assert_outcomes(errors=1)
    assert "coldpress_root" in result.stdout.str()


def test_a_build_that_fails_tells_its_errors(site_of):
    test = "def test_it(coldpress_build):\n    pass\n"
    result = site_of({**SITE, "content/bad.md": "---\ntitle: [\n---\n"}, tests=test)
    result.assert_outcomes(errors=1)
    assert "content/bad.md:2" in result.stdout.str()


def test_a_folder_without_a_site(tmp_path):
    with pytest.raises(ColdpressError) as raised:
        pages(root=tmp_path)
    assert raised.value.problems[0].code == "testing.no-site"


def test_pages_by_kind(make_site):
    root = make_site(SITE).root
    assert pages("post", root=root) == ["/posts/a/"]
    assert "/about/" in pages(root=root)


PAGE = ('<!doctype html><html lang="en"><head><title>T</title></head><body><main><h1>T</h1>{}</main></body></html>')


@pytest.fixture
def folder_of(tmp_path):
    """Writes a built folder; pages are given by what is in their `<main>`."""

    def write(files):
        for name, text in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(PAGE.format(text) if name.endswith(".html") and "<html" not in text else text, "utf-8")
        return BuiltSite(tmp_path, "https://example.org/blog/")

    return write


@pytest.mark.parametrize("link", [
    '<a href="/blog/a/">', '<a href="a/">', '<a href="a/index.html">', '<a href="/blog/a">', '<a href="#part">',
    '<a href="#top">', '<a href="#">', '<a href="a/#p%C3%A4rt">', '<a href="https://example.org/blog/a/?q=1">',
    '<a href="https://example.com/x">', '<a href="mailto:a@b.c">', '<a href="//example.com/">', '<a href="/other/">',
    '<img src="x.png" alt="">', '<img srcset="x.png 1x, a/y.png 2x" alt="">', '<a href="%E4%B8%AD.html">'])
def test_links_that_lead_somewhere(folder_of, link):
    site = folder_of({"index.html": f'<p id="part">{link}x</a></p>', "a/index.html": '<p id="pärt">', "x.png": "",
                      "a/y.png": "", "中.html": ""})
    assert list(broken_links(site)) == []


@pytest.mark.parametrize(("link", "message"), [
    ('<a href="/blog/b/">', "nothing is at `/blog/b/`"), ('<a href="a/x.png">', "nothing is at `a/x.png`"),
    ('<a href="#prat">', "`index.html` has no part `#prat`"),
    ('<a href="a/#none">', "`a/index.html` has no part `#none`"),
    ('<img src="x.jpg" alt="">', "nothing is at `x.jpg`"),
    ('<source srcset="x.png 1x, z.png 2x">', "nothing is at `z.png`"),
    ('<a href="https://example.org/blog/b/">', "nothing is at `https://example.org/blog/b/`")])
def test_links_that_lead_nowhere(folder_of, link, message):
    site = folder_of({"index.html": f'<p id="part">{link}x</a></p>', "a/index.html": "", "x.png": ""})
    (problem,) = broken_links(site)
    assert problem.code == ("check.broken-anchor" if "has no part" in message else "check.broken-link")
    assert problem.message == message
    assert (problem.place.path, problem.place.line) == ("index.html", 1)
    with pytest.raises(AssertionError, match=r"1 broken link\n"):
        assert_no_broken_links(site.folder, base_url=site.base_url)


@pytest.mark.parametrize(("css", "broken"), [
    ("a { background: url(x.png) }", []), ("a { background: url('none.png') }", ["none.png"]),
    ('@font-face { src: url("font.woff2") format("woff2") }', ["font.woff2"]), ('@import "other.css";', ["other.css"]),
    ("/* url(none.png) */ a { background: url(data:image/png;base64,x) }", []), ("a { fill: url(#x) }", []),
    ("a { background: url(https://example.com/x.png) }", []), ("a { background: url(/blog/style/x.png?v=1) }", [])])
def test_urls_in_style_sheets(folder_of, css, broken):
    site = folder_of({"index.html": "", "style/a.css": css, "style/x.png": ""})
    assert [problem.message for problem in broken_links(site)] == [f"nothing is at `{url}`" for url in broken]


def test_a_page_that_leads_on_is_not_looked_at(folder_of):
    moved = '<html><head><meta http-equiv="refresh" content="0; url=/blog/nowhere/"></head></html>'
    site = folder_of({"index.html": "", "old/index.html": moved})
    assert site.pages == ["index.html"]


@pytest.mark.parametrize(("html", "code"), [
    (PAGE.replace(' lang="en"', ""), "check.no-language"),
    (PAGE.replace("<title>T</title>", ""), "check.no-title"),
    (PAGE.replace("<title>T</title>", "<title> </title>"), "check.no-title"),
    (PAGE.replace("main>", "div>"), "check.main"), (PAGE.replace("<h1>T</h1>", "<h2>T</h2>"), "check.h1"),
    ("<h1>Two</h1>", "check.h1"), ("<h2>A</h2><h4>B</h4>", "check.heading-order"),
    ("<h2> </h2>", "check.empty-heading"), ('<img src="x">', "check.no-alt"),
    ('<a href="x"><span></span></a>', "check.no-name"), ('<a href="x"><img src="y" alt=""></a>', "check.no-name"),
    ("<button><svg></svg></button>", "check.no-name"), ('<iframe src="x"></iframe>', "check.no-name"),
    ("<input>", "check.no-label"), ('<label for="b">B</label><input id="a">', "check.no-label"),
    ('<p id="a"></p><p id="a"></p>', "check.double-id"),
    (PAGE.replace("<title>", '<meta name="viewport" content="user-scalable=no"><title>'), "check.no-zoom")])
def test_barriers(folder_of, html, code):
    site = folder_of({"index.html": html})
    assert [problem.code for problem in accessibility_problems(site, "index.html")] == [code]
    with pytest.raises(AssertionError, match="1 barrier"):
        assert_accessible(site.folder)


@pytest.mark.parametrize("html", [
    '<img src="x" alt="">', '<a href="x"><img src="y" alt="A bridge"></a>', '<a href="x" aria-label="More"></a>',
    '<a name="here"></a>', '<label>Name <input></label>', '<label for="a">A</label><input id="a">',
    '<input type="hidden">', '<input type="submit">', '<input aria-label="Search">', '<h2>A</h2><h3>B</h3><h2>C</h2>',
    '<button title="Close"></button>', '<template><img src="x"></template>',
    '<a href="x"><svg aria-label="Y"></svg></a>',
    '<script>"<img>"</script>', '<!-- <img> -->'])
def test_what_is_no_barrier(folder_of, html):
    site = folder_of({"index.html": html})
    assert list(accessibility_problems(site, "index.html")) == []


def test_feeds_of_a_built_site_are_valid(make_site, tmp_path):
    built = build_site(make_site(SITE).root, tmp_path / "out")
    assert len(list(feeds_of(built.site))) >= 3
    assert_valid_feeds(built)


ENTRY = ('<entry><id>{id}</id><title>A</title><updated>2026-01-02T00:00:00Z</updated>'
         '<link href="https://example.org/blog/"/></entry>')
ATOM = ('<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title>T</title><updated>2026-01-02T00:00:00Z</updated>'
        '<author><name>Ann</name></author><link rel="self" href="https://example.org/blog/feed.xml"/>{}</feed>')
RSS = ("<rss version='2.0'><channel><title>T</title><link>https://example.org/blog/</link><description>D</description>"
       "<item><title>A</title><link>https://example.org/blog/</link><pubDate>{}</pubDate>{}</item></channel></rss>")
DATE = "Fri, 02 Jan 2026 00:00:00 +0000"
JSON = '{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [%s]}'
ITEM = '{"id": "1", "url": "https://example.org/blog/", "content_text": "x", "date_published": "2026-01-02T00:00:00Z"}'


@pytest.mark.parametrize(("name", "text", "message"), [
    ("feed.xml", ATOM.format(ENTRY.format(id="1")), None), ("feed.xml", RSS.format(DATE, ""), None),
    ("feed.json", JSON % ITEM, None),
    ("feed.xml", ATOM.format(ENTRY.format(id="1") * 2), "two entries have the id `1`"),
    ("feed.xml", ATOM.format(ENTRY.format(id="")), "the entry `A` has no `id`"),
    ("feed.xml", ATOM.format("").replace("<id>x</id>", ""), "the feed has no `id`"),
    ("feed.xml", ATOM.format("").replace('rel="self"', 'rel="x"'), 'the feed has no link to itself (`rel="self"`)'),
    ("feed.xml", ATOM.format("").replace("T00:00:00Z", ""), "`2026-01-02` is no date (RFC 3339)"),
    ("feed.xml", ATOM.format(ENTRY.format(id="1").replace("/blog/", "/blog/x/")),
     "the entry `A` links to `https://example.org/blog/x/`, where nothing is"),
    ("feed.xml", ATOM.format("</x>"), "it is no XML: mismatched tag: line 1, column 201"),
    ("feed.xml", '<!DOCTYPE x [<!ENTITY a "b">]><feed></feed>', "a feed has no document type"),
    ("rss.xml", RSS.format("yesterday", ""), "`yesterday` is no date (RFC 822)"),
    ("rss.xml", RSS.format(DATE, '<enclosure url="x"/>'),
     "the item `A` has an enclosure without `url`, `length` or `type`"),
    ("feed.json", JSON % ITEM.replace('"id": "1", ', ""), "the item `None` has no `id`"),
    ("feed.json", JSON % ITEM.replace("T00:00:00Z", ""), "`2026-01-02` is no date (RFC 3339)"),
    ("feed.json", JSON % f"{ITEM}, {ITEM}", "two entries have the id `1`")])
def test_feeds(folder_of, name, text, message):
    site = folder_of({"index.html": "", name: text})
    assert list(feeds_of(site)) == [name]
    code = "check.feed-link" if message and "where nothing is" in message else "check.feed"
    assert [(problem.code, problem.message) for problem in feed_problems(site, name)] == (
        [(code, message)] if message else [])


def test_other_files_are_no_feeds(folder_of):
    site = folder_of({"index.html": "", "sitemap.xml": "<urlset/>", "data.json": "{}"})
    assert list(feeds_of(site)) == []


def test_the_test_that_init_writes_passes(tmp_path, monkeypatch):
    for kind in ("blog", "docs", "both"):
        folder = tmp_path / kind
        assert init(Report(quiet=True), folder, kind=kind) == 0
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "coldpress.testing.plugin"], cwd=folder,
                              env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


BLOCK = re.compile(r"^```py[^\n]*\n(.*?)^```", re.M | re.S)
FORM = """\
from flask import redirect, request
from pathlib import Path
import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.post("/send/")
    def send():
        file = Path(app.instance_path, "messages.txt")
        file.write_text(f"{request.form['email']}: {request.form['text']}")
        return redirect("/thanks/")

    return app
"""


def test_the_code_of_the_docs_page(site_of, pytester):
    page = (ROOT / "content/docs/testing.md").read_text("utf-8")
    blocks = BLOCK.findall(page)
    conftest = next(block for block in blocks if block.startswith("import pytest\n\n\n@pytest.fixture"))
    tests = "\n\n".join(block for block in blocks if block != conftest)
    site = {**SITE, "build.py": FORM, "tests/conftest.py": conftest, "urls.txt": "/about/\n/feed.xml\n",
            "content/posts/2026-01-02-a.md": "---\ntitle: First\ndescription: One.\ntags: [a]\n---\nOne.\n\n## Part\n"}
    site_of(site, tests=tests).assert_outcomes(passed=tests.count("\ndef test_") + 1)  # one is run for two pages
    (pytester.path / "urls.txt").write_text("/gone/\n")
    site_of({}, "-k", "lost", tests=tests).assert_outcomes(failed=1, deselected=tests.count("\ndef test_"))
