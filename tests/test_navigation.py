"""Navigation: the menu, the trees of docs, who stands beside whom, where a page is edited."""

from __future__ import annotations

import re

import pytest

from coldpress.web.sites import sites_of

URL = "base_url: https://e.org/sub/\n"
TREE = """\
{% macro entries(items) %}{% for item in items %}({{ item.title }}{{ " " ~ item.url if item.url }}\
{{ "!" if item.page is sameas page }}{{ "*" if item.holds(page) }}{{ entries(item.children) }}){% endfor %}\
{% endmacro %}
{{ page.face }} {{ entries(page.nav) }}
{{ page.prev.title if page.prev else "-" }} {{ page.next.title if page.next else "-" }}"""
TEMPLATES = {"templates/page.html": TREE, "templates/section.html": TREE, "templates/post.html": TREE,
             "templates/home.html": '{% for item in site.menu %}{{ item.title }} {{ item.url }}'
                                    '{{ "*" if item.holds(page) }}[{{ item.size }}] {% endfor %}'}
DOCS = {
    "content/docs/_index.md": "# Docs", "content/docs/b.md": "# B first\n", "content/docs/a.md": "# A",
    "content/docs/light.md": "---\ntitle: Light\nweight: 1\n---\n",
    "content/docs/hidden.md": "---\nunlisted: true\n---\n",
    "content/docs/guide/index.md": "---\ntitle: Guide\nweight: 2\n---\n", "content/docs/guide/one.md": "# One",
    "content/docs/the_parts/x.md": "# X", "content/docs/trip/index.md": "# Trip", "content/about.md": "# About",
    "content/posts/2026-01-02-p.md": "# P", **TEMPLATES}


def test_the_tree_of_docs_comes_from_folders_by_weight_then_title(build_site):
    lines = build_site(DOCS, URL).text("docs/guide/one/index.html").strip().splitlines()
    assert lines[0] == (
        "docs (Docs /sub/docs/)(Light /sub/docs/light/)(Guide /sub/docs/guide/*(One /sub/docs/guide/one/!*))"
        "(A /sub/docs/a/)(B first /sub/docs/b/)(Trip /sub/docs/trip/)(The parts(X /sub/docs/the-parts/x/))")
    assert lines[1] == "Guide A", "what comes before and after in the tree"


def test_pages_outside_of_docs_have_no_tree(build_site):
    site = build_site(DOCS, URL)
    assert site.text("about/index.html").split() == ["blog", "-", "-"]
    assert site.text("posts/p/index.html").split() == ["blog", "-", "-"]
    assert site.text("docs/hidden/index.html").startswith("docs"), "it shows the tree, though the tree does not show it"


@pytest.mark.parametrize(("docs", "about", "guide"), [
    ("[]", "blog", "blog"), ("[.]", "docs", "docs"), ("docs/guide", "blog", "docs"), ("[docs]", "blog", "docs")])
def test_the_config_names_the_folders_of_docs(build_site, docs, about, guide):
    site = build_site(DOCS, f"{URL}docs: {docs}\n")
    assert site.text("about/index.html").split()[0] == about
    assert site.text("docs/guide/one/index.html").split()[0] == guide


def test_a_tree_may_be_written_out_as_mkdocs_does(build_site):
    site = build_site({"content/index.md": "# Start", "content/x/two.md": "# Two", "content/three.md": "# Three",
                       "content/x/left.md": "# Left out", **TEMPLATES}, config=URL + """\
menu:
  - Home: index.md
  - Guide:
      - x/two.md
      - Deep:
          - Third: three.md
          - Out: https://e.com/
""")
    assert site.text("index.html").split() == ["Home", "/sub/*[1]", "Guide", "None[5]"]
    tree = site.text("three/index.html").strip().splitlines()
    assert tree == ["docs (Two /sub/x/two/)(Deep*(Third /sub/three/!*)(Out https://e.com/))", "Two -"]
    assert site.text("x/left/index.html").split()[0] == "blog"


