"""Collections: pages from files, rows of data and of sources; typed fields and cascades."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3

import jsonschema
import pytest
from conftest import code_of

CONFIG = """title: Kitchen
base_url: https://example.org/
collections:
  posts: {}
  recipes: {dated: false, sort_by: -minutes, permalink: /eat/<slug>/, paginate: 2, layout: recipe,
    fields: {minutes: int, vegan: {type: bool, default: false}, level: [easy, hard]}}
  books: {data: books.yaml, permalink: /books/<slug>/, title: <name>, key: isbn}
theme: {backlinks: true}
"""
FILES = {
    "templates/recipe.html": '{% extends "page.html" %}{% block page_footer %}[{{ page.params.minutes + 1 }} '
                             '{{ page.params.vegan }} {{ page.params.level }}]{% endblock %}',
    "content/posts/2026-01-02-p.md":
        "# P\n\n[soup](../recipes/soup.md) [book](books:b-1#part) [[TAOCP]] [no](books:b-9)\n",
    "content/recipes/soup.md": "---\nminutes: 20\nlevel: easy\n---\n# Soup\n",
    "content/recipes/egg.md": "---\nminutes: 5\nvegan: true\n---\n# Egg\n",
    "content/recipes/roast.md": "---\nminutes: 90\n---\n# Roast\n",
    "content/recipes/stew.md": "---\nminutes: 60\n---\n# Stew\n",
    "content/recipes/_index.md": "# What we cook\n",
    "data/books.yaml": "- {isbn: b-1, name: SICP, tags: [lisp], body: \"## Part\\n\\nA *wizard* book.\"}\n"
                       "- {isbn: b-2, name: TAOCP, html: '<h2>Volumes</h2><p>See <a href=\"books:b-1\">it</a>.</p>'}\n"}


def cards(site, file):
    """The titles in a list, in order."""
    main = site.text(file).partition("<main")[2].partition("</main>")[0]
    return [part.partition("</a>")[0].rpartition(">")[2] for part in main.split("<h2")[1:]]


# Files without dates.

def test_an_undated_collection_is_sorted_and_paged(make_site):
    site = make_site(FILES, CONFIG)
    built = site.build()
    assert built.code == 0
    assert [place[0] for place in built.places()] == ["link.broken-link"]
    assert cards(site, "recipes/index.html") == ["Roast", "Stew"]
    assert cards(site, "recipes/page/2/index.html") == ["Soup", "Egg"]
    assert "<h1>What we cook</h1>" in site.text("recipes/index.html")
    assert "[21 False easy]" in site.text("eat/soup/index.html")
    assert "[6 True None]" in site.text("eat/egg/index.html")
    assert "/eat/" not in site.text("archive/index.html")
    assert "<loc>https://example.org/eat/soup/</loc>" in site.text("sitemap.xml")
    assert "recipes/feed.xml" not in site.files()
    assert 'rel="next" href="/eat/egg/"' in site.text("eat/soup/index.html")


def test_pages_without_the_key_come_last_and_of_equals_the_first_by_name(make_site):
    site = make_site({**FILES, "content/recipes/a.md": "# A\n", "content/recipes/b.md": "---\nminutes: 5\n---\n# B\n",
                      "templates/recipe.html": "{% extends 'page.html' %}"}, CONFIG.replace("-minutes", "minutes"))
    site.build()
    assert cards(site, "recipes/index.html") == ["B", "Egg"]
    assert cards(site, "recipes/page/3/index.html") == ["Roast", "A"]


def test_a_feed_of_an_undated_collection_has_its_dated_pages(make_site):
    site = make_site({**FILES, "content/recipes/egg.md": "---\nminutes: 5\ndate: 2026-02-01\n---\n# Egg\n"},
                     CONFIG.replace("paginate: 2,", "feed: true, "))
    site.build()
    feed = site.text("recipes/feed.xml")
    assert feed.count("</entry>") == 1
    assert "https://example.org/eat/egg/" in feed


def test_a_collection_may_have_another_folder_than_its_name(make_site):
    site = make_site({"content/food/a.md": "# A\n", "content/news/b.md": "---\ndate: 2026-01-01\n---\n# B\n"},
                     "base_url: https://example.org/\ncollections:\n  recipes: {path: food, dated: false}\n"
                     "  latest: {path: news}\n")
    assert site.build().code == 0
    assert cards(site, "food/index.html") == ["A"]
    assert cards(site, "news/index.html") == ["B"]
    assert "news/feed.xml" in site.files()


def test_a_collection_may_be_a_folder_in_another(make_site):
    site = make_site({"content/blog/posts/2026-01-01-a.md": "# A\n", "content/blog/posts/_index.md": "# Our blog\n",
                      "content/blog/posts/deep/2026-01-02-b.md": "# B\n", "content/blog/about.md": "# About\n"},
                     "base_url: https://example.org/\ncollections: [blog/posts]\n")
    assert site.build().problems == []
    assert cards(site, "blog/posts/index.html") == ["B", "A"]
    assert {"blog/posts/a/index.html", "blog/posts/b/index.html", "blog/about/index.html"} <= site.files().keys()
    assert "<h1>Our blog</h1>" in site.text("blog/posts/index.html")


# Rows.

def test_rows_of_data_are_pages_with_all_rights(make_site):
    site = make_site(FILES, CONFIG)
    site.build()
    text = site.text("posts/p/index.html")
    assert '<a href="/books/b-1/#part">book</a>' in text
    assert '<a href="/books/b-2/">TAOCP</a>' in text
    assert '<a href="books:b-9">no</a>' in text
    assert "A <em>wizard</em> book." in site.text("books/b-1/index.html")
    html = site.text("books/b-2/index.html")
    assert '<h2 id="volumes">Volumes</h2><p>See <a href="/books/b-1/">it</a>.</p>' in html
    assert "<title>TAOCP · Kitchen</title>" in html
    assert cards(site, "books/index.html") == ["SICP", "TAOCP"]
    assert "/books/b-1/" in site.text("tags/lisp/index.html")
    assert "<loc>https://example.org/books/b-2/</loc>" in site.text("sitemap.xml")
    assert 'href="/posts/p/"' in site.text("books/b-1/index.html").partition('id="_backlinks"')[2].partition("</ul>")[0]


@pytest.mark.parametrize(("name", "text"), [
    ("books.json", '[{"isbn": "b-1", "name": "SICP", "body": "Text"}]'),
    ("books.toml", '[[books]]\nisbn = "b-1"\nname = "SICP"\nbody = "Text"\n'),
    ("books.csv", "isbn,name,body\nb-1,SICP,Text\n"),
    ("books.yaml", "b-1: {name: SICP, body: Text}\n"),
    ("shop/books.yaml", "- {isbn: b-1, name: SICP, body: Text}\n")])
def test_rows_are_in_any_format_of_data(make_site, name, text):
    config = f"base_url: https://example.org/\ncollections:\n  books: {{data: {name}, title: <name>, key: isbn}}\n"
    site = make_site({"content/index.md": "# Home\n", f"data/{name}": text}, config)
    assert site.build().problems == []
    assert "<p>Text</p>" in site.text("books/b-1/index.html")
    assert "<title>SICP · " in site.text("books/b-1/index.html")


def test_one_row_s_edit_renders_its_page_and_what_lists_it(make_site):
    site = make_site(FILES, CONFIG)
    site.build()
    assert site.build().rendered == set()
    rows = FILES["data/books.yaml"]
    rendered = site.edit({"data/books.yaml": rows.replace("wizard", "great")}).build().rendered
    assert "/books/b-1/" in rendered
    assert not {"/books/b-2/", "/eat/soup/", "/posts/p/", "/recipes/"} & rendered
    assert "A <em>great</em> book." in site.text("books/b-1/index.html")
    site.edit({"data/books.yaml": rows.partition("\n")[2]}).build()
    assert "books/b-1/index.html" not in site.files()
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()


def test_rows_are_never_templates(make_site):
    site = make_site({"data/books.yaml": "a: {body: 'never {{ 1 + 1 }} and --8<-- \"x.md\"'}\n",
                      "content/a.md": "two is {{ 1 + 1 }}\n"},
                     "base_url: https://example.org/\nmarkdown: {jinja: true}\n"
                     "collections:\n  books: {data: books.yaml}\n")
    assert site.build().problems == []
    assert "two is 2" in site.text("a/index.html")
    assert "never {{ 1 + 1 }} and" in site.text("books/a/index.html")


def test_rows_of_strangers_are_cleaned(make_site):
    pytest.importorskip("nh3")
    site = make_site({"data/books.yaml": "a: {html: '<p onclick=x()>Text<script>x()</script></p>'}\n"},
                     "base_url: https://example.org/\nmarkdown: {untrusted: [books]}\n"
                     "collections:\n  books: {data: books.yaml}\n")
    assert site.build().code == 0
    prose = site.text("books/a/index.html").partition('<div class="prose"')[2].partition("</article>")[0]
    assert "<p>Text" in prose
    assert "onclick" not in prose
    assert "<script" not in prose


@pytest.mark.parametrize(("rows", "code", "message"), [
    ("- {name: A}\n", "collection.key", "row 1 has no key"),
    ("- {isbn: a}\n- {isbn: a}\n", "collection.key", "two rows have the key `a`"),
    ("- text\n", "collection.row", "row 1 is no mapping"),
    ("- {isbn: a, date: soon}\n", "front-matter.value", "`date`")])
def test_mistakes_in_rows_are_told(make_site, rows, code, message):
    site = make_site({"content/a.md": "# A\n", "data/books.yaml": rows},
                     "base_url: https://example.org/\ncollections:\n  books: {data: books.yaml, key: isbn}\n")
    built = site.build()
    assert built.code == 1
    assert any(message in problem["message"] and problem["place"]["path"].startswith("data/books.yaml")
               and problem["code"] == code for problem in built.problems), built.problems


# Rows of a source.

SOURCE = '''
import sqlite3
from pathlib import Path

import coldpress

BOOKS = Path(__file__).parent / "books.sqlite"
ASKED = []


class Books:
    def keys(self):
        with sqlite3.connect(BOOKS) as books:
            yield from books.execute("SELECT slug, version FROM book ORDER BY slug")

    def get(self, keys):
        ASKED.extend(keys)
        (BOOKS.parent / "asked.txt").write_text(" ".join(ASKED))
        with sqlite3.connect(BOOKS) as books:
            for key in keys:
                for title, text, tag in books.execute("SELECT title, text, tag FROM book WHERE slug = ?", [key]):
                    yield {"key": key, "title": title, "body": text, "tags": [tag]}


def create_app():
    app = coldpress.create_app(__file__)
    coldpress.get_site(app).source("shop")(Books())
    return app


if __name__ == "__main__":
    coldpress.main(create_app)
'''
SHOP = "base_url: https://example.org/\ncollections:\n  shop: {source: shop, permalink: /shop/<slug>/}\n"


def books(site, *statements):
    with contextlib.closing(sqlite3.connect(site.root / "books.sqlite")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def shop(make_site):
    site = make_site({"build.py": SOURCE, "content/a.md": "# A\n\nSee [it](shop:sicp) and [[TAOCP]].\n"}, SHOP)
    books(site, "CREATE TABLE book (slug, title, text, tag, version)", *(
        f"INSERT INTO book VALUES ('{slug}', '{title}', 'Text of {title}.', '{tag}', 1)"
        for slug, title, tag in (("sicp", "SICP", "lisp"), ("taocp", "TAOCP", "knuth"), ("k-r", "K & R", "c"))))
    return site


def asked(site):
    file = site.root / "asked.txt"
    found = file.read_text().split() if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def test_rows_of_a_source_are_pages_and_only_those_that_changed_are_asked_for(shop):
    assert shop.build().problems == []
    assert "<p>Text of K &amp; R.</p>" in shop.text("shop/k-r/index.html")
    assert '<a href="/shop/sicp/">it</a> and <a href="/shop/taocp/">TAOCP</a>' in shop.text("a/index.html")
    assert sorted(asked(shop)) == ["k-r", "sicp", "taocp"]
    assert shop.build().rendered == set()
    assert asked(shop) == []
    books(shop, "UPDATE book SET text = 'Another text.', version = 2 WHERE slug = 'sicp'")
    rendered = shop.build().rendered
    assert "/shop/sicp/" in rendered
    assert not {"/shop/taocp/", "/shop/k-r/", "/a/", "/tags/c/"} & rendered
    assert asked(shop) == ["sicp"]
    assert "<p>Another text.</p>" in shop.text("shop/sicp/index.html")
    books(shop, "DELETE FROM book WHERE slug = 'k-r'", "INSERT INTO book VALUES ('new', 'New', 'New one.', 'c', 1)")
    shop.build()
    assert "shop/k-r/index.html" not in shop.files()
    assert cards(shop, "shop/index.html") == ["New", "SICP", "TAOCP"]
    clean = shop.clean_copy()
    clean.build()
    assert shop.files() == clean.files()


def test_a_plain_build_sees_a_changed_row_too(shop):
    shop.build()
    books(shop, "UPDATE book SET text = 'Another text.', version = 2 WHERE slug = 'sicp'")
    assert shop.run("build").code == 0
    assert "<p>Another text.</p>" in shop.text("shop/sicp/index.html")


@pytest.mark.parametrize(("old", "new", "code", "message"), [
    ("FROM book ORDER", "FROM nowhere ORDER", "source.failed", "OperationalError: no such table: nowhere"),
    ("FROM book WHERE", "FROM nowhere WHERE", "source.failed", "OperationalError: no such table: nowhere"),
    ('yield {"key": key,', 'yield {', "source.row", "gave a row without a `key`"),
    ("WHERE slug = ?", "WHERE slug = ? AND 0", "source.row", "has no row `k-r`, which `keys` named"),
    ('"title": title,', '"title": object(),', "row.value", "`title` of this row is a object"),
    ("SELECT slug, version FROM", "SELECT slug FROM", "source.keys", "not a key and a fingerprint"),
    ("SELECT slug, version FROM book", "SELECT 'a', version FROM book", "collection.key", "two rows have the key `a`"),
    ('source("shop")', 'source("shopp")', "collection.no-source", "there is no source `shop`")])
def test_a_source_that_fails_is_one_problem_and_nothing_is_published(shop, old, new, code, message):
    shop.build()
    before = shop.files()
    books(shop, "UPDATE book SET version = 2")
    built = shop.edit({"build.py": SOURCE.replace(old, new)}).build()
    assert built.code == 1
    told = [problem for problem in built.problems if problem["severity"] == "error"]
    assert {problem["code"] for problem in told} == {code}, told
    assert message in told[0]["message"]
    assert len(told) == 1 or code in ("source.keys", "collection.key", "row.value")
    if code in ("source.failed", "source.row", "source.keys", "collection.no-source"):
        assert built.problems == told, "nothing that only follows from it"
    if code == "source.failed":
        assert told[0]["place"]["path"] == "build.py"
    assert shop.files() == before


def test_what_is_registered_after_loading_is_refused(make_site):
    site = make_site({"build.py": SOURCE.replace('coldpress.get_site(app).source("shop")(Books())',
                                                 'coldpress.get_site(app).library\n'
                                                 '    coldpress.get_site(app).source("shop")(Books())')}, SHOP)
    (problem,) = site.build().problems
    assert "is registered too late" in problem["message"]


# Fields.

@pytest.mark.parametrize(("front", "line", "message", "hint"), [
    ("minutes: many", 2, "`minutes`: `many` is not a whole number", None),
    ("minutes: 1.5", 2, "`minutes`: `1.5` is not a whole number", None),
    ("minutes: 5\nlevel: esy", 3, "`level`: `esy` is not `easy` or `hard`", "did you mean `easy`?"),
    ("minutes: 5\nvegan: perhaps", 3, "`vegan`: `perhaps` is not `true` or `false`", None),
    ("level: easy", 1, "`minutes` is missing: a whole number", "write `minutes:` in its front matter"),
    ("minuts: 5", 1, "`minutes` is missing: a whole number", "write `minutes` instead of `minuts`"),
    ("minutes: 5\nhome: example.org", 3, "`home`: `example.org` is not a whole URL", None),
    ("minutes: 5\nmail: ann", 3, "`mail`: `ann` is not an address", None),
    ("minutes: 5\nwhen: soon", 3, "`when`: `soon` is not a date", None),
    ("minutes: 5\nratings: [1, x]", 3, "`ratings`: `x` is not a list, each item a whole number", None)])
def test_wrong_values_are_told_at_their_lines_with_the_fix(make_site, front, line, message, hint):
    config = CONFIG.replace("minutes: int", "minutes: {type: int, required: true}, home: url, mail: email, when: date, "
                            "ratings: {type: int, list: true}")
    site = make_site({"content/recipes/a.md": f"---\n{front}\n---\n# A\n", "data/books.yaml": "[]\n"}, config)
    built = site.build()
    assert built.code == 1
    problem = next(problem for problem in built.problems if message in problem["message"])
    assert problem["code"] == ("front-matter.missing" if "is missing" in message else "front-matter.value")
    assert problem["place"]["path"] == "content/recipes/a.md"
    assert problem["place"].get("line", 1) in (line, None) or line == 1
    assert problem["hint"] == hint or hint is None


def test_a_misspelt_field_is_told(make_site):
    site = make_site({**FILES, "content/recipes/a.md": "---\nminutes: 5\nvegn: true\n---\n# A\n"}, CONFIG)
    assert ("front-matter.unknown-key", "content/recipes/a.md", 3) in site.build().places()


@pytest.mark.parametrize(("spec", "message", "hint"), [
    ("fields: {a: integr}", "`recipes`: `fields`: `a`: there is no type `integr`", "write `int`"),
    ("fields: {a: {type: int, defalt: 1}}", "there is no `defalt`", "did you mean `default`?"),
    ("fields: {a: {type: int, default: x}}", "`x` is not a whole number", None),
    ("fields: [a]", "`name: type` lines are expected here", None),
    ("datd: false", "`recipes`: there is no `datd`", "did you mean `dated`?"),
    ("dated: 1", "`recipes`: `dated`: `true` or `false` is expected here", None),
    ("permalink: eat", "a pattern starts with `/`", None),
    ("permalink: /<slg>/", "there is no `<slg>`", "did you mean `<slug>`?"),
    ("title: <x>", "`title` is for rows", "name their file with `data`"),
    ("data: a.yaml, source: b", "`recipes` has `data` and `source`", "its rows come from one of them"),
    ("data: a.yaml", "there is no file `data/a.yaml`", "a data file is YAML, JSON, TOML or CSV"),
    ("source: b", "there is no source `b`", None)])
def test_mistakes_in_the_options_are_told(make_site, spec, message, hint):
    site = make_site({"content/a.md": "# A\n"},
                     f"base_url: https://example.org/\ncollections:\n  recipes:\n    {{{spec}}}\n")
    built = site.build()
    assert built.code == 1
    problem = built.problems[0]
    assert message in problem["message"], built.problems
    assert problem["code"] == {"data: a.yaml": "collection.no-data", "source: b": "collection.no-source"}.get(
        spec, "config.value")
    assert hint is None or problem["hint"] == hint
    assert problem["place"] is None or problem["place"]["path"] == "config.yaml"


@pytest.mark.parametrize(("value", "column", "message"), [
    ("[posts, 1]", 22, "a list of names is expected here"), ("['']", 15, "a list of names is expected here"),
    ("[[a]]", 15, "a list of names is expected here"), ("{a: 1}", 15, "`a` has `key: value` lines below it"),
    ("5", 1, "a list of names is expected here, or options by name")])
def test_what_is_no_name_is_told_at_its_place(make_site, value, column, message):
    built = make_site({"content/a.md": "# A\n"}, f"base_url: https://example.org/\ncollections: {value}\n").build()
    (problem,) = built.problems
    assert message in problem["message"]
    assert (problem["place"]["line"], problem["place"]["column"]) == (2, column)


def test_a_permalink_in_two_places_is_an_error(make_site):
    site = make_site(FILES, CONFIG + "permalinks: {recipes: /r/<slug>/}\n")
    (problem,) = [each for each in site.build().problems if each["severity"] == "error"]
    assert "has a permalink here and in `permalinks`" in problem["message"]


def test_a_dataclass_says_the_same(make_site):
    code = '''
from dataclasses import dataclass
from typing import Annotated, Literal

import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    site = coldpress.get_site(app)

    @site.collection("recipes")
    @dataclass
    class Recipe:
        minutes: int
        vegan: bool = False
        level: Literal["easy", "hard"] | None = None

    site.field("isbn", collection="books", kind="int")
    return app
'''
    config = CONFIG.replace("fields: {minutes: int, vegan: {type: bool, default: false}, level: [easy, hard]}", "x: 1"
                            ).replace(",\n    x: 1}", "}")
    site = make_site({**FILES, "build.py": code, "content/recipes/soup.md": "---\nlevel: esy\n---\n# Soup\n"}, config)
    told = {problem["message"] for problem in site.build().problems if problem["severity"] == "error"}
    assert "`minutes` is missing: a whole number" in told
    assert "`level`: `esy` is not `easy` or `hard`" in told
    assert "`isbn`: `b-1` is not a whole number" in told


# Values from above.

def test_a_cascade_gives_values_to_pages_below(make_site):
    site = make_site({
        "content/docs/_index.md":
            "---\ncascade:\n  tags: [docs]\n  toc: false\n  colour: red\n---\n# Docs\n",
        "content/docs/a.md": "# A\n\n## Part\n",
        "content/docs/b.md": "---\ntags: [own]\ntoc: true\ncolour: blue\n---\n# B\n\n## Part\n",
        "content/docs/deep/_index.md": "---\ncascade: {colour: green}\n---\n# Deep\n",
        "content/docs/deep/c.md": "# C\n",
        "content/other.md": "# Other\n",
        "templates/page.html": "{{ page.title }} [{{ page.tags|map(attribute='name')|join }}] {{ page.toc|length }} "
                               "{{ page.params.colour }}"},
        "base_url: https://example.org/\n")
    assert site.build().problems == []
    assert site.text("docs/a/index.html") == "A [docs] 0 red"
    assert site.text("docs/b/index.html") == "B [own] 1 blue"
    assert site.text("docs/deep/c/index.html") == "C [docs] 0 green"
    assert site.text("other/index.html") == "Other [] 0 None"
    gold = {"content/docs/deep/_index.md": "---\ncascade: {colour: gold}\n---\n# Deep\n"}
    rendered = site.edit(gold).build().rendered
    assert "/docs/deep/c/" in rendered
    assert not {"/docs/a/", "/docs/b/", "/other/"} & rendered
    assert site.text("docs/deep/c/index.html").endswith("gold")


def test_the_config_s_cascade_is_below_that_of_folders(make_site):
    site = make_site({"content/recipes/a.md": "# A\n",
                      "content/recipes/b/_index.md": "---\ncascade: {x: 2}\n---\n# B\n",
                      "content/recipes/b/c.md": "# C\n", "templates/page.html": "{{ page.params.x }} {{ page.lang }}"},
                     "base_url: https://example.org/\n"
                     "collections: {recipes: {dated: false, cascade: {x: 1, lang: de}}}\n")
    assert site.build().problems == []
    assert site.text("recipes/a/index.html") == "1 de"
    assert site.text("recipes/b/c/index.html") == "2 de"


def test_a_cascade_with_a_mistake_is_told_at_its_line(make_site):
    front = "cascade:\n  date: soon\n  title: X\n  weight: heavy"
    site = make_site({"content/docs/_index.md": f"---\n{front}\n---\n# Docs\n"},
                     "base_url: https://example.org/\n")
    told = {(place[0], place[2]) for place in site.build().places()}
    assert told == {("front-matter.value", 3), ("front-matter.cascade", 4), ("front-matter.value", 5)}


# Fields that name something.

COOKS = """base_url: https://example.org/
collections:
  recipes:
    dated: false
    layout: recipe
    fields:
      cover: image
      sheet: file
      cook: {type: page, required: true}
      more: {type: page, list: true}
