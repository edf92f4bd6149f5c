"""The `build.py` that the random site starts with, its routes and the files and databases they read."""

from __future__ import annotations

import re

BUILD = '''\
import functools
import json
import os
import pkgutil
import random
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "packages"))

import flask
import sqlalchemy

import coldpress
import helper

DATA = Path(__file__).parent / "data"
VERSION = "mark 0000"
SETTINGS = (DATA / "settings.txt").read_text("utf-8")


def names(file):
    return json.loads((DATA / file).read_text("utf-8"))


def text(words):
    return flask.Response(words, mimetype="text/plain")


def number(name):
    connection = sqlite3.connect(DATA / "numbers.sqlite")
    try:
        return connection.execute("SELECT number FROM numbers WHERE name = ?", (name,)).fetchone()
    finally:
        connection.close()


class Shelf:
    """Rows from a file: each changes its fingerprint with its content."""

    def rows(self):
        return json.loads((DATA / "shelf.json").read_text("utf-8"))

    def keys(self):
        return [(key, json.dumps(row)) for key, row in self.rows().items()]

    def get(self, keys):
        rows = self.rows()
        return [{"key": key, **rows[key]} for key in keys]


def create_app():
    app = coldpress.create_app(__file__)
    site = coldpress.get_site(app, "coldpress")
    if "shelf" in site.config.collections:
        site.source("shelf")(Shelf())
    app.secret_key = "kept"
    app.config["MOTTO"] = (DATA / "motto.txt").read_text("utf-8")
    extra = flask.Blueprint("extra", __name__, url_prefix="/extra", template_folder=DATA.parent / "more/templates",
                            static_folder=DATA.parent / "more/static")

    @app.template_filter("shout")
    def shout(word):
        return word.upper() + VERSION

    @app.context_processor
    def known():
        return {"motto": lambda: app.config["MOTTO"], "lazily": helper.lazily, "kept": helper.kept,
                "settings": SETTINGS, "asked": asked}

    @app.before_request
    def ask_each():
        flask.g.asked = flask.g.get("asked", 0) + 1
        flask.session["seen"] = flask.session.get("seen", 0) + 1

    def asked():
        return f"{flask.g.asked} {flask.session['seen']} {random.random()}"

    @app.get("/own/asked.txt")
    def own_asked():
        return text(asked() + str(flask.session))

    @app.get("/own/file.txt")
    def own_file():
        return text((DATA / "quotes.txt").read_text("utf-8"))

    @app.get("/own/optional.txt")
    def own_optional():
        try:
            return text((DATA / "optional.txt").read_text("utf-8"))
        except FileNotFoundError:
            return text("none")

    @app.get("/own/folder.txt")
    def own_folder():
        return text(" ".join(sorted(path.name for path in (DATA / "files").iterdir())))

    @app.get("/own/texts.txt")
    def own_texts():
        return text(" ".join(path.read_text("utf-8") for path in sorted((DATA / "files").glob("*.txt"))))

    @app.get("/own/library/")
    def own_library():
        return flask.render_template("own-library.html")

    @app.get("/own/latest.json")
    def own_latest():
        return [{"title": post.title, "url": post.url} for post in app.extensions["coldpress"].library.posts[:5]]

    @app.get("/own/static.txt")
    def own_static():
        names = [("theme", "theme.css"), ("theme", "maths.css"), ("static", "app.js")]
        return text(" ".join(flask.url_for(f"coldpress.{folder}", filename=name) for folder, name in names))

    @app.get("/own/day.txt")
    def own_day():
        return text(str(coldpress.now().date()))

    @app.get("/own/helper.txt")
    def own_helper():
        return text(helper.WORD + helper.kept())

    @app.get("/own/kept.txt")
    def own_kept():
        return text("kept: " + helper.kept())

    @app.get("/own/environment.txt")
    def own_environment():
        return text(os.environ.get("COLDPRESS_WORD", "none"))

    @app.get("/own/package.txt")
    def own_package():
        return text(SETTINGS + pkgutil.get_data("helpers", "data.txt").decode("utf-8"))

    @app.get("/own/sent.txt")
    def own_sent():
        return flask.send_from_directory(DATA, "sent.txt")

    @app.get("/own/nothing.txt")
    @coldpress.depends.nothing
    def own_nothing():
        return text("always the same" * bool(names("people.json")))

    @app.get("/own/go/")
    def own_go():
        library = app.extensions["coldpress"].library
        page = "about.md" if library.by_source("about.md") else "/posts/"
        return flask.redirect(flask.url_for("coldpress.page", page=page) if page != "/posts/" else page)

    @app.get("/people/<name>/")
    @coldpress.frozen(lambda: [{"name": name} for name in names("people.json")])
    def person(name):
        return f"<h1>{name}</h1>" + VERSION

    @app.get("/books/")
    def books():
        return flask.render_template("own-books.html", books=names("books.json"))

    @app.get("/books/<slug>/")
    def book(slug):
        return f"<h1>{names('books.json').get(slug)}</h1>"

    @app.get("/chain/<name>/")
    def chain(name):
        following = (DATA / f"chain/{name}.txt").read_text("utf-8").strip()
        return flask.url_for("chain", name=following) if following else "the end"

    @app.get("/raw/<name>.txt")
    def raw(name):
        return f"<p>{name}</p>"

    @app.get("/ask/")
    @coldpress.live
    def ask():
        return flask.request.args["q"]

    @extra.get("/")
    def home():
        return flask.render_template("from-blueprint.html")

    app.register_blueprint(extra)
    return app
'''
ROUTE = '''\

    @app.get("/added/{number}.txt")
    def added_{number}():
        return text("added" + helper.WORD)
'''
OTHER_SITE = '''\

    coldpress.Coldpress(app, "other", url_prefix="/other", name="other")

    @app.get("/own/other.txt")
    @coldpress.frozen()
    def own_other():
        other = coldpress.get_site(app, "other")
        return text(" ".join(page.title + page.url for page in (*other.library.pages, *other.library.posts)))
'''
GADGETS = '''\
from pathlib import Path

import coldpress
from gadgets import words

VERSION = "mark 0000"
DATA = Path(__file__).parents[2] / "data"
views = coldpress.Blueprint("gadgets", __name__, url_prefix="/gadgets")


@views.get("/<name>.txt")
def gadget(name):
    return f"{name} {VERSION} {coldpress.current_site.library.pages[0].title}", {"Content-Type": "text/plain"}


@views.urls(gadget)
def gadget_urls(library):
    return [{"name": "one"}]


def read(name):
    try:
        return (DATA / name).read_text("utf-8")
    except FileNotFoundError:
        return "none"


class Gadgets:
    def __init__(self, *, word: str = "gadget", mark: bool = False):
        self.word = word
        self.mark = mark

    def init_site(self, site):
        site.register_blueprint(views)
        site.filter("gadgeted")(lambda value: f"{value} {self.word} {words.word()}")
        site.directive("gadget")(self.directive)
        site.fence("gadget")(lambda fence: f"<p>{self.word} {VERSION} {fence.attributes} "
                                           f"{read(f'plots/{fence.code.strip()}.txt')}</p>")
        if self.mark:
            site.app.after_request(self.marked)

    def directive(self, directive):
        return f"<div>{self.word} {directive.title} {directive.body} {read('stock.txt')}</div>"

    def marked(self, response):
        if response.mimetype == "text/html":
            response.set_data(response.get_data() + f"<!-- {VERSION} -->".encode())
        return response
'''
VALUES = '''\

    @app.get("/value/<name>/")
    @coldpress.frozen(lambda: [{"name": name} for name in names("values.json")])
    @coldpress.depends.value(lambda name: names("values.json")[name] and number(name))
    def value(name):
        return f"<p>{name} {number(name)}</p>"
'''
VOLATILE = '''\

    @app.get("/own/sqlite.txt")
    def own_sqlite():
        return text(f"{number('one')}")
'''
ROWS = '''\

    engine = sqlalchemy.create_engine(f"sqlite:///{DATA.parent / 'instance/rows.db'}", poolclass=sqlalchemy.NullPool)
    DATA.parent.joinpath("instance").mkdir(exist_ok=True)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text(
            "CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, number INTEGER)"))
        app.config["ROWS"] = connection.scalar(sqlalchemy.text("SELECT count(*) FROM numbers"))

    @app.get("/own/rows.txt")
    def own_rows():
        with engine.connect() as connection:
            return text(str(connection.execute(sqlalchemy.text("SELECT * FROM numbers ORDER BY name")).all()))
'''
HELPER = '''\
import functools
from pathlib import Path

WORD = "mark 0000"


@functools.cache
def kept():
    return (Path(__file__).parent / "data/kept.txt").read_text("utf-8")


def lazily():
    import helper_of_helper

    return helper_of_helper.WORD
'''
FILES: dict[str, str | bytes] = {
    "build.py": BUILD, "helper.py": HELPER, "helper_of_helper.py": 'WORD = "mark 0000"\n',
    "data/quotes.txt": "mark 0000", "data/motto.txt": "mark 0000", "data/kept.txt": "mark 0000",
    "data/settings.txt": "mark 0000", "data/sent.txt": "mark 0000", "helpers/__init__.py": "",
    "helpers/data.txt": "mark 0000", "data/files/a.txt": "a mark 0000", "data/files/b.txt": "b",
    "data/chain/a.txt": "b", "data/chain/b.txt": "c", "data/chain/c.txt": "d", "data/chain/d.txt": "",
    "data/people.json": '["ann", "文子"]',
    "data/books.json": '{"sicp": "mark 0000", "c++": "x", "本": "y"}', "data/values.json": '{"one": 1, "two": 2}',
    "more/templates/from-blueprint.html": "blueprint mark 0000", "more/static/x.txt": "x mark 0000",
    "packages/gadgets/__init__.py": GADGETS,
    "packages/gadgets/words.py": 'def word():\n    return "mark 0000"\n',
    "packages/gadgets-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: gadgets\nVersion: 1.0\n",
    "packages/gadgets-1.0.dist-info/entry_points.txt": "[coldpress.plugins]\ngadgets = gadgets:Gadgets\n",
    "data/plots/a.txt": "a", "other/config.yaml": "title: Other\n", "other/content/about.md": "About the other.\n",
    "static/my.css": '@import "more.css"; /* mark 0000 */', "static/deep/other.js": "// mark 0000",
    "static/more.css": '@import "my.css"; /* mark 0000 */ @font-face { src: url(fonts/own.woff2) }',
    "static/fonts/own.woff2": "font mark 0000", "static/app.js": 'import "./lib.js"; // mark 0000',
    "static/lib.js": 'import "./app.js"; // mark 0000'}
