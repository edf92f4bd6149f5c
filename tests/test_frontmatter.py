"""Front matter: what authors write above a text, and what a page makes of it."""

from __future__ import annotations

import json
import re

import pytest
from pictures import saved
from PIL import Image

DUMP = """{{ {
  "title": page.title, "date": page.date|string, "updated": page.updated|string, "weight": page.weight,
  "authors": page.authors|map(attribute="name")|list, "tags": page.tags|map(attribute="name")|list,
  "categories": page.categories|map(attribute="name")|list, "lang": page.lang, "layout": page.layout,
  "unlisted": page.unlisted, "draft": page.draft, "params": page.params, "image": page.image,
  "summary": page.summary|striptags, "description": page.description, "toc": page.toc|length,
  "words": page.words, "path": page.path, "html": page.html,
}|tojson }}"""
TEMPLATES = {f"templates/{kind}.html": DUMP for kind in ("page", "post", "section")}


@pytest.fixture
def page(make_site):
    """A page as templates see it, of a text and a file name; built without a problem."""

    def page(text, name="a.md", **files):
        picture = saved(Image.new("RGB", (30, 20)), "PNG")
        site = make_site({f"content/{name}": text, "content/a.png": picture, **TEMPLATES, **files})
        result = site.build("--drafts", "--future")
        assert result.problems == []
        file, = (entry["file"] for entry in result.data["pages"] if entry["source"] == f"content/{name}")
        return json.loads(site.text(file))

    return page


@pytest.fixture
def wrongs(make_site):
    """What a build says of one page: code, line, column, length, message, hint."""

    def wrongs(text, name="a.md"):
        problems = make_site({f"content/{name}": text}).build().problems
        assert {problem["place"]["path"] for problem in problems} <= {f"content/{name}"}
        return [(problem["code"], problem["place"]["line"], problem["place"]["column"], problem["place"]["length"],
                 problem["message"], problem["hint"]) for problem in problems]

    return wrongs


# Where it begins and ends.

@pytest.mark.parametrize("text", [
    "---\ntitle: A\n---\nBody.",
    "---\ntitle: A\n...\nBody.",
    "--- \ntitle: A\n---\t\nBody.",
    "\n \n\n---\ntitle: A\n---\n\n\nBody.",
    "\ufeff---\r\ntitle: A\r\n---\r\nBody.\r\n",
    "---\rtitle: A\r---\rBody.\r",
    "+++\ntitle = 'A'\n+++\nBody.",
    "+++\ntitle = '''\nA'''\n+++\nBody.",
    "---\n# comment\n\ntitle: A # more\n---\nBody.",
    "---\n<<: {title: A}\n---\nBody.",
    "---\ntitle: A\nnote: |\n  ---\n  x\n---\nBody.",
    "# A\n\nBody.",
    "A\n=\n\nBody.",
    "---\n---\n# A\n\nBody.",
    "---\n\n---\n# A\n\nBody.",
    "---\ntitle:\n---\n# A\n\nBody.",
    "---\ntitle: ''\n---\n# A\n\nBody.",
    "---\ntitle: A\n---\n# A\n\nBody.",
    "---\x00\ntitle: \x08A\n---\nBo\x7fdy.\x0c",
    "---\ntitle: A\nnote: x\u2028y\n---\nBody.",
])
def test_front_matter_is_yaml_or_toml_or_none(page, text):
    seen = page(text)
    assert (seen["title"], seen["html"].strip()) == ("A", "<p>Body.</p>")


@pytest.mark.parametrize("text", [
    "----\ntitle: A\n----\n", "text\n---\ntitle: A\n---\n", "- - -\n\nx", "***\n\nx", "---\n\nx"])
def test_other_rules_are_text(page, text):
    assert page(text)["title"] == "A"  # of the file's name
    assert "title" not in page(text)["params"]


def test_a_line_separator_ends_no_line(page):
    assert page("---\ntitle: A\n---\nOne\u2028two.")["html"] == "<p>One\u2028two.</p>"


