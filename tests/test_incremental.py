"""A build after an edit renders what had read what was edited, and nothing else.

`rebuilt` also asserts, each time, that the site is what a clean build of the
same sources makes, byte for byte, and that the same is told of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from conftest import BUILD_PY, REPOSITORY, Result, SiteFolder, shown


def feeds(*lists):
    """The URLs of the feeds of some lists."""
    return {f"{path}{file}" for path in lists for file in ("feed.xml", "rss.xml", "feed.json")}


FEEDS = feeds("/", "/posts/")
PLAIN = {"/robots.txt", "/theme/theme.css", "/theme/pictures.css", "/theme/maths.css"}
"""What shows nothing of the content."""
URL = "base_url: https://example.org/\nsearch: false\n"
SMALL = {
    "content/posts/2026-01-01-one.md": "---\ntitle: One\ntags: [a]\n---\nFirst of one.\n\nMore.\n",
    "content/posts/2026-01-02-two.md": "---\ntitle: Two\ntags: [a, b]\n---\nFirst of two.\n\nMore.\n",
    "content/about.md": "# About\n\nSee [two](posts/2026-01-02-two.md).\n",
    "content/docs/_index.md": "# Docs\n\nAll of them.\n",
    "content/docs/use.md": "# Use\n\nHow to.\n\n## Part\n",
    "content/pic.png": "p", "static/x.css": "x"}
ONE, TWO = "content/posts/2026-01-01-one.md", "content/posts/2026-01-02-two.md"


def post(number):
    tag = "even" if number % 2 == 0 else "odd"
    return f"---\ntitle: Post {number}\ntags: [{tag}]\n---\nSummary {number}.\n\nBody {number}.\n"


def name_of(number):
    return f"content/posts/2026-{1 + number // 28:02}-{1 + number % 28:02}-p{number:02}.md"


BLOG = {**{name_of(number): post(number) for number in range(1, 46)}, "content/about.md": "# About\n\nMe.\n"}
# 45 posts, ten a page: /posts/ has p31 to p45, /posts/page/1/ p01 to p10; 22 are even, and /tags/even/page/1/ has
# p02 to p20.


def routes(code, imports=""):
    """A build.py with routes in it."""
    body = "".join(f"    {line}\n" if line else "\n" for line in code.strip("\n").split("\n"))
    return (f"import contextlib\nimport sqlite3\nfrom pathlib import Path\n\nimport coldpress\nimport flask\n"
            f"{imports}\nHERE = Path(__file__).parent\n\n\n"
            f"def create_app():\n    app = coldpress.create_app(__file__)\n{body}    return app\n")


def rebuilt(site, edits=None, *options):
    """Edit and build: what the build said.  It did what a clean build does."""
    result = site.edit(edits or {}).build(*options)
    assert result.code == 0, result.problems
    clean = site.clean_copy()
    assert clean.build(*options).problems == result.problems
    assert clean.files() == site.files()
    return result


def all_urls(site):
    """The URL of every page that is not a mere copy, without hashes as in `Result.rendered`."""
    return shown({page["url"] for page in site.build().data["pages"] if not page["copied"]})


@pytest.fixture
def make_site(make_site):
    """Sites without a search: test_search.py tells what of that is rendered again."""
    return lambda files, config=URL: make_site(files, config if config is URL else f"{config}search: false\n")


@pytest.fixture
def small(make_site):
    site = make_site(SMALL)
    assert site.build("--strict").code == 0
    return site


@pytest.fixture
def blog(make_site):
    site = make_site(BLOG)
    assert site.build("--strict").code == 0
    return site


# Nothing.

def test_the_first_build_renders_all_and_the_second_nothing(make_site):
    site = make_site(SMALL)
    first = site.build()
    assert first.rendered == all_urls(site)
    assert set(first.data["written"]) | {".gitignore"} == set(site.files())
    second = rebuilt(site)
    assert (second.rendered, second.data["written"], second.data["removed"]) == (set(), [], [])


def test_a_file_that_is_only_touched_is_no_edit(small):
    for file in small.root.rglob("*"):
        if ".coldpress" not in file.parts and "site" not in file.parts:
            os.utime(file)
    assert rebuilt(small).rendered == set()


def test_the_same_bytes_written_again_are_no_edit(small):
    written = rebuilt(small, {**SMALL, "build.py": BUILD_PY, "config.yaml": URL})
    assert (written.rendered, written.data["written"]) == (set(), [])


def test_an_edit_taken_back_before_the_next_build_is_none(small):
    small.edit({ONE: "Other."}).edit({ONE: SMALL[ONE]})
    assert rebuilt(small).rendered == set()


def test_an_edit_taken_back_after_a_build_renders_the_same_pages_again(small):
    there = rebuilt(small, {ONE: SMALL[ONE].replace("More", "Less")}).rendered
    assert rebuilt(small, {ONE: SMALL[ONE]}).rendered == there == {"/posts/one/", *FEEDS}


# Words.

def test_a_body_renders_its_page(blog):
    assert rebuilt(blog, {name_of(3): post(3) + "More.\n"}).rendered == {"/posts/p03/"}


def test_a_body_of_the_latest_twenty_renders_the_feeds_too(blog):
    assert rebuilt(blog, {name_of(26): post(26) + "More.\n"}).rendered == {"/posts/p26/", *FEEDS}
    assert rebuilt(blog, {name_of(25): post(25) + "More.\n"}).rendered == {"/posts/p25/"}


def test_a_first_paragraph_renders_the_lists_that_show_it(blog):
    assert rebuilt(blog, {name_of(4): post(4).replace("Summary", "Sum")}).rendered == {
        "/posts/p04/", "/posts/page/1/", "/tags/even/page/1/"}
    assert rebuilt(blog, {name_of(45): post(45).replace("Summary", "Sum")}).rendered == {
        "/posts/p45/", "/posts/", "/", "/tags/odd/", *FEEDS, *feeds("/tags/odd/")}


def test_a_title_renders_all_that_name_the_post(blog):
    # The sitemap shows no title, but it reads the front matter, and that is one read.
    assert rebuilt(blog, {name_of(10): post(10).replace("Post", "The")}).rendered == {
        "/posts/p10/", "/posts/p09/", "/posts/p11/", "/posts/page/1/", "/tags/even/page/1/", "/archive/",
        "/sitemap.xml", *feeds("/tags/even/"), *(f"/posts/p{number:02}/" for number in (2, 4, 6, 8, 12, 14, 16))
    }, "the last are those it is related to"


def test_a_heading_that_is_the_title_counts_as_one(small):
    assert rebuilt(small, {"content/docs/use.md": "# Usage\n\nHow to.\n\n## Part\n"}).rendered == {
        "/docs/use/", "/docs/", "/sitemap.xml"}


def test_a_line_more_above_a_warning_moves_the_warning_only(make_site):
    site = make_site({"content/a.md": "---\ntitle: A\n---\nText.\n\n[x](no.md)\n"})
    assert site.build().places() == [("link.broken-link", "content/a.md", 6)]
    result = rebuilt(site, {"content/a.md": "---\n\ntitle: A\n---\nText.\n\n[x](no.md)\n"})
    assert result.places() == [("link.broken-link", "content/a.md", 7)]


# Posts that come, go and move.

def test_a_new_post_renders_what_shows_it_and_nothing_else(blog):
    new = {"content/posts/2026-04-01-new.md": "---\ntitle: New\ntags: [even]\n---\nNew.\n"}
    around = {"/posts/", "/", "/tags/even/", "/tags/", "/posts/p45/", "/archive/", "/sitemap.xml", *FEEDS,
              *feeds("/tags/even/")}
    came = rebuilt(blog, new)
    assert came.rendered == {"/posts/new/", *around}
    assert "posts/new/index.html" in came.data["written"]
    gone = rebuilt(blog, dict.fromkeys(new))
    assert gone.rendered == around
    assert gone.data["removed"] == ["posts/new/index.html"]


def test_a_post_between_two_others_renders_both(blog):
    # The pages of a list are numbered from the oldest, so those behind it are filled anew.
    new = {name_of(20).replace("p20", "p20-new"): "---\ntitle: New\n---\nNew.\n"}
    assert rebuilt(blog, new).rendered == {
        "/posts/p20-new/", "/posts/p20/", "/posts/p21/", "/posts/page/3/", "/posts/", "/archive/", "/sitemap.xml"}


def test_a_draft_renders_nothing_until_it_is_none(small):
    draft = "---\ntitle: Three\ndraft: true\n---\nThree.\n"
    assert rebuilt(small, {"content/posts/2026-01-03-three.md": draft}).rendered == set()
    done = rebuilt(small, {"content/posts/2026-01-03-three.md": draft.replace("draft: true\n", "")})
    assert done.rendered == {"/posts/three/", "/posts/two/", "/posts/", "/", "/archive/", "/sitemap.xml", *FEEDS}


def test_drafts_are_shown_when_asked_for_and_gone_without(small):
    small.edit({"content/later.md": "---\ndraft: true\n---\nLater.\n"})
    assert rebuilt(small, None, "-D").rendered == {"/later/", "/sitemap.xml"}
    assert rebuilt(small).rendered == {"/sitemap.xml"}
    assert "later/index.html" not in small.files()


def test_a_renamed_file_is_a_post_that_went_and_one_that_came(small):
    small.edit({"content/about.md": "Me.\n"}).build()
    renamed = rebuilt(small, {TWO: None, "content/posts/2026-01-02-zwei.md": SMALL[TWO]})
    assert renamed.rendered == {"/posts/zwei/", "/posts/one/", "/posts/", "/", "/tags/a/", "/tags/b/", "/archive/",
                                "/sitemap.xml", *FEEDS, *feeds("/tags/a/", "/tags/b/")}
    assert renamed.data["removed"] == ["posts/two/index.html"]


def test_a_slug_renders_the_pages_that_link_to_the_post(small):
    edited = rebuilt(small, {TWO: SMALL[TWO].replace("title", "slug: zwei\ntitle")})
    assert edited.rendered >= {"/about/", "/posts/zwei/", "/posts/one/"}
    assert "/docs/" not in edited.rendered
    assert 'href="/posts/zwei/"' in small.text("about/index.html")


def test_two_pages_may_swap_their_places(make_site):
    page = "---\ntitle: {}\npermalink: {}\n---\nText.\n"
    site = make_site({"content/p.md": page.format("P", "/a/"), "content/q.md": page.format("Q", "/b/"),
                      "content/links.md": "[p](p.md) [a](/a/)", "content/other.md": "Other."})
    site.build()
    swapped = rebuilt(site, {"content/p.md": page.format("P", "/b/"), "content/q.md": page.format("Q", "/a/")})
    assert swapped.rendered == {"/a/", "/b/", "/links/", "/", "/sitemap.xml"}
    assert "<h1>Q</h1>" in site.text("a/index.html")


def test_a_post_of_another_date_moves_in_every_list(small):
    small.edit({"content/posts/2026-01-03-three.md": "---\ntitle: Three\n---\nThree.\n"}).build()
    moved = rebuilt(small, {ONE: SMALL[ONE].replace("title", "date: 2026-02-02\ntitle")})
    assert moved.rendered >= {"/posts/one/", "/posts/two/", "/posts/three/", "/posts/", "/tags/a/", "/archive/"}
    assert not moved.rendered & {"/about/", "/docs/", "/tags/b/"}


def test_a_weight_turns_two_children_of_a_section_around(small):
    small.edit({"content/docs/ask.md": "# Ask\n"}).build()
    assert rebuilt(small, {"content/docs/use.md": "---\nweight: 1\n---\n" + SMALL["content/docs/use.md"]}).rendered == {
        "/docs/use/", "/docs/", "/docs/ask/", "/sitemap.xml"}


def test_the_first_post_changes_every_page_and_so_does_the_last_that_goes(make_site):
    site = make_site({"content/about.md": "Me."})
    site.build()
    assert rebuilt(site, {ONE: SMALL[ONE]}).rendered == all_urls(site) - PLAIN
    assert rebuilt(site, {ONE: None}).rendered == {"/", "/about/", "/404.html", "/sitemap.xml"}
    assert "archive/index.html" not in site.files()


def test_an_alias_shows_the_new_title_of_its_page(make_site):
    page = "---\ntitle: {}\naliases: [/old/]\n---\nText.\n"
    site = make_site({"content/a.md": page.format("A"), "content/b.md": "B."})
    site.build()
    assert rebuilt(site, {"content/a.md": page.format("Other")}).rendered == {"/a/", "/old/", "/", "/sitemap.xml"}
    assert "Other" in site.text("old/index.html")


def test_a_page_may_take_the_place_of_an_alias(make_site):
    site = make_site({"content/a.md": "---\naliases: [/old/]\n---\nA.", "content/b.md": "B."})
    site.build()
    taken = rebuilt(site, {"content/a.md": "A.", "content/old.md": "Old."})
    assert taken.rendered >= {"/old/", "/a/"}
    assert "/b/" not in taken.rendered


def test_a_list_that_grows_by_a_page_links_to_it(make_site):
    site = make_site({name_of(number): post(number) for number in range(1, 20)})
    site.build()
    grown = rebuilt(site, {name_of(20): post(20)})
    assert grown.rendered == {"/posts/p20/", "/posts/p19/", "/posts/p18/", "/posts/p16/", "/posts/page/1/",
                              "/posts/", "/", "/tags/even/", "/tags/",
                              "/archive/", "/sitemap.xml", *FEEDS, *feeds("/tags/even/")}


# Links.

def test_a_link_to_a_page_that_is_gone_is_rendered_and_told(small):
    gone = rebuilt(small, {TWO: None})
    assert "/about/" in gone.rendered
    assert gone.codes == ["link.broken-link"]


def test_a_heading_that_is_gone_is_told_though_nothing_that_links_to_it_is_rendered(small):
    small.edit({"content/about.md": "[part](docs/use.md#part)"}).build()
    gone = rebuilt(small, {"content/docs/use.md": "# Use\n\nHow to.\n\n## Other\n"})
    assert gone.rendered == {"/docs/use/"}
    assert gone.places() == [("link.broken-anchor", "content/about.md", 1)]
    back = rebuilt(small, {"content/docs/use.md": SMALL["content/docs/use.md"]})
    assert (back.rendered, back.codes) == ({"/docs/use/"}, [])


def test_a_link_to_a_list_is_told_when_the_list_is_gone(small):
    small.edit({"content/docs/use.md": "[b](/tags/b/)"}).build()
    gone = rebuilt(small, {TWO: SMALL[TWO].replace("[a, b]", "[a]")})
    assert gone.places() == [("link.broken-link", "content/docs/use.md", 1)]
    assert "/docs/use/" not in gone.rendered


def test_a_template_s_link_is_told_when_what_it_leads_to_is_gone(small):
    small.edit({"templates/section.html": '<a href="{{ url_for("term", name="tags", slug="b") }}">'}).build()
    gone = rebuilt(small, {TWO: SMALL[TWO].replace("[a, b]", "[a]")})
    assert gone.places() == [("link.nothing-there", "content/docs/_index.md", None)]
    assert "/docs/" not in gone.rendered


def test_what_was_warned_of_is_told_again_by_a_build_that_renders_nothing(make_site):
    site = make_site({
        "content/a.md": "---\ntags: '!'\nlayout: none\ndratf: 1\nimage: no.png\n---\n"
                        "[x](no.md) [y](b.md#no) $$\\frac{1$$",
        "content/b.md": "B.", "content/posts/undated.md": "U.", "content/c.zh.md": "C.",
        "templates/section.html": '{{ url_for("rss") }}', "content/docs/_index.md": "D.",
        "build.py": routes("@app.route('/x/')\ndef x():\n    return {'q': flask.request.args.get('q')}\n\n"
                           "@app.route('/y/<z>/')\ndef y(z):\n    return z")},
        config="base_url: https://e.org/\nmenu: [{X: /x/y/}]\n")
    first = site.build()
    assert sorted(set(first.codes)) == [
        "config.menu", "front-matter.unknown-key", "link.broken-anchor", "link.broken-image", "link.broken-link",
        "link.nothing-there", "markup.maths", "page.language", "page.layout", "post.undated", "route.no-urls",
        "route.query", "route.type", "term.slug"]
    again = rebuilt(site)
    assert again.rendered == set()
    assert again.problems == first.problems


def test_a_link_of_a_template_is_told_of_the_same_page_whichever_is_rendered(make_site):
    site = make_site({"content/a.md": "A.", "content/b.md": "B.", "content/c.md": "C.",
                      "templates/page.html": "{{ url_for('rss') }}{{ page.html }}"})
    place = site.build().places()
    for name in ("a", "b", "c"):
        assert rebuilt(site, {f"content/{name}.md": "Other."}).places() == place


# Templates.

def test_a_template_that_nothing_uses_renders_nothing(small):
    assert rebuilt(small, {"templates/unused.html": "<!-- 1 -->"}).rendered == set()
    assert rebuilt(small, {"templates/unused.html": "<!-- 2 -->"}).rendered == set()
    assert rebuilt(small, {"templates/unused.html": None}).rendered == set()


def test_a_template_renders_the_pages_that_use_it(small):
    pages = {"/about/", "/docs/", "/docs/use/", "/posts/one/", "/posts/two/"}
    assert rebuilt(small, {"templates/partials/breadcrumbs.html": "<!-- 1 -->"}).rendered == pages
    assert rebuilt(small, {"templates/partials/breadcrumbs.html": "<!-- 2 -->"}).rendered == pages


def test_a_template_may_come_before_the_theme_s_and_go_again(small):
    posts = {"/posts/one/", "/posts/two/"}
    assert rebuilt(small, {"templates/post.html": "Mine: {{ page.title }}"}).rendered == posts
    assert rebuilt(small, {"templates/post.html": None}).rendered == posts


def test_a_template_that_was_looked_for_in_vain_is_used_once_it_is_there(small):
    small.edit({"content/about.md": "---\nlayout: wide\n---\nMe."}).build()
    came = rebuilt(small, {"templates/wide.html": "Wide."})
    assert (came.rendered, came.codes) == ({"/about/"}, [])
    gone = rebuilt(small, {"templates/wide.html": None})
    assert (gone.rendered, gone.codes) == ({"/about/"}, ["page.layout"])


@pytest.mark.parametrize("include", [
    '{% include ["a.html", "b.html"] %}', '{% include "a.html" ignore missing %}',
    '{% set names = ["a.html", "b.html"] %}{% include names %}'])
def test_the_first_of_several_templates_may_appear_and_vanish(make_site, include):
    site = make_site({"content/about.md": "Me.", "templates/page.html": include, "templates/b.html": "b"})
    site.build()
    before = site.text("about/index.html")
    assert rebuilt(site, {"templates/a.html": "a"}).rendered == {"/about/"}
    assert site.text("about/index.html") == "a"
    assert rebuilt(site, {"templates/a.html": None}).rendered == {"/about/"}
    assert site.text("about/index.html") == before


def test_a_template_included_by_a_name_that_the_page_gives(make_site):
    page = "---\nparams: {{part: {}}}\n---\nText."
    site = make_site({"content/a.md": page.format("one"), "content/b.md": page.format("two"),
                      "templates/page.html": '{% include page.params.part ~ ".html" %}',
                      "templates/one.html": "1", "templates/two.html": "2"})
    site.build()
    assert rebuilt(site, {"templates/two.html": "two"}).rendered == {"/b/"}
    assert rebuilt(site, {"content/b.md": page.format("one")}).rendered == {"/b/"}
    assert rebuilt(site, {"templates/two.html": "2"}).rendered == set()


def test_what_an_imported_file_reads_at_its_top_is_read_by_every_page_that_imports_it(small):
    small.edit({"templates/m.html": "{% set count = library.posts|length %}{% macro m() %}{{ count }}{% endmacro %}",
                "templates/page.html": '{% import "m.html" as m %}{{ m.m() }}',
                "templates/section.html": '{% from "m.html" import m %}{{ m() }}',
                "templates/404.html": "Lost."}).build()
    rendered = rebuilt(small, {"content/posts/2026-01-03-three.md": "Three."}).rendered
    assert {"/about/", "/docs/use/", "/docs/"} <= rendered
    assert "/404.html" not in rendered
    assert small.text("about/index.html") == "3"


def test_a_page_that_a_template_names_is_read(small):
    small.edit({"templates/404.html": "{{ library.by_source('about.md').title }}"}).build()
    assert "/404.html" in rebuilt(small, {"content/about.md": "# Me\n"}).rendered
    assert "/404.html" not in rebuilt(small, {"content/docs/use.md": "# Usage\n"}).rendered


# What a template may ask of the library, each on a page of its own, with the edits that change the answer.
ASKED = {
    "library.posts[0].title": {"newest"}, "library.posts[-1].title": {"oldest"},
    "library.posts[:1][0].url": {"newest"}, "library.posts[-1:][0].html": {"oldest"},
    "library.posts|length": {"newest"}, "library.posts|map(attribute='title')|list": {"newest", "oldest"},
    "library.years()|length": {"newest", "oldest"}, "library.all_pages|length": {"newest", "page", "page in docs"},
    "library.pages|length": {"page", "page in docs"}, "library.sections|length": set(),
    "library.taxonomies.tags.get('a').pages|length": {"newest"},
    "library.taxonomies.tags.terms|map(attribute='name')|list": {"term"}, "library.at('/new/')": {"page"},
    "library.page_in('docs').pages|length": {"page in docs"}, "library.by_source('new.md')": {"page"},
    "library.sources|length": {"newest", "page", "page in docs"}, "library.aliases|length": {"alias"},
    "library.left_out|length": {"draft"}, "library.assets|length": {"asset"},
    "library.asset_of('new.png')": {"asset"}, "library.has_feeds": set()}
EDITS = {
    "newest": {"content/posts/2026-02-01-new.md": "---\ntags: [a]\n---\nNew."},
    "oldest": {ONE: SMALL[ONE].replace("One", "Eins")}, "page": {"content/new.md": "New."},
    "page in docs": {"content/docs/new.md": "New."}, "asset": {"content/new.png": "n"},
    "term": {"content/about.md": "---\ntags: [c]\n---\nMe."}, "draft": {"content/later.md": "---\ndraft: true\n---\n"},
    "alias": {"content/docs/use.md": "---\naliases: [/old/]\n---\n" + SMALL["content/docs/use.md"]}}


@pytest.mark.parametrize("edit", EDITS)
def test_what_a_template_asks_of_the_library_is_looked_at_again(small, edit):
    for number, asked in enumerate(ASKED):
        small.edit({f"content/asks/{number}.md": f"---\nlayout: asks-{number}\nunlisted: true\n---\n",
                    f"templates/asks-{number}.html": f"{{{{ {asked} }}}}"})
    small.build()
    rendered = rebuilt(small, EDITS[edit]).rendered
    assert {asked for number, asked in enumerate(ASKED) if f"/asks/{number}/" in rendered} == {
        asked for asked, edits in ASKED.items() if edit in edits}


def test_a_page_that_reads_very_many_others(make_site):
    # Too many to name each: it depends on all of a kind.
    page = "---\ntitle: P{0}\n---\nSummary {0}.\n\n## Part {0}\n\nMore.\n"
    files = {f"content/p{number:03}.md": page.format(number) for number in range(210)}
    site = make_site({
        **files, "content/all.md": " ".join(f"[x](p{number:03}.md#part-{number})" for number in range(210)),
        "templates/404.html": "{% for page in library.pages %}{{ page.html }}{{ page.section }}{% endfor %}",
        "templates/robots.txt": "{% for page in library.pages %}{{ page.summary }}{% endfor %}",
        "templates/page.html": "{{ page.html }}"})
    assert site.build().codes == []
    one, text = "content/p007.md", files["content/p007.md"]
    edited = rebuilt(site, {one: text.replace("Part", "Other")})
    assert (edited.rendered, edited.codes) == ({"/p007/", "/404.html", "/robots.txt"}, ["link.broken-anchor"])
    edited = rebuilt(site, {one: text.replace("Summary", "Sum").replace("title", "slug: other\ntitle")})
    assert edited.rendered >= {"/other/", "/404.html", "/robots.txt", "/all/"}


# Static files and assets.

def test_a_static_file_renders_the_pages_that_name_it(small):
    small.edit({"templates/section.html": "{{ url_for('static', filename='x.css') }}"}).build()
    edited = rebuilt(small, {"static/x.css": "other"})
    assert (edited.rendered, set(edited.data["written"])) == ({"/docs/"}, {"docs/index.html", "static/x.css"})


def test_an_asset_is_copied_and_nothing_rendered(small):
    edited = rebuilt(small, {"content/pic.png": "other"})
    assert (edited.rendered, edited.data["written"]) == (set(), ["pic.png"])


def test_an_asset_of_the_same_size_and_time_is_copied(small):
    file = small.root / "content/pic.png"
    before = file.stat()
    file.write_bytes(b"q")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert rebuilt(small).data["written"] == ["pic.png"]


def test_an_asset_that_a_page_waits_for_is_linked_when_it_comes(small):
    small.edit({"content/about.md": "![x](new.svg) [y](docs/)"}).build()
    came = rebuilt(small, {"content/new.svg": "n"})
    assert (came.rendered, came.codes) == ({"/about/"}, [])


def test_a_favicon_of_one_s_own_is_for_every_page(small):
    assert rebuilt(small, {"content/favicon.svg": "<svg/>"}).rendered == all_urls(small) - {
        *PLAIN, "/sitemap.xml", *FEEDS, *feeds("/tags/a/", "/tags/b/")}


def test_an_asset_may_become_a_page_and_a_page_an_asset(small):
    rebuilt(small, {"content/pic.png": None, "content/pic.md": "---\npermalink: /pic.png/\n---\nP."})
    assert b"<p>P.</p>" in small.files()["pic.png/index.html"]
    rebuilt(small, {"content/pic.md": None, "content/pic.png": "p"})
    assert small.files()["pic.png"] == b"p"


# The config.

def test_the_title_of_the_site_is_on_all_pages(small):
    assert rebuilt(small, {"config.yaml": f"{URL}title: Other\n"}).rendered >= all_urls(
        small) - {*PLAIN, "/sitemap.xml"}


def test_params_render_the_pages_that_read_them(small):
    config = "base_url: https://example.org/\nparams: {{colour: {}}}\n"
    small.edit({"templates/section.html": "{{ site.params.colour }}", "config.yaml": config.format("red")}).build()
    assert rebuilt(small, {"config.yaml": config.format("blue")}).rendered == {"/docs/"}


def test_an_entry_of_the_menu_follows_its_page(small):
    small.edit({"config.yaml": f"{URL}menu: [{{About: about.md}}]\n"}).build()
    moved = rebuilt(small, {"content/about.md": "---\nslug: me\n---\nMe."})
    assert moved.rendered == all_urls(small) - {*PLAIN, *FEEDS, *feeds("/tags/a/", "/tags/b/")}
    assert 'href="/me/"' in small.text("404.html")


@pytest.mark.parametrize("line", ["permalinks: {posts: /<year>/<slug>/}", "timezone: Asia/Shanghai",
                                  "taxonomies: [tags]", "base_url: https://example.org/sub/", "collections: [docs]"])
def test_a_setting_that_shapes_all_renders_all(small, line):
    base = "" if "base_url" in line else "base_url: https://example.org/\n"
    assert rebuilt(small, {"config.yaml": f"{base}{line}\n"}).rendered == all_urls(small)


def test_the_size_of_a_list_s_page_renders_lists(blog):
    rendered = rebuilt(blog, {"config.yaml": f"{URL}paginate: 20\n"}).rendered
    assert {"/posts/", "/posts/page/1/", "/"} <= rendered
    assert not {"/about/", "/posts/p10/", "/archive/"} & rendered


# Code.

def test_an_edited_build_py_renders_all(small):
    assert rebuilt(small, {"build.py": BUILD_PY + "# A comment.\n"}).rendered == all_urls(small)


def built_alone(site, *command):
    """A build in a process of its own, where every module is loaded anew."""
    done = subprocess.run([sys.executable, "-B", *(command or ("-m", "coldpress")), "build", "--json"], cwd=site.root,
                          check=True, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    return Result(done.returncode, done.stdout, done.stderr)


def test_an_edited_module_that_build_py_imports_renders_all(make_site):
    site = make_site({"content/a.md": "A.", "shop/__init__.py": "", "shop/prices.py": "PRICE = 1\n",
                      "build.py": routes("@app.route('/price/')\ndef price():\n    return str(prices.PRICE)",
                                         "from shop import prices")})
    assert "/price/" in built_alone(site).rendered
    assert built_alone(site).rendered == set()
    assert built_alone(site.edit({"shop/prices.py": "PRICE = 2\n"})).rendered == all_urls(site)
    assert site.text("price/index.html") == "2"


def test_an_edited_module_that_a_view_imports_late_renders_all(make_site):
    site = make_site({"content/a.md": "A.", "late.py": "PRICE = 1\n", "build.py": routes(
        "@app.route('/price/')\ndef price():\n    import late\n    return str(late.PRICE)")})
    built_alone(site)
    assert built_alone(site).rendered == set()
    assert "/price/" in built_alone(site.edit({"late.py": "PRICE = 2\n"})).rendered
    assert site.text("price/index.html") == "2"


def test_a_module_imported_late_is_known_from_builds_before_too(make_site):
    site = make_site({"content/a.md": "A.", "late.py": "PRICE = 1\n", "build.py": routes(
        "@app.route('/price/')\ndef price():\n    import late\n    return str(late.PRICE)")})
    built_alone(site)
    assert built_alone(site.edit({"content/a.md": "B."})).rendered == {"/a/"}  # and /price/ is not asked for
    assert "/price/" in built_alone(site.edit({"late.py": "PRICE = 2\n"})).rendered


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_module_that_only_a_worker_imports_is_known(make_site, method):
    many = {f"content/p{number}.md": "x" for number in range(420)}  # more than one process renders alone
    site = make_site({**many, "late.py": "PRICE = 1\n", "build.py": routes(
        "@app.route('/price/')\ndef price():\n    import late\n    return str(late.PRICE)")})
    in_two = ("import os\nimport sys\nfrom coldpress import start\nfrom coldpress.build import worker_pool\n"
              f"if __name__ == '__main__':\n    worker_pool.start_method = lambda: {method!r}\n"
              "    sys.exit(start.execute([*sys.argv[1:], '-j', '2'], None, os.getcwd()))\n")
    site.edit({"../in_two.py": in_two})
    built_alone(site, "../in_two.py")
    site.edit({"late.py": "PRICE = 2\n"})
    built_alone(site)
    assert site.text("price/index.html") == "2"


READS_A_FILE = """
@app.route("/books/")
def books():
    return (HERE / "books.json").read_text()

