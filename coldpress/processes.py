"""Processes of this machine: how many, how they begin, how work is dealt out."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

T = TypeVar("T")
R = TypeVar("R")
MakeExecutor = Callable[[int], "Executor"]


class WorkerDiedError(Exception):
    """A worker was ended from outside, by a system short of memory or by hand."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Leave Python's garbage collector out while very much is made that stays:
    it would look at all of it again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def available_jobs() -> int:
    """As many workers as this process may use cores."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_method() -> str:
    """How processes begin: by fork where that is safe (Linux, one thread), else spawned."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def local_executor(workers: int, method: str | None = None, begin: Callable[..., None] | None = None,
                   *arguments: Any) -> Executor:
    """Processes of this machine; each calls `begin` first.  Ctrl-C is for the
    process that started them."""
    gc.freeze()  # what is there is not looked at, and so not copied, after a fork
    # Imported here: most builds need one process only.
    context = import_module("multiprocessing").get_context(method or start_method())
    executor: Executor = import_module("concurrent.futures").ProcessPoolExecutor(
        workers, context, _begin, (begin, *arguments))
    return executor


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def in_turn(executor: Executor, work: Callable[[T], R], tasks: Iterable[T], ahead: int) -> Iterator[R]:
    """Results in the order of the tasks, which are taken only so far ahead.
    What a worker raises is raised here, `WorkerDiedError` when one was killed;
    in the end the executor is shut down."""
    running: deque[Future[R]] = deque()
    try:
        for task in tasks:
            running.append(executor.submit(work, task))
            if len(running) >= ahead:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    except import_module("concurrent.futures").BrokenExecutor as reason:
        raise WorkerDiedError from reason
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _begin(begin: Callable[..., None] | None, *arguments: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin:
        begin(*arguments)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    import_module("multiprocessing").parent_process().join()
    os._exit(1)