def test_a_menu_entry_without_words_has_the_title_of_its_page(build_site):
    site = build_site({**DOCS, "content/index.md": "# Start"},
                      URL + "menu: [docs/, about.md, /posts/, 'https://e.com/', docs/a.md#part]\n")
    assert site.text("index.html").split() == [
        "Docs", "/sub/docs/[1]", "About", "/sub/about/[1]", "Posts", "/sub/posts/[1]", "https://e.com/",
        "https://e.com/[1]", "A", "/sub/docs/a/#part[1]"]


def test_a_menu_entry_of_a_list_without_words_is_named_in_the_language_of_the_page(build_site):
    site = build_site({"content/posts/2026-01-01-a.md": "---\ntags: [x]\n---\n# A\n\nB."},
                      URL + "language: de\nmenu: [/archive/, /posts/, {More: [/tags/, /search/]}, Mine: /archive/]\n")
    menu = site.text("posts/a/index.html").partition('<nav aria-label="Menü">')[2].partition("</nav>")[0]
    assert re.findall(r">([^<\n]+)</(?:a|summary)>", menu) == [
        "Archiv", "Beiträge", "More", "Schlagwörter", "Suche", "Mine"]


def test_a_nested_menu_entry_that_leads_nowhere_is_named_at_its_line(make_site):
    site = make_site({"content/a.md": "---\nseries: S\n---\n"}, URL + (
        "menu:\n  - A: a.md\n  - G:\n      - a.md\n      - No: no.md\n  - S: /serie/\n"))
    told = [(problem["code"], problem["place"]["line"], problem["message"], problem["hint"])
            for problem in site.build().problems]
    assert told == [
        ("config.menu", 6, "the menu entry `No` leads nowhere: `no.md`", None),
        ("config.menu", 7, "the menu entry `S` leads nowhere: `/serie/`", "did you mean `/series/`?")]


def test_the_menu_tells_which_entry_holds_a_page(build_site):
    menu = "{% for item in site.menu if item.holds(page) %}{{ item.title }} {% endfor %}"
    site = build_site({**DOCS, "templates/page.html": menu, "templates/post.html": menu, "templates/list.html": "",
                       "content/posts/_index.md": "# Blog"},
                      URL + "menu: [Docs: docs/, Posts: /posts/, About: about.md]\n")
    assert site.text("docs/guide/one/index.html").split() == ["Docs"]
    assert site.text("posts/p/index.html").split() == ["Posts"]
    assert site.text("about/index.html").split() == ["About"]


def test_a_page_is_edited_where_the_config_says(build_site):
    site = build_site({"content/my page.md": "A.", "templates/page.html": "{{ page.edit_url }}"},
                      URL + "edit_url: 'https://git.example/edit/<path>?x'\n")
    assert site.text("my-page/index.html") == "https://git.example/edit/my%20page.md?x"


def test_a_title_in_docs_changes_the_pages_of_its_tree_and_no_other(make_site):
    site = make_site(DOCS, URL)
    site.build()
    result = site.edit({"content/docs/guide/one.md": "# Uno"}).rebuild()
    assert {"/sub/docs/a/", "/sub/docs/guide/", "/sub/docs/the-parts/x/"} <= result.rendered
    assert not {"/sub/about/", "/sub/posts/p/", "/sub/"} & result.rendered
    assert "(Uno " in site.text("docs/a/index.html")
    clean = site.clean_copy()
    clean.build()
    assert clean.files() == site.files()


def test_who_shares_terms_is_related(build_site):
    files = {f"content/posts/2026-01-{day:02}-p{day}.md": f"---\ntags: [{tags}]\n---\n# P{day}\n"
             for day, tags in [(1, "a, b"), (2, "a"), (3, "a, b"), (4, "c"), (5, "a"), (6, "b, a"), (7, "a"), (8, "a")]}
    site = build_site({**files, "templates/post.html": "{% for each in page.related %}{{ each.title }} {% endfor %}"})
    assert site.text("posts/p1/index.html").split() == ["P3", "P6", "P2", "P5", "P7"], "more terms, then nearer in time"
    assert site.text("posts/p4/index.html").split() == []


def test_related_pages_are_the_same_for_the_first_few_and_for_many(make_site):
    """The lists are looked through for the first; then the positions of all pages in them are noted."""
    library = sites_of(make_site({
        f"content/posts/2026-01-{day:02}-p{day}.md": f"---\ntags: [t{day % 2}, t{day % 3}, t{day % 5}]\n---\n# P{day}\n"
        for day in range(1, 31)}).app())[0].library
    first, later = ([[page.source for page in library.related.of(post)] for post in library.posts] for _ in range(2))
    assert first == later
    assert all(len(found) == 5 for found in first)


