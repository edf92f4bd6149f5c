"""Makes the icons of a site from one picture: PNG in several sizes, and `favicon.ico`."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from coldpress.cache.checksum import code_version
from coldpress.images.colours import Rgb
from coldpress.images.decoder import opened, shrinking, upright, upright_size
from coldpress.images.drawings import drawn

ICO_SIZES = (16, 32, 48)
"""The sizes in `favicon.ico`."""
_TOUCH_SHARE = 0.8  # of the icon of a home screen that the picture takes
_SAFE_SHARE = 0.6  # of an icon that may be cut to a circle: its safe zone is a circle of four fifths


def icon(file: Path, size: int) -> bytes:
    """Returns a picture as a square PNG, whose ground is transparent.  Raises `DamagedImageError`."""
    return _png(_square(file, size))


def icon_on_ground(file: Path, size: int, ground: Rgb, *, is_maskable: bool) -> bytes:
    """Returns a picture as a PNG on a ground that fills the icon, which a system may cut to another form.  A picture
    that is opaque is its own ground.  Raises `DamagedImageError`."""
    whole = _square(file, size)
    if whole.getchannel("A").getextrema()[0] == 255:
        if not is_maskable:
            return _png(whole.convert("RGB"))
        ground = whole.convert("RGB").getpixel((0, 0))  # type: ignore[assignment]
    inner = round(size * (_SAFE_SHARE if is_maskable else _TOUCH_SHARE))
    made = Image.new("RGB", (size, size), ground)
    picture = _square(file, inner)
    made.paste(picture, ((size - inner) // 2, (size - inner) // 2), picture)
    return _png(made)


def ico(file: Path) -> bytes:
    """Returns a picture as ICO in all sizes.  Raises `DamagedImageError`."""
    *smaller, largest = (_square(file, size) for size in ICO_SIZES)
    out = BytesIO()
    largest.save(out, "ICO", sizes=[(size, size) for size in ICO_SIZES], append_images=smaller)
    return out.getvalue()


@lru_cache(maxsize=1)
def icon_version() -> str:
    """Returns the version of the code and the libraries that make icons."""
    here = Path(__file__).parent
    return code_version([here / f"{name}.py" for name in ("icons", "decoder", "drawings")], ["pillow", "resvg-py"])


def _square(file: Path, size: int) -> Image.Image:
    """Returns a picture in the middle of a transparent square."""
    picture = drawn(file, size, size) if file.suffix.lower() == ".svg" else _of_pixels(file, size)
    made = Image.new("RGBA", (size, size))
    made.paste(picture, ((size - picture.width) // 2, (size - picture.height) // 2))
    return made


def _of_pixels(file: Path, size: int) -> Image.Image:
    with opened(file) as found:
        picture = upright(found, shrinking(upright_size(found), size, size)).convert("RGBA")
    scale = size / max(picture.size)
    pixels = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.convert("RGBa").resize(pixels, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA")


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
