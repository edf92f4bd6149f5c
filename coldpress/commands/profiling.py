"""`build --profile`: where the time goes."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from coldpress.commands.making import Making
from coldpress.report import Report
from coldpress.web.environment import THEME
from coldpress.web.extension import Coldpress

_EVERY = 0.002  # seconds between two samples
_SHOWN = 10
NAME = "profile.folded"


class Profile:
    """Samples of what the main thread is at: `stacks` counts them."""

    def __init__(self) -> None:
        self.stacks: Counter[tuple[str, ...]] = Counter()
        self._done = threading.Event()
        self._main = threading.get_ident()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Take samples within the block."""
        sampler = threading.Thread(target=self._sample, daemon=True)
        sampler.start()
        try:
            yield
        finally:
            self._done.set()
            sampler.join()

    def write(self, file: Path) -> None:
        """One line a stack with its count: what flame graph tools read."""
        lines = (f"{';'.join(stack)} {count}\n" for stack, count in sorted(self.stacks.items()))
        file.write_text("".join(lines), "utf-8")

    def share_of(self, folders: tuple[str, ...]) -> list[tuple[str, float]]:
        """For each file below these folders the share of samples in which it,
        or what it calls, was at work; the largest first."""
        total = sum(self.stacks.values()) or 1
        shares: Counter[str] = Counter()
        for stack, count in self.stacks.items():
            for file in {frame.partition(":")[0] for frame in stack if frame.startswith(folders)}:
                shares[file] += count
        return [(file, count / total) for file, count in shares.most_common(_SHOWN)]

    def _sample(self) -> None:
        while not self._done.wait(_EVERY):
            frame = sys._current_frames().get(self._main)
            if frame is not None:
                self.stacks[tuple(reversed(list(_stack(frame))))] += 1


def tell_profile(report: Report, profile: Profile, making: Making, site: Coldpress) -> None:
    """Stages, templates, the slowest pages."""
    report.table(["stage", "seconds"], [[name, f"{seconds:.3f}"] for name, seconds in making.stages.items()])
    folders = (str(THEME / "templates"), str(site.root / site.config.templates_dir))
    shares = profile.share_of(folders)
    if shares:
        report.line("")
        report.table(["template", "share of the time, with what it includes"],
                     [[_short(file, folders), f"{share:.0%}"] for file, share in shares])
    seconds = making.freezing.seconds if making.freezing else {}
    slowest = sorted(seconds.items(), key=lambda page: -page[1])[:_SHOWN]
    if slowest:
        report.line("")
        report.table(["page", "milliseconds"], [[path, f"{took * 1000:.1f}"] for path, took in slowest])
    file = site.root / ".coldpress" / NAME
    profile.write(file)
    report.line("")
    report.line(f"For a flame graph: .coldpress/{NAME} (speedscope, inferno, flamegraph.pl)")


def _stack(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        code = frame.f_code
        yield f"{code.co_filename}:{code.co_name}".replace(";", ",").replace(" ", "_")
        frame = frame.f_back


def _short(file: str, folders: tuple[str, ...]) -> str:
    folder = next(folder for folder in folders if file.startswith(folder))
    return file.removeprefix(folder).lstrip("/\\")
