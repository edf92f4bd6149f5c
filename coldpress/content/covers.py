"""The picture that a page names in front matter, as other sites need to know it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.markup.rendered import Link

TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
         ".avif": "image/avif", ".svg": "image/svg+xml"}
"""Media types by ending; our own, as those of Python and of the machine differ."""


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture with its whole URL.  `bytes`, `width` and `height` are those of
    a file of the content folder, else None."""

    url: str
    alt: str
    type: str | None
    bytes: int | None = None
    width: int | None = None
    height: int | None = None


def cover_of(library: Library, page: Page) -> Cover | None:
    """The picture of a page; None where it names none, or there is no `base_url`."""
    image = page.image and page._document.front.image
    if not image or image.startswith("data:") or library.config.base_url is None:
        return None
    link = Link("image", image)
    target, url = library.target(page, link), library.link_url(page, link, absolute=True)
    asset = library.asset_at(target.path) if target.asset and target.path else None
    width, height = (library.image_size(target.path) if asset and target.path else None) or (None, None)
    alt = page.params["image_alt"] or page.title
    kind = TYPES.get(posixpath.splitext(url.partition("?")[0])[1].lower())
    return Cover(f"https:{url}" if url.startswith("//") else url, str(alt), kind,
                 asset.size if asset else None, width, height)
