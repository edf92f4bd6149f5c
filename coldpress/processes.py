"""Worker processes: how many there are, how they start, how tasks are given to them.

Global state: `uncollected` and `frozen_after` switch the garbage collector of the process off and on, and
`gc.freeze` keeps it away from objects that stay, which `_staying` counts; workers ignore SIGINT.
"""

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
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

T = TypeVar("T")
R = TypeVar("R")
MakeExecutor = Callable[[int], "Executor"]


class WorkerDiedError(Exception):
    """A worker was killed, by the system when memory ran out, or by somebody."""


@contextmanager
def uncollected() -> Iterator[None]:
    """Disables Python's garbage collector inside the block.

    A block that makes very many objects which all stay would make the collector
    visit them again and again.  The collector is global to the process.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_staying = [0]  # the objects that were frozen when garbage was last looked for


@contextmanager
def frozen_after() -> Iterator[None]:
    """Leaves out the garbage collector inside the block; it never looks at what the block made (`gc.freeze`)."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def frozen_after_loading() -> Iterator[None]:
    """Does what `frozen_after` does.  Later builds in a process free what the earlier ones froze, once that is as much
    as all that stays: to look for it takes longer than a small build."""
    is_due = 0 < 2 * _staying[0] < gc.get_freeze_count()
    if is_due:
        gc.unfreeze()
        gc.collect()
    with frozen_after():
        yield
    if is_due or not _staying[0]:
        _staying[0] = gc.get_freeze_count()


def available_jobs() -> int:
    """Returns how many cores this process may use: the number of workers."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_method() -> str:
    """Returns how workers start: by fork where that is safe (Linux, one thread), else by spawn."""
    return "fork" if sys.platform == "linux" and threading.active_count() == 1 else "spawn"


def local_executor(workers: int, method: str | None = None, begin: Callable[..., None] | None = None,
                   *arguments: Any) -> Executor:
    """Makes an executor of worker processes; each calls `begin` first.  Workers
    ignore Ctrl-C: the process that started them handles it."""
    gc.freeze()  # objects made before a fork are not visited by the collector, so their memory is not copied
    # Imported here: most builds need one process only.
    context = import_module("multiprocessing").get_context(method or start_method())
    executor: Executor = import_module("concurrent.futures").ProcessPoolExecutor(
        workers, context, _begin, (begin, *arguments))
    return executor


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Splits items into lists of `size`; the last one may be shorter."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


class Limit(NamedTuple, Generic[T]):
    """What all tasks that run at once may take together, such as memory, and what each takes.  One that takes more
    runs alone."""

    of: Callable[[T], int]
    most: int


def in_turn(executor: Executor, work: Callable[[T], R], tasks: Iterable[T], ahead: int,
            meanwhile: Callable[[], None] = lambda: None, limit: Limit[T] | None = None) -> Iterator[R]:
    """Yields the results in the order of the tasks.  At most `ahead` tasks are waiting, within a `limit`; once so many
    are, `meanwhile` is called: what this process has to do while the workers are busy.

    An exception of a worker is raised here; `WorkerDiedError` if one was killed.
    The executor is shut down at the end.
    """
    running: deque[Future[R]] = deque()
    taken: dict[Future[R], int] = {}
    rest = iter(tasks)

    def submit(task: T) -> None:
        if limit:
            _wait_for_room(taken, limit.most - limit.of(task))
        running.append(executor.submit(work, task))
        if limit:
            taken[running[-1]] = limit.of(task)

    try:
        for task in islice(rest, ahead):
            submit(task)
        meanwhile()
        for task in rest:
            yield running.popleft().result()
            submit(task)
        while running:
            yield running.popleft().result()
    except import_module("concurrent.futures").BrokenExecutor as reason:
        raise WorkerDiedError from reason
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _wait_for_room(taken: dict[Future[Any], int], room: int) -> None:
    """Waits until the tasks that are not done take at most as much as there is room for, or until there are none."""
    while True:
        for future in [future for future in taken if future.done()]:
            del taken[future]
        if not taken or sum(taken.values()) <= room:
            return
        futures = import_module("concurrent.futures")
        futures.wait(taken, return_when=futures.FIRST_COMPLETED)


def _begin(begin: Callable[..., None] | None, *arguments: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if begin:
        begin(*arguments)


def _end_with_parent() -> None:
    """Ends this worker when its parent has died; else it would wait for ever."""
    import_module("multiprocessing").parent_process().join()
    os._exit(1)
