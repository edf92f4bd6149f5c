"""Parses short codes: `:emoji:`, `:icons:` and `++keys++`."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from coldpress.text import lazy_re_compile

_CODE = re.compile(r":([a-z0-9_+-]{1,40}):")
_PEOPLE = ("man", "woman")


def emoji_at(text: str, at: int) -> tuple[str, int] | None:
    """Returns the emoji whose short code stands at an offset, and the end of the code."""
    found = _CODE.match(text, at)
    if not found or (at and text[at - 1].isalnum()):
        return None
    who, _, what = found[1].partition("_")
    # Slack and others name the person first: `man_raising_hand`.
    emoji = _emoji_by_name().get(found[1]) or (_emoji_by_name().get(f"{what}_{who}") if who in _PEOPLE else None)
    return (emoji, found.end()) if emoji else None


@lru_cache(maxsize=1)
def _emoji_by_name() -> dict[str, str]:
    """Returns all emoji by name; the table is read at the first use."""
    lines = (line.split(" ") for line in _read_table("emoji.txt"))
    return {name: emoji for emoji, *names in lines for name in names}


def _read_table(name: str) -> list[str]:
    """Returns the lines of a table beside this module.  The tables are taken from
    pymdownx; `emoji-and-keys.LICENSE.txt` holds their licences."""
    return (Path(__file__).parent / name).read_text("utf-8").splitlines()


_ICON = lazy_re_compile(
    r":(?P<set>material|octicons|simple|fontawesome-(?:brands|regular|solid))-(?P<name>[a-z0-9][a-z0-9-]{0,60}):")
ICON_COMPONENT = "icon"
"""The name of the component that shows an icon."""

_CHARACTERS = """
✓ check checkbox-marked check-all done success | ✗ close cancel cross no x xmark times | ⚠ alert warning exclamation
→ arrow-right arrow-right-thin | ← arrow-left | ↑ arrow-up | ↓ arrow-down | › chevron-right | ‹ chevron-left
↗ open-in-new link-external arrow-top-right | + plus | − minus | ★ star | ♥ heart | ? help question
ℹ information info | 💡 lightbulb light-bulb lightbulb-on | 🔗 link link-variant | ✉ email mail envelope
⬇ download | ⬆ upload | ⌂ home | ⚙ cog gear cogs | ✎ pencil edit pen | 🔒 lock | 🔑 key
🚀 rocket rocket-launch | ⚑ flag | ☎ phone | 🕒 clock clock-fast | ⏱ timer stopwatch | 📅 calendar
🔍 magnify search | 📁 folder file-directory | 📄 file file-document | 📖 book book-open book-open-variant
🏷 tag label | 👤 account person user | 👥 account-group people users | 🔔 bell | 🔥 fire | 🐞 bug
📦 package package-variant | ▶ play | ⏸ pause | ■ stop square | ↻ refresh sync reload | 🗑 trash delete trash-can
👁 eye | 👍 thumb-up thumbsup | 👎 thumb-down thumbsdown | ⚗ flask beaker | ⚖ scale-balance law | … dots-horizontal
☰ menu | ● circle | ♪ music | 📍 map-marker location | 📷 camera | ☁ cloud | ☀ weather-sunny sun | ☾ weather-night moon
❄ snowflake | ☕ coffee | 🔧 wrench | 🔨 hammer | 🛠 tools | ⚡ lightning-bolt flash zap bolt | 🛡 shield
🌐 web earth globe | 🖨 printer | 🛒 cart | 💬 comment chat comment-discussion | 🎉 party-popper
📋 clipboard clipboard-text content-copy
"""
_CHARACTER_OF = {
    name: words[0] for entry in re.split(r"[|\n]", _CHARACTERS) if (words := entry.split()) for name in words[1:]}
_KIND = lazy_re_compile(r"-(?:\d+|fill|filled|outline|circle|bold|thick|solid|variant|box|decagram|rounded?)$")


class Icon(NamedTuple):
    """An icon: the name of its file without `.svg`, the character that replaces it if there
    is one, and the end of its code."""

    name: str
    text: str
    end: int


def icon_at(text: str, at: int) -> Icon | None:
    """Returns the icon whose code stands at an offset."""
    found = _ICON.match(text, at)
    if not found or (at and text[at - 1].isalnum()):
        return None
    name = found["name"]
    while name not in _CHARACTER_OF and _KIND.search(name):
        name = _KIND.sub("", name)
    return Icon(f"{found['set'].replace('-', '/')}/{found['name']}", _CHARACTER_OF.get(name, ""), found.end())


_KEY = r"(?:[\w-]{1,40}|\"[^\"+\n]{1,40}\")"
_KEYS = lazy_re_compile(rf"(?<![\w+])\+\+({_KEY}(?:\+{_KEY})*)\+\+(?!\+)")


def keys_at(text: str, at: int) -> tuple[Element, int] | None:
    """Returns the element for the keys at an offset, and their end; None if one of the keys is unknown."""
    found = _KEYS.match(text, at)
    names = [_find_key(key) for key in found[1].split("+")] if found else []
    if not found or None in names:
        return None
    keys = Element("span", {"class": "keys"})
    for name in filter(None, names):
        if len(keys):
            keys[-1].tail = "+"
        SubElement(keys, "kbd", {"class": f"key-{name[0]}"} if name[0] else {}).text = name[1]
    return keys, found.end()


def _find_key(key: str) -> tuple[str, str] | None:
    """Returns the name and the label of a key; a quoted key is its own label."""
    if key.startswith('"'):
        return "", key.strip('"')
    names, aliases = _known_keys()
    name = aliases.get(key.lower(), key.lower())
    return (name, names[name]) if name in names else None


@lru_cache(maxsize=1)
def _known_keys() -> tuple[dict[str, str], dict[str, str]]:
    """Returns the labels of keys by name, and the names by alias; the table is read at the first use."""
    labels: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for label, names in (line.split("\t") for line in _read_table("keys.txt")):
        name, *others = names.split(" ")
        labels[name] = label
        aliases |= dict.fromkeys(others, name)
    return labels, aliases
