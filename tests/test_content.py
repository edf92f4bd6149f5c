"""What is published when, in which order, and how pages hang together."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

CONFIG = "base_url: https://example.org/\n"


def post(title="P", body="Words.", **front):
    lines = "".join(f"{key}: {value}\n" for key, value in front.items())
    return f"---\ntitle: {title}\n{lines}---\n\n{body}\n"


def many(count, first=1):
    """So many posts, a day apart, the oldest first."""
    return {f"content/posts/2020-{1 + number // 28:02}-{1 + number % 28:02}-p{number:03}.md": f"# P{number:03}\n\nHi."
            for number in range(first, first + count)}


def posts_on(site, file):
    """The posts a list names, in its order."""
    return list(dict.fromkeys(re.findall(r'href="/posts/(p\d+)/"', site.text(file))))


# What is published.

STATES = {
    "content/posts/2026-01-02-now.md": post("Now"),
    "content/posts/2026-01-03-draft.md": post("Draft", draft="true"),
    "content/posts/2999-01-01-later.md": post("Later"),
    "content/posts/2026-01-04-publish.md": post("Publish", publish_date="2999-01-01"),
    "content/posts/2026-01-05-gone.md": post("Gone", expiry_date="2026-02-01"),
}


@pytest.mark.parametrize(("flags", "published"), [
    ((), {"now"}),
    (("--drafts",), {"now", "draft"}),
    (("-D",), {"now", "draft"}),
    (("--future",), {"now", "later", "publish"}),
    (("-F",), {"now", "later", "publish"}),
    (("--expired",), {"now", "gone"}),
    (("-D", "-F", "--expired"), {"now", "draft", "later", "publish", "gone"}),
    (("--clock", "2026-01-10"), {"now", "gone"}),
    (("--clock", "2025-12-31"), set()),
    (("--clock", "2999-06-01"), {"now", "later", "publish"}),
    (("--clock", "2026-01-02T00:00:00"), {"now"}),
    (("--clock", "2026-01-01T23:59:59"), set()),
])
def test_what_is_published_follows_the_flags_and_the_clock(make_site, flags, published):
    site = make_site(STATES)
    assert site.build(*flags).code == 0
    posts = {file.split("/")[1] for file in site.files() if re.fullmatch(r"posts/[a-z]+/index.html", file)}
    assert posts == published
    feed = site.text("feed.xml") if published else ""
    assert {name for name in ("now", "draft", "later", "publish", "gone") if f"/posts/{name}/" in feed} == published


def test_source_date_epoch_is_the_clock(make_site, monkeypatch):
    site = make_site(STATES)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(datetime(2026, 1, 10, tzinfo=UTC).timestamp())))
    assert site.build().code == 0
    assert (site.root / "site/posts/gone/index.html").exists()
    assert site.build("--clock", "2026-03-01").code == 0, "--clock says more than the environment"
    assert not (site.root / "site/posts/gone/index.html").exists()


def test_a_source_date_epoch_that_is_no_number_is_an_error(make_site, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    (problem,) = make_site(STATES).build().problems
    assert problem["code"] == "config.clock"
    assert problem["message"] == "`SOURCE_DATE_EPOCH` is `yesterday`, not a number of seconds"


def test_the_clock_is_in_the_zone_of_the_site(make_site):
    site = make_site({"content/posts/a.md": post(date="2026-01-02 00:30")}, CONFIG + "timezone: Asia/Shanghai\n")
    site.build("--clock", "2026-01-02T00:31")
    assert "posts/a/index.html" in site.files()
    site.build("--clock", "2026-01-01T16:29+00:00")
    assert "posts/a/index.html" not in site.files()


def test_the_run_says_what_it_left_out_and_why(make_site):
    site = make_site(STATES)
    said = site.run("build").out
    for reason, name in (("draft", "2026-01-03-draft"), ("scheduled", "2999-01-01-later"), ("expired", "-05-gone")):
        assert re.search(rf"{name}[^,]* \({reason}\)", said)
    assert {(row["source"], row["reason"]) for row in site.build().data["left_out"]} == {
        ("content/posts/2026-01-03-draft.md", "draft"), ("content/posts/2999-01-01-later.md", "scheduled"),
        ("content/posts/2026-01-04-publish.md", "scheduled"), ("content/posts/2026-01-05-gone.md", "expired")}


def test_an_unlisted_page_is_there_and_named_nowhere(build_site):
    site = build_site({"content/posts/2026-01-01-seen.md": post("Seen"), "content/docs/_index.md": "Docs.",
                       "content/posts/2026-01-02-secret.md": post("Secret", unlisted="true", tags="[quiet]"),
                       "content/docs/hidden.md": post("Hidden", unlisted="true")})
    assert "Secret" in site.text("posts/secret/index.html")
    others = {name: text for name, text in site.files().items()
              if not name.startswith(("posts/secret/", "docs/hidden/"))}
    assert not [name for name, text in others.items() if b"ecret" in text or b"idden/" in text]
    assert not any(name.startswith("tags/") for name in others)


# Dates and order.

def test_an_undated_post_warns_comes_last_and_stays_out_of_feeds(make_site):
    site = make_site({"content/posts/undated.md": post("Undated"), "content/posts/2001-01-01-old.md": post("Old")})
    result = site.build()
    assert result.code == 0
    assert result.places() == [("post.undated", "content/posts/undated.md", None)]
    page = site.text("posts/index.html")
    assert page.index("/posts/old/") < page.index("/posts/undated/")
    assert "undated" not in site.text("feed.xml") + site.text("rss.xml") + site.text("archive/index.html")
    assert "undated" in site.text("sitemap.xml")
    assert site.build("--strict").code == 1


def test_only_undated_posts_make_no_feed(make_site):
    site = make_site({"content/posts/undated.md": post("Undated")})
    assert site.build().codes == ["post.undated"]
    assert not {"feed.xml", "rss.xml"} & set(site.files())


ORDERED = {
    "content/posts/b.md": post("B", date="2026-01-02 10:00 +0100"),
    "content/posts/a.md": post("A", date="2026-01-02 09:30"),
    "content/posts/c.md": post("C", date="2026-01-02 09:30"),
    "content/posts/d.md": post("D", date="2026-01-02"),
}


def test_posts_stand_newest_first_by_moment_then_by_name(build_site):
    page = build_site(ORDERED).text("posts/index.html")
    assert list(dict.fromkeys(re.findall(r'href="/posts/(\w)/"', page))) == ["a", "c", "b", "d"]


def test_neighbours_follow_the_order_of_the_list(build_site):
    site = build_site(ORDERED)
    neighbours = {name: re.findall(r'<a rel="(prev|next)" href="/posts/(\w)/"', site.text(f"posts/{name}/index.html"))
                  for name in "acbd"}
    assert neighbours == {"a": [("prev", "c")], "c": [("prev", "b"), ("next", "a")],
                          "b": [("prev", "d"), ("next", "c")], "d": [("next", "b")]}


def test_collections_keep_to_themselves(build_site):
    site = build_site({"content/posts/2026-01-01-p.md": post("P"), "content/news/2026-01-02-n.md": post("N")},
                      CONFIG + "collections: [posts, news]\n")
    assert "/news/n/" in site.text("news/index.html")
    assert "/news/n/" not in site.text("posts/index.html") + site.text("posts/p/index.html")
    assert "/news/n/" in site.text("feed.xml")


# Pagination, counted from the oldest.

@pytest.mark.parametrize(("total", "newest", "numbered"), [
    (1, 1, 0), (9, 9, 0), (10, 10, 0), (19, 19, 0), (20, 10, 1), (25, 15, 1), (29, 19, 1), (30, 10, 2), (41, 11, 3)])
def test_a_list_is_cut_from_its_oldest_post_on(build_site, total, newest, numbered):
    site = build_site(many(total))
    files = [f"posts/page/{number}/index.html" for number in range(1, numbered + 1)]
    assert [file for file in site.files() if file.startswith("posts/page/")] == files
    pages = [posts_on(site, "posts/index.html"), *(posts_on(site, file) for file in reversed(files))]
    assert [len(page) for page in pages] == [newest, *[10] * numbered]
    assert [name for page in pages for name in page] == [f"p{number:03}" for number in range(total, 0, -1)]
    assert site.client().get(f"/posts/page/{numbered + 1}/").status_code == 404
    assert site.client().get("/posts/page/0/").status_code == 404


def test_a_new_post_moves_no_page_that_has_a_number(build_site):
    site = build_site(many(25))
    before = site.files()
    for count in (1, 4):
        site.edit(many(count, first=26)).rebuild()
        assert site.text("posts/page/1/index.html").encode() == before["posts/page/1/index.html"]
    site.edit(many(1, first=30)).rebuild()
    assert posts_on(site, "posts/page/1/index.html") == [f"p{number:03}" for number in range(10, 0, -1)]
    assert posts_on(site, "posts/page/2/index.html") == [f"p{number:03}" for number in range(20, 10, -1)]


def test_pages_of_a_list_name_themselves_and_link_to_their_neighbours(build_site):
    site = build_site(many(30))
    pages = {path: site.text(f"{path[1:]}index.html") for path in ("/posts/", "/posts/page/2/", "/posts/page/1/")}
    for path, text in pages.items():
        assert f'<link rel="canonical" href="https://example.org{path}">' in text
    assert len({re.search("<title>.*</title>", text)[0] for text in pages.values()}) == 3
    links = [re.findall(r'<a rel="(prev|next)" href="([^"]+)">(\w+)', text) for text in pages.values()]
    assert links == [[("next", "/posts/page/2/", "Older")],
                     [("prev", "/posts/", "Newer"), ("next", "/posts/page/1/", "Older")],
                     [("prev", "/posts/page/2/", "Newer")]]


def test_paginate_and_terms_are_cut_alike(build_site):
    files = {name: f"---\ntags: t\n---\n{text}" for name, text in many(6).items()}
    site = build_site(files, CONFIG + "paginate: 2\n")
    assert posts_on(site, "tags/t/page/1/index.html") == ["p002", "p001"]
    assert posts_on(site, "tags/t/index.html") == ["p006", "p005"]
    assert len(posts_on(site, "index.html")) == 2


# Terms and archive.

def test_terms_that_differ_in_a_sign_stay_apart(build_site):
    site = build_site({f"content/posts/2026-01-0{number}-{number}.md": post(f"Number{number}", tags=f'["{tag}"]')
                       for number, tag in enumerate(("C", "C++", "C#", "Objective C"), 1)})
    terms = [file.split("/")[1] for file in site.files() if re.fullmatch("tags/[^/]+/index.html", file)]
    assert terms == ["c", "c-plus-plus", "c-sharp", "objective-c"]
    for slug, number in zip(terms, (1, 2, 3, 4), strict=True):
        assert set(re.findall(r"Number\d", site.text(f"tags/{slug}/index.html"))) == {f"Number{number}"}
    assert re.findall(r">(C\S*) <small>", site.text("tags/index.html")) == ["C", "C#", "C++"]


def test_terms_that_differ_in_case_are_one_and_the_spellings_are_told(make_site):
    site = make_site({"content/posts/2026-01-01-a.md": post("A", tags="[python]"),
                       "content/posts/2026-01-02-b.md": post("B", tags="[Python, PYTHON]"),
                       "content/about.md": post("About", tags="Python, more")})
    told = [problem["message"] for problem in site.build().problems if problem["code"] == "term.spelling"]
    assert told == [f"`{name}` and `Python` become one term, shown as `Python`" for name in ("python", "PYTHON")]
    page = site.text("tags/python/index.html")
    assert list(dict.fromkeys(re.findall(r'href="(/posts/./|/about/)"', page))) == ["/posts/b/", "/posts/a/", "/about/"]
    assert "Python <small>3" in site.text("tags/index.html")
    assert "python <small>" not in site.text("tags/index.html")


def test_a_term_without_a_letter_is_not_lost_in_silence(make_site):
    site = make_site({"content/posts/2026-01-01-a.md": post("A", tags='["🎉"]')})
    result = site.build()
    assert result.problems or "🎉" in site.text("posts/a/index.html")


def test_a_taxonomy_of_one_s_own(build_site):
    site = build_site({"content/posts/2026-01-01-a.md": post("A", topics="[Red Wine]")},
                      CONFIG + "taxonomies: [topics]")
    assert "/posts/a/" in site.text("topics/red-wine/index.html")
    assert not any(file.startswith("tags") for file in site.files())


def test_the_archive_is_by_year(build_site):
    site = build_site({f"content/posts/{day}-p{number}.md": post(f"P{number}") for number, day in enumerate((
        "2024-12-31", "2025-01-01", "2025-06-01"))})
    found = re.findall(r'<h2 id="y(\d+)">|href="/posts/(p\d)/"', site.text("archive/index.html"))
    assert [year or name for year, name in found] == ["2025", "p2", "p1", "2024", "p0"]


# Aliases, sections, layouts, menu, links.

@pytest.mark.parametrize(("alias", "file"), [
    ("/old/", "old/index.html"), ("/old", "old/index.html"), ("/old.html", "old.html"),
    ("earlier/", "posts/earlier/index.html"), ("earlier", "posts/earlier/index.html"),
    ("/2019/旧/", "2019/旧/index.html"),
    ("../top/", "top/index.html"),
])
def test_an_old_address_redirects(build_site, alias, file):
    site = build_site({"content/posts/2026-01-02-new.md": post("New", aliases=f'["{alias}"]')})
    page = site.text(file)
    assert '<link rel="canonical" href="https://example.org/posts/new/">' in page
    assert '<meta name="robots" content="noindex">' in page
    assert '<meta http-equiv="refresh" content="0; url=/posts/new/">' in page
    assert '<a href="/posts/new/">' in page
    assert "old" not in site.text("sitemap.xml")


@pytest.mark.parametrize(("alias", "code"), [
    ("/posts/", "url.clash"), ("/theme/theme.css", "url.clash"), ("/x.txt", "url.clash"),
    ("/../../etc/", "url.bad"), ("/a//b", "url.bad")])
def test_an_alias_cannot_take_what_is_taken_or_leave_the_site(make_site, alias, code):
    result = make_site({"content/posts/2026-01-02-new.md": post("New", aliases=f'["{alias}"]'),
                        "content/about.md": "Me.", "content/x.txt": "x"}).build()
    assert result.code == 1
    assert set(result.codes) == {code}
    for problem in result.problems:
        assert "content/posts/2026-01-02-new.md" in {
            place["path"] for place in (problem["place"], *problem["also"])}


def test_an_alias_that_cannot_be_is_reported_once(make_site):
    result = make_site({"content/a.md": post(aliases="/../x/")}).build()
    assert result.places() == [("url.bad", "content/a.md", 3)]


@pytest.mark.parametrize("aliases", [
    "/old/", "[/old/]"])
def test_two_pages_that_want_one_alias_clash_at_their_lines(make_site, aliases):
    result = make_site({"content/a.md": post(aliases=aliases), "content/b.md": post(aliases=aliases)}).build()
    assert result.code == 1
    assert ("url.clash", "content/b.md", 3) in result.places()


def test_a_section_lists_its_pages_by_weight_then_title(build_site):
    site = build_site({"content/docs/_index.md": "Docs.", "content/docs/z.md": post("Zed", weight=1),
                       "content/docs/a.md": post("Ay"), "content/docs/b.md": post("Bee", weight=2.5),
                       "content/docs/m.md": post("Em"), "content/docs/neg.md": post("Neg", weight=-1)})
    contents = site.text("docs/index.html").partition('class="rows"')[2].partition("</ul>")[0]
    assert re.findall(r'href="/docs/(\w+)/"', contents) == ["neg", "z", "b", "a", "m"]


def test_pages_know_the_sections_above_them(build_site):
    site = build_site({"content/_index.md": "Home.", "content/docs/_index.md": "# Docs", "content/docs/in/_index.md":
                       "# Inner", "content/docs/in/x.md": "X."})
    crumbs = site.text("docs/in/x/index.html").partition("breadcrumbs")[2].partition("</nav>")[0]
    assert re.findall('href="([^"]+)">(\\w+)', crumbs) == [("/docs/", "Docs"), ("/docs/in/", "Inner")]


def test_a_layout_that_is_missing_falls_back_with_a_warning(make_site):
    site = make_site({"content/a.md": post("A", layout="wide")})
    result = site.build()
    assert result.code == 0
    assert result.places() == [("page.layout", "content/a.md", 3)]
    assert result.problems[0]["hint"] == "`page.html` is used"
    assert "<h1>A</h1>" in site.text("a/index.html")
    site.edit({"templates/wide.html": "WIDE {{ page.title }}"})
    assert site.rebuild().problems == []
    assert site.text("a/index.html") == "WIDE A"


def test_the_menu_names_paths_sources_and_urls(build_site):
    site = build_site({"content/about.md": "Me.", "content/posts/2026-01-02-a.md": "A."},
                      CONFIG + "menu:\n  - Posts: /posts/\n  - About: about.md\n  - Out: https://e.com/?a=1&b=2\n")
    menu = site.text("about/index.html").partition("<nav")[2].partition("</nav>")[0]
    assert re.findall('<a href="([^"]+)"([^>]*)>(\\w+)', menu) == [
        ("/posts/", "", "Posts"), ("/about/", ' aria-current="page"', "About"),
        ("https://e.com/?a=1&amp;b=2", "", "Out")]


@pytest.mark.parametrize("target", ["/nowhere/", "nowhere.md"])
def test_a_menu_entry_that_leads_nowhere_is_named(make_site, target):
    result = make_site({"content/about.md": "Me."}, CONFIG + f"menu:\n  - No: {target}\n").build()
    assert result.code == 0
    assert result.codes == ["config.menu"]
    assert target in result.problems[0]["message"]


def test_a_menu_entry_that_leads_nowhere_is_named_at_its_line(make_site):
    result = make_site({"content/about.md": "Me."}, CONFIG + "menu:\n  - No: /nowhere/\n").build()
    assert result.places() == [("config.menu", "config.yaml", 3)]


@pytest.mark.parametrize(("front", "why"), [
    ("draft: true", "that page is a draft"), ("date: 2999-01-01", "that page is not yet published"),
    ("expiry_date: 2001-01-01", "that page is expired")])
def test_a_link_to_a_page_left_out_is_explained(make_site, front, why):
    site = make_site({"content/a.md": "See [it](b.md).", "content/b.md": f"---\n{front}\n---\nB."})
    result = site.build()
    assert result.code == 0
    assert result.places() == [("link.broken-link", "content/a.md", 1)]
    assert result.problems[0]["hint"] == why


def test_links_between_sources_lead_to_their_urls(build_site):
    site = build_site({
        "content/posts/2026-01-02-a.md": "[b](2026-01-03-b.md) [c](../docs/c.md#part) ![p](../img/p.png) [d](/docs/c/) "
                                         "[e](../docs/) [f](#here)\n\n## Here\n",
        "content/posts/2026-01-03-b.md": "B.", "content/docs/c.md": "## Part", "content/docs/_index.md": "D.",
        "content/img/p.png": "p"})
    body = site.text("posts/a/index.html").partition('class="prose"')[2]
    assert re.findall('(?:href|src)="([^"]+)"', body)[:6] == [
        "/posts/b/", "/docs/c/#part", "/img/p.png", "/docs/c/", "/docs/", "#here"]
