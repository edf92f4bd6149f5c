"""Opens pictures with Pillow: upright, in sRGB, with eight bits a channel.

Global state: Pillow's warnings are switched off while a picture is open.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import AvifImagePlugin, Image, ImageCms, TiffImagePlugin, UnidentifiedImageError, WebPImagePlugin

from coldpress.images.facts import LFS, MEMORY, TOO_LARGE, DamagedImageError, ImageFacts, bytes_of_pixel
from coldpress.images.variants import LARGEST_SIDE

LARGEST = 120_000_000
"""The largest picture that is opened, in pixels."""
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
_PLUGINS = AvifImagePlugin, TiffImagePlugin, WebPImagePlugin  # else Pillow imports all that it has
_MOVING = ("GIF", "PNG", "WEBP", "AVIF")
_OURS = {"MPO": "jpeg"}
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90}
_ON_THE_SIDE = [_TURNS[number] for number in (5, 6, 7, 8)]
_STRIP = 64  # rows of a reduced picture that are made at once
_LEAST = 1_600  # pixels of the longer side that are left when a picture is decoded smaller
_LEVELS = "048cf"  # digits of a colour, five for each channel
_LONGEST_POINTER = 200  # bytes of a file that stands for one in Git LFS
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")


@contextmanager
def faults_told(file: Path) -> Iterator[None]:
    """Raises `DamagedImageError` for whatever Pillow raises inside the block."""
    try:
        yield
    except DamagedImageError:
        raise
    except Image.DecompressionBombError:
        raise DamagedImageError(f"{TOO_LARGE}: more than {LARGEST // 1_000_000} megapixels") from None
    except UnidentifiedImageError:
        raise DamagedImageError(_unknown(file)) from None
    except MemoryError:
        raise DamagedImageError("it needs more memory than there is") from None
    except Exception as reason:  # noqa: BLE001  (whatever a damaged picture makes Pillow raise)
        raise DamagedImageError(_told(reason)) from None


@contextmanager
def opened(file: Path) -> Iterator[Image.Image]:
    """Opens a picture without reading its pixels; at the end of the block they are given back.  Raises
    `DamagedImageError` for whatever is wrong with it, inside the block too."""
    with (faults_told(file), warnings.catch_warnings(action="ignore"),
          closing(Image.open(file, formats=_FORMATS)) as image):
        _check_size(image)
        yield image


def facts_of(file: Path, digest: str) -> ImageFacts:
    """Returns the facts of a picture.  One that cannot be opened has a `fault`."""
    facts = ImageFacts(digest=digest)
    try:
        with opened(file) as image:
            width, height = upright_size(image)
            kind = _OURS.get(image.format or "", (image.format or "").lower())
            facts = ImageFacts(width, height, digest, kind, "", _has_alpha(image), is_animated(image))
            if facts.is_animated:
                return facts if _frames(image) * width * height <= LARGEST else facts._replace(format="")
            return facts._replace(colour=_colour(image))
    except DamagedImageError as reason:
        return facts._replace(fault=str(reason))


def shrinking(size: tuple[int, int], width: int, height: int) -> int:
    """Returns how many times smaller a picture of a size may be decoded for a variant of these pixels.  It depends on
    nothing else: a variant has the same bytes whatever is made beside it."""
    wide, high = size
    most = min(wide / width, high / height, max(wide, high) / _LEAST)
    return next((factor for factor in (8, 4, 2) if factor <= most), 1)


def upright(image: Image.Image, factor: int = 1) -> Image.Image:
    """Returns the pixels of an opened picture upright, in sRGB and with eight bits a channel (mode L, RGB or RGBA),
    without metadata, and smaller by a factor of 1, 2, 4 or 8."""
    turn, profile = _turn(image), image.info.get("icc_profile")
    full = image.size
    image.draft(None, (max(1, full[0] // factor), max(1, full[1] // factor)))
    picture = _of_eight_bits(image)
    if factor > 1 and picture.size == full:
        picture = _reduced(picture, factor)
    picture = _in_srgb(picture, profile) if profile else picture
    if picture.mode not in ("L", "RGB", "RGBA"):
        picture = picture.convert("RGB")
    if picture is image:
        picture = image.copy()  # the file may be closed, to which some look back
    picture.info = {}
    return picture.transpose(turn) if turn is not None else picture


def _reduced(picture: Image.Image, factor: int) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.reduce(factor)
    # The colour of transparent pixels must not shine through; strips, for no second picture of this size in memory.
    wide, high = picture.size
    made = Image.new("RGBa", (math.ceil(wide / factor), math.ceil(high / factor)))
    for top in range(0, high, _STRIP * factor):
        strip = picture.crop((0, top, wide, min(high, top + _STRIP * factor)))
        made.paste(strip.convert("RGBa").reduce(factor), (0, top // factor))
    return made.convert("RGBA")


def _of_eight_bits(image: Image.Image) -> Image.Image:
    """Returns a picture with eight bits a channel and without a palette."""
    if image.mode == "F":
        low, high = map(float, image.getextrema())  # type: ignore[arg-type]
        span = (high - low) or 1.0
        return image.point(lambda value: value * (255 / span) - low * (255 / span)).convert("L")
    if image.mode in _SIXTEEN_BITS:
        return image.convert("I").point([value // 257 for value in range(1 << 16)], "L")
    if _has_alpha(image):
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode == "P":
        return image.convert("RGB")
    return image.convert("L") if image.mode == "1" else image


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Returns a picture in sRGB.  It stays as it is if its profile is sRGB already, or damaged, or of another kind of
    picture, or grey: there the difference is a gamma."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        if picture.mode == "L" or "sRGB" in ImageCms.getProfileDescription(given):
            return picture
        alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
        plain = picture.convert("RGB") if alpha else picture
        made = ImageCms.profileToProfile(plain, given, _SRGB, outputMode="RGB")
        if made is not None:
            if alpha:
                made.putalpha(alpha)
            return made
    return picture


_SRGB: Any = ImageCms.createProfile("sRGB")


def _turn(image: Image.Image) -> Image.Transpose | None:
    """Returns how a picture is turned to stand upright, as its camera says."""
    with suppress(Exception):  # damaged EXIF data turn nothing
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    return None


def upright_size(image: Image.Image) -> tuple[int, int]:
    """Returns width and height as a browser shows a picture."""
    return (image.height, image.width) if _turn(image) in _ON_THE_SIDE else image.size


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def is_animated(image: Image.Image) -> bool:
    """Returns whether a picture moves.  Files of other formats may have several pictures too: the first is meant."""
    return image.format in _MOVING and _frames(image) > 1


def _frames(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))


def _colour(image: Image.Image) -> str:
    """Returns the mean colour of a picture as three digits; an empty text if it is transparent somewhere."""
    small = upright(image, 8).resize((1, 1), Image.Resampling.BOX, reducing_gap=1.0)
    if small.mode == "RGBA" and small.getpixel((0, 0))[3] < 255:  # type: ignore[index]
        return ""
    red, green, blue = small.convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    return "".join(_LEVELS[round(value * (len(_LEVELS) - 1) / 255)] for value in (red, green, blue))


def _check_size(image: Image.Image) -> None:
    """Raises `DamagedImageError` for a picture that takes too much memory, or too many digits in a name."""
    pixels = image.width * image.height
    most = min(LARGEST, MEMORY // bytes_of_pixel((image.format or "").lower()))
    if pixels > most:
        raise DamagedImageError(f"{TOO_LARGE}: {pixels // 1_000_000:,} megapixels, and the most is "
                                f"{most // 1_000_000}")
    if max(image.size) > LARGEST_SIDE:
        raise DamagedImageError(f"{TOO_LARGE}: a side has more than {LARGEST_SIDE:,} pixels")


def _unknown(file: Path) -> str:
    """Returns what is wrong with a file that is no picture."""
    with file.open("rb") as opened:
        start = opened.read(_LONGEST_POINTER)
    if start.startswith(b"version https://git-lfs"):
        return LFS
    return "it is not what its name says" if start else "it is empty"


def _told(reason: Exception) -> str:
    """Returns what is wrong with a picture, from what Pillow raised."""
    text = str(reason).lower()
    if "truncated" in text or "incomplete" in text or "not enough" in text:
        return "its end is missing"
    return f"it is damaged ({reason})" if str(reason) else "it is damaged"
