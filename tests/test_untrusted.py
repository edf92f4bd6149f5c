"""Authors who are not trusted: all of a site's or those of some folders.  The
corpus of what they may try is in `hostile_bodies.py`, and is shown to a browser
by `test_untrusted_browser.py`."""

from __future__ import annotations

import html
import re

import pytest
from test_authors import Tags

from coldpress.markdown.html.sanitize import MAX_OPEN_ELEMENTS, normalize, sanitize
from coldpress.markdown.parser.link_parser import is_safe_url

URL = "base_url: https://example.org/\n"
ALL = URL + "markdown: {trusted: false}\n"
GUESTS = URL + "markdown: {untrusted: [posts/guests/]}\n"
SUMMARIES = "theme: {list: text}\n"
BAD = "<script>alert(1)</script>\n\nText <b onclick=alert(1)>One.</b>"
GUEST = "content/posts/guests/2026-01-02-a.md"


def shown(site, file):
    """What an author gave a page, as it is there."""
    return site.text(file).partition('<div class="prose"')[2].partition("</article>")[0]


def hrefs(text):
    return [html.unescape(found) for found in re.findall(r'(?:href|src)="([^"]*)"', text)]


# A summary is cut from a text, which is cleaned when it is whole.

def test_what_is_cut_from_a_text_is_cleaned_after(make_site):
    site = make_site({"content/posts/2026-01-01-a.md":
                      "<img alt=\"a id='\" src=\"x\"> `'` <b title=\" onerror=alert(1) src=z \">t</b>\n"},
                     ALL + SUMMARIES)
    assert site.build().code == 0
    for file in ("index.html", "posts/index.html", "posts/a/index.html"):
        text = shown(site, file)
        assert '<img alt="a id=\'" src="' in text
        assert "<code>'</code>" in text
        assert '<b title=" onerror=alert(1) src=z ">t</b>' in text


# Where a link leads is decided by what becomes of it.

def test_no_scheme_comes_of_decoding(make_site):
    written = ("[a](javascript%3Aalert(1)) [b](%6Aavascript:alert(1)) [h](java%0Ascript%3Aalert(1)) "
               "[i](javascript%3Aalert(1)//x.md) [j](<java&#10;script&colon;alert(1)>) [k](a%253Ab)")
    for config in (ALL, URL):
        site = make_site({"content/index.md": written}, config)
        assert site.build().code == 0
        text = shown(site, "index.html")
        assert ">h</a>" in text
        assert [url for url in hrefs(text) if not is_safe_url(url)] == (
            [] if config == ALL else ["javascript%3Aalert(1)//x.md"])


@pytest.mark.parametrize("written", [
    "/%2Fevil.example/", "%2F%2Fevil.example/x", "%5C%5Cevil.example", "/%5Cevil.example", "/\\evil.example/x.md",
    "/&#9;/evil.example", "/%09/evil.example/x.md", "..%2F%2Fevil.example/", "/&#92;evil.example/a.md", "\\/evil.md",
    "..//evil.example/"])
@pytest.mark.parametrize("config", [ALL, URL])
def test_no_path_becomes_a_host(make_site, written, config):
    page = f'---\nimage: "{html.unescape(written)}"\n---\n' if "\\" not in written and "&" not in written else ""
    site = make_site({"content/index.md": f'{page}<a href="{written}">x</a>\n\n[y](<{written}>)'}, config)
    assert site.build().code == 0
    text = site.text("index.html").partition("<main")[2]
    found = [url for url in hrefs(text) if "evil" in url]
    assert len(found) >= 2
    assert [url for url in found if re.match(r"[\x00-\x20]*[/\\][\x00-\x20]*[/\\]", url)] == []


# Folders.

