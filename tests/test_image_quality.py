"""How good and how small pictures are: each variant against its original, scaled by Lanczos from all of its pixels.

With COLDPRESS_LONG=1 the photos have 12 megapixels, and there are ten.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pictures import candidates, opened, photo, saved, ssim
from PIL import Image

LONG = bool(os.environ.get("COLDPRESS_LONG"))
PHOTOS, SMALLER = (10, 1) if LONG else (2, 2)
SHARE = 0.08 if LONG else 0.25
"""How many of its originals' bytes a page may load; a small photo has fewer to save."""


@pytest.fixture(scope="module")
def photos() -> list[Image.Image]:
    return [photo(4032, 3024, seed=seed).reduce(SMALLER) for seed in range(PHOTOS)]


def built(build_site, pictures: dict[str, bytes], config: str = ""):
    text = "\n".join(f"![Photo]({name})\n" for name in pictures)
    files = {f"content/{name}": data for name, data in pictures.items()}
    return build_site({**files, "content/a.md": text}, f"base_url: https://example.org/\n{config}")


def loaded(site, kind: str) -> list[tuple[Path, int]]:
    """What a browser loads for each picture of the page in a window of 1280 pixels: the smallest variant that is as
    wide as its place, 720 pixels."""
    found = []
    for picture in re.findall(r"<picture>.*?</picture>", site.text("a/index.html"), re.S):
        urls = candidates(picture)[kind]
        width = min(each for each in urls if each >= min(720, max(urls)))
        found.append((site.root / "site" / urls[width].removeprefix("/"), width))
    return found


def test_photos_are_a_small_part_of_their_bytes_and_look_the_same(build_site, photos):
    pictures = {f"p{number}.jpg": saved(each, "JPEG", quality=90) for number, each in enumerate(photos)}
    site = built(build_site, pictures)
    total = sum(map(len, pictures.values()))
    alike, sizes = {}, {}
    for kind in ("avif", "webp", "img"):
        made = loaded(site, kind)
        sizes[kind] = sum(file.stat().st_size for file, _ in made)
        alike[kind] = [ssim(opened(file), _scaled(each, width)) for (file, width), each in zip(
            made, photos, strict=True)]
    assert sizes["avif"] <= SHARE * total, f"{sizes['avif'] / total:.1%}"
    assert min(map(min, alike.values())) >= 0.95, alike
    assert sizes["avif"] < sizes["img"] and sizes["webp"] < sizes["img"]


def test_a_picture_that_is_reduced_first_is_as_good(build_site, photos):
    """Nothing is lost by decoding a photo smaller than it is."""
    site = built(build_site, {"p.jpg": saved(photos[0], "JPEG", quality=95)},
                 "images: {formats: [webp], quality: {webp: 95}}\n")
    for width, url in candidates(site.text("a/index.html"))["webp"].items():
        whole = _scaled(photos[0], width)
        best = ssim(opened(saved(whole, "WEBP", quality=95, method=4)), whole)
        assert ssim(opened(site.root / "site" / url.removeprefix("/")), whole) > best - 0.01


def _scaled(image: Image.Image, width: int) -> Image.Image:
    return image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
