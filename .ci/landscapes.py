"""Paints the landscapes of `content/docs/images/`: pictures that are free, and that behave as photographs do when they
are made smaller.

    python .ci/landscapes.py            paint those of the documentation
    python .ci/landscapes.py FOLDER     paint all in a folder, large as a camera makes them (4000 × 3000 pixels)
    python .ci/landscapes.py --measure  paint all so, build a page with them, and tell the bytes that a reader gets

It needs Pillow.  The same version of Pillow paints the same pictures each time.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "content/docs/images"
SHOWN_IN_DOCS = ("lake", "valley", "dunes")
SCREENS = {"phone, 375 px at 2×": 335 * 2, "laptop, 1280 px at 1×": 665, "laptop, 1280 px at 2×": 665 * 2}
"""How wide the theme shows a picture on some screens, in pixels of the screen."""
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Landscape:
    """A picture: the colours of the sky above and at the horizon, of the nearest hill, of the sun, where it stands (in
    parts of width and height), and how many ridges there are."""

    name: str
    above: Colour
    horizon: Colour
    near: Colour
    sun: Colour
    at: tuple[float, float]
    ridges: int
    has_water: bool
    seed: int


LANDSCAPES = (
    Landscape("valley", (88, 132, 186), (244, 226, 200), (32, 52, 44), (255, 246, 222), (0.72, 0.34), 6, False, 7),
    Landscape("lake", (44, 60, 104), (240, 150, 104), (24, 26, 44), (255, 226, 176), (0.36, 0.42), 4, True, 3),
    Landscape("snow", (112, 150, 196), (226, 236, 246), (92, 116, 148), (255, 255, 250), (0.2, 0.16), 5, False, 18),
    Landscape("dunes", (120, 168, 204), (252, 222, 176), (150, 84, 44), (255, 250, 226), (0.6, 0.22), 5, False, 23),
    Landscape("dusk", (30, 28, 66), (206, 96, 120), (14, 12, 30), (255, 206, 196), (0.5, 0.5), 5, True, 42),
)


def paint(landscape: Landscape, size: tuple[int, int]) -> Image.Image:
    """Returns a landscape in this size."""
    random, (width, height) = Random(landscape.seed), size
    image = _sky(landscape, random, size)
    horizon = 0.5 if landscape.has_water else 0.42
    for index in range(landscape.ridges):
        depth = index / (landscape.ridges - 1)
        top = horizon + (0.1 if landscape.has_water else 0.5) * depth
        shape = Image.new("L", size, 0)
        line = _ridge(random, top * height, height * (0.07 + 0.05 * depth), size)
        ImageDraw.Draw(shape).polygon([(0, height), *line, (width, height)], fill=255)
        colour = _between(landscape.horizon, landscape.near, 0.25 + 0.75 * depth)
        image.paste(_ground(colour, random, size, depth), (0, 0), shape)
    if landscape.has_water:
        image = _with_water(image, random, round(height * 0.64))
    return _with_grain(image, random)


def _sky(landscape: Landscape, random: Random, size: tuple[int, int]) -> Image.Image:
    """Returns a sky with clouds and a sun."""
    width, height = size
    fade = Image.linear_gradient("L").resize((1, height)).resize(size)
    lit = ImageChops.multiply(fade, Image.new("L", size, 255)).point(lambda value: min(255, round(value * 1.9)))
    image = ImageOps.colorize(lit, landscape.above, landscape.horizon)
    streaks = _noise(random, (width, 5 * height), (3, 7, 15, 31)).resize(size, Image.Resampling.BOX)
    clouds = streaks.filter(ImageFilter.GaussianBlur(width / 180)).point(
        lambda value: max(0, min(130, round((value - 128) * 3.2))))
    image.paste(Image.new("RGB", size, _between(landscape.horizon, (255, 255, 255), 0.5)), (0, 0), clouds)
    glow, radius = Image.new("L", size, 0), width * 0.035
    x, y = landscape.at[0] * width, landscape.at[1] * height
    pen = ImageDraw.Draw(glow)
    for step in range(40, 0, -1):
        reach = radius * (1 + step * step / 90)
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=round(200 * (1 - step / 40) ** 2))
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    image.paste(Image.new("RGB", size, landscape.sun), (0, 0), glow.filter(ImageFilter.GaussianBlur(width / 400)))
    return image


def _ridge(random: Random, top: float, rough: float, size: tuple[int, int]) -> list[tuple[float, float]]:
    """Returns the outline of a hill, found by moving the middle of each line."""
    heights = [random.uniform(-rough, rough) for _ in range(3)]
    while len(heights) < size[0] / 3:
        rough *= 0.56
        middles = [(one + two) / 2 + random.uniform(-rough, rough) for one, two in pairwise(heights)]
        heights = [each for pair in zip(heights, middles, strict=False) for each in pair] + heights[-1:]
    step = size[0] / (len(heights) - 1)
    return [(index * step, top + each) for index, each in enumerate(heights)]


def _ground(colour: Colour, random: Random, size: tuple[int, int], depth: float) -> Image.Image:
    """Returns a surface with light and shade, the nearer the finer."""
    texture = _noise(random, size, (6, 17, 50, 160, 420) if depth > 0.4 else (5, 14))
    contrast = 1.0 if depth > 0.4 else 0.35  # what is far away is in the haze
    low, high = _between(colour, (0, 0, 0), 0.28 * contrast), _between(colour, (255, 255, 255), 0.16 * contrast)
    return ImageOps.colorize(texture.point(lambda value: max(0, min(255, (value - 80) * 3))), low, high)


def _with_water(image: Image.Image, random: Random, shore: int) -> Image.Image:
    """Returns a picture with a lake, in which what is above the shore is seen again."""
    width, height = image.size
    depth = height - shore
    mirrored = ImageOps.flip(image.crop((0, max(0, shore - depth), width, shore))).resize((width, depth))
    mirrored = mirrored.filter(ImageFilter.GaussianBlur(width / 500))
    waves = _noise(random, (width, depth), (2, 5)).resize((width // 8 + 1, depth)).resize((width, depth))
    mirrored = Image.composite(mirrored, mirrored.point(lambda value: round(value * 0.72)),
                               waves.point(lambda value: max(0, min(255, (value - 90) * 4))))
    image.paste(mirrored, (0, shore))
    return image


def _with_grain(image: Image.Image, random: Random) -> Image.Image:
    """Returns a picture with the noise of a camera."""
    grain = Image.frombytes("L", image.size, random.randbytes(image.width * image.height))
    return Image.blend(image, ImageChops.overlay(image, Image.merge("RGB", (grain,) * 3)), 0.05)


def _noise(random: Random, size: tuple[int, int], scales: tuple[int, ...]) -> Image.Image:
    """Returns grey clouds; each scale is the number of patches across the picture."""
    made = Image.new("L", size, 128)
    for index, scale in enumerate(scales):
        rows = max(2, round(scale * size[1] / size[0]))
        patches = Image.frombytes("L", (scale + 1, rows), random.randbytes((scale + 1) * rows))
        made = Image.blend(made, patches.resize(size, Image.Resampling.BICUBIC), 0.62 / (1 + index * 0.55))
    return made


def _between(one: Colour, two: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


def paint_all(folder: Path, size: tuple[int, int], quality: int, names: Collection[str] = ()) -> None:
    """Paints landscapes into a folder, by default all."""
    folder.mkdir(parents=True, exist_ok=True)
    for landscape in LANDSCAPES:
        if not names or landscape.name in names:
            file = folder / f"{landscape.name}.jpg"
            paint(landscape, size).save(file, quality=quality, optimize=True, progressive=True)
            logging.info("%s: %d kB", file, file.stat().st_size / 1000)


def measure() -> None:
    """Tells what a reader gets of a page with all landscapes, in the formats that browsers know."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        paint_all(root / "content", (4000, 3000), 90)
        before = sum(file.stat().st_size for file in (root / "content").iterdir())
        text = "\n\n".join(f"![{each.name}]({each.name}.jpg)" for each in LANDSCAPES)
        (root / "content/page.md").write_text(text, encoding="utf-8")
        (root / "config.yaml").write_text("base_url: https://example.org/\n", encoding="utf-8")
        subprocess.run([sys.executable, "-m", "coldpress", "build"], cwd=root, check=True,
                       env={**os.environ, "PYTHONPATH": str(ROOT)})
        page = (root / "site/page/index.html").read_text(encoding="utf-8")
        logging.info("the files of the camera: %s kB", f"{before / 1000:,.0f}")
        for screen, pixels in SCREENS.items():
            for kind, attributes in (("AVIF", 'type="image/avif" srcset'), ("WebP", 'type="image/webp" srcset'),
                                     ("JPEG", 'jpg" srcset')):
                sets = re.findall(f'{attributes}="([^"]*)"', page)
                after = sum((root / f"site{_taken(each, pixels)}").stat().st_size for each in sets)
                logging.info("%s, %s: %s kB (%.1f %%)", screen, kind, f"{after / 1000:,.0f}", 100 * after / before)


def _taken(srcset: str, pixels: int) -> str:
    """Returns the URL that a browser takes for so many pixels."""
    candidates = [(int(width), url) for url, width in re.findall(r"(\S+) (\d+)w", srcset)]
    return next((url for width, url in candidates if width >= pixels), candidates[-1][1])


def main(arguments: list[str]) -> None:
    """Paints landscapes, or measures."""
    if arguments == ["--measure"]:
        measure()
    elif arguments:
        paint_all(Path(arguments[0]), (4000, 3000), 90)
    else:
        paint_all(DOCS, (1600, 1067), 78, SHOWN_IN_DOCS)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
