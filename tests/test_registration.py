"""What `build.py` registers on its site: filters, tests, globals, templates, commands, starts of workers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from conftest import REPOSITORY

BUILD = '''
import click
import flask
from markupsafe import Markup

import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    register(coldpress.get_site(app))
    return app


def register(site):
    @site.filter("money")
    def money(value):
        return f"{value:.2f} €"

    @site.test("short")
    def short(page):
        return page.words < 3

    site.glob("stock")(lambda name: len(name))
    site.glob("vat")(0.19)
    site.template_folder(FOLDER)

    @site.command
    @click.command("stock")
    @click.option("--loud", is_flag=True)
    def stock(loud):
        """Print what is there."""
        words = f"{flask.current_app.name}: {len(site.library.all_pages)} pages"
        click.echo(words.upper() if loud else words)


if __name__ == "__main__":
    coldpress.main(create_app)
'''.replace("FOLDER", '__file__.replace("build.py", "more")')
FILES = {
    "build.py": BUILD, "content/a.md": "# A\n\nTwo words\n", "content/b.md": "# B\n\nThese are more words\n",
    "templates/page.html": '{{ 3|money }} {{ "short" if page is short else "long" }} {{ stock("abc") }} {{ vat }} '
                           '{% include "own.html" %}{% include "partials/terms.html" %}',
    "more/own.html": "of the folder", "more/partials/terms.html": " before the theme's",
    "templates/partials/meta.html": ""}


def test_templates_have_what_was_registered(make_site):
    site = make_site(FILES)
    assert site.build().problems == []
    assert site.text("a/index.html") == "3.00 € short 3 0.19 of the folder before the theme's"
    assert site.text("b/index.html").startswith("3.00 € long ")
    assert {"/a/", "/b/"} <= site.edit({"more/own.html": "edited"}).build().rendered
    assert site.edit({"templates/partials/terms.html": " the site's own"}).build().code == 0
    assert site.text("a/index.html").endswith("edited the site's own")
    assert {"/a/", "/b/"} <= site.edit({"build.py": BUILD.replace("€", "$")}).build().rendered
    assert site.text("a/index.html").startswith("3.00 $")


def test_a_command_runs_in_an_app_context(make_site):
    site = make_site(FILES)
    assert site.run("stock").out == "coldpress: 2 pages\n"
    assert site.run("stock", "--loud").out == "COLDPRESS: 2 PAGES\n"
    assert site.run("stok").code == 2
    assert "No such command 'stok'" in site.results[-1].err


def test_an_unknown_command_is_one_in_a_folder_without_a_site_too(make_site):
    site = make_site({})
    for path in site.root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert "No such command 'stock'" in site.run("stock").err


@pytest.mark.parametrize(("old", "new", "message"), [
    ('site.filter("money")', 'site.filtr("money")', "'Coldpress' object has no attribute 'filtr'"),
    ('site.glob("vat")(0.19)', 'site.glob("stock")(1)', "there is a global `stock` already"),
    ('"more")', '"mre")', "there is no folder"),
    ('site.glob("vat")(0.19)', 'site.source("x")(object())', "a source has the methods `keys` and `get`"),
    ('site.glob("vat")(0.19)', 'site.field("x", "integr")', "there is no type `integr`"),
    ('site.glob("vat")(0.19)', 'site.collection("recipees")(object)', "there is no collection `recipees`"),
    ('site.glob("vat")(0.19)', 'site.library.posts; site.glob("late")(1)', "is registered too late")])
def test_mistakes_fail_at_their_line(make_site, old, new, message):
    built = make_site({**FILES, "build.py": BUILD.replace(old, new)}).build()
    assert built.code == 1
    (problem,) = built.problems
    assert message in problem["message"]
    assert problem["place"]["path"] == "build.py"


def test_a_mounted_site_registers_before_or_after_its_app(make_site):
    code = BUILD.replace("app = coldpress.create_app(__file__)\n    register(coldpress.get_site(app))",
                         "app = flask.Flask(__name__, root_path=__file__.replace('build.py', ''))\n"
                         "    site = coldpress.Coldpress(root=app.root_path, url_prefix='/x')\n"
                         "    register(site)\n    site.init_app(app)")
    site = make_site({**FILES, "build.py": code}, "base_url: https://example.org/x/\n")
    assert site.build().problems == []
    assert site.text("x/a/index.html") == "3.00 € short 3 0.19 of the folder before the theme's"


def test_an_app_without_a_site_says_so():
    import flask  # noqa: PLC0415

    import coldpress  # noqa: PLC0415

    with pytest.raises(LookupError, match="this app has no Coldpress site"):
        coldpress.get_site(flask.Flask("x"))


def test_workers_say_that_they_start(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.build.runner.FEW", 1)
    code = BUILD.replace("    @site.command\n", '''    @site.worker_started
    def started():
        (site.site.root / "data").mkdir(exist_ok=True)
        with (site.site.root / "started.txt").open("a") as file:
            file.write(flask.current_app.name + "\\\\n")

    @site.command
''').replace("\\\\n", "\\n")
    site = make_site({**FILES, "build.py": code, **{f"content/p{number}.md": "# P\n" for number in range(60)}})
    assert site.build("-j", "2").code == 0
    assert set((site.root / "started.txt").read_text().split()) == {"coldpress"}
    (site.root / "started.txt").unlink()
    site.edit({"content/a.md": "# Again\n"}).build("-j", "1")
    assert not (site.root / "started.txt").exists(), "no worker, no start"


# Blueprints.

BOOKS = '''
import flask

import coldpress

books = coldpress.Blueprint("books", __name__, url_prefix="/books")


@books.get("/<slug>/")
def book(slug):
    return flask.render_template_string("{{ slug }}: {{ flask_g }}", slug=slug, flask_g=len(slug))


@books.urls(book)
def book_urls(library):
    return [{"slug": page.source.removesuffix(".md")} for page in library.pages]


@books.get("/live/")
@coldpress.live
def live():
    return "live"


def create_app():
    MAKE
    site.register_blueprint(books)
    return app
'''


@pytest.mark.parametrize(("make", "prefix"), [
    ("app = coldpress.create_app(__file__); site = coldpress.get_site(app)", ""),
    ("app = flask.Flask(__name__, root_path=__file__.replace('build.py', '')); "
     "site = coldpress.Coldpress(app, url_prefix='/docs')", "docs/")])
def test_views_of_a_blueprint_are_frozen_for_its_urls(make_site, make, prefix):
    site = make_site({"build.py": BOOKS.replace("MAKE", make), "content/a.md": "# A\n", "content/b.md": "# B\n"},
                     f"base_url: https://example.org/{prefix}\n")
    assert site.build().problems == []
    assert site.text(f"{prefix}books/a/index.html") == "a: 1"
    assert {f"{prefix}books/b/index.html", f"{prefix}a/index.html"} <= site.files().keys()
    assert f"{prefix}books/live/index.html" not in site.files()
    site.edit({"content/c.md": "# C\n", "content/b.md": None}).build()
    assert f"{prefix}books/c/index.html" in site.files()
    assert f"{prefix}books/b/index.html" not in site.files()
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()


def test_a_blueprint_needs_an_app(make_site):
    code = BOOKS.replace("MAKE", "site = coldpress.Coldpress(root='.'); app = None")
    (problem,) = make_site({"build.py": code}).build().problems
    assert "this site has no app yet: call `init_app`" in problem["message"]


# Flask's own command line.

OF_FLASK = """
import flask