"""
COOK = {
    "content/cooks/ann.md": "# Ann Lee\n", "content/cooks/bo.md": "# Bo\n", "content/recipes/soup.svg":
        '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"/>', "content/recipes/soup.pdf": "%PDF",
    "content/recipes/soup.md":
        "---\ncover: soup.svg\nsheet: soup.pdf\ncook: ../cooks/ann.md\nmore: [/cooks/bo.md]\n---\n# Soup\n",
    "templates/recipe.html": "{{ page.params.cover }} {{ page.params.cover.url }} {{ page.params.cover.width }} "
                             "{{ page.params.sheet.url }} {{ page.params.cook }} {{ page.params.cook.page.title }} "
                             "{{ page.params.cook.url }} {{ page.params.more[0].page.title }}",
    "templates/page.html": "{{ page.title }}: {% for by in page.referring.cook or () %}{{ by.title }}{% endfor %}"}


def test_fields_lead_to_what_they_name_and_both_ends_know(make_site):
    site = make_site(COOK, COOKS)
    assert site.build().problems == []
    assert site.text("recipes/soup/index.html") == (
        "soup.svg /recipes/soup.svg 4 /recipes/soup.pdf ../cooks/ann.md Ann Lee /cooks/ann/ Bo")
    assert site.text("cooks/ann/index.html") == "Ann Lee: Soup"
    assert site.text("cooks/bo/index.html") == "Bo: "
    rendered = site.edit({"content/cooks/ann.md": "# Ann\n"}).build().rendered
    assert "/recipes/soup/" in rendered
    assert "/cooks/bo/" not in rendered
    soup = COOK["content/recipes/soup.md"].replace("ann.md", "bo.md")
    assert {"/cooks/ann/", "/cooks/bo/"} <= site.edit({"content/recipes/soup.md": soup}).build().rendered
    assert site.text("cooks/bo/index.html") == "Bo: Soup"
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()


def test_a_field_that_names_nothing_is_an_error_at_its_line(make_site):
    soup = COOK["content/recipes/soup.md"].replace("soup.svg", "soop.svg").replace("ann.md", "an.md").replace(
        "soup.pdf", "https://example.com/x.pdf")
    site = make_site({**COOK, "content/recipes/soup.md": soup}, COOKS)
    built = site.build()
    assert built.code == 1
    told = {(each["message"], each["place"]["line"], each["hint"]) for each in built.problems
            if each["code"] == "front-matter.reference"}
    assert told == {("`cover`: no image is at `soop.svg`", 2, "did you mean `/recipes/soup.svg`?"),
                    ("`cook`: no page is at `../cooks/an.md`", 4, "did you mean `/cooks/ann.md`?")}
    assert site.edit({"content/recipes/soup.md": COOK["content/recipes/soup.md"]}).build().code == 0
    assert site.edit({"content/cooks/ann.md": None}).build().code == 1


# For editors.

def test_a_schema_describes_the_front_matter(make_site):
    site = make_site(COOK, COOKS.replace("cover: image", "level: [a, b]\n      size: int"))
    result = site.run("schema", "recipes", "--comment")
    assert result.code == 0
    file = site.root / ".coldpress" / "schema" / "recipes.json"
    assert f"# yaml-language-server: $schema={file.as_posix()}" in result.out
    schema = json.loads(file.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    assert check.is_valid({"title": "A", "date": "2026-01-31", "tags": ["a"], "cook": "/cooks/ann.md", "level": "a",
                           "size": 3, "own": 1})
    for wrong in ({"cook": "x", "level": "c"}, {"cook": "x", "size": "many"}, {"level": "a"},
                  {"cook": "x", "draft": 1}):
        assert not check.is_valid(wrong), wrong
    assert site.run("schema", "recipees", "--json").code == 2
    (problem,) = json.loads(site.results[-1].out)["problems"]
    assert problem["code"] == "schema.collection"
    assert problem["hint"] == "did you mean `recipes`?"


# The documentation.

def test_the_code_of_the_documentation_runs(make_site):
    files, pieces = code_of("collections.md")
    shop, dataclass = [code for kind, code in pieces if kind in ("yaml", "py")]
    config = "base_url: https://example.org/\n" + files.pop("config.yaml") + shop.partition("\n")[2]
    indented = "".join(f"    {line}".rstrip() + "\n" for line in dataclass.splitlines())
    files["build.py"] = "from dataclasses import dataclass\nfrom typing import Annotated, Literal\n" + files[
        "build.py"].replace("    return app\n", f"{indented}    return app\n")
    site = make_site(files, config)
    with contextlib.closing(sqlite3.connect(site.root / "shop.sqlite")) as database, database:
        database.execute("CREATE TABLE article (slug, version, title, text)")
        database.execute("INSERT INTO article VALUES ('pan', 1, 'A pan', 'For *eggs*.')")
    assert site.build().problems == []
    assert "For <em>eggs</em>." in site.text("shop/pan/index.html")
    assert '<a href="/books/b-1/">the wizard book</a>' in site.text("eat/soup/index.html")
    assert "<p>Several volumes.</p>" in site.text("books/b-2/index.html")


def test_a_list_without_dates_begins_at_its_first_page(build_site):
    names = "abcdefg"
    site = build_site({f"content/recipes/{name}.md": f"# {name}\n" for name in names},
                      "base_url: https://example.org/\ncollections: {recipes: {dated: false, paginate: 3}}\n")
    assert [cards(site, f"recipes/{where}index.html") for where in ("", "page/2/", "page/3/")] == [
        ["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert not (site.root / "site/recipes/page/1").exists()
    links = re.findall(r'<a rel="(\w+)" href="([^"]+)">(\w+)</a>', site.text("recipes/page/2/index.html"))
    assert links == [("prev", "/recipes/", "Previous"), ("next", "/recipes/page/3/", "Next")]
    assert site.edit({"content/recipes/a.md": None}).build().problems == []
    assert cards(site, "recipes/page/2/index.html") == ["e", "f", "g"]
    assert not (site.root / "site/recipes/page/3").exists()


def test_a_page_that_shows_a_title_does_not_depend_on_other_keys(build_site):
    site = build_site({"content/a.md": "---\nprice: 1\n---\n# A\n", "content/b.md": "B",
                       "templates/page.html": '{{ page.html }}{% if page.source == "b.md" %}'
                                              '{{ library.by_source("a.md").title }}{% endif %}'})
    rendered = site.edit({"content/a.md": "---\nprice: 2\n---\n# A\n"}).build().rendered
    assert rendered - {"/search/pages/0.js"} == {"/a/"}
    assert "/b/" in site.edit({"content/a.md": "---\nprice: 2\ntitle: C\n---\n# A\n"}).build().rendered


def test_a_row_has_a_url_in_templates_and_views(shop):
    shop.edit({"templates/page.html": "[{{ url_for('page', page='shop:sicp') }}]", "content/x.md": "X"})
    assert [code for code in shop.build().codes if not code.startswith("link.")] == []
    assert shop.text("x/index.html") == "[/shop/sicp/]"
    books(shop, "DELETE FROM book WHERE slug = 'sicp'")
    assert "link.nothing-there" in shop.build().codes


@pytest.mark.parametrize(("field", "ours"), [
    ("author: {type: page}", "`author` is a key that Coldpress knows, and that is no page of yours"),
    ("tags: [a, b]", "`tags` is a key that Coldpress knows, and that is no choice of yours"),
    ("draft: int", "`draft` is a key that Coldpress knows, and that is no int of yours")])
def test_a_field_cannot_have_the_name_of_a_key_of_ours(make_site, field, ours):
    config = f"base_url: https://example.org/\ncollections:\n  recipes:\n    fields:\n      {field}\n"
    problem, = make_site({"content/recipes/a.md": "A", "content/recipes/b.md": "B"}, config).build().problems
    assert (problem["code"], problem["message"], problem["place"]["line"]) == ("config.field-name", ours, 5)
    for allowed in ("title: {type: text, required: true}", "cover: image", "date: date", "weight: int"):
        fine = make_site({"content/a.md": "A"}, config.replace(field, allowed)).build()
        assert "config.field-name" not in fine.codes


def test_a_row_has_a_key_and_is_found_by_its_name(shop):
    shop.edit({"templates/page.html": "{{ library.by_source('shop:sicp').key }} {{ page.key }} "
                                      "{{ library.by_source('shop:nothing') }}", "content/x.md": "X"})
    shop.build()
    assert shop.text("x/index.html") == "sicp None None"


VALUES = """
import enum

