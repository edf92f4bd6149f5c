"""Names that change with their files: those of the theme, and of `static/` with `hashed_static`."""

from __future__ import annotations

import re

import pytest
from test_incremental import rebuilt

from coldpress.paths import HASHED, hashed_name, plain_name
from coldpress.web.asset_texts import with_targets

CONFIG = "base_url: https://example.org/\n"
HASHES = f"{CONFIG}hashed_static: true\n"
HEAD = '<link rel="stylesheet" href="{{ url_for("static", filename="a.css") }}">'
STYLED = {"content/a.md": "# A", "templates/partials/head.html": HEAD, "static/fonts/f.woff2": "one",
          "static/a.css": "@import 'b.css'; @font-face { src: url(fonts/f.woff2?x#y) }",
          "static/b.css": "p { background: url(/static/p.png) }", "static/p.png": "p", "static/slides.pdf": "s"}


def hashed(site, folder="static"):
    """The published files whose names carry a hash, by the names without it."""
    return {plain_name(file): file for file in site.files() if file.startswith(f"{folder}/") and plain_name(file)}


def style_of(site, page="a/index.html"):
    return re.search(r'href="[./]*([^"]*static/a[^"]*)"', site.text(page))[1]


# Names.

@pytest.mark.parametrize(("file", "name"), [
    ("theme.css", "theme.a3f9c01b2d.css"), ("fonts/x.min.woff2", "fonts/x.min.a3f9c01b2d.woff2"),
    ("LICENSE", "LICENSE.a3f9c01b2d"),
    ("日本/頁 1.png", "日本/頁 1.a3f9c01b2d.png"), ("a.css.map", "a.css.a3f9c01b2d.map")])
def test_a_name_carries_its_hash_before_its_extension(file, name):
    assert hashed_name(file, "a3f9c01b2d") == name
    assert plain_name(f"/theme/{name}") == f"/theme/{file}"
    assert re.search(HASHED, name)


@pytest.mark.parametrize("file", [".htaccess", "deep/.nojekyll", f"{'x' * 250}.js"])
def test_what_means_something_to_servers_or_would_be_too_long_stays(file):
    assert hashed_name(file, "a3f9c01b2d") == file


@pytest.mark.parametrize("file", [
    "theme.css", "report.20260102.pdf", "export.1700000000.csv", "x.a3f9c01b2.css", "x.a3f9c01b2dd.css",
    "a3f9c01b2d.css", "deep/a3f9c01b2d", "x.A3F9C01B2D.css", "a3f9c01b2d/x.css", "x.a3f9c01b2d.tar.gz",
    ".a3f9c01b2d.css"])
def test_no_date_no_number_and_no_folder_is_taken_for_a_hash(file):
    assert plain_name(file) is None


# What style sheets and scripts name.

@pytest.mark.parametrize("text", [
    "url({0})", "url( '{0}' )", 'url("{0}")', "URL({0})", '@import "{0}";', "@import'{0}' layer(x);",
    "@import url({0}) screen;",
    "image-set('{0}' 1x, url({0}) 2x, \"{0}\" type('image/png') 3x)", "/*# sourceMappingURL={0} */",
    "a{{background:url({0}),url({0})}}", '/* url(x */ url({0})'])
def test_style_sheets_name_files_in_many_ways(text):
    assert with_targets("a.css", text.format("x.png"), lambda name: f"{name}!") == text.format("x.png!")


@pytest.mark.parametrize("text", [
    "/* url(x.png) */", 'a::after { content: "url(x.png)" }', "a { content: 'x.png' }", "/* url(x.png)", "curl(x.png)",
    '@charset "x.png";', "@import url(;"])
def test_comments_and_texts_of_style_sheets_name_none(text):
    assert with_targets("a.css", text, lambda name: f"{name}!") == text


@pytest.mark.parametrize("text", [
    'import a from "{0}";', "import'{0}'", 'import {{ a,\n  b }} from\n  "{0}";', 'export * from "{0}"',
    'await import("{0}")',
    'import( "{0}" )', 'new URL("{0}", import.meta.url)', "//# sourceMappingURL={0}"])
