"""What MkDocs users bring: a whole site, and each construct that others lack."""

from __future__ import annotations

import json
import re

import outline
import pytest
import yaml
from conftest import REPOSITORY

URL = "base_url: https://example.org/\n"
MATERIAL = json.loads((outline.HERE / "material.json").read_text("utf-8"))
EMOJI = re.compile("[🏡☕] ?")  # pictures in Material, letters here
MARKS = re.compile(
    r"--8<--|!!!|\?\?\?|=== |:(?:material|octicons|fontawesome|simple)-|\{ ?[:.#]|\+\+|\{[=+>~-]|\[\^|\]\(|==|~~|\^\^"
    r"|\*\*|</?div|markdown=|\*\[|```|\[TOC\]")


def prose(site, name="a"):
    """The prose of a page."""
    return site.text(f"{name}/index.html").partition('<div class="prose"')[2].partition("</article>")[0]


# A whole site, its Markdown as it was.

def test_material_s_pages_are_those_of_this_very_markdown():
    assert outline.digest() == MATERIAL["digest"], "make `material.json` anew, as tests/outline.py says"
    assert len(MATERIAL["pages"]) == 40


def outlines(site):
    """What each page shows."""
    return {name: outline.outline(outline.article(site.text("index.html" if name == "." else f"{name}/index.html")))
            for name in MATERIAL["pages"]}


def differences(ours, theirs):
    """What two outlines tell otherwise, page by page."""
    return [(name, kind, ours[name][kind], shown) for name, page in theirs.items() for kind, shown in page.items()
            if ours[name][kind] != shown]


def test_every_page_shows_what_material_shows(build_site):
    site = build_site(outline.sources())
    ours, theirs = outlines(site), MATERIAL["pages"]
    dropped = sum(problem["code"] == "markup.icon" for problem in site.build("-v").problems)
    assert dropped == 4
    emoji = sum(len(EMOJI.findall(page["words"])) for page in ours.values())
    assert emoji == 2
    assert sum(page["icons"] for page in ours.values()) + dropped + emoji == sum(
        page["icons"] for page in theirs.values())
    for page in [*ours.values(), *theirs.values()]:
        page["words"] = EMOJI.sub("", page["words"]).replace(" ,", ",")
        del page["icons"]
    assert differences(ours, theirs) == []


def test_the_navigation_is_that_of_mkdocs_yml(build_site):
    def entries(nav):
        for entry in nav:
            ((name, inner),) = entry.items() if isinstance(entry, dict) else ((None, entry),)
            yield from entries(inner) if isinstance(inner, list) else [(name, inner)]

    site = build_site({**outline.sources(), "templates/partials/head.html":
                       "<meta name=near content='{{ page.prev.source if page and page.prev }}|{{ page.next.source if "
                       "page and page.next }}'>"})
    config = yaml.load((outline.HERE / "mkdocs.yml").read_text("utf-8"), _Loader)
    order = [source for _, source in entries(config["nav"]) if "://" not in source]
    assert yaml.safe_load((outline.HERE / "config.yaml").read_text("utf-8"))["menu"] == config["nav"]
    for before, source, after in zip(["", *order], order, [*order[1:], ""], strict=False):
        name = source.removesuffix(".md").removesuffix("index")
        file = f"{name.rstrip('/')}/index.html".lstrip("/")
        assert f"content='{before}|{after}'" in site.text(file), source


