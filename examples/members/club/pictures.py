"""Pictures that members send: checked, cleaned, and saved under a safe name."""

from __future__ import annotations

import re
import unicodedata
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps
from werkzeug.datastructures import FileStorage

FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
"""The formats that are taken, and their file extensions.  SVG is none: it may hold scripts."""
MOST_PIXELS = 50_000_000
_LONGEST = 100  # bytes of a name without its extension; file systems take 255 with it
_REFUSED = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069#%]')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.I)


class RefusedPictureError(ValueError):
    """A file that is not taken; the message says why."""


def save_picture(sent: FileStorage, folder: Path) -> str:
    """Saves a picture that was sent into a folder, and returns its name.

    It is opened and written anew, so that nothing but pixels is kept: no place where it was taken, and no script that a
    file may hold beside its picture.  Raises `RefusedPictureError`.
    """
    image, kind = _opened(sent)
    name = safe_name(sent.filename or "", FORMATS[kind])
    out = BytesIO()
    image.save(out, kind, **({"quality": 90} if kind != "PNG" else {}))
    target = _free(folder, name)
    target.write_bytes(out.getvalue())
    return target.name


def safe_name(given: str, extension: str) -> str:
    """Returns a name for a file that somebody else has named: letters of any script stay, whatever leads to another
    folder goes, and the extension is that of the content: `文件 报告.png` stays, `../../x.php` becomes `x.jpg`."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/")).rpartition("/")[2]
    stem = _REFUSED.sub(" ", name.rpartition(".")[0] or name)
    stem = " ".join(stem.split()).strip(". ")
    if not stem or _DEVICES.fullmatch(stem):
        stem = "picture"
    short = stem.encode()[:_LONGEST].decode(errors="ignore").rstrip(". ")
    return f"{short}{extension}"


def _opened(sent: FileStorage) -> tuple[Image.Image, str]:
    """Returns the upright pixels of a picture, without anything beside them, and its format."""
    try:
        with Image.open(sent.stream, formats=list(FORMATS)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise RefusedPictureError(f"This picture has more than {MOST_PIXELS // 1_000_000} megapixels.")
            kind = image.format or ""
            pixels = ImageOps.exif_transpose(image)
            pixels.load()
    except RefusedPictureError:
        raise
    except Exception:  # noqa: BLE001  (whatever a file that is no picture makes Pillow raise)
        raise RefusedPictureError(f"This is no picture in {', '.join(FORMATS)}, or it is damaged.") from None
    pixels.info = {key: value for key, value in pixels.info.items() if key == "transparency"}
    return pixels, kind


def _free(folder: Path, name: str) -> Path:
    """Returns a path in a folder at which nothing is."""
    stem, dot, extension = name.rpartition(".")
    names = (name, *(f"{stem}-{number}{dot}{extension}" for number in range(2, 1_000)))
    return next(folder / each for each in names if not (folder / each).exists())
