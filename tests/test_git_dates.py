"""`dates: git`: the dates of pages from a real repository."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

CONFIG = "base_url: https://example.org/\ndates: git\n"
PAGE = "---\ntitle: A\ndescription: D.\n---\n" + "".join(f"Line {number}.\n\n" for number in range(20))
SHOWN = '{{ page.date.date() if page.date else "None" }} {{ page.updated.date() if page.updated else "None" }}'


@pytest.fixture
def repository(make_site, monkeypatch):
    """A site in a repository; `commit` commits everything on a day."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)

    class Repository:
        def __init__(self):
            self.site = make_site({"templates/page.html": SHOWN, "templates/post.html": SHOWN}, CONFIG)
            self.git("init", "-q", "-b", "main")

        def git(self, *arguments, day="2020-01-01", cwd=None):
            moment = f"{day}T12:00:00Z"
            environment = {**os.environ, "GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment,
                           "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
            who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
            done = subprocess.run(["git", *who, *arguments], cwd=cwd or self.site.root, env=environment,
                                  capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            return done.stdout.strip()

        def commit(self, day, files):
            self.site.edit(files)
            self.git("add", "-A", ":!site", ":!.coldpress")
            self.git("commit", "-qm", day, "--allow-empty", day=day)
            return self.git("rev-parse", "HEAD")

        def shown(self, path="a"):
            result = self.site.build()
            assert result.code == 0, result.out
            return self.site.text(f"{path}/index.html")

    return Repository()


def test_a_page_has_the_dates_of_its_first_and_its_last_commit(repository):
    repository.commit("2020-01-01", {"content/a.md": PAGE})
    assert repository.shown() == "2020-01-01 None"
    repository.commit("2021-02-03", {"content/a.md": PAGE + "More."})
    repository.commit("2022-02-03", {"content/b.md": "B."})
    assert repository.shown() == "2020-01-01 2021-02-03"
    assert "2021-02-03T12:00:00" in repository.site.text("sitemap.xml")


def test_what_front_matter_says_wins(repository):
    repository.commit("2020-01-01", {"content/a.md": PAGE, "content/posts/2019-05-06-p.md": "P."})
    page = PAGE.replace("title: A", "title: A\nupdated: 2018-01-02\ndate: 2017-01-02")
    repository.commit("2021-01-01", {"content/a.md": page, "content/posts/2019-05-06-p.md": "Q."})
    assert repository.shown() == "2017-01-02 2018-01-02"
    assert repository.shown("posts/p") == "2019-05-06 2021-01-01"


def test_a_renamed_file_keeps_its_dates_and_a_new_one_of_its_name_begins(repository):
    repository.commit("2020-01-01", {"content/a.md": PAGE})
    repository.commit("2021-01-01", {"content/a.md": None, "content/文.md": PAGE})
    repository.commit("2022-01-01", {"content/文.md": None, "content/sub/c.md": PAGE + "Changed."})
    repository.commit("2023-01-01", {"content/a.md": "Another page."})
    assert repository.shown("sub/c") == "2020-01-01 2022-01-01"
    assert repository.shown("a") == "2023-01-01 None"


def test_commits_that_the_project_ignores_change_nothing(repository):
    repository.commit("2020-01-01", {"content/a.md": PAGE})
    ignored = repository.commit("2021-01-01", {"content/a.md": PAGE.replace("Line", "Row")})
    assert repository.shown() == "2020-01-01 2021-01-01"
    repository.site.edit({".git-blame-ignore-revs": f"# typography\n{ignored}  # all\n"})
    assert repository.shown() == "2020-01-01 None"


def test_a_commit_elsewhere_renders_nothing_and_one_here_only_its_page(repository):
    repository.commit("2020-01-01", {"content/a.md": PAGE, "content/b.md": "B.", "readme.txt": "x"})
    site = repository.site
    site.build()
    repository.commit("2021-01-01", {"readme.txt": "y"})
    assert site.build().rendered == set()
    site.edit({"content/b.md": "B, edited."})
    site.build()
    repository.commit("2022-01-01", {})  # commits the edit that was built
    rendered = site.build().rendered
    assert "/b/" in rendered
    assert "/a/" not in rendered
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


def test_what_is_kept_gives_what_a_whole_walk_gives(repository):
    site = repository.site
    repository.commit("2020-01-01", {"content/a.md": PAGE, "content/b.md": PAGE})
    site.build()
    repository.commit("2021-01-01", {"content/a.md": None, "content/c.md": PAGE, "content/b.md": PAGE + "x"})
    site.build()
    repository.commit("2022-01-01", {"content/c.md": PAGE + "y", "content/b.md": None})
    repository.commit("2022-05-01", {"content/b.md": "New."})
    site.build()
    kept = site.files()
    (site.root / ".coldpress/git-dates").write_text("damaged")
    site.build()
    assert site.files() == kept
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == kept
    assert repository.shown("c") == "2020-01-01 2022-01-01"
    assert repository.shown("b") == "2022-05-01 None"


def test_another_branch_has_its_own_dates(repository):
    repository.commit("2020-01-01", {"content/a.md": PAGE})
    repository.shown()
    repository.git("checkout", "-qb", "other")
    repository.commit("2021-01-01", {"content/a.md": PAGE + "x"})
    assert repository.shown() == "2020-01-01 2021-01-01"
    repository.git("checkout", "-q", "main")
    assert repository.shown() == "2020-01-01 None"
    repository.commit("2022-01-01", {"content/a.md": PAGE + "z"})
    repository.git("merge", "-q", "-s", "ours", "-m", "merge", "other", day="2023-01-01")
    assert repository.shown() == "2020-01-01 2022-01-01"


def test_a_shallow_copy_is_told(repository, tmp_path):
    repository.commit("2020-01-01", {"content/a.md": PAGE})
    repository.commit("2021-01-01", {"content/a.md": PAGE + "x"})
    origin, site = repository.site.root, repository.site.clean_copy()
    shutil.rmtree(site.root)
    repository.git("clone", "-q", "--depth", "1", f"file://{origin}", str(site.root), cwd=tmp_path)
    (problem,) = site.build().problems
    assert (problem["code"], problem["place"]["path"], problem["place"]["line"]) == ("git.shallow", "config.yaml", 2)
    assert "fetch-depth: 0" in problem["hint"]


def test_without_a_repository_or_git(make_site, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    site = make_site({"content/a.md": "A."}, CONFIG)
    result = site.build()
    assert (result.code, [problem["code"] for problem in result.problems]) == (0, ["git.failed"])
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert [problem["code"] for problem in site.build().problems] == ["git.missing"]


def test_nothing_is_committed_yet(repository):
    repository.site.edit({"content/a.md": PAGE})
    assert repository.shown() == "None None"


def test_a_commit_wakes_a_build_that_had_nothing_to_do(repository):
    repository.commit("2020-01-01", {"content/a.md": PAGE})
    site = repository.site
    site.edit({"content/a.md": PAGE + "x"}).run("build")
    repository.commit("2021-01-01", {})
    site.run("build")
    assert site.text("a/index.html") == "2020-01-01 2021-01-01"
