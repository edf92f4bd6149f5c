"""`urls`: the plan, and nothing rendered."""

from __future__ import annotations

from coldpress.commands.build import as_json
from coldpress.commands.run import Run
from coldpress.errors import Problems
from coldpress.freeze.plan import Plan
from coldpress.web.explain import explain


def urls(run: Run) -> int:
    """Print every URL with its endpoint, source and output file."""
    app, site = run.make_app()
    problems = Problems(site.snapshot.problems)
    plan = Plan(app, site, problems)
    try:
        plan.fill()
    except Exception as reason:  # noqa: BLE001  (a URL generator of an own route)
        problems.add(explain(reason, site))
    rows = [as_json(entry, site) for entry in plan.entries]
    run.report.data({"pages": rows, "problems": [problem.as_json() for problem in problems]})
    run.report.table(["URL", "endpoint", "source", "file"],
                     [[row["url"], row["endpoint"].removeprefix("coldpress."), row["source"] or "", row["file"]]
                      for row in rows])
    return run.finish(problems)
