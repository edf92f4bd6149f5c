"""The site as a Flask app: templates, feeds, prefixes, own routes."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pytest
from pictures import saved
from PIL import Image
from werkzeug.routing import Map, Rule

from coldpress import recorder
from coldpress.web.converters import SiteRule

POST = "---\ntitle: Hello\ndate: 2026-01-02\ntags: [a]\n---\n\nFirst [about](../about.md) words. ![p](pic.png)\n"
PICTURE = saved(Image.new("RGB", (30, 20)), "PNG")
SITE = {"content/posts/2026-01-02-hello.md": POST, "content/about.md": "# About\n\nMe.",
        "content/posts/pic.png": PICTURE}
ATOM = "{http://www.w3.org/2005/Atom}"
REFERENCE = re.compile(r'\s(?:href|src|srcset|action|poster|content="0; url)=(?:"([^"]*)"|\'([^\']*)\'|([^"\'\s>]+)"?)')


NO_SEARCH = "base_url: https://example.org/\nsearch: false\n"  # so that its place is free


def own_routes(code, imports=""):
    """A build.py with routes in it."""
    body = "".join(f"    {line}\n" if line else "\n" for line in code.strip("\n").split("\n"))
    return (f"import coldpress\nimport flask\n{imports}\n\ndef create_app():\n"
            f"    app = coldpress.create_app(__file__)\n{body}    return app\n")


# 404 and slashes.

def test_the_404_page_is_served_and_frozen_alike(build_site):
    site = build_site(SITE)
    client = site.client()
    for path in ("/nowhere/", "/posts/nowhere/", "/tags/nowhere/", "/posts/page/9/", "/no.png", "/a/../../x"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "Page not found" in answer.text
    assert site.text("404.html") == client.get("/404.html").text
    site.edit({"templates/404.html": "Lost."})
    assert site.client().get("/nowhere/").text == "Lost."


@pytest.mark.parametrize("path", ["/posts/hello", "/about", "/posts", "/tags", "/tags/a", "/archive"])
def test_the_preview_adds_a_missing_slash(build_site, path):
    answer = build_site(SITE).client().get(path)
    assert answer.status_code == 308
    assert urlsplit(answer.headers["Location"]).path == f"{path}/"


# Templates.

def test_a_template_of_the_site_wins_over_the_theme_s(build_site):
    site = build_site({**SITE, "templates/post.html": "OWN {{ page.title }}"})
    assert site.text("posts/hello/index.html") == "OWN Hello"
    assert "<h1" in site.text("about/index.html")


def test_one_block_of_the_theme_can_be_replaced(build_site):
    site = build_site({**SITE, "templates/post.html":
                       '{% extends "theme/post.html" %}{% block body %}<b>{{ page.html }}</b>{% endblock %}',
                       "templates/partials/head.html": '<meta name="x" content="{{ site.title }}">'})
    page = site.text("posts/hello/index.html")
    assert "<b><p>First" in page
    assert '<meta name="x" content="My site">' in page
    assert "<title>Hello" in page


def test_macros_and_includes_see_the_site_and_the_library(build_site):
    site = build_site({
        **SITE, "templates/m.html": "{% macro m() %}{{ site.title }}:{{ library.posts|length }}{% endmacro %}",
        "templates/i.html": "{{ site.title }}/{{ page.title }}/{{ now().year }}/{{ site.params.colour }}",
        "templates/page.html": '{% import "m.html" as m %}{{ m.m() }} {% include "i.html" %}'},
        config="title: T\nbase_url: https://e.org\nparams: {colour: red}\n")
    site.build("--clock", "2026-05-05")
    assert site.text("about/index.html") == "T:1 T/About/2026/red"


@pytest.mark.parametrize(("printed", "template", "line"), [
    ("\n{{ page.titel }}", "page", 2), ("{{ nothing }}", "page", 1), ("{% for x in nothing %}{% endfor %}", "page", 1),
    ("{{ nothing|length }}", "page", 1), ("\n\n{{ nothing.more }}", "page", 3), ('{{ "a" ~ nothing }}', "page", 1),
    ("{{ library.by_source('x').title }}", "page", 1), ("\n{{ nothing|upper }}", "page", 2),
    ("{{ page.params.missing.deeper }}", "page", 1),
])
def test_printing_an_undefined_fails_at_its_line_and_names_the_page(make_site, printed, template, line):
    site = make_site({"content/about.md": "Me.", f"templates/{template}.html": printed})
    result = site.build()
    assert result.code == 1
    assert result.places() == [("template.undefined", f"templates/{template}.html", line)]
    assert [place["path"] for place in result.problems[0]["also"]] == ["content/about.md"]


def test_the_same_failure_on_many_pages_is_one_problem(make_site):
    site = make_site({"content/a.md": "A.", "content/b.md": "B.", "templates/page.html": "{{ nothing }}"})
    result = site.build()
    assert result.codes == ["template.undefined"]
    assert "(on 2 pages)" in result.problems[0]["message"]


def test_testing_an_undefined_is_fine(build_site):
    site = build_site({"content/about.md": "Me.", "templates/page.html":
                       "{% if nothing %}x{% endif %}{{ 'no' if not page.nothing }} {{ nothing is defined }} "
                       "{{ nothing|default('d') }} {{ page.params.no is none }} {{ site.params.no is none }}"})
    assert site.text("about/index.html") == "no False d True True"


@pytest.mark.parametrize(("template", "code", "line"), [
    ("\n{% extends 'none.html' %}", "template.missing", 2), ("x\n{% include 'bsae.html' %}", "template.missing", 2),
    ("a\n{% if %}", "template.syntax", 2), ("{% for x in [] %}", "template.syntax", 1),
    ("{{ 1 / 0 }}", "template.failed", 1), ("\n{{ url_for('archvie') }}", "route.unknown", 2),
    ("{{ page.date.year }}", "template.undefined", 1), ("{{ 1|nofilter }}", "template.syntax", 1)])
def test_a_mistake_in_a_template_is_shown_at_its_line(make_site, template, code, line):
    result = make_site({"content/about.md": "Me.", "templates/page.html": template}).build()
    assert result.places() == [(code, "templates/page.html", line)]
    assert result.problems[0]["also"][0]["path"] == "content/about.md"
    if "bsae" in template:
        assert result.problems[0]["hint"] == "did you mean `base.html`?"


@pytest.mark.parametrize(("named", "meant"), [
    ("archvie", "archive"), ("content", "page"), ("twin", "markdown_page"), ("coldpress.hom", "coldpress.home"),
    ("coldpress.lists.home", "coldpress.home"), ("coldpress.machines.sitemap", "coldpress.sitemap"),
    ("coldpress.content.content", "coldpress.page"), ("coldpress.llms.twin", "coldpress.markdown_page")])
def test_an_endpoint_that_is_not_there_is_told_with_the_one_meant(make_site, named, meant):
    result = make_site({"content/about.md": "Me.", "templates/page.html": f"{{{{ url_for('{named}') }}}}"}).build()
    assert [(each["code"], each["hint"]) for each in result.problems] == [("route.unknown", f"did you mean `{meant}`?")]


@pytest.mark.parametrize(("call", "own", "hint"), [
    ("url_for('term', name='tags')", "", "it takes `name` and `slug`"),
    ("url_for('page', slug='x')", "", "it takes `page`"),
    ("url_for('page', slug='x')", "@app.get('/<slug>/own/')\ndef page(slug):\n    return slug",
     "for your own view write `app:page`")])
def test_an_endpoint_without_a_url_for_the_values_is_told_what_it_takes(make_site, call, own, hint):
    site = make_site({"content/about.md": "Me.", "templates/page.html": f"{{{{ {call} }}}}"})
    result = site.edit({"build.py": own_routes(own)} if own else {}).build()
    (problem,) = [each for each in result.problems if each["code"] == "route.unknown"]
    assert problem["message"].startswith(f"the route `coldpress.{call[9:13]}` has no URL with these values")
    assert problem["hint"] == hint


def test_every_view_of_ours_has_an_endpoint_of_its_name(make_site):
    site = make_site({"content/about.md": "Me."}).app().extensions["coldpress"].site
    names = ("home", "posts", "terms", "term", "archive", "search", "search_index", "search_words",
             "search_texts", "feed", "rss", "json_feed", "sitemap", "robots", "llms", "markdown_page", "theme",
             "static", "not_found", "page", "tree_branch", "image", "social_card",
             "site_icon")
    assert site.endpoints == {name: f"coldpress.{name}" for name in names}


def test_a_mistake_in_an_include_is_shown_where_it_is(make_site):
    result = make_site({"content/about.md": "Me.", "templates/page.html": "{% include 'part.html' %}",
                        "templates/part.html": "\n\n{{ nothing }}"}).build()
    assert result.places() == [("template.undefined", "templates/part.html", 3)]


def test_content_is_never_run_as_a_template(build_site):
    site = build_site({"content/a.md": "---\ntitle: '{{ 7777*7777 }}'\n---\n{{ 7777*7777 }} `{% if %} {{< x >}}`"})
    assert "60481729" not in site.text("a/index.html")
    assert "{% if %}" in site.text("a/index.html")


def test_what_an_author_writes_in_front_matter_is_escaped(build_site):
    site = build_site({"content/posts/2026-01-02-a.md": "---\ntitle: <script>x</script>\ntags: ['<b>']\n---\n# T"})
    for name, data in site.files().items():
        if not name.endswith(".json"):  # that is no markup
            assert b"<script>" not in data, name
            assert b"<b>" not in data, name


# Feeds, sitemap, robots.

def test_feeds_are_xml_with_whole_links(build_site):
    site = build_site(SITE)
    atom = ElementTree.fromstring(site.text("feed.xml"))
    entry = atom.find(f"{ATOM}entry")
    assert atom.find(f"{ATOM}link[@rel='self']").get("href") == "https://example.org/feed.xml"
    assert entry.find(f"{ATOM}id").text == "https://example.org/posts/hello/"
    assert entry.find(f"{ATOM}updated").text == "2026-01-02T00:00:00+00:00"
    item = ElementTree.fromstring(site.text("rss.xml")).find("channel/item")
    assert item.find("pubDate").text == "Fri, 02 Jan 2026 00:00:00 +0000"
    for html in (entry.find(f"{ATOM}content").text,
                 item.find("{http://purl.org/rss/1.0/modules/content/}encoded").text):
        about, image = re.findall('(?:href|src)="([^"]+)"', html)
        assert about == "https://example.org/about/"
        assert re.fullmatch(r"https://example\.org/posts/pic\.30\.\w+\.png", image)


def test_feeds_hold_the_twenty_latest_posts(build_site):
    site = build_site({f"content/posts/2026-01-{day:02}-p{day}.md": "Hi." for day in range(1, 26)})
    ids = [entry.find(f"{ATOM}id").text for entry in ElementTree.fromstring(site.text("feed.xml")).iter(f"{ATOM}entry")]
    assert ids == [f"https://example.org/posts/p{day}/" for day in range(25, 5, -1)]


@pytest.mark.parametrize("field", [
    "a\x01b\x0c\x7fc & <i>",
    '"\\x01 \\a \\x0b"',
    '"\\uFFFE"'])
def test_feeds_are_xml_whatever_is_written(build_site, field):
    site = build_site({"content/posts/2026-01-02-a.md":
                       f"---\ntitle: {field}\ndescription: {field}\ntags: [{field}]\n---\n\x01\x0b ]]> &#11; &nbsp;"})
    for feed in ("feed.xml", "rss.xml", "sitemap.xml"):
        assert ElementTree.fromstring(site.text(feed)) is not None


def test_the_sitemap_lists_what_is_listed_and_robots_names_it(build_site):
    site = build_site({**SITE, "content/hidden.md": "---\nunlisted: true\n---\nX.", "content/你.md": "Y."})
    places = [place.text for place in ElementTree.fromstring(site.text("sitemap.xml")).iter(
        "{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert set(places) >= {"https://example.org/", "https://example.org/about/", "https://example.org/posts/hello/",
                           "https://example.org/%E4%BD%A0/"}
    assert not [place for place in places if "hidden" in place or "404" in place]
    assert len(places) == len(set(places))
    assert "Sitemap: https://example.org/sitemap.xml" in site.text("robots.txt")


# Prefixes.

def test_without_a_base_url_nothing_needs_one(make_site):
    site = make_site({**SITE, "content/_index.md": "Home.", "content/b.md": "---\naliases: [/old/]\n---\nB."}, "")
    result = site.build()
    assert result.code == 0
    assert result.codes == ["config.no-base-url"]
    assert not {"feed.xml", "rss.xml", "sitemap.xml"} & set(site.files())
    assert "Sitemap" not in site.text("robots.txt")
    for name, data in site.files().items():
        assert not re.search(rb"localhost|127\.0\.0\.1|coldpress\.invalid|feed\.xml|None", data), name
        assert b"canonical" not in data or name == "old/index.html"


def references(site):
    for name, data in site.files().items():
        if name.endswith((".html", ".xml")):
            text = unescape(data.decode()) if name.endswith(".xml") else data.decode()
            for found in REFERENCE.finditer(text):
                url = unescape(next(group for group in found.groups() if group is not None))
                for candidate in url.split(", ") if url.endswith("w") else [url]:  # those of a `srcset`
                    yield name, candidate.partition(" ")[0] if url.endswith("w") else candidate


@pytest.mark.parametrize("prefix", ["/blog/", "/a/b/", "/你/"])
def test_below_a_sub_path_every_reference_has_the_prefix(make_site, prefix):
    routes = own_routes('''
@app.route("/own/")
def own():
    return flask.render_template("own.html")

@app.route("/go/")
def go():
    return flask.redirect(flask.url_for("own"))
''')
    site = make_site({
        **SITE, "build.py": routes, "static/x.css": "x",
        "content/old.md": "---\naliases: [/was/]\nimage: /x.png\n---\nO.",
        "templates/own.html": '{% extends "base.html" %}{% block main %}<a href="{{ url_for("own") }}"></a>'
                              '<a href="{{ url_for("static", filename="x.css") }}"></a>{% endblock %}',
        "content/links.md": "[a](/about/) [b](about.md) [c](../about/) <a href='/about/'>d</a> ![e](/posts/pic.png)",
        "content/x.png": PICTURE,
    }, config=f"base_url: https://x.org{prefix}\nmenu: [{{About: about.md}}, {{Posts: /posts/}}]\n")
    result = site.build()
    assert result.code == 0
    assert result.problems == []
    files = set(site.files())
    seen = 0
    for name, url in references(site):
        if url.startswith(("#", "data:")) or urlsplit(url).netloc not in ("", "x.org"):
            continue
        path = unquote(urlsplit(url).path)
        assert path.startswith(prefix), (name, url)
        file = path.removeprefix(prefix)
        assert (f"{file}index.html" if file.endswith("/") or not file else file) in files, (name, url)
        seen += 1
    assert seen > 50


def test_the_app_links_by_the_prefix_it_is_reached_under(build_site):
    client = build_site(SITE, config="base_url: https://x.org/blog/").client()
    assert 'href="/else/about/"' in client.get("/posts/hello/", base_url="http://localhost/else/").text
    assert client.get("/posts/hello", base_url="http://localhost/else/").headers["Location"].endswith(
        "/else/posts/hello/")


# Own routes.

def test_own_routes_are_frozen_with_the_rest(build_site):
    site = build_site({**SITE, "templates/own.html": '{% extends "base.html" %}{% block main %}'
                       "{{ site.title }}: {{ library.posts[0].url }}{% endblock %}", "build.py": own_routes('''
@app.route("/uses/")
def uses():
    return flask.render_template("own.html")

@app.route("/data.json")
def data():
    return flask.jsonify(url=flask.url_for("uses"))

@app.route("/deep/x.txt")
def text():
    return flask.Response("é", mimetype="text/plain")

@app.post("/form/")
def form():
    raise AssertionError

@app.route("/search/")
@coldpress.live
def search():
    raise AssertionError

@coldpress.live
@app.route("/search2/<q>/")
def search2(q):
    raise AssertionError
''')}, NO_SEARCH)
    assert "My site: /posts/hello/" in site.text("uses/index.html")
    assert site.text("data.json") == '{"url":"/uses/"}\n'
    assert site.text("deep/x.txt") == "é"
    assert not [name for name in site.files() if name.startswith(("form", "search"))]


def test_routes_with_arguments_come_from_links_and_from_frozen(build_site):
    site = build_site({**SITE, "templates/page.html": '<a href="{{ url_for("book", slug="sicp") }}">', "build.py":
                       own_routes('''
@app.route("/books/<slug>/")
def book(slug):
    return f'{slug} {flask.url_for("chapter", slug=slug, number=1)}'

@app.route("/books/<slug>/<int:number>.html")
def chapter(slug, number):
    if number < 3:
        flask.url_for("chapter", slug=slug, number=number + 1)
    return f"{slug}-{number}"

@app.route("/films/<slug>/")
@coldpress.frozen(lambda: [{"slug": "à b"}, {"slug": "stalker"}])
def film(slug):
    return f"{slug} at {coldpress.now():%Y}"
''')})
    assert site.text("books/sicp/index.html") == "sicp /books/sicp/1.html"
    assert [site.text(f"books/sicp/{number}.html") for number in (1, 2, 3)] == ["sicp-1", "sicp-2", "sicp-3"]
    assert site.text("films/à b/index.html").startswith("à b at 20")
    assert "films/stalker/index.html" in site.files()


def test_a_live_route_is_not_frozen_even_when_linked(build_site):
    site = build_site({"content/about.md": "Me.", "templates/page.html": "{{ url_for('search') }}", "build.py":
                       own_routes("@app.route('/search/')\n@coldpress.live\ndef search():\n    return 'x'")}, NO_SEARCH)
    assert not (site.root / "site/search").exists()
    assert site.client().get("/search/").text == "x"


def test_messages_of_flask_reach_the_next_page_of_the_preview(build_site):
    client = build_site({
        "content/about.md": "Me.", "templates/page.html": "{{ get_flashed_messages()|join }}",
        "build.py": own_routes("""
