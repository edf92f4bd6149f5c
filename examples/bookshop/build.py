"""A bookshop: its books and authors are rows of a database, and each row is a page."""

from __future__ import annotations

import os
import secrets

import flask
import flask_wtf

import coldpress
from admin import admin
from models import db
from seed import seed
from shop import AuthorRows, BookRows


# No page shows what `create_app` reads from the environment: another secret key renders none again.
@coldpress.depends.nothing
def create_app() -> flask.Flask:
    """Makes the app of the shop.  `DATABASE_URL` names its database; without it, it is a file in `instance/`."""
    app = coldpress.create_app(__file__)
    app.config["SQLALCHEMY_ENGINES"] = {"default": os.environ.get("DATABASE_URL") or "sqlite:///bookshop.sqlite"}
    # Without a key of its own, whoever is signed in signs in again after a restart.
    app.config["SECRET_KEY"] = os.environ.get("BOOKSHOP_SECRET_KEY") or secrets.token_hex()
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    db.init_app(app)
    flask_wtf.CSRFProtect(app)
    app.register_blueprint(admin)
    site = coldpress.get_site(app)
    site.source("books")(BookRows())
    site.source("authors")(AuthorRows())
    site.command(seed)
    site.filter("price")(as_price)
    site.worker_started(leave_connections)
    return app


def as_price(value: float) -> str:
    """Returns a price as it is shown."""
    return f"{value:,.2f} €"


def leave_connections() -> None:
    """Leaves the connections of the parent process to it: two processes can't share one."""
    for engine in db.engines.values():
        engine.dispose(close=False)


if __name__ == "__main__":
    coldpress.main(create_app)
