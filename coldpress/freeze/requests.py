"""Requests that notice what a static page cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from coldpress import recorder

QUERY: recorder.Key = ("query", "args")
"""Noted when a view asks for what stands after the `?` of a URL."""


@contextmanager
def counting_requests(app: Flask) -> Iterator[None]:
    """Within the block a view that reads `request.args` is noticed."""
    plain: Any = app.request_class

    class Frozen(plain):  # type: ignore[misc]  # the app's own class
        """The app's request, with one attribute watched."""

        @property
        def args(self) -> Any:
            recorder.read(*QUERY)
            return super().args

    app.request_class = Frozen
    try:
        yield
    finally:
        app.request_class = plain
