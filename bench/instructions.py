"""Counts the instructions of builds, where the time of a busy machine says too little.

`run.py --instructions` calls it.  A build in one process, with a fixed hash seed and
settled files, executes the same instructions each time but for a few in a thousand, so
a regression of 2 % shows on any machine.  `perf` counts where the machine has counters,
else `valgrind` does, which takes about thirty times as long.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from edits import CASES, Site
from measure import BuildError
from tables import HEADS
from tools import Tool

SETTLED = 2.1  # seconds, after which a build compares a file by its stamp, not by its content
NOISE = 0.02  # a smaller part more or less says nothing


def counted(tool: Tool, folder: Path, posts: int) -> dict[str, int]:
    """The instructions of each case, of all processes of the build."""
    tool = dataclasses.replace(tool, command=(*tool.command, *tool.one_process),
                               environment={**tool.environment, "PYTHONHASHSEED": "0"})
    site, found = Site(tool, folder.resolve(), posts), {}
    count = _perf if _has_counters() else _valgrind
    _run((), site)  # compiles Python's bytecode
    for case in CASES:
        site.prepare(case, 0)
        time.sleep(SETTLED)
        found[case] = count(site)
    return found


def table(found: dict[str, int], before: dict[str, int]) -> Iterator[str]:
    """A row for each case, with how it compares with an earlier count."""
    yield "| case | million instructions | before | |"
    yield "|---|--:|--:|--:|"
    for case, count in found.items():
        old = before.get(case)
        change = f"{count / old - 1:+.1%}" if old else ""
        yield f"| {HEADS[case]} | {count / 1e6:,.0f} | {f'{old / 1e6:,.0f}' if old else ''} | {change} |"


def slower(found: dict[str, int], before: dict[str, int]) -> list[str]:
    """The cases that execute more than before, beyond noise."""
    return [case for case, count in found.items() if count > before.get(case, count) * (1 + NOISE)]


def _valgrind(site: Site) -> int:
    if shutil.which("valgrind") is None:
        raise SystemExit("neither `perf stat` nor valgrind counts instructions here; install valgrind")
    with TemporaryDirectory() as folder:
        _run(("valgrind", "--tool=cachegrind", "--cache-sim=no", "--trace-children=yes",
              "--cachegrind-out-file=/dev/null", f"--log-file={folder}/%p"), site)
        logs = [log.read_text("utf-8", "replace") for log in Path(folder).iterdir()]
    return sum(int(number.replace(",", "")) for log in logs for number in re.findall(r"I +refs: +([\d,]+)", log))


def _perf(site: Site) -> int:
    with TemporaryDirectory() as folder:
        report = Path(folder, "perf")
        _run(("perf", "stat", "-x", ",", "-e", "instructions:u", "-o", str(report)), site)
        return _instructions(report.read_text())


def _has_counters() -> bool:
    if shutil.which("perf") is None:
        return False
    told = subprocess.run(["perf", "stat", "-x", ",", "-e", "instructions:u", "true"], capture_output=True, text=True,
                          check=False)
    return told.returncode == 0 and _instructions(told.stderr) > 0


def _instructions(report: str) -> int:
    """The number in what `perf stat` writes; 0 where it could not count."""
    found = re.search(r"^(\d+),[^,]*,instructions", report, re.MULTILINE)
    return int(found[1]) if found else 0


def _run(counter: tuple[str, ...], site: Site) -> None:
    """Builds the site once, below a counter."""
    done = subprocess.run([*counter, *site.tool.command], cwd=site.folder, capture_output=True, text=True, check=False,
                          env={**os.environ, **site.tool.environment})
    if done.returncode:
        raise BuildError(f"failed with exit code {done.returncode}: {(done.stdout + done.stderr).strip()[-300:]}")
