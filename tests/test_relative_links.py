"""`links: relative`: a site that is opened from a folder, by its files and in a real browser."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote, urlsplit

import pytest
from conftest import BUILD_PY, SiteFolder
from everything_site import everything
from test_browser import _NoCapture, browser  # noqa: F401  (a fixture)
from test_docs_tree import docs

from coldpress.web.relative_links import relative_url, with_relative_links

LINK = re.compile(r'<[a-z][^<>]*?\s(href|src|poster|action|data-[a-z]+)="([^"]*)"')


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A blog and two folders of docs, of which one has a large tree; the folder's name has a space."""
    files = everything("en")
    config = re.sub("base_url: .*", "base_url: https://example.org/blog/", files.pop("config.yaml"))
    site = SiteFolder(tmp_path_factory.mktemp("read from a folder"), _NoCapture())
    site.edit({"build.py": BUILD_PY, **files, **docs(), "config.yaml": f"{config}\nlinks: relative\nllms: true\n",
               "content/about.md": "---\naliases: [/old/]\n---\n# Über\n\nA zebra.\n\n## Ünder\n\nIts harness.\n"})
    assert site.run("build", "-q").code == 0
    return site


# The files.

@pytest.mark.parametrize(("url", "written"), [
    ("/b/docs/y/", "../y/index.html"), ("/b/docs/x/", "index.html"), ("/b/docs/x/#part", "#part"),
    ("/b/", "../../index.html"), ("/b/?q=1#a", "../../index.html?q=1#a"), ("/b/docs/x/a.png", "a.png"),
    ("/b/theme/a.css?v=1", "../../theme/a.css?v=1"), ("/b/%E6%98%A5/", "../../%E6%98%A5/index.html"),
    ("/other/", "/other/"), ("/bb/", "/bb/"), ("//b/x/", "//b/x/"), ("https://b/b/", "https://b/b/"), ("#a", "#a"),
    ("x/", "x/"), ("", "")])
def test_a_url_is_relative_to_its_page(url, written):
    assert relative_url(url, "/b/docs/x/", "/b") == written


@pytest.mark.parametrize(("given", "written"), [
    ('<a title="/x/" href="/x/?a&amp;b">/x/</a>', '<a title="/x/" href="../x/index.html?a&amp;b">/x/</a>'),
    ("<img src='/a&#39;b.png' alt>", '<img src="../a&#x27;b.png" alt>'),
    ('<img srcset="/a,b.png 1x, /c.png 2x">', '<img srcset="../a,b.png 1x, ../c.png 2x">'),
    ('<meta http-equiv="refresh" content="0; url=/x/">',
     '<meta http-equiv="refresh" content="0; url=../x/index.html">'),
    ('<script src="/x.js" data-box="/y.js">"<a href=\'/x/\'>"</script>',
     '<script src="../x.js" data-box="../y.js">"<a href=\'/x/\'>"</script>'),
    ('<!-- <a href="/x/"> -->&lt;a href="/x/"&gt;', '<!-- <a href="/x/"> -->&lt;a href="/x/"&gt;')])
def test_links_of_tags_are_made_relative_and_nothing_else(given, written):
    assert with_relative_links(given, "/p/", "") == written


def test_every_link_leads_to_a_file(site):
    output, missing, rooted = site.root / "site", [], []
    pages = [file for file in sorted(output.rglob("*.html")) if file.name != "404.html"]
    for page in pages:
        for name, value in LINK.findall(page.read_text("utf-8")):
            url = html.unescape(value)
            if name.startswith("data-") and not re.fullmatch(r"[\w./-]+\.(js|md)(\?.*)?", url):
                continue
            if url.startswith("/"):
                rooted.append((page.name, url))
            elif not urlsplit(url).scheme and urlsplit(url).path:
                target = page.parent / unquote(urlsplit(url).path)
                if not target.resolve().is_file():
                    missing.append((page.relative_to(output).as_posix(), url))
    assert len(pages) > 100
    assert missing == rooted == []
    assert 'href="/blog/"' in site.text("404.html"), "a host shows it at any path"
    assert 'content="0; url=../about/index.html"' in site.text("old/index.html")
    assert '<link rel="canonical" href="https://example.org/blog/about/">' in site.text("about/index.html")


