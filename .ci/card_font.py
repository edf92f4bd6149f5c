"""Makes the font of social cards of Inter Display SemiBold 4.1 (needs fonttools and brotli).

    npm pack inter-ui@4.1.1 && tar xzf inter-ui-4.1.1.tgz
    python .ci/card_font.py package/display/InterDisplay-SemiBold.woff2 coldpress/images/inter-display.ttf

It has the letters of European languages in Latin and Cyrillic script, punctuation and arrows.  Its licence lies beside
it; Inter reserves no name.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

LETTERS = (
    (0x20, 0x7E), (0xA0, 0x17F), (0x18F, 0x18F), (0x218, 0x21B), (0x259, 0x259),
    (0x400, 0x45F), (0x490, 0x491), (0x1E9E, 0x1E9E),
    (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030), (0x2032, 0x2033),
    (0x2039, 0x203A), (0x2044, 0x2044), (0x20AC, 0x20AC), (0x2116, 0x2116), (0x2122, 0x2122), (0x2190, 0x2193),
    (0x2212, 0x2212), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265))


def main(source: str, target: str) -> None:
    """Write the font."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(hinting=False, glyph_names=False, notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13],
                             layout_features=["kern", "locl"], drop_tables=["DSIG", "STAT"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in LETTERS for code in range(first, last + 1)])
    subsetter.subset(font)
    font.flavor = None
    font.save(target)
    print(target, Path(target).stat().st_size)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
