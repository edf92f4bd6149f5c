"""Rendered Markdown is kept from one build to the next, and trusted only as
far as it can be."""

from __future__ import annotations

import sqlite3
import zlib

import pytest

from coldpress.markup import serial
from coldpress.markup.render import Renderer
from coldpress.markup.store import _SPARE, MarkupStore

FILES = {
    "content/a.md": "# On `a`[^1]\n\nText with [b](b.md), $$x^2$$ and more.\n\n## Part\n\n- [ ] task\n\n[^1]: Note.\n",
    "content/b.md": "B with $$\\frac{1$$.\n\n# One\n\n## Two\n\n# Three\n",
    "content/posts/2026-01-02-c.md": "First <!-- more -->\n\n```py title=\"x\"\nx = 1\n```\n",
}


@pytest.fixture
def site(make_site):
    site = make_site(FILES)
    assert site.build().code == 0
    return site


def database(site):
    return sqlite3.connect(site.root / ".coldpress/markup.sqlite")


def changed_rows(site, change):
    with database(site) as cache:
        for key, value in cache.execute("SELECT key, value FROM markup").fetchall():
            cache.execute("UPDATE markup SET value = ? WHERE key = ?", (change(value), key))
    cache.close()


def test_the_second_build_renders_nothing_anew(site):
    changed_rows(site, lambda value: zlib.compress(zlib.decompress(value).replace(b"Text with", b"From the cache:")))
    site.rebuild()
    assert "From the cache: <a href=" in site.text("a/index.html")


def test_what_comes_from_the_cache_is_what_was_rendered(site):
    before = site.files()
    problems = site.results[-1].problems
    again = site.rebuild()
    assert site.files() == before
    assert again.problems == problems
    assert [problem["code"] for problem in problems] == ["markup.maths"]


def test_an_edit_is_rendered(site):
    site.edit({"content/a.md": "New words."}).rebuild()
    assert "<p>New words.</p>" in site.text("a/index.html")


def test_no_cache_reads_and_writes_none(site):
    changed_rows(site, lambda value: zlib.compress(zlib.decompress(value).replace(b"Text with", b"From the cache:")))
    before = (site.root / ".coldpress/markup.sqlite").read_bytes()
    site.build("--no-cache")
    assert "<p>Text with <a" in site.text("a/index.html")
    assert (site.root / ".coldpress/markup.sqlite").read_bytes() == before


@pytest.mark.parametrize("value", [b"", b"no zlib", zlib.compress(b"no json"), zlib.compress(b"[1, 2]"),
                                   zlib.compress(b'[["a", 0], [], "", false, null, [], [], 0, 0, []]'), None, 7])
def test_a_damaged_row_is_rendered_anew(site, value):
    before = site.files()
    with database(site) as cache:
        cache.execute("CREATE TABLE other (key TEXT PRIMARY KEY, value)")
        cache.execute("INSERT INTO other SELECT key, ? FROM markup", (value,))
        cache.execute("DROP TABLE markup")
        cache.execute("ALTER TABLE other RENAME TO markup")
    cache.close()
    assert site.rebuild().code == 0
    assert site.files() == before


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: b"not a database at all" * 100, lambda data: data[:100], lambda data: data[:5000],
    lambda data: data[:2000] + b"\xff" * 3000 + data[5000:]])
def test_a_damaged_file_is_made_anew(site, damage):
    before = site.files()
    file = site.root / ".coldpress/markup.sqlite"
    file.write_bytes(damage(file.read_bytes()))
    result = site.run()
    assert result.code == 0
    assert "Traceback" not in result.out + result.err
    assert site.files() == before


def test_a_cache_of_another_version_is_made_anew(site):
    with database(site) as cache:
        cache.execute("PRAGMA user_version = 99")
        cache.execute("DROP TABLE markup")
    cache.close()
    assert site.rebuild().code == 0
    with database(site) as cache:
        assert cache.execute("SELECT count(*) FROM markup").fetchone()[0] >= 3
    cache.close()


def test_a_cache_that_cannot_be_opened_is_done_without_and_told(site):
    file = site.root / ".coldpress/markup.sqlite"
    file.unlink()
    file.mkdir()
    result = site.run()
    assert result.code == 0
    assert [line for line in result.out.splitlines() if "cache" in line] == [
        "The cache is not used: unable to open database file."]


def test_the_cache_is_bounded(tmp_path):
    store = MarkupStore(tmp_path)
    for number in range(_SPARE + 500):
        store.put(f"old{number}", "x")
    store.close()
    store = MarkupStore(tmp_path)
    store.put("new", "y")
    store.close()
    store = MarkupStore(tmp_path)
    assert store.get("new") == "y"
    assert store.get("old0") is None
    assert store.get(f"old{_SPARE + 499}") == "x"
    store.close()
    rows = sqlite3.connect(tmp_path / ".coldpress/markup.sqlite")
    assert rows.execute("SELECT count(*) FROM markup").fetchone()[0] <= _SPARE + 2
    rows.close()


@pytest.mark.parametrize("body", [*FILES.values(), "", "中文\n\n# 二\n\n![x](a.png)", "[TOC]\n\n## A\n\n### B\n\n## C"])
def test_markup_survives_being_written_and_read(body):
    rendered = Renderer().render(body)
    assert serial.loads(serial.dumps(rendered)) == rendered
