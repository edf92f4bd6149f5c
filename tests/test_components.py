"""Directives: what a template of their name makes of them, and what stays text."""

from __future__ import annotations

import struct
import zlib

import pytest

URL = "base_url: https://example.org/blog/\n"


def page(site, name="a"):
    """The prose of a page."""
    return site.text(f"{name}/index.html").partition('<div class="prose"')[2].partition("</article>")[0]


def png(width, height):
    """A picture of so many black pixels."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + b"\0" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + chunk(
        b"IDAT", rows) + chunk(b"IEND", b"")


OWN = {"templates/components/badge.html": '<b class="{{ attributes.kind or "" }}">{{ body }}|{{ title }}</b>'}


@pytest.mark.parametrize(("written", "html"), [
    (":::badge[On *it*]{kind=new}\nText **b**.\n:::",
     '<b class="new"><p>Text <strong>b</strong>.</p>\n|On <em>it</em></b>'),
    (":::badge Some words\nText.\n:::", '<b class=""><p>Text.</p>\n|Some words</b>'),
    ("::: {.badge kind=x}\nText.\n:::", '<b class="x"><p>Text.</p>\n|</b>'),
    ("::badge[Alone]{kind=leaf}", '<b class="leaf">|Alone</b>'),
    ("A :badge[*in* text]{kind=i} here.", '<p>A <b class="i"><em>in</em> text|</b> here.</p>'),
    ("::::badge\n:::badge\nInner.\n:::\n::::", '<b class=""><b class=""><p>Inner.</p>\n|</b>\n|</b>'),
    (":::badge\nOuter.\n:::badge\nInner.\n:::\n:::\nAfter.",
     '<b class=""><p>Outer.</p>\n<b class=""><p>Inner.</p>\n|</b>\n|</b>\n<p>After.</p>'),
    ("- item\n\n  :::badge\n  In a list.\n  :::\n- two", '<b class=""><p>In a list.</p>\n|</b>'),
    (":::badge\n```\n:::\n```\n:::",
     '<b class=""><div class="code"><pre tabindex="0"><code>:::\n</code></pre></div>\n|</b>'),
])
def test_a_template_shows_a_directive(build_site, written, html):
    assert html in page(build_site({**OWN, "content/a.md": written + "\n"}))


@pytest.mark.parametrize(("written", "html"), [
    (":::badge\n<h2>Open\n\n:::\n", '<b class=""><h2>Open\n</h2>|</b>'),
    (":::badge\n<div>\n\n:::\n\n</div>\n\nAfter.", '<b class=""><div>\n</div>|</b>\n\n<p>After.</p>'),
    ("<p>\n\n:::badge\n<h2>Open\n\n:::\n", '<p>\n<b class=""><h2>Open\n</h2>|</b>'),
    (":::badge\n<table><tr><td>x\n\n:::\n", '<b class=""><table><tr><td>x\n</table>|</b>'),
    ("A :badge[<em>in] here.", '<p>A <b class=""><em>in</em>|</b> here.</p>'),
    ("<div><a href='/a/'>Out\n\n:::badge\n<a href='/a/'>in</a>\n\n:::\n", '<b class=""><p>in</p>\n|</b></a></div>'),
    (":::badge[<em>Title]\n<i>Text\n\n:::\n", '<b class=""><p><i>Text</i></p>\n|<em>Title</em></b>')])
def test_what_is_open_in_a_component_ends_with_it(build_site, written, html):
    site = build_site({**OWN, "content/a.md": written})
    assert html in page(site)


@pytest.mark.parametrize("written", [
    "std::vector{}", "Use ::vector{} here.", "at 8:30[1] or 9:15", "a [[1,2]] matrix", "a:b[c]", "http://x.org:80[1]",
    "x::y[z]", "10:20:30", ":not-a-code:", "key:value{x}", "`:badge[x]`", ":nothing[known]{a=b}", "::vector{}",
    ":::", "C++ ::std::map",
])
def test_what_nobody_knows_stays_text(make_site, written):
    site = make_site({**OWN, "content/a.md": f"---\ntitle: A\n---\n{written}\n"})
    assert site.build().problems == []
    shown = page(site).replace("<code>", "`").replace("</code>", "`").replace('<a href="http://x.org:80[1]">', "")
    assert written in shown.replace("</a>", "")


def test_an_unknown_container_keeps_its_content_and_is_told(make_site):
    site = make_site({**OWN,
        "content/a.md": "---\ntitle: A\n---\n\n:::bagde[T]\nKept *text*.\n:::\n\n:::提示\nMore.\n:::\n\n"
                        ":::warnng[Oops]\nC\n:::\n"})
    result = site.build()
    first, second, third = result.problems
    assert (third["place"]["length"], third["hint"]) == (len(":::warnng"), "did you mean `warning`?")
    assert result.code == 0
    assert (first["code"], first["place"]["line"], first["hint"]) == ("markup.component", 5, "did you mean `badge`?")
    assert "templates/components/提示.html" in second["hint"]
    assert "<p>Kept <em>text</em>.</p>" in page(site)
    assert "<p>More.</p>" in page(site)


def test_one_that_is_never_closed_is_told(make_site):
    site = make_site({"content/a.md": "---\ntitle: A\n---\n:::note\nText.\n"})
    problem, = site.build().problems
    assert (problem["code"], problem["place"]["line"]) == ("markup.directive", 4)
    assert '<div class="admonition note">' in page(site)
    problem, = site.edit({"content/a.md": "---\ntitle: A\n---\n:::note[A]{.wide\nText.\n"}).build().problems
    assert (problem["code"], problem["place"]["line"], problem["place"]["column"]) == ("markup.directive", 4, 11)
    assert problem["message"] == "the `{` of this directive is never closed"


@pytest.mark.parametrize(("written", "title"), [
    (":::tip\nBody.\n:::", "Tip"), (":::tip Mind *this*\nBody.\n:::", "Mind <em>this</em>"),
    (":::tip[Mind this]{.wide #i}\nBody.\n:::", "Mind this"), (':::tip{title="Mind this"}\nBody.\n:::', "Mind this"),
    (":::{tip} Mind this\nBody.\n:::", "Mind this"), ('::: {.callout-tip title="Mind this"}\nBody.\n:::', "Mind this"),
])
def test_callouts_need_no_template(build_site, written, title):
    html = page(build_site({"content/a.md": written}))
    assert '<div class="admonition tip' in html
    assert f'<p class="admonition-title">{title}</p>\n<p>Body.</p>' in html


def test_the_components_we_bring(make_site):
    site = make_site({"content/a.md": """---
