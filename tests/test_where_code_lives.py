"""Own code and what it reads count wherever they live, and however they are reached."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import unicodedata
import urllib.request
from pathlib import Path
from textwrap import dedent

import pytest
from conftest import REPOSITORY, wait_until

from coldpress.commands.serve import free_port

FACTORY = """\
import coldpress
import flask
{top}

def create_app():
    app = coldpress.create_app(__file__)
    {made}

    @app.get("/x.txt")
    def x():
        return flask.Response({shown}, mimetype="text/plain")

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
"""


def build_py(top="", made="pass", shown='""'):
    return FACTORY.format(top=top, made=made.replace("\n", "\n    "), shown=shown)


def run(site, *arguments, script="build.py", **environment):
    """Run `build.py` as a script, by a Python that keeps bytecode, also where the tests' own keeps none."""
    kept = {"PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": ""}
    return subprocess.run([sys.executable, script, *arguments], cwd=site.root, check=False, text=True,
                          capture_output=True, env={**os.environ, **kept, **environment})


def fetch(url):
    """What a server answers."""
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()


def shown(site, **environment):
    """What the page of own code is after a build."""
    assert run(site, "build", "-q", **environment).returncode == 0
    return site.text("x.txt")


def holds(site, edits, **environment):
    """Whether a build after edits sees them."""
    assert shown(site) == "one"
    site.edit(edits)
    return shown(site, **environment) == "two"


def test_importing_twice_is_named_where_it_does_harm_and_not_after_an_edit(make_site):
    """A script is imported a second time at once; later it may have been edited, and be wrong by itself."""
    counter = "import sys\nassert 'seen' not in vars(sys)\nsys.seen = True\n"
    site = make_site({"content/a.md": "A.", "counter.py": counter, "build.py": build_py("import counter")})
    told = run(site, "build")
    assert "AssertionError" in told.stderr and "imports your modules twice" in told.stderr
    edited = """
    from pathlib import Path

    from coldpress.build.context import BuildContext
    from coldpress.config.loader import RunOptions
    from coldpress.report import Report

    context = BuildContext(create_app, RunOptions(), Report(quiet=True), Path("."))
    context.make_app()
    Path("build.py").write_text("def (")
    try:
        context.make_app()
    except coldpress.ColdpressError as error:
        print(error.problems[0].message, error.problems[0].hint)
"""
    site.edit({"build.py": build_py().replace("\n    coldpress.main(create_app)\n", edited)})
    done = run(site)
    assert done.stdout == "SyntaxError: invalid syntax (build.py, line 1) None\n", done.stderr


