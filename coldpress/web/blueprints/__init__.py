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


def converter_name(site: str, kind: str) -> str:
    """Returns the name of a URL converter of a site, which no other site of the app has."""
    return f"{site.replace('-', '_')}_{kind}"


class SiteBlueprint(Blueprint):
    """A part of the site's own views.

    Its endpoints carry the name of the parent blueprint alone: `coldpress.home`,
    not `coldpress.list_pages.home`.  A converter that its rules call `coldpress_content` is
    that of the site on which it is registered.
    """

    def make_setup_state(self, app: App, options: dict[str, Any], first_registration: bool = False
                         ) -> BlueprintSetupState:
        """Flask's hook: the state that adds this blueprint's rules to an app."""
        state = _SiteSetupState(self, app, options, first_registration)
        state.name, state.name_prefix = state.name_prefix, ""
        return state


class _SiteSetupState(BlueprintSetupState):
    """Adds rules with the converters of one site."""

    def add_url_rule(self, rule: str, endpoint: str | None = None, view_func: Callable[..., Any] | None = None,
                     **options: Any) -> None:
        """Flask's hook: adds a rule to the app."""
        super().add_url_rule(rule.replace("<coldpress_", f"<{converter_name(self.name, '')}"), endpoint, view_func,
                             **options)
