"""How long a save takes to be seen, in previews that reload the browser.

    python bench/preview.py --posts 10000 --work /tmp/bench --peers PEERS

For each tool: the time until its server answers, then two times for each edit
of a post's body. `seen` is from the save until the page in a Chromium, which
the tool itself reloads, holds the edit; `served` is the same without a browser,
until the page's HTML holds it (asked every 5 ms). Then edits of the base
template; then, with `--more N`, so many further edits, to see whether memory
grows. Memory is that of the server's processes. A tool that needs longer than
`--limit` seconds for a case is stopped there, and the number of edits is told.
"""

from __future__ import annotations

import argparse
import http.client
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from edits import Site
from measure import build, memory_of, tree
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright
from tools import Tool, all_tools

NOTE = """{
    const note = () => {
        for (const mark of document.body?.textContent.match(/mark-\\d+-\\d+-end/g) ?? [])
            sessionStorage[mark] ??= performance.timeOrigin + performance.now();
    };
    new MutationObserver(note).observe(document, { childList: true, subtree: true, characterData: true });
}"""
"""Notes, in the page, when a mark was first in its document: asking from outside takes 100 ms."""
LONGEST = 180.0  # seconds to wait for one edit, and for a server to start


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--more", type=int, default=0, help="further edits, to see whether memory grows")
    parser.add_argument("--limit", type=float, default=120, help="seconds for one case of one tool")
    parser.add_argument("--work", type=Path, required=True, help="a folder of its own; sites in it are replaced")
    parser.add_argument("--peers", type=Path, help="the folder with the other tools")
    parser.add_argument("--tools", default="coldpress,hugo,mkdocs")
    options = parser.parse_args()
    tools = all_tools(options.peers)
    print(f"{options.posts:,} posts; ms: median / 90 % / longest (number of edits)\n\n"
          "| tool | start s | body seen | body served | template seen | MB: first → half → last |\n"
          "|---|--:|--:|--:|--:|--:|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in options.tools.split(","):
            tool = tools.get(name)
            if tool is None or not tool.serve:
                print(f"{name} is not installed, or has no server", file=sys.stderr)
                continue
            print(measure(tool, browser, options), flush=True)
        browser.close()


def measure(tool: Tool, browser: Any, options: argparse.Namespace) -> str:
    """One tool's row."""
    site = Site(tool, options.work.resolve() / tool.name, options.posts)
    if tool.restores:
        build(site)  # its cache is warm, as on every day but the first
    path = f"/posts/{site.middle.name}/"
    original = (site.folder / tool.posts.format(name=site.middle.name)).read_text("utf-8")
    with _server(tool, site.folder, path) as (port, started, process):
        before = _memory(process.pid)
        page = browser.new_page()
        page.add_init_script(NOTE)
        page.goto(f"http://127.0.0.1:{port}{path}")
        page.wait_for_timeout(1500)
        edit = _Editing(site, tool, original)
        seen = _times(options, edit.body, lambda mark: _see(page, mark))
        template = _times(options, edit.template, lambda mark: _see(page, mark), edits=max(3, options.edits // 4))
        halfway = before
        for number in range(options.more):
            edit.body(f"mark-0-{number}-end")
            _see(page, f"mark-0-{number}-end")
            if number == options.more // 2:
                halfway = _memory(process.pid)
        after = _memory(process.pid)
        page.close()
        served = _times(options, edit.body, lambda mark: _served(port, path, mark))
    return (f"| {tool.name} | {started:.2f} | {_told(seen)} | {_told(served)} | {_told(template)} | "
            f"{before:.0f} → {halfway:.0f} → {after:.0f} |")


class _Editing:
    """Edits one site's post and template; each leaves a mark that must show."""

    def __init__(self, site: Site, tool: Tool, original: str) -> None:
        self._post = site.folder / tool.posts.format(name=site.middle.name)
        self._template = site.folder / tool.template
        self._original = original

    def body(self, mark: str) -> None:
        self._post.write_text(f"{self._original}\nThis is {mark}.\n", "utf-8")

    def template(self, mark: str) -> None:
        text = self._template.read_text("utf-8")
        self._template.write_text(text.replace("</header>", f"{mark}</header>"), "utf-8")


def _times(options: argparse.Namespace, edit: Callable[[str], None], wait: Callable[[str], float | None],
           edits: int | None = None) -> list[float]:
    """Milliseconds from each save until it was there."""
    found, until = [], time.monotonic() + options.limit
    for number in range(edits or options.edits):
        mark = f"mark-{time.time_ns()}-{number}-end"
        started = time.time()
        edit(mark)
        moment = wait(mark)
        if moment is None:
            break
        found.append((moment - started) * 1000)
        if time.monotonic() > until:
            break
        time.sleep(0.7)  # as long as a quick writer rests
    return found


def _see(page: Any, mark: str) -> float | None:
    """When a page held a mark, in seconds since 1970; None if it never did."""
    try:
        page.wait_for_function("(mark) => sessionStorage[mark]", arg=mark, timeout=LONGEST * 1000)
        return float(page.evaluate("(mark) => sessionStorage[mark]", mark)) / 1000
    except PlaywrightError as reason:
        print(f"never seen: {reason}", file=sys.stderr)
        return None


def _served(port: int, path: str, mark: str) -> float | None:
    """When a page's HTML held a mark."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        if mark in _get(port, path):
            return time.time()
        time.sleep(0.005)
    return None


def _get(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        connection.close()


@contextmanager
def _server(tool: Tool, folder: Path, path: str) -> Iterator[tuple[int, float, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [word.replace("{port}", str(port)) for word in tool.serve]
    started = time.perf_counter()
    with folder.with_name(f"{folder.name}.log").open("wb") as log, subprocess.Popen(
            words, cwd=folder, env={**os.environ, **tool.environment}, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True) as process:
        try:
            while "<body" not in _get(port, path):
                if process.poll() is not None or time.perf_counter() - started > LONGEST:
                    raise SystemExit(f"{tool.name} did not start: see {log.name}")
                time.sleep(0.01)
            yield port, time.perf_counter() - started, process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _memory(pid: int) -> float:
    """Megabytes of a process and all below it."""
    return sum(memory_of(each) for each in tree(pid)) / 1e6


def _told(times: list[float]) -> str:
    if not times:
        return "never"
    ninth = sorted(times)[min(len(times) - 1, int(len(times) * 0.9))]
    return f"{statistics.median(times):.0f} / {ninth:.0f} / {max(times):.0f} ({len(times)})"


if __name__ == "__main__":
    main()
