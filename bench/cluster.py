"""What a build on a Dask cluster costs beside one on this machine, and from where on it pays.

    python bench/cluster.py --sizes 1000 3000 --work FOLDER

Builds the blog at two sizes from nothing, with two processes of this machine, then with two workers of a
cluster that it starts here.  From the difference of the sizes it computes what a page costs the machine that
builds and the workers, and the minutes that a million pages would take.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from distributed import Client, LocalCluster
from edits import Site
from scale import tool

WORKERS = 2
PAGES = 1_000_000
BUILD = """\
import json, os, resource, sys
from coldpress import cluster
from coldpress.start import execute
from build import create_app

sizes = []
settle = cluster._settle
def noting(answer, told):
    sizes.append(len(told.result()))
    settle(answer, told)
cluster._settle = noting
code = execute(sys.argv[1:], create_app, os.getcwd())
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([*(each.ru_utime + each.ru_stime for each in used), len(sizes), sum(sizes)]))
sys.exit(code)
"""
LOAD = """\
import os, sys, time
from coldpress.build.context import BuildContext
from coldpress.config.loader import RunOptions
from coldpress.report import Report
from pathlib import Path
site = BuildContext(None, RunOptions(no_cache=True), Report(quiet=True), Path.cwd()).make_app()[1]
site.library
print(time.process_time())
"""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of one build, of the machine that builds and of its workers; messages and their bytes;
    CPU seconds in which a worker makes the app; pages."""

    main: float
    workers: float
    messages: int = 0
    bytes: int = 0
    load: float = 0.0
    pages: int = 0

    def more_than(self, other: Cost) -> Cost:
        """Returns by how much this build costs more."""
        return Cost(*(mine - its for mine, its in zip(astuple(self), astuple(other), strict=True)))


def main() -> None:
    """Measures both builds at both sizes, and prints two tables."""
    options = _options()
    with (LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=":0") as cluster,
          Client(cluster.scheduler_address, set_as_default=False) as client):
        (here, there), (more_here, more_there) = (_at(posts, options.work, client) for posts in options.sizes)
        task = _seconds_of_a_task(client)
    here, there = more_here.more_than(here), more_there.more_than(there)
    print(f"{there.bytes / there.pages / 1000:.1f} kB a page come back; a message costs {1000 * task:.1f} ms; "
          f"a worker loads {there.pages / there.load:.0f} pages/s\n")
    print(*_rates(here, there), "", *_million(here, there), sep="\n")


def _at(posts: int, work: Path, client: Client) -> tuple[Cost, Cost]:
    """Returns the costs of the builds of so many posts, here and on a cluster."""
    site = Site(tool(), work / str(posts), posts)
    here, there = _build(site, "-j", str(WORKERS)), _on_cluster(site, client)
    pages = sum(1 for _ in (site.folder / "site").rglob("*.html"))
    load = float(_run(site, [sys.executable, "-c", LOAD]))
    print(f"{posts:,} posts, {pages:,} pages: {here}, {there}", file=sys.stderr, flush=True)
    return replace(here, load=0.0, pages=pages), replace(there, load=load, pages=pages)


def _build(site: Site, *arguments: str) -> Cost:
    site.prepare("cold", 0)
    return Cost(*json.loads(_run(site, [sys.executable, "-c", BUILD, "build", *arguments])))


def _on_cluster(site: Site, client: Client) -> Cost:
    before = _cpu(client)
    cost = _build(site, "--executor", client.scheduler.address)
    return replace(cost, workers=_cpu(client) - before)


def _run(site: Site, command: list[str]) -> str:
    done = subprocess.run(command, cwd=site.folder, env={**os.environ, **site.tool.environment}, check=True,
                          stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def used() -> float:
    """Returns the CPU seconds of a Dask worker and of the processes beside it that have ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in found)


def _cpu(client: Client) -> float:
    return sum(client.run(used).values())


def _seconds_of_a_task(client: Client, count: int = 100) -> float:
    executor = client.get_executor(pure=False)
    start = time.perf_counter()
    for _ in range(count):
        executor.submit(os.getpid).result()
    return (time.perf_counter() - start) / count


def _rates(here: Cost, there: Cost) -> Iterator[str]:
    yield "| CPU ms a page | the machine that builds | workers | pages/s of a worker's core |"
    yield "|---|--:|--:|--:|"
    for name, cost in ((f"-j {WORKERS}", here), ("cluster", there)):
        workers = cost.workers - WORKERS * cost.load
        yield (f"| {name} | {1000 * cost.main / cost.pages:.2f} | {1000 * workers / cost.pages:.2f} "
               f"| {cost.pages / workers:.0f} |")


def _million(here: Cost, there: Cost) -> Iterator[str]:
    """Yields the minutes of a million pages: the work of this machine, that of the workers in parallel, and on a
    cluster the content, which each process loads."""
    yield f"| {PAGES:,} pages | minutes | of it this machine alone |"
    yield "|---|--:|--:|"
    for name, cost, cores in (("one machine, 2 cores", here, 2), ("one machine, 8 cores", here, 8),
                              ("one machine, 32 cores", here, 32), ("cluster, 4 x 8 cores", there, 32)):
        whole = cost.main + cost.load + (cost.workers - WORKERS * cost.load) / cores
        yield f"| {name} | {whole * PAGES / cost.pages / 60:.0f} | {cost.main * PAGES / cost.pages / 60:.0f} |"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs=2, default=[1000, 3000])
    parser.add_argument("--work", type=Path, required=True, help="a folder of its own; the site in it is replaced")
    return parser.parse_args()


if __name__ == "__main__":
    main()
