"""From plan to published site: all or nothing, and the same bytes everywhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SITE = {
    "content/posts/2026-01-02-a.md": "---\ntitle: Äpfel\ntags: [x, C++, 你]\n---\nA [b](2026-01-03-b.md) $$x^2$$",
    "content/posts/2026-01-03-b.md": "---\ntags: [y, x]\nupdated: 2026-02-03 04:05\n---\n```python\nprint(1)\n```\n",
    "content/posts/2026-01-03-c/index.md": "C.", "content/posts/2026-01-03-c/d.png": b"\x89PNG",
    "content/docs/_index.md": "D.", "content/docs/e.md": "---\nweight: 1\naliases: [/old/]\n---\nE.",
    "content/docs/f.md": "F.", "static/x.css": "x", "content/CNAME": "example.org",
}
EDITED = {"content/posts/2026-01-04-new.md": "---\ntags: z\n---\nNew.", "content/docs/f.md": None,
          "content/posts/2026-01-02-a.md": "---\ntitle: Other\n---\nOther.", "static/x.css": "other"}
BROKEN = {
    "front matter": {"content/z.md": "---\ntitle: [\n---\nZ."},
    "template": {"templates/post.html": "{{ nothing }}"},
    "clash": {"content/z.md": "---\npermalink: /docs/\n---\nZ."},
    "escape": {"content/z.md": "---\npermalink: /../z/\n---\nZ."},
    "config": {"config.yaml": "titel: x"},
    "config syntax": {"config.yaml": "title: ["},
    "route": {"build.py": "import coldpress\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
                           "    app.add_url_rule('/x/', 'x', lambda: 1 / 0)\n    return app\n"},
    "build.py": {"build.py": "import nothing_of_that_name\n"},
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_build_with_an_error_leaves_the_site_byte_for_byte(build_site, mistake):
    site = build_site(SITE)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (site.root / "site").rglob("*")
              if path.is_file()}
    site.edit({**EDITED, **BROKEN[mistake]})
    assert site.run("build").code == 1
    assert before == {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in (site.root / "site").rglob("*")
                      if path.is_file()}
    assert not list((site.root / ".coldpress").glob("stage*"))


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_first_build_with_an_error_makes_no_site(make_site, mistake):
    site = make_site({**SITE, **BROKEN[mistake]})
    assert site.run("build").code == 1
    assert not (site.root / "site").exists()


def test_strict_publishes_nothing_when_it_warns(build_site):
    site = build_site(SITE)
    before = site.files()
    site.edit({"content/docs/e.md": "[x](nowhere.md)"})
    result = site.build("--strict")
    assert (result.code, result.data["published"], result.codes) == (1, False, ["link.broken-link"])
    assert result.problems[0]["severity"] == "error"
    assert site.files() == before


def test_all_mistakes_of_a_run_are_told_together(make_site):
    site = make_site({**SITE, "content/z.md": "---\ndate: 2026-02-31\n---\n", "templates/post.html": "\n{{ nothing }}",
                      **BROKEN["route"], "content/w.md": "[x](nowhere.md)"})
    assert [(code, path) for code, path, _ in site.build().places()] == [
        ("route.failed", "build.py"), ("link.broken-link", "content/w.md"), ("syntax.yaml", "content/z.md"),
        ("template.undefined", "templates/post.html")]


def test_what_is_edited_is_what_a_clean_build_makes(build_site):
    site = build_site(SITE)
    assert site.edit(EDITED).rebuild().code == 0
    clean = build_site({name: text for name, text in {**SITE, **EDITED}.items() if text is not None})
    assert site.files() == clean.files()


def test_the_app_serves_what_is_frozen(build_site):
    site = build_site(SITE)
    client = site.client()
    rows = site.build().data["pages"]
    assert {row["file"] for row in rows} | {".gitignore"} == set(site.files())
    for row in rows:
        assert client.get(row["url"], buffered=True, base_url="https://example.org").data == site.files()[row["file"]]


ENVIRONMENTS = [
    {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "3", "LANGUAGE": "de"},
]


def test_the_same_input_gives_the_same_bytes_on_any_machine(make_site):
    built = []
    for number, environment in enumerate(ENVIRONMENTS):
        names = sorted(SITE, reverse=number % 2 == 1)
        site = make_site({name: SITE[name] for name in names})
        for file in site.root.rglob("*"):
            os.utime(file, (1_000_000_000 + number * 10_000_000,) * 2)
        assert site.run_alone("build", "--strict", **environment).code == 0
        built.append(site.files())
    assert built[0] == built[1] == built[2]
    assert len(built[0]) > 20


@pytest.mark.parametrize("config", ["base_url: https://e.org/\n", ""])
def test_no_date_of_the_build_reaches_the_output(make_site, config):
    first, second = make_site(SITE, config), make_site(SITE, config)
    first.build("--clock", "2026-05-05")
    second.build("--clock", "2027-06-06")
    assert first.files() == second.files()


def test_a_build_says_how_much_it_did(make_site):
    site = make_site(SITE)
    assert "→ site/" in site.run("build").out.splitlines()[-1]
    site.edit({"content/docs/e.md": "Edited.", "content/docs/f.md": None})
    last = site.run("build").out.splitlines()[-1]
    assert "removed" in last
    assert "unchanged" in last


# Each page is a request of its own.

OF_ITS_OWN = """\
import random
from contextvars import ContextVar

