"""Every mistake has a code, a place and, where one is known, a way out."""

from __future__ import annotations

import ast
import pickle
import re
import socket
from pathlib import Path

import pytest

import coldpress
from coldpress.commands.serve import free_port
from coldpress.errors import ColdpressError, Problem
from coldpress.report import format_problem
from coldpress.sources.files import SourceFile
from coldpress.start import execute

PACKAGE = Path(coldpress.__file__).parent
URL = "base_url: https://e.org\n"
APP = "import coldpress, flask\ndef create_app():\n    app = coldpress.create_app(__file__)\n{}\n    return app\n"


def route(code):
    return {"build.py": APP.format("\n".join("    " + line for line in code.split("\n")))}


# code, severity, place as file:line, config, files, part of message or hint
MISTAKES = [
    ("config.unknown-key", "error", "config.yaml:2", URL + "pagnate: 1", {}, "did you mean `paginate`?"),
    ("config.foreign-key", "error", "config.yaml:1", "baseURL: https://e.org", {}, "write `base_url`"),
    ("config.not-built", "error", "config.yaml:2", URL + "languages: {en: English}", {}, "not built yet"),
    ("config.value", "error", "config.yaml:2", URL + "paginate: many", {}, "a whole number"),
    ("config.value", "error", "config.yaml:1", "base_url: example.org", {}, "https://example.org/blog/"),
    ("config.value", "error", "config.yaml:2", URL + "timezone: Mars/Base", {}, "no time zone"),
    ("config.encoding", "error", "config.yaml", b"title: \xff", {}, "UTF-8"),
    ("config.menu", "warning", "config.yaml", URL + "menu: [{X: /x/}]", {}, "leads nowhere"),
    ("config.docs", "warning", "config.yaml:2", URL + "docs: [dosc]", {"content/docs/a.md": "A."}, "`docs`?"),
    ("config.no-base-url", "warning", "config.yaml", "", {}, "no feeds"),
    ("syntax.yaml", "error", "config.yaml:2", URL + "title: a: b", {}, "quotes"),
    ("syntax.yaml", "error", "content/a.md:3", URL, {"content/a.md": "---\ntitle: A\ntitle: B\n---\n"}, "twice"),
    ("syntax.toml", "error", "content/a.md:2", URL, {"content/a.md": "+++\ntitle = \n+++\n"}, ""),
    ("front-matter.open", "error", "content/a.md:1", URL, {"content/a.md": "---\ntitle: A\n\nText."}, "never ends"),
    ("front-matter.bare", "error", "content/a.md:1", URL, {"content/a.md": "Title: A\nDate: 2020-01-01\n\nX."}, "---"),
    ("front-matter.value", "error", "content/a.md:2", URL, {"content/a.md": "---\ndate: soon\n---\n"}, "2026-01-31"),
    ("front-matter.twice", "error", "content/a.md:3", URL, {"content/a.md": "---\nslug: x\nSlug: y\n---"}, "keep one"),
    ("front-matter.authors", "warning", "content/a.md:2", URL, {"content/a.md": "---\nauthor: A & B\n---"}, "a list"),
    ("front-matter.unknown-key", "warning", "content/a.md:2", URL,
     {"content/a.md": "---\ndratf: 1\n---\n"}, "`draft`?"),
    ("front-matter.hide", "warning", "content/a.md:2", URL, {"content/a.md": "---\nhide: [menu]\n---\n"}, "feedback"),
    ("source.encoding", "error", "content/a.md:2", URL, {"content/a.md": b"A\nB\xe4\n"}, "save it as UTF-8"),
    ("page.layout", "warning", "content/a.md:2", URL,
     {"content/a.md": "---\nlayout: no\n---\n"}, "`page.html` is used"),
    ("page.layout", "warning", "content/a.md:2", URL,
     {"content/a.md": "---\nlayout: redirect\n---\n"}, "shows no single page"),
    ("page.untrusted", "warning", "content/g/a.md:2", URL + "markdown: {untrusted: [g]}",
     {"content/g/a.md": "---\npermalink: /x/\n---\n"}, "only below `/g/`"),
    ("source.withheld", "warning", "content/g/a.svg", URL + "markdown: {untrusted: [g]}",
     {"content/g/a.svg": "<svg/>"}, "to `static/`"),
    ("page.language", "warning", "content/a.zh.md", URL, {"content/a.zh.md": "A."}, "looks like a language"),
    ("post.undated", "warning", "content/posts/a.md", URL, {"content/posts/a.md": "A."}, "no date"),
    ("link.broken-link", "warning", "content/a.md:3", URL,
     {"content/a.md": "A\n\n[x](abuot.md)", "content/about.md": "B"},
     "did you mean `about.md`?"),
    ("image.damaged", "warning", "content/p.png", URL,
     {"content/a.md": "![x](p.png)", "content/p.png": "no"}, "save it anew"),
    ("link.broken-image", "warning", "content/a.md:1", URL, {"content/a.md": "![x](no.png)"}, "no.png"),
    ("link.broken-anchor", "warning", "content/a.md:1", URL, {"content/a.md": "[x](#prat)\n\n## Part"}, "`#part`?"),
    ("markup.maths", "warning", "content/a.md:3", URL, {"content/a.md": "A\n\n$$\\frac{1$$\n"}, "shown as code"),
    ("markup.fence", "warning", "content/a.md:3:3", URL, {"content/a.md": "Text.\n\n- ```py\n  code\n\nText."},
     "never closed"),
    ("markup.depth", "warning", "content/a.md:1", URL, {"content/a.md": "- " * 3000 + "deep"}, "nested too deep"),
    ("route.values", "error", "build.py:4", URL,
     route("@app.route('/x/<y>/')\n@coldpress.frozen(lambda: [{'z': 1}])\ndef x(y):\n    return y"), "lack `y`"),
    ("term.separator", "warning", "content/a.md:2:11", URL, {"content/a.md": "---\ntags: [x, 蓝图、路由]\n---\nA."},
     "write `蓝图, 路由` if you mean several"),
    ("term.slug", "warning", "content/a.md:2", URL, {"content/a.md": "---\ntags: '!'\n---\nA."}, "has no page"),
    ("url.slash", "warning", "content/a.md:2", URL,
     {"content/a.md": "---\npermalink: /x\n---\n"}, "`/x/` or `/x.html`"),
    ("url.bad", "error", "content/a.md:2", URL, {"content/a.md": "---\npermalink: /a//b/\n---\n"}, "holds `//`"),
    ("url.clash", "warning", "content/a.md:2", URL,
     {"content/a.md": "---\naliases: /b/\n---\n", "content/b.md": "B"}, "which wins"),
    ("url.bad", "error", "content/nul.txt", URL, {"content/nul.txt": "x"}, "Windows"),
    ("url.clash", "error", "content/b.md:2", URL,
     {"content/a.md": "A", "content/b.md": "---\npermalink: /a/\n---\n"}, "`/a/`"),
    ("url.permalink", "error", "content/posts/a.md", URL + "permalinks: {posts: /<year>/<slug>/}",
     {"content/posts/a.md": "A"}, "no date"),
    ("url.two-indexes", "error", "content/x/index.md", URL,
     {"content/x/index.md": "A", "content/x/_index.md": "B"}, ""),
    ("template.syntax", "error", "templates/page.html:2", URL,
     {"content/a.md": "A", "templates/page.html": "\n{% if %}"},
     ""),
    ("template.undefined", "error", "templates/page.html:1", URL,
     {"content/a.md": "A", "templates/page.html": "{{ page.section.section.title }}"}, "ask first"),
    ("template.missing", "error", "templates/page.html:1", URL,
     {"content/a.md": "A", "templates/page.html": "{% include 'part.html' %}"}, "make `templates/part.html`"),
    ("template.missing", "error", "templates/page.html:1", URL,
     {"content/a.md": "A", "templates/page.html": "{% extends 'bas.html' %}"}, "`base.html`?"),
    ("template.undefined", "error", "templates/page.html:1", URL,
     {"content/a.md": "A", "templates/page.html": "{{ titel }}"}, "titel"),
    ("template.failed", "error", "templates/page.html:1", URL,
     {"content/a.md": "A", "templates/page.html": "{{ 1/0 }}"},
     "ZeroDivisionError"),
    ("route.unknown", "error", "templates/page.html:1", URL,
     {"content/a.md": "A", "templates/page.html": "{{ url_for('archiv') }}"}, "did you mean"),
    ("route.failed", "error", "build.py:6", URL, route("@app.route('/x/')\ndef x():\n    1 / 0"), "ZeroDivisionError"),
    ("route.failed", "error", "build.py:6", URL,
     route("@app.route('/x/')\ndef x():\n    raise SystemExit(3)"), "call `abort`"),
    ("route.status", "error", "build.py:4", URL, route("@app.route('/x/')\ndef x():\n    return 'x', 500"), "500"),
    ("route.no-slash", "warning", "build.py:4", URL, route("@app.route('/x')\ndef x():\n    return 'x'"), "folders"),
    ("route.type", "warning", "build.py:4", URL, route("@app.route('/x/')\ndef x():\n    return {}"), "json"),
    ("route.no-urls", "warning", "build.py:4", URL, route("@app.route('/x/<y>/')\ndef x(y):\n    return y"), "frozen"),
    ("route.session", "error", "build.py:7", URL,
     route("app.secret_key = 'x'\n@app.route('/x/')\ndef x():\n    flask.session['user'] = 1\n    return ''"),
     "@coldpress.live"),
    ("route.query", "warning", "build.py:4", URL,
     route("@app.route('/x/')\ndef x():\n    return flask.request.args.get('q', 'x')"), "into the path"),
    ("link.nothing-there", "warning", "content/a.md", URL,
     {"content/a.md": "A", "templates/page.html": "{{ url_for('archive') }}"}, "`/archive/`"),
    ("route.no-base-url", "error", "build.py:4", "",
     route("@app.route('/x/')\ndef x():\n    return flask.request.url"), "set `base_url`"),
    ("build.failed", "error", "build.py:2", URL, {"build.py": "x = 1\nx.y\n"}, "AttributeError"),
    ("build.failed", "error", "build.py:2", URL, {"build.py": "import coldpress\ncoldpress.create_ap(__file__)\n"},
     "did you mean `create_app`?"),
    ("build.failed", "error", "build.py:2", URL, {"build.py": "x = 1\ndef (\n"}, "SyntaxError"),
    ("build.no-site", "error", "build.py", URL, {"build.py": "x = 1\n"}, "create_app"),
    ("build.no-site", "error", "build.py", URL,
     {"build.py": "def create_app():\n    return 1\n"}, "coldpress.create_app"),
    ("output.foreign", "error", "", URL, {"site/x": "x"}, "empty it"),
    ("output.place", "error", "config.yaml:2", URL + "output_dir: content/x", {}, "another folder"),
]


