"""Markdown as people write it, and what becomes of it."""

from __future__ import annotations

import re

import pytest

from coldpress.content.pictures import plain_image
from coldpress.markdown.native import Renderer
from coldpress.markdown.rendered import Component, Link, Picture
from coldpress.markdown.tree import CALLOUT_TITLE

RENDERER = Renderer()


def fill(slot):
    """A slot's HTML: a link as written, of a title its text, of a component its content."""
    if isinstance(slot, Component):
        return str(slot.attributes[0][1]).capitalize() if slot.name == CALLOUT_TITLE else slot.body.fill(fill)
    if isinstance(slot, Picture):
        return plain_image(dict(slot.attributes), slot.link.target)
    return slot.target if isinstance(slot, Link) else f"<title>{slot.text}</title>"


def render(body):
    """HTML of a body."""
    return RENDERER.render(body).html.fill(fill).replace(' loading="lazy" decoding="async"', "")


def code(text, language="", inner=None):
    name = f' class="language-{language}"' if language else ""
    return f'<div class="code"><pre tabindex="0"><code{name}>{text if inner is None else inner}\n</code></pre></div>'


# Constructs.

@pytest.mark.parametrize(("body", "html"), [
    ("A *b* **c** `d`  \ne", "<p>A <em>b</em> <strong>c</strong> <code>d</code><br>\ne</p>"),
    ("~~del~~ H~2~O ^^ins^^ x^2^", "<p><del>del</del> H<sub>2</sub>O <ins>ins</ins> x<sup>2</sup></p>"),
    ("snake_case_word and 2*3*4", "<p>snake_case_word and 2<em>3</em>4</p>"),
    ("Term\n:   One\n:   Two", "<dl>\n<dt>Term</dt>\n<dd>One</dd>\n<dd>Two</dd>\n</dl>"),
    ("*[HTML]: Hyper Text\n\nThe HTML.", '<p>The <abbr title="Hyper Text">HTML</abbr>.</p>'),
    ("Text.\n{: .wide #i }", '<p class="wide" id="i">Text.</p>'),
    ("## H {#own .c}", '<h2 id="own" class="c">H</h2>'),
    ("![](a.png){width=3}", '<p><img alt="" src="a.png" width="3"></p>'),
    ('<div markdown="1">\n\n*hi*\n\n</div>', "<div>\n<p><em>hi</em></p>\n</div>"),
    ("<div>\n*no*\n</div>", "<div>\n*no*\n</div>"),
    ("- [ ] a\n- [x] b", '<ul class="task-list">\n'
     '<li class="task-list-item"><label><input type="checkbox" disabled> a</label></li>\n'
     '<li class="task-list-item"><label><input type="checkbox" disabled checked> b</label></li>\n</ul>'),
    ("++ctrl+k++ ++\"Any\"++ C++ and D++ i++x++ ++nokey++",
     '<p><span class="keys"><kbd class="key-control">Ctrl</kbd>+<kbd class="key-k">K</kbd></span> '
     '<span class="keys"><kbd>Any</kbd></span> C++ and D++ i++x++ ++nokey++</p>'),
    ("`#!python x` `#!nolanguage x` `#!/bin/sh x`", '<p><code class="language-python"><span class="n">x</span></code> '
     "<code>#!nolanguage x</code> <code>#!/bin/sh x</code></p>"),
    ("{++a *b*++}{--c--} {~~d~>e~~} {==f==}{>>g<<} {==",
     '<p><ins class="critic">a <em>b</em></ins><del class="critic">c</del> <del class="critic">d</del>'
     '<ins class="critic">e</ins> <mark class="critic">f</mark><span class="critic">g</span> {==</p>'),
    ('<figure markdown="span">\n    ![x](a.png)\n\n  <figcaption>A *b*</figcaption>\n</figure>\n\nC.',
     '<figure>\n<img alt="x" src="a.png">\n\n<figcaption>A <em>b</em></figcaption>\n</figure>\n<p>C.</p>'),
    ('<p markdown="span">*a*</p>\n\nb', "<p><em>a</em></p>\n<p>b</p>"),
    ("```py\nx = 1  # (1)!\ny  # but (2)\nf(3)  # no (4) here\n```\n\n1. One\n2. Two",
     code("", "py", '<span class="n">x</span> <span class="o">=</span> <span class="mi">1</span>  '
          '<span class="c1"># <b class="annotation">(1)</b></span>\n<span class="n">y</span>  '
          '<span class="c1"># but <b class="annotation">(2)</b></span>\n<span class="n">f</span>'
          '<span class="p">(</span><span class="mi">3</span><span class="p">)</span>  '
          '<span class="c1"># no (4) here</span>') + '\n<ol class="annotations">\n<li>One</li>\n<li>Two</li>\n</ol>'),
    ("```py\nx # (1)!\n```\n\nText.", code("", "py", '<span class="n">x</span> <span class="c1"># (1)!</span>')
     + "\n<p>Text.</p>"),
    ("The mass \\( m = 1 \\) and \\( no formula \\)",
     '<p>The mass <math><mi>m</mi><mo>=</mo><mn>1</mn></math> and ( no formula )</p>'),
    ("3. three\n4. four", '<ol start="3">\n<li>three</li>\n<li>four</li>\n</ol>'),
    ("<script>\nif (a < b && c) {}\n</script>", "<script>\nif (a < b && c) {}\n</script>"),
    ("a <!-- b --> c", "<p>a <!-- b --> c</p>"),
    ("AT&T &copy; 1 < 2", "<p>AT&amp;T © 1 &lt; 2</p>"),
    ("**“重点”**内容", "<p><strong>“重点”</strong>内容</p>"),
    ("**重点。**中文和**（括号）**后", "<p><strong>重点。</strong>中文和<strong>（括号）</strong>后</p>"),
    ("中文**粗体**中文*斜体*中文", "<p>中文<strong>粗体</strong>中文<em>斜体</em>中文</p>"),
    ("中文\n换行", "<p>中文换行</p>"),
    ("one\\\ntwo", "<p>one<br>\ntwo</p>"),
    ("#hashtag", "<p>#hashtag</p>"),
    ("Text:\n- a\n- b", "<p>Text:</p>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    ("- a\n  - b\n    - c", "<ul>\n<li>a\n<ul>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ul>\n</li>\n</ul>"),
    ("1) a\n2) b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
    # Text that looks like a template is text.
    ("{{ x }} {% if y %} {% raw %}", "<p>{{ x }} {% if y %} {% raw %}</p>"),
    ("{{< fig src=\"x\" >}}", "<p>{{&lt; fig src=\"x\" &gt;}}</p>"),
    ("{: not attributes", "<p>{: not attributes</p>"),
    ("{%- note -%}\ntext\n{%- endnote %}", "<p>{%- note -%}\ntext\n{%- endnote %}</p>"),
    ("`{{ x }}`", "<p><code>{{ x }}</code></p>"),
    ("```\n{{ x }} {% y %}\n```", code("{{ x }} {% y %}")),
])
def test_markdown_becomes_html(body, html):
    assert render(body).strip() == html


def test_tables_scroll_and_take_the_focus():
    html = render("| a | b |\n|---|--:|\n| 1 | `x\\|y` \\| |")
    assert html.startswith('<div class="table" tabindex="0"><table>')
    assert html.endswith("</table></div>")
    assert '<th style="text-align: right;">b</th>' in html
    assert "<code>x|y</code> |</td>" in html


def test_a_table_in_a_list_stays_in_it():
    html = render("- item\n\n  | a |\n  |---|\n  | 1 |\n")
    assert html.index("<table>") < html.index("</li>")


def test_footnotes_lead_there_and_back():
    html = render("One[^a] two[^b] one[^a].\n\n[^a]: First `x`.\n[^b]: Second.\n")
    assert '<sup id="fnref:a"><a class="footnote-ref" href="#fn:a">1</a></sup>' in html
    assert '<li id="fn:a">\n<p>First <code>x</code>.' in html
    assert all(f'href="#{anchor}"' in html for anchor in ("fnref:a", "fnref2:a", "fnref:b"))


def test_footnotes_are_numbered_as_they_are_read():
    html = render("One[^a] two[^b].\n\n[^b]: Second.\n[^a]: First.\n")
    assert html.index(">1</a></sup>") < html.index(">2</a></sup>")


@pytest.mark.parametrize(("body", "kind", "title"), [
    ("!!! note\n    Body *x*.", "note", "Note"),
    ('!!! warning "Take care"\n    Body *x*.', "warning", "Take care"),
    ("> [!NOTE]\n> Body *x*.", "note", "Note"),
    ("> [!WARNING] Take care\n> Body *x*.", "warning", "Take care"),
    ("> [!tip]\n> Body *x*.", "tip", "Tip"),
    ("> [!提示]\n> Body *x*.", "提示", "提示"),
    ("!!! émission\n    Body *x*.", "émission", "Émission"),
])
def test_callouts(body, kind, title):
    assert render(body) == (f'<div class="admonition {kind}">\n<p class="admonition-title">{title}</p>\n'
                            "<p>Body <em>x</em>.</p>\n</div>")


@pytest.mark.parametrize(("body", "opening"), [
    ('??? note "More"\n    Body.', ('note"', "More")),
    ("???+ tip\n    Body.", ('tip" open', "Tip")),
    ("> [!TIP]+\n> Body.", ('tip" open', "Tip")),
    ("> [!bug]- It *fails*\n> Body.", ('bug"', "It <em>fails</em>")),
])
def test_details(body, opening):
    kind, title = opening
    assert render(body) == (f'<details class="admonition {kind}>\n<summary class="admonition-title">{title}</summary>\n'
                            "<p>Body.</p>\n</details>")


def test_an_ordinary_quote_is_no_callout():
    assert render("> [link](x.md)\n> text") == '<blockquote>\n<p><a href="x.md">link</a>\ntext</p>\n</blockquote>'


# Headings.

@pytest.mark.parametrize(("body", "ids"), [
    ("## 1.背景介绍\n\n## 1.背景介绍\n\n## 1.背景介绍", ["1背景介绍", "1背景介绍-1", "1背景介绍-2"]),
    ("## A-1\n\n## A\n\n## A", ["a-1", "a", "a-2"]),
    ("## Foo\n\n## Own {#foo}", ["foo-1", "foo"]),
    ("## ！！！\n\n## …", ["section", "section-1"]),
    ("## *Em* `code()` [link](x)", ["em-code-link"]),
    ("## Note[^1]\n\n[^1]: x", ["note"]),
    ("## Über {: .c }", ["über"]),
    ("## Q&A", ["qa"]),
    ("## a < b", ["a--b"]),
    ("## `<b>`", ["b"]),
])
def test_headings_have_ids_of_their_words(body, ids):
    rendered = RENDERER.render(body)
    assert [heading.id for heading in rendered.toc] == ids
    assert [anchor for anchor in rendered.anchors if not anchor.startswith("fn")] == ids


def test_the_contents_are_a_tree():
    toc = RENDERER.render("## A & *b*\n\n### C\n\n#### D\n\n## E").toc
    assert [(heading.level, heading.title) for heading in toc] == [(2, "A & b"), (2, "E")]
    assert [(heading.level, heading.title, len(heading.children)) for heading in toc[0].children] == [(3, "C", 1)]


def test_the_contents_stand_where_the_author_wants_them():
    html = render("[TOC]\n\n## A\n\n### B\n")
    assert html.startswith('<div class="toc">')
    assert '<a href="#a">A</a>' in html
    assert "[TOC]" in render("Text [TOC] text")


# Code.

@pytest.mark.parametrize(("body", "html"), [
    ("```\n<b> & {{ x }}\n```", code("&lt;b&gt; &amp; {{ x }}")),
    ("```nosuchlang\n<b>\n```", code("&lt;b&gt;", "nosuchlang")),
    ("```text\na\n\n  b\n```", code("a\n\n  b", "text")),
    ("~~~\na\n~~~", code("a")),
    ("````\n```\na\n```\n````", code("```\na\n```")),
    ("```python\nx = 1\n```", code("", "python", '<span class="n">x</span> <span class="o">=</span> '
                                                 '<span class="mi">1</span>')),
    ("```C++\nx\n```", code("", "c++", '<span class="n">x</span>')),
    ("> ```\n> a\n> ```", f"<blockquote>\n{code('a')}\n</blockquote>"),
    ("    a *b*\n", code("a *b*")),
    ("```py\nnever closed", code("", "py", '<span class="n">never</span> <span class="n">closed</span>')),
])
def test_code_blocks(body, html):
    assert render(body) == html


def test_a_title_and_marked_lines():
    html = render('```py title="a <b>.py" hl_lines="1 3-4"\na\nb\nc\nd\n```')
    assert html.startswith('<figure class="code"><figcaption>a &lt;b&gt;.py</figcaption><pre tabindex="0">')
    assert re.findall(r'<span class="line( hll)?">', html) == [" hll", "", " hll", " hll"]


@pytest.mark.parametrize("attributes", [
    "{1,3-5}", "{hl_lines=[2]}", "foo=bar", "showLineNumbers", '{.cls #id title="x" y=z}',
    'linenums="1" start="5"', "linenos,hl_lines=2",
])
def test_unknown_attributes_of_a_fence_are_never_printed(attributes):
    html = render(f"```python {attributes}\nx\n```")
    assert '<span class="n">x</span>' in html
    assert "```" not in html
    for word in ("{", "filename", "foo", "showLineNumbers", "cls", "linen"):
        assert word not in html


@pytest.mark.parametrize("body", [
    "- one\n\n    ```\n    a\n    ```\n- two\n",
    "- one\n\n    ```\n    a\n    ```\n\n- two\n",
    "1. one\n   ```\n   a\n   ```\n2. two\n",
    "- one\n\n  ```\n  a\n  ```\n\n- two\n",
])
def test_a_fence_in_a_list_stays_in_its_item(body):
    html = render(body)
    assert html.count("<li>") == 2
    assert code("a") in html
    assert html.index("<pre") < html.index("</li>")
    assert "- two" not in html


# Maths.

@pytest.mark.parametrize(("body", "before", "after"), [
    ("$$\nx^2\n$$", '<div class="math" tabindex="0"><math', "</math></div>"),
    ("$$x^2$$", '<div class="math" tabindex="0"><math', "</math></div>"),
    ("text\n$$\nx^2\n$$\nmore", '<p>text</p>\n<div class="math" tabindex="0"><math', "</math></div>\n<p>more</p>"),
    ("Let $$x^2$$ be.", "<p>Let <math", "</math> be.</p>"),
    ("> $$x^2$$ it", "<blockquote>\n<p><math", "</math> it</p>\n</blockquote>"),
    ("- a\n\n    $$\n    x^2\n    $$", '<ul>\n<li>\n<p>a</p>\n<div class="math" tabindex="0"><math',
     "</math></div>\n</li>\n</ul>"),
    ("> $$\n> x^2\n> $$", '<blockquote>\n<div class="math" tabindex="0"><math', "</math></div>\n</blockquote>"),
])
def test_formulas_become_mathml(body, before, after):
    html = render(body)
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html
    assert html.startswith(before)
    assert html.endswith(after)


@pytest.mark.parametrize("body", [
    "It costs $5 and $10, or $5–$10.", "$HOME and $PATH", "US$ 5, $$", "`$$x$$`", "```\n$$x$$\n```",
    "Code:\n\n    $$x$$\n",
    "<pre>$$x$$</pre>", "One $$ here.\n\nAnd $$ there.",
])
def test_money_and_code_are_no_formulas(body):
    rendered = RENDERER.render(body)
    assert "<math" not in render(body)
    assert rendered.flaws == ()
    assert render(body).count("$") == body.count("$")


def test_a_dollar_can_be_escaped():
    assert render(r"\$$x$$ and \$5") == "<p>$$x$$ and $5</p>"


@pytest.mark.parametrize(("body", "line", "column"), [
    (r"A $$\foo$$ b.", 1, 5),
    ("One.\n\nTwo $$x$$ $$a \\foo$$.", 3, 15),
    ("$$\nx^2\n\\foo\n$$", 3, 1),
    ("$$x + \\foo$$\n\n$$x + \\foo$$", 3, 7),
    ("`\\foo` is\n\n$$\\foo$$", 3, 3),
])
def test_a_formula_that_is_not_understood_is_shown_as_code_and_told(make_site, body, line, column):
    site = make_site({"content/a.md": f"---\ntitle: A\n---\n{body}\n"})
    result = site.build()
    last = result.problems[-1]
    assert result.code == 0
    assert (last["code"], last["severity"], last["hint"]) == ("markup.maths", "warning", "it is shown as code")
    assert (last["place"]["path"], last["place"]["line"], last["place"]["column"]) == ("content/a.md", line + 3, column)
    assert '<code class="math-rejected">' in site.text("a/index.html")
    assert r"\foo</code>" in site.text("a/index.html")


# Links.

AROUND = {"content/docs/other.md": "## Part\n", "content/docs/_index.md": "Docs.", "content/docs/b c.md": "x",
          "content/docs/pic.jpg": "", "content/about.md": "x", "content/img.png": ""}


@pytest.mark.parametrize(("written", "url"), [
    ("[x](other.md)", "/docs/other/"),
    ("[x](./other.md)", "/docs/other/"),
    ("[x](other.md#part)", "/docs/other/#part"),
    ("[x](other.md?a=1&b=2#part)", "/docs/other/?a=1&amp;b=2#part"),
    ("[x](../about.md)", "/about/"),
    ("[x](/about.md)", "/about/"),
    ("[x](/about/)", "/about/"),
    ("[x](/about)", "/about/"),
    ("[x](../../about/)", "/about/"),
    ("[x](../other/)", "/docs/other/"),
    ("[x](b%20c.md)", "/docs/b-c/"),
    ("[x](<b c.md>)", "/docs/b-c/"),
    ("[x](../docs/)", "/docs/"),
    ("[x](#own)", "#own"),
    ("[x][r]\n\n[r]: other.md 'T'", "/docs/other/"),
    ("[r]\n\n[r]: other.md", "/docs/other/"),
    ("![x](../img.png)", "/img.png"),
    ("![x](pic.jpg)", "/docs/pic.jpg"),
    ('<a class="b" href="other.md">x</a>', "/docs/other/"),
    ("<a href='other.md'>x</a>", "/docs/other/"),
    ("<a href=other.md>x</a>", "/docs/other/"),
    ('<img alt="" src="../img.png">', "/img.png"),
    ('<div>\n<img alt="" src="../img.png">\n</div>', "/img.png"),
    ("<https://example.com/>", "https://example.com/"),
    ("[x](mailto:a@example.com)", "mailto:a@example.com"),
    ("[x](//example.com/other.md)", "//example.com/other.md"),
])
@pytest.mark.parametrize("prefix", ["", "/blog"])
def test_a_link_leads_there(build_site, written, url, prefix):
    site = build_site({**AROUND, "content/docs/a.md": f"## Own\n\n{written}\n"},
                      config=f"base_url: https://example.org{prefix}/\n")
    page = site.text("docs/a/index.html").partition('<div class="prose">')[2]
    expected = prefix + url if url[0] == "/" and url[1] != "/" else url
    assert any(f"{name}={quote}{expected}{quote}" in page for name in ("href", "src") for quote in ('"', "'", ""))


def test_every_candidate_of_a_srcset_leads_there(build_site):
    site = build_site({**AROUND, "content/docs/a.md": '<img alt="" srcset="../img.png 1x, pic.jpg 2x">'})
    assert 'srcset="/img.png 1x, /docs/pic.jpg 2x"' in site.text("docs/a/index.html")


@pytest.mark.parametrize("srcset", [
    "https://example.com/a.jpg 1x, https://example.com/b.jpg 2x",
    "data:image/png;base64,AAAA 1x",
    "https://example.com/w_300,h_200/a.jpg 1x",
])
def test_a_srcset_of_elsewhere_is_not_touched(build_site, srcset):
    site = build_site({"content/a.md": f'<img alt="" srcset="{srcset}">'})
    assert f'srcset="{srcset}"' in site.text("a/index.html")


@pytest.mark.parametrize("body", [
    "`[x](gone.md)`", "```\n[x](gone.md)\n```", "    [x](gone.md)\n", "<!-- [x](gone.md) -->", "\\[x](gone.md)",
    "<script>\nvar a = '<a href=\"gone.md\">';\n</script>", "[x](?gone.md)",
])
def test_what_is_no_link_is_not_touched(build_site, body):
    assert "gone.md" in build_site({"content/a.md": body}).text("a/index.html")


@pytest.mark.parametrize(("body", "line", "column", "length"), [
    ("[x](gone.md)", 1, 5, 7),
    ("Text.\n\nMore [a](a.md), [x](gone.md).", 3, 21, 7),
    ("| t |\n|---|\n| [x](gone.md) |", 3, 7, 7),
    ("- a\n    - [x](gone.md)", 2, 11, 7),
    ("> [x](gone.md)", 1, 7, 7),
    ("[x][r]\n\n[r]: gone.md", 3, 6, 7),
    ("<a href=\"gone.md\">x</a>", 1, 10, 7),
    ("`[x](gone.md)`\n\n```\n[x](gone.md)\n```\n\n[x](gone.md)", 7, 5, 7),
    ("<!-- [x](gone.md) -->\n\n[x](gone.md)", 3, 5, 7),
    ("[中文](没有.md)", 1, 6, 5),
    ("[x](gone%20file.md)", 1, 5, 14),
    ("[x](<gone file.md>)", 1, 6, 12),
    ("[x](gone.md?a=1&b=2)", 1, 5, 15),
    ("[gone.md](gone.md)", 1, 11, 7),
    ("A note[^1].\n\n[^1]: [x](gone.md)", 3, 11, 7),
    ("See (gone.md) or [x](gone.md)", 1, 22, 7),
])
def test_a_broken_link_is_told_at_its_place(make_site, body, line, column, length):
    site = make_site({"content/a.md": f"---\ntitle: A\n---\n\n{body}\n"})
    result = site.build()
    assert result.code == 0
    problem, = result.problems
    place = problem["place"]
    assert (problem["code"], problem["severity"], place["path"]) == ("link.broken-link", "warning", "content/a.md")
    assert (place["line"], place["column"], place["length"]) == (line + 4, column, length)
    assert place["text"] == body.split("\n")[line - 1]


@pytest.mark.parametrize(("body", "places"), [
    ("[a](gone.md) [b](gone.md)\n[c](gone.md)", [(1, 5), (1, 18), (2, 5)]),
    ("![a](gone.png)\n\n[b](gone.md)\n\n[c](a.md#gone)", [(1, 6), (3, 5), (5, 5)]),
    ("[a](gone.md#part) and [b](gone.md)", [(1, 5), (1, 27)]),
])
def test_each_broken_link_has_its_own_place(make_site, body, places):
    problems = make_site({"content/a.md": body}).build().problems
    assert [(problem["place"]["line"], problem["place"]["column"]) for problem in problems] == places


@pytest.mark.parametrize(("body", "code", "message", "hint"), [
    ("[x](othr.md)", "link.broken-link", "nothing is at `othr.md`", "did you mean `other.md`?"),
    ("[x](about.md)", "link.broken-link", "nothing is at `about.md`", "did you mean `../about.md`?"),
    ("[x](../posts/2026-11-30-lu-yu.md)", "link.broken-link", "nothing is at `../posts/2026-11-30-lu-yu.md`",
     "did you mean `../posts/2026-11-29-lu-you.md`?"),
    ("[x](/tags/flsk/)", "link.broken-link", "nothing is at `/tags/flsk/`", "did you mean `/tags/flask/`?"),
    ("[x](/archiv/)", "link.broken-link", "nothing is at `/archiv/`", "did you mean `/archive/`?"),
    ("[x](https://example.org/tags/flsk/)", "link.broken-link", "nothing is at `https://example.org/tags/flsk/`",
     "did you mean `/tags/flask/`?"),
    ("[[厦门]]", "link.unknown-name", "no page is called `厦门`", "did you mean `厦门游记`?"),
    ("[x](/no/such/thing/)", "link.broken-link", "nothing is at `/no/such/thing/`", None),
    ("[x](draft.md)", "link.broken-link", "nothing is at `draft.md`", "that page is a draft"),
    ("![x](pik.jpg)", "link.broken-image", "nothing is at `pik.jpg`", None),
    ("![x](pci.jpg)", "link.broken-image", "nothing is at `pci.jpg`", "did you mean `pic.jpg`?"),
    ("![x](pic.png)", "link.broken-image", "nothing is at `pic.png`", "did you mean `pic.jpg`?"),
    ("![x](pics.jpg)", "link.broken-image", "nothing is at `pics.jpg`", "did you mean `pic.jpg`?"),
    ("<img alt='' src='img.png'>", "link.broken-image", "nothing is at `img.png`", "did you mean `../img.png`?"),
    ("![x](other.jpg)", "link.broken-image", "nothing is at `other.jpg`", None),
    ("[x](other.md#prat)", "link.broken-anchor", "`docs/other.md` has no heading `#prat`", "did you mean `#part`?"),
    ("## Own\n\n[x](#gone)", "link.broken-anchor", "this page has no heading `#gone`", None),
])
def test_what_a_broken_link_may_have_meant(make_site, body, code, message, hint):
    site = make_site({**AROUND, "content/docs/draft.md": "---\ndraft: true\n---\n", "content/docs/a.md": body,
                      "content/posts/2026-11-29-lu-you.md": "---\ntags: Flask\n---\n", "content/厦门游记.md": "x"})
    problem, = site.build().problems
    assert (problem["code"], problem["message"], problem["hint"]) == (code, message, hint)


@pytest.mark.parametrize("body", [
    "[x](#top)", "[x](other.md#part)", "<a name='old'></a>[x](#old)", "<span id=\"s\">a</span> [x](#s)",
    "Text.\n{: #p }\n\n[x](#p)", "## 你好\n\n[x](#你好) [y](#%E4%BD%A0%E5%A5%BD)", "A[^1]\n\n[^1]: b",
    "[x](https://example.com/gone.md#gone)", "[x](/feed.xml) [y](/tags/) [z](/posts/)", "[TOC]\n\n## A\n",
])
def test_what_is_there_is_not_told(make_site, body):
    site = make_site({**AROUND, "content/docs/a.md": body, "content/posts/2026-01-02-p.md": "---\ntags: t\n---\n"})
    assert site.build().problems == []


# Summaries.

@pytest.mark.parametrize(("body", "summary", "text"), [
    ("One *two*.\n\nThree.", "<p>One <em>two</em>.</p>", "One two."),
    ("# Title\n\n## Part\n\nText.", "<p>Text.</p>", "Text."),
    ("![](a.png)\n\nText.", "<p>Text.</p>", "Text."),
    ('<p align="center"><img src="a.png"></p>\n\nText.', "<p>Text.</p>", "Text."),
    ("```\ncode\n```\n\nText.", "<p>Text.</p>", "Text."),
    ("Text[^1] here.\n\n[^1]: Note.", "<p>Text here.</p>", "Text here."),
    ("[TOC]\n\n## A\n\nText.", "<p>Text.</p>", "Text."),
    ("| a |\n|---|\n| b |", "", ""),
    ("", "", ""),
    ("One.\n\nTwo.\n\n<!-- more -->\n\nThree.", "<p>One.</p>\n<p>Two.</p>", "One. Two."),
    ("One.\n\n<!--more-->\n\nThree.", "<p>One.</p>", "One."),
    ("# Title\n\nOne.\n\n<!-- more -->", "<p>One.</p>", "One."),
    ("One <!-- more --> two.", "<p>One </p>", "One"),
    ("- a\n- b <!-- more -->\n- c", "<ul>\n<li>a</li>\n<li>b </li></ul>", "a b"),
    ("> One.\n> <!-- more -->\n> two", "<blockquote>\n<p>One.</p>\n</blockquote>", "One."),
    ("A[^1].\n\n<!-- more -->\n\nB.\n\n[^1]: Note.", "<p>A.</p>", "A."),
    ("## Part\n\nText.\n{: #p }\n\n<!-- more -->", "<h2>Part</h2>\n<p>Text.</p>", "Part Text."),
    ('<a name="x"></a>One <b id="y">two</b>.', "<p><a></a>One <b>two</b>.</p>", "One two."),
    ("One <b id='y'>two</b>.", "<p>One <b>two</b>.</p>", "One two."),
    ("`<!-- more -->` is code.\n\nB.", "<p><code>&lt;!-- more --&gt;</code> is code.</p>", "<!-- more --> is code."),
    ("```\n<!-- more -->\n```\n\nText.", "<p>Text.</p>", "Text."),
    ("A &amp; b &lt;c&gt;", "<p>A &amp; b &lt;c&gt;</p>", "A & b <c>"),
])
def test_the_summary_is_what_stands_before_more_or_the_first_paragraph(body, summary, text):
    rendered = RENDERER.render(body)
    assert rendered.brief.summary.fill(fill) == summary
    assert rendered.brief.text == text
    assert rendered.brief.has_more == ("more" in body and not body.startswith("`"))


@pytest.mark.parametrize("html", ["", "\n\n<i>last</i>"], ids=["of Markdown", "with HTML"])
@pytest.mark.parametrize(("body", "text"), [
    ("Text[^1] here[^1].\n\n[^1]: Note, `x`.", "Text here. Note, x."),
    ("- one\n- two\n  - deep\n\nTerm\n: One\n: Two", "one two deep Term One Two"),
    ("| a | b |\n|---|---|\n| c | d |\n\n---\n\ne<br>f", "a b c d e f"),
    ("<section>a</section><details><summary>b</summary>c</details><ul><li>d<li>e</ul>f<hr>g", "a b c d e f g"),
])
def test_the_text_for_the_search_has_no_marks_of_footnotes_and_a_space_between_blocks(body, text, html):
    text = text.replace(" Note", " last Note") if html and "[^1]" in body else f"{text} last" if html else text
    assert " ".join(section.text for section in RENDERER.render(body + html).sections) == text


def test_links_of_a_summary_are_right_on_list_pages(build_site):
    site = build_site({
        "content/posts/2026-01-02-a/index.md": "[part](#part) [other](../2026-01-03-b.md) ![p](p.png)\n\n## Part\n",
        "content/posts/2026-01-02-a/p.png": "", "content/posts/2026-01-03-b.md": "B."})
    listed = site.text("posts/index.html")
    assert '<a href="/posts/a/#part">part</a> <a href="/posts/b/">other</a>' in listed
    assert 'src="/posts/a/p.png"' in listed
    assert '<a href="#part">part</a>' in site.text("posts/a/index.html")


@pytest.mark.parametrize(("front", "body", "description"), [
    ("", "First &amp; *foremost*, and not short.\n\nSecond.", "First &amp; foremost, and not short."),
    ("", "Short.", "A: Short."),
    ("summary: Given.", "First.", "Given."),
    ("description: Mine.\nsummary: Given.", "First.", "Mine."),
    ("description: 'Say \"x\" & <y>'", "First.", "Say &#34;x&#34; &amp; &lt;y&gt;"),
    ("", "word " * 60, ("word " * 30).strip() + "…"),
    ("", "字" * 200, "字" * 154 + "…"),
])
def test_the_description_is_given_or_the_summary_cut_short(build_site, front, body, description):
    site = build_site({"content/a.md": f"---\ntitle: A\n{front}\n---\n{body}"})
    assert f'<meta name="description" content="{description}">' in site.text("a/index.html")


# Counts.

@pytest.mark.parametrize(("body", "words", "cjk"), [
    ("One two.", 2, 0),
    ("# Title\n\nOne two.", 2, 0),
    ("## Part\n\n- one\n- two", 3, 0),
    ("中文 words", 1, 2),
    ("[link](https://example.com/some-path) ![alt](x.png)", 1, 0),
    ("<!-- hidden words --> seen", 1, 0),
    ("<script>var hidden = 1;</script>\n\nseen", 1, 0),
    ("AT&amp;T &lt;b&gt;", 2, 0),
    ("one|two\n---|---\nthree|four", 4, 0),
    ("", 0, 0),
])
def test_what_a_reader_sees_is_counted(body, words, cjk):
    rendered = RENDERER.render(body)
    assert (rendered.words, rendered.cjk) == (words, cjk)


def test_a_page_knows_how_long_it_takes(build_site):
    site = build_site({"content/a.md": "字 " * 800 + "word " * 440,
                       "templates/page.html": "{{ page.words }} {{ page.minutes }}"})
    assert site.text("a/index.html") == "1240 4"


# Whatever is thrown at it.

@pytest.mark.parametrize("body", ["> " * 2000 + "x", "- " * 2000 + "x", "*" * 5000, "[" * 3000, "<div>" * 2000])
def test_what_is_nested_too_deep_is_still_shown(body):
    assert RENDERER.render(body).html.parts


def test_one_body_leaves_nothing_behind_for_the_next():
    first = "# T\n\n[r]: x.md\n\n*[A]: Abbr\n\n[^1]: Note\n\n$$\\foo$$\n\n## H\n\nSee[^1]"
    before = RENDERER.render("## H\n\n[r] A [^1]")
    RENDERER.render(first)
    assert RENDERER.render("## H\n\n[r] A [^1]") == before
