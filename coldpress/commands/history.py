"""`urls --history`, `--accept` and `--gone`: show the ledger of URLs, and write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coldpress.build.context import BuildContext
from coldpress.build.output_folder import only_one
from coldpress.build.plan import Plan
from coldpress.build.url_history import lost_urls, record_urls, report_lost, write_facts
from coldpress.commands.listing import planned_urls
from coldpress.content.redirects import all_redirects
from coldpress.errors import ColdpressError, Problem, Problems, UsageError
from coldpress.paths import LEDGER, STATE, is_external, make_state, path_of, url_of
from coldpress.report import counted
from coldpress.sources.ledger import GONE, MERGED, Fact, Ledger
from coldpress.text import did_you_mean
from coldpress.web.redirects import configured_redirect
from coldpress.web.site import Site


def accept(context: BuildContext) -> int:
    """Writes the URLs of the site as it is now into the ledger."""
    site, plan, problems = planned(context)
    if problems.errors:
        return refused(context, problems)
    is_first = site.library.kept.ledger is None
    with only_one(make_state(site.root / STATE)):
        added = record_urls(site, plan)
        site.sources.save()
    report_lost(site, plan, problems)
    context.report.data({"added": added, "problems": [problem.as_json() for problem in problems]})
    code = context.finish(problems)
    tell_written(context, added, is_first)
    return code


def gone(context: BuildContext, urls: Iterable[str]) -> int:
    """Writes into the ledger that nothing takes the place of these URLs; with each go the other lost URLs of
    the page or list that it belonged to."""
    site, plan, problems = planned(context)
    if problems.errors:
        return refused(context, problems)
    ledger = site.library.kept.ledger
    if ledger is None:
        raise ColdpressError(Problem("history.none", f"the site has no ledger of its URLs, no `{LEDGER}`", None,
                                     "begin it with `urls --accept`, or `urls --adopt`"))
    facts: list[Fact] = []
    for url in urls:
        path = _known_path(site, ledger, plan, url)
        paths = next((paths for paths in lost_urls(site, plan).values() if path in paths), [path])
        facts += [ledger.next(each, GONE) for each in paths if ledger.owners[each] != [GONE]]
    with only_one(make_state(site.root / STATE)):
        added = write_facts(site, facts)
    context.report.data({"added": added, "gone": [fact.subject for fact in facts], "problems": []})
    for fact in facts:
        context.report.line(f"Gone for good: {fact.subject}")
    tell_written(context, added, is_first=False)
    return 0


def _known_path(site: Site, ledger: Ledger, plan: Plan, url: str) -> str:
    """Returns the path of the ledger that the author means; raises `UsageError` for one that is answered or unknown."""
    path = path_of(url)
    path = path if path in ledger.owners else path.removeprefix(site.config.prefix)
    path = next((each for each in (path, f"{path}/") if each in ledger.owners), path)
    if path in site.library.kept.redirects or plan.has(site.url_prefix + path):
        to = _leads_to(site, plan, path, _targets(site))
        where = f"it redirects to `{to}`" if to else "it is there"
        raise UsageError(Problem("history.answered", f"`{path}` is not gone: {where}", None,
                                 "only a URL that nothing answers can be gone"))
    if path not in ledger.owners:
        raise UsageError(Problem("history.unknown", f"the ledger has no URL `{path}`", None,
                                 did_you_mean(path, ledger.owners) or "`urls --history` lists them"))
    return path


def history(context: BuildContext) -> int:
    """Prints every URL of the ledger with what is there now."""
    site, plan, problems = planned(context)
    rows = list(_rows(site, plan))
    context.report.data({"history": rows, "problems": [problem.as_json() for problem in problems]})
    context.report.table(["URL", "now", "of"],
                         [[site.script_root + site.url_prefix + row["path"], row["to"] or row["state"], row["owner"]]
                          for row in rows])
    return context.finish(problems)


def _rows(site: Site, plan: Plan) -> Iterator[dict[str, Any]]:
    kept = site.library.kept
    lost = {path for paths in lost_urls(site, plan).values() for path in paths}
    targets = _targets(site)
    for path, owners in sorted((kept.ledger or Ledger()).owners.items()):
        to = _leads_to(site, plan, path, targets)
        state = "gone" if path in kept.gone else "lost" if path in lost else "redirect" if to else "there"
        root = site.script_root + site.url_prefix
        yield {"url": root + url_of(path), "path": path, "state": state,
               "to": to and (to if is_external(to) else root + to), "owner": " ".join(owners)}


def _targets(site: Site) -> dict[str, str | None]:
    """Returns where the single redirects of a site lead, by their paths."""
    return {redirect.path: redirect.to for redirect in all_redirects(site.library)}


def _leads_to(site: Site, plan: Plan, path: str, targets: Mapping[str, str | None]) -> str | None:
    """Returns the URL to which an old path of a site redirects, by itself or by a pattern; None if it doesn't."""
    if path in targets:
        return targets[path]
    found = configured_redirect(site, path) if plan.leads_on(site.url_prefix + path) else None
    return found.to if found and plan.at(site.url_prefix + path) is None else None


def planned(context: BuildContext) -> tuple[Site, Plan, Problems]:
    """Loads a site as it is published and plans its URLs; drafts and what is still to come are not published."""
    options = context.options
    if options.drafts or options.future or options.expired:
        raise UsageError(Problem("history.drafts", "the ledger is of published URLs only", None,
                                 "leave out --drafts, --future and --expired"))
    return planned_urls(context)


def refused(context: BuildContext, problems: Problems) -> int:
    """Reports problems for which the ledger stays as it is."""
    context.report.data({"added": 0, "problems": [problem.as_json() for problem in problems]})
    code = context.finish(problems)
    context.report.failure(f"`{LEDGER}` stays as it is: {counted(len(problems.errors), 'error')}.")
    return code


def tell_written(context: BuildContext, added: int, is_first: bool) -> None:
    """Says what was written into the ledger."""
    context.report.line(f"{LEDGER}: {counted(added, 'new line')}" if added else f"{LEDGER}: nothing new")
    attributes = context.folder / ".gitattributes"
    if is_first and (context.folder / ".git").exists() and (
            not attributes.is_file() or LEDGER not in attributes.read_text("utf-8", "replace")):
        context.report.line(f"So that git merges it by itself, put this line into .gitattributes: {MERGED}")
    if is_first:
        context.report.line("Commit it; without it, nothing remembers the URLs.")
