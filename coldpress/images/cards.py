"""Draws social cards: pictures of 1200 × 630 pixels that are shown where a page is shared."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from coldpress.cache.checksum import code_version
from coldpress.images.canvas import HEIGHT, WIDTH, Box, Canvas
from coldpress.images.colours import Rgb
from coldpress.images.fonts import Font, shaping_version

_MARGIN = 84
_HEAD = 60  # pixels of the row with the logo and the name of the site
_FOOT = 40  # pixels of the row with the date
_BAR = 16  # pixels of the bar in the accent colour
_GAP = 36
_SIZE, _LEAST, _LINES = 112, 52, 4  # of the title


class FileOf(NamedTuple):
    """A file of the site that cards show, and a digest of its bytes."""

    path: Path
    digest: str


class CardLook(NamedTuple):
    """What all cards of a site share: colours (`accent` is that of text, `bar` that of what is no text), fonts, logo,
    picture behind the text, and the template that draws them, with the version of its code."""

    page: Rgb
    ink: Rgb
    soft: Rgb
    accent: Rgb
    bar: Rgb
    fonts: tuple[Font, ...]
    logo: FileOf | None = None
    background: FileOf | None = None
    template: str = ""
    template_version: str = ""

    @property
    def key(self) -> str:
        """A text that changes with everything that the look is made of."""
        fonts = [font.digest for font in self.fonts]
        pictures = [file and file.digest for file in (self.logo, self.background)]
        return repr((*self[:5], fonts, pictures, self.template, self.template_version))


class CardText(NamedTuple):
    """What a card says: the title of the page, the name of the site, and a label: a date or a section."""

    title: str
    site: str
    label: str
    language: str
    is_rtl: bool


class SocialCard(NamedTuple):
    """A card as a function of `build.py` gets it: what it says, and in which colours."""

    title: str
    site: str
    label: str
    language: str
    is_rtl: bool
    page: Rgb
    ink: Rgb
    soft: Rgb
    accent: Rgb
    bar: Rgb
    logo: Path | None


Draw = Callable[[Canvas, SocialCard], Any]
"""A function that draws a card on a canvas."""


def card_key(text: CardText, look: str) -> str:
    """Returns a digest of everything that the bytes of a card depend on."""
    return blake2b(f"{tuple(text)} {look} {_version()}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def draw_card(text: CardText, look: CardLook, draw: Draw | None = None) -> bytes:
    """Returns a card as PNG.  Raises `images.fonts.FontError` or `images.facts.DamagedImageError`."""
    canvas = Canvas(look.page, look.fonts, text.language, is_rtl=text.is_rtl)
    if look.background is not None:
        canvas.cover(look.background.path, look.page, 0.72)
    (draw or draw_default)(canvas, SocialCard(*text, *look[:5], look.logo.path if look.logo else None))
    return canvas.png()


def draw_default(canvas: Canvas, card: SocialCard) -> None:
    """Draws the card of the theme: logo and name of the site above, the title, the label below, a bar at the edge."""
    inner = Box(_MARGIN, _MARGIN - 16, WIDTH - 2 * _MARGIN, HEIGHT - 2 * _MARGIN + 20)
    canvas.rectangle(Box(0, HEIGHT - _BAR, WIDTH, _BAR), card.bar)
    used = 0
    if card.logo is not None:
        half = inner.width // 2
        left = inner.right - half if canvas.is_rtl else inner.left
        used = canvas.logo(card.logo, Box(left, inner.top, half, _HEAD)) + 20
    if card.site and card.site != card.title:
        left = inner.left if canvas.is_rtl else inner.left + used
        canvas.text(card.site, Box(left, inner.top, inner.width - used, _HEAD),
                    colour=card.ink if card.logo else card.accent, size=38, least=28, place="middle")
    if card.label:
        canvas.text(card.label, Box(inner.left, inner.bottom - _FOOT, inner.width, _FOOT),
                    colour=card.soft, size=34, least=26, place="bottom")
    top, below = inner.top + _HEAD + _GAP, inner.bottom - _FOOT - _GAP
    canvas.text(card.title, Box(inner.left, top, inner.width, below - top),
                colour=card.ink, size=_SIZE, least=_LEAST, lines=_LINES, place="middle")


@lru_cache(maxsize=1)
def _version() -> str:
    """Returns the version of the code and the libraries that draw cards."""
    here = Path(__file__).parent
    names = ("canvas", "cards", "colours", "decoder", "directions", "drawings", "fonts", "typesetting")
    return f"{code_version([here / f'{name}.py' for name in names], ['pillow', 'resvg-py'])} {shaping_version()}"
