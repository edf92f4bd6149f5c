"""Real Flask extensions: in a site of its own, and in an app that a blog is mounted in."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import sys
import textwrap

import pytest

from coldpress.build import runner, worker_pool

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed database:ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
HEAD = """\
import os
from pathlib import Path

import coldpress
import flask
{imports}

ROOT = Path(__file__).parent
{top}


def create_app():
    {app}
    app.secret_key = "x"
{body}
    return app
"""
ALONE = "app = coldpress.create_app(__file__)"
HOST = ('app = flask.Flask("host", root_path=str(ROOT / "host"), instance_path=str(ROOT / "instance"))\n'
        '    coldpress.Coldpress(app, ROOT, url_prefix="/blog")')
POST = "content/posts/2026-01-02-hello.md"
FILES = {POST: "# Hello\n\nHi.", "content/about.md": "Me."}
MODES = ("alone", "host")


def code(mode, body, imports="", top=""):
    """A build.py; `frozen` in it marks views that a host wants to have frozen."""
    body = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ").replace("@frozen", "@coldpress.frozen()")
    return HEAD.format(app=ALONE if mode == "alone" else HOST, body=body, imports=imports, top=textwrap.dedent(top))


def site_of(make_site, mode, body, shown="", **more):
    """A site in which the view `/x/` and, if it is alone, each page shows `shown`."""
    folder = "templates" if mode == "alone" else "host/templates"
    base = "base_url: https://example.org/\nsearch: false\n"
    files = {**FILES, "build.py": code(mode, body, **more), f"{folder}/x.html": f"<p>{shown}</p>"}
    if mode == "alone":
        files["templates/page.html"] = f"<p>{shown}</p>{{{{ page.html }}}}"
    return make_site(files, base if mode == "alone" else base.replace(".org/", ".org/blog/"))


def built(site):
    result = site.build()
    assert (result.code, result.problems) == (0, []), result.problems
    return result


def rebuilt(site, edits=None):
    """Build again; the result is a clean build's."""
    result = built(site.edit(edits or {}))
    clean = site.clean_copy()
    built(clean)
    assert clean.files() == site.files()
    return result.rendered


def check_increments(site, mode, shown, every_time=frozenset(), on_pages=None):
    """It shows what it should, renders nothing twice, and an edit renders little."""
    built(site)
    assert shown in site.text("x/index.html")
    if mode == "alone":
        assert (on_pages or shown) in site.text("about/index.html")
    assert rebuilt(site) == every_time
    prefix = "" if mode == "alone" else "/blog"
    edited = rebuilt(site, {POST: "# Hello\n\nHi.\n\nThere."})
    assert f"{prefix}/posts/hello/" in edited
    assert f"{prefix}/about/" not in edited - every_time
    assert rebuilt(site) == every_time


LOGIN = """
    manager = flask_login.LoginManager(app)
    manager.user_loader(lambda name: None)

    @app.before_request
    def remember():
        flask.session.permanent = True
        flask.session["visits"] = flask.session.get("visits", 0) + 1

    @app.get("/x/")
    @frozen
    def x():
        return flask.render_template("x.html")

    @app.get("/account/")
    @coldpress.live
    @flask_login.login_required
    def account():
        return flask_login.current_user.name
"""
LOGGED_OUT = ('{% for message in get_flashed_messages() %}{{ message }}{% endfor %}'
              '{{ "in" if current_user.is_authenticated else "out" }} {{ session.visits }} {{ session.get("user") }}')


@pytest.mark.parametrize("mode", MODES)
def test_flask_login(make_site, mode):
    site = site_of(make_site, mode, LOGIN, LOGGED_OUT, imports="import flask_login")
    check_increments(site, mode, "<p>out 1 None</p>")


SESSION = """
    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(str(ROOT / "instance" / "sessions")))
    flask_session.Session(app)

    @app.before_request
    def visit():
        flask.session["visits"] = flask.session.get("visits", 0) + 1

    @app.get("/x/")
    @frozen
    def x():
        return flask.render_template("x.html")
"""


@pytest.mark.parametrize("mode", MODES)
def test_flask_session_on_files(make_site, mode):
    shown = '{{ session.visits }} {{ session.get("user") }} {{ get_flashed_messages() }}'
    imports = "import flask_session\nfrom cachelib import FileSystemCache"
    site = site_of(make_site, mode, SESSION, shown, imports=imports)
    check_increments(site, mode, "<p>1 None []</p>")
    counted = site.files("instance/sessions")
    assert len(counted) == 1  # the file in which cachelib counts the others
    site.client().get("/x/")
    assert site.files("instance/sessions") != counted
    assert rebuilt(site) == set()