def test_authors_of_a_folder_are_not_trusted(build_site):
    site = build_site({GUEST: BAD, "content/posts/2026-01-01-b.md": f"{BAD}\n"}, GUESTS + SUMMARIES)
    assert "alert" not in shown(site, "posts/a/index.html") + site.text("posts/a/index.html")
    assert "<b onclick=alert(1)>" in shown(site, "posts/b/index.html")
    both = site.text("posts/index.html")
    assert both.count("onclick") == 1
    assert site.text("feed.xml").count("onclick") == 1


def test_a_folder_that_is_not_there_is_told(make_site):
    site = make_site({GUEST: "A.", "content/Posts2/x.md": "X."},
                     URL + "markdown:\n  untrusted:\n    - posts/guests\n    - posts/gests\n    - Posts/guests\n")
    result = site.build()
    assert result.places() == [("config.value", "config.yaml", 5), ("config.value", "config.yaml", 6)]
    assert [problem["hint"] for problem in result.problems] == ["did you mean `posts/guests`?"] * 2


@pytest.mark.parametrize("folders", ["[.]", "[../x]", "[1]", "{a: b}", "['']"])
def test_what_is_no_folder_is_told(make_site, folders):
    result = make_site({GUEST: "A."}, URL + f"markdown: {{untrusted: {folders}}}\n").build()
    assert result.codes == ["config.value"]


def test_who_is_trusted_may_change(build_site):
    site = build_site({GUEST: BAD, "content/b.md": BAD}, GUESTS)
    assert site.edit({"config.yaml": URL}).build().rendered >= {"/posts/a/", "/posts/", "/feed.xml"}
    assert "onclick" in shown(site, "posts/a/index.html")
    assert site.edit({"config.yaml": GUESTS}).build().rendered >= {"/posts/a/", "/posts/", "/feed.xml"}
    assert "onclick" not in shown(site, "posts/a/index.html") + site.text("posts/index.html")
    assert "onclick" in shown(site, "b/index.html")
    clean_site = site.clean_copy()
    clean_site.build()
    assert clean_site.files() == site.files()


def test_equal_bodies_are_kept_apart(build_site):
    site = build_site({GUEST: BAD, "content/posts/2026-01-01-b.md": BAD}, GUESTS)
    site.edit({GUEST: f"{BAD}\n\nMore.", "content/posts/2026-01-01-b.md": f"{BAD}\n\nMore."}).build()
    assert "onclick" not in shown(site, "posts/a/index.html")
    assert "onclick" in shown(site, "posts/b/index.html")


# What trusted pages show of others.

@pytest.mark.parametrize("body", [
    '::include{file="/posts/guests/2026-01-02-a.md"}', '--8<-- "posts/guests/2026-01-02-a.md"',
    'x\n\n--8<-- "posts/guests/2026-01-02-a.md:3:3"'])
def test_a_trusted_page_shows_others_cleaned(build_site, body):
    site = build_site({GUEST: BAD, "content/b.md": body}, GUESTS)
    text = shown(site, "b/index.html")
    assert "One." in text
    assert "alert" not in text


def test_an_included_page_has_no_ids(build_site):
    site = build_site({GUEST: '# T\n\n<p id="x">One.</p>', "content/b.md":
                       '::include{file="/posts/guests/2026-01-02-a.md"}'}, GUESTS)
    assert 'id="x"' not in shown(site, "b/index.html")
    assert 'id="x"' in shown(site, "posts/a/index.html")


def test_what_templates_make_is_the_sites(build_site):
    site = build_site({
        "templates/components/film.html":
            '<iframe src="https://films.example/{{ attributes.name }}" onload="x()"></iframe>{{ title }}{{ body }}',
        GUEST: ':::film[*T* <i onclick=x()>i</i>]{name="a/b"}\n<b onclick=x()>b</b>\n\n'
               ':::film{name="\\"><script>"}\n:::\n:::\n'}, GUESTS)
    text = shown(site, "posts/a/index.html")
    assert text.count('<iframe src="https://films.example/') == 2
    assert 'films.example/a/b" onload="x()"></iframe><em>T</em> <i>i</i>' in text
    assert "onclick" not in text
    assert "<script" not in text


