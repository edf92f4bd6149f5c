"""Themes of packages: found, extended, configured, built incrementally, previewed, and written by `new theme`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_pictures import photo

import coldpress

ROOT = Path(coldpress.__file__).parents[1]
NEWSPAPER = {
    "theme.yaml": "extends: coldpress\nversion: '1'\noptions:\n  columns: {type: int, default: 2}\n"
                  "  tone: [warm, cool]\nimage_widths: {body: 100}\n",
    "templates/base.html": '{% extends "coldpress/base.html" %}{% block header %}'
                           "<p class=\"paper\">{{ site.theme.columns }}{{ site.theme.tone }}</p>{{ super() }}"
                           "{% endblock %}",
    "templates/partials/head.html": '<link rel="stylesheet" href="{{ url_for("theme", filename="paper.css") }}">',
    "static/paper.css": "h1 { color: red }\n", "static/copy.js": "/* mine */\n", "strings/en.yaml": "archive: Stacks\n"}
EXTRA = {"theme.yaml": "extends: newspaper\n",
         "templates/base.html": '{% extends "newspaper/base.html" %}'
                                "{% block header %}Extra! {{ super() }}{% endblock %}"}
SITE = {"content/posts/2026-01-02-a.md": "---\ntitle: First\n---\n```py\nx\n```\n", "content/about.md": "Me."}
CONFIG = "base_url: https://example.org/\ntheme: newspaper\n"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a theme under a name, as pip would: a package of Python, and its entry point."""
    folder = tmp_path / "installed"
    monkeypatch.syspath_prepend(str(folder))

    def install(name, files, value=None):
        module = folder / f"paper_{name}"
        shutil.rmtree(module, ignore_errors=True)
        for file, text in {"__init__.py": "", **files}.items():
            (module / file).parent.mkdir(parents=True, exist_ok=True)
            (module / file).write_text(text, "utf-8")
        info = folder / f"paper_{name}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: paper-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[coldpress.themes]\n{name} = {value or module.name}\n")
        return module

    return install


def test_a_site_has_the_theme_that_its_config_names(install, make_site):
    install("newspaper", NEWSPAPER)
    site = make_site(SITE, CONFIG)
    result = site.build()
    assert (result.code, result.problems) == (0, [])
    page = site.text("posts/a/index.html")
    assert '<p class="paper">2None</p>' in page
    assert re.search(r'<link rel="stylesheet" href="/theme/paper\.\w+\.css">', page)
    assert site.text("theme/paper.css") == "h1 { color: red }\n"
    assert site.text("theme/copy.js") == "/* mine */\n", "a file of the theme goes before one of the theme it extends"
    assert "<h1>Stacks</h1>" in site.text("archive/index.html")
    assert site.text("theme/theme.css").startswith("@layer")


def test_a_theme_extends_one_that_extends_ours(install, make_site):
    install("newspaper", NEWSPAPER)
    install("extra", EXTRA)
    site = make_site(SITE, CONFIG.replace("newspaper", "{name: extra, columns: 3, tone: cool, accent: teal}"))
    assert site.build().problems == []
    assert 'Extra! <p class="paper">3cool</p>' in site.text("about/index.html")
    assert "teal" in site.text("theme/theme.css")
    assert site.text("theme/paper.css")


def test_the_templates_of_the_site_go_before_those_of_its_theme(install, make_site):
    install("newspaper", NEWSPAPER)
    own = '{% extends "theme/base.html" %}{% block header %}Mine. {{ super() }}{% endblock %}'
    site = make_site({**SITE, "templates/base.html": own, "static/x.txt": "x"}, CONFIG)
    assert site.build().problems == []
    assert 'Mine. <p class="paper">' in site.text("about/index.html")


@pytest.mark.parametrize(("config", "message", "hint"), [
    ("theme: newspapers", "there is no theme `newspapers`", "did you mean `newspaper`?"),
    ("theme: other", "there is no theme `other`",
     "install the package that has it, with `pip install`; installed are `coldpress`, `newspaper`"),
    ("theme: {name: newspaper, column: 2}", "there is no `column`", "did you mean `columns`?"),
    ("theme: {name: newspaper, columns: many}", "`columns`: `many` is not a whole number", None),
    ("theme: {name: newspaper, tone: cold}", "`tone`: `cold` is not `warm` or `cool`", "did you mean `cool`?"),
    ("theme: {columns: 2}", "there is no `columns`", None)])