# What a view or its template writes to the session.

WRITES = """
    manager = flask_login.LoginManager(app)
    manager.user_loader(lambda name: None)
    manager.login_view = "say"
    csrf = flask_wtf.CSRFProtect(app)

    @app.before_request
    def hook():
        flask.session["hook"] = 1

    @app.after_request
    def another(response):
        flask.session["after"] = flask_wtf.csrf.generate_csrf()
        return response

    @app.get("/say/")
    @frozen
    def say():
        flask.flash("Hello")
        return flask.redirect("/set/")

    @app.get("/set/")
    @frozen
    def put():
        flask.session["hook"] = 1
        return ""

    @app.get("/modified/")
    @frozen
    def modified():
        flask.session.modified = True
        return ""

    @app.get("/login/")
    @frozen
    def login():
        user = flask_login.UserMixin()
        user.id = "ann"
        flask_login.login_user(user)
        return ""

    @app.get("/account/")
    @frozen
    @flask_login.login_required
    def account():
        return ""

    @app.get("/string/")
    @frozen
    def string():
        return flask.render_template_string("{{ session.setdefault('a', 1) }}")

    @app.get("/form/")
    @frozen
    def form():
        return flask.render_template("form.html", form=flask_wtf.FlaskForm())

    @app.get("/reads/")
    @frozen
    def reads():
        flask.session.pop("none", None)
        flask.session.update({})
        return f"{flask.session.setdefault('hook', 2)} {'x' in flask.session} {dict(flask.session)}"
"""


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["cookie", "files"])
def test_what_a_view_or_its_template_writes_is_an_error(make_site, mode, kind):
    files = SESSION[:SESSION.index("    @app")] if kind == "files" else ""
    imports = "import flask_login\nimport flask_session\nimport flask_wtf\nfrom cachelib import FileSystemCache"
    site = site_of(make_site, mode, files + WRITES, "", imports=imports)
    folder = "templates" if mode == "alone" else "host/templates"
    site.edit({f"{folder}/form.html": '<form>\n{{ form.hidden_tag() }}</form>'})
    if mode == "alone":
        site.edit({"templates/page.html": "{{ page.html }}\n\n<form>{{ csrf_token() }}</form>"})
    result = site.build()
    assert result.code == 1
    told = {}
    for problem in result.problems:
        assert problem["code"] == "route.session", problem
        place = problem["place"]
        text = (site.root / place["path"]).read_text().splitlines()[place["line"] - 1].strip()
        told[text] = problem["message"].partition(" writes")[0], problem["hint"]
    by = {text: who for text, (who, _) in told.items()}
    in_page = by.pop("<form>{{ csrf_token() }}</form>", None)
    assert in_page == ("Flask-WTF (`generate_csrf`)" if mode == "alone" else None)
    assert by == {
        'flask.flash("Hello")': "this page", 'flask.session["hook"] = 1': "this page",
        "flask.session.modified = True": "this page", "flask_login.login_user(user)": "Flask-Login (`login_user`)",
        '@app.get("/account/")': "Flask-Login (`unauthorized`)",
        """return flask.render_template_string("{{ session.setdefault('a', 1) }}")""": "this page",
        'return flask.render_template("form.html", form=flask_wtf.FlaskForm())': "Flask-WTF (`generate_csrf`)"}
    assert "`@csrf.exempt`" in told['return flask.render_template("form.html", form=flask_wtf.FlaskForm())'][1]
    hint = told["flask.session.modified = True"][1]
    assert hint.startswith("mark the view `modified` @coldpress.live" if mode == "alone" else "take @coldpress.frozen")
    if mode == "alone":
        assert [(problem["place"]["line"], problem["message"].endswith("(on 2 pages)")) for problem in result.problems
                if problem["place"]["path"] == "templates/page.html"] == [(3, True)]
    assert not (site.root / "site").exists()


# Databases.

