"""Plugins: found by name, given options, and counted for the pages that they touch."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import REPOSITORY, code_of

PLUGIN = '''\
import os
from pathlib import Path
from typing import Literal

import click
import flask
from markupsafe import Markup

import coldpress

bp = coldpress.Blueprint("shelf", __name__, url_prefix="/shelf")
FOLDER = Path(__file__).parent


@bp.get("/<name>/")
def book(name):
    return f"shelf of {name}, VERSION"


@bp.urls(book)
def urls(library):
    return [{"name": "a"}, {"name": "b"}]


class Rows:
    def keys(self):
        return [("one", 1)]

    def get(self, keys):
        return [{"key": key, "title": "Row", "body": "Of VERSION"} for key in keys]


class Books:
    def __init__(self, *, limit: int = 20, look: Literal["plain", "fancy"] = "plain", names: list[str] | None = None):
        self.limit = limit

    def init_site(self, site):
        site.register_blueprint(bp)
        site.filter("money")(lambda value: f"{value} VERSION")
        site.test("cheap")(lambda value: value < self.limit)
        site.glob("stock")({"b-1": 3})
        site.directive("book")(self.book)
        site.fence("plot")(plot)
        site.field("isbn", "text")
        site.source("rows")(Rows())
        site.command(click.Command("stocktake", callback=lambda: click.echo(f"limit {self.limit}")))

    def book(self, directive):
        if directive.attributes.get("isbn") == "bad":
            raise ValueError("no such book")
        return Markup("<b class=book>{} {} {} {}</b>").format(
            directive.attributes["isbn"], directive.title, directive.page.title, directive.body)


def plot(fence):
    if fence.code.startswith("file "):
        return f"<i>{Path(os.environ['PLOTS'], fence.code[5:].strip()).read_text()}</i>"
    if "bad" in fence.code:
        raise ValueError("cannot plot this")
    if "warn" in fence.code:
        fence.report("odd", line=1, hint="even it")
        return None
    return f"<i onclick='x()' title=\\"{fence.attributes.get('color')}\\">plot {fence.number} {fence.title} VERSION</i>"
'''
CONTENT = {
    "content/directive.md": ":::book[*T*]{isbn=1}\nText of it.\n:::\n",
    "content/fence.md": "# Fence\n\n```plot title=\"T\" color=red\n1 2\n```\n",
    "content/plain.md": "Nothing, and ```plot``` in a line.\n",
    "content/filter.md": "---\nlayout: priced\n---\nX.", "templates/priced.html": "{{ 3|money }} {{ stock['b-1'] }}",
    "content/test.md": "---\nlayout: tested\n---\nX.", "templates/tested.html": "{{ 3 is cheap }}",
}
CONFIG = "base_url: https://example.org/\nplugins: [books]\ncollections: {rows: {source: rows}}\n"
TOUCHED = {"/directive/", "/fence/", "/filter/", "/test/", "/shelf/a/", "/shelf/b/"}


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs the plugin in a folder of `sys.path`, as an editable installation is."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr("coldpress.loaded_code._lookups", set())  # another test may have listed all packages

    def put(code=PLUGIN, version="1.0"):
        for old in folder.iterdir():
            if old.suffix == ".dist-info":
                for file in old.iterdir():
                    file.unlink()
                old.rmdir()
        sys.modules.pop("books_plugin", None)
        if code is None:
            (folder / "books_plugin.py").unlink()
            return
        (folder / "books_plugin.py").write_text(code.replace("VERSION", f"v{version}"))
        info = folder / f"books_plugin-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: books-plugin\nVersion: {version}\n")
        (info / "entry_points.txt").write_text("[coldpress.plugins]\nbooks = books_plugin:Books\n")

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield put
    sys.modules.pop("books_plugin", None)


def test_a_plugin_adds_all_that_code_can_add(install, make_site):
    install()
    site = make_site(CONTENT, CONFIG)
    assert site.build().problems == []
    assert "<b class=book>1 <em>T</em> Directive <p>Text of it.</p>" in site.text("directive/index.html")
    assert '<i onclick=\'x()\' title="red">plot 1 T v1.0</i>' in site.text("fence/index.html")
    assert site.text("filter/index.html") == "3 v1.0 3"
    assert site.text("test/index.html") == "True"
    assert site.text("shelf/a/index.html") == "shelf of a, v1.0"
    assert "Of v1.0" in site.text("rows/one/index.html")
    assert site.run("stocktake").out.strip() == "limit 20"


def test_a_new_version_renders_what_it_touches_and_nothing_else(install, make_site):
    install()
    site = make_site(CONTENT, CONFIG)
    assert site.build().problems == []
    assert site.build().rendered == set()
    install(version="1.1")
    result = site.build()
    shown_elsewhere = {url for url in result.rendered if url.startswith(("/rows/", "/search/"))}  # texts changed too
    assert result.rendered - shown_elsewhere == TOUCHED
    assert "/plain/" not in result.rendered
    for page in ("filter", "fence", "shelf/a", "rows/one"):
        assert "v1.1" in site.text(f"{page}/index.html")
    assert site.build().rendered == set()
    assert site.run("build", "--verify").code == 0


def test_the_backport_of_metadata_reads_no_file_of_the_site(install, make_site, tmp_path, monkeypatch):
    """Whichever package imports it, `importlib_metadata` looks for installed packages beside the standard library."""
    shutil.copytree(Path(importlib.metadata.__file__).parent, tmp_path / "packages/importlib_metadata",
                    ignore=shutil.ignore_patterns("__pycache__"))
    install()
    monkeypatch.delitem(sys.modules, "importlib_metadata", raising=False)
    backport = importlib.import_module("importlib_metadata")
    finder = SimpleNamespace(find_spec=lambda *_: None,
                             find_distributions=backport.MetadataPathFinder.find_distributions)
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    site = make_site(CONTENT, CONFIG)
    assert site.build().problems == []
    install(version="1.1")
    assert "/plain/" not in site.build().rendered
    monkeypatch.delitem(sys.modules, "importlib_metadata")


def test_options_are_part_of_the_version(install, make_site):
    install()
    site = make_site(CONTENT, CONFIG)
    assert site.build().problems == []
    site.edit({"config.yaml": CONFIG.replace("[books]", "[books: {limit: 2}]")})
    assert site.build().rendered >= TOUCHED
    assert site.text("test/index.html") == "False"


def test_a_plugin_that_is_gone_is_one_problem(install, make_site):
    install()
    site = make_site(CONTENT, CONFIG)
    assert site.build().problems == []
    before = site.files()
    install(None)
    problem, = site.build().problems
    assert (problem["code"], problem["message"]) == ("config.plugin", "there is no plugin `books`")
    assert problem["place"]["line"] == 2
    assert problem["hint"] == "install the package that has it, with `pip install`"
    assert site.files() == before


def test_a_plugin_is_in_use_only_where_it_is_named(install, make_site):
    install()
    site = make_site({"content/directive.md": CONTENT["content/directive.md"], "content/b.md": "```plot\n1\n```\n"},
                     "base_url: https://example.org/\n")
    assert site.build().codes == ["markup.component"]
    assert "<code" in site.text("b/index.html")


@pytest.mark.parametrize(("plugins", "message", "hint"), [
    ("[boks]", "there is no plugin `boks`", "did you mean `books`?"),
    ("[books: {limti: 5}]", "the plugin `books`: there is no option `limti`", "did you mean `limit`?"),
    ("[books: {limit: many}]", "the plugin `books`: `limit` is a whole number", None),
    ("[books: {look: odd}]", "the plugin `books`: `look` is `plain` or `fancy`", None),
    ("[books: {names: [1]}]", "the plugin `books`: `names` is a list of text", None),
    ("books", "`plugins`: a list of names is expected here, such as `[books, {shop: {limit: 5}}]`", None),
    ("[books, books]", "`plugins`: the plugin `books` is here twice", None),
    ("[llms]", "`llms` comes with Coldpress, and is not named here", "leave it out, and write `llms: true`"),
    ("[search]", "`search` comes with Coldpress, and is not named here", "leave it out; `search: false` turns it off"),
])
def test_mistakes_in_the_config_are_told_at_their_line(install, make_site, plugins, message, hint):
    install()
    problem, *_ = make_site({"content/a.md": "A"}, f"title: T\nplugins: {plugins}\n").build().problems
    assert (problem["message"], problem["hint"]) == (message, hint)
    assert (problem["place"]["path"], problem["place"]["line"]) == ("config.yaml", 2)


@pytest.mark.parametrize(("before", "after", "said"), [
    ('site.field("isbn", "text")', 'raise RuntimeError("no")', "RuntimeError: no"),
    ("import click", "import nothing_like_it", "No module named 'nothing_like_it'"),
    ("self.limit = limit", "self.limit = 1 / 0", "ZeroDivisionError"),
    ('site.glob("stock")({"b-1": 3})', 'site.filter("money")(str)',
     "there is a filter `money` already, of the plugin `books`"),
    ('site.glob("stock")', 'site.glob("url_for")', "there is a global `url_for` of Coldpress or Jinja"),
    ('site.filter("money")', 'site.filter("upper")', "there is a filter `upper` of Coldpress"),
    ('click.Command("stocktake"', 'click.Command("build"', "there is a command `build` of Coldpress"),
    ('site.test("cheap")(lambda value: value < self.limit)', 'site.test("cheap")(3)', "a test is a function; 3"),
    ('site.field("isbn", "text")', 'site.field("isbn", "txet")', "there is no type `txet`: did you mean `text`?"),
    ("self.limit = limit", "raise SystemExit(0)", "SystemExit: 0"),
    ('site.directive("book")', 'site.directive("note")', "`note` is a directive of Coldpress"),
    ('site.glob("stock")', 'site.golb("stock")', "has no attribute 'golb'"),
])
def test_a_plugin_that_fails_is_one_problem_that_names_it(install, make_site, before, after, said):
    assert before in PLUGIN
    install(PLUGIN.replace(before, after))
    problem, = make_site(CONTENT, CONFIG).build().problems
    assert problem["code"] == "plugin.failed"
    assert problem["message"].startswith("the plugin `books` fails")
    assert said in problem["message"]
    assert problem["place"]["line"] == 2


def test_a_failure_on_a_page_is_told_at_its_line(install, make_site):
    install()
    site = make_site({**CONTENT, "content/directive.md": "A\n\n:::book{isbn=bad}\n:::\n",
                      "content/fence.md": "A\n\n```plot\nbad\n```\n\n```plot\nwarn\n```\n"}, CONFIG)
    result = site.build()
    assert [(problem["code"], problem["place"]["path"], problem["place"]["line"], problem["severity"])
            for problem in result.problems] == [
        ("plugin.failed", "content/directive.md", 3, "error"), ("plugin.failed", "content/fence.md", 3, "error"),
        ("markup.fence", "content/fence.md", 8, "warning")]
    assert "the plugin `books` fails at `book`: ValueError: no such book (books_plugin.py, line" in (
        result.problems[0]["message"])
    assert "the plugin `books` fails here: ValueError: cannot plot this" in result.problems[1]["message"]


def test_what_a_fence_reads_is_recorded_for_its_page(install, make_site, monkeypatch, tmp_path):
    install()
    monkeypatch.setenv("PLOTS", str(tmp_path))
    (tmp_path / "p.txt").write_text("first")
    site = make_site({**CONTENT, "content/fence.md": "```plot\nfile p.txt\n```\n"}, CONFIG)
    assert site.build().problems == []
    assert "<i>first</i>" in site.text("fence/index.html")
    (tmp_path / "p.txt").write_text("second")
    result = site.build()
    assert "/fence/" in result.rendered
    assert "/plain/" not in result.rendered
    assert "<i>second</i>" in site.text("fence/index.html")


def test_pages_of_strangers_are_cleaned_after_a_plugin(install, make_site):
    install(PLUGIN.replace("<b class=book>", "<b class=book onclick=x()><script>evil()</script>"))
    site = make_site({**{name.replace("content/", "content/guests/"): text for name, text in CONTENT.items()
                         if name.startswith("content/")}, **CONTENT}, CONFIG + "markdown: {untrusted: [guests]}\n")
    assert site.build().problems == []
    assert "<script>evil" in site.text("directive/index.html")
    for page in ("directive", "fence"):
        text = site.text(f"guests/{page}/index.html").partition("<article")[2]
        assert "onclick" not in text
        assert "evil" not in text
    assert "plot 1 T v1.0" in site.text("guests/fence/index.html")


def test_a_template_of_the_site_goes_before_a_directive(install, make_site):
    install()
    site = make_site({**CONTENT, "templates/components/book.html": "MINE {{ attributes.isbn }}"}, CONFIG)
    assert site.build().problems == []
    assert "MINE 1" in site.text("directive/index.html")


def test_a_hook_of_the_app_touches_every_page(install, make_site):
    install(PLUGIN.replace("site.field(", "site.app.after_request(mark)\n        site.field(") + '''

def mark(response):
    response.set_data(response.get_data() + b"VERSION")
    return response
''')
    site = make_site(CONTENT, CONFIG)
    assert site.build().problems == []
    assert site.text("plain/index.html").endswith("v1.0")
    install(version="1.1")
    assert "/plain/" in site.build().rendered
    assert not site.text("plain/index.html").endswith("v1.0")


GIVEN = '''\
import coldpress


class Shout:
    def __init__(self, sign="!"):
        self.sign = sign

    def init_site(self, site):
        site.filter("shout")(lambda text: f"{text.upper()}{self.sign}")
        site.fence("loud")(lambda fence: f"<p>{fence.code.strip().upper()}{self.sign}</p>")


def create_app():
    return coldpress.create_app(__file__, plugins=[Shout("?")])
'''


def test_an_app_gives_plugins_of_its_own(make_site):
    site = make_site({"build.py": GIVEN, "content/a.md": "```loud\nword\n```\n",
                      "templates/page.html": "{{ page.title|shout }} {{ page.html }}"})
    assert site.build().problems == []
    assert site.text("a/index.html") == "A? <p>WORD?</p>"
    site.edit({"build.py": GIVEN.replace('Shout("?")', 'Shout("…")')})
    assert site.build().problems == []
    assert site.text("a/index.html") == "A… <p>WORD…</p>"
    site.edit({"build.py": GIVEN.replace('Shout("?")', "Shout")})
    assert "a plugin is an object with a method `init_site(site)`" in site.build().problems[0]["message"]


@pytest.mark.parametrize("more", ["", "[b](c.md) "])
def test_a_fence_that_asks_for_the_content_is_an_error(make_site, more):
    code = GIVEN.replace('f"<p>{fence.code.strip().upper()}{self.sign}</p>"',
                         "str([page.title for page in site.library.pages])")
    files = {"build.py": code, "content/a.md": f"{more}\n\n```loud\nword\n```\n", "content/c.md": "C"}
    problem, = make_site(files).build().problems
    assert (problem["code"], problem["place"]["line"]) == ("plugin.failed", 3)
    assert "the content is asked for while" in problem["message"] or "it asks for `" in problem["message"]


SOURCE = '''\
import coldpress


class Rows:
    def keys(self):
        return [("a", 1)]

    def get(self, keys):
        return [{"key": key, "body": "WORD"} for key in keys]


def create_app():
    app = coldpress.create_app(__file__)
    coldpress.get_site(app).source("rows")(Rows())
    return app
'''


def test_other_code_of_a_source_reads_its_rows_anew(make_site):
    site = make_site({"build.py": SOURCE}, "base_url: https://example.org/\ncollections: {rows: {source: rows}}\n")
    assert site.build().problems == []
    assert "WORD" in site.text("rows/a/index.html")
    site.edit({"build.py": SOURCE.replace("WORD", "OTHER")})
    assert site.build().problems == []
    assert "OTHER" in site.text("rows/a/index.html")


def test_a_source_that_asks_for_the_content_is_an_error(make_site):
    code = SOURCE.replace('[("a", 1)]', "[(page.source, 1) for page in coldpress.current_site.library.pages]")
    problem, = make_site({"build.py": code}, "base_url: https://example.org/\ncollections: {rows: {source: rows}}\n"
                         ).build().problems
    assert "the content is asked for while it is loaded" in problem["message"]
    assert problem["place"]["path"] == "build.py"


def test_signals_tell_what_happens(make_site):
    code = GIVEN + """

