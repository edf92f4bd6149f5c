"""`layout:` names templates that draw pages; authors who are not trusted publish in their folder."""

from __future__ import annotations

import pytest

URL = "base_url: https://example.org/\n"


def page(**front):
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items()) + "---\nText"


def test_a_layout_that_is_not_utf_8_is_told_with_its_place(make_site):
    site = make_site({"content/a.md": page(layout="bad"), "templates/bad.html": b"x\ny\xff"}, URL)
    result = site.build()
    assert result.code == 1
    assert result.places() == [("template.syntax", "templates/bad.html", 2)]


@pytest.mark.parametrize("config", [URL, URL + "markdown: {trusted: false}\n"])
def test_a_layout_names_page_templates_only(make_site, config):
    others = ["redirect", "base", "icons", "404", "components/figure", "partials/head", "feed.xml", "robots.txt",
              "theme/base",
              "./redirect", "//redirect", "Redirect", "components/./figure", "theme//redirect", "../build", "archive",
              "list", "term", "home", "macros", "_part", "parts/_part", "partials/own", "blank", "no-such", "theme.css"]
    own = {"templates/macros.html": "{% import 'icons.html' as i %}\n{% macro m() %}x{% endmacro %}\n{% set a = 1 %}\n",
           "templates/_part.html": "x", "templates/parts/_part.html": "x", "templates/partials/own.html": "x",
           "templates/blank.html": " \n", "templates/wide.html": "{% extends 'page.html' %}",
           "templates/layouts/plain.html": "<title>plain</title>{{ page.html }}",
           "templates/old.html": "{% include 'partials/own.html' %}{{ page.html }}"}
    good = ["wide", "layouts/plain", "old", "post", "theme/page"]
    files = {f"content/p{number:02}.md": page(layout=f'"{name}"') for number, name in enumerate([*others, *good])}
    site = make_site({**own, **files}, config)
    result = site.build()
    assert result.code == 0
    assert result.places() == [("page.layout", f"content/p{number:02}.md", 2) for number in range(len(others))]
    for number in range(len(others)):
        text = site.text(f"p{number:02}/index.html")
        assert "<p>Text</p>" in text
        assert "<header" in text
    assert "<title>plain</title>" in site.text(f"p{len(others) + 1}/index.html")


def test_a_list_may_have_the_layout_of_lists_and_macros_may_become_a_layout(make_site):
    site = make_site({"content/posts/_index.md": page(layout="list"), "content/posts/2026-01-02-a.md": "A.",
                      "content/a.md": page(layout="mine"), "templates/mine.html": "{% macro m() %}{% endmacro %}"}, URL)
    assert site.build().places() == [("page.layout", "content/a.md", 2)]
    site.edit({"templates/mine.html": "{% macro m() %}{% endmacro %}mine {{ page.html }}"})
    assert site.build().problems == []
    assert site.text("a/index.html").startswith("mine")
    clean = site.clean_copy()
    clean.build()
    assert site.files() == clean.files()


def test_untrusted_authors_publish_below_their_own_folder(make_site):
    guests = {
        "a": page(permalink="/"), "b": page(url="/about/"), "c": page(permalink="/posts/guests/../../x/"),
        "d": page(permalink="/posts/guests/fine/"), "e": page(aliases="[/old/, /posts/guests/was/, ../../up/, beside]"),
        "f": page(slug="../../../escape"), "g": page(redirect_from="/about/"), "h": page(permalink="/%70osts/guests2/")}
    site = make_site({**{f"content/posts/guests/2026-01-0{number + 1}-{name}.md": text
                         for number, (name, text) in enumerate(guests.items())},
                      "content/posts/2026-02-01-own.md": page(permalink="/anywhere/", aliases="[/old-own/]"),
                      "content/about.md": "Me."}, URL + "markdown: {untrusted: [posts/guests/]}\n")
    result = site.build()
    assert result.code == 0
    assert {place[1][-4] for place in result.places() if place[0] == "page.untrusted"} == set("abcegh")
    files = set(site.files())
    assert {"posts/a/index.html", "posts/b/index.html", "posts/c/index.html", "posts/guests/fine/index.html",
            "posts/guests/was/index.html", "anywhere/index.html", "old-own/index.html", "about/index.html"} <= files
    assert not [file for file in files if file.startswith(("old/", "up/", "x/", "escape", "posts/beside"))]
    assert "Me." in site.text("about/index.html")


@pytest.mark.parametrize(("template", "line", "block", "hint"), [
    ('{% extends "base.html" %}\n{% block content %}x{% endblock %}', 2, "content",
     "there are `description`, `footer`, `head`, `header`, `main`, `title`"),
    ('{% extends "theme/page.html" %}\n\n{% block page_mta %}x{% endblock %}', 3, "page_mta",
     "did you mean `page_meta`?")])
def test_a_block_that_is_shown_nowhere_is_told(make_site, template, line, block, hint):
    site = make_site({"content/a.md": "---\nlayout: own\n---\nA.", "templates/own.html": template})
    problem, = site.build().problems
    assert (problem["code"], problem["place"]["path"], problem["place"]["line"], problem["hint"]) == (
        "template.block", "templates/own.html", line, hint)
    assert f"has a block `{block}`" in problem["message"]


@pytest.mark.parametrize("template", [
    '{% extends "base.html" %}{% block main %}{% block inner %}x{% endblock %}{% endblock %}',
    '{% extends "base.html" %}{% block other %}x{% endblock %}{% block main %}{{ self.other() }}{% endblock %}',
    '{% extends "base.html" if page else "page.html" %}{% block content %}x{% endblock %}',
    '{% block alone %}x{% endblock %}'])
def test_blocks_that_are_shown_or_may_be_are_not_told(make_site, template):
    site = make_site({"content/a.md": "---\nlayout: own\n---\nA.", "templates/own.html": template})
    assert site.build().problems == []
