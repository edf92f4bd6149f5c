"""Takes the pictures in `content/gallery/`: screenshots of the sites in `examples/`, built and in the preview.

    python .ci/pictures.py              take all pictures
    python .ci/pictures.py blog preset  only those whose names begin so

It needs Chromium with Playwright's driver (`requirements-dev.txt`); `CHROMIUM` names the program.  The fonts are those
of the machine: the pictures in the repository were taken with Debian's `fonts-inter` and `fonts-noto-core`.  Chromium
also makes WebP files of the screenshots, so no library for images is needed.
"""

from __future__ import annotations

import base64
import logging
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from coldpress.build.context import BuildContext  # noqa: E402  (of this repository)
from coldpress.config.loader import RunOptions  # noqa: E402
from coldpress.preview.server import Preview  # noqa: E402
from coldpress.preview.watcher import ChangeScanner  # noqa: E402
from coldpress.report import Report  # noqa: E402

GALLERY = ROOT / "content/gallery"
COVER = ROOT / "content/posts/2026-11-23-a-blog-in-an-afternoon/cover.webp"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
BLOG_POST, TABLE = "/posts/a-sourdough-that-waits/", "/guide/first-table/"
_TO_WEBP = """async ([data, type]) => {
  const picture = new Image();
  picture.src = `data:${type};base64,${data}`;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({type: "image/webp", quality: 0.86})).arrayBuffer());
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}"""


@dataclass(frozen=True)
class Picture:
    """One picture.  `site` is a folder of `examples/`, `edit` changes a file of its copy once the page was shown,
    `act` uses the page."""

    name: str
    site: str
    path: str = "/"
    preset: str = "paper"
    dark: bool = False
    width: int = 1280
    height: int = 800
    scale: float = 1
    edit: tuple[str, str] | None = None
    act: Callable[[Page], object] | None = None


def _inspect(page: Page) -> None:
    page.keyboard.press("i")
    bar = page.locator("coldpress-preview .bar")
    bar.locator("summary").nth(2).click()
    bar.evaluate("each => each.scrollTo(0, 0)")


def _scroll(page: Page) -> None:
    page.locator("h2").first.evaluate("each => scrollTo(0, each.offsetTop - 40)")


def _search(page: Page) -> None:
    page.keyboard.press("/")
    page.locator("dialog input").fill("height")
    page.locator("dialog mark").first.wait_for()


MISTAKE = ("templates/post.html", """\
{% extends "theme/post.html" %}
{% block page_footer %}
{{ super() }}
<p>Baked for {{ page.minuts }} minutes.</p>
{% endblock %}
""")
PHONE = {"width": 390, "height": 780, "scale": 1.5}
PICTURES = (
    Picture("blog", "blog"),
    Picture("blog-dark", "blog", dark=True),
    Picture("post", "blog", BLOG_POST),
    Picture("post-dark", "blog", BLOG_POST, dark=True),
    Picture("post-table", "blog", BLOG_POST, dark=True, act=_scroll),
    Picture("docs", "handbook", TABLE),
    Picture("docs-dark", "handbook", TABLE, dark=True),
    Picture("docs-home", "handbook"),
    Picture("search", "handbook", TABLE, act=_search),
    Picture("preview-error", "blog", BLOG_POST, edit=MISTAKE),
    Picture("preview-error-dark", "blog", BLOG_POST, dark=True, edit=MISTAKE),
    Picture("preview-inspector", "blog", BLOG_POST, act=_inspect),
    Picture("preview-inspector-dark", "blog", BLOG_POST, dark=True, act=_inspect),
    Picture("phone-blog", "blog", **PHONE),
    Picture("phone-post", "blog", BLOG_POST, dark=True, **PHONE),
    Picture("phone-docs", "handbook", TABLE, **PHONE),
    *(Picture(f"preset-{preset}{'-dark' if dark else ''}", "blog", preset=preset, dark=dark, width=1000, height=720)
      for preset in ("paper", "ink", "serif", "terminal") for dark in (False, True)),
)


