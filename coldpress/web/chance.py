"""Chance that falls the same way in every build: seeded by the page's path."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import g, has_request_context, request
from jinja2 import pass_context
from jinja2.runtime import Context
from jinja2.utils import generate_lorem_ipsum


@pass_context
def pick(context: Context, items: Sequence[Any]) -> Any:
    """The filter `random`: one of the items, for a page always the same."""
    items = list(items)
    if not items:
        return context.environment.undefined("No random item, sequence was empty.")
    return _dice().choice(items)


def lipsum(*arguments: Any, **more: Any) -> str:
    """Jinja's `lipsum`, for a page always the same."""
    with seeded(_dice().random()):
        return generate_lorem_ipsum(*arguments, **more)


@contextmanager
def seeded(by: str | float) -> Iterator[None]:
    """Within the block the dice that everybody shares, those of the module
    `random`, fall as `by` says; then they are put back as they lay."""
    lay = random.getstate()
    random.seed(by)
    try:
        yield
    finally:
        random.setstate(lay)


def _dice() -> random.Random:
    if not has_request_context():
        return random.Random(0)
    if "coldpress_dice" not in g:
        g.coldpress_dice = random.Random(request.path)
    dice: random.Random = g.coldpress_dice
    return dice
