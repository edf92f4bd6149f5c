"""The folder `.coldpress`: what we remember from one build to the next."""

from __future__ import annotations

from pathlib import Path

STATE = ".coldpress"


def make_state(state: Path) -> Path:
    """The folder, kept out of git; made when missing."""
    state.mkdir(exist_ok=True)
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", "utf-8")
    return state
