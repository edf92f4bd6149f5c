"""Small things people stumble over, each found by someone trying."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from werkzeug.test import Client

from coldpress.build.context import BuildContext
from coldpress.config.loader import RunOptions
from coldpress.errors import ColdpressError
from coldpress.preview.server import Preview
from coldpress.report import Report

DATED = "---\ndate: 2026-01-02\n---\nWords."


def test_a_menu_entry_may_name_a_part_of_a_page(build_site):
    site = build_site({"content/docs/one.md": "## Part"},
                      "base_url: https://e.org/sub/\nmenu:\n  - One: docs/one.md#part\n")
    assert '<a href="/sub/docs/one/#part">One</a>' in site.text("index.html")


def test_templates_of_a_blueprint_are_found_after_the_site_s_own(build_site):
    site = build_site({
        "shop/templates/shop.html": "{% extends 'base.html' %}{% block main %}<h1>Shop</h1>{% endblock %}",
        "shop/templates/page.html": "never",
        "content/about.md": "Me.",
        "build.py": "import coldpress, flask\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
                    "    shop = flask.Blueprint('shop', __name__, template_folder='shop/templates')\n"
                    "    @shop.get('/shop/')\n    def shop_view():\n        return flask.render_template('shop.html')\n"
                    "    app.register_blueprint(shop)\n    return app\n"})
    assert "<h1>Shop</h1>" in site.text("shop/index.html")
    assert "My site" in site.text("shop/index.html")
    assert "never" not in site.text("about/index.html")


def test_the_preview_of_a_mounted_site_notices_its_config(make_site):
    site = make_site({
        "blog/config.yaml": "title: Old\n", "blog/content/a.md": "A.",
        "build.py": "import coldpress, flask\ndef create_app():\n    app = flask.Flask(__name__)\n"
                    "    coldpress.Coldpress(app, 'blog', url_prefix='/blog')\n    return app\n"})
    preview = Preview(BuildContext(None, RunOptions(), Report(quiet=True), site.root), "127.0.0.1")
    client = Client(preview)
    assert preview.home == "/blog/"
    assert "Old" in client.get("/blog/a/", base_url="http://127.0.0.1/").text
    site.edit({"blog/config.yaml": "title: A new name\n"})
    assert site.root / "blog/config.yaml" in preview.watched().files
    preview.take({site.root / "blog/config.yaml"})
    assert "A new name" in client.get("/blog/a/", base_url="http://127.0.0.1/").text


def test_a_picture_that_front_matter_names_is_looked_up(make_site):
    result = make_site({"content/a.md": "---\ntitle: A\ncover: nope.png\n---\nA."}).build()
    assert result.places() == [("link.broken-image", "content/a.md", 3)]


def test_a_collection_s_page_may_ask_for_a_layout(build_site):
    site = build_site({"content/posts/a.md": DATED, "content/posts/_index.md": "---\nlayout: mine\n---\n",
                       "templates/mine.html": "{{ list.posts|length }} in {{ collection.name }}"})
    assert site.text("posts/index.html") == "1 in posts"


def test_new_makes_a_page_where_there_are_no_collections(make_site):
    site = make_site({}, "collections: []\n")
    assert site.run("new", "Hello").out == "content/hello.md\n"


@pytest.mark.parametrize("option", [["-u", "https://e.org/"], []])
def test_a_base_url_without_the_mounted_prefix_is_told_where_it_was_given(make_site, option):
    site = make_site({
        "blog/config.yaml": f"title: T\nbase_url: https://e.org/{'blog/' if option else ''}\n",
        "build.py": "import coldpress, flask\ndef create_app():\n    app = flask.Flask(__name__)\n"
                    "    coldpress.Coldpress(app, 'blog', url_prefix='/blog')\n    return app\n"})
    problem = next(found for found in site.build(*option).problems if found["code"] == "config.base-url-prefix")
    assert problem["hint"] == "write `https://e.org/blog/`"
    assert (problem["place"] or {}).get("line") == (None if option else 2)


def test_a_title_keeps_the_marks_of_its_heading(build_site):
    page = build_site({"content/a.md": "# On `<a>` and [b](b.md)[^1]\n\n[^1]: Note.", "content/b.md": "B."}
                      ).text("a/index.html")
    heading = re.search(r"<h1 id=\"on-a-and-b\">(.*?)</h1>", page)[1]
    assert heading.startswith('On <code>&lt;a&gt;</code> and <a href="/b/">b</a><sup id="fnref:1">')
    assert "<title>On &lt;a&gt; and b · My site</title>" in page


def test_a_missing_content_folder_is_not_an_empty_site(build_site):
    site = build_site({"content/a.md": "A."})
    (site.root / "content").rename(site.root / "kontent")
    before = site.files()
    result = site.build()
    assert (result.code, result.codes) == (1, ["source.no-content"])
    assert site.files() == before


def test_a_config_by_another_name_is_told(make_site):
    site = make_site({"config.yml": "title: T\n", "content/a.md": "A."})
    site.edit({"config.yaml": None})
    assert site.build().places() == [("config.name", "config.yml", None)]


def test_mounting_a_folder_that_is_not_there_is_told(make_site):
    site = make_site({"build.py": "import coldpress, flask\ndef create_app():\n    app = flask.Flask(__name__)\n"
                                  "    coldpress.Coldpress(app, 'blog', url_prefix='/blog')\n    return app\n"})
    result = site.build()
    assert (result.code, result.codes) == (1, ["site.no-folder"])
    assert result.problems[0]["hint"] == "begin one with `coldpress init blog`"


def test_files_of_a_mounted_site_are_named_from_the_app(make_site):
    site = make_site({"blog/config.yaml": "base_url: https://e.org/blog/\n", "blog/content/a.md": "[x](no.md)",
                      "build.py": "import coldpress, flask\ndef create_app():\n    app = flask.Flask(__name__)\n"
                                  "    coldpress.Coldpress(app, 'blog', url_prefix='/blog')\n    return app\n"})
    assert site.build().places() == [("link.broken-link", "blog/content/a.md", 1)]


def test_new_asks_for_a_title(make_site):
    result = make_site({}).run("new", "page")
    assert result.code == 2
    assert "Missing title" in result.err


@pytest.mark.parametrize(("template", "message", "hint"), [
    ("{{ page.titel }}", "a Page has no `titel`", "did you mean `title`?"),
    ("{{ autor }}", "`autor` is not defined", None),
    ("{{ pge.title }}", "`pge` is not defined", "did you mean `page`?"),
    ("{% block main %}{{ libary.posts }}{% endblock %}", "`libary` is not defined", "did you mean `library`?"),
    ("{% for entry in [1] %}{{ entri }}{% endfor %}", "`entri` is not defined", "did you mean `entry`?"),
    ("{% set colour = 1 %}{% macro m() %}{{ clour }}{% endmacro %}{{ m() }}", "`clour` is not defined",
     "did you mean `colour`?"),
    ("{{ page.titel.upper() }}", "a Page has no `titel`", "did you mean `title`?"),
    ("{{ nobody() }}", "`nobody` is not defined", None),
    ("{{ site.titel }}", "a Site has no `titel`", "did you mean `title`?"),
])
def test_an_unknown_name_is_told_with_the_one_that_was_meant(make_site, template, message, hint):
    problem, = make_site({"content/a.md": "A.", "templates/page.html": template}).build().problems
    assert (problem["code"], problem["message"], problem["hint"]) == ("template.undefined", message, hint)


@pytest.mark.parametrize(("template", "message", "hint"), [
    ("{{ page.title|uper }}", "No filter named 'uper'.", "did you mean `upper`?"),
    ("{{ page.title is defind }}", "No test named 'defind'.", "did you mean `defined`?"),
    ("{{ page.title|zzzzzz }}", "No filter named 'zzzzzz'.", None),
])
def test_an_unknown_filter_is_told_with_the_one_that_was_meant(make_site, template, message, hint):
    problem, = make_site({"content/a.md": "A.", "templates/page.html": template}).build().problems
    assert (problem["code"], problem["message"], problem["hint"]) == ("template.syntax", message, hint)
    place = problem["place"]
    assert place["text"][place["column"] - 1 :][: place["length"]] == message.split("'")[1]


def test_a_route_that_answers_404_is_not_said_to_be_linked_to(make_site):
    build = ("import coldpress\nimport flask\n\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n\n"
             "    @app.route('/x/')\n    def x():\n        flask.abort(404)\n\n    return app\n")
    problem, = make_site({"content/a.md": "A.", "build.py": build}).build().problems
    assert (problem["code"], problem["place"]["path"]) == ("route.status", "build.py")
    assert problem["hint"] == "mark its view @coldpress.live if it is not to be frozen"


def test_the_preview_is_not_started_where_there_is_no_site(tmp_path):
    with pytest.raises(ColdpressError) as told:
        Preview(BuildContext(None, RunOptions(), Report(quiet=True), tmp_path), "127.0.0.1")
    assert [problem.code for problem in told.value.problems] == ["build.no-site"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder nobody can write to, such as /proc")
def test_an_output_that_cannot_be_written_is_a_problem(make_site):
    result = make_site({"content/a.md": "A."}).build("-o", "/proc/self/site")
    assert (result.code, result.codes) == (1, ["output.failed"])
    assert "cannot be written" in result.problems[0]["message"]


LATE = """
import io, sys
from coldpress import audit_hook
audit_hook.listen()
class Late:
    def __del__(self, open=io.open, path=sys.argv[1]):
        open(path).close()
audit_hook.late = Late()
"""


def test_a_file_that_is_opened_while_python_ends_is_no_error(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    ended = subprocess.run([sys.executable, "-c", LATE, tmp_path / "a.txt"], capture_output=True, text=True, check=True)
    assert ended.stderr == ""
