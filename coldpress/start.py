"""The entry point: a build without changes ends here, before Flask is imported."""

from __future__ import annotations

import os
import sys
import time

from coldpress.cache import build_stamp
from coldpress.cache.factory_name import factory_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

STATE = ".coldpress"


def main(factory: Callable[[], Any], arguments: list[str] | None = None) -> None:
    """Runs a command on the site that `factory` makes, and exits.

    A site's `build.py` calls it with its `create_app`.
    """
    code = getattr(factory, "__code__", None)
    folder = os.path.dirname(os.path.abspath(code.co_filename)) if code else os.getcwd()  # noqa: PTH100, PTH109, PTH120
    if code:  # the folder of a package is not the site's
        for _ in range((factory.__module__ or "").count(".") + code.co_filename.endswith("__init__.py")):
            folder = os.path.dirname(folder)  # noqa: PTH120
    sys.exit(execute(arguments, factory, folder))


def console() -> None:
    """Runs the `coldpress` command on the site in the current folder."""
    sys.exit(execute(None, None, os.getcwd()))  # noqa: PTH109


def execute(arguments: list[str] | None, factory: Callable[[], Any] | None, folder: str) -> int:
    """Runs a command and returns its exit code: 0 success, 1 errors, 2 wrong usage."""
    try:
        return _execute(arguments, factory, folder)
    except KeyboardInterrupt:  # while modules are imported
        from coldpress.report import Report  # noqa: PLC0415  (as below)

        Report().failure("Interrupted; nothing was published.")
        return 130


def _execute(arguments: list[str] | None, factory: Callable[[], Any] | None, folder: str) -> int:
    started = time.perf_counter()
    words = sys.argv[1:] if arguments is None else list(arguments)
    said, snapshot = None, None
    if not words or words[0] == "build" or (words[0].startswith("-") and not {"--help", "--version"} & {*words}):
        state = os.path.join(folder, STATE)  # noqa: PTH118
        said, snapshot = build_stamp.unchanged(state, words, factory_name(factory, folder))
    if said is not None:
        from coldpress import report  # noqa: PLC0415  (what has nothing to do imports as little as it can)

        report.again(*said, time.perf_counter() - started)
        return 0
    if "coldpress.cli" not in sys.modules:
        _import_commands()
    from coldpress import cli  # noqa: PLC0415  (as above)

    return cli.execute(words, factory, folder, snapshot)


def _import_commands() -> None:
    """Imports all commands without the garbage collector, which never looks at their modules: these stay."""
    from coldpress.processes import frozen_after  # noqa: PLC0415  (as above)

    with frozen_after():
        from coldpress import cli  # noqa: F401, PLC0415  (as above)