READ = '(Path(__file__).parent / "d.txt").read_text()'
KIOSK = "from flask import Blueprint\nkiosk = Blueprint('kiosk', __name__, template_folder='t')\n"
CASES = {
    "a file that a module reads while it is imported": (
        {"build.py": build_py("import helper", shown="helper.D"), "d.txt": "one",
         "helper.py": f"from pathlib import Path\nD = {READ}\n"}, {"d.txt": "two"}),
    "a file that a module in a package without a name reads": (
        {"build.py": build_py("from parts import helper", shown="helper.D"), "parts/d.txt": "one",
         "parts/helper.py": f"from pathlib import Path\nD = {READ}\n"}, {"parts/d.txt": "two"}),
    "a module loaded from its file": (
        {"build.py": build_py("import importlib.util as u", shown="cfg()").replace("\n\ndef create_app", dedent("""

            def cfg():
                spec = u.spec_from_file_location("cfg", "cfg.py")
                module = u.module_from_spec(spec)
                spec.loader.exec_module(module)
                return module.D


            def create_app""")), "cfg.py": "D = 'one'\n"}, {"cfg.py": "D = 'two'\n"}),
    "a file mapped into memory": (
        {"build.py": build_py("from mmap import mmap", shown="words()").replace("\n\ndef create_app", dedent("""

            def words():
                with open("d.txt", "r+b") as file, mmap(file.fileno(), 0) as found:
                    return found[:]


            def create_app""")), "d.txt": "one"},
        {"d.txt": "two"}),
    "a template of a blueprint": (
        {"build.py": build_py("from kiosk.bp import kiosk", "app.register_blueprint(kiosk)",
                              'flask.render_template("kiosk.html")'),
         "kiosk/bp.py": KIOSK, "kiosk/t/kiosk.html": "one"}, {"kiosk/t/kiosk.html": "two"}),
    "a template that comes before another one": (
        {"build.py": build_py("from pathlib import Path",
                              'coldpress.get_site(app).template_folder(Path("../tf").resolve())',
                              'coldpress.get_site(app).render("shop.html")'),
         "../tf/shop.html": "{% include ['first.html', 'second.html'] %}", "../tf/second.html": "one"},
        {"../tf/first.html": "two"}),
    "a module that comes to be": (
        {"build.py": build_py(shown="word()").replace("\n\ndef create_app", dedent("""

            def word():
                try:
                    from local_settings import D
                except ImportError:
                    return "one"
                return D


            def create_app"""))}, {"local_settings.py": "D = 'two'\n"}),
    "a package before a module": (
        {"build.py": build_py("import shop", shown="shop.D"), "shop.py": "D = 'one'\n"},
        {"shop/__init__.py": "D = 'two'\n"}),
    "a file that becomes a folder": (
        {"build.py": build_py("import os", shown="'two' if next(os.walk('d'))[1] else 'one'"), "d/e": ""},
        {"d/e": None, "d/e/f": ""}),
    "an own folder whose name ends like that of packages": (
        {"build.py": build_py("import os, sys\nsys.path.insert(0, os.path.abspath('my-site-packages'))\nimport shop",
                              shown="shop.d()"),
         "my-site-packages/shop.py": "def d():\n    return open('my-site-packages/d.txt').read()\n",
         "my-site-packages/d.txt": "one"}, {"my-site-packages/d.txt": "two"}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_own_code_reads_is_seen_in_the_next_build(make_site, case):
    files, edits = CASES[case]
    assert holds(make_site({"content/a.md": "A.", **files}), edits)


TWO_WAYS = "try:\n    from .words import D\nexcept ImportError:\n    from words import D\n"
FOUND = ("import pkgutil\nfrom importlib import import_module\nREG = {}\n"
         "for found in pkgutil.iter_modules(__path__):\n    import_module(f'{__name__}.{found.name}')\n")


@pytest.mark.parametrize("files", [
    {"build.py": build_py("import helper", shown="helper.D"), "helper.py": TWO_WAYS, "words.py": "D = 'one'\n"},
    {"build.py": build_py("import os, sys\nsys.path.insert(0, os.path.abspath('../lib'))\nimport shop",
                          shown="shop.REG['a']"),
     "../lib/shop/__init__.py": FOUND, "../lib/shop/a.py": "from shop import REG\nREG['a'] = 'one'\n"},
    {"build.py": build_py("import os, sys\nsys.path.insert(0, os.path.abspath('deps'))\nimport acme.words, acme.tool",
                          shown="acme.words.D + acme.tool.E"),
     "acme/words.py": "D = 'on'\n", "deps/acme/tool.py": "E = 'e'\n", "deps/acme_tool-1.0.dist-info/METADATA": ""},
    {"build.py": build_py("import sys\nclass Odd:\n    def __getattr__(self, name):\n        raise KeyError(name)\n"
                          "sys.modules['odd'] = Odd()", shown="'one'")},
], ids=["imported in two ways", "found by its package", "one of two parts", "no module"])
def test_modules_that_are_imported_twice_work(make_site, files):
    assert shown(make_site({"content/a.md": "A.", **files})) == "one"


def test_packages_in_a_folder_of_another_name_are_not_imported_twice(make_site):
    flask = Path(__import__("flask").__file__).parent
    files = {f"deps/flask/{file.relative_to(flask).as_posix()}": file.read_bytes() for file in flask.rglob("*.py")}
    site = make_site({"content/a.md": "A.", **files, "build.py": build_py(shown="flask.url_for('x')")})
    assert shown(site, PYTHONPATH=os.pathsep.join((str(site.root / "deps"), str(REPOSITORY)))) == "/x.txt"


@pytest.mark.parametrize("words", [["run.py"], ["-m", "pdb", "-c", "continue", "build.py"], ["-m", "build"]])
def test_other_ways_to_run_the_script(make_site, words):
    site = make_site({"content/a.md": "A.", "build.py": build_py(shown="'one'"),
                      "run.py": "import coldpress\nfrom build import create_app\ncoldpress.main(create_app)\n"})
    subprocess.run([sys.executable, *words, "build"], cwd=site.root, check=False, capture_output=True, input=b"q\nq\n",
                   env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    assert site.text("x.txt") == "one"


@pytest.mark.parametrize("given", ["lambda: create_app()", "partial(create_app)"])
def test_a_factory_without_a_name(make_site, given):
    text = build_py("from functools import partial", shown="'one'").replace("main(create_app)", f"main({given})")
    assert shown(make_site({"content/a.md": "A.", "build.py": text})) == "one"


def test_what_create_app_writes_is_not_what_it_reads(make_site):
    lock = "fd = os.open('lock', os.O_RDWR | os.O_CREAT)\nos.write(fd, str(os.getpid()).encode())\nos.close(fd)"
    site = make_site({"content/a.md": "A.", "build.py": build_py(
        "import os", f"{lock}\nopen('log', 'a+').write('x')", "'one'")})
    run(site, "build")
    site.edit({"content/a.md": "B."})
    assert "0 unchanged" not in run(site, "build").stdout


def test_the_preview_shows_a_template_of_a_blueprint(browse):
    preview = browse({"content/a.md": "A.", **CASES["a template of a blueprint"][0]})
    assert preview.get("/x.txt").data == b"one"
    preview.edit({"kiosk/t/kiosk.html": "two"})
    assert preview.get("/x.txt").data == b"two"


BESIDE = {"content/a.md": "A.", "../lib/words.py": "D = 'one'\n", "build.py": build_py(
    "import os, sys\nsys.path.insert(0, os.path.abspath('../lib'))\nimport words", shown="words.D")}


@pytest.mark.parametrize("where", ["../lib", "shop"])
def test_the_preview_takes_an_edit_of_a_module(make_site, where):
    site = make_site(BESIDE if where == "../lib" else PACKAGE)
    port = free_port("127.0.0.1", 28000 + os.getpid() % 10000)
    with subprocess.Popen([sys.executable, "build.py", "serve", "-p", str(port)], cwd=site.root, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY)}) as server:
        try:
            url = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())[0]
            assert fetch(f"{url}x.txt") == "one"
            for word in ("two", "three times"):
                site.edit({f"{where}/words.py": f"D = {word!r}  # longer\n"})
                wait_until(lambda word=word: fetch(f"{url}x.txt") == word)
        finally:
            server.kill()


