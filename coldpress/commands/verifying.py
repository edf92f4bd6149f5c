"""`build --verify`: the same site built anew, by a process that knows nothing,
and compared byte for byte."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from coldpress.commands.making import Making
from coldpress.commands.run import Run
from coldpress.config import Options
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.freeze.output import Output
from coldpress.processes import local_executor
from coldpress.report import Report
from coldpress.web.extension import Coldpress

_SHOWN = 12  # lines of a difference


def verify(run: Run, making: Making) -> list[str]:
    """Compare what is published with a clean build; the lines that tell of the
    first file that differs, none when all are the same.

    Raises `ColdpressError` when the clean build has errors.
    """
    with TemporaryDirectory(prefix="coldpress-") as folder:
        options = replace(run.options, no_cache=True)
        clean = Path(folder, "site")
        with local_executor(1, "spawn") as executor:
            executor.submit(build_clean, run.remake(options), options, clean, run.jobs).result()
        return list(_difference(making, clean))


def build_clean(make_site: Callable[[], tuple[Flask, Coldpress]], options: Options, folder: Path, jobs: int) -> None:
    """Build a site into an empty folder; what another process does."""
    app, site = make_site()
    run = Run(None, options, Report(quiet=True), site.root, jobs=jobs)
    problems = Problems(site.snapshot.problems)
    making = Making(run, app, site, Output(folder, site.root, state=folder.parent / "state"), problems)
    making.make()
    if problems.errors:
        raise ColdpressError(*problems.errors)


def _difference(making: Making, clean: Path) -> Iterator[str]:
    files = {entry.file: entry for entry in making.plan.entries}
    made = {path.relative_to(clean).as_posix() for path in clean.rglob("*") if path.is_file()} - {".gitignore"}
    for file in sorted(files.keys() | made):
        ours, theirs = _bytes(making.output.folder / file), _bytes(clean / file)
        if ours != theirs:
            yield f"{making.output.name}/{file} is not what a clean build makes of it:"
            yield from _lines(ours, theirs)
            reads = list(making.reads(files[file])) if file in files else []
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


def differs(lines: list[str], making: Making) -> Problem:
    """The problem to report."""
    return Problem("verify.differs", lines[0].removesuffix(":"), Place(making.output.name),
                   "own code may read what nobody can see (the documentation on builds says what); if there is none, "
                   "please tell us. `clean --cache` and a new build put it right")