@app.route("/films/")
def films():
    return "none"
"""


def test_a_file_that_a_view_opens_renders_the_own_routes(small):
    # All of them: who knows which of them keeps what another has read.
    small.edit({"build.py": routes(READS_A_FILE), "books.json": "[1]"}).build()
    assert rebuilt(small).rendered == set()
    assert rebuilt(small, {"books.json": "[1, 2]"}).rendered == {"/books/", "/films/"}
    assert rebuilt(small, {"other.json": "[]"}).rendered == set()


def test_a_file_that_one_view_keeps_for_another(small):
    small.edit({"books.json": "[1]", "build.py": routes("""
kept = []

def books():
    if not kept:
        kept.append((HERE / "books.json").read_text())
    return kept[0]

app.add_url_rule("/first/", "first", books)
app.add_url_rule("/second/", "second", books)
""")}).build()
    assert rebuilt(small, {"books.json": "[2]"}).rendered == {"/first/", "/second/"}
    assert small.text("second/index.html") == "[2]"


def test_a_file_that_was_not_there_yet(small):
    small.edit({"build.py": routes("""
@app.route("/news/")
def news():
    with contextlib.suppress(FileNotFoundError):
        return (HERE / "news.txt").read_text()
    return "none"
""")}).build()
    assert rebuilt(small, {"news.txt": "Some."}).rendered == {"/news/"}
    assert rebuilt(small, {"news.txt": None}).rendered == {"/news/"}


@pytest.mark.parametrize("call", ["os.listdir(HERE / 'books')", "[file.name for file in os.scandir(HERE / 'books')]",
                                  "[file.name for file in HERE.glob('books/*.txt')]",
                                  "[file.name for file in (HERE / 'books').iterdir()]"])
def test_a_folder_that_a_view_lists(small, call):
    small.edit({"books/a.txt": "a", "build.py": routes(
        f"@app.route('/books/')\ndef books():\n    return ' '.join(sorted({call}))", "import os")}).build()
    assert rebuilt(small, {"books/b.txt": "b"}).rendered == {"/books/"}
    assert small.text("books/index.html") == "a.txt b.txt"
    assert rebuilt(small, {"books/b.txt": "other"}).rendered == set()
    assert rebuilt(small, {"books/b.txt": None}).rendered == {"/books/"}


def test_a_file_that_a_view_sends(small):
    small.edit({"build.py": routes("@app.route('/x.txt')\ndef x():\n    return flask.send_file(HERE / 'data.txt')"),
                "data.txt": "one"}).build()
    assert rebuilt(small).rendered == set()
    assert rebuilt(small, {"data.txt": "two"}).rendered == {"/x.txt"}


def test_a_file_that_a_filter_reads_once_for_all_pages(small):
    # The first page to ask reads it; the others only get what is kept.
    small.edit({"words.txt": "one", "templates/page.html": "{{ 'x'|word }}", "build.py": routes("""
