"""Our own site and the seed article in a real browser."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import threading
from importlib.util import find_spec

import pytest
from conftest import REPOSITORY, SHARED, SiteFolder, missing, theme_css

from coldpress.markdown.code.fences import RegisteredFence
from coldpress.markdown.native import Renderer
from coldpress.markdown.rendered import Component
from coldpress.markdown.tree import CALLOUT_TITLE
from coldpress.plugins import mermaid

CHROMIUM = os.environ.get("COLDPRESS_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        missing("there is no Chromium")
    if not find_spec("playwright"):
        missing("Playwright is not installed")
    from playwright import sync_api  # noqa: PLC0415  (may be missing)

    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@contextlib.contextmanager
def served(folder, headers=()):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self):
            for name, value in headers:
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, *args):
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128  # a browser asks for many files at once

    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def own_site(tmp_path_factory):
    """The repository's site, with the seed article where it is at hand."""
    root = tmp_path_factory.mktemp("own")
    for name in ("content", "templates", "static"):
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, root / name)
    for name in ("build.py", "config.yaml", "requirements.txt"):
        shutil.copyfile(REPOSITORY / name, root / name)
    seed = SHARED / "corpora/seed-article/flask-backend-framework.md"
    if seed.exists():
        shutil.copyfile(seed, root / "content/posts/2026-11-01-seed.md")
    code = SiteFolder(root, _NoCapture()).run("build", "-q").code
    assert code == 0
    return root / "site"


class _NoCapture:
    def readouterr(self):
        return type("Said", (), {"out": "", "err": ""})


