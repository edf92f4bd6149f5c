"""Draws diagrams: fenced code becomes SVG, in a process of its own."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
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
from coldpress.markdown.code import mermaid_worker
from coldpress.markdown.code.diagram_svg import COLORS, page_svg
from coldpress.markdown.code.mermaid_worker import read_frame, write_frame
from coldpress.markdown.rendered import Flaw
from coldpress.markdown.tree import escaped
from coldpress.text import text_digest

LANGUAGE = "mermaid"
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


class Diagrams:
    """Draws the diagrams of one body; those that cannot be drawn are in `flaws`."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []
        self._names: Counter[str] = Counter()
        self._drawn = 0

    def draw(self, source: str, title: str, line: int, column: int) -> str | None:
        """Returns the HTML of a diagram at a line and column of the body; None if there is no renderer, or the
        diagram is not understood."""
        if _renderer() is None:
            self._report_no_renderer(line, column)
            return None
        self._drawn += 1
        if not self.check(source, line) or self._drawn > _MAX_DIAGRAMS:
            return None
        drawn = _draw(source)
        html = None
        with suppress(ParseError):
            html = page_svg(drawn.svg, self._name(source), title) if drawn.svg else None
        if html is None:
            self._report(drawn, source, line)
            return None
        caption = f"<figcaption>{escaped(title)}</figcaption>" if title else ""
        return f'<figure class="diagram"><div tabindex="0">{html}</div>{caption}</figure>'

    def check(self, source: str, line: int) -> bool:
        """Returns whether a diagram is small enough; if it is not, adds this to `flaws`."""
        if _is_too_large(source):
            self._refuse(_TOO_LARGE, line + 1)
            return False
        if self._drawn == _MAX_DIAGRAMS + 1:
            self._refuse(f"only the first {_MAX_DIAGRAMS} diagrams of a page are drawn", line + 1)
        return True

    def _report(self, drawn: DrawResult, source: str, line: int) -> None:
        """Adds the reason why a diagram is not drawn to `flaws`.  A diagram that takes too long is an error:
        another machine might draw it, so the site is not published."""
        if drawn.ended:
            self.flaws.append(Flaw("markup.diagram-time", f"this diagram cannot be drawn: {drawn.reason}", line + 1,
                                   None, 1, "make two of it, or take it out", "error"))
        elif _LIMIT in drawn.reason:
            self._refuse("this diagram is too large for the renderer", line + 1)
        else:
            self._refuse(f"this diagram is not understood: {_short_reason(drawn.reason)}",
                         line + _find_bad_line(source, drawn.reason))

    def _refuse(self, message: str, line: int) -> None:
        self.flaws.append(Flaw("markup.diagram", message, line, None, 1, "it is shown as code"))

    def _name(self, source: str) -> str:
        """Returns the prefix of the ids in a diagram, which is unique on every page."""
        digest = text_digest(source)[:8]
        self._names[digest] += 1
        count = self._names[digest]
        return f"diagram-{digest}" + (f"-{count}" if count > 1 else "")

    def _report_no_renderer(self, line: int, column: int) -> None:
        if not self.flaws:
            self.flaws.append(Flaw("markup.no-diagrams", "there is nothing to draw this diagram with", line, column, 3,
                                   'it is shown as code; `pip install "coldpress[diagrams]"`'))


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