@app.template_filter("word")
@functools.cache
def word(text):
    return (HERE / "words.txt").read_text()
""", "import functools")}).build()
    assert rebuilt(small).rendered == set()
    assert rebuilt(small, {"words.txt": "two"}).rendered >= {"/about/", "/docs/use/"}


def test_a_variable_of_the_environment_that_a_view_asks_for(small, monkeypatch):
    small.edit({"build.py": routes("@app.route('/mode/')\ndef mode():\n    return os.environ.get('MODE', 'none')",
                                   "import os")}).build()
    assert rebuilt(small).rendered == set()
    monkeypatch.setenv("MODE", "loud")
    assert rebuilt(small).rendered == {"/mode/"}
    assert small.text("mode/index.html") == "loud"


ASKS_A_DATABASE = """
def count():
    with contextlib.closing(sqlite3.connect(HERE / "books.sqlite")) as books:
        return books.execute("SELECT count(*) FROM books").fetchone()[0]

@app.route("/count/")
{mark}
def counted():
    return {answer}
"""


def with_books(site, mark="", answer="str(count())"):
    with contextlib.closing(sqlite3.connect(site.root / "books.sqlite")) as books:
        books.execute("CREATE TABLE books (title)")
    site.edit({"build.py": routes(ASKS_A_DATABASE.format(mark=mark or "# No mark.", answer=answer))})
    assert site.build().code == 0
    return site


def add_a_book(site):
    with contextlib.closing(sqlite3.connect(site.root / "books.sqlite")) as books, books:
        books.execute("INSERT INTO books VALUES ('SICP')")


def test_a_view_that_asks_a_database_is_rendered_each_time_and_verbose_says_why(small):
    with_books(small)
    assert rebuilt(small).rendered == {"/count/"}
    assert "/count/  ←  it asks a database" in small.run("build", "-v").out
    add_a_book(small)
    assert rebuilt(small).rendered == {"/count/"}
    assert small.text("count/index.html") == "1"


def test_a_view_that_says_what_it_depends_on_is_rendered_when_that_changes(small):
    with_books(small, "@coldpress.depends.value(lambda: count())")
    assert rebuilt(small).rendered == set()
    add_a_book(small)
    assert rebuilt(small).rendered == {"/count/"}
    assert small.text("count/index.html") == "1"


def test_a_view_that_depends_on_nothing_is_not_rendered_again(small):
    with_books(small, "@coldpress.depends.nothing", "'more than ' + str(count() * 0)")
    add_a_book(small)
    assert rebuilt(small).rendered == set()


OWN_PAGES = """
def titles():
    return json.loads((HERE / "books.json").read_text())

