"""The structure of the content: the data of all sources, and the order of all lists of pages.

Two structures are compared to find the recorded reads that can have other fingerprints now, so that an
edit of one source costs nothing for the others.  A read too many is only slower; a read too few would
leave a page as it was.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from coldpress.recorder import Key

ALL_SOURCES = "*"
"""The name of a key that stands for all sources, used when a page read too many sources
to record each."""
OF_TEXTS = ("text", "body", "summary")
"""The kinds of keys that depend on the text of one source."""
OF_SOURCES = (*OF_TEXTS, "meta", "params", "url", "section", "near", "related", "path", "source", "asset")
"""The kinds of keys that have names of sources or paths."""
OF_LISTS = ("items", "list", "term", "name", "members", "nav")
"""The other kinds of keys whose fingerprints depend on the structure only."""


def is_of_source(key: Key) -> bool:
    """Returns whether `StructureChanges.suspects` gives a key if it can have another fingerprint."""
    return key[0] in OF_SOURCES or (key[0] == "nav" and key[1].startswith("/of "))


class SourceData(NamedTuple):
    """What pages can read of a source but its text: the kind and the path of its page, and digests of its data."""

    kind: str
    path: str
    data: str


class Structure(NamedTuple):
    """The data and the digests of the texts of all sources; the sources of each list of pages, by the
    list's name; the names of the lists that relate pages; the path of each alias with the source it leads
    to; everything else as one text."""

    sources: Mapping[str, SourceData]
    texts: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]
    relating: Sequence[str]
    aliases: Mapping[str, str]
    rest: str

    def dumps(self, before: Structure | None) -> dict[str, str]:
        """Returns the parts that differ from those of an earlier structure, as texts for `loads`."""
        parts = {}
        if before is None or self.texts != before.texts:
            parts["texts"] = _json(self.texts)
        if before is None or self._replace(texts=before.texts) != before:
            numbers = {source: number for number, source in enumerate(self.sources)}
            lists = {name: [numbers[source] for source in listed] for name, listed in self.lists.items()}
            parts["structure"] = _json([self.sources, lists, self.relating, self.aliases, self.rest])
        return parts

    @classmethod
    def loads(cls, parts: Mapping[str, str]) -> Structure | None:
        """Returns the structure with these parts; None if they are missing or `dumps` has not written them."""
        try:
            sources, lists, relating, aliases, rest = json.loads(parts["structure"])
            names = list(sources)
            return cls({name: SourceData._make(data) for name, data in sources.items()}, json.loads(parts["texts"]),
                       {name: [names[number] for number in listed] for name, listed in lists.items()},
                       relating, aliases, rest)
        except (KeyError, ValueError, TypeError, AttributeError, IndexError):
            return None


class StructureChanges:
    """The differences between two structures of a site.  `window` is the number of pages on each side
    of a page in a list that decide which pages are related to it."""

    def __init__(self, before: Structure, now: Structure, window: int) -> None:
        self._before = before
        self._now = now
        self._window = window
        self.sources = _different(before.sources, now.sources)
        """The sources that were added or removed, or whose data changed."""
        self.texts = _different(before.texts, now.texts)
        """The sources that were added or removed, or whose text changed."""

    @property
    def are_unknown(self) -> bool:
        """Whether something changed of which is not known what it concerns."""
        return self._before.rest != self._now.rest or (
            not self.sources and self._before._replace(texts=self._now.texts) != self._now)

    @cached_property
    def lists(self) -> frozenset[str]:
        """The lists with other pages, another order, or a page whose data changed."""
        before, now = self._before.lists, self._now.lists
        return frozenset(name for name in before.keys() | now.keys() if before.get(name) != now.get(name)
                         or not self.sources.isdisjoint(now[name]))

    def is_same(self, key: Key) -> bool:
        """Returns whether a key of a kind in `OF_LISTS`, which `suspects` does not give, has the same fingerprint."""
        kind, name = key
        listed = {"items": name.rpartition("[" if name.endswith("]") else ".")[0],
                  "list": name.rsplit(" ", 3)[0]}.get(kind)
        return listed in self._now.lists and listed not in self.lists

    def suspects(self) -> Iterator[Key]:
        """Yields the keys of sources (`is_of_source`) that can have other fingerprints.  Some may be in no record."""
        for kind in OF_TEXTS:
            yield from ((kind, source) for source in self.sources | self.texts)
        if self.sources | self.texts:
            yield from ((kind, ALL_SOURCES) for kind in (OF_SOURCES if self.sources else OF_TEXTS))
        if self.sources:
            yield from self._of_data()
            yield from (("near", source) for source in self._beside())
            if self._trees_differ:
                for source, data in self._now.sources.items():
                    if data.kind != "post":
                        yield "near", source
                        yield "nav", f"/of {source}"
            yield from (("related", source) for source in self._around())
        aliases = _different(self._before.aliases, self._now.aliases)
        yield from (("path", path) for path, source in self._now.aliases.items() if source in self.sources)
        yield from (("path", path) for path in aliases)

    def _of_data(self) -> Iterator[Key]:
        for source in self.sources:
            yield from ((kind, source) for kind in ("meta", "params", "url", "source", "section", "near", "related"))
            yield "nav", f"/of {source}"
            for data in self._versions(source):
                yield "path", data.path
            folder = source
            while folder:
                folder = posixpath.dirname(folder)
                yield "source", f"{folder}/"
        if any(data.kind == "section" for source in self.sources for data in self._versions(source)):
            yield from (("section", source) for source in self._now.sources)

    def _versions(self, source: str) -> Iterator[SourceData]:
        return filter(None, (self._before.sources.get(source), self._now.sources.get(source)))

    @property
    def _trees_differ(self) -> bool:
        """Whether a menu or a tree of docs may have other pages or another order.  Posts are in menus only."""
        return any(len({data[:2] for data in versions}) != 1 or len(versions) != 2 or versions[0].kind != "post"
                   for versions in (list(self._versions(source)) for source in self.sources))

    def _beside(self) -> Iterator[str]:
        """Yields the sources whose pages may have other neighbours in a collection: those on both sides of a change."""
        for name in self.lists:
            if name.startswith("collection/"):
                before, now = (_edges(structure.lists.get(name, ())) for structure in (self._before, self._now))
                yield from (source for edge in before.keys() | now.keys() for source in edge if source and (
                    edge not in before or edge not in now or not self.sources.isdisjoint(edge)))

    def _around(self) -> Iterator[str]:
        """Yields the sources whose pages may have other related pages: those near to a change in a list,
        and all of a list with another order of magnitude, which decides how much it counts."""
        relating = [set(structure.relating) for structure in (self._before, self._now)]
        for name in relating[0] | relating[1]:
            before, now = (structure.lists.get(name, ()) for structure in (self._before, self._now))
            if name in relating[0] ^ relating[1] or len(before).bit_length() != len(now).bit_length():
                yield from {*before, *now}
            elif name in self.lists:
                edges = _edges(before)
                for edge, at in _edges(now).items():
                    if edge not in edges or not self.sources.isdisjoint(edge):
                        yield from now[max(0, at - self._window - 1):at + self._window + 1]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _different(before: Mapping[str, object], now: Mapping[str, object]) -> set[str]:
    return {source for source, _ in before.items() ^ now.items()}


def _edges(listed: Sequence[str]) -> dict[tuple[str, str], int]:
    """Returns the pairs of sources that are side by side, by the position of the second."""
    return {pair: at for at, pair in enumerate(zip(["", *listed], [*listed, ""], strict=True))}
