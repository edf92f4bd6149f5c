"""The command `check`: what it finds in a built site, and where it tells that to be."""

from __future__ import annotations

import json
import os
import re
import time

import pytest

from coldpress.check.outline import outline_of
from coldpress.check.references import references_in

POST = "---\ntitle: {}\ndescription: About {}\n---\n{}\n"
BASE = "content/posts/2026-01-0{}-{}.md"
HEAD = "{% extends 'theme/base.html' %}"


def post(number, name, body="Text."):
    return {BASE.format(number, name): POST.format(name.title(), name, body)}


@pytest.fixture
def checked(make_site):
    """Makes a site and checks it; returns the site and what was found, with the places."""

    def check(files, *arguments, config="title: T\nbase_url: https://example.org/x/\n"):
        site = make_site(files, config)
        site.run("check", "--json", *arguments)
        return site

    return check


def found(site, prefix="check."):
    return [(code, path, line) for code, path, line in site.results[-1].places() if code.startswith(prefix)]


def messages(site, code):
    return [problem["message"] for problem in site.results[-1].problems if problem["code"] == code]


def test_a_sound_site(checked):
    site = checked({**post(1, "one", "See [two](2026-01-02-two.md#part)."), **post(2, "two", "## Part\n\nText.")})
    assert site.results[-1].problems == []
    assert site.results[-1].code == 0
    said = site.run("check")
    assert said.code == 0
    assert re.fullmatch(r"Checked \d+ pages with \d+ links in [\d.]+ s: nothing found\n", said.out.splitlines(True)[-1])


def test_what_the_build_tells_of_is_an_error_and_told_once(checked):
    site = checked(post(1, "one", "See [it](/nothing/), [part](#no).\n\n![x](x.png)"))
    assert site.results[-1].code == 1
    name = BASE.format(1, "one")
    assert site.results[-1].places() == [("link.broken-link", name, 5), ("link.broken-anchor", name, 5),
                                         ("link.broken-image", name, 7)]
    assert {problem["severity"] for problem in site.results[-1].problems} == {"error"}


def test_a_broken_link_of_a_template_is_told_once_at_its_line(checked):
    base = "{% extends 'theme/base.html' %}\n{% block footer %}<a href=\"{{ url_for('home') }}\">x</a>\n" \
           '<a href="/x/abut/">About</a>{% endblock %}\n'
    site = checked({**post(1, "one"), **post(2, "two"), "templates/base.html": base,
                    "content/about.md": POST.format("About", "me", "Me.")})
    [problem] = [each for each in site.results[-1].problems if each["code"] == "check.broken-link"]
    place = problem["place"]
    assert (place["path"], place["line"], place["text"][place["column"] - 1:][:place["length"]]) == (
        "templates/base.html", 3, "/x/abut/")
    assert re.fullmatch(r"nothing is at `/x/abut/`, on \d+ pages", problem["message"])
    assert problem["hint"] == "did you mean `about/`?"
    assert problem["also"][0]["path"].startswith("site/")


def test_raw_html_in_a_body_has_its_place(checked):
    site = checked(post(1, "one", "Text.\n\n<p><a href='/nothing/'>x</a> <img src='x.png' alt=''></p>"))
    assert [(path, line) for _, path, line in site.results[-1].places()] == [(BASE.format(1, "one"), 7)] * 2


OWN = """\
import coldpress, flask

def create_app():
    app = coldpress.create_app(__file__)

    @app.get("/own/")
    def own():
        return flask.Response({!r})

    return app
"""
PAGE = '<!doctype html><html lang="en"><head><title>Own</title>{}</head><body><main><h1>Own</h1>{}</main></body></html>'
LINK = {"content/about.md": POST.format("About", "me", "[Own](/own/)")}


@pytest.mark.parametrize(("head", "body", "code"), [
    ('<meta property="og:image" content="https://example.org/x/no.png">', "", "broken-link"),
    ('<script type="application/ld+json">{"url": "https://example.org/x/no/"}</script>', "", "broken-link"),
    ("<style>p { background: url(no.png) }</style>", "", "broken-image"),
    ("", '<p style="background: url(/x/no.png)">', "broken-image"),
    ("", '<script src="no.js"></script>', "broken-file"),
    ("", '<img srcset="no.png 2x" alt="">', "broken-image"), ("", '<a href="/x/about/#no">n</a>', "broken-anchor"),
    ("", '<a href="#no">n</a>', "broken-anchor"), ('<base href="/x/about/">', '<a href="no/">n</a>', "broken-link")])