SAID = []


@coldpress.site_loaded.connect
def loaded(app, site):
    SAID.append(f"{site.name} has {len(site.library.pages)}")


@coldpress.site_built.connect
def built(app, site, output, rendered, written, removed):
    output.with_name("said.txt").write_text(f"{SAID} {output.name} {sorted(rendered)[-1]} {'a/index.html' in written}")
"""
    site = make_site({"build.py": code, "content/a.md": "A", "content/zz.md": "Z"})
    assert site.build().problems == []
    assert (site.root / "said.txt").read_text() == "['coldpress has 2'] site /zz/ True"
    site.edit({"build.py": code.replace("SAID.append(", "raise ValueError(")})
    problem, = site.build().problems
    assert problem["message"] == "ValueError: coldpress has 2"
    site.edit({"build.py": code.replace("output.with_name", "output.without_name")})
    problem, = site.build().problems
    assert "has no attribute 'without_name'" in problem["message"]


def test_the_docs_plugin_works(make_site):
    files, _ = code_of("plugins.md")
    del files["config.yaml"], files["pyproject.toml"]
    site = make_site({**files, "content/price.md": "X", "templates/page.html": "{{ 3|money }} {{ page.html }}"})
    assert site.build().problems == []
    assert site.text("reading/index.html").split("\n") == [
        "3.00 € ", "<p class=book>0-262-51087-1 The <strong>wizard</strong> book</p>",
        "<blockquote>Call me Ishmael.</blockquote>"]
    assert site.text("shelf/R/index.html") == "<h1>R</h1>Reading"


def test_the_docs_for_flask_developers_work(make_site, monkeypatch):
    monkeypatch.delitem(sys.modules, "shop", raising=False)  # of another test's site
    files, pieces = code_of("flask.md")
    assert "coldpress.Coldpress(app" in pieces[1][1]
    register = "".join(f"    {line}\n" for line in pieces[2][1].splitlines())
    config = files.pop("config.yaml") + "base_url: https://example.org/\n"
    files["build.py"] = "from shop import Books\n" + files["build.py"].replace("    return app\n",
                                                                              f"{register}    return app\n")
    site = make_site({**files, "content/posts/2026-01-02-one.md": "One."}, config)
    with contextlib.closing(sqlite3.connect(site.root / "shop.sqlite")) as database, database:
        database.execute("CREATE TABLE book (slug, version, title, text)")
        database.execute("INSERT INTO book VALUES ('sicp', 1, 'SICP', 'A *wizard*.')")
    assert site.build().problems == []
    assert "A <em>wizard</em>." in site.text("books/sicp/index.html")
    assert '<a href="/posts/one/">One</a>' in site.text("hello/index.html")
    assert not (site.root / "site/subscribe").exists()
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_site.py"],
                          cwd=site.root, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(("", str(REPOSITORY)))})
    assert "2 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.property  # it installs packages
def test_a_plugin_is_installed_used_replaced_and_removed_in_an_empty_environment(tmp_path):
    files, _ = code_of("plugins.md")
    package, site, venv = (tmp_path / name for name in ("package", "site", "venv"))
    for folder, names in ((package, ("bookshelf.py", "pyproject.toml")),
                          (site, ("config.yaml", "content/reading.md"))):
        for name in names:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(files[name])
    (site / "config.yaml").write_text(files["config.yaml"] + "base_url: https://example.org/\n")
    (site / "content/other.md").write_text("Nothing of it.\n")
    (site / "build.py").write_text("import coldpress\n\n\ndef create_app():\n    return coldpress.create_app(__file__)"
                                   '\n\n\nif __name__ == "__main__":\n    coldpress.main(create_app)\n')
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command):
        return subprocess.run(command, cwd=site, capture_output=True, text=True, env=environment, check=False)

    def pip(*words):
        done = run(venv / "bin/python", "-m", "pip", "-q", "--disable-pip-version-check", *words)
        assert done.returncode == 0, done.stderr

    def build():
        done = run(venv / "bin/python", "build.py", "build", "-v")
        return done.returncode, done.stdout + done.stderr, {
            line.partition("  ←")[0] for line in done.stdout.splitlines() if "  ←" in line}

    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip("install", str(REPOSITORY), str(package))
    code, said, rendered = build()
    assert (code, "/reading/" in rendered) == (0, True), said
    assert "<blockquote>Call me Ishmael." in (site / "site/reading/index.html").read_text()
    assert build()[2] == set()

    (package / "bookshelf.py").write_text(files["bookshelf.py"].replace("<blockquote>", "<blockquote lang=en>"))
    (package / "pyproject.toml").write_text(files["pyproject.toml"].replace('"1.0"', '"1.1"'))
    pip("install", "--no-deps", str(package))
    code, said, rendered = build()
    assert code == 0, said
    assert {url for url in rendered if not url.startswith("/search/")} == {"/reading/", "/shelf/O/", "/shelf/R/"}
    assert "<blockquote lang=en>" in (site / "site/reading/index.html").read_text()

    pip("uninstall", "-y", "coldpress-bookshelf")
    code, said, _ = build()
    assert code == 1
    assert said.count("error[") == 1, said
    assert "there is no plugin `bookshelf`" in said
    assert "config.yaml:2" in said


# What stayed stale when it was attacked.

OWN = """
import os
import random
import functools
from pathlib import Path

