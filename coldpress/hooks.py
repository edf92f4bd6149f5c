"""Every point at which a site's own code takes part.

Two marks for the views of your own routes.  They stand above or below
`@app.route`, and change nothing about the view when it is served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

View = TypeVar("View", bound=Callable[..., Any])
Values = Mapping[str, Any]
ValuesGenerator = Callable[[], Iterable[Values]]

_MARK = "__coldpress__"


@dataclass(frozen=True, slots=True)
class RouteMark:
    """What a view said of itself: its URLs' values, or that it stays live."""

    live: bool = False
    values: ValuesGenerator | None = None


def live(view: View) -> View:
    """Mark a view that needs a server (a form, a search): it is never frozen."""
    setattr(view, _MARK, RouteMark(live=True))
    return view


@overload
def frozen(values: None = None) -> Callable[[View], View]: ...
@overload
def frozen(values: ValuesGenerator) -> Callable[[View], View]: ...


def frozen(values: ValuesGenerator | None = None) -> Callable[[View], View]:
    """Mark a view to be written to the site, and say for which values.

    `values` is called without arguments while an application context is
    active; it yields one mapping of URL values a page.  A route without
    arguments needs no values; in a site of its own it needs no mark either.

        @app.route("/books/<slug>/")
        @coldpress.frozen(lambda: [{"slug": "sicp"}, {"slug": "taocp"}])
        def book(slug): ...
    """

    def mark(view: View) -> View:
        setattr(view, _MARK, RouteMark(values=values))
        return view

    return mark


def mark_of(view: Callable[..., Any]) -> RouteMark | None:
    """The mark a view carries, if any."""
    mark = getattr(view, _MARK, None)
    return mark if isinstance(mark, RouteMark) else None