def test_every_kind_of_url_of_a_page(checked, head, body, code):
    site = checked({"build.py": OWN.format(PAGE.format(head, body)), **LINK})
    assert [(each[0], each[1]) for each in found(site)] == [(f"check.{code}", "site/own/index.html")]


@pytest.mark.parametrize(("head", "body"), [
    ('<script type="application/ld+json">{"@id": "https://example.org/x/no/#it", "url": "https://example.com/"}'
     "</script>", ""), ('<link rel="preconnect" href="/x/no/">', ""),
    ("", '<form method="post" action="/x/no/"></form>'),
    ("", '<a href="#top">t</a> <a href="/x/about/#:~:text=Me">t</a> <a href="mailto:a@b.c">m</a>'),
    ("", '<a href="/elsewhere/">another site of the host</a> <a href="http://[x/">no URL</a>'),
    ("", "<template><a href='/x/no/'>x</a></template><!-- <a href='/x/no/'>x</a> -->")])
def test_what_is_no_broken_link(checked, head, body):
    assert found(checked({"build.py": OWN.format(PAGE.format(head, body)), **LINK})) == []


def test_links_of_a_template_without_the_path_of_the_base_url(checked):
    template = HEAD + """{% block main %}
<h1>{{ page.title }}</h1> <a href="/about/">about</a> <a href="/">home</a> <a href="/shop/">of the host</a>
<a href="{{ url_for('page', page='about.md') }}">about</a> <img src="/static/a%20b.png" alt="">
{% endblock %}"""
    files = {"templates/page.html": template, "static/a b.png": "p",
             "content/about.md": POST.format("About", "me", "x"),
             "content/more.md": POST.format("More", "more", "[About](about.md)")}
    site = checked({**files, "content/index.md": "[m](more.md)"})
    assert found(site) == [("check.no-base-path", "templates/page.html", 2),
                           ("check.no-base-path", "templates/page.html", 3)]
    assert [(problem["severity"], problem["message"], problem["hint"]) for problem in site.results[-1].problems] == [
        ("warning", "`/about/` is outside of the site, which begins at `/x/`, on 2 pages", "did you mean `/x/about/`?"),
        ("warning", "`/static/a%20b.png` is outside of the site, which begins at `/x/`, on 2 pages",
         "did you mean `/x/static/a%20b.png`?")]
    assert "no-base-path" not in checked(files, config="title: T\nbase_url: https://example.org/\n").run("check").err


def test_urls_in_files_that_are_no_pages(checked):
    site = checked({
        **post(1, "one"), "static/a.css": "/* url(no.png) */ p { background: url('no.png') } @import 'no.css';",
        "content/site.webmanifest": '{"icons": [{"src": "no.png"}], "start_url": "/x/no/"}',
        "content/robots.txt": "User-agent: *\nSitemap: https://example.org/x/no.xml\n"})
    assert found(site) == [
        ("check.broken-link", "site/robots.txt", 2), ("check.broken-image", "site/site.webmanifest", 1),
        ("check.broken-link", "site/site.webmanifest", 1), ("check.broken-image", "site/static/a.css", 1),
        ("check.broken-file", "site/static/a.css", 1)]


def test_a_feed_repeats_what_is_told_of_its_source(checked):
    site = checked(post(1, "one", "See [it](/nothing/)."))
    assert len(site.results[-1].problems) == 1


def test_titles_and_descriptions_that_pages_share(checked):
    site = checked({"content/a.md": POST.format("Same", "a", "[b](b.md)"),
                    "content/b.md": "---\ntitle: Same\ndescription: About a\n---\n[a](a.md)\n"})
    assert found(site) == [("check.double-title", "content/a.md", 2), ("check.double-description", "content/a.md", 3)]
    assert [place["path"] for problem in site.results[-1].problems for place in problem["also"]] == ["content/b.md"] * 2


def test_orphans(checked):
    site = checked({"content/seen.md": POST.format("Seen", "s", "[a](#seen)"), "content/index.md": "[s](seen.md)",
                    "content/lost.md": POST.format("Lost", "l", "[me](lost.md)"),
                    "content/old.md": "---\ntitle: Hidden\nunlisted: true\n---\nx"},
                   config="base_url: https://example.org/x/\nsearch: false\nmenu: []\ndocs: []\n")
    assert [place for place in found(site) if place[0] == "check.orphan"] == [("check.orphan", "content/lost.md", None)]


