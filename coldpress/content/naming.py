"""What a page is called where its front matter does not say."""

from __future__ import annotations

from coldpress.markup.titles import title_of
from coldpress.sources.document import Document


def name_of(document: Document, site_title: str) -> str:
    """The title of the front matter, else the first heading, else the file's
    name; of the home page's file, the site's."""
    return document.front.title or title_of(document.body) or _file_name(document) or site_title


def _file_name(document: Document) -> str:
    stem = document.stem
    if stem.lower() in ("_index", "index", "readme"):
        stem = document.source.folder.rpartition("/")[2]
    words = stem.replace("-", " ").replace("_", " ").strip() or stem
    return words[:1].upper() + words[1:]
