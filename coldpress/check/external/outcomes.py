"""What an answer says of a link."""

from __future__ import annotations

from typing import Literal, NamedTuple

from coldpress.errors import Severity

Kind = Literal["good", "moved", "broken", "unclear", "private"]
SEVERITIES: dict[Kind, Severity] = {"moved": "note", "broken": "error", "unclear": "warning", "private": "warning"}
"""How bad each kind is; a good link is no problem."""
_UNCLEAR = frozenset((401, 402, 403, 405, 406, 407, 408, 409, 412, 418, 421, 423, 425, 426, 428, 429, 451))
"""Answers below 500 that programs get where readers may get the page."""


class Outcome(NamedTuple):
    """What is known of a link: its kind, the answer in words, and the URL to which it has moved for good."""

    kind: Kind
    says: str = ""
    moved_to: str = ""


GOOD = Outcome("good")


def outcome_of_status(status: int) -> Outcome:
    """Returns what a final status says."""
    if 200 <= status < 300:
        return GOOD
    if status in _UNCLEAR or status >= 500:
        return Outcome("unclear", f"answers {status}")
    if 300 <= status < 400:
        return Outcome("broken", f"answers {status} without saying where it leads")
    return Outcome("broken", f"answers {status}")
