"""A blog of Flask and Frozen-Flask as tutorials show it: read all, freeze all."""

from pathlib import Path

import markdown
import yaml
from flask import Flask, Response, abort, render_template
from flask_frozen import Freezer

PER_PAGE = 10

app = Flask(__name__)
app.config["FREEZER_BASE_URL"] = "https://example.org/"
freezer = Freezer(app)


def read(path):
    """One post: its front matter, with its HTML and slug."""
    _, head, body = path.read_text("utf-8").split("---\n", 2)
    post = yaml.safe_load(head)
    post["slug"] = path.stem
    post["html"] = markdown.markdown(body, extensions=["fenced_code", "codehilite", "tables"])
    return post


posts = sorted((read(path) for path in Path("content/posts").glob("*.md")), key=lambda post: post["date"], reverse=True)


def listing(template, chosen, number, **more):
    """One page of a list of posts."""
    total = -(-len(chosen) // PER_PAGE)
    if not 1 <= number <= total:
        abort(404)
    shown = chosen[(number - 1) * PER_PAGE:number * PER_PAGE]
    return render_template(template, posts=shown, number=number, total=total, **more)


def terms(key):
    """Every value of `tags` or `categories` with its posts."""
    names = sorted({name for post in posts for name in post[key]})
    return {name: [post for post in posts if name in post[key]] for name in names}


@app.route("/")
@app.route("/page/<int:number>/")
def index(number=1):
    return listing("list.html", posts, number, title="Bench", endpoint="index", values={})


@app.route("/posts/<slug>/")
def post(slug):
    for number, found in enumerate(posts):
        if found["slug"] == slug:
            newer = posts[number - 1] if number else None
            older = posts[number + 1] if number + 1 < len(posts) else None
            return render_template("post.html", post=found, newer=newer, older=older)
    return abort(404)


@app.route("/<any(tags, categories):key>/")
def overview(key):
    return render_template("terms.html", key=key, terms=terms(key))


@app.route("/<any(tags, categories):key>/<name>/")
@app.route("/<any(tags, categories):key>/<name>/page/<int:number>/")
def term(key, name, number=1):
    chosen = [post for post in posts if name in post[key]]
    return listing("list.html", chosen, number, title=name, endpoint="term", values={"key": key, "name": name})


@app.route("/archive/")
def archive():
    return render_template("archive.html", posts=posts)


@app.route("/feed.xml")
def feed():
    return Response(render_template("feed.xml", posts=posts[:20]), mimetype="application/atom+xml")


@app.route("/sitemap.xml")
def sitemap():
    return Response(render_template("sitemap.xml", posts=posts), mimetype="application/xml")


if __name__ == "__main__":
    freezer.freeze()