def test_mistakes_in_the_config(install, make_site, config, message, hint):
    install("newspaper", NEWSPAPER)
    problem = make_site(SITE, f"base_url: https://example.org/\n{config}\n").build().problems[0]
    assert (problem["code"], problem["place"]["line"]) == ("config.value", 2)
    assert problem["message"] == f"`theme`: {message}"
    assert hint is None or problem["hint"] == hint


@pytest.mark.parametrize(("files", "message"), [
    ({}, "has no `theme.yaml`"), ({"theme.yaml": "- a"}, "`key: value` lines"), ({"theme.yaml": "a: ["}, "theme.yaml"),
    ({"theme.yaml": "extend: x"}, "there is no `extend`"), ({"theme.yaml": "extends: [a]"}, "the name of a theme"),
    ({"theme.yaml": "extends: nothing"}, "there is no theme `nothing`"),
    ({"theme.yaml": "extends: newspaper"}, "in a circle"),
    ({"theme.yaml": "options: {a: {type: colour}}"}, "there is no type `colour`"),
    ({"theme.yaml": "image_widths: {body: wide}"}, "`image_widths` is written")])
def test_mistakes_of_a_theme(install, make_site, files, message):
    install("newspaper", files)
    problem = make_site(SITE, CONFIG).build().problems[0]
    assert (problem["code"], problem["place"]["line"]) == ("config.value", 2)
    assert message in problem["message"]


def test_a_theme_that_names_a_module(install, make_site):
    install("newspaper", NEWSPAPER, value="json.decoder")
    assert "no package of Python" in make_site(SITE, CONFIG).build().problems[0]["message"]


def test_a_mistake_in_its_template_is_told_at_its_line(install, make_site):
    install("newspaper", {**NEWSPAPER, "templates/page.html": "\n{{ nothing }}"})
    assert make_site(SITE, CONFIG).build().places() == [("template.undefined", "newspaper/page.html", 2)]


def test_a_block_that_no_theme_has_is_told_at_its_line(install, make_site):
    install("newspaper", {**NEWSPAPER, "templates/page.html":
                          '{% extends "coldpress/page.html" %}\n{% block mian %}x{% endblock %}'})
    (problem,) = make_site(SITE, CONFIG).build().problems
    assert (problem["code"], problem["place"]["path"], problem["place"]["line"]) == (
        "template.block", "newspaper/page.html", 2)
    assert problem["hint"] == "did you mean `main`?"


@pytest.mark.parametrize(("edits", "shown"), [
    ({"templates/base.html": NEWSPAPER["templates/base.html"].replace("paper", "page")}, b'class="page"'),
    ({"static/paper.css": "h1 {}\n"}, b"h1 {}"), ({"strings/en.yaml": "archive: Shelves\n"}, b"<h1>Shelves</h1>"),
    ({"theme.yaml": NEWSPAPER["theme.yaml"].replace("default: 2", "default: 7")}, b'class="paper">7'),
    ({"templates/page.html": "Another page."}, b"Another page."), ({"static/new.txt": "new"}, b"new")])
def test_a_new_version_of_the_theme_makes_what_a_clean_build_makes(install, make_site, edits, shown):
    install("newspaper", NEWSPAPER)
    site = make_site(SITE, CONFIG)
    site.build()
    assert site.build().rendered == set()
    module = install("newspaper", {**NEWSPAPER, **edits})
    for name in edits:
        os.utime(module / name, (2_000_000_000, 2_000_000_000))
    assert site.build().code == 0
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()
    assert any(shown in data for data in site.files().values())


def test_another_theme_makes_what_a_clean_build_makes(install, make_site):
    install("newspaper", NEWSPAPER)
    install("extra", EXTRA)
    site = make_site(SITE, CONFIG)
    for theme in ("extra", "coldpress", "newspaper"):
        site.edit({"config.yaml": CONFIG.replace("newspaper", theme)}).build()
        clean = site.clean_copy()
        clean.build()
        assert site.files() == clean.files()


