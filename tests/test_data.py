"""`data/`: what templates read of it, and what is told when it cannot be read."""

from __future__ import annotations

import pytest


def page(template):
    return {"content/a.md": "A.", "content/b.md": "---\nlayout: bare\n---\n", "templates/page.html": template,
            "templates/bare.html": "bare"}


@pytest.mark.parametrize(("files", "template", "shown"), [
    ({"data/x.yaml": "a: [1, {b: 文字}]"}, "{{ data.x.a[1].b }}", "文字"),
    ({"data/x.yml": "- 1\n- 2\n"}, "{{ data.x|sum }}", "3"),
    ({"data/x.json": '{"a": {"b": [true]}}'}, "{{ data.x.a.b[0] }}", "True"),
    ({"data/x.toml": "[a]\nb = 2026-01-31\n"}, "{{ data.x.a.b }}", "2026-01-31"),
    ({"data/x.csv": '名,price\n"A, B",1.10\nC\n'}, "{% for row in data.x %}{{ row.名 }}={{ row.price }};{% endfor %}",
     "A, B=1.10;C=;"),
    ({"data/shop/eu/x.yaml": "7"}, "{{ data.shop.eu.x }}", "7"),
    ({"data/two words.yaml": "7"}, '{{ data["two words"] }}', "7"),
    ({"data/x.yaml": "", "data/shop/y.yaml": "", "data/z.sqlite": "x"}, "{{ data|join(' ') }} {{ data|length }}",
     "shop x 2"),
    ({}, "{{ 'x' in data }}{{ data.x is defined }}{% if data.x %}yes{% endif %}{{ data|length }}", "FalseFalse0"),
])
def test_templates_read_data(build_site, files, template, shown):
    assert build_site({**page(template), **files}).text("a/index.html") == shown


def test_the_folder_has_the_name_that_the_config_gives_it(build_site):
    site = build_site({**page("{{ data.x }}"), "facts/x.yaml": "7"},
                      "base_url: https://e.org/\ndata_dir: facts\n")
    assert site.text("a/index.html") == "7"


@pytest.mark.parametrize(("template", "edit"), [
    ("{{ data.x }}", {"data/x.yaml": "2"}), ("{{ data.x }}", {"data/x.yaml": None, "data/x.json": "3"}),
    ("{{ data.y if data.y }}", {"data/y.yaml": "2"}), ("{{ data|join }}", {"data/y.yaml": "2"}),
    ("{{ 'y' in data }}", {"data/y.yaml": "2"}), ("{{ data.deep|join if data.deep }}", {"data/deep/x.csv": "a\n1"}),
    ("{{ data.shop.x }}", {"data/shop/x.yaml": "2"})])
def test_a_page_is_rendered_again_when_what_it_asked_for_changes(make_site, template, edit):
    site = make_site({**page(template), "data/x.yaml": "1", "data/shop/x.yaml": "1"})
    site.build()
    result = site.edit(edit).rebuild()
    assert result.rendered == {"/a/"}
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


def test_data_that_no_page_asks_for_renders_nothing(make_site):
    site = make_site({**page("{{ data.x }}"), "data/x.yaml": "1"})
    site.build()
    assert site.edit({"data/other.yaml": "1"}).rebuild().rendered == set()


@pytest.mark.parametrize(("name", "text", "code", "line"), [
    ("x.yaml", "a: b: c", "syntax.yaml", 1), ("x.toml", "\na = ", "syntax.toml", 2),
    ("x.json", '{\n"a": }', "data.json", 2),
    ("x.json", "[" * 100_000, "data.json", 1), ("x.csv", "a,b\n1,2,3\n", "data.csv", 2),
    ("x.csv", 'a\n"b', "data.csv", 2), ("x.yaml", b"\xff", "data.encoding", 1)])
def test_data_that_cannot_be_read_is_an_error_at_its_line(make_site, name, text, code, line):
    result = make_site({**page("{{ data.x }}"), f"data/{name}": text}).build()
    assert result.code == 1
    assert result.places() == [(code, f"data/{name}", line)]


def test_two_files_of_one_name_are_an_error(make_site):
    result = make_site({**page("x"), "data/x.yaml": "1", "data/x.json": "2"}).build()
    assert (result.code, result.places()) == (1, [("data.clash", "data/x.yaml", None)])
