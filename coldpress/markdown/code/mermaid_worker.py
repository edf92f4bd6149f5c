"""What draws diagrams in a process of its own: run as a script, with the file
of the renderer's compiled part and the limits in seconds.

It reads texts and answers each, both as JSON behind their length.  It ends when
nobody asks any more, and itself when one text takes too long: by the system's
clock of its work where there is one, and by a thread that needs no lock of
Python's, which the renderer doesn't give up while it draws.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
from importlib.util import module_from_spec, spec_from_file_location
from typing import IO, Any

_SHARE = 10  # seconds by the wall for each of work: other processes work too


def main(renderer: str, seconds: str) -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
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
    """The next value that was written; None at the end."""
    length = stream.read(4)
    data = stream.read(int.from_bytes(length, "big")) if len(length) == 4 else b""
    return json.loads(data) if data else None


def write_frame(stream: IO[bytes], value: Any) -> None:
    """Write a value for `read_frame`."""
    data = json.dumps(value).encode()
    stream.write(len(data).to_bytes(4, "big") + data)
    stream.flush()


def _loaded(file: str) -> Any:
    spec = spec_from_file_location("_mmdr", file)
    assert spec is not None, "a file with the ending of a module"
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _answer(module: Any, text: str) -> tuple[str | None, str]:
    """The SVG, or why there is none."""
    try:
        return str(module.render(text)), ""
    except ValueError as reason:
        return None, str(reason)
    except BaseException as reason:  # noqa: BLE001  # Rust's `PanicException` is no `Exception`
        return None, f"the renderer failed on it: {reason}"


def _limit(seconds: float, nowhere: Any) -> None:
    """Let the process end when it works longer from now on; with 0, never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)  # nothing catches its signal
    if seconds:
        faulthandler.dump_traceback_later(seconds * _SHARE, exit=True, file=nowhere)
    else:
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(*sys.argv[1:])
