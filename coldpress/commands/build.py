"""`build`: load → assemble → plan → freeze → check → publish."""

from __future__ import annotations

import gc
import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.diagnostics import Profile, differs, explain_page, tell_profile
from coldpress.build.diagnostics import verify as verify_site
from coldpress.build.output import Changes, Output
from coldpress.build.output_folder import only_one, refuse_link, refuse_output
from coldpress.build.result import PlanEntry
from coldpress.build.shortcut import complete_snapshot, take_snapshot, write_stamp
from coldpress.build.site_checks import told
from coldpress.config.model import Config
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import STATE, make_state, url_of
from coldpress.report import counted, some
from coldpress.web.extension import Coldpress


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Within the block nothing is looked for that could be freed, and what is
    loaded there is never looked through: it stays, and looking takes longer than
    loading.  A second build in a process lets go of what the first one loaded."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def build(context: BuildContext, *, explain: str | None = None, verify: bool = False, profile: bool = False) -> int:
    """Build the site; the exit code.  With errors, nothing is published.

    `explain` tells of one URL what it read, `verify` compares with a clean
    build, `profile` tells where the time goes.
    """
    context.fixed_clock = context.options.clock is not None
    if not context.fixed_clock and not os.environ.get("SOURCE_DATE_EPOCH"):
        context.options = replace(context.options, clock=datetime.now(UTC))  # one moment for all of it
    before = take_snapshot(context)
    app, site = context.make_app()
    if not site.can_be_built:
        return _end(context, site, None, site.config_problems)
    watched = Profile() if profile else None
    snapshot = complete_snapshot(context, site, before)
    with _no_garbage():
        problems = Problems(site.snapshot.problems)
    output = output_of(site)
    with failures_told(output):
        refuse_output(output.folder, output.name, site.root, _inputs(site), problems, _place_of_output(site))
        with only_one(make_state(site.root / STATE)):
            builder = Builder(context, app, site, output, problems)
            with watched.running() if watched else nullcontext():
                builder.make()
    explained = explain_page(builder, site, explain) if explain else []
    code = _end(context, site, builder, builder.reported_problems, explained)
    if watched:
        tell_profile(context.report, watched, builder, site)
    for line in explained:
        context.report.line(line)
    if verify and builder.changes and not context.dry_run:
        code = _verify(context, builder) or code
    if builder.changes and not context.dry_run and not context.report.as_json:
        line = f"{summary(builder, builder.reported_problems, None)} in %s s → {output.name}/{_left_out(site)}"
        write_stamp(context, site, builder, snapshot, builder.reported_problems, line)
    return code


def _verify(context: BuildContext, builder: Builder) -> int:
    lines = verify_site(context, builder)
    if not lines:
        context.report.line("Verified: a clean build makes the same, byte for byte.")
        return 0
    context.report.problems(Problems([differs(lines, builder)]))
    for line in lines[1:]:
        context.report.line(line)
    return 1


def output_of(site: Coldpress) -> Output:
    """The output folder that config and options name.  Raises `ColdpressError`
    where it is reached by a link that nobody named."""
    folder = site.options.output or site.root / site.config.output_dir
    output = Output(folder, site.root, site.base, base_url=site.config.base_url)
    problems = Problems()
    refuse_link(folder, site.root, problems, _place_of_output(site))
    if problems.errors:
        raise ColdpressError(*problems)
    return output


@contextmanager
def failures_told(output: Output) -> Iterator[None]:
    """Make a problem of what the system refuses: a full disk, a folder that is read-only."""
    try:
        yield
    except OSError as reason:
        state = ("some files are new and others old, each of them whole; mend it, and the next build completes the site"
                 if output.is_touched else "the site is as it was; mend it and build again")
        raise ColdpressError(Problem(
            "output.failed", f"`{reason.filename or output.name}` cannot be written: {reason.strerror}",
            hint=state)) from reason


def _place_of_output(site: Coldpress) -> Place | None:
    """The line that names another output than the usual one."""
    is_chosen = not site.options.output and site.config.output_dir != Config().output_dir
    return site.config_place("output_dir") if is_chosen else None


