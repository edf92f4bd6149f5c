"""`build`: load → assemble → plan → freeze → check → publish."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from coldpress.commands.run import Run
from coldpress.content.links import broken_links
from coldpress.errors import ColdpressError, Problem, Problems
from coldpress.freeze.copies import freeze_copies
from coldpress.freeze.entry import Entry
from coldpress.freeze.freezer import SiteFreezer
from coldpress.freeze.lock import only_one
from coldpress.freeze.output import Changes, Output
from coldpress.freeze.ownership import refuse_output
from coldpress.freeze.plan import Plan
from coldpress.paths import is_external, url_of
from coldpress.report import counted
from coldpress.state import make_state
from coldpress.text import did_you_mean
from coldpress.web.explain import explain
from coldpress.web.extension import Coldpress


def build(run: Run, *, strict: bool = False) -> int:
    """Build the site; the exit code.  With errors, nothing is published."""
    run.strict = strict
    app, site = run.make_app()
    if not site.config_is_readable:
        return _end(run, site, None, site.config_problems, None)
    problems = Problems(site.snapshot.problems)
    output = output_of(site)
    refuse_output(output.folder, output.name, site.root, _inputs(site), problems)
    try:
        with only_one(make_state(site.root)):
            plan, found, changes = _make(run, app, site, output, problems)
    except OSError as reason:  # a full disk, a folder that is read-only
        raise ColdpressError(Problem(
            "output.failed", f"`{reason.filename or output.name}` cannot be written: {reason.strerror}",
            hint="what was there is whole; mend it and build again")) from reason
    return _end(run, site, plan, found, changes)


def _make(run: Run, app: Flask, site: Coldpress, output: Output, problems: Problems
          ) -> tuple[Plan, Problems, Changes | None]:
    """Freeze and, unless there are errors, publish."""
    output.open()
    try:
        plan = _freeze(run, app, site, output, problems)
        _check(site, plan, problems)
        output.refuse_foreign(problems)
        found = problems.as_errors() if run.strict else problems
        return plan, found, None if found.errors else output.publish()
    finally:
        output.discard()
        _keep(run, site)


def output_of(site: Coldpress) -> Output:
    """The output folder that config and options name."""
    folder = site.options.output or site.root / site.config.output_dir
    return Output(folder.resolve(), site.root, site.base)


def _inputs(site: Coldpress) -> list[Path]:
    config = site.config
    return [site.root / name for name in (config.content_dir, config.templates_dir, config.static_dir)]


def _freeze(run: Run, app: Flask, site: Coldpress, output: Output, problems: Problems) -> Plan:
    plan = Plan(app, site, problems)
    documents = (page.document for page in site.library.all_pages)
    site.markup.render_ahead({document.digest: document.body for document in documents}, run.jobs)
    try:
        plan.fill()
        freezer = SiteFreezer(app, site, plan, output, problems, run.report)
        freeze_copies(plan, output, problems)
        freezer.render()
    except Exception as reason:  # noqa: BLE001  (a URL generator of an own route)
        problems.add(explain(reason, site))
    return plan


def _keep(run: Run, site: Coldpress) -> None:
    """Write the cache, and say what is wrong with it, in one line."""
    store = site.markup.store
    if store is not None:
        store.close()
        if store.note:
            run.report.line(store.note[:1].upper() + store.note[1:] + ".")


def _check(site: Coldpress, plan: Plan, problems: Problems) -> None:
    """Warn of what leads nowhere: links, images, layouts, menu entries."""
    library = site.library

    def exists(path: str) -> bool:
        return plan.has(site.url_prefix + path)

    templates = set(site.template_names)
    for page in library.all_pages:
        problems.extend(page.flaws)
        problems.extend(broken_links(library, page, exists))
        if page.layout and f"{page.layout}.html" not in templates:
            problems.warn("page.layout", f"there is no template `{page.layout}.html`",
                          page.document.place_of("layout"), f"`{page.kind}.html` is used")
    for index, item in enumerate(site.config.menu):
        name = item.url.partition("#")[0].partition("?")[0]
        if not is_external(item.url) and not library.by_source(name.lstrip("/")) and not exists("/" + name.lstrip("/")):
            problems.warn("config.menu", f"the menu entry `{item.name}` leads nowhere: `{item.url}`",
                          site.config_place("menu", index), did_you_mean(name.lstrip("/"), library.sources))
    if site.config.base_url is None and not site.config_problems.errors:
        problems.warn("config.no-base-url", "without `base_url` there are no feeds, no sitemap and no canonical links",
                      site.config_place(), "say where the site will live: `base_url: https://example.org/`")


def _end(run: Run, site: Coldpress, plan: Plan | None, problems: Problems, changes: Changes | None) -> int:
    code = run.finish(problems)
    output = output_of(site)
    if changes:
        _say(run, site, plan, output, problems, changes)
    elif not run.report.as_json:
        why = ", as --strict counts warnings too" if run.strict else ""
        run.report.failure(f"Nothing was published: {counted(len(problems.errors), 'error')}{why}.")
    run.report.data({
        "published": changes is not None,
        "output": str(output.folder),
        "pages": [] if plan is None else [as_json(entry, site) for entry in plan.entries],
        "left_out": [{"source": out.document.source.name, "reason": out.reason} for out in site.library.left_out],
        "problems": [problem.as_json() for problem in problems],
    })
    return code


def as_json(entry: Entry, site: Coldpress) -> dict[str, Any]:
    """An entry of the plan for `--json`: its URL as links have it."""
    return {"url": site.script_root + url_of(entry.path), "endpoint": entry.endpoint, "source": entry.source,
            "file": entry.file, "copied": entry.copy_of is not None}


def _say(run: Run, site: Coldpress, plan: Plan | None, output: Output, problems: Problems, changes: Changes) -> None:
    pages = sum(entry.copy_of is None for entry in plan.entries) if plan else 0
    parts = [f"{changes.written:,} written", f"{changes.unchanged:,} unchanged"]
    parts += [f"{changes.removed:,} removed"] if changes.removed else []
    parts += [counted(len(problems), "warning")] if len(problems) else []
    left_out = [f"{out.document.source.name} ({out.reason})" for out in site.library.left_out]
    if changes.foreign:
        run.report.line(f"Not ours, left alone: {_some(changes.foreign)}")
    for entry in plan.entries if plan else ():
        run.report.detail(f"{entry.path}  ←  {entry.source or entry.endpoint}")
    run.report.line(f"Look at it: {run.command} serve{_selection(run)}")
    run.report.line(
        f"Built {counted(pages, 'page')} (files: {', '.join(parts)}) in {run.report.seconds:.2f} s → {output.name}/"
        + (f"; left out: {_some(left_out)}" if left_out else ""))


def _selection(run: Run) -> str:
    """The flags with which the preview shows what was built."""
    options = run.options
    flags = [flag for flag, given in (("-D", options.drafts), ("-F", options.future), ("--expired", options.expired))
             if given]
    flags += ["-u", options.base_url] if options.base_url else []
    return "".join(f" {shlex.quote(flag)}" for flag in flags)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
