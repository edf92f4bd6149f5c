"""What `build` can be asked beside building: why, how long, what if, and whether it is true."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from conftest import REPOSITORY

FILES = {"content/posts/2026-01-02-a.md": "---\ntitle: A\ntags: [x]\n---\nFirst.\n", "content/about.md": "Me.",
         "content/pic.png": "p"}
BY_CHANCE = """\
import os

import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    app.add_url_rule("/dice/", "dice", lambda: os.urandom(8).hex())
    return app
"""


@pytest.fixture
def site(make_site):
    site = make_site(FILES)
    assert site.build().code == 0
    return site


# --dry-run

def test_a_dry_run_says_what_would_be_done_and_does_nothing(site):
    before, memory = site.files(), site.files(".coldpress")
    site.edit({"content/new.md": "New.", "content/about.md": None, "content/pic.png": "other"})
    result = site.build("--dry-run")
    assert (result.code, result.data["published"]) == (0, False)
    assert result.data["removed"] == ["about/index.html"]
    assert result.data["written"] == [
        "new/index.html", "pic.png", "search/index.js", "search/pages/0.js", "search/words/0.js", "sitemap.xml"]
    assert site.files() == before
    assert site.build().data["written"] == result.data["written"]
    assert {name for name in memory if name.endswith(".sqlite")} <= site.files(".coldpress").keys()


def test_a_dry_run_of_a_first_build_makes_no_site(make_site):
    site = make_site(FILES)
    result = site.run("build", "--dry-run")
    assert result.code == 0
    assert "about/index.html" in result.out
    assert not (site.root / "site").exists()
    assert site.build().data["written"] != []


def test_a_dry_run_has_errors_like_any_build(site):
    result = site.edit({"content/about.md": "---\ntitle: [\n---\n"}).build("--dry-run")
    assert (result.code, result.codes) == (1, ["syntax.yaml"])


# --explain

def test_explain_names_what_a_page_read_and_why_it_was_rendered(site):
    said = site.edit({"content/about.md": "You."}).run("build", "--explain", "/about/").out
    assert "/about/ from content/about.md, by page, is about/index.html" in said
    assert re.search("Rendered now: .*about.md", said)
    assert re.search(r"template +page\.html", said)
    assert re.search(r"body +about\.md", said)


def test_explain_tells_of_a_page_that_was_not_rendered(site):
    said = site.run("build", "--explain", "/about/").out
    assert "Not rendered: nothing that it read changed." in said
    assert re.search(r"template +page\.html", said)


@pytest.mark.parametrize("url", ["/about/", "/about", "/sub/about/"])
def test_explain_takes_a_url_as_one_writes_it(make_site, url):
    site = make_site(FILES, config="base_url: https://example.org/sub/\n")
    assert "about/index.html" in site.run("build", "--explain", url).out


def test_explain_tells_of_a_copy(site):
    assert "It is a copy" in site.run("build", "--explain", "/pic.png").out


def test_explain_of_a_page_that_is_not_there_names_a_near_one(site):
    result = site.build("--explain", "/abuot/")
    assert (result.code, result.codes) == (1, ["explain.no-page"])
    assert "/about/" in result.problems[0]["hint"]


# --verify

def test_verify_finds_nothing_where_there_is_nothing(site):
    result = site.edit({"content/about.md": "You."}).run("build", "--verify")
    assert (result.code, result.err) == (0, "")
    assert "Verified: a clean build makes the same, byte for byte." in result.out


def test_verify_names_the_first_file_that_differs(make_site):
    site = make_site({**FILES, "build.py": BY_CHANCE})
    site.build()
    result = site.run("build", "--verify")
    assert result.code == 1
    code = "verify.differs"
    assert result.err.startswith(f"error[{code}]: site/dice/index.html is not what a clean build makes of it")


# --profile

def test_profile_says_where_the_time_went(site):
    said = site.edit({"content/about.md": "You."}).run("build", "--profile").out
    assert re.search(r"^freeze +\d+\.\d{3}$", said, re.MULTILINE)
    assert re.search(r"^/about/ +\d+\.\d$", said, re.MULTILINE)
    stacks = (site.root / ".coldpress/profile.folded").read_text().splitlines()
    assert all(re.fullmatch(r"\S+ \d+", stack) for stack in stacks)


# All of them, as a person types them.

@pytest.mark.parametrize(("flag", "said"), [
    (["--dry-run"], "Would build 27 pages (0 rendered"), (["--explain", "/about/"], "is about/index.html"),
    (["--verify"], "Verified: "), (["--profile"], "seconds")])
def test_a_flag_works_where_nothing_changed(site, flag, said):
    run = [sys.executable, "-m", "coldpress", "build"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    for words in ([], flag, flag):
        done = subprocess.run([*run, *words], cwd=site.root, check=True, capture_output=True, text=True,
                              env=environment)
        assert "→ site/" in done.stdout
    assert said in done.stdout