def test_the_structure_of_pages(checked):
    site = checked(post(1, "one", "## A\n\n#### Deep *one*\n\n<img src='/theme/icon.svg'>"))
    assert ("check.heading-order", BASE.format(1, "one"), 7) in found(site)


def test_images_and_links_of_a_body_have_their_places(checked):
    body = "Text.\n\n<p><img src='https://example.com/a.png'></p>\n\n<p><a href='/about/'></a></p>\n"
    site = checked({**post(1, "one", body), "content/about.md": POST.format("About", "me", "Me.")})
    assert found(site) == [("check.no-alt", BASE.format(1, "one"), 7), ("check.no-name", BASE.format(1, "one"), 9)]


@pytest.mark.parametrize("text", [
    "<img srcset='" + "," * 30_000 + "'>", "<style>" + "url(" + " " * 30_000 + "</style>",
    "<p style='" + "url( '" * 20_000, "<p style=\"" + "url( '" * 20_000 + "\">",
    "<h2 id=a>" * 3_000, "<a " + "x" * 30_000, "<script type=application/ld+json>" + "[" * 30_000])
def test_what_is_made_to_take_long_does_not(text):
    began = time.process_time()
    page = outline_of(text)
    assert [reference.url for reference in page.references if reference.url] == []
    list(references_in("index.html", text, lambda: page))
    assert time.process_time() - began < 2


@pytest.mark.parametrize(("value", "urls"), [
    ("a.png 1x, b.png 2x", ["a.png", "b.png"]), ("a.png,", ["a.png"]), ("w_1,h_2/a.png 100w,b.png", ["w_1,h_2/a.png",
     "b.png"]), (" , a.png", ["a.png"]), ("", [])])
def test_candidates_of_an_image(value, urls):
    assert [reference.url for reference in outline_of(f"<img srcset='{value}'>").references] == urls


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_in_the_output_folder_is_not_read(checked):
    site = checked(post(1, "one"))
    os.mkfifo(site.root / "site/mine.html")
    assert site.run("check", "--json").code == 0


def test_an_error_of_the_build_ends_the_check(checked):
    site = checked({"content/a.md": "---\ntitle: [\n---\n"})
    assert site.results[-1].code == 1
    assert site.results[-1].data["checked"] is False
    said = site.run("check")
    assert "Nothing was checked: the build has 1 error." in said.err


def test_warnings_are_errors_with_strict(checked):
    site = checked({"content/a.md": POST.format("Same", "a", ""), "content/b.md": POST.format("Same", "b", "")})
    assert site.results[-1].code == 0
    assert site.run("check", "--strict").code == 1


def test_annotations_of_github(checked, monkeypatch):
    site = checked(post(1, "one", "See [it](/a,b%25:c/)."))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(site.root.parent))
    for command in ("check", "build"):
        said = site.run(command, "--github")
        kind = "error" if command == "check" else "warning"
        name = f"{site.root.name}/{BASE.format(1, 'one')}"
        assert (f"::{kind} file={name},line=5,col=10,endColumn=20,title=link.broken-link::"
                "nothing is at `/a,b%2525:c/`") in said.out.splitlines()
        assert "-->" not in said.err


def test_what_did_not_change_is_not_read_again(checked):
    site = checked({**post(1, "one"), **post(2, "two")})
    before = site.results[-1].data
    page = site.root / "site/posts/one/index.html"
    stat = page.stat()
    site.edit({BASE.format(2, "two"): POST.format("Two", "two", "[x](/nothing/)")})
    assert site.run("check", "--json").code == 1
    assert page.stat() == stat
    site.edit({BASE.format(2, "two"): POST.format("Two", "two", "Text.")})
    after = site.run("check", "--json").data
    assert json.dumps(after) == json.dumps(before)


def test_a_damaged_cache_changes_nothing(checked):
    site = checked({**post(1, "one", "[x](/nothing/)"), **post(2, "two")})
    before = site.results[-1].data
    [cache] = site.root.glob(".coldpress/check-*.sqlite")
    data = bytearray(cache.read_bytes())
    for at in range(5_000, len(data), 997):
        data[at] ^= 0x41
    cache.write_bytes(data)
    assert site.run("check", "--json").data == before


def test_in_several_processes(checked, monkeypatch):
    monkeypatch.setattr("coldpress.check.facts_cache._MANY", 2)
    site = checked({**post(1, "one", "[x](/nothing/)"), **post(2, "two")}, "-j", "2")
    alone = site.run("check", "--json", "-j", "1").data
    assert alone == site.results[0].data


