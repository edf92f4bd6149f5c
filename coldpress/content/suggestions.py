"""What was probably meant by a link that leads nowhere.

Thousands of links may be broken, on a site of thousands of pages, so nothing
here looks at all of them for one link: names stand in indexes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from functools import cached_property

from coldpress.content.names import Names
from coldpress.sources.names import file_stem, split_name
from coldpress.text import NearNames

_SAME = 100  # files of one name that are compared


class Suggestions:
    """Near names of a site's sources, assets, paths and pages."""

    def __init__(self, sources: Iterable[str], assets: Iterable[str], paths: Iterable[str], names: Names) -> None:
        self._sources = _Files(sources)
        self._assets = _Files(assets)
        self._every_path = paths
        self._names = names

    def file(self, source: str, *, asset: bool) -> str | None:
        """The file that was meant by a name of a file that is not there."""
        return (None if asset else self._sources.nearest(source)) or self._assets.nearest(source)

    def path(self, path: str) -> str | None:
        """The path beside one at which nothing is."""
        above, name = posixpath.split(path.rstrip("/"))
        if above not in self._paths:
            return None
        paths, near = self._paths[above]
        return paths.get(near.nearest(name) or "")

    def name(self, name: str) -> str | None:
        """What a page is called that is nearly called so."""
        return self._near_names.nearest(name)

    @cached_property
    def _paths(self) -> dict[str, tuple[dict[str, str], NearNames]]:
        beside: dict[str, dict[str, str]] = {}
        for path in self._every_path:
            above, name = posixpath.split(path.rstrip("/"))
            beside.setdefault(above, {})[name] = path
        return {above: (paths, NearNames(paths)) for above, paths in beside.items()}

    @cached_property
    def _near_names(self) -> NearNames:
        return NearNames(self._names)


class _Files:
    """Files by what they are called, and by their folders."""

    def __init__(self, files: Iterable[str]) -> None:
        self._files = tuple(files)

    def nearest(self, source: str) -> str | None:
        """The file with the same stem (in the nearest folder), else the one of a
        near name in the folder that was meant."""
        folder, name = posixpath.split(source)
        stem = posixpath.splitext(name)[0].casefold()
        named = self._by_stem.get(stem)
        if not named and folder in self._by_folder:
            stems, near = self._by_folder[folder]
            named = stems.get(near.nearest(stem) or "")
        return max((named or [])[:_SAME], default=None,
                   key=lambda other: len(posixpath.commonprefix([other[::-1], source[::-1]])))

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for file in self._files:
            found.setdefault(_stem(file), []).append(file)
        return found

    @cached_property
    def _by_folder(self) -> dict[str, tuple[dict[str, list[str]], NearNames]]:
        found: dict[str, dict[str, list[str]]] = {}
        for file in self._files:
            found.setdefault(posixpath.dirname(file), {}).setdefault(_stem(file), []).append(file)
        return {folder: (stems, NearNames(stems)) for folder, stems in found.items()}


def _stem(source: str) -> str:
    """What a source is called: its name, for an index its folder's."""
    return split_name(source, file_stem(source) in ("index", "_index"))[0].casefold()
