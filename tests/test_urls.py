"""Which URL a source gets: the table of the design, and what is refused."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from conftest import check_one_truth

from coldpress.content.clashes import Claims

DATED = "---\ndate: 2026-01-02\n---\nWords."
PERMALINK = "---\ntitle: P\npermalink: {}\n---\nWords."


def urls_of(site):
    """URL by source, as `urls` tells it; lists and feeds have none."""
    return {row["source"]: row["url"] for row in site.run("urls", "--json").data["pages"] if row["source"]}


@pytest.mark.parametrize(("source", "url", "file"), [
    ("content/posts/2026-01-02-hello.md", "/posts/hello/", "posts/hello/index.html"),
    ("content/posts/2024/hello.md", "/posts/hello/", "posts/hello/index.html"),
    ("content/posts/2024/05/2024-05-06-deep.md", "/posts/deep/", "posts/deep/index.html"),
    ("content/posts/2026-01-02-trip/index.md", "/posts/trip/", "posts/trip/index.html"),
    ("content/posts/2026/trip/index.md", "/posts/trip/", "posts/trip/index.html"),
    ("content/posts/_index.md", "/posts/", "posts/index.html"),
    ("content/about.md", "/about/", "about/index.html"),
    ("content/docs/install.md", "/docs/install/", "docs/install/index.html"),
    ("content/docs/deep/er/x.md", "/docs/deep/er/x/", "docs/deep/er/x/index.html"),
    ("content/docs/_index.md", "/docs/", "docs/index.html"),
    ("content/trip/index.md", "/trip/", "trip/index.html"),
    ("content/docs/trip/index.md", "/docs/trip/", "docs/trip/index.html"),
    ("content/index.md", "/", "index.html"),
    ("content/_index.md", "/", "index.html"),
    ("content/README.md", "/", "index.html"),
    ("content/CNAME", "/CNAME", "CNAME"),
    ("content/favicon.ico", "/favicon.ico", "favicon.ico"),
    ("content/docs/plan.pdf", "/docs/plan.pdf", "docs/plan.pdf"),
    ("content/posts/2024/chart.png", "/posts/2024/chart.png", "posts/2024/chart.png"),
    ("content/.well-known/security.txt", "/.well-known/security.txt", ".well-known/security.txt"),
    ("static/x.css", "/static/x.css", "static/x.css"),
    ("static/deep/x.css", "/static/deep/x.css", "static/deep/x.css"),
    ("content/Hello World_again.md", "/hello-world-again/", "hello-world-again/index.html"),
    ("content/v1.2.3.md", "/v1.2.3/", "v1.2.3/index.html"),
    ("content/你好.md", "/%E4%BD%A0%E5%A5%BD/", "你好/index.html"),
    ("content/My Docs/Part One.md", "/my-docs/part-one/", "my-docs/part-one/index.html"),
])
def test_every_source_has_its_url(build_site, source, url, file):
    site = build_site({source: DATED if source.endswith(".md") else "x"})
    assert urls_of(site)[source] == url
    assert (site.root / "site" / file).is_file()
    assert site.client().get(url, buffered=True).status_code == 200


@pytest.mark.parametrize("file", [
    "index.html", "posts/index.html", "tags/index.html", "tags/python/index.html", "archive/index.html", "feed.xml",
    "rss.xml", "sitemap.xml", "robots.txt", "404.html"])
def test_what_no_source_makes_has_a_settled_url_too(build_site, file):
    site = build_site({"content/posts/2026-01-02-a.md": "---\ntags: python\n---\nA."})
    assert (site.root / "site" / file).is_file()


def test_home_shows_the_latest_posts_unless_there_is_an_index(build_site):
    site = build_site({"content/posts/2026-01-02-a.md": "---\ntitle: Latest\n---\nA."})
    assert "Latest" in site.text("index.html")
    site.edit({"content/index.md": "# Mine\n\nOwn words."}).rebuild()
    assert "Own words" in site.text("index.html")
    assert "Latest" not in site.text("index.html")


@pytest.mark.parametrize(("front", "url"), [
    ("slug: other", "/posts/other/"),
    ("slug: 2024", "/posts/2024/"),
    ("slug: 1.10", "/posts/1.10/"),
    ("slug: Ünder_Score!", "/posts/%C3%BCnder-score/"),
    ("title: Never of the title", "/posts/hello/"),
    ("permalink: /Own/Path/", "/Own/Path/"),
    ("permalink: own.html", "/own.html"),
    ("permalink: /x/y.html", "/x/y.html"),
    ("url: /from-hugo/", "/from-hugo/"),
    ("path: /from-zola/", "/from-zola/"),
    ("url: https://example.com/elsewhere", "/posts/hello/"),
    ("slug: short\npermalink: /long/", "/long/"),
])
def test_front_matter_can_choose_the_url(build_site, front, url):
    site = build_site({"content/posts/2026-01-02-hello.md": f"---\n{front}\n---\nWords."})
    assert urls_of(site)["content/posts/2026-01-02-hello.md"] == url
    assert site.client().get(url).status_code == 200


def test_a_url_with_a_scheme_is_left_to_templates(build_site):
    site = build_site({"content/a.md": "---\nurl: https://example.com/x\n---\nA.",
                       "templates/page.html": "{{ page.params.url }}"})
    assert site.text("a/index.html") == "https://example.com/x"


@pytest.mark.parametrize(("pattern", "url"), [
    ("/<year>/<month>/<slug>/", "/2026/01/hello/"),
    ("/<year>-<month>-<day>-<slug>.html", "/2026-01-02-hello.html"),
    ("/<section>/<year>/<stem>/", "/posts/2026/hello/"),
    ("/<slug>/", "/hello/"),
    ("/day/<day>/<slug>/", "/day/02/hello/"),
])
def test_a_pattern_places_a_section(build_site, pattern, url):
    site = build_site({"content/posts/2026-01-02-hello.md": "Hi.", "content/about.md": "Me."},
                      config=f"base_url: https://example.org/\npermalinks:\n  posts: {pattern}\n")
    assert urls_of(site)["content/posts/2026-01-02-hello.md"] == url
    assert urls_of(site)["content/about.md"] == "/about/"


def test_a_page_s_own_permalink_wins_over_the_pattern(build_site):
    site = build_site({"content/posts/2026-01-02-hello.md": PERMALINK.format("/mine/")},
                      config="base_url: https://e.org/\npermalinks: {posts: /<year>/<slug>/}")
    assert urls_of(site)["content/posts/2026-01-02-hello.md"] == "/mine/"


def test_a_pattern_with_a_date_needs_one(make_site):
    site = make_site({"content/posts/hello.md": "Hi."}, config="permalinks: {posts: /<year>/<slug>/}")
    assert ("url.permalink", "content/posts/hello.md", None) in site.build().places()
    assert not (site.root / "site").exists()


def test_a_token_that_means_nothing_is_named_at_its_line(make_site):
    result = make_site({"content/a.md": "A."}, config="title: T\npermalinks:\n  posts: /<yaer>/<slug>/\n").build()
    problem = next(problem for problem in result.problems if problem["code"] == "config.value")
    assert result.code == 1
    assert problem["hint"] == "did you mean `<year>`?"
    assert problem["place"]["path"] == "config.yaml"


@pytest.mark.parametrize(("line", "file"), [
    ("permalink: /x", "x"), ("url: /how-to", "how-to"), ("path: a/b", "a/b"), ("permalink: /v1.2", "v1.2"),
    ("url: /你好", "你好")])
def test_a_permalink_without_slash_or_ending_is_a_page_s_with_a_warning(make_site, line, file):
    site = make_site({"content/a.md": f"---\ntitle: A\n{line}\n---\nText."})
    result = site.build()
    assert (result.code, result.places()) == (0, [("url.slash", "content/a.md", 3)])
    assert result.problems[0]["hint"] == f"write `/{file}/` or `/{file}.html`"
    assert "Text." in site.text(f"{file}/index.html")
    assert site.build("--strict").code == 1


def test_a_pattern_in_the_config_needs_its_slash(make_site):
    result = make_site({"content/posts/2026-01-02-a.md": "A."}, "permalinks: {posts: /x/<slug>}\n").build()
    assert (result.code, "url.bad" in result.codes) == (1, True)


@pytest.mark.parametrize(("name", "front", "config", "hint"), [
    ("2014-08-07-{}+[].md", "date: 2014-08-07", "", "give it a `slug:` or a `permalink:`"),
    ("posts/!!!.md", "date: 2014-08-07", "", "give it a `slug:` or a `permalink:`"),
    ("posts/a.md", "title: A", "permalinks: {posts: /<year>/<slug>/}\n", "give it a `date:` or a `permalink:`")])
def test_what_a_url_lacks_is_what_the_hint_asks_for(make_site, name, front, config, hint):
    result = make_site({f"content/{name}": f"---\n{front}\n---\nText"}, "base_url: https://e.org\n" + config).build()
    assert [problem["hint"] for problem in result.problems if problem["code"] == "url.permalink"] == [hint]


@pytest.mark.parametrize("path", [
    "../../x/", "/../x/", "/a/../../x/", "/%2e%2e/%2e%2e/x/", "..%2fx/", "/a//b/", "/./a/", '"/a\\\\b/"', "/nul/",
    "/a./", "/a%00b/", '"/a:b/"', "/.../", f"/{'é' * 128}/"])
def test_a_permalink_that_could_escape_or_is_no_file_name_is_refused(make_site, path):
    site = make_site({"content/a.md": PERMALINK.format(path)})
    assert site.build().places() == [("url.bad", "content/a.md", 3)]
    assert not (site.root / "site").exists()
    assert not (site.root / "x").exists()


@pytest.mark.parametrize(("files", "named"), [
    ({"content/posts/2026-01-02-a.md": "A.", "content/posts/2025-01-02-a.md": "B."},
     {"content/posts/2026-01-02-a.md", "content/posts/2025-01-02-a.md"}),
    ({"content/a.md": "A.", "content/b.md": PERMALINK.format("/a/")}, {"content/a.md", "content/b.md"}),
    ({"content/About.md": "A.", "content/about.md": "B."}, {"content/About.md", "content/about.md"}),
    ({"content/a.md": PERMALINK.format("/A/"), "content/b.md": PERMALINK.format("/a/")},
     {"content/a.md", "content/b.md"}),
    ({"content/Logo.png": "1", "content/logo.png": "2"}, {"content/Logo.png", "content/logo.png"}),
    ({"content/a.md": PERMALINK.format("/x.txt"), "content/x.txt": "x"}, {"content/a.md", "content/x.txt"}),
    ({"content/My Docs/x.txt": "1", "content/my-docs/x.txt": "2"}, {"content/My Docs/x.txt", "content/my-docs/x.txt"}),
    ({"content/static/x.css": "1", "static/x.css": "2"}, {"content/static/x.css", "static/x.css"}),
    ({"content/a.md": PERMALINK.format("/tags/x/"), "content/b.md": "---\ntags: x\n---\nB."}, {"content/a.md"}),
    ({"content/a.md": PERMALINK.format("/archive/"), "content/posts/2026-01-02-p.md": "P."}, {"content/a.md"}),
    ({"content/a.md": PERMALINK.format("/404.html")}, {"content/a.md"}),
    ({"content/sitemap.xml": "mine"}, {"content/sitemap.xml"}),
    ({"content/a.md": PERMALINK.format("/posts/"), "content/posts/2026-01-02-p.md": "P."}, {"content/a.md"}),
    ({"content/posts.md": "My list.", "content/posts/2026-01-02-p.md": "P."}, {"content/posts.md"}),
])
def test_two_owners_of_one_url_are_an_error_that_names_both(make_site, files, named):
    site = make_site(files)
    result = site.build()
    clashes = [problem for problem in result.problems if problem["code"] == "url.clash"]
    assert result.code == 1
    assert clashes
    for clash in clashes:
        assert named <= {place["path"] for place in (clash["place"], *clash["also"])}
        assert len(named) == 2 or any(owner in clash["message"] for owner in ("view", "list of"))
    assert not (site.root / "site").exists()


def test_a_clash_is_reported_once(make_site):
    assert make_site({"content/a.md": "A.", "content/b.md": PERMALINK.format("/a/")}).build().codes == ["url.clash"]


def test_a_page_where_an_empty_collection_would_stand_is_published(build_site):
    site = build_site({"content/posts.md": "Nothing yet, come back."})
    assert "come back" in site.text("posts/index.html")


BUILD_WITH_ROUTE = """\
import coldpress