def test_a_mounted_site(make_site):
    build = ("import coldpress, flask\n\ndef create_app():\n    app = flask.Flask(__name__)\n"
             "    coldpress.Coldpress(app, 'web', url_prefix='/blog')\n    return app\n")
    site = make_site({"build.py": build, "web/config.yaml": "base_url: https://example.org/x/blog/\n",
                      "web/content/posts/2026-01-01-a.md":
                          POST.format("A", "a", "<a href='/blog/no/'>n</a>\n[b](b.md)"),
                      "web/content/posts/b.md": "---\ndate: 2026-01-01\n---\n[a](2026-01-01-a.md)"})
    said = site.run("check", "--json")
    assert [place[:2] for place in said.places()] == [("link.broken-link", "web/content/posts/2026-01-01-a.md")]


def test_links_that_are_relative(make_site):
    site = make_site({**post(1, "one", "[two](2026-01-02-two.md#no)"), **post(2, "two")},
                     "base_url: https://example.org/x/\nlinks: relative\n")
    assert site.run("check", "--json").codes == ["link.broken-anchor"]


def test_without_a_base_url(make_site):
    site = make_site({**post(1, "one", "[a](/nothing/)"), **post(2, "two")}, "title: T\n")
    assert site.run("check", "--json").codes == ["config.no-base-url", "link.broken-link"]


IGNORE = "base_url: https://example.org/x/\ncheck:\n  ignore:\n"


@pytest.mark.parametrize("entry", [
    "{link: /x/abut/, reason: r}", "{link: '*abut*', reason: r}", "{code: check.broken-*, reason: r}",
    "{path: own/index.html, reason: r}", "{path: /own/, reason: r}", "{path: site/own/*, code: '*link', reason: r}"])
def test_what_is_ignored(checked, entry):
    site = checked({"build.py": OWN.format(PAGE.format("", "<a href='/x/abut/'>a</a>")), **LINK},
                   config=f"{IGNORE}    - {entry}\n")
    assert (site.results[-1].problems, site.results[-1].code) == ([], 0)
    assert site.run("check").out.endswith("nothing found; 1 ignored\n")


def test_what_the_build_tells_is_ignored_too(checked):
    entries = "    - {link: instal.md, path: content/*, reason: r}\n    - {code: link.*, link: '/no/*', reason: r}\n"
    site = checked(post(1, "one", "[a](instal.md) [b](/no/thing/)"), config=IGNORE + entries)
    assert site.results[-1].problems == []
    assert site.results[-1].data["ignored"] == 2, "lists and feeds show them too"


def test_an_entry_that_matches_nothing_is_told(checked):
    entries = "    - {code: check.orphan, reason: r}\n    - {link: 'https://*', reason: asked only with --external}\n"
    site = checked(post(1, "one"), config=IGNORE + entries)
    assert found(site) == [("check.ignore", "config.yaml", 4)]


@pytest.mark.parametrize(("entry", "message"), [
    ("{link: x}", "needs a `reason`"), ("{link: x, reason: ' '}", "needs a `reason`"),
    ("{reason: x}", "names a `code`, a `path` or a `link`"), ("{lnk: x, reason: x}", "there is no `lnk`"),
    ("x", "is written")])
def test_entries_that_are_refused(checked, entry, message):
    site = checked(post(1, "one"), config=f"{IGNORE}    - {{code: x, reason: r}}\n    - {entry}\n")
    assert site.results[-1].places() == [("config.value", "config.yaml", 5)]
    assert message in site.results[-1].problems[0]["message"]


def check_alone(site):
    """Checks a site in a process of its own: what the modules of the tests mention would count as used."""
    site.run_alone("check", "--json")
    return site


def unused(site):
    return [(code, path, line) for code, path, line in found(site)
            if code.startswith(("check.un", "check.near", "check.heavy"))]


