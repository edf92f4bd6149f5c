"""A new site: complete, buildable, and nothing of anybody's overwritten."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import SiteFolder

from coldpress.commands.init import KINDS, sample_texts
from coldpress.config.deploy import HOSTS
from coldpress.web.strings import FILES

REPOSITORY = Path(__file__).parents[1]
COMMON = {".gitignore", ".gitattributes", "build.py", "config.yaml", "requirements.txt", "templates/README.md",
          ".github/workflows/pages.yml"}


@pytest.fixture
def init(make_site, tmp_path, capsys):
    """Runs `init` for a new folder; gives its site and what was said."""

    def run(*flags, name="my-new_site"):
        result = make_site({}).run("init", str(tmp_path / name), *flags)
        return SiteFolder(tmp_path / name, capsys), result

    return run


@pytest.mark.parametrize(("kind", "base_url"), [("blog", "https://example.org/project/"), *(
    (kind, "https://example.org/") for kind in KINDS)])
def test_the_site_that_is_made_builds_without_a_problem(init, kind, base_url):
    site, result = init("--kind", kind)
    assert result.code == 0
    assert set(site.files(".")) >= COMMON
    built = site.build("--strict", "--base-url", base_url)
    assert (built.code, built.problems) == (0, [])
    assert ".nojekyll" in site.files()
    assert "My new site" in site.text("index.html")
    assert not [name for name in site.files(".") if "DATE" in name or "dot-" in name]
    assert not re.search(r"%\(\w+\)", "".join(
        text.decode() for name, text in site.files(".").items() if not name.endswith((".sqlite", ".woff2"))))


@pytest.mark.parametrize("language", [*FILES, "pt-BR", "zh-TW"])
def test_the_samples_are_in_the_language_of_the_site(init, language):
    site, _ = init("--kind", "both", "--language", language)
    english = sample_texts("en", {})
    texts = sample_texts(language, {})
    assert set(texts) == set(english)
    assert "RSS" in texts["home_comment"] and "`base_url`" in texts["home_comment"]
    assert [name for name in texts if texts[name] == english[name] and language != "en"] in ([], ["guide"])
    assert site.build("--strict", "-u", "https://e.org").problems == []
    home, about, guide, config = (site.text("index.html"), site.text("about/index.html"),
                                  site.text("guide/index.html"), (site.root / "config.yaml").read_text("utf-8"))
    assert f">{texts['guide']}</a>" in home
    assert texts["about_text"] in about
    assert f"<h1>{texts['guide']}" in guide
    assert (f'lang="{language}"' in home, f"  - {texts['posts']}: /posts/" in config) == (True, True)


def test_a_language_that_is_no_tag_is_refused(init):
    site, result = init("--language", "zh_CN")
    assert (result.code, site.root.exists()) == (2, False)
    assert "init.language" in result.err
    assert "write `zh-CN`" in result.err


@pytest.mark.parametrize("title", ['"Quotes": #1', "a: b", "你好", "${HOME} %(title) %%"])
def test_any_title_and_language_will_do(init, title):
    site, result = init("--title", title, "--language", "zh-Hans")
    assert result.code == 0
    config = yaml.safe_load((site.root / "config.yaml").read_text("utf-8"))
    assert (config["title"], config["language"]) == (title, "zh-Hans")
    assert site.build("--strict", "-u", "https://e.org").code == 0
    assert '<html lang="zh-Hans"' in site.text("index.html")


def test_the_docs_kind_takes_any_title_too(init):
    site, _ = init("--kind", "docs", "--title", 'The "thing": a guide')
    assert site.build("--strict", "-u", "https://e.org").code == 0
    assert "The &#34;thing&#34;: a guide" in site.text("index.html")


@pytest.mark.parametrize("taken", ["config.yaml", "build.py", ".gitignore", "content/about.md"])
def test_a_file_that_is_there_is_never_overwritten(init, tmp_path, taken):
    file = tmp_path / "my-new_site" / taken
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    site, result = init()
    assert result.code == 1
    assert "init.exists" in result.err
    assert site.files(".") == {taken: b"mine"}


def test_other_files_in_the_folder_do_not_hinder(init, tmp_path):
    (tmp_path / "my-new_site").mkdir()
    (tmp_path / "my-new_site/LICENSE").write_text("mine")
    site, result = init()
    assert result.code == 0
    assert site.files(".")["LICENSE"] == b"mine"


@pytest.mark.parametrize(("folder", "line"), [
    ("blog", "cd blog && ../.venv/bin/python build.py serve"),
    ("a/b c", "cd 'a/b c' && ../../.venv/bin/python build.py serve"),
    (".", ".venv/bin/python build.py serve"),
])
def test_it_says_what_to_type_next_in_the_folder_where_it_was_called(tmp_path, capsys, monkeypatch, folder, line):
    """With the Python of an environment there, whose path is another one once the shell is in the site."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv/bin/python"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    result = SiteFolder(tmp_path, capsys).run("init", folder)
    assert result.out.splitlines()[-1] == f"Look at it:  {line}"


