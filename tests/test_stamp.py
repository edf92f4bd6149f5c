"""A build of what did not change ends at the stamp; of what did, never."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from conftest import REPOSITORY

from coldpress import start
from coldpress.build.records import Records
from coldpress.cache import build_stamp
from coldpress.cache.factory_name import factory_name

BUILD_PY = """\
from pathlib import Path

import coldpress

HERE = Path(__file__).parent


def create_app():
    app = coldpress.create_app(__file__)

    @app.route("/uses/")
    def uses():
        import os
        return (HERE / "uses.txt").read_text() + os.environ.get("USES", "") + str(len(list(HERE.glob("more/*"))))

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
"""
FILES = {
    "build.py": BUILD_PY, "uses.txt": "chairs", "more/a.txt": "a", "content/posts/2026-01-02-a.md": "Text.",
    "content/b.md": "B.", "content/c.png": b"png", "templates/partials/head.html": "<!-- head -->",
    "static/x.css": "x"}


@pytest.fixture
def site(make_site, monkeypatch):
    monkeypatch.delenv("USES", raising=False)
    site = make_site(FILES)
    assert run(site) == 0
    settle(site)
    assert at_once(site), site.root
    return site


def run(site, *words):
    return start.execute(["build", "-q", *words], None, str(site.root))


def settle(site):
    """Make the files as old as those one works on an hour later: only their
    stamps, and no digests, are compared."""
    stamped = site.root / ".coldpress/stamp"
    for file in site.root.rglob("*"):
        if file.is_file() and ".coldpress" not in file.parts and "site" not in file.parts:
            os.utime(file, (1_700_000_000, 1_700_000_000))
    stamped.unlink()
    assert run(site) == 0


def at_once(site, *words):
    """Whether a build would end at the stamp."""
    said, _ = build_stamp.unchanged(str(site.root / ".coldpress"), ["build", "-q", *words], factory_name(None, ""))
    return said is not None


def said(site, *words):
    """What two builds print, with other times."""
    site.capture.readouterr()
    codes, texts = [], []
    for _ in range(2):
        codes.append(start.execute(["build", *words], None, str(site.root)))
        out, err = site.capture.readouterr()
        texts.append((re.sub(r"in \d+\.\d\d s", "", out.splitlines()[-1] if out else ""), err))
    return codes, texts


@pytest.mark.parametrize("words", [["-o", "out%s"], ["-Dq"], ["-q"], ["-D"]])
def test_a_build_with_nothing_to_do_says_what_a_build_says(site, words, monkeypatch):
    monkeypatch.chdir(site.root)  # where `-o` makes the folder
    site.edit({"content/d%s.md": "---\ntitle: D\ndraft: true\n---\nSee [it](nowhere.md)."})
    run(site, *words)
    codes, (first, second) = said(site, *words)
    assert codes == [0, 0]
    assert first == second
    assert (first[0] == "") == ("q" in words[0])


def test_a_build_ends_at_once_after_one_whose_code_listed_a_folder_of_sources(make_site):
    listing = BUILD_PY.replace('HERE.glob("more/*")', '(HERE / "static").iterdir()')
    site = make_site({**FILES, "build.py": listing})
    assert run(site) == 0
    assert at_once(site)
    site.edit({"static/y.css": "y"})
    assert not at_once(site)
    assert run(site) == 0
    assert "chairs2" in site.text("uses/index.html")
    assert at_once(site)


def test_without_pillow_a_build_with_nothing_to_do_ends_at_once_and_says_so_too(make_site, monkeypatch):
    monkeypatch.setattr("coldpress.images.service.can_read_images", lambda: False)
    site = make_site(FILES)
    run(site)
    assert at_once(site)
    assert site.run("build").out.startswith("Pictures are published as they are; with `pip install")


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["content/.a\nb", "content/.a\x1fb", "static/.line=\n\n"])
def test_a_name_with_a_separator_of_the_stamp_stops_no_build(make_site, name):
    site = make_site({**FILES, name: "x"})
    assert [run(site), run(site), run(site, "--strict")] == [0, 0, 0]
    site.edit({"content/b.md": "New."})
    assert run(site) == 0
    assert "New." in site.text("b/index.html")


def test_a_draft_with_a_separator_in_its_name_is_named_each_time(site):
    site.edit({"content/e\x1fx.md": "---\ndraft: true\n---\n"})
    run(site)
    codes, (first, second) = said(site)
    assert codes == [0, 0]
    assert first == second
    assert "e x.md" in first[0]


def test_a_build_that_failed_fails_again(make_site):
    receiver = ("@coldpress.site_built.connect\ndef tell(app, **more):\n    raise ValueError('no')\n\n\n"
                "def create_app")
    site = make_site({**FILES, "build.py": BUILD_PY.replace("def create_app", receiver)})
    assert [run(site), run(site)] == [1, 1]


def same_size_same_time(site):
    file = site.root / "content/b.md"
    before = file.stat()
    file.write_text("C.")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


EDITS = {
    "a body": lambda site: site.edit({"content/b.md": "Other."}),
    "the same size and time": same_size_same_time,
    "a new file": lambda site: site.edit({"content/new.md": "New."}),
    "a file gone": lambda site: site.edit({"content/b.md": None}),
    "an asset": lambda site: site.edit({"content/c.png": b"gnp"}),
    "a template": lambda site: site.edit({"templates/partials/head.html": "<!-- other -->"}),
    "a new template": lambda site: site.edit({"templates/post.html": "{{ page.html }}"}),
    "a static file": lambda site: site.edit({"static/x.css": "y"}),
    "a new folder": lambda site: (site.root / "content/empty").mkdir(),
    "the config": lambda site: site.edit({"config.yaml": "title: T\nbase_url: https://example.org/\n"}),
    "build.py": lambda site: site.edit({"build.py": BUILD_PY + "\n"}),
    "a file that a view opens": lambda site: site.edit({"uses.txt": "tables"}),
    "a folder that a view lists": lambda site: site.edit({"more/b.txt": "b"}),
    "an output": lambda site: site.edit({"site/b/index.html": "mine"}),
    "an output gone": lambda site: (site.root / "site/b/index.html").unlink(),
    "the state": lambda site: (site.root / ".coldpress/stamp").write_text("coldpress 1\nwords=x"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_a_build_looks(site, edit):
    EDITS[edit](site)
    assert not at_once(site)
    assert run(site) == 0
    clean = site.build("--no-cache")
    assert (clean.code, clean.data["written"], clean.data["removed"]) == (0, [], []), "the build had put all right"


def test_a_second_build_ends_at_once(site):
    before = site.files(".")
    assert start.execute(["build", "-q"], None, str(site.root)) == 0
    assert site.files(".") == before


@pytest.mark.parametrize("words", [["-D"], ["--strict"], ["-u", "https://e.org/"], ["--json"]])
def test_other_words_are_another_build(site, words):
    assert not at_once(site, *words)


@pytest.mark.parametrize("name", ["COLDPRESS_BASE_URL", "SOURCE_DATE_EPOCH", "USES"])
def test_another_environment_is_another_build(site, monkeypatch, name):
    monkeypatch.setenv(name, "1767225600" if name == "SOURCE_DATE_EPOCH" else "https://e.org/")
    assert not at_once(site)


def test_another_folder_is_another_build(site, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert not at_once(site)


def test_a_file_just_written_is_told_by_its_content(site, monkeypatch):
    monkeypatch.setattr("coldpress.cache.file_stamps.SETTLED_NS", 10**12)  # however slow the machine is
    site.edit({"content/b.md": "Just now."})
    assert run(site) == 0
    assert at_once(site)
    file = site.root / "content/b.md"
    _, snapshot = build_stamp.unchanged(str(site.root / ".coldpress"), ["build", "-q"], factory_name(None, ""))
    assert str(file) in snapshot.recent
    text = (site.root / ".coldpress/stamp").read_text()
    # The same stat, another content: as if it had been written within one tick of the clock.
    file.write_text("Just then.")
    stat = file.stat()
    old = snapshot.stamps[str(file)]
    new = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
    assert old != new
    inputs = build_stamp.inputs_digest(snapshot)
    snapshot.stamps[str(file)] = new
    (site.root / ".coldpress/stamp").write_text(text.replace(inputs, build_stamp.inputs_digest(snapshot)))
    assert not at_once(site)


@pytest.mark.parametrize("field", ["date", "expiry_date"])
def test_a_build_looks_again_when_a_post_comes_or_goes(site, field, monkeypatch):
    moment = datetime.now(UTC) + timedelta(hours=1)
    site.edit({"content/posts/later.md": f"---\n{field}: {moment.isoformat()}\n---\nLater."})
    assert run(site) == 0
    assert at_once(site)
    later = time.time_ns() + 2 * 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert not at_once(site)


def test_a_page_that_asks_the_day_is_looked_at_tomorrow(site, monkeypatch):
    site.edit({"templates/partials/head.html": "{{ now().year }}"})
    assert run(site) == 0
    assert at_once(site)
    later = time.time_ns() + 25 * 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: later)
    assert not at_once(site)


def test_a_page_that_asks_a_database_is_looked_at_every_time(site):
    asking = "import os, sqlite3; sqlite3.connect(':memory:').close()\n"
    site.edit({"build.py": BUILD_PY.replace("import os\n", asking)})
    assert run(site) == 0
    assert not at_once(site)


def test_warnings_are_told_again(site):
    site.edit({"content/b.md": "[x](nowhere.md)"})
    assert run(site) == 0
    site.capture.readouterr()
    assert at_once(site)
    assert start.execute(["build"], None, str(site.root)) == 0
    assert start.execute(["build"], None, str(site.root)) == 0
    assert site.capture.readouterr().err.count("link.broken-link") == 2


def test_with_errors_no_stamp_is_left(site):
    site.edit({"content/b.md": "---\ntitle: [\n---\n"})
    assert run(site) == 1
    assert not at_once(site)
    assert run(site) == 1


def loaded_by_a_build(site):
    """The modules that a process has loaded after a build of the whole site."""
    code = ("import runpy, sys; sys.argv = ['build.py', 'build', '-q', '-j', '1']\n"
            "try: runpy.run_path('build.py', run_name='__main__')\n"
            "except SystemExit as end: assert end.code == 0\n"
            "print(*sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], cwd=site.root, capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    return set(done.stdout.split())


def test_a_build_with_nothing_to_do_imports_neither_flask_nor_yaml(site):
    assert {"flask", "jinja2", "yaml", "click"} <= loaded_by_a_build(site)
    assert loaded_by_a_build(site) & {"flask", "jinja2", "yaml", "click", "markdown"} == set()


def test_a_build_imports_only_what_its_pages_need(site):
    rarely = {
        "pygments": "```python\nx = 1\n```", "coldpress.markdown.math.mathml": "It is $x^2$.",
        "PIL": "![A dot](dot.gif)", "coldpress.images.drawings": "![A drawing](dot.svg)"}
    never = {"coldpress.commands.serve", "coldpress.commands.init", "coldpress.markdown.html.sanitize",
             "coldpress.preview", "concurrent.futures", "imagesize", "markdown", "multiprocessing", "tomllib",
             "watchfiles"}
    assert loaded_by_a_build(site) & {*never, *rarely} == set()
    dot = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    dot += b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    site.edit({"content/dot.gif": dot, "content/dot.svg": '<svg width="2" height="2"/>'})
    for module, body in rarely.items():
        site.edit({"content/rare.md": f"---\ntitle: Rare\n---\n{body}\n"})
        assert loaded_by_a_build(site) & {*never, *rarely} == {module}


# What others publish into the same folder

def test_what_another_command_published_does_not_stay(site):
    """`check` and `build --json` publish too, and more files change none of those that a stamp knows."""
    secret = "---\ntitle: Secret\nunlisted: true\n{}---\nWords.\n"
    site.edit({"config.yaml": "title: T\nsearch: false\n", "content/secret.md": secret.format("draft: true\n")})
    assert run(site) == 0
    settle(site)
    assert at_once(site)
    assert site.run("build", "--json", "--drafts").code == 0
    assert (site.root / "site/secret/index.html").exists()
    assert not at_once(site)
    assert run(site) == 0
    assert not (site.root / "site/secret").exists()
    settle(site)
    site.edit({"content/public.md": secret.format("")})
    assert site.run("check").code == 0
    site.edit({"content/public.md": None})
    assert not at_once(site)
    assert run(site) == 0
    assert not (site.root / "site/public").exists()


def test_a_check_that_publishes_nothing_keeps_the_stamp(site):
    site.run("check")
    assert at_once(site)


def test_a_build_that_is_killed_once_it_has_published_leaves_no_stamp(site, monkeypatch):
    site.edit({"content/secret.md": "---\ndraft: true\n---\nWords."})
    assert run(site) == 0
    settle(site)
    monkeypatch.setattr(Records, "save", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run(site, "--drafts")
    monkeypatch.undo()
    assert (site.root / "site/secret/index.html").exists()
    assert not at_once(site)
    assert run(site) == 0
    assert not (site.root / "site/secret").exists()


def test_the_files_for_the_host_are_made_again(site):
    site.edit({"config.yaml": "base_url: https://example.org/\ndeploy: {host: nginx}\n"})
    assert run(site) == 0
    settle(site)
    assert at_once(site)
    file = site.root / ".coldpress/host/nginx.conf"
    text = file.read_text()
    for damage in (file.unlink, lambda: file.write_text("damaged")):
        damage()
        assert not at_once(site)
        assert run(site) == 0
        assert file.read_text() == text
        assert at_once(site)


@pytest.mark.parametrize("folder", ["node_modules/kit", ".git/x", "l/n/n/n/n"])
def test_a_template_is_looked_at_wherever_the_loader_finds_it(site, folder):
    """Also where no sources are looked for, and behind more links to folders than these may have."""
    if folder[0] == "l":
        for number in range(5):
            (site.root / f"far/{number}").mkdir(parents=True)
        for number in range(4):
            (site.root / f"far/{number}/n").symlink_to(f"../{number + 1}", target_is_directory=True)
        (site.root / "templates/l").symlink_to("../far/0", target_is_directory=True)
    site.edit({f"templates/{folder}/foot.html": "first",
               "templates/partials/colophon.html": f"{{% include '{folder}/foot.html' %}}"})
    assert run(site) == 0
    settle(site)
    assert at_once(site)
    site.edit({f"templates/{folder}/foot.html": "second"})
    assert not at_once(site)
    assert run(site) == 0
    assert "second" in site.text("b/index.html")


MAKERS = """
import functools, os, coldpress


