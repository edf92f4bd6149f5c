"""Makes variants of pictures with Pillow.  With one version of it, the same picture and variant give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageSequence

from coldpress.images.decoder import opened, upright
from coldpress.images.facts import DamagedImageError
from coldpress.images.store import write_whole
from coldpress.images.variants import Variant

_LARGEST_WEBP = 16_383  # pixels of a side
_ENTROPY_WIDTH = 64  # pixels of the picture in which the place with the most to see is looked for


def make_variants(file: Path, wanted: Sequence[tuple[Variant, Path]]) -> dict[str, int]:
    """Makes variants of one picture, which is decoded once, and writes each to its file.  Returns the bytes of each
    file by path.  Raises `DamagedImageError`, and `OSError` if a file cannot be written."""
    with opened(file) as image:
        if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":
            return {str(path): write_whole(path, _animated(image, variant)) for variant, path in wanted}
        least = max(variant.width for variant, _ in wanted), max(variant.height for variant, _ in wanted)
        picture = upright(image, least)
        is_drawn = image.format in ("PNG", "GIF", "BMP")
        made = {}
        for pixels, group in _by_pixels(wanted).items():
            scaled = _scaled(picture, *pixels)
            made.update({str(path): write_whole(path, _encoded(scaled, variant, is_drawn)) for variant, path in group})
        return made


def _by_pixels(wanted: Iterable[tuple[Variant, Path]]) -> Mapping[tuple[int, int, str], list[tuple[Variant, Path]]]:
    groups: dict[tuple[int, int, str], list[tuple[Variant, Path]]] = {}
    for variant, path in wanted:
        groups.setdefault((variant.width, variant.height, variant.crop), []).append((variant, path))
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
    wide, high = width * scale, height * scale
    left, top = (picture.width - wide) / 2, (picture.height - high) / 2
    if crop == "top":
        top = 0.0
    elif crop == "entropy":
        left, top = _busiest(picture, wide, high)
    return left, top, left + wide, top + high


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


def _encoded(picture: Image.Image, variant: Variant, is_drawn: bool) -> bytes:
    """Returns the bytes of a picture in a format, without any metadata.  Drawings, in which colours meet at sharp
    edges, keep the colours of all pixels."""
    if variant.format == "webp" and max(picture.size) > _LARGEST_WEBP:
        raise DamagedImageError(f"a side has more than {_LARGEST_WEBP:,} pixels, the most that WebP can have")
    out = BytesIO()
    options: dict[str, Any] = {"quality": variant.quality}
    if variant.format == "avif":
        # Its bytes differ between one thread and more; slower settings gain a few per cent for many times the time.
        options |= {"speed": 8, "max_threads": 1, "subsampling": "4:4:4" if is_drawn else "4:2:0"}
    elif variant.format == "webp":
        options |= {"method": 4}
    elif variant.format == "jpeg":
        options |= {"optimize": True, "progressive": True, "subsampling": "4:2:0"}
        picture = picture.convert("RGB") if picture.mode == "RGBA" else picture
    else:
        options = {"optimize": True}
    for name in ("icc_profile", "exif", "xmp", "dpi", "comment", "transparency"):
        picture.info.pop(name, None)
    picture.save(out, variant.format.upper(), **options)
    return out.getvalue()


def _animated(image: Image.Image, variant: Variant) -> bytes:
    """Returns an animation as WebP."""
    frames, times = [], []
    for frame in ImageSequence.Iterator(image):
        times.append(frame.info.get("duration") or 100)
        frames.append(_scaled(frame.convert("RGBA"), variant.width, variant.height, variant.crop))
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=times,
                   loop=image.info.get("loop", 1), quality=variant.quality, method=4)
    return out.getvalue()
