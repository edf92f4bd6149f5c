"""Properties whose reads are recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from coldpress import recorder

T = TypeVar("T")


class recorded(Generic[T]):  # noqa: N801  (used as a decorator, like `property`)
    """A property whose every read is noted: of `meta`, `body` or `summary`."""

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


class recorded_body(recorded[T]):  # noqa: N801
    """The same for what comes of the body."""

    kind = "body"


class recorded_summary(recorded[T]):  # noqa: N801
    """The same for what other pages show of the body."""

    kind = "summary"
