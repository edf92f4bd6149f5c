"""A mounted site in the look of its host: `app:` templates, `share=True`; converters of the same name."""

from __future__ import annotations

import re

import pytest
from conftest import REPOSITORY

DOCS = (REPOSITORY / "content/docs/routes.md").read_text("utf-8")
LOOK = DOCS[DOCS.index("### Share the templates of your app"):]
CODE = dict(re.findall(r'```\w+ title="([^"]+)"\n(.*?)```', LOOK, re.S)[i] for i in range(4))
BLOG = {"blog/config.yaml": "title: Blog\nbase_url: https://example.org/blog/\n",
        "blog/content/posts/2026-01-02-hello.md": "---\ntitle: Hello\n---\nHi.", "blog/content/about.md": "Me.",
        "config.yaml": None}


@pytest.fixture
def documented(make_site):
    files = {**CODE, **BLOG}
    site = make_site({name: text for name, text in files.items() if text is not None})
    return site.edit({"config.yaml": None})


def built(site, folder="blog/site"):
    result = site.build()
    assert result.problems == [], result.out
    site_files = site.files(folder)
    return result, {name: text.decode() for name, text in site_files.items() if name.endswith(".html")}


def test_the_documented_code_gives_one_frame(documented):
    _, pages = built(documented)
    post, home = pages["blog/posts/hello/index.html"], pages["index.html"]
    for page in (post, home):
        assert '<html lang="de">' in page
        assert '<nav><a href="/">Cold Press!</a></nav>' in page
        assert "<footer>Yes</footer>" in page
    assert "<title>Hello · Cold Press</title>" in post
    assert '<a href="/blog/">Blog!</a>' in post
    assert "<p>Hi.</p>" in post
    assert "<p>Yes</p>" in post
    assert '<a href="/blog/">Blog</a>' in home
    client = documented.client()
    assert client.get("/blog/posts/hello/").text == post
    assert '<nav><a href="/">Cold Press!' in client.get("/blog/nowhere/").text


def test_the_host_s_template_is_a_read(documented):
    built(documented)
    assert documented.build().rendered == set()
    documented.edit({"templates/base.html": CODE["templates/base.html"].replace("<main>", "<main class=new>")})
    result, pages = built(documented)
    assert {"/blog/posts/hello/", "/blog/about/", "/blog/posts/"} <= result.rendered
    assert "<main class=new>" in pages["blog/about/index.html"]
    clean = documented.clean_copy()
    other = built(clean)[1]
    assert {name: text for name, text in other.items() if pages.get(name) != text} == {}
    assert other.keys() == pages.keys()


HOST = '''\
import flask
from werkzeug.routing import BaseConverter

import coldpress


class Content(BaseConverter):
    def to_python(self, value):
        return f"the hosts {value}"


def create_app():
    folder = __file__.rpartition("/")[0]
    app = flask.Flask("host", root_path=folder, instance_path=folder + "/instance")
    for name in ("content", "markdown", "listing", "taxonomy", "collection"):
        app.url_map.converters[name] = Content
    coldpress.Coldpress(app, "blog", url_prefix="/blog"SHARE)

    @app.get("/shop/<content:what>/")
    @coldpress.frozen(lambda: [{"what": "hat"}])
    def shop(what):
        return what

    @app.template_filter("shout")
    def shout(text):
        return f"{text}!"

    @app.template_test("loud")
    def loud(text):
        return text.endswith("!")

    @app.template_filter("iso")
    def iso(value):
        return "hosts iso"

    @app.context_processor
    def names():
        return {"site": "hosts site", "page": "hosts page", "extra": "extra", "t": "hosts t"}

    app.jinja_env.globals["data"] = "hosts data"
    app.jinja_env.globals["answer"] = 42
    return app
'''
OUTER = ("[{{ site }}|{{ t }}|{{ data }}|{{ extra }}|{{ 'x'|shout }}|{{ ''|iso }}|{{ library is defined }}|"
         "{{ nothing }}|{{ url_for('shop', what='hat') }}]{% include 'nav.html' %}"
         "{% set shade = 'dark' %}{% block body %}hosts body{% endblock %}"
         "{% block deep %}{% block inner %}outer inner{% endblock %}{% endblock %}{{ self.body()|length > 0 }}")
