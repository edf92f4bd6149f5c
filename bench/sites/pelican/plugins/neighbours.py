"""Tells every article the one before and the one after it, which Pelican itself doesn't."""

from itertools import pairwise
from typing import Any

from pelican import signals


def link(generator: Any) -> None:
    """`generator.articles` has the newest first."""
    for newer, older in pairwise(generator.articles):
        newer.older, older.newer = older, newer


def register() -> None:
    """Called by Pelican."""
    signals.article_generator_finalized.connect(link)
