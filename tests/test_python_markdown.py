"""Sites whose Markdown engine is Python-Markdown: whole small sites, and mistakes in the config."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import outline
import pytest
from test_search import index_of, value_of

CONFIG = """title: Small
base_url: https://example.org/
markdown:
  engine: python-markdown
  extensions: [tables, footnotes, attr_list, toc, pymdownx.superfences, shout]
  extension_configs:
    toc: {permalink: true}
"""
SHOUT = """from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

from loudness import louder


class Shout(Preprocessor):
    def run(self, lines):
        return [line.replace("(quiet)", louder("loud")) if "(quiet)" in line else line for line in lines]


class ShoutExtension(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Shout(md), "shout", 30)


def makeExtension(**options):
    return ShoutExtension(**options)
"""
LOUDNESS = "def louder(word):\n    return word.upper()\n"
PAGE = """# The *title* & more

First words[^1], a [link](b.md#part-two), [gone](gone.md) and [no part](b.md#part-three).

| a | b |
|---|---|
| 1 | 2 |

## Part one {: #own .wide }

```python
x = 1
```

(quiet) here

[^1]: The note.
"""
FILES = {"content/a.md": PAGE, "content/b.md": "# B\n\n## Part two\n\n## Part two\n", "shout.py": SHOUT,
         "loudness.py": LOUDNESS}
EXTENSIONS = "base_url: https://example.org/\nmarkdown:\n  engine: python-markdown\n  extensions: [%s]\n"


def prose(site, file):
    return site.text(file).partition('<div class="prose"')[2].partition("</article>")[0]


# What a page becomes.

def test_extensions_make_the_page(make_site):
    site = make_site(FILES, CONFIG)
    assert site.build().code == 0
    text = prose(site, "a/index.html")
    assert "<h1" not in text
    assert '>The <em>title</em> &amp; more</h1>' in site.text("a/index.html")
    assert '<a href="/b/#part-two">link</a>' in text
    assert '<div class="table" tabindex="0"><table>' in text
    assert ('<h2 class="wide" id="own">Part one<a class="headerlink" href="#own" title="Permanent link">&para;</a></h2>'
            ) in text
    assert '<div class="highlight"><pre><span></span><code><span class="n">x</span>' in text
    assert "<p>LOUD here</p>" in text
    assert '<li id="fn:1">' in text
    assert 'id="part-two_1"' in prose(site, "b/index.html")


def test_links_are_checked_at_their_places(make_site):
    site = make_site(FILES, CONFIG)
    built = site.build()
    found = [place for place in built.places() if place[1] == "content/a.md"]
    assert found == [("link.broken-link", "content/a.md", 3), ("link.broken-anchor", "content/a.md", 3)], (
        built.problems)


def test_without_the_toc_extension_headings_have_anchors_too(make_site):
    site = make_site({"content/a.md": "# A\n\n## One & two\n\n## One & two\n\n# B\n\n[x](#one--two-1)\n",
                      "content/b.md": "Text.\n\n## Part\n\nTitle\n=====\n"}, EXTENSIONS % "")
    assert site.build().problems == []
    text = prose(site, "a/index.html")
    assert '<h3 id="one--two">' in text
    assert '<h3 id="one--two-1">' in text
    assert '<h2 id="b">B</h2>' in text
    assert "<title>B · My site</title>" in site.text("b/index.html"), "no first heading: the file's name"
    assert '<h3 id="part">' in prose(site, "b/index.html")


def test_the_toc_extension_and_the_contents_of_the_theme_agree(make_site):
    site = make_site({"content/a.md": "# A\n\n[TOC]\n\n## One *two*\n\n### Deep { #own }\n\n## Three\n\n## Four\n"},
                     EXTENSIONS % "toc, attr_list")
    assert site.build().problems == []
    text = prose(site, "a/index.html")
    assert '<li><a href="#one-two">One two</a>' in text
    assert '<h3 id="own">Deep</h3>' in text
    contents = site.text("a/index.html").partition('<nav class="sheet toc"')[2].partition("</nav>")[0]
    assert [part.partition('"')[0] for part in contents.split('href="')[1:]] == [
        "#one-two", "#own", "#three", "#four"]


def test_feeds_summaries_and_the_search_have_it(make_site):
    site = make_site({**FILES, "content/posts/2026-01-02-p.md":
                      "# A post\n\nOpening.\n\n<!-- more -->\n\n(quiet) and [a link](../a.md)\n"}, CONFIG)
    assert site.build().code == 0
    assert 'LOUD and <a href="https://example.org/a/">a link</a>' in site.text("feed.xml")
    assert "<p>Opening.</p>" in site.text("posts/index.html")
    assert "LOUD" not in site.text("posts/index.html")
    assert "/posts/p/" in index_of(site)["loud"]
    [section] = next(sections for url, _, _, sections in value_of(site.text("search/pages/0.js")) if url == "/a/")
    assert section[:2] == ["own", "Part one"]
    assert section[2].startswith("x = 1 LOUD here The note.")


def test_html_of_untrusted_authors_is_cleaned(make_site):
    site = make_site({"content/guests/a.md": "# A\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) "
                      "<b onclick=alert(1)>bold</b>\n\n| a |\n|---|\n| 1 |\n", "content/b.md": "<i onclick=a>own</i>"},
                     EXTENSIONS % "tables" + "  untrusted: [guests]\n")
    assert site.build().code == 0
    text = prose(site, "guests/a/index.html")
    assert "alert" not in text.replace("alert(1)</script", "")
    assert "<script" not in text
    assert "<b>bold</b>" in text
    assert "<table>" in text
    assert "<i onclick=" in prose(site, "b/index.html")


def test_marks_that_only_the_engine_writes_are_comments(make_site):
    site = make_site({"content/a.md": "# A\n\n<!--coldpress:title-->\n\n<!--coldpress:component 1-->\n\nText.\n"},
                     EXTENSIONS % "")
    assert site.build().problems == []
    assert "<!-- coldpress:title-->" in prose(site, "a/index.html")


@pytest.mark.parametrize("engine", ["native", "python-markdown"])
def test_the_site_of_mkdocs_is_built_by_either_engine(make_site, engine):
    files = outline.sources()
    config = files["config.yaml"].decode()
    if engine == "python-markdown":
        config = config.replace("markdown:\n", """markdown:
  engine: python-markdown
  extensions: [abbr, admonition, attr_list, def_list, footnotes, md_in_html, tables, toc, pymdownx.arithmatex,
    pymdownx.betterem, pymdownx.caret, pymdownx.critic, pymdownx.details, pymdownx.emoji, pymdownx.highlight,
    pymdownx.inlinehilite, pymdownx.keys, pymdownx.mark, pymdownx.superfences, pymdownx.tabbed, pymdownx.tasklist,
    pymdownx.tilde]
  extension_configs:
    pymdownx.arithmatex: {generic: true}
    pymdownx.tabbed: {alternate_style: true}
    pymdownx.tasklist: {custom_checkbox: true}
""")
    site = make_site(files, config)
    built = site.build()
    assert built.code == 0
    assert [place for place in built.places() if place[0].startswith("link.")] == []
    assert len([name for name in site.files() if name.endswith("index.html")]) >= 40


# Incremental builds.

def test_an_edit_of_the_extension_or_of_what_it_imports_renders_again(make_site):
    site = make_site(FILES, CONFIG)
    site.build()
    assert site.build().rendered == set()
    for edits, word in (({"loudness.py": LOUDNESS.replace("upper()", "title() + '!!'")}, "Loud!!"),
                        ({"shout.py": SHOUT.replace('"loud"', '"another word"')}, "Another Word!!"),
                        ({"config.yaml": CONFIG.replace(", shout", "")}, "(quiet)"),
                        ({"content/b.md": "# Other\n\n## Part two\n"}, "(quiet)")):
        site.edit(edits).build()
        assert f"<p>{word} here</p>" in prose(site, "a/index.html")
        clean = site.clean_copy()
        clean.build()
        assert site.files() == clean.files()


SHOUT_FROM_A_FILE = SHOUT.replace("from loudness import louder", "from pathlib import Path").replace(
    'louder("loud")', '(Path(__file__).parent / "word.txt").read_text()')


def test_a_file_that_an_extension_reads_is_a_dependency(make_site):
    site = make_site({"content/a.md": "(quiet) here\n", "content/b.md": "# B\n\nOther, [with a link](a.md).\n",
                      "shout.py": SHOUT_FROM_A_FILE, "word.txt": "# First\n\nsecond"}, EXTENSIONS % "shout")
    site.build()
    assert "<p>second here</p>" in prose(site, "a/index.html")
    assert "<title>First · My site</title>" in site.text("a/index.html")
    assert site.build().rendered == set()
    rendered = site.edit({"word.txt": "# First\n\nthird"}).build().rendered
    assert "/a/" in rendered
    assert "/b/" not in rendered
    assert "<p>third here</p>" in prose(site, "a/index.html")
    assert "/a/" in index_of(site)["third"]
    assert "third" in site.text("search/pages/0.js")
    site.edit({"word.txt": "# Fourth\n\nfifth", "content/b.md": "# B\n\nAnother.\n"}).build()
    assert "<title>Fourth · My site</title>" in site.text("a/index.html")
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()
    site.edit({"word.txt": "# First\n\nsecond"}).build()
    assert "<p>second here</p>" in prose(site, "a/index.html")
    assert site.build().rendered == set()


def test_a_damaged_note_of_what_an_extension_read_is_not_used(make_site):
    site = make_site({"content/a.md": "(quiet) here\n", "shout.py": SHOUT_FROM_A_FILE, "word.txt": "first",
                      "other.txt": "first"}, EXTENSIONS % "shout")
    site.build()
    with contextlib.closing(sqlite3.connect(site.root / ".coldpress" / "markup.sqlite")) as store, store:
        (count,) = store.execute("SELECT count(*) FROM reads WHERE reads LIKE '%word.txt%'").fetchone()
        assert count == 1
        store.execute("UPDATE reads SET reads = replace(reads, 'word.txt', 'other.txt')")
    site.edit({"word.txt": "second"}).build()
    assert "<p>second here</p>" in prose(site, "a/index.html")
    assert "/a/" in index_of(site)["second"]


def test_a_module_that_is_imported_late_and_a_file_read_while_loading_are_known(make_site):
    top = "WORD = (Path(__file__).parent / 'top.txt').read_text()"
    late = SHOUT.replace("from loudness import louder", top).replace(
        "from markdown.ext", "from pathlib import Path\n\nfrom markdown.ext", 1).replace(
        'louder("loud")', 'WORD + __import__("late").VALUE').replace(
        "    def run(self, lines):\n", "    def run(self, lines):\n        import late\n\n")
    site = make_site({"content/a.md": "(quiet) here\n", "shout.py": late, "late.py": "VALUE = ' one'\n",
                      "top.txt": "first"}, EXTENSIONS % "shout")
    site.build()
    assert "<p>first one here</p>" in prose(site, "a/index.html")
    for edits, text in (({"late.py": "VALUE = ' two'\n"}, "first two"), ({"top.txt": "second"}, "second two")):
        site.edit(edits).build()
        assert f"<p>{text} here</p>" in prose(site, "a/index.html")
        clean = site.clean_copy()
        clean.build()
        assert site.files() == clean.files()
    assert site.build().rendered == set()


@pytest.mark.parametrize(("code", "message"), [
    ("    raise SystemExit(0)", "SystemExit: 0"), ("    return b'bytes'", "TypeError: "),
    ("    return chr(0xd800)", "UnicodeEncodeError: ")])
def test_whatever_an_extension_does_on_a_page_is_an_error_of_that_page(make_site, code, message):
    after = f"class After(Postprocessor):\n    def run(self, text):\n    {code}\n\n\nclass ShoutExtension"
    extension = SHOUT.replace("preprocessors.register(Shout(md)", "postprocessors.register(After(md)").replace(
        "from loudness import louder", "from markdown.postprocessors import Postprocessor").replace(
        "class ShoutExtension", after)
    site = make_site({"content/a.md": "Text\n", "shout.py": extension}, EXTENSIONS % "shout")
    built = site.build()
    assert built.code == 1
    problem = next(problem for problem in built.problems if problem["severity"] == "error")
    assert problem["code"] == "markup.extension", built.problems
    assert message in problem["message"]
    assert problem["place"]["path"] == "content/a.md"


@pytest.mark.parametrize(("code", "message"), [
    ("raise SystemExit(0)\n", "SystemExit: 0"), ("x = [\n", "SyntaxError: "), ("x = 1\0\n", "Error: ")])
def test_an_extension_that_cannot_be_loaded_is_an_error_in_the_config(make_site, code, message):
    site = make_site({"content/a.md": "Text\n", "shout.py": code}, EXTENSIONS % "shout")
    built = site.build()
    assert built.code == 1
    assert "the Markdown extension `shout` cannot be loaded: " in built.problems[0]["message"]
    assert message in built.problems[0]["message"]


def test_what_an_extension_asks_a_program_is_asked_in_every_build(make_site):
    asker = SHOUT.replace("from loudness import louder", "import subprocess, sys").replace(
        'louder("loud")', 'subprocess.check_output([sys.executable, __file__.replace("shout", "said")], text=True)')
    site = make_site({"content/a.md": "# A\n\n(quiet) here\n", "content/b.md": "# B\n\nOther.\n",
                      "shout.py": asker, "said.py": "print('one', end='')"}, EXTENSIONS % "shout")
    site.build()
    assert "<p>one here</p>" in prose(site, "a/index.html")
    assert "/b/" not in site.edit({"said.py": "print('two', end='')"}).build().rendered
    assert "<p>two here</p>" in prose(site, "a/index.html")
    assert "/a/" in index_of(site)["two"]


def test_many_bodies_are_rendered_by_several_processes(make_site):
    pages = {f"content/p{number}.md": f"# P{number}\n\n(quiet) {number}\n" for number in range(220)}
    site = make_site({**pages, "shout.py": SHOUT_FROM_A_FILE, "word.txt": "first"}, EXTENSIONS % "shout")
    assert site.build("-j", "2").code == 0
    assert "<p>first 7</p>" in prose(site, "p7/index.html")
    assert site.edit({"word.txt": "second"}).build("-j", "2").code == 0
    assert "<p>second 7</p>" in prose(site, "p7/index.html")
    assert site.build().rendered == set()


# Mistakes.

@pytest.mark.parametrize(("config", "line", "message", "hint"), [
    ("  engine: python-markdwn\n", 3, "`engine` is `native` or `python-markdown`", "did you mean `python-markdown`?"),
    ("  extensions: [tables]\n", 3, "`extensions` are of another engine", "write `engine: python-markdown` too"),
    ("  engine: python-markdown\n  extensions: tables\n", 4, "`extensions` is a list of names", "extension_configs"),
    ("  engine: python-markdown\n  extensions:\n    - toc: {}\n", 4, "is a list of names", "extension_configs"),
    ("  engine: python-markdown\n  extension_configs: [a]\n", 4, "holds `key: value` lines", ""),
    ("  engine: python-markdown\n  extensions: [toc]\n  extension_configs:\n    tocs: {}\n", 6,
     "the extension `tocs` is not in use", "did you mean `toc`?"),
    ("  engine: python-markdown\n  extensions:\n    - toc\n    - tabels\n", 6,
     "there is no Markdown extension `tabels`", "did you mean `tables`?"),
    ("  engine: python-markdown\n  extensions: [my.own]\n", 4, "there is no Markdown extension `my.own`",
     "a module that can be imported"),
    ("  engine: python-markdown\n  extensions: [toc]\n  extension_configs:\n    toc:\n      permalnk: true\n", 7,
     "the Markdown extension `toc` has no option `permalnk`", ""),
    ("  engine: python-markdown\n  extensions: [broken, tables]\n", 4,
     "the Markdown extension `broken` cannot be loaded: RuntimeError: no luck", "")])
def test_mistakes_in_the_config_are_told_at_their_lines(make_site, config, line, message, hint):
    site = make_site({"content/a.md": "| a |\n|---|\n| 1 |\n", "broken.py": 'raise RuntimeError("no luck")\n'},
                     f"base_url: https://example.org/\nmarkdown:\n{config}")
    built = site.build()
    assert built.code == 1
    (problem,) = built.problems
    assert problem["code"] in ("config.value", "config.extension")
    assert (problem["place"]["path"], problem["place"]["line"]) == ("config.yaml", line)
    assert (problem["code"] == "config.extension") == ("Markdown extension `" in message)
    assert message in problem["message"]
    assert hint in (problem["hint"] or "")


def test_an_extension_that_fails_on_a_page_is_named(make_site):
    site = make_site({**FILES, "loudness.py": "def louder(word):\n    raise ValueError('too loud')\n"}, CONFIG)
    for _ in range(2):  # nothing is kept of it
        built = site.build()
        assert built.code == 1
        problem = next(problem for problem in built.problems if problem["severity"] == "error")
        assert problem["code"] == "markup.extension", problem
        assert problem["message"] == "the extension `shout` fails on this page: ValueError: too loud"
        assert problem["place"]["path"] == "content/a.md"
    assert site.edit({"loudness.py": LOUDNESS}).build().code == 0


def test_the_native_engine_needs_neither_python_markdown_nor_pymdown(make_site):
    site = make_site({"content/a.md": "# A\n\n:tada: ++ctrl+k++ {.x}\n", "build.py":
                      "import sys\n\nfor name in ('markdown', 'pymdownx'):\n    sys.modules[name] = None\n\n"
                      "import coldpress\n\n\ndef create_app():\n    return coldpress.create_app(__file__)\n"})
    import sys  # noqa: PLC0415  (what the site hides is shown again)

    hidden = {name: sys.modules.get(name) for name in ("markdown", "pymdownx")}
    try:
        assert site.build().code == 0
    finally:
        for name, module in hidden.items():
            sys.modules.pop(name, None)
            if module is not None:
                sys.modules[name] = module
    text = prose(site, "a/index.html")
    assert "🎉" in text
    assert '<kbd class="key-control">' in text
    assert json.dumps(text)