def pages_of(folder):
    return sorted(path.relative_to(folder).as_posix().removesuffix("index.html") for path in folder.rglob("*.html"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_asks_nobody_else(browser, own_site, scheme):
    """A page is loaded at the first width, and laid out again at the others."""
    with served(own_site) as url:
        context = browser.new_context(viewport={"width": 320, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
        too_wide = []
        for path in pages_of(own_site):
            page.goto(f"{url}/{path}")
            for width in (320, 375, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate("innerWidth") == width
                if page.evaluate(OVERFLOW) > 0:
                    too_wide.append((path, width))
            page.set_viewport_size({"width": 320, "height": 800})
        context.close()
    assert too_wide == []
    assert failed == []
    assert [request for request in asked if not request.startswith((url, "data:"))] == []


def test_pages_need_no_script(browser, own_site):
    with served(own_site) as url:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{url}/posts/")
        heading = page.locator("article h2 a").first
        title = heading.inner_text()
        heading.click()
        assert page.locator("h1").inner_text() == title
        context.close()


def test_the_dark_page_is_dark(browser, own_site):
    with served(own_site) as url:
        light, dark = (brightness(browser, url, scheme) for scheme in ("light", "dark"))
    assert light > 200
    assert dark < 80


def brightness(browser, url, scheme):
    """How bright the page's corner is, 0 to 255, as a painter sees it."""
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(url)
    shade = page.evaluate("""() => {
        const context = document.createElement('canvas').getContext('2d');
        const of = element => getComputedStyle(element).backgroundColor;
        context.fillStyle = of(document.body) === 'rgba(0, 0, 0, 0)' ? of(document.documentElement) : of(document.body);
        context.fillRect(0, 0, 1, 1);
        return context.getImageData(0, 0, 1, 1).data[1]; }""")
    context.close()
    return shade


# Code, call-outs and diagrams under the theme's style sheet.

def filled(slot):
    """A link as it is written, of a callout without a title its kind, of another component its content."""
    if isinstance(slot, Component):
        return str(slot.attributes[0][1]) if slot.name == CALLOUT_TITLE else slot.body.fill(filled)
    return slot.target


@contextlib.contextmanager
def prose(browser, body, width=375, **options):
    """A page that shows a body."""
    html = Renderer(fences={"mermaid": RegisteredFence(mermaid.draw, shared=True)}).render(body).html.fill(filled)
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    page.set_content(f'<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
                     f'<style>{theme_css()}</style><main><article><div class="prose">{html}</div></article></main>')
    yield page
    context.close()


COPIED = """() => { const all = document.createRange(); all.selectNodeContents(document.querySelector('code'));
    getSelection().removeAllRanges(); getSelection().addRange(all); return getSelection().toString(); }"""


@pytest.mark.parametrize(("body", "text"), [
    ("```py linenums ins={1} del={2} {3}\na = 1\n\nb = 2\n```", "a = 1\n\nb = 2"),
    ("```console\n$ ls \\\n> -l\n# out\n$ cd\n```", "ls \\\n-l\n# out\ncd"),
    ("```diff\n-a\n+b\n c\n```", "-a\n+b\n c"),
])
def test_only_code_is_copied(browser, body, text):
    with prose(browser, body) as page:
        assert page.evaluate(COPIED).strip() == text


def test_a_marked_line_is_coloured_as_far_as_the_code_scrolls(browser):
    with prose(browser, f"```py {{1}} ins={{2}} linenums\nx = 1\ny = 2\nz = '{'long ' * 60}'\n```") as page:
        wide, lines = page.evaluate("""() => { const pre = document.querySelector('pre');
            return [pre.scrollWidth, [...pre.querySelectorAll('.line')].map(line => line.offsetWidth)]; }""")
        assert wide > 1000
        assert lines == [wide] * 3
        assert page.evaluate(OVERFLOW) == 0


def test_a_formula_that_goes_on_has_the_shadow_of_code_and_is_reached_by_keyboard(browser):
    with prose(browser, f"$$\n{'x + y + ' * 60}z\n$$\n\n```\nx\n```") as page:
        page.keyboard.press("Tab")
        layers, code_layers, is_focused, goes_on = page.evaluate("""() => {
            const math = document.querySelector('.math'), layers = name => getComputedStyle(
                document.querySelector(name)).backgroundAttachment;
            return [layers('.math'), layers('pre'), document.activeElement === math,
                    math.scrollWidth > math.clientWidth]; }""")
        assert layers == code_layers == "local, local, scroll, scroll, scroll"
        assert is_focused
        assert goes_on
        assert page.evaluate(OVERFLOW) == 0


def test_numbers_and_signs_stand_in_one_column(browser):
    with prose(browser, "```py ins={1} linenums=9\nx\nx\n```") as page:
        starts = page.evaluate("""() => [...document.querySelectorAll('.line .n')].map(
            name => Math.round(name.getBoundingClientRect().left))""")
        assert len(set(starts)) == 1
        assert page.evaluate("getComputedStyle(document.querySelector('.line'), '::before').content") == '" 9 + "'


LOOK = """() => [...document.querySelectorAll('.admonition')].map(box => {
    const style = getComputedStyle(box), title = box.querySelector('.admonition-title');
    const icon = getComputedStyle(title, '::before'), rect = title.getBoundingClientRect();
    return [style.backgroundColor, style.padding, style.borderInlineStart, getComputedStyle(title).color,
            getComputedStyle(title).paddingInlineStart, icon.maskImage, icon.backgroundColor, icon.inlineSize,
            rect.left, rect.height]; })"""


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_call_outs_look_alike_however_they_are_written(browser, options):
    forms = ("> [!TIP]\n> x", "> [!TIP]+\n> x", "> [!TIP]-\n> x", "!!! tip\n    x", "??? tip\n    x", "???+ tip\n    x")
    with prose(browser, "\n\n".join(forms), **options) as page:
        looks = page.evaluate(LOOK)
    assert len(looks) == 6
    assert all(look == looks[0] for look in looks)
    assert looks[0][5].startswith('url("data:image/svg+xml,')
    assert looks[0][6] not in ("rgba(0, 0, 0, 0)", looks[0][0]), "the icon can be seen"


CUT = """() => { const cut = [];
    for (const node of document.querySelectorAll('svg .node')) {
        const box = node.querySelector('rect, path, polygon, circle').getBoundingClientRect();
        for (const text of node.querySelectorAll('text')) {
            const part = text.getBoundingClientRect();
            if (part.left < box.left || part.right > box.right || part.top < box.top || part.bottom > box.bottom)
                cut.push(text.textContent); } }
    for (const text of document.querySelectorAll('svg text')) {
        const whole = text.closest('svg').getBoundingClientRect(), part = text.getBoundingClientRect();
        if (part.left < whole.left - 1 || part.right > whole.right + 1) cut.push(text.textContent); }
    return [document.querySelectorAll('svg .node text').length, cut]; }"""


@pytest.mark.parametrize("width", [375, 1280])
def test_no_label_of_a_diagram_is_cut_off(browser, width):
    if not find_spec("mmdr"):
        missing("mmdr is not installed")
    sources = (
        'flowchart LR\n A[开始：你好，世界] -->|是的| B{真的吗？}\n click A href "/x/"\n'
        " B --> C[一个相当长的中文标签，看看会不会被截断]\n",
        "flowchart TD\n A([日本語のとても長いラベルです]) --> B[(한국어 데이터베이스)]\n B --> C[Latin, WWW]\n",
        "sequenceDiagram\n 爱丽丝->>Bob: 你好，鲍勃，最近怎么样？\n Note over 爱丽丝,Bob: 很长的中文注释文字\n",
        "stateDiagram-v2\n [*] --> 静止状态\n 静止状态 --> 运动: 开始移动\n",
        "pie title 宠物\n \"狗和其他动物\" : 3\n \"猫\" : 2\n")
    with prose(browser, "\n\n".join(f"```mermaid\n{source}```" for source in sources), width) as page:
        count, cut = page.evaluate(CUT)
        assert count == 6
        assert cut == []
        assert page.evaluate(OVERFLOW) == 0
