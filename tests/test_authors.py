"""What a site may let authors do: typography, templates in bodies, HTML of those
who are not trusted, what they bring from other generators."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from coldpress.config.options import MarkdownOptions
from coldpress.markdown.native import Renderer
from coldpress.markdown.rendered import Link


class Tags(HTMLParser):
    """Tags with their attributes, texts and comments."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_endtag(self, tag):
        self.found.append(f"/{tag}")

    def handle_data(self, data):
        self.found += data.split()

    def handle_comment(self, data):
        self.found.append(data)


def parsed(html):
    tags = Tags()
    tags.feed(html)
    return tags.found


def render(body, language="en", **options):
    rendered = Renderer(MarkdownOptions(**options)).render(body, language)
    return rendered.html.fill(lambda slot: slot.target if isinstance(slot, Link) else "")


# Typography.

@pytest.mark.parametrize(("written", "shown"), [
    ('He said "yes" and \'no\'.', "He said “yes” and ‘no’."),
    ("It's the '90s, isn't it?", "It’s the ’90s, isn’t it?"),
    ('"*Em*" and *"em"*', "“<em>Em</em>” and <em>“em”</em>"),
    ('("x") ["y"]', "(“x”) [“y”]"),
    ("one -- two --- three", "one – two — three"),
    ("1999--2003 and a---b", "1999–2003 and a—b"),
    ("run --flag and -- stop", "run --flag and – stop"),
    ("wait... and .... dots", "wait… and .... dots"),
    ("`\"a\" -- b...`", "<code>\"a\" -- b...</code>"),
    ('<kbd>"</kbd> x', '<kbd>"</kbd> x'),
    ('[a "b"](x.md "t\'s")', '<a href="x.md" title="t\'s">a “b”</a>'),
])
def test_marks_become_typographic(written, shown):
    assert render(written) == f"<p>{shown}</p>"


@pytest.mark.parametrize(("language", "shown"), [
    ("de", "„a“ ‚b‘"), ("de-AT", "„a“ ‚b‘"), ("fr", "«\u202fa\u202f» ‹\u202fb\u202f›"), ("zh-Hans", "\"a\" 'b'"),
    ("ja", "\"a\" 'b'"),
    ("ko", "\"a\" 'b'"), ("", "\"a\" 'b'"), ("xx", "\"a\" 'b'"), ("sv", "”a” ’b’"),
])
def test_each_language_has_its_quotes(language, shown):
    assert render("\"a\" 'b'", language) == f"<p>{shown}</p>"


def test_a_page_s_own_language_counts(make_site):
    site = make_site({"content/a.md": '---\nlang: de\n---\n"x"', "content/b.md": '"x"',
        "content/c.md": '---\nlang: zh\n---\n"x"'})
    site.build()
    assert "<p>„x“</p>" in site.text("a/index.html")
    assert "<p>“x”</p>" in site.text("b/index.html")
    assert '<p>"x"</p>' in site.text("c/index.html")
    site.edit({"config.yaml": "markdown:\n  smart: false\n"}).rebuild()
    assert '<p>"x"</p>' in site.text("b/index.html")


# The options.

@pytest.mark.parametrize(("config", "said"), [
    ("markdown: 5", "`key: value` lines"), ("markdown:\n  smrt: true", "there is no `smrt`"),
    ("markdown:\n  smart: 3", "`smart` is `true` or `false`"),
])
def test_a_mistaken_option_is_told(make_site, config, said):
    problem = make_site({"content/a.md": "x", "config.yaml": config}).build().problems[0]
    assert problem["code"] == "config.value"
    assert said in problem["message"]


# Leftovers of other generators.

