"""Several sites in one app, and settings from outside of the config file."""

from __future__ import annotations

import pytest

from tests.conftest import Browser

BUILD = '''\
import sys

import click
import flask

import coldpress

shelf = coldpress.Blueprint("shelf", __name__, url_prefix="/shelf")


@shelf.get("/<name>/")
def book(name):
    site = coldpress.current_site
    return f"{site.name} has {name} and {[page.title for page in site.library.pages]}"


@shelf.urls(book)
def book_urls(library):
    return [{"name": page.title.lower()} for page in library.pages]


class Rows:
    def keys(self):
        return [(coldpress.current_site.name, 1)]

    def get(self, keys):
        return [{"key": key, "title": f"Row of {coldpress.current_site.name}", "body": "B"} for key in keys]


def create_app():
    app = flask.Flask(__name__)
    app.config.update(COLDPRESS_TITLE="Of the app", COLDPRESS_DOCS_PAGINATE=1)

    @app.get("/")
    def home():
        return coldpress.get_site(app, "docs").library.pages[0].url

    @app.get("/docs/now/")
    def now():
        return str(coldpress.now().year)

    coldpress.Coldpress(app, "blog", url_prefix="/blog")
    docs = coldpress.Coldpress(root="docs", url_prefix="/docs", name="docs")
    docs.glob("of_docs")("yes")
    docs.init_app(app)
    for site in (coldpress.get_site(app, "coldpress"), docs):
        site.register_blueprint(shelf)
        site.source("rows")(Rows())

    @docs.command
    @click.command("whose")
    def whose():
        click.echo(coldpress.current_site.name)

    return app


if __name__ == "__main__":
    coldpress.main(create_app)
'''
PAGE = """{% extends "base.html" %}{% block main %}{{ page.html }}
[{{ site.title }}|{{ url_for("page", page="about.md") }}|{{ url_for("shelf.book", name="x") }}|{{ of_docs is defined }}]
{% endblock %}"""
BLOG = {"config.yaml": "title: The blog\ntaxonomies: [tags]\n",
        "content/about.md": "---\ntags: [me]\n---\nMe, [the shelf](endpoint:shelf.book?name=about).",
        "content/posts/2026-01-02-hello.md": "Hello.", "templates/page.html": PAGE}
DOCS = {"config.yaml": "title: The docs\npaginate: 7\ntaxonomies: [topics]\n"
                       "collections: {news: {}, rows: {source: rows, permalink: /rows/<slug>/}}\n",
        "content/about.md": "---\ntopics: [you]\n---\nYou, [the blog](/blog/about/).",
        **{f"content/news/2026-01-0{day}-n{day}.md": f"News {day}." for day in (1, 2, 3)},
        "templates/page.html": PAGE}


@pytest.fixture
def both(make_site):
    files = {f"{name}/{path}": text for name, each in (("blog", BLOG), ("docs", DOCS)) for path, text in each.items()}
    site = make_site({**files, "build.py": BUILD})
    (site.root / "config.yaml").unlink()
    return site


def test_each_site_is_built_into_its_own_folder(both):
    assert both.run("build", "--site", "coldpress").code == 0
    assert both.run("build", "--site", "docs").code == 0
    blog, docs = both.root / "blog/site", both.root / "docs/site"
    assert "[Of the app|/blog/about/|/blog/shelf/x/|False]" in (blog / "blog/about/index.html").read_text()
    assert "[The docs|/docs/about/|/docs/shelf/x/|True]" in (docs / "docs/about/index.html").read_text()
    assert (docs / "docs/shelf/about/index.html").read_text().startswith("docs has about and ['About'")
    assert (blog / "blog/shelf/about/index.html").read_text().startswith("coldpress has about and ['About'")
    assert (docs / "docs/topics/you/index.html").exists()
    assert (docs / "docs/news/page/1/index.html").exists()
    assert "Row of docs" in (docs / "docs/rows/docs/index.html").read_text()
    assert (blog / "blog/tags/me/index.html").exists()
    for folder, other in ((blog, "docs"), (docs, "blog")):
        assert not (folder / other).exists()


def test_one_site_is_built_as_if_it_were_alone(both):
    for name, text in (("--site", None), ("alone", BUILD.replace(
            'coldpress.Coldpress(app, "blog", url_prefix="/blog")', 'pass').replace(
            'coldpress.get_site(app, "coldpress"), docs', 'docs,'))):
        if text:
            both.edit({"build.py": text})
        assert both.run("build", *(["--site", "docs"] if name == "--site" else [])).code == 0
        site = both.root / "docs/site"
        built = {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}
        if text is None:
            first = built
    assert built == first


