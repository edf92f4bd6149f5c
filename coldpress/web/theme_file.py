"""The file `theme.yaml` of the theme: how wide it shows pictures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import yaml

from coldpress import recorder
from coldpress.content.pictures import ImagePlace
from coldpress.web.environment import THEME


@cache
def image_places() -> Mapping[str, ImagePlace]:
    """Returns the places in which the theme shows pictures, by name."""
    with recorder.unrecorded():  # it is a part of Coldpress's code
        given = yaml.safe_load((THEME / "theme.yaml").read_text(encoding="utf-8"))
    sizes, heights = given["image_sizes"], given["image_heights"]
    places = {name: ImagePlace(width, sizes[name], True) if name in sizes else ImagePlace.of_width(width)
              for name, width in given["image_widths"].items()}
    return {name: place._replace(height=heights.get(name, 0)) for name, place in places.items()}