@pytest.mark.parametrize(("body", "names"), [
    ('Text.\n\n{{< figure src="x.png" >}}\n\n{{% note %}}x{{% /note %}}', ["`figure`", "`note`"]),
    ("{% note %}\ntext\n{% endnote %}", ["`note`", "`endnote`"]),
    ("<Tabs>\n<TabItem value=\"x\">\n\nText.\n\n</TabItem>\n</Tabs>", ["`Tabs`", "`TabItem`"]),
    ("import Tabs from '@theme/Tabs';\n\nText.", ["this line"]),
    ('{{ page.date | date: "%Y" }} of {{site.title}}', ["`page.date`", "`site.title`"]),
])
def test_what_others_would_have_replaced_is_named_once(make_site, body, names):
    site = make_site({"content/a.md": f"---\ntitle: A\n---\n{body}\n"})
    result = site.build()
    problem, = result.problems
    assert (problem["code"], problem["severity"]) == ("markup.leftover", "warning")
    assert problem["place"]["line"] == 4 + 2 * body.startswith("Text.")
    assert all(name in problem["message"] for name in names)
    assert result.code == 0


@pytest.mark.parametrize("body", ["`{{< x >}}`", "```\n{% x %}\n<Tabs>\n```", "{{ x }}",
    "`{{ page.title }}` {{ pages.x }}", "List<String> and <T>",
    "a {%"])
def test_code_and_plain_text_are_no_leftovers(make_site, body):
    problems = make_site({"content/a.md": f"---\ntitle: A\n---\n{body}\n"}).build().problems
    assert [problem for problem in problems if "{" in problem["message"]] == []


# Bodies that are templates.

JINJA = {"config.yaml": "title: Mine\nmarkdown:\n  jinja: true\n"}


def test_a_body_may_be_a_template(make_site):
    site = make_site({**JINJA,
        "content/a.md": "---\ntitle: A\nsize: 3\n---\n{% for n in range(page.params.size) %}\n- {{ n }} of "
                      "**{{ site.title }}**\n{% endfor %}\n", "content/b.md": "{{ library.posts|length }} posts",
                      "content/posts/2026-01-02-p.md": "P."})
    assert [problem["code"] for problem in site.build().problems] == ["config.no-base-url"]
    assert "<li>2 of <strong>Mine</strong></li>" in site.text("a/index.html")
    assert "<p>1 posts</p>" in site.text("b/index.html")
    assert "/b/" in site.edit({"content/posts/2026-01-03-q.md": "Q."}).build().rendered
    assert "<p>2 posts</p>" in site.text("b/index.html")


@pytest.mark.parametrize(("body", "line"), [
    ("Fine.\n\n{% if %}", 5), ("One.\n\n\n{{ page.titel }}", 6), ("{{ page._library.config }}", 3),
    ("{{ ''.__class__.__mro__ }}", 3), ("{{ 1 / 0 }}", 3), ("{{ site.title.__init__.__globals__ }}", 3),
])
def test_a_mistake_or_a_way_out_of_the_sandbox_is_an_error(make_site, body, line):
    site = make_site({**JINJA, "content/a.md": f"---\ntitle: A\n---\n{body}".replace("---\ntitle: A\n---\n",
        "---\n---\n")})
    result = site.build()
    assert result.code == 1
    problem = next(problem for problem in result.problems if problem["code"] == "template.body")
    assert (problem["place"]["path"], problem["place"]["line"]) == ("content/a.md", line)


def test_without_the_option_nothing_runs(build_site):
    assert "{{ 1 + 1 }}" in build_site({"content/a.md": "{{ 1 + 1 }}"}).text("a/index.html")


# Authors who are not trusted.

@pytest.mark.parametrize(("written", "gone"), [
    ("<script>alert(1)</script>", "alert"), ("<img src=x onerror=alert(1)>", "onerror"),
    ("[x](javascript:alert(1))", "javascript"), ("[x](JaVaScRiPt:alert(1))", "alert"),
    ("<iframe src='https://x'></iframe>", "iframe"),
    ("<a href='data:text/html,x'>x</a>", "data:"), ("<style>body{}</style>", "body{}"),
    ("<div style='position:fixed'>x</div>", "fixed"),
    ("<form action=x><input name=y></form>", "form"), ("<svg onload=alert(1)></svg>", "alert"),
    ("<div class='masthead note'>x</div>", "masthead"),
    ("text {onclick=alert(1)}\n\n# H {onclick=alert(1)}", 'onclick="'),
    ("<math><maction actiontype='statusline' xlink:href='javascript:x'>y</maction></math>", "javascript"),
    ("<object data=x></object><embed src=x>", "object"), ("<base href=//evil.example>", "evil"),
])
def test_html_of_others_is_cleaned(written, gone):
    html = render(f"Before.\n\n{written}\n\nAfter.", trusted=False)
    assert gone not in html
    assert "<p>Before.</p>" in html
    assert "<p>After.</p>" in html