app.secret_key = "x"

@app.route("/say/")
@coldpress.live
def say():
    flask.flash("Hello.")
    return flask.redirect("/about/")
""")}).client()
    assert client.get("/say/", follow_redirects=True).text == "Hello."
    assert client.get("/about/").text == ""


@pytest.mark.parametrize("target", ["/about/", "https://e.com/?a=1&b=2"])
def test_a_route_that_redirects_becomes_a_page_that_does(build_site, target):
    site = build_site({"content/about.md": "Me.", "build.py": own_routes(
        f"@app.route('/go/')\ndef go():\n    return flask.redirect('{target}')")})
    assert f'content="0; url={target.replace("&", "&amp;")}"' in site.text("go/index.html")
    assert "noindex" in site.text("go/index.html")


@pytest.mark.parametrize(("code", "expected", "line"), [
    ("@app.route('/x/')\ndef x():\n    return 1 / 0", "route.failed", 9),
    ("@app.route('/x/')\ndef x():\n    flask.abort(403)", "route.status", 7),
    ("@app.route('/x/')\ndef x():\n    return flask.url_for('nothing')", "route.unknown", 9),
    ("@app.route('/x/<y>/')\n@coldpress.frozen(lambda: 1 / 0)\ndef x(y):\n    return y", "route.failed", 8),
    ("@app.route('/x/<y>/')\n@coldpress.frozen(lambda: [{'y': '..'}])\ndef x(y):\n    return y", "url.bad", 7),
    ("@app.route('/<path:y>/')\n@coldpress.frozen(lambda: [{'y': '../../z'}])\ndef x(y):\n    return y", "url.bad", 7),
    ("@app.route('/x/')\ndef x():\n    return flask.render_template('no.html')", "template.missing", 9),
])
def test_a_route_that_cannot_be_frozen_is_an_error_at_its_code(make_site, code, expected, line):
    site = make_site({"content/about.md": "Me.", "build.py": own_routes(code)})
    result = site.build()
    assert result.code == 1
    assert [(code, path) for code, path, _ in result.places()] == [(expected, "build.py")]
    assert abs(result.places()[0][2] - line) <= 1
    assert not (site.root / "site").exists()


WITHOUT_SLASH = """
@app.route("/")
def start():
    return "x"

