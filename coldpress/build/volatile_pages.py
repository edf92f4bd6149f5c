"""Explains why a build renders most pages: what their views ask cannot be compared later."""

from __future__ import annotations

from coldpress.audit_hook import DATABASE, NETWORK, PROGRAM, QUERIED
from coldpress.build.plan import Plan
from coldpress.build.plan_entry import PlanEntry
from coldpress.build.runner import FreezeRunner
from coldpress.build.user_routes import UserRoutes
from coldpress.web.error_places import code_place
from coldpress.web.site import Site

_DONE = {DATABASE: "a database is opened", QUERIED: "a database is asked", NETWORK: "the network is asked",
         PROGRAM: "another program is started"}


def volatile_note(site: Site, plan: Plan, runner: FreezeRunner) -> str | None:
    """Returns a note if more than half of the pages are rendered in every build."""
    asked = [name for kind, name in site.factory_reads if kind == "volatile"]
    volatile = {} if asked else runner.volatile
    if not asked and not volatile:
        return None
    pages = list(plan.pages)
    if asked:
        why = _DONE[asked[0]] + _in_factory(site, asked[0])
        return (f"all {len(pages):,} pages are rendered in every build, as {why}; "
                "if none of them depends on that, mark create_app `@coldpress.depends.nothing`")
    if len(pages) < 3 or 2 * len(volatile) <= len(pages):
        return None
    entry, name = next(iter(volatile.values()))
    return (f"{len(volatile):,} of {len(pages):,} pages are rendered in every build, as {_DONE[name]}"
            f"{_in_view(site, entry)}; say with `@coldpress.depends.value` or `.nothing` what their views depend on")


def _in_factory(site: Site, name: str) -> str:
    if name not in site.start.asked:
        return ""
    file, line, function = site.start.asked[name]
    where = f" in {function}" if function.isidentifier() else ""
    place = code_place(file, line, site)
    return f"{where} ({place.path}:{place.line})"


def _in_view(site: Site, entry: PlanEntry) -> str:
    """Returns the place of an entry's view, if it is the site's own."""
    if entry.endpoint in site.generators:
        return f" on pages such as {entry.path}, by a hook, a context processor or a filter"
    place = UserRoutes(site.app, site).place(entry.endpoint)
    return f" in {entry.endpoint.rpartition('.')[2]}" + (f" ({place.path}:{place.line})" if place else "")
