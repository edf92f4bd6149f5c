"""Makes variants of pictures with Pillow.  With one version of it, the same picture and variant give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from PIL import Image, ImageSequence

from coldpress.images.decoder import faults_told, opened, shrinking, upright
from coldpress.images.facts import CHANGED, DamagedImageError, ImageFacts
from coldpress.images.index import has_digest
from coldpress.images.variants import Variant

_AVIF_SPEED = 6  # 8 takes a third of the time, for a quarter more bytes at the same likeness
_FEW_COLOURS = 256  # with so many, WebP that loses nothing is often the smaller one
_QUALITIES = (1, 0.75, 0.5)  # of the wanted quality, while a variant is larger than its original
_SMALL = 8_000  # bytes of an original that none of its variants has to be below
_TOO_SHORT = 10  # milliseconds of a frame
K = TypeVar("K")
_ENTROPY_WIDTH = 64  # pixels of the picture in which the place with the most to see is looked for


class Drawing(NamedTuple):
    """Whether a picture was drawn, not photographed; whether it had a palette; whether it has few colours."""

    is_drawn: bool = False
    has_palette: bool = False
    has_few_colours: bool = False


def make_variants(file: Path, facts: ImageFacts, wanted: Iterable[Variant]) -> dict[Variant, bytes]:
    """Makes variants of the picture with these facts, which is decoded once for those of usual sizes.  Raises
    `DamagedImageError`, also if the file is another picture by now."""
    with faults_told(file):
        made = dict(_animations(file, wanted) if facts.is_animated else _stills(file, facts, wanted))
    if not has_digest(file, facts.digest):
        raise DamagedImageError(CHANGED)
    return made


def _animations(file: Path, wanted: Iterable[Variant]) -> Iterator[tuple[Variant, bytes]]:
    with opened(file) as image:
        for variant in wanted:
            yield variant, _animated(image, variant)


def _stills(file: Path, facts: ImageFacts, wanted: Iterable[Variant]) -> Iterator[tuple[Variant, bytes]]:
    size = facts.width, facts.height
    for factor, several in _grouped(wanted, lambda variant: shrinking(size, variant.width, variant.height)).items():
        yield from _made_of(file, factor, several)


def _made_of(file: Path, factor: int, wanted: Iterable[Variant]) -> Iterator[tuple[Variant, bytes]]:
    """Makes variants of a picture that is decoded smaller by a factor."""
    with opened(file) as image:
        most, has_palette = file.stat().st_size, image.mode == "P"
        is_drawn = image.format in ("PNG", "GIF", "BMP")
        picture = upright(image, factor)
    for pixels, group in _grouped(wanted, lambda variant: (variant.width, variant.height, variant.crop)).items():
        scaled = _scaled(picture, *pixels)
        drawing = Drawing(is_drawn, has_palette, is_drawn and scaled.getcolors(_FEW_COLOURS) is not None)
        for variant in group:
            yield variant, _encoded(scaled, variant, drawing, most)


def _grouped(wanted: Iterable[Variant], by: Callable[[Variant], K]) -> Mapping[K, list[Variant]]:
    groups: dict[K, list[Variant]] = {}
    for variant in wanted:
        groups.setdefault(by(variant), []).append(variant)
    return groups


def _scaled(picture: Image.Image, width: int, height: int, crop: str) -> Image.Image:
    """Returns a picture in other pixels; what is cut lies where `crop` does not say."""
    box = _box(picture, width, height, crop) if crop else None
    if picture.size == (width, height) and box is None:
        return picture
    if picture.mode == "RGBA":  # the colour of transparent pixels must not shine through at the edges
        return picture.convert("RGBa").resize((width, height), Image.Resampling.LANCZOS, box, 3.0).convert("RGBA")
    return picture.resize((width, height), Image.Resampling.LANCZOS, box, 3.0)


def _box(picture: Image.Image, width: int, height: int, crop: str) -> tuple[float, float, float, float]:
    """Returns the part of a picture that has the form of `width` × `height`."""
    scale = min(picture.width / width, picture.height / height)
    wide, high = min(width * scale, picture.width), min(height * scale, picture.height)  # a product is not exact
    left, top = (picture.width - wide) / 2, (picture.height - high) / 2
    if crop == "top":
        top = 0.0
    elif crop == "entropy":
        left, top = _busiest(picture, wide, high)
    left, top = max(0.0, left), max(0.0, top)
    return left, top, min(picture.width, left + wide), min(picture.height, top + high)


def _busiest(picture: Image.Image, wide: float, high: float) -> tuple[float, float]:
    """Returns the corner of the part of this size with the most entropy: the widest choice of brightness."""
    small = picture.convert("L").resize(
        (_ENTROPY_WIDTH, max(1, round(picture.height * _ENTROPY_WIDTH / picture.width))), reducing_gap=2.0)
    factor = picture.width / small.width
    size = max(1, round(wide / factor)), max(1, round(high / factor))
    free = max(0, small.width - size[0]), max(0, small.height - size[1])
    places = [(left, top) for left in range(free[0] + 1) for top in range(free[1] + 1)]
    middle = free[0] / 2, free[1] / 2
    left, top = max(places, key=lambda at: (
        round(small.crop((*at, at[0] + size[0], at[1] + size[1])).entropy(), 3), -math.dist(at, middle)))
    return min(left * factor, picture.width - wide), min(top * factor, picture.height - high)


def _encoded(picture: Image.Image, variant: Variant, drawing: Drawing, most: int) -> bytes:
    """Returns the bytes of a picture in a format, without any metadata.  Its quality is lower where it would have more
    than `most` bytes, those of its original, which then has little quality to lose."""
    if variant.format == "png":
        return _png(picture, drawing, most)
    if variant.format == "jpeg" and picture.mode == "RGBA":
        picture = _on_white(picture)
    data = b""
    for share in _QUALITIES:
        data = _saved(picture, variant.format, **_options(variant.format, drawing, round(variant.quality * share)))
        if len(data) <= most or most < _SMALL:
            break
    if variant.format == "webp" and drawing.has_few_colours:
        whole = _saved(picture, "webp", lossless=True, quality=50, method=4)
        return min(whole, data, key=len)
    return data


def _on_white(picture: Image.Image) -> Image.Image:
    """Returns a transparent picture on white."""
    ground = Image.new("RGB", picture.size, "white")
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _options(format: str, drawing: Drawing, quality: int) -> dict[str, Any]:
    """Returns the options with which a format is saved.  Drawings, in which colours meet at sharp edges, keep the
    colours of all pixels."""
    if format == "avif":
        # Its bytes differ between one thread and more.
        colours = "4:4:4" if drawing.is_drawn else "4:2:0"
        return {"quality": quality, "speed": _AVIF_SPEED, "max_threads": 1, "subsampling": colours}
    if format == "webp":
        return {"quality": quality, "method": 4}
    return {"quality": quality, "optimize": True, "progressive": True, "subsampling": "4:2:0"}


def _png(picture: Image.Image, drawing: Drawing, most: int) -> bytes:
    """Returns a picture as PNG: with a palette of 256 colours if its original had one, or if more colours would take
    more bytes than the original."""
    whole = _saved(picture, "png", optimize=True)
    if not drawing.has_palette and len(whole) <= most:
        return whole
    method = Image.Quantize.FASTOCTREE if picture.mode == "RGBA" else Image.Quantize.MEDIANCUT
    return min(whole, _saved(picture.quantize(256, method), "png", optimize=True), key=len)


def _saved(picture: Image.Image, format: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, format.upper(), **options)
    return out.getvalue()


def _animated(image: Image.Image, variant: Variant) -> bytes:
    """Returns an animation as WebP.  One that says nothing of its end is shown once; browsers show frames that are too
    short for a tenth of a second."""
    frames, times, size = [], [], image.size
    for frame in ImageSequence.Iterator(image):
        if frame.size != size:  # it could be of any size, and none was checked but the first
            raise DamagedImageError("its pictures differ in size")
        given = frame.info.get("duration") or 0
        times.append(given if given > _TOO_SHORT else 100)
        frames.append(_scaled(frame.convert("RGBA"), variant.width, variant.height, variant.crop))
    again = image.info.get("loop")  # 0 is for ever
    plays = 1 if again is None else again and again + 1
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=plays,
                   quality=variant.quality, method=4)
    return out.getvalue()