# Values.

@pytest.mark.parametrize(("line", "title"), [
    ("title: 1.10", "1.10"),
    ("title: 2024", "2024"),
    ("title: 007", "007"),
    ("title: 0x10", "0x10"),
    ("title: 1e3", "1e3"),
    ("title: No", "No"),
    ("title: true", "true"),
    ("title: 12:30:45", "12:30:45"),
    ("title: 2024-01-02", "2024-01-02"),
    ("title: 2024-01-02 10:00:00", "2024-01-02 10:00:00"),
    ("title: ' x '", "x"),
    ("title: '# no heading'", "# no heading"),
    ("title: >\n  two\n  lines", "two lines"),
    ("title: 你好：世界", "你好：世界"),
    ("title: \"\\u4f60 & <b>\"", "你 & <b>"),
])
def test_a_title_is_text_as_written(page, line, title):
    assert page(f"---\n{line}\n---\n")["title"] == title


@pytest.mark.parametrize(("value", "path"), [
    ("007", "/007/"), ("1.10", "/1.10/"), ("No", "/no/"), ("true", "/true/"), ("1e3", "/1e3/"),
    ("2024-01-02", "/2024-01-02/"), ("你好 世界", "/你好-世界/"), ("A/B", "/a-b/"),
])
def test_a_slug_is_text_as_written(page, value, path):
    assert page(f"---\nslug: {value}\n---\n")["path"] == path


@pytest.mark.parametrize(("lines", "tags"), [
    ("tags: [1.10, No, 12:30:45, yes, 2024-01-02, true, 007]",
     ["1.10", "No", "12:30:45", "yes", "2024-01-02", "true", "007"]),
    ("tags: 1.10", ["1.10"]),
    ("tags: 2024", ["2024"]),
    ("tags: one", ["one"]),
    ("tags: one, two,, three", ["one", "two", "three"]),
    ("tags: Flask，蓝图、路由", ["Flask", "蓝图", "路由"]),
    ("tags:\n- one\n-\n- two\n- ''", ["one", "two"]),
    ("tags: [[one, [two]], [], three]", ["one", "two", "three"]),
    ("tags: [one, one, ' one ']", ["one"]),
    ("tags: []", []),
    ("tags:", []),
    ("tags: ''", []),
    ("tags: null", []),
])
def test_terms_are_texts_however_written(page, lines, tags):
    assert page(f"---\n{lines}\n---\n")["tags"] == tags


@pytest.mark.parametrize(("lines", "title", "tags"), [
    ("title = 1.10\ntags = ['a', 'b']", "1.10", ["a", "b"]),
    ("title = 12:30:00\ntags = [2024]", "12:30:00", ["2024"]),
    ("title = 2024-01-02\n[params]\ntags = 1", "2024-01-02", []),
    ("title = 2024 # the year\ntags = []", "2024", []),
    ("title = 'A'\ntags = [1.10]", "A", ["1.10"]),
])
def test_toml_values_are_texts_as_written(page, lines, title, tags):
    seen = page(f"+++\n{lines}\n+++\n")
    assert (seen["title"], seen["tags"]) == (title, tags)


@pytest.mark.parametrize(("lines", "authors"), [
    ("authors: Ann", ["Ann"]),
    ("author: Ann", ["Ann"]),
    ("author: 42", ["42"]),
    ("authors: [Ann, Bob, Ann]", ["Ann", "Bob"]),
    ("authors:\n- name: Ann\n  url: https://ann.example\n- id: bob\n- Cy\n- {url: x}", ["Ann", "bob", "Cy"]),
    ("author: {name: Ann, id: a}", ["Ann"]),
    ("authors:", ["Site"]),
    ("title: x", ["Site"]),
])
def test_authors_are_text_or_a_list_or_mappings(make_site, lines, authors):
    site = make_site({"content/a.md": f"---\n{lines}\n---\n", "templates/page.html": "{{ page.authors|join('|') }}"},
                     config="base_url: https://example.org/\nauthor: Site\n")
    assert site.build().problems == []
    assert site.text("a/index.html").split("|") == authors


