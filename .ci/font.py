"""Makes the theme's font for formulas of STIX Two Math (needs fonttools and brotli).

    python .ci/font.py STIXTwoMath-Regular.ttf coldpress/web/theme/static/fonts/stix-two-math.woff2

Scripts that no formula uses are left out, and hints.  What browsers make of a
few glyphs is mended: Chromium gives a bracket and a root the room of the
widest of their sizes, so the larger are drawn narrower; the arrow's head had
its connectors the wrong way round and was never joined to longer arrows; and
accents that combine have a width, so that they are put in the middle.
"""

from __future__ import annotations

import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.misc.transform import Transform
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

UNUSED = ((0x180, 0x2AF), (0x400, 0x52F), (0x1D00, 0x1DBF), (0x1E00, 0x1FFF), (0x2C00, 0x2DFF), (0xA640, 0xABFF),
          (0xE000, 0xF8FF), (0xFB00, 0xFB06), (0xF0000, 0x10FFFF))
SELECTORS = {0xFE00, 0xFE01}  # of the two kinds of script letters
FENCES = "()[]{}⟨⟩⌊⌋⌈⌉⟦⟧⎰⎱⟮⟯"
WIDEST = 1.25  # of a fence's first size
ROOT = 830
TUCK = 400
# Less air in fractions within a line, and between an arrow and what stands on it.
CONSTANTS = {"FractionNumeratorShiftUp": 430, "FractionDenominatorShiftDown": 390,
             "StretchStackTopShiftUp": 0, "StretchStackGapAboveMin": 120}
WIDE = {0x2C6: 0x302, 0x2C7: 0x30C, 0x2DC: 0x303}  # which browsers stretch, and whose sizes they lack
ACCENTS = (0x20D7, 0x302, 0x303, 0x305, 0x30C, 0x332)


