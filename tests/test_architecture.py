"""The documents about the code: what they name exists, and what they draw is so."""

from __future__ import annotations

import re
import runpy
from importlib import import_module
from pathlib import Path

from conftest import REPOSITORY
from test_layers import LAYERS

import coldpress
from coldpress.web.app_setup import BLUEPRINTS

PACKAGE = Path(coldpress.__file__).parent
ARCHITECTURE = (REPOSITORY / "ARCHITECTURE.md").read_text("utf-8")
WALK = (REPOSITORY / "content/docs/how-a-post-travels.md").read_text("utf-8").partition("\n---\n")[2]
# What stands in code and is no name of the package: of the user's site, of Python's world, of templates.
OF_THE_SITE = {
    "build.py", "config.yaml", "content/", "templates/", ".coldpress/", "content/posts/2026-01-31-hello.md", "hello",
    "posts/hello/index.html", "/posts/hello/", "/posts/<slug>/", "/about/", "../about.md", "about.md",
    "python build.py", "python build.py urls", "python build.py serve", "create_app", "coldpress.page", "coldpress.",
    "@blueprint.urls(view)", "/<coldpress_content:page>", "layout", "post.html", "page.html", "markdown.jinja",
    "run_wsgi_app"}
# Classes, and modules of a folder, that the sentence places: by themselves they are looked for in the whole package.
PLACED = re.compile(r"[A-Z]\w+(?:\.\w+)*|[a-z_]+")


def spans(text):
    """The code in a text, blocks left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.S | re.M))


def in_repository(name):
    """Whether a path with a slash or an ending is a file or folder, seen from the package or the repository."""
    wants_folder = name.endswith("/")
    return any(path.is_dir() if wants_folder else path.is_file() for path in (PACKAGE / name, REPOSITORY / name))


def resolves(dotted):
    """Whether `module.function` or `folder.module.Class.method` exists below `coldpress`."""
    words = dotted.split(".")
    folder = PACKAGE.joinpath(words[0])
    if not (folder.is_dir() or folder.with_suffix(".py").is_file()):
        return False
    for count in range(len(words), 0, -1):
        try:
            found = import_module(".".join(["coldpress", *words[:count]]))
        except ModuleNotFoundError:
            continue
        for word in words[count:]:
            if not hasattr(found, word):
                return False
            found = getattr(found, word)
        return True
    return False


def is_somewhere(name):
    """Whether a class, or a module of any folder, has this name."""
    if name[0].islower():
        return any(PACKAGE.rglob(f"{name}.py")) or any(path.is_dir() for path in PACKAGE.rglob(name))
    kind, _, member = name.partition(".")
    for file in PACKAGE.rglob("*.py"):
        found = re.search(rf"^class {kind}\b.*?(?=^\S|\Z)", file.read_text("utf-8"), re.M | re.S)
        if found and (not member or re.search(rf"^    def {member}\b", found[0], re.M)):
            return True
    return False


def exists(name):
    if "/" in name or name.endswith((".py", ".md")):
        return in_repository(name)
    return resolves(name) or bool(PLACED.fullmatch(name) and is_somewhere(name))


def folders():
    """Every folder of the package that holds code, and those that hold what belongs to it."""
    packages = {file.parent for file in PACKAGE.rglob("__init__.py") if "skeleton" not in file.parts} - {PACKAGE}
    beside = {path for package in {*packages, PACKAGE} for path in package.iterdir()
              if path.is_dir() and path.name != "__pycache__"}
    return sorted(f"{path.relative_to(PACKAGE).as_posix()}/" for path in packages | beside)


def test_everything_the_walk_names_is_there():
    assert [name for name in spans(WALK) if name not in OF_THE_SITE and not exists(name)] == []


def test_everything_the_architecture_names_is_there():
    outside = {"urls", "list", "◀", "gc.freeze", "gc.unfreeze", "os.environ", "random", "sys.path", "sys.meta_path",
               'sys.modules["build"]', "sys.dont_write_bytecode", "Freezer.freeze_yield", "frozen", "live", "depends",
               "python .ci/architecture.py", "tests/test_layers.py", "coldpress/"}
    inner = {"parser/", "syntax/", "code/", "math/", "html/", "sandbox/", "theme/"}  # of the folder in their row
    named = [name for name in spans(ARCHITECTURE) if name not in OF_THE_SITE | outside]
    assert [name for name in named if name not in inner and not exists(name)] == []


def test_the_walk_names_every_folder():
    named = set(spans(WALK))
    assert [folder for folder in folders() if not any(name.startswith(folder) for name in named)] == []
    assert "sources/" in folders() and "web/theme/" in folders()


def test_the_walk_can_be_read_in_ten_minutes():
    assert 800 < len(WALK.split()) <= 1200


def test_the_walk_counts_the_blueprints():
    words = {5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}
    assert f"registers {words[len(BLUEPRINTS)]} blueprints" in WALK
    told = WALK.partition(" blueprints from ")[2].partition(".\n")[0].partition(". ")[0]
    assert spans(told)[1:] == [blueprint.name for blueprint in BLUEPRINTS]


def test_the_picture_is_the_one_of_the_imports():
    drawn = runpy.run_path(str(REPOSITORY / ".ci/architecture.py"))
    assert drawn["BEGIN"] + drawn["picture"]() + drawn["END"] in ARCHITECTURE, "run `python .ci/architecture.py`"


def test_the_picture_has_every_room_in_the_order_of_the_layers():
    drawn = runpy.run_path(str(REPOSITORY / ".ci/architecture.py"))
    assert set(drawn["ORDER"]) == set(LAYERS)
    assert [LAYERS[room] for room in drawn["ORDER"]] == sorted(LAYERS.values(), reverse=True)
    assert drawn["imported_rooms"]("search") >= {"cache"}


def test_names_that_are_nowhere_are_found_out():
    for name in ("build.nowhere", "nowhere", "start.nowhere", "Nowhere", "Stage.nowhere", "build/nowhere.py",
                 "nowhere/", "build.output.Stage.nowhere"):
        assert not exists(name), name
    for name in ("start.main", "list_pages", "SourceFile", "build.output.Stage.put", "build/output.py",
                 "markdown/math/"):
        assert exists(name), name
