"""The canvas of a social card: Pillow's picture, and text that is set in it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, features

from coldpress.images.colours import Rgb
from coldpress.images.decoder import opened, shrinking, upright, upright_size
from coldpress.images.directions import visual_runs
from coldpress.images.drawings import drawn
from coldpress.images.fonts import Font, font_for
from coldpress.images.typesetting import clusters, cut_lines, is_cjk, joins_letters, pieces, set_lines

WIDTH, HEIGHT = 1200, 630
_STEP = 4  # pixels by which a text is made smaller until it fits
_MEASURED = 100  # pixels of the font in which widths are measured; those of other sizes are in proportion
_LEADING, _CJK_LEADING, _JOINED_LEADING = 1.12, 1.3, 1.5
_ASCENT = 0.74  # of a letter's height above the base line, in the size of the font
_WITH_WIDE_MARKS = ("zh", "ja")
_OPENING = frozenset("“‘（「『《〈【〔［｛")
_HANGUL = range(0xAC00, 0xD7A4)
_WIDE = frozenset("“”‘’…—·")
"""Marks that fonts of Latin letters have too, but which are as wide as an ideograph in Chinese and Japanese."""


Edges = tuple[int, int, int, int]
"""Left, top, width and height."""


class Box(NamedTuple):
    """A part of the canvas, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The bottom edge."""
        return self.top + self.height


class _TextStyle(NamedTuple):
    """How a text is set."""

    colour: Rgb
    size: int
    least: int
    lines: int
    place: str


class _Run(NamedTuple):
    """A part of a line in one font and one direction; without a font it is left out."""

    text: str
    font: Font | None
    is_rtl: bool


class Canvas:
    """A canvas of 1200 × 630 pixels.  `image` is Pillow's picture, in RGB; `text` sets text in the fonts of the card,
    at the right edge of its box in a language that is written from right to left."""

    def __init__(self, page: Rgb, fonts: Sequence[Font], language: str, *, is_rtl: bool) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), page)
        self.is_rtl = is_rtl
        self._fonts = [font.in_language(language) for font in fonts]
        self._has_picture = False
        self._widths: dict[str, float] = {}
        self._wide = font_for("一", self._fonts) if language.partition("-")[0] in _WITH_WIDE_MARKS else None
        self._shapes = features.check("raqm")
        self._features = ["chws"] if self._wide and self._shapes else None  # two marks in a row stand close together
        self._language = language if self._shapes else None

    def rectangle(self, box: Edges, colour: Rgb) -> None:
        """Fills a box with a colour."""
        box = Box(*box)
        ImageDraw.Draw(self.image).rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=colour)

    def cover(self, file: Path, shade: Rgb, share: float) -> None:
        """Covers the canvas with a picture, which is cut to fit, under a share of a colour, so that text on it reads
        well.  Raises `images.facts.DamagedImageError`."""
        with opened(file) as found:
            picture = upright(found, shrinking(upright_size(found), WIDTH, HEIGHT)).convert("RGB")
        scale = max(WIDTH / picture.width, HEIGHT / picture.height)
        wide, high = WIDTH / scale, HEIGHT / scale
        left, top = max(0.0, (picture.width - wide) / 2), max(0.0, (picture.height - high) / 2)
        box = left, top, min(picture.width, left + wide), min(picture.height, top + high)
        scaled = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS, box, 3.0)
        self.image = Image.blend(scaled, Image.new("RGB", (WIDTH, HEIGHT), shade), share)
        self._has_picture = True

    def logo(self, file: Path, box: Edges) -> int:
        """Draws a picture as large as it fits into a box, at the edge where lines begin.  Returns its width.  Raises
        `images.facts.DamagedImageError`."""
        box = Box(*box)
        if file.suffix.lower() == ".svg":
            picture = drawn(file, box.width, box.height)
        else:
            with opened(file) as found:
                picture = upright(found, shrinking(upright_size(found), box.width, box.height)).convert("RGBA")
        scale = min(box.width / picture.width, box.height / picture.height)
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        made = picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA")
        left = box.right - size[0] if self.is_rtl else box.left
        self.image.paste(made, (left, box.top + (box.height - size[1]) // 2), made)
        return size[0]

    def text(self, text: str, box: Edges, *, colour: Rgb, size: int, least: int = 0, lines: int = 1,
             place: str = "top") -> Box:
        """Sets a text in a box (left, top, width, height) and returns the part of it that the lines fill: in at most
        so many `lines`, at the `top`, in the `middle` or at the `bottom`.  A text that is too long gets smaller, from
        `size` to `least`, and then ends with `…`."""
        return self._set(text, Box(*box), _TextStyle(colour, size, least, lines, place))

    def _set(self, text: str, box: Box, style: _TextStyle) -> Box:
        size, lines = self._fitting(text, box, style)
        leading = round(size * leading_of(text))
        height = leading * (len(lines) - 1) + size
        free = box.height - height
        top = box.top + (free if style.place == "bottom" else free // 2 if style.place == "middle" else 0)
        for number, line in enumerate(lines):
            self._line(line, box, top + number * leading + round(size * (_ASCENT + 0.13)), size, style.colour)
        return Box(box.left, top, box.width, height)

    def png(self) -> bytes:
        """Returns the canvas as PNG: with a palette, unless a picture needs more colours."""
        out = BytesIO()
        made = self.image if self._has_picture else self.image.quantize(256, method=Image.Quantize.FASTOCTREE)
        made.save(out, "PNG", compress_level=6)
        return out.getvalue()

    def _fitting(self, text: str, box: Box, style: _TextStyle) -> tuple[int, list[str]]:
        """Returns the largest size in which a text fits into a box, and its lines."""
        parts, leading = pieces(text, self._measured), leading_of(text)
        least = style.least or style.size
        for size in range(style.size, least - 1, -_STEP):
            lines = set_lines(parts, box.width * _MEASURED / size, _most(size, leading, box, style))
            if lines is not None:
                return size, lines
        return least, cut_lines(parts, box.width * _MEASURED / least, _most(least, leading, box, style), self._measured)

    def _measured(self, text: str) -> float:
        if text not in self._widths:
            self._widths[text] = sum(self._length(run, _MEASURED) for run in self._runs(text))
        return self._widths[text]

    def _line(self, line: str, box: Box, baseline: int, size: int, colour: Rgb) -> None:
        runs = self._runs(line)
        at: float = box.left - self._hanging(runs, size)
        if self.is_rtl:
            at = box.right - sum(self._length(run, size) for run in runs)
        draw = ImageDraw.Draw(self.image)
        for run in runs:
            if run.font is not None:
                draw.text((at, baseline), run.text, colour, run.font.at(size), anchor="ls",
                          direction=self._direction(run), features=self._features, language=self._language)
                at += self._length(run, size)

    def _hanging(self, runs: Sequence[_Run], size: int) -> float:
        """Returns by how much a line begins further left: a bracket as wide as an ideograph is empty on its left."""
        first = runs[0] if runs and runs[0].text[0] in _OPENING else None
        if first is None:
            return 0.0
        wide, rest = (self._length(first._replace(text=text), size) for text in (first.text[:2], first.text[1:2]))
        return size / 2 if wide - rest > 0.9 * size else 0.0

    def _length(self, run: _Run, size: int) -> float:
        if run.font is None:
            return 0.0
        return run.font.at(size).getlength(run.text, direction=self._direction(run), features=self._features,
                                           language=self._language)

    def _direction(self, run: _Run) -> str | None:
        return ("rtl" if run.is_rtl else "ltr") if self._shapes else None

    def _runs(self, line: str) -> list[_Run]:
        """Returns the runs of a line as they stand, from left to right."""
        return [run for parts, is_rtl in visual_runs(clusters(line), is_rtl=self.is_rtl)
                for run in self._runs_by_font(parts, is_rtl=is_rtl)]

    def _runs_by_font(self, parts: Sequence[str], *, is_rtl: bool) -> list[_Run]:
        chosen: list[tuple[str, Font | None]] = []
        for before, part, after in zip(("", *parts), parts, (*parts[1:], ""), strict=False):
            is_wide = part in _WIDE and any(is_cjk(other[0]) for other in (before, after) if other)
            font = self._wide if is_wide and self._wide and self._wide.has(part) else font_for(
                part, self._fonts, chosen[-1][1] if chosen else None)
            chosen.append((part, font))
        runs = [_Run("".join(part for part, _ in group), font, is_rtl)
                for font, group in ((font, list(group)) for font, group in groupby(chosen, key=lambda pair: pair[1]))]
        return runs[::-1] if is_rtl else runs


def _most(size: int, leading: float, box: Box, style: _TextStyle) -> int:
    """Returns how many lines of a size fit into a box."""
    return min(style.lines, max(1, int((box.height - size) / (size * leading)) + 1))


def leading_of(text: str) -> float:
    """Returns the height of a line of a text in proportion to its size."""
    if joins_letters(text):
        return _JOINED_LEADING
    return _CJK_LEADING if any(is_cjk(char) or ord(char) in _HANGUL for char in text) else _LEADING
