"""A folder of Markdown becomes a site."""

from __future__ import annotations

import gc
import re

from everything_site import everything

from coldpress.paths import plain_name
from coldpress.web.site import Site

POST = "---\ntitle: Hello\ndate: 2026-01-02\ntags: [a, b]\n---\n\nFirst *words*.\n\n## Part\n\nMore.\n"


def test_a_post_becomes_a_page(build_site):
    site = build_site({"content/posts/2026-01-02-hello.md": POST})
    page = site.text("posts/hello/index.html")
    assert "<h1>Hello</h1>" in page
    assert "<p>First <em>words</em>.</p>" in page
    assert '<h2 id="part">Part</h2>' in page
    assert '<link rel="canonical" href="https://example.org/posts/hello/">' in page


def test_everything_around_it_is_there(build_site):
    site = build_site({"content/posts/2026-01-02-hello.md": POST, "content/about.md": "# About\n\nMe.\n"})
    assert {
        ".gitignore", "index.html", "404.html", "about/index.html", "posts/index.html", "posts/hello/index.html",
        "archive/index.html", "tags/index.html", "tags/a/index.html", "tags/b/index.html", "feed.xml", "rss.xml",
        "sitemap.xml", "robots.txt", "theme/theme.css", ".well-known/x.txt",
    } <= {plain_name(file) or file for file in site.files()}


def test_a_second_build_changes_nothing(build_site):
    site = build_site({"content/posts/2026-01-02-hello.md": POST})
    before = {path: path.stat().st_mtime_ns for path in (site.root / "site").rglob("*")}
    again = site.run()
    assert re.search(r"\(0 rendered, \d+ unchanged; 0 files written\)", again.out)
    assert before == {path: path.stat().st_mtime_ns for path in (site.root / "site").rglob("*")}


def test_an_edit_shows_and_a_removed_page_goes(build_site):
    site = build_site({"content/posts/2026-01-02-hello.md": POST, "content/old.md": "Old."})
    site.edit({"content/posts/2026-01-02-hello.md": POST.replace("First", "New"), "content/old.md": None})
    assert site.rebuild().code == 0
    assert "<p>New <em>words" in site.text("posts/hello/index.html")
    assert not (site.root / "site/old").exists()


def test_an_empty_config_and_one_page_suffice(make_site):
    site = make_site({"content/index.md": "Hello."}, config="")
    result = site.build()
    assert result.code == 0
    assert result.codes == ["config.no-base-url"]
    assert "<p>Hello.</p>" in site.text("index.html")
    assert "canonical" not in site.text("index.html")
    assert not (site.root / "site/feed.xml").exists()


def test_a_site_that_was_built_is_let_go(make_site):
    """Those who test their site build it many times in one process."""
    site = make_site({**everything("en"), "templates/post.html": "{% extends 'theme/post.html' %}"})
    assert site.run("build").code == 0
    gc.collect()
    assert [each for each in gc.get_objects() if isinstance(each, Site) and each.root == site.root] == []
