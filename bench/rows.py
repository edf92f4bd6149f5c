"""Rows of a database as pages, against files with the same texts: `python bench/rows.py --rows 10000 --work FOLDER`.

Both sites have the same pages at the same URLs.  It builds each from nothing, then after an
edit of one body, in turns, and prints the CPU seconds of all processes and their ratio.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import yaml
from corpus import post

CONFIG = """\
title: Rows
base_url: https://example.org/
collections:
  things: {%s, dated: false, permalink: /things/<slug>/, paginate: 20}
"""
BUILD = '''\
import sqlite3
from contextlib import closing
from pathlib import Path

import coldpress

FILE = Path(__file__).parent / "rows.sqlite"


class Rows:
    def keys(self):
        with closing(sqlite3.connect(FILE)) as rows:
            return rows.execute("SELECT key, version FROM thing ORDER BY key").fetchall()

    def get(self, keys):
        marks = ", ".join("?" * len(keys))
        with closing(sqlite3.connect(FILE)) as rows:
            found = rows.execute(f"SELECT key, title, tags, body FROM thing WHERE key IN ({marks})", keys).fetchall()
        return [{"key": key, "title": title, "tags": tags.split(), "body": body} for key, title, tags, body in found]


def create_app():
    app = coldpress.create_app(__file__)
    SOURCE
    return app


if __name__ == "__main__":
    coldpress.main(create_app)
'''


def main() -> None:
    """Makes both sites and measures them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--jobs", default="1", help="processes: one has the smallest noise")
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    files, rows = options.work / "files", options.work / "rows"
    for folder in (files, rows):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    write_files(files, options.rows)
    write_rows(rows, options.rows)
    for case in ("cold", "edit"):
        seconds: dict[str, list[float]] = {"files": [], "rows": []}
        for run in range(options.runs):
            for folder in (files, rows):
                prepare(folder, case, run)
                seconds[folder.name].append(build(folder, options.jobs))
        best = {name: min(times) for name, times in seconds.items()}
        print(f"{case}: files {best['files']:.2f} s, rows {best['rows']:.2f} s of CPU: "
              f"{best['rows'] / best['files']:.2f} times")


def write_files(folder: Path, count: int) -> None:
    """Writes a site of Markdown files."""
    (folder / "config.yaml").write_text(CONFIG % "path: things", "utf-8")
    (folder / "build.py").write_text(BUILD.replace("SOURCE", "pass"), "utf-8")
    (folder / "content/things").mkdir(parents=True)
    for number in range(count):
        each = post(number, count)
        front = yaml.safe_dump({"title": each.title, "tags": list(each.tags), "slug": key_of(number)})
        (folder / f"content/things/{key_of(number)}.md").write_text(f"---\n{front}---\n{body_of(each.body)}", "utf-8")


def write_rows(folder: Path, count: int) -> None:
    """Writes a site of the same texts in a database."""
    (folder / "content").mkdir()
    (folder / "config.yaml").write_text(CONFIG % "source: things", "utf-8")
    (folder / "build.py").write_text(
        BUILD.replace("SOURCE", 'coldpress.get_site(app).source("things")(Rows())'), "utf-8")
    with closing(sqlite3.connect(folder / "rows.sqlite")) as rows, rows:
        rows.execute("CREATE TABLE thing (key PRIMARY KEY, version, title, tags, body)")
        for number in range(count):
            each = post(number, count)
            rows.execute("INSERT INTO thing VALUES (?, 1, ?, ?, ?)",
                         (key_of(number), each.title, " ".join(each.tags), body_of(each.body)))


def key_of(number: int) -> str:
    """Returns the key of a row and the name of a file."""
    return f"thing-{number:06}"


def body_of(body: str) -> str:
    """Returns a body without its links, which lead to the posts of another site."""
    return body.replace("](/posts/", "](https://example.org/posts/")


def prepare(folder: Path, case: str, run: int) -> None:
    """Removes what a cold build does not have, or edits one body."""
    if case == "cold":
        for name in ("site", ".coldpress"):
            shutil.rmtree(folder / name, ignore_errors=True)
    elif folder.name == "files":
        file = folder / f"content/things/{key_of(7)}.md"
        file.write_text(f"{file.read_text('utf-8')}\nEdit {run}.\n", "utf-8")
    else:
        with closing(sqlite3.connect(folder / "rows.sqlite")) as rows, rows:
            rows.execute("UPDATE thing SET version = version + 1, body = body || ? WHERE key = ?",
                         (f"\nEdit {run}.\n", key_of(7)))


def build(folder: Path, jobs: str) -> float:
    """Builds a site and returns the CPU seconds of all processes."""
    before = os.times()
    subprocess.run([sys.executable, "build.py", "build", "-q", "-j", jobs], cwd=folder, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


if __name__ == "__main__":
    main()
