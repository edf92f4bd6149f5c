"""Checks of one page: its links to headings, its fields, its markup, the files and pictures that it shows.

Whether a link leads to a page of the app outside of the content, the caller knows: see `links.unresolved_links`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from coldpress.content.bodies import missing_snippets, place_in
from coldpress.content.links import missing_anchors
from coldpress.content.page import Page
from coldpress.content.picture_weights import PictureLibrary, heavy_pictures
from coldpress.content.references import broken_references
from coldpress.content.slots import CANNOT_BE_SHOWN
from coldpress.errors import Problem
from coldpress.markdown.rendered import Component
from coldpress.markdown.tree import CALLOUTS, EMBED
from coldpress.text import did_you_mean


class CheckedLibrary(PictureLibrary, Protocol):
    """The part of a library that checks need: `library.Library` implements it."""

    @property
    def sources(self) -> tuple[str, ...]: ...

    @property
    def asset_sources(self) -> tuple[str, ...]: ...


def page_problems(library: CheckedLibrary, page: Page) -> Iterator[Problem]:
    """Yields the errors, warnings and notes on the front matter and the body of a page, but for links that lead to no
    content.  Raises `ColdpressError` for a body that is a template and fails."""
    yield from broken_references(library, page, lambda: (*library.sources, *library.asset_sources))
    yield from _flaws_of(library, page)
    yield from missing_anchors(library, page)
    yield from _unknown_components(library, page)
    yield from _misspelt_attributes(library, page)
    yield from _missing_files(library, page)
    yield from missing_snippets(library, page)
    yield from heavy_pictures(library, page)


def _flaws_of(library: CheckedLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning or note for each part of a body that could not be rendered as its author meant."""
    for flaw in page.rendered.flaws:
        yield Problem(flaw.code, flaw.message, place_in(library, page, flaw.line, flaw.column, flaw.length),
                      flaw.hint, severity=flaw.severity)


def _unknown_components(library: CheckedLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning for each container without a template, and for a leaf that has attributes with values or
    whose name is close to that of a component; other leaves may belong to another program."""
    known = None
    for component in page.rendered.html.components:
        if component.kind == "inline" or component.name == EMBED:
            continue
        known = known or set(library.host.component_names)
        is_container = component.kind == "container"
        near = did_you_mean(component.name, known | CALLOUTS if is_container else known)
        if component.name not in known and (near or is_container or _has_values(component)):
            yield Problem("markup.component", f"there is no component `{component.name}`",
                          place_in(library, page, component.line, component.column,
                                   len(":::" if is_container else "::") + len(component.name)),
                          near or f"{'its content is shown' if is_container else 'it is shown as text'}; make "
                          f"`templates/components/{component.name}.html`", severity="warning")


def _misspelt_attributes(library: CheckedLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning for each attribute that a component of the theme does not know, and whose name is close to
    that of one that it knows."""
    for component in page.rendered.html.components:
        known = library.host.component_attributes(component.name) if component.attributes else ()
        for name, _ in component.attributes:
            near = did_you_mean(name, known) if known and name not in known else None
            if near:
                yield Problem("markup.attribute", f"`{component.name}` has no attribute `{name}`",
                              place_in(library, page, component.line, component.column), near, severity="warning")


def _has_values(component: Component) -> bool:
    """Returns whether a component has an attribute with a value, which no syntax of a programming language is."""
    return any(name not in ("class", "id") and value != name for name, value in component.attributes)


def _missing_files(library: CheckedLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning for each file that a page includes and that cannot be shown."""
    for component, why in library.host.not_shown(page):
        name = dict(component.attributes).get("file", component.before)
        yield Problem("markup.include", f"`{name}` {why}",
                      place_in(library, page, component.line, component.column),
                      "name a text file of the site, from this page's folder or, with a slash, from the site's"
                      if why == CANNOT_BE_SHOWN else "its name stands in its place", severity="warning")
