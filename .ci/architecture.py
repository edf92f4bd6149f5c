"""Draws the rooms of the package and their imports into ARCHITECTURE.md.

    python .ci/architecture.py          write the picture
    python .ci/architecture.py --check  fail if the file holds another picture

A room is a folder or a module directly in `coldpress/`.  The imports are those in
the code: local ones and those for types only count too.  Each room stands above
all rooms that it imports.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "coldpress"
DOCUMENT = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- picture: .ci/architecture.py -->\n```text\n", "```\n<!-- end of picture -->"
# The rooms from entry to foundation; `tests/test_layers.py` holds the same order as numbers.
ORDER = ("start", "cli", "commands", "preview", "testing", "plugins", "build", "check",
         "web", "content", "markdown", "search", "images", "deploy", "sources", "hosts",
         "config", "cluster", "cache", "loaded_code", "audit_hook", "report", "extras", "recorder",
         "signals", "seeding", "decorators", "processes", "text", "paths", "errors")


def modules_of(room: str) -> Iterator[Path]:
    """The files of a room."""
    file = PACKAGE / f"{room}.py"
    if file.exists():
        yield file
    for module in sorted((PACKAGE / room).rglob("*.py")):
        if "skeleton" not in module.parts:
            yield module


def imported_rooms(room: str) -> set[str]:
    """The other rooms that the modules of a room import."""
    found = set()
    for module in modules_of(room):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            else:
                continue
            found |= {name.split(".")[1] for name in names if name.startswith("coldpress.")}
    return (found & rooms()) - {room}


def rooms() -> set[str]:
    """All rooms: the folders with modules, and the modules beside them."""
    names = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()
             if path.suffix == ".py" or (path / "__init__.py").exists()}
    return {name for name in names if not name.startswith("__")}


def picture() -> str:
    """A line for each room.  From each room a line goes down; `◀` marks the rooms it leads to."""
    if rooms() != set(ORDER):
        raise SystemExit(f"name these rooms in ORDER of {__file__}: {sorted(rooms() ^ set(ORDER))}")
    imports = {room: imported_rooms(room) for room in ORDER}
    last = {room: max((ORDER.index(other) for other in imports[room]), default=-1) for room in ORDER}
    lines = []
    for row, room in enumerate(ORDER):
        marks = ["◀" if room in imports[other] else "│" if last[other] > row else " " for other in ORDER[:row]]
        lines.append(f"{room:<12}{' '.join([*marks, '┐' if imports[room] else ''])}".rstrip() + "\n")
    return "".join(lines)


def main() -> int:
    """Write the picture, or compare it; the exit code."""
    text = DOCUMENT.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{DOCUMENT.name} has no place for the picture")
    if "--check" in sys.argv[1:]:
        return int(old != picture())
    DOCUMENT.write_text(before + begin + picture() + end + after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
