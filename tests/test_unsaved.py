"""The page of a text that is not saved, as an editor shows it: `Library.with_document`."""

from __future__ import annotations

import json

import pytest

import coldpress
from coldpress.content.links import broken_link, unresolved_links
from coldpress.errors import ColdpressError
from coldpress.web.sites import sites_of

FILES = {
    "content/_index.md": "---\ntitle: Home\n---\n",
    "content/about.md": "# About us\n\nSee [the first](posts/2024-01-02-first.md).\n",
    "content/docs/_index.md": "---\ntitle: Docs\ncascade: {layout: wide, colour: blue}\n---\n",
    "content/docs/install.md": "---\ntitle: Install\n---\n# Install\n\nText.\n",
    "content/posts/2024-01-02-first.md": "---\ntitle: First\ntags: [red]\n---\nThe **first** text.\n",
    "content/posts/2024-02-03-second.md": "---\ntitle: Second\ntags: [red]\n---\n## Part\n\nThe second text.\n",
    "content/posts/2024-03-04-third.md": "---\ntitle: Third\n---\nThe third text.\n",
    "templates/wide.html": "{{ page.title }}",
}
WITH_A_ROUTE = """\
import coldpress


def create_app():
    app = coldpress.create_app(__file__)

    @app.get("/books/")
    def books():
        return "<title>Books</title>"

    return app
"""
SECOND = "posts/2024-02-03-second.md"


@pytest.fixture
def library(make_site):
    return coldpress.get_site(make_site(FILES).app()).library


def head(text, **front):
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in front.items()) + f"---\n{text}"


def test_a_changed_body_is_rendered_and_all_else_stays(library):
    before = library.by_source(SECOND)
    page, _, problems = library.with_document(SECOND, head("Other *words*.\n", title="Second", tags="[red]"))
    assert (page.html, page.title, page.path, problems) == (
        "<p>Other <em>words</em>.</p>", "Second", "/posts/second/", ())
    assert [page.prev.title, page.next.title, page.section.title] == ["First", "Third", before.section.title]
    assert [term.name for term in page.tags] == ["red"]
    assert page.related == before.related
    assert page.date == before.date
    assert "Other" not in before.html
    assert library.by_source(SECOND) is before
    assert library.at("/posts/second/") is before


def test_nothing_of_it_is_kept(make_site):
    folder = make_site(FILES)
    [site] = sites_of(folder.app())
    site.library.by_source(SECOND).html  # noqa: B018  (is kept)
    site.markup.store.flush()
    kept = site.markup.store.keys()
    assert len(kept) == 1
    assert "secret" in site.library.with_document(SECOND, head("A secret word.\n", title="Second")).page.html
    assert "secret" in site.library.with_document("about.md", "# A secret heading\n").page.title
    site.markup.store.flush()
    site.sources.cache.save()
    assert site.markup.store.keys() == kept
    assert not any(b"secret" in data for data in folder.files(".coldpress").values())


def test_a_changed_title_and_a_heading_that_is_the_title(library):
    assert library.with_document(SECOND, head("Text.\n", title="Another")).page.title == "Another"
    assert library.with_document("about.md", "# Who we are\n\nText.\n").page.title == "Who we are"
    assert library.by_source("about.md").title == "About us"


def test_links_lead_to_the_rest_of_the_site(library):
    text = "[a](2024-01-02-first.md) [b](/docs/install/) [[Third]] [c](#part) [d](2024-02-03-second.md)\n\n## Part\n"
    found = library.with_document(SECOND, head(text, title="Second", slug="moved"))
    assert [part.partition('"')[0] for part in found.page.html.split('href="')[1:]] == [
        "/posts/first/", "/docs/install/", "/posts/third/", "#part", "/posts/moved/"]
    assert found.library.at("/posts/moved/") is found.page
    assert found.library.at("/posts/second/") is None
    assert list(unresolved_links(found.library, found.page)) == []


def test_a_broken_link_has_its_place_in_the_text(library):
    page, seen, _ = library.with_document(SECOND, head("One.\n\nTwo [three](frist.md).\n", title="Second"))
    [(_, link)] = unresolved_links(seen, page)
    problem = broken_link(seen, page, link)
    assert (problem.code, problem.place.path, problem.place.line, problem.place.column, problem.place.text) == (
        "link.broken-link", f"content/{SECOND}", 6, 13, "Two [three](frist.md).")


def test_problems_are_those_of_a_build(make_site):
    """All that a build reports of the text is told, in the same words and at the same places, before it is saved."""
    text = head("""[a](frist.md) [b](#prat) [c](/tgas/red/) [[Thrid]] [d](/tags/red/) [e](/posts/) [f](/archive)
![g](no.png)

## Part

The formula $\\foo$, {{<include "gone.md">}}

:::nosuch
Text.
:::
""", title="Second", tags="[red]", image="no.jpg")
    built = make_site({**FILES, f"content/{SECOND}": text}).build().problems
    of_text = [problem for problem in built if problem["place"] and problem["place"]["path"] == f"content/{SECOND}"]
    told = coldpress.get_site(make_site(FILES).app()).library.with_document(SECOND, text).problems
    assert json.loads(json.dumps([problem.as_json() for problem in told])) == of_text
    assert [(problem.code, problem.place.line) for problem in told] == [
        ("link.broken-image", 4), ("link.broken-link", 6), ("link.broken-anchor", 6), ("link.broken-link", 6),
        ("link.unknown-name", 6), ("link.broken-image", 7), ("markup.maths", 11), ("markup.leftover", 11),
        ("markup.component", 13)]