# In linear time.

def test_what_is_nested_too_deep_is_text():
    made = sanitize(normalize("<div><b>x" * 200))
    assert made.count("<div>") + made.count("<b>") == MAX_OPEN_ELEMENTS
    assert made.count("&lt;div&gt;") == 200 - MAX_OPEN_ELEMENTS // 2
    assert made.endswith("</b></div>")


@pytest.mark.parametrize("unit", [
    "<div><b>", "<p><b title=#></p>", "<b title=#><p>", "<table>a<b></b>", "<table><tr><td>", "<a href=#>", "<ul><li>",
    "<math><mi>", "</p>", "</b>", "<b><i></b></i>", "<a b='\"", "<!--", "<script>", "<select><option>", "<svg><g>"])
def test_what_is_made_regular_grows_with_its_text(unit):
    """No element is opened anew, however others end around it."""
    text = "".join(unit.replace("#", str(number)) for number in range(3_000))
    made = normalize(text)
    assert len(sanitize(made)) < 10 * len(text)
    assert len(re.findall("<[a-z]", made)) <= len(re.findall("<[a-z]", text))
    assert normalize(made) == made


# Markdown that is shown as such.

def test_no_twin_holds_html_or_links_that_run(make_site):
    written = ("---\ntitle: 'T <img src=x onerror=alert(1)> [x](javascript:alert(1))'\ndescription: '<b onclick=x()>'\n"
               "---\n<script>alert(1)</script> `<i>` a < b\n\n[a](javascript:alert(1)) [b](<java\\script:x>) [c](b.md) "
               "[d]( vbscript:x) [e](<b.md>) [f][r] <javascript:x> [g](<https://example.com/(x)>)\n\n"
               "[r]: data:text/html,x\n[s]:\n  javascript&colon;x\n\n```\n<script>2</script>\n```\n")
    site = make_site({GUEST: written, "content/posts/guests/b.md": "B."}, GUESTS + "llms: true\n")
    assert site.build().code == 0
    twin, about = site.text("posts/a/index.md"), site.text("llms.txt")
    assert [found for text in (twin, about) for found in re.findall(r"<(?=[a-zA-Z/!?]).*|(?:\(|: )\s*\w+script.*", text)
            ] == []
    assert "data:" not in twin
    assert "a < b" in twin
    for link in ("[c](https://example.org/posts/b/)", "[e](https://example.org/posts/b/)", "[a](#)", "[r]:#",
                 "[g](https://example.com/%28x%29)", "&lt;script>2&lt;/script>"):
        assert link in twin.replace("]: #", "]:#"), link


# Templates in bodies.

@pytest.mark.parametrize("body", [
    "{% for post in library.posts %}- {{ post.title }}\n{% endfor %}",
    "{% for post in library.posts %}{{ post.summary }}{% endfor %}",
    "{% for term in library.taxonomies.tags.terms %}{{ term.name }} {% endfor %}"])
def test_a_body_that_lists_others_is_cleaned(build_site, body):
    config = URL + "markdown: {jinja: true, untrusted: [posts/guests]}\n"
    site = build_site({
        GUEST: "---\ntitle: <b onerror=alert(1)>\ntags: <i onclick=alert(1)>t</i>\n---\n"
               "Text [x\\](javascript:alert(1))", "content/b.md": body,
        "content/c.md": "{{ page.title }} <b onclick=c()>c</b>"}, config)
    text = shown(site, "b/index.html")
    assert not re.search(r"<[^>]*(?:onerror|onclick|javascript:)", text)
    assert "onclick=c()" in shown(site, "c/index.html")


