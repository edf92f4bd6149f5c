"""A site that uses everything there is, and edits of it by chance.

Whatever falls, falls the same way for the same seed.  An edit is a function of
a `RandomSite`; it says in a few words what it did, or nothing when there was
nothing to do, and leaves a site that builds without an error.
"""

from __future__ import annotations

import functools
import json
import os
import posixpath
import random
import re
import shutil
import sqlite3
import unicodedata
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml

WORDS = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega", "文字", "言葉", "写真", "旅行",
    "café", "naïve", "Größe"]
TAGS = [
    "python", "Python", "flask", "C++", "C#", "C", "Machine Learning", "machine-learning", "機械学習", "中文", "a/b",
    "Œuvre", "!!!", "lang", "lang/python", "lang/c", "lang/c/89"]
CATEGORIES = ["News", "news", "C++", "旅行", "Long form"]
SERIES = ["one", "two", "三"]
ORIGIN = date(2025, 1, 1)
CLOCK = datetime(2026, 3, 1, 10, 30)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x07\0\0\0\x05 mark 0000"
MARK = re.compile(rb"mark \d{4}")

CONFIG: dict[str, Any] = {
    "title": "A site by chance", "description": "What falls.", "author": "Ann", "language": "en",
    "timezone": "Europe/Berlin", "paginate": 5, "collections": ["posts", "notes"],
    "taxonomies": ["tags", "categories", "series"], "permalinks": {"notes": "/n/<year>/<slug>/"},
    "menu": [{"Posts": "/posts/"}, {"About": "about.md"}, {"Later": "later.md"}, {"Books": "/books/"},
             {"Elsewhere": "https://example.com/"}, {"Part": "about.md#part-1"},
             {"Written": ["about.md", {"Deep": [{"One": "docs/guide/one.md"}, "later.md"]}]}],
    "theme": {"edit_url": "https://git.example/edit/<path>", "backlinks": True}, "feeds": {"limit": 4}, "llms": True,
    "params": {"colour": "red", "shown": True, "deep": {"a": 1}, "list": ["x", "y"]}}