def create_app():
    app = coldpress.create_app(__file__)

    @app.route("/uses/")
    def uses():
        return "mine"

    return app
"""


def test_a_page_and_an_own_route_clash(make_site):
    result = make_site({"content/uses.md": "Page.", "build.py": BUILD_WITH_ROUTE}).build()
    assert result.codes == ["url.clash"]
    problem = result.problems[0]
    assert {problem["place"]["path"], *(place["path"] for place in problem["also"])} == {"content/uses.md", "build.py"}
    assert "uses" in problem["message"]


@pytest.mark.parametrize("folder", ["content", "content/docs", "content/posts/2026-01-02-x"])
def test_two_index_files_in_a_folder_are_an_error_that_names_both(make_site, folder):
    result = make_site({f"{folder}/index.md": "A.", f"{folder}/_index.md": "B."}).build()
    problem = next(problem for problem in result.problems if problem["code"] == "url.two-indexes")
    assert result.code == 1
    assert {problem["place"]["path"], problem["also"][0]["path"]} == {f"{folder}/index.md", f"{folder}/_index.md"}


@pytest.mark.parametrize(("files", "urls"), [
    ({"content/docs/README.md": "R.", "content/docs/x.md": "X."}, {"content/docs/README.md": "/docs/"}),
    ({"content/docs/README.md": "R."}, {"content/docs/README.md": "/docs/"}),
    ({"content/posts/2026-01-02-trip/README.md": "R."}, {"content/posts/2026-01-02-trip/README.md": "/posts/trip/"}),
    ({"content/docs/readme.md": "R.", "content/docs/index.md": "I."},
     {"content/docs/readme.md": "/docs/readme/", "content/docs/index.md": "/docs/"}),
    ({"content/docs/README.md": "R.", "content/docs/_index.md": "I."},
     {"content/docs/README.md": "/docs/readme/", "content/docs/_index.md": "/docs/"}),
])
def test_a_readme_stands_for_its_folder_only_where_no_index_does(build_site, files, urls):
    site = build_site(files)
    assert urls_of(site).items() >= urls.items()


@pytest.mark.parametrize(("files", "kind"), [
    ({"content/x/index.md": "A."}, "page"),
    ({"content/x/index.md": "A.", "content/x/pic.png": "p"}, "page"),
    ({"content/x/index.md": "A.", "content/x/more.md": "B."}, "section"),
    ({"content/x/index.md": "A.", "content/x/deep/more.md": "B."}, "section"),
    ({"content/x/_index.md": "A."}, "section"),
    ({"content/posts/2026-01-02-x/index.md": "A."}, "post"),
    ({"content/posts/2026-01-02-x/index.md": "A.", "content/posts/2026-01-02-x/_notes.txt": "B."}, "post"),
])
def test_an_index_is_a_bundle_or_a_section_by_its_company(build_site, files, kind):
    site = build_site(files)
    library = site.app().extensions["coldpress"].library
    assert library.by_source(next(iter(files)).removeprefix("content/")).kind == kind


@pytest.mark.parametrize(("index", "asset", "url"), [
    ("content/posts/2026-01-02-trip/index.md", "photo.jpg", "/posts/trip/photo.jpg"),
    ("content/posts/2026-01-02-trip/index.md", "img/A B.jpg", "/posts/trip/img/A%20B.jpg"),
    ("content/docs/trip/index.md", "map.png", "/docs/trip/map.png"),
])
def test_the_files_of_a_bundle_go_with_it(build_site, index, asset, url):
    folder = index.rpartition("/")[0]
    site = build_site({index: "Look.", f"{folder}/{asset}": "x"})
    assert urls_of(site)[f"{folder}/{asset}"] == url
    site.edit({index: PERMALINK.format("/moved/here/")}).rebuild()
    assert urls_of(site)[f"{folder}/{asset}"] == "/moved/here/" + url.partition("trip/")[2]


def test_a_bundle_left_out_leaves_its_files_out(build_site):
    site = build_site({"content/posts/2026-01-02-a/index.md": "---\ndraft: true\n---\nA.",
                       "content/posts/2026-01-02-a/secret.jpg": "x", "content/b.md": "B."})
    assert not any("secret" in file for file in site.files())
    assert site.build("--drafts").code == 0
    assert "posts/a/secret.jpg" in site.files()


@pytest.mark.parametrize("config", ["base_url: https://example.org/", "base_url: https://example.org/blog/", ""])
def test_routes_and_pages_agree_below_any_prefix(make_site, config):
    site = make_site({
        "content/posts/2026-01-02-你好.md": "---\naliases: [/old/]\ntags: [C++]\n---\nA.", "content/a b.md": "B.",
        "content/docs/index.md": "I.", "content/docs/x'y&z.md": "X.", "content/p.md": PERMALINK.format("/q/r.html"),
        "content/index.md": "Home."}, config)
    assert site.build().code == 0
    check_one_truth(site)


def languages_of(site):
    result = site.build()
    assert result.code == 0
    return {path for code, path, _ in result.places() if code == "page.language"}


def test_endings_that_are_no_language_are_not_taken_for_one(build_site):
    names = ("intro-to-vue.js", "on-fly.io", "socket.io", "socket", "v1.2", "hello.world", "run.sh", "lib.rs",
             "open.ai", "mono.cs", "notion.so", "that-is.is", "gov.uk", "page.html", "a.b", "v1.2.3-rc", "y.ps",
             "node.js/index", "heise.de/index", "x.no-op", "d.é", "1.zz", "web.dev", "no.po", "x.de1", "12.34")
    build_site({f"content/{name}.md": "# A" for name in names})


def test_endings_that_are_a_language_are_said(make_site):
    names = ("post.zh", "post.zh-CN", "a.de", "b.pt-br", "c.zh-Hant-TW", "d.zh_CN", "e.es-419", "x/index.fr",
             "2024-01-01-f.ja")
    site = make_site({f"content/{name}.md": "# A" for name in names})
    assert languages_of(site) == {f"content/{name}.md" for name in names}


def test_a_doubtful_ending_is_a_language_beside_the_same_name(make_site):
    site = make_site({f"content/{name}.md": "# A" for name in (
        "post", "post.is", "both.cs", "both.it", "x/index", "x/index.pl", "alone.so", "fly", "fly.io")})
    assert languages_of(site) == {f"content/{name}.md" for name in ("post.is", "both.cs", "both.it", "x/index.pl")}


# Files that would be folders.

@pytest.mark.parametrize(("files", "named"), [
    ({"content/a": "licence", "content/a.md": "A."}, {"content/a", "content/a.md"}),
    ({"content/x.md": "---\naliases: [/old.php, /old.php/x/]\n---\nx"}, {"content/x.md"}),
    ({"content/x.md": "---\naliases: [/old.php/x/]\n---\nx", "content/y.md": "---\naliases: [/old.php]\n---\ny"},
     {"content/x.md", "content/y.md"}),
    ({"content/docs/x.md": "X.", "content/DOCS": "a file"}, {"content/docs/x.md", "content/DOCS"}),
    ({"content/a.md": PERMALINK.format("/a.html"), "content/b.md": PERMALINK.format("/A.html/deep/b.html")},
     {"content/a.md", "content/b.md"}),
    ({"content/a.md": PERMALINK.format("/x.css/"), "content/x.css": "x"}, {"content/a.md", "content/x.css"}),
    ({"content/static": "a file", "static/x.css": "x"}, {"content/static", "static/x.css"}),
    ({"content/a.md": PERMALINK.format("/theme/theme.css/")}, {"content/a.md"}),
    ({"content/a.md": PERMALINK.format("/feed.xml/"), "content/posts/2026-01-02-p.md": "P."}, {"content/a.md"}),
    ({"content/a.md": PERMALINK.format("/.gitignore/")}, {"content/a.md"}),
    ({"content/a.md": PERMALINK.format("/.GitIgnore/b.html")}, {"content/a.md"}),
])
def test_a_file_that_is_another_s_folder_is_an_error_that_names_both(make_site, files, named):
    site = make_site({"content/index.md": "Old.", "content/z.md": "Z."})
    assert site.build().code == 0
    before = site.files()
    result = site.edit({"content/index.md": "New.", **files}).build()
    assert (result.code, set(result.codes)) == (1, {"url.clash"}), result.problems
    for problem in result.problems:
        assert "a file and a folder" in problem["message"]
        assert named == {place["path"] for place in (problem["place"], *problem["also"])}
    assert len(result.problems) == 1, "told once"
    assert site.files() == before
    assert site.edit(dict.fromkeys(files)).build().code == 0
    assert "New." in site.text("index.html")


@pytest.mark.parametrize("seed", range(200))
def test_files_are_claimed_together_as_they_are_one_by_one(seed):
    rng = random.Random(seed)
    names = ["/".join(rng.choices(["a", "A", "b", "ß", "ss", "c.html"], k=rng.randint(1, 3))) for _ in range(6)]
    earlier, coming, later = (list(map(Claim, part)) for part in (names[:2], names[2:4], names[4:]))
    together, one_by_one = Claims(), Claims()
    for claims in (together, one_by_one):
        for claim in earlier:
            claims.take(claim)
    are_free = [one_by_one.take(claim) is None for claim in coming]
    assert together.take_all(coming) is all(are_free)
    if all(are_free):
        assert [together.take(claim) for claim in later] == [one_by_one.take(claim) for claim in later]


@dataclass
class Claim:
    """What claims a file."""

    file: str


def test_a_route_of_one_s_own_that_a_link_reveals_may_be_no_folder_either(make_site):
    site = make_site({"content/own/a.txt": "x", "templates/page.html": "{{ url_for('own', name='a.txt/b.html') }}",
                      "content/p.md": "P.", "build.py": (
        "import coldpress\ndef create_app():\n    app = coldpress.create_app(__file__)\n"
        "    @app.get('/own/<path:name>')\n    def own(name):\n        return 'own'\n    return app\n")})
    result = site.build()
    assert (result.code, result.codes) == (1, ["url.clash"])
    assert "`content/own/a.txt` and by the view `own`" in result.problems[0]["message"]


# Old addresses that are taken.

POST = "---\ntitle: Hello\naliases: [{}]\n---\nx"


def test_an_alias_that_is_a_page_s_url_loses_with_a_warning(make_site):
    pages = {"content/about.md": "Me.", "content/posts/_index.md": "Our posts.", "content/tags/_index.md": "Words.",
             "content/p.md": PERMALINK.format("/p.html"), "content/posts/2026-01-02-b.md": "---\ntags: x\n---\nB."}
    aliases = ["/about/", "/about", "/about/index.html", "/ABOUT/", "/posts/", "/tags/", "/p.html", "/posts/b/"]
    for alias in aliases:
        site = make_site({**pages, "content/posts/2026-01-01-hello.md": POST.format(alias)})
        result = site.build()
        assert (result.code, result.places()) == (
            0, [("url.clash", "content/posts/2026-01-01-hello.md", 3)]), (alias, result.problems)
        assert "refresh" not in "".join(data.decode() for name, data in site.files().items() if name.endswith(".html"))
        assert site.build("--strict").code == 1


def test_an_alias_that_is_anything_else_s_url_is_an_error(make_site):
    files = {"content/posts/2026-01-02-b.md": "---\ntags: x\n---\nB.", "content/x.txt": "x", "static/s.css": "s",
             **{f"content/posts/2026-01-03-p{number}.md": "P." for number in range(11)},
             "content/other.md": "---\naliases: [/was/]\n---\nO."}
    aliases = ["/", "/search/", "/archive/", "/tags/", "/tags/x/", "/posts/", "/posts/page/1/", "/404.html",
               "/feed.xml", "/sitemap.xml", "/robots.txt", "/theme/theme.css", "/static/s.css", "/x.txt", "/was/",
               "/Was/", "/search/index.js", "/posts/feed.xml"]
    site = make_site({**files, "content/posts/2026-01-01-hello.md": POST.format(", ".join(aliases))})
    result = site.build()
    assert result.code == 1
    assert set(result.codes) == {"url.clash"}
    assert len(result.problems) == len(aliases) - 1, "`/was/` and `/Was/` are one"
    for problem in result.problems:
        assert ("content/posts/2026-01-01-hello.md", 3) in {
            (place["path"], place["line"]) for place in (problem["place"], *problem["also"])}


def test_an_alias_redirects_where_a_list_has_nothing(build_site):
    aliases = ["/posts/page/1/", "/posts/page/7/", "/tags/", "/tags/none/", "/tags/none/page/2/", "/theme/old/",
               "/static/old.html", "/archive/old/"]
    site = build_site({"content/posts/2026-01-01-hello.md": POST.format(", ".join(aliases))})
    for alias in aliases:
        file = alias[1:] + "index.html" if alias.endswith("/") else alias[1:]
        assert "url=/posts/hello/" in site.text(file), alias
    client = site.client()
    assert client.get("/theme/old").headers["Location"].endswith("/theme/old/")
    assert client.get("/posts/page/8/").status_code == 404
    empty = build_site({"content/a.md": POST.format("/archive/, /posts/")})
    assert "url=/a/" in empty.text("archive/index.html")
    assert "url=/a/" in empty.text("posts/index.html")


def test_a_page_s_own_url_is_no_alias_and_one_written_twice_counts_once(build_site):
    for aliases in ("/a/, /old/", "/old/, /old", "/a, /a/, /a/index.html, /old/", "../old/, /old/"):
        site = build_site({"content/a.md": f"---\ntitle: A\naliases: [{aliases}]\n---\nText"})
        assert "url=/a/" in site.text("old/index.html")
        assert "Text" in site.text("a/index.html")


def test_an_alias_that_differs_in_case_only_is_named(make_site):
    for aliases, written in (("/A/", "a/index.html"), ("/old/, /OLD/", "old/index.html")):
        site = make_site({"content/a.md": f"---\ntitle: A\naliases: [{aliases}]\n---\nText"})
        assert (site.build().codes, written in site.files()) == (["url.clash"], True)
        assert not [name for name in site.files() if name.startswith(("A/", "OLD/"))]


def test_an_alias_is_looked_up_as_it_is_asked_for(build_site):
    site = build_site({"content/a.md": POST.format("/cafe\u0301/")})
    assert "url=/a/" in site.text("caf\u00e9/index.html")
    assert site.client().get("/caf%C3%A9/").headers["Location"] == "/a/"


def test_folders_may_be_called_as_ours_are(build_site):
    site = build_site({"content/theme/index.md": "# Our theme", "content/theme/colours.md": "# Colours",
                       "content/static/_index.md": "# Static", "content/static/page.md": "# Page",
                       "content/theme/pic.png": "p"})
    for file, title in (("theme", "Our theme"), ("theme/colours", "Colours"), ("static", "Static"),
                        ("static/page", "Page")):
        assert f"<title>{title}" in site.text(f"{file}/index.html"), file
    assert site.text("theme/pic.png") == "p"
    client = site.client()
    assert client.get("/theme/colours").status_code == 308
    assert client.get("/theme/colours/nothing/").status_code == 404


def test_a_page_takes_an_alias_s_place_and_gives_it_back(make_site):
    site = make_site({"content/a.md": "---\ntitle: A\naliases: [/old/]\n---\nText"})
    assert site.build().code == 0
    result = site.edit({"content/old.md": "Here."}).build()
    assert (result.code, result.codes) == (0, ["url.clash"])
    assert "Here." in site.text("old/index.html")
    assert site.build().codes == ["url.clash"], "a warning is told in every build"
    assert site.edit({"content/old.md": None}).build().codes == []
    assert "url=/a/" in site.text("old/index.html")
