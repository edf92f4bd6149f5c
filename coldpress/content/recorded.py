"""Recorded reads of pages: properties and lists that record each read, and a view of a page that records none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar, overload

from coldpress import recorder
from coldpress.content.permalinks import PageEntry
from coldpress.markdown.rendered import Brief, Rendered
from coldpress.sources.fields import FrontMatter
from coldpress.sources.front_matter import SourceDocument

T = TypeVar("T")
P = TypeVar("P")
P_contra = TypeVar("P_contra", contravariant=True)


class recorded(Generic[T]):  # noqa: N801  (used as a decorator, like `property`)
    """A property of a page that records each read as a dependency on the page's `meta` data."""

    kind = "meta"

    def __init__(self, read: Callable[[Any], T]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    @overload
    def __get__(self, page: None, owner: type) -> recorded[T]: ...
    @overload
    def __get__(self, page: Any, owner: type) -> T: ...

    def __get__(self, page: Any, owner: type) -> T | recorded[T]:
        if page is None:
            return self
        recorder.read(self.kind, page.source)
        return self._read(page)


class recorded_params(recorded[T]):  # noqa: N801
    """A property that depends on the author's own keys of front matter."""

    kind = "params"


class recorded_body(recorded[T]):  # noqa: N801
    """A property that depends on the page's body."""

    kind = "body"


class recorded_summary(recorded[T]):  # noqa: N801
    """A property that depends on the part of the body that other pages show."""

    kind = "summary"


class UnrecordedLibrary(Protocol[P_contra]):
    """The part of a library that `UnrecordedPage` needs: `library.Library` implements it."""

    def title_of(self, document: SourceDocument) -> str: ...

    def render(self, page: P_contra) -> Rendered: ...

    def brief(self, page: P_contra) -> Brief: ...

    def trusts(self, page: P_contra) -> bool: ...


class UnrecordedPage(Generic[P]):
    """A view of a page that records no reads, for code that records its result under another name.
    The reads of templates and snippets in the body are still recorded."""

    __slots__ = ("_library", "_page", "_title", "document", "path")

    def __init__(self, entry: PageEntry, page: P, library: UnrecordedLibrary[P]) -> None:
        self.document = entry.document
        self.path = entry.path
        self._page = page
        self._library = library
        self._title: str | None = None

    @property
    def front(self) -> FrontMatter:
        """The front matter of the source."""
        return self.document.front

    @property
    def title(self) -> str:
        """The title, determined when it is first needed."""
        if self._title is None:
            self._title = self._library.title_of(self.document)
        return self._title

    @property
    def rendered(self) -> Rendered:
        """The rendered body, with slots for links."""
        return self._library.render(self._page)

    @property
    def brief(self) -> Brief:
        """The part of the rendered body that other pages show."""
        return self._library.brief(self._page)

    @property
    def is_trusted(self) -> bool:
        """Whether the author may write any HTML."""
        return self._library.trusts(self._page)


class ListedPage(Protocol):
    """The part of a page that `Pages` needs: `page.Page` implements it."""

    @property
    def unrecorded(self) -> UnrecordedPage[Any]: ...


P_co = TypeVar("P_co", bound=ListedPage, covariant=True)


class Pages(Sequence[P_co], Generic[P_co]):
    """An ordered list of pages.  Reads of its items and of its length are recorded under its name."""

    def __init__(self, name: str, pages: Iterable[P_co]) -> None:
        self.name = name
        self._pages = tuple(pages)

    @overload
    def __getitem__(self, index: int) -> P_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[P_co, ...]: ...

    def __getitem__(self, index: int | slice) -> P_co | tuple[P_co, ...]:
        if isinstance(index, slice):
            # Recorded as written, because the result of `[-5:]` depends on the length.
            parts = ("" if part is None else str(part) for part in (index.start, index.stop, index.step))
            recorder.read("items", f"{self.name}[{':'.join(parts)}]")
        else:
            recorder.read("items", f"{self.name}[{index}]")
        return self._pages[index]

    @property
    def unrecorded(self) -> tuple[P_co, ...]:
        """All pages, for code that records its result under another name."""
        return self._pages

    def __iter__(self) -> Iterator[P_co]:
        recorder.read("items", f"{self.name}[:]")
        return iter(self._pages)

    @property
    def any_dated(self) -> bool:
        """Whether the newest page has a date (not recorded)."""
        return bool(self._pages) and self._pages[0].unrecorded.front.date is not None

    def __bool__(self) -> bool:
        # Recorded separately, because every new page changes the length.
        recorder.read("items", f"{self.name}.any")
        return bool(self._pages)

    def __len__(self) -> int:
        recorder.read("items", f"{self.name}.length")
        return len(self._pages)

    def __repr__(self) -> str:
        return f"<Pages {self.name}: {len(self._pages)}>"