@app.route("/books/<slug>/")
@coldpress.frozen(lambda: [{"slug": slug} for slug in titles()])
@coldpress.depends.value(lambda slug: titles()[slug])
@coldpress.depends.nothing
def book(slug):
    return titles()[slug]
"""


def test_each_page_of_a_view_has_a_value_of_its_own(small):
    small.edit({"build.py": routes(OWN_PAGES, "import json"), "books.json": '{"a": "A", "b": "B"}'}).build()
    assert rebuilt(small, {"books.json": '{"a": "A", "b": "Other"}'}).rendered == {"/books/b/"}
    assert rebuilt(small, {"books.json": '{"a": "A", "b": "Other", "c": "C"}'}).rendered == {"/books/c/"}


def test_a_page_whose_value_is_gone_goes_with_it(small):
    small.edit({"build.py": routes(OWN_PAGES, "import json"), "books.json": '{"a": "A", "b": "B"}'}).build()
    gone = rebuilt(small, {"books.json": '{"a": "A"}'})
    assert (gone.rendered, gone.data["removed"]) == (set(), ["books/b/index.html"])


def test_a_value_that_cannot_be_had_is_a_problem(make_site):
    site = make_site({"build.py": routes(
        "@app.route('/x/')\n@coldpress.depends.value(lambda: 1 / 0)\ndef x():\n    return 'x'")})
    result = site.build()
    assert [(code, path) for code, path, _ in result.places()] == [("route.failed", "build.py")]
    assert not (site.root / "site").exists()


def test_a_file_that_build_py_reads_at_its_top_renders_all(make_site):
    site = make_site({"content/a.md": "A.", "word.txt": "one", "templates/page.html": "{{ config.WORD }}",
                      "build.py": routes("app.config['WORD'] = WORD", "WORD = open('word.txt').read()")
                      + "\n\nif __name__ == '__main__':\n    coldpress.main(create_app)\n"})
    built_alone(site, "build.py")
    assert built_alone(site, "build.py").rendered == set()
    assert "/a/" in built_alone(site.edit({"word.txt": "two"}), "build.py").rendered
    assert site.text("a/index.html") == "two"


def test_a_file_that_create_app_reads_renders_all(small):
    small.edit({"build.py": routes("app.config['WORD'] = (HERE / 'word.txt').read_text()"), "word.txt": "one"}).build()
    assert rebuilt(small).rendered == set()
    assert rebuilt(small, {"word.txt": "two"}).rendered == all_urls(small)
    small.edit({"word.txt": "three"})
    assert "/about/  ←  file word.txt" in small.run("build", "-v").out


ASKS_WHILE_IT_IS_MADE = """
with contextlib.closing(sqlite3.connect(HERE / "books.sqlite")) as books:
    app.config["BOOKS"] = books.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
