"""The options below `images:`: how pictures are made fit for the web."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from coldpress.config.options import as_group, one_of

IMAGE_FORMATS = ("avif", "webp")
"""The formats that are made beside that of the original."""
PLACEHOLDERS = ("colour", "none")
"""What is behind a picture while it loads."""
ANIMATIONS = ("keep", "webp")
"""What becomes of animated GIFs."""
_WIDEST = 8_000  # pixels


class Quality(NamedTuple):
    """The quality of each format, from 1 to 100."""

    avif: int = 55
    webp: int = 78
    jpeg: int = 80

    def of(self, format: str) -> int:
        """Returns the quality of a format; 0 for one that loses nothing."""
        return int(getattr(self, format, 0))


@dataclass(frozen=True, slots=True)
class ImageOptions:
    """The options below `images:`, which may also be `false`: how pictures are made fit for the web."""

    widths: tuple[int, ...] = (480, 800, 1200, 1600)
    """Widths in pixels that are made of a picture, beside twice the width of its place; none is larger than the
    original, nor than that."""
    formats: tuple[str, ...] = IMAGE_FORMATS
    """Formats that are made beside the original's: `avif`, `webp`."""
    quality: Quality = Quality()  # noqa: RUF009  (a tuple)
    """Quality of each format, from 1 to 100: `{avif: 55, webp: 78, jpeg: 80}`."""
    sizes: str | None = None
    """Attribute `sizes` of pictures in bodies: how wide your own theme shows them; by default the theme's width."""
    zoom: bool = True
    """Whether a picture that is larger than its place opens in full when it is clicked."""
    placeholder: str = "colour"
    """What is behind a picture while it loads: its `colour`, or `none`."""
    animations: str = "keep"
    """What becomes of animated GIFs: `keep` leaves them, `webp` makes animated WebP of them, which are smaller."""
    originals: bool = True
    """Whether the files of pictures are published too, as they are and with their metadata; with `false`, only those
    that something links to."""
    heavy: int = 500
    """Kilobytes (kB) from which a picture that is published as it is gets a warning; `0` for none."""

    @property
    def is_on(self) -> bool:
        """Whether variants of pictures are made."""
        return bool(self.widths)


OFF = ImageOptions(widths=())


def as_images(value: Any) -> ImageOptions:
    """Converts the value of `images:`."""
    if isinstance(value, bool):
        return ImageOptions() if value else OFF
    return ImageOptions(**as_group(value, ImageOptions, {
        "widths": _widths, "formats": _formats, "quality": _quality, "sizes": _line,
        "placeholder": partial(one_of, "placeholder", PLACEHOLDERS),
        "animations": partial(one_of, "animations", ANIMATIONS), "heavy": _heavy}))


def _widths(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not value or not all(_is_in(1, _WIDEST, each) for each in value):
        raise ValueError("`widths` is a list of pixels, such as `[480, 800, 1200]`",
                         "to leave pictures as they are, write `images: false`")
    return tuple(sorted(set(value)))


def _formats(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value or []
    for name in names if isinstance(names, list) else [names]:
        if name not in IMAGE_FORMATS:
            raise ValueError(f"`formats`: there is no `{name}`",
                             f"there are {', '.join(IMAGE_FORMATS)}; the original's format is always made too")
    return tuple(name for name in IMAGE_FORMATS if name in names)


def _quality(value: Any) -> Quality:
    if not isinstance(value, Mapping):
        raise ValueError("`quality` is written `{avif: 55, webp: 78, jpeg: 80}`")
    for name, number in value.items():
        if name not in Quality._fields:
            raise ValueError(f"`quality`: there is no `{name}`", f"there are {', '.join(Quality._fields)}")
        if not _is_in(1, 100, number):
            raise ValueError(f"`quality`: `{name}` is a whole number from 1 to 100")
    return Quality(**value)


def _heavy(value: Any) -> int:
    if not _is_in(0, 1_000_000, value):
        raise ValueError("`heavy` is a whole number of kilobytes, such as `500`, or `0`")
    return int(value)


def _line(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("`sizes` is text, such as `(min-width: 50rem) 45rem, 100vw`")
    return " ".join(value.split())


def _is_in(least: int, most: int, value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