@pytest.mark.parametrize(("code", "severity", "place", "config", "files", "said"), MISTAKES)
def test_a_mistake_is_told_with_code_place_and_way_out(make_site, code, severity, place, config, files, said):
    site = make_site({"config.yaml": config, **files})
    result = site.run("build")
    assert result.code == (1 if severity == "error" else 0)
    assert "Traceback" not in result.err or code in ("route.failed", "build.failed")
    (block,) = [block for block in result.err.split("\n\n") if f"[{code}]" in block][:1]
    assert block.startswith(f"{severity}[{code}]: ")
    arrow = re.search("--> (.*)", block)
    assert re.match(re.escape(place) + r"(:\d+)*$", arrow[1] if arrow else "")
    assert said in block
    assert site.run("build", "--strict").code == 1
    quiet = site.run("build", "-q").err
    assert (block in quiet) == (severity == "error")
    assert "warning[" not in quiet


def test_a_mistake_inside_an_installed_package_is_told_where_it_was_called(make_site):
    """Also where the packages are installed in the folder of the site, as in `.venv`."""
    site = make_site({".venv/lib/site-packages/other.py": "def call():\n    return 1 / 0\n",
                      "build.py": "import os, sys\nsys.path.insert(0, os.path.abspath('.venv/lib/site-packages'))\n"
                                  "import other\nother.call()\n"})
    said = site.run_alone("build").err
    assert "error[build.failed]: ZeroDivisionError" in said
    assert "--> build.py:4:" in said


