"""Tags, nested tags, series, authors: their pages and what they tell."""

from __future__ import annotations

import pytest

URL = "base_url: https://e.org/\n"


def post(day, **front):
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    return {f"content/posts/2026-01-{day:02}-p{day}.md": f"---\ntitle: P{day}\n{lines}---\nWords.\n"}


TERM = ("{{ term.title }} | {{ term.name }} | {{ term.parent }} | {{ term.children|join(' ') }} | "
        "{% for each in list.posts %}{{ each.title }} {% endfor %}| {{ page.html|trim if page }}")


def test_a_term_with_slashes_stands_below_another(build_site):
    site = build_site({**post(1, tags="[lang/python]"), **post(2, tags="[lang/c, lang]"), **post(3, tags="[Other]"),
                       "templates/term.html": TERM})
    assert site.text("tags/lang/index.html") == "lang | lang | None | lang/c lang/python | P2 P1 | "
    assert site.text("tags/lang/python/index.html") == "lang/python | lang/python | lang |  | P1 | "


@pytest.mark.parametrize(("name", "slug"), [
    ("C", "c"), ("C++", "c-plus-plus"), ("C#", "c-sharp"), ("A/B Test", "a/b-test"), ("/x//y/", "x/y"),
    ("机器/学习", "机器/学习")])
def test_the_slugs_of_terms(build_site, name, slug):
    assert "P1" in build_site(post(1, tags=f"['{name}']")).text(f"tags/{slug}/index.html")


@pytest.mark.parametrize(("one", "other", "said"), [
    ("Python", "python", "become one term"), ("machine learning", "machine-learning", "become one term"),
    ("Ｐｙｔｈｏｎ", "Python", "are two terms")])
def test_another_spelling_of_a_term_is_told_once_at_its_place(make_site, one, other, said):
    site = make_site({**post(1, tags=f"[{one}]"), **post(2, tags=f"[x, {other}]"), **post(3, tags=f"[{other}]")})
    (problem,) = site.build().problems
    assert (problem["code"], problem["severity"]) == ("term.spelling", "warning")
    assert problem["message"] == f"`{other}` and `{one}` {said}"
    assert (problem["place"]["path"], problem["place"]["line"]) == ("content/posts/2026-01-02-p2.md", 3)


def test_a_term_may_have_a_page_of_its_own(make_site):
    site = make_site({**post(1, tags="python"), "content/tags/python.md": "# Python, the language\n\nIt *slithers*.",
                      "content/tags/_index.md": "# All topics\n\nOf everything.", "content/tags/nobody.md": "# Nobody",
                      "templates/term.html": TERM, "templates/terms.html": "{{ page.title }}: {{ page.html|trim }}"})
    result = site.build()
    assert result.problems == []
    assert site.text("tags/python/index.html") == (
        "Python, the language | python | None |  | P1 | <p>It <em>slithers</em>.</p>")
    assert site.text("tags/index.html") == "All topics: <p>Of everything.</p>"
    assert "Nobody" in site.text("tags/nobody/index.html"), "a page like any other"
    changed = site.edit({"content/tags/python.md": "# Py\n"}).rebuild()
    assert changed.rendered >= {"/tags/python/"}
    assert site.text("tags/python/index.html").startswith("Py | ")


def test_a_series_lists_its_parts_the_first_one_first(build_site):
    part = ("{{ page.series.title }} {{ page.series.url }} {% for each in page.series.pages %}{{ each.title }} "
            "{% endfor %}")
    site = build_site({
        **post(3, series="Making of"), **post(1, series="Making of"), **post(2, series="Making of", weight=-1),
        **post(4), "templates/post.html": "{% if page.series %}" + part + "{% endif %}"}, URL + "paginate: 1\n")
    assert site.text("posts/p1/index.html") == "Making of /series/making-of/ P2 P1 P3 "
    assert site.text("posts/p4/index.html") == ""
    html = site.text("series/making-of/index.html")
    assert [html.index(f"/posts/p{number}/") for number in (2, 1, 3)] == sorted(
        html.index(f"/posts/p{number}/") for number in (1, 2, 3)), "all on one page"
    assert not (site.root / "site/series/making-of/page").exists()


