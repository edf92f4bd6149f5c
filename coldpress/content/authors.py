"""Who writes here: `data/authors.yaml`, by id.

    ann:
      name: Ann Lee
      bio: Writes about presses.
      url: https://ann.example/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coldpress import recorder
from coldpress.config.mapping import Params
from coldpress.errors import ColdpressError, Place, Problem
from coldpress.sources.data import Data
from coldpress.text import slugify

NAME = "authors"
"""What the file is called, without its ending."""


def author_data(data: Data) -> dict[str, Mapping[str, Any]]:
    """What is told of each author, by id (not recorded); a mere text is the name.
    Empty if the file is not as it should be: `check_author_data` reports that."""
    try:
        with recorder.unrecorded():
            told = data.get(NAME)
    except ColdpressError:
        return {}
    if not isinstance(told, dict):
        return {}
    return {slugify(str(ident)): _person(about) for ident, about in told.items() if slugify(str(ident))}


def check_author_data(data: Data, config_name: str) -> list[Problem]:
    """What is wrong with the file."""
    try:
        with recorder.unrecorded():
            told = data.get(NAME)
    except ColdpressError as reason:
        return list(reason.problems)
    wrong = told is not None and not isinstance(told, dict)
    entries = told.items() if isinstance(told, dict) else ()
    wrong = wrong or any(not isinstance(about, (dict, str, type(None))) for _, about in entries)
    return [Problem("data.authors", "authors are written `id: {name: …}`", Place(f"{config_name}/{NAME}.yaml"),
                    "the id is what posts name in `authors:`")] if wrong else []


def _person(about: object) -> Mapping[str, Any]:
    if isinstance(about, dict):
        return Params({str(key): value for key, value in about.items()})
    return Params({"name": str(about)} if about else {})
