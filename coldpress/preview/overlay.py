"""The overlay that shows problems over a page, and links into the editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from coldpress import recorder
from coldpress.errors import Place, Problem
from coldpress.report import counted

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
"""The editors known by name, each with the link that it answers to."""


@dataclass(frozen=True)
class Editor:
    """An editor: the name of a known one, a link with `{path}`, `{line}` and
    `{column}` in it, a command (with or without these), or `none`."""

    setting: str = "vscode"

    @classmethod
    def of_environment(cls) -> Editor:
        """As COLDPRESS_EDITOR says."""
        with recorder.unrecorded():
            return cls(os.environ.get(VARIABLE, "").strip() or "vscode")

    @property
    def is_command(self) -> bool:
        """Whether a program is to be run, and not a link followed."""
        return self.setting not in (*LINKS, "none") and "://" not in self.setting

    def link(self, file: Path, line: int, column: int) -> str | None:
        """The link to a place; None for a command and for no editor."""
        if self.is_command or self.setting == "none":
            return None
        path = quote(file.as_posix() if file.as_posix().startswith("/") else f"/{file.as_posix()}", safe="/:")
        return _filled(LINKS.get(self.setting, self.setting), path, line, column)

    def open(self, file: Path, line: int, column: int) -> None:
        """Run the command on a place.  Raises `OSError` when it cannot be."""
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
Locate = Callable[[str], Path | None]


class Overlay:
    """Writes problems for one site; `locate` finds the file of a place."""

    def __init__(self, editor: Editor, locate: Locate, prefix: Callable[[], str], token: str) -> None:
        self.editor = editor
        self._locate = locate
        self._prefix = prefix
        self._token = token

    def html(self, problems: Sequence[Problem]) -> str:
        """All of them: errors over the page, warnings folded in its corner;
        nothing for none."""
        if not problems:
            return ""
        errors = sum(problem.is_error for problem in problems)
        warnings = len(problems) - errors
        told = ", ".join(counted(number, noun) for number, noun in ((errors, "error"), (warnings, "warning")) if number)
        ordered = sorted(problems, key=lambda problem: (not problem.is_error, problem.order()))
        items = "".join(map(self._problem, ordered))
        kind, state = ("errors", " open") if errors else ("warnings", "")
        return (f'<section class="problems {kind}" role="region" aria-label="{told}" dir="ltr" lang="en">'
                f'<details{state}><summary role="status">{told}</summary>{items}</details></section>')

    def edit(self, place: Place, text: str) -> str:
        """A link or a button with which the editor opens at a place."""
        file, label = self._locate(place.path), escape(text)
        if file is None:
            return label
        line, column = place.line or 1, place.column or 1
        link = self.editor.link(file, line, column)
        if link is not None:
            return f'<a href="{escape(link)}" title="Open in the editor">{label}</a>'
        if not self.editor.is_command:
            return label
        fields = {"token": self._token, "path": place.path, "line": line, "column": column}
        hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(str(value))}">'
                         for name, value in fields.items())
        return (f'<form method="post" action="{escape(self._prefix())}edit">{hidden}'
                f'<button title="Open in the editor">{label}</button></form>')

    def _problem(self, problem: Problem) -> str:
        parts = [f'<article class="{problem.severity}"><h2><span>{problem.severity}[{escape(problem.code)}]</span> '
                 f'{escape(problem.message)}</h2>']
        hint = problem.hint
        for index, place in enumerate(filter(None, (problem.place, *problem.also))):
            position = ":".join(str(part) for part in (place.path, place.line, place.column) if part is not None)
            parts.append(f'<p class="place">{"--&gt;" if index == 0 else ":::"} {self.edit(place, position)}</p>')
            if place.line is not None:
                parts.append(self._lines(place, hint if index == 0 else None))
                hint = None if index == 0 else hint
        if hint:
            parts.append(f'<p class="hint">= {escape(hint)}</p>')
        if problem.traceback:
            parts.append(f'<pre class="trace" tabindex="0">{escape(problem.traceback.rstrip())}</pre>')
        return "".join(parts) + "</article>"

    def _lines(self, place: Place, hint: str | None) -> str:
        """The line that is meant among its neighbours, marked, with the fix."""
        line = place.line or 1
        around = self._around(place)
        width = len(str(max(around, default=line)))
        rows = []
        for number, text in sorted(around.items()):
            shown = escape(text)
            if number == line:
                start = place.column - 1 if place.column else len(text) - len(text.lstrip())
                end = start + place.length if place.column else len(text.rstrip())
                before, meant, after = text[:start], text[start:end], text[end:]
                shown = f"{escape(before)}<mark>{escape(meant)}</mark>{escape(after)}"
            row = f'<span class="number">{number:{width}} |</span> {shown}'
            rows.append(f'<span class="meant">{row}</span>' if number == line else row)
            if number == line and hint:
                rows.append(f'<span class="number">{"":{width}} |</span> <span class="hint">^ {escape(hint)}</span>')
        return f'<pre tabindex="0">{chr(10).join(rows)}</pre>'

    def _around(self, place: Place) -> dict[int, str]:
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
