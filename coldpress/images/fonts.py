"""Fonts of pictures that are drawn: the characters that each has, and the runs of a text that one font can draw."""

from __future__ import annotations

import struct
import sys
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import ImageFont, features

EXTENSIONS = ("ttf", "otf", "ttc", "otc")
"""The file extensions of fonts that can be read: those that are not compressed."""
_REGIONS = {"hans": ("SC", "CN"), "hant": ("TC", "TW"), "tw": ("TC", "TW"), "hk": ("HK", "HC", "TC"),
            "mo": ("HK", "HC", "TC"), "ja": ("JP", "J"), "ko": ("KR", "K")}
"""The words with which names of fonts end, by language or by the script or region of Chinese."""
_SCRIPTS = {"CJK": "SC", "HIRAGANA": "JP", "KATAKANA": "JP", "HANGUL": "KR", "FULLWIDTH": "SC", "IDEOGRAPHIC": "SC",
            "BOPOMOFO": "TC", **{name.upper(): name for name in (
                "Arabic", "Hebrew", "Syriac", "Thaana", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya",
                "Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Thai", "Lao", "Tibetan", "Myanmar", "Khmer",
                "Mongolian", "Armenian", "Georgian", "Ethiopic", "Cherokee")}}
"""The word in the names of the fonts of Noto for each script, by the first word of the names of its characters."""
_MOST_FONTS = 40  # of a collection
_FORMATS = {12: 3, 4: 2}  # of the tables of characters that are read; the higher value is preferred
_INVISIBLE = frozenset((0x200B, 0x200C, 0x200D, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF, *range(0x2066, 0x206A),
                        0x200E, 0x200F, 0x061C, 0xAD))


class FontError(Exception):
    """A font that cannot be used; the message says why."""