MODELS = """
    db = flask_sqlalchemy.SQLAlchemy()


    class Book(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        title = db.Column(db.String)
"""
BOOKS = """
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///books.db"
    db.init_app(app)
    with app.app_context():
        db.create_all()
        if not db.session.query(Book).count():
            db.session.add_all([Book(title="SICP"), Book(title="TAOCP")])
            db.session.commit()

    @app.get("/x/")
    @frozen
    def x():
        return flask.render_template("x.html", books=Book.query.order_by(Book.title).all())

    @app.get("/count/")
    @frozen
    def count():
        return str(db.session.query(Book).count())

    @app.get("/raw/")
    @frozen
    def raw():
        with contextlib.closing(db.engine.raw_connection()) as connection:
            return str(connection.cursor().execute("SELECT max(title) FROM book").fetchall())

    @app.get("/uses/")
    @frozen
    def uses():
        return "No database."

    @app.get("/declared/")
    @coldpress.depends.value(lambda: Book.query.count())
    @frozen
    def declared():
        return str(Book.query.count())
"""
WITH_BOOKS = {"imports": "import contextlib\nimport flask_sqlalchemy", "top": MODELS}


def books_of(site, statement):
    with contextlib.closing(sqlite3.connect(site.root / "instance" / "books.db")) as books:
        books.execute(statement)
        books.commit()


@pytest.mark.parametrize("mode", MODES)
def test_flask_sqlalchemy(make_site, mode):
    site = site_of(make_site, mode, BOOKS, "{% for book in books or () %}{{ book.title }} {% endfor %}", **WITH_BOOKS)
    each = {"/x/", "/count/", "/raw/", "/uses/"}  # of a raw connection nobody knows what shares it
    check_increments(site, mode, "<p>SICP TAOCP </p>", each, "<p></p>")
    books_of(site, "UPDATE book SET title = 'HtDP' WHERE title = 'SICP'")
    assert rebuilt(site) == each
    assert site.text("x/index.html") == "<p>HtDP TAOCP </p>"
    site.edit({"build.py": (site.root / "build.py").read_text().replace('@app.get("/raw/")', "").replace(
        "    @coldpress.frozen()\n    def raw", "    def raw")}).build()
    each -= {"/raw/", "/uses/"}
    assert rebuilt(site) == each
    assert "/x/  ←  it asks a database" in site.run("build", "-v").out
    books_of(site, "INSERT INTO book (title) VALUES ('LYAH')")
    assert rebuilt(site) > {*each, "/declared/", "/posts/hello/" if mode == "alone" else "/blog/posts/hello/"}


PLAIN = """
    ENGINE = sqlalchemy.create_engine(f"sqlite:///{ROOT / 'plain.db'}")


    def titles():
        with ENGINE.connect() as connection:
            return list(connection.scalars(sqlalchemy.text("SELECT title FROM book ORDER BY title")))
"""
MADE = """
    with ENGINE.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE IF NOT EXISTS book (title TEXT PRIMARY KEY)"))
        connection.execute(sqlalchemy.text("INSERT OR IGNORE INTO book VALUES ('SICP')"))
    app.jinja_env.globals["titles"] = titles
"""


@pytest.mark.parametrize("method", ["spawn"] + ["fork"] * (sys.platform == "linux"))
def test_many_processes_ask_a_database_that_was_opened_before(make_site, monkeypatch, method):
    monkeypatch.setattr(worker_pool, "start_method", lambda: method)
    monkeypatch.setattr(runner, "FEW", 4)
    site = site_of(make_site, "alone", MADE, "", imports="import sqlalchemy", top=PLAIN)
    site.edit({"templates/asks.html": "{{ titles() }} {{ page.title }}", **{
        f"content/p{number}.md": f"---\nlayout: asks\n---\n# P{number}\n" for number in range(8)}})
    asks = {f"/p{number}/" for number in range(8)}
    assert site.build("-j", "2").problems == []
    assert site.text("p7/index.html") == "[&#39;SICP&#39;] P7"
    with contextlib.closing(sqlite3.connect(site.root / "plain.db")) as books:
        books.execute("INSERT INTO book VALUES ('HtDP')")
        books.commit()
    assert site.build("-j", "2").rendered == asks
    clean = site.clean_copy()
    assert clean.build("-j", "1").problems == []
    assert clean.files() == site.files()


REASONS = {
    "app.books = sqlite3.connect(ROOT / 'raw.db')": "a database is opened in create_app (build.py:{line})",
    "import own\nown.open_it()": "a database is opened in open_it (own.py:4)",
    "subprocess.run([sys.executable, '-c', ''], check=True)":
        "another program is started in create_app (build.py:{line})",
    "app.context_processor(lambda: {'count': titles()})": "a database is asked on pages such as /",
    "".join(f"@app.get('/{name}/')\ndef {name}():\n    return str(sqlite3.connect(':memory:'))\n\n"
            for name in "abcdefghijklmnopqrstuvwxyz"): "a database is opened in a (build.py:{line})"}


