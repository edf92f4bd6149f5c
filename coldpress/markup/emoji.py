"""Emoji by the names GitHub gives them."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module

_CODE = re.compile(r":([a-z0-9_+-]{1,40}):")


def emoji_at(text: str, at: int) -> tuple[str, int] | None:
    """The emoji whose code stands at a place, and where the code ends."""
    found = _CODE.match(text, at)
    if not found or (at and text[at - 1].isalnum()):
        return None
    emoji = _known().get(found[1])
    return (emoji, found.end()) if emoji else None


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    """Every emoji by its name; imported once a code is met."""
    data = import_module("pymdownx.gemoji_db")
    names = {name.strip(":"): name for name in data.emoji} | {
        alias.strip(":"): name for alias, name in data.aliases.items()}
    known = {}
    for short, name in names.items():
        entry = data.emoji.get(name, {})
        codes = entry.get("unicode_alt") or entry.get("unicode")  # GitHub's own pictures have none
        if codes:
            known[short] = "".join(chr(int(code, 16)) for code in codes.split("-"))
    return known
