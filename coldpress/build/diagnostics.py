"""`--verify`, `--explain` and `--profile`, which wrap a build."""

from __future__ import annotations

import difflib
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from flask import Flask

from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.output import Output
from coldpress.build.plan_entry import PlanEntry
from coldpress.config.loader import RunOptions
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import path_of
from coldpress.processes import local_executor
from coldpress.recorder import Key
from coldpress.report import Report, counted
from coldpress.text import did_you_mean
from coldpress.web.site import Site

_SHOWN = 12  # lines of a difference


def verify(builder: Builder) -> list[str]:
    """Compare what is published with a clean build; the lines that tell of the
    first file that differs, none when all are the same.

    Raises `ColdpressError` when the clean build has errors.
    """
    with TemporaryDirectory(prefix="coldpress-") as folder:
        context = builder.context
        options = replace(context.options, no_cache=True)
        clean = Path(folder, "site")
        with local_executor(1, "spawn") as executor:
            executor.submit(build_clean, context.remake(options), options, clean, context.jobs).result()
        return list(_difference(builder, clean))


def build_clean(make_site: Callable[[], tuple[Flask, Site]], options: RunOptions, folder: Path, jobs: int) -> None:
    """Builds a site into an empty folder; runs in another process."""
    app, site = make_site()
    context = BuildContext(None, options, Report(quiet=True), site.root, jobs=jobs)
    problems = Problems(site.snapshot.problems)
    builder = Builder(context, app, site, Output(folder, site.root, state=folder.parent / "state"), problems)
    builder.build()
    if problems.errors:
        raise ColdpressError(*problems.errors)


def _difference(builder: Builder, clean: Path) -> Iterator[str]:
    files = {entry.file: entry for entry in builder.plan.entries}
    made = {path.relative_to(clean).as_posix() for path in clean.rglob("*") if path.is_file()} - {".gitignore"}
    for file in sorted(files.keys() | made):
        ours, theirs = _bytes(builder.output.folder / file), _bytes(clean / file)
        if ours != theirs:
            yield f"{builder.output.name}/{file} is not what a clean build makes of it:"
            yield from _lines(ours, theirs)
            reads = list(builder.reads(files[file])) if file in files else []
            yield from ["It read:", *(f"  {kind} {name}" for kind, name in reads)] if reads else []
            return


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _lines(ours: bytes | None, theirs: bytes | None) -> Iterator[str]:
    if ours is None or theirs is None:
        yield "  it is not there" if ours is None else "  a clean build has no such file"
        return
    published, clean = (data.decode("utf-8", "replace").splitlines() for data in (ours, theirs))
    difference = difflib.unified_diff(published, clean, "published", "clean", lineterm="", n=1)
    yield from (f"  {line[:160]}" for line in islice(difference, _SHOWN))


def differs(lines: list[str], builder: Builder) -> Problem:
    """Returns the problem that reports the difference."""
    return Problem("verify.differs", lines[0].removesuffix(":"), Place(builder.output.name),
                   "own code may read what nobody can see (the documentation on builds says what); if there is none, "
                   "please tell us. `clean --cache` and a new build put it right")


def explain_page(builder: Builder, url: str) -> list[str]:
    """Returns the lines that explain one URL.  Raises `ColdpressError` for a URL that is
    not in the plan."""
    entry = _entry(builder, url)
    came = f" from {entry.source}" if entry.source else ""
    lines = [f"{entry.path}{came}, by {entry.endpoint.rpartition('.')[2]}, is {entry.file}"]
    if entry.is_made:
        return [f"{entry.path} is {entry.file}.  It is made of the config and of other files, in each build."]
    if entry.copy_of:
        return [*lines, "It is a copy; nothing was rendered for it."]
    assert builder.runner is not None, "there is a plan"
    why = builder.runner.rendered.get(entry.path)
    lines.append(f"Rendered now: {why[0]}" if why else "Not rendered: nothing that it read changed.")
    lines += [f"              {reason}" for reason in (why or ())[1:]]
    reads = list(builder.reads(entry))
    lines.append(f"It read {counted(len(reads), 'thing')}:" if reads else "It read nothing.")
    shared = [key for key in builder.shared_reads(entry) if key not in reads]
    shared_head = ["Read for several pages, by the app when it was made or by own code:"] if shared else []
    return [*lines, *_told(reads), *shared_head, *_told(shared)]


