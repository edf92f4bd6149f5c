"""Mermaid drawn by mmdr, in a process that can be ended when it takes too long.

The process is started for the first diagram and draws all that follow.  It is
each process's own: builds draw in several, previews from several threads.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from coldpress import recorder
from coldpress.markup import mermaid_worker
from coldpress.markup.mermaid_worker import read_frame, write_frame

SECONDS = 2.0
"""Of work for one diagram.  What the counts in `diagrams` let through takes a
fraction of that."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of a diagram: its SVG, or why there is none; `ended` if nobody
    can say, for the process had to be ended or ended itself."""

    svg: str | None
    reason: str = ""
    ended: bool = False


class Mermaid:
    """Draws diagrams; from any thread, and in forked processes too."""

    def __init__(self, renderer: str, seconds: float = SECONDS) -> None:
        self._command = [sys.executable, "-I", "-S", mermaid_worker.__file__, renderer, str(seconds)]
        self._seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None
        self._pipes: tuple[IO[bytes], IO[bytes]] | None = None
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)
        atexit.register(self.close)

    def draw(self, text: str) -> Drawn:
        """Draw one diagram."""
        with self._lock, recorder.unrecorded():
            try:
                asked, answers = self._pipes or self._start()
                write_frame(asked, text)
                answer = read_frame(answers)
            except OSError as reason:
                self._end()
                return Drawn(None, f"the renderer cannot be asked: {reason.strerror}", ended=True)
            except BaseException:  # Ctrl-C: nobody will read the answer
                self._end()
                raise
            if answer is None:
                self._end()
                return Drawn(None, f"the renderer gave it up; it may work for {self._seconds:g} seconds", ended=True)
        return Drawn(*answer)

    def close(self) -> None:
        """End the process; the next diagram starts another."""
        with self._lock:
            self._end()

    def _start(self) -> tuple[IO[bytes], IO[bytes]]:
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # on Windows
        reads, writes = os.pipe()
        try:
            self.process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=writes,
                                            stderr=subprocess.DEVNULL, cwd=Path(sys.prefix), creationflags=hidden)
        except OSError:
            os.close(reads)
            raise
        finally:
            os.close(writes)
        assert self.process.stdin is not None, "it is a pipe"
        self._pipes = self.process.stdin, os.fdopen(reads, "rb")
        return self._pipes

    def _end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._let_go()

    def _forget(self) -> None:
        """What was forked has the parent's pipes: it must not keep them open."""
        self._lock = threading.Lock()
        if self.process is not None:
            self.process.returncode = 0  # not ours to wait for
        self._let_go()

    def _let_go(self) -> None:
        for pipe in self._pipes or ():
            with suppress(OSError):  # what was to be written is not wanted any more
                pipe.close()
        self.process = self._pipes = None
