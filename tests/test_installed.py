"""What is installed counts where it was used: a package that nobody imported changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv

import pytest
from conftest import REPOSITORY

BUILD_PY = """\
import coldpress
from words import loud


def create_app():
    app = coldpress.create_app(__file__)
    coldpress.get_site(app).filter("loud")(loud)

    @app.get("/late/")
    def late():
        try:
            from rare_words import word
        except ImportError:
            return "no word"
        return word

    @app.get("/inside/")
    def inside():
        try:
            from words.more import word
        except ImportError:
            return "no word inside"
        return word

    @app.get("/version/")
    def version():
        from importlib.metadata import PackageNotFoundError, version
        try:
            return version("asked-for")
        except PackageNotFoundError:
            return "not installed"

    @app.get("/found/")
    def found():
        from importlib.util import find_spec
        return "yes" if find_spec("sought") else "no"

    @app.get("/data/")
    def data():
        from importlib.resources import files
        try:
            return files("word_data").joinpath("word.txt").read_text()
        except ImportError:
            return "no data"

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
"""
FILES = {"build.py": BUILD_PY, "content/a.md": "---\nlayout: loud\n---\nA.", "content/b.md": "```x-words\nx\n```\n",
         "templates/loud.html": "{{ 'word' | loud }}"}


class Installed:
    """A folder of packages, and the builds of a site with them; each is a process of its own."""

    def __init__(self, folder, site):
        self.folder, self.site = folder, site

    def install(self, name, files, version="1.0", entry_points=None):
        """Installs a package in place of its other versions, as pip does."""
        self.remove(name)
        info = self.folder / f"{name}-{version}.dist-info"
        texts = {f"{info.name}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", **files}
        if entry_points:
            texts[f"{info.name}/entry_points.txt"] = entry_points
        texts[f"{info.name}/RECORD"] = "".join(
            f"{file},sha256={hashlib.sha256(text.encode()).hexdigest()},{len(text)}\n" for file, text in texts.items())
        for file, text in texts.items():
            (self.folder / file).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / file).write_text(text)

    def remove(self, name):
        """Removes all versions of a package."""
        for info in self.folder.glob(f"{name}-*.dist-info"):
            for line in (info / "RECORD").read_text().splitlines():
                (self.folder / line.split(",")[0]).unlink(missing_ok=True)
            shutil.rmtree(info)

    def run(self, *arguments):
        path = os.pathsep.join([str(self.folder), *sys.path])
        return subprocess.run([sys.executable, "-m", "coldpress", "build", *arguments], cwd=self.site.root, check=True,
                              capture_output=True, text=True,
                              env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1", "PYTHONPATH": path})

    def rendered(self, *arguments):
        """The URLs that a build rendered."""
        return set(json.loads(self.run("--json", *arguments).stdout)["rendered"])


@pytest.fixture
def installed(make_site, tmp_path):
    installed = Installed(tmp_path / "site-packages", make_site(FILES))
    installed.install("words", {"words/__init__.py": "from words.how import loud", "words/how.py": "loud = str.upper"})
    assert "/late/" in installed.rendered()
    return installed


def test_an_unrelated_package_renders_nothing(installed):
    installed.install("unrelated", {"unrelated.py": "x = 1"}, entry_points="[coldpress.plugins]\nx = unrelated:x\n")
    assert installed.rendered() == set()
    assert " flask\n" in installed.run("-q").stderr
    assert " flask\n" not in installed.run("-q").stderr, "it ended at the stamp"


def test_another_version_of_what_a_filter_uses_renders_all(installed):
    assert "WORD" in installed.site.text("a/index.html")
    installed.install("words", {"words/__init__.py": "from words.how import loud", "words/how.py": "loud = str.title"},
                      version="1.1")
    assert {"/a/", "/b/"} <= installed.rendered()
    assert "Word" in installed.site.text("a/index.html")
    assert installed.rendered() == set()


def test_the_same_version_with_other_files_renders_all(installed):
    installed.install("words", {"words/__init__.py": "from words.how import loud", "words/how.py": "loud = str.title"})
    assert {"/a/", "/b/"} <= installed.rendered()
    assert "Word" in installed.site.text("a/index.html")
    assert installed.rendered() == set()


def test_a_module_of_the_site_takes_the_place_of_a_package(installed):
    installed.site.edit({"words.py": "loud = str.title"})
    assert {"/a/", "/b/"} <= installed.rendered()
    assert "Word" in installed.site.text("a/index.html")
    assert installed.rendered() == set()
    installed.site.edit({"words.py": None})
    assert {"/a/", "/b/"} <= installed.rendered()
    assert "WORD" in installed.site.text("a/index.html")


def test_files_without_metadata_count(installed):
    installed.remove("words")
    (installed.folder / "words").mkdir(exist_ok=True)
    for how in ("lower", "title"):
        (installed.folder / "words/__init__.py").write_text("from words.how import loud")
        (installed.folder / "words/how.py").write_text(f"loud = str.{how}")
        assert {"/a/", "/b/"} <= installed.rendered()
        assert getattr(str, how)("word") in installed.site.text("a/index.html")
        assert installed.rendered() == set()


def test_a_package_that_was_only_looked_for_is_removed(installed):
    installed.install("sought", {"sought.py": "raise ValueError"})
    assert "/found/" in installed.rendered()
    assert installed.site.text("found/index.html") == "yes"
    installed.remove("sought")
    assert "/found/" in installed.rendered()
    assert installed.site.text("found/index.html") == "no"


THINGS = """\
    @app.get("/things/")
    def things():
        from importlib.metadata import entry_points
        return "things: " + " ".join(point.name for point in entry_points(group="things"))

