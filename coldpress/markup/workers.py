"""Many bodies at once, in processes of their own.

Worth it only for many: a process costs as much as some fifty bodies.  Results
come back as the cache keeps them.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import cache
from itertools import islice
from typing import TypeVar

from coldpress.markup import serial
from coldpress.markup.render import Renderer
from coldpress.markup.store import Kept

T = TypeVar("T")
R = TypeVar("R")
FEW = 200  # bodies, below which one process is as fast
_CHUNK = 25
MakeExecutor = Callable[[int], Executor]


def render_many(bodies: Iterable[str], jobs: int, make_executor: MakeExecutor | None = None) -> Iterator[Kept]:
    """The markup of each body, in order, as it is kept.

    `make_executor` gives the executor for a number of workers; by default
    processes of this machine.  What a worker raises is raised here.
    """
    executor = (make_executor or local_executor)(jobs)
    try:
        for results in in_turn(executor, render_chunk, chunks(bodies, _CHUNK), 2 * jobs):
            yield from results
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def render_chunk(bodies: Iterable[str]) -> list[Kept]:
    """What a worker does."""
    made = (_renderer().render(body) for body in bodies)
    return [Kept.of(serial.dumps(rendered), serial.dumps_brief(rendered.brief)) for rendered in made]


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def in_turn(executor: Executor, work: Callable[[T], R], tasks: Iterable[T], ahead: int) -> Iterator[R]:
    """Results in the order of the tasks, which are taken only so far ahead."""
    running: deque[Future[R]] = deque()
    for task in tasks:
        running.append(executor.submit(work, task))
        if len(running) >= ahead:
            yield running.popleft().result()
    while running:
        yield running.popleft().result()


def local_executor(workers: int) -> Executor:
    """Processes of this machine."""
    gc.freeze()  # what is there is not looked at, and so not copied, after a fork
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(start_method()),
                               initializer=leave_interrupts_to_parent)


def start_method() -> str:
    """How processes begin: by fork where that is safe (Linux, one thread), else spawned."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def available_jobs() -> int:
    """As many workers as this process may use cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def leave_interrupts_to_parent() -> None:
    """In a worker: Ctrl-C is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@cache
def _renderer() -> Renderer:
    """One renderer for a worker's life."""
    return Renderer()