"""


def test_a_create_app_that_asks_a_database_renders_all_each_time(small):
    small.edit({"build.py": routes(ASKS_WHILE_IT_IS_MADE), "templates/page.html": "{{ config.BOOKS }}"}).build()
    assert rebuilt(small).rendered == all_urls(small)
    with contextlib.closing(sqlite3.connect(small.root / "books.sqlite")) as books:
        books.execute("CREATE TABLE books (title)")
    rebuilt(small)
    assert small.text("about/index.html") == "1"


def test_a_create_app_that_depends_on_nothing_renders_nothing(small):
    small.edit({"build.py": routes(ASKS_WHILE_IT_IS_MADE).replace(
        "def create_app", "@coldpress.depends.nothing\ndef create_app")}).build()
    assert rebuilt(small).rendered == set()


def test_an_own_route_that_a_page_links_to_stays_while_the_link_does(small):
    small.edit({"build.py": routes("@app.route('/books/<slug>/')\ndef book(slug):\n    return slug"),
                "templates/section.html": "{{ url_for('book', slug='sicp') }}"}).build()
    again = rebuilt(small, {"content/docs/use.md": "Other."})
    assert "/books/sicp/" not in again.rendered
    assert small.text("books/sicp/index.html") == "sicp"
    gone = rebuilt(small, {"templates/section.html": "No link."})
    assert (gone.rendered, gone.codes, gone.data["removed"]) == (
        {"/docs/"}, ["route.no-urls"], ["books/sicp/index.html"])


def test_own_routes_that_link_to_one_another_are_all_found_again(small):
    small.edit({"build.py": routes("""
