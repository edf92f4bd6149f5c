"""The data file of the site's authors, which describes them by id, and warnings of authors that it does not contain.

`data/authors.yaml`:

    ann:
      name: Ann Lee
      bio: Writes about presses.
      url: https://ann.example/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from coldpress import recorder
from coldpress.config.yaml_toml import Params
from coldpress.content.permalinks import PageEntry
from coldpress.errors import ColdpressError, Place, Problem, Problems
from coldpress.paths import is_external
from coldpress.sources.data import Data
from coldpress.text import one_edit_apart, shorten, slugify

AUTHORS = "authors"
"""The name of the data file of authors, without extension."""

_KEYS = ("name", "bio", "image", "url")  # that the theme shows; other keys are the site's own
_SHORTEST = 3  # letters of a name that may be misspelt


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
    entries = told if isinstance(told, dict) else {}
    if wrong or any(not isinstance(about, (dict, str, type(None))) for about in entries.values()):
        return [Problem("data.authors", "authors are written `id: {name: …}`", Place(f"{config_name}/{AUTHORS}.yaml"),
                        "the id is what posts name in `authors:`")]
    return [problem for ident, about in entries.items() if isinstance(about, dict)
            for problem in _slips(data, ident, about)]


def _person(about: object) -> Mapping[str, Any]:
    told = about if isinstance(about, dict) else {"name": str(about)} if about else {}
    return Params({str(key): value for key, value in told.items()})


def _slips(data: Data, ident: Any, about: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yields a warning for each key of an author that is nearly one of ours."""
    for key in map(str, about):
        near = [name for name in _KEYS if one_edit_apart(key.casefold(), name)]
        if near and key not in _KEYS:
            yield Problem("data.unknown-key", f"unknown key `{key}`", data.place_of(AUTHORS, ident, key),
                          f"did you mean `{near[0]}`?", severity="warning")


def check_authors(entries: Iterable[PageEntry], people: Mapping[str, Mapping[str, Any]], problems: Problems) -> None:
    """Warns, once for each, of names that may be several authors and that the site's `people` do not
    contain, and of names that are nearly the id of one of them."""
    told = {str(about.get("name")) for about in people.values()}
    names = {name.casefold() for name in told}
    for entry in entries:
        front = entry.document.front
        text = front.ambiguous_authors
        if text is not None and text not in told:
            told.add(text)
            problems.warn("front-matter.authors", f"`{shorten(text, 60)}` is taken for the name of one author",
                          entry.document.place_of("authors"), "write several names as a list: "
                          "`authors: [Ann Lee, Bob Ray]`; a single such name is a list, too")
        for name in front.authors if people else ():
            slug = slugify(name)
            if slug in people or name.casefold() in names or len(slug) < _SHORTEST:
                continue
            names.add(name.casefold())
            ident = next((ident for ident in people if one_edit_apart(slug, ident)), None)
            if ident:
                problems.warn("front-matter.authors", f"`{name}` is not in the data file of authors",
                              entry.document.place_of("authors"), f"did you mean `{ident}`?")