class _Loader(yaml.SafeLoader):
    """Passes over the names of Python functions in `mkdocs.yml`."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def test_no_mark_of_markdown_is_left(build_site):
    site = build_site(outline.sources())
    left = {name: MARKS.findall(page["words"]) for name, page in outlines(site).items()}
    assert {name: marks for name, marks in left.items() if marks} == {}


def test_the_docs_say_what_becomes_of_everything_in_mkdocs_yml():
    config = yaml.load((outline.HERE / "mkdocs.yml").read_text("utf-8"), _Loader)
    named = set(re.findall(r"`([\w.<>-]+)`", (REPOSITORY / "content/docs/coming-from/mkdocs.md").read_text("utf-8")))
    extensions = [name if isinstance(name, str) else next(iter(name)) for name in config["markdown_extensions"]]
    wanted = {*(set(config) - {"theme"}), *(f"theme.{name}" for name in config["theme"]), *config["theme"]["features"],
              *extensions, *config["plugins"], "base_path", "auto_append"}
    assert wanted - named == set()


# Snippets.

FILES = {
    "snippets/one.md": "One *line*.\n\nAnd [a link](b.md).\n", "content/b.md": "# B\n\n## Part\n",
    "content/in.txt": "within",
    "code/app.py": "import os\n# --8<-- [start:main]\ndef main():\n    return 1\n# --8<-- [end:main]\nmain()\n",
    "snippets/nested.md": '!!! tip\n\n    --8<-- "one.md"\n'}


def code(*lines):
    return '<div class="code"><pre tabindex="0"><code>' + "".join(line + "\n" for line in lines) + "</code></pre></div>"


@pytest.mark.parametrize(("written", "html"), [
    ('--8<-- "one.md"', '<p>One <em>line</em>.</p>\n<p>And <a href="/b/">a link</a>.</p>'),
    ("--8<-- 'snippets/one.md'", '<p>One <em>line</em>.</p>\n<p>And <a href="/b/">a link</a>.</p>'),
    ('---8<---   "one.md:1:1"', "<p>One <em>line</em>.</p>"),
    ('- item\n\n    --8<-- "one.md:1:1"', "<p>item</p>\n<p>One <em>line</em>.</p>"),
    ('--8<-- "in.txt"', "<p>within</p>"),
    ('```\n--8<-- "code/app.py:main"\n```', code("def main():", "    return 1")),
    ('```\n--8<-- "code/app.py"\n```', code("import os", "def main():", "    return 1", "main()")),
    ('```\n--8<-- "code/app.py:3"\n```', code("def main():", "    return 1", "main()")),
    ('```\n--8<-- "code/app.py::1"\n```', code("import os")),
    ('```\n--8<-- "code/app.py:1:1,6:6"\n```', code("import os", "main()")),
    ('```\n--8<-- "code/app.py:-1"\n```', code("main()")),
    ('```\n--8<-- "code/app.py:3:-2"\n```', code("def main():", "    return 1")),
    ('```\n--8<--\nin.txt\n\n; one.md\nin.txt\n--8<--\n```', code("within", "", "within")),
    ('```\n;--8<-- "one.md"\n```', code('--8&lt;-- "one.md"')),
    ('```\n# ;--8<-- [start:x]\n```', code("# --8&lt;-- [start:x]")),
    ('--8<-- "nested.md"', '<p class="admonition-title">Tip</p>\n<p>One <em>line</em>.</p>'),
    ('Text with `--8<-- "one.md"` in it.', '<code>--8&lt;-- "one.md"</code>'),
    ('*[OS]: System\n\n--8<-- "os.md"', '<abbr title="System">OS</abbr>'),
])
def test_a_snippet_gives_its_place_to_a_file(build_site, written, html):
    assert html in prose(build_site({**FILES, "snippets/os.md": "The OS.", "content/a.md": written + "\n"}))


@pytest.mark.parametrize(("written", "message", "hint"), [
    ('--8<-- "gone.md"', "the snippet `gone.md` is not there", "markdown.snippets"),
    ('--8<-- "../secret.txt"', "the snippet `../secret.txt` is not there", "markdown.snippets"),
    ('--8<-- "/etc/hostname"', "the snippet `/etc/hostname` is not there", "markdown.snippets"),
    ('--8<-- ".env"', "the snippet `.env` is not there", "markdown.snippets"),
    ('--8<-- "https://example.org/x.md"', "the snippet `https://example.org/x.md` is not there", "a text file"),
    ('--8<-- "code/app.py:mian"', "the snippet `code/app.py:mian` is no section of its file", "[start:NAME]"),
    ('--8<-- "itself.md"', "the snippet `itself.md` holds itself", "left out"),
    ('--8<-- "bomb0.md"', "the snippet `bomb7.md` makes this page far larger than its text", "left out"),
])
def test_a_snippet_that_cannot_be_had_is_told_at_its_line(make_site, written, message, hint):
    bombs = {f"snippets/bomb{number}.md": f'--8<-- "bomb{number + 1}.md"\n' * 10 for number in range(7)}
    site = make_site({**FILES, **bombs, "snippets/bomb7.md": "x" * 50_000, "../secret.txt": "secret", ".env": "secret",
                      "snippets/itself.md": 'Once.\n\n--8<-- "itself.md"\n',
                      "content/a.md": f"---\ntitle: A\n---\n\nText.\n\n{written}\n\nMore.\n"})
    problem = site.build().problems[0]
    assert (problem["code"], problem["severity"], problem["message"]) == ("markup.include", "warning", message)
    assert hint in problem["hint"]
    if problem["place"]["path"] == "content/a.md":
        assert (problem["place"]["line"], problem["place"]["column"]) == (7, 9)
    else:
        assert problem["place"]["path"] in ("snippets/itself.md", "snippets/bomb6.md")
        assert problem["place"]["column"] == 9
    assert "secret" not in prose(site)
    assert "<p>More.</p>" in prose(site)
    assert len(prose(site)) < 6_000_000


def test_what_is_wrong_in_a_snippet_is_told_there(make_site):
    site = make_site({"content/a.md": '# A\n\n    --8<-- "one.md"\n\n--8<-- "one.md"\n\n[y](gone.md)\n\n:::zzz\n:::\n',
                      "snippets/one.md": "Text.\n\n  [x](nowhere.md)\n\n## B\n\n[z](#nothing)\n"})
    assert {(place, line) for _, place, line in site.build().places()} == {
        ("snippets/one.md", 3), ("snippets/one.md", 7), ("content/a.md", 7), ("content/a.md", 9)}
    link = next(problem for problem in site.build().problems if "nowhere.md" in problem["message"])
    assert (link["place"]["column"], link["place"]["text"]) == (7, "  [x](nowhere.md)")


def test_a_changed_snippet_renders_the_pages_that_have_it(make_site):
    site = make_site({**FILES, "content/a.md": '--8<-- "one.md:1:1"', "content/c.md": "C.",
                      "content/posts/2026-01-02-p.md": '--8<-- "nested.md"\n'})
    site.build()
    assert site.build().rendered == set()
    assert site.edit({"snippets/one.md": "Another.\n"}).build().rendered >= {"/a/", "/posts/p/"}
    assert "<p>Another.</p>" in prose(site)
    assert "/c/" not in site.results[-1].rendered
    # A file nearer than the one that was found.
    assert "/a/" in site.edit({"one.md": "Nearer.\n"}).build().rendered
    assert "<p>Nearer.</p>" in prose(site)
    assert "/a/" in site.edit({"one.md": None, "snippets/one.md": None}).build().rendered
    assert "Another" not in prose(site)
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()


def test_snippets_are_looked_for_where_the_config_says(make_site):
    site = make_site({".parts/x.md": "Hidden.", "snippets/x.md": "Not this.", "content/a.md": '--8<-- "x.md"'},
                     config=URL + "markdown: {snippets: .parts}\n")
    assert site.build().problems == []
    assert "<p>Hidden.</p>" in prose(site)


def test_files_that_every_body_ends_with(make_site):
    site = make_site({"content/a.md": "The HTML.\n", "content/b.md": "An [x][y] and HTML.\n",
                      "more/abbr.md": "*[HTML]: Markup\n\n[y]: https://example.com/\n"},
                     config=URL + "markdown: {append: more/abbr.md}\n")
    assert site.build().problems == []
    assert prose(site).count('<abbr title="Markup">HTML</abbr>') == 1
    assert '<a href="https://example.com/">x</a>' in prose(site, "b")
    assert site.edit({"more/abbr.md": "*[HTML]: Language\n"}).build().rendered >= {"/a/", "/b/"}
    assert '<abbr title="Language">' in prose(site)
    problem = site.edit({"more/abbr.md": None}).build().problems[0]
    assert (problem["code"], problem["place"]["line"]) == ("config.value", 2)
    assert "`more/abbr.md`" in problem["message"]


# Authors who are not trusted.

@pytest.mark.parametrize("written", [
    '--8<-- "config.yaml"', '--8<-- "one.md"', '--8<-- "snippets/one.md"', '::include{file="/config.yaml"}',
    '::include{file="/build.py"}', '::include{file="../snippets/one.md"}',
    '```\n--8<-- "build.py"\n```'])
def test_who_is_not_trusted_shows_nothing_but_content(make_site, written):
    site = make_site({**FILES, "content/a.md": f"A text.\n\n{written}\n"},
                     config=URL + "markdown: {trusted: false}\n")
    assert site.build().codes == ["markup.include"]
    assert not re.search("import coldpress|example.org/|One", prose(site))


@pytest.mark.parametrize("written", [
    '--8<-- "in.txt"', '::include{file="in.txt"}', '::include{file="/content/in.txt"}'])
def test_who_is_not_trusted_shows_content(build_site, written):
    site = build_site({**FILES, "content/a.md": written}, config=URL + "markdown: {trusted: false}\n")
    assert "within" in prose(site)


# Front matter, headings, tabs, icons.

def test_tags_with_a_page_of_their_own(build_site):
    site = build_site({"content/tags.md": "# All tags\n\nWhat we write of.\n", "content/a.md": "---\ntags: x\n---\nA."})
    assert "What we write of." in site.text("tags/index.html")
    assert 'href="/tags/x/"' in site.text("tags/index.html")
    site.edit({"content/a.md": "A."}).build()
    assert "What we write of." in site.text("tags/index.html")


def test_a_date_as_material_has_it(build_site):
    site = build_site({"content/posts/a.md": "---\ndate:\n  created: 2026-01-02\n  updated: 2026-02-03\n---\nA.",
                       "templates/post.html": "{{ page.date.isoformat() }}"})
    assert site.text("posts/a/index.html") == "2026-01-02T00:00:00+00:00"


def test_in_docs_the_heading_is_the_title(build_site):
    pages = {"content/docs/index.md": "# Docs", "content/docs/a.md": "---\ntitle: Short\n---\n# A *long* one\n\nText.",
             "content/posts/2026-01-02-b.md": "---\ntitle: Short\n---\n# A long one\n\nText."}
    site = build_site(pages)
    assert re.findall(r"<h[12][^>]*>(.*?)</h", site.text("docs/a/index.html")) == ["A <em>long</em> one"]
    assert "<title>Short · " in site.text("docs/a/index.html")
    assert re.findall(r"<h[12][^>]*>(.*?)</h", site.text("posts/b/index.html")) == ["Short", "A long one"]
    assert "/docs/a/" in site.edit({"config.yaml": URL + "docs: []\n"}).build().rendered
    assert re.findall(r"<h[12][^>]*>(.*?)</h", site.text("docs/a/index.html")) == ["Short", "A long one".replace(
        "long", "<em>long</em>")]


@pytest.mark.parametrize(("style", "ids"), [
    ("github", ["a--b", "über-uns", "c", "c-1", "背景", "section", "section-1"]),
    ("python-markdown", ["a-b", "uber-uns", "c", "c_1", "_1", "_2", "_3"])])
def test_anchors_as_readers_know_them(build_site, style, ids):
    site = build_site({"content/a.md": "# Page\n\n" + "".join(
        f"## {text}\n\n" for text in ("A & B", "Über uns", "C", "C", "背景", "…", "!"))},
        config=URL + f"markdown: {{heading_ids: {style}}}\n")
    assert re.findall(r'<h2 id="([^"]*)"', prose(site)) == ids


def tabs(site):
    return outline.outline(outline.article(site.text("a/index.html")))["tabs"]


def test_tabs_are_a_component_of_either_spelling(build_site):
    one = build_site({"content/a.md": '=== "A *b*"\n\n    One.\n\n=== "C"\n\n    Two.\n'})
    other = build_site({"content/a.md": "::::tabs\n:::tab[A *b*]\nOne.\n:::\n:::tab[C]\nTwo.\n:::\n::::\n"})
    assert prose(one) == prose(other)
    assert tabs(one) == [["A b", "C"]]
    assert re.findall(r'id="(tabs-1-\d)"( checked)?', prose(one)) == [("tabs-1-1", " checked"), ("tabs-1-2", "")]


def test_tabs_that_begin_anew_and_one_that_is_shown_first(build_site):
    site = build_site({"content/a.md": '=== "A"\n    1\n\n===+ "B"\n    2\n\n===! "C"\n    3\n\n=== "D"\n    4\n'})
    assert tabs(site) == [["A", "B"], ["C", "D"]]
    assert [checked for _, checked in re.findall(r'<input type="radio"[^>]*id="([^"]*)"( checked)?', prose(site))] == [
        "", " checked", " checked", ""]


def test_tabs_in_tabs_in_tabs(build_site):
    depth = 25
    site = build_site({"content/a.md": "".join(f'{"    " * level}=== "T{level}"\n\n' for level in range(depth))
                       + "    " * depth + "At the bottom.\n"})
    assert tabs(site) == [[f"T{level}"] for level in range(depth)]
    assert "<p>At the bottom.</p>" in prose(site)


@pytest.mark.parametrize(("written", "html"), [
    ("A :material-check: b", '<p>A <span class="symbol">✓</span> b</p>'),
    (":octicons-arrow-right-24:{ .x title=Go }", '<p><span class="symbol x" title="Go">→</span></p>'),
    ("A :simple-python: b", "<p>A  b</p>"),
    ("## :material-check: Done", '<h2 id="done"><span class="symbol">✓</span> Done</h2>'),
    ("`:material-check:` 8:material-check:", "<p><code>:material-check:</code> 8:material-check:</p>"),
])
def test_icons(build_site, written, html):
    assert html in prose(build_site({"content/a.md": f"---\ntitle: A\n---\n{written}\n"}))


def test_an_icon_of_the_site_s_own(make_site):
    site = make_site({"content/a.md": "# :simple-python: A\n\n:simple-python:{ .big }",
                      "templates/icons/simple/python.svg": '<svg viewBox="0 0 1 1"></svg>\n'})
    assert site.build().problems == []
    assert '<span class="symbol big"><svg viewBox="0 0 1 1"></svg></span>' in prose(site)
    assert "<title>A · " in site.text("a/index.html")
    assert "/a/" in site.edit({"templates/icons/simple/python.svg": "<svg></svg>"}).build().rendered


def test_contents_that_the_page_hides(build_site):
    site = build_site({"content/a.md": "---\nhide: [navigation, toc]\n---\n# A\n\n## One\n\n## Two\n\n## Three\n",
                       "templates/page.html": "{{ page.toc|length }} {{ page.params.hide|join(' ') }}"})
    assert site.text("a/index.html") == "0 navigation toc"


def test_a_tree_that_the_page_hides(build_site):
    site = build_site({"content/docs/index.md": "# D", "content/docs/a.md": "---\nhide:\n  - navigation\n---\n# A",
                       "content/docs/b.md": "---\nhide: toc\n---\n# B\n\n## One\n\n## Two\n\n## Three",
                       "content/docs/c.md": "# C\n\n## One\n\n## Two\n\n### Three",
                       "content/docs/d.md": "# D\n\n## One\n\n## Two"})
    assert ['id="_sidebar"' in site.text(f"docs/{name}/index.html") for name in "ab"] == [False, True]
    assert ['popovertarget="_sidebar"' in site.text(f"docs/{name}/index.html") for name in "ab"] == [False, True]
    assert ['class="sheet toc"' in site.text(f"docs/{name}/index.html") for name in "bcd"] == [False, True, False]