@app.route("/chapters/<int:number>/")
def chapter(number):
    return flask.url_for("chapter", number=number + 1) if number < 3 else "The end."

@app.route("/book/")
def book():
    return flask.url_for("chapter", number=1)
""")}).build()
    assert rebuilt(small).rendered == set()
    assert {f"chapters/{number}/index.html" for number in (1, 2, 3)} <= small.files().keys()


def test_an_own_route_reads_content_like_any_page(small):
    small.edit({"templates/own.html": "{{ library.posts[0].title }}",
                "build.py": routes("@app.route('/own/')\ndef own():\n"
                                   "    return flask.render_template('own.html')")}).build()
    assert "/own/" in rebuilt(small, {TWO: SMALL[TWO].replace("Two", "Zwei")}).rendered
    assert "/own/" not in rebuilt(small, {ONE: SMALL[ONE].replace("One", "Eins")}).rendered
    assert rebuilt(small, {"templates/own.html": "Other."}).rendered == {"/own/"}


HOST = """
import coldpress
import flask


def create_app():
    app = flask.Flask(__name__)
    coldpress.Coldpress(app, "blog", url_prefix="/blog")

    @app.route("/shop/")
    @coldpress.frozen()
    def shop():
        return flask.render_template("shop.html")

    return app
"""


def test_a_site_in_an_app_of_its_own(make_site):
    site = make_site({"build.py": HOST, "templates/shop.html": "Shop", "blog/content/a.md": "A.",
                      "blog/content/b.md": "B.",
                      "blog/config.yaml": "base_url: https://example.org/blog/\nsearch: false\n",
                      "content/x.md": "Not ours."})
    site.build()
    assert rebuilt_in(site, "blog", {"blog/content/a.md": "Other."}) == {"/blog/a/"}
    assert rebuilt_in(site, "blog", {"templates/shop.html": "Other"}) == {"/shop/"}


def test_the_author_of_posts_that_name_nobody_moves_their_lists_in_the_sitemap(make_site):
    posts = {name_of(1): "---\nauthor: Ann\n---\nBy Ann.\n", name_of(2): "---\nauthor: Eve\n---\nBy Eve.\n",
             **{name_of(number): post(number) for number in range(3, 9)}}
    site = make_site(posts, "base_url: https://example.org/\npaginate: 2\nauthor: Ann\n")
    assert site.build().problems == []
    assert "/authors/ann/page/1/" in site.text("sitemap.xml")
    done = rebuilt(site, {"config.yaml": f"{URL}paginate: 2\nauthor: Eve\n"})
    assert "/sitemap.xml" in done.rendered
    assert "/authors/eve/page/1/" in site.text("sitemap.xml")


def rebuilt_in(site, folder, edits):
    """What was rendered for a site below the app's folder."""
    result = site.edit(edits).build()
    clean = site.clean_copy()
    for name in (".coldpress", "site"):
        shutil.rmtree(clean.root / folder / name, ignore_errors=True)
    assert clean.build().problems == result.problems == []
    assert clean.files(f"{folder}/site") == site.files(f"{folder}/site")
    return result.rendered


# A file in the place of a page.

@pytest.mark.parametrize(("name", "page"), [
    ("robots.txt", None), ("feed.xml", None), ("llms.txt", None), ("old.html", "aliases: [/old.html]"),
    ("old.html", "permalink: /old.html")])
