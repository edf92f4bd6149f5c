"""The process that draws diagrams: a script, with the file of mmdr's compiled part and the
limit in seconds as arguments.

It reads texts and writes an answer to each, both as JSON with their length before it.  It ends at the end of its
input.  It also ends itself when one text takes too long: by a timer of the system for CPU time if there is one, and
by a thread that does not need the GIL, which the renderer keeps while it draws.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import IO, Any

_SHARE = 10  # wall-clock seconds for each second of CPU time, since other processes run too


def main(renderer: str, seconds: str) -> None:
    """Answers until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the parent process handles Ctrl-C
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        module = _loaded(renderer)
        while (text := read_frame(asked)) is not None:
            _limit(float(seconds), nowhere)
            answer = _answer(module, text)
            _limit(0, nowhere)
            write_frame(answers, answer)


def read_frame(stream: IO[bytes]) -> Any:
    """Returns the next value from a stream; None at its end."""
    length = stream.read(4)
    data = stream.read(int.from_bytes(length, "big")) if len(length) == 4 else b""
    return json.loads(data) if data else None


def write_frame(stream: IO[bytes], value: Any) -> None:
    """Writes a value for `read_frame`."""
    data = json.dumps(value).encode()
    stream.write(len(data).to_bytes(4, "big") + data)
    stream.flush()


def _loaded(file: str) -> Any:
    """Imports the compiled part of mmdr from its file."""
    spec = spec_from_file_location("_mmdr", file)
    assert spec is not None, "a file with the ending of a module"
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _answer(module: Any, text: str) -> tuple[str | None, str]:
    """Returns the SVG, or the reason why there is none."""
    try:
        return str(module.render(text)), ""
    except ValueError as reason:
        return None, str(reason)
    except BaseException as reason:  # noqa: BLE001  # Rust's `PanicException` is no `Exception`
        return None, f"the renderer failed on it: {reason}"


def _limit(seconds: float, nowhere: Any) -> None:
    """Ends the process if it works longer than this from now on; 0 removes the limit."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)  # no handler: the signal ends the process
    if seconds:
        faulthandler.dump_traceback_later(seconds * _SHARE, exit=True, file=nowhere)
    else:
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(*sys.argv[1:])
