"""Where front matter begins and ends in a text."""

from __future__ import annotations

import re

from coldpress.errors import ColdpressError, Place, Problem
from coldpress.mapping import MappingText

_FENCED = re.compile(r"\s*^(?P<mark>---|\+\+\+)[ \t]*\n(?P<text>.*?)(?:^(?P=mark)|^\.\.\.)[ \t]*(?:\n|\Z)",
                     re.M | re.S)
_HEADER_LINE = re.compile(r"(title|date|modified|category|tags|slug|authors?|summary|status|lang):.*|[\w-]+:.*", re.I)


def split_front_matter(text: str, name: str) -> tuple[MappingText | None, str, int]:
    """The front matter of a file's text, its body, and the line the body begins on.

    Raises `ColdpressError` for front matter that never ends, and for `Key: value`
    lines without fences.
    """
    found = _FENCED.match(text)
    if found is None:
        _explain_bare_header(text, name)
        return None, text, 1
    return _mapping(found, text, name), text[found.end():], 1 + text.count("\n", 0, found.end())


def _explain_bare_header(text: str, name: str) -> None:
    first = text.lstrip("\n").partition("\n")[0]
    line = 1 + len(text) - len(text.lstrip("\n"))
    if re.fullmatch(r"(?:---|\+\+\+)[ \t]*", first) and re.match(r"\s*\S+[ \t]*\n[\w-]+[ \t]*[:=]", text):
        raise ColdpressError(Problem(
            "front-matter.open", "this front matter never ends",
            Place(name, line, 1, first, 3), f"put a second `{first.strip()}` below its last line"))
    if _is_bare_header(text.lstrip("\n")):
        raise ColdpressError(Problem(
            "front-matter.bare", "`Key: value` lines without `---` are not front matter",
            Place(name, line, 1, first, len(first)), "put a line `---` above and below them"))


def _is_bare_header(text: str) -> bool:
    """Whether a text begins with `Key: value` lines, two of them known (Pelican)."""
    known = 0
    for line in text.split("\n"):
        found = _HEADER_LINE.fullmatch(line)
        if not found:
            break
        known += found[1] is not None
    return known >= 2


def _mapping(found: re.Match[str], text: str, name: str) -> MappingText:
    first_line = 1 + text.count("\n", 0, found.start("text"))
    return MappingText(found["text"], name, "toml" if found["mark"] == "+++" else "yaml", first_line)
