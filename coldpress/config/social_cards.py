"""The options below `social_cards:`: the pictures that are shown where a page is shared; and the option `favicon`."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from coldpress.config.options import as_group
from coldpress.config.theme_options import is_colour

_FONTS = ("ttf", "otf", "ttc", "otc")
_PICTURES = ("png", "jpg", "jpeg", "webp", "avif", "gif")
_LOGOS = ("svg", *_PICTURES)
_ICONS = ("svg", "png", "webp", "avif", "gif")


@dataclass(frozen=True, slots=True)
class CardOptions:
    """The options below `social_cards:`, which may also be `true` or `false`: a picture for each page without one."""

    background: str | None = None
    """What is behind the text: any colour of CSS, or a picture; by default the preset's page."""
    logo: str | None = None
    """Picture beside the name of the site, such as `logo.svg`."""
    font: tuple[str, ...] = ()
    """Fonts (`ttf`, `otf` or `ttc`); each character has the first that knows it; by default a font of Latin and
    Cyrillic letters."""
    template: str | None = None
    """Name of a function in `build.py` that draws cards, `@site.social_card("poster")`; by default the theme's."""
    is_on: bool = field(default=False, metadata={"derived": True})
    """Whether the site has cards."""

    @property
    def files(self) -> dict[str, tuple[str, ...]]:
        """The files that the options name, by option."""
        pictures = {"logo": self.logo, "background": None if is_colour(self.background or "teal") else self.background}
        return {name: (file,) for name, file in pictures.items() if file} | {"font": self.font}


def as_social_cards(value: Any) -> CardOptions:
    """Converts the value of `social_cards:`."""
    if isinstance(value, bool):
        return CardOptions(is_on=value)
    return CardOptions(is_on=True, **as_group(value, CardOptions, {
        "background": _background, "logo": lambda file: _file("logo", file, _LOGOS), "font": _fonts,
        "template": _name}))


def as_favicon(value: Any) -> str | None:
    """Converts the value of `favicon:`, the path of a picture."""
    return None if value in (None, False, "") else _path(value, "a picture", _ICONS, "such as `logo.svg` or `logo.png`")


def _background(value: Any) -> str:
    if isinstance(value, str) and is_colour(value.strip()):
        return value.strip()
    if isinstance(value, str) and "." not in value:
        raise ValueError("`background` is a colour as CSS writes it, or a picture",
                         'such as `"#102a43"`, in quotes, or `shore.jpg`')
    return _file("background", value, _PICTURES)


def _fonts(value: Any) -> tuple[str, ...]:
    files = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(_file("font", file, _FONTS) for file in files))


def _file(name: str, value: Any, extensions: tuple[str, ...]) -> str:
    what = "a font" if extensions is _FONTS else "a picture"
    hint = "web fonts (`woff2`) must be unpacked to `ttf`" if str(value).endswith(("woff", "woff2")) else None
    try:
        return _path(value, what, extensions, hint)
    except ValueError as reason:
        raise ValueError(f"`{name}`: {reason.args[0]}", *reason.args[1:]) from None


def _path(value: Any, what: str, extensions: tuple[str, ...], hint: str | None) -> str:
    """Returns a path inside the site."""
    if not isinstance(value, str) or value.rpartition(".")[2].lower() not in extensions:
        raise ValueError(f"{what} is expected here: {', '.join(extensions)}", hint)
    path = posixpath.normpath(value.replace("\\", "/").strip().lstrip("/"))
    if path.startswith("..") or ":" in path:
        raise ValueError("a file inside the site is expected here", "copy it into the content folder")
    return path


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError('`template` is the name of a function, `@site.social_card("poster")` in `build.py`')
    return value.strip()
