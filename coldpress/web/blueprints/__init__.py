"""Blueprints whose views have generators of their URLs: the site's own, and those of `build.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import flask
from flask.sansio.app import App
from flask.sansio.blueprints import BlueprintSetupState

from coldpress.content.library import Library

Values = Mapping[str, Any]
Urls = Callable[[Library], Iterable[Values]]


class Blueprint(flask.Blueprint):
    """A Flask blueprint whose views are frozen: `@blueprint.urls(view)` marks the generator of a
    view's URL values.

        books = coldpress.Blueprint("books", __name__, url_prefix="/books")

        @books.get("/<slug>/")
        def book(slug): ...

        @books.urls(book)
        def book_urls(library):
            return [{"slug": slug} for slug in SLUGS]
    """

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.generators: dict[str, Urls] = {}

    def urls(self, view: Callable[..., Any]) -> Callable[[Urls], Urls]:
        """Register a function that takes the Library and yields the URL values of a view."""

        def register(generator: Urls) -> Urls:
            self.generators[view.__name__] = generator
            return generator

        return register


class SiteBlueprint(Blueprint):
    """A part of the site's own views.

    Its endpoints carry the name of the parent blueprint alone: `coldpress.home`,
    not `coldpress.list_pages.home`.
    """

    def make_setup_state(self, app: App, options: dict[str, Any], first_registration: bool = False
                         ) -> BlueprintSetupState:
        """Flask's hook: the state that adds this blueprint's rules to an app."""
        state = super().make_setup_state(app, options, first_registration)
        state.name, state.name_prefix = state.name_prefix, ""
        return state
