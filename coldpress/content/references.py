"""Typed fields that name a page, an image or a file: their values in templates, and their checks.

A value prints as it is written in the front matter; its attributes lead to what it names.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol

from coldpress.config.fields import ReferenceText
from coldpress.config.yaml_toml import Params
from coldpress.content.slots import SlotTarget
from coldpress.errors import Problem
from coldpress.markdown.rendered import Link
from coldpress.text import NearNames


class ReferenceLibrary(Protocol):
    """The part of a library that references need: `library.Library` implements it."""

    def target(self, page: Any, link: Link) -> SlotTarget[Any]: ...

    def link_url(self, page: Any, link: Link, *, elsewhere: bool = False, absolute: bool = False) -> str: ...

    def image_size(self, path: str) -> tuple[int, int] | None: ...


class _Reference(str):
    """The value of a field that names something in the content folder."""

    _library: ReferenceLibrary
    _page: Any

    @classmethod
    def of(cls, text: str, page: Any, library: ReferenceLibrary) -> _Reference:
        """Makes the value of a field of a page."""
        made = cls(text)
        made._page = page
        made._library = library
        return made

    @property
    def _link(self) -> Link:
        return Link("link", str(self))

    @property
    def url(self) -> str:
        """The link to it, from any page of the site."""
        return self._library.link_url(self._page, self._link, elsewhere=True)


class PageReference(_Reference):
    """A field of the kind `page`: `page.params.cook.page.title`."""

    @property
    def page(self) -> Any:
        """The page that it names; None if there is no such page."""
        return self._library.target(self._page, self._link).page


class FileReference(_Reference):
    """A field of the kind `image` or `file`: `page.params.cover.url`."""

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the image in pixels; None for other files, and for images of other sites."""
        path = self._library.target(self._page, self._link).path
        return self._library.image_size(path) if path else None

    @property
    def width(self) -> int | None:
        """The width of the image in pixels."""
        return self.size[0] if self.size else None

    @property
    def height(self) -> int | None:
        """The height of the image in pixels."""
        return self.size[1] if self.size else None


def resolve_params(params: Params, page: Any, library: ReferenceLibrary) -> Params:
    """Returns the keys of a page; values of fields that name something lead to it."""

    def resolved(value: Any) -> Any:
        if isinstance(value, ReferenceText):
            return (PageReference if value.kind == "page" else FileReference).of(value, page, library)
        return [resolved(item) for item in value] if isinstance(value, list) else value

    if not params:
        return Params()  # not the one that all pages without keys share
    if not any(map(_has_reference, params.values())):
        return params
    return Params({key: resolved(value) if _has_reference(value) else value for key, value in params.items()})


def _has_reference(value: Any) -> bool:
    return isinstance(value, ReferenceText) or (isinstance(value, list) and any(map(_has_reference, value)))


def references_of(params: Mapping[str, Any]) -> Iterator[tuple[str, ReferenceText]]:
    """Yields the fields of front matter that name something, with their values."""
    for key, value in params.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ReferenceText):
                yield key, item


class Referring:
    """The pages whose fields name a page, by field, in one Library."""

    def __init__(self, pages: Sequence[Any], resolve: Callable[[Any, str], Any]) -> None:
        self._pages = pages
        self._resolve = resolve

    def of(self, page: Any) -> Mapping[str, tuple[Any, ...]]:
        """Returns the pages that name a page, by the field in which they do."""
        return Params({field: tuple(found) for field, found in self._naming.get(page.source, {}).items()})

    @cached_property
    def _naming(self) -> dict[str, dict[str, dict[Any, None]]]:
        naming: dict[str, dict[str, dict[Any, None]]] = {}
        for page in self._pages:
            for field, text in references_of(page.unrecorded.front.params):
                target = self._resolve(page, text) if text.kind == "page" else None
                if target is not None:
                    naming.setdefault(target.source, {}).setdefault(field, {})[page] = None
        return naming


_WANTED = {"page": "no page is at `{}`", "image": "no image is at `{}`", "file": "no file is at `{}`"}


def broken_references(library: ReferenceLibrary, page: Any, sources: Callable[[], Iterable[str]]) -> Iterator[Problem]:
    """Yields an error for each field of a page that names what is not there.  `sources` returns the
    names of all sources and assets, to suggest one."""
    for field, text in references_of(page.unrecorded.front.params):
        target = library.target(page, Link("link", text))
        is_there = target.page is not None if text.kind == "page" else target.asset
        # Not of other schemes: a browser runs `javascript:`.
        is_elsewhere = text.kind != "page" and target.path is None and text.startswith(("https://", "http://"))
        if not is_there and not is_elsewhere:
            meant = posixpath.normpath(posixpath.join(posixpath.dirname(page.source), text)).lstrip("/")
            near = NearNames(sources()).nearest(meant)
            yield Problem("front-matter.reference", f"`{field}`: {_WANTED[text.kind].format(text)}",
                          page.unrecorded.document.place_of(field),
                          f"did you mean `/{near}`?" if near else "name it as a link in the text does")
