"""Variants of a picture: their widths, their names, and what stands in a name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from coldpress.images.facts import ImageFacts
from coldpress.paths import NAME_HASH, name_hash

CROPS = ("centre", "top", "entropy")
"""Which part of a picture stays when it is cut: its middle, its top, or where most is to be seen."""
EXTENSIONS = {"avif": "avif", "webp": "webp", "jpeg": "jpg", "png": "png"}
"""The file extension of each format that is made."""
_FORMATS = {extension: kind for kind, extension in EXTENSIONS.items()}
LARGEST_SIDES = {"avif": 32_768, "webp": 16_383, "jpeg": 65_500}
"""The most pixels of a side that a format can have, or that programs read."""
_LARGEST_AVIF = 25_000_000  # pixels: for more, the encoder takes nearly a gigabyte
LARGEST_SIDE = 99_999
"""The most pixels of a side that a name can say."""
_LONGEST_STEM = 200  # bytes of a picture's name in those of its variants: file systems take 255
_NEAR = 0.9  # of two widths so near each other only the larger is made
VARIANT_NAME = (r".+\.[1-9]\d{0,4}(?:x[1-9]\d{0,4}[cte])?(?:q\d{1,3})?\." + NAME_HASH + r"\.(?:avif|webp|jpg|png)")
"""What the names of variants look like, as a regular expression without groups."""
_NAME = re.compile(
    r"(?P<stem>.+)\.(?P<width>[1-9]\d{0,4})(?:x(?P<height>[1-9]\d{0,4})(?P<crop>[cte]))?(?:q(?P<quality>\d{1,3}))?"
    rf"\.(?P<digest>{NAME_HASH})\.(?P<extension>avif|webp|jpg|png)", re.S)


class Variant(NamedTuple):
    """What is made of a picture: pixels, what is cut (`crop`, with a `height` of its own), format and quality."""

    width: int
    height: int
    format: str
    quality: int
    crop: str = ""

    @property
    def memory(self) -> int:
        """How many bytes encoding it takes at most."""
        return self.width * self.height * (32 if self.format == "avif" else 8)

    def key(self, facts: ImageFacts, version: str) -> str:
        """Returns a digest of the picture, of what is made of it, and of the version of what makes it."""
        return blake2b(f"{facts.digest} {tuple(self)} {version}".encode(), digest_size=16).hexdigest()

    @property
    def fits(self) -> bool:
        """Whether its format can have these pixels, and the memory that encoding them takes."""
        is_too_much = self.format == "avif" and self.width * self.height > _LARGEST_AVIF
        return max(self.width, self.height) <= LARGEST_SIDES.get(self.format, LARGEST_SIDE) and not is_too_much

    def name(self, path: str, key: str, *, is_default: bool = True) -> str:
        """Returns the path of this variant of the picture at `path`; it ends with the beginning of its key.  With
        `is_default` the quality is the config's, else the name has it."""
        cut = f"x{self.height}{self.crop[0]}" if self.crop else ""
        quality = "" if is_default else f"q{self.quality}"
        return f"{stem_of(path)}.{self.width}{cut}{quality}.{name_hash(key)}.{EXTENSIONS[self.format]}"


class VariantName(NamedTuple):
    """What the path of a variant says: how that of the picture begins (`stem_of`), and the variant."""

    stem: str
    width: int
    height: int
    crop: str
    quality: int
    format: str

    def variant(self, facts: ImageFacts, quality: int) -> Variant:
        """Returns the variant of a picture that the name stands for; `quality` is that of the config."""
        height = self.height or height_for(facts, self.width)
        return Variant(self.width, height, self.format, self.quality or quality, self.crop)


def parse_name(path: str) -> VariantName | None:
    """Returns what the path of a variant says; None for another path."""
    found = _NAME.fullmatch(path)
    if found is None:
        return None
    crop = next((crop for crop in CROPS if crop[0] == found["crop"]), "")
    return VariantName(found["stem"], int(found["width"]), int(found["height"] or 0), crop,
                       int(found["quality"] or 0), _FORMATS[found["extension"]])


def stem_of(path: str) -> str:
    """Returns the path of a picture without its extension, as the names of its variants begin: shorter if its name is
    very long."""
    folder, slash, name = posixpath.splitext(path)[0].rpartition("/")
    return folder + slash + name.encode()[:_LONGEST_STEM].decode(errors="ignore")


def has_sides(format: str, facts: ImageFacts) -> bool:
    """Returns whether a format can have sides as long as those of a picture."""
    return max(facts.width, facts.height) <= LARGEST_SIDES.get(format, LARGEST_SIDE)


def height_for(facts: ImageFacts, width: int) -> int:
    """Returns the height of a picture that is scaled to a width."""
    return max(1, round(facts.height * width / facts.width))


def widths_for(widths: Iterable[int], original: int, largest: int) -> list[int]:
    """Returns the widths to make of a picture that is `original` pixels wide, if its place needs `largest`: those of
    `widths` that are smaller, and the smaller of the two."""
    top = min(original, largest)
    return [width for width in sorted(set(widths)) if width < top * _NEAR] + [top]