title: A
---
::figure[A *cap*]{src="x.png" alt="Alt"}

:::gallery
![One](x.png)
![Two](x.png)
:::

:::details[More]{open}
Hidden.
:::

::::tabs
:::tab[Linux]
One.
:::
:::tab[macOS]
Two.
:::
::::

::embed[A page]{href="https://elsewhere.example/x?y=1" description="Of it"}
""", "content/x.png": png(7, 5), "config.yaml": f"{URL}images: false\n"})
    assert site.build().problems == []
    html = page(site)
    assert '<img src="/blog/x.png" width="7" height="5" alt="Alt" fetchpriority="high" decoding="async">' in html
    assert "<figcaption>A <em>cap</em></figcaption>" in html
    assert html.count('src="/blog/x.png" width="7" height="5"') == 3
    assert "<details open>\n<summary>More</summary>" in html
    assert html.count('class="tabbed-block"') == 2
    assert 'for="tabs-4-2">macOS</label>' in html
    assert '<a class="embed" href="https://elsewhere.example/x?y=1"' in html
    assert "elsewhere.example</span>" in html
    assert "<iframe" not in html
    assert "<script" not in html


def test_references_in_attributes_are_checked(make_site):
    site = make_site({"content/a.md": '---\ntitle: A\n---\n\n::figure{src="gone.png"}\n'})
    problem, = site.build().problems
    assert (problem["code"], problem["place"]["line"], problem["place"]["column"]) == ("link.broken-image", 5, 15)


def test_an_edited_template_renders_the_pages_that_show_it(make_site):
    site = make_site({**OWN, "content/a.md": ":badge[x]", "content/b.md": "No."})
    site.build()
    assert site.edit({"templates/components/badge.html": "<i>{{ body }}</i>"}).build().rendered == {"/a/"}
    assert "<i>x</i>" in page(site)
    assert site.edit({"templates/components/badge.html": None}).build().rendered == {"/a/"}
    failed, = site.edit({"templates/components/badge.html": "<i>\n{{ bodi }}</i>"}).build().problems
    assert [(place["path"], place["line"], place["column"]) for place in (failed["place"], *failed["also"])] == [
        ("templates/components/badge.html", 2, 4), ("content/a.md", 1, 1)]
    assert '<span class="component label">x</span>' in page(site), "the theme has one too"


# Files shown in a page.

def test_a_file_of_the_site_is_shown(make_site):
    site = make_site({"content/docs/a.md": '::include{file="/code/x.py" lines=2-3}\n\n::include{file="y.txt"}\n\n'
                                           '::include{file="b.md"}',
                                               "code/x.py": "one = 1\ntwo = 2\nthree = 3\nfour = 4\n",
                      "content/docs/y.txt": "Text <b>", "content/docs/b.md": "# B\n\n## Part\n\nOther [c](c.md).",
                      "content/docs/c.md": "C."})
    assert site.build().problems == []
    html = page(site, "docs/a")
    assert "two" in html
    assert "three" in html
    assert "one" not in html
    assert "four" not in html
    assert "Text &lt;b&gt;" in html
    assert 'Other <a href="/docs/c/">c</a>' in html
    assert "<h2>Part</h2>" in html, "a heading without its id, which belongs to its own page"
    assert site.edit({"code/x.py": "one = 1\ntwo = 22\n"}).build().rendered == {"/docs/a/"}
    assert "22" in page(site, "docs/a")
    assert "/docs/a/" in site.edit({"content/docs/b.md": "# B\n\nNew."}).build().rendered


@pytest.mark.parametrize("file", ["../../secret.txt", "/../secret.txt", "/.coldpress/x", "gone.txt", "/.env", "a.md"])
def test_no_other_file_is_shown(make_site, file):
    site = make_site({"content/a.md": f'::include{{file="{file}"}}', "../secret.txt": "secret", ".env": "secret"})
    problem = site.build().problems[0]
    assert (problem["code"], problem["place"]["line"]) == ("markup.include", 1)
    assert "secret<" not in page(site)
    assert "secret\n" not in page(site)
    assert f"<code>{file}</code>" in page(site)


# Links by name and by endpoint.

NAMED = {"content/docs/guide.md": "---\ntitle: The Guide\n---\n## Part one\n", "content/关于.md": "# 关于我们\n"}


@pytest.mark.parametrize(("written", "html"), [
    ("[[The Guide]]", '<a href="/blog/docs/guide/">The Guide</a>'),
    ("[[the guide|read *it*]]", '<a href="/blog/docs/guide/">read *it*</a>'),
    ("[[guide]]", '<a href="/blog/docs/guide/">guide</a>'),
    ("[[docs/guide#part-one]]", '<a href="/blog/docs/guide/#part-one">docs/guide › part-one</a>'),
    ("[[The Guide#Part one|x]]", '<a href="/blog/docs/guide/#part-one">x</a>'),
    ("[[关于我们]]", '<a href="/blog/%E5%85%B3%E4%BA%8E/">关于我们</a>'),
    ("[x](endpoint:archive)", '<a href="/blog/archive/">x</a>'),
    ("[x](endpoint:own?name=a%20b)", '<a href="/blog/own/a%20b/">x</a>'),
])
def test_a_link_by_name(make_site, written, html):
    site = make_site({**NAMED, "content/a.md": written, "content/z.md": "[z](endpoint:own?name=z)",
        "content/posts/2026-01-02-p.md": "x", "config.yaml": URL,
                      "build.py": OWN_ROUTE})
    assert site.build().problems == []
    assert html in page(site)


OWN_ROUTE = '''"""A site with a route of its own."""

import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.get("/own/<name>/")
    def own(name):
        return f"<!doctype html><title>{name}</title>"

    @app.route("/contact/", methods=["GET", "POST"])
    @coldpress.live
    def contact():
        return ""

    @app.post("/send/")
    def send():
        return ""

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
'''


@pytest.mark.parametrize(("written", "message", "hint"), [
    ("[x](endpoint:own)", "the endpoint `own` has no URL with these values",
     "its URL takes values: `endpoint:own?name=…`"),
    ("[x](endpoint:send)", "the endpoint `send` answers no GET requests, which links make", None),
    ("[[The Giude]]", "no page is called `The Giude`", "did you mean `the guide`?"),
    ("[x](endpoint:archiv)", "there is no endpoint `archiv`", "did you mean `archive`?"),
])
def test_a_name_that_nobody_has_is_told(make_site, written, message, hint):
    site = make_site({**NAMED, "content/a.md": f"---\ntitle: A\n---\nSee {written}.\n",
                      "content/z.md": "[z](endpoint:own?name=z)", "build.py": OWN_ROUTE})
    problem, = site.build().problems
    assert (problem["message"], problem["hint"]) == (message, hint)
    assert problem["code"] == ("link.unknown-name" if written.startswith("[[") else "link.broken-link")
    if written.startswith("[["):
        assert f"<p>See {written}.</p>" in page(site)
    assert (problem["place"]["line"], problem["place"]["column"]) == (4, 5 + 4 * written.startswith("[x]"))


def test_a_link_to_a_live_view_is_a_note(make_site):
    site = make_site({**NAMED, "content/a.md": "[x](endpoint:contact)", "build.py": OWN_ROUTE,
                      "content/z.md": "[z](endpoint:own?name=z)"})
    assert site.build().problems == []
    assert '<a href="/contact/">x</a>' in page(site)
    problem, = site.build("-v").problems
    assert (problem["severity"], problem["message"]) == (
        "note", "the endpoint `contact` is live: the app answers it, but a static host has no such page")


def test_a_page_that_takes_a_name_renders_those_that_link_to_it(make_site):
    site = make_site({"content/a.md": "[[Later]]", "content/b.md": "B."})
    site.build()
    assert "/a/" in site.edit({"content/later.md": "L."}).build().rendered
    assert '<a href="/later/">Later</a>' in page(site)


# Images.

def test_images_have_their_size(make_site):
    site = make_site({"content/a.md": "![x](p.png)\n\n![y](p.png){width=3}\n\n<img src=\"p.png\" alt=\"\">\n\n"
                                      "![z](https://example.com/p.png) ![v](v.svg)",
                      "content/p.png": png(40, 30), "content/v.svg": '<svg width="12" height="8"></svg>',
                      "content/posts/2026-01-02-p.md": "![x](../p.png) and a text.",
                      "config.yaml": f"{URL}images: false\n"})
    assert site.build().problems == []
    html = page(site)
    assert '<img alt="x" src="/blog/p.png" width="40" height="30" fetchpriority="high" decoding="async">' in html
    assert '<img alt="y" src="/blog/p.png" width="3" height="2" loading="lazy" decoding="async">' in html
    assert '<img src="/blog/p.png" width="40" height="30" alt="" loading="lazy" decoding="async">' in html
    assert '<img alt="z" src="https://example.com/p.png" loading="lazy" decoding="async">' in html
    assert "https://example.org/blog/p.png" in site.text("feed.xml")


def test_an_image_of_another_size_renders_the_page(make_site):
    site = make_site({"content/a.md": "![x](p.png)", "content/b.md": "B.", "content/p.png": png(40, 30)})
    site.build()
    assert site.edit({"content/p.png": png(20, 30)}).build().rendered == {"/a/"}
    assert 'width="20" height="30"' in page(site)
    assert site.edit({"content/p.png": b"no picture"}).build().rendered == {"/a/"}
    assert "width" not in page(site)


def test_a_leaf_that_stays_text_by_mistake_is_told(make_site):
    site = make_site({"content/a.md": "::inclde{file=b.md}\n\n::somebody-elses{x}\n\n::note{text=\"Hi\"}\n\n"
                                      "Above\n::include{file=b.md}\n::vector{}\n"})
    assert [(each["code"], each["place"]["line"], each["hint"]) for each in site.build().problems] == [
        ("markup.component", 1, "did you mean `include`?"),
        ("markup.component", 5, "it is shown as text; make `templates/components/note.html`"),
        ("markup.directive", 8, "put an empty line above it")]


def test_a_misspelt_attribute_of_a_component_of_the_theme_is_told(make_site):
    site = make_site({
        "content/a.md": ':::hero[T]{imgae="a.png" data-x=1}\nB.\n:::\n\n'
                        'X :badge[n]{tome=red} y.\n\n:::own{imgae=1}\nB.\n:::\n',
        "templates/components/own.html": "{{ attributes.image }}{{ body }}"})
    told = [(each["code"], each["place"]["line"], each["hint"]) for each in site.build().problems
            if each["code"].startswith("markup")]
    assert told == [("markup.attribute", 1, "did you mean `image`?"), ("markup.attribute", 5, "did you mean `tone`?")]
    site.edit({"templates/components/hero.html": "{{ attributes.imgae }}{{ body }}"})
    assert [each["place"]["line"] for each in site.build().problems if each["code"] == "markup.attribute"] == [5]