class PreviewedCopy:
    """The preview of a copy of a site in `examples/`, with a preset."""

    def __init__(self, folder: Path, site: str, preset: str) -> None:
        self._folder = folder / site
        shutil.copytree(ROOT / "examples" / site, self._folder,
                        ignore=shutil.ignore_patterns(".coldpress", "site", "__pycache__"))
        config = self._folder / "config.yaml"
        config.write_text(config.read_text("utf-8").replace("theme:\n", f"theme:\n  preset: {preset}\n"), "utf-8")
        self.preview = Preview(BuildContext(None, RunOptions(), Report(quiet=True), self._folder))
        self._scanner = ChangeScanner()
        self._scan()

    def _scan(self) -> set[Path]:
        watched = self.preview.watched()
        return self._scanner.scan(watched.trees, watched.files)

    def edit(self, name: str, text: str) -> None:
        """Writes a file, and tells the preview."""
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        self.preview.take(self._scan())


@contextmanager
def served(site: str, preset: str) -> Iterator[tuple[PreviewedCopy, str]]:
    """Serves the preview of a copy of a site, and yields both it and its URL."""
    with tempfile.TemporaryDirectory() as folder:
        copy = PreviewedCopy(Path(folder), site, preset)
        server = make_server("127.0.0.1", 0, copy.preview, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield copy, f"http://127.0.0.1:{server.server_port}"
        finally:
            copy.preview.close()
            server.shutdown()
            thread.join()


def take(browser: Browser, picture: Picture) -> bytes:
    """Returns a screenshot as PNG."""
    with served(picture.site, picture.preset) as (copy, url):
        page = browser.new_page(
            viewport={"width": picture.width, "height": picture.height}, device_scale_factor=picture.scale,
            color_scheme="dark" if picture.dark else "light", reduced_motion="reduce")
        page.goto(url + picture.path, wait_until="load")
        if picture.edit:
            copy.edit(*picture.edit)
            page.locator("coldpress-preview .errors").wait_for()
        if picture.act:
            picture.act(page)
        page.evaluate("document.fonts.ready")
        page.wait_for_timeout(300)  # for what a style still moves
        data = page.screenshot()
        page.close()
        return data


_COVER_HTML = """<body style="margin:0;width:1200px;height:630px;overflow:hidden;position:relative;
  background:linear-gradient(135deg,#1f5b45,#c98a4b)">{pictures}</body>"""
_IN_COVER = """<img style="position:absolute;left:{left}px;top:{top}px;width:760px;border-radius:14px;
  box-shadow:0 24px 60px rgb(0 0 0/45%)" src="data:image/webp;base64,{data}">"""


def take_cover(browser: Browser) -> bytes:
    """Returns the cover of our post on the sample blog, as PNG: two pictures, one over the other."""
    pictures = "".join(
        _IN_COVER.format(left=left, top=top, data=base64.b64encode((GALLERY / name).read_bytes()).decode())
        for name, left, top in (("blog-dark.webp", 380, 60), ("blog.webp", 60, 170)))
    page = browser.new_page(viewport={"width": 1200, "height": 630})
    page.set_content(_COVER_HTML.format(pictures=pictures), wait_until="load")
    data = page.screenshot()
    page.close()
    return data


def as_webp(browser: Browser, data: bytes, mime_type: str) -> bytes:
    """Returns a picture as WebP, made by Chromium."""
    page = browser.new_page()
    made = page.evaluate(_TO_WEBP, [base64.b64encode(data).decode(), mime_type])
    page.close()
    return base64.b64decode(made)


def main(beginnings: tuple[str, ...]) -> None:
    """Takes the pictures whose names begin so; with no beginning given, all."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--hide-scrollbars"])
        for picture in PICTURES:
            if picture.name.startswith(beginnings or ("",)):
                data = as_webp(browser, take(browser, picture), "image/png")
                (GALLERY / f"{picture.name}.webp").write_bytes(data)
        COVER.write_bytes(as_webp(browser, take_cover(browser), "image/png"))
        browser.close()


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
