"""What is known of a picture without making anything of it: its pixels, its format, its colour, its faults."""

from __future__ import annotations

from typing import NamedTuple

CHANGED = "it was changed while it was read"
LFS = "it is a pointer of Git LFS, and not the picture"
TOO_LARGE = "it is too large"
MEMORY = 960_000_000
"""Bytes that the pictures that are decoded at once may take together."""
_PIXEL = {"jpeg": 4, "webp": 16, "avif": 12}
_OTHER_PIXEL = 8


def bytes_of_pixel(format: str) -> int:
    """Returns how many bytes a pixel takes at most while Pillow decodes a format."""
    return _PIXEL.get(format, _OTHER_PIXEL)


class DamagedImageError(Exception):
    """A picture that cannot be opened; the message says why."""


class ImageFacts(NamedTuple):
    """A picture: its size in pixels as it is shown, 0 if that is unknown; the digest of its bytes; its format;
    its colour as three digits (empty where it is transparent); why nothing can be made of it."""

    width: int = 0
    height: int = 0
    digest: str = ""
    format: str = ""
    colour: str = ""
    has_alpha: bool = False
    is_animated: bool = False
    fault: str = ""

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height; None if they are unknown."""
        return (self.width, self.height) if self.width and self.height else None

    @property
    def plain_format(self) -> str:
        """The format that every program reads: PNG for what may be transparent or drawn, else JPEG."""
        return "png" if self.has_alpha or self.format == "gif" else "jpeg"

    @property
    def memory(self) -> int:
        """How many bytes decoding the picture takes at most."""
        return self.width * self.height * bytes_of_pixel(self.format)

    @property
    def can_be_made(self) -> bool:
        """Whether variants can be made of it."""
        return bool(self.digest and self.format and self.size) and not self.fault


NO_FACTS = ImageFacts()