@pytest.mark.parametrize(("line", "key", "value"), [
    ("updated: 2024-01-02", "updated", "2024-01-02 00:00:00+00:00"),
    ("lastmod: 2024-01-02", "updated", "2024-01-02 00:00:00+00:00"),
    ("modified: 2024-01-02", "updated", "2024-01-02 00:00:00+00:00"),
    ("category: one", "categories", ["one"]),
    ("author: Ann", "authors", ["Ann"]),
    ("excerpt: Short.", "summary", "Short."),
    ("summary: 12", "description", "12"),
    ("description: 1.10", "description", "1.10"),
    ("url: /x/", "path", "/x/"),
    ("path: x/y/", "path", "/x/y/"),
    ("cover: a.png", "image", "/a.png"),
    ("cover: {image: a.png, alt: x}", "image", "/a.png"),
    ("cover: [a.png]", "image", "/a.png"),
    ("thumbnail: a.png", "image", "/a.png"),
    ("image: a.png", "image", "/a.png"),
    ("thumbnail: true", "params", {"thumbnail": True}),
    ("sidebar_position: 3", "weight", 3.0),
    ("nav_order: 1.5", "weight", 1.5),
    ("order: '2'", "weight", 2.0),
    ("weight: -1", "weight", -1.0),
    ("extra: {a: 1}", "params", {"a": 1}),
    ("params: {a: [1]}\nb: 2", "params", {"a": [1], "b": 2}),
    ("lang: no", "lang", "no"),
    ("unlisted: yes", "unlisted", True),
    ("draft: 1", "draft", True),
    ("published: false", "draft", True),
    ("published: no", "draft", True),
    ("published: true", "draft", False),
    ("status: draft", "draft", True),
    ("status: published", "draft", False),
    ("status: evergreen", "params", {"status": "evergreen"}),
    ("url: https://elsewhere.example/", "params", {"url": "https://elsewhere.example/"}),
    ("url: 5", "params", {"url": 5}),
    ("url: /x/\npermalink: /ours/", "path", "/ours/"),
    ("lastmod: 2020-01-01\nupdated: 2024-01-02", "updated", "2024-01-02 00:00:00+00:00"),
    ("bibliography: {a: [1, {b: null}]}\ncomments: true", "params",
     {"bibliography": {"a": [1, {"b": None}]}, "comments": True}),
    ("images: [a]\nheight: 3", "params", {"images": ["a"], "height": 3}),
])
def test_a_key_has_its_meaning_under_each_of_its_names(page, line, key, value):
    assert page(f"---\n{line}\n---\n")[key] == value


@pytest.mark.parametrize("name", ["layout", "template"])
def test_a_layout_is_a_template(page, name):
    assert page(f"---\n{name}: wide\n---\n", **{"templates/wide.html": DUMP})["layout"] == "wide"


def test_the_contents_can_be_left_out(page):
    assert page("---\ntoc: false\n---\n## A\n")["toc"] == 0
    assert page("---\ntoc: true\n---\n## A\n")["toc"] == 1


@pytest.mark.parametrize("name", ["aliases", "redirect_from"])
def test_old_addresses_lead_to_the_page(build_site, name):
    site = build_site({"content/a.md": f"---\n{name}: [/old/, 2020]\n---\n"})
    assert 'href="https://example.org/a/"' in site.text("old/index.html")
    assert "2020/index.html" in site.files()


@pytest.mark.parametrize(("line", "reason"), [
    ("draft: true", "draft"),
    ("published: false", "draft"),
    ("publish_date: 2990-01-01", "scheduled"),
    ("publishDate: 2990-01-01", "scheduled"),
    ("pubdate: 2990-01-01", "scheduled"),
    ("date: 2990-01-01", "scheduled"),
    ("expiry_date: 2000-01-01", "expired"),
    ("expiryDate: 2000-01-01", "expired"),
])
def test_what_is_not_to_be_seen_now_is_left_out(make_site, line, reason):
    result = make_site({"content/a.md": f"---\n{line}\n---\n"}).build()
    assert result.data["left_out"] == [{"source": "content/a.md", "reason": reason}]
    assert result.code == 0