class Font(NamedTuple):
    """A font: its file, a digest of the bytes of this file, and its number in it, if that is a collection."""

    path: Path
    digest: str
    number: int = 0

    @property
    def characters(self) -> frozenset[int]:
        """The code points of which the font has glyphs.  Raises `FontError`."""
        return _characters(self)

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Returns the font in a size in pixels.  Raises `FontError`."""
        return _face(self, size)

    def in_language(self, language: str) -> Font:
        """Returns the font of a collection whose characters have the forms of a language: one for Chinese, Japanese
        and Korean has a font for each.  Only with raqm could they be chosen within one font."""
        return self._replace(number=_index_for(self, _regions_of(language))) if self.path.suffix.lower() in (
            ".ttc", ".otc") else self

    def has(self, cluster: str) -> bool:
        """Returns whether the font has glyphs for all characters of a cluster."""
        return all(ord(char) in self.characters or ord(char) in _INVISIBLE for char in cluster)


def font_for(cluster: str, fonts: Sequence[Font], before: Font | None = None) -> Font | None:
    """Returns the font that draws a cluster: the first that can, but a space goes with what is `before` it.  None if
    none can."""
    if before is not None and cluster.isspace() and before.has(cluster):
        return before
    return next((font for font in fonts if font.has(cluster)), None)


def missing_from(text: str, fonts: Sequence[Font]) -> Iterator[str]:
    """Yields each visible character of a text that no font has, once.  Raises `FontError`."""
    for char in dict.fromkeys(text):
        if not char.isspace() and ord(char) not in _INVISIBLE and not any(
                ord(char) in font.characters for font in fonts):
            yield char


def by_script(chars: str) -> dict[str, str]:
    """Returns the characters of a text, each once, by the file of a font that would have them."""
    found: dict[str, str] = {}
    for char in dict.fromkeys(chars):
        script = unicodedata.name(char, "").partition(" ")[0]
        file = f"fonts/NotoSans{_SCRIPTS.get(script, '')}-Bold.ttf"
        found[file] = found.get(file, "") + char
    return found


def can_shape() -> bool:
    """Returns whether Pillow can join letters and write from right to left, as Arabic needs it."""
    return bool(features.check("raqm"))


def shaping_version() -> str:
    """Returns the versions of the libraries that draw text."""
    names = ("freetype2", "raqm", "fribidi", "harfbuzz")
    return " ".join(f"{name}={features.version(name)}" for name in names)


def _regions_of(language: str) -> tuple[str, ...]:
    """Returns the words with which names of fonts for a language end, the nearest first."""
    first, *others = language.lower().replace("_", "-").split("-")
    if first != "zh":
        return _REGIONS.get(first, ())
    return next((_REGIONS[part] for part in reversed(others) if part in _REGIONS), _REGIONS["hans"])


@lru_cache(maxsize=64)
def _index_for(font: Font, regions: tuple[str, ...]) -> int:
    """Returns the number of the first font of a collection whose name ends with a region; 0 if none does."""
    families: dict[str, int] = {}
    try:
        for index in range(_MOST_FONTS if regions else 0):
            family = ImageFont.truetype(str(font.path), 16, index=index).getname()[0] or ""
            families.setdefault(family.rpartition(" ")[2], index)
    except OSError:
        pass  # that was the last one
    return next((families[region] for region in regions if region in families), 0)


@lru_cache(maxsize=128)
def _face(font: Font, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(str(font.path), size, index=font.number)
    except OSError as reason:
        raise FontError(str(reason)) from None


@lru_cache(maxsize=16)
def _characters(font: Font) -> frozenset[int]:
    """Reads the table `cmap` of a font; of a collection, that of its first font."""
    try:
        with font.path.open("rb") as file:
            table = _table(file, b"cmap")
        return frozenset(_code_points(table))
    except OSError as reason:
        raise FontError(reason.strerror or "it cannot be read") from None
    except (struct.error, ValueError, IndexError, OverflowError):
        raise FontError("it is no font, or is damaged") from None


def _table(file: BinaryIO, wanted: bytes) -> bytes:
    """Returns the bytes of a table of an OpenType font."""
    start = 0
    if file.read(4) == b"ttcf":
        file.seek(12)
        start = struct.unpack(">I", file.read(4))[0]
    file.seek(start + 4)
    count = struct.unpack(">H", file.read(2))[0]
    file.seek(start + 12)
    for _ in range(count):
        tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
        if tag == wanted:
            file.seek(offset)
            return file.read(length)
    raise ValueError("there is no such table")


def _code_points(table: bytes) -> Iterator[int]:
    """Yields the code points of the best part of a table `cmap`."""
    count = struct.unpack_from(">H", table, 2)[0]
    parts = []
    for index in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", table, 4 + 8 * index)
        kind = struct.unpack_from(">H", table, offset)[0]
        if kind in _FORMATS and (platform == 0 or (platform == 3 and encoding in (1, 10))):
            parts.append((_FORMATS[kind], offset))
    if not parts:
        raise ValueError("there is no table of Unicode")
    rank, offset = max(parts)
    yield from (_of_groups if rank == _FORMATS[12] else _of_segments)(table, offset)


def _of_groups(table: bytes, offset: int) -> Iterator[int]:
    count = struct.unpack_from(">I", table, offset + 12)[0]
    for first, last, glyph in struct.iter_unpack(">III", table[offset + 16:offset + 16 + 12 * count]):
        yield from range(first if glyph else first + 1, min(last, 0x10FFFF) + 1)


def _of_segments(table: bytes, offset: int) -> Iterator[int]:
    length, _, twice = struct.unpack_from(">HHH", table, offset + 2)
    count = twice // 2
    words = array("H", table[offset + 14:offset + max(length, 16 + 8 * count) // 2 * 2])
    if sys.byteorder == "little":
        words.byteswap()
    lasts, firsts = words[:count], words[count + 1:2 * count + 1]
    deltas, offsets = words[2 * count + 1:3 * count + 1], words[3 * count + 1:4 * count + 1]
    for index, (first, last, delta, ahead) in enumerate(zip(firsts, lasts, deltas, offsets, strict=True)):
        for code in range(first, last + 1):
            at = 3 * count + 1 + index + ahead // 2 + code - first
            glyph = (code + delta) & 0xFFFF if not ahead else words[at] if at < len(words) else 0
            if glyph and code != 0xFFFF:
                yield code
