"""How long builds take, for us and for those installed beside us.

    python bench/run.py --posts 1000 --work /tmp/bench --peers PEERS

Six cases a tool: cold; nothing changed; one body; title and tags; a new
newest post; the base template.  For Coldpress a seventh: a fresh clone with
the cache restored.  README.md beside this file says what the job is and how to
read the numbers, which go to standard output as Markdown.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import instructions
from edits import CASES, RESTORED, Site
from job import faults, pages
from measure import BuildError, Sample, build
from tables import Result, detailed, notes, short
from tools import Tool, all_tools, coldpress, version


def main() -> None:
    """Measure, and print what was found."""
    options = _options()
    if options.instructions:
        raise SystemExit(count(options))
    options.posts = options.posts or 1000
    found = all_tools(options.peers)
    chosen = options.tools.split(",") if options.tools else list(found)
    if unknown := set(chosen) - set(found):
        raise SystemExit(f"no tool is called {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    tools = {name: tool for name in chosen if (tool := found[name])}
    facts = _facts(options, tools, [name for name in chosen if not found[name]])
    print(*_head(facts), sep="\n", flush=True)
    results = {}
    for name, tool in tools.items():
        results[name] = measure(tool, options.work / name, options.posts, options.runs, options.cold_runs)
    for lines in (short(results, facts["versions"]), detailed(results), notes(results)):
        print("", *lines, sep="\n")
    if options.json:
        options.json.write_text(json.dumps(_raw(facts, results), indent=1) + "\n", "utf-8")


def measure(tool: Tool, folder: Path, posts: int, runs: int, cold_runs: int) -> Result:
    """All builds of one tool; it ends with the first that fails."""
    site, result = Site(tool, folder.resolve(), posts), Result(tool)
    for case in (*CASES, *((RESTORED,) if tool.restores else ())):
        for run in range(cold_runs if case == "cold" else runs):
            try:
                sample, lacking = _once(site, case, run)
            except BuildError as reason:
                result.error = str(reason)
                print(f"{tool.name} {case}: {reason}", file=sys.stderr, flush=True)
                return result
            result.samples.setdefault(case, []).append(sample)
            known = result.faults.setdefault(case, [])
            known += [fault for fault in lacking if fault not in known]
            print(f"{tool.name} {case}: {sample.wall:.2f} s {', '.join(lacking)}", file=sys.stderr, flush=True)
        result.pages = result.pages or pages(site)
    return result


def count(options: argparse.Namespace) -> int:
    """Counts the instructions of our builds; 1 if a case executes more than in an earlier count."""
    posts = options.posts or 50
    before = json.loads(options.before.read_text("utf-8")) if options.before else {}
    if before and before["posts"] != posts:
        raise SystemExit(f"{options.before} counts {before['posts']} posts")
    found = instructions.counted(coldpress(), options.work / "coldpress", posts)
    print(f"`{shlex.join(['python', *sys.argv])}`\n", f"{posts} posts.\n",
          *instructions.table(found, before.get("instructions", {})), sep="\n")
    if options.json:
        options.json.write_text(json.dumps({"posts": posts, "instructions": found}, indent=1) + "\n", "utf-8")
    slower = instructions.slower(found, before.get("instructions", {}))
    if slower:
        print(f"more than before: {', '.join(slower)}", file=sys.stderr)
    return 1 if slower else 0


def _once(site: Site, case: str, run: int) -> tuple[Sample, list[str]]:
    """One edit, one build, and what the build lacks."""
    before = site.contents() if case == RESTORED else {}
    edit = site.prepare(case, run)
    sample, lacking = build(site), faults(site, edit)
    after = site.contents() if case == RESTORED else {}
    return sample, lacking + [f"stale: {file}" for file in sorted(before.keys() | after.keys())
                              if before.get(file) != after.get(file)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=int, help="1000; with --instructions 50")
    parser.add_argument("--runs", type=int, default=3, help="of each case; the median counts")
    parser.add_argument("--cold-runs", type=int, default=1)
    parser.add_argument("--work", type=Path, required=True, help="a folder of its own; sites in it are replaced")
    parser.add_argument("--peers", type=Path, help="the folder with the other tools")
    parser.add_argument("--tools", help="names, with commas; all that are installed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single build there")
    parser.add_argument("--instructions", action="store_true",
                        help="count instructions of our builds in one process, instead of timing all tools")
    parser.add_argument("--before", type=Path, metavar="FILE", help="with it: compare with what --json wrote earlier")
    return parser.parse_args()


def _facts(options: argparse.Namespace, tools: dict[str, Tool], absent: list[str]) -> dict[str, Any]:
    """What is measured, on what, with what."""
    return {"command": shlex.join(["python", *sys.argv]), "machine": _machine(), "posts": options.posts,
            "runs": options.runs, "cold_runs": options.cold_runs,
            "versions": {name: version(tool) for name, tool in tools.items()}, "absent": absent}


def _head(facts: dict[str, Any]) -> Iterator[str]:
    """The facts, to be read."""
    yield f"`{facts['command']}`"
    yield f"\n{facts['posts']:,} posts; the median of {facts['runs']} builds, cold of {facts['cold_runs']}."
    yield f"\nMachine: {facts['machine']}."
    yield f"\nVersions: {'; '.join(f'{name} {number}' for name, number in facts['versions'].items())}."
    if facts["absent"]:
        yield f"\nNot installed: {', '.join(facts['absent'])}."


def _machine() -> str:
    """Processor, cores, system and Python."""
    try:
        models = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")]
    except OSError:
        models = []
    model = models[0] if models else platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"


def _raw(facts: dict[str, Any], results: dict[str, Result]) -> dict[str, Any]:
    """Every build, for those who count on."""
    tools = {name: {
        "command": result.tool.command, "pages": result.pages, "note": result.tool.note, "error": result.error,
        "faults": result.faults,
        "samples": {case: [dataclasses.asdict(sample) for sample in samples]
                    for case, samples in result.samples.items()},
    } for name, result in results.items()}
    return {**facts, "tools": tools}


if __name__ == "__main__":
    main()