@pytest.mark.parametrize("files", [{"build.py": "1 / 0"}, {"build.py": "x = 1"}])
def test_json_is_json_whatever_happens(make_site, files):
    assert make_site(files).build().codes != []


def test_a_folder_without_a_site_is_said(tmp_path, capsys):
    assert execute(["build"], None, tmp_path) == 1
    assert "build.no-site" in capsys.readouterr().err


def test_a_link_out_of_the_content_folder_is_an_error(make_site, tmp_path):
    site = make_site({"content/a.md": "A."})
    (site.root / "content/out").symlink_to(tmp_path)
    (site.root / "content/loop").symlink_to(site.root / "content")
    (site.root / "content/dead").symlink_to("nothing")
    assert site.build().places() == [("source.link", f"content/{name}", None) for name in ("dead", "loop", "out")]


def test_a_source_that_cannot_be_read_is_an_error(make_site):
    # A folder of that name cannot be read as a file, whoever runs this.
    site = make_site({})
    (site.root / "config.yaml").unlink()
    (site.root / "config.yaml").mkdir()
    assert site.build().places() == [("config.unreadable", "config.yaml", None)]


def test_an_unreadable_source_survives_as_a_problem(tmp_path):
    with pytest.raises(ColdpressError) as caught:
        SourceFile("a.md", "content/", str(tmp_path / "gone.md"), "0 0 0 0").read()
    assert caught.value.problems[0].code == "source.unreadable"


