"""Sites of Hexo and Jekyll keep their folders, their categories and their URLs."""

from __future__ import annotations

import pytest
from conftest import check_one_truth

HEXO = """\
base_url: https://e.org/
content_dir: source
slugs: {lowercase: false}
nested_taxonomies: [categories]
permalinks: {posts: /<year>/<month>/<day>/<slug>/}
"""


def post(**front):
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items()) + "---\nText.\n"


def test_a_site_of_hexo_keeps_its_urls(build_site):
    site = build_site({
        "source/_posts/Flask框架入门.md": post(title="Flask", date="2020-03-04 05:06:07", categories="[技术, Python]",
                                           tags="[Flask]"),
        "source/_posts/Other.md": post(date="2020-03-05", categories="[[技术, Go], [生活]]", tags="[Flask, API]"),
        "source/_posts/2021/Deep.md": post(date="2020-03-06", categories="技术"),
        "source/_posts/2020-01-02-Trip/index.md": "# Trip", "source/_posts/2020-01-02-Trip/Map.png": "m",
        "source/About/index.md": "# About", "source/Docs/Guide/A.md": "# A", "source/_posts/pic.png": "p"}, HEXO)
    files = set(site.files())
    assert {"2020/03/04/Flask框架入门/index.html", "2020/03/05/Other/index.html", "2020/03/06/Deep/index.html",
            "2020/01/02/Trip/index.html", "2020/01/02/Trip/Map.png", "About/index.html", "Docs/Guide/A/index.html",
            "posts/pic.png", "posts/index.html", "tags/Flask/index.html", "tags/API/index.html",
            "categories/技术/index.html", "categories/技术/Python/index.html", "categories/技术/Go/index.html",
            "categories/生活/index.html"} <= files
    assert not {file for file in files if file.startswith(("_posts", "categories/Python", "tags/flask/"))}
    listed = site.text("categories/技术/index.html")
    assert all(f">{title}</a>" in listed for title in ("Flask", "Other", "Deep"))
    assert site.text("archive/index.html").count('href="/20') == 4
    assert site.text("feed.xml").count("<entry") == 4


def test_case_is_kept_in_links_and_clashes_are_still_found(make_site):
    site = make_site({"content/posts/2026-01-02-Flask.md": "See [a](../About.md), [b](/About/) and [[about]].",
                      "content/About.md": "See [p](posts/2026-01-02-Flask.md)."},
                     "base_url: https://e.org/\nslugs: {lowercase: false}\n")
    assert site.build().problems == []
    check_one_truth(site)
    assert site.text("posts/Flask/index.html").count('href="/About/"') >= 3
    assert 'href="/posts/Flask/"' in site.text("About/index.html")
    result = site.edit({"content/posts/2026-01-03-flask.md": "x"}).build()
    assert (result.code, set(result.codes)) == (1, {"url.clash"})


def test_a_change_of_the_option_moves_everything(make_site):
    site = make_site({"content/About.md": "A [b](B.md).", "content/B.md": post(tags="[Py]"),
                      "content/posts/2026-01-02-X.md": post(tags="[Py]", categories="[A, B]")})
    site.build()
    assert {"about/index.html", "tags/py/index.html", "categories/a/index.html"} <= set(site.files())
    site.edit({"config.yaml": HEXO.replace("content_dir: source\n", "")}).build()
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()
    assert {"About/index.html", "tags/Py/index.html", "categories/A/B/index.html"} <= set(site.files())


@pytest.mark.parametrize(("value", "terms"), [
    ("[技术, Python]", ["技术/Python"]), ("技术", ["技术"]), ("[技术]", ["技术"]),
    ("[[a, b], [c], d]", ["a/b", "c", "d"]),
    ("a, b", ["a", "b"]), ("[]", []), ("[a, '', b]", ["a/b"]), ("[[a, b], [a, b]]", ["a/b"]),
    ("[1.10, 2]", ["1.10/2"])])
def test_a_list_of_a_nested_taxonomy_goes_down(build_site, value, terms):
    site = build_site({"content/a.md": post(category=value), "templates/page.html":
                       "{{ page.categories|map(attribute='name')|join('|') }}"},
                      "base_url: https://e.org/\nnested_taxonomies: categories\n")
    assert site.text("a/index.html").split("|") == (terms or [""])


@pytest.mark.parametrize(("config", "place", "said"), [
    ("slugs: {lowercase: 1}", (2, 9), "`lowercase` is `true` or `false`"),
    ("slugs: {lowercas: false}", (2, 9), "there is no `lowercas`"),
    ("slugs: false", (2, 1), "`key: value` lines are expected here"),
    ("nested_taxonomies: [categoris]", (2, 21), "there is no taxonomy `categoris`"),
    ("nested_taxonomies: {a: b}", (2, 1), "a list of names is expected here")])
def test_wrong_settings_are_told_at_their_place(make_site, config, place, said):
    problem, = make_site({"content/a.md": "x"}, f"base_url: https://e.org/\n{config}\n").build().problems
    assert (problem["code"], problem["place"]["line"], problem["place"]["column"]) == ("config.value", *place)
    assert said in problem["message"]


def test_posts_and_underscore_posts_are_one_collection(build_site):
    site = build_site({"content/_posts/2026-01-02-a.md": "---\ntitle: A\n---\n[b](../posts/2026-01-03-b.md)",
                       "content/posts/2026-01-03-b.md": "---\ntitle: B\n---\nB.",
                       "content/_posts/index.md": "# All posts"})
    assert 'href="/posts/b/"' in site.text("posts/a/index.html")
    assert "All posts" in site.text("posts/index.html")
    assert site.text("posts/index.html").count("<article") == 2
    assert 'rel="next" href="/posts/b/"' in site.text("posts/a/index.html") or "B" in site.text("posts/a/index.html")


def test_a_new_post_goes_where_the_posts_are(make_site):
    site = make_site({"content/_posts/2026-01-02-a.md": "A."})
    assert site.run("new", "Hello").out.startswith("content/_posts/")


def test_underscore_posts_may_be_named_as_a_collection(build_site):
    site = build_site({"content/_posts/2026-01-02-a.md": "A.", "content/_posts/_index.md": "# All"},
                      "base_url: https://e.org/\ncollections: [_posts]\npermalinks: {_posts: /x/<slug>/}\n")
    assert "All" in site.text("posts/index.html")
    assert 'href="/x/a/"' in site.text("posts/index.html")


@pytest.mark.parametrize("folder", ["posts", "_posts", "posts/", "_posts/", "/posts"])
def test_a_pattern_is_for_the_posts_however_their_folder_is_written(build_site, folder):
    site = build_site({"content/_posts/2026-01-02-a.md": "A."},
                      f"base_url: https://e.org/\npermalinks: {{{folder}: /<year>/<slug>/}}\n")
    assert "A." in site.text("2026/a/index.html")


def test_a_pattern_of_a_folder_in_a_folder_is_refused(make_site):
    problem, = make_site({"content/a.md": "x"}, "permalinks: {posts/guests/: /<slug>/}\n").build().problems
    assert (problem["code"], problem["hint"]) == (
        "config.value", "only a folder at the top has a pattern; write `posts`")
