"""Kinds of Markdown that real sites and other generators have: what comes of each."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

import comrak
import pytest

from coldpress.content.pictures import plain_image
from coldpress.markdown.native import Renderer
from coldpress.markdown.rendered import Component, Link, Picture
from coldpress.markdown.tree import CALLOUT_TITLE

RENDERER = Renderer()


def fill(slot):
    if isinstance(slot, Component):
        return str(slot.attributes[0][1]).capitalize() if slot.name == CALLOUT_TITLE else slot.body.fill(fill)
    if isinstance(slot, Picture):
        return plain_image(dict(slot.attributes), slot.link.target)
    return slot.target if isinstance(slot, Link) else ""


def render(body):
    return RENDERER.render(body, "en").html.fill(fill).replace(' loading="lazy" decoding="async"', "")


def on_github(body):
    extensions, options = comrak.ExtensionOptions(), comrak.RenderOptions()
    for name in ("table", "strikethrough", "autolink", "tasklist", "footnotes", "cjk_friendly_emphasis"):
        setattr(extensions, name, True)
    options.unsafe_ = True
    return comrak.render_markdown(body, extension_options=extensions, render_options=options)


def links_of(page):
    """Target and words of each link; quotes as they were typed."""
    found = re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', page)
    return [(unquote(html.unescape(url)), html.unescape(re.sub("<[^>]*>",
    "", words)).translate({8221: '"', 8217: "'"}))
            for url, words in found]


def blocks_of(page):
    """Tags without attributes, and words, without the links of notes."""
    page = re.sub(r"<(?:div|section) class=\"footnote.*?<ol>", "<notes>", page, flags=re.S)
    page = re.sub(r"\s*<a [^>]*backref.*?</a>|</?(?:section|div)\b[^>]*>", "", re.sub(r"\u00a0",
    " ", page), flags=re.S)
    page = re.sub(r"<sup [^>]*><a [^>]*>\d+</a></sup>", "[note]", page)
    page = re.sub(r"<sup[^>]*>\d</sup></a>|\s+(?=<)|(?<=>)\s+", "", page)
    return html.unescape(re.sub(r"<(/?\w+)[^>]*>", r"<\1>", page).replace("<p></p>", ""))


NOTES = [
    "Said here.[^1]\n[^1]: The note.",
    "See [g] and this.[^1] More.[^2]\n\n[g]: https://g.example/\n[^1]: First note.\n[^2]: Second note.",
    "One.[^Note]\n\n[^note]: Found whatever the case.",
    "- item[^1]\n  [^1]: Note", "- item[^1]\n[^1]: Note", "> text\n[^1]: Note\n\nx[^1]",
    "> q[^1]\n>\n> [^1]: in quote",
    "text[^1]\n   [^1]: Three spaces", "text[^1]\n    [^1]: four spaces", "x[^1]\n[^1]: para one\npara two\n\nafter",
    "x[^1]\n\n[^1]: First[^2]\n[^2]: Second[^1]", "para\n[^1]: unused\n- list", "# H[^1]\n[^1]: N\n\nText",
    "x[^É]\n\n[^é]: N",
    "x[^ß] [^SS]\n\n[^ss]: n", "[^1]: note\ntext[^1]", "| a[^1] |\n|---|\n| b |\n[^1]: N",
    "```\n[^1]: code\n```\nx[^1]",
    "x[^1]\n\n[^1]: a\n    - b", "x[^missing] and [^1]\n[^1]: N", "x[^1] y[^1]\n[^1]: N", "**x[^1]**\n\n[^1]: N",
    "x[^A]\n[^a]: one\n[^b]: two", "1. x[^1]\n   [^1]: N\n2. y",
]


def test_footnotes_are_where_github_has_them():
    for body in NOTES:
        ours = RENDERER.render(body, "en")
        page = (f"<h1>{ours.title.html.fill(fill)}</h1>" if ours.title else "") + render(body)
        assert blocks_of(page) == blocks_of(on_github(body)), body
        ids = set(re.findall(' id="([^"]*)"', page))
        assert {url[1:] for url, _ in links_of(page) if url.startswith("#fn")} <= ids, body


@pytest.mark.parametrize("body", ["![alt[^1]](i.png) and text[^1]\n\n[^1]: Note.", "![a[^1] b](i.png)\n\n[^1]: Note.",
                                  "![x [^1]][r] *y[^1]*\n\n[r]: i.png\n[^1]: Note."])
def test_a_note_in_an_image_leads_nowhere_back(body):
    page = render(body)
    assert not re.search(r'alt="[^"]*1[^"]*"', page)
    assert "Note." in page
    assert set(re.findall('href="#(fnref[^"]*)"', page)) == set(re.findall('<sup id="([^"]*)"', page))


def test_a_math_fence_is_a_formula():
    for body in ("```math\nx^2 + y^2\n```", "~~~math\n\\frac{a}{b}\n\\\\\nc\n~~~", "- a\n\n  ```math\n  x\n  ```",
                 "> ``` math\n> x_1\n> ```"):
        page = render(body)
        assert '<math display="block">' in page, body
        assert "<pre" not in page
    for body in ("```math\n```", "```mathematica\nx\n```", "```tex\nx^2\n```"):
        assert "<math" not in render(body)
    (flaw,) = RENDERER.render("a\n\n```math\nx \\nosuch\n```").flaws
    assert (flaw.code, flaw.line, flaw.column) == ("markup.maths", 4, 3)


def test_escaped_marks_stay_as_they_are_typed():
    for body, shown in [
        (r'''A 6\" pipe and \"straight\" ones, 5\'.''', '''A 6" pipe and "straight" ones, 5'.'''),
        (r"Read a \-\- b and wait\.\.\.", "Read a -- b and wait..."),
        (r'''\"a\" "b"''', '"a" “b”'), (r"it\'s it's", "it's it’s"), (r"a \-- b -- c", "a -- b – c"),
        (r"a -\- b", "a -- b"), (r"a \--- b", "a --- b"), (r"x\...", "x..."), (r"\.\.\. ...", "... …"),
        ('&quot;a&quot; "b"', '"a" “b”'), ("&#45;- a", "-- a"), (r'("\"a\"")', '(“"a"”)'),
        (r"1\. no list", "1. no list"), (r"\-{.x}", "-{.x}"), (r"*\"a\"*", '<em>"a"</em>'),
    ]:
        assert render(body) == f"<p>{shown}</p>", body
    assert RENDERER.render(r'# \"Quoted\" don' + r"\'t", "en").title.text == "\"Quoted\" don't"


def test_values_of_attributes_may_hold_braces():
    for body, shown in [
        ('## Test {data-test="{}"}', '<h2 data-test="{}" id="test">Test</h2>'),
        ('Text\n{: data-x="{a}" .c }', '<p data-x="{a}" class="c">Text</p>'),
        ("## T {title='{x} {y}' .c}", '<h2 title="{x} {y}" class="c" id="t">T</h2>'),
        ('![x](u){data-x="{y}"}', '<p><img alt="x" src="u" data-x="{y}"></p>'),
        ('[x](u){.a data-x="{{y}}"} z', '<p><a href="u" class="a" data-x="{{y}}">x</a> z</p>'),
        ('## T {.a title="it\'s {1}"}', '<h2 class="a" title="it\'s {1}" id="t">T</h2>'),
        ("## T {a}", '<h2 id="t-a">T {a}</h2>'), ('## T {x="{" y', '<h2 id="t-x-y">T {x=“{” y</h2>'),
    ]:
        assert render(f"{body}\n") == shown, body


URLS = [
    "Workflow:https://example.com/a and 名前:https://example.com/b and x=https://example.com/c", "見https://a.com/路",
    "名前：https://a.com/b", "1https://a.com", "a/https://a.com/x", "-https://a.com", "git+https://a.com/x.git",
    "@https://a.com",
    ",https://a.com;https://b.com;", "|https://a.com|", "#https://a.com", "xhttps://a.com", "sftp://a.com",
    "shttp://a.com",
    ":www.a.com", "=www.a.com", "(www.a.com)", "xwww.a.com", "https://a.com/x?!.,:*_~", "https://a.com/(x)).",
    "a:https://a.com/x).",
    "https://a.com/x&amp; y", "https://a.com/x&hl;", 'k="https://a.com/y",', "'https://a.com/x'.", "https://a.com/<x",
    "x=https://a.com/a_(b)_c", "https://a.com/x_y_z_", "https://a.b_c.com", "https://a_b.c.com", "::https://a.com",
    "https:https://a.com", "a&https://b.com", "a_b@a.com", "mailto:me@a.com", "mail:me@a.com", "a__b_c@d.com x",
    "_a_@b.com",
    "(me@a.com).", "*a@b.com*", "x:a-b@c.com",
]


def test_bare_urls_are_links_where_github_has_them():
    for body in URLS:
        for text in (body, f"Some {body} text", f"- {body}\n- b"):
            assert links_of(render(text)) == links_of(on_github(text)), text


def test_escaped_brackets_are_brackets_unless_what_they_hold_is_tex():
    for body, shown in [
        (r"Mention \[_some word_\] here, and f\(x\).", "Mention [<em>some word</em>] here, and f(x)."),
        (r"\[_some word_\]", "[<em>some word</em>]"), (r"\[**bold**\]", "[<strong>bold</strong>]"),
        (r"print\(n\) file\(s\) a\[0\]", "print(n) file(s) a[0]"), (r"\(see *this*\)", "(see <em>this</em>)"),
        (r"\(and/or\) \(key=value\)", "(and/or) (key=value)"), (r"\[key=value\]", "[key=value]"),
        (r"\[some_name\] \(snake_case\)", "[some_name] (snake_case)"), (r"\[1\]", "[1]"), (r"a \[1\] b", "a [1] b"),
        (r"x = \[nodes from V_1 with the rest\]", "x = [nodes from V_1 with the rest]"),
        (r"\[optional\] \[--flag=VALUE\]", "[optional] [--flag=VALUE]"), (r"\[see [b](c)\]",
        '[see <a href="c">b</a>]'),
    ]:
        assert render(body) == f"<p>{shown}</p>", body
    for body in (r"so \(x\) is", r"\(x_1 + y\)", r"f\(\alpha\)", r"\(E = mc^2\)", r"\(max(a, b) = c\)", r"\[x = y\]",
                 r"so \[a_1\] holds", r"\[ E = mc^2 \]", r"\[ area = \pi r^2 \]", r"\[ rate = d / t \]"):
        assert "<math" in render(body), body


def test_no_formula_goes_over_tags_links_or_code():
    for body, shown in [
        ("Costs <b>$</b>5 and <b>$</b>6 now.", "Costs <b>$</b>5 and <b>$</b>6 now."), ("$5<br>$6", "$5<br>$6"),
        ("$<i>x</i>$", "$<i>x</i>$"), ("$1 <small>a</small> $2", "$1 <small>a</small> $2"), ("$x `$` y$",
        "$x <code>$</code> y$"),
        ("$A `b` and $C", "$A <code>b</code> and $C"), ("$a <https://b.c/$> d",
        '$a <a href="https://b.c/$">https://b.c/$</a> d'),
        ("a$x=https://b.c/?y=$z", 'a$x=<a href="https://b.c/?y=$z">https://b.c/?y=$z</a>'), ("$$<b>x</b>$$",
        "$$<b>x</b>$$"),
        ("$5 <!-- $ --> 6", "$5 <!-- $ --> 6"), (r"\(<b>x</b> = y\)", "(<b>x</b> = y)"),
    ]:
        assert render(body) == f"<p>{shown}</p>", body
    for body in ("$a<b>c$", "$i<n$ and $m>n$", "$$a < b$$", r"$\text{a <b> c}$"):
        assert "<math" in render(body), body


def test_placeholders_and_lists_are_no_leftovers():
    for body in ('- import a from "./x";\n- Open http://example.com/<USERNAME>/x', "> export b from 'c'",
            "Hello <Name>, and <Your Name>.",
                 "<TOKEN> and <API_KEY>", "List<String> and Map<K, V>", "import duties fell, it says, from May on.",
                 "1. import { a } from 'b'\n"):
        assert [flaw.message for flaw in RENDERER.render(body, "en").flaws] == [], body


def test_what_is_a_leftover_is_named_where_it_stands():
    for body, name, place in [
        ("A\n\nimport a from './x';", "this line", (3, 1)), ('<Tabs id="x">\n\na', "`Tabs`", (1, 1)),
        ("a <B/> <Card />", "`Card`", (1, 8)),
        ("a\n\n<Steps>\n\nb\n\n</Steps>", "`Steps`", (3, 1)), ("{* ../../src/x.py hl[1] *}", "`{* ../../src/x.py`",
        (1, 1)),
        ("A\n\n::: httpx.get\n    options:\n      a: b\n\n::: httpx.put\n",
         "`::: httpx.get`, `::: httpx.put`: API docs",
         (3, 1)),
        ("{*docs/a.py*}", "`{*docs/a.py`", (1, 1)), ('A {{< notice type="info" >}}', "`notice`", (1, 3)),
    ]:
        (flaw,) = RENDERER.render(body, "en").flaws
        assert (flaw.code, flaw.line, flaw.column) == ("markup.leftover", *place), body
        assert flaw.message.startswith(name), flaw.message


def test_tags_of_other_generators_stay_as_they_are_written():
    for tag in ('{{< notice type="info" >}}', '{% x "y" %}', "{{ page.title | default: 'x -- y' }}",
            "{% include a_b_c.html x='*a* *b*' %}",
                "{{% note \"a\" ... %}}", "{{<figure src=\"a.png\" title='it''s'>}}", "{* a_b.py hl[1] *}",
                "{%- if a < b -%}"):
        for body in (f"A {tag} b", f"**{tag}**", f"- {tag}", f"## {tag} x"):
            assert html.escape(tag, quote=False) in render(body), body
    assert render('{{< a "b >}}" "c"') == '<p>{{&lt; a "b &gt;}}” “c”</p>'
    assert render('{{ "a" and {% "b"') == "<p>{{ “a” and {% “b”</p>"


def test_html_in_lists_is_where_github_has_it():
    for body in ("1.  <pre>one\n    two</pre>\n\nAfter.", "- <pre>\n  a\n\n  b\n  </pre>\n  text",
            "- text\n  <pre>\n  x\n  </pre>\n- b",
                 "- a\n\n  <pre>\n    x\n      y\n  </pre>\n\n  z", "1. <div>\n\n   *x*\n\n   </div>\n2. b",
                 "> <pre>\n> a\n> </pre>\nb",
                 "- <!-- c\n  d --> e\n- f", "- <table><tr><td>\n  a</td></tr></table>"):
        assert re.sub(r"\n+", "\n", render(body)).strip() == re.sub(r"\n+", "\n", on_github(body)).strip(), body


def test_an_icon_that_nothing_stands_for_is_noted():
    rendered = RENDERER.render("# :simple-nosuch: A\n\n## B :simple-nothing:\n\n:simple-none: c", "en")
    assert [(flaw.code, flaw.line) for flaw in rendered.flaws] == [
        ("markup.icon", 1), ("markup.icon", 3), ("markup.icon", 5)]
    assert (rendered.title.text, rendered.toc[0].id) == ("A", "b")


def test_blocks_between_slashes():
    for body, shown in [
        ("/// note | Its *title*\n\nInside the note.\n\n///\n\n{- x -}\n\nLast.",
         '<div class="admonition note">\n<p class="admonition-title">Its <em>title</em></p>\n<p>Inside the note.</p>\n'
         "</div>\n<p>{- x -}</p>\n<p>Last.</p>"),
        ("/// details | Sum\n    open: True\n    type: warning\n    attrs: {class: big, id: x}\n\nText\n///",
         '<details class="admonition warning big" open id="x">\n<summary class="admonition-title">Sum</summary>\n'
         "<p>Text</p>\n</details>"),
        ("/// details | Sum\nText\n///", '<details class="admonition note">\n<summary class="admonition-title">Sum'
         "</summary>\n<p>Text</p>\n</details>"),
        ("/// admonition | T\n    type: own\n\nx\n///",
         '<div class="admonition own">\n<p class="admonition-title">T</p>\n<p>x</p>\n</div>'),
        ("//// danger | Outer\n/// tip | Inner\nx\n///\ny\n////",
         '<div class="admonition danger">\n<p class="admonition-title">Outer</p>\n<div class="admonition tip">\n'
         '<p class="admonition-title">Inner</p>\n<p>x</p>\n</div>\n<p>y</p>\n</div>'),
        ("![](a.png)\n\n/// caption\nA *b*\n///",
         '<figure>\n<p><img alt="" src="a.png"></p>\n<figcaption>\n<p>A <em>b</em></p>\n</figcaption>\n</figure>'),
        ("x\n\n/// figure-caption | <\nA\n///\n\ny\n\n/// figure-caption\nB\n///",
         '<figure>\n<figcaption>\n<p><span class="caption-prefix">Figure 1.</span> A</p>\n</figcaption>\n<p>x</p>\n'
         '</figure>\n<figure>\n<p>y</p>\n<figcaption>\n<p><span class="caption-prefix">Figure 2.</span> B</p>\n'
         "</figcaption>\n</figure>"),
        ('/// html | div.a.b#c[data-x="y z"]\n*d*\n///',
        '<div class="a b" id="c" data-x="y z">\n<p><em>d</em></p>\n</div>'),
        ("/// define\nTerm\n\n- One\n- Two\n///", "<dl>\n<dt>Term</dt>\n<dd>One</dd>\n<dd>Two</dd>\n</dl>"),
        ("- /// note | T\n  x\n  ///\n- b",
        '<ul>\n<li>\n<div class="admonition note">\n<p class="admonition-title">T</p>\n'
         "<p>x</p>\n</div>\n</li>\n<li>b</li>\n</ul>"),
        ("```\n/// note\n///\n```", '<div class="code"><pre tabindex="0"><code>/// note\n///\n</code></pre></div>'),
        ("///\ntext\n///", "<p>///\ntext\n///</p>"),
        ("/// html | script\nx\n///", "<p>/// html | script\nx\n///</p>"),
    ]:
        assert (render(body), RENDERER.render(body, "en").flaws) == (shown, ()), body


def test_tabs_between_slashes_are_a_set(build_site):
    site = build_site({"content/a.md": "# A\n\n/// tab | One\na\n///\n\n/// tab | Two\n    select: true\n\nb\n///\n\n"
                                       "/// tab | Three\n    new: true\n\nc\n///\n\nEnd"})
    page = site.text("a/index.html")
    assert len(re.findall('class="[^"]*tabbed-set', page)) == 2
    assert [page.count(f">{name}<") for name in ("One", "Two", "Three")] == [1, 1, 1]
    assert "<p>End</p>" in page
    assert "///" not in page


def test_blocks_between_slashes_that_are_mistaken_are_told():
    for body, said, place in [
        ("a\n\n/// nosuch | x\nb\n///", "there is no block `nosuch`", (3, 5)), ("/// noet\nb\n///",
        "there is no block", (1, 5)),
        ("/// note\nnever closed", "this is never closed", (1, 1)),
        ("/// note\n    a: [\n\nx\n///", "the options of this block can't be read", (2, 5)),
        ("/// note\n    a: " + "[" * 500 + "\n\nx\n///", "the options of this block can't be read", (2, 5)),
    ]:
        (flaw,) = RENDERER.render(body, "en").flaws
        assert (flaw.code, flaw.line, flaw.column) == ("markup.directive", *place), body
        assert flaw.message.startswith(said)
    assert "/// nosuch | x" in render("/// nosuch | x\nb\n///")
    assert RENDERER.render("/// a line of text\n\n/// another", "en").flaws == ()