def test_a_time_to_publish_wins_over_the_date(make_site):
    site = make_site({"content/a.md": "---\ndate: 2990-01-01\npublish_date: 2020-01-01\n---\nSeen."})
    assert site.build().data["left_out"] == []


# Mistakes.

@pytest.mark.parametrize(("lines", "line", "column", "message", "hint"), [
    ("title: a\ntags: x\ntitle: b", 4, 1, "key `title` stands here twice", "keep one of them"),
    ("title: a: b", 2, 9, "mapping values", "put quotes round a value that holds `: `"),
    ("params:\n  book:\n    title: a: b", 4, 13, "mapping values", "put quotes round a value that holds `: `"),
    ("title: a\n  tags: b", 3, 3, "this line is indented, and the key above it has a value",
     "indent it like the other keys"),
    ("params:\n    a: 1\n  b: 2", 4, 3, "not indented like the lines before it", "indent it like the other keys"),
    ("title: 'It's'", 2, 12, "the quotes end before this", "write `''` for one that is part of the value"),
    ("tags:\n  - a\n  b: 1", 4, 3, "a line without `- `", "begin it with `- `, or indent it like a key"),
    ("title: @me", 2, 8, "cannot start any token", "put quotes round a value that starts with this character"),
    ("date: 2024-02-30", 2, 7, "`2024-02-30`: day is out of range for month",
     "write a date that exists, or put quotes round a text"),
    ("a: &a [*a]", 2, 4, "this alias contains itself", None),
    ("a: &a {b: *a}", 2, 4, "this alias contains itself", None),
    ("- a", 2, 1, "this is a list, not `key: value` lines", None),
    ("Only text.", 2, 1, "this is text, not `key: value` lines", None),
    ("\nOnly text.\n", 3, 1, "this is text, not `key: value` lines", None),
    ("title：好\n\ndate: 2026-01-02", 2, 6, "this `：` is a full-width colon", "write `:` and a space, not `：`"),
    ("title：好", 2, 6, "this `：` is a full-width colon", "write `:` and a space, not `：`"),
    ("title: x\ntags：[Flask]", 3, 5, "this `：` is a full-width colon", "write `:` and a space, not `：`"),
    ("title:好\ndate: 2026-01-02", 2, 6, "no space is after this `:`", "write `:` and a space"),
    ("summary: |\n  Note:x\ntitle: a: b", 4, 9, "mapping values", "put quotes round a value that holds `: `"),
    ("title: {{ x }}", 2, 9, "cannot be a key", "put quotes round a value that starts with `{`"),
    ("title: a\n\tb: c", 3, 1, "tab", "indent with spaces, not tabs"),
])
def test_yaml_that_cannot_be_read_is_an_error_at_its_place(wrongs, lines, line, column, message, hint):
    (code, at_line, at_column, _, said, fix), = wrongs(f"---\n{lines}\n---\nBody.\n")
    assert (code, at_line, at_column, fix) == ("syntax.yaml", line, column, hint)
    assert message in said


@pytest.mark.parametrize(("lines", "line", "column"), [
    ("title = a", 2, 9), ("title = 'a'\ntitle = 'b'", 3, 12), ("date = 2024-02-30", 2, 8), ("a = 1\n\nb", 4, 2),
])
def test_toml_that_cannot_be_read_is_an_error_at_its_place(wrongs, lines, line, column):
    (code, *place), = wrongs(f"+++\n{lines}\n+++\nBody.\n")
    assert (code, place[:2]) == ("syntax.toml", [line, column])


