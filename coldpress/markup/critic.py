"""Marks of an editor (CriticMarkup): `{++new++}`, `{--old--}`, `{~~old~>new~~}`,
`{==marked==}`, `{>>said<<}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

_INNER = r"[^{}]{1,2000}?"
_CRITIC = re.compile(
    rf"\{{(?:\+\+(?P<ins>{_INNER})\+\+|--(?P<del>{_INNER})--|==(?P<mark>{_INNER})==|>>(?P<span>{_INNER})<<"
    rf"|~~(?P<old>(?:[^{{}}~]|~(?!>)){{1,2000}})~>(?P<new>{_INNER})~~)\}}")


def critic_at(text: str, at: int) -> tuple[list[tuple[str, int, int]], int] | None:
    """The elements that an editor's mark makes, each with where its text stands,
    and where the mark ends."""
    found = _CRITIC.match(text, at)
    return (list(_elements(found)), found.end()) if found else None


def _elements(found: re.Match[str]) -> Iterator[tuple[str, int, int]]:
    for group, name in (("ins", "ins"), ("del", "del"), ("mark", "mark"), ("span", "span"), ("old", "del"),
                        ("new", "ins")):
        if found[group] is not None:
            yield name, *found.span(group)
