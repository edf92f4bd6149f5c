"""`config.yaml`: every option, its type, its default; every mistake in it, with its place."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from coldpress.config.collections import as_collections
from coldpress.config.foreign_keys import ELSEWHERE, FOREIGN
from coldpress.config.loader import NOT_BUILT
from coldpress.config.options import MarkdownOptions, MenuItem
from coldpress.config.theme_options import ThemeOptions

DEFAULTS = {
    "title": "My site", "base_url": None, "description": "", "author": "", "language": "en", "dates": "written",
    "timezone": "UTC",
    "permalinks": {}, "taxonomies": ("tags", "categories"), "slugs": {"lowercase": True},
    "nested_taxonomies": (), "collections": as_collections(["posts"]), "menu": (), "paginate": 10,
    "search": True, "params": {},
    "markdown": {"trusted": True, "untrusted": (), "jinja": False, "smart": True, "macros": (), "heading_ids": "github",
                 "snippets": (".", "snippets"), "append": (), "engine": "native", "extensions": (),
                 "extension_configs": (), "schemes": (), "base": ""},
    "content_dir": "content", "output_dir": "site", "templates_dir": "templates",
    "static_dir": "static", "data_dir": "data", "llms": False, "plugins": (),
    "redirects": None, "headers": (), "csp": None, "deploy": None, "check": None, "hashed_static": False,
    "feeds": {"formats": ("atom", "rss", "json"), "limit": 20, "full": True},
    "social_cards": {"background": None, "logo": None, "font": (), "template": None, "is_on": False}, "favicon": None,
    "docs": None, "edit_url": None,
    "theme": {"name": "coldpress", "own": (), "preset": "paper", "list": "cover", "accent": None, "progress": False,
              "backlinks": False, "copy_markdown": True},
    "images": {"widths": (480, 800, 1200, 1600), "formats": ("avif", "webp"), "quality": (55, 78, 80), "sizes": None,
               "zoom": True, "placeholder": "colour", "animations": "keep", "originals": True, "heavy": 500},
    "intro": "", "portrait": "", "social": (), "copyright": "", "links": "root",
}


@pytest.fixture
def read(make_site):
    """The config that a text gives, without any problem."""

    def read(text):
        site = make_site({}, config=text).app().extensions["coldpress"].site
        assert not list(site.config_problems)
        return site.config

    return read


def found(site):
    """What a build says of the config: code, line, column, length, message, hint."""
    problems = [problem for problem in site.build().problems if problem["code"] != "config.no-base-url"]
    assert {problem["place"]["path"] for problem in problems} <= {"config.yaml"}
    return [(problem["code"], problem["place"]["line"], problem["place"]["column"], problem["place"]["length"],
             problem["message"], problem["hint"]) for problem in problems]


# Options.

@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "{}", "---\n", "\ufeff", "title:\npaginate: null\n"])
def test_an_empty_config_is_all_defaults(read, text):
    assert asdict(read(text)) == DEFAULTS


def test_without_a_config_everything_is_default(make_site):
    site = make_site({"content/a.md": "Hello."}).edit({"config.yaml": None})
    assert site.build().code == 0
    assert asdict(site.app().extensions["coldpress"].site.config) == DEFAULTS
    assert "<title>A · My site</title>" in site.text("a/index.html")


@pytest.mark.parametrize(("line", "value"), [
    ("title: Hello", "Hello"),
    ("title: 2024", "2024"),
    ("markdown:\n  smart: false", MarkdownOptions(smart=False)),
    ("markdown:\n  macros:\n    RR: \\mathbb{R}", MarkdownOptions(macros=(("RR", "\\mathbb{R}"),))),
    ("title: No", "No"),
    ("title: 12:30", "12:30"),
    ("title: 2024-01-02", "2024-01-02"),
    ("title: 你好 🎉", "你好 🎉"),
    ("title: 1.10", "1.10"),
    ("title: true", "true"),
    ("description: One sentence.", "One sentence."),
    ("author: Ann", "Ann"),
    ("language: no", "no"),
    ("language: zh-Hans", "zh-Hans"),
    ("base_url: https://example.org", "https://example.org/"),
    ("base_url: ' https://example.org/blog// '", "https://example.org/blog/"),
    ("base_url: http://localhost:8000/x/", "http://localhost:8000/x/"),
    ("base_url: ''", None),
    ("timezone: Asia/Shanghai", "Asia/Shanghai"),
    ("permalinks: {posts: /<year>/<slug>/}", {"posts": "/<year>/<slug>/"}),
    ("taxonomies: [topics, topics, people]", ("topics", "people")),
    ("taxonomies: topics", ("topics",)),
    ("taxonomies: []", ()),
    ("collections: [posts, notes/]", as_collections(["posts", "notes"])),
    ("menu: [{About: /about/}, {Code: 'https://example.org'}]",
     (MenuItem("About", "/about/"), MenuItem("Code", "https://example.org"))),
    ("menu:\n  About: /about/\n  2024: /2024/", (MenuItem("About", "/about/"), MenuItem("2024", "/2024/"))),
    ("menu: [about.md, {Guide: [guide/one.md, {Two: [{Deep: guide/two.md}]}]}]",
     (MenuItem(None, "about.md"), MenuItem("Guide", None, (
         MenuItem(None, "guide/one.md"), MenuItem("Two", None, (MenuItem("Deep", "guide/two.md"),)))))),
    ("theme: {accent: '#0a7', backlinks: true}", ThemeOptions(accent="#0a7", backlinks=True)),
    ("docs: guide", ("guide",)),
    ("docs: [/, a/b/]", (".", "a/b")),
    ("docs: []", ()),
    ("edit_url: 'https://e.org/edit/<path>'", "https://e.org/edit/<path>"),
    ("paginate: 1", 1),
    ("params: {a: [1, true], 2: x}", {"a": [1, True], "2": "x"}),
    ("content_dir: docs/en/", "docs/en"),
    ("output_dir: ./public", "public"),
    ("templates_dir: a/../b", "b"),
    ("static_dir: 'web\\static'", "web/static"),
])
def test_an_option_is_read(read, line, value):
    option = line.partition(":")[0]
    assert getattr(read(line), option) == value


def test_a_missing_param_is_none(read):
    assert read("params: {a: 1}").params["b"] is None


def test_line_ends_and_a_byte_order_mark_do_not_matter(read):
    assert read("\ufefftitle: A\r\nauthor: B\r\n").author == "B"


def test_all_options_at_work(build_site):
    site = build_site({
        "text/notes/2026-01-02-a.md": "---\ntopics: x\n---\nA.", "text/about.md": "Us.", "web/x.css": "",
        "html/post.html": "{{ page.date|iso }}",
        "html/page.html": "{{ site.title }}|{{ site.description }}|{{ site.author }}|{{ site.language }}|"
                          "{{ site.params.a }}|{% for item in site.menu %}{{ item.title }} {{ item.url }}{% endfor %}",
    }, config="""\