def test_a_link_to_another_site_names_its_endpoint(both):
    problem = both.build("--site", "docs").problems[1]
    assert problem["hint"] == "for the app's own page write `endpoint:coldpress.page?page=about.md`"
    both.edit({"docs/content/about.md": "[The blog](endpoint:coldpress.page?page=about.md)"})
    assert both.build("--site", "docs").codes == ["config.no-base-url"]
    assert '<a href="/blog/about/">' in (both.root / "docs/site/docs/about/index.html").read_text()
    both.edit({"blog/content/about.md": "---\npermalink: /us/\n---\nUs."})
    assert both.build("--site", "docs").codes == ["config.no-base-url"]
    assert '<a href="/blog/us/">' in (both.root / "docs/site/docs/about/index.html").read_text()


def test_a_command_asks_which_site_is_meant(both):
    result = both.run("build")
    assert result.code == 2
    assert "the app has 2 sites" in result.err
    assert both.build().codes == ["build.which-site"]
    assert "name one with `--site`: `coldpress`, `docs`" in result.err
    result = both.run("build", "--site", "dosc")
    assert result.code == 2
    assert "did you mean `docs`?" in result.err


def test_requests_know_their_site(both):
    app = both.app()
    client = app.test_client()
    assert client.get("/").text == "/docs/about/"
    assert client.get("/docs/now/").text.startswith("20")
    assert "[Of the app|/blog/about/|/blog/shelf/x/|False]" in client.get("/blog/about/").text
    assert "[The docs|/docs/about/|/docs/shelf/x/|True]" in client.get("/docs/about/").text
    assert client.get("/docs/shelf/zed/").text.startswith("docs has zed")
    assert "The docs" in client.get("/docs/nothing/").text
    assert client.get("/blog/nothing/").status_code == 404


def test_a_command_of_a_site_knows_its_site(both):
    assert both.run("whose").out.strip() == "docs"


def test_sites_are_told_apart(both):
    import coldpress  # noqa: PLC0415

    app = both.app()
    assert coldpress.get_site(app, "docs").name == "docs"
    with pytest.raises(LookupError, match="which site is meant"):
        coldpress.get_site(app)
    with pytest.raises(LookupError, match="there is no site `dcos`: did you mean `docs`"):
        coldpress.get_site(app, "dcos")
    with app.test_request_context("/elsewhere/"), pytest.raises(LookupError, match="which site is meant"):
        coldpress.current_site.library  # noqa: B018
    for more, said in (({"name": "docs"}, "has a site `docs` already"), ({"name": "a b"}, "letters, digits"),
                       ({"name": "x", "url_prefix": "/blog/"}, "one `url_prefix`")):
        with pytest.raises((RuntimeError, ValueError), match=said):
            coldpress.Coldpress(app, "docs", **more)


def test_one_extension_serves_several_apps(both):
    import flask  # noqa: PLC0415

    import coldpress  # noqa: PLC0415

    extension = coldpress.Coldpress(root="docs", url_prefix="/docs", name="docs")
    extension.glob("of_docs")("yes")
    extension.source("rows")(type("Rows", (), {"keys": lambda self: [], "get": lambda self, keys: []}))
    apps = [flask.Flask(str(number), root_path=str(both.root)) for number in range(2)]
    for number, app in enumerate(apps):
        extension.init_app(app)
        coldpress.get_site(app).glob("number")(number)
    both.edit({"docs/templates/page.html": '{{ of_docs }} {{ number }} {{ url_for("page", page=page) }}'})
    assert [app.test_client().get("/docs/about/").text for app in apps] == ["yes 0 /docs/about/", "yes 1 /docs/about/"]


# Settings: flags, then the environment, then the app, then the file.

def test_settings_have_an_order(make_site, monkeypatch):
    build = BUILD[:BUILD.index("shelf =")] + '''
def create_app():
    app = coldpress.create_app(__file__, settings={"COLDPRESS_TITLE": "App", "COLDPRESS_PAGINATE": 3,
                                                   "COLDPRESS_PARAMS": {"x": 1}})
    return app


if __name__ == "__main__":
    coldpress.main(create_app)
'''
    text = ("{{ site.title }} {{ library.config.paginate }} {{ site.params.x }} {{ site.base_url }} "
            "{{ site.description }}")
    site = make_site({"build.py": build, "content/a.md": "A", "templates/page.html": text},
                     "title: File\npaginate: 4\ndescription: D\nbase_url: https://file.example/\n")
    assert site.build().problems == []
    assert site.text("a/index.html") == "App 3 1 https://file.example/ D"
    monkeypatch.setenv("COLDPRESS_TITLE", "1.10")
    monkeypatch.setenv("COLDPRESS_PAGINATE", "5")
    monkeypatch.setenv("COLDPRESS_BASE_URL", "https://env.example/")
    assert site.build().problems == []
    assert site.text("a/index.html") == "1.10 5 1 https://env.example/ D"
    assert site.build("--base-url", "https://flag.example/").problems == []
    assert site.text("a/index.html") == "1.10 5 1 https://flag.example/ D"