import coldpress


class Level(enum.IntEnum):
    HIGH = 3


class Real(float):
    pass


class Rows:
    def keys(self):
        return [(KEY, 1)]

    def get(self, keys):
        loop = {}
        loop["x"] = loop
        return [{"key": keys[0], "title": "T", VALUE}]


def create_app():
    app = coldpress.create_app(__file__)
    coldpress.get_site(app).source("shop")(Rows())
    return app
"""


@pytest.mark.parametrize(("value", "said"), [
    ('"x": Level.HIGH, "y": Real(2.5)', None), ('"x": 10**5000', "`x` of this row is a whole number of over 1000"),
    ('"x": loop', "`x` of this row is nested over 100 deep"), ('"x": "\\ud800"', "`x` of this row is text with half"),
    ('"body": b"x"', "`body` of this row is a bytes, not text"), ('"x": object()', "`x` of this row is a object")])
def test_odd_values_of_a_row_are_told(make_site, value, said):
    site = make_site({"build.py": VALUES.replace("VALUE", value).replace("KEY", '"k"'),
                      "templates/page.html": "{{ page.params.x }} {{ page.params.y }}"}, SHOP)
    problems = site.build().problems
    if said is None:
        assert problems == []
        assert site.text("shop/k/index.html") == "3 2.5"
    else:
        assert [problem["code"] for problem in problems] == ["row.value"]
        assert problems[0]["message"].startswith(said)
        assert problems[0]["place"]["path"] == "shop:k"


@pytest.mark.parametrize("key", ["index", "_index", "README"])
def test_no_row_is_an_index(make_site, key):
    code = VALUES.replace("VALUE", '"cascade": {"search": False}').replace("KEY", f'"{key}"')
    site = make_site({"build.py": code}, SHOP)
    assert site.build().problems == []
    assert (site.root / f"site/shop/{key.strip('_').lower()}/index.html").exists() or "index" in key


@pytest.mark.parametrize("key", ["None", "b'k'", "1.5"])
def test_odd_keys_of_a_source_are_told(make_site, key):
    problem, = make_site({"build.py": VALUES.replace("VALUE", '"x": 1').replace("KEY", key)}, SHOP).build().problems
    assert problem["code"] == "source.keys"


@pytest.mark.parametrize("value", ["javascript://%0aalert(1)", "data://text/html,x"])
def test_a_file_field_names_no_script(make_site, value):
    config = "title: T\ncollections: {recipes: {dated: false, fields: {photo: image, doc: file}}}\n"
    for field in ("photo", "doc"):
        result = make_site({"content/recipes/a.md": f"---\n{field}: {value}\n---\nA"}, config).build()
        assert (result.code, "front-matter.reference" in result.codes) == (1, True)
