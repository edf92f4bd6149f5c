"""What a page is called: by its front matter or by its first heading, said once."""

from __future__ import annotations

import html
import json
import re
import sqlite3
import xml.etree.ElementTree as ET

import pytest

from coldpress.markdown.native import Renderer
from coldpress.markdown.syntax.headings import heading_title

URL = "title: T\nbase_url: https://example.org/\n"
RENDERER = Renderer()
# A body, and the words of the heading that names its page.
BODIES = [
    ("# Don't panic", "Don't panic"),
    ('# "Quotes" -- and dots...', '"Quotes" -- and dots...'),
    ("# :sparkles: New", "✨ New"),
    ("# :material-home: Home", "Home"),
    ("# The $x^2$ axis", "The $x^2$ axis"),
    ("# Use `a -- b` & *more*", "Use a -- b & more"),
    ("# A [link](x.md), [[Page|a page]] and a note[^1]\n\n[^1]: Note.", "A link, a page and a note"),
    ("# [ref] and [^1]\n\nText\n\n[ref]: /x", "ref and [^1]"),
    ("# Features { #features }", "Features"),
    ("# *Four* `x` {: #four .y }", "Four x"),
    ("# Braces {not=\"a list", "Braces {not=\"a list"),
    ("# C# ##", "C#"),
    ("\n\n   # Indented\n", "Indented"),
    ("Two lines\nof a title\n===\n\nText", "Two lines of a title"),
    ("[ref]: /x\n[other]: /y\n# Below definitions", "Below definitions"),
    ("[ref]: /x\nUnderlined\n===", "Underlined"),
    ("<!-- # no -->\n\n# Yes\n\n# Another", "Yes"),
    ("<pre>\n# no\n</pre>\n\nText", None),
    ("<pre>\n\n# no\n</pre>\n\n# Yes", "Yes"),
    ("    # code\n\n# Yes", "Yes"),
    ("```\n# code\n```\n\nText", None),
    ("~~~\n# code\n```\n# code\n~~~\n\n# Yes", "Yes"),
    ("> # Quoted\n\nText", None),
    ("- # Listed\n\n# Yes", "Yes"),
    ("Text\n\n# Only", "Only"),
    ("Text\n\n# One\n\n# Two", None),
    ("## Deeper\n\n# Later", None),
    ("Deeper\n---\n\n# Later", None),
    ("#\n\nText", None),
    ("#no space", None),
    ("\\# escaped", None),
    ("# A\u3000B\u00a0C", "A\u3000B\u00a0C"),
    ("<h1>Raw &amp; <em>more</em></h1>\n\nText", "Raw & more"),
    ('<p align="center"><img src="a.png" alt="Logo"></p>\n<h1 align="center">\n  <img src="b.png" alt="B">\n  Name\n'
     "</h1>\n\n# Install\n\n# Use", "Name"),
    ('<h1 align="center"><img src="a.png" alt="Picture"></h1>', "Picture"),
    ('<div align="center">\n<h1>Centered</h1>\n</div>', "Centered"),
    ('<div class="hero"><h1>Layout</h1></div>', None),
    ("<!-- <h1>no</h1> -->\n\nText", None),
    ("<script>\"<h1>no</h1>\"</script>\n\n# Yes", "Yes"),
    ("<h1>never closed", None),
]


def test_a_body_is_named_without_being_rendered_as_it_is_when_it_is():
    for body, words in BODIES:
        title = RENDERER.render(body).title
        assert (heading_title(body), title and title.text) == (words, words), body


