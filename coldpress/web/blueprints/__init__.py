"""The site's views: beneath each view stands the generator of its URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint
from flask.sansio.app import App
from flask.sansio.blueprints import BlueprintSetupState

from coldpress.content.library import Library

Values = Mapping[str, Any]
Urls = Callable[[Library], Iterable[Values]]


class SiteBlueprint(Blueprint):
    """A part of the site's views; `@blueprint.urls(view)` marks the generator of a view's URL values.

    Its endpoints carry the name of the parent blueprint alone: `coldpress.home`,
    not `coldpress.list_pages.home`.
    """

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(name, import_name)
        self.generators: dict[str, Urls] = {}

    def urls(self, view: Callable[..., Any]) -> Callable[[Urls], Urls]:
        """Register a function that takes the Library and yields the URL values of a view."""

        def register(generator: Urls) -> Urls:
            self.generators[view.__name__] = generator
            return generator

        return register

    def make_setup_state(self, app: App, options: dict[str, Any], first_registration: bool = False
                         ) -> BlueprintSetupState:
        """Flask's hook: the state that adds this blueprint's rules to an app."""
        state = super().make_setup_state(app, options, first_registration)
        state.name, state.name_prefix = state.name_prefix, ""
        return state
