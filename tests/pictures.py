"""Pictures that tests make with Pillow, and what they ask of others."""

from __future__ import annotations

import io
import random
import re
import struct
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageMath

CORNERS = ("red", "lime", "blue", "yellow")
"""The colours of the four quarters of `quarters`, by rows."""
_WIDE_GAMUT = ((0.9, 0.35, 0.0), (0.05, 0.6, 0.02), (0.014, 0.05, 0.8))


def quarters(width: int = 200, height: int = 100, mode: str = "RGB") -> Image.Image:
    """A picture of four quarters, each of one colour: whoever turns it is found out."""
    made = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(made)
    for number, colour in enumerate(CORNERS):
        left, top = number % 2 * width // 2, number // 2 * height // 2
        draw.rectangle((left, top, left + width // 2, top + height // 2), colour)
    return made.convert(mode)


def photo(width: int, height: int, seed: int = 1) -> Image.Image:
    """A picture with the spectrum of a photograph, always the same for a seed: clouds of noise in octaves, where each
    coarser one is stronger, in three channels that differ little, with edges of light and shadow, and grain."""
    rng = random.Random(seed)
    base = Image.new("L", (width, height), 128)
    size = 4
    strength = 0.5
    while size < max(width, height):
        cells = size, max(2, size * height // width)
        noise = Image.frombytes("L", cells, rng.randbytes(cells[0] * cells[1]))
        base = Image.blend(base, noise.resize((width, height), Image.Resampling.BICUBIC), strength)
        size *= 2
        strength *= 0.7
    draw = ImageDraw.Draw(shade := Image.new("L", (width, height), 90))
    for _ in range(24):
        left, top = rng.randrange(width), rng.randrange(height)
        draw.ellipse((left, top, left + rng.randrange(9, width // 2), top + rng.randrange(9, height // 2)),
                     fill=rng.randrange(40, 216))
    base = Image.blend(base, shade.filter(ImageFilter.GaussianBlur(width / 900)), 0.45)
    hue = [Image.frombytes("L", (6, 4), rng.randbytes(24)).resize((width, height), Image.Resampling.BICUBIC)
           for _ in range(3)]
    grain = Image.frombytes("L", (width, height), rng.randbytes(width * height))
    return Image.merge("RGB", [Image.blend(Image.blend(base, each, 0.18), grain, 0.06) for each in hue])


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    """The bytes of a picture in a format."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def opened(data: bytes | Path) -> Image.Image:
    return Image.open(io.BytesIO(data if isinstance(data, bytes) else data.read_bytes()))


def turned(image: Image.Image, orientation: int) -> bytes:
    """A JPEG that stands upright once it is turned as its EXIF data say; with a position."""
    turns = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
             5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
             8: Image.Transpose.ROTATE_270}
    stored = image.transpose(turns[orientation]) if orientation in turns else image
    return saved(stored, "JPEG", quality=95, exif=exif(orientation))


def exif(orientation: int) -> Image.Exif:
    """EXIF data with an orientation, a camera and a position."""
    made = Image.Exif()
    made[0x0112], made[0x010F] = orientation, "Camera of mine"
    made.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0)})
    return made


def wide_gamut_profile() -> bytes:
    """An ICC profile whose red, green and blue are stronger than those of sRGB, with a gamma of 2.2."""
    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    parts = {b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + bytes(78),
             b"wtpt": b"XYZ \0\0\0\0" + number(0.9642) + number(1.0) + number(0.8249)}
    for name, values in zip((b"rXYZ", b"gXYZ", b"bXYZ"), zip(*_WIDE_GAMUT, strict=True), strict=True):
        parts[name] = b"XYZ \0\0\0\0" + b"".join(map(number, values))
    for name in (b"rTRC", b"gTRC", b"bTRC"):
        parts[name] = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    table, body, start = b"", b"", 128 + 4 + 12 * len(parts)
    for name, data in parts.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + number(0.9642) + number(1.0) + number(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(parts)) + table + body


def ssim(one: Image.Image, other: Image.Image) -> float:
    """How alike two pictures are, 1 for the same: the mean structural similarity of their brightness in squares of
    eight pixels."""
    def mean(image: Image.Image) -> Image.Image:
        return image.reduce(8)

    a, b = (image.convert("L").convert("F") for image in (one, other))
    of = ImageMath.lambda_eval
    both = of(lambda x: x["a"] * x["b"], a=a, b=b)
    found = of(
        lambda x: ((2 * x["ma"] * x["mb"] + 6.5025) * (2 * (x["mab"] - x["ma"] * x["mb"]) + 58.5225)
                   / ((x["ma"] * x["ma"] + x["mb"] * x["mb"] + 6.5025)
                      * (x["maa"] - x["ma"] * x["ma"] + x["mbb"] - x["mb"] * x["mb"] + 58.5225))),
        ma=mean(a), mb=mean(b), mab=mean(both), maa=mean(of(lambda x: x["a"] * x["a"], a=a)),
        mbb=mean(of(lambda x: x["b"] * x["b"], b=b)))
    pixel = found.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(pixel, float)
    return pixel


def candidates(html: str) -> dict[str, dict[int, str]]:
    """The URLs of the variants of the first picture of a page, by format and width; `img` is that of the `<img>`."""
    picture = re.search(r"<picture>.*?</picture>|<img[^>]*srcset=[^>]*>", html, re.S)
    assert picture, html
    found = {}
    for tag in re.findall(r"<(?:source|img)[^>]*>", picture[0]):
        kind = re.search(r'type="image/(\w+)"', tag)
        srcset = re.search(r'srcset="([^"]*)"', tag)
        assert srcset, tag
        found[kind[1] if kind else "img"] = {
            int(each.split(" ")[1][:-1]): each.split(" ")[0] for each in srcset[1].split(", ")}
    return found
