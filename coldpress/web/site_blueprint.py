"""A Flask blueprint whose views know their own URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint

from coldpress.content.library import Library

Values = Mapping[str, Any]
Urls = Callable[[Library], Iterable[Values]]


class SiteBlueprint(Blueprint):
    """`@blueprint.urls(view)` marks the generator of a view's URL values."""

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(name, import_name)
        self.generators: dict[str, Urls] = {}

    def urls(self, view: Callable[..., Any]) -> Callable[[Urls], Urls]:
        """Register a function that, given the Library, yields URL values."""

        def register(generator: Urls) -> Urls:
            self.generators[view.__name__] = generator
            return generator

        return register
