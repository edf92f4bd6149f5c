"""Themes: the one that comes with Coldpress, and those of installed packages, each of which extends another one.

A package offers a theme as an entry point of the group `coldpress.themes` that names a package of Python
(https://packaging.python.org/specifications/entry-points/).  In the package's folder are `theme.yaml`, `templates/`,
`static/` and `strings/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from coldpress import recorder
from coldpress.config.fields import Field, as_fields
from coldpress.config.yaml_toml import SafeLoader
from coldpress.loaded_code import looking_for_entry_points
from coldpress.text import did_you_mean

GROUP = "coldpress.themes"
"""The entry point group of themes."""
BUILT_IN = "coldpress"
"""The name of the theme that comes with Coldpress."""
_FOLDER = Path(__file__).parents[1] / "web" / "theme"
_KEYS = ("name", "version", "extends", "options", "image_widths", "image_heights", "image_sizes")


@dataclass(frozen=True, eq=False, slots=True)
class Theme:
    """A theme: the folder with its files, the theme that it extends (None for ours), and what its `theme.yaml` says:
    its options, and how it shows pictures.  `digest` changes with all that is read once for all pages."""

    name: str
    folder: Path
    parent: Theme | None = None
    options: tuple[Field, ...] = ()
    images: Mapping[str, Any] | None = None
    digest: str = ""

    @property
    def chain(self) -> list[Theme]:
        """The theme and those that it extends, itself first."""
        return [self, *(self.parent.chain if self.parent else ())]

    @property
    def templates(self) -> Path:
        """The folder of its templates."""
        return self.folder / "templates"

    @property
    def static(self) -> Path:
        """The folder of its static files."""
        return self.folder / "static"

    @property
    def read_once(self) -> list[Path]:
        """The files that are read once, and that `digest` stands for."""
        return [self.folder / "theme.yaml", *sorted((self.folder / "strings").glob("*.yaml"))]

    @property
    def all_options(self) -> dict[str, Field]:
        """Its own options and those of the themes that it extends, by name."""
        return {option.name: option for theme in reversed(self.chain) for option in theme.options}


def find_theme(name: str = BUILT_IN) -> Theme:
    """Returns the theme with a name.  Raises `ValueError`, with a hint, if none is installed under this name, or if
    what it says of itself is wrong."""
    return _find(name, ())


def _find(name: str, above: tuple[str, ...]) -> Theme:
    if name == BUILT_IN:
        return _read(name, _FOLDER, above)
    if name in above:
        raise ValueError(f"the themes {', '.join(f'`{each}`' for each in above)} extend one another in a circle")
    offered = _offered()
    if name not in offered:
        known = ", ".join(f"`{each}`" for each in sorted({BUILT_IN, *offered}))
        raise ValueError(f"there is no theme `{name}`", did_you_mean(name, [BUILT_IN, *offered])
                         or f"install the package that has it, with `pip install`; installed are {known}", "name")
    with recorder.unrecorded():
        spec = find_spec(offered[name])
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        raise ValueError(f"the theme `{name}` names `{offered[name]}`, which is no package of Python", None, "name")
    return _read(name, Path(folders[0]), (*above, name))


def _offered() -> dict[str, str]:
    """Returns the packages of the themes that are installed, by the names of the themes."""
    with looking_for_entry_points(GROUP):
        return {point.name: point.value for point in entry_points(group=GROUP)}


def _read(name: str, folder: Path, above: tuple[str, ...]) -> Theme:
    """Reads the `theme.yaml` of a theme, and the themes that it extends."""
    with recorder.unrecorded():
        file = folder / "theme.yaml"
        if not file.is_file():
            raise ValueError(f"the theme `{name}` has no `theme.yaml` in `{folder}`", None, "name")
        try:
            given = yaml.load(file.read_bytes(), SafeLoader) or {}
            said = _checked(given)
        except (ValueError, yaml.YAMLError) as reason:
            raise ValueError(f"`theme.yaml` of the theme `{name}`: {reason.args[0] if reason.args else reason}",
                             f"correct it in `{file}`", "name") from None
    parent = None if name == BUILT_IN else _find(said.get("extends", BUILT_IN), above)
    images = _images(said, parent.images or {} if parent else {})
    theme = Theme(name, folder, parent, as_fields(said.get("options") or {}), images)
    return replace(theme, digest=_digest(theme)) if parent else theme


def _images(said: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Returns how a theme shows pictures: a place to which it gives another width loses the sizes and the height that
    it had in the theme above.  Raises `ValueError` for a place that nobody knows."""
    widths = said.get("image_widths", {})
    kept = {key: {name: value for name, value in given.items() if key == "image_widths" or name not in widths}
            for key, given in above.items()}
    images = {key: {**kept.get(key, {}), **said.get(key, {})} for key in _KEYS if key.startswith("image_")}
    for name in widths if above else ():
        if name not in above["image_widths"] and did_you_mean(name, above["image_widths"]):
            raise ValueError(f"there is no place `{name}`", did_you_mean(name, above["image_widths"]), "name")
    for key in ("image_sizes", "image_heights"):
        for name in images[key]:
            if name not in images["image_widths"]:
                raise ValueError(f"`{key}` names `{name}`, of which `image_widths` says nothing",
                                 did_you_mean(name, images["image_widths"]), "name")
    return images


def _checked(given: Any) -> dict[str, Any]:
    """Returns the content of a `theme.yaml`.  Raises `ValueError` if it is wrong."""
    if not isinstance(given, dict):
        raise ValueError("`key: value` lines are expected there")
    for key, value in given.items():
        if key not in _KEYS:
            raise ValueError(f"there is no `{key}`, only {', '.join(_KEYS)}")
        if key == "extends" and not isinstance(value, str):
            raise ValueError("`extends` is the name of a theme")
        if key.startswith("image_") and not (isinstance(value, dict) and all(map(_fits(key), value.values()))):
            raise ValueError(f"`{key}` is written `{{body: {'100vw' if key == 'image_sizes' else 720}}}`")
    as_fields(given.get("options") or {})
    return given


def _fits(key: str) -> Any:
    return (lambda value: isinstance(value, str)) if key == "image_sizes" else (
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0)


def _digest(theme: Theme) -> str:
    digest = blake2b((theme.parent.digest if theme.parent else "").encode(), digest_size=8)
    with recorder.unrecorded():
        for file in theme.read_once:
            digest.update(f"{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()
