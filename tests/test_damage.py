"""One bit flips in `.coldpress/`, as on a bad disk: what it was in is not
believed, that is said once, and the site is what a clean build makes of it.

    COLDPRESS_SEED=7 COLDPRESS_FLIPS=500 pytest tests/test_damage.py

is the long run.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from itertools import chain, cycle

import pytest
from test_records import BACK, BUILD, EDITS, FILES, SOURCES, clean_build, forget_the_stamp, memory

from coldpress.build import records
from coldpress.cache.checksum import write_with_checksum
from coldpress.markdown import store as markup
from coldpress.search import index as search
from coldpress.sources import cache as sources

SEED = int(os.environ.get("COLDPRESS_SEED", "1"))
FLIPS = int(os.environ.get("COLDPRESS_FLIPS", "0"))
MARKUP, SEARCH = "markup.sqlite", "search.sqlite"
MANIFEST, STAMP = "manifest-*.json", "stamp"
TABLES = {BUILD: records._TABLES, SOURCES: sources._TABLES, MARKUP: markup._TABLES, SEARCH: search._TABLES}
UNUSED = {"reads"}  # only Python-Markdown's extensions have reads
BY_KEY = {"markup", "briefs", "words", "shards", "contents", "keys", "named"}  # of which a build asks for some rows


def columns_of(name):
    tables = {table: made.names for table, made in TABLES[name].items() if table not in UNUSED}
    if name == BUILD:
        tables["sums"] = ["name", "total"]
    return [(name, table, column) for table, columns in tables.items() for column in [*columns, "checksum"]]


def is_read(table, column):
    """Whether a build comes across a damage there.  A row that has another key is
    as good as gone; after as many edits as here no shard is patched."""
    return table not in BY_KEY or (table != "shards" and column not in ("key", "path"))


def flipped(value, rng):
    """The value with one bit another."""
    if isinstance(value, float):
        return value + 1
    if isinstance(value, int):
        return value ^ 1 << rng.randrange(31)
    data = bytearray(value.encode() if isinstance(value, str) else value)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def flip_column(site, name, table, column, rng):
    """Flip a bit of a column: in one row, or in all where not every row is read."""
    file = sqlite3.connect(memory(site, name))
    file.text_factory = bytes
    rows = file.execute(f"SELECT rowid, {column}, typeof({column}) FROM {table} ORDER BY rowid").fetchall()
    filled = [row for row in rows if row[1] not in (None, b"")]
    if not filled:
        raise IndexError("an earlier flip kept the last build from writing this file")
    for rowid, value, kind in filled if table in BY_KEY else [rng.choice(filled)]:
        place = "CAST(? AS TEXT)" if kind == b"text" else "?"
        file.execute(f"UPDATE OR REPLACE {table} SET {column} = {place} WHERE rowid = ?", (flipped(value, rng), rowid))
    file.commit()
    file.close()


def flip_byte(site, name, rng):
    """Flip a bit of a file: in a database often where its pages begin."""
    file = memory(site, name)
    data = bytearray(file.read_bytes())
    page = 4096 * rng.randrange(max(1, len(data) // 4096))
    where = [rng.randrange(len(data)), page + rng.randrange(min(100, len(data) - page)),
             rng.randrange(min(100, len(data)))]
    data[rng.choice(where)] ^= 1 << rng.randrange(8)
    file.write_bytes(data)


def rounds(rng):
    """What is flipped before each build, and whether it must be said: the
    records by themselves, for without them all the rest is asked."""
    ours = columns_of(BUILD)
    others = [columns_of(name) for name in (SOURCES, MARKUP, SEARCH)]
    longest = max(map(len, others))
    yield from ([target] for target in ours)
    yield from ([targets[number % len(targets)] for targets in others] for number in range(longest))
    yield from ([(name,)] for name in (MANIFEST, STAMP, MANIFEST, STAMP, BUILD, SOURCES, MARKUP, SEARCH, BUILD, BUILD))
    everything = [*ours, *chain(*others), *((name,) for name in (*TABLES, *TABLES, MANIFEST, STAMP))]
    yield from ([rng.choice(everything)] for _ in range(FLIPS))


@pytest.fixture
def site(make_site):
    site = make_site(FILES)
    assert site.run("build").code == 0
    return site


def test_a_flipped_bit_is_noticed_and_misleads_nobody(site):
    rng = random.Random(SEED)
    turns = cycle([(edits, clean_build(site, edits)) for edits in (EDITS, BACK)])
    passed_over, partial = 0, set[str]()
    for number, (targets, (edits, clean)) in enumerate(zip(rounds(rng), turns, strict=False)):
        if targets == [(STAMP,)]:
            site.run("build")  # after one that had something to say, there is none
        try:
            for name, *column in targets:
                (flip_column if column else flip_byte)(site, name, *column, rng)
        except (sqlite3.DatabaseError, IndexError):  # an earlier flip that nobody came across yet
            passed_over += 1
            memory(site, name).unlink()
            partial.add(name)
            targets = []
        if targets != [(STAMP,)]:
            forget_the_stamp(site)
        if any("contents" in target for target in targets):
            shutil.rmtree(site.root / "site")
        result = site.edit(edits).run("build")
        about = f"COLDPRESS_SEED={SEED}, round {number}: {targets}"
        assert (result.code, result.err) == (0, clean[0]), about
        assert site.files() == clean[1], about
        expect_told([name for name, *column in targets if (
            name not in partial and is_read(*column) if column else name in (MANIFEST, STAMP))], result, about)
        # What is made anew has only what that build asked for: the next one may come across none of its rows.
        partial.update(name for name, *column in targets if not column)
        if number % 25 == 24:
            build_from_nothing(site)
            partial.clear()
        if number % 6 == 0:  # a flip in a file that no build came across yet may be told now
            late = [line for line in site.run("build").out.splitlines() if "damaged" in line]
            assert [line for line in late if not any(name.split("-")[0] in line for name in partial)] == [], about
    assert passed_over <= 3 + FLIPS / 10


@pytest.mark.parametrize("table", sorted(TABLES[MARKUP].keys() - UNUSED))
def test_rows_that_were_lost_are_written_again(site, table):
    def run(sql):
        connection = sqlite3.connect(memory(site, MARKUP))
        with connection:
            found = connection.execute(sql).fetchall()
        connection.close()
        return found

    def of_both():
        for edits in (EDITS, BACK):
            assert site.edit(edits).run("build").code == 0
        return set(run(f"SELECT key FROM {table}"))

    asked_for = of_both()
    run(f"DELETE FROM {table}")
    lost = of_both()
    assert lost and lost <= asked_for
    run(f"DELETE FROM {table}")
    assert of_both() == lost


def expect_told(names, result, about):
    for name in names:
        said = [line for line in result.out.splitlines() if "damaged" in line and name.split("-")[0] in line]
        assert len(said) == 1, (about, result.out)


def build_from_nothing(site):
    for folder in (".coldpress", "site"):
        shutil.rmtree(site.root / folder)
    site.run("build")


def of_another_version(file):
    """As another version of ours would have left it."""
    if file.suffix == ".sqlite":
        connection = sqlite3.connect(file)
        connection.executescript("PRAGMA user_version = 3; PRAGMA application_id = 3; CREATE TABLE other (name)")
        connection.close()
    else:
        write_with_checksum(str(file), "coldpress-of-old 1", "{}")


def into_folder(file):
    file.unlink()
    (file / "folder").mkdir(parents=True)


HARMS = {
    "gone": lambda file: file.unlink(), "a folder": into_folder, "empty": lambda file: file.write_bytes(b""),
    "zeros": lambda file: file.write_bytes(bytes(file.stat().st_size)), "old": of_another_version,
    "cut": lambda file: file.write_bytes(file.read_bytes()[:file.stat().st_size // 2]),
    "read-only": lambda file: file.chmod(0o444)}
OTHERS = {
    **FILES, "content/posts/2026-01-01-one.md": "---\ntitle: Other\ntags: [b]\n---\nOther.", "content/more.md": "M."}


@pytest.mark.parametrize("names", [(BUILD, STAMP), (SOURCES, MARKUP, SEARCH, ".gitignore", "lock"), (MANIFEST,)])
def test_whatever_else_happens_to_a_file_misleads_nobody(site, make_site, names):
    other = make_site(OTHERS)
    other.edit({"content/about.md": None})
    assert other.run("build").code == 0
    harms = {**HARMS, "another site's": lambda file: shutil.copyfile(memory(other, file.name), file)}
    if MANIFEST in names:
        del harms["gone"]  # then what is gone from the site is left, and named
    turns = cycle([(edits, clean_build(site, edits)) for edits in (EDITS, BACK)])
    for (harm, do), (edits, clean) in zip(harms.items(), turns, strict=False):
        site.run("build")
        for name in names:
            do(memory(site, name))
        result = site.edit(edits).run("build")
        assert (result.code, result.err) == (0, clean[0]), harm
        assert site.files() == clean[1], harm
        for folder in (site.root / ".coldpress").iterdir():
            if folder.is_dir():  # what could not be made anew: it may be taken away at any time
                shutil.rmtree(folder)
