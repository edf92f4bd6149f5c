"""The catalogue of edits, and what several modules of edits need."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from random_site.site import RandomSite

Edit = Callable[[RandomSite], str | None]
EDITS: dict[str, Edit] = {}
OF_SOURCES: list[str] = []
"""The names of the edits that change nothing but the sources."""


def edit(function: Edit) -> Edit:
    """Register an edit that changes nothing but sources."""
    OF_SOURCES.append(function.__name__)
    return other_edit(function)


def other_edit(function: Edit) -> Edit:
    """Register an edit that changes more than sources, or something else."""
    EDITS[function.__name__] = function
    return function


def of_output(function: Edit) -> Edit:
    """Register an edit of published files, which does nothing where none are."""

    @functools.wraps(function)
    def run(site: RandomSite) -> str | None:
        return function(site) if site.published() else None

    return other_edit(run)


def is_sure(source: str) -> bool:
    """Whether every edit leaves this source a listed post: templates need some."""
    return "-sure" in source


def change(site: RandomSite, source: str, **front: Any) -> str:
    """Set keys of front matter, or remove those that are None."""
    doc = site.docs[source]
    for key, value in front.items():
        if value is None:
            doc.front.pop(key, None)
        else:
            doc.front[key] = value
    return f"{site.save(source)} {', '.join(front)}"


def without(site: RandomSite, key: str, *folders: str) -> str | None:
    """Remove a key from a source that has it."""
    having = [source for source in site.sources(*folders) if key in site.docs[source].front]
    return change(site, site.rng.choice(having), **{key: None}) if having else None


def free_source(site: RandomSite) -> str:
    """A source that may be changed in any way."""
    return site.rng.choice([source for source in site.sources() if not is_sure(source)])
