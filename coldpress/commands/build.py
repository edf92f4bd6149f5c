"""`build`: builds the site and reports the result; verify, explain, profile and the stamp wrap the builder."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.diagnostics import Profile, differs, explain_page, tell_profile
from coldpress.build.diagnostics import verify as verify_site
from coldpress.build.output import Changes, output_locked
from coldpress.build.removed_urls import removed_url_lines
from coldpress.build.staleness import Why
from coldpress.build.stamp_writer import take_snapshot, write_stamp
from coldpress.errors import Problems
from coldpress.paths import url_of
from coldpress.report import counted, some


def build(context: BuildContext, *, explain: str | None = None, publish: bool = False, verify: bool = False,
          profile: bool = False) -> int:
    """Builds the site and returns the exit code.  With errors, nothing is published.

    `explain` reports what the page at one URL read, `publish` writes the URLs into the ledger,
    `verify` compares with a clean build, `profile` reports where the time goes.
    """
    context.fix_clock()
    snapshot = take_snapshot(context)
    builder = Builder.load(context)
    if builder.is_hopeless:
        return _end(builder, builder.problems)
    profiler = Profile() if profile else None
    with output_locked(builder.site, builder.output, builder.problems), (
            profiler.running() if profiler else nullcontext()):
        builder.build()
        written = _record(builder) if publish and builder.changes else None
    explained = explain_page(builder, explain) if explain else []
    code = _end(builder, builder.reported_problems, explained)
    if profiler:
        tell_profile(builder, profiler)
    for line in explained:
        context.report.line(line)
    if written is not None:
        written()
    if builder.changes and not context.dry_run:
        code = (_verify(builder) if verify else 0) or code
        if not context.report.as_json:
            write_stamp(builder, snapshot, (f"{_summary(builder, None)} in ", f" s → {_where(builder)}"))
    return code


def _record(builder: Builder) -> Callable[[], None]:
    """Writes the published URLs into the ledger; returns a function that says how many are new."""
    from coldpress.build.url_history import record_urls  # noqa: PLC0415  (most builds publish nothing)
    from coldpress.commands.history import tell_written  # noqa: PLC0415  (as above)

    return partial(tell_written, builder.context, record_urls(builder.site, builder.plan),
                   builder.site.library.kept.ledger is None)


def _verify(builder: Builder) -> int:
    report, lines = builder.context.report, verify_site(builder)
    if not lines:
        report.line("Verified: a clean build makes the same, byte for byte.")
        return 0
    report.problems(Problems([differs(lines, builder)]))
    for line in lines[1:]:
        report.line(line)
    return 1


def _end(builder: Builder, problems: Problems, explained: Sequence[str] = ()) -> int:
    """Reports the result of a build and returns the exit code."""
    context = builder.context
    code = context.finish(problems)
    if context.report.as_json:
        context.report.data(_as_json(builder, problems, explained))
    elif builder.changes:
        _say(builder, builder.changes)
    else:
        why = ", as --strict counts warnings too" if context.strict else ""
        context.report.failure(f"Nothing was published: {counted(len(problems.errors), 'error')}{why}.")
    return code


def _as_json(builder: Builder, problems: Problems, explained: Sequence[str]) -> dict[str, Any]:
    """Returns what `--json` prints; URLs in it are as links have them."""
    site, changes = builder.site, builder.changes
    return {
        "published": changes is not None and not builder.context.dry_run,
        "output": str(builder.output.folder),
        "pages": [entry.as_json(site.script_root) for entry in builder.plan.entries],
        "rendered": [site.script_root + url_of(path) for path in _rendered(builder)],
        "written": list(changes.written) if changes else [],
        "removed": list(changes.removed) if changes else [],
        "removed_urls": [site.script_root + url_of(path) for path in builder.removed_urls],
        "left_out": [{"source": out.document.source.name, "reason": out.reason} for out in site.library.left_out],
        "problems": [problem.as_json() for problem in problems],
        **({"explained": list(explained)} if explained else {}),
    }


def _rendered(builder: Builder) -> dict[str, Why]:
    """Returns the paths of the pages that were rendered, with the reasons."""
    return builder.runner.rendered if builder.runner else {}


def _say(builder: Builder, changes: Changes) -> None:
    context, output = builder.context, builder.output
    report = context.report
    for note in (*builder.notes, *builder.images.notes):
        report.note(note)
    for line in _missed(builder):
        report.line(line)
    if builder.hosting and builder.hosting.changed:
        report.line(f"For {builder.hosting.host.title}: {some(builder.hosting.changed)}")
    if changes.foreign:
        report.line(f"Not ours, left alone: {some(changes.foreign)}")
    for path, why in _rendered(builder).items():
        report.detail(f"{path}  ←  {some(why)}")
    if context.dry_run:
        for file in changes.written:
            report.line(f"would write {output.name}/{file}")
        for file in changes.removed:
            report.line(f"would remove {output.name}/{file}")
    else:
        report.line(f"Look at it: {context.command} serve{_selection(context)}")
    done = _summary(builder, changes)
    done = done.replace("Built", "Would build", 1) if context.dry_run else done
    report.line(f"{done} in {report.seconds:.2f} s → {_where(builder)}")


def _missed(builder: Builder) -> list[str]:
    """Returns the lines on URLs that are gone; with a ledger, only what was published is missed."""
    if builder.site.library.kept.ledger is None:
        return removed_url_lines(builder.site, builder.removed_urls)
    lost = [problem.place.text for problem in builder.problems if problem.code == "url.lost" and problem.place]
    urls = [text.partition(" ")[0] for text in lost if text]
    return [f"Lost, as `urls --history` shows: {some(urls)}"] if urls else []


def _summary(builder: Builder, changes: Changes | None) -> str:
    """Returns `Built 12 pages (2 rendered, 10 unchanged; 3 files written)`; without
    `changes` the line of the next build, if nothing changes until then."""
    pages = sum(1 for _ in builder.plan.pages)
    rendered = len(_rendered(builder)) if changes else 0
    warnings = builder.reported_problems.warnings
    parts = [f"{counted(len(changes.written) if changes else 0, 'file')} written"]
    parts += [f"{len(changes.removed):,} removed"] if changes and changes.removed else []
    parts += [counted(len(warnings), "warning")] if warnings else []
    parts += [builder.images.summary] if changes and builder.images.summary else []
    return f"Built {counted(pages, 'page')} ({rendered:,} rendered, {pages - rendered:,} unchanged; {', '.join(parts)})"


def _where(builder: Builder) -> str:
    """Returns the output folder, and the sources that are not in it."""
    left_out = list(map(str, builder.site.library.left_out))
    return f"{builder.output.name}/" + (f"; left out: {some(left_out)}" if left_out else "")


def _selection(context: BuildContext) -> str:
    """The flags with which the preview shows what was built."""
    options = context.options
    flags = [flag for flag, given in (("-D", options.drafts), ("-F", options.future), ("--expired", options.expired))
             if given]
    flags += ["-u", options.base_url] if options.base_url else []
    flags += ["--site", options.site] if options.site else []
    return "".join(f" {shlex.quote(flag)}" for flag in flags)