def _entry(builder: Builder, url: str) -> PlanEntry:
    path = path_of(url)
    below = path.removeprefix(builder.site.script_root)
    for candidate in (path, below, f"/{path.lstrip('/')}", f"{path.rstrip('/')}/"):
        entry = builder.plan.at(candidate)
        if entry:
            return entry
    raise ColdpressError(Problem(
        "explain.no-page", f"the site has no page at `{url}`",
        hint=did_you_mean(path, [entry.path for entry in builder.plan.entries]) or "`urls` lists them"))


def _told(reads: list[Key]) -> Iterator[str]:
    width = max((len(kind) for kind, _ in reads), default=0)
    for kind, name in sorted(reads):
        yield f"  {kind:{width}}  {'of every source' if name == '*' else name}"


_EVERY = 0.002  # seconds between two samples
_ROWS_SHOWN = 10
NAME = "profile.folded"


class Profile:
    """Samples the stack of the main thread; `stacks` counts each stack."""

    def __init__(self) -> None:
        self.stacks: Counter[tuple[str, ...]] = Counter()
        self._done = threading.Event()
        self._main = threading.get_ident()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Takes samples inside the block."""
        sampler = threading.Thread(target=self._sample, daemon=True)
        sampler.start()
        try:
            yield
        finally:
            self._done.set()
            sampler.join()

    def write(self, file: Path) -> None:
        """Writes one line for each stack with its count, the format of flame graph tools."""
        lines = (f"{';'.join(stack)} {count}\n" for stack, count in sorted(self.stacks.items()))
        file.write_text("".join(lines), "utf-8")

    def share_of(self, folders: tuple[str, ...]) -> list[tuple[str, float]]:
        """For each file below these folders the share of samples in which it,
        or what it calls, was at work; the largest first."""
        total = sum(self.stacks.values()) or 1
        shares: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            for file in {frame.partition(":")[0] for frame in stack if frame.startswith(folders)}:
                shares[file] += count
        return [(file, count / total) for file, count in shares.most_common(_ROWS_SHOWN)]

    def _sample(self) -> None:
        while not self._done.wait(_EVERY):
            frame = sys._current_frames().get(self._main)
            if frame is not None:
                self.stacks[tuple(reversed(list(_stack(frame))))] += 1


def tell_profile(builder: Builder, profile: Profile) -> None:
    """Reports the time of each stage and template, and the slowest pages."""
    report, site = builder.context.report, builder.site
    report.table(["stage", "seconds"], [[name, f"{seconds:.3f}"] for name, seconds in builder.stages.items()])
    folders = (*(str(theme.templates) for theme in site.theme.chain), str(site.root / site.config.templates_dir))
    shares = profile.share_of(folders)
    if shares:
        report.line("")
        report.table(["template", "share of the time, with what it includes"],
                     [[_short(file, folders), f"{share:.0%}"] for file, share in shares])
    seconds = builder.runner.seconds if builder.runner else {}
    slowest = sorted(seconds.items(), key=lambda page: -page[1])[:_ROWS_SHOWN]
    if slowest:
        report.line("")
        report.table(["page", "milliseconds"], [[path, f"{took * 1000:.1f}"] for path, took in slowest])
    file = site.root / ".coldpress" / NAME
    profile.write(file)
    report.line("")
    report.line(f"For a flame graph: .coldpress/{NAME} (speedscope, inferno, flamegraph.pl)")


def _stack(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        code = frame.f_code
        yield f"{code.co_filename}:{code.co_name}".replace(";", ",").replace(" ", "_")
        frame = frame.f_back


def _short(file: str, folders: tuple[str, ...]) -> str:
    folder = next(folder for folder in folders if file.startswith(folder))
    return file.removeprefix(folder).lstrip("/\\")
