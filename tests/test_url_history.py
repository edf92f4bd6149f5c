"""The ledger of URLs: what was published answers for ever, or is said to be lost."""

from __future__ import annotations

import re
import shutil
import subprocess
from itertools import pairwise

import pytest

from coldpress.content.redirects import all_redirects
from coldpress.sources.ledger import Fact, escaped, fact_of

URL = "base_url: https://e.org/blog/\npaginate: 2\nsearch: false\nsocial_cards: false\n"
LEDGER = "url-history.txt"


def post(number, title=None, tags="all", body=None):
    return f"---\ntitle: {title or f'Post {number}'}\ntags: [{tags}]\n---\n{body or f'Body {number}'}\n"


SITE = {**{f"content/posts/2026-01-{number:02}-p{number}.md": post(number) for number in range(1, 7)},
        "content/docs/_index.md": "# Docs", "content/docs/install.md": "# Install\n\nx"}


@pytest.fixture
def published(make_site):
    """A site that was published."""

    def publish(files=SITE, config=URL):
        site = make_site(files, config)
        result = site.build("--publish")
        assert (result.code, result.problems) == (0, [])
        return site

    return publish


def lines(site):
    return (site.root / LEDGER).read_text("utf-8").splitlines()


def target(site, file):
    """Where a redirect leads, or None for any other file."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', site.text(file))
    return found and found[1]


def rename(site, before, after, change=lambda text: text):
    text = (site.root / before).read_text("utf-8")
    site.edit({before: None, after: change(text)})


def build(site):
    """Build it, and compare with a clean build that remembers the same moves."""
    result, clean = site.build(), site.clean_copy()
    moves = site.root / ".coldpress/moves"
    if moves.exists():
        clean.edit({".coldpress/moves": moves.read_bytes()})
    anew = clean.build()
    assert (anew.problems, clean.files()) == (result.problems, site.files())
    return result


def lost(result):
    return [problem["message"] for problem in result.problems if problem["code"] == "url.lost"]


# The file.


@pytest.mark.parametrize("name", ["a b.md", "#x.md", "@x.md", "100%.md", "日 本.md", "é\u2028x.md", "plain.md", "=.md"])
def test_every_name_is_one_word_of_a_line(name):
    word = escaped(name)
    assert word == "".join(word.split()) and word[0] not in "#@"
    fact = Fact(f"/x {name}/", word, 3)
    assert fact_of(fact.line) == fact
    moved = Fact(word, "#own")
    assert fact_of(moved.line) == moved


def test_the_first_publishing_begins_it_and_the_next_adds_what_is_new(make_site):
    site = make_site(SITE, URL)
    for flags in ([], ["--drafts"], ["--dry-run"]):
        site.build(*flags)
    assert not (site.root / LEDGER).exists()
    said = site.run("build", "--publish").out
    assert "url-history.txt: " in said and "Commit it" in said
    first = lines(site)
    assert first[0].startswith("# ") and first[1:] == sorted(first[1:])
    assert {"/posts/p1/ posts/2026-01-01-p1.md", "/posts/ @list/posts", "/posts/page/1/ @list/posts",
            "/tags/all/feed.xml @terms/tags/all", "/docs/ docs/_index.md", "/feed.xml @home", "/archive/ @archive"
            } <= set(first)
    assert not [line for line in first if line.startswith(("/theme/", "/search/", "/404", "/sitemap", "/ "))]
    before = (site.root / LEDGER).stat()
    assert "nothing new" in site.run("build", "--publish").out
    assert (site.root / LEDGER).stat() == before
    site.edit({"content/about.md": "# Me"})
    site.run("urls", "--accept")
    assert set(lines(site)) - set(first) == {"/about/ about.md"}


def test_only_what_goes_online_is_written(published):
    site = published()
    before = lines(site)
    for number in range(3):
        day = f"content/posts/2026-01-0{number + 1}-"
        site.edit({f"content/d{number}.md": "---\ndraft: true\n---\nx", f"content/posts/2027-01-02-x{number}.md": "x"})
        rename(site, f"{day}p{number + 1}.md", f"{day}q{number + 1}.md")
        for flags in ([], ["-D"], ["-F"], ["-D", "-F", "--expired"]):
            assert site.build(*flags).code == 0
        site.client().get("/blog/")
    assert lines(site) == before
    for flags in (["-D"], ["-F"], ["--expired"], ["--dry-run"]):
        assert site.run("build", "--publish", *flags).code == 2
        refused = site.run("urls", "--accept", *flags) if flags != ["--dry-run"] else None
        assert refused is None or (refused.code, "history.drafts" in refused.err) == (2, True)
    assert lines(site) == before
    site.run("urls", "--accept")
    added = set(lines(site)) - set(before)
    assert not [line for line in added if "/d0/" in line or "2027" in line]


def test_deploy_writes_it(published):
    files = {"content/a.md": "# A\n\nText.", "content/b.md": "# B\n\nMore."}
    site = published(files, URL + "deploy: {command: echo}\n")
    before = lines(site)
    site.edit({"content/c.md": "# C\n\nMore text."})
    assert (site.run("deploy", "--dry-run").code, lines(site)) == (0, before)
    assert site.run("deploy").code == 0
    assert set(lines(site)) - set(before) == {"/c/ c.md"}
    site.edit({"content/a.md": None})
    assert (site.run("deploy").code, "url.lost" in site.results[-1].err) == (1, True)


def test_nothing_is_written_by_a_build_with_errors(published):
    site = published()
    before = lines(site)
    site.edit({"content/new.md": "# New", "content/bad.md": "---\ntitle: [\n---\n"})
    assert site.build("--publish").code == 1
    assert site.run("urls", "--accept").code == 1
    assert lines(site) == before


def test_lines_of_both_sides_of_a_conflict_count(published):
    site = published({"content/a.md": "# A", "content/b.md": "# B"})
    text = (site.root / LEDGER).read_text("utf-8")
    site.edit({LEDGER: f"{text}<<<<<<< HEAD\n/old-a/ a.md\n=======\n/old-b/ b.md\n>>>>>>> other\nwhat is this\r\n"})
    result = site.build()
    assert [(problem["code"], problem["place"]["text"]) for problem in result.problems] == [
        ("history.conflict", "<<<<<<< HEAD"), ("history.line", "what is this")]
    assert "merge=union" in result.problems[0]["hint"]
    assert (target(site, "old-a/index.html"), target(site, "old-b/index.html")) == ("/blog/a/", "/blog/b/")
    site.edit({"content/c.md": "# C"})
    site.build("--publish")
    assert [line for line in lines(site) if line.startswith(("<", "=", ">"))] == []
    assert "what is this" in lines(site)


@pytest.mark.parametrize("line", [
    "/a/ gone " + "9" * 5000, "/a/ gone \u0663", "/a%00b/ gone", "/a%0A/ a.md", "/a/ b c", "/a/", "a = b = c", "= a b"])
def test_a_line_that_is_no_fact(line):
    assert fact_of(line) is None


def test_a_ledger_that_cannot_be_read_is_a_problem(published):
    site = published({"content/a.md": "# A"})
    site.edit({LEDGER: b"/a/ a.md\n/\xff/ b.md\n"})
    assert site.build().places() == [("history.encoding", LEDGER, 2)]
    (site.root / LEDGER).unlink()
    (site.root / LEDGER).mkdir()
    assert "history.unreadable" in site.build().codes
    assert "history.unreadable" in site.run("urls", "--accept").err


def test_a_ledger_that_cannot_be_written_is_a_problem(published):
    site = published({"content/a.md": "# A"})
    before = lines(site)
    for part in (f".coldpress/{LEDGER}.part", f".{LEDGER}.part"):
        (site.root / part).mkdir()
    site.edit({"content/b.md": "# B"})
    for result in (site.run("build", "--publish"), site.run("urls", "--accept")):
        assert (result.code, "history.failed" in result.err) == (1, True)
    assert lines(site) == before
    (site.root / f".{LEDGER}.part").rmdir()
    assert site.run("urls", "--accept").code == 0
    assert set(lines(site)) - set(before) == {"/b/ b.md"}


# What follows by itself.


def test_a_file_that_is_renamed_moved_and_edited(published):
    site = published()
    rename(site, "content/posts/2026-01-01-p1.md", "content/posts/2026-01-01-one.md")
    rename(site, "content/posts/2026-01-02-p2.md", "content/posts/2026-01-02-two.md", lambda text: text + "More.\n")
    rename(site, "content/posts/2026-01-03-p3.md", "content/three.md", lambda text: text.replace("Post 3", "Third"))
    rename(site, "content/docs/install.md", "content/docs/set-up.md", lambda text: text + "\nMore.\n")
    result = build(site)
    assert (result.code, result.problems) == (0, [])
    redirects = {"posts/p1/": "/blog/posts/one/", "posts/p2/": "/blog/posts/two/", "posts/p3/": "/blog/three/",
                 "docs/install/": "/blog/docs/set-up/"}
    assert {old: target(site, f"{old}index.html") for old in redirects} == redirects
    assert not set(lines(site)) & {"posts/2026-01-01-one.md = posts/2026-01-01-p1.md"}
    response = site.client().get("/posts/p1/")
    assert (response.status_code, response.location) == (301, "/posts/one/")
    site.build("--publish")
    assert {"posts/2026-01-01-one.md = posts/2026-01-01-p1.md", "/three/ posts/2026-01-03-p3.md"} <= set(lines(site))
    clean = site.clean_copy()
    assert clean.build().problems == []
    assert clean.files() == site.files()


def test_typos_on_the_way_leave_no_trace(published):
    site = published()
    before = lines(site)
    names = ["p1", "pp1", "first", "p1"]
    for one, other in pairwise(names):
        rename(site, f"content/posts/2026-01-01-{one}.md", f"content/posts/2026-01-01-{other}.md",
               lambda text: text + "More.\n")
        assert lost(site.build()) == []
    site.build("--publish")
    assert lines(site) == before


def test_permalinks_and_slugs_and_a_collection_change(published):
    config = URL + "permalinks: {docs: /handbook/<slug>/}\n"
    site = published()
    site.edit({"config.yaml": config + "collections: {posts: {path: blog, permalink: /<year>/<slug>/}}\n",
               "content/docs/install.md": "---\nslug: set-up\n---\n# Install\n\nx"})
    (site.root / "content/posts").rename(site.root / "content/blog")
    result = build(site)
    assert (result.code, result.problems) == (0, [])
    assert target(site, "posts/p1/index.html") == "/blog/2026/p1/"
    assert target(site, "docs/install/index.html") == "/blog/handbook/set-up/"
    assert target(site, "posts/index.html") == target(site, "posts/page/1/index.html") == "/blog/blog/"
    assert site.text("posts/feed.xml") == site.text("blog/feed.xml"), "feed readers follow no HTML"
    site.run("urls", "--accept")
    assert {"@list/blog = @list/posts", "blog/2026-01-01-p1.md = posts/2026-01-01-p1.md"} <= set(lines(site))


def test_a_list_and_its_feeds_follow_a_term(published):
    site = published({**SITE, "content/posts/2026-02-01-x.md": post(7, tags="all, rare")})
    for number in range(1, 7):
        site.edit({f"content/posts/2026-01-{number:02}-p{number}.md": post(number, tags="each")})
    site.edit({"content/posts/2026-02-01-x.md": post(7, tags="each, rare")})
    assert lost(build(site)) == []
    assert target(site, "tags/all/index.html") == "/blog/tags/each/"
    assert site.text("tags/all/rss.xml") == site.text("tags/each/rss.xml")
    assert site.client().get("/tags/all/feed.xml").mimetype == "application/xml"
    site.build("--publish")
    assert "@terms/tags/each = @terms/tags/all" in lines(site)
    site.edit({"content/posts/2026-02-01-x.md": post(7, tags="each")})
    assert lost(site.build()) == ["`/tags/rare/` and 3 more of its URLs are lost: it was the list of `rare` in `tags`"]


def test_numbered_pages_lead_to_their_list(published):
    site = published()
    assert "posts/page/2/index.html" in site.files()
    site.edit({"config.yaml": URL.replace("paginate: 2", "paginate: 20")})
    assert build(site).problems == []
    assert target(site, "posts/page/2/index.html") == "/blog/posts/"


def test_rows_of_data(published):
    config = URL + "collections: {books: {data: books.yaml, permalink: /b/<slug>/}}\n"
    site = published({"data/books.yaml": "- {key: sicp, title: SICP}\n- {key: taocp, title: TAOCP}\n"}, config)
    assert "/b/sicp/ books/sicp" in lines(site)
    site.edit({"data/books.yaml": "- {key: the-wizard-book, title: SICP}\n",
               "config.yaml": config.replace("/b/", "/books/")})
    result = build(site)
    assert target(site, "b/sicp/index.html") == "/blog/books/the-wizard-book/"
    assert lost(result) == ["`/b/taocp/` is lost: it was “TAOCP”, of `books/taocp`"]


def test_an_id_names_a_page_whatever_it_is_called(published):
    site = published({"content/a.md": "---\nid: hello\n---\nA.", "content/b.md": "---\nid: other\n---\nB."})
    assert "/a/ #hello" in lines(site)
    site.edit({"content/a.md": None, "content/c/d.md": "---\nid: hello\ntitle: All new\n---\nNothing is alike.",
               "content/b.md": "# B without"})
    site.build("--no-cache")
    assert target(site, "a/index.html") == "/blog/c/d/"
    site.edit({"content/e.md": "---\nid: hello\n---\nE."})
    assert site.build().places() == [("history.id", "content/e.md", 2)]


def test_an_alias_that_was_published_is_kept(published):
    site = published({"content/a.md": "---\naliases: [/was/]\n---\nA.", "content/b.md": "B."})
    site.edit({"content/a.md": "A."})
    assert (site.build().problems, target(site, "was/index.html")) == ([], "/blog/a/")
    site.edit({"content/b.md": "---\naliases: [/was/]\n---\nB."})
    assert (site.build().problems, target(site, "was/index.html")) == ([], "/blog/b/")


def test_a_new_page_under_an_old_name_is_another_page(published):
    site = published({"content/a.md": "# A\n\nOne.", "content/z.md": "# Z"})
    rename(site, "content/a.md", "content/b.md")
    site.build("--publish")
    site.edit({"content/a.md": "# Another\n\nTwo."})
    site.build("--publish")
    assert {"a.md = a.md~2", "/a/ a.md~2 2", "/b/ a.md", "b.md = a.md"} <= set(lines(site))
    rename(site, "content/a.md", "content/c.md")
    rename(site, "content/b.md", "content/d.md")
    assert build(site).problems == []
    assert (target(site, "a/index.html"), target(site, "b/index.html")) == ("/blog/c/", "/blog/d/")


def test_an_own_route_and_a_file_win_over_old_urls(published):
    site = published({"content/uses.md": "# Uses\n\nx", "content/data.html": "<p>y", "content/x.md": "# X\n\nz"})
    rename(site, "content/uses.md", "content/tools.md")
    rename(site, "content/x.md", "content/y.md")
    site.edit({"build.py": "import coldpress\n\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
               "    app.add_url_rule('/uses/', 'uses', lambda: '<p>own')\n    return app\n",
               "content/x/index.html": "<p>file"})
    assert build(site).problems == []
    assert (site.text("uses/index.html"), site.text("x/index.html")) == ("<p>own", "<p>file")
    site.build("--publish")
    assert "/uses/ @view/uses 2" in lines(site)
    site.edit({"build.py": "import coldpress\n\n\ndef create_app():\n    return coldpress.create_app(__file__)\n"})
    assert lost(site.build()) == ["`/uses/` is lost: it was a page of the view `uses`"]


# What is lost.


def test_a_page_that_is_deleted_is_told_until_the_author_says_what(published):
    site = published()
    site.edit({"content/posts/2026-01-01-p1.md": None, "content/posts/2026-01-02-p2.md": None})
    result = site.build()
    first = result.problems[0]
    assert lost(result)[0] == "`/posts/p1/` is lost: it was “Post 1”, of `posts/2026-01-01-p1.md`"
    assert first["place"]["path"] == LEDGER and first["place"]["text"] == "/posts/p1/ posts/2026-01-01-p1.md"
    for way in ("`aliases: [/posts/p1/]`", "`urls --gone /posts/p1/`", "put it back"):
        assert way in first["hint"]
    assert (site.build("--strict").code, site.build("--publish").code) == (1, 0)
    assert lost(build(site)) == lost(result)
    site.edit({"content/posts/2026-01-03-p3.md": post(3).replace("tags", "aliases: [/posts/p1/]\ntags")})
    assert len(lost(site.build())) == 1
    assert site.run("urls", "--gone", "/blog/posts/p2/").code == 0
    assert "/posts/p2/ gone 2" in lines(site)
    assert site.build("--strict").problems == []
    assert site.client().get("/posts/p2/").status_code == 410
    assert site.client().get("/posts/p9/").status_code == 404
    site.edit({"content/posts/2026-01-02-p2.md": SITE["content/posts/2026-01-02-p2.md"]})
    site.build("--publish")
    assert "/posts/p2/ posts/2026-01-02-p2.md 3" in lines(site)
    assert site.client().get("/posts/p2/").status_code == 200


def test_gone_is_for_urls_that_nothing_answers(published):
    site = published()
    rename(site, "content/posts/2026-01-01-p1.md", "content/posts/2026-01-01-one.md")
    site.edit({"content/posts/2026-01-02-p2.md": None})
    for url, code, said in (("/posts/p1/", "history.answered", "redirects to `/posts/one/`"),
                            ("/posts/p3/", "history.answered", "it is there"),
                            ("/posts/p22/", "history.unknown", "did you mean `/posts/p2/`")):
        result = site.run("urls", "--gone", url)
        assert (result.code, code in result.err, said in result.err) == (2, True, True), result.err
    assert site.run("urls", "--gone", "posts/p2").code in (0, 2)
    (site.root / LEDGER).unlink()
    assert "history.none" in site.run("urls", "--gone", "/x/").err


def test_a_draft_is_told_as_a_draft(published):
    site = published()
    site.edit({"content/posts/2026-01-01-p1.md": post(1).replace("tags", "draft: true\ntags")})
    assert lost(site.build()) == [
        "`/posts/p1/` is lost: it was “Post 1”, of `posts/2026-01-01-p1.md`, which is a draft now"]
    assert lost(site.build("-D")) == []


def test_history_shows_what_is_there_now(published):
    site = published()
    rename(site, "content/posts/2026-01-01-p1.md", "content/posts/2026-01-01-one.md")
    site.edit({"content/posts/2026-01-02-p2.md": None, "content/posts/2026-01-03-p3.md": None})
    site.run("urls", "--gone", "/posts/p2/")
    rows = {row["path"]: row for row in site.run("urls", "--history", "--json").data["history"]}
    assert {path: rows[path]["state"] for path in ("/posts/p1/", "/posts/p2/", "/posts/p3/", "/posts/p4/")} == {
        "/posts/p1/": "redirect", "/posts/p2/": "gone", "/posts/p3/": "lost", "/posts/p4/": "there"}
    assert rows["/posts/p1/"]["to"] == "/blog/posts/one/"
    site.edit({"config.yaml": f"{URL}redirects: {{/posts/<n>/: /posts/p4/}}\ndeploy: {{host: nginx}}\n"})
    rows = {row["path"]: row for row in site.run("urls", "--history", "--json").data["history"]}
    assert (rows["/posts/p3/"]["state"], rows["/posts/p3/"]["to"]) == ("redirect", "/blog/posts/p4/")
    assert "it redirects to `/posts/p4/`" in site.run("urls", "--gone", "/posts/p3/").err
    site.edit({"config.yaml": URL})
    assert re.search(r"/blog/posts/p3/ +lost +posts/2026-01-03-p3.md", site.run("urls", "--history").out)
    assert site.run("urls", "--history", "--accept").code == 2


def test_all_redirects_of_a_site_for_hosts(published):
    site = published()
    rename(site, "content/posts/2026-01-01-p1.md", "content/posts/2026-01-01-one.md")
    site.edit({"content/posts/2026-01-02-p2.md": None,
               "content/docs/install.md": "---\naliases: [/i/]\n---\n# Install"})
    site.run("urls", "--gone", "/posts/p2/")
    redirects = all_redirects(site.app().extensions["coldpress"].library)
    assert {redirect[:3] for redirect in redirects} >= {
        ("/i/", "/docs/install/", 301), ("/posts/p1/", "/posts/one/", 301), ("/posts/p2/", None, 410)}


def test_two_pages_that_had_one_url(published):
    site = published({"content/a.md": "# A\n\na", "content/b.md": "# B\n\nb"})
    text = (site.root / LEDGER).read_text("utf-8")
    site.edit({LEDGER: f"{text}/x/ a.md\n/x/ b.md\n"})
    result = site.build()
    assert [(problem["code"], problem["message"]) for problem in result.problems] == [
        ("history.clash", "`/x/` was a URL of `a.md` and of `b.md`; it leads to `a.md`")]
    assert target(site, "x/index.html") == "/blog/a/"
    site.edit({"content/b.md": "---\naliases: [/x/]\n---\n# B\n\nb"})
    assert (site.build("--publish").problems, target(site, "x/index.html")) == ([], "/blog/b/")
    assert "/x/ b.md 2" in lines(site)


def test_authors_who_are_not_trusted_take_no_old_urls(published):
    """Neither by an `id:` nor by a title of a page that is gone."""
    config = URL + "markdown: {untrusted: [guests]}\n"
    site = published({"content/main/a.md": "---\nid: first\ntitle: A\n---\nText.", "content/main/b.md": "# B\n\nMore.",
                      "content/guests/c.md": "# C\n\nText of C."}, config)
    assert "/main/a/ #first" in lines(site)
    site.edit({"content/main/a.md": None, "content/main/b.md": None, "content/guests/c.md": None,
               "content/guests/x.md": "---\nid: first\ntitle: A\n---\nText.", "content/guests/y.md": "# B\n\nMore.",
               "content/guests/z.md": "# C\n\nText of C."})
    assert [said.split("`")[1] for said in lost(build(site))] == ["/main/a/", "/main/b/"]
    assert target(site, "guests/c/index.html") == "/blog/guests/z/"
    site.build("--publish")
    assert "/guests/x/ guests/x.md" in lines(site)


def test_names_of_every_script(published):
    site = published({"content/文章/你好 世界.md": "# 你好\n\n正文。", "content/é t.md": "# É\n\nx"})
    assert {"/文章/你好-世界/ 文章/你好%20世界.md", "/é-t/ é%20t.md"} <= set(lines(site))
    rename(site, "content/文章/你好 世界.md", "content/文章/再见.md")
    assert lost(build(site)) == []
    assert target(site, "文章/你好-世界/index.html") == "/blog/%E6%96%87%E7%AB%A0/%E5%86%8D%E8%A7%81/"
    site.build("--publish")
    assert "文章/再见.md = 文章/你好%20世界.md" in lines(site)


def test_the_preview_redirects_and_tells_what_is_lost(browse, published):
    files = {f"content/{name}.md": f"# {name}\n\nText of {name}." for name in "abc"}
    ledger = (published(files).root / LEDGER).read_bytes()
    browser = browse({**files, LEDGER: ledger}, URL)
    browser.edit({"content/a.md": None, "content/z.md": files["content/a.md"], "content/b.md": None})
    response = browser.get("/blog/a/")
    assert (response.status_code, response.location) == (301, "/blog/z/")
    assert "is lost" in browser.get("/blog/c/").text
    browser.edit({LEDGER: ledger + b"/b/ gone 2\n/was/ c.md\n"})
    assert browser.get("/blog/b/").status_code == 410
    assert browser.get("/blog/was/").location == "/blog/c/"
    assert (browser.site.root / LEDGER).read_bytes() == ledger + b"/b/ gone 2\n/was/ c.md\n"


def test_several_processes_and_relative_links(published):
    site = published({**SITE, **{f"content/x{number}.md": f"# X{number}\n\n{number}" for number in range(30)}},
                     URL + "links: relative\n")
    for number in range(30):
        rename(site, f"content/x{number}.md", f"content/y/x{number}.md")
    assert lost(site.build("-j", "2")) == []
    assert target(site, "x7/index.html") == "../y/x7/index.html"


def test_redirects_of_the_config_go_before_old_urls(published):
    site = published()
    for number in (1, 2, 3):
        rename(site, f"content/posts/2026-01-0{number}-p{number}.md", f"content/posts/2026-01-0{number}-q{number}.md")
    site.edit({"content/posts/2026-01-04-p4.md": None, "config.yaml": URL + "redirects:\n  /posts/p1/: /docs/\n"
               "  /posts/p2/: {status: 410}\n  /posts/<slug>/: /nowhere/<slug>/\n  /posts/p4/: https://x.org/\n"})
    assert build(site).problems == []
    assert target(site, "posts/p1/index.html") == "/blog/docs/"
    assert target(site, "posts/p3/index.html") == "/blog/posts/q3/"
    redirects = {each.path: each.to for each in all_redirects(site.app().extensions["coldpress"].library)}
    assert (redirects["/posts/p1/"], redirects["/posts/p2/"], redirects["/posts/p3/"]) == ("/docs/", None, "/posts/q3/")


# With git.


def git(folder, *words):
    done = subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@e.org", "-c", "core.autocrlf=false", *words],
                          cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def in_git(site):
    git(site.root, "init", "-q", "-b", "main")
    site.edit({".gitignore": "/site/\n/.coldpress/\n__pycache__/\n", ".gitattributes": f"{LEDGER} merge=union\n"})
    commit(site)
    return site


def commit(site):
    git(site.root, "add", "-A")
    git(site.root, "commit", "-q", "-m", "x")


def forget(site):
    for folder in ("site", ".coldpress"):
        shutil.rmtree(site.root / folder)


def test_git_knows_what_coldpress_has_forgotten(published):
    site = in_git(published())
    rename(site, "content/posts/2026-01-01-p1.md", "content/posts/2026-01-01-one.md",
           lambda text: text.replace("Post 1", "Another title"))
    commit(site)
    rename(site, "content/posts/2026-01-01-one.md", "content/posts/2026-01-01-first.md")
    rename(site, "content/posts/2026-01-02-p2.md", "content/posts/2026-01-02-two.md")
    site.edit({"content/posts/2026-01-03-p3.md": None})
    commit(site)
    rename(site, "content/posts/2026-01-04-p4.md", "content/posts/2026-01-04-four.md", lambda text: text + "More.")
    site.edit({"content/posts/2026-01-05-p5.md": None})
    forget(site)
    assert lost(build(site)) == ["`/posts/p3/` is lost: it was “Post 3”, of `posts/2026-01-03-p3.md`",
                                            "`/posts/p5/` is lost: it was “Post 5”, of `posts/2026-01-05-p5.md`"]
    assert {old: target(site, f"posts/{old}/index.html") for old in ("p1", "p2", "p4")} == {
        "p1": "/blog/posts/first/", "p2": "/blog/posts/two/", "p4": "/blog/posts/four/"}


def test_a_part_of_the_history_is_told(published, tmp_path):
    site = in_git(published({"content/a.md": "# A\n\n" + "Text.\n\n" * 20, "content/b.md": "# B\n\nb"}))
    rename(site, "content/a.md", "content/z.md", lambda text: text.replace("# A", "# Z"))
    commit(site)
    site.edit({"content/c.md": "# C"})
    commit(site)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{site.root.as_posix()}", "part")
    part = type(site)(tmp_path / "part", site.capture)
    result = part.build()
    assert lost(result) == ["`/a/` is lost: it was the page of `a.md`"]
    assert "`fetch-depth: 0`" in result.problems[0]["hint"]
    git(part.root, "fetch", "-q", "--unshallow")
    assert (lost(part.build()), target(part, "a/index.html")) == ([], "/blog/z/")


def test_urls_of_own_routes_that_only_links_tell(published):
    code = ("import coldpress\nfrom flask import url_for\n\n\ndef create_app():\n"
            "    app = coldpress.create_app(__file__)\n"
            "    app.add_url_rule('/u/<name>/', 'user', lambda name: name)\n"
            "    app.add_url_rule('/all/', 'all', lambda: f'<a href=\"{url_for(\"user\", name=\"ann\")}\">x</a>')\n"
            "    return app\n")
    site = published({"build.py": code, "content/a.md": "# A"})
    assert {"/u/ann/ @view/user", "/all/ @view/all"} <= set(lines(site))
    assert (site.build().problems, site.run("urls", "--accept", "--json").problems) == ([], [])
    site.edit({"build.py": code.replace("ann", "bob")})
    assert lost(site.build()) == ["`/u/ann/` is lost: it was a page of the view `user`"]


def test_two_branches_that_renamed_posts_merge_without_a_hand(published, tmp_path):
    site = in_git(published())
    git(site.root, "checkout", "-q", "-b", "other")
    for number in (1, 2, 3):
        day = f"content/posts/2026-01-0{number}-"
        rename(site, f"{day}p{number}.md", f"{day}other{number}.md")
    site.run("urls", "--accept")
    commit(site)
    git(site.root, "checkout", "-q", "main")
    for number in (4, 5):
        day = f"content/posts/2026-01-0{number}-"
        rename(site, f"{day}p{number}.md", f"{day}main{number}.md")
    edited = "content/posts/2026-01-03-p3.md"
    site.edit({edited: (site.root / edited).read_text("utf-8") + "Edited on main.\n"})
    site.build("--publish")
    commit(site)
    git(site.root, "merge", "-q", "other", "-m", "both")
    result = site.build("--strict")
    assert (result.code, result.problems) == (0, [])
    assert {number: target(site, f"posts/p{number}/index.html") for number in range(1, 6)} == {
        number: f"/blog/posts/{'other' if number < 4 else 'main'}{number}/" for number in range(1, 6)}
    assert "Edited on main." in site.text("posts/other3/index.html")
    site.build("--publish")
    facts = [line for line in lines(site) if not line.startswith("#")]
    assert len(facts) == len(set(facts))


def test_the_ledger_of_a_mounted_site(make_site):
    build = ("import coldpress\nfrom flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n"
             "    coldpress.Coldpress(app, 'docs', url_prefix='/docs')\n    return app\n")
    site = make_site({"build.py": build, "docs/content/a.md": "# A\n\nx", "docs/config.yaml": "base_url: https://e.org/docs/\n"})
    out = site.root / "out"
    assert site.run("build", "--publish", "-o", str(out)).code == 0
    assert "/a/ a.md" in (site.root / "docs" / LEDGER).read_text("utf-8").splitlines()
    rename(site, "docs/content/a.md", "docs/content/b.md")
    assert site.build("-o", str(out)).problems == []
    assert "/docs/b/" in (out / "docs/a/index.html").read_text("utf-8")