def test_a_build_says_why_most_pages_are_rendered_each_time(make_site):
    for body, reason in REASONS.items():
        imports = "import sqlite3\nimport subprocess\nimport sys\nimport sqlalchemy"
        site = site_of(make_site, "alone", MADE + textwrap.indent(body, "    "), "", imports=imports, top=PLAIN)
        site.edit({"own.py": "import sqlite3\n\ndef open_it():\n    return sqlite3.connect(':memory:')\n"})
        code_lines = (site.root / "build.py").read_text().splitlines()
        number = 1 + next(index for index, line in enumerate(code_lines) if line.strip() == body.split("\n")[0])
        lines = [line for line in site.run("build").out.splitlines() if "in every build" in line]
        assert len(lines) == 1, reason
        assert f"pages are rendered in every build, as {reason.format(line=number)}" in lines[0]
        assert "`@coldpress.depends." in lines[0]
    quiet = site_of(make_site, "alone", BOOKS, "", **WITH_BOOKS)
    quiet.run("build")
    assert "in every build" not in quiet.run("build").out


# Caches, languages.

CACHING = """
    app.config.update(CACHE_TYPE="{kind}", CACHE_DIR=str(ROOT / "instance" / "cache"), CACHE_DEFAULT_TIMEOUT=3600)
    cache = flask_caching.Cache(app)
    library = lambda: app.extensions["coldpress"].library

    @cache.memoize()
    def titles():
        return [post.title for post in library().posts]

    @app.get("/x/")
    @frozen
    @cache.cached()
    def x():
        return "<p>out</p>" + library().posts[0].title

    @app.get("/one/")
    @frozen
    def one():
        return str(titles())

    @app.get("/two/")
    @frozen
    def two():
        assert titles() == titles()
        cache.set("kept", 1)
        return flask.render_template_string(
            "{{% cache 3600, 'titles' %}}{{{{ titles() }}}}{{% endcache %}} {{{{ kept }}}}", titles=titles,
            kept=cache.get("kept"))
"""


@pytest.mark.parametrize("kind", ["SimpleCache", "FileSystemCache"])
@pytest.mark.parametrize("mode", MODES)
def test_flask_caching_keeps_nothing_for_another_page_or_build(make_site, browse, mode, kind):
    body = CACHING.format(kind=kind)
    site = site_of(make_site, mode, body, "out", imports="import flask_caching")
    check_increments(site, mode, "<p>out</p>Hello", on_pages="<p>out</p>")
    assert site.client().get("/x/").status_code == 200  # which a server keeps, for another build to find
    assert rebuilt(site) == set()
    edited = rebuilt(site, {POST: "# Other\n\nHi."})
    assert edited >= {"/x/", "/one/", "/two/"}
    assert [site.text(f"{name}/index.html") for name in ("x", "one", "two")] == [
        "<p>out</p>Other", "['Other']", "[&#39;Other&#39;] 1"]
    if mode == "alone":
        browser = browse({**FILES, "build.py": code(mode, body, "import flask_caching")})
        assert "<p>out</p>Hello" in browser.get("/x/").text
        assert "Hello" in browser.get("/two/").text
        assert "<p>out</p>Other" in browser.edit({POST: "# Other\n\nHi."}).get("/x/").text
        assert "Other" in browser.get("/two/").text


BABEL = """
    def locale():
        return flask.session.get("language") or flask.request.accept_languages.best_match(["de", "en"]) or "de"

    flask_babel.Babel(app, locale_selector=locale)

    @app.get("/x/")
    @frozen
    def x():
        return flask.render_template("x.html")
"""


@pytest.mark.parametrize("mode", MODES)
def test_flask_babel(make_site, mode):
    shown = '{{ 1234567.5|numberformat }} {{ _("Yes") }}'
    site = site_of(make_site, mode, BABEL, shown, imports="import flask_babel")
    check_increments(site, mode, "<p>1.234.567,5 Yes</p>")


LIMITER = """
    limiter = flask_limiter.Limiter(
        flask_limiter.util.get_remote_address, app=app, default_limits=["2 per hour"], storage_uri="memory://")

    @app.get("/x/")
    @frozen
    @limiter.limit("1 per day")
    def x():
        return flask.render_template("x.html")
"""


