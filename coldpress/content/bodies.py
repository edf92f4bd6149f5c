"""Bodies that are expanded before they are rendered: templates, and bodies with snippets."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property

from coldpress.content.page import Page, PageLibrary
from coldpress.errors import Place, Problem, shown_line
from coldpress.markdown.syntax.snippets import ExpandedBody


def expanded_body(library: PageLibrary, page: Page) -> ExpandedBody | None:
    """Returns a page's body with templates run and snippets inserted; None if the page has neither."""
    return library.host.expanded(page) if is_expanded(library, page) else None


def is_expanded(library: PageLibrary, page: Page) -> bool:
    """Returns whether a page's body may have templates or snippets.  A row never is a template, since
    others may have written it."""
    document, options = page.unrecorded.document, library.markdown
    return not document.source.key and (options.jinja or bool(options.append) or document.parsed.has_snippets)


def is_template(library: PageLibrary, page: Page) -> bool:
    """Returns whether a page's body is a template."""
    return library.markdown.jinja and not page.unrecorded.document.source.key


class _BodyLines:
    """The lines of a page's body.  Lines are split when they are first needed."""

    def __init__(self, library: PageLibrary, page: Page) -> None:
        self.expanded = expanded_body(library, page)
        self._is_template = is_template(library, page)
        self._document = page.unrecorded.document

    @cached_property
    def lines(self) -> list[str]:
        """The lines to be rendered: those of the source, with templates run and snippets inserted."""
        return self.expanded.text.split("\n") if self.expanded else self.written

    @cached_property
    def written(self) -> list[str]:
        """The lines as written in the source."""
        return self._document.body.split("\n")

    def place(self, line: int, column: int | None, length: int, text: str) -> Place:
        """Returns the place in the source for a position in a rendered line with this `text`."""
        if not self._is_template or text in self.written[line - 1 : line]:
            return self._document.place_on(self.written, line, column, length)
        # The template added or removed lines, so the line number does not count: the text is searched for.
        if text.strip() and text in self._numbers:
            numbers = self._numbers[text]
            after = bisect_left(numbers, line)
            nearest = min(numbers[max(0, after - 1) : after + 1], key=lambda number: abs(number - line))
            return self._document.place_on(self.written, nearest, column, length)
        words = text[column - 1 : column - 1 + length] if column else ""
        whole = self._document.body
        at = whole.find(words) if len(words) > 2 else -1
        if at < 0 or whole.find(words, at + 1) >= 0:
            return self._document.place()
        before = whole[:at]
        return self._document.place_on(
            self.written, before.count("\n") + 1, at - before.rfind("\n"), length)

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        """The line numbers in the source for each text of a line."""
        numbers: dict[str, list[int]] = {}
        for number, written in enumerate(self.written, 1):
            numbers.setdefault(written, []).append(number)
        return numbers


_kept: ContextVar[dict[str, _BodyLines] | None] = ContextVar("coldpress.bodies", default=None)


@contextmanager
def cached_bodies() -> Iterator[None]:
    """Within the block, each page's body is read and expanded only once, however many places
    are looked up in it."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def _body(library: PageLibrary, page: Page) -> _BodyLines:
    kept = _kept.get()
    if kept is None:
        return _BodyLines(library, page)
    return kept.get(page.source) or kept.setdefault(page.source, _BodyLines(library, page))


def place_in(library: PageLibrary, page: Page, line: int | None, column: int | None, length: int = 1) -> Place:
    """Returns the place of a position in a rendered body: in the page's source, or in the snippet that
    the line comes from."""
    if line is None:
        return page.unrecorded.document.place()
    body = _body(library, page)
    expanded = body.expanded
    if expanded is None or line > len(expanded.origins):
        return page.unrecorded.document.place_on(body.written, line, column, length)
    origin = expanded.origins[line - 1]
    if origin.file is None:
        return body.place(origin.line, column, length, body.lines[line - 1])
    text = shown_line(body.lines[line - 1][origin.indent:])
    return Place(origin.file, origin.line, max(1, column - origin.indent) if column else None, text, length)


def missing_snippets(library: PageLibrary, page: Page) -> Iterator[Problem]:
    """Yields a warning for each snippet of a page that is missing."""
    body = _body(library, page)
    for missing in body.expanded.missing if body.expanded else ():
        column = missing.line.find(missing.name) + 1
        length, origin = len(missing.name), missing.origin
        place = (body.place(origin.line, column, length, missing.line) if origin.file is None
                 else Place(origin.file, origin.line, column, shown_line(missing.line), length))
        yield Problem("markup.include", missing.message, place, missing.hint, severity="warning")
