"""Parts of the theme that are drawn once for many pages: each page shows what it would show alone."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from jinja2 import meta
from test_several_sites import BLOG, DOCS
from test_several_sites import BUILD as BOTH

from coldpress import recorder
from coldpress.web import caching
from coldpress.web.environment import THEME
from coldpress.web.theme_parts import MARKS, PARTS

TEMPLATES = THEME / "templates"
CONFIG = "base_url: https://example.org/\nmenu:\n- Posts: /posts/\n- About: /about/\n- More:\n  - Tags: /tags/\n"
POST = "---\ndate: 2026-01-{day:02}\ntags: [t]\n{more}---\n# Post {day}\n\nText.\n"
SITE = {"content/about.md": "---\ntitle: About\nlang: de\n---\n## One\n\n```\ncode\n```\n",
        "content/posts/a.md": POST.format(day=1, more=""), "content/posts/b.md": POST.format(day=2, more="lang: de\n"),
        "content/posts/c.md": POST.format(day=3, more=""), "content/posts/d.md": POST.format(day=4, more="lang: ar\n")}
ROW = "partials/row.html"


def alone(site, path):
    """A page as a new app shows it that has shown no other."""
    return site.app().test_client().get(path).text


def same_as_alone(site):
    """Every page of a build is what it would be alone; returns the pages by their paths."""
    pages = {f"/{name.removesuffix('index.html')}": data.decode() for name, data in site.files().items()
             if name.endswith(".html") and name != "404.html"}
    for path, text in pages.items():
        assert text == alone(site, path), path
    return pages


def rows(page):
    """What a page says of the pages in its rows."""
    return re.findall(r"<x>(.*?)</x>", page, re.S)


def test_pages_in_several_languages_share_no_part(build_site):
    pages = same_as_alone(build_site(SITE, CONFIG))
    assert "1 Jan 2026" in pages["/posts/c/"]
    assert "1. Jan. 2026" in pages["/posts/b/"]
    assert '<li lang="en"><a href="/posts/a/"' in pages["/posts/b/"]
    assert '<li><a href="/posts/a/"' in pages["/posts/c/"]
    assert ">Archiv<" in pages["/posts/b/"]
    assert ">Archive<" in pages["/posts/c/"]


def test_the_menu_marks_the_page_that_is_shown(build_site):
    pages = same_as_alone(build_site(SITE, CONFIG))
    marked = {path: re.findall(r'href="([^"]*)" aria-current="page"', text) for path, text in pages.items()}
    assert {path: found for path, found in marked.items() if found} == {
        "/posts/": ["/posts/"], "/about/": ["/about/"], "/tags/": ["/tags/"]}


def test_a_page_loads_the_scripts_that_it_uses(build_site):
    pages = same_as_alone(build_site(SITE, CONFIG))
    loaded = {path: set(re.findall(r'src="/theme/(\w+)\.\w+\.js"', text)) for path, text in pages.items()}
    assert {"copy", "anchors"} <= loaded["/about/"]
    assert [path for path, scripts in loaded.items() if "copy" in scripts] == ["/about/"]


@pytest.mark.parametrize(("own", "shown"), [
    ("{{ page.title if page }}", {"Post 3"}), ("{{ request.path }}", {"/posts/c/"}),
    ("{{ related|length if related is defined }}{{ heading }}", {"3Post 3"})])
def test_a_row_of_ones_own_sees_the_page_that_shows_it(build_site, own, shown):
    site = build_site({**SITE, f"templates/{ROW}": f"<x>{own}</x>"}, CONFIG)
    assert set(rows(same_as_alone(site)["/posts/c/"])) == shown


def test_a_menu_of_ones_own_sees_the_page_inside_the_masthead(build_site):
    site = build_site({**SITE, "templates/partials/menu.html": "<x>{{ page.title if page }} {{ request.path }}</x>"},
                      CONFIG)
    pages = same_as_alone(site)
    assert rows(pages["/posts/c/"]) == ["Post 3 /posts/c/"]
    assert rows(pages["/about/"]) == ["About /about/"]


def test_an_icon_of_ones_own_sees_each_use(build_site):
    macro = "{% macro icon(name) %}<x>{{ name }} {{ request.path }}</x>{% endmacro %}"
    pages = same_as_alone(build_site({**SITE, "templates/icons.html": macro}, CONFIG))
    assert "auto /posts/c/" in rows(pages["/posts/c/"])
    assert "auto /about/" in rows(pages["/about/"])


@pytest.mark.parametrize(("code", "shown"), [
    ("@app.context_processor\ndef t():\n    return {'t': lambda key, **_: f'<x>{key} {request.path}</x>'}", "search"),
    ("@app.template_global('t')\ndef t(key, **_):\n    return f'<x>{key} {request.path}</x>'", "search"),
    ("@app.context_processor\ndef form():\n    return {'form': '<x>%d ' + request.path + '</x>'}", "01"),
    ("@app.template_filter('date')\n@pass_context\ndef date(_, value, form=''):\n"
     "    return f'<x>{value.day} {request.path}</x>'", "1")])
def test_names_that_the_app_replaces_are_asked_for_each_page(build_site, code, shown):
    indented = code.replace("\n", "\n    ")
    build = ("import coldpress\nfrom flask import request\nfrom jinja2 import pass_context\n\n\ndef create_app():\n"
             f"    app = coldpress.create_app(__file__)\n    {indented}\n    return app\n")
    pages = same_as_alone(build_site({**SITE, "build.py": build}, CONFIG))
    for path in ("/posts/b/", "/posts/c/"):
        assert f"&lt;x&gt;{shown} {path}&lt;/x&gt;" in pages[path]


def test_a_name_that_a_template_sets_counts_in_its_parts(build_site):
    own = ('{% extends "theme/post.html" %}{% block page_footer %}{% for item in page.related %}'
           '{% with page = none, site = {"language": "x" ~ item.lang} %}{% include "partials/row.html" %}{% endwith %}'
           '{% with form = "<x>" ~ page.source ~ "</x>%d" %}{% include "partials/row.html" %}{% endwith %}'
           '{% endfor %}{% endblock %}')
    pages = same_as_alone(build_site({**SITE, "templates/post.html": own}, CONFIG))
    for page in ("a", "c"):
        assert f"posts/{page}.md&lt;/x&gt;02" in pages[f"/posts/{page}/"]
        assert '<li lang="en"><a href=' in pages[f"/posts/{page}/"]


def test_what_is_no_page_is_drawn_as_it_is(build_site):
    listed = ('{% extends "theme/page.html" %}{% block body %}'
              '{% for item in [{"title": page.title, "url": "/x/", "lang": "en"}, page] %}'
              '{% include "partials/row.html" %}{% endfor %}{% endblock %}')
    row = {"content/a.md": "---\nlang: en\n---\nA.", "content/b.md": "---\nlang: en\n---\nB.",
           "templates/page.html": listed}
    pages = same_as_alone(build_site(row, CONFIG.partition("menu")[0]))
    assert '<a href="/x/" dir="auto">A</a>' in pages["/a/"]
    assert '<a href="/x/" dir="auto">B</a>' in pages["/b/"]


def test_two_sites_of_an_app_share_no_part(make_site):
    menu = "menu:\n- Here: /about/\n"
    site = make_site({
        "build.py": BOTH, **{f"blog/{name}": text for name, text in BLOG.items() if name.startswith("content")},
        **{f"docs/{name}": text for name, text in DOCS.items() if name.startswith("content")},
        "blog/config.yaml": f"title: The blog\n{menu}",
        "docs/config.yaml": f"title: The docs\n{menu}collections: {{news: {{}}}}\nlanguage: de\n"})
    client = site.app().test_client()
    paths = ["/blog/posts/hello/", "/docs/news/n1/", "/blog/posts/", "/docs/news/", "/docs/news/n2/"]
    for path in [*paths, *reversed(paths)]:
        page = client.get(path).text
        assert page == alone(site, path)
        mount = path.partition("/")[2].partition("/")[0]
        assert f'<a href="/{mount}/about/">Here</a>' in page


def test_the_preview_draws_anew_what_changed(browse):
    browser = browse(SITE, CONFIG)
    assert "Post 1</a>" in browser.get("/posts/c/").text
    browser.edit({f"templates/{ROW}": "<x>{{ item.title }} on {{ page.title }}</x>"})
    assert "Post 1 on Post 3" in rows(browser.get("/posts/c/").text)
    assert "Post 1 on Post 2" in rows(browser.get("/posts/b/").text)
    browser.edit({f"templates/{ROW}": None})
    assert "Post 1</a>" in browser.get("/posts/c/").text
    browser.edit({"content/posts/a.md": SITE["content/posts/a.md"].replace("Post 1", "Post One")})
    assert "Post One</a>" in browser.get("/posts/c/").text
    browser.edit({"content/posts/a.md": SITE["content/posts/a.md"].replace("Text", "Other words")})
    assert "Other words" in browser.get("/posts/").text
    browser.edit({"data/strings/en.yaml": "archive: All of it\n"})
    assert "All of it" in browser.get("/posts/c/").text


def test_the_preview_shows_an_entry_of_a_feed_in_a_new_template(browse):
    browser = browse(SITE, CONFIG)
    assert "<title>Post 1</title>" in browser.get("/feed.xml").text
    browser.edit({"templates/partials/atom-entry.xml": "<own>{{ entry.title }}</own>"})
    assert "<own>Post 1</own>" in browser.get("/feed.xml").text


def test_threads_share_what_was_drawn(build_site):
    site = build_site(SITE, CONFIG)
    paths = ["/posts/a/", "/posts/b/", "/posts/c/", "/posts/d/", "/about/", "/posts/", "/tags/t/", "/archive/"] * 8
    client = site.app().test_client()
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda path: client.get(path).text, paths))
    expected = {path: alone(site, path) for path in set(paths)}
    assert shown == [expected[path] for path in paths]


def test_what_a_part_read_is_recorded_for_each_page_that_shows_it(build_site):
    site = build_site(SITE, CONFIG)
    related = {"/posts/a/", "/posts/b/", "/posts/c/", "/posts/d/"}
    site.edit({"content/posts/a.md": SITE["content/posts/a.md"].replace("Post 1", "Post One")})
    assert related <= site.rebuild().rendered
    site.edit({"data/strings/de.yaml": "archive: Alles\n"})
    assert "/posts/b/" in site.rebuild().rendered
    assert ">Alles<" in site.text("posts/b/index.html")
    site.edit({f"templates/{ROW}": "<x>{{ item.title }}</x>"})
    assert related <= site.rebuild().rendered
    assert rows(site.text("posts/c/index.html")) == ["Post 2", "Post 4", "Post One"]
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


def test_macros_of_ones_own_are_made_for_each_page(build_site):
    build = ("import coldpress\n\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
             "    made = app.jinja_env.from_string('{% set at = request.path %}{% macro m() %}{{ at }}{% endmacro "
             "%}')\n    app.jinja_env.globals['made'] = made\n    return app\n")
    own = {"templates/partials/comments.html": '{% import made as a %}{% import "own.html" as b %}'
                                               "<x>{{ a.m() }} {{ b.m() }}</x>",
           "templates/own.html": "{% set at = request.path %}{% macro m() %}{{ at }}{% endmacro %}"}
    pages = same_as_alone(build_site({**SITE, **own, "build.py": build}, CONFIG))
    for path in ("/posts/b/", "/posts/c/"):
        assert rows(pages[path]) == [f"{path} {path}"]


def reads(client, path):
    """What a page reads when a client asks for it."""
    with recorder.recording() as found:
        assert client.get(path).status_code == 200
    return set(found)


@pytest.mark.parametrize("path", [
    "/posts/a/", "/posts/b/", "/posts/d/", "/about/", "/posts/", "/tags/", "/tags/t/", "/archive/", "/", "/search/",
    "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml"])
def test_a_page_reads_the_same_before_and_after_others_are_shown(build_site, path):
    site = build_site(SITE, CONFIG)
    client = site.app().test_client()
    for page in site.app().extensions["coldpress"].site.library.all_pages.unrecorded:
        client.get(page.path)
    for other in ("/posts/", "/tags/t/", "/archive/", "/", "/feed.xml", "/rss.xml", "/feed.json", path):
        client.get(other)
    assert reads(client, path) == reads(site.app().test_client(), path)


def test_a_memo_that_is_full_begins_anew(monkeypatch, build_site):
    monkeypatch.setattr(caching, "_MOST", 3)
    same_as_alone(build_site(SITE, CONFIG))


@pytest.mark.parametrize("name", sorted(PARTS))
def test_a_part_shows_the_templates_that_it_names(build_site, name):
    environment = build_site({}).app().extensions["coldpress"].site.environment
    ahead, found = [name], set()
    while ahead:
        tree = environment.parse((TEMPLATES / ahead.pop()).read_text("utf-8"))
        named = {each for each in meta.find_referenced_templates(tree) if each not in found}
        found |= named
        ahead += named
    assert found == set(PARTS[name].shows)


def test_every_mark_that_decides_on_a_script_is_known():
    text = (TEMPLATES / "partials/files.html").read_text("utf-8")
    assert set(re.findall(r"""(?:'([^']*)'|"([^"]*)") in main""", text)) == {
        (mark, "") if '"' in mark else ("", mark) for mark in MARKS}
