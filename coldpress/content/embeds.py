"""Files that a note shows: `![[pic.png|A press|300]]`, sound, films, PDF."""

from __future__ import annotations

import posixpath
import re

from markupsafe import Markup

from coldpress.markup.embeds import kind_of

_SIZE = re.compile(r"\s*(\d{1,5})(?:x(\d{1,5}))?\s*")
_HTML = {
    "image": '<img src="{url}" alt="{words}"{size} loading="lazy" decoding="async">',
    "audio": '<audio src="{url}" controls preload="metadata" aria-label="{words}"></audio>',
    "video": '<video src="{url}" controls preload="metadata" aria-label="{words}"{size}></video>',
    "pdf": '<iframe src="{url}" title="{words}"{size} loading="lazy"></iframe>'}


def shown_asset(reference: str, url: str, more: str, size: tuple[int, int] | None) -> Markup:
    """The HTML for a file; `more` is what follows its name, `|words|100x50`, and
    `size` is the picture's own, where it is known."""
    name = reference[2:-2].partition("#")[0]
    width, height, words = _wanted(more, size)
    attributes = Markup("").join(
        Markup(' {}="{}"').format(key, value) for key, value in (("width", width), ("height", height)) if value)
    kind = kind_of(name) or "image"
    if kind == "pdf" and not attributes:
        attributes = Markup(' width="100%" height="600"')
    return Markup(_HTML[kind]).format(url=url, words=words or posixpath.splitext(posixpath.basename(name))[0],
                                      size=attributes)


def _wanted(more: str, size: tuple[int, int] | None) -> tuple[int | None, int | None, str]:
    """Width, height and words; of a width alone, the height that goes with it."""
    width, height = size or (None, None)
    words = ""
    for part in more.split("|")[1:]:
        wanted = _SIZE.fullmatch(part)
        if wanted:
            width = int(wanted[1])
            height = int(wanted[2]) if wanted[2] else max(1, round(size[1] * width / size[0])) if size else None
        elif part.strip():
            words = part.strip()
    return width, height, words
