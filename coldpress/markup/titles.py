"""The heading that names a page, found without rendering it."""

from __future__ import annotations

import html
import re

from coldpress.markup.icons import ICON

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ATX = re.compile(r" {0,3}#[ \t]+(?P<text>.*?)(?:[ \t]*#+)?[ \t]*$")
_DEEPER = re.compile(r" {0,3}#{2,6}[ \t]")
_UNDERLINED = re.compile(r"(?:^|\n)[^\n]*\S[^\n]*\n-+[ \t]*(?:\n|$)")
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def plain(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def title_of(body: str) -> str | None:
    """The heading that names a page without a title in front matter.

    The first heading when it is an H1, and either opens the body or is its
    only H1; the rule by which `Structure` takes it out of the body.
    """
    lines = _COMMENT.sub("", body).split("\n")
    ones = _first_level_headings(lines)
    if not ones:
        return None
    (first, text), *more = ones
    opens = not any(line.strip() for line in lines[:first])
    deeper_before = any(_DEEPER.match(line) for line in lines[:first]) or _UNDERLINED.search("\n".join(lines[:first]))
    return text if text and not deeper_before and (opens or not more) else None


def title_span(body: str) -> tuple[int, int] | None:
    """Where the first H1 of a body begins and where the line after it."""
    shown = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), body).split("\n")
    ones = _first_level_headings(shown)
    if not ones:
        return None
    number = ones[0][0]
    size = 1 if _ATX.match(shown[number]) else 2
    return sum(len(line) + 1 for line in shown[:number]), sum(len(line) + 1 for line in shown[:number + size])


def _first_level_headings(lines: list[str]) -> list[tuple[int, str]]:
    found = []
    fence = ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark:
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if fence:
            continue
        atx = _ATX.match(line)
        if atx:
            found.append((number, _without_marks(atx["text"] or "")))
        elif re.match(r" {0,3}=+[ \t]*$", line) and number and re.match(r" {0,3}\S", lines[number - 1]):
            found.append((number - 1, _without_marks(lines[number - 1])))
    return found


def _without_marks(text: str) -> str:
    """The words of a heading; those in code spans as they are."""
    parts = re.split(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text)  # text, ticks, code, text, …
    return plain("".join(part if index % 3 == 2 else _without_inline_marks(part)
                         for index, part in enumerate(parts) if index % 3 != 1))


def _without_inline_marks(text: str) -> str:
    text = re.sub(rf"{ICON.pattern}(?:\{{[^{{}}]*\}})?", "", text)
    text = re.sub(r"\s*\{[:#.][^}]*\}\s*$", "", text)
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"\[\^[^\]]*\]", "", text)
    text = re.sub(r"(\*\*|__|(?<!\w)[*_]|~~)(\S.*?)\1", r"\2", text)
    text = re.sub(r"</?[a-zA-Z][^>]*>", "", text)
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text))
