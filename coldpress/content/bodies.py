"""Bodies that are not rendered as they are written: templates, and those with snippets."""

from __future__ import annotations

from collections.abc import Iterator
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


def place_in(library: Library, page: Page, line: int | None, column: int | None, length: int = 1) -> Place:
    """Where something stands that was found in a rendered body: in the page's
    source, or in the snippet its line comes from."""
    expanded = expanded_body(library, page) if line is not None else None
    if expanded is None or line is None or line > len(expanded.origins):
        return page._document.place(line, column, length)
    origin = expanded.origins[line - 1]
    if origin.file is None:
        return page._document.place(origin.line, column, length)
    text = expanded.text.split("\n")[line - 1][origin.indent:]
    return Place(origin.file, origin.line, max(1, column - origin.indent) if column else None, text, length)


def missing_snippets(library: Library, page: Page) -> Iterator[Problem]:
    """A warning for each snippet of a page that cannot be had."""
    expanded = expanded_body(library, page)
    for missing in expanded.missing if expanded else ():
        column = missing.line.find(missing.name) + 1
        place = (page._document.place(missing.origin.line, column, len(missing.name)) if missing.origin.file is None
                 else Place(missing.origin.file, missing.origin.line, column, missing.line, len(missing.name)))
        yield Problem("markup.include", missing.message, place, missing.hint, severity="warning")
