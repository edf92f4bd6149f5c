"""The functions `image` and `picture` of templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from coldpress.content.pictures import DENSITY, Shown, plain_image
from coldpress.images.facts import ImageFacts
from coldpress.images.variants import CROPS, EXTENSIONS, Variant, height_for
from coldpress.paths import is_external, path_of
from coldpress.text import did_you_mean
from coldpress.web.site import Site
from coldpress.web.theme_file import image_places

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
    returned as it is.  Raises `ValueError` for a picture that is not there, or an option that is none.
    """
    _check("crop", crop, CROPS)
    _check("format", format or "jpeg", tuple(EXTENSIONS))
    path = _path_of(site, source)
    if path is None:
        return ImageView(source)
    library = site.library
    facts = library.pictures.facts(path)
    if not site.images.can_be_made(facts):
        return ImageView(library.shown_url(path), *(facts.size or (None, None)))
    kind = format or site.images.formats(facts)[-1]
    quality = quality if quality is not None else library.image_options.quality.of(kind)

    def url(density: int) -> tuple[str, Variant]:
        variant = _variant(facts, (width, height), density, crop, (kind, quality))
        return library.shown_url(site.images.path(path, facts, variant)), variant

    (one, small), (two, large) = url(1), url(DENSITY)
    return ImageView(one, small.width, small.height, f"{one} 1x, {two} {DENSITY}x" if large != small else "")


def picture(site: Site, source: str, alt: str = "", *, place: str = "body", crop: str | None = None,
            ratio: float | None = None, loading: str = "lazy", **attributes: Any) -> Markup:
    """Returns the HTML of the picture `source` with all its variants, for a `place` of the theme; further `attributes`
    are those of its `<img>` (`class_` for `class`).

    With `ratio`, its height divided by its width, it is cut to this form.  Raises `ValueError` as `image` does.
    """
    _check("place", place, tuple(image_places()))
    _check("loading", loading, LOADING)
    _check("crop", crop or "centre", CROPS)
    given: dict[str, str | None] = {"src": None, "alt": alt}
    given |= {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items() if value is not None}
    path = _path_of(site, source)
    how = Shown(is_early=loading == "eager", ratio=ratio or 0.0, crop=crop or "centre")
    if path is None:
        return Markup(plain_image(given, source, how))
    library = site.library
    return Markup(library.pictures.html(path, given, image_places()[place], library.shown_url, how))


def _path_of(site: Site, source: str) -> str | None:
    """Returns the path of a picture of the site; None for one of another site.  Raises `ValueError` if none is."""
    if is_external(source):
        return None
    library = site.library
    found = path_of(source).removeprefix(site.link_root()) if source.startswith("/") else library.asset_of(source)
    if found is None or library.asset_at(found) is None:
        near = library.suggestions.file(source.lstrip("/"), asset=True)
        raise ValueError(f"there is no picture `{source}`" + (f"; did you mean `{near}`?" if near else ""))
    return found


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


def _check(name: str, value: str, choices: Mapping[str, Any] | tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {', '.join(choices)}, and not `{value}`: {did_you_mean(value, choices) or ''}"
                         .removesuffix(": "))
