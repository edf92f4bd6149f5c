"""Backlinks: the pages whose text links to a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from coldpress.content.page import Page
from coldpress.content.standing import Standing
from coldpress.markup.rendered import Brief

Resolve = Callable[[Page, str], Page | None]


class Backlinks:
    """Who links to whom in one Library.  All texts are asked for their links
    once, when the first page wants to know."""

    def __init__(self, pages: Sequence[Page], brief: Callable[[Page], Brief], resolve: Resolve) -> None:
        self._pages = pages
        self._brief = brief
        self._resolve = resolve

    def of(self, page: Standing) -> tuple[Page, ...]:
        """The pages that link to one, in the order of their sources."""
        return tuple(self._linking.get(page.source, ()))

    @cached_property
    def _linking(self) -> dict[str, dict[Page, None]]:
        linking: dict[str, dict[Page, None]] = {}
        for page in self._pages:
            for target in self._targets(page, self._brief(page).links):
                linking.setdefault(target.source, {})[page] = None
        return linking

    def _targets(self, page: Page, links: Iterable[str]) -> Iterable[Page]:
        for link in links:
            target = self._resolve(page, link)
            if target is not None and target is not page:
                yield target
