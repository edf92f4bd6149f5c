"""What a page is called where its front matter does not say."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from coldpress.sources.document import Document

if TYPE_CHECKING:
    from coldpress.content.library import Library

_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")
_STRAIGHT = str.maketrans({
    **dict.fromkeys("‘’‚‛ʼ", "'"), **dict.fromkeys("“”„‟«»", '"'), "–": "--", "—": "---", "…": "...", "\xa0": " "})


def is_same_title(a: str, b: str) -> bool:
    """Whether two titles are the same words, however their quotes, dashes and
    letters are set."""
    return _folded(a) == _folded(b)


def _folded(title: str) -> str:
    return " ".join(unicodedata.normalize("NFC", title.translate(_STRAIGHT)).split()).casefold()


def name_of(library: Library, document: Document) -> str:
    """The title of the front matter, else the first heading, else the file's
    name; of the home page's file, the site's."""
    heading = None if document.front.title else library._markup.heading(document.digest, document.read_body)
    return document.front.title or heading or _file_name(document) or library.config.title


def _file_name(document: Document) -> str:
    stem = document.stem
    if stem.lower() in ("_index", "index", "readme"):
        stem = document.source.folder.rpartition("/")[2]
    if _DAY.fullmatch(stem):
        return stem  # a daily note
    words = stem.replace("-", " ").replace("_", " ").strip() or stem
    return words[:1].upper() + words[1:]
