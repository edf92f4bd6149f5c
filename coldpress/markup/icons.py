"""Icons by the names that Material for MkDocs gives them: `:material-check:`.

No pictures come with Coldpress: an icon is the site's own SVG file, else the
character that means the same, else nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

ICON = re.compile(
    r":(?P<set>material|octicons|simple|fontawesome-(?:brands|regular|solid))-(?P<name>[a-z0-9][a-z0-9-]{0,60}):")
COMPONENT = "icon"
"""The name of the component that shows one."""

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
_KNOWN = {name: words[0] for entry in re.split(r"[|\n]", _CHARACTERS) if (words := entry.split()) for name in words[1:]}
_KIND = re.compile(r"-(?:\d+|fill|filled|outline|circle|bold|thick|solid|variant|box|decagram|rounded?)$")


@dataclass(frozen=True, slots=True)
class Icon:
    """An icon: its file's name without `.svg`, the character in its place, if
    there is one, and where its code ends in the text."""

    name: str
    text: str
    end: int


def icon_at(text: str, at: int) -> Icon | None:
    """The icon whose code stands at a place."""
    found = ICON.match(text, at)
    if not found or (at and text[at - 1].isalnum()):
        return None
    name = found["name"]
    while name not in _KNOWN and _KIND.search(name):
        name = _KIND.sub("", name)
    return Icon(f"{found['set'].replace('-', '/')}/{found['name']}", _KNOWN.get(name, ""), found.end())
