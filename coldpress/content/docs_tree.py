"""The docs tree as one page shows it.

A small tree is shown whole.  Of a large one, a page shows the levels on the way to it; the other branches
are folded, and the entries of each are a file that the browser requests when a reader opens it.  So
a page stays small however many pages there are, and a change below a folded branch concerns no page above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from coldpress import recorder
from coldpress.content.navigation import WHOLE_TREE, Navigation, NavItem, Tree
from coldpress.content.page import Page

WHOLE = 48
"""The number of entries up to which a page shows a tree whole."""
_NEAR, _FAR = 24, 12
"""The number of entries that a page shows of its own level and the one below it, and of each level above."""
_FOLDER = "folder"
Positions = tuple[int, ...]


class BranchAddress(NamedTuple):
    """The name of a tree in URLs, and the place of a branch in it: the positions `0-3`, or `all` for the tree."""

    tree: str
    place: str


class TreeEntry(NamedTuple):
    """An entry of a tree on one page.

    `branch` is the address of the entries below it if they are not among `children`.  An entry with `left_out` stands
    for so many entries of its own level; its `branch` is then the address of that level.
    """

    title: str
    url: str | None
    is_current: bool = False
    is_open: bool = False
    children: tuple[TreeEntry, ...] = ()
    branch: BranchAddress | None = None
    left_out: int = 0


def tree_for(navigation: Navigation, page: Page) -> tuple[TreeEntry, ...]:
    """Returns the docs tree that contains a page, as the page shows it; an empty tree for any other page."""
    recorder.read("nav", f"/of {page.source}")
    name = navigation.name_of(page)
    if name is None:
        return ()
    recorder.read("nav", f"/size of {name}")
    if navigation.size(name) <= WHOLE:
        recorder.read("nav", name)
        return tuple(_whole(item, page) for item in navigation.tree(name))
    return _PartOfTree(name, page).level(navigation.tree(name), ())


def branch_at(navigation: Navigation, address: BranchAddress) -> tuple[TreeEntry, ...] | None:
    """Returns the entries of a branch, those below them folded; None if there is no such branch."""
    name = _name_in_library(address.tree)
    items = navigation.level(name, address.place)
    if not items or navigation.size(name) <= WHOLE:
        return None
    part = _PartOfTree(name, None)
    positions = () if address.place == WHOLE_TREE else tuple(map(int, address.place.split("-")))
    return part.level(items, positions) if part.address(positions) == address else None


def branches(navigation: Navigation, pages: Iterator[Page]) -> Iterator[BranchAddress]:
    """Yields the addresses of the branches of all large trees that contain some of the pages."""
    names = dict.fromkeys(name for name in map(navigation.name_of, pages) if name)
    for name in names:
        recorder.read("nav", name)
        if navigation.size(name) > WHOLE:
            part = _PartOfTree(name, None)
            yield part.address(())
            yield from map(part.address, _places(navigation.tree(name), ()))


class _PartOfTree:
    """A large tree on one page, or without a page, all of it folded."""

    def __init__(self, name: str, page: Page | None) -> None:
        self._name = name
        self._page = page

    def address(self, positions: Positions) -> BranchAddress:
        """Returns the address of the branch at a place."""
        return BranchAddress(_name_in_urls(self._name), "-".join(map(str, positions)) or WHOLE_TREE)

    def level(self, items: Tree, positions: Positions) -> tuple[TreeEntry, ...]:
        """Returns the entries of one level; the branches that hold the page are open."""
        self._read_level(positions)
        entries, at = [], None
        for index, item in enumerate(items):
            place = (*positions, index)
            if item.holds(self._page):
                at = index
                below = self.level(item.children, place) if item.children else ()
                entries.append(TreeEntry(item.title, item.url, item.page is self._page, is_open=True, children=below))
            else:
                entries.append(TreeEntry(item.title, item.url or item.first_url,
                                         branch=self.address(place) if item.children else None))
        if self._page is None:
            return tuple(entries)
        return self._around(entries, at or 0, _NEAR if at is None or entries[at].is_current else _FAR, positions)

    def _around(self, entries: list[TreeEntry], at: int, most: int, positions: Positions) -> tuple[TreeEntry, ...]:
        """Returns the entries around one of them, with an entry in place of the others before and after."""
        first = max(0, min(at - most // 2, len(entries) - most))
        shown = entries[first:first + most]
        before, after = first, len(entries) - first - len(shown)
        level = self.address(positions)
        return (*(TreeEntry("", None, branch=level, left_out=count) for count in (before,) if count), *shown,
                *(TreeEntry("", None, branch=level, left_out=count) for count in (after,) if count))

    def _read_level(self, positions: Positions) -> None:
        """Records a read: of the whole tree if it is written in the config, where a page may be in several places;
        otherwise of one level."""
        is_written = self._name.startswith("menu")
        recorder.read("nav", self._name if is_written else f"/level {self.address(positions).place} of {self._name}")


def _whole(item: NavItem, page: Page) -> TreeEntry:
    return TreeEntry(item.title, item.url, item.page is page, item.holds(page),
                     tuple(_whole(child, page) for child in item.children))


def _places(items: Tree, around: Positions) -> Iterator[Positions]:
    """Yields the places of all branches."""
    for index, item in enumerate(items):
        if item.children:
            yield (*around, index)
            yield from _places(item.children, (*around, index))


def _name_in_urls(name: str) -> str:
    """Returns the name of a tree in URLs: `menu`, `menu/2`, `folder/docs`, or `folder` for the whole site."""
    folder = name.removesuffix("/")
    return name if not name.endswith("/") else _FOLDER if folder == "." else f"{_FOLDER}/{folder}"


def _name_in_library(name: str) -> str:
    head, _, folder = name.partition("/")
    return name if head != _FOLDER else f"{folder or '.'}/"
