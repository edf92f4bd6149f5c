"""What pages are called, for `[[wiki links]]`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from coldpress.content.page import Page


class Names:
    """Pages by their files, their slugs and their titles, in any case.

    A file counts before a slug and that before a title; of several pages, the
    first by its path.  Iterating gives every name.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages: dict[str, Page] = {}
        in_order = sorted(pages, key=lambda page: page._path)
        for names in (_of_file, _of_path, _of_title):
            for page in in_order:
                for name in names(page):
                    self._pages.setdefault(_folded(name), page)

    def get(self, name: str) -> Page | None:
        """The page that is called so."""
        return self._pages.get(_folded(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _of_file(page: Page) -> Iterable[str]:
    source = page.source.rpartition(".")[0]
    return source, source.removesuffix("/index").removesuffix("/_index"), page._document.stem


def _of_path(page: Page) -> Iterable[str]:
    path = page._path.strip("/")
    return path, path.rpartition("/")[2]


def _of_title(page: Page) -> Iterable[str]:
    return (page._name,)