def make(name):
    app = coldpress.create_app(__file__)
    app.get("/who.txt")(lambda: (name, {"Content-Type": "text/plain"}))
    return app


def create_app():
    return make("live")


def create_staging():
    return make("staging")


def chosen():
    name = os.environ.get("NAME", "live")
    return lambda: make(name)


if __name__ == "__main__":
    coldpress.main({"create_app": create_app, "create_staging": create_staging, "chosen": chosen(),
                    "partial": functools.partial(make, os.environ.get("NAME"))}[os.environ["MAKER"]])
"""


@pytest.mark.parametrize(("first", "second"), [
    ({"MAKER": "create_app"}, {"MAKER": "create_staging"}),
    ({"MAKER": "partial", "NAME": "live"}, {"MAKER": "partial", "NAME": "staging"}),
    ({"MAKER": "chosen", "NAME": "live"}, {"MAKER": "chosen", "NAME": "staging"}),
])
@pytest.mark.parametrize("edits", [{}, {"content/b.md": "Edited."}])
def test_another_factory_makes_another_site(make_site, first, second, edits):
    """Which one the script gives to `main` may depend on what nobody records."""
    site = make_site({"build.py": MAKERS, "content/b.md": "B."})
    for environment, name in ((first, "live"), (second, "staging")):
        done = subprocess.run([sys.executable, "build.py", "build", "-q"], cwd=site.root, check=False, text=True,
                              capture_output=True, env={**os.environ, "PYTHONPATH": str(REPOSITORY), **environment})
        assert done.returncode == 0, done.stderr
        assert site.text("who.txt") == name
        site.edit(edits)


def test_the_name_of_a_factory_is_the_same_on_another_machine(tmp_path):
    named = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "build.py"
        scope = {"__name__": "build"}
        exec(compile(MAKERS, file, "exec"), scope)
        named.append([factory_name(each, str(file.parent)) for each in (
            scope["create_app"], scope["chosen"](), functools.partial(scope["make"], "x", y=[1, {"z": len}]),
            functools.wraps(scope["create_app"])(lambda: 1))])
    assert named[0] == named[1]
    assert named[0][0] == factory_name(None, "") == "build.py create_app"
    assert named[0][2] == "build.py make ('x', ('y', (1, (('z', builtin_function_or_method)))))"