FACTS: dict[str, str | bytes] = {
    "data/facts.yaml": "word: mark 0000\n", "data/deep/rows.csv": "a,b\nmark 0000,2\n",
    "data/authors.yaml": "ann:\n  name: Ann Lee\n  bio: mark 0000\n"}
DATA_FILES = ("data/quotes.txt", "data/kept.txt", "data/files/a.txt", "more/static/x.txt", "data/motto.txt",
              "more/templates/from-blueprint.html", "data/settings.txt", "data/sent.txt", "helpers/data.txt")


IN_AN_APP = ("/blog", "blog/")
"""Where a site is that is mounted in an app, and its folder."""
NOT_IN_AN_APP = ("code", "own", "blueprint", "asks")  # probes that ask for what only an app of the site's own has


def build_in_an_app() -> str:
    """The same build.py for a site inside of an app: its routes are frozen where they are marked."""
    prefix, folder = IN_AN_APP
    text = BUILD.replace(
        "    app = coldpress.create_app(__file__)\n",
        "    app = flask.Flask(__name__, root_path=str(DATA.parent), static_folder=None)\n"
        f'    coldpress.Coldpress(app, "{folder}", url_prefix="{prefix}", share=True)\n')
    return re.sub(r'( +)(@app.get\("/own/(?!library).*\n)', r"\1\2\1@coldpress.frozen()\n", text)
