"""What machines read: descriptions, cards, JSON-LD, the sitemap, llms.txt and the pages as Markdown."""

from __future__ import annotations

import json
import re
from html import unescape
from xml.etree import ElementTree

import pytest

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
BLOG = "https://example.org/blog/"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x08\x08\x02\0\0\0"
SITE = {
    "content/posts/2026-01-02-hello.md":
        "---\ntitle: Hello </script> & \"you\"\nupdated: 2026-03-04\ntags: [python, lang/c]\nauthors: ann\n"
        "image: /pic.png\nimage_alt: A <pic>\n---\nWhat this post is about, in a sentence.",
    "content/posts/2025-12-01-你好.md":
        "---\ntags: python\nlang: zh-Hans\n---\n# 你好\n\n这是第一篇文章，写得足够长，可以作为网页的描述来使用。",
    "content/posts/undated.md": "A post without any date, at all, ever.",
    "content/docs/_index.md": "# Guide\n\n",
    "content/docs/deep/_index.md": "# Deep\n",
    "content/docs/deep/use.md": "---\nweight: 1\n---\n# Use\n\nHow to use it, said in a sentence of its own.",
    "content/docs/deep/empty.md": "# Empty\n",
    "content/hidden.md": "---\nunlisted: true\n---\n# Hidden\n\nOnly for those who know where it is, of course.",
    "content/附录.md": "---\nlang: zh\n---\n# 附录\n\n另见前文。",
    "content/长文.md": "---\nlang: zh\n---\n# 长文\n\n鼓浪屿的早晨没有汽车的声音。",
    "content/about.md": "---\naliases: /me/\n---\n# About\n\nHello!",
    "content/pic.png": PNG,
    "data/authors.yaml": "ann:\n  name: Ann Lee\n",
}
CONFIG = f"base_url: {BLOG}\ntitle: A site\ndescription: What the site is about.\npaginate: 1\n"


@pytest.fixture
def site(make_site):
    site = make_site(SITE, CONFIG)
    assert site.build().code == 0
    return site


def pages(site):
    """Every page that is no redirect, by its file."""
    return {name: data.decode() for name, data in site.files().items()
            if name.endswith(".html") and b'http-equiv="refresh"' not in data}


def metas(html):
    return {name: unescape(value) for name, value in re.findall(
        r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html)}


def data_of(html):
    """The nodes of a page's JSON-LD, by type."""
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    data = json.loads(found[1])
    assert data["@context"] == "https://schema.org"
    return {node["@type"]: node for node in data["@graph"]}


def test_every_page_has_a_description_of_its_own(site):
    described = {name: metas(html).get("description", "") for name, html in pages(site).items()}
    assert "posts/page/1/index.html" in described
    assert [name for name, text in described.items() if not text] == []
    assert len(set(described.values())) == len(described), described
    assert max(map(len, described.values())) <= 155


@pytest.mark.parametrize(("file", "description"), [
    ("index.html", "What the site is about."),
    ("posts/hello/index.html", "What this post is about, in a sentence."),
    ("posts/你好/index.html", "这是第一篇文章，写得足够长，可以作为网页的描述来使用。"),
    ("posts/page/1/index.html", "Posts · 1: undated"),
    ("tags/index.html", "Tags: lang · lang/c · python"),
    ("docs/index.html", "Guide: Deep"),
    ("docs/deep/index.html", "Deep: Use · Empty"),
    ("docs/deep/empty/index.html", "Empty: What the site is about."),
    ("about/index.html", "About: Hello!"),
    ("附录/index.html", "附录：另见前文。"),
    ("长文/index.html", "鼓浪屿的早晨没有汽车的声音。"),
    ("404.html", "Page not found: What the site is about.")])
def test_what_a_page_is_described_by(site, file, description):
    found = metas(site.text(file))
    assert found["description"].casefold() == found["og:description"].casefold() == description.casefold()


def test_every_page_but_the_404_has_its_canonical_url(site):
    for name, html in pages(site).items():
        found = re.findall(r'<link rel="canonical" href="([^"]*)">', html)
        if name == "404.html":
            assert found == []
            continue
        assert re.fullmatch(re.escape(BLOG) + r"([^ ]+/)?", found[0])
        assert metas(html)["og:url"] == found[0]


def test_search_engines_stay_out_where_they_should(site):
    hidden = {name for name, data in site.files().items() if b'name="robots" content="noindex"' in data}
    assert hidden == {"404.html", "hidden/index.html", "me/index.html", "search/index.html"}


