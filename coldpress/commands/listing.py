"""`list` and `urls`: print the sources of a site, and its URLs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coldpress.build.context import BuildContext
from coldpress.build.plan import Plan
from coldpress.errors import Problems
from coldpress.sources.dates import format_iso
from coldpress.web.error_places import explain
from coldpress.web.site import Site


def list_content(context: BuildContext, only: str | None = None) -> int:
    """Prints the sources with date, state and title, by date; `only` selects one state."""
    _, site = context.make_app()
    problems = Problems(site.snapshot.problems)
    rows = sorted((row for row in _rows(site) if only is None or only in row["state"]),
                  key=lambda row: (row["date"] or "", row["source"]))
    context.report.data({"content": rows, "problems": [problem.as_json() for problem in problems]})
    context.report.table(["date", "state", "source", "title"],
                     [[(row["date"] or "")[:10], " ".join(row["state"]), row["source"], row["title"]] for row in rows])
    return context.finish(problems)


def _rows(site: Site) -> Iterator[dict[str, Any]]:
    library = site.library
    reasons = {out.document.source.name: out.reason for out in library.left_out}
    documents = [(page.document, page.title, page.url) for page in library.all_pages]
    documents += [(out.document, out.document.front.title or out.document.stem, "") for out in library.left_out]
    for document, title, url in documents:
        front = document.front
        state = [reasons[document.source.name]] if document.source.name in reasons else []
        state += ["draft"] if front.draft and "draft" not in state else []
        state += ["unlisted"] if front.unlisted else []
        state += ["untagged"] if not any(front.terms.values()) else []
        yield {"source": document.source.name, "title": title, "url": url or None, "state": state,
               "date": format_iso(front.date) if front.date else None}


def planned_urls(context: BuildContext) -> tuple[Site, Plan, Problems]:
    """Loads a site and plans its URLs; returns them with the problems found on the way."""
    app, site = context.make_app()
    problems = Problems(site.snapshot.problems)
    plan = Plan(app, site, problems)
    try:
        plan.fill()
    except (Exception, SystemExit) as reason:  # noqa: BLE001  (a URL generator of an own route)
        problems.add(explain(reason, site))
    return site, plan, problems


def urls(context: BuildContext) -> int:
    """Prints every URL, decoded, with its endpoint, source and output file; `--json` has URLs as links have them."""
    site, plan, problems = planned_urls(context)
    rows = [entry.as_json(site.script_root) for entry in plan.entries]
    context.report.data({"pages": rows, "problems": [problem.as_json() for problem in problems]})
    context.report.table(["URL", "endpoint", "source", "file"],
                     [[site.script_root + entry.path, entry.endpoint.removeprefix("coldpress."), entry.source or "",
                       entry.file] for entry in plan.entries])
    return context.finish(problems)