def test_the_time_zone_is_the_machine_s(init, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    site, _ = init()
    assert "timezone: Asia/Shanghai" in (site.root / "config.yaml").read_text()


def of_github(file):
    """The commands of a workflow of GitHub that build the site."""
    workflow = yaml.safe_load(file)
    assert re.fullmatch(r"\d+ \d+ \* \* \*", workflow[True]["schedule"][0]["cron"])
    steps = workflow["jobs"]["publish"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0}
    assert [step["with"]["path"] for step in steps if "actions/cache" in step.get("uses", "")] == [".coldpress"]
    (build,) = [step for step in steps if "--strict" in step.get("run", "")]
    return build["run"]


def of_gitlab(file):
    jobs = yaml.safe_load(file)
    job, check = jobs["pages"], jobs["check"]
    assert check["script"] == job["script"]
    assert check["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
    assert (job["variables"]["GIT_DEPTH"], job["cache"]["paths"][0]) == ("0", ".coldpress/")
    assert job["artifacts"]["paths"] == ["public"]
    return "\n".join(job["script"][1:])


def of_netlify(file):
    data = tomllib.loads(file)
    (plugin,) = data["plugins"]
    assert (plugin["package"], data["build"]["publish"]) == ("./netlify/keep-coldpress", "site")
    assert data["context"]["deploy-preview"]["command"] == data["build"]["command"].replace("$URL", "$DEPLOY_PRIME_URL")
    return data["build"]["command"]


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of a shell")
@pytest.mark.parametrize(("host", "file", "commands_of", "folder"), [
    ("github-pages", ".github/workflows/pages.yml", of_github, "site"),
    ("gitlab-pages", ".gitlab-ci.yml", of_gitlab, "public"),
    ("cloudflare", ".github/workflows/pages.yml", of_github, "site"), ("netlify", "netlify.toml", of_netlify, "site")])
def test_the_workflow_of_a_host_builds_and_checks_the_new_site(init, host, file, commands_of, folder):
    site, _ = init("--deploy", host, "--kind", "docs")
    commands = commands_of((site.root / file).read_text("utf-8"))
    url = "https://example.org/x"
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "URL": url,
                   "PYTHONPATH": str(REPOSITORY), "CI_PAGES_URL": url, "COLDPRESS_BASE_URL": url}
    done = subprocess.run(["sh", "-e", "-c", commands], cwd=site.root, env=environment, capture_output=True, text=True,
                          check=True)
    assert "nothing found" in done.stdout.splitlines()[-1]
    assert "https://example.org/x/guide/" in (site.root / folder / "sitemap.xml").read_text("utf-8")
    assert yaml.safe_load((site.root / "config.yaml").read_text("utf-8"))["deploy"] == {"host": host}


def test_each_host_has_its_own_files_and_none_has_none(init):
    added = {}
    for host in ("github-pages", "gitlab-pages", "cloudflare", "netlify", "none"):
        site, _ = init("--deploy", host, name=f"My {host} Blog!")
        added[host] = {name for name in site.files(".") if re.search(r"\.github|gitlab|netlify|wrangler", name)}
        if host == "cloudflare":
            name = tomllib.loads((site.root / "wrangler.toml").read_text("utf-8"))["name"]
    assert name == "my-cloudflare-blog"
    assert added == {
        "github-pages": {".github/workflows/pages.yml"}, "gitlab-pages": {".gitlab-ci.yml"}, "none": set(),
        "cloudflare": {".github/workflows/pages.yml", "wrangler.toml"},
        "netlify": {"netlify.toml", ".github/workflows/rebuild.yml", "netlify/keep-coldpress/index.js",
                    "netlify/keep-coldpress/manifest.yml"}}
    assert "deploy" not in yaml.safe_load((site.root / "config.yaml").read_text("utf-8"))


@pytest.mark.parametrize("host", sorted({*HOSTS} - {"github-pages", "gitlab-pages", "cloudflare", "netlify"}))
def test_a_host_without_a_workflow_is_in_the_config(init, host):
    site, result = init("--deploy", host)
    assert yaml.safe_load((site.root / "config.yaml").read_text("utf-8"))["deploy"] == {"host": host}
    assert f"{host} is in config.yaml; it has no workflow." in result.out
    assert not [name for name in site.files(".") if ".github" in name]


def test_the_workflow_builds_strictly_with_the_address_of_the_pages(init):
    site, _ = init()
    workflow = yaml.safe_load((site.root / ".github/workflows/pages.yml").read_text())
    steps = workflow["jobs"]["publish"]["steps"]
    (build,) = [step for step in steps if "--strict" in step.get("run", "")]
    assert build["env"] == {"COLDPRESS_BASE_URL": "${{ steps.pages.outputs.base_url }}"}


@pytest.mark.parametrize(("origin", "line"), [
    (None, r"coldpress\[preview,images\]~=\d+\.\d+\.\d+"),
    ({"url": "https://github.com/a/coldpress.git", "vcs_info": {"vcs": "git", "commit_id": "abc123"}},
     r"coldpress\[preview,images\] @ git\+https://github\.com/a/coldpress\.git@abc123"),
    ({"url": "https://x.org/r.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "python"},
     r"coldpress\[preview,images\] @ git\+https://x\.org/r\.git@abc#subdirectory=python"),
    ({"url": "https://x.org/coldpress-1.zip", "archive_info": {}},
     r"coldpress\[preview,images\] @ https://x\.org/coldpress-1\.zip"),
    ({"url": "file:///src/coldpress", "dir_info": {"editable": True}}, r"coldpress\[preview,images\] @ file:///src/coldpress"),
])
def test_the_requirement_is_where_coldpress_came_from(tmp_path, origin, line):
    info = tmp_path / "coldpress-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: coldpress\nVersion: 0.1.0\n")
    if origin:
        (info / "direct_url.json").write_text(json.dumps(origin))
    done = subprocess.run(
        [sys.executable, "-c", "from coldpress.commands.init import requirement; print(requirement())"], text=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{REPOSITORY}"}, capture_output=True, check=True)
    assert re.fullmatch(line, done.stdout.strip())
    extras = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"preview", "images"} <= set(extras)
