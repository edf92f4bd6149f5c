"""One build as a sample: seconds, memory, files written, pages rendered."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from edits import Site

SAMPLING = 0.03  # seconds between two looks at the memory, more where looking takes long


class BuildError(Exception):
    """A tool that failed, with the last line of what it said."""


@dataclass(frozen=True)
class Sample:
    """One build."""

    wall: float
    cpu: float
    memory: float
    """Megabytes at the peak."""
    written: int
    rendered: int | None
    """None where the tool doesn't say."""
    load: float
    """How busy the machine was in the last minute (load average)."""


def build(site: Site) -> Sample:
    """Run the tool once, as a user would; what it says goes into a file."""
    tool, log = site.tool, site.folder.with_name(f"{site.folder.name}.log")
    before = site.stamps()
    with log.open("wb") as out:
        used, start = os.times(), time.perf_counter()
        with subprocess.Popen(tool.command, cwd=site.folder, env={**os.environ, **tool.environment},
                              stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT) as process:
            watch = Memory(process.pid)
            code = process.wait()
            wall, now = time.perf_counter() - start, os.times()
            memory = watch.stop()
    said = log.read_text("utf-8", "replace")
    if code:
        last = (said.strip().splitlines() or [""])[-1].strip()
        raise BuildError(f"failed with exit code {code}: {last} (all of it is in {log})")
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    written = sum(before.get(file) != stamp for file, stamp in site.stamps().items())
    return Sample(wall, cpu, memory, written, _rendered(tool.rendered, said), os.getloadavg()[0])


def _rendered(pattern: str, said: str) -> int | None:
    if not pattern:
        return None
    expression = re.compile(pattern, re.MULTILINE)
    found = expression.findall(re.sub(r"\x1b\[[\d;]*m", "", said))
    if not expression.groups:
        return len(found)
    return int(found[-1].replace(",", "")) if found else None


class Memory(threading.Thread):
    """Watches the memory of a process and of all below it (Linux)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._peak, self._done = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        """Look until told to stop, a tenth of the time at most."""
        pause = SAMPLING
        while not self._done.wait(pause):
            start = time.perf_counter()
            self._peak = max(self._peak, sum(memory_of(pid) for pid in tree(self._pid)))
            pause = max(SAMPLING, 10 * (time.perf_counter() - start))

    def stop(self) -> float:
        """The peak in megabytes."""
        self._done.set()
        self.join()
        return self._peak / 1e6


def tree(pid: int) -> list[int]:
    """A process and all below it, started by whichever thread."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def memory_of(pid: int) -> int:
    """Bytes of a process, a page that it shares with others divided among them
    (PSS); where the system doesn't tell, the resident ones; 0 when it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0
