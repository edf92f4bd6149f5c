"""SVG drawings: their size, from the tag of their root, and their pixels, which resvg draws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from coldpress.images.facts import DamagedImageError

if TYPE_CHECKING:
    from PIL import Image

_READ = 65_536  # bytes in which the root begins
_SKIPPED = re.compile(r"<!--.*?-->|<\?.*?\?>", re.S)
_ROOT = re.compile(r"<(?:[\w.-]+:)?svg\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.S)
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])(width|height|viewBox)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_LENGTH = re.compile(r"\s*\+?(\d*\.?\d+(?:e[+-]?\d{1,2})?)\s*(px|pt|pc|mm|cm|q|in|)\s*", re.I)
_PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "q": 96 / 101.6, "in": 96.0}
_WIDE = 1200  # pixels of a drawing that has no size of its own: a browser shows it as wide as there is room
_MOST = 100_000


def size_of_drawing(file: Path) -> tuple[int, int] | None:
    """Returns width and height of an SVG in pixels; None if its root has neither a size nor a `viewBox`."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_READ).decode("utf-8", "replace")
    except OSError:
        return None
    root = _ROOT.search(_SKIPPED.sub("", text))
    return _size({name: one or other for name, one, other in _ATTRIBUTE.findall(root[1])}) if root else None


def can_read_svg() -> bool:
    """Returns whether resvg is installed, which draws SVG."""
    return find_spec("resvg_py") is not None


def drawn(file: Path, width: int, height: int) -> Image.Image:
    """Returns an SVG as pixels, in RGBA and as large as it fits into a box, without the system's fonts, which differ
    between machines.  Raises `DamagedImageError`."""
    from PIL import Image  # noqa: PLC0415  (Pillow is an extra)
    from resvg_py import svg_to_bytes  # noqa: PLC0415  (an SVG may be shown without)

    text = file.read_text("utf-8-sig", "replace")
    try:
        picture = Image.open(BytesIO(svg_to_bytes(svg_string=text, width=width, skip_system_fonts=True)))
        if picture.height > height:
            picture = Image.open(BytesIO(svg_to_bytes(svg_string=text, height=height, skip_system_fonts=True)))
    except Exception as reason:  # noqa: BLE001  (whatever resvg raises for a damaged file)
        raise DamagedImageError(str(reason) or "it is no SVG") from None
    return picture.convert("RGBA")


def _size(root: Mapping[str, str]) -> tuple[int, int] | None:
    width, height = _pixels(root.get("width")), _pixels(root.get("height"))
    box = _box(root.get("viewBox", ""))
    if width and height:
        return _whole(width, height)
    if box is None:
        return None
    wide, high = box
    if width or height:
        return _whole(width or wide * height / high, height or high * width / wide)
    scale = max(1.0, _WIDE / wide)
    return _whole(wide * scale, high * scale)


def _box(text: str) -> tuple[float, float] | None:
    """Returns width and height of a `viewBox`."""
    try:
        _, _, wide, high = map(float, text.replace(",", " ").split())
    except ValueError:
        return None
    return (wide, high) if 0 < wide < _MOST and 0 < high < _MOST else None


def _pixels(text: str | None) -> float:
    """Returns a length in pixels; 0 for one that depends on the room, such as `100%`."""
    found = _LENGTH.fullmatch(text or "")
    return float(found[1]) * _PIXELS[found[2].lower()] if found else 0.0


def _whole(width: float, height: float) -> tuple[int, int] | None:
    size = round(width), round(height)
    return size if all(0 < each < _MOST for each in size) else None
