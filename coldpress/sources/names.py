"""What a file's name says: a stem and, often, a date."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

_NAME = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[-_ ]+(?P<stem>.+))?")


def file_stem(path: str) -> str:
    """The name of a file without suffix, in lower case: `index` for `a/Index.md`."""
    name = path[path.rfind("/") + 1:]
    dot = name.rfind(".")
    return (name[:dot] if dot > 0 else name).lower()


def top_of(path: str, collections: Collection[str]) -> str:
    """The top folder that a path of the content folder lies in, empty for none;
    `_posts`, as Jekyll and Hexo call it, is `posts`, unless it is a collection itself."""
    top, slash, _ = path.partition("/")
    return ("posts" if top == "_posts" and top not in collections else top) if slash else ""


def split_name(path: str, names_folder: bool) -> tuple[str, date | None]:
    """The name of a source without suffix and date, and that date.

    With `names_folder` the name is that of the folder the file lies in.
    """
    *folders, file = path.split("/")
    stem = folders[-1] if names_folder and folders else file.rpartition(".")[0]
    found = _NAME.fullmatch(stem)
    if found:
        try:
            day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            return found["stem"] or stem, day
        except ValueError:
            pass
    return stem, None
