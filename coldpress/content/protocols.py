"""Protocols of the Library: it knows neither Flask (`Host`) nor the Markdown engine (`BodyRenderer`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from coldpress.markdown.cache import Body
from coldpress.markdown.rendered import Brief, Component, Rendered
from coldpress.markdown.syntax.snippets import ExpandedBody

P_contra = TypeVar("P_contra", contravariant=True)
CANNOT_BE_SHOWN = "cannot be shown here"
"""The reason given for an embedded page that is missing, or that must not be disclosed."""


class Host(Protocol[P_contra]):
    """The app that serves the site."""

    def link_root(self) -> str:
        """Returns the prefix that the site is mounted at; every link begins with it."""

    def endpoint_url(self, reference: str) -> str | None:
        """Returns the URL of `name` or `name?key=value`, an endpoint of the app; None if there is no
        such endpoint."""

    def endpoint_at(self, path: str) -> str | None:
        """Returns the endpoint at a path of the app outside of the site, as `name?key=value`."""

    def values_of(self, name: str) -> Sequence[str] | None:
        """Returns the names of the values in an endpoint's URL rule; None if there is no such endpoint."""

    @property
    def endpoint_names(self) -> Iterable[str]:
        """The names of all endpoints."""

    def expanded(self, page: P_contra) -> ExpandedBody:
        """Returns a page's body with templates run and snippets inserted."""

    def not_shown(self, page: P_contra) -> Iterable[tuple[Component, str]]:
        """Yields the components of a page that cannot be shown, each with the reason."""

    def embedded(self, page: P_contra, other: P_contra, part: str, *, absolute: bool) -> str | None:
        """Returns another page's body as a page embeds it, or the part with this heading or block id; None if
        there is no such part."""

    def callout_title(self, page: P_contra, kind: str) -> str:
        """Returns the default title of a kind of callout, in the page's language."""

    def group_name(self, name: str) -> str:
        """Returns the name of a collection or a taxonomy in the site's language."""

    def component(self, name: str, variables: Mapping[str, Any]) -> str | None:
        """Returns the HTML of a component; None if no template defines it."""

    @property
    def component_names(self) -> Iterable[str]:
        """The names of the components that templates define."""


class BodyRenderer(Protocol):
    """Renders bodies with a Markdown engine and a cache."""

    def render(self, body: Body) -> Rendered: ...

    def brief(self, body: Body) -> Brief: ...

    def heading(self, digest: str, read: Callable[[], str]) -> str | None: ...
