"""What Obsidian shows in a note: `![[pic.svg|100]]`, `![[Note#Part]]`; and the ids of
blocks, `^abc` at the end of a text, that such links lead to."""

from __future__ import annotations

import posixpath
import re

from coldpress.markup.blocks import Blocks, Taken
from coldpress.markup.lines import Line
from coldpress.markup.tree import EMBED, ComponentElement, group

_EMBED = re.compile(r"!\[\[(?P<name>[^\[\]|\n]{1,200})(?P<more>(?:\|[^\[\]|\n]{0,200})*)\]\](?![(\[])")
KINDS = {
    **dict.fromkeys(("apng", "avif", "bmp", "gif", "ico", "jpeg", "jpg", "png", "svg", "webp"), "image"),
    **dict.fromkeys(("3gp", "flac", "m4a", "mp3", "oga", "ogg", "opus", "wav"), "audio"),
    **dict.fromkeys(("m4v", "mkv", "mov", "mp4", "ogv", "webm"), "video"), "pdf": "pdf"}
"""What a file is shown as, by its ending."""


def kind_of(name: str) -> str | None:
    """What a file of that name is shown as; None for a note."""
    return KINDS.get(posixpath.splitext(name.partition("#")[0].strip())[1].lstrip(".").lower())


def embed_at(text: str, at: int) -> tuple[ComponentElement, int] | None:
    """What is to be shown at a place of a text, and where that ends."""
    found = _EMBED.match(text, at)
    return (_element(found, "inline"), found.end()) if found and found["name"].strip() else None


def start_embed(blocks: Blocks, line: Line) -> Taken:
    """A note that is shown on a line of its own."""
    found = _EMBED.fullmatch(line.text.rstrip(" \t"))
    if not found or not found["name"].strip() or kind_of(found["name"]):
        return Taken.NOTHING
    element = _element(found, "leaf")
    element.place = line.number, line.column + line.indent + 1
    return blocks.add(element)


def _element(found: re.Match[str], kind: str) -> ComponentElement:
    element = ComponentElement(EMBED, kind, {"to": f"[[{found['name'].strip()}]]", "more": found["more"]}, found[0])
    element.append(group())
    return element