def main(source: str, target: str) -> None:
    """Write the font."""
    font = TTFont(source, recalcTimestamp=False)
    for fence in FENCES:
        narrow_fence(font, font.getBestCmap().get(ord(fence)))
    narrow_root(font, font.getBestCmap()[0x221A])
    join_arrows(font)
    tuck_integrals(font)
    for wide, accent in WIDE.items():
        share_sizes(font, font.getBestCmap()[wide], font.getBestCmap()[accent])
    for accent in ACCENTS:
        widen_accent(font, font.getBestCmap()[accent])
    constants = font["MATH"].table.MathConstants
    for name, value in CONSTANTS.items():
        getattr(constants, name).Value = value
    options = subset.Options(flavor="woff2", hinting=False, glyph_names=False, name_IDs=["*"], notdef_outline=True,
                             layout_features=["ccmp", "locl", "ssty", "dtls", "flac", "ss04"],
                             drop_tables=["DSIG"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=SELECTORS | {
        code for code in font.getBestCmap() if not any(first <= code <= last for first, last in UNUSED)})
    subsetter.subset(font)
    subset.save_font(font, target, options)
    print(target, Path(target).stat().st_size, "MATH" in font)  # noqa: T201


def construction(font: TTFont, name: str | None) -> Any:
    """The sizes of a glyph that grows in height."""
    variants = font["MATH"].table.MathVariants
    names = variants.VertGlyphCoverage.glyphs
    return variants.VertGlyphConstruction[names.index(name)] if name in names else None


def edges(font: TTFont, name: str) -> tuple[int, int]:
    """Where a glyph's ink begins and ends."""
    glyph = font["glyf"][name]
    glyph.recalcBounds(font["glyf"])
    return glyph.xMin, glyph.xMax


def redraw(font: TTFont, name: str, change: Transform, width: int) -> None:
    """A glyph, moved and scaled."""
    pen = TTGlyphPen(None)
    font.getGlyphSet()[name].draw(TransformPen(pen, change))
    font["glyf"][name] = pen.glyph()
    font["hmtx"][name] = (width, edges(font, name)[0])


def parts_of(sizes: Any) -> list[str]:
    """The glyphs that are put together for what is larger than any size."""
    return list(dict.fromkeys(part.glyph for part in sizes.GlyphAssembly.PartRecords)) if sizes.GlyphAssembly else []


def narrow_fence(font: TTFont, name: str | None) -> None:
    """All sizes about as wide as the first."""
    sizes = construction(font, name)
    if name is None or sizes is None:
        return
    left, right = edges(font, name)
    after = font["hmtx"][name][0] - right
    for record in sizes.MathGlyphVariantRecord[1:]:
        start, end = edges(font, record.VariantGlyph)
        scale = min(1, (right - left) * WIDEST / (end - start))
        redraw(font, record.VariantGlyph, Transform(scale, 0, 0, 1, left - start * scale, 0),
               round(left + (end - start) * scale + after))
    narrow_parts(font, [part for part in parts_of(sizes) if part not in NARROWED], left, right, after)


def narrow_parts(font: TTFont, parts: list[str], left: int, right: int, after: int) -> None:
    """What a fence of any height is put together of: `{` and `}` share one, so
    both are scaled alike."""
    if not parts:
        return
    NARROWED.update(parts)
    start, end = min(edges(font, part)[0] for part in parts), max(edges(font, part)[1] for part in parts)
    width = font["hmtx"][parts[0]][0]
    scale = min(1, (right - left) * WIDEST / (end - start))
    cut = max(0, min(start * scale - left, (width - end) * scale - after))
    for part in parts:
        redraw(font, part, Transform(scale, 0, 0, 1, -cut, 0), round(width * scale - 2 * cut))


NARROWED: set[str] = set()  # parts that several fences share


def narrow_root(font: TTFont, name: str) -> None:
    """All sizes of the root as wide as one; their tops reach below the bar."""
    sizes = construction(font, name)
    for glyph in [*(record.VariantGlyph for record in sizes.MathGlyphVariantRecord[1:]), *parts_of(sizes)]:
        width = font["hmtx"][glyph][0]
        redraw(font, glyph, Transform(ROOT / width, 0, 0, 1, 0, 0), ROOT)


def tuck_integrals(font: TTFont) -> None:
    """Chromium leaves a gap behind a lower limit of the size it is tucked in by."""
    corrections = font["MATH"].table.MathGlyphInfo.MathItalicsCorrectionInfo
    for name, value in zip(corrections.Coverage.glyphs, corrections.ItalicsCorrection, strict=True):
        if name.endswith(".dsp") and name.startswith("uni22"):
            value.Value = TUCK
            width, start = font["hmtx"][name]
            font["hmtx"][name] = (width - 40, start)


def join_arrows(font: TTFont) -> None:
    """The connector of an arrow's head is on its left."""
    for sizes in font["MATH"].table.MathVariants.HorizGlyphConstruction:
        for part in sizes.GlyphAssembly.PartRecords if sizes.GlyphAssembly else ():
            if part.glyph == "uni2192.var" and not part.StartConnectorLength:
                part.StartConnectorLength, part.EndConnectorLength = part.EndConnectorLength, 0


def share_sizes(font: TTFont, name: str, other: str) -> None:
    """The wider forms of one accent for another."""
    variants = font["MATH"].table.MathVariants
    names = variants.HorizGlyphCoverage.glyphs
    sizes = deepcopy(variants.HorizGlyphConstruction[names.index(other)])
    sizes.MathGlyphVariantRecord[0].VariantGlyph = name
    made = sorted([*zip(names, variants.HorizGlyphConstruction, strict=True), (name, sizes)],
                  key=lambda pair: font.getGlyphID(pair[0]))
    variants.HorizGlyphCoverage.glyphs = [glyph for glyph, _ in made]
    variants.HorizGlyphConstruction = [construction for _, construction in made]
    variants.HorizGlyphCount = len(made)


def widen_accent(font: TTFont, name: str) -> None:
    """An accent that stands on its own."""
    left, right = edges(font, name)
    redraw(font, name, Transform(1, 0, 0, 1, -left, 0), right - left)


if __name__ == "__main__":
    main(*sys.argv[1:])
