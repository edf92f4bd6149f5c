"""Colours of CSS as sRGB, for pictures that are drawn; and the colours of the theme's presets."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from PIL import ImageColor

Rgb = tuple[int, int, int]
Oklch = tuple[float, float, float]
"""Lightness from 0 to 1, chroma, and hue in degrees."""
_FUNCTION = re.compile(r"([a-z]+)\(\s*(?:(srgb|display-p3|srgb-linear)\s+)?(.*?)\s*\)", re.I | re.S)
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(%|deg|rad|turn|grad)?|none", re.I)
_SEEN = 0.2  # of lightness, from which a colour can be seen on another
_TURNS = {"rad": 180 / math.pi, "turn": 360.0, "grad": 0.9}
_RGB_OF_LMS = ((4.0767416621, -3.3077115913, 0.2309699292), (-1.2684380046, 2.6097574011, -0.3413193965),
               (-0.0041960863, -0.7034186147, 1.7076147010))
_LMS_OF_RGB = ((0.4122214708, 0.5363325363, 0.0514459929), (0.2119034982, 0.6806995451, 0.1073969566),
               (0.0883024619, 0.2817188376, 0.6299787005))
_LMS_OF_LAB = ((1.0, 0.3963377774, 0.2158037573), (1.0, -0.1055613458, -0.0638541728),
               (1.0, -0.0894841775, -1.2914855480))
_LAB_OF_LMS = ((0.2104542553, 0.7936177850, -0.0040720468), (1.9779984951, -2.4285922050, 0.4505937099),
               (0.0259040371, 0.7827717662, -0.8086757660))
_RGB_OF_XYZ = ((3.1341359569, -1.6173863321, -0.4906619460), (-0.9787955503, 1.9162543774, 0.0334427313),
               (0.0719553750, -0.2289768264, 1.4053860360))  # of the white D50, which `lab()` has
_WHITE = (0.9642956764, 1.0, 0.8251046026)
Matrix = tuple[tuple[float, float, float], ...]


class Palette(NamedTuple):
    """The colours of a theme in one of its modes, as Oklch: the page, text, text that matters less, and links."""

    page: Oklch
    ink: Oklch
    soft: Oklch
    accent: Oklch


LIGHT = {
    "paper": Palette((0.993, 0.002, 120), (0.25, 0.01, 165), (0.48, 0.012, 165), (0.44, 0.09, 160)),
    "ink": Palette((1.0, 0, 0), (0.19, 0, 0), (0.47, 0, 0), (0.46, 0.2, 268)),
    "serif": Palette((0.982, 0.011, 85), (0.26, 0.022, 48), (0.465, 0.03, 55), (0.43, 0.135, 28)),
    "terminal": Palette((0.98, 0.006, 150), (0.27, 0.03, 158), (0.46, 0.035, 155), (0.42, 0.12, 152))}
"""The colours of each preset by day, as `styles/tokens.css` has them."""
DARK = {
    "paper": Palette((0.18, 0.006, 170), (0.90, 0.006, 130), (0.72, 0.01, 150), (0.81, 0.1, 160)),
    "ink": Palette((0.15, 0, 0), (0.94, 0, 0), (0.71, 0, 0), (0.77, 0.12, 268)),
    "serif": Palette((0.195, 0.011, 55), (0.90, 0.016, 82), (0.73, 0.022, 75), (0.79, 0.095, 45)),
    "terminal": Palette((0.165, 0.014, 160), (0.88, 0.045, 150), (0.71, 0.05, 150), (0.84, 0.17, 148))}
"""The same by night."""


def palette(preset: str, accent: str | None, *, is_dark: bool) -> Palette:
    """Returns the colours of a preset.  An accent of one's own is made as dark, or as light, as text has to be."""
    known = (DARK if is_dark else LIGHT)[preset]
    if accent is None:
        return known
    lightness, chroma, hue = oklch_of(rgb_of(accent))
    fitting = (max(lightness, 0.78), min(chroma, 0.13), hue) if is_dark else (
        min(lightness, 0.48), min(chroma, 0.16), hue)
    return known._replace(accent=fitting)


def surface(accent: str | None, colours: Palette) -> Oklch:
    """Returns the colour of what is no text on a page: an accent of one's own as it is, if it can be seen there."""
    own = oklch_of(rgb_of(accent)) if accent else colours.accent
    return own if abs(own[0] - colours.page[0]) >= _SEEN else colours.accent


