"""Keys to press: `++ctrl+k++`, `++"Any"+enter++`."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from xml.etree.ElementTree import Element, SubElement

_KEY = r"(?:[\w-]{1,40}|\"[^\"+\n]{1,40}\")"
_KEYS = re.compile(rf"(?<![\w+])\+\+({_KEY}(?:\+{_KEY})*)\+\+(?!\+)")


def keys_at(text: str, at: int) -> tuple[Element, int] | None:
    """The keys that stand at a place, and where they end; None where one of
    them is no key."""
    found = _KEYS.match(text, at)
    names = [_named(key) for key in found[1].split("+")] if found else []
    if not found or None in names:
        return None
    keys = Element("span", {"class": "keys"})
    for name in filter(None, names):
        if len(keys):
            keys[-1].tail = "+"
        SubElement(keys, "kbd", {"class": f"key-{name[0]}"} if name[0] else {}).text = name[1]
    return keys, found.end()


def _named(key: str) -> tuple[str, str] | None:
    """What a key is called, and what stands on it; one in quotes is as written."""
    if key.startswith('"'):
        return "", key.strip('"')
    names, aliases = _known()
    name = aliases.get(key.lower(), key.lower())
    return (name, names[name]) if name in names else None


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, str], dict[str, str]]:
    """Every key by its name, and other names of it; imported once one is met."""
    data = import_module("pymdownx.keymap_db")
    return data.keymap, data.aliases
