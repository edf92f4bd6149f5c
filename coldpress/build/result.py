"""Results of a build: an entry of the plan, what its request gave, and the failures."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from coldpress.errors import Place, Problem
from coldpress.paths import url_of
from coldpress.recorder import Key


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One URL: `path` is decoded, below the app's root; `file` below the
    output folder; `copy_of` the file it is a plain copy of, if it is one."""

    path: str
    endpoint: str
    file: str
    values: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None
    place: Place | None = None
    copy_of: Path | None = None

    def as_json(self, script_root: str) -> dict[str, Any]:
        """Returns the entry for `--json`, with the URL that links have."""
        return {"url": script_root + url_of(self.path), "endpoint": self.endpoint, "source": self.source,
                "file": self.file, "copied": self.copy_of is not None}


@dataclass(frozen=True, slots=True)
class RouteLink:
    """A URL of an own route that a page links to."""

    endpoint: str
    path: str


@dataclass(frozen=True, slots=True)
class FrozenPage:
    """One page requested: `staged` is its name on the stage, None when the
    published file is the same; `failure` what went wrong instead."""

    path: str
    reads: tuple[Key, ...]
    staged: str | None = None
    digest: bytes = b""
    packed: bytes = b""
    links: tuple[RouteLink, ...] = ()
    problems: tuple[Problem, ...] = ()
    failure: Problem | None = None
    seconds: float = 0.0


def content_digest(data: bytes) -> bytes:
    """Names a page's bytes."""
    return blake2b(data, digest_size=16).digest()


def pack(data: bytes) -> bytes:
    """A page's bytes as they are kept."""
    return zlib.compress(data, 1)


def unpack(packed: bytes) -> bytes | None:
    """The bytes back; None when they are damaged."""
    try:
        return zlib.decompress(packed)
    except (zlib.error, TypeError):
        return None


class Failures:
    """Collects problems with the pages they came up on."""

    def __init__(self) -> None:
        self._pages: dict[Problem, list[PlanEntry]] = {}

    def add(self, problem: Problem, page: PlanEntry) -> None:
        """Note that a problem came up on a page."""
        self._pages.setdefault(problem, []).append(page)

    def problems(self) -> Iterator[Problem]:
        """Each problem, with its first page and how many there are."""
        return (_with_pages(problem, pages) for problem, pages in self._pages.items())


def _with_pages(problem: Problem, entries: list[PlanEntry]) -> Problem:
    """A failure with the first page it came up on, and how many more."""
    first = entries[0].place or Place(entries[0].path)
    also = (*problem.also, first) if first.path != (problem.place.path if problem.place else None) else problem.also
    message = problem.message
    if len(entries) > 1:
        message += f" (on {len(entries):,} pages)"
    return Problem(problem.code, message, problem.place or first, problem.hint, problem.severity,
                   also if problem.place else (), problem.traceback)