@pytest.mark.parametrize(("line", "message"), [
    ("title: [a]", "text is expected here"),
    ("slug: {a: b}", "text is expected here"),
    ("draft: maybe", "true or false is expected here"),
    ("weight: heavy", "a number is expected here"),
    ("weight: [1]", "a number is expected here"),
    ("weight: .nan", "a number is expected here"),
    ("cover: true", "the path or URL of a picture is expected here"),
    ("tags: {a: 1}", "a list of names is expected here"),
    ("tags: [{a: 1}]", "a list of names is expected here"),
    ("aliases: {a: 1}", "a list of names is expected here"),
    ("params: 3", "`key: value` lines are expected here"),
    ("date: 01/02/2024", "`01/02/2024`: which is the month?"),
    ("lastmod: soon", "`soon` is not a date we can read"),
])
def test_a_wrong_value_is_an_error_at_its_key(wrongs, line, message):
    key = line.partition(":")[0]
    (code, *place, said, _), = wrongs(f"\n---\nfoo: 1\n{line}\n---\n")
    assert (code, place, said) == ("front-matter.value", [4, 1, len(key)], f"`{key}`: {message}")


def test_every_mistake_of_every_page_is_told_at_once(make_site):
    site = make_site({
        "content/a.md": "---\ndraft: maybe\nweight: x\n---\n", "content/b.md": "---\na: b: c\n---\n",
        "content/c.md": "---\ntitle: fine\n---\n", "content/d.md": "Title: D\nDate: 2024-01-02\n\nText.\n"})
    result = site.build()
    assert result.places() == [
        ("front-matter.value", "content/a.md", 2), ("front-matter.value", "content/a.md", 3),
        ("syntax.yaml", "content/b.md", 2), ("front-matter.bare", "content/d.md", 1)]
    assert result.code == 1
    assert not (site.root / "site").exists()


@pytest.mark.parametrize(("text", "line", "mark"), [
    ("---\ntitle: A\n\nBody.\n", 1, "---"), ("\n\n+++\ntitle = 'A'\n", 3, "+++"), ("---\ntitle: A\n----\nx", 1, "---"),
])
def test_front_matter_that_never_ends_is_an_error(wrongs, text, line, mark):
    assert wrongs(text) == [("front-matter.open", line, 1, 3, "this front matter never ends",
                             f"put a second `{mark}` below its last line")]


@pytest.mark.parametrize(("text", "line"), [
    ("Title: My post\nDate: 2024-01-02\nTags: a\n\nText.\n", 1),
    ("\n\ntitle: My post\nauthor: me\n\nText.\n", 3),
    ("Title: My post\nSubtitle: More\nDate: 2024-01-02\nTags: a\n\nText.\n", 1),
])
def test_a_header_without_fences_is_explained(wrongs, text, line):
    (code, *place, message, hint), = wrongs(text)
    assert (code, place[:2]) == ("front-matter.bare", [line, 1])
    assert "`Key: value` lines without `---`" in message
    assert hint == "put a line `---` above and below them"


def test_text_with_a_colon_is_no_header(page):
    assert page("Note: this is text.\nAnd: so is this.\n")["html"] == "<p>Note: this is text.\nAnd: so is this.</p>"


@pytest.mark.parametrize(("data", "line", "column", "byte"), [
    (b"---\ntitle: a\n---\nb\xe9c", 4, 2, "0xE9"),
    ("中文".encode() + b"\xff", 1, 3, "0xFF"),
    ("中\r\n文".encode() + b"\x80x\r\n", 2, 2, "0x80"),
    ("Text".encode("utf-16"), 1, 1, "0xFF"),
    (b"\xef\xbb\xbf---\ntitle: a\n---\n" + "中".encode() + b"\xe9", 4, 2, "0xE9"),
])
def test_the_byte_that_is_not_utf8_is_shown(wrongs, data, line, column, byte):
    (code, *place, message, hint), = wrongs(data)
    assert (code, place[:2], hint) == ("source.encoding", [line, column], "save it as UTF-8")
    assert message == f"this file is not UTF-8: byte {byte}"


