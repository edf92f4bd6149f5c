"""What the Library asks of others: of whoever serves it, for it knows nothing of
Flask, and of whatever renders its bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from coldpress.markdown.cache import Body
from coldpress.markdown.rendered import Brief, Component, Rendered
from coldpress.markdown.syntax.snippets import ExpandedBody

P_contra = TypeVar("P_contra", contravariant=True)
CANNOT_BE_SHOWN = "cannot be shown here"
"""Why a page does not show what is not there, or what nobody may know of."""


class Host(Protocol[P_contra]):
    """The site as an app has it."""

    def link_root(self) -> str:
        """What every link begins with: the prefix the site is mounted at."""

    def endpoint_url(self, reference: str) -> str | None:
        """The URL of `name` or `name?key=value`, an endpoint of the app; None
        where there is no such endpoint."""

    def endpoint_at(self, path: str) -> str | None:
        """What leads to a path of the app outside of the site: `name?key=value`."""

    def values_of(self, name: str) -> Sequence[str] | None:
        """What the URL of an endpoint takes; None where there is no such endpoint."""

    @property
    def endpoint_names(self) -> Iterable[str]:
        """What endpoints are called."""

    def expanded(self, page: P_contra) -> ExpandedBody:
        """A page's body with its snippets; one that is a template, run."""

    def not_shown(self, page: P_contra) -> Iterable[tuple[Component, str]]:
        """What a page asks for and doesn't show, with the reason."""

    def embedded(self, page: P_contra, other: P_contra, part: str, *, absolute: bool) -> str | None:
        """Another page's body as it is shown in a page, or a part of it, by the id
        of its heading or block; None for a part that isn't there."""

    def callout_title(self, page: P_contra, kind: str) -> str:
        """What a callout without a title of its own is called."""

    def group_name(self, name: str) -> str:
        """What a collection or a taxonomy is called, in the site's language."""

    def component(self, name: str, variables: Mapping[str, Any]) -> str | None:
        """The HTML of a component; None where no template shows that name."""

    @property
    def component_names(self) -> Iterable[str]:
        """The names that templates show."""


class BodyRenderer(Protocol):
    """Whatever renders bodies: the renderer with its cache."""

    def render(self, body: Body) -> Rendered: ...

    def brief(self, body: Body) -> Brief: ...

    def heading(self, digest: str, read: Callable[[], str]) -> str | None: ...
