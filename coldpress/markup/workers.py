"""Many bodies at once, in processes of their own.

Worth it only for many: a process costs as much as some fifty bodies.  Results
come back as the JSON that the cache keeps anyway.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import cache
from multiprocessing.context import BaseContext

from coldpress.markup import serial
from coldpress.markup.render import Renderer

FEW = 200  # bodies, below which one process is as fast
_CHUNK = 25
MakeExecutor = Callable[[int], Executor]


def render_many(bodies: Sequence[str], jobs: int, make_executor: MakeExecutor | None = None) -> Iterator[str]:
    """The markup of each body, in order, as `serial` writes it.

    `make_executor` gives the executor for a number of workers; by default
    processes of this machine.  What a worker raises is raised here.
    """
    chunks = [bodies[start : start + _CHUNK] for start in range(0, len(bodies), _CHUNK)]
    executor = (make_executor or local_executor)(min(jobs, len(chunks)))
    try:
        for results in executor.map(render_chunk, chunks):
            yield from results
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def render_chunk(bodies: Iterable[str]) -> list[str]:
    """What a worker does."""
    renderer = _renderer()
    return [serial.dumps(renderer.render(body)) for body in bodies]


def local_executor(workers: int) -> Executor:
    """Processes of this machine."""
    return ProcessPoolExecutor(workers, mp_context=local_context(), initializer=_leave_interrupts_to_parent)


def local_context() -> BaseContext:
    """Fork where that is safe (Linux, one thread), else spawn."""
    safe = sys.platform == "linux" and threading.active_count() == 1
    return multiprocessing.get_context("fork" if safe else "spawn")


def available_jobs() -> int:
    """As many workers as this process may use cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def _renderer() -> Renderer:
    """One renderer for a worker's life."""
    return Renderer()
