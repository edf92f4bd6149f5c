"""Titles of pages: made where front matter has none, and compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from coldpress.sources.front_matter import Document

_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")
_STRAIGHT = str.maketrans({
    **dict.fromkeys("‘’‚‛ʼ", "'"), **dict.fromkeys("“”„‟«»", '"'), "–": "--", "—": "---", "…": "...", "\xa0": " "})


def is_same_title(a: str, b: str) -> bool:
    """Whether two titles are the same words, however their quotes, dashes and
    letters are set."""
    return _folded(a) == _folded(b)


def _folded(title: str) -> str:
    return " ".join(unicodedata.normalize("NFC", title.translate(_STRAIGHT)).split()).casefold()


def title_of(document: Document, first_heading: Callable[[], str | None], site: str) -> str:
    """The title of the front matter, else the first heading, else the file's
    name; of the home page's file, the `site`'s."""
    return document.front.title or first_heading() or _file_name(document) or site


def _file_name(document: Document) -> str:
    stem = document.stem
    if stem.lower() in ("_index", "index", "readme"):
        stem = document.source.folder.rpartition("/")[2]
    if _DAY.fullmatch(stem):
        return stem  # a daily note
    words = stem.replace("-", " ").replace("_", " ").strip() or stem
    return words[:1].upper() + words[1:]
