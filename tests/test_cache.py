"""Rendered Markdown is kept from one build to the next, and trusted only as
far as it can be."""

from __future__ import annotations

import sqlite3
import zlib

import pytest

from coldpress.cache.checksum import row_checksum
from coldpress.markdown import store
from coldpress.markdown.native import Renderer
from coldpress.markdown.store import _SPARE_ROWS, MarkupStore, StoredBody

FILES = {
    "content/a.md": "# On `a`[^1]\n\nText with [b](b.md), $$x^2$$ and more.\n\n## Part\n\n- [ ] task\n\n[^1]: Note.\n",
    "content/b.md": "B with $$\\frac{1$$.\n\n# One\n\n## Two\n\n# Three\n",
    "content/posts/2026-01-02-c.md": "First <!-- more -->\n\n```py title=\"x\"\nx = 1\n```\n",
}
# Every page is rendered anew with this, and asks for its markup.
OTHER_HEAD = {"templates/partials/head.html": '<meta name="x">\n'}


@pytest.fixture
def site(make_site):
    site = make_site(FILES)
    assert site.build().code == 0
    return site


@pytest.fixture
def clean(make_site):
    """The files of a site that was built with `OTHER_HEAD` and no cache."""
    site = make_site({**FILES, **OTHER_HEAD})
    assert site.build().code == 0
    return site.files()


def database(site):
    return sqlite3.connect(site.root / ".coldpress/markup.sqlite")


def change(site, table, column, changed):
    """Put other values into a column of what is kept, with checksums as if they belonged there."""
    with database(site) as cache:
        for key, value in cache.execute(f"SELECT key, {column} FROM {table}").fetchall():
            value = changed(value)
            cache.execute(f"UPDATE {table} SET {column} = ?, checksum = ? WHERE key = ?",
                          (value, row_checksum(table, (key, value)), key))
    cache.close()


def changed_rows(site, old, new):
    """Put other words into what is kept."""
    change(site, "markup", "value", lambda value: zlib.compress(
        zlib.decompress(value).decode().replace(old, new).encode()))
    change(site, "briefs", "brief", lambda brief: brief.replace(old, new))


def test_what_is_kept_is_not_rendered_anew(site):
    changed_rows(site, "Text with", "From the cache:")
    site.edit(OTHER_HEAD).rebuild()
    assert "<p>From the cache: <a href=" in site.text("a/index.html")
    assert '<meta name="description" content="From the cache: b' in site.text("a/index.html")


def test_what_comes_from_the_cache_is_what_was_rendered(site, clean):
    problems = site.results[-1].problems
    again = site.edit(OTHER_HEAD).rebuild()
    assert site.files() == clean
    assert again.problems == problems
    assert [problem["code"] for problem in problems] == ["markup.maths"]


def test_an_edit_is_rendered(site):
    site.edit({"content/a.md": "New words."}).rebuild()
    assert "<p>New words.</p>" in site.text("a/index.html")


def test_no_cache_reads_and_writes_none(site, clean):
    changed_rows(site, "Text with", "From the cache:")
    before = {name: data for name, data in site.files(".coldpress").items() if name.endswith(".sqlite")}
    assert len(before) == 4
    site.edit(OTHER_HEAD).build("--no-cache")
    assert site.files() == clean
    assert {name: data for name, data in site.files(".coldpress").items() if name.endswith(".sqlite")} == before


def test_no_cache_leaves_no_folder_behind(site, tmp_path):
    (tmp_path / "temporary").mkdir()
    assert site.run_alone("build", "--no-cache", TMPDIR=str(tmp_path / "temporary")).code == 0
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("value", [b"", b"no zlib", zlib.compress(b"no json"), zlib.compress(b"[1, 2]"),
                                   zlib.compress(b'[["a", 0], null, [], [], 0, 0, []]'), None, 7])
def test_a_damaged_row_is_rendered_anew(site, clean, value):
    change(site, "markup", "value", lambda _: value)
    assert site.edit(OTHER_HEAD).rebuild().code == 0
    assert site.files() == clean


@pytest.mark.parametrize("brief", ["", "no json", "[1, 2]", "[[0], 1, 2]", "null", None, 7, b"\xff"])
def test_a_damaged_brief_is_rendered_anew(site, clean, brief):
    change(site, "briefs", "brief", lambda _: brief)
    assert site.edit(OTHER_HEAD).rebuild().code == 0
    assert site.files() == clean


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: b"not a database at all" * 100, lambda data: data[:100], lambda data: data[:5000],
    lambda data: data[:2000] + b"\xff" * 3000 + data[5000:]])
def test_a_damaged_file_is_made_anew(site, clean, damage):
    file = site.root / ".coldpress/markup.sqlite"
    file.write_bytes(damage(file.read_bytes()))
    result = site.edit(OTHER_HEAD).run()
    assert result.code == 0
    assert "Traceback" not in result.out + result.err
    assert site.files() == clean


def test_a_cache_of_another_version_is_made_anew(site, clean):
    with database(site) as cache:
        cache.execute("PRAGMA user_version = 99")
        cache.execute("DROP TABLE markup")
    cache.close()
    assert site.edit(OTHER_HEAD).rebuild().code == 0
    assert site.files() == clean
    with database(site) as cache:
        assert cache.execute("SELECT count(*) FROM markup").fetchone()[0] >= 3
    cache.close()


def test_a_cache_that_cannot_be_opened_is_done_without_and_told(site, clean):
    file = site.root / ".coldpress/markup.sqlite"
    file.unlink()
    file.mkdir()
    result = site.edit(OTHER_HEAD).run()
    assert result.code == 0
    assert [line for line in result.out.splitlines() if "cache" in line] == [
        "The cache is not used: unable to open database file."]
    assert site.files() == clean


def test_the_cache_is_bounded(tmp_path):
    store = MarkupStore(tmp_path / "state")
    for number in range(_SPARE_ROWS + 500):
        store.put(f"old{number}", StoredBody(b"x", "[]", b""))
    store.close()
    store = MarkupStore(tmp_path / "state")
    store.put("new", StoredBody(b"y", "[]", b""))
    store.trim({"old1"})
    store.close()
    store = MarkupStore(tmp_path / "state")
    assert store.get("new") == b"y"
    assert store.get("old0") is None
    assert store.get("old1") == store.get(f"old{_SPARE_ROWS + 499}") == b"x"
    assert len(store.keys()) <= _SPARE_ROWS + 2
    store.close()


def test_a_body_that_comes_back_is_still_known(site):
    changed_rows(site, "Text with", "From the cache:")
    site.edit({"content/a.md": "Other."}).rebuild()
    site.edit({"content/a.md": FILES["content/a.md"], "config.yaml": "base_url: https://other.org/\n"}).rebuild()
    assert "<p>From the cache: <a href=" in site.text("a/index.html")


@pytest.mark.parametrize("body", [*FILES.values(), "", "中文\n\n# 二\n\n![x](a.png)", "[TOC]\n\n## A\n\n### B\n\n## C"])
def test_markup_survives_being_written_and_read(body):
    rendered = Renderer().render(body)
    stored = store.store_body(rendered)
    assert store.deserialize(stored.value)._replace(sections=stored.words.sections) == rendered
