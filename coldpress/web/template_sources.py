"""What is found in the sources of templates, kept as long as their environment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from coldpress.web.environment import SiteEnvironment

T = TypeVar("T")


class FoundInSource(Generic[T]):
    """Finds something in the source of a template, once for each source that a template has.

    `find` gets the environment and the source.  Calling this raises what the environment's loader raises, and what
    `find` does.
    """

    def __init__(self, find: Callable[[SiteEnvironment, str], T]) -> None:
        self._find = find
        self._found: WeakKeyDictionary[SiteEnvironment, dict[str, tuple[str, T]]] = WeakKeyDictionary()

    def __call__(self, environment: SiteEnvironment, name: str) -> T:
        """Returns what is found in the template with a name."""
        source = environment.loader.get_source(environment, name)[0]
        found = self._found.setdefault(environment, {})
        if name not in found or found[name][0] != source:
            found[name] = source, self._find(environment, source)
        return found[name][1]
