"""The preview in a real browser, with a real server that watches real files."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import sys
import threading
import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from test_browser import browser  # noqa: F401  (a fixture)
from test_metadata import PNG
from werkzeug.serving import make_server

from coldpress.build.context import BuildContext
from coldpress.config.loader import RunOptions
from coldpress.preview.server import Preview
from coldpress.preview.watcher import Watcher
from coldpress.report import Report

LONG = "\n\n".join(f"Paragraph {number}." for number in range(80))
BUILD_PY = """\
import coldpress
import mine


def create_app():
    app = coldpress.create_app(__file__)
    app.add_url_rule("/own/", "own", lambda: f"<p>{mine.said()}</p>")
    return app
"""
DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="8"></svg>'
SITE = {
    "build.py": BUILD_PY, "mine.py": "def said():\n    return 'mine'\n",
    "content/posts/2026-01-02-a.md": f"---\ntitle: First\n---\nOne. ![](dot.svg)\n\n[About](../about.md)\n\n"
                                     f"<details><summary>More</summary>Inside.</details>\n\n{LONG}",
    "content/posts/2026-01-03-b.md": "---\ntitle: Second\n---\nTwo.", "content/about.md": "Me.",
    "content/posts/dot.svg": DOT, "static/x.css": "h1 { color: rgb(1, 2, 3); }",
    "templates/partials/head.html": '<link rel="stylesheet" href="{{ url_for("static", filename="x.css") }}">'}
POST = "content/posts/2026-01-02-a.md"
COLOR = "getComputedStyle(document.querySelector('h1')).color"


class Live:
    """One page of a site that is being written."""

    def __init__(self, site, url, page):
        self.site, self.url, self.page = site, url, page
        self.loads = 0
        page.on("load", lambda: setattr(self, "loads", self.loads + 1))

    def open(self, path):
        with self.page.expect_request("**/_coldpress/events*"):
            self.page.goto(f"{self.url}{path}", wait_until="load")
        self.page.wait_for_timeout(50)
        self.page.evaluate("window.mark = 1")
        self.loads = 0
        return self

    def edit(self, files):
        self.site.edit(files)
        return self

    def swap(self, file, before, after):
        text = (self.site.root / file).read_text()
        assert before in text
        return self.edit({file: text.replace(before, after)})

    def sees(self, text):
        expect(self.page.locator("body")).to_contain_text(text, timeout=5000)

    @property
    def problems(self):
        return self.page.locator("coldpress-preview .problems")

    def stays(self, milliseconds=400):
        """Nothing is loaded again."""
        self.page.wait_for_timeout(milliseconds)
        assert self.page.evaluate("window.mark") == 1


@contextmanager
def served(site, **more):
    """The preview of a site at a URL, as `serve` runs it."""
    preview = Preview(BuildContext(None, RunOptions(drafts=True), Report(quiet=True), site.root), **more)
    watcher = Watcher(preview.watched, preview.take)
    server = make_server("127.0.0.1", 0, preview, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    watcher.start()
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        watcher.stop()
        preview.close()
        server.server_close()


@pytest.fixture
def live(browser, make_site):  # noqa: F811
    """A browser at the preview of a site; options of the preview may be given."""
    closing = []

    def start(path="/posts/a/", files=SITE, config="base_url: https://example.org/\n", **more):
        sys.modules.pop("mine", None)  # of the test before
        site = make_site(files, config)
        server = served(site, **more)
        url = server.__enter__()
        context = browser.new_context(viewport={"width": 900, "height": 700})
        closing.extend((lambda: server.__exit__(None, None, None), context.close))
        return Live(site, url, context.new_page()).open(path)

    yield start
    for close in reversed(closing):
        close()


def test_a_save_is_there_and_the_reader_stays_where_they_are(live):
    it = live()
    it.page.evaluate("document.querySelector('article details, main details').open = true; scrollTo(0, 900)")
    it.swap(POST, "One.", "One, edited.")
    it.sees("One, edited.")
    it.page.wait_for_function("document.querySelector('main details').open")
    it.page.wait_for_function("Math.abs(scrollY - 900) < 3")
    it.page.wait_for_timeout(300)
    assert it.loads == 1


def test_what_a_page_did_not_read_leaves_it_alone(live):
    it = live("/about/")
    it.swap(POST, "One.", "One, edited.")
    it.edit({"templates/post.html": "{% extends 'theme/post.html' %}"})
    it.stays()


@pytest.mark.parametrize("save", ["in place", "renamed", "vim", "all at once"])
def test_one_save_is_one_reload_however_it_is_saved(live, save):
    it = live()
    file = it.site.root / POST
    text = file.read_text().replace("One.", "One, edited.")
    if save == "in place":
        file.write_text(text)
    elif save == "renamed":
        other = file.with_name(".2026-01-02-a.md.tmp")
        other.write_text(text)
        other.replace(file)
    elif save == "vim":
        (file.parent / "4913").write_text("")
        (file.parent / "4913").unlink()
        file.rename(f"{file}~")
        file.write_text(text)
        os.unlink(f"{file}~")  # noqa: PTH108
    else:
        for number in range(8):
            (file.parent / f"2026-02-0{number + 1}-x{number}.md").write_text(f"---\ntitle: X {number}\n---\n")
            time.sleep(0.005)
        file.write_text(text)
    it.sees("One, edited.")
    it.page.wait_for_timeout(500)
    assert it.loads == 1


@pytest.mark.parametrize("config", ["", "hashed_static: true\n"])
def test_a_style_sheet_is_changed_without_a_reload(live, config):
    it = live(config=f"base_url: https://example.org/\n{config}")
    assert it.page.evaluate(COLOR) == "rgb(1, 2, 3)"
    it.edit({"static/x.css": "h1 { color: rgb(4, 5, 6); }"})
    it.page.wait_for_function(f"{COLOR} === 'rgb(4, 5, 6)'")
    it.edit({"static/x.css": "h1 { color: rgb(7, 8, 9); }"})
    it.page.wait_for_function(f"{COLOR} === 'rgb(7, 8, 9)'")
    it.stays()
    assert it.page.locator("link[href*='/static/x']").count() == 1


def test_what_a_style_sheet_names_is_changed_without_a_reload(live):
    style = "h1 { color: rgb(1, 2, 3); background: url(dot.png); }"
    it = live(files={**SITE, "static/x.css": "@import 'y.css';", "static/y.css": style, "static/dot.png": PNG},
              config="base_url: https://example.org/blog/\nhashed_static: true\n", path="/blog/posts/a/")
    it.edit({"static/y.css": style.replace("1, 2, 3", "4, 5, 6")})
    it.page.wait_for_function(f"{COLOR} === 'rgb(4, 5, 6)'")
    picture = "getComputedStyle(document.querySelector('h1')).backgroundImage"
    before = it.page.evaluate(picture)
    assert re.search(r"/blog/static/dot\.\w{10}\.png", before)
    it.edit({"static/dot.png": PNG + b"\0"})
    it.page.wait_for_function(f"{picture} !== '{before}'")
    it.stays()


def test_the_theme_s_style_sheet_is_changed_without_a_reload(live):
    it = live()
    it.edit({"templates/styles/base.css": "h2 { color: red } h1 { font-size: 77px !important; }"})
    it.page.wait_for_function("getComputedStyle(document.querySelector('h1')).fontSize === '77px'")
    it.stays()


def test_a_picture_is_changed_without_a_reload(live):
    it = live()
    before = it.page.evaluate("document.querySelector('main img').currentSrc")
    it.edit({"content/posts/dot.svg": f"{DOT}\n"})
    it.page.wait_for_function(f"document.querySelector('main img').currentSrc !== '{before}'")
    it.stays()


def test_own_code_is_loaded_again_and_all_it_imports(live):
    it = live("/own/")
    it.sees("mine")
    it.edit({"mine.py": "def said():\n    return 'yours'\n"})
    it.sees("yours")
    it.swap("build.py", "<p>", "<p>It is ")
    it.sees("It is yours")


def test_a_setting_is_taken_over(live):
    it = live("/about/")
    it.edit({"config.yaml": "base_url: https://example.org/\ntitle: Renamed\n"})
    it.sees("Renamed")


MISTAKES = {
    "front matter": (POST, "title: First", "title: [", "syntax.yaml"),
    "a link": (POST, "../about.md", "../nowhere.md", "link.broken"),
    "a directive": (POST, "One.", ":::nothing\nOne.\n:::", "markup.component"),
    "template syntax": ("templates/partials/head.html", "<link", "{% if %}<link", "template.syntax"),
    "an undefined variable": ("templates/partials/head.html", "<link", "{{ pag.title }}<link", "`pag` is not defined"),
    "the config": ("config.yaml", "base_url", "titel: x\nbase_url", "did you mean `title`?"),
    "build.py": ("build.py", "import coldpress", "import coldpress(", "SyntaxError"),
    "a module": ("mine.py", "def", "1 / 0\ndef", "ZeroDivisionError"),
}


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_shown_over_the_page_and_goes_when_it_is_mended(live, what):
    file, right, wrong, said = MISTAKES[what]
    it = live()
    expect(it.problems).to_have_count(0)
    it.swap(file, right, wrong)
    expect(it.problems).to_contain_text(said, timeout=5000, use_inner_text=False)
    it.sees("Paragraph 7.")
    link = it.page.locator("coldpress-preview .problems a").first
    assert link.get_attribute("href").startswith(f"vscode://file{it.site.root}/{file}:")
    it.swap(file, wrong, right)
    expect(it.problems).to_have_count(0, timeout=5000)
    it.sees("One.")


def test_a_view_that_fails_shows_its_own_part_of_the_traceback(live):
    it = live("/own/")
    it.edit({"mine.py": "def said():\n    return 1 / 0\n"})
    expect(it.problems).to_contain_text("ZeroDivisionError", timeout=5000)
    trace = it.page.locator("coldpress-preview .trace").inner_text()
    assert trace.splitlines()[1].strip().startswith(f'File "{it.site.root}/build.py"')
    assert "return 1 / 0" in trace
    it.sees("mine")  # the page as it was
    it.edit({"mine.py": "def said():\n    return 'mended'\n"})
    it.sees("mended")
    expect(it.problems).to_have_count(0)


def test_several_mistakes_are_shown_at_once(live):
    it = live()
    it.edit({"content/about.md": "---\ntitle: [\n---\n", "content/x.md": "---\ntitle: {\n---\n"})
    expect(it.problems).to_contain_text("2 errors", timeout=5000)
    it.edit({"content/about.md": "Me."})
    expect(it.problems).to_contain_text("1 error", timeout=5000)
    it.edit({"content/x.md": None})
    expect(it.problems).to_have_count(0, timeout=5000)


def test_a_mistake_is_seen_without_a_script(live, browser):  # noqa: F811
    it = live()
    it.edit({"templates/partials/head.html": "\t中文 {{ paeg.title }}"})
    expect(it.problems).to_contain_text("not defined", timeout=5000)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{it.url}/posts/a/")
    shown = page.locator("coldpress-preview .problems article")
    expect(shown).to_be_visible()
    expect(shown).to_contain_text("templates/partials/head.html:1:8")
    expect(shown).to_contain_text(POST)
    mark, pointer = shown.locator("mark"), shown.locator(".under .hint").first
    assert mark.inner_text() == "paeg"
    assert mark.bounding_box()["x"] == pytest.approx(pointer.bounding_box()["x"], abs=0.1)
    assert shown.bounding_box()["width"] > 300
    context.close()


def test_the_browser_goes_to_what_is_written(live):
    it = live("/about/", navigate=True)
    it.swap("content/posts/2026-01-03-b.md", "Two.", "Two, edited.")
    it.page.wait_for_url("**/posts/b/")
    it.sees("Two, edited.")
    it.edit({"content/posts/2026-01-04-c.md": "---\ntitle: Third\n---\nNew."})
    it.page.wait_for_url("**/posts/c/")


def test_the_inspector_tells_of_the_page(live):
    it = live("/about/")
    it.page.keyboard.press("i")
    bar = it.page.locator("coldpress-preview .bar")
    expect(bar).to_contain_text("content/about.md")
    assert bar.locator("a").first.get_attribute("href") == f"vscode://file{it.site.root}/content/about.md:1:1"
    for text in ("ms to render", "KB gzip", "page.html", "base.html", "No problems on this page."):
        expect(bar).to_contain_text(text)
    bar.locator("summary", has_text="Pages that link here").click()
    expect(bar.locator("a", has_text="First")).to_be_visible()
    bar.locator("summary", has_text="What it read").click()
    expect(bar.locator("dd", has_text="about.md").first).to_be_visible()
    it.edit({"content/about.md": "Me, edited."})
    it.sees("Me, edited.")
    expect(bar).to_contain_text("reloaded for")
    it.page.keyboard.press("i")
    expect(bar).to_have_count(0)


def test_a_new_page_a_renamed_one_and_one_that_is_gone(live):
    it = live("/posts/new/")
    it.sees("Page not found")
    it.edit({"content/posts/2026-01-05-new.md": "---\ntitle: New\n---\nHere I am."})
    it.sees("Here I am.")
    folder = it.site.root / "content/posts"
    (folder / "2026-01-05-new.md").rename(folder / "2026-01-05-newer.md")
    it.sees("Page not found")
    it.open("/posts/newer/").sees("Here I am.")
    it.open("/posts/").sees("New")
    it.edit({"content/posts/2026-01-05-newer.md": None})
    expect(it.page.locator("main")).not_to_contain_text("New", timeout=5000)


def test_a_folder_that_comes_later_is_watched_too(live):
    files = {name: text for name, text in SITE.items() if not name.startswith(("templates", "static"))}
    it = live("/about/", files=files)
    it.edit({"templates/page.html": "{% extends 'theme/page.html' %}{% block main %}My own.{% endblock %}"})
    it.sees("My own.")
    it.edit({"templates/page.html": "{% extends 'theme/page.html' %}{% block main %}My very own.{% endblock %}"})
    it.sees("My very own.")


def rests(files):
    """How often writing these files rested so long, on a machine that had other work, that a save was over."""
    times = sorted(file.stat().st_mtime for file in files)
    return sum(later - time > 0.2 for time, later in itertools.pairwise(times))


def test_a_thousand_files_at_once_are_one_reload(live):
    it = live("/posts/")
    it.edit({f"content/posts/2025-01-01-n{number}.md": f"---\ntitle: N {number}\ndate: 2026-03-01\n---\nText."
             for number in range(1000)})
    it.sees("N 1")
    it.page.wait_for_timeout(1000)
    assert 1 <= it.loads <= 1 + rests(it.site.root.glob("content/posts/*-n*.md"))
    shutil.rmtree(it.site.root / "content/posts")
    expect(it.page.locator("main")).not_to_contain_text("N 1", timeout=8000)


def test_a_tab_that_nobody_sees_catches_up_when_it_is_seen(live):
    it = live()
    hide = "Object.defineProperty(document, 'visibilityState', {{value: '{}', configurable: true}})"
    say = "document.dispatchEvent(new Event('visibilitychange'))"
    it.page.evaluate(f"{hide.format('hidden')}; {say}")
    it.swap(POST, "One.", "One, edited.")
    it.stays()
    it.page.evaluate(f"{hide.format('visible')}; {say}")
    it.sees("One, edited.")


def test_it_works_below_a_sub_path(live):
    it = live("/blog/posts/a/", config="base_url: https://example.org/blog/\n")
    it.swap(POST, "One.", "One, edited.")
    it.sees("One, edited.")