@pytest.mark.parametrize("text", [
    "---\na: " + "[" * 3000 + "]" * 3000 + "\n---\n",
    "+++\na = " + "[" * 3000 + "]" * 3000 + "\n+++\n",
])
def test_what_is_nested_too_deep_is_a_problem(make_site, text):
    result = make_site({"content/a.md": text}).build()
    assert {path for _, path, _ in result.places()} <= {"content/a.md"}


def test_aliases_that_unfold_without_end_are_refused(wrongs):
    lines = ["a: &a [x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 8)}]" for old, new in zip("abcdefg", "bcdefgh", strict=True)]
    (code, *_, message, _), = wrongs("---\n" + "\n".join(lines) + "\n---\n")
    assert (code, message) == ("syntax.yaml", "the aliases expand to too many values")


# Keys of the author's own.

def test_a_part_that_hide_does_not_know_warns(make_site):
    site = make_site({"content/a.md": "---\ntitle: A\nhide: [navigaton, sidebar, toc, feedback]\n---\n"})
    assert [(problem["code"], problem["place"]["line"], problem["hint"]) for problem in site.build().problems] == [
        ("front-matter.hide", 3, "did you mean `navigation`?"),
        ("front-matter.hide", 3, "there are navigation, toc, footer, path, tags, feedback")]


@pytest.mark.parametrize(("key", "ours"), [
    ("dratf", "draft"), ("titel", "title"), ("tag", "tags"), ("Daet", "date"), ("summry", "summary"),
    ("weigth", "weight"), ("auhtor", "author"), ("lastmdo", "lastmod"), ("cobver", "cover"), ("ulr", "url"),
    ("alias", "aliases"), ("redirects", "aliases"),
])
def test_a_slip_of_a_key_of_ours_warns(make_site, key, ours):
    site = make_site({"content/a.md": f"---\ntitle: A\n{key}: x\n---\n"})
    result = site.build()
    assert result.code == 0
    problem, = result.problems
    assert (problem["severity"], problem["code"], problem["message"], problem["hint"]) == (
        "warning", "front-matter.unknown-key", f"unknown key `{key}`", f"did you mean `{ours}`?")
    assert (problem["place"]["line"], problem["place"]["column"], problem["place"]["length"]) == (3, 1, len(key))
    assert site.build("--strict").code == 1


def test_a_slip_is_still_a_param(make_site):
    site = make_site({"content/a.md": "---\ndratf: 5\n---\n", "templates/page.html": "{{ page.params.dratf }}"})
    assert site.build().code == 0
    assert site.text("a/index.html") == "5"


@pytest.mark.parametrize("key", ["math", "outputs", "translation_key", "translationKey"])
def test_keys_that_are_announced_pass_through(page, key):
    assert page(f"---\n{key}: x\n---\n")["params"] == {key: "x"}


# From the name.

@pytest.mark.parametrize(("name", "path", "date"), [
    ("posts/2024-01-02-hello.md", "/posts/hello/", "2024-01-02 00:00:00+00:00"),
    ("posts/2024-1-2_hello world.md", "/posts/hello-world/", "2024-01-02 00:00:00+00:00"),
    ("posts/2024-01-02-Hello.markdown", "/posts/hello/", "2024-01-02 00:00:00+00:00"),
    ("posts/2024/2024-01-02-hello.md", "/posts/hello/", "2024-01-02 00:00:00+00:00"),
    ("posts/2024-01-02.md", "/posts/2024-01-02/", "2024-01-02 00:00:00+00:00"),
    ("posts/2024-01-02-hello/index.md", "/posts/hello/", "2024-01-02 00:00:00+00:00"),
    ("posts/2024-01-02-hello/README.md", "/posts/hello/", "2024-01-02 00:00:00+00:00"),
    ("trip/README.md", "/trip/", "None"),
    ("docs/2024-01-02-notes.md", "/docs/notes/", "2024-01-02 00:00:00+00:00"),
    ("docs/2024-02-30-notes.md", "/docs/2024-02-30-notes/", "None"),
    ("v1.2.3.md", "/v1.2.3/", "None"),
    ("20240102-x.md", "/20240102-x/", "None"),
])
def test_slug_and_date_come_from_the_name(page, name, path, date):
    seen = page("Text.", name)
    assert (seen["path"], seen["date"]) == (path, date)