def test_the_head_leads_to_what_stands_before_and_after(site):
    text = site.text("posts/page/2/index.html")
    assert re.findall(r'<link rel="(prev|next)" href="([^"]*)">', text) == [
        ("prev", "/blog/posts/"), ("next", "/blog/posts/page/1/")]
    assert '<link rel="prev" href="/blog/posts/%E4%BD%A0%E5%A5%BD/">' in site.text("posts/hello/index.html")


def test_a_post_says_how_it_looks_where_it_is_shared(site):
    found = metas(site.text("posts/hello/index.html"))
    assert {name: found[name] for name in found if name.startswith(("og:", "article:", "twitter:"))} == {
        "og:type": "article", "og:site_name": "A site", "og:title": 'Hello </script> & "you"', "og:locale": "en_US",
        "og:description": "What this post is about, in a sentence.", "og:url": f"{BLOG}posts/hello/",
        "article:published_time": "2026-01-02T00:00:00+00:00", "article:modified_time": "2026-03-04T00:00:00+00:00",
        "article:tag": "lang/c", "og:image": f"{BLOG}pic.png", "og:image:alt": "A <pic>", "og:image:width": "16",
        "og:image:type": "image/png",
        "og:image:height": "8", "twitter:card": "summary_large_image"}
    assert found["author"] == "Ann Lee"
    other = metas(site.text("docs/deep/use/index.html"))
    assert (other["og:type"], other["twitter:card"]) == ("website", "summary")
    assert metas(site.text("posts/你好/index.html"))["og:locale"] == "zh_CN"


@pytest.mark.parametrize(("language", "locale"), [
    ("en-GB", "en_GB"), ("pt-BR", "pt_BR"), ("zh-Hant", "zh_TW"), ("zh-Hant-HK", "zh_HK"), ("de", "de_DE"),
    ("eo", None)])
def test_open_graph_s_name_of_a_language(build_site, language, locale):
    site = build_site({"content/a.md": "A."}, f"base_url: {BLOG}\nlanguage: {language}\n")
    assert metas(site.text("a/index.html")).get("og:locale") == locale


@pytest.mark.parametrize("image", ["https://cdn.example/x.png", "//cdn.example/x.png"])
def test_a_picture_of_another_site(build_site, image):
    site = build_site({"content/a.md": f"---\nimage: {image}\n---\nA."}, f"base_url: {BLOG}\n")
    found = metas(site.text("a/index.html"))
    assert found["og:image"] == "https://cdn.example/x.png"
    assert "og:image:width" not in found


def test_a_post_in_schema_org_s_words(site):
    nodes = data_of(site.text("posts/hello/index.html"))
    post = nodes["BlogPosting"]
    assert (post["headline"], post["url"], post["image"]) == (
        'Hello </script> & "you"', f"{BLOG}posts/hello/", {
            "@type": "ImageObject", "url": f"{BLOG}pic.png", "encodingFormat": "image/png", "width": 16, "height": 8,
            "caption": "A <pic>"})
    assert (post["datePublished"], post["dateModified"]) == ("2026-01-02T00:00:00+00:00", "2026-03-04T00:00:00+00:00")
    assert post["author"] == [{"@type": "Person", "name": "Ann Lee", "url": f"{BLOG}authors/ann/"}]
    assert post["keywords"] == "python, lang/c"
    assert data_of(site.text("posts/你好/index.html"))["BlogPosting"]["author"] == [
        {"@type": "Organization", "name": "A site"}]
    assert "WebPage" in data_of(site.text("posts/undated/index.html"))


@pytest.mark.parametrize(("file", "kind"), [
    ("index.html", "WebSite"), ("posts/index.html", "CollectionPage"), ("tags/python/index.html", "CollectionPage"),
    ("docs/index.html", "CollectionPage"), ("about/index.html", "WebPage")])
def test_other_pages_in_schema_org_s_words(site, file, kind):
    assert kind in data_of(site.text(file))


@pytest.mark.parametrize(("file", "trail"), [
    ("docs/deep/use/index.html", [("Guide", "docs/"), ("Deep", "docs/deep/"), ("Use", "docs/deep/use/")]),
    ("tags/lang/c/index.html", [("Tags", "tags/"), ("lang", "tags/lang/"), ("lang/c", "tags/lang/c/")])])
def test_breadcrumbs(site, file, trail):
    crumbs = data_of(site.text(file))["BreadcrumbList"]["itemListElement"]
    assert [(crumb["position"], crumb["name"].casefold(), crumb["item"]) for crumb in crumbs] == [
        (number, name.casefold(), BLOG + path) for number, (name, path) in enumerate(trail, 1)]


def test_without_a_base_url_there_is_nothing_that_needs_one(make_site):
    site = make_site(SITE, "llms: true\n")
    site.build()
    text = site.text("posts/hello/index.html")
    assert not re.search('ld\\+json|canonical|og:url|og:image|application/(atom|rss|feed)', text)
    assert '"/posts/hello/index.md"' in text
    assert "](/posts/hello/index.md)" in site.text("llms.txt")