HERE = "from pathlib import Path\n\nHERE = Path(__file__).parent"
MADE_OF = {
    "a file that the factory reads": (
        build_py(HERE, 'app.word = (HERE / "word.txt").read_text()', "app.word"),
        {"word.txt": "one"}, {"word.txt": "two"}),
    "a file that a module reads at its top": (
        build_py("import read_at_top", shown="read_at_top.D"),
        {"word.txt": "one", "read_at_top.py": f"{HERE}\nD = (HERE / 'word.txt').read_text()\n"}, {"word.txt": "two"}),
    "a folder that the factory lists": (
        build_py(HERE, 'app.word = max(p.stem for p in (HERE / "words").iterdir())', "app.word"),
        {"words/one.txt": ""}, {"words/two.txt": ""}),
    "a module that comes to be": (
        build_py("try:\n    from come_to_be import D\nexcept ImportError:\n    D = 'one'", shown="D"),
        {}, {"come_to_be.py": "D = 'two'\n"}),
    "a package that comes before a module": (
        build_py("import come_before", shown="come_before.D"),
        {"come_before.py": "D = 'one'\n"}, {"come_before/__init__.py": "D = 'two'\n"}),
}


@pytest.mark.parametrize("case", MADE_OF)
def test_the_preview_takes_what_the_app_is_made_of(browse, case):
    code, before, edited = MADE_OF[case]
    preview = browse({"content/a.md": "A.", "build.py": code, **before})
    assert preview.get("/x.txt").data == b"one"
    preview.edit(edited)
    assert preview.get("/x.txt").data == b"two"