def test_front_matter_wins_over_the_name(page):
    seen = page("---\ndate: 2025-06-07\nslug: other\n---\n", "posts/2024-01-02-hello.md")
    assert (seen["path"], seen["date"]) == ("/posts/other/", "2025-06-07 00:00:00+00:00")


@pytest.mark.parametrize(("text", "name", "title"), [
    ("---\ntitle: Front\n---\n# Heading\n", "name.md", "Front"),
    ("# Heading\n\nText.", "name.md", "Heading"),
    ("Heading\n=======\n\nText.", "name.md", "Heading"),
    ("Text first.\n\n# Heading\n", "name.md", "Heading"),
    ("# One\n\n# Two\n", "name.md", "One"),
    ("<!-- comment\n# no -->\n# Heading\n", "name.md", "Heading"),
    ("```\n# no\n```\n", "name.md", "Name"),
    ("~~~py\n# no\n~~~\n\n# Heading\n", "name.md", "Heading"),
    ("    # no\n", "name.md", "Name"),
    ("Text.\n\n# One\n\n# Two\n", "name.md", "Name"),
    ("## Lower\n", "my-first_page.md", "My first page"),
    ("Text.", "2024-01-02-hello-world.md", "Hello world"),
    ("Text.", "trip/index.md", "Trip"),
    ("Text.", "docs/_index.md", "Docs"),
    ("Text.", "你好.md", "你好"),
    ("Text.", "iPhone.md", "IPhone"),
    ("# *Em* `code_x` **b** [link](https://example.org) & <b>x</b> {#own .c}\n", "name.md", "Em code_x b link & x"),
    ("# Snake_case and 2 \\* 3\n", "name.md", "Snake_case and 2 * 3"),
    ("# 中文：标题\n", "name.md", "中文：标题"),
    ("# Closed ##\n", "name.md", "Closed"),
    ("# `<details>` explained\n", "name.md", "<details> explained"),
    ("# A note[^1]\n\n[^1]: x\n", "name.md", "A note"),
])
def test_the_title_is_given_or_the_first_heading_or_the_name(page, text, name, title):
    assert page(text, name)["title"] == title


# Printed once.

@pytest.mark.parametrize("text", [
    "# Hello\n\nText.\n",
    "---\ntitle: Hello\n---\n# Hello\n\nText.\n",
    "---\ntitle: hello\n---\n\nText.\n\n# Hello\n",
    "---\ntitle: 'Hello '\n---\nHello\n=====\n\nText.\n",
    "# Hello {#own}\n\nText.\n",
    "# *Hello*\n\nText.\n",
    "Text\n---\n\n# Hello\n",
    "  # Hello\n\nText.\n",
])
def test_heading_and_title_are_not_printed_twice(build_site, text):
    site = build_site({"content/a.md": text})
    page = site.text("a/index.html").partition("<main")[2]
    assert len(re.findall(r">hello\s*</", page.lower())) == 1
    assert page.count("<h1") == 1
    assert "#" not in page.partition('<div class="prose">')[2]


def test_the_anchor_of_the_title_stays(build_site):
    site = build_site({"content/a.md": "# Hello {#own}\n\n[up](#own)", "content/b.md": "[a](a.md#own)"})
    assert '<h1 id="own">Hello</h1>' in site.text("a/index.html")


def test_a_heading_that_differs_from_the_title_stays(build_site):
    site = build_site({"content/a.md": "---\ntitle: Short\n---\n# A longer heading\n\nText.\n"})
    page = site.text("a/index.html")
    assert "<h1>Short</h1>" in page
    assert '<h2 id="a-longer-heading">A longer heading</h2>\n' in page
    assert page.count("<h1") == 1


