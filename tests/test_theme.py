"""The theme: what its pages are made of, and what they weigh."""

from __future__ import annotations

import gzip
import re

import pytest
from everything_site import everything

from coldpress.paths import plain_name
from coldpress.web.environment import THEME

KILO = 1024
STYLES, SCRIPTS, OVERHEAD = 20 * KILO, 12 * KILO, 6 * KILO
SEARCH = {"search.js", "search-index.js", "search-words.js"}
HTML = [f"templates/{file.relative_to(THEME / 'templates').as_posix()}"
        for file in sorted((THEME / "templates").rglob("*.html"))]


@pytest.fixture
def site(build_site):
    files = everything("en")
    return build_site(files, config=files.pop("config.yaml"))


def weight(data):
    return len(gzip.compress(data, 9))


def pages(site):
    return {name: data.decode() for name, data in site.files().items()
            if name.endswith(".html") and "http-equiv" not in data.decode()}


# Weights.

def test_style_sheets_and_scripts_are_light(site):
    files = {(plain_name(name) or name).removeprefix("theme/"): weight(data) for name, data in site.files().items()
             if name.startswith("theme/")}
    print("\n".join(f"{size:6}  {name}" for name, size in files.items()))  # noqa: T201
    styles = sum(size for name, size in files.items() if name.endswith(".css"))
    scripts = sum(size for name, size in files.items() if name.endswith(".js") and name not in SEARCH)
    print(f"{styles:6}  style sheets together, of {STYLES}\n{scripts:6}  scripts together, of {SCRIPTS}")  # noqa: T201
    assert 0 < styles <= STYLES
    assert 0 < scripts <= SCRIPTS


CONTENT = re.compile(r'<div class="prose"[^>]*>.*?(?=<footer|</article>|</main>)|<article class="card">.*?</article>',
                     re.S)


def test_what_is_not_content_of_a_page_is_light(site):
    """A page without its text, or its list of posts."""
    sizes = {name: weight(CONTENT.sub("", text).encode()) for name, text in pages(site).items()}
    print("\n".join(f"{size:6}  {name}" for name, size in sorted(sizes.items(), key=lambda item: -item[1])[:5]))  # noqa: T201
    assert len(sizes) > 30
    assert max(sizes.values()) <= OVERHEAD
    assert "Type was cast" not in CONTENT.sub("", pages(site)["posts/all/index.html"]).partition("<body")[2]


# What pages may not have, so that a strict policy holds.

@pytest.mark.parametrize("forbidden", [
    r"<script(?![^>]*\ssrc=)", r"<style", r"\sstyle=", r"\son[a-z]+=", r"javascript:", r"https?://(?!press\.example)"])
def test_nothing_runs_in_a_page_and_nothing_comes_from_elsewhere(site, forbidden):
    """But names of vocabularies, and how cells are aligned, which the style sheet says too."""
    kept = r'xmlns="[^"]*"|<script type="application/ld\+json">.*?</script>| style="text-align: (left|right|center);"'
    for name, text in pages(site).items():
        text = re.sub(kept, "", text)
        assert not re.search(forbidden, text), name


@pytest.mark.parametrize("name", HTML)
def test_a_template_of_the_theme_has_a_word_on_what_it_is(name):
    assert (THEME / name).read_text("utf-8").startswith("{# ")


def test_a_page_loads_only_what_it_uses(build_site):
    site = build_site({"content/a.md": "A.", "content/code.md": "```py\nx\n```", "content/maths.md": "$$x$$",
                       "content/keys.md": '<p class="keys">K</p>\n',
                       "content/tabs.md": '=== "A"\n    a\n\n=== "B"\n    b\n',
                       "content/long.md": "\n\n".join(f"## H{number}\n\nText." for number in range(4))})
    loaded = {name: set(map(plain_name, re.findall(r"/theme/([\w.-]+\.(?:js|css))", site.text(f"{name}/index.html"))))
              for name in ("a", "code", "keys", "maths", "tabs", "long", "search")}
    usual = loaded.pop("a")
    assert usual >= {"theme.css", "scheme.js", "switch.js"}
    assert {name: files - usual for name, files in loaded.items()} == {
        "code": {"copy.js"}, "keys": {"mkdocs.css"}, "maths": {"maths.css"},
        "tabs": {"tabs.js"}, "long": {"anchors.js", "contents.js"},
        "search": {"search.css", "search.js", "search-index.js", "search-words.js"}}


# The style sheet is made of templates.

def test_one_part_of_the_style_sheet_can_be_replaced(build_site):
    site = build_site({"content/a.md": "A."})
    before = re.search(r'theme\.(\w+)\.css', site.text("a/index.html"))[1]
    assert ".masthead" in site.text("theme/theme.css")
    rendered = site.edit({"templates/styles/parts.css": "@layer parts { b { color: red } }"}).rebuild().rendered
    assert {"/a/", "/theme/theme.css"} <= rendered
    assert "@layer tokens" in site.text("theme/theme.css")
    assert ".tabbed-set" not in site.text("theme/theme.css")
    assert re.search(r'theme\.(\w+)\.css', site.text("a/index.html"))[1] != before
    assert site.rebuild().rendered == set()