def words_of(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", "", text)).split())


def h1s(page: str) -> list[str]:
    shown = re.sub(r"<(script|style)\b.*?</\1>|<!--.*?-->", "", page, flags=re.S)
    return [words_of(found) for found in re.findall(r"<h1\b[^>]*>.*?</h1>", shown, re.S)]


def test_a_page_has_one_h1_and_says_its_title_once(make_site):
    files = {f"content/n{at}.md": body for at, (body, _) in enumerate(BODIES)}
    files |= {f"content/given{at}.md": f"---\ntitle: {json.dumps(words, ensure_ascii=False)}\n---\n{body}"
              for at, (body, words) in enumerate(BODIES) if words}
    site = make_site({"config.yaml": URL, **files})
    site.build()
    for file in files:
        page = site.text(f"{file[8:-3]}/index.html")
        words = dict(enumerate(words for _, words in BODIES))[int(re.search("[0-9]+", file)[0])]
        title = words_of(re.search("<title>(.*?)</title>", page, re.S)[1])
        assert title.removesuffix(" · T") == " ".join((words or file[8:-3].capitalize()).split()), files[file]
        (h1,) = h1s(page)
        h2s = re.findall(r"<h2\b.*?</h2>", page, re.S)
        assert h1 not in [words_of(found).strip("#") for found in h2s], files[file]


@pytest.mark.parametrize(("given", "heading"), [
    ("What's new", "What's new"), ("What’s new", "What's new"), ("what's NEW", "What’s new"),
    ("A – b…", "A -- b..."), ("Use `x` well", "Use `x` well"), ("Use x well", "Use `x` well"),
    (":tada: Out", ":tada: Out"), ("🎉 Out", ":tada: Out"), ("The $x$ axis", "The $x$ axis"),
    ("Features", "Features {#f .big}"), ("Cafe\u0301", "Café"), ("A  b", "A b"), ("A & <b>", "A &amp; \\<b>")])
def test_front_matter_and_a_heading_of_the_same_words_are_one_title(build_site, given, heading):
    front = f"---\ntitle: {json.dumps(given, ensure_ascii=False)}\n---\n"
    site = build_site({"content/a.md": f"{front}# {heading}\n\nText"})
    assert len(h1s(site.text("a/index.html"))) == 1
    assert "<h2" not in site.text("a/index.html")


def test_another_title_leaves_the_heading_where_it_is(build_site):
    site = build_site({"content/a.md": "---\ntitle: C\n---\n# C++\n\nText",
                       "content/b.md": "---\ntitle: Given\n---\n<h1 id=own>Raw</h1>\n\n<h1>More</h1>"})
    assert h1s(site.text("a/index.html")) == ["C"]
    assert '<h2 id="c">C++</h2>' in site.text("a/index.html")
    assert h1s(site.text("b/index.html")) == ["Given"]
    assert re.findall("<h[1-6][^>]*>(?:Raw|More)</h[1-6]>", site.text("b/index.html")) == [
        '<h2 id="own">Raw</h2>', '<h2 id="more">More</h2>']


def test_a_centered_heading_stays_so(build_site):
    site = build_site({"content/a.md": '<h1 align="center"><img src="https://x.example/l.png" alt="L"> Name</h1>\n\nT'})
    (h1,) = re.findall("<h1.*?</h1>", site.text("a/index.html"), re.S)
    assert '<span style="display: block; text-align: center;"><img src="https://x.example/l.png"' in h1
    assert "<title>Name" in site.text("a/index.html")


def test_raw_headings_in_many_places_take_linear_time_and_leave_no_h1():
    for piece in ("<h1>a</h1>\n", "<h1 ", "<script><h1>", "<!-- <h1> ", "</h1>", "<div><h1>", "<h1>\n\n"):
        body = piece * (60_000 // len(piece))
        rendered = RENDERER.render(body)
        text = "".join(part for part in rendered.html.parts if isinstance(part, str))
        assert len(re.findall("<h1>a", text)) == 0
        assert heading_title(body) == (rendered.title and rendered.title.text)


DOCS = {
    "config.yaml": f"{URL}llms: true\ndocs: .\nmenu: [{{url: /a/}}]\n",
    "content/a.md": "# Features { #features }\n\nText, and [[Features]], [[others]], [[four x]].\n",
    "content/b.md": "# Others {#others}\n\nText\n", "content/c.md": "# Three { .big }\n\nText\n",
    "content/d.md": "---\ndescription: x\n---\n\n# *Four* `x` { #four .y }\n\nText\n",
    "content/posts/2026-01-01-p.md": "# Post's {#p}\n\nText",
}


def test_attribute_lists_are_nowhere_in_titles(build_site):
    site = build_site(DOCS, config="")
    texts = [site.text(f"{name}/index.html") for name in "abcd"] + [
        site.text(name) for name in ("index.html", "posts/p/index.html", "feed.xml", "rss.xml", "llms.txt")]
    for text in texts:
        assert not re.search(r"\{ ?[#.](?:features|others|big|four|p)\b", text)
    assert 'href="/a/">Features</a>' in texts[1]
    assert all(f'href="/{name}/">' in texts[0] for name in "bd")
    assert "Four x" in texts[2]
    assert ET.fromstring(site.text("feed.xml")).find("{*}entry/{*}title").text == "Post's"
    assert not re.search(r"\[\[|\{ ?[#.]", site.text("a/index.md"))


def test_titles_and_descriptions_are_one_line(build_site):
    site = build_site({
        "config.yaml": "title: >\n  My site\ndescription: |\n  All\n  of it\nbase_url: https://example.org/\n",
        "content/posts/2026-01-01-a.md":
            "---\ntitle: >\n  One two\n  three\ndescription: |\n  Line one\n  line two\n---\nx",
        "content/posts/2026-01-02-b.md": '---\ntitle: "Four\\n five"\ndescription: " six\\r\\nseven\\t"\n---\nx',
        "content/posts/2026-01-03-c.md": "Eight\nnine\n===\n\nx"}, config="")
    for name, title, about in (("a", "One two three", "Line one line two"), ("b", "Four five", "six seven"),
                               ("c", "Eight nine", "Eight nine: x")):
        page = site.text(f"posts/{name}/index.html")
        assert f"<title>{title} · My site</title>" in page
        assert f'<meta property="og:title" content="{title}">' in page
        assert f'<meta name="description" content="{about}">' in page
        linked = json.loads(re.search(r'<script type="application/ld\+json"[^>]*>(.*?)</script>', page, re.S)[1])
        assert title in json.dumps(linked)
        assert "\\n" not in json.dumps(linked)
    feed = ET.fromstring(site.text("feed.xml"))
    assert feed.find("{*}title").text == "My site"
    assert [each.text for each in feed.iterfind("{*}entry/{*}title")] == ["Eight nine", "Four five", "One two three"]


ANCHORS = [  # as github-slugger and comrak make them
    ("--verbose", "--verbose"), ("🚀 Quick start", "-quick-start"), ("Part 1 -- the start", "part-1----the-start"),
    (":sparkles: New", "sparkles-new"), ("⚠️ Mind", "\ufe0f-mind"), ("`code --flag` it's \"q\"", "code---flag-its-q"),
    ("What's new... in v1.2?", "whats-new-in-v12"), ("a — b – c", "a--b--c"), ("C++ & C#", "c--c"),
    ("1.背景介绍", "1背景介绍"), ("第 1 章：開始", "第-1-章開始"), ("Über_uns", "über_uns"), ("A / b", "a--b"),
    ("[Link](p.md) *em* **b**", "link-em-b"), ("The $x$ axis", "the-x-axis"), ("Same", "same"), ("Same", "same-1"),
    ("Same", "same-2"), ("x<sup>2</sup> <br> y", "x2--y"), ("(a) [b] {c}", "a-b-c"), ("&amp; &lt;", "-"),
    ("日本語のテスト。", "日本語のテスト"), ("한국어 제목!", "한국어-제목"), ("Ελληνικά ΣΑΣ", "ελληνικά-σας"),
    ("Note[^1]", "note"), ("100 % -- done", "100-----done"),
]


def test_anchors_are_those_of_github_whatever_typography_does(build_site):
    body = "".join(f"## {heading}\n\nx\n\n" for heading, _ in ANCHORS) + "[^1]: Note.\n\n"
    links = " ".join(f"[l](#{anchor})" for _, anchor in ANCHORS)
    for smart in ("true", "false"):
        site = build_site({"config.yaml": f"{URL}markdown: {{smart: {smart}}}\n",
                           "content/p.md": f"# P\n\n{body}{links}\n"}, config="")
        assert re.findall(r'<h2 id="([^"]*)"', site.text("p/index.html")) == [anchor for _, anchor in ANCHORS]


def test_titles_are_kept_and_what_is_damaged_is_found_again(make_site):
    site = make_site({"config.yaml": URL, **{f"content/p{at}.md": f"# Title {at}\n\nText" for at in range(3)}})
    site.build()
    with sqlite3.connect(site.root / ".coldpress/markup.sqlite") as connection:
        assert sorted(connection.execute("SELECT heading FROM headings")) == [(f"Title {at}",) for at in range(3)]
        connection.execute("UPDATE headings SET heading = 'Mistaken' WHERE heading = 'Title 1'")
    connection.close()
    site.edit({"content/p1.md": "# Title 1\n\nText, and more", "content/p2.md": "# Another\n\nText"})
    assert site.build().rendered >= {"/p1/", "/p2/"}
    assert "<title>Title 1 " in site.text("p1/index.html")
    assert "<title>Another " in site.text("p2/index.html")