def test_what_nothing_uses(make_site):
    site = make_site({
        **post(1, "one", "![A](a.png)\n\n<img src='/static/b.png' alt=''> [c](c.png)"),
        **{f"content/posts/{name}.png": b"x" for name in ("a", "c", "lost")},
        **{f"static/{name}.png": b"x" for name in ("b", "styled", "scripted", "lost")}, "content/favicon.ico": b"x",
        "static/own.css": "p { background: url(styled.png) }", "static/own.js": "show('scripted.png')",
        "templates/page.html": "{% extends 'theme/page.html' %}{% include 'part.html' %}",
        "templates/part.html": "{{ data.used }} {{ data.shop.prices[0].a }}", "templates/lost.html": "x",
        "templates/README.md": "x", "content/about.md": POST.format("About", "me", "Me."),
        "data/used.yaml": "a: 1", "data/shop/prices.csv": "a,b\n1,2\n", "data/lost.yaml": "a: 1",
        "data/strings/en.yaml": "next: Next"})
    assert unused(check_alone(site)) == [
        ("check.unused-image", "content/posts/lost.png", None), ("check.unused-data", "data/lost.yaml", None),
        ("check.unused-image", "static/lost.png", None), ("check.unused-template", "templates/lost.html", None)]


def test_what_is_ignored_is_not_used_by_that(make_site):
    entries = "    - {path: static/lost.png, reason: r}\n    - {path: static/none.png, reason: r}\nauthor: Ann\n"
    site = make_site({**post(1, "one"), "static/lost.png": b"x"}, IGNORE + entries)
    assert found(check_alone(site)) == [("check.ignore", "config.yaml", 5)]


def test_what_stops_being_used(make_site):
    site = make_site({"templates/page.html": "{% extends 'theme/page.html' %}{% include 'part.html' %}",
                    "templates/part.html": "x", "content/about.md": POST.format("About", "me", "Me.")})
    assert unused(check_alone(site)) == []
    site.edit({"templates/page.html": "{% extends 'theme/page.html' %}"})
    assert unused(check_alone(site)) == [("check.unused-template", "templates/part.html", None)]


KEYS = "---\ntitle: {}\nmood: glad\ncolor: red\nrole: x\n---\nText.\n"


def test_front_matter_that_nobody_reads(make_site):
    files = {"content/a.md": KEYS.format("A"), "content/b.md": KEYS.format("B"),
             "templates/page.html": "{% extends 'theme/page.html' %}{{ page.params.color }}"}
    site = make_site({**files, "build.py": BUILD + "    app.role = 'role'\n    return app\n"})
    assert unused(check_alone(site)) == [("check.unread-key", "content/a.md", 3)]
    assert messages(site, "check.unread-key") == ["nothing reads `mood`, which 2 pages have in front matter"]


BUILD = "import coldpress\n\ndef create_app():\n    app = coldpress.create_app(__file__)\n"


@pytest.mark.parametrize("text", [
    "{% for key in page.params %}{{ key }}{% endfor %}", "{{ page.params.items()|list }}",
    "{{ page.params[site.title] }}", "{% set all = page.params %}"])
def test_a_template_that_may_read_every_key(checked, text):
    site = checked({"content/a.md": KEYS.format("A"), "templates/page.html": "{% extends 'theme/page.html' %}" + text})
    assert unused(site) == []


def test_terms_that_are_one_letter_apart(checked):
    head = "---\ntitle: {}\ntags: [{}]\n---\nText.\n"
    tags = ["python, release-1.1, cats", "Pyhton, release-1.2, cat", "python, tutorials, 开源项目文",
            "tutorial, tutorials, 开源项目人"]
    site = checked({f"content/posts/2026-01-0{number}-p{number}.md": head.format(number, each)
                    for number, each in enumerate(tags, 1)})
    assert unused(site) == [("check.near-terms", "content/posts/2026-01-02-p2.md", 3),
                            ("check.near-terms", "content/posts/2026-01-04-p4.md", 3)]
    assert messages(site, "check.near-terms")[0] == "`Pyhton` of 1 page and `python` of 2 pages differ by one letter"


def test_heavy_images_are_told_once(checked):
    big, drawing = b"GIF89a" + b"x" * 3000, b"<svg>" + b" " * 3000 + b"</svg>"
    site = checked({**post(1, "one", "![A](a.svg)"), "content/posts/a.svg": drawing,
                    "static/b.gif": big, "static/c.gif": big,
                    "templates/post.html": "{% extends 'theme/post.html' %}{% block footer %}"
                                           "<img src='/x/static/b.gif' alt=''>"
                                           "<a href='/x/static/c.gif'>c</a>{% endblock %}"},
                   config="base_url: https://example.org/x/\nimages: {heavy: 2}\n")
    assert [(code, path) for code, path, _ in site.results[-1].places() if "heavy" in code] == [
        ("image.heavy", BASE.format(1, "one")), ("check.heavy-image", "templates/post.html")]