title: T
base_url: https://example.org/blog
description: D
author: A
language: de
timezone: Europe/Berlin
permalinks: {notes: /<year>/<slug>/}
taxonomies: topics
collections: notes
menu: [{Us: about.md}]
paginate: 1
params: {a: 1}
content_dir: text
output_dir: public
templates_dir: html
static_dir: web
""")
    files = site.files("public")
    assert files["about/index.html"].decode() == "T|D|A|de|1|Us /blog/about/"
    assert {"2026/a/index.html", "notes/index.html", "topics/x/index.html", "static/x.css"} <= set(files)
    assert files["2026/a/index.html"].decode() == "2026-01-02T00:00:00+01:00"
    assert not (site.root / "site").exists()


# Mistakes.

@pytest.mark.parametrize(("line", "message"), [
    *((f"{option}: [a]", "text is expected here") for option in
      ("title", "base_url", "description", "author", "language", "timezone", "content_dir", "output_dir",
       "templates_dir", "static_dir")),
    ("title: {a: b}", "text is expected here"),
    *((f"base_url: {url}", "a whole URL is expected here, such as `https://example.org/blog/`") for url in
      ("example.org", "/blog/", "ftp://example.org", "https://", "//example.org", "true")),
    ("base_url: https://example.org/?a", "a base URL has no `?` and no `#`"),
    ("base_url: https://example.org/#a", "a base URL has no `?` and no `#`"),
    ("base_url: 'http://[::1'", "Invalid IPv6 URL"),
    ("base_url: https://exa mple.org/", "a whole URL"),
    ("base_url: https://example.org:99999/", "a whole URL"),
    *((f"timezone: {name}", f"there is no time zone `{name}`; write one like `Europe/Berlin`") for name in
      ("Mars/Base", "8", "Europe", "../../etc/passwd")),
    *((f"language: {tag}", "a language is written as in HTML, such as `en` or `zh-Hans` (BCP 47)") for tag in
      ("zh_CN", "english", "de-", "zh_CN.UTF-8")),
    ("permalinks: [a]", "`key: value` lines are expected here"),
    ("permalinks: {posts: <slug>/}", "a pattern starts with `/`, such as `/<year>/<slug>/`"),
    ("permalinks: {posts: 1}", "a pattern starts with `/`, such as `/<year>/<slug>/`"),
    ("permalinks: {posts: /<yaer>/}", "there is no `<yaer>`"),
    *((f"{option}: {value}", "a list of names is expected here") for option in ("taxonomies",)
      for value in ("{a: 1}", "[1]", "['']", "5", "[[a]]")),
    ("collections: /", "a list of names"),
    ("menu: /about/", "a list such as `- About: /about/` is expected here"),
    *((f"paginate: {value}", "a whole number of at least 1 is expected here") for value in
      ("0", "-1", "ten", "'10'", "true", "1.5", "[1]")),
    ("theme: dark", "there is no theme `dark`"), ("theme: 7", "`key: value` lines are expected here"),
    ("theme: {acent: red}", "there is no `acent`"),
    ("theme: {backlinks: 1}", "`backlinks` is `true` or `false`"),
    *((f"theme: {{accent: {value}}}", "`accent` is a colour as CSS writes it") for value in
      ("'red;}'", "'url(x)'", "", "tael", "'#c2410'", "'#12'", "7", "[red]", "'rgb(0 0 0); x'")),
    *((f"docs: {value}", "a list of folders below the content folder is expected here") for value in ("1", "[[a]]")),
    *((f"theme: {{{name}: x}}", f"`{name}` is not an option of the theme") for name in ("docs", "edit_url")),
    *((f"edit_url: {value}", "a whole URL with `<path>` in it is expected here") for value in
      ("/edit/<path>", "https://e.org/edit/", "1")),
    *((f"search: {value}", "`true` or `false` is expected here") for value in ("0", "[]", "nothing")),
    ("params: [a]", "`key: value` lines are expected here"),
    ("params: x", "`key: value` lines are expected here"),
    *((f"{option}: {value}", "a folder inside the site is expected here") for option in
      ("content_dir", "output_dir", "templates_dir", "static_dir") for value in (".", "''", "/x", "../x", "a/../..")),
])
def test_a_wrong_value_is_an_error_at_its_key(make_site, line, message):
    option = line.partition(":")[0]
    (code, *place, said, _), = found(make_site({"content/a.md": "x"}, config=f"# first\n{line}\n"))
    inner = re.match(r"(?:theme|markdown|feeds): \{(\w+):", line)  # a group's is at the key within
    where = [2, len(option) + 4, len(inner[1])] if inner else [2, 1, len(option)]
    assert (code, place) == ("config.value", where)
    assert said.startswith(f"`{option}`: {message}")


@pytest.mark.parametrize(("zone", "meant"), [("Asia/Beijing", "Asia/Shanghai"), ("Asia/Shangai", "Asia/Shanghai")])
def test_a_wrong_time_zone_is_the_only_problem_and_a_near_one_is_suggested(make_site, zone, meant):
    site = make_site({"content/a.md": "[x](gone.md)"}, config=f"base_url: https://example.org/\ntimezone: {zone}\n")
    assert [problem[4:] for problem in found(site)] == [
        (f"`timezone`: there is no time zone `{zone}`; write one like `Europe/Berlin`", f"did you mean `{meant}`?")]


WRITTEN, NAMELESS = "a menu entry is written `- About: /about/`", "this menu entry has no name"


@pytest.mark.parametrize(("menu", "place", "message"), [
    *((f"\n  - index.md\n  - {entry}", [3, column], WRITTEN) for entry, column in (
        ("''", 5), ("{About: 1}", 6), ("About:", 5), ("About: []", 5), ("About: [1]", 13), ("A: /a/\n    B: /b/", 5),
        ("[]", 5), ("", 4), ("' '", 5), ("About: ''", 5), ("About: '  '", 5), ("{About: {Us: /us/}}", 6),
        ("About: [index.md, {Us: }]", 24))),
    ("\n  About: {Us: /us/}", [2, 3], WRITTEN), ("\n  About:", [2, 3], WRITTEN),
    *((f"\n  - index.md\n  - {entry}", [3, column], NAMELESS) for entry, column in (
        ("'': /a/", 5), ("'': [a.md, b.md]", 5), ("' ': a.md", 5), ("null: a.md", 5), ("~: [a.md]", 5),
        ("\"\\u200b\": a.md", 5), ("\"\\u3000\": a.md", 5), ("Guide: [a.md, {'': b.md}]", 20))),
    ("\n  - Guide:\n      - Deep:\n          - '': a.md", [4, 13], NAMELESS),
    ("\n  '': a.md", [2, 3], NAMELESS),
    ("\n  - Guide: a.md\n  - Guide: a.md\n  - {A: a.md, A: b.md}", [4, 15], "key `A` stands here twice"),
])
def test_a_wrong_entry_of_the_menu_is_an_error_at_its_place(make_site, menu, place, message):
    (code, line, column, _, said, _), = found(make_site({"content/a.md": "x"}, config=f"menu:{menu}\n"))
    assert (code in ("config.value", "syntax.yaml"), [line, column]) == (True, place)
    assert message in said


@pytest.mark.parametrize("written", ["zh_CN", "zh_CN.UTF-8", "zh-CN_x"])
def test_a_locale_is_told_as_a_language(make_site, written):
    problem, = make_site({"content/a.md": "x"}, config=f"language: {written}\n").build().problems
    assert problem["hint"].startswith("write `zh-CN")


@pytest.mark.parametrize(("key", "hint"), [
    ("pagnate", "did you mean `paginate`?"),
    ("Title", "did you mean `title`?"),
    ("base-url", "did you mean `base_url`?"),
    ("taxonomy", "did you mean `taxonomies`?"),
    ("xyzzy", "a value of your own goes under `params`"),
    ("2024", "a value of your own goes under `params`"),
    ("键", "a value of your own goes under `params`"),
])
def test_an_unknown_key_is_an_error_with_a_suggestion(make_site, key, hint):
    site = make_site({"content/a.md": "x"}, config=f"title: T\n{key}: 10\n")
    assert found(site) == [("config.unknown-key", 2, 1, len(key), f"unknown key `{key}`", hint)]


@pytest.mark.parametrize(("key", "ours"), [
    ("baseURL", "base_url"), ("site_name", "title"), ("site_url", "base_url"), ("nav", "menu"),
    ("paginate_by", "paginate"), ("extra", "params"), ("SITEURL", "base_url"), ("languageCode", "language"),
    ("url", "base_url"), ("subtitle", "description"), ("docs_dir", "content_dir"), ("site_dir", "output_dir"),
])
def test_a_foreign_name_is_an_error_that_names_ours(make_site, key, ours):
    site = make_site({"content/a.md": "x"}, config=f"\n{key}: x\n")
    assert found(site) == [
        ("config.foreign-key", 2, 1, len(key), f"`{key}` has another name here", f"write `{ours}`")]


def test_foreign_names_lead_to_options_there_are():
    assert set(FOREIGN.values()) <= set(DEFAULTS)
    assert not {*FOREIGN, *ELSEWHERE} & set(DEFAULTS)
    assert not FOREIGN.keys() & ELSEWHERE.keys()


def test_a_key_of_mkdocs_without_an_option_is_an_error_that_says_what_to_do(make_site):
    site = make_site({"content/a.md": "x"}, config="".join(f"{key}: x\n" for key in ELSEWHERE))
    assert found(site) == [("config.foreign-key", line, 1, len(key), f"`{key}` is not an option here", hint)
                           for line, (key, hint) in enumerate(ELSEWHERE.items(), 1)]
    assert "`templates/partials/head.html`" in ELSEWHERE["extra_css"]


@pytest.mark.parametrize("key", NOT_BUILT)
def test_a_key_that_is_not_built_yet_is_refused_by_saying_so(make_site, key):
    site = make_site({"content/a.md": "x"}, config=f"title: T\n{key}: x\n")
    assert found(site) == [("config.not-built", 2, 1, len(key), f"`{key}` is not built yet", "leave it out for now")]


def test_the_keys_announced_but_not_built_are_known():
    assert {"languages"} <= set(NOT_BUILT)


def test_every_mistake_of_one_file_is_reported_in_its_order(make_site):
    site = make_site({"content/a.md": "x"}, config="pagnate: 3\r\n# 中文\r\nnav: []\r\npaginate: x\r\nlanguages: y\r\n")
    assert [(code, line) for code, line, *_ in found(site)] == [
        ("config.unknown-key", 1), ("config.foreign-key", 3), ("config.value", 4), ("config.not-built", 5)]
    assert not (site.root / "site").exists()


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), [
    ("title: a\ntitle: b\n", 2, 1, "key `title` stands here twice", "keep one of them"),
    ("params:\n  a: 1\n  a: 2\n", 3, 3, "key `a` stands here twice", "keep one of them"),
    ("title: a: b\n", 1, 9, "mapping values", "put quotes round a value that holds `: `"),
    ("title: 中文: b\n", 1, 10, "mapping values", "put quotes round a value that holds `: `"),
    ("title: @me\n", 1, 8, "cannot start any token", "put quotes round a value that starts with this character"),
    ("title: !tag x\n", 1, 8, "tag", "put quotes round the value"),
    ("title: *nobody\n", 1, 8, "undefined alias", None),
    ("menu:\n\t- a\n", 2, 1, "cannot start any token", "indent with spaces, not tabs"),
    ("menu:\n  - A: /a/\n\t- B: /b/\n", 3, 1, "tab", "indent with spaces, not tabs"),
    ("- a\n", 1, 1, "this is a list, not `key: value` lines", None),
    ("hello\n", 1, 1, "this is text, not `key: value` lines", None),
    ("42\n", 1, 1, "not `key: value` lines", None),
    ("params: &a [*a]\n", 1, 9, "this alias contains itself", None),
    ("title: x\nparams: &a {b: {c: *a}}\n", 2, 9, "this alias contains itself", None),
    ("title: 2024-02-30\n", 1, 8, "`2024-02-30`: day is out of range",
     "write a date that exists, or put quotes round a text"),
    ("? [a]\n: b\n", 1, 3, "a list or a mapping cannot be a key", None),
    ("title: {{ x }}\n", 1, 9, "cannot be a key", "put quotes round a value that starts with `{`"),
    ("created: {{date}}\n", 1, 11, "cannot be a key", "put quotes round a value that starts with `{`"),
    ("title: a\n---\ntitle: b\n", 2, 1, "two documents", "leave one mapping"),
    ("title: \"a\nauthor: b\n", 1, 8, "this quote is never closed", "close it, or put the whole value in quotes"),
])
def test_yaml_that_cannot_be_read_is_an_error_at_its_place(make_site, text, line, column, message, hint):
    (code, at_line, at_column, _, said, fix), = found(make_site({"content/a.md": "x"}, config=text))
    assert (code, at_line, at_column, fix) == ("syntax.yaml", line, column, hint)
    assert message in said


def test_a_config_that_is_not_utf8_is_an_error(make_site):
    site = make_site({"content/a.md": "x", "config.yaml": "title: T\nauthor: José\n".encode("latin-1")})
    problem, = site.build().problems
    assert (problem["code"], problem["place"]["path"], problem["hint"]) == (
        "config.encoding", "config.yaml", "save it as UTF-8")


def test_the_byte_that_is_not_utf8_is_shown(make_site):
    site = make_site({"content/a.md": "x", "config.yaml": "title: T\nauthor: José\n".encode("latin-1")})
    assert [(code, line, column) for code, line, column, *_ in found(site)] == [("config.encoding", 2, 12)]


def test_a_named_config_that_is_missing_is_an_error(make_site):
    result = make_site({"content/a.md": "x"}).build("--config", "other.yaml")
    assert result.code != 0
    assert "other.yaml" in result.out + result.err


def test_a_config_that_is_a_folder_is_an_error(make_site):
    site = make_site({"content/a.md": "x"})
    site.edit({"config.yaml": None, "config.yaml/x": ""})
    assert site.build().places() == [("config.unreadable", "config.yaml", None)]


def test_another_config_may_be_named(make_site):
    site = make_site({"content/a.md": "x", "other.yaml": "title: Other\n", "templates/page.html": "{{ site.title }}"})
    assert site.build("-c", str(site.root / "other.yaml")).code == 0
    assert site.text("a/index.html") == "Other"


# The address.

@pytest.fixture
def addressed(make_site):
    return make_site({"content/a.md": "x", "templates/page.html": "{{ page.permalink }}"})


def test_the_base_url_of_the_environment_wins_over_the_file(addressed, monkeypatch):
    monkeypatch.setenv("COLDPRESS_BASE_URL", "https://env.example/x")
    assert addressed.build().code == 0
    assert addressed.text("a/index.html") == "https://env.example/x/a/"


def test_the_base_url_of_the_command_wins_over_both(addressed, monkeypatch):
    monkeypatch.setenv("COLDPRESS_BASE_URL", "https://env.example/x")
    assert addressed.build("--base-url", "https://cli.example").code == 0
    assert addressed.text("a/index.html") == "https://cli.example/a/"


def test_an_empty_variable_means_nothing(addressed, monkeypatch):
    monkeypatch.setenv("COLDPRESS_BASE_URL", "")
    assert addressed.build().codes == []
    assert addressed.text("a/index.html") == "https://example.org/a/"


def test_a_bad_base_url_from_outside_is_named_by_where_it_came_from(addressed, monkeypatch):
    monkeypatch.setenv("COLDPRESS_BASE_URL", "example.org")
    problem, = addressed.build().problems
    assert (problem["code"], problem["place"]) == ("config.value", None)
    assert problem["message"].startswith("`COLDPRESS_BASE_URL`: a whole URL is expected here")
    result = addressed.build("--base-url", "nonsense")
    assert any(problem["message"].startswith("`--base-url`: ") for problem in result.problems)
    assert result.code == 1