def test_mistaken_settings_are_named(both):
    both.edit({"build.py": BUILD.replace('COLDPRESS_TITLE="Of the app"',
                                         'COLDPRESS_TITEL="x", COLDPRESS_PAGINATE="x"')})
    result = both.build("--site", "coldpress")
    assert sorted((problem["code"], problem["message"], problem["hint"]) for problem in result.problems) == [
        ("config.unknown-key", "there is no setting `COLDPRESS_TITEL`", "did you mean `COLDPRESS_TITLE`?"),
        ("config.value", "`COLDPRESS_PAGINATE` in `app.config`: a whole number of at least 1 is expected here", None)]


def test_what_a_page_shows_of_another_site_is_kept_up_to_date(both):
    both.edit({"build.py": BUILD.replace('    @app.get("/")', """    @app.get("/docs/latest.txt")
    @coldpress.frozen()
    def latest():
        return " ".join(post.title for post in coldpress.get_site(app, "coldpress").library.posts)

    @app.get("/")""")})
    run = ("--site", "docs", "--json")
    assert both.run("build", *run).code == 0
    latest = both.root / "docs/site/docs/latest.txt"
    assert latest.read_text() == "Hello"
    assert both.run("build", *run).rendered == set()
    both.edit({"blog/content/posts/2026-01-03-again.md": "Again."})
    assert both.run("build", *run).rendered == {"/docs/latest.txt"}
    assert latest.read_text() == "Again Hello"


def test_the_preview_shows_what_was_saved_in_any_site(both):
    browser = Browser(both, site="docs")
    assert "You, " in browser.get("/docs/about/").text
    assert "Me, " in browser.get("/blog/about/").text
    assert "You too" in browser.edit({"docs/content/about.md": "You too."}).get("/docs/about/").text
    assert "Me too" in browser.edit({"blog/content/about.md": "Me too."}).get("/blog/about/").text
    assert "NEW" in browser.edit({"blog/templates/page.html": "NEW"}).get("/blog/about/").text


AT_THE_ROOT = """
import coldpress


def create_app():
    app = coldpress.create_app(__file__)
    coldpress.Coldpress(app, "docs", url_prefix="/docs", name="docs")
    return app
"""


def test_a_site_at_the_root_links_to_one_below_it(make_site):
    site = make_site({"build.py": AT_THE_ROOT, "docs/content/install.md": "Install.",
                      "content/about.md": "[Docs](endpoint:docs.home) [how](endpoint:docs.page?page=install.md#x)"})
    result = site.build("--site", "coldpress")
    assert result.problems == []
    assert '<a href="/docs/">Docs</a> <a href="/docs/install/#x">how</a>' in site.text("about/index.html")
    site.edit({"docs/content/install.md": "---\npermalink: /set-up/\n---\nInstall."})
    assert site.build("--site", "coldpress").rendered == {"/about/"}
    assert 'href="/docs/set-up/#x"' in site.text("about/index.html")
    assert "serve --site coldpress" in site.run("build", "--site", "coldpress").out


def test_a_preview_asks_which_site_is_meant(both):
    result = both.run("serve")
    assert result.code == 2
    assert "name one with `--site`" in result.err


def test_settings_and_dates_of_another_site_count(both):
    both.edit({"build.py": BUILD.replace('    @app.get("/")', """    @app.get("/docs/other.txt")
    @coldpress.frozen()
    def other():
        blog = coldpress.get_site(app, "coldpress")
        return blog.config.description + " ".join(post.title for post in blog.library.posts)

    @app.get("/")"""), "blog/content/posts/2026-06-01-later.md": "Later."})
    assert both.build("--site", "docs", "--clock", "2026-02-01").code == 0
    other = both.root / "docs/site/docs/other.txt"
    assert other.read_text() == "Hello"
    assert both.build("--site", "docs", "--clock", "2026-07-01").rendered >= {"/docs/other.txt"}
    assert other.read_text() == "Later Hello"
    both.edit({"blog/config.yaml": BLOG["config.yaml"] + "description: New. \n"})
    assert both.build("--site", "docs", "--clock", "2026-07-01").rendered == {"/docs/other.txt"}
    assert other.read_text().startswith("New.")


def test_names_of_sites_differ_by_more_than_a_sign():
    import flask  # noqa: PLC0415

    import coldpress  # noqa: PLC0415

    app = flask.Flask("x")
    coldpress.Coldpress(app, "/tmp", name="a-b", url_prefix="/a")
    with pytest.raises(RuntimeError, match="this app has a site"):
        coldpress.Coldpress(app, "/", name="a_b", url_prefix="/b")
