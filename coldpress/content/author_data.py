"""The data file of the site's authors, which describes them by id.

`data/authors.yaml`:

    ann:
      name: Ann Lee
      bio: Writes about presses.
      url: https://ann.example/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from coldpress import recorder
from coldpress.config.yaml_toml import Params
from coldpress.errors import ColdpressError, Place, Problem
from coldpress.paths import is_external
from coldpress.sources.data import Data
from coldpress.text import slugify

AUTHORS = "authors"
"""The name of the data file of authors, without extension."""


def author_data(data: Data) -> dict[str, Mapping[str, Any]]:
    """Returns the data of each author, by id (not recorded).  A plain text is a name.
    Returns nothing for an invalid file; `check_author_data` reports it."""
    told = _written_authors(data)
    return {slugify(str(ident)): _person(about) for ident, about in told.items() if slugify(str(ident))}


def author_images(data: Data) -> Iterator[tuple[str, str]]:
    """Yields the file below the content folder that is an author's `image`, with the id as written (not recorded)."""
    for ident, about in _written_authors(data).items():
        image = str(_person(about)["image"] or "")
        if image and not is_external(image):
            yield str(ident), image


def _written_authors(data: Data) -> dict[Any, Any]:
    try:
        with recorder.unrecorded():
            told = data.get(AUTHORS)
    except ColdpressError:
        return {}
    return told if isinstance(told, dict) else {}


def check_author_data(data: Data, config_name: str) -> list[Problem]:
    """Returns the problems of the data file of authors."""
    try:
        with recorder.unrecorded():
            told = data.get(AUTHORS)
    except ColdpressError as reason:
        return list(reason.problems)
    wrong = told is not None and not isinstance(told, dict)
    entries = told.items() if isinstance(told, dict) else ()
    wrong = wrong or any(not isinstance(about, (dict, str, type(None))) for _, about in entries)
    return [Problem("data.authors", "authors are written `id: {name: …}`", Place(f"{config_name}/{AUTHORS}.yaml"),
                    "the id is what posts name in `authors:`")] if wrong else []


def _person(about: object) -> Mapping[str, Any]:
    told = about if isinstance(about, dict) else {"name": str(about)} if about else {}
    return Params({str(key): value for key, value in told.items()})
