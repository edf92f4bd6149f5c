"""Builds that render most pages each time, said with the reason and the way out."""

from __future__ import annotations

from coldpress.auditing import DATABASE, NETWORK, PROGRAM
from coldpress.freeze.entry import Entry
from coldpress.freeze.freezing import Freezing
from coldpress.freeze.own_routes import OwnRoutes
from coldpress.freeze.plan import Plan
from coldpress.queries import QUERIED
from coldpress.web.explain import code_place
from coldpress.web.extension import Coldpress

_DONE = {DATABASE: "a database is opened", QUERIED: "a database is asked", NETWORK: "the network is asked",
         PROGRAM: "another program is started"}


def volatile_note(site: Coldpress, plan: Plan, freezing: Freezing) -> str | None:
    """One line where more than half of several pages are rendered in every build."""
    pages = [entry for entry in plan.entries if entry.copy_of is None]
    asked = [name for kind, name in site.factory_reads if kind == "volatile"]
    if asked:
        why = _DONE[asked[0]] + _in_factory(site, asked[0])
        return (f"all {len(pages):,} pages are rendered in every build, as {why}; "
                "if none of them depends on that, mark create_app `@coldpress.depends.nothing`")
    volatile = freezing.volatile
    if len(pages) < 3 or 2 * len(volatile) <= len(pages):
        return None
    entry, name = next(iter(volatile.values()))
    return (f"{len(volatile):,} of {len(pages):,} pages are rendered in every build, as {_DONE[name]}"
            f"{_in_view(site, entry)}; say with `@coldpress.depends.value` or `.nothing` what their views depend on")


def _in_factory(site: Coldpress, name: str) -> str:
    if name not in site.start.asked:
        return ""
    file, line, function = site.start.asked[name]
    where = f" in {function}" if function.isidentifier() else ""
    place = code_place(file, line, site)
    return f"{where} ({place.path}:{place.line})"


def _in_view(site: Coldpress, entry: Entry) -> str:
    """Where one of the pages comes from: its view, if it is the site's own."""
    if entry.endpoint in site.generators:
        return f" on pages such as {entry.path}, by a hook, a context processor or a filter"
    place = OwnRoutes(site.app, site).place(entry.endpoint)
    return f" in {entry.endpoint.rpartition('.')[2]}" + (f" ({place.path}:{place.line})" if place else "")
