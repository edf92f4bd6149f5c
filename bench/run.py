"""How long builds take, for us and for those installed beside us.

    python bench/run.py --posts 1000 --work /tmp/bench --runs 3

Six cases a tool: cold; nothing changed; one body; title and tags; a new newest
post; the base template.  Wall and CPU seconds (all processes), peak memory of
the process tree, files written.  The medians go to standard output as a table.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from corpus import name, post, write_corpus
from tools import Tool, available

CASES = ("cold", "nothing", "body", "title", "new", "template")


@dataclass(frozen=True)
class Sample:
    """One build: seconds, megabytes, files whose bytes or time changed."""

    wall: float
    cpu: float
    memory: float
    written: int


class Site:
    """One tool's site of so many posts, and the edits that are measured."""

    def __init__(self, tool: Tool, folder: Path, posts: int) -> None:
        self.tool, self.folder, self.posts = tool, folder, posts
        shutil.rmtree(folder, ignore_errors=True)
        write_corpus(folder, posts)
        for file, text in tool.files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, "utf-8")

    def prepare(self, case: str, run: int) -> None:
        """Make the edit of a case; `run` keeps two edits from being the same."""
        middle = self._post(self.posts // 2)
        text = middle.read_text("utf-8")
        if case == "cold":
            for output in self.tool.outputs:
                shutil.rmtree(self.folder / output, ignore_errors=True)
        elif case == "body":
            middle.write_text(f"{text}\nAdded in run {run}.\n", "utf-8")
        elif case == "title":
            text = text.replace("title: ", f"title: Again {run} ", 1).replace("tags: [", f"tags: [run-{run}, ", 1)
            middle.write_text(text, "utf-8")
        elif case == "new":
            self._post(self.posts + run).write_text(post(self.posts + run, self.posts), "utf-8")
        elif case == "template":
            template = self.folder / self.tool.template
            template.write_text(template.read_text("utf-8").replace("</body>", f"<!-- {run} --></body>"), "utf-8")

    def build(self) -> Sample:
        """Run the tool once."""
        output = self.folder / self.tool.outputs[0]
        before = stamps(output)
        start, used = time.perf_counter(), os.times()
        with subprocess.Popen(self.tool.command, cwd=self.folder, stdout=subprocess.DEVNULL) as process:
            watch = Memory(process.pid)
            code = process.wait()
            memory = watch.stop()
        wall, now = time.perf_counter() - start, os.times()
        if code:
            raise SystemExit(f"{self.tool.name} failed with exit code {code}")
        cpu = now.children_user + now.children_system - used.children_user - used.children_system
        after = stamps(output)
        return Sample(wall, cpu, memory, sum(before.get(file) != stamp for file, stamp in after.items()))

    def _post(self, number: int) -> Path:
        return self.folder / "content" / "posts" / f"{name(number)}.md"


class Memory(threading.Thread):
    """Watches the resident memory of a process and its children (Linux)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._peak, self._done = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self._done.wait(0.03):
            self._peak = max(self._peak, sum(resident(pid) for pid in tree(self._pid)))

    def stop(self) -> float:
        """The peak in megabytes."""
        self._done.set()
        self.join()
        return self._peak / 1e6


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for parent in found:
        try:
            found += [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
        except OSError:
            continue
    return found


def resident(pid: int) -> int:
    """Resident bytes of a process; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file below a folder with its time and inode."""
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.rglob("*") if path.is_file()}


def measure(tool: Tool, work: Path, posts: int, runs: int) -> dict[str, Sample]:
    """The median of each case; cold is built once."""
    site = Site(tool, work / tool.name, posts)
    results = {}
    for case in CASES:
        samples = []
        for run in range(1 if case == "cold" else runs):
            site.prepare(case, run)
            samples.append(site.build())
        results[case] = Sample(*(statistics.median(getattr(sample, field) for sample in samples)
                                 for field in ("wall", "cpu", "memory", "written")))
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--work", type=Path, required=True, help="a folder of its own; emptied")
    parser.add_argument("--tools", help="names, with commas; all that are installed")
    options = parser.parse_args()
    print(f"{options.posts:,} posts; Python {platform.python_version()}, {os.cpu_count()} cores, {platform.platform()}")
    print("\n| tool | case | wall s | CPU s | MB | files written |\n|---|---|--:|--:|--:|--:|")
    for tool in available():
        if options.tools and tool.name not in options.tools.split(","):
            continue
        for case, sample in measure(tool, options.work, options.posts, options.runs).items():
            print(f"| {tool.name} | {case} | {sample.wall:.2f} | {sample.cpu:.2f} | {sample.memory:.0f} "
                  f"| {sample.written:.0f} |", flush=True)


if __name__ == "__main__":
    main()
