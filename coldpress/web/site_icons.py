"""The icons of a site, which are made from the picture that `favicon` in the config names, and its web manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from coldpress import recorder
from coldpress.content.library import Library
from coldpress.errors import Place, Problems
from coldpress.extras import pip_install
from coldpress.images.facts import DamagedImageError
from coldpress.images.index import can_read_images, has_digest
from coldpress.images.service import ImageService
from coldpress.paths import url_of
from coldpress.web.named_files import FilesSite, NamedFile, NamedFiles
from coldpress.web.strings import is_rtl

ICO, SVG, TOUCH, MASKABLE, MANIFEST = (
    "favicon.ico", "favicon.svg", "apple-touch-icon.png", "icon-maskable-512.png", "site.webmanifest")
_SMALL = "icon-192.png"
SIZED = {_SMALL: 192, "icon-512.png": 512}
ICONS = (ICO, SVG, TOUCH, *SIZED, MASKABLE, MANIFEST)
"""The names of all files that may be made, at the root of the site."""
_TOUCH_SIZE = 180
_LEAST = 512  # pixels that a picture should have, so that no icon is larger


class IconLink(NamedTuple):
    """A `<link>` in the head of pages."""

    rel: str
    type: str | None
    sizes: str | None
    url: str


_LINKS = {ICO: ("icon", None, "32x32"), SVG: ("icon", "image/svg+xml", None), _SMALL: ("icon", "image/png", "192x192"),
          TOUCH: ("apple-touch-icon", None, None), MANIFEST: ("manifest", None, None)}
"""The `rel`, type and sizes of each link."""


class IconSite(FilesSite, Protocol):
    """The part of a site that its icons need: `site.Site`."""

    images: ImageService

    @property
    def library(self) -> Library: ...

    def config_place(self, *keys: str | int) -> Place: ...


class SiteIcons:
    """The icons of one site."""

    def __init__(self, site: IconSite) -> None:
        self._site = site
        self._files = NamedFiles(site)
        self._is_broken = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files that are made: none without a picture; of an SVG that cannot be drawn, itself."""
        file = self._source()
        if file is None or not can_read_images() or self._is_broken:
            return ()
        if file.path.suffix.lower() != ".svg":
            return tuple(name for name in ICONS if name != SVG)
        return ICONS if _can_read_svg() else (SVG, MANIFEST)

    @property
    def links(self) -> list[IconLink]:
        """The links of the head, with a version that changes with the icons; none without a picture."""
        names, version, url = self.names, self.key[:8], self._site.library.shown_url
        return [IconLink(*_LINKS[name], f"{url(f'/{name}')}?v={version}") for name in names
                if name in _LINKS and not (name == _SMALL and SVG in names)]

    @property
    def theme_colours(self) -> tuple[str, str] | None:
        """The colours of the page by day and by night; None without icons."""
        if not self.names:
            return None
        from coldpress.images.colours import hex_of, palette, rgb_of_oklch  # noqa: PLC0415  (Pillow is an extra)

        theme = self._site.config.theme
        by_day, by_night = (palette(theme.preset, None, is_dark=dark).page for dark in (False, True))
        return hex_of(rgb_of_oklch(by_day)), hex_of(rgb_of_oklch(by_night))

    @property
    def key(self) -> str:
        """A digest of all that the icons and the manifest are made of."""
        return self._key() if self.names else ""

    def files(self) -> dict[str, Path]:
        """Returns the files in which the icons are kept, by key."""
        kept = {name: self._key(name) for name in self.names if name not in (SVG, MANIFEST)}
        return {key: self._site.images.store.file(key, _extension(name)) for name, key in kept.items()}

    def data(self, name: str) -> bytes:
        """Returns the bytes of one of `names`, which are made unless they are kept.  Raises `DamagedImageError`."""
        if name == MANIFEST:
            return self._manifest()
        file = self._source()
        if file is None:
            raise DamagedImageError("it is not there")
        if name == SVG:
            with recorder.unrecorded():
                return file.path.read_bytes()
        kept = self.kept(name)
        if kept is None:
            with recorder.unrecorded():
                kept = self._made(name, file)
                if has_digest(file.path, file.digest):  # else it was changed meanwhile
                    self._site.images.keep(self._key(name), _extension(name), kept)
        return kept

    def kept(self, name: str) -> bytes | None:
        """Returns the bytes of an icon if they are kept."""
        return self._site.images.store.read(self._key(name), _extension(name))

    def check(self, problems: Problems) -> None:
        """Reports a picture that cannot be used."""
        if self._site.config.favicon is not None:
            self._check(self._site.config.favicon, problems)
            self._is_broken = any(problem.code == "icons.file" for problem in problems.errors)

    def _check(self, name: str, problems: Problems) -> None:
        file, place = self._source(), self._site.config_place("favicon")
        if file is None:
            problems.error("icons.file", f"`favicon`: there is no file `{name}`", place,
                           "put it into the content folder or into `static/`")
        elif not can_read_images():
            problems.warn("icons.pillow", "`favicon` needs Pillow, so the site has the theme's icon", place,
                          f"run {pip_install('images')}")
        elif file.path.suffix.lower() == ".svg":
            self._check_svg(file, problems)
        else:
            facts = self._site.images.facts_of(file.path, file.digest)
            if facts.fault:
                problems.error("icons.file", f"`favicon`: `{name}` cannot be shown: {facts.fault}", place,
                               "save it anew")
            elif max(facts.width, facts.height) < _LEAST:
                problems.warn("icons.small", f"`favicon`: `{name}` has {facts.width} × {facts.height} pixels, so large "
                              "icons will be blurred", place, "name a picture of 512 × 512 pixels or an SVG")

    def _check_svg(self, file: NamedFile, problems: Problems) -> None:
        place = self._site.config_place("favicon")
        if not _can_read_svg():
            problems.warn("icons.svg", "icons for home screens and old browsers need resvg, so there is only the SVG",
                          place, f"run {pip_install('images')}, or name a PNG of 512 × 512 pixels")
            return
        from coldpress.images.icons import icon  # noqa: PLC0415  (Pillow is an extra)

        try:
            icon(file.path, 16)
        except DamagedImageError as reason:
            problems.error("icons.file", f"`favicon`: `{file.path.name}` cannot be drawn: {reason}", place,
                           "save it anew as plain SVG")

    def _source(self) -> NamedFile | None:
        name = self._site.config.favicon
        return self._files.find(name) if name else None

    def _key(self, name: str = "") -> str:
        from coldpress.images.icons import icon_version  # noqa: PLC0415  (Pillow is an extra)

        config, file = self._site.config, self._source()
        made_of = (name, file and file.digest, self.names, self.theme_colours, icon_version(), config.title,
                   config.description, config.language)
        return blake2b(repr(made_of).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def _made(self, name: str, file: NamedFile) -> bytes:
        from coldpress.images.colours import palette, rgb_of_oklch  # noqa: PLC0415  (Pillow is an extra)
        from coldpress.images.icons import ico, icon, icon_on_ground  # noqa: PLC0415

        ground = rgb_of_oklch(palette(self._site.config.theme.preset, None, is_dark=False).page)
        makers: dict[str, Callable[[], bytes]] = {
            ICO: lambda: ico(file.path),
            TOUCH: lambda: icon_on_ground(file.path, _TOUCH_SIZE, ground, is_maskable=False),
            MASKABLE: lambda: icon_on_ground(file.path, 512, ground, is_maskable=True)}
        return makers[name]() if name in makers else icon(file.path, SIZED[name])

    def _manifest(self) -> bytes:
        """Returns the web manifest; its URLs are relative, so that they hold below any path."""
        config, names = self._site.config, self.names
        colour = (self.theme_colours or ("#ffffff",))[0]
        manifest = {
            "name": config.title, "short_name": config.title, "description": config.description or None,
            "lang": config.language, "dir": "rtl" if is_rtl(config.language) else "ltr", "start_url": "./",
            "display": "minimal-ui", "background_color": colour, "theme_color": colour,
            "icons": list(_manifest_icons(names))}
        shown = {name: value for name, value in manifest.items() if value is not None}
        return (json.dumps(shown, ensure_ascii=False, indent=2) + "\n").encode()


def _manifest_icons(names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if SVG in names:
        yield {"src": url_of(SVG), "type": "image/svg+xml", "sizes": "any"}
    for name, size in SIZED.items():
        if name in names:
            yield {"src": url_of(name), "type": "image/png", "sizes": f"{size}x{size}"}
    if MASKABLE in names:
        yield {"src": url_of(MASKABLE), "type": "image/png", "sizes": "512x512", "purpose": "maskable"}


def _extension(name: str) -> str:
    return name.rpartition(".")[2]


def _can_read_svg() -> bool:
    from coldpress.images.drawings import can_read_svg  # noqa: PLC0415  (few sites have icons)

    return can_read_svg()