MENDED = {
    "a file that the factory asks for": ("word.txt", None, "2", build_py(
        HERE, 'assert (HERE / "word.txt").exists()\napp.word = "2"', "app.word")),
    "a file that the factory reads": ("word.txt", "no", "2", build_py(
        HERE, 'app.word = int((HERE / "word.txt").read_text())', 'f"{app.word}"')),
    "a file that is not there": ("word.txt", None, "2", build_py(
        HERE, 'app.word = (HERE / "word.txt").read_text()', "app.word")),
    "a module that does not compile": ("not_compiled.py", "D = (", "D = '2'\n", build_py(
        "import not_compiled", shown="not_compiled.D")),
    "a module that is not there": ("not_there.py", None, "D = '2'\n", build_py(
        "import not_there", shown="not_there.D")),
}


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("case", MENDED)
def test_the_preview_takes_what_mends_an_app_that_cannot_be_made(browse, monkeypatch, case, is_first):
    name, wrong, right, code = MENDED[case]
    monkeypatch.delitem(sys.modules, Path(name).stem, raising=False)  # of another site, in the test before
    files = {"content/a.md": "A.", **({name: wrong} if wrong else {})}
    if is_first:
        preview = browse({**files, "build.py": code})
    else:
        preview = browse({**files, "build.py": build_py()}).edit({"build.py": code})
    assert b"build.failed" in preview.get("/").data
    preview.edit({name: right})
    assert preview.get("/x.txt").data == b"2"


def test_the_preview_watches_a_folder_that_a_page_lists(browse):
    preview = browse({"content/a.md": "A.", "words/one.txt": "", "build.py": build_py(HERE, """
@app.get("/words/")
def words():
    return "<!doctype html><body>" + max(p.stem for p in (HERE / "words").iterdir())
""")})
    assert b"<body>one" in preview.get("/words/").data
    number = preview.preview._current.revision.number
    preview.edit({"words/two.txt": ""})
    assert preview.preview._current.revision.number == number + 1  # which open pages are told
    assert b"<body>two" in preview.get("/words/").data


def test_the_preview_is_not_made_anew_by_what_comes_and_goes_in_hidden_folders(browse):
    preview = browse({"content/a.md": "A.", ".cache/one.txt": "", "build.py": build_py(
        HERE, 'app.word = str(len([path for path in HERE.rglob("*.md")]))', "app.word")})
    preview.site.edit({".cache/two.txt": "", ".git/index.lock": "", ".coldpress/x-journal": ""})
    assert not {path for path in preview.look() if path.name[0] == "."}
    preview.edit({"more/b.md": ""})
    assert preview.get("/x.txt").data == b"2"


MANIFEST = """import json
subprocess.run([sys.executable, "-c", "open('m.json', 'w').write('{}')"], cwd=HERE, check=True)
app.manifest = json.loads((HERE / "m.json").read_text())"""
SAME = {
    "a program that the factory starts writes what it reads": (
        build_py(f"import subprocess, sys\n{HERE}", MANIFEST), {"m.json": "{}"}),
    "a file is written again": (build_py(HERE, '(HERE / "word.txt").read_text()'), {"word.txt": "one"}),
    "a file is replaced in a folder": (
        build_py(HERE, 'list((HERE / "words").iterdir())'), {"words/one.txt": "", "words/.two.txt.swp": "1"}),
    "a database is at work in a folder": (
        build_py(HERE, 'list((HERE / "words").iterdir())'), {"words/one.db": "", "words/one.db-journal": "1"}),
    "a module is touched": (build_py("import touched_only"), {"touched_only.py": "D = 1\n"}),
    "a file comes to be beside the code": (build_py(), {"README.md": "Read."}),
}


@pytest.mark.parametrize("case", SAME)
def test_the_preview_is_not_made_anew_by_what_stays_the_same(browse, case):
    code, files = SAME[case]
    preview = browse({"content/a.md": "A.", "build.py": code, **{name: files[name] for name in list(files)[:1]
                                                                 if name != "README.md"}})
    app = preview.preview._current.revision.app
    for _ in range(3):
        preview.site.edit(files)
        preview.preview.take({*preview.look(), *(preview.site.root / name for name in files)})
        assert preview.preview._current.revision.app is app


