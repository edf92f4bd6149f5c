"""A club: a Flask app with a members' area, and a blog by Coldpress mounted in it at `/blog/`.

The blog is frozen; signing in and posting need the app.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from datetime import timedelta
from pathlib import Path

import flask
import flask_session
import flask_wtf
from cachelib.file import FileSystemCache
from werkzeug.middleware.proxy_fix import ProxyFix

import coldpress
from club.accounts import accounts, add_member, login
from club.models import db
from club.posting import MOST_BYTES, posting

ROOT = Path(__file__).parents[1]


# No page of the blog shows what `create_app` reads: another secret key renders none again.
@coldpress.depends.nothing
def create_app() -> flask.Flask:
    """Makes the app.  `CLUB_INSTANCE` names the folder of its data, `CLUB_PROXIES` how many proxies are before it."""
    instance = Path(os.environ.get("CLUB_INSTANCE") or ROOT / "instance")
    app = flask.Flask("club", root_path=str(ROOT), instance_path=str(instance))
    instance.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SECRET_KEY=_secret_key(instance), SQLALCHEMY_ENGINES={"default": f"sqlite:///{instance / 'club.sqlite'}"},
        SESSION_TYPE="cachelib", SESSION_CACHELIB=FileSystemCache(str(instance / "sessions"), mode=0o600),
        SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_NAME="club", PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        MAX_CONTENT_LENGTH=MOST_BYTES, REMEMBER_COOKIE_SAMESITE="Lax")
    proxies = int(os.environ.get("CLUB_PROXIES", "0"))
    if proxies:  # only then may a header say who asks, by which host and scheme
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
        app.config.update(SESSION_COOKIE_SECURE=os.environ.get("CLUB_HTTPS") != "no")
    db.init_app(app)
    flask_session.Session(app)
    flask_wtf.CSRFProtect(app)
    login.init_app(app)
    app.register_blueprint(accounts)
    app.register_blueprint(posting)
    app.cli.add_command(add_member)
    app.add_url_rule("/", "start", lambda: flask.redirect(flask.url_for("coldpress.home")))
    coldpress.Coldpress(app, ROOT / "blog", url_prefix="/blog")
    return app


def _secret_key(instance: Path) -> str:
    """Returns the key that signs cookies and forms, from a file that nobody else can read; the first start makes it."""
    file = instance / "secret-key"
    if not file.exists():
        own = instance / f"secret-key.{os.getpid()}"
        own.touch(0o600)
        own.write_text(secrets.token_hex(32), "ascii")
        with contextlib.suppress(FileExistsError):
            os.link(own, file)  # fails if another worker was first: all have one key
        own.unlink()
    return file.read_text("ascii")