# One page for each, so that nothing else it reads hides what it should have read.
PROBES = {
    "length": "{{ library.posts|length }}",
    "any": '{{ "posts" if library.posts }} {{ "sections" if library.sections }} {{ "pages" if library.pages }}',
    "last": "{% for post in library.posts[-3:] %}{{ post.title }} {% endfor %}",
    "first": "{{ library.posts[0].title }}",
    "first-url": "{{ library.posts[0].url }} {{ library.posts[1].permalink }}",
    "first-summary": "{{ library.posts[0].summary }} {{ library.posts[1].description }}",
    "first-date": "{{ library.posts[0].date }} {{ library.posts[0].updated }}",
    "slice": "{% for post in library.posts[2:9:3] %}{{ post.title_html }} {{ post.words }} {% endfor %}",
    "years": "{% for year, posts in library.years().items() %}{{ year }} {{ posts|length }} {% endfor %}",
    "terms": "{% for name, taxonomy in library.taxonomies.items() %}{{ taxonomy.url if taxonomy }}"
             "{% for term in taxonomy.terms %} {{ term.name }} {{ term.pages|length }} {{ term.url }}{% endfor %}"
             "{% endfor %}",
    "term": '{% set term = library.taxonomies.tags.get("python") %}{% if term %}{{ term.name }}'
            "{% for each in term.pages[:2] %} {{ each.title }}{% endfor %}{% endif %}",
    "term-slugs": "{% for term in library.taxonomies.tags.terms %}{{ term.slug }} {% endfor %}",
    "taxonomy": '{{ "some" if library.taxonomies.categories else "none" }}',
    "sections": "{% for section in library.sections %}{{ section.url }}{% for each in section.pages %} {{ each.url }}"
                "{% endfor %}{% endfor %}",
    "members": '{% set section = library.page_in("docs/guide") %}{% if section and section.pages is defined %}'
               "{% for each in section.pages %}{{ each.title }} {{ each.weight }} {% endfor %}{% endif %}",
    "section-of": '{% set found = library.by_source("docs/guide/one.md") %}{% if found and found.section %}'
                  "{{ found.section.title }}{% for each in found.ancestors %} {{ each.url }}{% endfor %}{% endif %}",
    "sources": "{{ library.sources|join(' ') }}",
    "assets": "{{ library.assets|join(' ') }} {{ library.asset_sources|join(' ') }}",
    "aliases": "{% for path, alias in library.aliases.items() %}{{ path }} {{ alias.page.url }} {% endfor %}",
    "left-out": "{% for out in library.left_out %}{{ out.reason }} {{ out.document.source.path }} {% endfor %}",
    "by-source": '{% set found = library.by_source("about.md") %}{{ found.title ~ found.url if found }}',
    "later": '{% set found = library.by_source("later.md") %}{{ found.html if found else "not yet" }}',
    "at": '{% for path in ("/about/", "/was/", "/logo.svg", "/nowhere/", "/later/", "/trip/") %}'
          "{% set found = library.at(path) %}{{ path if found }}"
          "{{ found.page.title if found and found.page is defined }}"
          "{{ found.title if found and found.title is defined }} {% endfor %}",
    "body": '{% set found = library.by_source("about.md") %}{% if found %}{{ found.html }}'
            "{% for heading in found.toc %}{{ heading.title }}{% endfor %}{% endif %}",
    "spoken": '{% set found = library.by_source("spoken.md") %}{{ found.summary ~ found.description if found }}',
    "elsewhere": '{% set found = library.by_source("about.md") %}'
                 "{{ found.html_elsewhere() if found and site.base_url }}",
    "asset": '{{ library.asset_of("logo.svg") }} {{ library.asset_of("favicon.svg") }} {{ library.asset_of("CNAME") }}',
    "static": '{{ url_for("static", filename="my.css") }} {{ url_for("theme", filename="theme.css") }}',
    "site": "{{ site.title }} {{ site.url }} {{ site.description }} {{ site.base_url }}",
    "author": "{{ site.author }} {{ site.language }}",
    "params": "{{ site.params.colour }} {% for key, value in site.params.items() %}{{ key }}={{ value }} {% endfor %}",
    "menu": "{% for item in site.menu %}{{ item.title }} {{ item.url }} {% endfor %}",
    "config": "{{ library.config.paginate }} {{ library.config.language }}",
    "now": "{{ now()|date }}",
    "chance": "{{ [1, 2, 3, 4, 5]|random }} {{ (library.posts|random).title }} {{ lipsum(1, false, 3, 5) }}",
    "include-list": '{% include ["lists/a.html", "lists/b.html"] ignore missing %}',
    "include-fallback": '{% include ["lists/c.html", "lists/d.html", "lists/e.html"] %}',
    "include-variable": '{% include page.params.block or "blocks/one.html" %}',
    "extends-variable": '{% extends page.params.base or "frames/plain.html" %}{% block inner %}x{% endblock %}',
    "macro": '{% import "macros.html" as macros %}{{ macros.count }} {{ macros.newest }} {{ macros.say("x") }}',
    "macro-from": '{% from "macros.html" import say %}{{ say("y") }}',
    "macro-context": '{% import "macros-context.html" as macros with context %}{{ macros.name }}',
    "authors": "{% for post in library.posts[:9] %}{% for each in post.authors %}{{ each.name }} {{ each.url }} "
               "{{ each.about.bio }} {% endfor %}{% endfor %}",
    "author-terms": "{% for each in library.authors.terms %}{{ each.name }} {{ each.pages|length }} "
                    "{{ each.about.bio }} {{ each.title }}{% endfor %} {{ 'some' if library.authors }}",
    "series": "{% for each in library.series.terms %}{{ each.url }}{% for part in each.pages %} {{ part.title }}"
              "{% endfor %}{% endfor %}{% for post in library.posts[:5] %}{{ post.series }}{% endfor %}",
    "nested": '{% set term = library.taxonomies.tags.get("lang") %}{% if term %}{{ term.title }}'
              "{% for each in term.children %} {{ each.name }} {{ each.parent.slug }}{% endfor %}{% endif %}",
    "own-term": '{% set term = library.taxonomies.tags.get("python") %}{{ term.title if term }} '
                "{{ library.taxonomies.tags.page.html if library.taxonomies.tags.page }}",
    "related": "{% for post in library.posts[:8] %}{% for each in post.related %}{{ each.url }} {% endfor %}"
               "{% endfor %}",
    "backlinks": '{% set found = library.by_source("about.md") %}'
                 "{% for each in (found.backlinks if found else []) %}{{ each.source }} {% endfor %}",
    "nav": "{% macro tree(items) %}{% for each in items %}{{ each.title }} {{ each.url }}({{ tree(each.children) }})"
           '{% endfor %}{% endmacro %}{% for name in ("docs/guide/one.md", "docs/_index.md", "about.md") %}'
           "{% set found = library.by_source(name) %}{{ tree(found.nav) if found }}{{ found.edit_url if found }}"
           "{% endfor %}",
    "nav-near": '{% set found = library.by_source("docs/guide/one.md") %}{% if found %}'
                "{{ found.prev.title if found.prev }} {{ found.next.title if found.next }} {{ found.face }}{% endif %}",
    "data": "{{ data.facts.word }} {{ data.later.word if data.later }} {{ data|join(' ') }} "
            "{% for row in data.deep.rows %}{{ row.a }}{% endfor %}",
    "theme": "{{ site.theme.accent }} {{ site.theme.edit_url }}",
    "links": "{{ library.url('/later/') }} {{ library.url('/nowhere/') }} {{ url_for('archive') }} "
             "{{ url_for('posts', name='posts') }} {{ url_for('posts', name='posts', number=2) }}",
    "content": '{% if library.by_source("about.md") %}{{ url_for("content", page="about.md") }}{% endif %}'
               '{% if library.asset_of("logo.svg") %}{{ url_for("content", page="logo.svg") }}{% endif %}',
    "collections": "{% for name, each in library.collections.items() %}{{ name }} {{ each.posts|length }} "
                   "{% for post in each.posts[:2] %} {{ post.url }}{% endfor %}{% endfor %}",
    "collection-sections": "{% for name, each in library.collections.items() %}{{ each.section.title if each.section }}"
                           "{% endfor %}",
    "asset-sizes": "{% for path, asset in library.assets.items() %}{{ path }} {{ asset.size }} {% endfor %}",
    "left-out-titles": "{% for out in library.left_out %}{{ out.document.front.title }} {{ out.document.front.date }} "
                       "{% endfor %}",
    "feeds": '{{ url_for("feed") if library.has_feeds else "no feeds" }}',
    "feeds-of": '{% for feed in feeds(library.taxonomies.tags.get("python")) + feeds(library.page_in("docs/guide")) %}'
                "{{ feed.title }} {{ feed.url }} {% endfor %}",
    "own": '{{ url_for("book", slug="sicp") }} {{ url_for("raw", name="one") if not page.params.quiet }} '
           '{{ url_for("extra.static", filename="x.txt") }} {{ url_for("chain", name="a") }}',
    "code": '{{ "x"|shout }} {{ motto() }} {{ lazily() }} {{ settings }}',
    "kept": "{{ kept() }}",
    "kept-too": '{{ kept() }} {{ url_for("raw", name="one") if not page.params.quiet }}',
    "listed": "{% for each in library.pages %}{{ each.title }} {% endfor %}",
    "all": "{% for each in library.all_pages %}{{ each.path }} {{ each.unlisted }} {{ each.layout }} {{ each.kind }} "
           "{{ each.lang }} {{ each.params.note }}\n{% endfor %}",
    "neighbours": "{% for post in library.posts[:4] %}{{ post.prev.title if post.prev }} "
                  "{{ post.next.url if post.next }}{% endfor %}",
    "people": "{% for post in library.posts[:6] %}{{ post.authors|join(' ') }} {{ post.image }} {{ post.draft }} "
              "{% endfor %}",
    "own-terms": "{% for post in library.posts[:6] %}{% for term in post.all_terms %}{{ term.url }} {% endfor %}"
                 "{% endfor %}",
    "absolute": "{{ library.absolute('/x/') }}",
    "page-in": '{% for folder in ("docs", "docs/plain", "trip", "posts") %}{% set found = library.page_in(folder) %}'
               "{{ found.url if found }} {% endfor %}",
    "asks": '{{ asked() }} {{ range(1000)|random }} {{ g.setdefault("first", page.title) }} {{ session.get("user") }} '
            "{{ config.get('ROWS', 'none') }}",
    "blueprint": '{% include "from-blueprint.html" %}',
    "internals": '{% set found = library.by_source("about.md") %}{% if found %}{{ found.document.front.title }} '
                 "{{ found.bundle }} {{ found.rendered.words }}{% endif %}",
}
TEMPLATES = {
    "post.html": '{% extends "theme/post.html" %}\n{% block page_footer %}\n{{ super() }}\n'
                 '{% include "partials/aside.html" %}\n{% endblock %}\n<!-- mark 0000 -->',
    "rich.html": '{% extends "theme/post.html" %}\n{% import "macros.html" as macros %}\n{% block page_footer %}\n'
                 '{% include [page.params.block or "no.html", "blocks/one.html"] %}\n'
                 "{{ macros.say(page.title) }} {{ macros.count }}\n"
                 "{% for post in library.posts[-3:] %}{{ post.title }}{% endfor %}\n{{ now()|date }}\n{% endblock %}",
    "near.html": "{{ page.title }} {{ page.prev.title if page.prev }} {{ page.next.url if page.next }}",
    "bare.html": "{{ page.html }} mark 0000",
    "toc.html": "{{ page.title_html }} {{ page.title_id }}{% for heading in page.toc %} {{ heading.id }}{% endfor %}"
                "{{ page.words }} {{ page.minutes }} {{ page.tags|join(' ') }} {{ page.categories|join(' ') }}",
    "partials/aside.html": "<aside>{{ site.params.colour }} mark 0000</aside>",
    "macros.html": "{% set count = library.posts|length %}\n{% set newest = library.posts[0].title %}\n"
                   "{% macro say(word) %}{{ word }} {{ library.posts[1].title }} {{ site.author }} mark 0000"
                   "{% endmacro %}",
    "macros-context.html": "{% set name = page.title ~ page.params.note %}",
    "blocks/one.html": "one {{ page.title if page }} mark 0000",
    "blocks/two.html": "two {{ library.sections|length }} mark 0000",
    "lists/e.html": "the last {{ site.title }} mark 0000",
    "frames/plain.html": "plain {% block inner %}{% endblock %} mark 0000",
    "frames/other.html": "other {% block inner %}{% endblock %} mark 0000",
    "own-library.html": '{% extends "base.html" %}{% set heading = "Own" %}{% block main %}'
                        "{% for post in library.posts[:5] %}{{ post.title }} {{ post.summary }}{% endfor %}"
                        "{{ site.params.colour }}{% endblock %}",
    "own-books.html": '{% for slug in books %}<a href="{{ url_for("book", slug=slug) }}">{{ slug }}</a>{% endfor %}',
}
SHADOWS = {"styles/parts.css": "@layer parts { b { color: red } }",
    "partials/card.html": "<p>card {{ post.title }} <a href='{{ post.url }}'>mark 0000</a></p>",
    "partials/head.html": '<link rel="stylesheet" href="{{ url_for("static", filename="my.css") }}">',
    "partials/meta.html": "<p>{{ page.date }} {{ page.words }} mark 0000</p>",
    "partials/breadcrumbs.html": "{% for each in page.ancestors %}{{ each.title }}{% endfor %}",
    "partials/terms.html": "{% for term in page.all_terms %}{{ term }} {{ term.pages|length }}{% endfor %}",
    "404.html": "gone {{ library.posts|length }} mark 0000",
    "redirect.html": '<meta http-equiv="refresh" content="0; url={{ target }}">{{ title }} mark 0000',
    "partials/atom-entry.xml": "<entry>{{ entry.title }} {{ entry.html|forceescape }} {{ request.path }}</entry>",
    "partials/rss-item.xml": "<item>{{ entry.id|random }} {{ post.title }} mark 0000</item>",
    "partials/metadata.html": "{{ metadata().description }} {{ metadata().json_ld }} mark 0000",
    "feed.xml": '<?xml version="1.0"?><feed>{{ updated }}{% for post in posts %}{{ post.url }}{% endfor %}</feed>',
    "term.html": "{{ term.name }}{% for post in list.posts %} {{ post.url }}{% endfor %} mark 0000",
    "section.html": '{% extends "theme/section.html" %}{% block page_meta %}mark 0000{% endblock %}',
    "page.html": '{% extends "theme/page.html" %}{% block page_meta %}{{ page.minutes }} mark 0000{% endblock %}',
    "archive.html": "{% for year in years %}{{ year }}{% endfor %}",
    "lists/a.html": "a {{ page.title }} mark 0000", "lists/b.html": "b mark 0000", "lists/c.html": "c mark 0000",
    "lists/d.html": "d {{ library.posts[0].title }}", "wanted.html": "{{ page.title }} wanted mark 0000",
    "from-blueprint.html": "the site's own mark 0000", "unused.html": "{{ nobody.asks }}",
}
BUILD = '''\
import functools
import json
import os
import pkgutil
import random
import sqlite3
from pathlib import Path

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


def create_app():
    app = coldpress.create_app(__file__)
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
        return flask.redirect(flask.url_for("coldpress.content.content", page=page) if page != "/posts/" else page)

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
    "static/my.css": "/* mark 0000 */", "static/deep/other.js": "// mark 0000"}
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


def _toml(value: Any) -> str:
    """A value as TOML writes it: as JSON does, but for tables."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(part)}' for key, part in value.items())} }}"
    return json.dumps(value, ensure_ascii=False, default=str)


@dataclass
class Doc:
    """A Markdown source: front matter and body."""

    front: dict[str, Any]
    body: str
    toml: bool = False

    def text(self) -> str:
        if not self.front:
            return self.body
        if not self.toml:
            return f"---\n{yaml.safe_dump(self.front, allow_unicode=True, sort_keys=False, width=1000)}---\n{self.body}"
        lines = [f"{key} = {_toml(value)}\n" for key, value in self.front.items()]
        return f"+++\n{''.join(lines)}+++\n{self.body}"


@dataclass
class RandomSite:
    """A site on disk that knows what is in it.

    `build` builds it once more in between, with more arguments, and gives the
    exit code; `other_state` is the state folder of its last clean build.
    """

    root: Path
    rng: random.Random
    posts: int
    base_url: str | None = "https://example.org/"
    build: Callable[..., int] = lambda *_: 0
    other_state: Path | None = None
    docs: dict[str, Doc] = field(default_factory=dict)
    gone: list[tuple[str, Doc]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    clock: datetime = CLOCK
    environment: dict[str, str] = field(default_factory=dict)
    mounted: bool = False
    output_name: str = "site"

    def __post_init__(self) -> None:
        self.numbers = count(1)
        self.config = json.loads(json.dumps(CONFIG))
        self.config["base_url"] = self.url(self.base_url)
        self.dirs = {"content": "content", "templates": "templates", "static": "static"}
        self.write_all()

    # On disk.

    @property
    def base(self) -> Path:
        """The site's own folder."""
        return self.root / IN_AN_APP[1] if self.mounted else self.root

    @property
    def state(self) -> Path:
        return self.base / ".coldpress"

    @property
    def output(self) -> Path:
        return self.base / self.output_name

    @property
    def arguments(self) -> list[str]:
        """What every build of the site as it is now is told."""
        return ["--clock", self.clock.isoformat(), *sorted(self.flags)]

    def path(self, kind: str, name: str = "") -> Path:
        """A file of the content, the templates or `static/`."""
        return self.base / self.dirs[kind] / name

    def write(self, file: Path, data: str | bytes) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data if isinstance(data, bytes) else data.encode())

    def save(self, source: str) -> str:
        self.write(self.path("content", source), self.docs[source].text())
        return source

    def put(self, source: str, doc: Doc) -> str:
        self.docs[source] = doc
        return self.save(source)

    def drop(self, source: str) -> Doc:
        doc = self.docs.pop(source)
        self.unlink(self.path("content", source))
        return doc

    def unlink(self, file: Path) -> None:
        """Remove a file and the folders that leaves empty."""
        file.unlink()
        while not any(file.parent.iterdir()):
            file = file.parent
            file.rmdir()

    def save_config(self, comment: str = "") -> None:
        names = {f"{kind}_dir": name for kind, name in self.dirs.items() if kind != name}
        names |= {"output_dir": self.output_name} if self.output_name != "site" else {}
        text = yaml.safe_dump({**self.config, **names}, allow_unicode=True, sort_keys=False)
        self.write(self.base / "config.yaml", comment + text)

    def number(self, name: str, value: int, file: str = "data/numbers.sqlite") -> None:
        """Write a number into a database that own routes ask."""
        self.root.joinpath(file).parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(self.root / file)) as connection, connection:
            connection.execute("CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, number INTEGER)")
            connection.execute("INSERT OR REPLACE INTO numbers VALUES (?, ?)", (name, value))

    def bump(self, file: Path, *, keep_time: bool = False) -> None:
        """Another mark of the same size, at the same time if wanted."""
        stat, data = file.stat(), file.read_bytes()
        mark = f"mark {self.rng.randrange(1, 10_000):04}".encode()
        assert MARK.search(data), f"{file} has no mark"
        file.write_bytes(MARK.sub(mark, data, count=1))
        if keep_time:
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    def toggle_route(self, text: str) -> str:
        """Put a route into build.py, or take it out."""
        file = self.root / "build.py"
        code = file.read_text("utf-8")
        mark = '\n    @app.get("/ask/")'
        self.write(file, code.replace(text, "", 1) if text in code else code.replace(mark, text + mark, 1))
        return "gone" if text in code else "there"

    def templates(self) -> list[str]:
        folder = self.path("templates")
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    def assets(self) -> list[str]:
        folder = self.path("content")
        return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                      if path.is_file() and path.suffix != ".md")

    def published(self) -> list[Path]:
        """The files of the last build into the output folder that is wanted now."""
        return sorted(path for path in self.output.rglob("*") if path.is_file() and path.name != ".gitignore")

    def databases(self) -> list[Path]:
        return sorted(self.state.glob("*.sqlite"))

    def url(self, base: str | None) -> str | None:
        """A base URL for the site where it is mounted."""
        return base and base.rstrip("/") + (IN_AN_APP[0] if self.mounted else "") + "/"

    # What is in it.

    def sources(self, *folders: str) -> list[str]:
        """Sources that may be changed in any way: no indexes and no probes."""
        return [source for source in sorted(self.docs)
                if not source.startswith("probes/") and posixpath.basename(source) not in
                ("index.md", "_index.md", "README.md") and (not folders or source.startswith(folders))]

    def any(self, *folders: str) -> str:
        return self.rng.choice(self.sources(*folders))

    def any_indexed(self) -> str:
        """Any source but the probes."""
        return self.rng.choice([source for source in sorted(self.docs) if not source.startswith("probes/")])

    # Made by chance.

    def words(self, least: int, most: int) -> str:
        return " ".join(self.rng.choices(WORDS, k=self.rng.randint(least, most)))

    def title(self) -> str:
        words = self.words(1, 4).capitalize()
        return self.rng.choice([words, words, f"{words} `code` & <b>", f"“{words}” 第{self.rng.randint(1, 99)}回",
                                f"{words}: *emphasis* {self.rng.randint(1, 99)}"])

    def day(self, first: int = 0, last: int = 415) -> date:
        return ORIGIN + timedelta(days=self.rng.randint(first, last))

    def date(self) -> str | date:
        day = self.day()
        return self.rng.choice([day, day.isoformat(), f"{day} {self.rng.randrange(24):02}:{self.rng.randrange(60):02}",
                                f"{day}T12:00:00+09:00", f"{day.year}年{day.month}月{day.day}日"])

    def link(self, source: str) -> str:
        """A link as one may stand in a body, a wrong one too."""
        rng = self.rng
        others = sorted({*self.docs, *self.assets()}) or ["about.md"]
        other = rng.choice(others)
        there = posixpath.relpath(other, posixpath.dirname(source) or ".").replace(" ", "%20")
        root = self.url(self.base_url or "https://example.org/")
        target = rng.choice([
            there, there, f"{there}#part-1", f"{there}?x=1#no-such-part", f"/{other.replace(' ', '%20')}", "#part-1",
            "#nope", f"missing-{rng.randint(1, 5)}.md", f"{there[:-4]}.md", "/posts/", "/tags/python/", "/archive/",
            "/nowhere/", "/books/sicp/", "/own/library/", "../", f"{root}about/", f"{root}later/", "later.md",
            "https://example.com/x", "/was/", "/about/#part-2", "trip/", "/docs/guide/"])
        if rng.random() < 0.2:
            return f'<a href="{target}">{self.words(1, 2)}</a>'
        return f"[{self.words(1, 2)}]({target})"

    def image(self, source: str) -> str:
        images = [name for name in self.assets() if name.endswith((".png", ".svg"))] or ["none.png"]
        there = posixpath.relpath(self.rng.choice(images), posixpath.dirname(source) or ".")
        return f"![{self.words(1, 2)}]({self.rng.choice([there, there, 'no.png', '/logo.svg'])})"

    def paragraph(self, source: str) -> str:
        rng = self.rng
        words = [self.words(3, 12)]
        if rng.random() < 0.4:
            words.append(self.link(source))
        if rng.random() < 0.1:
            words.append(self.image(source))
        if rng.random() < 0.1:
            words.append(rng.choice(["**strong**", "`code`", "$$a^2$$", "H~2~O", "~~no~~", "$$\\frac{1$$", "<i>k</i>"]))
        return " ".join(words) + "."

    def body(self, source: str, *, heading: bool = False) -> str:
        rng = self.rng
        parts = [f"# {self.title()}"] if heading else []
        parts += [self.paragraph(source)]
        if rng.random() < 0.25:
            parts += [self.paragraph(source), "<!-- more -->"]
        for number in range(1, rng.randint(1, 4)):
            parts += [f"## Part {number}" + rng.choice(["", "", " {#own}" if number == 1 else ""]),
                      self.paragraph(source)]
        parts += rng.choices([
            "```py\nx = 1\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "- one\n- two", "> quoted", "> [!NOTE]\n> Noted.",
            "Said.[^1]\n\n[^1]: Noted.", "- [x] done", "$$\nx^2\n$$"], k=rng.randint(0, 2))
        return "\n\n".join([*parts, "Last mark 0000."]) + "\n"

    def front(self, *, post: bool) -> dict[str, Any]:
        rng = self.rng
        made: dict[str, Callable[[], Any]] = {
            "title": self.title, "date": self.date, "tags": lambda: rng.sample(TAGS, rng.randint(1, 3)),
            "categories": lambda: [rng.choice(CATEGORIES)], "series": lambda: rng.choice(SERIES),
            "slug": lambda: f"s{next(self.numbers)}", "permalink": lambda: f"/fixed/{next(self.numbers)}/",
            "aliases": lambda: [f"/old/{next(self.numbers)}/"], "draft": lambda: True,
            "publish_date": self.soon, "expiry_date": self.soon, "unlisted": lambda: True,
            "weight": lambda: rng.randint(1, 9), "summary": lambda: self.words(2, 5), "updated": self.date,
            "description": lambda: self.words(2, 5), "image": lambda: rng.choice(["logo.svg", "no.png", "/logo.svg"]),
            "authors": lambda: rng.choice([["Bo"], ["Bo", "Ce"], "Dee", "ann"]),
            "lang": lambda: rng.choice(["de", "ar"]),
            "layout": lambda: rng.choice(["rich", "near" if post else "bare", "bare", "toc", "wanted"]),
            "toc": lambda: False, "note": lambda: self.words(1, 2), "block": lambda: f"blocks/{self.either()}.html"}
        often = {"title": 0.8, "date": 0.5 if post else 0.15, "tags": 0.6, "categories": 0.3, "series": 0.15,
                 "layout": 0.35, "block": 0.2, "note": 0.2, "updated": 0.15, "summary": 0.15, "draft": 0.05,
                 "publish_date": 0.05, "expiry_date": 0.05, "unlisted": 0.06, "toc": 0.05, "lang": 0.06}
        return {key: make() for key, make in made.items() if rng.random() < often.get(key, 0.1)}

    def either(self) -> str:
        return self.rng.choice(["one", "two"])

    def soon(self) -> str:
        """A moment a few days round the clock."""
        return (self.clock + timedelta(hours=self.rng.randint(-72, 96))).isoformat(timespec="minutes")

    def post_name(self) -> str:
        number = next(self.numbers)
        return self.rng.choice([f"posts/{self.day()}-p{number}.md", f"posts/{self.day()}-p{number}.md",
                                f"posts/2025/p{number}.md", f"posts/{self.day()}-文字{number}.md",
                                f"notes/{self.day()}-n{number}.md", f"posts/{self.day()} É ü {number}.md"])

    def page_name(self) -> str:
        number = next(self.numbers)
        return self.rng.choice([
            f"docs/page{number}.md", f"docs/guide/page{number}.md", f"page{number}.md",
            f"docs/guide/deep/頁{number}.md", f"docs/plain/page{number}.md", f"日本/頁 {number}.md"])

    def new(self, source: str, **front: Any) -> str:
        """Write a new source."""
        doc = Doc({**self.front(post=source.startswith(("posts/", "notes/"))), **front}, "")
        doc.body = self.body(source, heading="title" not in doc.front and self.rng.random() < 0.7)
        doc.toml = self.rng.random() < 0.15
        return self.put(source, doc)

    def write_all(self) -> None:
        self.write_code()
        self.write_templates()
        self.write_content()
        self.save_config()

    def write_code(self) -> None:
        for name, data in FILES.items():
            self.write((self.base if name.startswith("static/") else self.root) / name, data)
        if self.mounted:
            self.write(self.root / "build.py", build_in_an_app())
        for name, data in FACTS.items():
            self.write(self.base / name, data)
        for name, number in (("one", 1), ("two", 2)):
            self.number(name, number)

    def write_templates(self) -> None:
        for name, text in TEMPLATES.items():
            self.write(self.path("templates", name), text)
        for name, text in PROBES.items():
            if not (self.mounted and name in NOT_IN_AN_APP):
                front = {"title": f"The {name}", "layout": f"probes/{name}", "weight": 1}
                self.write(self.path("templates", f"probes/{name}.html"), text)
                self.put(f"probes/{name}.md", Doc(front, "x\n"))

    def write_content(self) -> None:
        for name in ("logo.svg", "CNAME", "trip/map.png", "trip/in/pic.svg", "docs/plan.png", "posts/p.png",
                     "posts/2025-03-03-walk/walk.png"):
            self.write(self.path("content", name), PNG)
        self.write(self.path("content", "words.txt"), "words mark 0000\n")
        self.write(self.path("templates", "components/badge.html"), "<b>{{ body }} mark 0000</b>")
        self.put("shown.md", Doc({"title": "Shown"}, "[[Known by name]], [[About#Part 1|it]], :badge[x], "
                                 "![Logo](logo.svg).\n\n"
                                 '::include{file="words.txt"}\n\n:::badge\nWithin.\n:::\n\nLast mark 0000.\n'))
        self.write(self.path("content", "said.txt"), "said mark 0000\n")
        self.put("spoken.md", Doc({"title": "Spoken"}, '--8<-- "said.txt"\n\n- in a list\n\n    --8<-- "words.txt"\n'))
        names = [self.post_name() for _ in range(self.posts)] + [self.page_name() for _ in range(10 + self.posts // 10)]
        self.docs.update((name, Doc({}, "")) for name in names)  # so that links find them
        self.new("about.md", title="About", aliases=["/was/"], draft=False, layout="bare")
        self.new("docs/guide/one.md", title="One", draft=False)
        self.new("docs/plain/three.md")
        self.new("docs/readme/README.md", title="Read me", draft=False)
        self.new("docs/readme/beside.md")
        for index in ("posts/_index.md", "docs/_index.md", "docs/guide/_index.md", "docs/guide/deep/_index.md",
                      "trip/index.md", "posts/2025-03-03-walk/index.md"):
            self.put(index, Doc({"title": f"Index of {index}"}, self.body(index)))
        for name in names:
            self.new(name)
        for number in range(4):  # some on which nothing can fall
            source = self.new(f"posts/2026-02-{20 + number}-sure{number}.md", draft=False, unlisted=False)
            for key in ("publish_date", "expiry_date", "date"):
                self.docs[source].front.pop(key, None)
            self.save(source)


# The edits.

Edit = Callable[[RandomSite], str | None]
EDITS: dict[str, Edit] = {}
OF_SOURCES: list[str] = []
"""The names of the edits that change nothing but the sources."""


def edit(function: Edit) -> Edit:
    OF_SOURCES.append(function.__name__)
    return meddling(function)


def meddling(function: Edit) -> Edit:
    EDITS[function.__name__] = function
    return function


def of_output(function: Edit) -> Edit:
    """An edit of what is published: nothing, where nothing is."""

    @functools.wraps(function)
    def run(site: RandomSite) -> str | None:
        return function(site) if site.published() else None

    return meddling(run)


def _sure(source: str) -> bool:
    """Whether a source stays a listed post: there must be some."""
    return "-sure" in source


def _change(site: RandomSite, source: str, **front: Any) -> str:
    """Set keys of front matter, or remove those that are None."""
    doc = site.docs[source]
    for key, value in front.items():
        if value is None:
            doc.front.pop(key, None)
        else:
            doc.front[key] = value
    return f"{site.save(source)} {', '.join(front)}"


def _without(site: RandomSite, key: str, *folders: str) -> str | None:
    """Remove a key from a source that has it."""
    having = [source for source in site.sources(*folders) if key in site.docs[source].front]
    return _change(site, site.rng.choice(having), **{key: None}) if having else None


def _free(site: RandomSite) -> str:
    """A source on which anything may fall."""
    return site.rng.choice([source for source in site.sources() if not _sure(source)])


# Bodies.

@edit
def body(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body = site.body(source, heading="title" not in site.docs[source].front)
    return site.save(source)


@edit
def body_of_about(site: RandomSite) -> str | None:
    if "about.md" not in site.docs:
        return None
    site.docs["about.md"].body = site.body("about.md")
    return site.save("about.md")


@edit
def body_at_the_end(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body += f"\n{site.paragraph(source)}\n"
    return site.save(source)


@edit
def first_paragraph(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body = f"{site.paragraph(source)}\n\n{site.docs[source].body}"
    return site.save(source)


@edit
def first_paragraph_of_newest(site: RandomSite) -> str:
    source = max(source for source in site.sources("posts/") if _sure(source))
    site.docs[source].body = f"{site.words(3, 6)}.\n\n{site.docs[source].body}"
    return site.save(source)


@edit
def heading(site: RandomSite) -> str | None:
    untitled = [source for source in site.sources() if "title" not in site.docs[source].front]
    if not untitled:
        return None
    source = site.rng.choice(untitled)
    rest = re.sub(r"\A# .*\n", "", site.docs[source].body)
    site.docs[source].body = site.rng.choice([f"# {site.title()}\n{rest}", rest])
    return site.save(source)


@edit
def parts_renamed(site: RandomSite) -> str:
    source = site.any_indexed()
    site.docs[source].body = site.docs[source].body.replace("## Part 1", site.rng.choice(["## Other", "## Part 9", ""]))
    return site.save(source)


@edit
def more_mark(site: RandomSite) -> str:
    source = site.any()
    doc = site.docs[source]
    if "<!-- more -->" in doc.body:
        doc.body = doc.body.replace("<!-- more -->\n\n", "")
    else:
        doc.body = doc.body.replace("\n\nLast", "\n\n<!-- more -->\n\nLast")
    return site.save(source)


@edit
def lines_above(site: RandomSite) -> str:
    """The same page, with its warnings on other lines."""
    source = site.any_indexed()
    site.docs[source].front = {**site.docs[source].front, "note": site.words(1, 2)}
    site.docs[source].body = "\n\n" + site.docs[source].body
    return site.save(source)


# Front matter.

@edit
def title(site: RandomSite) -> str:
    return _change(site, site.any_indexed(), title=site.title())


@edit
def title_of_newest(site: RandomSite) -> str:
    return _change(site, max(source for source in site.sources("posts/") if _sure(source)), title=site.title())


@edit
def title_removed(site: RandomSite) -> str | None:
    return _without(site, "title")


@edit
def tags(site: RandomSite) -> str:
    return _change(site, site.any(), tags=site.rng.sample(TAGS, site.rng.randint(0, 3)))


@edit
def tag_never_used_before(site: RandomSite) -> str:
    source = max(source for source in site.sources("posts/") if _sure(source))
    return _change(site, source, tags=[*site.docs[source].front.get("tags", ()), f"new{next(site.numbers)}"])


@edit
def tags_of_another(site: RandomSite) -> str | None:
    tagged = [source for source in site.sources("posts/") if site.docs[source].front.get("tags")]
    newest = max(source for source in site.sources("posts/") if _sure(source))
    return _change(site, newest, tags=site.docs[site.rng.choice(tagged)].front["tags"]) if tagged else None


@edit
def tag_spelled_otherwise(site: RandomSite) -> str | None:
    source = site.any()
    tags = site.docs[source].front.get("tags") or ["python"]
    return _change(site, source, tags=[tag.swapcase() for tag in tags])


@edit
def categories(site: RandomSite) -> str:
    source = site.any()
    return _change(site, source, categories=site.rng.choice([None, site.rng.sample(CATEGORIES, 2), "C++, 旅行"]))


@edit
def series(site: RandomSite) -> str:
    return _change(site, site.any(), series=site.rng.choice([None, *SERIES]))


@edit
def date_(site: RandomSite) -> str:
    return _change(site, site.rng.choice([name for name in site.sources("posts/", "notes/") if not _sure(name)]),
                   date=site.date())


@edit
def date_removed(site: RandomSite) -> str | None:
    return _without(site, "date")


@edit
def updated(site: RandomSite) -> str:
    return _change(site, site.any(), updated=site.rng.choice([None, site.date()]))


@edit
def slug(site: RandomSite) -> str:
    return _change(site, _free(site), slug=site.rng.choice([None, f"s{next(site.numbers)}", f"語{next(site.numbers)}"]))


@edit
def slug_of_newest(site: RandomSite) -> str:
    return _change(site, max(source for source in site.sources("posts/") if _sure(source)),
                   slug=f"s{next(site.numbers)}")


@edit
def slug_of_about(site: RandomSite) -> str | None:
    return _change(site, "about.md", slug=f"about{next(site.numbers)}") if "about.md" in site.docs else None


@edit
def permalink(site: RandomSite) -> str:
    number = next(site.numbers)
    return _change(site, _free(site), permalink=site.rng.choice(
        [None, f"/fixed/{number}/", f"/fixed/{number}.html", f"/定/{number}/", f"/fixed/{number}.d/"]))


@edit
def permalinks_swapped(site: RandomSite) -> str:
    one, other = site.rng.sample(site.sources("posts/"), 2)
    for source in (one, other):
        site.docs[source].front.setdefault("permalink", f"/fixed/{next(site.numbers)}/")
    fronts = site.docs[one].front, site.docs[other].front
    fronts[0]["permalink"], fronts[1]["permalink"] = fronts[1]["permalink"], fronts[0]["permalink"]
    return f"{site.save(one)} {site.save(other)}"


@edit
def aliases(site: RandomSite) -> str:
    return _change(site, site.any(), aliases=site.rng.choice(
        [None, [f"/old/{next(site.numbers)}/"], [f"/old/{next(site.numbers)}.html", f"beside{next(site.numbers)}"]]))


@edit
def alias_moved(site: RandomSite) -> str | None:
    having = [source for source in site.sources() if site.docs[source].front.get("aliases")]
    if not having:
        return None
    source, to = site.rng.choice(having), _free(site)
    if source == to or site.docs[to].front.get("aliases"):
        return None
    moved = site.docs[source].front["aliases"]
    return f"{_change(site, source, aliases=None)} {_change(site, to, aliases=moved)}"


@edit
def draft(site: RandomSite) -> str:
    source = _free(site)
    return _change(site, source, draft=None if site.docs[source].front.get("draft") else True)


@edit
def drafts_off(site: RandomSite) -> str | None:
    return _without(site, "draft")


@edit
def scheduled(site: RandomSite) -> str:
    return _change(site, _free(site), publish_date=site.rng.choice([None, site.soon()]))


@edit
def expiring(site: RandomSite) -> str:
    return _change(site, _free(site), expiry_date=site.rng.choice([None, site.soon()]))


@edit
def unlisted(site: RandomSite) -> str:
    source = _free(site)
    return _change(site, source, unlisted=None if site.docs[source].front.get("unlisted") else True)


@edit
def weight(site: RandomSite) -> str:
    return _change(site, site.any("docs/", "日本/", "page"), weight=site.rng.choice([None, 1, 5, -2, 3.5]))


@edit
def summary(site: RandomSite) -> str:
    return _change(site, site.any(), summary=site.rng.choice([None, site.words(2, 6)]))


@edit
def description(site: RandomSite) -> str:
    return _change(site, site.any(), description=site.rng.choice([None, site.words(2, 6)]))


@edit
def image(site: RandomSite) -> str:
    return _change(site, site.any(), image=site.rng.choice([None, "logo.svg", "/logo.svg", "no.png", "https://e.org/x"]))


@edit
def authors(site: RandomSite) -> str:
    return _change(site, site.any(), authors=site.rng.choice([None, ["Bo"], "Ann", ["文子", "ann"]]))


@edit
def lang(site: RandomSite) -> str:
    return _change(site, site.any(), lang=site.rng.choice([None, "ar", "zh-Hans", "en"]))


@edit
def layout(site: RandomSite) -> str:
    return _change(site, site.any(), layout=site.rng.choice([None, "rich", "bare", "toc", "wanted", "no-such-layout"]))


@edit
def toc(site: RandomSite) -> str:
    return _change(site, site.any(), toc=site.rng.choice([None, False]))


@edit
def search(site: RandomSite) -> str:
    return _change(site, site.any(), search=site.rng.choice([None, False, {"exclude": True}]))


@edit
def own_key(site: RandomSite) -> str:
    return _change(site, site.any(), note=site.rng.choice([None, site.words(1, 3)]))


@edit
def included_by_name(site: RandomSite) -> str:
    return _change(site, "probes/include-variable.md", block=site.rng.choice([None, f"blocks/{site.either()}.html"]))


@edit
def extended_by_name(site: RandomSite) -> str:
    return _change(site, "probes/extends-variable.md", base=site.rng.choice(
        [None, "frames/other.html", "frames/plain.html"]))


@edit
def other_fence(site: RandomSite) -> str | None:
    source = site.any()
    site.docs[source].toml = not site.docs[source].toml
    return site.save(source)


# Files.

@edit
def renamed(site: RandomSite) -> str:
    source = _free(site)
    folder, name = posixpath.split(source)
    found = re.match(r"\d{4}-\d\d-\d\d", name)
    new = posixpath.join(folder, f"{found[0]}-r{next(site.numbers)}.md" if found else f"r{next(site.numbers)}.md")
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def renamed_to_another_date(site: RandomSite) -> str | None:
    dated = [name for name in site.sources("posts/20", "notes/20") if re.match(r"\w+/\d{4}-", name) and not _sure(name)]
    source = site.rng.choice(dated)
    new = re.sub(r"\d{4}-\d\d-\d\d", site.day().isoformat(), source, count=1)
    if new == source or new in site.docs:
        return None
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def case_only(site: RandomSite) -> str | None:
    source = _free(site)
    folder, name = posixpath.split(source)
    new = posixpath.join(folder, name.removesuffix(".md").swapcase() + ".md")
    if new == source:
        return None
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def other_normal_form(site: RandomSite) -> str | None:
    composed = [source for source in site.sources("posts/") if not source.isascii()]
    if not composed:
        return None
    source = site.rng.choice(composed)
    file = site.path("content", source)
    os.replace(file, file.with_name(unicodedata.normalize("NFD", file.name)))
    os.replace(file.with_name(unicodedata.normalize("NFD", file.name)), file)
    return source


@edit
def moved_to_another_folder(site: RandomSite) -> str:
    source = site.any("docs/", "日本/", "page", "r")
    new = posixpath.join(site.rng.choice(["docs", "docs/guide", "docs/plain", "日本", ""]), f"m{next(site.numbers)}.md")
    site.put(new, site.drop(source))
    return f"{source} → {new}"


@edit
def contents_swapped(site: RandomSite) -> str:
    one, other = site.rng.sample([source for source in site.sources("posts/") if not _sure(source)], 2)
    site.docs[one], site.docs[other] = site.docs[other], site.docs[one]
    return f"{site.save(one)} {site.save(other)}"


@edit
def deleted(site: RandomSite) -> str | None:
    return _delete(site, _free(site))


@edit
def deleted_post(site: RandomSite) -> str | None:
    return _delete(site, site.rng.choice([source for source in site.sources("posts/") if not _sure(source)]))


@edit
def deleted_about(site: RandomSite) -> str | None:
    return _delete(site, "about.md") if "about.md" in site.docs else None


def _delete(site: RandomSite, source: str) -> str | None:
    if len(site.sources("posts/", "notes/")) < site.posts * 0.6:
        return None
    site.gone.append((source, site.drop(source)))
    return source


@edit
def deleted_comes_back(site: RandomSite) -> str | None:
    if not site.gone:
        return None
    source, doc = site.gone.pop(site.rng.randrange(len(site.gone)))
    for key in ("permalink", "aliases", "slug"):
        doc.front.pop(key, None)
    taken = {other.casefold() for other in site.docs}
    return site.put(source, doc) if source.casefold() not in taken else None


@edit
def new_post(site: RandomSite) -> str:
    return site.new(site.post_name())


@edit
def new_newest(site: RandomSite) -> str:
    return site.new(f"posts/{site.clock.date()}-new{next(site.numbers)}.md", date=site.clock.date().isoformat())


@edit
def new_page(site: RandomSite) -> str:
    return site.new(site.page_name())


@edit
def later_comes_or_goes(site: RandomSite) -> str:
    here = next((source for source in site.docs if source.lower() == "later.md"), None)  # its case may have changed
    if here:
        site.drop(here)
        return "gone"
    return site.put("later.md", Doc({"title": "Later"}, site.body("later.md")))


@edit
def post_becomes_bundle(site: RandomSite) -> str:
    source = site.any("posts/2025-")
    new = f"{source.removesuffix('.md')}-b{next(site.numbers)}/index.md"
    site.put(new, site.drop(source))
    site.write(site.path("content", f"{posixpath.dirname(new)}/beside.png"), PNG)
    return f"{source} → {new}"


@edit
def bundle_with_company(site: RandomSite) -> str:
    """`trip/index.md` becomes a section, or a bundle again."""
    if "trip/more.md" in site.docs:
        site.drop("trip/more.md")
        return "a bundle"
    return site.put("trip/more.md", Doc({"title": "More"}, site.body("trip/more.md")))


@edit
def index_comes_or_goes(site: RandomSite) -> str:
    index = site.rng.choice(["posts/_index.md", "docs/_index.md", "docs/guide/_index.md", "docs/guide/deep/_index.md",
                             "日本/_index.md", "notes/_index.md", "docs/readme/_index.md", "probes/_index.md"])
    return _toggle_index(site, index)


@edit
def index_of_guide(site: RandomSite) -> str:
    return _toggle_index(site, "docs/guide/_index.md")


@edit
def index_of_home(site: RandomSite) -> str:
    return _toggle_index(site, "_index.md")


def _toggle_index(site: RandomSite, index: str) -> str:
    if index in site.docs:
        site.drop(index)
        return f"- {index}"
    front = {"title": f"Index {next(site.numbers)}"} if site.rng.random() < 0.7 else {}
    return f"+ {site.put(index, Doc(front, site.body(index)))}"


@edit
def folder_renamed(site: RandomSite) -> str:
    folder = site.rng.choice(sorted({source.split("/")[1] for source in site.docs
                                     if source.startswith("docs/") and source.count("/") > 1}))
    new = "guide" if site.rng.random() < 0.4 and not site.path("content", "docs/guide").exists() else (
        f"f{next(site.numbers)}")
    os.replace(site.path("content", f"docs/{folder}"), site.path("content", f"docs/{new}"))
    for source in [source for source in site.docs if source.startswith(f"docs/{folder}/")]:
        site.docs[source.replace(f"docs/{folder}/", f"docs/{new}/", 1)] = site.docs.pop(source)
    return f"docs/{folder} → docs/{new}"


@edit
def source_same_size_same_time(site: RandomSite) -> str:
    source = site.any()
    doc, file = site.docs[source], site.path("content", site.save(source))
    stat = file.stat()
    doc.body = MARK.sub(f"mark {site.rng.randrange(10_000):04}".encode(), doc.body.encode()).decode()
    site.save(source)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return source


@edit
def touched(site: RandomSite) -> str:
    files = [path for kind in site.dirs for path in sorted(site.path(kind).rglob("*")) if path.is_file()]
    for file in site.rng.sample(files, min(20, len(files))):
        os.utime(file)
    return "20 files"


@edit
def touched_all(site: RandomSite) -> str:
    for kind in site.dirs:
        for path in site.path(kind).rglob("*"):
            if path.is_file():
                os.utime(path, (946684800, 946684800) if site.rng.random() < 0.5 else None)
    return "all files"


@edit
def nothing(site: RandomSite) -> str:
    return "at all"


# Assets.

@edit
def asset_changed(site: RandomSite) -> str:
    name = site.rng.choice(site.assets())
    site.bump(site.path("content", name), keep_time=site.rng.random() < 0.5)
    return name


@edit
def asset_added(site: RandomSite) -> str:
    folder = site.rng.choice(["", "docs/", "trip/", "posts/2025-03-03-walk/", "posts/", "docs/guide/"])
    name = f"{folder}{site.rng.choice(['no.png', 'asset'])}"
    name = name if name.endswith("no.png") else f"{name}{next(site.numbers)}.svg"
    site.write(site.path("content", name), PNG)
    return name


@edit
def asset_removed(site: RandomSite) -> str | None:
    return _remove_asset(site, site.rng.choice(site.assets())) if len(site.assets()) > 3 else None


@edit
def link_to_about_comes_or_goes(site: RandomSite) -> str:
    source = max(source for source in site.sources("posts/") if _sure(source))
    doc, link = site.docs[source], "[About](/about/)\n"
    doc.body = doc.body.replace(link, "") if link in doc.body else doc.body + link
    return site.save(source)


@edit
def term_page_comes_or_goes(site: RandomSite) -> str:
    source = site.rng.choice(["tags/python.md", "tags/_index.md", "authors/ann.md", "series/nobody.md"])
    source = next((name for name in site.docs if name.casefold() == source), source)  # renamed in case only
    if source in site.docs:
        site.drop(source)
        return f"{source} gone"
    return site.put(source, Doc({"title": f"Of {source}"}, site.body(source)))


@meddling
def data_of_templates(site: RandomSite) -> str:
    name = site.rng.choice(sorted(FACTS))
    site.bump(site.base / name, keep_time=site.rng.random() < 0.5)
    return name


@meddling
def data_comes_or_goes(site: RandomSite) -> str:
    file = site.base / "data/later.json"
    if file.exists():
        file.unlink()
        return "gone"
    site.write(file, '{"word": "mark 0000"}')
    return "there"


@edit
def logo_comes_or_goes(site: RandomSite) -> str:
    if "logo.svg" in site.assets():
        return _remove_asset(site, "logo.svg")
    site.write(site.path("content", "logo.svg"), PNG)
    return "logo.svg"


@edit
def named_page_comes_or_goes(site: RandomSite) -> str:
    if "named.md" in site.docs:
        site.drop("named.md")
        return "gone"
    return site.put("named.md", Doc({"title": "Known by name", "unlisted": True}, "Named. mark 0000\n"))


@edit
def picture_of_another_size(site: RandomSite) -> str | None:
    name = "logo.svg" if site.rng.random() < 0.5 else "docs/plan.png"
    if name not in site.assets():
        return None
    data = site.path("content", name).read_bytes()
    site.write(site.path("content", name), data[:19] + bytes([site.rng.randint(1, 200)]) + data[20:])
    return name


@edit
def included_file(site: RandomSite) -> str | None:
    if "words.txt" not in site.assets():
        return None
    site.bump(site.path("content", "words.txt"), keep_time=site.rng.random() < 0.3)
    return "words.txt"


@edit
def snippet(site: RandomSite) -> str | None:
    if "said.txt" not in site.assets():
        return None
    site.bump(site.path("content", "said.txt"), keep_time=site.rng.random() < 0.3)
    return "said.txt"


@edit
def favicon_comes_or_goes(site: RandomSite) -> str:
    if "favicon.svg" in site.assets():
        return _remove_asset(site, "favicon.svg")
    site.write(site.path("content", "favicon.svg"), PNG)
    return "favicon.svg"


def _remove_asset(site: RandomSite, name: str) -> str:
    site.unlink(site.path("content", name))
    return f"- {name}"


@edit
def asset_renamed(site: RandomSite) -> str:
    name = site.rng.choice(site.assets())
    new = posixpath.join(posixpath.dirname(name), f"renamed{next(site.numbers)}{posixpath.splitext(name)[1] or '.svg'}")
    os.replace(site.path("content", name), site.path("content", new))
    return f"{name} → {new}"


@edit
def asset_in_a_page_s_place(site: RandomSite) -> str:
    """`/nowhere/`, which templates and texts ask for, is a file, or nothing."""
    if "nowhere/index.html" in site.assets():
        return _remove_asset(site, "nowhere/index.html")
    site.write(site.path("content", "nowhere/index.html"), b"mark 0000")
    return "nowhere/index.html"


@edit
def static_changed(site: RandomSite) -> str:
    site.bump(site.path("static", "my.css"), keep_time=site.rng.random() < 0.5)
    return "my.css"


@edit
def static_added(site: RandomSite) -> str:
    name = f"deep/s{next(site.numbers)}.js"
    site.write(site.path("static", name), "// mark 0000")
    return name


@edit
def static_removed(site: RandomSite) -> str | None:
    files = sorted(site.path("static", "deep").glob("*.js")) if site.path("static", "deep").exists() else []
    if files:
        site.unlink(site.rng.choice(files))
    return "one" if files else None


# The config.

def _config(site: RandomSite, **values: Any) -> str:
    for key, value in values.items():
        if value is None:
            site.config.pop(key, None)
        else:
            site.config[key] = value
    site.save_config()
    return f"{values}"


@edit
def config_title(site: RandomSite) -> str:
    return _config(site, title=site.title())


@edit
def config_description(site: RandomSite) -> str:
    return _config(site, description=site.rng.choice([None, site.words(2, 4)]))


@edit
def config_author(site: RandomSite) -> str:
    return _config(site, author=site.rng.choice([None, "Eve", "文子", "Ann"]))


@edit
def config_language(site: RandomSite) -> str:
    return _config(site, language=site.rng.choice(["en", "de", "ar", "zh-Hans"]))


@edit
def config_paginate(site: RandomSite) -> str:
    return _config(site, paginate=site.rng.choice([2, 5, 7, None]))


@edit
def config_search(site: RandomSite) -> str:
    return _config(site, search=not site.config.get("search", True))


@edit
def config_params(site: RandomSite) -> str:
    params = {**site.config["params"], site.rng.choice(["colour", "new", "deep"]): site.words(1, 2)}
    if site.rng.random() < 0.3:
        params.pop(site.rng.choice(sorted(params)))
    return _config(site, params=params)


@edit
def config_menu(site: RandomSite) -> str:
    menu = [*site.config["menu"], {site.words(1, 1): site.rng.choice(["/archive/", "docs/", "no.md", "/no/"])}]
    site.rng.shuffle(menu)
    return _config(site, menu=menu[:7])


@edit
def config_feeds(site: RandomSite) -> str:
    return _config(site, feeds=site.rng.choice([
        None, False, {"limit": 2}, {"formats": ["atom"], "limit": 3}, {"full": False}, {"formats": ["json", "rss"]}]))


@edit
def config_llms(site: RandomSite) -> str:
    return _config(site, llms=not site.config.get("llms", False))


@edit
def guid(site: RandomSite) -> str:
    return _change(site, site.any(), guid=site.rng.choice([None, f"tag:e.org,2026:{site.words(1, 1)}", "no-uri"]),
                   image_alt=site.rng.choice([None, site.words(1, 2)]))


@edit
def config_theme(site: RandomSite) -> str:
    return _config(site, theme=site.rng.choice([
        None, {"accent": "#c2410c"}, {"docs": ["."]}, {"docs": [], "backlinks": True},
        {"docs": ["docs/guide", "日本"], "edit_url": "https://git.example/<path>"}]))


@edit
def config_taxonomies(site: RandomSite) -> str:
    return _config(site, taxonomies=site.rng.choice(
        [["tags", "categories"], ["tags", "categories", "series"], ["series", "tags", "categories"]]))


@edit
def config_permalinks(site: RandomSite) -> str:
    return _config(site, permalinks=site.rng.choice(
        [{}, {"notes": "/n/<year>/<slug>/"}, {"notes": "/n/<slug>/", "docs": "/d/<stem>/"},
         {"notes": "/n/<year>/<month>/<day>/<slug>.html"}]))


@edit
def config_collections(site: RandomSite) -> str:
    return _config(site, collections=site.rng.choice([["posts"], ["posts", "notes"], ["notes", "posts"]]))


@edit
def config_timezone(site: RandomSite) -> str:
    return _config(site, timezone=site.rng.choice(["UTC", "Asia/Tokyo", "Europe/Berlin", "America/New_York"]))


@edit
def config_base_url(site: RandomSite) -> str:
    site.base_url = site.rng.choice([None, "https://example.org/", "https://example.org/sub/path/", "http://e.org:8080"])
    return _config(site, base_url=site.url(site.base_url))


@edit
def config_comment(site: RandomSite) -> str:
    site.save_config(f"# {site.words(1, 3)}\n")
    return "a comment"


@edit
def config_dirs(site: RandomSite) -> str:
    kind = site.rng.choice(sorted(site.dirs))
    new = f"{kind}{next(site.numbers)}"
    os.replace(site.path(kind), site.base / new)
    site.dirs[kind] = new
    site.save_config()
    return f"{kind} → {new}"


@edit
def flags(site: RandomSite) -> str:
    site.flags ^= {site.rng.choice(["--drafts", "--future", "--expired"])}
    return f"{sorted(site.flags)}"


# Time.

@edit
def clock_some_hours_on(site: RandomSite) -> str:
    return _clock(site, timedelta(hours=site.rng.randint(1, 20)))


@edit
def clock_some_days_on(site: RandomSite) -> str:
    return _clock(site, timedelta(days=site.rng.randint(1, 3)))


@edit
def clock_over_midnight(site: RandomSite) -> str:
    site.clock = site.clock.replace(hour=23, minute=59)
    return _clock(site, timedelta(minutes=2))


@edit
def clock_back(site: RandomSite) -> str:
    site.clock = max(site.clock - timedelta(days=3), CLOCK)
    return f"{site.clock}"


def _clock(site: RandomSite, step: timedelta) -> str:
    site.clock += step
    return f"{site.clock}"


# Templates.

@edit
def template(site: RandomSite) -> str:
    marked = [name for name in site.templates() if MARK.search(site.path("templates", name).read_bytes())]
    name = site.rng.choice(marked)
    site.bump(site.path("templates", name), keep_time=site.rng.random() < 0.5)
    return name


@edit
def template_of_posts(site: RandomSite) -> str:
    site.bump(site.path("templates", "partials/aside.html"))
    return "partials/aside.html"


@edit
def template_probe(site: RandomSite) -> str:
    name = site.rng.choice([name for name in site.templates() if name.startswith("probes/")])
    file = site.path("templates", name)
    site.write(file, file.read_text("utf-8") + " again")
    return name


@edit
def macro(site: RandomSite) -> str:
    site.bump(site.path("templates", "macros.html"))
    return "macros.html"


@edit
def macro_top_level(site: RandomSite) -> str:
    file = site.path("templates", "macros.html")
    site.write(file, file.read_text("utf-8") + f"{{% set more{next(site.numbers)} = library.posts|length %}}")
    return "macros.html"


@edit
def template_added(site: RandomSite) -> str | None:
    missing = [name for name in sorted(SHADOWS) if not site.path("templates", name).exists()]
    return _shadow(site, site.rng.choice(missing)) if missing else None


@edit
def template_removed(site: RandomSite) -> str | None:
    there = [name for name in sorted(SHADOWS) if site.path("templates", name).exists()]
    return _shadow(site, site.rng.choice(there)) if there else None


@edit
def template_of_theme_shadowed(site: RandomSite) -> str:
    return _shadow(site, "partials/card.html")


@edit
def part_of_the_style_sheet(site: RandomSite) -> str:
    return _shadow(site, "styles/parts.css")


@edit
def words_of_the_theme(site: RandomSite) -> str:
    file = site.base / "data/strings/en.yaml"
    if file.exists() and site.rng.random() < 0.4:
        file.unlink()
        return "- data/strings/en.yaml"
    word = site.words(1, 1)
    site.write(file, f"older: '{word}'\nnames: {{posts: '{word}'}}\ncallouts: {{note: '{word}'}}\n")
    return f"+ data/strings/en.yaml {word}"


@edit
def include_list(site: RandomSite) -> str:
    return _shadow(site, site.rng.choice(["lists/a.html", "lists/b.html", "lists/c.html", "lists/d.html"]))


@edit
def layout_comes_or_goes(site: RandomSite) -> str:
    return _shadow(site, "wanted.html")


@edit
def template_of_blueprint_shadowed(site: RandomSite) -> str:
    return _shadow(site, "from-blueprint.html")


def _shadow(site: RandomSite, name: str) -> str:
    """Add a template, or remove it."""
    file = site.path("templates", name)
    if file.exists():
        site.unlink(file)
        return f"- {name}"
    site.write(file, SHADOWS[name])
    return f"+ {name}"


# Code, and what it reads.

@edit
def code(site: RandomSite) -> str:
    site.bump(site.root / "build.py")
    return "build.py"


@edit
def code_comment(site: RandomSite) -> str:
    file = site.root / "build.py"
    site.write(file, f"# {site.words(1, 3)}\n{file.read_text('utf-8')}")
    return "build.py"


@edit
def route_added(site: RandomSite) -> str:
    return site.toggle_route(ROUTE.format(number=next(site.numbers)))


@edit
def route_removed(site: RandomSite) -> str | None:
    file = site.root / "build.py"
    text = file.read_text("utf-8")
    new = re.sub(r'\n    @app.get\("/added/.*\n.*\n.*\n', "", text, count=1)
    site.write(file, new)
    return "build.py" if new != text else None


@edit
def volatile_route_comes_or_goes(site: RandomSite) -> str:
    """While it is there, all own routes are rendered in every build."""
    return site.toggle_route(VOLATILE)


@edit
def value_routes_come_or_go(site: RandomSite) -> str:
    """While they are there, no stamp ends a build early."""
    return site.toggle_route(VALUES)


@edit
def helper(site: RandomSite) -> str:
    site.bump(site.root / "helper.py", keep_time=site.rng.random() < 0.5)
    return "helper.py"


@edit
def helper_imported_late(site: RandomSite) -> str:
    site.bump(site.root / "helper_of_helper.py")
    return "helper_of_helper.py"


@edit
def data_file(site: RandomSite) -> str:
    name = site.rng.choice(DATA_FILES)
    site.bump(site.root / name, keep_time=site.rng.random() < 0.5)
    return name


@edit
def file_of_a_route(site: RandomSite) -> str:
    site.bump(site.root / "data/quotes.txt")
    return "data/quotes.txt"


@edit
def kept_file(site: RandomSite) -> str:
    site.bump(site.root / "data/kept.txt")
    return "data/kept.txt"


@edit
def file_read_by_the_factory(site: RandomSite) -> str:
    site.bump(site.root / "data/motto.txt")
    return "data/motto.txt"


@edit
def optional_file(site: RandomSite) -> str:
    file = site.root / "data/optional.txt"
    if file.exists():
        file.unlink()
        return "gone"
    site.write(file, "there mark 0000")
    return "there"


@edit
def folder_of_a_route(site: RandomSite) -> str:
    files = sorted((site.root / "data/files").iterdir())
    if len(files) > 2 and site.rng.random() < 0.4:
        files[-1].unlink()
        return f"- {files[-1].name}"
    name = f"n{next(site.numbers)}.{site.rng.choice(['txt', 'dat'])}"
    site.write(site.root / "data/files" / name, name)
    return f"+ {name}"


@edit
def names_of_a_route(site: RandomSite) -> str:
    file = site.root / "data/people.json"
    names = [*json.loads(file.read_text("utf-8")), f"p{next(site.numbers)}"]
    site.write(file, json.dumps(names[site.rng.randint(0, 1):], ensure_ascii=False))
    return "data/people.json"


@edit
def books_of_a_route(site: RandomSite) -> str:
    file = site.root / "data/books.json"
    books = {**json.loads(file.read_text("utf-8")), f"b{next(site.numbers)}": "new", "sicp": site.words(1, 2)}
    if site.rng.random() < 0.5:
        books.pop(site.rng.choice(sorted(books)))
    site.write(file, json.dumps(books, ensure_ascii=False))
    return "data/books.json"


@edit
def chain_of_a_route(site: RandomSite) -> str:
    """Each page is found by a link of the one before it."""
    name = site.rng.choice("abcd")
    following = site.rng.choice([other for other in "abcd" if other > name] or [""])
    site.write(site.root / f"data/chain/{name}.txt", site.rng.choice([following, following, ""]))
    return f"{name} → {following}"


@edit
def values_of_a_route(site: RandomSite) -> str:
    file = site.root / "data/values.json"
    values = {**json.loads(file.read_text("utf-8")), f"v{next(site.numbers)}": 1}
    if site.rng.random() < 0.5:
        values.pop(site.rng.choice(sorted(values)))
    site.write(file, json.dumps(values))
    return "data/values.json"


@edit
def link_to_a_route_comes_or_goes(site: RandomSite) -> str:
    """Another page links to it first, or again."""
    probe = site.rng.choice([name for name in ("probes/kept-too.md", "probes/own.md") if name in site.docs])
    return _change(site, probe, quiet=None if "quiet" in site.docs[probe].front else True)


@edit
def environment_variable(site: RandomSite) -> str:
    if "COLDPRESS_WORD" in site.environment and site.rng.random() < 0.3:
        site.environment.pop("COLDPRESS_WORD")
    else:
        site.environment["COLDPRESS_WORD"] = site.words(1, 1)
    return f"{site.environment}"


@edit
def number_in_the_database(site: RandomSite) -> str:
    name = site.rng.choice(sorted(json.loads((site.root / "data/values.json").read_text("utf-8"))))
    site.number(name, next(site.numbers))
    site.number("one", next(site.numbers))
    return name


@edit
def queries_come_or_go(site: RandomSite) -> str:
    return site.toggle_route(ROWS)


@edit
def row_in_the_database(site: RandomSite) -> str:
    name = site.rng.choice(["one", "two", f"n{next(site.numbers)}"])
    site.number(name, next(site.numbers), "instance/rows.db")
    return name


# What was built, and what is remembered of it.

@of_output
def output_deleted(site: RandomSite) -> str:
    files = site.published()
    for file in site.rng.sample(files, min(3, len(files))):
        file.unlink()
    return "3 files"


@of_output
def output_tampered_with(site: RandomSite) -> str:
    file = site.rng.choice(site.published())
    file.write_bytes(file.read_bytes() + b"more")
    return file.name


@of_output
def output_of_the_same_size(site: RandomSite) -> str:
    file = site.rng.choice([file for file in site.published() if file.stat().st_size])
    stat = file.stat()
    file.write_bytes(b"x" * stat.st_size)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    return file.name


@of_output
def output_touched(site: RandomSite) -> str:
    for file in site.published():
        os.utime(file)
    return "all"


@of_output
def output_folder_deleted(site: RandomSite) -> str:
    shutil.rmtree(site.rng.choice([path for path in sorted(site.output.iterdir()) if path.is_dir()]))
    return "a folder"


@of_output
def output_all_deleted(site: RandomSite) -> str:
    shutil.rmtree(site.output)
    return "all"


@meddling
def output_is_another_folder(site: RandomSite) -> str:
    """A new one, or that of some builds ago."""
    site.output_name = "public" if site.output_name == "site" else "site"
    site.save_config()
    return site.output_name


@of_output
def output_is_an_empty_folder(site: RandomSite) -> str:
    file = site.rng.choice(site.published())
    file.unlink()
    file.mkdir()
    return file.name


@meddling
def state_database_deleted(site: RandomSite) -> str:
    file = site.rng.choice(site.databases())
    file.unlink()
    return file.name


@meddling
def records_deleted(site: RandomSite) -> str:
    for file in site.state.glob("build-*.sqlite"):
        file.unlink()
    return "records"


@meddling
def state_manifest_deleted(site: RandomSite) -> str:
    for file in site.state.glob("manifest-*"):
        file.unlink()
    _drop_other_output(site)
    return "manifest"


def _drop_other_output(site: RandomSite) -> None:
    """Without its manifest nothing in a folder is ever removed again, and what
    has gone from the site meanwhile would stay when the folder comes back."""
    shutil.rmtree(site.base / ("public" if site.output_name == "site" else "site"), ignore_errors=True)


@meddling
def state_all_deleted(site: RandomSite) -> str:
    shutil.rmtree(site.state)
    _drop_other_output(site)
    return "all"


@meddling
def state_damaged(site: RandomSite) -> str:
    file = site.rng.choice(site.databases())
    data = file.read_bytes()
    half = len(data) // 2
    file.write_bytes(site.rng.choice([b"", b"no database" * 500, data[:half], data[:half] + b"\xff" * 3000]))
    return file.name


@meddling
def state_kept(site: RandomSite) -> str:
    """Put the databases aside, to come back after other edits."""
    shutil.rmtree(_old_state(site), ignore_errors=True)
    _old_state(site).mkdir()
    for file in site.databases():
        shutil.copy2(file, _old_state(site))
    return "databases"


@meddling
def state_of_long_ago(site: RandomSite) -> str | None:
    if not _old_state(site).exists():
        return None
    for file in _old_state(site).iterdir():
        shutil.copy2(file, site.state)
    return "databases"


@meddling
def state_of_one_database_of_long_ago(site: RandomSite) -> str | None:
    if not _old_state(site).exists():
        return None
    file = site.rng.choice(sorted(_old_state(site).iterdir()))
    shutil.copy2(file, site.state)
    return file.name


@meddling
def state_of_another_machine(site: RandomSite) -> str | None:
    if site.other_state is None or not site.other_state.exists():
        return None
    shutil.rmtree(site.state)
    _drop_other_output(site)
    shutil.copytree(site.other_state, site.state)
    return "all"


def _old_state(site: RandomSite) -> Path:
    return site.root.with_name("old-state")


@meddling
def fresh_checkout(site: RandomSite) -> str:
    """Every source has another inode and another time."""
    for path in sorted(site.root.rglob("*")):
        if path.is_file() and not path.is_relative_to(site.state) and "site" not in path.parts and (
                "public" not in path.parts):
            shutil.copyfile(path, path.with_name("copied~"))
            os.replace(path.with_name("copied~"), path)
    return "all sources"


# Other builds in between.

def _fails(site: RandomSite, file: Path, mistake: bytes) -> str:
    """Build once with a mistake in a file, then mend it."""
    data = file.read_bytes()
    before = {path: path.read_bytes() for path in site.published()}
    file.write_bytes(mistake + data)
    assert site.build() == 1, f"a mistake in {file} should have failed"
    assert {path: path.read_bytes() for path in site.published()} == before, "a build that failed changed the site"
    file.write_bytes(data)
    return file.name


def _builds(site: RandomSite, *arguments: str) -> str:
    assert site.build(*arguments) == 0, f"with {arguments} it should build too"
    return " ".join(arguments)


@meddling
def template_mistaken(site: RandomSite) -> str:
    return _fails(site, site.path("templates", site.rng.choice(["macros.html", "probes/length.html"])), b"{% if %}")


@meddling
def template_fails_on_some_pages(site: RandomSite) -> str:
    site.put(f"posts/2025-05-05-p{next(site.numbers)}.md", Doc({"layout": "bare"}, "Bare.\n\nLast mark 0000.\n"))
    return _fails(site, site.path("templates", "bare.html"), b"{{ page.tittle }}")


@meddling
def code_mistaken(site: RandomSite) -> str:
    return _fails(site, site.root / "build.py", b"1 / 0\n")


@meddling
def source_mistaken(site: RandomSite) -> str:
    return _fails(site, site.path("content", site.any()), b"---\ntitle: [\n---\n")


@meddling
def config_mistaken(site: RandomSite) -> str:
    return _fails(site, site.base / "config.yaml", b"pagnate: 5\n")


@meddling
def asset_without_which_a_template_fails(site: RandomSite) -> str:
    file = site.path("static", "my.css")
    os.replace(file, file.with_name("hidden"))
    assert site.build() == 1, "a template links to static/my.css"
    os.replace(file.with_name("hidden"), file)
    return "static/my.css"


@meddling
def built_with_drafts(site: RandomSite) -> str:
    return _builds(site, "-D", "-F", "--expired")


@meddling
def built_for_elsewhere(site: RandomSite) -> str:
    return _builds(site, "--base-url", str(site.url("https://other.example/x/")))


@meddling
def built_into_another_folder(site: RandomSite) -> str:
    return _builds(site, "--output", str(site.root.with_name("elsewhere")))


@meddling
def built_at_another_time(site: RandomSite) -> str:
    return _builds(site, "--clock", (site.clock + timedelta(days=30)).isoformat())


@meddling
def built_without_cache(site: RandomSite) -> str:
    return _builds(site, "--no-cache")


@meddling
def changed_and_changed_back(site: RandomSite) -> str:
    source = site.any()
    before = site.docs[source].text()
    site.write(site.path("content", source), before + "\nMore.\n")
    site.build()
    site.save(source)
    return source


@meddling
def template_changed_and_changed_back(site: RandomSite) -> str:
    file = site.path("templates", site.rng.choice(["partials/aside.html", "blocks/one.html", "macros.html"]))
    before = file.read_bytes()
    file.write_bytes(before + b"more")
    site.build()
    file.write_bytes(before)
    return file.name
