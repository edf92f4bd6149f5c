"""Our own site and the seed article in a real browser."""

from __future__ import annotations

import contextlib
import functools
import http.server
import shutil
import threading

import pytest
from conftest import REPOSITORY, SHARED, SiteFolder, missing

pytestmark = pytest.mark.browser
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api") if CHROMIUM else missing("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        launched.close()


@contextlib.contextmanager
def served(folder):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
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
    for name in ("build.py", "config.yaml"):
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


@pytest.mark.parametrize("width", [320, 375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_and_asks_nobody_else(browser, own_site, width, scheme):
    with served(own_site) as url:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page = context.new_page()
        asked, failed = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
        too_wide = []
        for path in pages_of(own_site):
            page.goto(f"{url}/{path}")
            if page.evaluate(OVERFLOW) > 0:
                too_wide.append(path)
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
