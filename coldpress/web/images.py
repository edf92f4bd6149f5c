"""The functions `image` and `picture` of templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from coldpress import recorder
from coldpress.content.pictures import DENSITY, ImagePlace, Shown, plain_image
from coldpress.images.facts import ImageFacts
from coldpress.images.variants import CROPS, EXTENSIONS, Variant, height_for
from coldpress.paths import is_external, path_of
from coldpress.text import did_you_mean
from coldpress.web.site import Site
from coldpress.web.theme_file import image_places

_MOST_PIXELS = 99_999
_LEAST_RATIO = 0.01
LOADING = ("lazy", "eager")
"""When a picture is loaded: when it is nearly seen, or at once and before others."""


@dataclass(frozen=True, slots=True)
class ImageView:
    """A variant of a picture for templates: its URL, its size in pixels (None if it is unknown), and the attribute
    `srcset` with a second one for screens that have two pixels to one of CSS."""

    url: str
    width: int | None = None
    height: int | None = None
    srcset: str = ""


def image(site: Site, source: str, width: int | None = None, height: int | None = None, crop: str = "centre",
          format: str | None = None, quality: int | None = None) -> ImageView:
    """Returns a variant of the picture `source`: a URL of the site, or a path below the content folder.

    With a width or a height it is scaled, with both it is cut to their form, and `crop` says which part stays.  It is
    never larger than the original.  What cannot be made smaller (SVG, animations, pictures of other sites) is
    returned as it is, and so is a URL where nothing is, which the check of links reports.  Raises `ValueError` for
    a path below the content folder where no picture is, and for an option that is none.
    """
    _check("crop", crop, CROPS)
    _check("format", format or "jpeg", tuple(EXTENSIONS))
    width, height = _whole("width", width, _MOST_PIXELS), _whole("height", height, _MOST_PIXELS)
    quality = _whole("quality", quality, 100)
    found = _found(site, source)
    if found is None:
        return ImageView(source)
    library, path = site.library, found.path
    facts = library.pictures.facts(path)
    if not site.images.can_be_made(facts):
        return ImageView(found.url(path) + found.suffix, *(facts.size or (None, None)))
    kind = format or site.images.formats(facts)[-1]
    quality = quality if quality is not None else library.image_options.quality.of(kind)

    def url(density: int) -> tuple[str, Variant]:
        variant = _variant(facts, (width, height), density, crop, (kind, quality))
        if not variant.fits:
            raise ValueError(f"{variant.width:,} × {variant.height:,} pixels are too many for {kind}")
        return found.url(site.images.path(path, facts, variant)) + found.suffix, variant

    (one, small), (two, large) = url(1), url(DENSITY)
    return ImageView(one, small.width, small.height, f"{one} 1x, {two} {DENSITY}x" if large != small else "")


def picture(site: Site, source: str, alt: str = "", *, place: str = "body", crop: str = "centre",
            ratio: float | None = None, sizes: str | None = None, loading: str = "lazy", zoom: str = "",
            caption: str = "", **attributes: Any) -> Markup:
    """Returns the HTML of the picture `source` with all its variants, for a `place` of the theme; further `attributes`
    are those of its `<img>` (`class_` for `class`).

    With `ratio`, its height divided by its width, it is cut to this form.  `sizes` says how wide it is shown in which
    window, in the place of what the theme says.  With `zoom`, the name of a link, a picture that is larger than its
    place opens in full.  `caption` stands below it in a gallery.  A whole URL of the site, as feeds have it, gives one
    `<img>` with whole URLs.  Raises `ValueError` as `image` does.
    """
    _check("place", place, tuple(image_places(site.theme)))
    _check("loading", loading, LOADING)
    _check("crop", crop, CROPS)
    if ratio is not None and not (_is_number(ratio) and _LEAST_RATIO <= ratio <= 1 / _LEAST_RATIO):
        raise ValueError(f"ratio is height divided by width, such as `0.75`, and not `{ratio}`")
    given: dict[str, str | None] = {"src": None, "alt": alt}
    if ratio and isinstance(attributes.get("width"), int):
        attributes["height"] = round(attributes["width"] * ratio)  # also of a picture whose size is not known
    given |= {name.rstrip("_").replace("_", "-"): None if value is True else str(value)
              for name, value in attributes.items() if value is not None and value is not False}
    found = _found(site, source)
    how = Shown(loading == "eager", zoom, ratio=ratio or 0.0, crop=crop, caption=str(escape(caption)))
    if found is None:
        return Markup(plain_image(given, source, how))
    how = how._replace(is_plain=found.is_absolute, suffix=found.suffix)
    return Markup(site.library.pictures.html(found.path, given, _place(site, place, sizes), found.url, how))


def _place(site: Site, name: str, sizes: str | None) -> ImagePlace | None:
    """Returns a place of the theme; None for that of bodies, which depends on the config."""
    if sizes is None:
        return None if name == "body" else image_places(site.theme)[name]
    return image_places(site.theme)[name]._replace(sizes=sizes, is_told=True, height=0)


class FoundImage(NamedTuple):
    """A picture of the site: its path, what stands behind it in the URL, and how its URLs are written."""

    path: str
    suffix: str
    url: Callable[[str], str]
    is_absolute: bool


def _found(site: Site, source: str) -> FoundImage | None:
    """Returns the picture of the site that a URL or a path below the content folder names; None for a URL where no
    such picture is.  Raises `ValueError` for a path where none is."""
    if not isinstance(source, str):
        raise ValueError(f"a picture is a path or a URL, and not `{source}`")
    library = site.library
    base = (site.config.base_url or "").rstrip("/")
    is_absolute = bool(base) and source.startswith(f"{base}/")
    url = source.removeprefix(base) if is_absolute else source
    if is_external(url):
        return None
    if url.startswith("/"):
        path = path_of(url) if is_absolute else _below_root(site, path_of(url))
        if library.asset_at(path) is None:
            recorder.read("link", path)  # a route of the app may be there, else a build warns
            return None
        suffix = url[len(url.partition("?")[0].partition("#")[0]):]
        return FoundImage(path, suffix, partial(library.shown_url, absolute=is_absolute), is_absolute)
    asset = library.asset_of(url)
    if asset is None:
        near = library.suggestions.file(url, asset=True)
        raise ValueError(f"there is no picture `{url}`" + (f"; did you mean `{near}`?" if near else ""))
    return FoundImage(asset, "", library.shown_url, False)


def _below_root(site: Site, path: str) -> str:
    """Returns a path of the app as one of the site, which may be mounted below it."""
    root = site.link_root()
    return path.removeprefix(root) if path.startswith(f"{root}/") else path


def _variant(facts: ImageFacts, wanted: tuple[int | None, int | None], density: int, crop: str, how: tuple[str, int]
             ) -> Variant:
    """Returns the variant for a width and a height in pixels of CSS."""
    width, height = wanted
    if width and height:
        scale = min(density, facts.width / width, facts.height / height)
        return Variant(max(1, round(width * scale)), max(1, round(height * scale)), *how, crop)
    wide = width or (height * facts.width / facts.height if height else facts.width)
    fitting = max(1, min(facts.width, round(wide * density)))
    return Variant(fitting, height_for(facts, fitting), *how)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(name: str, value: Any, most: int) -> int | None:
    """Returns a number without its fraction; None for none."""
    if value is not None and not (_is_number(value) and 1 <= value <= most):
        raise ValueError(f"{name} is a number from 1 to {most:,}, and not `{value}`")
    return None if value is None else round(value)


def _check(name: str, value: str, choices: Mapping[str, Any] | tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {', '.join(choices)}, and not `{value}`: {did_you_mean(value, choices) or ''}"
                         .removesuffix(": "))
