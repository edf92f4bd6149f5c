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
from coldpress.check.findings import Finding, problems_of
from coldpress.check.site_check import BuiltPages, SiteCheck, base_of, is_told, told_by_build
from coldpress.content.page import Page
from coldpress.errors import Problem, Problems
from coldpress.report import counted

_BROKEN = ("link.broken-link", "link.broken-image", "link.broken-anchor", "link.unknown-name")
"""The problems of a build that are errors in a check: what they tell of is what it looks for."""


def check(context: BuildContext) -> int:
    """Builds the site as `build` does, checks what was built, and returns the exit code.  With errors of the build,
    nothing is published and nothing checked."""
    context.fix_clock()
    builder = Builder.load(context)
    if builder.is_hopeless:
        return _not_built(context, builder.problems)
    with output_locked(builder.site, builder.output, builder.problems):
        builder.build()
    told = builder.problems if context.report.verbose else builder.problems.without_notes()
    if builder.changes is None:
        return _not_built(context, told)
    return _Check(context, builder).run(told)


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

    def run(self, told: Problems) -> int:
        """Checks the site, reports it, and returns the exit code."""
        done, found, problems = self.find(told)
        problems = problems.as_errors() if self._context.strict else problems
        code = self._context.finish(problems)
        self._context.report.data(self._as_json(problems, found, done))
        self._say(problems, done)
        return code

    def find(self, told: Problems) -> tuple[SiteCheck, list[Finding], Problems]:
        """Checks the site; returns the check, what it found, and that as problems, with those of the build."""
        cache = FactsCache(self._site.cache_folder, self._builder.output.key, f"{engine()} {self._built.base_url}")
        facts, targets = cache.read(self._built, self._context.jobs)
        cache.close()
        done = SiteCheck(self._site, self._built, _pages(self._builder), facts, targets)
        found = list(done.findings())
        problems = Problems(_as_errors(told))
        problems.extend(_new(problems_of(found, done.places), told))
        return done, found, problems

    def _say(self, problems: Problems, done: SiteCheck) -> None:
        report = self._context.report
        count = ", ".join(counted(len(each), noun) for each, noun in (
            (problems.errors, "error"), (problems.warnings, "warning")) if each)
        line = (f"Checked {counted(done.page_count, 'page')} with {counted(done.targets.count(), 'link')} "
                f"in {report.seconds:.2f} s: {count or 'nothing found'}")
        if problems.errors:
            report.failure(line)
        else:
            report.line(line)

    def _as_json(self, problems: Problems, found: Iterable[Finding], done: SiteCheck) -> dict[str, Any]:
        return {"checked": True, "output": str(self._built.folder), "pages": done.page_count,
                "links": done.targets.count(), "problems": [problem.as_json() for problem in problems],
                "found": [{"code": each.code, "file": each.file, "link": each.link, "message": each.message}
                          for each in found]}


def _pages(builder: Builder) -> BuiltPages:
    """Returns the HTML files that the build rendered, with the pages that they show."""
    by_name = {page.unrecorded.document.source.name: page for page in builder.site.library.all_pages}
    pages = BuiltPages()
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


def _new(problems: Iterable[Problem], told: Problems) -> Iterable[Problem]:
    """Yields the problems at places of which the build has not told."""
    places = told_by_build(told)
    return (problem for problem in problems if not is_told(problem.place, places))