def test_the_preview_shows_an_edit_of_the_theme(install, make_site, browse):
    module = install("newspaper", NEWSPAPER)
    browser = browse(SITE, CONFIG)
    assert b'class="paper"' in browser.get("/about/").data
    for name, before, after in (("templates/base.html", "paper", "page"), ("theme.yaml", "default: 2", "default: 9")):
        file = module / name
        file.write_text(file.read_text().replace(before, after))
        browser.preview.take(browser.look())
    assert b'<p class="page">9' in browser.get("/about/").data


def test_new_theme_writes_a_package_whose_test_passes(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def run(*arguments, cwd=tmp_path):
        return subprocess.run([sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True,
                              check=False)

    done = run("-m", "coldpress", "new", "theme", "Sea Breeze")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "sea-breeze"
    assert (folder / "coldpress_sea_breeze/static/sea-breeze.css").exists()
    assert "sea-breeze/pyproject.toml" in done.stdout.splitlines()
    info = folder / "coldpress_sea_breeze-0.1.0.dist-info"  # what pip writes, without asking an index for anything
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: coldpress-sea-breeze\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[coldpress.themes]\nsea-breeze = coldpress_sea_breeze\n")
    environment["PYTHONPATH"] = f"{folder}{os.pathsep}{ROOT}"
    tested = run("-m", "pytest", "-q", "-p", "coldpress.testing.plugin", cwd=folder)
    assert tested.returncode == 0, tested.stdout
    assert "2 passed" in tested.stdout
    again = run("-m", "coldpress", "new", "theme", "Sea Breeze")
    assert (again.returncode, "new.exists" in again.stderr) == (1, True)


def test_a_place_with_another_width_loses_the_sizes_of_the_theme_above(install, make_site):
    said = NEWSPAPER["theme.yaml"].replace("body: 100}", "list: 700, lead: 900}") + "image_sizes: {lead: 80vw}\n"
    install("newspaper", {**NEWSPAPER, "theme.yaml": said,
                          "templates/page.html": '{{ picture("p.png", "P", place="lead") }} '
                                                 '{{ picture("p.png", "P", place="list") }} '
                                                 '{{ picture("p.png", "P", sizes="33vw") }}'})
    site = make_site({**SITE, "content/p.png": photo(1200, 800)}, CONFIG)
    assert site.build().problems == []
    sizes = re.findall(r'<img[^>]* sizes="([^"]*)"', site.text("about/index.html"))
    assert sizes == ["80vw", "(max-width: 740px) calc(100vw - 40px), 700px", "33vw"]


@pytest.mark.parametrize(("text", "message"), [
    ("image_widths: {lst: 700}", "there is no place `lst`"),
    ("image_sizes: {lead: 80vw}", "`image_sizes` names `lead`, of which `image_widths` says nothing")])
def test_places_that_nobody_knows(install, make_site, text, message):
    install("newspaper", {**NEWSPAPER, "theme.yaml": text})
    assert message in make_site(SITE, CONFIG).build().problems[0]["message"]


def test_a_template_that_extends_itself_is_told(install, make_site):
    install("newspaper", {**NEWSPAPER, "templates/page.html": '{% extends "theme/page.html" %}'})
    problem = make_site(SITE, CONFIG).build().problems[0]
    assert (problem["code"], problem["place"]["path"]) == ("template.recursion", "newspaper/page.html")
    assert "coldpress/post.html" in problem["hint"]


def test_words_that_cannot_be_read_are_told_with_their_file(install, make_site):
    install("newspaper", {**NEWSPAPER, "strings/en.yaml": "archive: [\n"})
    problem = make_site(SITE, CONFIG).build().problems[0]
    assert problem["place"]["path"].endswith("strings/en.yaml")


def test_the_colour_that_a_site_chooses_is_marked(make_site):
    site = make_site(SITE, "base_url: https://example.org/\ntheme: {accent: teal}\n")
    site.build()
    assert '<html lang="en" data-accent>' in site.text("about/index.html")
