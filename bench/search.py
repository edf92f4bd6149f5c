"""What a search costs its readers: bytes fetched for a query, and the time until
the first result.

    python bench/search.py SITE "water garden" "salt" 路由

SITE is a built site's output folder.  Each query is typed into the search page
in a new Chromium; everything below `/search/` that it fetches is counted,
compressed by gzip as most hosts do.  The time is from the last letter to the
first result on the screen, of three runs the middle one.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import shutil
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import sync_playwright

RUNS = 3
TIME = """query => new Promise((done) => {
    const input = document.querySelector("[data-index] input"), list = document.querySelector("[data-results]");
    const started = performance.now();
    new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - started)))
        .observe(list, { childList: true });
    input.value = query;
    input.dispatchEvent(new Event("input"));
    setTimeout(() => done(-1), 5000); })"""


def main() -> None:
    """Ask, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("queries", nargs="+")
    options = parser.parse_args()
    print("| query | found | files | KB gzip | ms |\n|---|---:|---:|---:|---:|")
    with _served(options.site) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for query in options.queries:
            runs = [_ask(browser, options.site, url, query) for _ in range(RUNS)]
            said, files, size, _ = runs[0]
            time = statistics.median(run[3] for run in runs)
            print(f"| {query} | {said} | {files} | {size / 1024:.1f} | {time:.0f} |", flush=True)
        browser.close()


def _ask(browser: Any, site: Path, url: str, query: str) -> tuple[str, int, int, float]:
    """What was said, the files fetched, their bytes, the milliseconds."""
    context = browser.new_context()
    page = context.new_page()
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(unquote(urlsplit(request.url).path)))
    page.goto(f"{url}/search/")
    page.wait_for_selector("[data-index]:not([hidden])")
    fetched.clear()
    time = page.evaluate(TIME, query)
    page.wait_for_selector("[data-results][aria-busy=false]", state="attached")
    said = page.inner_text("[role=status]")
    size = sum(len(gzip.compress((site / path.lstrip("/")).read_bytes(), 6)) for path in fetched)
    context.close()
    return said, len(fetched), size, time


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 128  # a browser asks for many files at once

    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
