"""Bodies that are not rendered as they are written: templates, and those with snippets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from coldpress import recorder
from coldpress.errors import Place, Problem
from coldpress.markup.snippets import Expanded

if TYPE_CHECKING:
    from coldpress.content.library import Library
    from coldpress.content.page import Page


def expanded_body(library: Library, page: Page) -> Expanded | None:
    """A page's body as it is to be rendered, where that is not what stands in
    its source."""
    with recorder.unrecorded():
        options = library.config.markdown
    if options.jinja or options.append or page._document.parsed.has_snippets:
        return library.host.expanded(page)
    return None


_Lines = tuple[Expanded | None, list[str], list[str]]
"""A body as it is rendered, its lines, and those of its source."""
_kept: ContextVar[dict[str, _Lines] | None] = ContextVar("coldpress.bodies", default=None)


@contextmanager
def bodies_kept() -> Iterator[None]:
    """Within the block, read and expand the body of a page only once, however
    many places in it are asked for."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def _kept_lines(library: Library, page: Page) -> _Lines:
    kept = _kept.get()
    found = kept.get(page.source) if kept is not None else None
    if found is None:
        expanded = expanded_body(library, page)
        lines = expanded.text.split("\n") if expanded else []
        found = expanded, lines, page._document.body.split("\n")
        if kept is not None:
            kept[page.source] = found
    return found


def place_in(library: Library, page: Page, line: int | None, column: int | None, length: int = 1) -> Place:
    """Where something stands that was found in a rendered body: in the page's
    source, or in the snippet its line comes from."""
    if line is None:
        return page._document.place()
    expanded, lines, written = _kept_lines(library, page)
    if expanded is None or line > len(expanded.origins):
        return page._document.place_on(written, line, column, length)
    origin = expanded.origins[line - 1]
    if origin.file is None:
        return page._document.place_on(written, origin.line, column, length)
    text = lines[line - 1][origin.indent:]
    return Place(origin.file, origin.line, max(1, column - origin.indent) if column else None, text, length)


def missing_snippets(library: Library, page: Page) -> Iterator[Problem]:
    """A warning for each snippet of a page that cannot be had."""
    expanded, _, written = _kept_lines(library, page)
    for missing in expanded.missing if expanded else ():
        column = missing.line.find(missing.name) + 1
        length, origin = len(missing.name), missing.origin
        place = (page._document.place_on(written, origin.line, column, length) if origin.file is None
                 else Place(origin.file, origin.line, column, missing.line, length))
        yield Problem("markup.include", missing.message, place, missing.hint, severity="warning")