def test_a_page_is_as_it_was_once_a_file_in_its_place_has_gone(make_site, name, page):
    """The file has the path and the output file of the page, of whose bytes nothing is known any more."""
    contact = {"content/contact.md": f"---\ntitle: Contact\n{page}\n---\nHi.\n"} if page else {}
    site = make_site({**SMALL, **contact}, config="base_url: https://example.org/\nllms: true\n")
    rebuilt(site)
    rendered = site.text(name)
    rebuilt(site, {**dict.fromkeys(contact), f"content/{name}": "A file."})
    assert site.text(name) == "A file."
    rebuilt(site, {**contact, f"content/{name}": None})
    assert site.text(name) == rendered
    rebuilt(site, {"content/docs/use.md": "# Use\n\nHow to.\n\n## Part\n\nMore.\n"})
    assert site.text(name) == rendered


# The clock.

def test_a_scheduled_post_comes_with_its_hour(small):
    small.edit({"content/posts/2026-05-05-three.md": "---\ntitle: Three\ndate: 2026-05-05 12:00\n---\nThree."})
    assert rebuilt(small, None, "--clock", "2026-05-05T11:59").rendered == set()
    assert rebuilt(small, None, "--clock", "2026-05-05T12:00").rendered == {
        "/posts/three/", "/posts/two/", "/posts/", "/", "/archive/", "/sitemap.xml", *FEEDS}


def test_an_expired_post_goes_with_its_hour(small):
    small.edit({TWO: SMALL[TWO].replace("title", "expiry_date: 2026-05-05 12:00\ntitle"), "content/about.md": "Me."})
    small.build("--clock", "2026-05-05T11:59")
    gone = rebuilt(small, None, "--clock", "2026-05-05T12:00")
    assert gone.data["removed"] == [
        "posts/two/index.html", "tags/b/feed.json", "tags/b/feed.xml", "tags/b/index.html", "tags/b/rss.xml"]
    assert gone.rendered == {"/posts/one/", "/posts/", "/", "/tags/", "/tags/a/", "/archive/", "/sitemap.xml", *FEEDS,
                             *feeds("/tags/a/")}


def test_a_page_that_asks_for_the_day_is_rendered_on_the_next(small):
    small.edit({"templates/section.html": "{{ now()|iso }}"}).build("--clock", "2026-05-05T08:00")
    assert rebuilt(small, None, "--clock", "2026-05-05T23:59").rendered == set()
    assert rebuilt(small, None, "--clock", "2026-05-06T00:00").rendered == {"/docs/"}
    assert small.text("docs/index.html") == "2026-05-06T00:00:00+00:00"


def test_now_is_the_first_hour_of_the_day_in_the_site_s_zone(make_site):
    site = make_site({"build.py": routes("@app.route('/day/')\ndef day():\n    return coldpress.now().isoformat()")},
                     config="base_url: https://example.org/\ntimezone: Asia/Shanghai\n")
    site.build("--clock", "2026-05-05T20:00:00+00:00")
    assert site.text("day/index.html") == "2026-05-06T00:00:00+08:00"


# What was published.

@pytest.mark.parametrize("file", ["about/index.html", "static/x.css", "pic.png", "feed.xml"])
@pytest.mark.parametrize("change", ["removed", "changed", "of the same size and time"])
def test_a_file_of_ours_that_somebody_touched_is_put_back(small, file, change):
    target = small.root / "site" / file
    before, data = target.stat(), target.read_bytes()
    if change == "removed":
        target.unlink()
    else:
        target.write_bytes(b"other" if change == "changed" else b"?" * len(data))
        os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
    back = rebuilt(small)
    assert (back.rendered, back.data["written"]) == (set(), [file])


def test_a_folder_in_a_page_s_place_makes_way(small):
    (small.root / "site/about/index.html").unlink()
    (small.root / "site/about/index.html").mkdir()
    assert rebuilt(small).rendered == set()


def test_a_file_that_was_only_touched_stays(small):
    os.utime(small.root / "site/about/index.html", (1, 1))
    assert rebuilt(small).data["written"] == []


def test_a_site_that_was_removed_is_put_back_as_a_whole(small):
    files = small.files()
    shutil.rmtree(small.root / "site")
    back = rebuilt(small)
    assert (back.rendered, set(back.data["written"])) == (set(), files.keys() - {".gitignore"})


def test_without_its_memory_a_build_renders_all_and_writes_nothing(small):
    shutil.rmtree(small.root / ".coldpress")
    again = rebuilt(small)
    assert (again.rendered, again.data["written"]) == (all_urls(small), [])


def cloned(site, folder):
    """What a fresh clone with the cache of a build restored has: other times, no output."""
    shutil.copytree(site.root, folder, ignore=shutil.ignore_patterns("site"), copy_function=shutil.copyfile)
    return SiteFolder(folder, site.capture)


def test_a_fresh_clone_with_the_cache_of_another_machine_renders_nothing(small, tmp_path):
    clone = cloned(small, tmp_path / "clone")
    fresh = rebuilt(clone)
    assert (fresh.rendered, len(fresh.data["written"])) == (set(), len(clone.files()) - 1)
    assert rebuilt(clone, {"content/docs/use.md": SMALL["content/docs/use.md"] + "More.\n"}).rendered == {"/docs/use/"}


def test_own_code_and_its_files_are_known_in_a_clone_too(small, tmp_path):
    small.edit({"build.py": routes(READS_A_FILE), "books.json": "[1]"}).build()
    clone = cloned(small, tmp_path / "clone")
    assert rebuilt(clone).rendered == set()
    assert rebuilt(clone, {"books.json": "[2]"}).rendered == {"/books/", "/films/"}


def test_each_output_folder_is_remembered_on_its_own(small, tmp_path):
    other = ("-o", str(tmp_path / "other"))
    assert small.build(*other).rendered == all_urls(small)
    small.edit({"content/docs/use.md": SMALL["content/docs/use.md"] + "More.\n"})
    assert rebuilt(small).rendered == {"/docs/use/"}
    assert small.build(*other).rendered == {"/docs/use/"}
    assert SiteFolder(tmp_path, small.capture).files("other") == small.files()


def test_no_cache_renders_all_and_forgets_it(small):
    assert small.build("--no-cache").rendered == all_urls(small)
    assert rebuilt(small, {"content/docs/use.md": SMALL["content/docs/use.md"] + "More.\n"}).rendered == {"/docs/use/"}


# Builds that fail.

def test_what_was_edited_before_a_build_that_failed_is_rendered_by_the_next(small):
    failed = small.edit({ONE: "---\ntitle: [\n---\n", "content/docs/use.md": "# Use\n\nHow.\n\n## Part\n"}).build()
    assert (failed.code, failed.data["written"]) == (1, [])
    mended = rebuilt(small, {ONE: SMALL[ONE].replace("More", "Less")})
    assert mended.rendered == {"/posts/one/", "/docs/use/", "/docs/", *FEEDS}


def test_a_mistake_in_a_template_leaves_the_others_known(small):
    assert small.edit({"templates/section.html": "{{ nothing }}", ONE: "Other."}).build().code == 1
    assert rebuilt(small, {"templates/section.html": None, ONE: SMALL[ONE]}).rendered == set()


def test_what_strict_held_back_is_published_once_it_is_allowed(small):
    small.edit({"content/docs/use.md": "# Use\n\n[x](no.md)\n"})
    assert small.build("--strict").code == 1
    assert rebuilt(small).rendered == {"/docs/use/", "/docs/"}
    assert small.build("--strict").code == 1
    assert small.build("--strict").codes == ["link.broken-link"]


