"""Hooks: marks that a site's own views carry.

A mark is a decorator above or below `@app.route`.  It does not change the view
when it is served.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar, overload

View = TypeVar("View", bound=Callable[..., Any])
Values = Mapping[str, Any]
ValuesGenerator = Callable[[], Iterable[Values]]

_MARK = "__coldpress__"


class RouteMark(NamedTuple):
    """The marks of one view: whether it is live or frozen, the values of its
    URLs, and its dependencies."""

    live: bool = False
    frozen: bool = False
    values: ValuesGenerator | None = None
    value: Callable[..., Any] | None = None
    nothing: bool = False


def live(view: View) -> View:
    """Marks a view that needs a server (a form, a search): it is never frozen."""
    return _marked(view, live=True)


class depends:  # noqa: N801  (a name for two marks)
    """Marks that declare a view's dependencies where Coldpress cannot compare them:
    without a mark, a view that asks a database, the network or another program is
    rendered in every build."""

    @staticmethod
    def value(function: Callable[..., Any]) -> Callable[[View], View]:
        """The page is rendered again when `function` gives something else.

        It is called in each build with the values of the URL, and should be
        quick: a count, the time of the last change.

            @app.route("/books/<slug>/")
            @coldpress.depends.value(lambda slug: books.changed_at(slug))
            def book(slug): ...
        """
        return lambda view: _marked(view, value=function)

    @staticmethod
    def nothing(view: View) -> View:
        """The page is the same whatever its view asks and opens."""
        return _marked(view, nothing=True)


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

    return lambda view: _marked(view, values=values, frozen=True)


def _marked(view: View, **said: Any) -> View:
    setattr(view, _MARK, (mark_of(view) or RouteMark())._replace(**said))
    return view


def mark_of(view: Callable[..., Any]) -> RouteMark | None:
    """Returns the mark of a view, if it has one."""
    mark = getattr(view, _MARK, None)
    return mark if isinstance(mark, RouteMark) else None
