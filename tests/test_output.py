"""The output folder: never half a file, never somebody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from coldpress.build.output import Output
from coldpress.build.output_folder import refuse_output
from coldpress.errors import ColdpressError, Problems
from coldpress.paths import make_state

REPOSITORY = Path(__file__).parents[1]
PAGE = "---\npermalink: {}\n---\n{}"
FILES = {"content/a.md": "A.", "content/b.md": "B.", "content/docs/c.md": "C.", "static/x.css": "x"}


# Whose files.

def test_a_file_of_the_user_s_survives_builds_and_clean(build_site):
    site = build_site(FILES)
    site.edit({"site/mine.txt": "mine", "site/docs/mine.txt": "mine", "content/docs/c.md": None})
    result = site.run("build")
    assert "mine.txt" in result.out
    assert site.run("clean").code == 0
    assert {name: text for name, text in site.files().items() if name != ".gitignore"} == {
        "mine.txt": b"mine", "docs/mine.txt": b"mine"}
    assert site.build().code == 0, "the mark stays while the folder does"


def test_clean_leaves_nothing_of_ours(build_site):
    site = build_site(FILES)
    count = len(site.files()) - 1
    assert site.run("clean", "--json").data == {"removed": count}
    assert not (site.root / "site").exists()
    assert site.run("clean", "--json").data == {"removed": 0}


@pytest.mark.parametrize("files", [
    {"site/mine.txt": "mine"}, {"site/index.html": "mine"}, {"site/.gitignore": "*.log\n"}, {"site/deep/x": "mine"}])
def test_a_folder_that_holds_files_and_lacks_our_mark_is_refused(make_site, files):
    site = make_site({**FILES, **files})
    before = site.files()
    result = site.build()
    assert (result.code, result.codes) == (1, ["output.foreign"])
    assert site.files() == before


def test_an_empty_folder_is_taken(make_site):
    site = make_site(FILES)
    (site.root / "site").mkdir()
    assert site.build().code == 0
    assert "index.html" in site.files()


def test_clean_removes_nothing_from_a_folder_that_is_not_ours(make_site):
    site = make_site({**FILES, "site/index.html": "mine"})
    site.run("clean")
    assert site.files() == {"index.html": b"mine"}


@pytest.mark.parametrize("output", ["content", ".", "..", "content/deep", "templates", "static", "static/x"])
def test_an_output_that_holds_the_site_s_own_files_is_refused(make_site, output):
    site = make_site({**FILES, "templates/x.html": "x"})
    before = site.files(".")
    result = site.build("-o", str(site.root / output))
    assert (result.code, result.codes) == (1, ["output.place"])
    assert {name: text for name, text in site.files(".").items() if not name.startswith(".coldpress")} == before


@pytest.mark.parametrize("folder", ["content", "content/x", "templates"])
def test_the_config_cannot_name_such_an_output_either(make_site, folder):
    site = make_site(FILES, config=f"base_url: https://e.org\noutput_dir: {folder}\n")
    assert site.build().codes == ["output.place"]


@pytest.mark.parametrize("folder", [
    ".git",
    ".coldpress"])
def test_the_output_cannot_be_git_s_folder_or_our_state(make_site, folder):
    site = make_site(FILES, config=f"base_url: https://e.org\noutput_dir: {folder}/site\n")
    assert site.build().codes == ["output.place"]


def test_an_output_that_is_a_file_is_refused(make_site):
    assert make_site({**FILES, "site": "a file"}).build().codes == ["output.place"]


def test_a_foreign_file_in_a_page_s_place_is_never_overwritten(build_site):
    site = build_site(FILES)
    before = site.files()
    site.edit({"site/new/index.html": "mine", "content/new.md": "New.", "content/a.md": "Changed."})
    result = site.build()
    assert (result.code, result.places()) == (1, [("output.foreign-file", "site/new/index.html", None)])
    assert site.files() == {**before, "new/index.html": b"mine"}
    site.edit({"site/new/index.html": None})
    assert site.build().code == 0


@pytest.mark.parametrize(("mine", "permalink"), [("new", "/new/"), ("new.html/mine.txt", "/new.html")])
def test_a_foreign_file_in_the_way_of_a_folder_or_the_other_way_about(build_site, mine, permalink):
    site = build_site(FILES)
    site.edit({f"site/{mine}": "mine", "content/new.md": PAGE.format(permalink, "New.")})
    assert site.build().codes == ["output.foreign-file"]
    assert site.text(mine) == "mine"


@pytest.mark.parametrize("folder", ["new.html", "new.html/deep"])
def test_an_empty_folder_in_a_page_s_place_is_no_traceback(build_site, folder):
    site = build_site(FILES)
    (site.root / "site" / folder).mkdir(parents=True)
    site.edit({"content/new.md": PAGE.format("/new.html", "New.")})
    assert site.build().code in (0, 1)


def test_links_out_of_the_output_are_not_followed(build_site, tmp_path):
    site = build_site(FILES)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/index.html").write_text("precious")
    (site.root / "site/new").symlink_to(tmp_path / "precious")
    site.edit({"content/new.md": "New."})
    assert site.build().codes == ["output.foreign-file"]
    assert (tmp_path / "precious/index.html").read_text() == "precious"


# The manifest.

def test_only_what_the_manifest_names_is_removed(build_site):
    site = build_site(FILES)
    site.edit({"site/docs/other/index.html": "mine", "content/docs/c.md": None}).rebuild()
    assert "docs/c/index.html" not in site.files()
    assert site.text("docs/other/index.html") == "mine"


def test_without_the_manifest_unknown_files_are_left_and_named(build_site):
    site = build_site(FILES)
    for file in (site.root / ".coldpress").glob("manifest*"):
        file.unlink()
    site.edit({"content/docs/c.md": None, "content/a.md": "Changed."})
    result = site.run("build")
    assert result.code == 0
    assert "Not ours, left alone: docs/c/index.html" in result.out
    assert "Changed." in site.text("a/index.html")
    assert site.build().code == 0
    assert "docs/c/index.html" in site.files()


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: b"\x00" * len(data), lambda data: data[:-9],
    lambda data: data.replace(b"docs/c", b"docs/d"), None])
def test_for_a_damaged_manifest_the_records_stand_in(build_site, damage):
    site = build_site(FILES)
    (manifest,) = (site.root / ".coldpress").glob("manifest*")
    data = manifest.read_bytes()
    manifest.unlink()
    if damage:
        manifest.write_bytes(damage(data))
    else:
        (manifest / "folder").mkdir(parents=True)
    site.edit({"site/mine.txt": "mine", "content/docs/c.md": None, "content/a.md": "Changed.", "content/d.md": "D."})
    result = site.run("build")
    assert (result.code, result.out.count("The manifest of `site` was damaged")) == (0, 1)
    clean = site.clean_copy()
    clean.build()
    assert site.files() == {**clean.files(), "mine.txt": b"mine"}
    assert "damaged" not in site.run("build").out
    assert site.run("clean").code == 0
    assert site.files().keys() == {".gitignore", "mine.txt"}


def test_for_a_manifest_of_another_folder_or_time_the_records_stand_in(build_site):
    other = build_site({**FILES, "content/more.md": "More."})
    site = build_site({**FILES, "content/mine.md": "M."})
    old = site.files(".coldpress")
    site.edit({"content/e.md": "E."}).build()
    (manifest,) = (site.root / ".coldpress").glob("manifest*")
    name = f".coldpress/{manifest.name}"
    for data in (other.files(".coldpress")[manifest.name], old[manifest.name]):
        site.edit({name: data, "content/e.md": f"E {len(data)}.", "content/mine.md": f"M {len(data)}."})
        result = site.run("build")
        assert (result.code, result.out.count("The manifest of `site` is of another folder")) == (0, 1), result.err
        clean = site.clean_copy()
        clean.build()
        assert site.files() == clean.files()


def test_somebody_s_file_is_safe_from_a_damaged_manifest(build_site):
    site = build_site(FILES)
    (manifest,) = (site.root / ".coldpress").glob("manifest*")
    manifest.write_bytes(b"nothing")
    site.edit({"site/new/index.html": "mine", "content/new.md": "New."})
    assert site.build().codes == ["output.foreign-file"]
    assert site.text("new/index.html") == "mine"


def test_without_manifest_and_records_what_has_our_names_is_ours(build_site):
    site = build_site(FILES)
    for file in (site.root / ".coldpress").iterdir():
        file.write_bytes(b"nothing")
    assert site.edit({"content/docs/c.md": None, "content/a.md": "Changed."}).build().code == 0
    assert "Changed." in site.text("a/index.html")
    assert "docs/c/index.html" in site.files()


@pytest.mark.parametrize("evil", ["../content/a.md", "a/../../content/a.md"])
def test_a_manifest_from_elsewhere_cannot_remove_files_outside(build_site, evil):
    site = build_site(FILES)
    (manifest,) = (site.root / ".coldpress").glob("manifest*")
    manifest.write_text(manifest.read_text().replace('"a/index.html"', f'"{evil}"'))
    site.build()
    assert (site.root / "content/a.md").exists()


def test_each_output_has_a_manifest_of_its_own(build_site, tmp_path):
    site = build_site(FILES)
    before = site.files()
    other = tmp_path / "elsewhere"
    assert site.edit({"content/a.md": None}).build("-o", str(other)).code == 0
    assert (other / "b/index.html").exists()
    assert not (other / "a/index.html").exists()
    assert site.files() == before
    assert site.run("clean", "-o", str(other)).code == 0
    assert not other.exists()
    assert site.files() == before


# A page becomes a folder, a folder a page.

@pytest.mark.parametrize(("before", "after"), [
    ("/a.html", "/a.html/"), ("/a.html/", "/a.html"), ("/x.y/deep/z.html", "/x.y"), ("/x.y", "/x.y/deep/z.html"),
    ("/a/", "/a/index.html/")])
def test_files_and_folders_can_change_places(build_site, before, after):
    site = build_site({"content/p.md": PAGE.format(before, "One."), "content/q.md": "Q."})
    site.edit({"content/p.md": PAGE.format(after, "Two.")})
    assert site.rebuild().code == 0
    clean = build_site({"content/p.md": PAGE.format(after, "Two."), "content/q.md": "Q."})
    assert site.files() == clean.files()
    assert site.edit({"content/p.md": PAGE.format(before, "One.")}).rebuild().code == 0
    assert b"Two." not in b"".join(site.files().values())


def test_a_page_that_only_changes_its_case_stays(build_site):
    site = build_site({"content/p.md": PAGE.format("/About/", "P.")})
    site.edit({"content/p.md": PAGE.format("/about/", "P.")}).rebuild()
    assert "about/index.html" in site.files()


# Two builds at once, and builds that die.

HOLD = """
import sys
from pathlib import Path
from coldpress.build.output_folder import only_one
from coldpress.paths import make_state
with only_one(make_state(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("command", ["build", "clean"])
def test_a_second_build_says_that_one_is_running(build_site, command):
    site = build_site(FILES)
    before = site.files()
    site.edit({"content/a.md": "Changed."})
    with subprocess.Popen([sys.executable, "-c", HOLD, str(site.root / ".coldpress")], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}) as other:
        assert other.stdout.readline() == b"held\n"
        result = site.run(command)
        other.communicate(b"")
    assert result.code == 1
    assert "output.busy" in result.err
    assert site.files() == before
    assert site.run(command).code == 0, "the lock ends with its process"


KILLED = """
import os, sys
from pathlib import Path
from coldpress.start import execute
for root, steps in zip(sys.argv[1::2], sys.argv[2::2]):
    if len(sys.argv) == 3 or os.fork() == 0:
        break
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
else:
    sys.exit(0)
left = int(steps)
def dying(step):
    def run(*arguments, **more):
        global left
        if left == 0:
            os._exit(9)
        left -= 1
        return step(*arguments, **more)
    return run
os.replace, os.unlink = dying(os.replace), dying(os.unlink)
Path.unlink = dying(Path.unlink)
os._exit(execute(["build", "-q"], None, Path(root)))
"""


def killed(words):
    """The exit codes of builds that die at some step: roots and numbers of steps.

    One process imports the package and forks for each build, where that can be.
    """
    apart = [words] if hasattr(os, "fork") else [words[at:at + 2] for at in range(0, len(words), 2)]
    codes = []
    for some in apart:
        done = subprocess.run([sys.executable, "-c", KILLED, *some], check=False, capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
        codes += map(int, done.stdout.split()) if len(some) > 2 else [done.returncode]
        assert set(codes) <= {0, 9}, done.stderr
    return codes


@pytest.mark.property
def test_a_build_killed_while_it_publishes_leaves_whole_files_and_the_next_completes(build_site):
    before = {**FILES, "content/p.md": PAGE.format("/p.html", "Old."), "content/gone/g.md": "G."}
    edits = {"content/a.md": "Changed.", "content/gone/g.md": None, "static/x.css": "new", "content/new.md": "N.",
             "content/p.md": PAGE.format("/p.html/", "New.")}
    sites = [build_site(before) for _ in range(13)]
    old = sites[0].files()
    clean = build_site({name: text for name, text in {**before, **edits}.items() if text is not None}).files()
    codes = killed([word for steps, site in enumerate(sites) for word in (str(site.edit(edits).root), str(steps))])
    for steps, (site, code) in enumerate(zip(sites, codes, strict=True)):
        assert (code == 9) or steps > 5
        for name, text in site.files().items():
            assert text in (old.get(name), clean.get(name)), f"{name} is neither old nor new at step {steps}"
        assert site.build().code == 0
        assert site.files() == clean, steps
        assert not list((site.root / ".coldpress").glob("stage-*"))


def test_the_output_publishes_assets_then_pages_then_removes(tmp_path, monkeypatch):
    make_state(tmp_path)
    order = []

    def stop(folder, within, file, kept):
        order.append(file)
        raise KeyboardInterrupt

    first = Output(tmp_path / "site", tmp_path)
    first.open()
    first.stage("old.html", b"old")
    first.publish()
    (tmp_path / "x.css").write_bytes(b"x")
    second = Output(tmp_path / "site", tmp_path)
    second.open()
    second.stage("new.html", b"new")
    second.stage_copy("x.css", tmp_path / "x.css")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("coldpress.build.output.remove_gone", stop)
        second.publish()
    assert order == ["old.html"]
    assert {path.name for path in (tmp_path / "site").iterdir()} == {".gitignore", "old.html", "new.html", "x.css"}
    third = Output(tmp_path / "site", tmp_path)
    third.open()
    third.stage("new.html", b"new")
    third.stage_copy("x.css", tmp_path / "x.css")
    changes = third.publish()
    assert (changes.written, changes.unchanged, changes.removed, changes.foreign) == ((), 2, ("old.html",), ())


@pytest.mark.parametrize("file", ["../x", "a/../../x", "..", "a/.."])
def test_the_output_refuses_what_is_not_below_it(tmp_path, file):
    output = Output(tmp_path / "site", tmp_path)
    output.open()
    with pytest.raises((ValueError, ColdpressError)):
        output.stage(file, b"x")
    assert not (tmp_path / "x").exists()


def test_the_output_is_kept_out_of_git(build_site):
    site = build_site(FILES)
    assert site.text(".gitignore").endswith("\n*\n")
    assert (site.root / ".coldpress/.gitignore").read_text() == "*\n"
    found = Problems()
    refuse_output(site.root / "site", "site", site.root, [], found)
    assert list(found) == []
