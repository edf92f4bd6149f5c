"""Warns of pictures that are published as they are: heavy ones, and damaged ones."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import Protocol

from coldpress import recorder
from coldpress.config.images import ImageOptions
from coldpress.content.links import LinkLibrary, place_of_link
from coldpress.content.page import Page
from coldpress.errors import Place, Problem
from coldpress.extras import pip_install
from coldpress.images.facts import CHANGED, LFS, TOO_LARGE, ImageFacts
from coldpress.images.index import is_readable
from coldpress.images.service import ImageService
from coldpress.markdown.rendered import Link
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.sources.files import SourceFile
from coldpress.text import size_text


class PictureLibrary(LinkLibrary, Protocol):
    """The part of a library that looks at pictures need: `library.Library` implements it."""

    images: ImageService

    @property
    def image_options(self) -> ImageOptions: ...


def heavy_pictures(library: PictureLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning for each picture of a page that is published as it is, with more bytes than the option `heavy`
    of `images` says, at its first place."""
    limit = library.image_options.heavy * 1000
    image = page.unrecorded.front.image
    links = [*([Link("image", image)] if image else []), *page.unrecorded.rendered.html.links] if limit else []
    seen: set[str] = set()
    for link in links:
        path = _picture(library, page, link)
        if path is None or path in seen:
            continue
        seen.add(path)
        recorder.read("image", path)  # its fingerprint tells whether it is heavy
        with recorder.unrecorded():
            asset = library.asset_at(path)
        if asset is None or asset.size <= limit:
            continue
        facts = library.pictures.facts(path)
        if not (facts.fault or library.images.can_be_made(facts)):
            yield Problem("image.heavy", f"`{link.target}` is published as it is, with {size_text(asset.size)}",
                          place_of_link(library, page, link), _way_out(library, asset, facts), severity="warning")


def damaged_pictures(library: PictureLibrary, paths: Iterable[str]) -> Iterator[Problem]:
    """Yields a warning for each of the pictures at these paths that cannot be read."""
    with recorder.unrecorded():
        for path in sorted(paths):
            asset, fault = library.asset_at(path), library.pictures.facts(path).fault
            if asset and fault:
                yield Problem("image.damaged", f"this picture is published as it is: {fault}", Place(asset.name),
                              way_out(fault), severity="warning")


def way_out(fault: str) -> str:
    """Returns what is to be done with a picture that cannot be read."""
    if fault == CHANGED:
        return "build again"
    if fault == LFS:
        return "`git lfs pull` fetches the picture; in CI, the checkout needs `lfs: true`"
    return "make it smaller" if fault.startswith(TOO_LARGE) else "save it anew with the program that made it"


def _picture(library: PictureLibrary, page: Page, link: Link) -> str | None:
    """Returns the path of the picture of the site that a link shows; None for another link."""
    if link.kind != "image":
        return None
    target = library.target(page, link)
    return target.path if target.asset and target.path and media_kind(target.path) == "image" else None


def _way_out(library: PictureLibrary, asset: SourceFile, facts: ImageFacts) -> str:
    """Returns what makes a picture lighter."""
    if facts.is_animated:
        is_gif = posixpath.splitext(asset.path)[1].lower() == ".gif"
        return ("`images: {animations: webp}` in the config makes a smaller animation of it, and a video is smaller "
                "still" if is_gif else "a video is smaller")
    if not is_readable(asset):
        return "a drawing with so much in it is smaller as a PNG"
    if library.images.is_missing:
        return f"{pip_install('images')}, and it is published in the sizes that screens need"
    if not library.images.is_on:
        return "without `images: false` in the config, it is published in the sizes that screens need"
    return "save it as JPEG, PNG, WebP or AVIF"
