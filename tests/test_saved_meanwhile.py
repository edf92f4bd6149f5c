"""What is saved while a site is loaded or built is shown by the preview, and
made by the next build."""

from __future__ import annotations

import pytest
from conftest import wait_until
from werkzeug.test import Client

from coldpress.build.context import BuildContext
from coldpress.config.loader import RunOptions
from coldpress.preview.server import Preview
from coldpress.preview.watcher import Watcher
from coldpress.report import Report
from coldpress.start import execute

BUILD_PY = """\
import contextvars
import importlib
import pathlib

import coldpress

HERE = pathlib.Path(__file__).parent


def save():
    once = HERE / "once"
    if once.exists():
        what = once.read_text()
        once.unlink()
        contextvars.Context().run(exec, what, globals())  # it is not the app that does it


def create_app():
    app = coldpress.create_app(__file__)
    import words
    importlib.reload(words)
    app.jinja_env.globals["word"] = app.extensions["coldpress"].site.environment.globals["word"] = words.WORD
    start = (HERE / "start.txt").read_text()
    LOADED
    save()

    @app.route("/own/")
    def own():
        text = (HERE / "own.txt").read_text()
        return text + start

    return app
"""
FILES = {
    "build.py": BUILD_PY.replace("LOADED", 'app.extensions["coldpress"].site.snapshot'), "words.py": "WORD = 'old'\n",
    "content/about.md": "Me.", "content/gone.md": "Saved before.", "data/a.yaml": "old", "own.txt": "old",
    "start.txt": "old", "static/x.css": "old", "templates/page.html":
        "{{ page.html }} {{ data.a }} {{ word }} {{ library.config.title }} {{ url_for('static', filename='x.css') }}"}
TEXT = "Saved meanwhile."
SAVES = {
    "content/about.md": ("/about/", TEXT), "content/new.md": ("/new/", TEXT), "templates/page.html": ("/about/", TEXT),
    "data/a.yaml": ("/about/", TEXT), "config.yaml": ("/about/", f"title: {TEXT}"),
    "start.txt": ("/own/", TEXT), "words.py": ("/about/", f"WORD = '{TEXT}'"), "own.txt": ("/own/", TEXT),
    "build.py": ("/own/", FILES["build.py"].replace("return text + start", f"return {TEXT!r}"))}


def writing(name, text):
    """Code that writes a file, later than all that was there before."""
    return (f"file = HERE / {name!r}\nbefore = (HERE / 'once.before').stat().st_mtime_ns\n"
            f"while not file.exists() or file.stat().st_mtime_ns <= before:\n    file.write_text({text!r})")


@pytest.fixture
def site(make_site):
    return make_site(FILES)


def meanwhile(site, code):
    site.edit({"once.before": "x", "once": code})


def preview_of(site):
    return Preview(BuildContext(None, RunOptions(), Report(quiet=True), site.root))


def shown(preview, path):
    return Client(preview).get(path, headers={"Host": "localhost"})


# The preview.

@pytest.mark.parametrize("name", [name for name in SAVES if name != "start.txt"])
def test_the_preview_sees_what_was_saved_while_it_was_loading(site, name):
    path, text = SAVES[name]
    meanwhile(site, writing(name, text))
    preview = preview_of(site)
    watched = preview.watched()
    preview.take(preview.scanner.scan(watched.trees, watched.files))
    assert TEXT in shown(preview, path).text
    watched = preview.watched()
    assert preview.scanner.scan(watched.trees, watched.files) <= {site.root / "own.txt"}, "it is told once"
    preview.close()


def test_the_preview_sees_what_was_removed_while_it_was_loading(site):
    meanwhile(site, "(HERE / 'content/gone.md').unlink()")
    preview = preview_of(site)
    watched = preview.watched()
    preview.take(preview.scanner.scan(watched.trees, watched.files))
    assert shown(preview, "/gone/").status_code == 404
    preview.close()


def test_nothing_is_told_where_nothing_was_saved(site):
    preview = preview_of(site)
    watched = preview.watched()
    assert preview.scanner.scan(watched.trees, watched.files) == set()
    preview.close()


def test_a_save_while_the_preview_loads_anew_is_told_next(site):
    preview = preview_of(site)
    watched = preview.watched()
    preview.scanner.scan(watched.trees, watched.files)
    meanwhile(site, writing("content/new.md", TEXT))
    site.edit({"build.py": f"# Saved.\n{FILES['build.py']}"})
    preview.take(preview.scanner.scan(watched.trees, watched.files))
    assert shown(preview, "/new/").status_code == 404
    preview.take(preview.scanner.scan(watched.trees, watched.files))
    assert TEXT in shown(preview, "/new/").text
    preview.close()


@pytest.mark.parametrize("poll", [False, True])
def test_the_watcher_tells_of_it(site, poll):
    meanwhile(site, writing("content/about.md", TEXT))
    preview = preview_of(site)
    watcher = Watcher(preview.watched, preview.take, preview.scanner, poll=poll)
    assert watcher.is_polling is poll
    site.edit({"content/new.md": "Before it begins."})
    watcher.start()
    try:
        wait_until(lambda: TEXT in shown(preview, "/about/").text and shown(preview, "/new/").status_code == 200)
    finally:
        watcher.stop()
        preview.close()


# The build.

def test_the_next_build_makes_what_was_saved_while_the_app_was_made(make_site):
    for number, (name, (_, text)) in enumerate(SAVES.items()):
        has_stamp, loads = bool(number % 2), bool(number % 3)
        site = make_site(FILES if loads else {**FILES, "build.py": BUILD_PY.replace("LOADED", "")})
        if has_stamp:
            assert build(site) == 0
            site.edit({"content/about.md": "Edited."})
        meanwhile(site, writing(name, text))
        assert build(site) == 0
        assert build(site) == 0
        clean = site.clean_copy()
        assert build(clean) == 0
        assert site.files() == clean.files(), (name, has_stamp, loads)


def test_the_next_build_removes_what_was_removed_while_the_app_was_made(site):
    meanwhile(site, "(HERE / 'content/gone.md').unlink()")
    assert build(site) == 1, "it was known, and is not there"
    assert build(site) == 0
    assert "gone/index.html" not in site.files()


def build(site):
    return execute(["build", "-q"], None, str(site.root))
