"""The examples: each has tests of its own, which the gate also runs in a new environment and on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

from conftest import REPOSITORY


def test_the_bookshop(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    for name in ("DATABASE_URL", "SOURCE_DATE_EPOCH", "COLDPRESS_BASE_URL"):
        environment.pop(name, None)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", tmp_path / "t",
                           "tests"], cwd=REPOSITORY / "examples" / "bookshop", env=environment, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert " skipped" not in done.stdout