import coldpress
import flask
from markupsafe import Markup

SEEN = ContextVar("seen", default=0)
ENDED = []


def create_app():
    app = coldpress.create_app(__file__)

    @app.before_request
    def count():
        flask.g.count = flask.g.get("count", 0) + 1
        SEEN.set(SEEN.get() + 1)

    app.teardown_appcontext(lambda error: ENDED.append(flask.g.get("count")))

    def text():
        @flask.after_this_request
        def at_the_end(response):
            flask.g.after = flask.g.get("after", 0) + 1
            response.set_data(response.get_data() + f" {flask.g.after}".encode())
            return response
        return flask.Response(f"{flask.g.count} {SEEN.get()} {1 in ENDED}",
                              mimetype="text/plain")

    for name in "abc":
        app.add_url_rule(f"/{name}.txt", name, text)

    @app.get("/streamed.txt")
    def streamed():
        def parts():
            for _ in range(3):
                flask.g.parts = flask.g.get("parts", 0) + 1
                yield str(flask.g.parts)
        return flask.Response(flask.stream_with_context(parts()), mimetype="text/plain")

    @app.get("/moved/")
    def moved():
        return flask.redirect("/streamed.txt")

    @app.get("/chance/<name>.txt")
    @coldpress.frozen(lambda: [{"name": name} for name in flask.g.setdefault("names", ["one", "two"])])
    def chance(name):
        return flask.Response(f"{flask.g.get('names')} {random.random()}", mimetype="text/plain")

    return app
"""
CHANCE = {
    "build.py": OF_ITS_OWN, "config.yaml": "base_url: https://example.org/\nsearch: false\nmarkdown: {jinja: true}\n",
    "templates/page.html": '{% extends "theme/page.html" %}{% block body %}{{ super() }}{{ range(100000)|random }} '
                           '{{ lipsum(1, min=5, max=20) }} {{ g.setdefault("first", page.title) }}{% endblock %}',
    **{f"content/posts/2026-01-0{number}-p.md":
       f"---\nlayout: page\npermalink: /p{number}/\n---\n# P{number}\n\n{{{{ range(100000)|random }}}} drawn.\n"
       for number in range(1, 5)}}


def test_each_page_has_a_request_of_its_own_as_on_a_server(build_site):
    site = build_site({"build.py": OF_ITS_OWN})
    client = site.client()
    assert [site.text(f"{name}.txt") for name in "bc"] == ["1 1 True 1"] * 2
    assert client.get("/b.txt").text.startswith("1 1 ")
    assert site.text("streamed.txt") == client.get("/streamed.txt").text == "123"
    assert site.text("chance/one.txt").startswith("None ")
    assert site.text("chance/one.txt") != site.text("chance/two.txt")


def test_a_context_that_is_open_around_the_build_is_no_page_s_own(build_site):
    code = OF_ITS_OWN.replace("ENDED = []", "ENDED = []\nSEEN.set(7)").replace(
        "    return app\n", "    app.app_context().push()\n    return app\n")
    site = build_site({"build.py": code})
    assert [site.text(f"{name}.txt") for name in "bc"] == ["1 1 True 1"] * 2


def test_chance_is_a_page_s_own_in_whichever_build_and_order(build_site):
    site = build_site(CHANCE)
    drawn = {file: data for file, data in site.files().items() if file.startswith(("p", "chance/"))}
    assert len(set(drawn.values())) == len(drawn)
    for number in (3, 1):
        site.edit({f"content/posts/2026-01-0{number}-p.md":
                   CHANCE[f"content/posts/2026-01-0{number}-p.md"] + "\nMore.\n"})
        result = site.build()
        assert {f"/p{number}/"} < result.rendered < {page["url"] for page in result.data["pages"]}
        clean = site.clean_copy()
        clean.build()
        assert clean.files() == site.files()