def test_no_free_port_is_an_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 65535))
        with pytest.raises(ColdpressError) as caught:
            free_port("127.0.0.1", 65535)
    assert caught.value.problems[0].code == "serve.port"


def test_problems_survive_pickling():
    error = ColdpressError(Problem("link.broken-link", "m", coldpress.errors.Place("a.md", 1, 2, "x", 3), "h"))
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_at_most_fifty_are_shown_and_the_rest_counted(make_site):
    site = make_site({f"content/p{number:02}.md": "[x](no.md)" for number in range(60)})
    said = site.run("build").err
    assert said.count("warning[link.broken-link]") == 50
    assert "10 more" in said
    assert len(site.build().problems) == 60


def test_an_error_looks_as_the_manual_shows_it():
    place = coldpress.errors.Place("config.yaml", 3, 1, "pagnate: 10", 7)
    problem = Problem("config.unknown-key", "unknown key `pagnate`", place, "did you mean `paginate`?")
    assert format_problem(problem) == (
        "error[config.unknown-key]: unknown key `pagnate`\n  --> config.yaml:3:1\n   |\n 3 | pagnate: 10\n"
        "   | ^^^^^^^ did you mean `paginate`?")


def codes_of_the_package():
    """Every code given to a problem: literals of the shape, and the one f-string."""
    found, kinds = set(), set()
    shape = re.compile(r"[a-z][a-z-]*\.[a-z][a-z-]*")
    strings = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and shape.fullmatch(node.value):
                strings.add(node.value)
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant) and getattr(
                    node.func, "attr", getattr(node.func, "id", "")) in ("error", "warn", "Problem", "Flaw"):
                found.add(node.args[0].value)
    kinds = {code.partition(".")[0] for code in found} | {"syntax"}
    strings -= {"source.name", "page.params", "post.params", "site.data"}  # attributes
    files = ("-", ".sqlite", ".yaml", ".yml", ".html", ".py", ".xml", ".txt", ".md", ".json")
    found |= {text for text in strings if text.partition(".")[0] in kinds and not text.endswith(files)}
    return sorted(found | {"link.broken-link", "link.broken-image"})


def test_every_code_of_the_package_is_asserted_somewhere():
    tests = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    codes = codes_of_the_package()
    assert len(codes) > 40
    assert [code for code in codes if f'"{code}"' not in tests] == []


def test_a_page_that_cannot_be_read_makes_no_links_to_it_false(make_site):
    site = make_site({"content/guide/a.md": "[tour](../tour.md) [none](../none.md)",
                      "content/tour.md": "---\na: b: c\n---\n"},
                     config="base_url: https://e.org/\nmenu:\n  - Tour: tour.md\n")
    assert [(problem["code"], problem["place"]["path"]) for problem in site.build().problems] == [
        ("link.broken-link", "content/guide/a.md"), ("syntax.yaml", "content/tour.md")]