def test_scripts_name_files_in_many_ways(text):
    assert with_targets("a.mjs", text.format("./x.js"), lambda name: f"{name}!") == text.format("./x.js!")


@pytest.mark.parametrize("text", [
    'import a from "react";', 'const a = "./x.js";', 'Array.from("./x.js")', 'fetch("./x.js")',
    'new URL("./x.js", location)',
    'important("./x.js")', "import(`./x.js`)"])
def test_scripts_name_no_file_where_nobody_could_tell(text):
    assert with_targets("a.js", text, lambda name: f"{name}!") == text


# The theme.

def test_files_of_the_theme_have_names_with_hashes_and_no_others(build_site):
    site = build_site({"content/a.md": "$$x$$", "content/robots.txt": "mine", "content/favicon.ico": "i"})
    files = site.files("site/theme")
    assert all(re.search(HASHED, name) for name in files), files.keys()
    page = site.text("a/index.html")
    assert "?v=" not in page.replace("favicon.ico?v=", "")
    for name in ("theme.css", "maths.css", "scheme.js"):
        assert f'"/{hashed(site, "theme")[f"theme/{name}"]}"' in page
    font = hashed(site, "theme")["theme/fonts/stix-two-math.woff2"]
    assert f'url("{font.removeprefix("theme/")}")' in site.text("theme/maths.css")
    assert (site.text("robots.txt"), site.text("favicon.ico")) == ("mine", "i")
    for name in ("search.js", "search.css"):
        assert f'"/{hashed(site, "theme")[f"theme/{name}"]}"' in site.text("search/index.js")


def test_a_server_answers_at_the_plain_name_and_keeps_no_old_one(build_site):
    site = build_site({"content/a.md": "$$x$$"})
    client = site.client()
    for name in ("theme.css", "maths.css", "scheme.js"):
        now = client.get("/" + hashed(site, "theme")[f"theme/{name}"], buffered=True)
        plain, old = (client.get(f"/theme/{each}", buffered=True) for each in (name, hashed_name(name, "a000000000")))
        assert site.text(f"theme/{name}") == now.text == plain.text == old.text
        assert now.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert "immutable" not in plain.headers.get("Cache-Control", "")
        assert old.headers["Cache-Control"] == "no-store"
    assert client.get("/theme/nothing.a000000000.css").status_code == 404


def test_an_old_hash_is_not_kept_whatever_headers_the_site_has(build_site):
    headers = "headers: {'/theme/*': {Cache-Control: public}}\n"
    client = build_site({"content/a.md": "A."}, f"{CONFIG}{headers}").client()
    assert client.get("/theme/theme.a000000000.css").headers["Cache-Control"] == "no-store"
    assert client.get("/theme/theme.css").headers["Cache-Control"] == "public"


# Files of static/.

def test_what_is_named_is_published_under_both_names(build_site):
    site = build_site({**STYLED, "content/b.md": "[Slides](/static/slides.pdf)"}, HASHES)
    names = hashed(site)
    assert set(names) == {f"static/{name}" for name in ("a.css", "b.css", "fonts/f.woff2", "p.png")}
    assert style_of(site) == names["static/a.css"]
    files = site.files()
    for name in (*names, "static/slides.pdf"):
        assert files[name].decode() == STYLED[name], "the plain name has what was written"
    style, font = (names[f"static/{name}"].removeprefix("static/") for name in ("b.css", "fonts/f.woff2"))
    assert files[names["static/a.css"]].decode() == f"@import '{style}'; @font-face {{ src: url({font}?x#y) }}"
    assert files[names["static/b.css"]].decode() == f"p {{ background: url(/{names['static/p.png']}) }}"
    assert 'href="/static/slides.pdf"' in site.text("b/index.html")


def test_without_the_option_static_names_stay(build_site):
    site = build_site(STYLED)
    assert hashed(site) == {}
    assert re.fullmatch(r"static/a\.css\?v=\w{10}", style_of(site))