def test_what_markdown_makes_stays():
    body = ("# T\n\n## H {#own}\n\n> [!NOTE]\n> x\n\n```py title=\"t\" {1}\nx = 1\n```\n\n| a |\n|:-:|\n| b |\n\n"
            "- [x] t\n\n"
            "$$\\frac{1}{2}$$\n\nA[^1] ![i](i.png) <b>ok</b> <!-- more -->\n\n[^1]: Note.\n\n=== \"Tab\"\n    One.\n")
    assert parsed(render(body, trusted=False)) == parsed(render(body))


def test_an_address_with_a_space_before_it_is_a_path(make_site):
    site = make_site({"config.yaml": "markdown:\n  trusted: false\n",
                      "content/a.md": '::embed[x]{url=" JaVaScript:alert(1)"}\n'})
    site.build()
    assert re.findall('href="([^"]*alert[^"]*)"', site.text("a/index.html")) == ["/a/%20JaVaScript:alert(1)"]


@pytest.mark.parametrize("attribute", [
    'href="javascript:alert(1)"', 'url="JaVaScript:alert(1)"', 'href="vbscript:alert(1)"',
    'src="data:text/html,alert(1)"', 'caption="javascript:alert(1)"'])
def test_no_attribute_of_a_component_runs(make_site, attribute):
    site = make_site({"config.yaml": "markdown:\n  trusted: false\n", "content/a.md":
                      f"::embed[One: two]{{{attribute}}}\n\n::figure[x]{{{attribute} alt='Note: this'}}\n"})
    assert site.build().code == 0
    html = site.text("a/index.html")
    assert "alert(" not in html
    assert "One: two" in html


def test_a_site_of_others_builds(make_site):
    site = make_site({"config.yaml": "markdown:\n  trusted: false\n",
        "content/a.md": "<script>x</script>\n\nText [b](b.md).",
                      "content/b.md": "B."})
    assert site.build().code == 0
    assert '<a href="/b/">b</a>' in site.text("a/index.html")
    assert "<script>x" not in site.text("a/index.html")


def test_without_the_package_that_cleans_a_build_says_so(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.web.config_checks.find_spec", lambda name: None)
    site = make_site({"config.yaml": "markdown:\n  trusted: false\n", "content/a.md": "A."})
    result = site.build()
    assert result.code == 1
    assert result.places() == [("config.untrusted", "config.yaml", 2)]  # and nothing of each page


def test_macros_are_for_formulas(make_site):
    site = make_site({"config.yaml": "markdown:\n  macros:\n    RR: \\mathbb{R}\n", "content/a.md": "$x \\in \\RR$"})
    assert [problem["code"] for problem in site.build().problems] == ["config.no-base-url"]
    assert "ℝ" in site.text("a/index.html")
    problem = site.edit({"config.yaml": "markdown:\n  macros:\n    RR: \\frac{\n"}).build().problems[0]
    assert (problem["code"], problem["place"]["line"]) == ("config.value", 2)
    assert "RR" in problem["message"]


def test_an_unlisted_part_of_a_series_has_no_number(build_site):
    site = build_site({"content/posts/2026-01-01-a.md": "---\nseries: S\n---\nA.",
                       "content/posts/2026-01-02-b.md": "---\nseries: S\nunlisted: true\n---\nB."})
    assert ["Part 1" in site.text(f"posts/{name}/index.html") for name in "ab"] == [True, False]
    assert 'href="/series/s/"' in site.text("posts/b/index.html")