AUTHORS = "ann:\n  name: Ann Lee\n  bio: She writes.\nbob: Bob\nnobody:\n"
SHOW = "{% for each in page.authors %}{{ each.name }} {{ each.url }} {{ each.about.bio }}; {% endfor %}"


def test_authors_are_found_by_id_or_by_name(build_site):
    site = build_site({**post(1, authors="[ann, Bob]"), **post(2, author="Ann Lee"), **post(3, author="Eve"), **post(4),
                       "data/authors.yaml": AUTHORS, "templates/post.html": SHOW}, URL + "author: Site\n")
    assert site.text("posts/p1/index.html") == "Ann Lee /authors/ann/ She writes.; Bob /authors/bob/ None; "
    assert site.text("posts/p2/index.html") == "Ann Lee /authors/ann/ She writes.; "
    assert site.text("posts/p3/index.html") == "Eve /authors/eve/ None; "
    assert site.text("posts/p4/index.html") == "Site None None; ", "no page for whom nobody names"
    assert {"authors/ann/index.html", "authors/bob/index.html", "authors/eve/index.html", "authors/nobody/index.html",
            "authors/index.html"} <= set(site.files())
    assert not (site.root / "site/authors/site").exists()


def test_the_sites_author_has_a_page_once_somebody_tells_of_them(make_site):
    site = make_site({**post(1), **post(2), "templates/author.html": TERM}, URL + "author: Ann Lee\n")
    site.build()
    assert not (site.root / "site/authors").exists()
    site.edit({"data/authors.yaml": AUTHORS}).rebuild()
    assert site.text("authors/ann/index.html") == "Ann Lee | Ann Lee | None |  | P2 P1 | "


def test_what_is_told_of_an_author_renders_their_posts_again(make_site):
    site = make_site({**post(1, author="ann"), **post(2, author="Eve"), "data/authors.yaml": AUTHORS,
                      "templates/post.html": SHOW})
    site.build()
    result = site.edit({"data/authors.yaml": AUTHORS.replace("She", "Ann")}).rebuild()
    assert "/posts/p1/" in result.rendered
    assert "Ann writes." in site.text("posts/p1/index.html")
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


@pytest.mark.parametrize("text", ["[a, b]", "ann: [x]", "just text"])
def test_authors_written_otherwise_are_an_error(make_site, text):
    result = make_site({**post(1), "data/authors.yaml": text}).build()
    assert (result.code, result.codes) == (1, ["data.authors"])


def test_a_page_written_by_hand_may_stand_where_authors_would(build_site):
    site = build_site({"content/authors.md": "# Who we are", "content/series/x.md": "# X", "content/series/x.png": "x"})
    assert "Who we are" in site.text("authors/index.html")
    assert "<h1>X" in site.text("series/x/index.html").replace(' id="x"', "")


@pytest.mark.parametrize("path", ["/authors/ann.jpg", "/tags/deep/er/x.txt"])
def test_files_beside_terms_are_served(make_site, path):
    site = make_site({**post(1, author="ann", tags="deep/er"), f"content{path}": "bytes"})
    site.build()
    assert site.text(path[1:]) == "bytes"
    assert site.client().get(path, buffered=True).data == b"bytes"


def test_an_unlisted_page_of_a_series_is_none_of_its_parts(build_site):
    site = build_site({"content/posts/2026-01-01-a.md": "---\nseries: s\n---\nA.",
                       "content/posts/2026-01-02-b.md": "---\nseries: s\nunlisted: true\n---\nB."})
    assert "Part 1 of 1" in site.text("posts/a/index.html")
    assert "Part " not in site.text("posts/b/index.html")
