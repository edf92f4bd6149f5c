"""A form that writes a post with a picture into the blog."""

from __future__ import annotations

import datetime
import json
import shutil

import flask
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, Length

import coldpress
from club.pictures import RefusedPictureError, save_picture

MOST_BYTES = 8_000_000
"""The largest request: whoever sends more is told before the app has read it."""
posting = flask.Blueprint("posting", __name__)


class PostForm(FlaskForm):
    """A post: its title, its text in Markdown, and a picture."""

    title = StringField("Title", [DataRequired(), Length(max=100)])
    text = TextAreaField("Text, in Markdown", [DataRequired(), Length(max=100_000)], render_kw={"rows": 10})
    picture = FileField("Picture (JPEG, PNG or WebP)", render_kw={"accept": "image/jpeg,image/png,image/webp"})
    submit = SubmitField("Post")


@posting.route("/members/post/", methods=["GET", "POST"])
@coldpress.live
@login_required
def write() -> str | Response | tuple[str, int]:
    """Shows the form, and writes the post: a bundle of `index.md` and the picture.  The app shows it at once, the
    frozen blog after the next build."""
    form = PostForm()
    if form.validate_on_submit():
        try:
            page = _write_bundle(form)
        except RefusedPictureError as reason:
            form.picture.errors = [str(reason)]
        else:
            site = coldpress.get_site(flask.current_app)
            site.reload()
            return flask.redirect(flask.url_for("coldpress.page", page=page))
    return flask.render_template("post.html", form=form), 400 if form.is_submitted() else 200


def _write_bundle(form: PostForm) -> str:
    """Writes the files of a post, all or none, and returns the name of its source."""
    posts = coldpress.get_site(flask.current_app).site.root / "content" / "posts"
    day = datetime.datetime.now(datetime.UTC)
    for number in range(1, 1_000):
        folder = posts / f"{day:%Y-%m-%d}-{current_user.id}-{number}"  # no word of the title: it is no path
        try:
            folder.mkdir()
            break
        except FileExistsError:
            continue
    try:
        name = save_picture(form.picture.data, folder) if form.picture.data else None
        front = {"title": form.title.data, "date": day.isoformat(timespec="seconds"), "author": current_user.name,
                 **({"image": name} if name else {})}
        lines = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in front.items())
        (folder / "index.md").write_text(f"---\n{lines}---\n\n{form.text.data}\n", "utf-8")
    except BaseException:
        shutil.rmtree(folder)
        raise
    return f"posts/{folder.name}/index.md"