@pytest.mark.parametrize("mode", MODES)
def test_flask_limiter_counts_no_page_of_a_build(make_site, mode):
    site = site_of(make_site, mode, LIMITER, "out", imports="import flask_limiter.util")
    check_increments(site, mode, "<p>out</p>", on_pages="<p>out</p>")
    client = site.client()
    assert [client.get("/x/").status_code for _ in range(2)] == [200, 429]


# What a request writes is no edit.

WRITES_ITSELF = """\
import json
import logging
import sqlite3
from pathlib import Path

import coldpress
import flask
import flask_session
from cachelib import FileSystemCache

ROOT = Path(__file__).parent


def create_app():
    app = coldpress.create_app(__file__)
    app.config.update(SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(str(ROOT / "sessions")))
    flask_session.Session(app)
    app.logger.addHandler(logging.FileHandler(ROOT / "requests.log"))

    @app.before_request
    def visit():
        flask.session["seen"] = flask.session.get("seen", 0) + 1
        app.logger.warning("seen")
        with sqlite3.connect(ROOT / "data" / "visits.db") as visits:
            visits.execute("CREATE TABLE IF NOT EXISTS visits (path)")
            visits.execute("INSERT INTO visits VALUES (?)", (flask.request.path,))
        (ROOT / "instance").mkdir(exist_ok=True)
        (ROOT / "instance" / "last.txt").write_text(str(flask.session["seen"]))

    @app.get("/seen/")
    def seen():
        hits = ROOT / "data" / "hits.json"
        number = json.loads(hits.read_text()) + 1 if hits.exists() else 1
        hits.write_text(json.dumps(number))
        quotes = (ROOT / "quotes.txt").read_text()
        kept = ROOT / "kept.txt"
        kept.write_text(kept.read_text() if number > 1 else "kept")
        last = (ROOT / "instance" / "last.txt").read_text()
        lines = len((ROOT / "requests.log").read_text().splitlines())
        files = sorted(path.name for path in (ROOT / "sessions").iterdir())
        return f"<p>{number} {flask.session['seen']} {quotes} {kept.read_text()} {last} {lines} {files}"

    @app.route("/write/", methods=["GET", "POST"])
    @coldpress.live
    def write():
        if flask.request.method == "POST":
            (ROOT / "content" / "new.md").write_text("# New")
        return "<p>Written."

    return app
"""


def test_what_requests_write_loads_no_page_again(browse):
    browser = browse({**FILES, "build.py": WRITES_ITSELF, "static/x.css": "", "quotes.txt": "quoted",
                      "data/x.json": "1"})
    listening = {}

    def open_pages():
        for path in ("/seen/", "/about/", "/seen/"):
            ident = ident_of(browser.get(path))
            listening[path] = browser.preview._channel.join(path, ident)
        browser.get("/static/x.css")

    def told():
        """What the open pages are told of all that has changed since."""
        if changed := browser.look():
            browser.preview.take(changed)
        return {path: told for path, subscriber in listening.items() if (told := list(events_of(subscriber)))}

    for _ in range(3):
        open_pages()
        assert told() == {}
    assert "<p>7 13 quoted " in browser.get("/seen/").text
    for file, pages in (("quotes.txt", {"/seen/"}), ("kept.txt", {"/seen/"}), ("content/about.md", {"/about/"}),
                        ("instance/last.txt", set()), ("data/hits.json", {"/seen/"})):
        open_pages()
        told()
        browser.site.edit({file: "7" if file.endswith("json") else f"Edited {file}."})
        assert set(told()) == pages, file
    open_pages()
    browser.client.post("/write/", headers={"Host": "localhost:8000"}, buffered=True)
    told()
    assert "New" in browser.get("/new/").text


def ident_of(answer):
    return re.search(rb'data-render="([^"]+)"', answer.data)[1].decode()


def events_of(subscriber):
    while not subscriber._events.empty():
        yield subscriber._events.get()


def test_looking_for_what_is_installed_reads_no_folder_of_the_site(make_site):
    """`importlib.metadata` lists each folder of `sys.path`, the site's own too, or tries it as an archive."""
    look = "len(list(importlib.metadata.distributions(path=[str(ROOT / 'own'), str(ROOT / 'gone')])))"
    site = make_site({**FILES, "own/a.txt": "", "build.py": code("alone", look, imports="import importlib.metadata")})
    built(site)
    assert built(site.edit({"own/b.txt": "", "gone": "it is there"})).rendered == set()
    site.edit({"build.py": code("alone", "os.listdir(ROOT / 'own')")})
    built(site)
    assert "/about/" in built(site.edit({"own/c.txt": "what the factory lists"})).rendered
