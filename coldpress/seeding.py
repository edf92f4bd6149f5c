"""Random values that are the same in every build."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def seeded(by: str | float) -> Iterator[None]:
    """Seeds the global generator of the module `random` inside the block; restores its state afterwards."""
    state = random.getstate()
    random.seed(by)
    try:
        yield
    finally:
        random.setstate(state)