def test_changing_the_option_changes_all_pages(build_site):
    site = build_site({"content/a.md": "See [b](b.md).", "content/b.md": "B."},
                      "base_url: https://example.org/\nlinks: relative\n")
    assert '<a href="../b/index.html">' in site.text("a/index.html")
    assert '"../../a/index.html"' in site.text("search/pages/0.js")
    assert b'"/a/"' in site.client().get("/search/pages/0.js").data, "the preview answers at the URLs of folders"
    assert site.edit({"config.yaml": "base_url: https://example.org/\n"}).build().code == 0
    assert '<a href="/b/">' in site.text("a/index.html")
    assert site.files() == (copy := site.clean_copy(), copy.build())[0].files()
    broken = site.edit({"config.yaml": "links: relativ\nbase_url: https://example.org/\n"}).build()
    assert broken.places() == [("config.value", "config.yaml", 1)]


# In a browser.

@pytest.fixture
def page(browser, site):  # noqa: F811
    """A page without a server; what fails or is complained of ends up in a list."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.on("requestfailed", lambda request: problems.append(request.url) if request.failure != "net::ERR_ABORTED"
            else None)  # what the next page interrupts
    page.on("request", lambda request: problems.append(request.url) if not request.url.startswith(
        (site.root.as_uri(), "data:")) else None)
    page.start = (site.root / "site").as_uri()
    yield page
    context.close()
    assert problems == []


def test_pages_of_every_kind_are_whole(page, site):
    for path in ("", "posts/", "tags/", "archive/", "guide/", "docs/", "about/"):
        page.goto(f"{page.start}/{path}index.html")
        assert page.evaluate("getComputedStyle(document.querySelector('.masthead')).display") != "block", "it is styled"
    page.goto(f"{page.start}/posts/index.html")
    page.click("text=How to set a page by hand")
    page.wait_for_selector("article .prose")
    for kind in ("math", ".code", "img"):
        assert page.locator(f".prose {kind}").count(), kind
    page.evaluate("[...document.images].forEach(image => image.loading = 'eager')")
    page.wait_for_function("[...document.images].every(image => image.complete && image.naturalWidth)")
    assert page.locator(".prose .code .copy").count()
    assert page.locator(".prose h2 .anchor").count()


def test_the_search_finds_and_its_link_opens(page):
    page.goto(f"{page.start}/docs/part2/p15/index.html")
    page.keyboard.press("/")
    page.wait_for_selector("dialog[open] input:focus")
    page.keyboard.type("harness")
    page.wait_for_selector("dialog [data-results] li li a")
    page.click("dialog [data-results] li li a")
    page.wait_for_url(f"{page.start}/about/index.html#*")
    assert page.inner_text(":target").startswith("Ünder")
    page.goto(f"{page.start}/search/index.html")
    page.fill("input", "zebra")
    page.wait_for_selector("[data-results] a")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{page.start}/about/index.html")


def test_a_branch_of_the_tree_opens(page):
    page.goto(f"{page.start}/docs/part2/p15/index.html")
    for _ in range(2):
        page.locator("#_sidebar details[data-branch] > summary").first.click()
        page.wait_for_selector("#_sidebar details[open]:not([data-branch]) a")
    page.locator("#_sidebar .more button").first.click()
    page.click("#_sidebar a:text-is('P0.17')")
    page.wait_for_url(f"{page.start}/docs/part0/p17/index.html")
    assert page.locator("#_sidebar a[aria-current]").all_inner_texts() == ["P0.17"]
    page.click("[data-markdown]")
    page.wait_for_url(f"{page.start}/docs/part0/p17/index.md")


def test_the_colours_change_and_stay(page):
    page.goto(f"{page.start}/index.html")
    page.click("#_switch")
    assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
    page.goto(f"{page.start}/about/index.html")
    assert page.evaluate("document.documentElement.dataset.scheme") == "dark"