# The sitemap.

def places(text):
    return {place.find(f"{MAP}loc").text: getattr(place.find(f"{MAP}lastmod"), "text", None)
            for place in ElementTree.fromstring(text)}


def test_the_sitemap_has_every_page_with_its_last_change(site):
    found = places(site.text("sitemap.xml"))
    canonical = {re.search(r'rel="canonical" href="([^"]*)"', html)[1] for name, html in pages(site).items()
                 if name not in ("404.html", "hidden/index.html", "search/index.html")}
    assert set(found) == canonical
    newest, older = "2026-03-04T00:00:00+00:00", "2025-12-01T00:00:00+00:00"
    assert {path: found[BLOG + path] for path in (
        "", "posts/", "posts/page/2/", "posts/page/1/", "tags/", "tags/python/", "tags/python/page/1/", "authors/ann/",
        "archive/", "about/")} == {
            "": newest, "posts/": newest, "posts/page/2/": older, "posts/page/1/": None, "tags/": newest,
            "tags/python/": newest, "tags/python/page/1/": older, "authors/ann/": newest, "archive/": newest,
            "about/": None}


def test_a_sitemap_of_many_urls_is_split(make_site):
    tags = [f"t{number}" for number in range(50_100)]
    client = make_site({
        f"content/posts/2026-01-01-a{number}.md": f"---\ntags: [{', '.join(tags[number::501])}]\n---\nA."
        for number in range(501)}).client()
    index = list(places(client.get("/sitemap.xml").text))
    assert index == ["https://example.org/sitemap-1.xml", "https://example.org/sitemap-2.xml"]
    parts = [places(client.get(f"/sitemap-{number}.xml").text) for number in (1, 2)]
    assert len(parts[0]) == 50_000
    assert {"https://example.org/tags/t1/", "https://example.org/posts/a0/"} <= {*parts[0], *parts[1]}
    assert not set(parts[0]) & set(parts[1])
    assert client.get("/sitemap-3.xml").status_code == 404


@pytest.mark.parametrize("most", [1, 4, 7])
def test_a_build_makes_every_part_of_a_sitemap(make_site, monkeypatch, most):
    for module in ("content.feeds", "web.blueprints.crawlers"):
        monkeypatch.setattr(f"coldpress.{module}.MAX_SITEMAP_URLS", most)
    post = "---\ndate: 2026-01-{0:02}\ntags: [a/b, c]\nseries: S\nauthors: [Ann]\nunlisted: {1}\n---\nText.".format
    files = {f"content/posts/{day}.md": post(day, "true" if day == 3 else "false") for day in range(1, 9)}
    files |= {"content/posts/_index.md": "# Posts", "content/tags/c.md": "# C", "content/about.md": "A.",
              "content/docs/_index.md": "# Docs", "content/index.md": "# Home"}
    site = make_site(files, "base_url: https://example.org/\npaginate: 2\n")
    site.build()
    found = [places(site.text(f"sitemap-{number}.xml")) for number in range(
        1, 1 + len(list(places(site.text("sitemap.xml")))))]
    assert all(len(part) == most for part in found[:-1]) and 1 <= len(found[-1]) <= most
    assert len(set().union(*found)) == sum(map(len, found)) > 20


def test_a_small_sitemap_is_one_file(site):
    assert site.client().get("/sitemap-1.xml").status_code == 404
    assert [name for name in site.files() if "sitemap" in name] == ["sitemap.xml"]


@pytest.mark.parametrize("name", ["robots.txt", "llms.txt"])
def test_an_own_file_wins(make_site, name):
    site = make_site({f"content/{name}": "mine", "content/a.md": "A."}, f"base_url: {BLOG}\nllms: true\n")
    assert site.build().problems == []
    with site.client().get(f"/{name}") as answer:
        assert site.text(name) == answer.text == "mine"


# llms.txt and the pages as Markdown.

TWINS = {
    **SITE,
    "code.py": "one\ntwo\nthree\n",
    "content/x.md": "---\npermalink: /x.html\n---\n",
    "content/links.md":
        "---\ntitle: Links\ntags: a\ndate: 2026-02-03\n---\n"
        "# Links\n\n[a](docs/deep/use.md#part) ![p](pic.png \"t\") [r][ref] <https://o.example/> [m](mailto:a@b.c)\n"
        "[[Use]] [[use|that]] [[nobody]] `[c](docs/deep/use.md)` [up](#links)\n\n"
        "<img src=\"pic.png\" alt=\"\">\n\n> [!NOTE]\n> Kept.\n\n```md\n[c](docs/deep/use.md)\n```\n\n"
        "::include{file=\"/code.py\" lines=2-3}\n\n::include{file=\"docs/deep/use.md\"}\n\n[ref]: about.md\n"}


