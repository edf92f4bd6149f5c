"""Nothing outside of the output and `.coldpress`; nothing half published."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from coldpress.build import atomic_write as within_module
from coldpress.build.atomic_write import FolderWriter

REPOSITORY = Path(__file__).parents[1]
FILES = {"content/index.md": "# H", "content/posts/2026-01-01-a.md": "# A", "content/docs/deep/c.md": "C.",
         "static/css/x.css": "x", "content/docs/pic.png": "p"}
links = pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")


def tree(folder):
    """All that is in a folder, links and empty folders too."""
    return {path.relative_to(folder).as_posix(): (
        str(path.readlink()) if path.is_symlink() else path.read_bytes() if path.is_file() else None)
        for path in sorted(folder.rglob("*"))}


def moved_away(site, name, tmp_path):
    """A part of the output put elsewhere, and a link to it in its place."""
    away = Path(tempfile.mkdtemp(dir=tmp_path)) / "away"
    here = site.root / "site" / name
    here.rename(away)
    here.symlink_to(away, target_is_directory=away.is_dir())
    return away


# Links in the output.

@links
def test_a_link_in_the_output_is_refused_whatever_it_stands_for(build_site, tmp_path):
    site = build_site(FILES)
    edits = [{"content/posts/2026-01-01-a.md": "# Changed"}, {"content/docs/deep/c.md": "Changed."},
             {"static/css/x.css": "changed"}, {"content/docs/pic.png": "changed"}, {}]
    for name in ("posts", "posts/a", "posts/a/index.html", "docs", "docs/deep", "static/css", "docs/pic.png", "theme"):
        away = moved_away(site, name, tmp_path)
        before = tree(away) if away.is_dir() else away.read_bytes()
        for edit in edits:
            result = site.edit(edit).build()
            found = tree(away) if away.is_dir() else away.read_bytes()
            assert found == before, (name, edit)
            if result.code:  # where the link is a file that nothing changed in, a build puts its own there
                assert set(result.codes) == {"output.foreign-file"}, (name, result.problems)
                assert name in result.problems[0]["message"]
        link = site.root / "site" / name
        if link.is_symlink():
            assert result.code == 1, "not even where all is as it was"
            link.unlink()
        site.edit(FILES)
        assert site.build().code == 0
        assert not link.is_symlink()


@links
def test_what_a_link_leads_to_is_not_removed(build_site, tmp_path):
    site = build_site(FILES)
    for name, gone in (("docs", "content/docs/deep/c.md"), ("docs/deep", "content/docs/deep/c.md"),
                       ("static", "static/css/x.css"), ("static/css/x.css", "static/css/x.css")):
        away = moved_away(site, name, tmp_path)
        before = tree(away) if away.is_dir() else away.read_bytes()
        site.edit({gone: None}).build()
        assert (tree(away) if away.is_dir() else away.read_bytes()) == before, name
        (site.root / "site" / name).unlink(missing_ok=True)
        assert site.edit(FILES).build().code == 0


@links
def test_clean_follows_no_link(build_site, tmp_path):
    for name in ("posts", "docs/deep", "index.html", "theme"):
        site = build_site(FILES)
        away = moved_away(site, name, tmp_path)
        before = tree(away) if away.is_dir() else away.read_bytes()
        result = site.run("clean")
        assert (result.code, "Traceback" in result.err) == (0, False)
        assert (tree(away) if away.is_dir() else away.read_bytes()) == before
        assert {file for file in tree(site.root / "site") if "/" not in file} == {".gitignore", name.partition("/")[0]}
        (site.root / "site" / name).unlink()
        assert site.build().code == 0


@links
def test_an_output_that_is_a_link_is_refused_and_left_alone(make_site, tmp_path):
    site = make_site(FILES)
    (tmp_path / "out").mkdir()
    for target in (tmp_path / "out", tmp_path / "nowhere", site.root / "site", site.root / "content", "/dev/null"):
        (site.root / "site").symlink_to(target)
        for command in ("build", "clean"):
            result = site.run(command)
            assert (result.code, "output.place" in result.err) == (1, True), (target, command, result.err)
            assert "Traceback" not in result.err
        assert not (tmp_path / "nowhere").exists()
        (site.root / "site").unlink()
    assert tree(tmp_path / "out") == {}
    (site.root / "link").symlink_to(tmp_path / "out")
    site.edit({"config.yaml": "base_url: https://e.org\noutput_dir: link/site\n"})
    assert site.build().places() == [("output.place", "config.yaml", 2)]
    assert site.build("-o", str(site.root / "link")).code == 0, "a link that is named is followed"
    assert (tmp_path / "out/index.html").exists()
    (site.root / "loop").symlink_to(site.root / "loop")
    assert site.build("-o", str(site.root / "loop/x")).code in (1, 2)


@links
def test_no_link_in_the_state_is_written_through(build_site, tmp_path):
    site = build_site(FILES)
    state = site.root / ".coldpress"
    names = [*sorted(path.name for path in state.iterdir()), "stamp.part", "stage-x", "markup.sqlite-journal",
             "sources.sqlite-wal", *(f"{path.name}.part" for path in state.glob("manifest*"))]
    assert len(names) > 8
    for name in names:
        precious = tmp_path / "precious"
        precious.write_text("precious")
        (state / name).unlink(missing_ok=True)
        (state / name).symlink_to(precious)
        for edit in (FILES, {"content/index.md": f"# {name}"}):
            assert site.edit(edit).run("build").code == 0, name
        assert precious.read_text() == "precious", name
        assert not (state / name).is_symlink()
    (tmp_path / "folder").mkdir()
    for command in (("build",), ("build",), ("clean", "--cache")):
        shutil.rmtree(state, ignore_errors=True)
        state.unlink(missing_ok=True) if state.is_symlink() else None
        state.symlink_to(tmp_path / "folder")
        result = site.run(*command)
        assert (result.code, "is a link" in result.err) == (1, True), command
        assert tree(tmp_path / "folder") == {}
        state.unlink()


@links
def test_the_mark_is_no_link_either(build_site, tmp_path):
    site = build_site(FILES)
    text = site.text(".gitignore")
    (tmp_path / "precious").write_text(text)
    for name in (".gitignore", ".gitignore.part"):
        (site.root / "site" / name).unlink(missing_ok=True)
        (site.root / "site" / name).symlink_to(tmp_path / "precious")
        site.edit({"content/new.md": "New."}).build()
        assert (tmp_path / "precious").read_text() == text
        (site.root / "site" / name).unlink(missing_ok=True)
        site.edit({"site/.gitignore": text})


@links
@pytest.mark.parametrize("opens", [True, False])
def test_a_link_that_appears_while_publishing_is_not_followed(tmp_path, monkeypatch, opens):
    if not opens:
        monkeypatch.setattr(within_module, "_OPENS", False)
    root, away = tmp_path / "site", tmp_path / "away"
    root.mkdir()
    away.mkdir()
    (away / "x.html").write_text("precious")
    (tmp_path / "staged").write_text("new")
    (root / "a").symlink_to(away)
    (root / "b").mkdir()
    (root / "b/link.html").symlink_to(away / "x.html")
    with FolderWriter(root) as within:
        for file in ("a/x.html", "a/b/c.html"):
            with pytest.raises(OSError, match="site/a") as caught:
                within.put(str(tmp_path / "staged"), file)
            assert caught.value.errno in (errno.ENOTDIR, errno.ELOOP)
            assert not within.remove(file)
        assert not within.remove("b/link.html")
        within.put(str(tmp_path / "staged"), "b/link.html")
        with pytest.raises(ValueError, match="no file"):
            within.remove("../away/x.html")
        assert within.remove("b/link.html")
    assert tree(away) == {"x.html": b"precious"}
    assert tree(root) == {"a": str(away)}


# Folders of the user's.

def test_clean_leaves_the_user_s_empty_folders(build_site):
    for names in (["mine"], ["docs/mine", "posts/a/mine"], ["a/b/c"]):
        site = build_site(FILES)
        for name in names:
            (site.root / "site" / name).mkdir(parents=True)
        result = site.run("clean")
        assert (result.code, result.err) == (0, "")
        assert all((site.root / "site" / name).is_dir() for name in names)
        assert site.files() == {".gitignore": site.text(".gitignore").encode()}
        assert site.run("clean").code == 0
        assert site.build().code == 0
        assert all((site.root / "site" / name).is_dir() for name in names)


# Where the output may not be.

def test_an_output_among_the_site_s_own_is_refused_at_its_line(make_site):
    config = "base_url: https://e.org\nsearch: false\nmarkdown: {snippets: [., parts, docs/bits]}\noutput_dir: "
    site = make_site({"data/x.yaml": "a: 1", "content/a.md": "A.", "parts/b.txt": "b", "docs/bits/c.txt": "c"}, config)
    before = {name for name in tree(site.root) if not name.startswith(".coldpress")}
    for place in ("data/y", "data", "content", "content/x", "static/y", "templates/y", "parts/y", "docs/bits/y", "docs",
                  ".coldpress/y", ".coldpress", ".git/y", "instance", "archetypes/y", "Content/x", "DATA/y",
                  "config.yaml", "build.py", "build.py/x"):
        result = site.edit({"config.yaml": f"{config}{place}\n"}).build()
        assert (result.code, result.places()) == (1, [("output.place", "config.yaml", 4)]), (place, result.problems)
        assert {name for name in tree(site.root) if not name.startswith(".coldpress")} == before
    for place in (".", "..", "../x", "/tmp/x", "C:\\x", "C:x", "\\\\host\\share", "a/../..", "x/con", "x" * 400,
                  "网" * 86):
        result = site.edit({"config.yaml": f"{config}'{place}'\n"}).run("urls", "--json")
        found = [problem for problem in result.problems if problem["code"] == "config.value"]
        assert [problem["place"]["line"] for problem in found] == [4], (place, result.problems)
        assert len(place) < 80 or "255 bytes" in found[0]["message"]
    default = make_site({**FILES, "snippets/a.txt": "x"}, "base_url: https://e.org\noutput_dir: snippets/y")
    assert default.build().codes == ["output.place"]


# What fails while publishing.

EDITS = {"content/index.md": "# Changed", "content/docs/deep/c.md": None, "static/css/x.css": "new",
         "content/new.md": "N.", "content/docs/pic.png": "q", "content/p.md": "---\npermalink: /p.html/\n---\nNew."}
BEFORE = {**FILES, "content/p.md": "---\npermalink: /p.html\n---\nOld.", "content/gone/g.md": "G."}


def failing(function, left, reason):
    """A function of the system that fails once, in a step of publishing."""

    def call(*arguments, **more):
        if function.__name__ == "replace" or any(value is not None for value in more.values()):
            left[0] -= 1
            if left[0] == -1:
                raise OSError(reason, os.strerror(reason), str(arguments[-1]))
        return function(*arguments, **more)

    return call


def test_a_step_that_fails_leaves_whole_files_and_the_next_build_completes(build_site, monkeypatch):
    """Each step of publishing in its turn, from one site to another and back."""
    back = {**BEFORE, "content/new.md": None}
    site = build_site(BEFORE, "base_url: https://e.org/\nsearch: false\nfeeds: false\n")
    old = site.files()
    assert site.edit(EDITS).build().code == 0
    new = site.files()
    failed, step = 0, 0
    while failed == step:
        old, new, edits = new, old, EDITS if step % 2 else back
        site.edit(edits)
        assert site.files() == old
        left, reason = [step], (errno.ENOSPC, errno.EACCES, errno.EISDIR)[step % 3]
        with monkeypatch.context() as patch:
            for name in ("replace", "unlink", "mkdir"):
                patch.setattr(os, name, failing(getattr(os, name), left, reason))
            result = site.run("build")
        assert "Traceback" not in result.err
        now = site.files()
        for name, text in now.items():
            assert text in (old.get(name), new.get(name)), f"{name} is neither old nor new at step {step}"
        if result.code:
            failed += 1
            assert "output.failed" in result.err
            assert ("as it was" not in result.err) or now == old, step
            assert old.keys() & new.keys() - {"p.html"} <= now.keys()
        assert site.build().code == 0
        assert site.files() == new, step
        step += 1
    assert failed > 10


@pytest.mark.parametrize("wanted", ["new/index.html", "static/css/x.css", "index.html"])
def test_a_folder_in_a_file_s_way(build_site, wanted):
    site = build_site(FILES)
    target = site.root / "site" / wanted
    target.unlink(missing_ok=True)
    target.mkdir(parents=True)
    (target / "mine.txt").write_text("mine")
    before = tree(site.root / "site")
    result = site.edit({"content/new.md": "New.", "content/index.md": "# Changed", "static/css/x.css": "new"}).build()
    assert (result.code, result.places()) == (1, [("output.foreign-file", f"site/{wanted}/mine.txt", None)])
    assert tree(site.root / "site") == before
    (target / "mine.txt").unlink()
    assert site.build().code == 0
    assert "New." in site.text("new/index.html")


@pytest.mark.skipif(os.name != "posix", reason="a fifo is POSIX's")
def test_neither_a_fifo_nor_a_socket_is_opened(build_site):
    site = build_site(FILES)
    (site.root / "site/index.html").unlink()
    os.mkfifo(site.root / "site/index.html")
    assert site.build().codes == ["output.foreign-file"]
    assert site.run("clean").code == 0
    assert (site.root / "site/index.html").is_fifo()


READ_ONLY = """
import ctypes, os, sys
from pathlib import Path
from coldpress.start import execute
root = Path(sys.argv[1])
assert execute(["build", "-q"], None, root) == 0
if os.geteuid() == 0:  # who may write everywhere, until the capabilities are given back (capabilities(7))
    version_3, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None, use_errno=True).capset(version_3, none) == 0
