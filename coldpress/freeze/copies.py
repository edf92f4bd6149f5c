"""Files that are copied as they are: no request, no rendering."""

from __future__ import annotations

from coldpress.errors import Problems
from coldpress.freeze.output import Output
from coldpress.freeze.plan import Plan


def freeze_copies(plan: Plan, output: Output, problems: Problems) -> int:
    """Stage every file of the plan that is a plain copy; tells how many."""
    count = 0
    for entry in plan.entries:
        if entry.copy_of is not None:
            count += 1
            try:
                output.stage_copy(entry.file, entry.copy_of)
            except OSError as reason:
                problems.error("source.unreadable", f"cannot copy this file: {reason.strerror}", entry.place)
    return count