HOSTED = {
    "templates/outer.html": OUTER, "templates/nav.html": "<nav>{{ site }} {% include ['no.html', 'foot.html'] %}</nav>",
    "templates/foot.html": "foot {{ extra }}", "templates/middle.html":
    "{% extends 'outer.html' %}{% block body %}middle({{ super() }}){{ site }}{% endblock %}",
    "templates/macros.html": "{% macro m(x) %}macro {{ x|shout }} {{ answer }}{% endmacro %}",
    "blog/templates/page.html":
    "{% extends 'app:middle.html' %}{% import 'app:macros.html' as macros %}{% from 'app:macros.html' import m %}"
    "{% block body %}{{ site.title }}:{{ page.title }}:{{ super() }}:{{ shade }}:{{ macros.m('a') }}:{{ m('b') }}:"
    "{% include 'app:foot.html' %}{% endblock %}{% block inner %}blog inner {{ super() }}{% endblock %}"}


@pytest.mark.parametrize("share", ["", ", share=True"])
def test_names_mean_what_they_mean_where_they_are_written(make_site, share):
    files = {**HOSTED, **BLOG, "build.py": HOST.replace("SHARE", share)}
    site = make_site({name: text for name, text in files.items() if text is not None}).edit({"config.yaml": None})
    _, pages = built(site)
    assert pages["blog/about/index.html"] == (
        "[hosts site|hosts t|hosts data|extra|x!|hosts iso|False||/shop/hat/]"
        "<nav>hosts site foot extra</nav>"
        "Blog:About:middle(hosts body)hosts site:dark:macro a! 42:macro b! 42:foot extra"
        "blog inner outer innerTrue")
    assert pages["shop/hat/index.html"] == "the hosts hat"
    for edit in ({"templates/foot.html": "feet"}, {"templates/no.html": "now there"}, {"templates/macros.html":
                 "{% macro m(x) %}other{% endmacro %}"}, {"templates/middle.html": "{% extends 'outer.html' %}"}):
        before = pages
        result, pages = built(site.edit(edit))
        assert "/blog/about/" in result.rendered
        assert pages["blog/about/index.html"] != before["blog/about/index.html"]
        assert built(site.clean_copy())[1] == pages


def test_what_is_shared_and_what_is_not(make_site):
    asks = ("{{ 'x'|shout }} {{ extra }} {{ answer }} {{ 'x!' is loud }} {{ site.title }} {{ page.title }} "
            "{{ data|length }} {{ t('older') }} {{ now()|iso|length }}")
    files = {**BLOG, "build.py": HOST.replace("SHARE", ", share=True"), "blog/templates/page.html": asks}
    site = make_site({name: text for name, text in files.items() if text is not None}).edit({"config.yaml": None})
    assert built(site)[1]["blog/about/index.html"] == "x! extra 42 True Blog About 0 Older 25"
    site.edit({"build.py": HOST.replace("SHARE", "")})
    assert "template.failed" in site.build().codes or "template.syntax" in site.build().codes
    site.edit({"blog/templates/page.html": "{{ extra is defined }} {{ answer is defined }} {{ site.title }}"})
    assert built(site)[1]["blog/about/index.html"] == "False False Blog"


@pytest.mark.parametrize(("template", "part"), [
    ("{% extends 'app:no.html' %}", "no.html"), ("{% extends 'app:../build.py' %}", "build.py")])
def test_a_template_that_the_host_has_not_is_an_error(make_site, template, part):
    files = {**BLOG, "build.py": HOST.replace("SHARE", ""), "blog/templates/page.html": template}
    site = make_site({name: text for name, text in files.items() if text is not None}).edit({"config.yaml": None})
    result = site.build()
    assert "template.missing" in result.codes
    assert part in next(problem["message"] for problem in result.problems)


def test_an_app_of_its_own_has_no_other_templates(make_site):
    site = make_site({"content/a.md": "A.", "content/b.md": "---\nlayout: app:base\n---\n",
                      "templates/page.html": "{% extends 'app:base.html' %}"})
    result = site.build()
    assert "template.missing" in result.codes
    site.edit({"templates/page.html": None})
    assert site.build().places() == [("page.layout", "content/b.md", 2)]


def test_a_template_of_the_host_is_looked_at_in_a_preview(browse):
    files = {name: text for name, text in {**CODE, **BLOG}.items() if text is not None}
    browser = browse(files)
    browser.site.edit({"config.yaml": None})
    assert "<main>" in browser.get("/blog/about/").text
    browser.look()
    browser.edit({"templates/base.html": CODE["templates/base.html"].replace("<main>", "<main class=new>")})
    assert "<main class=new>" in browser.get("/blog/about/").text
    assert "<main class=new>" in browser.get("/").text
