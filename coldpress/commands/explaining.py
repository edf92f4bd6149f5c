"""`build --explain URL`: what a page read, and why it was rendered or not."""

from __future__ import annotations

from collections.abc import Iterator

from coldpress.commands.making import Making
from coldpress.errors import ColdpressError, Problem
from coldpress.freeze.entry import Entry
from coldpress.paths import path_of
from coldpress.recorder import Key
from coldpress.report import counted
from coldpress.text import did_you_mean
from coldpress.web.extension import Coldpress


def explain_page(making: Making, site: Coldpress, url: str) -> list[str]:
    """The lines that tell of one URL.  Raises `ColdpressError` for one that is
    not in the plan."""
    entry = _entry(making, site, url)
    came = f" from {entry.source}" if entry.source else ""
    lines = [f"{entry.path}{came}, by {entry.endpoint.rpartition('.')[2]}, is {entry.file}"]
    if entry.copy_of:
        return [*lines, "It is a copy; nothing was rendered for it."]
    assert making.freezing is not None, "there is a plan"
    why = making.freezing.rendered.get(entry.path)
    lines.append(f"Rendered now: {why[0]}" if why else "Not rendered: nothing that it read changed.")
    lines += [f"              {reason}" for reason in (why or ())[1:]]
    reads = list(making.reads(entry))
    lines.append(f"It read {counted(len(reads), 'thing')}:" if reads else "It read nothing.")
    shared = [key for key in making.shared_reads(entry) if key not in reads]
    return [*lines, *_told(reads), *(["It shares with other pages what own code read:"] if shared else []),
            *_told(shared)]


def _entry(making: Making, site: Coldpress, url: str) -> Entry:
    path = path_of(url)
    for candidate in (path, path.removeprefix(site.script_root), f"/{path.lstrip('/')}", f"{path.rstrip('/')}/"):
        entry = making.plan.at(candidate)
        if entry:
            return entry
    raise ColdpressError(Problem(
        "explain.no-page", f"the site has no page at `{url}`",
        hint=did_you_mean(path, [entry.path for entry in making.plan.entries]) or "`urls` lists them"))


def _told(reads: list[Key]) -> Iterator[str]:
    width = max((len(kind) for kind, _ in reads), default=0)
    for kind, name in sorted(reads):
        yield f"  {kind:{width}}  {'of every source' if name == '*' else name}"