def test_ids_of_entries_run_nothing(build_site):
    site = build_site({GUEST: "---\nguid: 'javascript:alert(1)'\n---\nA.", "content/posts/2026-01-01-b.md":
                       "---\nguid: 'weird:b'\n---\nB.", "content/posts/guests/2026-01-01-c.md":
                       "---\nguid: 'tag:example.org,2026:c'\n---\nC."}, GUESTS)
    for file in ("feed.xml", "rss.xml", "feed.json"):
        text = site.text(file)
        assert "javascript:" not in text
        assert "weird:b" in text
        assert "tag:example.org,2026:c" in text


def test_notes_shown_in_notes_are_cleaned_each(build_site):
    site = build_site({GUEST: f"{BAD}\n\n![[b]]", "content/b.md": "B <b onclick=b()>b</b>",
    "content/c.md": "![[A]]"},
                      GUESTS)
    text = shown(site, "posts/a/index.html")
    assert "alert" not in text
    assert "onclick=b()" in text  # of an author who is trusted
    assert "alert" not in shown(site, "c/index.html")


def test_where_an_author_leads(make_site):
    site = make_site({"content/posts/2026-01-01-a.md": "---\nauthors: '<a href=\"/\\evil.example\">Ann</a>'\n---\nA."},
    ALL)
    site.build()
    assert "evil" not in site.text("posts/a/index.html").partition("<main")[2]


# What Markdown makes stays.

def test_what_markdown_makes_of_others_is_what_it_makes_of_all(make_site):
    body = ("---\ntitle: T\n---\n## H {#own}\n\n> [!NOTE] Title\n> x\n\n```yaml title=\"t\" {1}\nx: [1, a]\n```\n\n"
            "| a | b |\n|:-:|--:|\n| b | c |\n\n- [x] t\n\n$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$\n\n"
            "A[^1] ![i](i.png) <b>ok</b> ++ctrl+c++ {++new++} \n\n[^1]: Note.\n\n=== \"Tab *x*\"\n    One.\n\n"
            ":::details[More]{open}\nText.\n:::\n\n::figure[Caption]{src=i.png alt=x}\n\n::embed[E]"
            "{href=\"https://example.com/\"}"
            "\n\n<div align=center>\n<kbd>x</kbd> &copy; "
            "<span lang=de title='a \"b\"'>y</span><br>\n</div>\n\n[[b]]\n\n"
            "T\n: d\n\n*[T]: u\n\n<details><summary>s</summary>\n\n1. *x*\n2. y\n\n</details>\n")
    pages = []
    for config in (URL, ALL):
        site = make_site({"content/a.md": body, "content/b.md": "B.", "content/i.png": "p"}, config)
        site.build()
        tags = Tags()
        tags.feed(shown(site, "a/index.html"))
        pages.append(tags.found)
    assert pages[0] == pages[1]


def test_a_tag_with_a_stray_quote_is_a_tag():
    assert normalize('<img src="a.png" alt-"x y"/><b a"b title=t>c') == '<img src="a.png"><b title="t">c</b>'


# Files beside the text.

_HOLDS = b"<script>alert(1)</script>"
_ACTIVE = (
    "x.html", "X.HTML", "x.htm", "x.Xhtml", "x.xht", "x.shtml", "x.svg", "x.SVG", "x.svgz", "x.xml", "x.xsl", "x.xslt",
    "x.rdf", "x.rss", "x.atom", "x.mht", "x.mhtml", "x.js", "x.mjs", "x.cjs", "x.wasm", "x.swf", "x.hta", "x.htc",
    "x.manifest", "x.appcache", "x.webmanifest", "x.php", "x.php5", "x.phtml", "x.PHAR", "x.cgi", "x.pl", "x.asp",
    "x.aspx", "x.jsp", "x.php.png", "x.phtml.jpg", "x.asp;.png", "x.shtml.gif", "x.html.gz", "index.html.GZ",
    "x.svg.zst", "x.html.br", "x.html.de", "x.html.", "x.svg ", "x.svg\u00a0", "x.html\u200b", "x.png.", "x.\uff48tml",
    "x.\ufb02ac", "x.unknown", "x", "X", "CNAME", "cname", "_headers", "_redirects", "_worker.js",
    "_HEADERS", ".htaccess", ".domains", ".nojekyll", ".well-known/security.txt", ".well-known/acme-challenge/x",
    ".well-known/x.png", "in/.well-known/x.txt", "web.config", "sub/x.html", "sub/deep/x.svg", "png", "f.html/x",
    "'\"x.html", "x.html;y", "x.html%00.png.html", "functions/x.js")
