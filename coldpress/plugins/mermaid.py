"""Draws Mermaid diagrams as SVG, in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError

from coldpress import recorder
from coldpress.extras import pip_install
from coldpress.markdown.code.fences import Fence
from coldpress.markdown.tree import escaped
from coldpress.plugins import mermaid_worker
from coldpress.plugins.mermaid_svg import COLORS, page_svg
from coldpress.plugins.mermaid_worker import read_frame, write_frame
from coldpress.text import text_digest

# The part before a diagram: its front matter, its own settings, comments.
_DIAGRAM_HEAD = re.compile(r"\s*(?P<front>---[ \t]*\n.*?\n---[ \t]*\n)?(?:\s*%%\{.*?\}%%|\s*%%[^\n]*(?=\n))*\s*", re.S)
_MAX_CHARACTERS, _MAX_LINES, _MAX_LINKS = 20_000, 300, 300  # of a diagram
_MAX_DIAGRAMS = 100  # of a page
_LINK = re.compile(r"[-=.~]{2,}")
_LABELLED = re.compile(r"(?:--|==|-\.)[ \t][^&;\n]{1,100}?[ \t](?=--|==|\.-)")
_LIMIT = "resource limit"  # part of mmdr's message about its own limits
_TOO_LARGE = (f"this diagram is too large: it may have {_MAX_CHARACTERS:,} characters, {_MAX_LINES} lines and "
              f"{_MAX_LINKS} links")
_LAYOUT = {"look": "classic", "gantt": {"useWidth": 640, "fontSize": 13, "sectionFontSize": 13}}
# mmdr 0.4 misplaces the labels of links with `htmlLabels`, and without it the labels of all
# diagrams but flowcharts.  The labels are SVG text in both cases.
_FLOWCHART = {**_LAYOUT, "htmlLabels": False,
              "flowchart": {"htmlLabels": False, "wrappingWidth": 200, "minNodeWidth": 40}}
_COLOURS = {
    "background": "page", "primaryColor": "node", "mainBkg": "node", "primaryBorderColor": "edge", "nodeBorder": "edge",
    "secondaryColor": "well", "secondaryBorderColor": "line", "tertiaryColor": "well", "tertiaryBorderColor": "line",
    "clusterBkg": "well", "clusterBorder": "line", "edgeLabelBackground": "page", "labelBackground": "page",
    "noteBkgColor": "note", "noteBorderColor": "brink", "activationBkgColor": "well", "activationBorderColor": "soft",
    "labelBoxBkgColor": "well", "labelBoxBorderColor": "line", "actorBkg": "node", "actorBorder": "edge",
    **dict.fromkeys(("lineColor", "arrowheadColor", "signalColor", "actorLineColor", "transitionColor", "gridColor",
                     "sectionBorderColor", "todayLineColor", "pieStrokeColor", "pieOuterStrokeColor"), "soft"),
    **dict.fromkeys((
        "textColor", "primaryTextColor", "secondaryTextColor", "tertiaryTextColor", "nodeTextColor", "titleColor",
        "labelColor", "noteTextColor", "actorTextColor", "signalTextColor", "labelTextColor", "loopTextColor",
        "taskTextColor", "taskTextDarkColor", "taskTextOutsideColor", "taskTextLightColor", "classText",
        "stateLabelColor", "transitionLabelColor", "commitLabelColor", "tagLabelColor", "pieTitleTextColor",
        "pieSectionTextColor", "pieLegendTextColor", "relationLabelColor", "quadrantTitleFill", "quadrantPointTextFill",
        "quadrantXAxisTextFill", "quadrantYAxisTextFill", "scaleLabelColor",
        *(f"quadrant{number}TextFill" for number in range(1, 5)), *(f"cScaleLabel{number}" for number in range(12)),
        *(f"gitBranchLabel{number}" for number in range(8))), "ink"),
    "taskBkgColor": "tint1", "taskBorderColor": "edge", "activeTaskBkgColor": "tint2", "activeTaskBorderColor": "edge",
    "doneTaskBkgColor": "well", "doneTaskBorderColor": "line", "critBkgColor": "tint6", "critBorderColor": "brink",
    "sectionBkgColor": "well", "altSectionBkgColor": "page", "sectionBkgColor2": "well", "excludeBkgColor": "well",
    "commitLabelBackground": "page", "tagLabelBackground": "well", "tagLabelBorder": "line",
    "relationLabelBackground": "page", "quadrantPointFill": "soft", "quadrantInternalBorderStrokeFill": "line",
    "quadrantExternalBorderStrokeFill": "edge", "attributeBackgroundColorOdd": "page",
    "attributeBackgroundColorEven": "well", "compositeBackground": "page", "compositeTitleBackground": "well",
    "altBackground": "well", "stateBkg": "node", "innerEndBackground": "soft", "specialStateColor": "soft",
    **{f"quadrant{number}Fill": tone for number, tone in enumerate(("tint1", "page", "well", "page"), 1)},
    **{f"{name}{number}": f"tint{(number - start) % 7}" for name, start, end in (
        ("pie", 1, 13), ("git", 0, 8), ("cScale", 0, 12), ("fillType", 0, 8)) for number in range(start, end)},
}
_THEME = {"theme": "base", "themeVariables": {
    **{name: COLORS[tone] for name, tone in _COLOURS.items()},
    "fontFamily": "arial", "fontSize": "15px", "pieOpacity": "1", "pieStrokeWidth": "1px", "pieOuterStrokeWidth": "1px",
    "xyChart": {"backgroundColor": COLORS["page"], "plotColorPalette": ",".join(
        COLORS[f"tint{number}"] for number in range(7)), **dict.fromkeys(
        ("titleColor", "xAxisLabelColor", "xAxisTitleColor", "yAxisLabelColor", "yAxisTitleColor"), COLORS["ink"]),
        **dict.fromkeys(("xAxisTickColor", "xAxisLineColor", "yAxisTickColor", "yAxisLineColor"), COLORS["soft"])}}}


def draw(fence: Fence) -> str | None:
    """Returns the HTML of a diagram; None if there is no renderer, or the diagram is not understood,
    and for an author who is not trusted, since SVG is not sanitized."""
    if not fence.trusted:
        _check_size(fence)
        return None
    if _renderer() is None:
        if fence.number == 1:
            fence.report("there is nothing to draw this diagram with", code="markup.no-diagrams",
                         hint=f"it is shown as code; {pip_install('diagrams')}")
        return None
    if not _check_size(fence) or fence.number > _MAX_DIAGRAMS:
        return None
    drawn = _draw(fence.code)
    html = None
    with suppress(ParseError):
        html = page_svg(drawn.svg, _name(fence), fence.title) if drawn.svg else None
    if html is None:
        _report(drawn, fence)
        return None
    caption = f"<figcaption>{escaped(fence.title)}</figcaption>" if fence.title else ""
    return f'<figure class="diagram"><div tabindex="0">{html}</div>{caption}</figure>'


def _check_size(fence: Fence) -> bool:
    """Returns whether a diagram is small enough; reports it if it is not, or if it is one too many."""
    if _is_too_large(fence.code):
        _refuse(fence, _TOO_LARGE, 1)
        return False
    if fence.trusted and fence.number == _MAX_DIAGRAMS + 1:
        _refuse(fence, f"only the first {_MAX_DIAGRAMS} diagrams of a page are drawn", 1)
    return True


def _report(drawn: DrawResult, fence: Fence) -> None:
    """Reports the reason why a diagram is not drawn.  A diagram that takes too long is an error:
    another machine might draw it, so the site is not published."""
    if drawn.ended:
        fence.report(f"this diagram cannot be drawn: {drawn.reason}", line=1, hint="make two of it, or take it out",
                     code="markup.diagram-time", severity="error")
    elif _LIMIT in drawn.reason:
        _refuse(fence, "this diagram is too large for the renderer", 1)
    else:
        _refuse(fence, f"this diagram is not understood: {_short_reason(drawn.reason)}",
                _find_bad_line(fence.code, drawn.reason))


def _refuse(fence: Fence, message: str, line: int) -> None:
    fence.report(message, line=line, hint="it is shown as code", code="markup.diagram")


def _name(fence: Fence) -> str:
    """Returns the prefix of the ids in a diagram, which is unique on every page."""
    name = f"diagram-{text_digest(fence.code)[:8]}"
    return f"{name}-{fence.repeats + 1}" if fence.repeats else name


@cache
def _renderer() -> MermaidProcess | None:
    """Returns the process that runs the compiled part of mmdr; None if mmdr is not installed.  The Python package of
    mmdr is not imported: it loads a renderer for bitmaps that prints warnings about leaks when Python ends."""
    package = find_spec("mmdr")
    spec = PathFinder.find_spec("mmdr._mmdr", package.submodule_search_locations) if package else None
    return MermaidProcess(spec.origin) if spec and spec.origin else None


def _is_too_large(source: str) -> bool:
    """Returns whether a diagram has too many characters, lines or links; the result is the same on every machine."""
    if len(source) > _MAX_CHARACTERS:
        return True
    statements = [part for part in re.split(r"[\n;]", source) if part.strip()]
    return len(statements) > _MAX_LINES or sum(map(_count_links, statements)) > _MAX_LINKS


def _count_links(statement: str) -> int:
    """Returns how many links a line of a flowchart makes: `A & B --> C & D` makes four."""
    ends = [part.count("&") + 1 for part in _LINK.split(_LABELLED.sub("", statement))]
    return sum(first * second for first, second in pairwise(ends))


def _draw(source: str) -> DrawResult:
    """Returns the SVG of a diagram, or the reason why there is none."""
    head = _DIAGRAM_HEAD.match(source)
    front, start = (head.end("front"), head.end()) if head else (-1, 0)
    front = max(front, 0)
    layout = _FLOWCHART if source.startswith(("flowchart", "graph"), start) else _LAYOUT
    settings = [f"%%{{init: {json.dumps(each)}}}%%\n" for each in (layout, _THEME)]
    text = source[:front] + settings[0] + source[front:start] + settings[1] + source[start:]
    renderer = _renderer()
    assert renderer is not None, "asked before"
    return renderer.draw(text)


def _find_bad_line(source: str, reason: str) -> int:
    """Returns the number of the first line with which the diagram causes the same error as the whole; found by
    bisection, since the renderer does not tell it."""
    lines = source.split("\n")
    first, last = 1, len(lines)
    while first < last:
        middle = (first + last) // 2
        if _draw("\n".join(lines[:middle]) + "\n").reason == reason:
            last = middle
        else:
            first = middle + 1
    return first if _draw("\n".join(lines[:first]) + "\n").reason == reason else 1


def _short_reason(reason: str) -> str:
    said = re.sub(r"^Diagram parse error \([^)]*\): ", "", reason).splitlines() or ["no reason is given"]
    return said[0][:1].lower() + said[0][1:].rstrip(".")


MAX_SECONDS = 2.0
"""The maximum CPU time for one diagram.  A diagram within the limits above takes a fraction of it."""


@dataclass(frozen=True, slots=True)
class DrawResult:
    """The SVG of a diagram, or the reason why there is none.  `ended` tells that the process was ended, or ended
    itself, so that the reason is unknown."""

    svg: str | None
    reason: str = ""
    ended: bool = False


class MermaidProcess:
    """Draws diagrams in a process; can be used from any thread, and after a fork."""

    def __init__(self, renderer: str, seconds: float = MAX_SECONDS) -> None:
        self._command = [sys.executable, "-I", "-S", mermaid_worker.__file__, renderer, str(seconds)]
        self._seconds = seconds
        self.process: subprocess.Popen[bytes] | None = None
        self._pipes: tuple[IO[bytes], IO[bytes]] | None = None
        self._lock = threading.Lock()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._reset_after_fork)
        atexit.register(self.close)

    def draw(self, text: str) -> DrawResult:
        """Draws one diagram in the process.  If it cannot be drawn, the result has the reason."""
        with self._lock, recorder.unrecorded():
            try:
                asked, answers = self._pipes or self._start()
                write_frame(asked, text)
                answer = read_frame(answers)
            except OSError as reason:
                self._end()
                return DrawResult(None, f"the renderer cannot be asked: {reason.strerror}", ended=True)
            except BaseException:  # Ctrl-C: the answer will not be read
                self._end()
                raise
            if answer is None:
                self._end()
                return DrawResult(None, f"the renderer gave it up; it may work for {self._seconds:g} seconds",
                                  ended=True)
        return DrawResult(*answer)

    def close(self) -> None:
        """Ends the process; the next diagram starts a new one."""
        with self._lock:
            self._end()

    def _start(self) -> tuple[IO[bytes], IO[bytes]]:
        """Starts the process; returns the pipes to it and from it."""
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
        """Kills the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._close_pipes()

    def _reset_after_fork(self) -> None:
        """Closes the pipes of the parent process, which a forked process must not keep open."""
        self._lock = threading.Lock()
        if self.process is not None:
            self.process.returncode = 0  # the parent process waits for it
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in self._pipes or ():
            with suppress(OSError):  # the unwritten data is not needed any more
                pipe.close()
        self.process = self._pipes = None
