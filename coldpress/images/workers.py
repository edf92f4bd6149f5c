"""What other processes do with pictures: they read their facts, and make their variants."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from coldpress.images.encoder import make_variants
from coldpress.images.facts import DamagedImageError, ImageFacts
from coldpress.images.index import ImageIndex, digest_of_file, read_facts
from coldpress.images.store import Made
from coldpress.images.variants import Variant


def read_all_facts(folder: Path, version: str, location: str) -> ImageFacts | None:
    """Returns the facts of a picture, as they are kept in `folder` or by reading it; None if it cannot be read."""
    try:
        digest = digest_of_file(Path(location))
    except OSError:
        return None
    return _index(folder, version).known(digest) or read_facts(Path(location), digest)


@cache
def _index(folder: Path, version: str) -> ImageIndex:
    return ImageIndex(folder, version)


def make_all(task: tuple[str, Sequence[tuple[Variant, Path]]]) -> dict[str, Made] | str:
    """Makes the variants of one picture; returns what was written, or why they could not be made."""
    location, wanted = task
    try:
        return make_variants(Path(location), wanted)
    except DamagedImageError as reason:
        return str(reason)
