"""`deploy`: builds strictly, checks, and sends what changed to the target of the config."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.output import output_locked
from coldpress.build.removed_urls import removed_url_lines, removed_urls
from coldpress.build.url_history import record_urls
from coldpress.commands.check import problems_of_built
from coldpress.commands.history import tell_written
from coldpress.deploy.changes import Changes, changes_of, day_of
from coldpress.deploy.destinations import Destination
from coldpress.deploy.manifest import digest_of_file
from coldpress.deploy.programs import Programs
from coldpress.deploy.secrets import Secrets
from coldpress.deploy.target import Target
from coldpress.errors import ColdpressError, Problem, Problems, StoppedError
from coldpress.paths import STATE, url_of
from coldpress.report import counted, some
from coldpress.web.site import Site


def deploy(context: BuildContext, *, dry_run: bool = False, adopt: bool = False, everything: bool = False) -> int:
    """Publishes the site and returns the exit code.  With a problem, nothing is sent.

    In a `dry_run`, it only reports what would be sent; with `adopt`, files of others that the site has too are
    replaced; with `everything`, files are sent that the target has already.
    """
    context.fix_clock()
    context.strict = True
    builder = Builder.load(context)
    if builder.is_hopeless:
        return _refused(context, builder.problems)
    destination = destination_of(builder.site)
    with output_locked(builder.site, builder.output, builder.problems):
        builder.build()
        if builder.changes is None:
            return _refused(context, builder.reported_problems)
        wrong = Problems(problems_of_built(context, builder).errors)
        if wrong:
            return _refused(context, wrong)
        destination.refuse_jekyll(builder.output.owned.files() or ())
        with ExitStack() as stack:
            root, programs, say = builder.site.root, Programs(Secrets(os.environ)), context.report.line
            target = destination.target(programs, root, root / STATE, say, stack)
            changes = _changes(builder, target, adopt=adopt, everything=everything)
            is_sent = not dry_run and not changes.is_empty
            if is_sent:
                _send(builder, target, changes)
            new_facts = 0 if dry_run else record_urls(builder.site, builder.plan)
            if is_sent:
                destination.run_after(programs, root, builder.output.folder, changes, say)
    if new_facts:
        tell_written(context, new_facts, builder.site.library.kept.ledger is None)
    _tell(builder, target, changes, dry_run=dry_run)
    return 0


def destination_of(site: Site) -> Destination:
    """Returns what the config names as the target.  Raises `ColdpressError` if it names none."""
    options = site.config.deploy
    if options is None or (options.to is None and options.command is None):
        place = site.config_place("deploy") if options else None
        raise ColdpressError(Problem(
            "deploy.no-target", "the config does not say where the site is sent", place,
            "write it below `deploy:`, such as `to: github-pages`, `to: user@host:/var/www/site`, `to: s3://bucket` or "
            "`command: …`"))
    return Destination(options.to, options.command, site.config_place("deploy", "to"))


def _changes(builder: Builder, target: Target, *, adopt: bool, everything: bool) -> Changes:
    folder, names = builder.output.folder, builder.output.owned.files() or set()
    site = {name: digest_of_file(folder / name) for name in sorted(names)}
    now = builder.site.moment()
    return changes_of(site, target.look(), builder.site.config.base_url or "", now, adopt=adopt, everything=everything)


def _send(builder: Builder, target: Target, changes: Changes) -> None:
    try:
        target.send(builder.output.folder, changes)
    except KeyboardInterrupt:
        raise StoppedError(Problem(
            "deploy.interrupted", "interrupted: a part of the site may be on the target, each file whole", None,
            "deploy again: it completes the site")) from None


def _refused(context: BuildContext, problems: Problems) -> int:
    context.report.data({"deployed": False, "problems": [problem.as_json() for problem in problems]})
    code = context.finish(problems)
    context.report.failure(f"Nothing was sent: {counted(len(problems.errors), 'error')}; "
                           "warnings of the build count as errors.")
    return code


def _tell(builder: Builder, target: Target, changes: Changes, *, dry_run: bool) -> None:
    report, ended = builder.context.report, _ended_urls(builder, changes)
    report.data(_as_json(target, changes, [builder.site.script_root + url_of(path) for path in ended], dry_run=dry_run))
    say, verb = (report.line, "would ") if dry_run else (report.detail, "")
    for what, files in (("send", changes.new), ("send again", changes.changed), ("remove", changes.removed)):
        for file in files:
            say(f"{verb}{what} {file}")
    for file, until in changes.kept.items():
        say(f"{verb}keep {file} until {day_of(until)}")
    if changes.others:
        report.line(f"Changed on the target by somebody else, left alone: {some(changes.others)}")
    for line in removed_url_lines(builder.site, ended):
        report.line(line)
    if builder.hosting and builder.hosting.changed:
        report.line(f"For {builder.hosting.host.title}, not sent: {some(builder.hosting.changed)}")
    done = ", ".join([f"{counted(len(changes.sent), 'file')} ({len(changes.new):,} new, {len(changes.changed):,} "
                      "changed)", f"{len(changes.removed):,} removed",
                      *([f"{len(changes.kept):,} kept for a week"] if changes.kept else [])])
    if changes.is_empty:
        report.line(f"Nothing changed: the target has the site already → {target.name}")
    else:
        report.line(f"{'Would send' if dry_run else 'Sent'} {done} in {report.seconds:.2f} s → {target.name}")


def _ended_urls(builder: Builder, changes: Changes) -> tuple[str, ...]:
    """Returns the paths of pages that leave the target; with a ledger, the build told them."""
    has_ledger = builder.site.library.kept.ledger is not None
    return () if has_ledger else removed_urls(builder.site, builder.records, changes.removed)


def _as_json(target: Target, changes: Changes, ended: list[str], *, dry_run: bool) -> dict[str, Any]:
    return {"deployed": not dry_run, "to": target.name, "new": changes.new, "changed": changes.changed,
            "removed": changes.removed, "removed_urls": ended, "others": changes.others, "problems": [],
            "kept": {file: datetime.fromtimestamp(until, UTC).isoformat() for file, until in changes.kept.items()}}