import coldpress


def make():
    app = flask.Flask(__name__)
    coldpress.Coldpress(app, ".", url_prefix="")

    @app.before_request
    def count():
        flask.g.count = flask.g.get("count", 0) + 1

    @app.get("/count.txt")
    @coldpress.frozen()
    def counted():
        return flask.Response(str(flask.g.count), mimetype="text/plain")

    return app
"""


def test_flask_s_command_line_builds_the_site_of_any_app(make_site, tmp_path):
    site = make_site({"shop.py": OF_FLASK, "content/a.md": "# A\n", "build.py": "raise RuntimeError('not asked')\n"})
    points = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    installed = tmp_path / "installed" / "coldpress-0.1.0.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: coldpress\nVersion: 0.1.0\n")
    (installed / "entry_points.txt").write_text("".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in found.items())
        for group, found in points.items()))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed.parent), str(REPOSITORY)])}
    for words, output in ((["build"], "2 pages"), (["urls"], "/count.txt"), (["list", "--json"], "content/a.md")):
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "shop:make", "coldpress", *words], cwd=site.root,
                              env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert output in done.stdout or words == ["build"], done.stdout
    assert "Look at it: flask --app shop:make coldpress serve" in subprocess.run(
        [sys.executable, "-m", "flask", "--app", "shop:make", "coldpress", "build"], cwd=site.root, env=environment,
        capture_output=True, text=True, check=True).stdout
    assert site.text("count.txt") == "1"
    assert '<h1 id="a">A</h1>' in site.text("a/index.html")


REGISTERING = ("filter", "test", "glob", "directive", "fence", "field", "collection", "source", "register_blueprint",
               "template_folder", "command", "worker_started")


def test_every_public_name_is_documented():
    import coldpress  # noqa: PLC0415

    methods = [name for name in vars(coldpress.Coldpress) if not name.startswith("_")]
    assert set(REGISTERING) < set(methods)
    docs = "".join(file.read_text("utf-8") for file in (REPOSITORY / "content" / "docs").glob("*.md"))
    plugins = (REPOSITORY / "content" / "docs" / "plugins.md").read_text("utf-8")
    for name in methods:
        document = getattr(coldpress.Coldpress, name).__doc__ or ""
        assert document, name
        if name in REGISTERING:
            assert re.search(r"^ {12}\S", document, re.M), f"`{name}` has no example"
            assert f"`{name}(" in plugins, name
        else:
            assert re.search(rf"[.`]{name}\b", docs), name
    for name in set(coldpress.__all__) - {"__version__", "Problem", "ColdpressError", "RowSource"}:
        assert re.search(rf"coldpress\.{name}\b", docs), name


POOLED = '''
import os

import flask
import sqlalchemy
from sqlalchemy.pool import QueuePool

import coldpress

TORN = []
engine = sqlalchemy.create_engine("sqlite:///FILE", poolclass=QueuePool)


@sqlalchemy.event.listens_for(engine, "connect")
def connected(connection, record):
    record.info["pid"] = os.getpid()


def pid():
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text("SELECT 1")).all()
        return connection.info["pid"]


class Rows:
    def keys(self):
        return [(f"r{number}", pid() and 1) for number in range(60)]

    def get(self, keys):
        return [{"key": key, "body": "Row."} for key in keys]


def create_app():
    pid()  # the parent's pool has a connection now
    app = coldpress.create_app(__file__)
    site = coldpress.get_site(app)
    site.source("rows")(Rows())
    site.glob("connection_of")(pid)
    site.glob("process")(os.getpid)
    site.glob("page_number")(lambda: flask.g.setdefault("number", len(TORN)))
    app.teardown_appcontext(lambda error: "number" in flask.g and TORN.append(flask.g.number))
    return app
'''


def test_no_connection_is_shared_between_processes(make_site, monkeypatch, tmp_path):
    monkeypatch.setattr("coldpress.build.runner.FEW", 1)
    site = make_site({"build.py": POOLED.replace("FILE", str(tmp_path / "shop.sqlite")),
                      "templates/page.html": "{{ connection_of() }} {{ process() }} {{ page_number() }}"},
                     "base_url: https://example.org/\ncollections: {rows: {source: rows}}\n")
    assert site.build("-j", "3").problems == []
    said = [site.text(f"rows/r{number}/index.html").split() for number in range(60)]
    assert all(connection == process for connection, process, _ in said)
    workers = {process for _, process, _ in said}
    assert len(workers) > 1
    assert str(os.getpid()) not in workers
    for worker in workers:  # each page's `g` was its own, and its teardown ran once, before the next page
        numbers = [int(number) for _, process, number in said if process == worker]
        assert sorted(numbers) == list(range(len(numbers)))


def test_a_command_is_one_of_flask_s_too(make_site):
    site = make_site({**FILES, "build.py": BUILD})
    app = site.app()
    name = next(iter(app.extensions["coldpress"].site.registry.commands))
    own = site.run(name)
    assert own.code == 0
    assert app.test_cli_runner().invoke(args=[name]).output == own.out
    assert f"  {name}" in site.run("--help").out


def test_a_command_of_code_that_fails_tells_the_failure(make_site):
    site = make_site({"build.py": "def create_app():\n    return version\n"})
    result = site.run("seed")
    assert result.code == 1
    assert "NameError: name 'version' is not defined" in result.err
    assert "build" in site.run("--help").out, "help needs no app"
