"""Divides the entries that several processes render into jobs."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from coldpress.build.plan import PlanEntry
from coldpress.processes import chunks

_LIST_JOBS = 4  # for each process: so few that few cards are drawn twice, so many that none waits long for the last one


def divided(entries: Sequence[PlanEntry], size: int, processes: int) -> Iterator[list[PlanEntry]]:
    """Yields entries in jobs of `size`, for so many processes.

    The pages of lists come first, in jobs that are larger if there are many.  A post is in several lists, and a process
    draws its card once.  So pages stand together that are equally far down in their lists, as they show the same
    posts.
    """
    lists = [entry for entry in entries if _is_of_list(entry)]
    last: dict[Hashable, int] = {}
    for entry in lists:
        last[_list_of(entry)] = max(last.get(_list_of(entry), 1), entry.values["number"])
    lists.sort(key=lambda entry: entry.values["number"] / last[_list_of(entry)])
    yield from chunks(lists, max(size, -(-len(lists) // (_LIST_JOBS * processes))))
    yield from chunks((entry for entry in entries if not _is_of_list(entry)), size)


def _is_of_list(entry: PlanEntry) -> bool:
    return isinstance(entry.values.get("number"), int)


def _list_of(entry: PlanEntry) -> Hashable:
    return entry.endpoint, str(entry.values.get("name")), str(entry.values.get("slug"))
