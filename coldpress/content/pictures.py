"""Pictures as HTML: the variants that a browser may choose from, their sizes, and what is behind them."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import NamedTuple, Protocol

from markupsafe import escape

from coldpress import recorder
from coldpress.config.images import ImageOptions
from coldpress.images.facts import NO_FACTS, DamagedImageError, ImageFacts
from coldpress.images.index import is_readable
from coldpress.images.service import ImageService, Wanted
from coldpress.images.variants import Variant, stem_of
from coldpress.markdown.tree import attributes_html
from coldpress.sources.files import SourceFile

Attributes = Mapping[str, str | None]
ShownUrl = Callable[[str], str]
"""Returns the URL of a path of the site, as the page has to write it."""

PLAIN_WIDTH = 1200
"""How wide other programs show a picture at most: what Open Graph and feed readers ask for."""
DENSITY = 2
"""Pixels of a screen to a pixel of CSS, for which variants are made."""
_ZOOMED = 1.25  # times as wide as its place, from which it is worth to see a picture alone
_COMMON = ("jpeg", "png", "webp")  # formats that other programs than browsers read
_PIXELS = re.compile(r"\s*(\d{1,5})(?:px)?\s*")
_MARGIN = 40  # pixels beside a picture that is as wide as a phone
RATIO_STEPS = range(-16, 37)
"""The steps of ratios that have a class."""
_TALLEST = 2.25  # times as high as wide: pictures of phones
_WIDE = ("full", "wide")  # classes of pictures that are wider than the text


class ImagePlace(NamedTuple):
    """Where a picture is shown: its width in pixels at most, and the attribute `sizes`.  If `is_told`, somebody wrote
    these sizes, and they hold for narrower pictures too.  `height` is how high it is at most, 0 for any height.
    `in_rows` is a place where pictures of several forms share a height: each has a frame with a class of its form."""

    width: int
    sizes: str
    is_told: bool = False
    height: int = 0
    in_rows: bool = False

    @classmethod
    def of_width(cls, width: int) -> ImagePlace:
        """Returns a place that is so wide, or as wide as the window."""
        return cls(width, f"(max-width: {width + _MARGIN}px) calc(100vw - {_MARGIN}px), {width}px")


_UNKNOWN = ImagePlace.of_width(720)


class PictureLibrary(Protocol):
    """The part of a library that pictures need: `library.Library` implements it."""

    images: ImageService

    @property
    def image_options(self) -> ImageOptions: ...

    @property
    def assets(self) -> Mapping[str, SourceFile]: ...

    def asset_at(self, path: str) -> SourceFile | None: ...

    def image_place(self, name: str) -> ImagePlace | None: ...


class Candidates(NamedTuple):
    """The variants of a picture in one format, by width: their paths."""

    format: str
    paths: Sequence[tuple[Variant, str]]

    def srcset(self, shown: ShownUrl) -> str:
        """Returns the attribute `srcset`."""
        return ", ".join(f"{shown(path)} {variant.width}w" for variant, path in self.paths)

    def nearest(self, width: int) -> tuple[Variant, str]:
        """Returns the smallest variant that is at least so wide, else the largest."""
        return next((each for each in self.paths if each[0].width >= width), self.paths[-1])


class SingleFile(NamedTuple):
    """One file of a picture for other programs: its path, media type and size in pixels.  `length` returns its bytes,
    and makes it for this."""

    path: str
    type: str
    width: int
    height: int
    length: Callable[[], int | None]


class Shown(NamedTuple):
    """How a page shows a picture: when it is nearly seen, or at once and before others (`is_early`); `zoom` is the name
    of the link that opens it in full, empty for none; `is_plain` is one file, for feeds; a `ratio` of height to width
    cuts it, and `crop` says which part stays; `suffix` is what an author wrote behind its URL: `#only-dark`; `caption`
    is HTML below a picture that stands in rows, by default its title."""

    is_early: bool = False
    zoom: str = ""
    is_plain: bool = False
    ratio: float = 0.0
    crop: str = "centre"
    suffix: str = ""
    caption: str = ""


class Pictures:
    """Writes the pictures of a Library as HTML."""

    def __init__(self, library: PictureLibrary) -> None:
        self._library = library

    def facts(self, path: str) -> ImageFacts:
        """Returns the facts of the picture at a path, and records the read."""
        recorder.read("image", path)
        with recorder.unrecorded():  # whether it is there belongs to its facts
            asset = self._library.asset_at(path)
        return self._library.images.facts(asset) if asset else NO_FACTS

    def find(self, path: str) -> Wanted | None:
        """Returns the variant of a picture at a path; None if there is none."""
        return self._library.images.find(path, lambda stem: self._by_stem.get(stem, ()))

    @cached_property
    def _by_stem(self) -> Mapping[str, list[tuple[str, SourceFile]]]:
        """The pictures of the site by what the names of their variants begin with."""
        found: dict[str, list[tuple[str, SourceFile]]] = {}
        with recorder.unrecorded():
            for path, asset in self._library.assets.items():
                if is_readable(asset):
                    found.setdefault(stem_of(path), []).append((path, asset))
        return found

    def candidates(self, path: str, facts: ImageFacts, place: ImagePlace, how: Shown) -> list[Candidates]:
        """Returns the variants of a picture for a place, the best format first."""
        images, widths = self._library.images, self._library.image_options.widths
        if place.width < widths[0]:
            widths = (place.width, *widths)
        *others, own = ([_cut(each, facts, how) for each in images.variants(facts, kind, place.width * DENSITY, widths)]
                        for kind in images.formats(facts))
        fitting = [each for each in others if all(variant.fits for variant in each)]
        return [Candidates(each[0].format, [(variant, images.path(path, facts, variant))
                                            for variant in dict.fromkeys(each)]) for each in (*fitting, own)]

    def html(self, path: str, attributes: Attributes, place: ImagePlace | None, shown: ShownUrl, how: Shown) -> str:
        """Returns the picture at a path, with the attributes of its `<img>`: `src` marks their place.  Without
        a `place` it is that of a body, or what the attributes say."""
        facts, given = self.facts(path), place
        place = self._place(attributes, given)
        is_made = self._library.images.can_be_made(facts)
        highest = place.height if given or (is_made and _is_upright(facts)) else 0
        width, height = _shown_size(attributes, facts, how.ratio, highest)
        if how.is_plain or not (place.in_rows and width and height):
            return self._html(path, attributes, place, shown, how, (width, height))
        caption = how.caption or str(escape(attributes.get("title") or ""))
        untitled = {name: value for name, value in attributes.items() if name != "title"}
        return _framed(self._html(path, untitled, place, shown, how, (width, height)), width / height, caption)

    def _html(self, path: str, attributes: Attributes, place: ImagePlace, shown: ShownUrl, how: Shown,
              size: tuple[int | None, int | None]) -> str:
        """Returns the picture at a path in a place, in a size for its attributes."""
        facts, (width, height) = self.facts(path), size
        sized = {"width": str(width), "height": str(height)} if width and height else {}
        if not self._library.images.can_be_made(facts):
            return _img(attributes, {"src": shown(path) + how.suffix, **sized}, how)
        if height == place.height and width and width < place.width and "height" not in attributes:
            attributes = {**attributes, "class": f"{attributes.get('class') or ''} tall".strip()}
        place = _narrowed(place, width or facts.width, facts)
        if how.is_plain:
            return self._plain(path, facts, attributes, width, shown, how)
        made = self.candidates(path, facts, place, how)
        *others, own = made
        sources = "".join(_source(each, place.sizes, shown) for each in others)
        image = {"src": shown(own.nearest(place.width)[1]) + how.suffix, "srcset": own.srcset(shown),
                 "sizes": place.sizes, **sized}
        img = _img(self._coloured(attributes, facts), image, how)
        picture = f"<picture>{sources}{img}</picture>" if sources else img
        room = place.width / 2 if place.in_rows else place.width
        if how.zoom and self._library.image_options.zoom and facts.width > room * _ZOOMED:
            return _zoomed(picture, shown(self._in_full(path, facts, place)), attributes, how.zoom)
        return picture

    def single(self, path: str, width: int) -> SingleFile | None:
        """Returns one file of the picture at a path, at most so wide and in a format that every program reads; None if
        nothing is made of it."""
        facts, images = self.facts(path), self._library.images
        if not images.can_be_made(facts) or facts.is_animated:
            return None
        kind = facts.format if facts.format in _COMMON else facts.plain_format
        variant = images.variants(facts, kind, width, (width,))[-1]
        made = images.path(path, facts, variant)
        return SingleFile(made, f"image/{kind}", variant.width, variant.height, partial(self._length, made))

    def _plain(self, path: str, facts: ImageFacts, attributes: Attributes, width: int | None, shown: ShownUrl,
               how: Shown) -> str:
        """Returns the picture at a path for feeds: one file of `PLAIN_WIDTH` at most, with its own size."""
        images = self._library.images
        kind = images.formats(facts)[-1]
        given = _pixels(attributes.get("width"))
        most = min(PLAIN_WIDTH, width * DENSITY) if given and width else PLAIN_WIDTH
        variant = _cut(images.variants(facts, kind, most, (most,))[-1], facts, how)
        size = (width, round(width * variant.height / variant.width)) if given and width else variant[:2]
        sized = {"width": str(size[0]), "height": str(size[1])}
        return _img(attributes, {"src": shown(images.path(path, facts, variant)) + how.suffix, **sized}, how)

    def _length(self, path: str) -> int | None:
        """Returns the bytes of a variant, which is made if it is not kept; None if it cannot be."""
        with suppress(DamagedImageError):
            wanted = self.find(path)
            return len(self._library.images.make_now(wanted)) if wanted else None
        return None

    def _in_full(self, path: str, facts: ImageFacts, place: ImagePlace) -> str:
        """Returns the path of the largest variant of a picture, as WebP where that is made: every browser that opens it
        in the page can show that.  It is never smaller than what the page shows."""
        images = self._library.images
        formats = images.formats(facts)
        width = max(self._library.image_options.widths[-1], place.width * DENSITY)
        return images.path(path, facts, images.variants(facts, "webp" if "webp" in formats else formats[-1], width)[-1])

    def _coloured(self, attributes: Attributes, facts: ImageFacts) -> Attributes:
        """Returns the attributes with the class of the colour behind the picture."""
        if not facts.colour or self._library.image_options.placeholder == "none":
            return attributes
        classes = f"{attributes.get('class') or ''} c-{facts.colour}".strip()
        return {**attributes, "class": classes}

    def _place(self, attributes: Attributes, given: ImagePlace | None) -> ImagePlace:
        """Returns the place of a picture: what its attributes say, else the given one, else that of a body."""
        if any(name in _WIDE for name in (attributes.get("class") or "").split()):
            return self._library.image_place("wide") or _UNKNOWN
        sizes, place = self._library.image_options.sizes, self._library.image_place("body") or _UNKNOWN
        return given or (ImagePlace(place.width, sizes, True) if sizes else place)


def _zoomed(picture: str, url: str, attributes: Attributes, name: str) -> str:
    """Returns a picture in a link to its largest variant."""
    named = {} if (attributes.get("alt") or "").strip() else {"aria-label": name}
    return f"<a{attributes_html({'class': 'zoom', 'href': url, **named})}>{picture}</a>"


def _source(each: Candidates, sizes: str, shown: ShownUrl) -> str:
    attributes = {"type": f"image/{each.format}", "srcset": each.srcset(shown), "sizes": sizes}
    return f"<source{attributes_html(attributes)}>"


def _is_upright(facts: ImageFacts) -> bool:
    """Returns whether a picture is higher than it is wide, but not as high as a whole page that was taken."""
    return facts.width < facts.height <= facts.width * _TALLEST


def _framed(picture: str, ratio: float, caption: str) -> str:
    """Returns a picture in a frame that has the class of its ratio of width to height."""
    below = f'<span class="gallery-caption">{caption}</span>' if caption else ""
    return f'<span class="gallery-image {ratio_class(ratio)}">{picture}{below}</span>'


def ratio_class(ratio: float) -> str:
    """Returns the class of a ratio: the nearest of twelve steps to the double, in per cent.  Common ratios such as 3:2,
    4:3 and 16:9 are such steps."""
    step = min(RATIO_STEPS.stop - 1, max(RATIO_STEPS.start, round(12 * math.log2(ratio))))
    return f"r-{round(100 * 2 ** (step / 12))}"


def _narrowed(place: ImagePlace, width: int, facts: ImageFacts) -> ImagePlace:
    """Returns the place of a picture that is shown in a `width`, if there is so much room, and not larger than it
    is."""
    if min(width, facts.width) >= place.width:
        return place
    if place.is_told and width >= facts.width:
        return place._replace(width=facts.width)
    return ImagePlace.of_width(min(width, facts.width))


def _cut(variant: Variant, facts: ImageFacts, how: Shown) -> Variant:
    """Returns a variant in the form that is asked for."""
    if not how.ratio:
        return variant
    height = max(1, round(min(facts.height, variant.width * how.ratio)))
    return variant._replace(height=height, crop=how.crop, width=min(variant.width, max(1, round(height / how.ratio))))


def _shown_size(attributes: Attributes, facts: ImageFacts, ratio: float, highest: int
                ) -> tuple[int | None, int | None]:
    """Returns width and height for the attributes; what an author gives decides, and the other follows."""
    given = attributes.get("width"), attributes.get("height")
    if facts.size and ratio:
        shown = _pixels(given[0]) or facts.width
        return shown, max(1, round(shown * ratio))
    if given == (None, None):
        if highest and facts.height > highest:
            return max(1, round(facts.width * highest / facts.height)), highest
        return facts.size or (None, None)
    width, height = (_pixels(each) for each in given)
    if facts.size and width and given[1] is None:
        return width, max(1, round(facts.height * width / facts.width))
    if facts.size and height and given[0] is None:
        return max(1, round(facts.width * height / facts.height)), height
    return width, height


def _pixels(value: str | None) -> int | None:
    found = _PIXELS.fullmatch(value or "")
    return int(found[1]) or None if found else None


def _img(attributes: Attributes, made: Mapping[str, str], how: Shown) -> str:
    """Returns the `<img>`: the attributes of its author, with those that are made in the place of `src`."""
    written: dict[str, str | None] = {}
    for name, value in attributes.items():
        if name == "src":
            written.update(made)
        elif name not in made:
            written[name] = value
    if "loading" not in written:
        written |= {"fetchpriority": "high"} if how.is_early else {"loading": "lazy"}
    written.setdefault("decoding", "async")
    return f"<img{_written(written)}>"


def _written(attributes: Attributes) -> str:
    return "".join(f" {name}" if value is None else attributes_html({name: value})
                   for name, value in attributes.items())


def plain_image(attributes: Attributes, url: str, how: Shown | None = None) -> str:
    """Returns an `<img>` of which nothing is known but its URL."""
    return _img(attributes, {"src": url}, how or Shown())


def name_of(path: str) -> str:
    """Returns the name of a file without its extension, which stands for a missing description."""
    return posixpath.splitext(posixpath.basename(path))[0]