(root / "content/index.md").write_text("# Changed")
(root / "content/docs/c.md").write_text("Changed.")
before = {str(path): path.read_bytes() for path in sorted((root / "site").rglob("*")) if path.is_file()}
for folder in ("site/docs/c", "site"):
    (root / folder).chmod(0o555)
    code = execute(["build"], None, root)
    now = {str(path): path.read_bytes() for path in sorted((root / "site").rglob("*")) if path.is_file()}
    assert now == before, "the site is as it was"
    cleaned = execute(["clean"], None, root) if folder == "site" else 1
    (root / folder).chmod(0o755)
    assert (code, cleaned) == (1, 1), (code, cleaned)
assert execute(["build", "-q"], None, root) == 0
assert "Changed." in (root / "site/docs/c/index.html").read_text()
"""


@pytest.mark.skipif(os.name != "posix" or (os.geteuid() == 0 and sys.platform != "linux"),
                    reason="rights are POSIX's, and hold for root on Linux only")
def test_a_folder_that_is_read_only_is_found_before_anything_is_written(make_site):
    site = make_site({"content/docs/c.md": "C.", "content/index.md": "# H"})
    found = subprocess.run([sys.executable, "-c", READ_ONLY, str(site.root)], check=False, capture_output=True,
                           text=True, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}, cwd=site.root)
    assert found.returncode == 0, found.stderr
    assert found.stderr.count("output.failed") == 3, found.stderr
    assert "`site/docs/c` cannot be written" in found.stderr
    assert "Traceback" not in found.stderr


# Names that are too long.

def test_new_names_the_limit_and_the_way_out(make_site):
    site = make_site({"content/posts/2026-01-01-a.md": "A."})
    for words in (["x" * 400], ["网" * 100], ["page", "é" * 130], ["--bundle", "x" * 300],
                  ["Short", "--slug", "x" * 300]):
        result = site.run("new", *words)
        assert (result.code, "Traceback" in result.err) == (2, False), words
        assert "255" in result.err
        assert "--slug" in result.err
    assert site.run("new", "网" * 80).code == 0
    broken = make_site({"content/posts": "a file"})
    assert [problem["code"] for problem in broken.run("new", "--json", "Hello").problems] == ["new.failed"]
    assert site.run("new", "x" * 400, "--slug", "short").code == 0


def test_what_is_too_long_for_a_file_system_is_told_at_its_line(make_site):
    long, wide, deep = "t" * 256, "网" * 86, "/".join(["d" * 48] * 21)
    for line, limit in ((f"slug: {long}", "255"), (f"slug: {wide}", "255"), (f"permalink: /{wide}/", "255"),
                        (f"permalink: /a/{long}.html", "255"), (f"permalink: /{deep}/", "1,000"),
                        (f"aliases: [/{long}/]", "255"), (f"aliases: [/{deep}/]", "1,000"), (f"url: /{wide}", "255")):
        result = make_site({"content/a.md": f"---\ntitle: A\n{line}\n---\nText."}).build()
        assert result.places() == [("url.bad", "content/a.md", 3)], line
        assert limit in result.problems[0]["message"]
        assert "shorter" in result.problems[0]["hint"]
    for key in ("output_dir", "content_dir", "data_dir", "static_dir", "templates_dir"):
        for name in ("x" * 400, wide, f"a/{long}", deep):
            result = make_site({}, f"base_url: https://e.org\n{key}: {name}\n").run("urls", "--json")
            assert ("config.value", "config.yaml", 2) in result.places(), (key, name)
    site = make_site({"content/a.md": "A."})
    result = site.run("build", "-o", str(site.root / ("x" * 400)))
    assert (result.code, "Traceback" in result.err, "too long" in result.err) == (1, False, True)


def test_a_term_that_can_have_no_page_is_a_warning_at_its_line(make_site):
    for term, said in (("t" * 400, "255 bytes"), ("网" * 100, "255 bytes"), (f"lang/{'x' * 300}", "255 bytes"),
                       ("con", "device name"), ("AUX", "device name"), ("/".join(["d" * 100] * 11), "1,000")):
        site = make_site({"content/a.md": f"---\ntitle: A\ntags: ['{term}', fine]\n---\nText."})
        result = site.build()
        assert (result.code, result.places()) == (0, [("term.slug", "content/a.md", 3)]), (term, result.problems)
        assert said in result.problems[0]["message"]
        assert "tags/fine/index.html" in site.files()