def test_a_page_knows_who_links_to_it(make_site):
    show = "{% for each in page.backlinks %}{{ each.source }} {% endfor %}"
    site = make_site({"content/a.md": "[b](b.md) and [b](/b/#x) and [self](a.md)", "content/b.md": "[[c]]",
                      "content/c.md": "[out](https://e.com/) [b](https://example.org/b/)", "templates/page.html": show})
    site.build()
    assert [site.text(f"{name}/index.html").split() for name in "abc"] == [[], ["a.md", "c.md"], ["b.md"]]
    assert site.edit({"content/a.md": "Nothing."}).rebuild().rendered >= {"/b/"}
    assert site.text("b/index.html").split() == ["c.md"]


GUIDE = {"content/index.md": "# Home", "content/guide/index.md": "# Guide", "content/guide/a.md": "# A",
         "content/guide/deep/README.md": "# Deep things", "content/guide/deep/b.md": "# B", **TEMPLATES}


@pytest.mark.parametrize("index", ["guide/index.md", "Guide: guide/index.md", "/guide/", "guide/"])
def test_a_section_that_lists_its_index_is_shown_once(build_site, index):
    site = build_site(GUIDE, URL + f"""\
docs: [.]
menu:
  - Home: index.md
  - Guide:
      - {index}
      - guide/a.md
      - Deep:
          - guide/deep/README.md
          - guide/deep/b.md
""")
    lines = site.text("guide/a/index.html").strip().splitlines()
    assert lines == [
        "docs (Home /sub/)(Guide /sub/guide/*(A /sub/guide/a/!*)(Deep /sub/guide/deep/(B /sub/guide/deep/b/)))",
        "Guide Deep things"]
    assert site.text("guide/index.html").strip().splitlines()[1] == "Home A"
    assert site.text("guide/deep/index.html").strip().splitlines()[1] == "A B"
    assert site.text("index.html").split("[")[1].startswith("1] Guide /sub/guide/")


def test_a_tree_below_an_entry_of_the_menu_begins_with_its_index(build_site):
    site = build_site({**GUIDE, "content/about.md": "# About"}, URL + """\
menu:
  - about.md
  - Guide:
      - guide/index.md
      - guide/a.md
""")
    assert site.text("guide/a/index.html").strip().splitlines() == [
        "docs (Guide /sub/guide/)(A /sub/guide/a/!*)", "Guide -"]


def test_an_index_with_another_name_or_not_the_first_is_an_entry(build_site):
    site = build_site(GUIDE, URL + """\
docs: [.]
menu:
  - Guide:
      - Overview: guide/index.md
      - guide/a.md
      - guide/deep/README.md
""")
    assert site.text("guide/a/index.html").strip().splitlines()[0] == (
        "docs (Guide*(Overview /sub/guide/*)(A /sub/guide/a/!*)(Deep things /sub/guide/deep/))")


def test_the_header_links_to_the_page_of_a_section(build_site):
    site = build_site({**{name: text for name, text in GUIDE.items() if not name.startswith("templates")}},
                      URL + "menu: [{Guide: [guide/index.md, guide/a.md]}, {More: [guide/deep/b.md]}]\n")
    html = site.text("guide/a/index.html")
    assert html.count('<a href="/sub/guide/">Guide</a>') + html.count('<a href="/sub/guide/" dir="auto">Guide</a>') >= 1
    assert "<summary>More</summary>" in html
    assert "<summary>Guide</summary>" not in html


def test_accents_and_case_do_not_count_in_the_order_of_titles(build_site):
    show = "{% for each in page.pages %}{{ each.title }} {% endfor %}"
    site = build_site({"content/docs/_index.md": "# Docs", "templates/section.html": show,
                       **{f"content/docs/{n}.md": f"# {title}" for n, title in enumerate(
                           ("Web", "Île", "ile", "Éclair", "apple", "Zoo"))}})
    assert site.text("docs/index.html").split() == ["apple", "Éclair", "ile", "Île", "Web", "Zoo"]