def test_a_body_that_is_a_template_and_fails_is_told_with_its_place(make_site):
    site = make_site(FILES, config="base_url: https://example.org/\nmarkdown: {jinja: true}\n")
    text = head("Two.\n\n{{ page.tilte }}\n", title="Second", tags="[red]")
    [told] = coldpress.get_site(site.app()).library.with_document(SECOND, text).problems
    [built] = site.edit({f"content/{SECOND}": text}).build().problems
    assert built == {**told.as_json(), "message": f"{told.message} (on 13 pages)", "also": built["also"]}
    assert (told.is_error, told.place.path, told.place.line) == (True, f"content/{SECOND}", 7)


def test_a_link_to_a_route_of_the_app_is_not_told(make_site):
    library = coldpress.get_site(make_site({**FILES, "build.py": WITH_A_ROUTE}).app()).library
    text = "[a](/books/) [b](/books) [c](/feed.xml) [d](/about) [e](/boks/)\n"
    [problem] = library.with_document("posts/new.md", head(text, title="New", date="2024-05-06")).problems
    assert problem.message == "nothing is at `/boks/`"


def test_a_draft_and_what_comes_later_are_shown(library):
    page = library.with_document(SECOND, head("Text.\n", title="Second", draft="true", date="2999-01-01")).page
    assert (page.draft, page.date.year, page.html) == (True, 2999, "<p>Text.</p>")


def test_a_path_that_is_new(library):
    text = head("See [me](2024-05-06-new.md).\n", tags="[red]")
    page, seen, _ = library.with_document("posts/2024-05-06-new.md", text)
    assert (page.kind, page.title, page.path, page.date.day) == ("post", "New", "/posts/new/", 6)
    assert 'href="/posts/new/"' in page.html
    assert (page.prev, page.next, seen.by_source(page.source)) == (None, None, page)
    assert library.at("/posts/new/") is None
    inner = library.with_document("docs/more/index.md", "# More\n").page
    assert (inner.kind, inner.path, inner.layout, inner.params["colour"]) == ("page", "/docs/more/", "wide", "blue")
    assert inner.section.title == "Docs"


@pytest.mark.parametrize(("path", "text", "code", "line", "column"), [
    (SECOND, "---\ntitle: Second\ntags: [red\n---\nText.\n", "syntax.yaml", 3, 7),
    (SECOND, "---\ntitle: Second\ndate: soon\n---\nText.\n", "front-matter.value", 3, 1),
    (SECOND, "---\ntitle: Second\n", "front-matter.open", 1, 1),
    (SECOND, "---\nslug: '!!'\n---\nText.\n", "url.permalink", None, None),
    ("../secret.md", "Text.\n", "source.no-page", None, None),
    ("_drawer/a.md", "Text.\n", "source.no-page", None, None),
    ("posts/a.txt", "Text.\n", "source.no-page", None, None),
    *((path, "Text.\n", "source.no-page", None, None) for path in (
        "/about.md", "docs//a.md", ".hidden.md", ".git/a.md", "node_modules/a.md", "a\0.md", "a\udc80.md")),
])
def test_a_text_that_cannot_be_a_page_is_told_with_its_place(library, path, text, code, line, column):
    with pytest.raises(ColdpressError) as raised:
        library.with_document(path, text)
    [problem] = raised.value.problems
    assert (problem.code, problem.place.line, problem.place.column) == (code, line, column)


def test_a_slip_is_told_beside_the_page(library):
    page, _, [problem] = library.with_document(SECOND, head("Text.\n", title="Second", tsgs="[red]"))
    assert (page.title, problem.code, problem.place.line) == ("Second", "front-matter.unknown-key", 3)


def test_names_of_the_page_are_those_of_its_text(library):
    page = library.with_document("about.md", "# Who we are\n\n[[Who we are]] [[About us]] [[about]] [[First]]\n").page
    assert [part.partition('"')[0] for part in page.html.split('href="')[1:]] == ["/about/", "/about/", "/posts/first/"]
    assert "[[About us]]" in page.html


def test_a_path_may_be_spelled_in_any_normal_form(make_site):
    library = coldpress.get_site(make_site({**FILES, "content/café.md": "One.\n"}).app()).library
    page, seen, _ = library.with_document("cafe\u0301.md", "Two.\n")
    assert (page.source, page.path) == ("café.md", "/café/")
    assert seen.by_source("café.md") is page


@pytest.mark.parametrize("path", [SECOND, "posts/2024-05-06-new.md"])
def test_a_path_that_another_page_has_is_told_beside_the_page(library, path):
    page, seen, [problem] = library.with_document(path, head("Text.\n", title="Second", permalink="/about/"))
    assert (problem.code, problem.is_error, problem.place.line, problem.also[0].path) == (
        "url.clash", True, 3, "content/about.md")
    assert seen.at("/about/") is page
    assert library.at("/about/").source == "about.md"