def test_an_app_that_cannot_be_made_is_not_tried_again_for_what_it_wrote_itself(browse):
    preview = browse({"content/a.md": "A.", "bad.txt": "ok", "build.py": build_py(HERE, """\
with (HERE / "made.txt").open("a") as made: made.write("+")
(HERE / "static").mkdir(exist_ok=True)
(HERE / "static/gen.css").write_text("a {}")
assert (HERE / "bad.txt").read_text() == "ok\"""")})
    made = preview.site.root / "made.txt"
    preview.edit({"bad.txt": "no"})
    count = len(made.read_text())
    for _ in range(3):
        preview.preview.take({*preview.look(), preview.site.root / "static/gen.css"})
    assert len(made.read_text()) == count
    preview.edit({"bad.txt": "ok"})
    assert b"build.failed" not in preview.get("/").data


def test_the_preview_is_not_made_anew_when_the_app_writes_what_it_had_read(browse):
    code = build_py(HERE, """app.word = (HERE / "word.txt").read_text()
@app.post("/word")
def save():
    (HERE / "word.txt").write_text("two")
    app.word = "kept in memory"
    return ""
""", "app.word")
    preview = browse({"content/a.md": "A.", "word.txt": "one", "build.py": code})
    assert preview.client.post("/word", headers={"Host": "localhost:8000"}).status_code == 200
    preview.preview.take(preview.look())
    assert preview.get("/x.txt").data == b"kept in memory"


def test_a_variable_that_a_module_reads_while_it_is_imported(make_site):
    site = make_site({"content/a.md": "A.", "helper.py": "import os\nD = os.environ.get('WORD', 'one')\n",
                      "build.py": build_py("import helper", shown="helper.D")})
    assert holds(site, {}, WORD="two")


@pytest.mark.skipif(not os.supports_bytes_environ, reason="variables are texts there")
def test_a_variable_in_bytes(make_site):
    site = make_site({"content/a.md": "A.", "build.py": build_py(
        "import os", shown="os.environb.get(b'WORD', b'one')")})
    assert holds(site, {}, WORD="two")


@pytest.mark.parametrize("folder", ["shop", "../lib"])
def test_an_edit_as_long_as_the_text_before_it_in_the_same_second(make_site, folder):
    """Python itself takes the bytecode of the first text for that of the second."""
    top = f"import os, sys\nsys.path.insert(0, os.path.abspath({folder!r}))\nimport words"
    site = make_site({"content/a.md": "A.", f"{folder}/words.py": "D = 'one'\n",
                      "build.py": build_py(top, shown="words.D")})
    second = int(time.time()) + 100
    os.utime(site.root / folder / "words.py", (second, second + 0.1))
    assert shown(site) == "one"
    site.edit({f"{folder}/words.py": "D = 'two'\n"})
    os.utime(site.root / folder / "words.py", (second, second + 0.9))
    assert shown(site) == "two"


def test_a_folder_is_listed_also_where_python_keeps_bytecode_in_it(make_site):
    site = make_site({"content/a.md": "A.", "plug/a.py": "D = 'one'\n", "build.py": build_py(
        "import importlib\nimport os\nimport sys", "sys.path.insert(0, 'plug')\n"
        "found = [importlib.import_module(name[0]).D for name in sorted(os.listdir('plug')) if name[1:] == '.py']",
        "found[-1]")})
    time.sleep(2.1)  # until then, no bytecode is written
    assert shown(site) == "one"
    assert (site.root / "plug/__pycache__").exists()
    site.edit({"plug/b.py": "D = 'two'\n"})
    assert shown(site) == "two"


def test_a_module_of_another_folder_of_the_path(make_site, tmp_path):
    site = make_site({"content/a.md": "A.", "build.py": build_py("import shop", shown="shop.D"),
                      "../one/shop.py": "D = 'one'\n", "../two/shop.py": "D = 'two'\n"})
    for name in ("one", "two"):
        assert shown(site, PYTHONPATH=os.pathsep.join((str(REPOSITORY), str(tmp_path / name)))) == name


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_folder_above_a_link_is_that_above_its_target(make_site):
    """As the system reads `link/..`: the folder in which the link's target is."""
    site = make_site({"content/a.md": "A.", "../p.txt": "one", "../deep/er/p.txt": "three",
                      "build.py": build_py("import os", shown="open('up/../p.txt').read()")})
    (site.root / "up").symlink_to(site.root)
    (site.root / "p.txt").write_text("none")
    site.edit({"build.py": build_py(shown="open('up/../p.txt').read()")})
    assert holds(site, {"../p.txt": "two"})


