"""What is remembered from one build to the next may vanish, be damaged or come
from anywhere: the site is what a clean build makes of its sources, nothing ends
in a traceback, and what was done without is told in a line."""

from __future__ import annotations

import os
import shutil
import sqlite3
from datetime import date
from itertools import cycle

import pytest
from conftest import shown

from coldpress.build.record_rows import FileGroup, FileRow, PageGroup, PageRow, file_columns, page_columns
from coldpress.cache.database import Database
from coldpress.recorder import packed
from coldpress.web.sites import sites_of

ROUTES = """\
from pathlib import Path

import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.route("/books/<slug>/")
    def book(slug):
        return f"The book {slug}."

    @app.route("/data/")
    def data():
        return {"words": Path(app.root_path, "words.txt").read_text()}

    return app
"""
FILES = {
    "build.py": ROUTES, "words.txt": "words",
    "content/posts/2026-01-01-one.md":
        "---\ntitle: One\ntags: [a]\n---\nFirst $$\\frac{1$$.\n\n[x](no.md) [y](../docs/a.md#p)",
    "content/posts/2026-01-02-two.md": "---\ntitle: Two\ndate: 2026-01-02 12:30\nparams: {day: 2026-05-05}\n---\nTwo.",
    "content/docs/_index.md": "# Docs\n", "content/docs/a.md": "---\naliases: [/old/]\n---\n# A\n\nOne.\n\n## P\n",
    "content/about.md": "Me.", "content/pic.png": "p", "static/x.css": "x", "templates/about.html": "unused",
    "templates/section.html":
        "{{ url_for('book', slug='sicp') }} {{ url_for('static', filename='x.css') }} {{ page.pages[0].title }}",
    "templates/page.html": "{{ page.title }} {{ page.html }} {{ now()|date }}"}
EDITS = {
    "content/posts/2026-01-01-one.md":
        "---\ntitle: Eins\ntags: [a, b]\n---\nFirst $$\\frac{1$$.\n\n[x](no.md) [y](../docs/a.md#q)",
    "content/docs/a.md": "# Other\n\nTwo.\n", "content/about.md": None, "content/new.md": "New.",
    "static/x.css": "other", "words.txt": "other words", "templates/page.html": "{{ page.title }}: {{ page.html }}"}
BACK = {name: FILES.get(name) for name in EDITS}
BUILD, SOURCES = "build-*.sqlite", "sources.sqlite"
LONG = bool(os.environ.get("COLDPRESS_LONG"))
"""Whether everything is tried that is damaged by rule, or a part of it."""
CLEAN: dict[tuple[str, tuple[tuple[str, bytes], ...]], tuple[str, dict[str, bytes]]] = {}
"""What clean builds said and made, by the day and the sources."""


@pytest.fixture
def site(make_site):
    site = make_site(FILES)
    assert site.run("build").code == 0
    return site


def memory(site, name):
    """The file in `.coldpress/` that a pattern means."""
    (file,) = (site.root / ".coldpress").glob(name)
    return file


def forget_the_stamp(site):
    """Have the next build look at its records, though nothing was edited."""
    (site.root / ".coldpress/stamp").unlink(missing_ok=True)


def told(site, edits=EDITS):
    """Edit and build; what is said of the cache.  The site and its problems
    are those of a clean build."""
    forget_the_stamp(site)
    result = site.edit(edits).run("build")
    said, files = clean_build(site, {})
    assert (result.code, result.err) == (0, said)
    assert "Traceback" not in result.out + result.err
    assert site.files() == files
    return [line for line in result.out.splitlines() if "cache" in line]


def test_with_a_memory_that_is_whole_nothing_is_said(site):
    assert told(site) == []


# Files.

@pytest.mark.parametrize("name", [BUILD, SOURCES])
@pytest.mark.parametrize("edits", [{}, EDITS])
def test_a_file_that_vanished(site, name, edits):
    memory(site, name).unlink()
    assert told(site, edits) == []
    assert site.build().rendered == set()


