"""The commands, as fingers meet them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from coldpress import __version__
from coldpress.cli import commands
from coldpress.start import execute, main

REPOSITORY = Path(__file__).parents[1]
SITE = {"content/posts/2026-01-02-a.md": "---\ntitle: First\ntags: [x]\n---\nA.", "content/about.md": "Me.",
        "content/posts/2026-01-03-d.md": "---\ndraft: true\n---\nD.", "content/pic.png": "p"}
NAMES = sorted(commands.commands)


# The map of commands.

def test_the_commands_are_those_of_the_map():
    assert NAMES == ["build", "check", "clean", "deploy", "init", "list", "new", "schema", "serve", "urls"]


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_every_command_has_an_example_and_explains_each_flag(make_site, name):
    result = make_site({}).run(name, "--help")
    assert result.code == 0
    assert "Example: " in result.out
    command = commands.commands[name]
    assert command.help
    assert [option.opts for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_flags_follow_the_manual():
    flags = {name: {flag for option in command.params if isinstance(option, click.Option)
                    for flag in (*option.opts, *option.secondary_opts)} for name, command in commands.commands.items()}
    assert flags["build"] >= {"-D", "--drafts", "-F", "--future", "--expired", "-u", "--base-url", "-o", "--output",
                              "--strict", "--json", "--clock", "-c", "--config", "-v", "-q"}
    assert flags["serve"] >= {"-p", "--port", "-b", "--bind", "--host", "-O", "--open", "-D", "-F", "--expired"}
    assert flags["new"] >= {"--bundle", "--draft", "--slug", "--date", "--open"}
    assert flags["init"] >= {"--title", "--language", "--kind"}
    assert flags["clean"] >= {"--cache"}
    assert flags["deploy"] >= {"--dry-run", "--adopt", "--all", "-u", "--json"}


@pytest.mark.parametrize(("words", "code"), [
    (["--version"], 0), (["--help"], 0), (["-h"], 0), (["build", "--nonsense"], 2), (["nonsense"], 2),
    (["build", "--clock", "soon"], 2), (["-c", "missing.yaml"], 2), (["new"], 2), (["new", "!!!"], 2),
    (["list", "nonsense"], 2), (["init", "--kind", "shop"], 2)])
def test_exit_codes_of_usage(make_site, words, code):
    result = make_site(SITE).run(*words)
    assert result.code == code
    assert "Traceback" not in result.err
    assert (code == 0) == (result.err == "")
    if words == ["--version"]:
        assert __version__ in result.out


# Building.

def test_no_command_at_all_builds(make_site):
    site = make_site(SITE)
    assert site.run().code == 0
    assert site.run("--strict", "-D").code == 0
    assert "posts/d/index.html" in site.files()


def test_build_says_what_it_did_in_its_last_line(make_site):
    lines = make_site(SITE).run("build").out.splitlines()
    assert re.fullmatch(r"Built 27 pages \(27 rendered, 0 unchanged; 49 files written\) in \d+\.\d\d s → site/; "
                        r"left out: content/posts/2026-01-03-d\.md \(draft\)", lines[-1])


def test_build_quiet_says_nothing_and_verbose_no_less(make_site):
    site = make_site({**SITE, "content/b.md": "[x](no.md)"})
    quiet = site.run("build", "-q")
    assert (quiet.out, quiet.err, quiet.code) == ("", "", 0)
    plain = site.run("build")
    assert "link.broken-link" in plain.err
    assert len(site.run("build", "-v").out) >= len(plain.out) - 2
    site.edit({"config.yaml": "titel: x"})
    assert "config.unknown-key" in site.run("build", "-q").err


def test_build_as_json(make_site):
    result = make_site({**SITE, "content/b.md": "[x](no.md)"}).build()
    assert result.err == ""
    assert sorted(result.data) == [
        "left_out", "output", "pages", "problems", "published", "removed", "removed_urls", "rendered", "written"]
    assert result.data["published"] is True
    assert {"url": "/about/", "endpoint": "coldpress.page", "source": "content/about.md",
            "file": "about/index.html", "copied": False} in result.data["pages"]
    assert result.problems == [{
        "code": "link.broken-link", "message": "nothing is at `no.md`", "hint": None, "severity": "warning",
        "also": [], "traceback": None,
        "place": {"path": "content/b.md", "line": 1, "column": 5, "text": "[x](no.md)", "length": 5}}]


def test_warnings_fail_only_when_strict(make_site):
    site = make_site({**SITE, "content/b.md": "[x](no.md)"})
    assert site.build().code == 0
    assert site.build("--strict").code == 1
    assert "1 warning" in site.run("build").out


def test_base_url_comes_from_the_flag_then_the_environment_then_the_config(make_site, monkeypatch):
    site = make_site(SITE)

    def canonical():
        return re.search('canonical" href="([^"]+)"', site.text("about/index.html"))[1]

    site.build()
    assert canonical() == "https://example.org/about/"
    monkeypatch.setenv("COLDPRESS_BASE_URL", "https://env.org/x")
    site.build()
    assert canonical() == "https://env.org/x/about/"
    site.build("-u", "https://flag.org")
    assert canonical() == "https://flag.org/about/"
    assert site.build("-u", "flag.org").codes == ["config.value"]


def test_another_config_file(make_site):
    site = make_site({**SITE, "other.yaml": "title: Other\nbase_url: https://o.org\n"})
    assert site.build("-c", str(site.root / "other.yaml")).code == 0
    assert "Other" in site.text("about/index.html")


def test_build_py_is_a_command_too(make_site):
    site = make_site({**SITE, "build.py": "import coldpress\n\n\ndef create_app():\n"
                      "    return coldpress.create_app(__file__)\n\n\nif __name__ == '__main__':\n"
                      "    coldpress.main(create_app)\n"})
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([sys.executable, str(site.root / "build.py")], cwd="/", capture_output=True, text=True,
                          check=True, env=environment)
    assert "→ site/" in done.stdout.splitlines()[-1]
    assert "about/index.html" in site.files()
    done = subprocess.run([sys.executable, str(site.root / "build.py"), "urls", "--help"], capture_output=True,
                          text=True, check=True, env=environment)
    assert "python build.py urls" in done.stdout
    done = subprocess.run([sys.executable, "-m", "flask", "--app", "build", "routes"], cwd=site.root, text=True,
                          check=True, capture_output=True, env=environment)
    assert "coldpress.page" in done.stdout


def test_build_py_can_hold_any_python(make_site):
    site = make_site({**SITE, "build.py": """\
