"""Tags, nested tags, series, authors: their pages and what they tell."""

from __future__ import annotations

import json
import re

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
    ("Python", "python", "become one term, shown as `python`"),
    ("machine learning", "machine-learning", "become one term, shown as `machine-learning`"),
    ("Ｐｙｔｈｏｎ", "Python", "are two terms")])
def test_another_spelling_of_a_term_is_told_once_at_its_place(make_site, one, other, said):
    site = make_site({**post(1, tags=f"[{one}]"), **post(2, tags=f"[x, {other}]"), **post(3, tags=f"x, {other}")})
    (problem,) = site.build().problems
    assert (problem["code"], problem["severity"]) == ("term.spelling", "warning")
    assert problem["message"] == f"`{other}` and `{one}` {said}"
    assert [(place["path"], place["line"], place["column"], place["length"])
            for place in (problem["place"], *problem["also"])] == [
                ("content/posts/2026-01-02-p2.md", 3, 11, len(other)),
                ("content/posts/2026-01-01-p1.md", 3, 8, len(one))]
    shown = {one, other} if said == "are two terms" else {other}
    assert set(re.findall(r">([^<>]+) <small>\d", site.text("tags/index.html"))) == {"x", *shown}


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


def test_slips_in_the_ids_and_in_the_data_of_authors_are_told(make_site):
    told = "ann:\n  name: Ann Lee\n  ulr: /x/\n  boi: She.\n  size: 3\n"
    site = make_site({**post(1, author="anne"), **post(2, authors="[anne, Ann Lee, ann, Annette]"),
                      "data/authors.yaml": told}, URL)
    result = site.build()
    assert result.code == 0
    assert [(each["code"], each["place"]["line"], each["message"].partition("`")[2].partition("`")[0], each["hint"])
            for each in result.problems] == [
        ("front-matter.authors", 3, "anne", "did you mean `ann`?"),
        ("data.unknown-key", 3, "ulr", "did you mean `url`?"), ("data.unknown-key", 4, "boi", "did you mean `bio`?")]


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


# Several authors in one text.

SPLIT = {
    "Ann Lee": ["Ann Lee"], "Ann Lee, Bob Ray and Cid Poe": ["Ann Lee", "Bob Ray", "Cid Poe"],
    "A, B and C": ["A", "B", "C"],
    "Ann, Bob, and Cid": ["Ann", "Bob", "Cid"], "A; B": ["A", "B"], "甲、乙": ["甲", "乙"],
    "张三，李四": ["张三", "李四"],
    "John Smith & Jane Doe": ["John Smith", "Jane Doe"], "Smith, J.; Doe, J.": ["Smith, J.", "Doe, J."],
    "Ludwig van Beethoven, Vincent van Gogh": ["Ludwig van Beethoven", "Vincent van Gogh"],
    "Martin Luther King, Jr.": ["Martin Luther King, Jr."], "Ann Lee (Firm, Inc.)": ["Ann Lee (Firm, Inc.)"],
    "Ann Lee <ann@example.org>": ["Ann Lee"], "**Ann**": ["Ann"], "王和平": ["王和平"], "AC/DC": ["AC/DC"],
    "[A, B](https://a.b) (Firm, Inc), [C](<https://c.d/x_(y)> \"z\") and D": ["A, B", "C", "D"],
    "<a href='https://x.y'>Ann</a>": ["Ann"], "[A](javascript:x)": ["A"]}
UNCLEAR = ("Ann, Bob", "A & B", "Smith, John", "Johnson & Johnson", "张三和李四", "Émile Zola et Victor Hugo",
           "Ann, Bob, Cid", "x " * 60 + "x")


def test_authors_in_one_text_are_told_apart(build_site):
    site = build_site({**{f"content/a{number}.md": f"---\nauthor: {json.dumps(text)}\n---\nText."
                          for number, text in enumerate(SPLIT)},
                       "templates/page.html": "{{ page.authors|map(attribute='name')|list|tojson }}"}, URL)
    assert [json.loads(site.text(f"a{number}/index.html")) for number in range(len(SPLIT))] == list(SPLIT.values())


def test_what_may_be_several_authors_is_a_warning_once_at_its_line(make_site):
    site = make_site({f"content/{kind}{number}.md": f"---\ntitle: A\nauthor: {json.dumps(text)}\n---\nText."
                      for kind in "ab" for number, text in enumerate(UNCLEAR)}, URL)
    result = site.build()
    assert (result.code, result.places()) == (
        0, [("front-matter.authors", f"content/a{number}.md", 3) for number in range(len(UNCLEAR))])
    assert "authors: [Ann Lee, Bob Ray]" in result.problems[0]["hint"]
    assert max(len(file.encode()) for file in site.files()) < 150
    site.edit({f"content/{kind}{number}.md": f"---\nauthors: [{json.dumps(text)}]\n---\nText."
               for kind in "ab" for number, text in enumerate(UNCLEAR[:-1])} | {
               f"content/{kind}{len(UNCLEAR) - 1}.md": "Text" for kind in "ab"})
    assert site.build().problems == [], "a list says that each is one"


def test_an_unclear_name_is_clear_where_the_site_has_it(build_site):
    build_site({"content/a.md": "---\nauthor: Johnson & Johnson\n---\nA.",
                "data/authors.yaml": "jj: Johnson & Johnson"})


def test_the_url_of_an_author_comes_from_front_matter_too(make_site):
    links = ", ".join(f"[Given{number} Family{number}](https://github.com/user{number}) (Firm)" for number in range(6))
    site = make_site({**post(1, author=f"'{links}'"),
                      **post(2, authors="[{name: Bob, url: 'https://bob.example/'}, ann]"),
                      **post(3, author="'[Ann](https://other.example)'"), "data/authors.yaml": AUTHORS.replace(
                          "bio: She writes.", "url: https://ann.example")}, URL)
    assert site.build().problems == []
    for number in range(6):
        assert f'<a rel="me" href="https://github.com/user{number}">' in site.text(
            f"authors/given{number}-family{number}/index.html")
    assert 'href="https://bob.example/"' in site.text("authors/bob/index.html")
    assert 'href="https://ann.example"' in site.text("authors/ann/index.html"), "what the site tells counts"
    assert max(map(len, site.files())) < 80
    changed = site.edit(post(2, authors="[{name: Bob, url: 'https://new.example/'}]")).build()
    assert "/authors/bob/" in changed.rendered
    assert 'href="https://new.example/"' in site.text("authors/bob/index.html")
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


def test_accents_do_not_count_in_the_order_of_terms(build_site):
    site = build_site({"content/posts/a.md": "---\ndate: 2026-01-01\ntags: [Web, Île, apple, Été, zebra]\n---\nA.",
                       "templates/terms.html": "{% for term in taxonomy.terms %}{{ term.name }} {% endfor %}"})
    assert site.text("tags/index.html").split() == ["apple", "Été", "Île", "Web", "zebra"]
