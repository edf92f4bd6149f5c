"""The overlay: renders problems over a page, with links that open the editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from coldpress import recorder
from coldpress.errors import Place, Problem
from coldpress.report import counted, window

VARIABLE = "COLDPRESS_EDITOR"
_CODE = "://file{path}:{line}:{column}"
_JETBRAINS = "://open?file={path}&line={line}&column={column}"
LINKS = {
    "vscode": "vscode" + _CODE, "vscode-insiders": "vscode-insiders" + _CODE, "vscodium": "vscodium" + _CODE,
    "cursor": "cursor" + _CODE, "windsurf": "windsurf" + _CODE, "zed": "zed" + _CODE,
    "pycharm": "pycharm" + _JETBRAINS, "idea": "idea" + _JETBRAINS,
    "sublime": "subl://open?url=file://{path}&line={line}&column={column}",
    "textmate": "txmt://open?url=file://{path}&line={line}&column={column}",
}
"""The editors known by name, each with the pattern of its links."""


@dataclass(frozen=True)
class Editor:
    """An editor: the name of a known one, a link with `{path}`, `{line}` and
    `{column}` in it, a command (with or without these), or `none`."""

    setting: str = "vscode"

    @classmethod
    def from_environment(cls) -> Editor:
        """Returns the editor that COLDPRESS_EDITOR names."""
        with recorder.unrecorded():
            return cls(os.environ.get(VARIABLE, "").strip() or "vscode")

    @property
    def is_command(self) -> bool:
        """Returns whether the editor is started as a program, not by a link."""
        return self.setting not in (*LINKS, "none") and "://" not in self.setting

    def link(self, file: Path, line: int, column: int) -> str | None:
        """Returns the link to a place; None for a command and for `none`."""
        if self.is_command or self.setting == "none":
            return None
        path = quote(file.as_posix() if file.as_posix().startswith("/") else f"/{file.as_posix()}", safe="/:")
        return _filled(LINKS.get(self.setting, self.setting), path, line, column)

    def open(self, file: Path, line: int, column: int) -> None:
        """Runs the command for a place.  Raises `OSError` if the command cannot be started."""
        words = shlex.split(self.setting)
        if not any("{path}" in word for word in words):
            words.append("{path}")
        process = subprocess.Popen(
            [_filled(word, str(file), line, column) for word in words], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        threading.Thread(target=process.wait, daemon=True).start()  # so that it is not left as a zombie


def _filled(text: str, path: str, line: int, column: int) -> str:
    return text.replace("{line}", str(line)).replace("{column}", str(column)).replace("{path}", path)


_AROUND = 2  # lines shown before and after the one that is meant
_WIDTH = 100  # characters of a line that are shown
Locate = Callable[[str], Path | None]
TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined)
"""The templates of the preview's own HTML."""


@dataclass(frozen=True)
class ExcerptLine:
    """A line of an excerpt; of the line that is meant, `marked` is the part that the problem is about."""

    number: str
    before: str
    is_meant: bool = False
    marked: str = ""
    after: str = ""


@dataclass(frozen=True)
class Excerpt:
    """A few lines of a file around a place; `margin` is as wide as their numbers."""

    lines: tuple[ExcerptLine, ...]
    margin: str


class Overlay:
    """Renders the problems of one site as HTML; `locate` finds the file of a place."""

    def __init__(self, editor: Editor, locate: Locate, prefix: Callable[[], str], token: str) -> None:
        self.editor = editor
        self._locate = locate
        self._prefix = prefix
        self._token = token

    def html(self, problems: Sequence[Problem]) -> Markup:
        """Renders the problems: errors open over the page, warnings folded in its
        corner; without problems, the result is empty."""
        if not problems:
            return Markup()
        errors = sum(problem.is_error for problem in problems)
        warnings = len(problems) - errors
        ordered = sorted(problems, key=lambda problem: (not problem.is_error, problem.order()))
        return Markup(TEMPLATES.get_template("problems.html").render(
            problems=ordered, errors=errors, edit_link=self.edit_link, excerpt_of=self._excerpt_of, counts=", ".join(
                counted(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number)))

    def edit_link(self, place: Place, text: str) -> Markup:
        """Renders a link or a button that opens the editor at a place; the text alone if
        there is no such file or no editor."""
        link, form, file = None, None, self._locate(place.path)
        if file is not None:
            line, column = place.line or 1, place.column or 1
            link = self.editor.link(file, line, column)
            if self.editor.is_command:
                inputs = {"token": self._token, "path": place.path, "line": line, "column": column}
                form = {"action": f"{self._prefix()}edit", "inputs": inputs}
        return Markup(TEMPLATES.get_template("edit_link.html").render(link=link, form=form, text=text))

    def _excerpt_of(self, place: Place) -> Excerpt:
        """Returns the line of a place among its neighbours."""
        around = self._lines_around(place)
        width = len(str(max(around, default=place.line or 1)))
        lines = (_excerpt_line(f"{number:{width}}", text, place if number == (place.line or 1) else None)
                 for number, text in sorted(around.items()))
        return Excerpt(tuple(lines), " " * width)

    def _lines_around(self, place: Place) -> dict[int, str]:
        line = place.line or 1
        file = self._locate(place.path)
        try:
            lines = file.read_text("utf-8-sig", "replace").split("\n") if file else []
        except OSError:
            lines = []
        found = {number: lines[number - 1].rstrip("\r") for number in range(line - _AROUND, line + _AROUND + 1)
                 if 0 < number <= len(lines)}
        if place.text is not None:
            found[line] = place.text  # as it was when the problem was found
        return found


def _excerpt_line(number: str, text: str, meant: Place | None) -> ExcerptLine:
    if meant is None:
        return ExcerptLine(number, window(Place("", text=text), _WIDTH).text or "")
    column = meant.column or len(text) - len(text.lstrip()) + 1
    length = meant.length if meant.column else len(text.strip())
    shown = window(Place("", column=column, text=text), _WIDTH)
    text, start = shown.text or "", (shown.column or 1) - 1
    return ExcerptLine(number, text[:start], True, text[start:start + length], text[start + length:])
