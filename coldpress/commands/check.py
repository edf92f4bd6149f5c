"""`check`: builds the site, then checks the built folder with what the sources tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from coldpress.build.builder import Builder
from coldpress.build.context import BuildContext
from coldpress.build.output import output_locked
from coldpress.build.user_reads import engine
from coldpress.check.built_site import BuiltSite
from coldpress.check.facts_cache import FactsCache
from coldpress.check.findings import Finding, problems_of, spot_of
from coldpress.check.ignore import IgnoreList
from coldpress.check.site_check import BuiltPages, SiteCheck, base_of, told_by_build
from coldpress.config.check import CheckOptions
from coldpress.content.page import Page
from coldpress.errors import Problem, Problems
from coldpress.report import counted

_BROKEN = ("link.broken-link", "link.broken-image", "link.broken-anchor", "link.unknown-name")
"""The problems of a build that are errors in a check: what they tell of is what it looks for."""


def check(context: BuildContext, *, external: bool = False) -> int:
    """Builds the site as `build` does, checks what was built, and returns the exit code.  With errors of the build,
    nothing is published and nothing checked.  With `external`, links to other sites are asked for."""
    context.fix_clock()
    builder = Builder.load(context)
    if builder.is_hopeless:
        return _not_built(context, builder.problems)
    with output_locked(builder.site, builder.output, builder.problems):
        builder.build()
    told = builder.problems if context.report.verbose else builder.problems.without_notes()
    if builder.changes is None:
        return _not_built(context, told)
    return _Check(context, builder).run(told, external=external)


def problems_of_built(context: BuildContext, builder: Builder) -> Problems:
    """Returns what a check finds in a site that was just built, without a report."""
    return _Check(context, builder).find(Problems())[2]


def _not_built(context: BuildContext, problems: Problems) -> int:
    code = context.finish(problems)
    context.report.data({"checked": False, "problems": [problem.as_json() for problem in problems]})
    context.report.failure(f"Nothing was checked: the build has {counted(len(problems.errors), 'error')}.")
    return code or 1


class _Check:
    """One run of the command."""

    def __init__(self, context: BuildContext, builder: Builder) -> None:
        self._context = context
        self._builder = builder
        self._site = builder.site
        self._built = BuiltSite(builder.output.folder, base_of(builder.site), builder.output.name)

    def run(self, told: Problems, *, external: bool) -> int:
        """Checks the site, reports it, and returns the exit code."""
        done, found, problems, ignored = self.find(told, external=external)
        problems = problems if self._context.report.verbose else problems.without_notes()
        problems = problems.as_errors() if self._context.strict else problems
        code = self._context.finish(problems)
        self._context.report.data(self._as_json(problems, found, done, ignored))
        self._say(problems, done, ignored)
        return code

    def find(self, told: Problems, *, external: bool = False
             ) -> tuple[SiteCheck, list[Finding], Problems, IgnoreList]:
        """Checks the site; returns the check, what it found, and that as problems, with those of the build that were
        `told`, and what was ignored."""
        cache = FactsCache(self._site.cache_folder, self._builder.output.key, f"{engine()} {self._built.base_url}")
        facts, targets = cache.read(self._built, self._context.jobs)
        cache.close()
        done = SiteCheck(self._site, self._built, _pages(self._builder), facts, targets, told,
                         self._builder.own_code, self._builder.read_of)
        options = self._site.config.check or CheckOptions()
        ignored = IgnoreList(options.ignore, self._builder.output.name)
        problems = Problems(ignored.problems(_as_errors(told)))
        places = told_by_build(told)
        found = list(ignored.findings([*done.findings(), *(self._outside(done, options) if external else ())]))
        problems.extend(problem for problem in problems_of(found, done.places)
                        if not (problem.place and spot_of(problem.place) in places))
        problems.extend(ignored.useless(lambda number: self._site.config_place("check", "ignore", number),
                                        asked_outside=external))
        return done, found, problems, ignored

    def _outside(self, done: SiteCheck, options: CheckOptions) -> Iterable[Finding]:
        """Asks for the links to other sites."""
        from coldpress.check.external.links import ExternalLinks  # noqa: PLC0415  (asyncio and TLS take long to import)

        links = ExternalLinks(self._site.cache_folder, options.private_hosts)
        progress = self._context.report.progress
        outcomes = links.outcomes(done.outside(), lambda url, number, all_: progress(number, all_, url, "links"))
        return done.outside_findings(outcomes)

    def _say(self, problems: Problems, done: SiteCheck, ignored: IgnoreList) -> None:
        report = self._context.report
        count = ", ".join(counted(len(each), noun) for each, noun in (
            (problems.errors, "error"), (problems.warnings, "warning")) if each)
        hidden = ignored.count(done.places)
        count = f"{count or 'nothing found'}{f'; {hidden:,} ignored' if hidden else ''}"
        line = (f"Checked {counted(done.page_count, 'page')} with {counted(done.targets.count(), 'link')} "
                f"in {report.seconds:.2f} s: {count}")
        if problems.errors:
            report.failure(line)
        else:
            report.line(line)

    def _as_json(self, problems: Problems, found: Iterable[Finding], done: SiteCheck, ignored: IgnoreList
                 ) -> dict[str, Any]:
        return {"checked": True, "output": str(self._built.folder), "pages": done.page_count,
                "links": done.targets.count(), "ignored": ignored.count(done.places),
                "problems": [problem.as_json() for problem in problems],
                "found": [{"code": each.code, "file": each.file, "link": each.link, "message": each.message}
                          for each in found if not each.is_hidden]}


def _pages(builder: Builder) -> BuiltPages:
    """Returns the HTML files that the build rendered, with the pages that they show."""
    by_name = {page.unrecorded.document.source.name: page for page in builder.site.library.all_pages}
    pages = BuiltPages(lambda path: builder.plan.leads_on(f"/{path.lstrip('/')}"))
    for entry in builder.plan.entries:
        if entry.copy_of is None and entry.file.endswith((".html", ".htm")):
            pages.files.append(entry.file)
            shown = entry.values.get("page")
            page = shown if isinstance(shown, Page) else by_name.get(entry.source or "") if shown is None else None
            if page is not None:
                pages.sources[entry.file] = page
            elif entry.endpoint in builder.site.generators:
                pages.lists.add(entry.file)
    return pages


_AGAIN = "link.nothing-there"
"""What a build tells of links of templates; a check finds them all, with their places."""


def _as_errors(problems: Problems) -> Iterable[Problem]:
    """Yields the problems of the build; a broken link is an error."""
    for problem in problems:
        if problem.code == _AGAIN:
            continue
        is_error = problem.code in _BROKEN and problem.severity == "warning"
        yield replace(problem, severity="error") if is_error else problem