def test_another_font_is_another_sheet_and_another_page(build_site):
    site = build_site({**STYLED, "content/posts/2026-01-01-p.md": "P."}, HASHES)
    before, files = hashed(site), set(site.files())
    again = rebuilt(site, {"static/fonts/f.woff2": "two"})
    after = hashed(site)
    assert {name for name in after if after[name] != before[name]} == {"static/a.css", "static/fonts/f.woff2"}
    assert {"/a/", "/posts/p/", "/static/a.css"} <= again.rendered
    assert files - set(site.files()) == {before["static/a.css"], before["static/fonts/f.woff2"]}
    assert rebuilt(site).rendered == set()


def test_a_page_that_names_a_file_no_more_takes_its_name_along(build_site):
    site = build_site(STYLED, HASHES)
    assert rebuilt(site, {"static/a.css": "p { color: red }"}).code == 0
    assert set(hashed(site)) == {"static/a.css"}
    assert rebuilt(site, {"templates/partials/head.html": ""}).code == 0
    assert hashed(site) == {}
    assert rebuilt(site, {"templates/partials/head.html": HEAD, "config.yaml": CONFIG}).code == 0
    assert hashed(site) == {}


def test_a_circle_of_sheets_and_of_modules_has_names_of_all_its_content(build_site):
    script = '<script type="module" src="{{ url_for("static", filename="m.js") }}"></script>'
    site = build_site({
        **STYLED, "static/b.css": "@import 'a.css'; i { color: red }",
        "static/m.js": 'import "./n.js"; import "./m.js";',
        "static/n.js": 'export * from "./o.js"; import "./no.js";', "static/o.js": 'import "./m.js"; // one',
        "templates/partials/comments.html": script}, HASHES)
    before = hashed(site)
    assert site.files()[before["static/o.js"]].decode() == f'import "./{before["static/m.js"][7:]}"; // one'
    assert 'import "./no.js"' in site.files()[before["static/n.js"]].decode()
    assert rebuilt(site, {"static/o.js": 'import "./m.js"; // two', "static/p.png": "q"}).code == 0
    after = hashed(site)
    assert {name for name in after if after[name] != before[name]} == {f"static/{name}.js" for name in "mno"}
    assert rebuilt(site, {"static/no.js": "// there"}).code == 0
    assert "static/no.js" in hashed(site)


def test_a_view_of_one_s_own_gives_the_same_names(build_site):
    code = ("import flask\nimport coldpress\n\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n\n"
            "    @app.route('/own/')\n    def own():\n"
            "        names = [('static', 'p.png'), ('coldpress.theme', 'theme.css')]\n"
            "        return ' '.join(flask.url_for(name, filename=file) for name, file in names)\n\n    return app\n")
    site = build_site({"build.py": code, "content/a.md": "A.", "static/p.png": "p"}, HASHES)
    names = site.text("own/index.html").split()
    assert names == ["/" + hashed(site)["static/p.png"], "/" + hashed(site, "theme")["theme/theme.css"]]
    rebuilt(site, {"static/p.png": "other"})
    assert site.text("own/index.html").split()[0] == "/" + hashed(site)["static/p.png"] != names[0]


def test_a_style_sheet_of_the_theme_names_files_of_the_site(build_site):
    part = "@layer parts { b { background: url(/b/static/p.png) } i { background: url('../static/q.png') } }"
    site = build_site({"content/a.md": "A.", "static/p.png": "p", "static/q.png": "q",
                       "templates/styles/parts.css": part},
                      "base_url: https://example.org/b/\nhashed_static: true\n")
    before, names = hashed(site, "theme")["theme/theme.css"], hashed(site)
    assert f"url(/b/{names['static/p.png']})" in site.text("theme/theme.css")
    assert f"url('../{names['static/q.png']}')" in site.text("theme/theme.css")
    assert f'href="/b/{before}"' in site.text("a/index.html")
    rebuilt(site, {"static/q.png": "other"})
    assert hashed(site, "theme")["theme/theme.css"] != before