def rgb_of(text: str) -> Rgb:
    """Returns a colour of CSS as sRGB, without its transparency.  Raises `ValueError`."""
    text = text.strip()
    found = _FUNCTION.fullmatch(text)
    if found is None:
        return ImageColor.getrgb(text)[:3]
    name, space, inner = found[1].lower(), (found[2] or "").lower(), found[3]
    parts = [(float(part[1] or 0), (part[2] or "").lower()) for part in _NUMBER.finditer(inner)][:3]
    if len(parts) < 3:
        raise ValueError(f"`{text}` is no colour")
    if name in ("rgb", "rgba"):
        one, two, three = (value * 2.55 if unit == "%" else value for value, unit in parts)
        return _clipped((one / 255, two / 255, three / 255))
    if name == "color":
        one, two, three = (value / 100 if unit == "%" else value for value, unit in parts)
        return _clipped(tuple(map(_encoded, (one, two, three))) if space == "srgb-linear" else (one, two, three))
    return _of_space(name, parts)


def _of_space(name: str, parts: list[tuple[float, str]]) -> Rgb:
    """Returns a colour that is not written in red, green and blue."""
    hue = parts[0] if name in ("hsl", "hsla", "hwb") else parts[2]
    degrees = hue[0] * _TURNS.get(hue[1], 1.0)
    (one, unit_one), (two, unit_two), (three, unit_three) = parts
    if name in ("hsl", "hsla"):
        return _of_hsl(degrees, two / 100, three / 100)
    if name == "hwb":
        return _of_hwb(degrees, two / 100, three / 100)
    if name == "oklch":
        return rgb_of_oklch((one / 100 if unit_one == "%" else one, two * 0.004 if unit_two == "%" else two, degrees))
    if name == "oklab":
        a, b = (value * 0.004 if unit == "%" else value for value, unit in ((two, unit_two), (three, unit_three)))
        return rgb_of_oklch((one / 100 if unit_one == "%" else one, math.hypot(a, b), math.degrees(math.atan2(b, a))))
    if name == "lch":
        chroma = two * 1.5 if unit_two == "%" else two
        return _of_lab(one, chroma * math.cos(math.radians(degrees)), chroma * math.sin(math.radians(degrees)))
    a, b = (value * 1.25 if unit == "%" else value for value, unit in ((two, unit_two), (three, unit_three)))
    return _of_lab(one, a, b)


def rgb_of_oklch(colour: Oklch) -> Rgb:
    """Returns a colour of Oklch as sRGB; one outside of sRGB loses chroma until it is inside."""
    lightness, chroma, hue = colour
    for step in range(21):
        linear = _linear_of(lightness, chroma * (1 - step / 20), hue)
        if all(-0.0005 <= part <= 1.0005 for part in linear):
            break
    return _clipped(tuple(map(_encoded, linear)))


def oklch_of(colour: Rgb) -> Oklch:
    """Returns a colour of sRGB as Oklch."""
    linear = tuple(_decoded(part / 255) for part in colour)
    lightness, a, b = _times(_LAB_OF_LMS, tuple(math.cbrt(part) for part in _times(_LMS_OF_RGB, linear)))
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def hex_of(colour: Rgb) -> str:
    """Returns a colour as `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def is_dark(colour: Rgb) -> bool:
    """Returns whether light text reads better on a colour than dark text."""
    return oklch_of(colour)[0] < 0.62


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Returns a mixture of two colours with a share of the first."""
    return (round(one[0] * share + other[0] * (1 - share)), round(one[1] * share + other[1] * (1 - share)),
            round(one[2] * share + other[2] * (1 - share)))


def _linear_of(lightness: float, chroma: float, hue: float) -> tuple[float, ...]:
    lab = lightness, chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    return _times(_RGB_OF_LMS, tuple(part ** 3 for part in _times(_LMS_OF_LAB, lab)))


def _of_hsl(hue: float, saturation: float, lightness: float) -> Rgb:
    def part(number: int) -> float:
        at = (number + hue / 30) % 12
        return lightness - saturation * min(lightness, 1 - lightness) * max(-1.0, min(at - 3, 9 - at, 1.0))

    return _clipped((part(0), part(8), part(4)))


def _of_hwb(hue: float, white: float, black: float) -> Rgb:
    if white + black >= 1:
        grey = white / (white + black)
        return _clipped((grey, grey, grey))
    return _clipped(tuple(part / 255 * (1 - white - black) + white for part in _of_hsl(hue, 1, 0.5)))


def _of_lab(lightness: float, a: float, b: float) -> Rgb:
    middle = (lightness + 16) / 116
    parts = (middle + a / 500, middle, middle - b / 200)
    xyz = tuple(white * (part ** 3 if part ** 3 > 216 / 24389 else (116 * part - 16) * 27 / 24389)
                for white, part in zip(_WHITE, parts, strict=True))
    return _clipped(tuple(map(_encoded, _times(_RGB_OF_XYZ, xyz))))


def _times(matrix: Matrix, vector: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix)


def _encoded(linear: float) -> float:
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _decoded(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _clipped(parts: tuple[float, ...]) -> Rgb:
    red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in parts)
    return red, green, blue