def test_the_preview_shows_a_changed_part_at_once(make_site):
    site = make_site({"content/a.md": "A."})
    app = site.app()
    client, coldpress = app.test_client(), app.extensions["coldpress"].site
    before = re.search(r'theme\.(\w+)\.css', client.get("/a/").text)[1]
    site.edit({"templates/styles/code.css": "i { color: red }"})
    coldpress.reload()
    assert "i{color:red }" in client.get("/theme/theme.css").text
    assert re.search(r'theme\.(\w+)\.css', client.get("/a/").text)[1] != before


def test_the_accent_of_the_config_is_in_the_style_sheet(build_site):
    config = "base_url: https://example.org/\n"
    site = build_site({"content/a.md": "A."}, config=config)
    assert "--seed" not in site.text("theme/theme.css")
    site.edit({"config.yaml": f'{config}theme: {{accent: "#c2410c"}}\n'})
    assert "/theme/theme.css" in site.rebuild().rendered
    assert "--seed:#c2410c;" in site.text("theme/theme.css")


# Faces.

def test_one_site_has_both_faces(site):
    assert '<body class="docs">' in site.text("guide/all/index.html")
    assert '<body class="blog">' in site.text("posts/all/index.html")
    assert 'id="_sidebar"' in site.text("guide/tools/press/index.html")
    assert 'id="_sidebar"' not in site.text("archive/index.html")


def test_the_tree_shows_where_the_reader_is(site):
    tree, other = (site.text(f"guide/{name}/index.html").partition('id="_sidebar"')[2].partition("</nav>")[0]
                   for name in ("tools/press", "ink"))
    assert re.findall(r'href="([^"]*)" aria-current="page"', tree) == ["/guide/tools/press/"]
    assert tree.count("<details open>") == tree.count("<details") == 1
    assert "<details>" in other
    assert "<details open>" not in other


# Languages and directions.

def test_a_page_tells_its_language_and_direction(build_site):
    site = build_site({
        "content/posts/2026-01-02-a.md": "---\ntitle: عنوان\nlang: ar\n---\nنص.",
        "content/posts/2026-01-01-b.md": "B."},
        config="base_url: https://example.org/\ntitle: Mine\nmenu: [Posts: /posts/]\n")
    page, home = site.text("posts/a/index.html"), site.text("index.html")
    assert '<html lang="ar" dir="rtl">' in page
    assert re.search(r'<a class="masthead-title"[^>]* lang="en"[^>]*>Mine', page)
    assert re.search(r'<ul lang="en">', page)
    assert '<html lang="en">' in home
    assert '<h2 lang="ar" dir="auto">' in home
    assert 'lang="en"' not in home.partition("<body")[2]


# Covers and people.

def test_a_cover_has_its_size_and_comes_first(site):
    page = site.text("posts/all/index.html")
    cover = re.search(r'<figure class="cover">.*?(<img [^>]*>)', page)[1]
    assert 'src="/posts/press.640.' in cover
    assert 'width="640" height="360" alt=""' in cover
    assert 'fetchpriority="high"' in cover
    assert "loading=" not in cover
    assert page.count("fetchpriority") == 1
    assert "fetchpriority" not in site.text("posts/long/index.html")


def test_who_wrote_it_is_told_with_a_link(site):
    page = site.text("posts/all/index.html")
    assert '<a rel="author" href="/authors/ann/">Ann Lee</a>' in page
    assert "Prints in the morning" in page
    assert "Prints in the morning" in site.text("authors/ann/index.html")
    assert "Prints in the morning" in site.text("authors/index.html")


def test_a_part_says_which_it_is(site):
    assert ">The whole course</a> <span>Part 1 of 2</span>" in site.text("posts/all/index.html")
    assert ">The whole course</a> <span>Part 2 of 2</span>" in site.text("posts/long/index.html")
    parts = re.findall(r'<h2 dir="auto"><a href="([^"]+)', site.text("series/the-whole-course/index.html"))
    assert parts == ["/posts/all/", "/posts/long/"]


# Yours to fill.

def test_comments_and_head_are_there_to_be_filled(build_site):
    site = build_site({"content/posts/2026-01-02-a.md": "A.",
                       "templates/partials/comments.html": "<p>Say something on {{ page.title }}.</p>",
                       "templates/partials/terms.html": '{% include "theme/partials/terms.html" %}<p>Thanks.',
                       "templates/partials/head.html": '<meta name="x" content="y">'})
    page = site.text("posts/a/index.html")
    above, _, below = page.partition("<p>Say something on A.</p>")
    assert "<p>Thanks." in above and "</article>" in below
    assert '<meta name="x" content="y">' in page.partition("</head>")[0]
