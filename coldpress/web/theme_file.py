"""What `theme.yaml` says of pictures: how wide a theme shows them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from coldpress.config.themes import Theme
from coldpress.content.pictures import ImagePlace

_ROWS = "gallery"  # the place in which pictures stand in rows


@lru_cache(maxsize=16)
def image_places(theme: Theme) -> Mapping[str, ImagePlace]:
    """Returns the places in which a theme shows pictures, by name."""
    given = theme.images or {}
    sizes, heights = given.get("image_sizes", {}), given.get("image_heights", {})
    places = {name: ImagePlace(width, sizes[name], True) if name in sizes else ImagePlace.of_width(width)
              for name, width in given.get("image_widths", {}).items()}
    return {name: place._replace(height=heights.get(name, 0), in_rows=name == _ROWS) for name, place in places.items()}