def _inputs(site: Coldpress) -> list[Path]:
    """What the site is made of, and what is none of a build's business."""
    config = site.config
    names = (config.content_dir, config.templates_dir, config.static_dir, config.data_dir, "archetypes", "instance",
             *(name for name in config.markdown.snippets if name != "."), *config.markdown.append)
    return [*(site.root / name for name in names), Path(site.app.instance_path)]


def _end(context: BuildContext, site: Coldpress, builder: Builder | None, problems: Problems,
         explained: Sequence[str] = ()) -> int:
    code = context.finish(problems)
    output = output_of(site)
    changes = builder.changes if builder else None
    entries = list(builder.plan.entries) if builder else []
    rendered = builder.runner.rendered if builder and builder.runner else {}
    if builder and changes:
        _say(context, site, builder, output, problems, changes)
    elif not context.report.as_json:
        why = ", as --strict counts warnings too" if context.strict else ""
        context.report.failure(f"Nothing was published: {counted(len(problems.errors), 'error')}{why}.")
    if not context.report.as_json:
        return code
    context.report.data({
        "published": changes is not None and not context.dry_run,
        "output": str(output.folder),
        "pages": [as_json(entry, site) for entry in entries],
        "rendered": [site.script_root + url_of(path) for path in rendered],
        "written": list(changes.written) if changes else [],
        "removed": list(changes.removed) if changes else [],
        "removed_urls": [site.script_root + url_of(path) for path in builder.removed_urls] if builder else [],
        "left_out": [{"source": out.document.source.name, "reason": out.reason} for out in site.library.left_out],
        "problems": [problem.as_json() for problem in problems],
        **({"explained": list(explained)} if explained else {}),
    })
    return code


def as_json(entry: PlanEntry, site: Coldpress) -> dict[str, Any]:
    """An entry of the plan for `--json`: its URL as links have it."""
    return {"url": site.script_root + url_of(entry.path), "endpoint": entry.endpoint, "source": entry.source,
            "file": entry.file, "copied": entry.copy_of is not None}


def _say(context: BuildContext, site: Coldpress, builder: Builder, output: Output, problems: Problems,
         changes: Changes) -> None:
    report = context.report
    rendered = builder.runner.rendered if builder.runner else {}
    for note in builder.notes:
        report.line(note[:1].upper() + note[1:] + ".")
    for line in told(site, builder.removed_urls):
        report.line(line)
    if changes.foreign:
        report.line(f"Not ours, left alone: {some(changes.foreign)}")
    for path, why in rendered.items():
        report.detail(f"{path}  ←  {some(why)}")
    if context.dry_run:
        for file in changes.written:
            report.line(f"would write {output.name}/{file}")
        for file in changes.removed:
            report.line(f"would remove {output.name}/{file}")
    else:
        report.line(f"Look at it: {context.command} serve{_selection(context)}")
    done = summary(builder, problems, changes)
    done = done.replace("Built", "Would build", 1) if context.dry_run else done
    report.line(f"{done} in {report.seconds:.2f} s → {output.name}/{_left_out(site)}")


def summary(builder: Builder, problems: Problems, changes: Changes | None) -> str:
    """`Built 12 pages (2 rendered, 10 unchanged; 3 files written)`; without
    changes as it will be next time, if nothing happens."""
    pages = sum(entry.copy_of is None for entry in builder.plan.entries)
    rendered = len(builder.runner.rendered) if builder.runner and changes else 0
    parts = [f"{counted(len(changes.written) if changes else 0, 'file')} written"]
    parts += [f"{len(changes.removed):,} removed"] if changes and changes.removed else []
    parts += [counted(len(problems.warnings), "warning")] if problems.warnings else []
    return f"Built {counted(pages, 'page')} ({rendered:,} rendered, {pages - rendered:,} unchanged; {', '.join(parts)})"


def _left_out(site: Coldpress) -> str:
    left_out = list(map(str, site.library.left_out))
    return f"; left out: {some(left_out)}" if left_out else ""


def _selection(context: BuildContext) -> str:
    """The flags with which the preview shows what was built."""
    options = context.options
    flags = [flag for flag, given in (("-D", options.drafts), ("-F", options.future), ("--expired", options.expired))
             if given]
    flags += ["-u", options.base_url] if options.base_url else []
    return "".join(f" {shlex.quote(flag)}" for flag in flags)