from __future__ import annotations

from dataclasses import dataclass

import coldpress


@dataclass
class Book:
    title: str


def create_app():
    app = coldpress.create_app(__file__)
    app.add_url_rule("/book/", "book", lambda: Book("x").title)
    return app
"""})
    assert site.run("build").code == 0
    assert site.text("book/index.html") == "x"


def test_main_exits_with_the_code(make_site):
    with pytest.raises(SystemExit) as done:
        main(make_site(SITE).app, ["urls", "--nonsense"])
    assert done.value.code == 2


# urls, list, clean.

def test_urls_tells_the_plan_and_writes_nothing(make_site):
    site = make_site({**SITE, "content/用.md": "Text."})
    result = site.run("urls")
    assert result.code == 0
    lines = [line.split() for line in result.out.splitlines()]
    assert lines[0] == ["URL", "endpoint", "source", "file"]
    assert ["/about/", "page", "content/about.md", "about/index.html"] in lines
    assert ["/用/", "page", "content/用.md", "用/index.html"] in lines
    assert not (site.root / "site").exists()
    planned = {row["url"] for row in site.run("urls", "--json").data["pages"]}
    assert "/%E7%94%A8/" in planned
    assert planned == {row["url"] for row in site.build().data["pages"]}


def test_urls_shows_problems_and_fails_with_them(make_site):
    result = make_site({**SITE, "content/About.md": "Two."}).run("urls")
    assert result.code == 1
    assert "url.clash" in result.err


@pytest.mark.parametrize(("only", "sources"), [
    ((), ["about.md", "posts/2026-01-03-d.md", "posts/2026-01-02-a.md"]), (("draft",), ["posts/2026-01-03-d.md"]),
    (("untagged",), ["about.md", "posts/2026-01-03-d.md"]), (("expired",), []), (("scheduled",), [])])
def test_list_tells_the_content_by_date(make_site, only, sources):
    site = make_site({**SITE, "content/posts/2026-01-03-d.md": "---\ndraft: true\ndate: 2026-01-01\n---\nD."})
    assert [row["source"] for row in site.run("list", *only, "--json").data["content"]] == [
        f"content/{source}" for source in sources]
    said = site.run("list", *only).out
    assert all(source in said for source in sources)


def test_clean_with_cache_leaves_only_the_sources(make_site):
    site = make_site(SITE)
    before = site.files(".")
    site.build()
    assert site.run("clean", "--cache").code == 0
    assert not (site.root / ".coldpress").exists()
    assert {name: text for name, text in site.files(".").items() if "__pycache__" not in name} == before


def test_clean_says_how_much(build_site):
    site = build_site(SITE)
    assert re.fullmatch(r"Removed \d+ files from site/", site.run("clean").out.strip())


# new.

@pytest.mark.parametrize(("words", "file"), [
    (["On routes"], "content/posts/2026-01-31-on-routes.md"), (["post", "On", "routes"],
     "content/posts/2026-01-31-on-routes.md"), (["page", "About us"], "content/about-us.md"),
    (["关于 我们"], "content/posts/2026-01-31-关于-我们.md"),
    (["--bundle", "Trip"], "content/posts/2026-01-31-trip/index.md"), (["--bundle", "page", "Map"],
     "content/map/index.md"), (["--slug", "short", "A long title"], "content/posts/2026-01-31-short.md"),
    (["C# & C++, part #2"], "content/posts/2026-01-31-c-sharp-c-plus-plus-part-2.md")])
def test_new_writes_a_source_and_prints_its_path(make_site, words, file):
    site = make_site({})
    result = site.run("new", "--date", "2026-01-31T18:30", *words)
    assert (result.code, result.out) == (0, f"{file}\n")
    text = (site.root / file).read_text("utf-8")
    assert ("date: 2026-01-31 18:30" in text) == ("posts" in file)
    assert site.build("--strict", "--clock", "2026-02-01").code == 0
    again = site.run("new", "--date", "2026-01-31", *words)
    assert again.code == 1
    assert "new.exists" in again.err
    assert (site.root / file).read_text("utf-8") == text


@pytest.mark.parametrize("title", ['He said "no": #1', "a: b", "*x*", "[x]", "{{ 7*7 }}", "true", "2024", "\\n"])
def test_new_keeps_any_title(make_site, title):
    site = make_site({})
    assert site.run("new", title).code == 0
    assert [row["title"] for row in site.run("list", "--json").data["content"]] == [title]


def test_new_drafts_archetypes_and_json(make_site):
    site = make_site({"archetypes/post.md": "---\ntitle: {{ title }}\nslug: {{ slug }}\n---\nMine.\n"})
    assert site.run("new", "--json", "Own one").data["source"].endswith("-own-one.md")
    assert next(site.root.glob("content/posts/*own-one.md")).read_text() == (
        '---\ntitle: "Own one"\nslug: own-one\n---\nMine.\n')
    site.edit({"archetypes/post.md": None}).run("new", "--draft", "Later")
    assert [row["title"] for row in site.run("list", "draft", "--json").data["content"]] == ["Later"]


@pytest.mark.parametrize(("config", "words", "files"), [
    ("", ["My", "look"], ["static/my-look.css", "templates/base.html", "templates/partials/head.html"]),
    ("templates_dir: views\nstatic_dir: files\n", ["--slug", "own", "My look"],
     ["files/own.css", "views/base.html", "views/partials/head.html"])])
def test_new_overrides_writes_what_overrides_the_theme(make_site, config, words, files):
    site = make_site({"content/about.md": "Me."}, f"base_url: https://example.org/\n{config}")
    site.build()
    before = site.text("about/index.html")
    result = site.run("new", "overrides", *words)
    assert (result.code, result.out.splitlines()) == (0, files)
    assert site.build("--strict").code == 0
    link = rf'<link rel="stylesheet" href="/static/{Path(files[0]).name}\?v=\w+">'
    after, count = re.subn(link, "", site.text("about/index.html"))
    assert count == 1
    assert "".join(after.split()) == "".join(before.split())
    (site.root / files[0]).unlink()
    again = site.run("new", "overrides", "--json", *words)
    assert (again.code, [problem["code"] for problem in again.problems]) == (1, ["new.exists"])
    assert not (site.root / files[0]).exists(), "all or nothing"


@pytest.mark.parametrize("words", [["theme"], ["overrides"], ["post"], ["page"], ["theme", "--draft", "x"],
                                   ["theme", "!!!"], ["theme", "二"], ["overrides", "--bundle", "x"]])
def test_new_with_a_kind_wants_a_title_and_fitting_options(make_site, words):
    site = make_site({})
    assert site.run("new", *words).code == 2
    assert not (site.root / "templates").exists()


def test_new_refuses_a_title_without_a_letter(make_site):
    result = make_site({}).run("new", "???")
    assert result.code == 2
    assert "new.slug" in result.err


def test_new_refuses_a_kind_that_is_nearly_one_of_ours(make_site):
    site = make_site({})
    result = site.run("new", "posts", "x y")
    assert (result.code, "unknown kind `posts`, did you mean `post`?" in result.err, "new.kind" in result.err) == (
        2, True, True)
    assert site.run("new", "Posts of last year").code == site.run("new", "Posts", "of last year", "too").code == 0


@pytest.mark.parametrize("slug", ["../../etc/x", "/etc/x", "a/b"])
def test_new_stays_in_the_content_folder(make_site, slug):
    site = make_site({})
    assert site.run("new", "--slug", slug, "T").code == 0
    assert len(list((site.root / "content/posts").iterdir())) == 1


def test_a_mistake_in_an_archetype_is_a_problem(make_site):
    result = make_site({"archetypes/post.md": "{% if %}"}).run("new", "T")
    assert result.code == 1
    assert result.err.startswith("error[" + "new.archetype" + "]")
    assert "archetypes/post.md" in result.err


def test_a_folder_without_build_py_is_a_site_too(tmp_path, capsys):
    (tmp_path / "content").mkdir()
    (tmp_path / "content/index.md").write_text("Hi.")
    assert execute(["build", "-u", "https://e.org"], None, tmp_path) == 0
    assert (tmp_path / "site/index.html").exists()
