"""A long part of a page, such as a year of the archive, is drawn again only when something in it changed."""

from __future__ import annotations

import json
import re
import sqlite3
import zlib

import pytest
from test_records import BUILD, damage, memory
from test_theme_packages import install as installing

from coldpress.build.records import _TABLES, _code_version
from coldpress.cache.database import Database

POSTS = {f"content/posts/{year}-0{month}-01-p{year}{month}.md": f"---\ntitle: P{year}{month}\n---\nText."
         for year in (2024, 2025, 2026) for month in (1, 2)}
CONFIG = "base_url: https://example.org/\n"
PLANTED = "<p>planted</p>"
EDITED = {"content/posts/2026-01-01-p20261.md": "---\ntitle: Other\n---\nText."}


def parts(site):
    """The parts that are kept: the digest of each, with its pages and its HTML."""
    file = memory(site, BUILD)
    rows = sqlite3.connect(file).execute("SELECT digest, packed FROM parts").fetchall()
    said = {digest: json.loads(zlib.decompress(packed)) for digest, packed in rows}
    return {digest: (sources, html) for digest, (_, _, _, sources, _, html) in said.items()}


def plant(site):
    """Put other HTML into each part that is kept, to see where it is taken."""
    file = memory(site, BUILD)
    database = Database(file.parent, file.name, _TABLES, _code_version())
    rows = [(digest, path, zlib.compress(json.dumps([*json.loads(zlib.decompress(packed))[:5], PLANTED]).encode()))
            for digest, path, packed in database.select("parts")]
    database.write(lambda transaction: transaction.put("parts", rows))
    assert database.note is None
    database.close()


install = installing  # a fixture


@pytest.fixture
def site(make_site):
    site = make_site(POSTS, CONFIG)
    assert site.build().code == 0
    return site


def test_each_year_is_kept(site):
    kept = sorted(parts(site).values())
    assert [sources for sources, _ in kept] == [
        [f"posts/{year}-0{month}-01-p{year}{month}.md" for month in (2, 1)] for year in (2024, 2025, 2026)]
    assert all(html in site.text("archive/index.html") for _, html in kept)


@pytest.mark.parametrize(("edits", "years"), [
    (EDITED, [2026]),
    ({"content/posts/2026-03-01-new.md": "New."}, [2026]),
    ({"content/posts/2025-02-01-p20252.md": None}, [2025]),
    ({"content/posts/2024-01-01-p20241.md": "---\ndate: 2026-05-05\n---\nMoved."}, [2024, 2026]),
    ({"content/posts/2024-01-01-p20241.md": "---\nslug: q\ntitle: P20241\n---\nText."}, [2024]),
    ({"templates/partials/row.html": "<li>{{ item.title }}"}, [2024, 2025, 2026]),
    ({"templates/partials/archive-year.html": "{{ posts[0].title }}"}, [2024, 2025, 2026]),
    ({"config.yaml": f"{CONFIG}language: de\n"}, [2024, 2025, 2026]),
], ids=["title", "new", "gone", "moved", "slug", "own row", "own part", "language"])
def test_a_year_in_which_something_changed_is_drawn(site, edits, years):
    plant(site)
    site.edit(edits).build()
    archive = site.text("archive/index.html")
    assert archive.count(PLANTED) == 3 - len(years), site.results[-1]
    clean = site.clean_copy()
    clean.build()
    assert all(each in clean.text("archive/index.html") for each in archive.split(PLANTED))


def test_what_is_taken_is_kept_for_the_next_build(site):
    for number in range(3):
        plant(site)
        site.edit({"content/posts/2026-01-01-p20261.md": f"---\ntitle: Other {number}\n---\nText."}).build()
        assert site.text("archive/index.html").count(PLANTED) == 2
        assert len(parts(site)) == 3