_BEGINS_AS_HTML = ("x.py", "x.png", "X.CSV", "x.json", "x.vtt", "x.jxl", "x.css", "x.pdf", "x.c")
_PASSIVE = ("pic.png", "PIC.JPG", "a b.webp", "x.mp4", "x.pdf", "x.zip", "x.tar.gz", "data.csv", "x.json", "x.py",
            "node.js.png", "notes.html.png", "v1.2.zip", "_pic.gif", "sub/x.txt", "x.woff2", "_routes.json", "api/x.py")


def of_guests(names, holds):
    return {f"content/posts/guests/{name}": holds for name in names}


def withheld(result):
    return [problem["place"]["path"].removeprefix("content/posts/guests/") for problem in result.problems
            if problem["code"] == "source.withheld"]


def test_what_a_browser_or_a_host_runs_is_withheld(make_site):
    site = make_site({GUEST: "A.", **of_guests(_ACTIVE, b"alert(1)"),
                      **of_guests((f"h/{name}" for name in _BEGINS_AS_HTML), b"\xef\xbb\xbf \n" + _HOLDS),
                      **of_guests(["late.py"], b" " * 2000 + _HOLDS)}, GUESTS)
    result = site.build()
    assert result.code == 0, result.out
    assert set(withheld(result)) == {*_ACTIVE, *(f"h/{name}" for name in _BEGINS_AS_HTML), "late.py"}
    assert len(withheld(result)) == len(result.problems)
    assert not [name for name, data in site.files().items() if data.endswith((b"alert(1)", _HOLDS))]


def test_what_runs_nowhere_is_published(build_site):
    site = build_site({GUEST: "A.", **of_guests(_PASSIVE, b"x = 1 < 2"), **of_guests(["t.txt"], _HOLDS)}, GUESTS)
    assert {f"posts/guests/{name}" for name in (*_PASSIVE, "t.txt")} <= site.files().keys()


def test_files_of_authors_who_are_trusted_are_as_they_are(build_site):
    mine = ["content/posts/x.html", "content/posts/guests2/x.svg", "content/CNAME", "static/x.js"]
    site = build_site({GUEST: "A.", **dict.fromkeys(mine, _HOLDS)}, GUESTS)
    assert {"posts/x.html", "posts/guests2/x.svg", "CNAME", "static/x.js", ".well-known/x.txt"} <= site.files().keys()


def test_no_host_takes_settings_or_code_from_who_is_not_trusted(make_site):
    settings = ["_routes.json", "vercel.json", "netlify.toml", "robots.txt", "ads.txt", "api/x.py", "Functions/x.ts"]
    site = make_site({"content/a.md": "A.", **{f"content/{name}": "x" for name in (
        *settings, "x.png", "api/x.png", "notes.txt", "x.csv", "docs/api/x.py")}, "static/x.html": "x"}, ALL)
    result = site.build()
    assert result.code == 0
    assert {name.removeprefix("content/") for name in withheld(result)} == set(settings)
    assert {"x.png", "notes.txt", "x.csv", "api/x.png", "docs/api/x.py", "static/x.html"} <= site.files().keys()


def test_a_bundle_takes_nothing_along(make_site):
    site = make_site({"content/posts/guests/2026-01-01-t/index.md": "T.",
                      **of_guests(["2026-01-01-t/x.svg", "2026-01-01-t/x.png"], "x")}, GUESTS)
    assert withheld(site.build()) == ["2026-01-01-t/x.svg"]
    assert "posts/t/x.png" in site.files()
    assert not [name for name in site.files() if name.endswith("x.svg")]