def test_headings_begin_below_the_title(build_site):
    site = build_site({"content/a.md": "# One\n\n## A\n\n# Two\n\n## B\n"})
    page = site.text("a/index.html")
    assert "<h1 " in page and page.count("<h1") == 1
    assert '<h3 id="a">A</h3>' in page
    assert '<h2 id="two">Two</h2>' in page


# In any case.

@pytest.mark.parametrize("front", [
    "---\nTitle: A\nLASTMOD: 2021-01-01\nExpiryDate: 2099-01-01\nTAGS: [x]\nAuthor: Ann\nHide: [toc]\nmyKey: 1\n---\n",
    "---\ntitle: A\nlastMod: 2021-01-01\nexpirydate: 2099-01-01\nTags: x\nAUTHORS: [Ann]\nTOC: false\nmyKey: 1\n---\n",
    "+++\nTITLE = 'A'\nModified = 2021-01-01\nEXPIRY_DATE = 2099-01-01\ntagS = ['x']\nAuthor = 'Ann'\nToc = false\n"
    "myKey = 1\n+++\n"])
def test_keys_are_read_in_any_case(page, front):
    seen = page(front + "## One\n\n## Two\n\n## Three\n")
    assert (seen["title"], seen["updated"][:10], seen["tags"], seen["authors"], seen["toc"]) == (
        "A", "2021-01-01", ["x"], ["Ann"], 0)
    assert {key.casefold() for key in seen["params"]} <= {"mykey", "hide"}
    assert seen["params"]["myKey"] == 1


def test_a_key_of_the_past_in_any_case_leaves_a_page_out(make_site):
    site = make_site({"content/a.md": "---\ntitle: A\nexpirydate: 2020-01-01\nlastmod: 2021-01-01\n---\nText",
                      "content/b.md": "---\nDRAFT: true\n---\nText",
                      "content/c.md": "---\nPublished: false\n---\nText"})
    result = site.build()
    assert result.problems == []
    assert not {page["source"] for page in result.data["pages"]} & {f"content/{name}.md" for name in "abc"}


@pytest.mark.parametrize(("text", "place", "message"), [
    ("---\ntitle: A\nTitle: B\n---\n", (3, 1), "`title` and `Title` are the same key"),
    ("---\nLASTMOD: 2020-01-01\nx: 1\nlastmod: 2021-01-01\n---\n", (4, 1), "`LASTMOD` and `lastmod` are the same key"),
    ("---\ntags: a\nTAGS:\n- b\n---\n", (3, 1), "`tags` and `TAGS` are the same key"),
    ("+++\nslug = 'a'\nSlug = 'b'\n+++\n", (3, 1), "`slug` and `Slug` are the same key")])
def test_a_key_in_two_cases_is_an_error_at_the_second(wrongs, text, place, message):
    (code, line, column, _, said, hint), = wrongs(text)
    assert (code, (line, column), said, hint) == ("front-matter.twice", place, message, "keep one of them")


def test_own_keys_keep_their_case_and_taxonomies_have_the_one_of_the_config(build_site):
    site = build_site({"content/a.md": "---\ntopics: [x]\nColour: red\ncolour: blue\n---\nText",
                       "templates/page.html": "{{ page.params.Colour }} {{ page.params.colour }} "
                                              "{{ page.terms.Topics|map(attribute='name')|join }}"},
                      "base_url: https://e.org/\ntaxonomies: [Topics]\n")
    assert site.text("a/index.html") == "red blue x"


def test_a_problem_names_a_key_as_it_is_written(wrongs):
    (code, line, _, length, message, _), = wrongs("---\ntitle: A\nDATE: soon\n---\n")
    assert (code, line, length, message) == ("front-matter.value", 3, 4, "`DATE`: `soon` is not a date we can read")
    (code, line, *_), = wrongs("---\nPermalink: /a:b/\n---\n")
    assert (code, line) == ("url.bad", 2)
