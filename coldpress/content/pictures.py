"""How large local images are."""

from __future__ import annotations

from pathlib import Path

import imagesize

from coldpress import recorder
from coldpress.sources.files import SourceFile


class Sizes:
    """Sizes of images, each looked at once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int] | None] = {}

    def of(self, asset: SourceFile | None) -> tuple[int, int] | None:
        """Width and height in pixels, from an image's first bytes; None for what
        is no image, or tells no size."""
        if asset is None:
            return None
        if asset.location not in self._known:
            self._known[asset.location] = _size_of(asset.file)
        return self._known[asset.location]


def _size_of(file: Path) -> tuple[int, int] | None:
    try:
        with recorder.unrecorded():  # that the file was opened; its size is what counts
            width, height = imagesize.get(file)
    except (OSError, ValueError, TypeError, ArithmeticError, LookupError):
        return None  # what is damaged is shown as it is
    return (round(width), round(height)) if width > 0 and height > 0 else None
