"""The report: prints everything that Coldpress writes to a console.  No other module prints.

`start` imports this module even for a build with nothing to do, so it imports what only problems need where
it is used.
"""

from __future__ import annotations

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TextIO

    from coldpress.errors import Place, Problem, Problems

MAX_SHOWN = 50
_NAMES = 5  # in one line
_LINE = 120  # characters of a source line that are shown
_RED, _YELLOW, _BLUE, _BOLD, _OFF = "\x1b[31m", "\x1b[33m", "\x1b[34m", "\x1b[1m", "\x1b[0m"


def format_problem(problem: Problem, color: bool = False) -> str:
    """Returns one problem as text: its message, its place with the line, and its hint."""

    def paint(text: str, *codes: str) -> str:
        return "".join(codes) + text + _OFF if color else text

    tone = {"error": _RED, "warning": _YELLOW, "note": _BLUE}[problem.severity]
    head, message = f"{problem.severity}[{problem.code}]", _printable(problem.message)
    lines = [paint(head, _BOLD, tone) + paint(f": {message}", _BOLD)]
    hint = _printable(problem.hint) if problem.hint else None
    places = [(place, "-->" if index == 0 else ":::")
              for index, place in enumerate(filter(None, (problem.place, *problem.also)))]
    for place, arrow in places:
        gutter = " " * (len(str(place.line or "")) + 1)
        lines.append(paint(f"{gutter}{arrow} ", _BLUE) + _position(place))
        if place.text is not None and place.line is not None:
            place = window(place)
            before, marks = _underline(place)
            bar = paint("|", _BLUE)
            note = f" {hint}" if hint and arrow == "-->" else ""
            lines += [f"{gutter} {bar}",
                      f" {paint(str(place.line), _BLUE)} {bar} {_printable(place.text or '')}",
                      f"{gutter} {bar} {before}{paint(marks + note, tone)}"]
            hint = None if note else hint
    if hint:
        lines.append(f"   {paint('=', _BLUE)} {hint}")
    if problem.traceback:
        lines += ["   " + _printable(line) for line in problem.traceback.rstrip().split("\n")]
    return "\n".join(lines)


def _position(place: Place) -> str:
    return ":".join(_printable(str(part)) for part in (place.path, place.line, place.column) if part is not None)