def test_a_twin_is_the_source_for_those_who_see_no_more(make_site):
    site = make_site(TWINS, f"{CONFIG}llms: true\n")
    site.build()
    assert site.text("links/index.md") == (
        f"# Links\n\n2026-02-03 · a · {BLOG}links/\n\n"
        f"[a]({BLOG}docs/deep/use/#part) ![p]({BLOG}pic.png \"t\") [r][ref] <https://o.example/> [m](mailto:a@b.c)\n"
        f"[Use]({BLOG}docs/deep/use/) [that]({BLOG}docs/deep/use/) nobody `[c](docs/deep/use.md)` "
        f"[up]({BLOG}links/#links)\n\n"
        f"<img src=\"{BLOG}pic.png\" alt=\"\">\n\n> [!NOTE]\n> Kept.\n\n```md\n[c](docs/deep/use.md)\n```\n\n"
        f"```py\ntwo\nthree\n```\n\nHow to use it, said in a sentence of its own.\n\n[ref]: {BLOG}about/\n")
    assert site.text("x.md") == f"# X\n\n{BLOG}x.html\n"
    assert site.text("docs/deep/index.md").endswith(
        f"- [Use]({BLOG}docs/deep/use/)\n- [Empty]({BLOG}docs/deep/empty/)\n")
    assert '<link rel="alternate" type="text/markdown" href="/blog/links/index.md">' in site.text("links/index.html")
    assert '<link rel="alternate" type="text/markdown" href="/blog/x.md">' in site.text("x.html")
    assert site.client().get("/posts/hello/index.md").mimetype == "text/markdown"
    assert site.client().get("/posts/nothing/index.md").status_code == 404


def test_a_body_that_is_a_template_is_run_for_its_twin(build_site):
    site = build_site({"content/a.md": "{% for n in (1, 2) %}- {{ n }}\n{% endfor %}"},
                      f"base_url: {BLOG}\nmarkdown: {{jinja: true}}\nllms: true\n")
    assert site.text("a/index.md") == f"# A\n\n{BLOG}a/\n\n- 1\n- 2\n"


def test_pages_that_include_one_another_end(make_site):
    site = make_site({"content/a.md": "A\n\n::include{file=b.md}\n", "content/b.md": "B\n\n::include{file=a.md}\n"},
                     f"base_url: {BLOG}\nllms: true\n")
    site.build()
    assert site.text("a/index.md") == f"# A\n\n{BLOG}a/\n\nA\n\nB\n\n::include{{file=a.md}}\n"


def test_an_alias_wins_over_a_twin(build_site):
    site = build_site({"content/a.md": "A.", "content/b.md": "---\naliases: /a/index.md\n---\nB."},
                      f"base_url: {BLOG}\nllms: true\n")
    assert "refresh" in site.text("a/index.md")
    assert "text/markdown" not in site.text("a/index.html")


def test_llms_txt_names_what_there_is_to_read(make_site):
    site = make_site(SITE, f"{CONFIG}llms: true\n")
    site.build()
    assert site.text("llms.txt") == (
        "# A site\n\n> What the site is about.\n\n"
        f"## Pages\n\n- [About]({BLOG}about/index.md): Hello!\n"
        f"- [长文]({BLOG}%E9%95%BF%E6%96%87/index.md): 鼓浪屿的早晨没有汽车的声音。\n"
        f"- [附录]({BLOG}%E9%99%84%E5%BD%95/index.md): 另见前文。\n\n"
        f"## Guide\n\n- [Guide]({BLOG}docs/index.md)\n- [Deep]({BLOG}docs/deep/index.md)\n"
        f"- [Use]({BLOG}docs/deep/use/index.md): How to use it, said in a sentence of its own.\n"
        f"- [Empty]({BLOG}docs/deep/empty/index.md)\n\n"
        f"## Posts\n\n- [Hello </script> & \"you\"]({BLOG}posts/hello/index.md): "
        "What this post is about, in a sentence.\n"
        f"- [你好]({BLOG}posts/%E4%BD%A0%E5%A5%BD/index.md): 这是第一篇文章，写得足够长，可以作为网页的描述来使用。\n"
        f"- [Undated]({BLOG}posts/undated/index.md): A post without any date, at all, ever.\n")


def test_unless_asked_for_there_are_none(site):
    assert not [name for name in site.files() if name.endswith(".md") or name == "llms.txt"]
    assert "text/markdown" not in site.text("about/index.html")
    assert site.client().get("/about/index.md").status_code == 404
