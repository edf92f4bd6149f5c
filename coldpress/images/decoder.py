"""Opens pictures with Pillow: upright, in sRGB, with eight bits a channel.

Global state: Pillow's warning of large pictures is switched off; those above `LARGEST` are refused here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from coldpress.images.facts import DamagedImageError, ImageFacts

LARGEST = 150_000_000
"""The largest picture that is opened, in pixels: as much as fits into half a gigabyte of memory."""
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")  # MPO is opened as a JPEG
_OURS = {"MPO": "jpeg"}
_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)
_LEVELS = "048cf"  # digits of a colour, five for each channel
_SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I", "F")
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


@contextmanager
def opened(file: Path) -> Iterator[Image.Image]:
    """Opens a picture without reading its pixels.  Raises `DamagedImageError` for whatever is wrong with it, inside
    the block too."""
    try:
        with Image.open(file, formats=_FORMATS) as image:
            if image.width * image.height > LARGEST:
                raise DamagedImageError(_too_large(image.width * image.height))
            yield image
    except DamagedImageError:
        raise
    except Image.DecompressionBombError:
        raise DamagedImageError(f"it has more than {LARGEST // 1_000_000} megapixels") from None
    except UnidentifiedImageError:
        raise DamagedImageError("it is not what its name says" if file.stat().st_size else "it is empty") from None
    except MemoryError:
        raise DamagedImageError("it needs more memory than there is") from None
    except Exception as reason:  # noqa: BLE001  (whatever a damaged picture makes Pillow raise)
        raise DamagedImageError(_told(reason)) from None


def facts_of(file: Path, digest: str) -> ImageFacts:
    """Returns the facts of a picture.  One that cannot be opened has a `fault`."""
    facts = ImageFacts(digest=digest)
    try:
        with opened(file) as image:
            width, height = _upright_size(image)
            kind = _OURS.get(image.format or "", (image.format or "").lower())
            facts = ImageFacts(width, height, digest, kind, "", _has_alpha(image), _is_animated(image))
            return facts if facts.is_animated else facts._replace(colour=_colour(image))
    except DamagedImageError as reason:
        return facts._replace(fault=str(reason))


def upright(image: Image.Image, least: tuple[int, int]) -> Image.Image:
    """Returns the pixels of an opened picture upright, in sRGB and with eight bits a channel (mode L, RGB or RGBA).
    A JPEG may come smaller than it is, but not below `least`, a width and a height."""
    turned = image.getexif().get(_ORIENTATION) in _TURNED
    image.draft(None, (least[1], least[0]) if turned else least)
    profile = image.info.get("icc_profile")
    made = ImageOps.exif_transpose(image)
    return _in_srgb(made, profile)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Returns a picture with eight bits a channel; colours of another profile become those of sRGB."""
    if image.mode in _SIXTEEN_BITS:
        return _of_eight_bits(image)
    if image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA" if _has_alpha(image) else "RGB")
    if profile and image.mode in ("RGB", "RGBA", "CMYK", "L", "LAB"):
        converted = _converted(image, profile)
        if converted is not None:
            return converted
    if image.mode in ("L", "RGB", "RGBA"):
        return image
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if _has_alpha(image) else "RGB")


def _converted(image: Image.Image, profile: bytes) -> Image.Image | None:
    """Returns a picture in sRGB; None if its profile is sRGB already, or damaged, or of another kind of picture."""
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(given):
            return None
        alpha = image.getchannel("A") if image.mode == "RGBA" else None
        plain = image.convert("RGB") if alpha else image
        mode = "L" if image.mode == "L" else "RGB"
        target = _SRGB if mode == "RGB" else None
        if target is None:
            return None  # a grey picture in a profile of its own: the difference is a gamma
        made = ImageCms.profileToProfile(plain, given, target, outputMode=mode)
        if made is not None and alpha:
            made.putalpha(alpha)
        return made
    return None


_SRGB: Any = ImageCms.createProfile("sRGB")


def _of_eight_bits(image: Image.Image) -> Image.Image:
    """Returns a grey picture of sixteen bits, or of floating point numbers, in eight bits."""
    if image.mode == "F":
        low, high = map(float, image.getextrema())  # type: ignore[arg-type]
        span = (high - low) or 1.0
        return image.point(lambda value: value * (255 / span) - low * (255 / span)).convert("L")
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """Returns width and height as a browser shows a picture: turned as its camera says."""
    with suppress(Exception):  # damaged EXIF data turn nothing
        if image.getexif().get(_ORIENTATION) in _TURNED:
            return image.height, image.width
    return image.size


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def _is_animated(image: Image.Image) -> bool:
    # An MPO has several photographs, of which the first is meant.
    return image.format != "MPO" and getattr(image, "n_frames", 1) > 1


def _colour(image: Image.Image) -> str:
    """Returns the mean colour of a picture as three digits; an empty text if it is transparent somewhere."""
    small = upright(image, (32, 32)).resize((1, 1), Image.Resampling.BOX, reducing_gap=1.0)
    if small.mode == "RGBA" and small.getpixel((0, 0))[3] < 255:  # type: ignore[index]
        return ""
    red, green, blue = small.convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    return "".join(_LEVELS[round(value * (len(_LEVELS) - 1) / 255)] for value in (red, green, blue))


def _too_large(pixels: int) -> str:
    return f"it has {pixels // 1_000_000:,} megapixels, and the most is {LARGEST // 1_000_000}"


def _told(reason: Exception) -> str:
    """Returns what is wrong with a picture, from what Pillow raised."""
    text = str(reason).lower()
    if "truncated" in text or "incomplete" in text or "not enough" in text:
        return "its end is missing"
    return f"it is damaged ({reason})" if str(reason) else "it is damaged"
