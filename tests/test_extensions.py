"""Real Flask extensions: in a site of its own, and in an app that a blog is mounted in."""

from __future__ import annotations

import textwrap

import pytest

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


def check_increments(site, mode, shown, every_time=frozenset()):
    """It shows what it should, renders nothing twice, and an edit renders little."""
    built(site)
    assert shown in site.text("x/index.html")
    if mode == "alone":
        assert shown in site.text("about/index.html")
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
    assert [file for file in site.files("instance/sessions") if file != count_file(site)] == []


def count_file(site):
    """The file in which cachelib counts the others."""
    (only,) = site.files("instance/sessions")
    return only


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
