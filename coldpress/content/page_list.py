"""A list of pages whose reads are recorded by slice and by length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar, overload

from coldpress import recorder
from coldpress.content.page import Page

P_co = TypeVar("P_co", bound=Page, covariant=True)


class Pages(Sequence[P_co], Generic[P_co]):
    """Pages in an order, under a name that records are kept by."""

    def __init__(self, name: str, pages: Iterable[P_co]) -> None:
        self.name = name
        self._pages = tuple(pages)

    @overload
    def __getitem__(self, index: int) -> P_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[P_co, ...]: ...

    def __getitem__(self, index: int | slice) -> P_co | tuple[P_co, ...]:
        if isinstance(index, slice):
            # As it was asked for: what `[-5:]` holds depends on the length.
            parts = ("" if part is None else str(part) for part in (index.start, index.stop, index.step))
            recorder.read("items", f"{self.name}[{':'.join(parts)}]")
        else:
            recorder.read("items", f"{self.name}[{index}]")
        return self._pages[index]

    @property
    def unrecorded(self) -> tuple[P_co, ...]:
        """All of them, for code whose result is recorded under another name."""
        return self._pages

    def __iter__(self) -> Iterator[P_co]:
        recorder.read("items", f"{self.name}[:]")
        return iter(self._pages)

    @property
    def any_dated(self) -> bool:
        """Whether the newest has a date (not recorded)."""
        return bool(self._pages) and self._pages[0].unrecorded.front.date is not None

    def __bool__(self) -> bool:
        # Told apart from the length, which every new page changes.
        recorder.read("items", f"{self.name}.any")
        return bool(self._pages)

    def __len__(self) -> int:
        recorder.read("items", f"{self.name}.length")
        return len(self._pages)

    def __repr__(self) -> str:
        return f"<Pages {self.name}: {len(self._pages)}>"