@app.route("/users/<name>")
@coldpress.frozen(lambda: [{"name": "ann"}, {"name": "bob"}])
def user(name):
    return f'<a href="{flask.url_for("user", name="cid")}">{name}</a>'

@app.route("/books/<int:number>")
def book(number):
    return f"Book {number}"

@app.route("/all/")
def all_books():
    return "".join(f'<a href="{flask.url_for("book", number=number)}">x</a>' for number in (1, 2))
"""


def test_a_route_without_slash_is_a_folder_and_hears_both_ways_out(make_site):
    routes = own_routes(WITHOUT_SLASH.replace('@app.route("/")', '@app.route("/start/")'))
    site = make_site({"content/about.md": "[Ann](/users/ann), [Dan](/users/dan)", "build.py": routes})
    result = site.build()
    rules = "/users/<name>", "/books/<int:number>"
    assert [(problem["code"], problem["message"].partition(", and")[0], problem["hint"])
            for problem in result.problems[:2]] == [
        ("route.no-slash", f"the route `{rule}` is frozen as `{rule}/`: a static host has pages in folders",
         f"write `{rule}/`, or `{rule}.html`") for rule in rules]
    assert result.places()[2:] == [("link.broken-link", "content/about.md", 1)]
    assert {name for name in site.files() if name.startswith(("users", "books"))} == {
        *(f"users/{name}/index.html" for name in ("ann", "bob", "cid")), "books/1/index.html", "books/2/index.html"}
    assert site.text("users/ann/index.html") == '<a href="/users/cid">ann</a>'
    assert site.text("books/2/index.html") == "Book 2"
    again = site.build()
    assert (again.rendered, again.problems) == (set(), result.problems)
    site.edit({"build.py": routes.replace("Book {", "The book {")})
    assert site.build().problems == result.problems
    clean = site.clean_copy()
    assert clean.build().problems == result.problems
    assert clean.files() == site.files()


def test_a_route_without_slash_answers_html(make_site):
    site = make_site({"build.py": own_routes("@app.route('/uses')\ndef uses():\n    return {}")})
    result = site.build()
    assert (result.code, result.codes) == (1, ["route.no-slash", "route.type"])
    assert not (site.root / "site").exists()


def test_a_route_without_slash_and_a_page_cannot_be_one_folder(make_site):
    routes = own_routes("@app.route('/about')\ndef about():\n    return 'x'")
    result = make_site({"content/about.md": "Me.", "build.py": routes}).build()
    assert "url.clash" in result.codes


def test_relative_links_need_a_slash(make_site):
    site = make_site({"build.py": own_routes("@app.route('/uses')\ndef uses():\n    return 'x'")},
                     "base_url: https://example.org/\nlinks: relative\n")
    (problem,) = site.build().problems
    assert (problem["code"], problem["hint"]) == ("url.bad", "write `/uses/` or `/uses.html`")


def test_a_failing_route_shows_the_traceback_from_the_user_s_frame_on(make_site):
    site = make_site({"build.py": own_routes('''
def deeper():
    return {}["key"]

@app.route("/x/")
def x():
    return deeper()
''')})
    result = site.build()
    assert result.places() == [("route.failed", "build.py", 8)]
    frames = re.findall(r'File "([^"]+)"', result.problems[0]["traceback"])
    assert frames == [str(site.root / "build.py")] * 2
    said = site.run("build")
    assert "KeyError: 'key'" in said.err
    assert "coldpress/" not in said.err.replace(str(site.root), "")


def test_a_rule_that_no_url_was_found_for_warns(make_site):
    site = make_site({"build.py": own_routes("@app.route('/b/<slug>/')\ndef b(slug):\n    return slug")})
    result = site.build()
    assert result.code == 0
    assert [(code, path) for code, path, _ in result.places()] == [("route.no-urls", "build.py")]


def test_a_route_that_answers_another_type_than_its_ending_warns(make_site):
    site = make_site({"build.py": own_routes("@app.route('/data/')\ndef d():\n    return flask.jsonify(1)")})
    assert [(code, path) for code, path, _ in site.build().places()] == [("route.type", "build.py")]


def test_types_that_are_one_do_not_warn(build_site):
    types = [("x.js", "text/javascript"), ("y.js", "application/javascript"), ("z.js", "application/x-javascript"),
             ("a.xml", "text/xml"), ("b.xml", "application/rdf+xml"), ("c.json", "application/feed+json"),
             ("d.svg", "image/svg+xml"), ("e.ico", "image/x-icon"), ("f.ico", "image/vnd.microsoft.icon"),
             ("g.wav", "audio/wav"), ("h.css", "text/css")]
    code = "\n".join(f"@app.get('/{name}', endpoint='{name[0]}')\ndef r{name[0]}():\n"
                     f"    return flask.Response('1', mimetype='{kind}')" for name, kind in types)
    build_site({"build.py": own_routes(code)})


def test_a_whole_url_without_base_url_is_refused(make_site):
    code = "@app.route('/x/')\ndef x():\n    return flask.url_for('x', _external=True)"
    site = make_site({"build.py": own_routes(code)}, config="")
    assert set(site.build().codes) == {"config.no-base-url", "route.no-base-url"}
    assert site.build("--base-url", "https://x.org/p").code == 0
    assert site.text("x/index.html") == "https://x.org/p/x/"


def test_a_mark_with_values_that_lack_an_argument_is_an_error(make_site):
    code = "@app.route('/x/<y>/')\n@coldpress.frozen(lambda: [{'z': 1}])\ndef x(y):\n    return y"
    assert make_site({"build.py": own_routes(code)}).build().problems != []


def test_static_files_are_known_in_templates_and_in_python(build_site):
    site = build_site({"static/x.css": "one", "content/a.md": "A.", "templates/page.html":
                       "{{ url_for('static', filename='x.css') }}",
                       "build.py": own_routes("@app.route('/u/')\ndef u():\n"
                                              "    return flask.url_for('static', filename='x.css')")})
    with_version = site.text("a/index.html")
    assert re.fullmatch(r"/static/x\.css\?v=[0-9a-f]{10}", with_version)
    assert site.text("u/index.html") == "/static/x.css"
    assert site.client().get(with_version, buffered=True).text == "one"
    site.edit({"static/x.css": "two"}).rebuild()
    assert site.text("a/index.html") != with_version


def test_a_page_that_a_template_wants_must_be_there(make_site):
    site = make_site({"content/about.md": "A.", "templates/page.html": "{{ url_for('page', page='abuot.md') }}"})
    [problem] = site.build().problems
    assert (problem["code"], problem["message"], problem["hint"]) == (
        "link.nothing-there", "there is no content called `abuot.md`", "did you mean `about.md`?")


@pytest.mark.parametrize("hashed", ["true", "false"])
@pytest.mark.parametrize("name", ["node_modules/x.css", ".hidden/x.css", "x.css~"])
def test_a_static_file_that_is_left_out_is_left_out_everywhere(make_site, name, hashed):
    site = make_site({"content/a.md": "A.", f"static/{name}": "a {}",
                      "templates/page.html": f"{{{{ url_for('static', filename='{name}') }}}}"},
                     config=f"base_url: https://example.org/\nhashed_static: {hashed}\n")
    [problem] = site.build().problems
    part = name.partition("/")[0]
    assert problem["message"] == f"`static/{name}` is not published: what is called `{part}` is left out"
    assert site.client().get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("folder", ["static", "theme"])
def test_a_file_that_a_template_wants_must_be_there(make_site, folder):
    site = make_site({"content/a.md": "A.",
                      "templates/page.html": f"\n{{{{ url_for('{folder}', filename='no.css') }}}}"})
    result = site.build()
    assert result.places() == [("link.nothing-there", "templates/page.html", 2)]
    assert result.problems[0]["also"][0]["path"] == "content/a.md"


# What a page reads.

def test_reads_are_recorded_where_they_happen(build_site):
    client = build_site({**SITE, "templates/partials/meta.html": "{{ site.params.x }}{{ now().year }}"}).client()
    with recorder.recording() as reads:
        assert client.get("/posts/hello/").status_code == 200
    assert {("meta", "posts/2026-01-02-hello.md"), ("body", "posts/2026-01-02-hello.md"), ("template", "post.html"),
            ("template", "base.html"), ("template", "partials/meta.html"), ("config", "title"), ("config", "params"),
            ("clock", "day"), ("source", "about.md"), ("url", "about.md"), ("asset", "posts/pic.png"),
            ("near", "posts/2026-01-02-hello.md"), ("link", "/archive/")} <= set(reads)
    with recorder.recording() as reads:
        client.get("/about/")
    assert ("meta", "posts/2026-01-02-hello.md") not in reads
    assert "clock" not in {kind for kind, _ in reads}


def test_the_second_page_of_a_template_reads_as_much_as_the_first(build_site):
    client = build_site({"content/a.md": "A.", "content/b.md": "B."}).client()
    reads = []
    for path in ("/a/", "/b/", "/a/"):
        with recorder.recording() as noted:
            client.get(path)
        reads.append({key for key in noted if key[0] in ("template", "config")})
    assert reads[0] == reads[1] == reads[2]


def test_a_list_reads_the_page_it_shows(build_site):
    client = build_site({f"content/posts/2026-01-{day:02}-p{day}.md": "Hi." for day in range(1, 31)}).client()
    with recorder.recording() as reads:
        client.get("/posts/page/1/")
    assert ("list", "collection/posts 1 10 ") in reads
    assert "items" not in {kind for kind, name in reads if name.startswith("collection/posts[")}
    assert ("meta", "posts/2026-01-01-p1.md") in reads
    assert ("meta", "posts/2026-01-30-p30.md") not in reads


# URL rules.

@pytest.mark.parametrize(("rule", "values"), [
    ("/", {}), ("/a b/<name>/", {"name": "ä/c"}), ("/<int:number>.txt", {"number": 7}),
    ("/<path:rest>", {"rest": "x/y"}), ("/q/", {"page": 2, "word": "é"})])
def test_our_rules_build_the_urls_that_werkzeug_s_do(rule, values):
    made = [Map([kind(rule, endpoint="x")]).bind("example.org").build("x", values) for kind in (SiteRule, Rule)]
    assert made[0] == made[1]


def test_a_wrong_default_of_a_rule_fails_where_the_rule_is_added(make_site):
    app = make_site({}).app()
    with pytest.raises(TypeError):
        app.add_url_rule("/<int:number>/", "numbers", lambda number: "", defaults={"number": []})