def window(place: Place, width: int = _LINE) -> Place:
    """Returns the part of a long line around the place."""
    text, column = place.text or "", place.column or 1
    if len(text) <= width:
        return place
    start = max(0, min(column - 1 - width // 2, len(text) - width))
    part = text[start : start + width]
    part = ("…" + part[1:] if start else part)
    part = part[:-1] + "…" if start + width < len(text) else part
    from dataclasses import replace  # noqa: PLC0415  (see above)

    return replace(place, text=part, column=column - start)


def _printable(text: str) -> str:
    """Returns a text on one line, without control characters of the terminal."""
    return "".join(char if char.isprintable() or char in "\u200c\u200d" else " " for char in text)


def _width(text: str) -> int:
    """Returns the columns that a text takes in a terminal: combining marks take none, wide characters two."""
    import unicodedata  # noqa: PLC0415  (see above)

    marks = sum(unicodedata.category(char) in ("Mn", "Me", "Cf") for char in text)
    return len(text) - marks + sum(unicodedata.east_asian_width(char) in "WF" for char in text)


def _underline(place: Place) -> tuple[str, str]:
    text = _printable(place.text or "")
    start = max((place.column or 1) - 1, 0)
    marked = text[start : start + place.length]
    return " " * _width(text[:start]), "^" * max(1, _width(marked))


class Report:
    """Prints the results and problems of one command.

    Results go to `out`, problems and progress to `err`; with `as_json` the
    only output on `out` is one JSON object.  With `github_folder`, the folder of the
    site, problems are annotations of GitHub Actions on `out`.
    """

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None, *, verbose: bool = False,
                 quiet: bool = False, as_json: bool = False, github_folder: str | os.PathLike[str] | None = None
                 ) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.verbose = verbose
        self.quiet = quiet
        self.as_json = as_json
        self._github_folder = github_folder
        self._color = self.err.isatty() and not os.environ.get("NO_COLOR")
        self._started = time.monotonic()
        self._last_progress = 0.0

    @property
    def seconds(self) -> float:
        """Returns the seconds since the command began."""
        return time.monotonic() - self._started

    def line(self, text: str) -> None:
        """Prints a result for people."""
        if not self.quiet and not self.as_json:
            self._write(self.out, _printable(text))

    def note(self, text: str) -> None:
        """Prints a clause as a sentence."""
        self.line(f"{text[:1].upper()}{text[1:]}.")

    def detail(self, text: str) -> None:
        """Prints a line that only `-v` shows."""
        if self.verbose and not self.as_json:
            self._write(self.out, _printable(text))

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Prints rows under their headings, in aligned columns; the last column may be as long as it is."""
        if self.quiet or self.as_json:
            return
        every = [[_printable(cell) for cell in row] for row in (heads, *rows)]
        widths = [max(_width(row[column]) for row in every) for column in range(len(heads) - 1)]
        for row in every:
            cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)]
            self._write(self.out, "  ".join([*cells, row[-1]]).rstrip())

    def failure(self, text: str) -> None:
        """Prints the last line of a run that failed; `-q` prints it too."""
        self._write(self.err, _printable(text))

    def data(self, value: Mapping[str, Any]) -> None:
        """Prints the result as JSON if `--json` was given."""
        if self.as_json:
            import json  # noqa: PLC0415  (see above)

            self._write(self.out, json.dumps(value, ensure_ascii=False, indent=1))

    def problems(self, problems: Problems) -> None:
        """Prints notes, then warnings, then errors, nearest to the prompt; each kind in the order of the files."""
        self._clear_progress()
        if self.as_json or not problems:
            return
        wanted = [problem for problem in problems if problem.is_error or not self.quiet]
        if self._github_folder:
            self._annotate(wanted, self._github_folder)
            return
        wanted.sort(key=_urgency, reverse=True)  # which keeps the order of the files
        for problem in sorted(wanted[:MAX_SHOWN], key=_urgency):
            self._write(self.err, format_problem(problem, self._color) + "\n")
        if len(wanted) > MAX_SHOWN:
            self._write(self.err, "\n".join(_rest(wanted)) + "\n")

    def _annotate(self, problems: Sequence[Problem], folder: str | os.PathLike[str]) -> None:
        """Prints problems as annotations, errors first: GitHub shows ten of each kind for one step."""
        top = os.environ.get("GITHUB_WORKSPACE") or os.curdir
        for problem in sorted(problems, key=_urgency, reverse=True):
            self._write(self.out, annotation(problem, folder, top))

    def progress(self, done: int, total: int, what: str, of: str = "pages") -> None:
        """Prints how far a build is, on a terminal, once the build has taken a second; `of` is what is counted."""
        now = self.seconds
        if self.quiet or self.as_json or not self.err.isatty() or now < 1 or now - self._last_progress < 0.1:
            return
        self._last_progress = now
        rate = f", {done / now:,.0f}/s" if of == "pages" else ""
        self.err.write(f"\r\x1b[K{done:,}/{total:,} {of}{rate}  {_printable(what)[:60]}")
        self.err.flush()

    def _clear_progress(self) -> None:
        if self._last_progress:
            self.err.write("\r\x1b[K")
            self._last_progress = 0.0

    def _write(self, stream: TextIO, text: str) -> None:
        self._clear_progress()
        encoding = stream.encoding or "utf-8"
        stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        stream.flush()


def annotation(problem: Problem, folder: str | os.PathLike[str], top: str) -> str:
    """Returns a problem as a workflow command of GitHub Actions; files of the site's `folder` are named relative to
    `top`, the folder of the repository.  No text of a problem can end the line, or be another command."""
    properties: dict[str, Any] = {}
    if problem.place:
        place = problem.place
        file = os.path.relpath(f"{os.fspath(folder)}/{place.path}", top).replace(os.sep, "/")
        properties = {"file": file, "line": place.line, "col": place.column}
        if place.column and place.line:
            properties["endColumn"] = place.column + place.length
    head = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in {
        **properties, "title": problem.code}.items() if value is not None)
    kind = {"error": "error", "warning": "warning", "note": "notice"}[problem.severity]
    text = _printable(f"{problem.message} ({problem.hint})" if problem.hint else problem.message)
    return f"::{kind} {head}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    """Returns a text as a workflow command has it; `more` are further characters to escape."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{more}" else char for char in text)


def _urgency(problem: Problem) -> int:
    return ("note", "warning", "error").index(problem.severity)


def again(notes: Sequence[str], before: str, after: str, problems: str, quiet: bool, seconds: float) -> None:
    """Prints again what the last build reported, since nothing changed: its problems, which are JSON if there
    are any, its lasting notes, and its last line, with the time of this run between what stands `before` and `after`
    it."""
    report = Report(quiet=quiet)
    if problems:
        import json  # noqa: PLC0415  (see above)

        from coldpress.errors import Problems, problem_of  # noqa: PLC0415

        report.problems(Problems(problem_of(problem) for problem in json.loads(problems)))
    for note in notes:
        report.note(note)
    report.line(f"{before}{seconds:.2f}{after}")


def _rest(problems: Sequence[Problem]) -> Iterator[str]:
    """Yields lines on problems of which only the first are shown: how many there are of each kind, in how many
    files, and the most frequent ones."""
    from collections import Counter  # noqa: PLC0415  (see above)

    yield f"… and {len(problems) - MAX_SHOWN:,} more; `--json` has all. Together:"
    for code, number in Counter(problem.code for problem in problems).most_common(_NAMES):
        these = [problem for problem in problems if problem.code == code]
        files = len({problem.place.path for problem in these if problem.place})
        message, times = Counter(problem.message for problem in these).most_common(1)[0]
        often = f"; {times:,} times: {message}" if times > 1 and times < number else ""
        yield f"  {number:,} {code} in {counted(files, 'file')}{often}"


def some(names: Sequence[str]) -> str:
    """Returns the first names, and how many more there are."""
    return ", ".join(names[:_NAMES]) + (f" and {len(names) - _NAMES:,} more" if len(names) > _NAMES else "")


def counted(number: int, noun: str) -> str:
    """Returns a number with its noun: `1 page`, `2 pages`, `3 warnings`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
