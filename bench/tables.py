"""What was measured, as Markdown: one short table, and one with everything."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edits import CASES, RESTORED
from measure import Sample
from tools import Tool

HEADS = {"cold": "cold", "nothing": "nothing", "body": "body", "title": "title+tags", "new": "new post",
         "template": "base template", RESTORED: RESTORED}
READ_AS = {**HEADS, "nothing": "nothing changed", "body": "one body", "title": "title and tags", "new": "a new post"}
BESIDE = "hugo"


@dataclass
class Result:
    """All builds of one tool."""

    tool: Tool
    pages: int = 0
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    error: str = ""

    def median(self, case: str, name: str) -> float | None:
        """The middle one of a figure's values; None where there is none."""
        values = [value for sample in self.samples.get(case, ()) if (value := getattr(sample, name)) is not None]
        return statistics.median(values) if values else None


def short(results: dict[str, Result], versions: dict[str, str]) -> Iterator[str]:
    """The table of the project's README: a row for each tool, wall seconds, in brackets how many times Hugo's."""
    yield f"| | {' | '.join(READ_AS[case] for case in CASES)} | peak MB |"
    yield f"|---|{'--:|' * (len(CASES) + 1)}"
    for name, result in results.items():
        peaks = [peak for case in CASES if (peak := result.median(case, "memory")) is not None]
        cells = [_wall(results, name, case, rounded) for case in CASES]
        smaller = " (smaller job)" if result.tool.smaller else ""
        peak = f"{max(peaks):.0f}" if peaks else ""
        yield f"| {name.capitalize()} {versions[name]}{smaller} | {' | '.join(cells)} | {peak} |"


def detailed(results: dict[str, Result]) -> Iterator[str]:
    """One row a tool and case, with every figure."""
    yield "| tool | case | wall s (× Hugo) | CPU s | peak MB | pages rendered | files written | runs | |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|---|"
    for name, result in results.items():
        for case, samples in result.samples.items():
            rendered, written = result.median(case, "rendered"), result.median(case, "written")
            yield (f"| {name} | {HEADS[case]} | {_wall(results, name, case)} | {result.median(case, 'cpu'):.2f} | "
                   f"{result.median(case, 'memory'):.0f} | {'' if rendered is None else f'{rendered:.0f}'} | "
                   f"{written:.0f} | {len(samples)} | {', '.join(result.faults.get(case, ()))} |")


def notes(results: dict[str, Result]) -> Iterator[str]:
    """How many pages each made, where its job differs, what went wrong; and how busy the machine was."""
    for name, result in results.items():
        more = "; ".join(filter(None, (result.tool.note, result.error)))
        yield f"- {name}: {result.pages} HTML pages{f'; {more}' if more else ''}"
    loads = [sample.load for result in results.values() for samples in result.samples.values() for sample in samples]
    if loads:
        yield f"- load of the machine, the builds' own included: {min(loads):.1f} to {max(loads):.1f}"


def rounded(number: float) -> str:
    """A number with two digits below one, else with one."""
    return f"{number:.2f}" if number < 1 else f"{number:.1f}"


def _wall(results: dict[str, Result], name: str, case: str, told: Callable[[float], str] = "{:.2f}".format) -> str:
    """The seconds; a star where something was left undone; how many times Hugo's."""
    wall = results[name].median(case, "wall")
    if wall is None:
        return "failed" if results[name].error else ""
    same = "cold" if case == RESTORED else case  # on a fresh clone Hugo builds as it does at first
    beside = results[BESIDE].median(same, "wall") if BESIDE in results and name != BESIDE else None
    star = "*" if results[name].faults.get(case) else ""
    return f"{told(wall)}{star}{f' ({rounded(wall / beside)})' if beside else ''}"