@pytest.mark.parametrize("name", [BUILD, SOURCES])
@pytest.mark.parametrize("damage", [
    lambda data: b"not a database at all" * 100, lambda data: data[:100], lambda data: data[:5000],
    lambda data: data[: len(data) // 2], lambda data: data[:2000] + b"\xff" * 3000 + data[5000:],
    lambda data: data[:100] + b"\x00" * (len(data) - 100), lambda data: b"\xff" * len(data)])
def test_a_damaged_file_is_made_anew_and_told(site, name, damage):
    file = memory(site, name)
    file.write_bytes(damage(file.read_bytes()))
    (line,) = told(site)
    assert line.startswith(("The cache was damaged (", "The cache is not used: "))
    assert told(site, {}) == []
    assert site.build().rendered == set()


@pytest.mark.parametrize("name", [BUILD, SOURCES])
def test_an_empty_file_is_filled(site, name):
    memory(site, name).write_bytes(b"")
    assert told(site) == []
    assert site.build().rendered == set()


@pytest.mark.parametrize("name", [BUILD, SOURCES])
def test_a_damage_that_only_some_pages_of_the_file_have(site, name):
    # As a disk leaves it: each page of the file in turn.
    turns = cycle([(edits, clean_build(site, edits)) for edits in (EDITS, BACK)])
    data = memory(site, name).read_bytes()
    for start, (edits, clean) in zip(range(0, len(data), 4096 if LONG else 4 * 4096), turns, strict=False):
        memory(site, name).write_bytes(data[:start] + b"\xa5" * 4096 + data[start + 4096:])
        result = site.edit(edits).run("build")
        assert (result.code, result.err, site.files()) == (0, *clean), start


@pytest.mark.parametrize("name", [BUILD, SOURCES])
@pytest.mark.parametrize("schema", ["", "CREATE TABLE pages (x)", "CREATE TABLE other (x)",
                                    "CREATE TABLE keys (number); CREATE TABLE files (file)"])
def test_a_file_of_another_version_is_made_anew(site, name, schema):
    file = memory(site, name)
    file.unlink()
    other = sqlite3.connect(file)
    other.executescript(f"PRAGMA user_version = 99; {schema}")
    other.close()
    told(site)
    assert site.build().rendered == set()


@pytest.mark.parametrize("name", [BUILD, SOURCES])
def test_a_file_with_our_version_and_other_tables(site, name):
    file = memory(site, name)
    other = sqlite3.connect(file)
    for (table,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        other.execute(f"ALTER TABLE {table} RENAME TO other_{table}")
    other.close()
    (line,) = told(site)
    assert line.startswith("The cache ")


@pytest.mark.parametrize("name", [BUILD, SOURCES])
def test_a_folder_in_a_file_s_place_is_done_without(site, name):
    file = memory(site, name)
    file.unlink()
    file.mkdir()
    assert told(site) == ["The cache is not used: unable to open database file."]
    assert told(site, {}) == ["The cache is not used: unable to open database file."]


def read_only(self, file):
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False)
    connection.execute("SELECT * FROM sqlite_master")
    return connection


def test_files_that_can_only_be_read_are_read(site, monkeypatch):
    # Root may write anywhere, so the connection is what cannot.
    monkeypatch.setattr(Database, "_prepare", read_only)
    assert told(site) == ["The cache is not used: attempt to write a readonly database."]
    monkeypatch.undo()
    assert told(site, {}) == []


def test_a_file_that_another_process_holds_is_done_without(site, monkeypatch):
    monkeypatch.setattr("coldpress.cache.database._TIMEOUT", 0.01)
    other = sqlite3.connect(memory(site, BUILD))
    other.execute("BEGIN EXCLUSIVE")
    assert told(site) == ["The cache is not used: database is locked."]
    other.rollback()
    other.close()
    assert told(site, {}) == []


def test_a_state_folder_that_is_a_file_is_a_problem(site):
    shutil.rmtree(site.root / ".coldpress")
    (site.root / ".coldpress").write_text("mine")
    before = site.files()
    result = site.run("build")
    assert result.code == 1
    assert ".coldpress" in result.err
    assert "Traceback" not in result.err
    assert site.files() == before


# Rows.

@pytest.mark.parametrize("count", [0, 3, 1 << 16, (1 << 16) + 1])
def test_a_group_has_what_was_put_into_it(count):
    reads = [packed(range(count)), packed(range(count - 1, 0, -2)), b"", packed([7, 2**62])]
    pages = [PageRow(f"/{at}/", f"view.{at}", f"{at}/index.html", found, bytes([at] * 16), "[[1]]" * (at == 1),
                     "[{}]" * (at == 2), at / 7) for at, found in enumerate(reads)]
    group = PageGroup(*page_columns(pages))
    assert list(group.rows.values()) == pages
    assert [*group.rows] == group.names and group.told == ["/1/", "/2/"]
    assert dict(group.heads) == {page.path: (page.endpoint, page.file) for page in pages}
    files = [FileRow("a/ü.html", "1 2 3 4", b"x" * 16, ""), FileRow("b.png", "5 6 7 8", b"", "9 9 9 9")]
    assert list(FileGroup(*file_columns(files)).rows.values()) == files


NOTHING = ["NULL", "7", "x'ff00'", "'nonsense'"]
TEXT = ["7", "x'ff00'", "'nonsense'", "'{'", "'null'", "'[1]'", "'[[]]'", "'[{}]'", "'[null]'"]
PROBLEMS = [*TEXT, """'[{"code": "a.b", "message": "m", "place": 7}]'""",
            """'[{"code": "a.b", "message": "m", "also": [7]}]'""", """'[{"code": "a.b", "message": "", "no": 1}]'"""]
ROWS = {
    ("about", "value"): [*TEXT, """'{"build.py": 7}'""", """'{"a\\u0000b": "x"}'""", """'["build.py"]'"""],
    ("keys", "kind"): [*NOTHING, *(f"'{kind}'" for kind in (
        "value", "version", "volatile", "file", "folder", "items", "list", "term", "environment", "text"))],
    ("keys", "name"): [*NOTHING, "'*'", "'a' || char(0) || 'b'", "'../../x'", "'posts[x:y]'",
                       "'posts[::0]'", "'posts 0 0'"],
    ("keys", "fingerprint"): [*NOTHING, "'~'"], ("keys", "basis"): NOTHING,
    ("named", "name"): [*NOTHING, "'*'", "'x' || name"], ("named", "fingerprints"): [
        *TEXT, "'{\"meta\": 7}'", "'{\"meta\": [7]}'", "'{\"no\": [null, null]}'", "'{}'"],
    ("pages", "first"): ["'/x' || first", "'nonsense' || first"], ("pages", "heads"): [
        *TEXT, *(f"json_set(heads, '$[{index}]', {value})" for index, value in [
            ("0][0", "'/x'"), ("1][0", "7"), ("2][0", "'../x'"), ("0", "json('[]')"), ("3", "json('{\"7\": []}')"),
            ("3", "json('{\"0\": [7, 7]}')"), ("3", "json('{\"x\": [\"\", \"\"]}')")])],
    ("pages", "details"): [*TEXT, *(f"json_set(details, '$[{index}][0]', {value})" for index, value in [
        (0, "0"), (0, "7000"), (1, "'00'"), (1, "'x'"), (2, "'x'")])],
    ("pages", "numbers"): [*NOTHING, "substr(numbers, 1, 8)"], ("pages", "reads"): [*NOTHING, "substr(reads, 1, 8)"],
    ("files", "first"): ["'x' || first"], ("files", "heads"): [
        *TEXT, *(f"json_set(heads, '$[{index}][0]', '00')" for index in range(2))],
    ("files", "details"): [*TEXT, *(f"json_set(details, '$[{index}][0]', '00')" for index in range(2))],
    ("checks", "reads"): NOTHING, ("checks", "problems"): PROBLEMS,
    ("checks", "loose"): [*TEXT, "'[[null, [1, 2]]]'", """'[[7, ["link", 7, 1, 1, 1]]]'""", """'[[null, ["link"]]]'"""],
    ("contents", "packed"): NOTHING, ("parts", "packed"): NOTHING, ("parts", "path"): NOTHING,
    ("parts", "digest"): ["digest || 'x'"]}


def damage(site, name, statement):
    """Change rows; the types of the columns keep nobody from it."""
    file = sqlite3.connect(memory(site, name))
    file.executescript(statement)
    file.close()


def clean_build(site, edits):
    """What a clean build says, and what it makes; the same sources are built once."""
    copy = site.edit(edits).clean_copy()
    key = str(date.today()), tuple(copy.files(".").items())
    if key not in CLEAN:
        CLEAN[key] = copy.run("build").err, copy.files()
    return CLEAN[key]


def misled(site, name, statements):
    """The statements after which a build is not what a clean one is, whether
    something was edited or nothing: both in the long run, else by turns."""
    turns = cycle([(edits, clean_build(site, edits)) for edits in (EDITS, BACK, {})][:2 if LONG else 3])
    for statement, (turn, clean) in zip(statements, turns, strict=False):
        for edits in (turn, {}) if LONG else (turn,):
            damage(site, name, statement)
            forget_the_stamp(site)
            result = site.edit(edits).run("build")
            if (result.code, result.err, site.files()) != (0, *clean):
                yield statement, result.err
                memory(site, name).unlink()
                site.build()


@pytest.mark.parametrize(("table", "column"), list(ROWS) if LONG else list(ROWS)[::3])
def test_nonsense_in_a_row_misleads_nobody(site, table, column):
    statements = [f"UPDATE {table} SET {column} = {value}" for value in ROWS[table, column]]
    assert list(misled(site, BUILD, statements)) == []


@pytest.mark.parametrize("table", ["about", "keys", "named", "pages", "files", "checks", "contents", "parts"])
def test_a_table_that_lost_its_rows_misleads_nobody(site, table):
    statements = [f"DELETE FROM {table}", f"DELETE FROM {table} WHERE rowid % 2 = 0"]
    assert list(misled(site, BUILD, statements)) == []


@pytest.mark.parametrize("kind", ["items", "link", "config"])
def test_rows_that_are_damaged_when_everything_is_rendered_anyway(site, kind):
    damage(site, BUILD, f"UPDATE keys SET fingerprint = 'x' WHERE kind = '{kind}'")
    config = (site.root / "config.yaml").read_text("utf-8")
    (line,) = told(site, {"config.yaml": f"{config}\nlanguage: de\n"})
    assert "a row of `keys`" in line
    forget_the_stamp(site)
    assert site.build().rendered == set()


def test_rows_that_are_damaged_and_the_app_read_them(make_site):
    reading = ROUTES.replace("    return app\n", """\
    with app.app_context():
        app.config["TITLES"] = [page.title for page in coldpress.get_site(app).library.all_pages]
    return app
""")
    site = make_site({**FILES, "build.py": reading})
    site.build()
    damage(site, BUILD, "UPDATE named SET fingerprints = '{}' WHERE name = 'docs/a.md'")
    (line,) = told(site, {"content/posts/2026-01-02-two.md": "---\ntitle: Two\n---\n2."})
    assert "a row of `named`" in line
    assert "there is no record of it" in site.run("build", "-v").out
    assert told(site, {}) == []
    assert site.build().rendered == set()


def test_rows_that_are_found_damaged_when_others_are_to_be_written(site):
    template = {"templates/page.html": "{{ page.title }}"}
    damage(site, BUILD, "UPDATE named SET fingerprints = '{}'")  # which nothing asks for when no source changed
    (line,) = told(site, template)
    assert "a row of `named`" in line
    assert "there is no record of it" in site.run("build", "-v").out
    assert told(site, {}) == []
    assert site.build().rendered == set()
    of_another_template = "content/posts/2026-01-02-two.md"
    assert told(site, {of_another_template: FILES[of_another_template].replace("Two.", "2.")}) == []


@pytest.mark.parametrize("value", NOTHING)
def test_pages_whose_bytes_are_lost_are_rendered_when_their_files_are_too(site, value):
    damage(site, BUILD, f"UPDATE contents SET packed = {value}")
    shutil.rmtree(site.root / "site")
    result = site.build()
    assert result.rendered == shown(page["url"] for page in result.data["pages"] if not page["copied"])
    assert told(site, {}) == []


@pytest.mark.parametrize(("column", "values"), [
    ("entries", TEXT), ("first", [*NOTHING, "first || 'x'"]),
    ("entries", [f"json_set(entries, '$[0][{index}]', json('{value}'))" for index, value in [
        (0, "7"), (0, "null"), (1, "7"), (1, "null"), (1, '"00"'), (2, '"x"'), (2, "null"), (6, "7"), (8, "[]"),
        (9, '{"title": 7}'), (9, '{"title": ["x"]}'), (9, '{"date": "soon"}'), (9, '{"date": {"": "soon"}}'),
        (9, '{"date": {"": "2026-01-01"}}'), (9, '{"date": {"": "2026-01-01T00:00:00", "here": true}}'),
        (9, '{"terms": 7}'), (9, '{"terms": {"tags": 7}}'), (9, '{"terms": {"tags": [7]}}'), (9, '{"params": 7}'),
        (9, '{"aliases": 7}'), (9, '{"aliases": [7]}'), (9, '{"authors": [7]}'), (9, '{"weight": "x"}'),
        (9, '{"draft": "x"}'), (9, '{"layout": 7}'), (9, '{"permalink": 7}'), (9, '{"nonsense": 1}')]])])
def test_nonsense_in_what_is_known_of_a_source_misleads_nobody(site, column, values):
    statements = [f"UPDATE sources SET {column} = {value}" for value in values]
    assert list(misled(site, SOURCES, statements)) == []


def loaded(folder):
    """The sources of a site and their titles, after loading it as a new process does, and how many were parsed."""
    [site] = sites_of(folder.app())
    titles = {page.source: page.title for page in site.library.all_pages}
    site.sources.cache.save()
    return titles, site.sources.cache.parsed_anew


def test_of_many_sources_only_what_changed_is_parsed(make_site):
    def post(number, title=""):
        return {f"content/posts/{number:03}.md": f"---\ntitle: {title or number}\ndate: 2026-01-01\n---\nText.\n"}

    def posts(numbers, title=""):
        return {name: text for number in numbers for name, text in post(number, title).items()}

    site = make_site(posts(range(0, 450, 2)))
    assert loaded(site)[1] == 225
    assert loaded(site) == ({f"posts/{number:03}.md": str(number) for number in range(0, 450, 2)}, 0)
    for changed, gone in [({7: "A", 8: "B"}, [0]), (dict.fromkeys(range(101, 451, 2), "C"), range(300, 440, 2)),
                          (dict.fromkeys(range(7), "D"), range(8, 300, 2)), ({449: "E"}, [7, 448, 1])]:
        site.edit({name: text for number, title in changed.items() for name, text in post(number, title).items()})
        site.edit(dict.fromkeys(posts(gone)))
        titles, parsed = loaded(site)
        assert parsed == len(changed.keys() - set(gone))
        assert loaded(site) == (titles, 0)
        assert set(titles) == {file.relative_to(site.root / "content").as_posix()
                               for file in (site.root / "content").rglob("*.md")}


# The stamp, which ends a build before anything is looked at.

@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: b"\xff\xfe nonsense" * 50, lambda data: data[: len(data) // 2],
    lambda data: data[:20], lambda data: data.replace(b"=", b""), lambda data: data.replace(b"since=", b"since=x"),
    lambda data: data.replace(b"until=", b"until=x"), lambda data: data.replace(b"said=", b"said=x"),
    lambda data: data.replace(b"\n", b"\r\n"), lambda data: data + b"\nmore/index.html"])
@pytest.mark.parametrize("edits", [{}, EDITS])
def test_a_damaged_stamp_misleads_nobody(site, damage, edits):
    file = site.root / ".coldpress/stamp"
    file.write_bytes(damage(file.read_bytes()))
    result = site.edit(edits).run("build")
    assert (result.code, result.err, site.files()) == (0, *clean_build(site, {}))


def test_a_folder_in_the_stamp_s_place_is_done_without(site):
    (site.root / ".coldpress/stamp").unlink()
    (site.root / ".coldpress/stamp").mkdir()
    for edits in (EDITS, {}):
        assert site.edit(edits).run("build").code == 0
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()
