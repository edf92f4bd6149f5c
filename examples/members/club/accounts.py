"""Signing in and out, with sessions that the server keeps."""

from __future__ import annotations

from urllib.parse import urlsplit

import click
import flask
from flask.cli import with_appcontext
from flask_login import LoginManager, current_user, login_required, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.security import generate_password_hash
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import DataRequired

import coldpress
from club.models import Member, Model, db

accounts = flask.Blueprint("accounts", __name__)
login = LoginManager()
login.login_view = "accounts.sign_in"
login.login_message = "Sign in to see this page."
login.session_protection = "strong"
_NOBODY = generate_password_hash("")


class SignInForm(FlaskForm):
    """Asks for a name and a password."""

    name = StringField("Name", [DataRequired()], render_kw={"autocomplete": "username"})
    password = PasswordField("Password", [DataRequired()], render_kw={"autocomplete": "current-password"})
    submit = SubmitField("Sign in")


@login.user_loader
def load_member(ident: str) -> Member | None:
    """Returns the member of a session."""
    return db.session.get(Member, int(ident)) if ident.isdecimal() else None


@accounts.route("/sign-in/", methods=["GET", "POST"])
@coldpress.live
def sign_in() -> str | Response | tuple[str, int]:
    """Shows the form.  The right name and password begin a session with an id of its own: one that somebody else has
    given to the browser before is worth nothing."""
    form = SignInForm()
    if form.validate_on_submit():
        member = db.session.scalar(select(Member).where(Member.name == form.name.data))
        stand_in = Member(password_hash=_NOBODY)  # so that an unknown name takes as long
        if (member or stand_in).has_password(form.password.data or "") and member:
            flask.current_app.session_interface.regenerate(flask.session)  # type: ignore[attr-defined]
            flask.session.clear()
            login_user(member)
            return flask.redirect(_own_url(flask.request.args.get("next")))
        form.form_errors.append("There is no member with this name and password.")
    return flask.render_template("sign-in.html", form=form), 400 if form.is_submitted() else 200


@accounts.post("/sign-out/")
@coldpress.live
def sign_out() -> Response:
    """Ends the session."""
    logout_user()
    flask.session.clear()
    return flask.redirect(flask.url_for("coldpress.home"))


@accounts.get("/members/")
@coldpress.live
@login_required
def members() -> str:
    """Greets the member."""
    return flask.render_template("members.html", name=current_user.name)


def _own_url(wanted: str | None) -> str:
    """Returns the path to go on to; that of the members' area for a URL of another host."""
    parts = urlsplit((wanted or "").replace("\\", "/"))
    is_own = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return parts.path if is_own else flask.url_for("accounts.members")


@click.command("member")
@click.argument("name")
@click.password_option(envvar="CLUB_PASSWORD")
@with_appcontext
def add_member(name: str, password: str) -> None:
    """Add a member, or give one another password."""
    Model.metadata.create_all(db.engine)
    member = db.session.scalar(select(Member).where(Member.name == name)) or Member(name=name)
    member.set_password(password)
    db.session.add(member)
    db.session.commit()
    click.echo(f"{name} can sign in.")