"""


def test_entry_points_that_the_site_asks_for(installed):
    installed.site.edit({"build.py": BUILD_PY.replace("    return app\n", f"{THINGS}    return app\n")})
    assert "/things/" in installed.rendered()
    assert installed.site.text("things/index.html") == "things: "
    installed.install("thing", {}, entry_points="[things]\none = thing:x\n")
    assert "/things/" in installed.rendered()
    assert installed.site.text("things/index.html") == "things: one"
    assert installed.rendered() == set()


def test_data_of_a_package_without_code(installed):
    for version in ("1.0", "1.1"):
        installed.install("word_data", {"word_data/word.txt": f"data {version}"}, version=version)
        assert "/data/" in installed.rendered()
        assert installed.site.text("data/index.html") == f"data {version}"


@pytest.mark.parametrize(("name", "files", "page", "text"), [
    ("rare_words", {"rare_words.py": "word = 'a rare word'"}, "late", "a rare word"),
    ("words_more", {"words/more.py": "word = 'one more word'"}, "inside", "one more word"),
    ("asked_for", {}, "version", "1.0")])
def test_what_had_not_been_found_is_found(installed, name, files, page, text):
    file = f"{page}/index.html"
    assert text not in installed.site.text(file)
    installed.install(name, files)
    assert f"/{page}/" in installed.rendered()
    assert installed.site.text(file) == text
    assert installed.rendered() == set()


def test_what_had_not_been_found_is_found_beside_the_site(installed):
    installed.site.edit({"rare_words.py": "word = 'my own word'"})
    assert "/late/" in installed.rendered()
    assert installed.site.text("late/index.html") == "my own word"


def test_what_a_worker_did_not_find_counts_too(installed):
    installed.site.edit({f"content/posts/{number}.md": f"Post {number}." for number in range(450)})
    assert "/posts/7/" in installed.rendered("-j", "2")
    installed.install("rare_words", {"rare_words.py": "word = 'a rare word'"})
    assert "/late/" in installed.rendered("-j", "2")


LEXER = """\
from pygments.lexer import RegexLexer
from pygments.token import Keyword


class WordLexer(RegexLexer):
    name, aliases = "Words", ["x-words"]
    tokens = {"root": [(r"x", Keyword)]}
"""


def test_a_lexer_for_a_language_that_had_none_is_noticed(installed):
    assert "<span" not in installed.site.text("b/index.html").split("<pre")[1].split("</pre>")[0]
    installed.install("word_lexer", {"word_lexer.py": LEXER},
                      entry_points="[pygments.lexers]\nwords = word_lexer:WordLexer\n")
    assert "/b/" in installed.rendered()


def test_a_second_plugin_of_a_name_is_noticed(installed):
    plugin = "class Plugin:\n    def init_site(self, site):\n        site.filter('said')(lambda text: 'said')\n"
    points = "[coldpress.plugins]\nsays = {}:Plugin\n"
    installed.install("says", {"says.py": plugin}, entry_points=points.format("says"))
    installed.site.edit({"config.yaml": "base_url: https://example.org/\nplugins: [says]\n"})
    assert "/a/" in installed.rendered()
    assert installed.rendered() == set()
    installed.install("other", {"other.py": plugin}, entry_points="[coldpress.plugins]\nother = other:Plugin\n")
    assert "/a/" in installed.rendered()


def test_a_site_in_the_folder_of_an_environment_is_no_package(make_site):
    """As after `python -m venv .`: its own code and files count as in any other folder."""
    site = make_site({"content/a.md": "A.", "words.txt": "one", "build.py": """\
import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.get("/words/")
    def words():
        with open("words.txt") as file:
            return file.read()

    return app
"""})
    venv.create(site.root, symlinks=os.name != "nt")
    python = site.root / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = os.pathsep.join([str(REPOSITORY), *(path for path in sys.path if path.endswith("site-packages"))])

    def built():
        subprocess.run([python, "-m", "coldpress", "build", "-q"], cwd=site.root, check=True,
                       env={**os.environ, "PYTHONPATH": packages})
        return site.text("words/index.html")

    assert built() == "one"
    site.edit({"words.txt": "two"})
    assert built() == "two"
    site.edit({"build.py": (site.root / "build.py").read_text().replace("file.read()", "file.read().upper()")})
    assert built() == "TWO"