DIES = """
import os, sys
from pathlib import Path
from coldpress.start import execute
from coldpress.cache.database import Database
run, left = Database.run, int(sys.argv[2])
def dying(self, work, default):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    return run(self, work, default)
Database.run = dying
sys.exit(execute(["build"], None, Path(sys.argv[1])))
"""


@pytest.mark.parametrize("steps", [0, 4, 8, 12, 16])
def test_a_build_that_dies_before_it_remembers_misleads_nobody(small, steps):
    small.edit({ONE: SMALL[ONE].replace("One", "Eins"), "content/new.md": "New.", "content/docs/use.md": None})
    died = subprocess.run([sys.executable, "-c", DIES, str(small.root), str(steps)], check=False, capture_output=True,
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    assert died.returncode in (0, 9), died.stderr
    rebuilt(small)
    assert rebuilt(small).rendered == set()


# Files that change while a build is at work.

CHANGES = """
@app.route("/zzz/")
def zzz():
    text = (HERE / "data.txt").read_text()
    if (HERE / "again").exists():
        (HERE / "again").unlink()
        {change}
    return text
"""


@pytest.mark.parametrize(("change", "urls"), [
    ("(HERE / 'data.txt').write_text('new')", {"/zzz/"}),
    ("(HERE / 'content/docs/use.md').write_text('# New')", {"/docs/use/", "/docs/"}),
    ("(HERE / 'templates/page.html').write_text('new')", {"/docs/use/"}),
    ("(HERE / 'static/x.css').write_text('new')", {"/docs/"}),
    ("(HERE / 'static/y.css').write_text('new')", set()),
    ("(HERE / 'config.yaml').write_text('base_url: https://example.org/\\ntitle: New\\n')", {"/404.html"}),
    ("(HERE / 'build.py').write_text((HERE / 'build.py').read_text() + '# New\\n')", {"/docs/use/"})])
def test_what_changes_during_a_build_is_seen_by_the_next(small, change, urls):
    small.edit({"build.py": routes(CHANGES.format(change=change)), "data.txt": "old",
                "templates/page.html": "{{ page.title }}", "templates/section.html":
                "{{ url_for('static', filename='x.css') }}{{ page.pages[0].title }}"})
    small.build()
    small.edit({"again": "", "data.txt": "older", "content/docs/use.md": "# Older"}).build()
    assert not (small.root / "again").exists()
    assert urls <= rebuilt(small).rendered
    assert rebuilt(small).rendered == set()


# Chance, sessions, queries.

def test_chance_falls_the_same_way_in_every_build(small):
    small.edit({"templates/page.html":
                "{{ range(1000000)|random }} {{ lipsum(1, max=30) }} {{ range(1000000)|random }}"}).build()
    drawn = small.text("about/index.html")
    shutil.rmtree(small.root / ".coldpress")
    assert rebuilt(small).data["written"] == []
    numbers = [int(drawn.split()[0]), int(drawn.split()[-1]), int(small.text("docs/use/index.html").split()[0])]
    assert len(set(numbers)) == 3


@pytest.mark.parametrize("use", ["flask.session['seen'] = 1", "flask.session.permanent = True", "flask.flash('Hello')"])
def test_a_page_that_writes_to_the_session_cannot_be_frozen(make_site, use):
    site = make_site({"build.py": routes(
        f"app.secret_key = 'x'\n\n@app.route('/x/')\ndef x():\n    {use}\n    return 'x'")})
    assert [(code, path) for code, path, _ in site.build().places()] == [("route.session", "build.py")]
    assert not (site.root / "site").exists()


@pytest.mark.parametrize("key", ["app.secret_key = 'x'", "app.config['SESSION_COOKIE_PATH'] = '/'"])
def test_a_page_reads_the_session_of_a_new_visitor(make_site, key):
    site = make_site({**SMALL, "build.py": routes(
        f"{key}\n\n@app.before_request\ndef visit():\n    flask.session.permanent = True\n"
        "    flask.session.setdefault('visits', []).append(1)\n\n@app.route('/x/')\ndef x():\n"
        "    return f\"{flask.session['visits']} {'user' in flask.session} {flask.get_flashed_messages()}\"")})
    assert site.build().problems == []
    assert site.text("x/index.html") == "[1] False []"
    assert rebuilt(site).rendered == set()
    assert rebuilt(site, {"content/about.md": "Other."}).rendered == {"/about/"}


def test_a_page_that_reads_the_query_is_warned_of_each_time(make_site):
    site = make_site({"build.py": routes(
        "@app.route('/x/')\ndef x():\n    return flask.request.args.get('q', 'none')")})
    assert [(code, path) for code, path, _ in site.build().places()] == [("route.query", "build.py")]
    again = rebuilt(site)
    assert (again.rendered, again.codes) == (set(), ["route.query"])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are Unicode")
@pytest.mark.parametrize("begin", ["b", "b" * 80])
def test_own_code_may_read_files_whose_names_are_not_unicode(make_site, begin):
    view = ("@app.route('/x/')\ndef x():\n    import os\n"
            "    return ' '.join(ascii(name) + Path('BOX', name).read_text()"
            " for name in sorted(os.listdir('BOX')))")
    site = make_site({"box/a": "1", "build.py": routes("")})
    site.edit({"build.py": routes(view.replace("BOX", (site.root / "box").as_posix()))})
    odd = site.root / "box" / os.fsdecode(begin.encode() + b"\xff")
    odd.write_text("2")
    assert site.build().codes == []
    assert "udcff" in site.text("x/index.html")
    assert site.build().rendered == set()
    odd.write_text("three")
    assert site.build().rendered == {"/x/"}
    assert "three" in site.text("x/index.html")
    odd.rename(odd.with_name(os.fsdecode(b"other\xff")))
    assert site.build().rendered == {"/x/"}


def test_messages_of_flask_may_be_asked_for_in_any_template(small):
    small.edit({"build.py": routes("app.secret_key = 'x'"), "templates/partials/head.html":
                "{% for message in get_flashed_messages() %}{{ message }}{% endfor %}"})
    assert rebuilt(small).codes == []
    assert rebuilt(small).rendered == set()


# What is said.

def test_the_last_line_tells_what_was_done(small):
    small.edit({"content/new.md": "[x](no.md)", "content/docs/use.md": None, "content/pic.png": "other"})
    last = small.run().out.splitlines()[-1]
    assert last.startswith("Built 29 pages (3 rendered, 26 unchanged; 4 files written, 1 removed, 1 warning) in ")
    assert small.run().out.splitlines()[-1].startswith(
        "Built 29 pages (0 rendered, 29 unchanged; 0 files written, 1 warning) in ")


def test_verbose_says_why_each_page_is_rendered(small):
    said = small.edit({TWO: SMALL[TWO].replace("First", "Now")}).run("build", "-v").out
    assert "/posts/two/  ←  " in said
    assert "posts/2026-01-02-two.md" in said
    shutil.rmtree(small.root / ".coldpress")
    assert "/about/  ←  there is no record of it" in small.run("build", "-v").out


def test_json_tells_urls_as_links_have_them_and_files(make_site):
    site = make_site({"content/你.md": "Y.", "content/old.md": "O."}, config="base_url: https://example.org/sub/\n")
    site.build()
    data = json.loads(site.edit({"content/你.md": "Z.", "content/old.md": None}).build().out)
    assert "/sub/%E4%BD%A0/" in data["rendered"]
    assert (data["written"], data["removed"]) == (["index.html", "sitemap.xml", "你/index.html"], ["old/index.html"])