import coldpress
import helper

ROOT = Path(__file__).parent


@functools.cache
def kept():
    return (ROOT / "kept.txt").read_text()


class Rows:
    def __init__(self, word):
        self.word = word

    def keys(self):
        return [("k1", 1)]

    def get(self, keys):
        return [{"key": key, "name": "N", "body": f"Row of {self.word}"} for key in keys]


def create_app():
    app = coldpress.create_app(__file__)
    site = coldpress.get_site(app)
    said = (ROOT / "said.txt").read_text()
    site.fence("said")(lambda fence: f"<p>{said} {site.config.title} {os.environ.get('SAYS')} {random.random()}</p>")
    site.fence("kept")(lambda fence: f"<p>{kept()} {coldpress.current_site.name}</p>")
    site.filter("titled")(lambda name: coldpress.current_site.library.by_source(name).title)
    site.source("one")(Rows("one"))
    site.source("two")(Rows("two"))
    return app
"""
STALE = {"build.py": OWN, "helper.py": "", "said.txt": "first", "kept.txt": "first",
         "content/said.md": "# S\n\n```said\nx\n```\n", "content/kept.md": "# K\n\n```kept\nx\n```\n",
         "content/kept-too.md": "# K2\n\n```kept\ny\n```\n", "content/other.md": "# Other\n",
         "content/shows.md": "---\nlayout: shows\n---\nS.", "content/shows-too.md": "---\nlayout: shows\n---\nS.",
         "templates/shows.html": "{{ 'other.md'|titled }}"}
ROWS = "base_url: https://example.org/\ntitle: {}\ncollections: {{rows: {{source: {}, title: {}}}}}\n"


@pytest.mark.parametrize("edit", [
    {"said.txt": "second"}, {"kept.txt": "second"}, {"content/other.md": "# Another\n"},
    {"config.yaml": ROWS.format("T2", "one", "<name>")}, {"config.yaml": ROWS.format("T", "two", "<name>")},
    {"config.yaml": ROWS.format("T", "one", "The <name>")}, {"SAYS": "second"}])
def test_nothing_is_stale_after(make_site, monkeypatch, edit):
    site = make_site(STALE, ROWS.format("T", "one", "<name>"))
    assert site.build().problems == []
    for name in [name for name in edit if name.isupper()]:
        monkeypatch.setenv(name, edit[name])
    site.edit({name: text for name, text in edit.items() if not name.isupper()})
    before = site.files()
    assert site.build().problems == []
    assert site.files() != before
    assert site.run("build", "--verify").code == 0, "a clean build makes the same"


def test_a_copy_of_a_site_reads_its_own_files(make_site, tmp_path):
    site = make_site({**STALE, "build.py": OWN.replace("{kept()}", "{kept.__wrapped__()}")},
                     ROWS.format("T", "one", "<name>"))
    assert site.build().problems == []
    copy = site.root.with_name("copied")
    shutil.copytree(site.root, copy)
    (copy / "kept.txt").write_text("of the copy")
    done = subprocess.run([sys.executable, "-m", "coldpress", "build", "-q"], cwd=copy, check=False,
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    assert done.returncode == 0
    assert "of the copy" in (copy / "site/kept/index.html").read_text()


@pytest.mark.parametrize(("before", "after"), [
    ('site.field("isbn", "text")', 'site.app.add_url_rule("/more/", "more", lambda: "VERSION")'),
    ('site.field("isbn", "text")', 'site.app.config["WORD"] = "VERSION"'),
    ('site.field("isbn", "text")', 'site.app.jinja_env.filters["loud"] = lambda text: f"{text} VERSION"'),
    ('site.field("isbn", "text")', 'site.filter("shop.word")(lambda text: f"{text} VERSION")')])
def test_what_a_plugin_changes_in_the_app_counts_for_its_pages(install, make_site, before, after):
    install(PLUGIN.replace(before, after))
    shown = {"add_url_rule": "X", "config": "{{ config.WORD }}", "jinja_env": "{{ 'x'|loud }}",
             "shop.word": "{{ 'x'|shop.word }}"}
    text = next(shown[name] for name in ("add_url_rule", "jinja_env", "config", "shop.word") if name in after)
    site = make_site({**CONTENT, "content/shows.md": "---\nlayout: shows\n---\nS.", "templates/shows.html": text},
                     CONFIG)
    assert site.build().problems == []
    install(PLUGIN.replace(before, after), version="2.0")
    assert site.build().problems == []
    assert "v2.0" in (site.text("more/index.html") if "add_url_rule" in after else site.text("shows/index.html"))
    assert site.run("build", "--verify").code == 0


def test_the_order_of_options_is_a_difference(install, make_site):
    code = PLUGIN.replace("names: list[str] | None = None", "names: dict | None = None").replace(
        "self.limit = limit", "self.limit, self.names = limit, names or {}").replace(
        'f"{value} VERSION"', 'f"{value} {list(self.names)}"')
    install(code)
    site = make_site(CONTENT, CONFIG.replace("[books]", "[books: {names: {b: 1, a: 2}}]"))
    assert site.build().problems == []
    site.edit({"config.yaml": CONFIG.replace("[books]", "[books: {names: {a: 2, b: 1}}]")})
    assert site.build().problems == []
    assert site.text("filter/index.html").startswith("3 [&#39;a&#39;, &#39;b&#39;]")


def test_data_of_a_plugin_is_part_of_it(install, make_site):
    install(PLUGIN.replace('f"{value} VERSION"', 'f"{value} {(FOLDER / \'data.txt\').read_text()}"'))
    package = Path(sys.path[0]) / "books_plugin"
    package.mkdir()
    (package.parent / "books_plugin.py").rename(package / "__init__.py")
    (package / "data.txt").write_text("first")
    site = make_site(CONTENT, CONFIG)
    assert site.build().problems == []
    (package / "data.txt").write_text("second")
    assert site.build().problems == []
    assert site.text("filter/index.html").startswith("3 second")


@pytest.mark.parametrize("where", ["book", "plot"])
def test_a_plugin_that_exits_is_an_error(install, make_site, where):
    install(PLUGIN.replace(f"def {where}(", f"def {where}_(").replace("def init_site", f"def {where}(self, *_):\n"
            "        raise SystemExit(0)\n\n    def init_site").replace('("plot")(plot)', '("plot")(self.plot)'))
    site = make_site(CONTENT, CONFIG)
    result = site.build()
    assert result.code == 1
    assert set(result.codes) == {"plugin.failed"}