def test_a_year_that_is_gone_is_forgotten(site):
    site.edit({f"content/posts/2025-0{month}-01-p2025{month}.md": None for month in (1, 2)}).build()
    assert len(parts(site)) == 2
    site.edit({name: None for name in POSTS if "2025" not in name}).build()
    assert parts(site) == {}


def test_a_damaged_part_is_drawn_and_told(site):
    plant(site)
    damage(site, BUILD, "UPDATE parts SET packed = x'00'")
    assert "a row of `parts`" in site.edit(EDITED).run("build").out
    assert PLANTED not in site.text("archive/index.html")
    assert len(parts(site)) == 3
    assert "damaged" not in site.run("build").out


def test_a_part_that_leads_to_an_own_route_is_not_kept(make_site, install):
    """The page leads there, and the route is frozen for it."""
    install("paper", {"theme.yaml": "name: Paper\n", "templates/partials/row.html":
                      "<li><a href=\"{{ url_for('on', title=item.title) }}\">{{ item.title }}</a>"})
    site = make_site({**POSTS, "build.py": """\
import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.get("/on/<title>/")
    def on(title):
        return title

    return app
"""}, f"{CONFIG}theme: paper\n")
    result = site.build()
    assert result.code == 0, result.problems
    assert parts(site) == {}
    site.edit(EDITED).build()
    assert "/on/P20241/" in site.text("archive/index.html")
    assert site.text("on/P20241/index.html") == "P20241"


def test_a_year_of_more_posts_than_a_record_names(make_site):
    """A page that reads more than 200 sources depends on all of them in its record, and here every page does."""
    posts = {f"content/posts/20{10 + number // 50}-01-{1 + number % 28:02}-p{number}.md":
             f"---\ntitle: P{number}\n---\nText." for number in range(210)}
    site = make_site({**posts, "templates/partials/colophon.html":
                      "{% for post in library.posts %}{{ post.url }} {{ post.title }}{% endfor %}"},
                     f"{CONFIG}search: false\n")
    assert site.build().code == 0
    plant(site)
    for front in ("title: New", "title: New\nslug: other"):
        site.edit({"content/posts/2010-01-06-p5.md": f"---\n{front}\n---\nText."}).build()
        assert site.text("archive/index.html").count(PLANTED) == 4
    clean = site.clean_copy()
    clean.build()
    for each in site.text("archive/index.html").split(PLANTED):
        assert each in clean.text("archive/index.html")


TWO_SITES = {
    "build.py": """\
import coldpress
import flask


def create_app():
    app = flask.Flask(__name__)
    one, two = (coldpress.Coldpress(app, name, url_prefix=f"/{name}", name=name) for name in ("one", "two"))

    @one.glob("theirs")
    def theirs():
        return list(two.library.posts)

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
""",
    **{f"{site}/content/posts/2020-01-0{day}-p{day}.md": f"{site} {day}" for site in ("one", "two") for day in (1, 2)},
    "one/content/both.md": "---\nlayout: both\n---\n", "one/data/x.yaml": "v: 1",
    "one/templates/both.html": "{{ library.data.x.v }}{% set posts = library.posts[:]|list %}"
                               '{% include "partials/archive-year.html" %}{% set posts = theirs() %}'
                               '{% include "partials/archive-year.html" %}',
    "one/config.yaml": "base_url: https://example.org/one/\n",
    "two/config.yaml": "base_url: https://example.org/two/\n"}


def test_a_year_of_another_site_s_posts_is_not_taken_for_ours(make_site):
    site = make_site(TWO_SITES)
    (site.root / "config.yaml").unlink(missing_ok=True)
    for number in range(3):
        said = site.edit({"one/data/x.yaml": f"v: {number}"}).run("build", "--site", "one")
        assert said.code == 0, said.err
        (page,) = site.root.glob("one/site/**/both/index.html")
        assert [*re.findall(r'href="(\S*)"', page.read_text())] == [
            f"/{name}/posts/p{day}/" for name in ("one", "two") for day in (2, 1)]