PACKAGE = {
    "content/a.md": "A.", "shop/__init__.py": "", "shop/words.py": "D = 'one'\n",
    "shop/factory.py": "from pathlib import Path\nimport coldpress\nimport flask\nfrom . import words\n\n\n"
                       "def make():\n    app = coldpress.create_app(Path(__file__).parents[1])\n"
                       "    app.add_url_rule('/x.txt', 'x', lambda: flask.Response(words.D,\n"
                       "                     mimetype='text/plain'))\n    return app\n",
    "build.py": "import coldpress\nfrom shop.factory import make\n\nif __name__ == '__main__':\n"
                "    coldpress.main(make)\n"}


@pytest.mark.parametrize("home", ["factory", "__init__"])
def test_the_factory_may_be_in_a_package(make_site, home):
    """Its package is imported again, not its file alone."""
    found = f"shop.{home}".removesuffix(".__init__")
    site = make_site({**PACKAGE, f"shop/{home}.py": PACKAGE["shop/factory.py"],
                      "build.py": PACKAGE["build.py"].replace("shop.factory", found)})
    assert holds(site, {"shop/words.py": "D = 'two'\n"})
    assert run(site, "check").returncode == 0


@pytest.mark.parametrize(("template", "code", "message"), [
    ("<p>\n{{ nope.x }}", "template.undefined", "`nope` is not defined"),
    ("<p>\n{{ 1 / 0 }}", "template.failed", "ZeroDivisionError")])
@pytest.mark.parametrize("where", ["../tf", "tf"])
def test_a_mistake_in_a_template_is_told_there_wherever_it_is(make_site, template, code, message, where):
    site = make_site({"content/a.md": "A.", f"{where}/page.html": template,
                      "build.py": build_py("from pathlib import Path", "coldpress.get_site(app).template_folder("
                                           f"Path({where!r}).resolve())")})
    said = run(site, "build").stderr
    assert f"error[{code}]: {message}" in said
    assert re.search(r"--> \S*tf/page\.html:2", said)


def test_a_mistake_in_a_module_beside_the_site_is_told_there(make_site):
    site = make_site({"content/a.md": "A.", "../lib/words.py": "def d():\n    return 1 / 0\n",
                      "build.py": build_py("import os, sys\nsys.path.insert(0, os.path.abspath('../lib'))\n"
                                           "import words", shown="words.d()")})
    assert re.search(r"--> \S*lib/words\.py:2", run(site, "build").stderr)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_site_behind_a_link_names_its_files_as_others_do(make_site, tmp_path):
    site = make_site({"content/a.md": "A.", "build.py": build_py(shown="1 / 0")})
    (tmp_path / "link").symlink_to(site.root)
    assert "--> build.py:11:" in run(site, "build", script=tmp_path / "link/build.py").stderr


@pytest.mark.parametrize("hashed", ["true", "false"])
def test_a_static_file_whose_name_was_written_by_macos(make_site, hashed):
    name = unicodedata.normalize("NFD", "café.txt")
    site = make_site({"content/a.md": "[it](/static/café.txt)", f"static/{name}": "one"},
                     f"base_url: https://example.org/\nhashed_static: {hashed}\n")
    result = site.build()
    assert result.codes == []
    assert "one" in [data.decode("utf-8", "replace") for file, data in site.files().items()
                     if file.startswith("static/caf\u00e9")]


def test_dates_of_a_repository_that_is_begun_later(make_site):
    site = make_site({"content/a.md": "A.", "build.py": build_py()}, "base_url: https://example.org/\ndates: git\n")
    assert "begin a repository" in run(site, "build").stderr
    for words in (["init", "-q"], ["add", "."],
                  ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "First"]):
        subprocess.run(["git", *words], cwd=site.root, check=True)
    assert "begin a repository" not in run(site, "build").stderr