def test_relative_links_and_a_mounted_site_have_the_names_too(build_site, make_site):
    site = build_site({**STYLED, "content/deep/b.md": "B."}, f"{HASHES}links: relative\n")
    assert f'href="../../{hashed(site)["static/a.css"]}"' in site.text("deep/b/index.html")
    host = ("import flask\nimport coldpress\n\n\ndef create_app():\n    app = flask.Flask(__name__)\n"
            "    coldpress.Coldpress(app, 'blog', url_prefix='/blog')\n    return app\n")
    below = {f"blog/{name}": text for name, text in {**STYLED, "static/b.css": "p { background: url(p.png) }"}.items()}
    mounted = make_site({"build.py": host, **below, "blog/config.yaml": HASHES.replace(".org/", ".org/blog/")}, "")
    assert mounted.build("--output", str(mounted.root / "site")).problems == []
    names = {plain_name(file) for file in mounted.files() if file.startswith("blog/static/")} - {None}
    assert names == {f"blog/static/{name}" for name in ("a.css", "b.css", "fonts/f.woff2", "p.png")}


def test_a_name_that_another_program_gave_a_hash_stays_in_reach(build_site):
    site = build_site({"content/a.md": "[x](/static/app.a0b1c2d3e4.js)", "static/app.a0b1c2d3e4.js": "made",
                       "templates/partials/head.html": '{{ url_for("static", filename="app.a0b1c2d3e4.js") }}'}, HASHES)
    assert site.files()["static/app.a0b1c2d3e4.js"] == b"made"
    name = re.search(r"/(static/app\.a0b1c2d3e4\.\w+\.js)", site.text("a/index.html"))[1]
    assert site.files()[name] == b"made"
    assert site.client().get(f"/{name}", buffered=True).text == "made"


def test_a_file_of_the_theme_that_is_named_by_hand_is_a_warning(make_site):
    head = '{% include "theme/partials/head.html" %}\n<link rel="icon" href="/b/theme/favicon.svg">/theme/no.css'
    site = make_site({"content/a.md": "[css](/theme/theme.css)", "templates/partials/head.html": head,
                      "static/x.css": "a {}\nb { background: url(../theme/favicon.svg), url(../theme/no.svg) }"},
                     "base_url: https://example.org/b/\n")
    assert site.build().places() == [
        ("link.broken-link", "content/a.md", 1), ("link.theme-file", "static/x.css", 2),
        ("link.theme-file", "templates/partials/head.html", 2)]
    site.edit({"config.yaml": "base_url: https://example.org/b/\nhashed_static: true\n"})
    assert [place[1] for place in site.build().places()] == ["content/a.md", "templates/partials/head.html"]


def test_a_page_names_files_of_another_site_as_that_one_publishes_them(make_site):
    code = ("import flask\nimport coldpress\n\n\ndef create_app():\n    app = flask.Flask(__name__)\n"
            "    for name in ('a', 'b'):\n        coldpress.Coldpress(app, name, url_prefix=f'/{name}', name=name)\n\n"
            "    @app.route('/a/own/')\n    @coldpress.frozen()\n    def own():\n"
            "        names = [('theme', 'theme.css'), ('static', 'x.png')]\n"
            "        return ' '.join(flask.url_for(f'b.{name}', filename=file) for name, file in names)\n\n"
            "    return app\n")
    site = make_site({"build.py": code, "a/content/a.md": "A.", "b/content/b.md": "B.", "b/static/x.png": "x",
                      "a/config.yaml": "base_url: https://example.org/a/\n",
                      "b/config.yaml": "base_url: https://example.org/b/\nhashed_static: true\n"}, "")

    def named():
        for name in "ab":
            assert site.build("--site", name, "--output", str(site.root / "out" / name)).code == 0
        style, picture = (site.root / "out/a/a/own/index.html").read_text().split()
        assert (site.root / "out/b" / style[1:]).is_file()
        assert picture == "/b/static/x.png"
        return style

    before = named()
    site.edit({"b/templates/styles/parts.css": "b { color: red }"})
    assert named() != before
