"""What other processes do with pictures: they read their facts, and make their variants."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from coldpress.images.encoder import make_variants
from coldpress.images.facts import DamagedImageError, ImageFacts
from coldpress.images.index import ImageIndex, digest_of_file, read_facts
from coldpress.images.store import Made, write_whole
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


class Task(NamedTuple):
    """The variants to make of one picture, each with the file to write."""

    location: str
    facts: ImageFacts
    wanted: Sequence[tuple[Variant, Path]]

    @property
    def memory(self) -> int:
        """How many bytes it takes at most."""
        return max(self.facts.memory, *(variant.memory for variant, _ in self.wanted))


def make_all(task: Task) -> dict[str, Made] | str:
    """Makes the variants of one picture; returns what was written, by file, or why they could not be made.  Raises
    `OSError` if a file cannot be written."""
    try:
        made = make_variants(Path(task.location), task.facts, (variant for variant, _ in task.wanted))
    except DamagedImageError as reason:
        return str(reason)
    return {str(file): write_whole(file, made[variant]) for variant, file in task.wanted}
