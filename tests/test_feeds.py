"""Feeds of the site and of its lists: Atom, RSS and JSON Feed."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

ATOM = "{http://www.w3.org/2005/Atom}"
ENCODED = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
XML = "{http://www.w3.org/XML/1998/namespace}"
BLOG = "https://example.org/blog/"
HELLO = """\
---
title: Hello & goodbye
date: 2026-01-02T10:00:00+01:00
updated: 2026-03-04
tags: [python, lang/c]
categories: News
authors: [ann, Ben]
series: Letters
image: cover.png
description: What it is about.
---
See [the guide](../guide/_index.md#start), ![](cover.png) and [above](#top).

<a href="/about/">raw</a><script>alert(1)</script>
"""
SITE = {
    "content/posts/hello.md": HELLO,
    "content/posts/2025-12-01-older.md":
        "---\ntags: python\nlang: zh-Hans\n---\n# 你好\n\n第一段。\n\n<!-- more -->\n\n第二段。",
    "content/posts/undated.md": "---\ntags: [python, never]\n---\nNo date.",
    "content/posts/cover.png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x08\x08\x02\0\0\0",
    "content/guide/_index.md": "# Guide\n\n## Start\n",
    "content/guide/news.md": "---\ndate: 2026-02-02\n---\nA page with a date.",
    "content/guide/plain.md": "A page without.",
    "content/plain/_index.md": "# Plain\n",
    "content/plain/one.md": "No date here.",
    "content/about.md": "# About\n",
    "data/authors.yaml": "ann:\n  name: Ann Lee\n",
}
CONFIG = f"base_url: {BLOG}\ntitle: A <blog>\nimages: false\n"


@pytest.fixture
def site(make_site):
    site = make_site(SITE, CONFIG)
    assert site.build().code == 0
    return site


def entries(site, file):
    return list(ElementTree.fromstring(site.text(file)).iter(f"{ATOM}entry"))


def titles(site, file):
    return [entry.find(f"{ATOM}title").text for entry in entries(site, file)]


def test_each_list_with_dated_pages_has_three_feeds(site):
    paths = {name.rpartition("/")[0] for name in site.files() if name.endswith(("feed.xml", "rss.xml", "feed.json"))}
    assert paths == {"", "posts", "guide", "tags/python", "tags/lang", "tags/lang/c", "categories/news", "authors/ann",
                     "authors/ben", "series/letters"}
    for path in paths:
        assert {f"{path}/{file}".lstrip("/") for file in ("feed.xml", "rss.xml", "feed.json")} <= set(site.files())


@pytest.mark.parametrize(("file", "expected"), [
    ("feed.xml", ["Hello & goodbye", "你好"]), ("posts/feed.xml", ["Hello & goodbye", "你好"]),
    ("tags/python/feed.xml", ["Hello & goodbye", "你好"]), ("tags/lang/feed.xml", ["Hello & goodbye"]),
    ("guide/feed.xml", ["News"]), ("authors/ann/feed.xml", ["Hello & goodbye"]),
    ("series/letters/feed.xml", ["Hello & goodbye"])])
def test_a_feed_holds_the_dated_pages_of_its_list(site, file, expected):
    assert titles(site, file) == expected
    items = list(ElementTree.fromstring(site.text(file.replace("feed.xml", "rss.xml"))).iter("item"))
    assert [item.find("title").text for item in items] == expected
    assert [item["title"] for item in json.loads(site.text(file.replace(".xml", ".json")))["items"]] == expected


def test_atom_says_all_there_is_to_say(site):
    feed = ElementTree.fromstring(site.text("tags/python/feed.xml"))
    assert feed.find(f"{ATOM}title").text == "python · A <blog>"
    assert feed.find(f"{ATOM}id").text == f"{BLOG}tags/python/"
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "alternate": f"{BLOG}tags/python/", "self": f"{BLOG}tags/python/feed.xml"}
    assert feed.find(f"{ATOM}updated").text == "2026-03-04T00:00:00+00:00"
    entry, older = feed.findall(f"{ATOM}entry")
    assert (entry.get(f"{XML}lang"), older.get(f"{XML}lang")) == ("en", "zh-Hans")
    assert entry.find(f"{ATOM}id").text == f"{BLOG}posts/hello/"
    assert entry.find(f"{ATOM}published").text == "2026-01-02T10:00:00+01:00"
    assert entry.find(f"{ATOM}updated").text == "2026-03-04T00:00:00+00:00"
    assert older.find(f"{ATOM}updated").text == older.find(f"{ATOM}published").text == "2025-12-01T00:00:00+00:00"
    assert [(author.find(f"{ATOM}name").text, author.find(f"{ATOM}uri").text) for author in entry.iter(
        f"{ATOM}author")] == [("Ann Lee", f"{BLOG}authors/ann/"), ("Ben", f"{BLOG}authors/ben/")]
    assert [name.text for name in older.iter(f"{ATOM}name")] == ["A <blog>"]
    assert {term.get("term") for term in entry.iter(f"{ATOM}category")} >= {"python", "lang/c", "News"}
    assert entry.find(f"{ATOM}summary").text == "What it is about."
    enclosure = entry.find(f"{ATOM}link[@rel='enclosure']")
    assert (enclosure.get("href"), enclosure.get("type"), enclosure.get("length")) == (
        f"{BLOG}posts/cover.png", "image/png", str(len(SITE["content/posts/cover.png"])))


def test_rss_says_all_there_is_to_say(site):
    channel = ElementTree.fromstring(site.text("rss.xml")).find("channel")
    assert [channel.find(name).text for name in ("title", "link", "description", "language", "lastBuildDate")] == [
        "A <blog>", BLOG, "A <blog>", "en", "Wed, 04 Mar 2026 00:00:00 +0000"]
    assert channel.find(f"{ATOM}link").get("href") == f"{BLOG}rss.xml"
    item = channel.find("item")
    assert [item.find(name).text for name in ("link", "guid", "pubDate", "description")] == [
        f"{BLOG}posts/hello/", f"{BLOG}posts/hello/", "Fri, 02 Jan 2026 10:00:00 +0100", "What it is about."]
    assert [name.text for name in item.iter(CREATOR)] == ["Ann Lee", "Ben"]
    assert item.find("enclosure").get("url") == f"{BLOG}posts/cover.png"
    children = [child.tag for child in item]
    assert children.index("description") < children.index(ENCODED)


def test_json_feed_says_all_there_is_to_say(site):
    feed = json.loads(site.text("feed.json"))
    assert (feed["version"], feed["home_page_url"], feed["feed_url"]) == (
        "https://jsonfeed.org/version/1.1", BLOG, f"{BLOG}feed.json")
    item, older = feed["items"]
    assert item["id"] == item["url"] == f"{BLOG}posts/hello/"
    assert item["authors"] == [{"name": "Ann Lee", "url": f"{BLOG}authors/ann/"},
                               {"name": "Ben", "url": f"{BLOG}authors/ben/"}]
    assert item["image"] == f"{BLOG}posts/cover.png"
    assert (item["date_published"], item["date_modified"]) == ("2026-01-02T10:00:00+01:00", "2026-03-04T00:00:00+00:00")
    assert (older["language"], older["summary"]) == ("zh-Hans", "第一段。")
    assert "authors" not in older


def texts(site, folder=""):
    """The whole text of the first entry, by format."""
    return [entries(site, f"{folder}feed.xml")[0].find(f"{ATOM}content").text,
            ElementTree.fromstring(site.text(f"{folder}rss.xml")).find("channel/item").find(ENCODED).text,
            json.loads(site.text(f"{folder}feed.json"))["items"][0]["content_html"]]


def test_links_are_whole_and_no_script_comes_along(site):
    for text in texts(site):
        assert f'href="{BLOG}about/"' in text
        assert "alert" not in text
    for text in texts(site) + texts(site, "authors/ann/"):
        assert f'href="{BLOG}guide/#start"' in text
        assert f'src="{BLOG}posts/cover.png"' in text
        assert f'href="{BLOG}posts/hello/#top"' in text


def test_feeds_of_terms_hold_summaries(site):
    for folder, whole in (("", True), ("posts/", True), ("tags/lang/", False), ("authors/ann/", False),
                          ("series/letters/", False), ("categories/news/", False)):
        for text in texts(site, folder):
            assert ("raw" in text) is whole, folder


def test_a_feed_of_summaries(site):
    site.edit({"config.yaml": f"{CONFIG}feeds: {{full: false}}\n"}).build()
    older = [entries(site, "feed.xml")[1].find(f"{ATOM}content").text,
             json.loads(site.text("feed.json"))["items"][1]["content_html"]]
    assert [text.strip() for text in older] == ["<p>第一段。</p>"] * 2
    assert f'href="{BLOG}guide/#start"' in texts(site)[0]


def test_the_config_says_which_feeds_there_are(site):
    site.edit({"config.yaml": f"{CONFIG}feeds: {{formats: json, limit: 1}}\n"}).build()
    assert {name.rpartition("/")[2] for name in site.files() if "feed" in name or "rss" in name} == {"feed.json"}
    assert len(json.loads(site.text("feed.json"))["items"]) == 1
    assert 'href="/blog/feed.json">' in site.text("404.html")
    site.edit({"config.yaml": f"{CONFIG}feeds: false\n"})
    assert site.build().problems == [problem for problem in site.build().problems if problem["code"] == "post.undated"]
    assert not [name for name in site.files() if "feed" in name or "rss" in name]
    assert "alternate" not in site.text("index.html")


@pytest.mark.parametrize(("line", "message"), [
    ("feeds: {formats: [atom, rdf]}", "`feeds`: `formats`: there is no `rdf`"),
    ("feeds: {limit: 0}", "`feeds`: a whole number of at least 1 is expected here"),
    ("feeds: {full: some}", "`feeds`: `full` is `true` or `false`"),
    ("feeds: {ful: true}", "`feeds`: there is no `ful`"),
    ("feeds: [atom]", "`feeds`: `key: value` lines are expected here"),
    ("llms: some", "`llms`: `true` or `false` is expected here")])
def test_what_the_config_can_not_mean(make_site, line, message):
    result = make_site({"content/a.md": "A."}, f"base_url: {BLOG}\n{line}\n").build()
    assert [(problem["code"], problem["message"]) for problem in result.problems] == [("config.value", message)]


def test_a_guid_keeps_an_entry_the_same_when_its_url_changes(build_site):
    text = "---\nguid: {}\ndate: 2026-01-02\n---\nX."
    site = build_site({"content/posts/a.md": text.format("tag:example.org,2020:a"),
                       "content/posts/b.md": text.format("just-a-word")})
    assert {entry.find(f"{ATOM}id").text for entry in entries(site, "feed.xml")} == {
        "tag:example.org,2020:a", "https://example.org/posts/b/"}
    guids = {guid.text: guid.get("isPermaLink") for guid in ElementTree.fromstring(site.text("rss.xml")).iter("guid")}
    assert guids == {"tag:example.org,2020:a": "false", "https://example.org/posts/b/": "true"}


def test_hostile_titles_and_bodies_stay_xml_and_json(build_site):
    site = build_site({"content/posts/2026-01-02-a.md":
                       '---\ntitle: "]]> & <b>\\x01"\ntags: ["]]>x"]\n---\nEnd ]]> of\x0b &#11; it <![CDATA[ x.'})
    for text in texts(site):
        assert "]]&gt;" in text or "]]>" in text
    assert titles(site, "feed.xml") == ["]]> & <b>"]


def test_templates_name_feeds_by_what_they_are_of(site):
    site.edit({"templates/term.html": '{{ url_for("feed", of=term) }} {{ url_for("rss", of=term) }} '
                                      '{{ url_for("json_feed", of=term) }} {{ url_for("feed", of="/posts/") }}'
                                      "{% for feed in feeds(term) %} {{ feed.format }} {{ feed.url }}{% endfor %}"})
    site.build()
    python = "/blog/tags/python/"
    assert site.text("tags/python/index.html").split() == [
        f"{python}feed.xml", f"{python}rss.xml", f"{python}feed.json", "/blog/posts/feed.xml", "atom",
        f"{python}feed.xml", "rss", f"{python}rss.xml", "json", f"{python}feed.json"]


def test_pages_lead_to_the_site_s_feeds_and_to_those_of_their_list(site):
    assert site.text("tags/python/index.html").count('rel="alternate" type="application/atom+xml"') == 2
    assert 'title="python · A &lt;blog&gt;" href="/blog/tags/python/feed.xml"' in site.text("tags/python/index.html")
    assert '"/blog/tags/never/feed.xml"' not in site.text("tags/never/index.html")
    assert site.text("about/index.html").count('rel="alternate" type="application/atom+xml"') == 1
    assert 'href="/blog/guide/feed.json"' in site.text("guide/index.html")


def test_a_file_of_one_s_own_wins_over_a_feed(site):
    site.edit({"content/posts/feed.xml": "mine", "content/feed.json": "{}"})
    assert site.build().code == 0
    assert (site.text("posts/feed.xml"), site.text("feed.json")) == ("mine", "{}")
    with site.client().get("/posts/feed.xml") as answer:
        assert answer.text == "mine"


def test_where_nothing_dated_is_there_is_no_feed(site):
    client = site.client()
    for path in ("plain/feed.xml", "tags/never/rss.xml", "nowhere/feed.json", "about/feed.xml", "tags/feed.xml"):
        assert client.get(f"/{path}").status_code == 404, path
    assert client.get("/tags/python/feed.json").mimetype == "application/json"


def test_an_entry_by_a_template_of_one_s_own_may_ask_for_its_page(site):
    site.edit({"templates/partials/rss-item.xml": "<item><title>{{ request.path }} {{ entry.title }}</title></item>",
               "templates/components/where.html": "{{ request.path }}",
               "content/posts/2026-05-05-new.md": "---\ntags: python\n---\n:::where\n:::\n"})
    assert site.build().code == 0
    assert "/posts/rss.xml Hello" in site.text("posts/rss.xml")
    assert "/tags/python/rss.xml Hello" in site.text("tags/python/rss.xml")
    assert [next(iter(entries(site, file))).find(f"{ATOM}content").text.strip() for file in (
        "feed.xml", "posts/feed.xml")] == ["/feed.xml", "/posts/feed.xml"]


def test_own_routes_that_entries_link_to_are_found_by_every_feed(make_site):
    site = make_site({
        "build.py": "import coldpress\n\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n\n"
                    "    @app.get('/book/<name>/')\n    def book(name):\n        return name\n\n    return app\n",
        "templates/post.html": "{{ page.title }}",  # it shows no link
        "content/posts/2026-01-02-a.md": "---\ntags: x\n---\n[b](endpoint:book?name=one)"})
    assert site.build("--strict").code == 0
    assert site.text("book/one/index.html") == "one"
    site.edit({"templates/feed.xml": "<feed/>", "templates/rss.xml": "<rss/>", "config.yaml":
               "base_url: https://example.org/\ntitle: Other\nfeeds: {formats: [atom, json]}\n"})
    assert site.build().code == 0
    assert site.files() == (clean := site.clean_copy(), clean.build())[0].files()


def test_no_letter_of_one_post_breaks_the_feed(build_site):
    said = '"\\x01T\\e[2J\\f\\x7f\\uFFFE ]]> <b>"'
    site = build_site({"content/posts/2026-01-01-a.md": f"---\ntitle: {said}\ndescription: {said}\ntags: [{said}]\n"
                       f"authors: [{said}]\nimage: a.png\nimage_alt: {said}\n---\nx\x0b ]]> y\n",
                       "content/posts/a.png": "p", "content/posts/2026-01-02-b\x1b[2J.md": "B."},
                      "base_url: https://example.org/\ntitle: \"S\\e\"\nimages: false\n")
    for file in ("feed.xml", "rss.xml"):
        text = "".join(ElementTree.fromstring(site.files()[file]).itertext())
        assert "T[2J ]]> <b>" in text
        assert "x ]]&gt; y" in text


def test_a_picture_outside_of_the_site_is_below_its_host(make_site):
    site = make_site({"content/posts/2026-01-02-p.md": "# P\n\n![Lost](../../../lost.png)\n"},
                     "base_url: https://example.org/blog/\n")
    (problem,) = site.build().problems
    assert problem["code"] == "link.broken-image"
    assert '<img alt="Lost" src="/blog/lost.png"' in site.text("posts/p/index.html")
    assert 'src="https://example.org/blog/lost.png"' in site.text("feed.xml")


def test_a_post_without_a_text_has_an_empty_one(make_site):
    """JSON Feed 1.1 wants `content_html` or `content_text` in each item."""
    site = make_site({"content/posts/2026-01-02-a.md": "---\ntitle: A\n---\n"}, config=CONFIG)
    assert site.build("--strict").code == 0
    assert [item["content_html"] for item in json.loads(site.text("feed.json"))["items"]] == [""]
    assert site.run("check", "--json").places() == []
