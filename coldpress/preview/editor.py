"""Links and commands that open a file in the author's editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from coldpress import recorder

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