def test_what_is_withheld_is_in_no_page(make_site):
    asks = ('[x](x.html) ![p](p.svg) ![[p.svg]] [[x.html]] ::embed[x]{href=x.html}\n\n![[x.html]]\n\n'
            '::include{file="x.html"}\n\n--8<-- "posts/guests/x.html"\n\n<img src="p.svg">\n')
    site = make_site({GUEST: f"---\nimage: p.svg\n---\n{asks}", "content/b.md": asks.replace("](", "](posts/guests/"),
                      **of_guests(["x.html", "p.svg"], "<b>SECRET</b>")}, GUESTS)
    result = site.build()
    assert result.code == 0
    assert not [name for name, data in site.files().items() if b"SECRET" in data]
    hints = {problem["hint"] for problem in result.problems if problem["code"].startswith("link.broken")}
    assert "that file is of an author who is not trusted" in hints
    assert shown(site, "posts/a/index.html").count("![[p.svg]] [[x.html]]") == 1


def test_what_is_withheld_may_change(make_site):
    site = make_site({GUEST: "![p](p.svg) [c](c.py)", "content/b.md": "![[p.svg]]",
                      **of_guests(["p.svg"], "<svg xmlns='http://www.w3.org/2000/svg' width='8' height='9'/>"),
                      **of_guests(["c.py"], "x = 1\n")}, GUESTS)

    def files():
        site.build()
        made = site.clean_copy()
        made.build()
        assert made.files() == site.files()
        return {name for name in made.files() if name.endswith((".svg", ".py")) and "guests" in name}

    assert files() == {"posts/guests/c.py"}
    site.edit({"config.yaml": URL})
    assert files() == {"posts/guests/c.py", "posts/guests/p.svg"}
    assert 'width="8"' in site.text("b/index.html")
    site.edit({"config.yaml": GUESTS, "content/posts/guests/c.py": "<html>\n"})
    assert files() == set()
    site.edit({"content/posts/guests/c.py": "x = 2\n"})
    assert files() == {"posts/guests/c.py"}


# What a page is published as, and what it looks like.

def test_no_page_takes_the_place_of_what_hosts_run_or_keep(make_site):
    names = ["x.php", "x.jsp", "x.shtml", "x.svg", "x.js", "x.xhtml", "x.PHP", "web.config", "x.css", "index.htm",
             ".htaccess/", ".well-known/", ".well-known/x.html", "a/.git/x/"]
    fine = ["y.html", "y/", "deep/z.html"]
    site = make_site({GUEST: "A.", "content/posts/2026-03-01-own.md": "---\npermalink: /own/x.php\n---\nO.", **{
        f"content/posts/guests/2026-02-01-{key}{number}.md": f"---\n{key}: {written}\n---\nB."
        for number, name in enumerate([*names, *fine])
        for key, written in (("permalink", f"/posts/guests/{name}"), ("aliases", f"[/posts/guests/was/{name}]"))}},
                     GUESTS)
    result = site.build()
    assert result.code == 0, result.out
    assert result.codes.count("page.untrusted") == 2 * len(names)
    assert {name.removeprefix("posts/guests/") for name in site.files() if name.startswith("posts/guests/")
            and not name.endswith(".md")} == {f"{above}{name}{'index.html' if name.endswith('/') else ''}"
                                              for above in ("", "was/") for name in fine}
    assert "own/x.php" in site.files()


def test_no_class_of_the_theme_is_had_by_others(build_site):
    classes = "bar skip copy sheet sidebar masthead card cards tools tool meta badge unseen frame docs embed end"
    site = build_site({GUEST: f'<p class="{classes} nc gd hll">x</p>\n\n```py\nx = "a"  # c\n```'}, GUESTS)
    assert '<p class="nc gd hll">x</p>' in shown(site, "posts/a/index.html")
    assert '<span class="s2">' in shown(site, "posts/a/index.html")
