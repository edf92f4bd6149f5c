"""What builds cost at several sizes, and what more cores would gain.

    python bench/scale.py --sizes 1000 10000 --work FOLDER

For each size: seconds and memory of four cases, the CPU seconds of the main process and of its workers,
and the seconds that a cold build would take with more workers, if what the main process does ran
while the workers wait (Amdahl's law).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edits import Site
from measure import Memory
from tools import Tool, all_tools

CASES = ("cold", "body", "title", "nothing")
CORES = (1, 2, 4, 8, 16)
BUILD = """\
import json, os, resource, sys
from coldpress.start import execute
from build import create_app
code = execute(sys.argv[1:], create_app, os.getcwd())
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([each.ru_utime + each.ru_stime for each in used]))
sys.exit(code)
"""


@dataclass(frozen=True)
class Cost:
    """One build: seconds, CPU seconds of the main process and of the workers, megabytes at the peak."""

    wall: float
    main: float
    workers: float
    memory: float


def main() -> None:
    """Measures each size, and prints two tables."""
    options = _options()
    costs: dict[int, dict[str, Cost]] = {}
    for size in options.sizes:
        site = Site(tool(), options.work / str(size), size)
        costs[size] = {}
        for case in CASES:
            site.prepare(case, 0)
            costs[size][case] = cost = build(site, options.jobs)
            print(f"{size:,} {case}: {cost.wall:.2f} s", file=sys.stderr, flush=True)
    print(*_sizes(costs), "", *_cores(costs), sep="\n")


def build(site: Site, jobs: int) -> Cost:
    """Runs a build with so many workers."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, "-c", BUILD, "build", "-j", str(jobs)], cwd=site.folder,
                          env={**os.environ, **site.tool.environment}, stdout=subprocess.PIPE, text=True) as process:
        watch = Memory(process.pid)
        said = process.communicate()[0]
        wall, memory = time.perf_counter() - start, watch.stop()
    if process.returncode:
        raise SystemExit(f"the build failed:\n{said}")
    own, workers = json.loads(said.splitlines()[-1])
    return Cost(wall, own, workers, memory)


def _sizes(costs: dict[int, dict[str, Cost]]) -> Iterator[str]:
    yield "| posts | case | wall s | CPU s, main | CPU s, workers | peak MB | CPU ms a post |"
    yield "|--:|---|--:|--:|--:|--:|--:|"
    for size, cases in costs.items():
        for case, cost in cases.items():
            yield (f"| {size:,} | {case} | {cost.wall:.2f} | {cost.main:.2f} | {cost.workers:.2f} | {cost.memory:.0f} "
                   f"| {1000 * (cost.main + cost.workers) / size:.2f} |")


def _cores(costs: dict[int, dict[str, Cost]]) -> Iterator[str]:
    yield f"| posts | {' | '.join(f'{cores} workers' for cores in CORES)} | share of the main process |"
    yield f"|--:|{'--:|' * (len(CORES) + 1)}"
    for size, cases in costs.items():
        cold = cases["cold"]
        times = [f"{cold.main + cold.workers / cores:.1f} s" for cores in CORES]
        yield f"| {size:,} | {' | '.join(times)} | {cold.main / (cold.main + cold.workers):.0%} |"


def tool() -> Tool:
    """Returns this Coldpress as a tool."""
    tool = all_tools(None)["coldpress"]
    assert tool is not None, "it is this repository"
    return tool


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--jobs", type=int, default=4, help="worker processes")
    parser.add_argument("--work", type=Path, required=True, help="a folder of its own; sites in it are replaced")
    return parser.parse_args()


if __name__ == "__main__":
    main()
