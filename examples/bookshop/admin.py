"""The desk behind the shop: a sign-in, and a form for each book.  Its views need a server, so none is frozen."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from functools import wraps
from typing import Any

import flask
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response
from wtforms import DecimalField, HiddenField, PasswordField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, NumberRange, ValidationError

import coldpress
from models import Book, db

MOST = 50  # books on one page of the desk

admin = flask.Blueprint("admin", __name__, url_prefix="/admin")


def one_newline(text: str | None) -> str:
    r"""Returns a text with `\n` between lines, where browsers send `\r\n`: a text that nobody edited stays the same."""
    return (text or "").replace("\r\n", "\n")


class SignInForm(FlaskForm):
    """Asks for the password of the shop."""

    password = PasswordField("Password", [DataRequired()])
    submit = SubmitField("Sign in")

    def validate_password(self, field: PasswordField) -> None:
        """Raises an error unless the password is that of `BOOKSHOP_PASSWORD`."""
        wanted = os.environ.get("BOOKSHOP_PASSWORD", "")
        if not wanted or not hmac.compare_digest((field.data or "").encode(), wanted.encode()):
            raise ValidationError("This is not the password." if wanted else "Set BOOKSHOP_PASSWORD, and start again.")


class BookForm(FlaskForm):
    """Edits a book.  `version` is the one that the reader saw."""

    title = StringField("Title", [DataRequired()])
    price = DecimalField("Price in €", [InputRequired(), NumberRange(min=0)])
    text = TextAreaField("Text, in Markdown", filters=[one_newline], render_kw={"rows": 12})
    version = HiddenField()
    submit = SubmitField("Save")


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Lets only who is signed in see a view."""

    @wraps(view)
    def run(**values: Any) -> Any:
        return view(**values) if flask.session.get("signed_in") else flask.redirect(flask.url_for("admin.sign_in"))

    return run


@admin.route("/sign-in/", methods=["GET", "POST"])
@coldpress.live
def sign_in() -> str | Response:
    """Shows the form, and starts a session for the right password."""
    form = SignInForm()
    if form.validate_on_submit():
        flask.session["signed_in"] = True
        return flask.redirect(flask.url_for("admin.books"))
    return flask.render_template("admin/sign-in.html", form=form)


@admin.post("/sign-out/")
@coldpress.live
def sign_out() -> Response:
    """Ends the session."""
    flask.session.clear()
    return flask.redirect(flask.url_for("coldpress.home"))


@admin.get("/")
@coldpress.live
@signed_in
def books() -> str:
    """Lists the books whose titles contain `?title=`."""
    title = flask.request.args.get("title", "")
    query = select(Book).where(Book.title.icontains(title, autoescape=True)).order_by(Book.title).limit(MOST)
    return flask.render_template("admin/books.html", books=db.session.scalars(query).all(), title=title)


@admin.route("/books/<key>/", methods=["GET", "POST"])
@coldpress.live
@signed_in
def edit(key: str) -> str | Response:
    """Edits a book and shows its page."""
    book = db.get_or_abort(Book, key)
    form = BookForm(obj=book)
    if form.validate_on_submit() and _save(form, book):
        return flask.redirect(flask.url_for("coldpress.page", page=f"books/{key}"))
    return flask.render_template("admin/edit.html", form=form, heading=book.title)


def _save(form: BookForm, book: Book) -> bool:
    """Saves a book, and returns whether it was still the one that the form showed."""
    try:
        if form.version.data != str(book.version):
            raise StaleDataError
        book.title, book.price, book.text = form.title.data, form.price.data, form.text.data
        db.session.commit()
    except StaleDataError:  # also when somebody saves it at this very moment
        db.session.rollback()
        form.form_errors.append("Somebody else has changed this book meanwhile. Open it again.")
        return False
    return True
