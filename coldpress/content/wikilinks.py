"""Wiki links: finds pages and assets by name, for `[[Name]]`."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from coldpress.content.page import Page


class WikiLinkIndex:
    """Finds pages by file, slug, title or alias, in any case.

    A file takes precedence over a slug, a slug over a title, a title over an alias;
    among pages with the same name the first by path is used.  Iteration yields all
    names.  Assets are found by file name, with or without folders.
    """

    def __init__(self, pages: Sequence[Page], assets: Iterable[str]) -> None:
        self._pages: dict[str, Page] = {}
        self._assets: dict[str, str] = {}
        for names_of_asset in (str, posixpath.basename):
            for source in assets:
                self._assets.setdefault(_folded_name(names_of_asset(source)), source)
        named = [(page, _names_of(page)) for page in sorted(pages, key=lambda page: page.unrecorded.path)]
        for group in range(4):
            for page, groups in named:
                for name in groups[group]:
                    self._pages.setdefault(_folded_name(name), page)

    def get(self, name: str) -> Page | None:
        """Returns the page with a name."""
        return self._pages.get(_folded_name(name)) or self._pages.get(_folded_name(name).removesuffix(".md"))

    def asset(self, name: str) -> str | None:
        """Returns the asset with a name, as its source."""
        return self._assets.get(_folded_name(name.lstrip("/")))

    def __iter__(self) -> Iterator[str]:
        return chain(self._pages, self._assets)


def _folded_name(name: str) -> str:
    return " ".join(name.split()).casefold()


def _names_of(page: Page) -> tuple[Iterable[str], ...]:
    """Returns the names of a page in groups by precedence: its file, its slug, its title, its aliases."""
    view = page.unrecorded
    source, path = page.source.rpartition(".")[0], view.path.strip("/")
    return ((source, source.removesuffix("/index").removesuffix("/_index"), view.document.stem),
            (path, path.rpartition("/")[2]), (view.title,),
            [alias for alias in view.front.aliases if "/" not in alias])
