"""Navigation: the menu of the site and the trees of its docs.

A tree is written in the config's `menu`, in the form of MkDocs' `nav`, or is made
from folders, sorted by `weight`, then by title.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import overload

from coldpress import recorder
from coldpress.config.loader import Config
from coldpress.config.options import MenuItem
from coldpress.content.collections import in_section
from coldpress.content.page import Page, Section
from coldpress.content.permalinks import folder_path
from coldpress.content.taxonomy import group_names
from coldpress.paths import is_external, url_of
from coldpress.sources.files import file_stem, top_of
from coldpress.text import sort_key


@dataclass(frozen=True, eq=False)
class NavItem:
    """An entry of a menu or of a docs tree: its title, its page if it has one, and its child entries.
    `folder` is the content folder that it represents; `unnamed` is its path, if the title is only made from that."""

    title: str
    page: Page | None
    children: tuple[NavItem, ...]
    folder: str | None
    _target: str | None
    _root: Callable[[], str] = field(repr=False)
    unnamed: str | None = None

    @property
    def url(self) -> str | None:
        """The URL of the entry; None for an entry that only has children."""
        if self._target is None or is_external(self._target):
            return self._target
        if self.page is None:
            return self._root() + self._target
        return self._root() + url_of(self.page.unrecorded.path) + self._target

    @property
    def first_url(self) -> str | None:
        """The URL of the entry, or else the first URL below it."""
        return next((item.url for item in walk([self]) if item.url), None)

    @property
    def fingerprint_text(self) -> str:
        """The data of the entry that a page can show, as text for the tree's fingerprint."""
        place = f"{self.page.kind} {self.page.source} {self.page.unrecorded.path}" if self.page else ""
        return f"{self.title}\n{self._target}\n{place}\n{self.folder}\n{self.unnamed}\n{len(self.children)}"

    def holds(self, page: Page | None) -> bool:
        """Returns whether a page is the entry's own page or is below it."""
        return page is not None and (page is self.page or page.source in self._sources or bool(
            self.folder and page.source.startswith(f"{self.folder}/")))

    @property
    def size(self) -> int:
        """The number of entries, including itself."""
        return len(list(walk([self])))

    @cached_property
    def _sources(self) -> frozenset[str]:
        return frozenset(item.page.source for item in walk(self.children) if item.page)


Tree = tuple[NavItem, ...]
WHOLE_TREE = "all"
"""The place that stands for a tree itself."""


class RecordedTree(Sequence[NavItem]):
    """A docs tree that a template uses: a read of its entries is recorded under its name."""

    def __init__(self, name: str, items: Tree) -> None:
        self._name = name
        self._items = items

    @overload
    def __getitem__(self, index: int) -> NavItem: ...
    @overload
    def __getitem__(self, index: slice) -> Tree: ...

    def __getitem__(self, index: int | slice) -> NavItem | Tree:
        recorder.read("nav", self._name)
        return self._items[index]

    def __iter__(self) -> Iterator[NavItem]:
        recorder.read("nav", self._name)
        return iter(self._items)

    def __len__(self) -> int:
        recorder.read("nav", self._name)
        return len(self._items)

    def __bool__(self) -> bool:
        return True  # it contains the page for which it was asked


class Navigation:
    """The menu and the docs trees of one Library.  `find` returns the page that a menu entry names
    by source, folder or path."""

    def __init__(self, config: Config, pages: Sequence[Page], root: Callable[[], str],
                 find: Callable[[str], Page | None]) -> None:
        self._config = config
        self._pages = [page for page in pages if not page.unrecorded.front.unlisted and page.kind != "post"]
        self._root = root
        self.find = find
        self._trees: dict[str, Tree] = {}
        self._sizes: dict[str, int] = {}
        self._lists = {*config.collections.paths, *group_names(config)}

    @property
    def menu(self) -> Tree:
        """The menu of the config."""
        recorder.read("nav", "menu")
        return self.tree("menu")

    def tree_of(self, page: Page) -> Sequence[NavItem]:
        """Returns the docs tree that contains a page; an empty tree for any other page."""
        recorder.read("nav", f"/of {page.source}")
        name = self.name_of(page)
        return () if name is None else RecordedTree(name, self.tree(name))

    def tree(self, name: str) -> Tree:
        """Returns a tree by its name (not recorded): `menu`; `menu/2` for the children of the menu's
        third entry; `docs/` for a folder."""
        if name not in self._trees:
            with recorder.unrecorded():  # the result is cached: each caller records its own read
                self._trees[name] = self._make(name)
        return self._trees[name]

    def name_of(self, page: Page) -> str | None:
        """Returns the name of the tree that contains a page (not recorded)."""
        with recorder.unrecorded():
            return self._name_of(page)

    def size(self, name: str) -> int:
        """Returns the number of entries of a tree (not recorded)."""
        if name not in self._sizes:
            self._sizes[name] = len(list(walk(self.tree(name))))
        return self._sizes[name]

    def level(self, name: str, place: str) -> Tree | None:
        """Returns the entries below the entry of a tree at a place, such as `0-3`, or those of the whole tree for
        `all`; None if there is no such entry (not recorded)."""
        items = self.tree(name)
        for part in place.split("-") if place != WHOLE_TREE else ():
            if not part.isdecimal() or int(part) >= len(items):
                return None
            items = items[int(part)].children
        return items

    def _name_of(self, page: Page) -> str | None:
        if page.kind == "post":
            return None
        menu = self.tree("menu")
        written = [index for index, item in enumerate(menu) if any(inner.page is page for inner in walk([item]))]
        if written and "." in self._docs and any(item.children for item in menu):
            return "menu"
        written = [index for index in written if menu[index].children]
        if written:
            return f"menu/{written[0]}"
        inside = [folder for folder in self._docs if folder == "." or page.source.startswith(f"{folder}/")]
        if not inside or top_of(page.source, self._config.collections.paths) in self._lists:
            return None
        return f"{max(inside, key=len)}/"

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """Returns the pages before and after a page in its tree (not recorded)."""
        name = self.name_of(page)
        order = self._order(name) if name else {}
        return order.get(page.source, (None, None))

    def fingerprint(self, name: str) -> str | None:
        """Returns the fingerprint of a tree; for `/of SOURCE` the name of the tree that contains that page; for
        `/size of TREE` and `/level PLACE of TREE` that of a part.  The name of no tree begins with a slash."""
        if name.startswith("/of "):
            page = self.find(name[4:])
            return self.name_of(page) if page else None
        if name.startswith("/size of "):
            return str(self.size(name[9:]))
        if name.startswith("/level "):
            place, _, name = name[7:].partition(" of ")
            return "\n".join(f"{item.fingerprint_text}\n{item.first_url}" for item in self.level(name, place) or ())
        lines = [item.fingerprint_text for item in walk(self.tree(name))]
        return blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()

    @cached_property
    def _docs(self) -> tuple[str, ...]:
        named = self._config.docs
        if named is not None:
            return named
        tops = (page.unrecorded.document.source.folder for page in self._pages if isinstance(page, Section))
        return tuple(folder for folder in tops if folder and "/" not in folder and folder not in self._lists)

    @cached_property
    def _orders(self) -> dict[str, dict[str, tuple[Page | None, Page | None]]]:
        return {}

    def _order(self, name: str) -> dict[str, tuple[Page | None, Page | None]]:
        if name not in self._orders:
            pages = list(dict.fromkeys(item.page for item in walk(self.tree(name)) if item.page))
            beside = zip(pages, [None, *pages], [*pages[1:], None], strict=False)
            self._orders[name] = {page.source: (before, after) for page, before, after in beside}
        return self._orders[name]

    def _make(self, name: str) -> Tree:
        if name == "menu":
            return tuple(map(self._from_menu, self._config.menu))
        if name.startswith("menu/"):
            menu, index = self.tree("menu"), name.partition("/")[2]
            item = menu[int(index)] if index.isdecimal() and int(index) < len(menu) else None
            return (*([replace(item, children=(), folder=None)] if item.page else []), *item.children) if item else ()
        folder = name.removesuffix("/")
        return self._from_folder("" if folder == "." else folder)

    def _from_menu(self, item: MenuItem) -> NavItem:
        children = tuple(map(self._from_menu, item.children))
        if children and _is_index_of(children[0], item):
            return replace(children[0], title=item.name or children[0].title, children=children[1:])
        if item.url is None or is_external(item.url):
            return NavItem(item.name or item.url or "", None, children, None, item.url, self._root)
        name, mark, fragment = self._listed(item.url.lstrip("/")).partition("#")
        page = self.find(name)
        path = name.strip("/")
        title = page.unrecorded.title if page else _title_of(path)
        return NavItem(item.name or title, page, children, self._folder_at(page, f"/{name}"),
                       mark + fragment if page else f"/{name}{mark}{fragment}", self._root,
                       None if item.name or page else path)

    def _listed(self, name: str) -> str:
        """Returns the path of a list with a slash at its end, also if the menu leaves it out."""
        return f"{name}/" if any(self._path_of(each) == f"/{name}/" for each in self._lists) else name

    def _path_of(self, name: str) -> str:
        return folder_path(name, lowercase=self._config.slugs.lowercase or name not in self._config.collections.paths)

    def _folder_at(self, page: Page | None, path: str) -> str | None:
        """Returns the folder of a section or of a collection."""
        if isinstance(page, Section):
            return page.unrecorded.document.source.folder or None
        return next((name for name in self._config.collections.paths if self._path_of(name) == path), None)

    def _from_folder(self, folder: str) -> Tree:
        inside = [page for page in self._pages
                  if (not folder or page.source.startswith(f"{folder}/"))
                  and top_of(page.source, self._config.collections.paths) not in self._lists]
        branch = _Branch(folder)
        for page in inside:
            branch.add(page)
        top = [self._leaf(branch.section)] if branch.section else []
        return (*top, *self._entries(branch))

    def _leaf(self, page: Page) -> NavItem:
        return NavItem(page.unrecorded.title, page, (), None, "", self._root)

    def _entries(self, branch: _Branch) -> Iterator[NavItem]:
        entries = [(in_section(page), self._leaf(page)) for page in branch.pages]
        for inner in branch.inner.values():
            section, below = inner.section, tuple(self._entries(inner))
            entries.append((in_section(section), NavItem(
                section.unrecorded.title, section, below, inner.folder, "", self._root)) if section else (
                inner.place, NavItem(inner.title, None, below, inner.folder, None, self._root)))
        return (item for _, item in sorted(entries, key=lambda entry: entry[0]))


class _Branch:
    """A folder while a tree is made from it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.section: Page | None = None
        self.pages: list[Page] = []
        self.inner: dict[str, _Branch] = {}

    @property
    def title(self) -> str:
        """The title of a folder without a page, made from its name."""
        return _title_of(self.folder)

    @property
    def place(self) -> tuple[object, ...]:
        """The sort key of a folder without a page."""
        return (True, 0.0, False, 0.0, True, sort_key(self.title), self.folder)

    def add(self, page: Page) -> None:
        """Adds a page to this folder or to one below it."""
        folder = posixpath.dirname(page.source)
        if page.bundle:
            folder = posixpath.dirname(page.bundle)
        branch = self
        for part in folder.removeprefix(self.folder).strip("/").split("/"):
            if part:
                branch = branch.inner.setdefault(part, _Branch(posixpath.join(branch.folder, part)))
        if isinstance(page, Section):
            branch.section = page
        else:
            branch.pages.append(page)


def _is_index_of(child: NavItem, item: MenuItem) -> bool:
    """Returns whether the first child is the index page of the entry (MkDocs' `navigation.indexes`):
    an index without a name of its own, or with the same name."""
    is_index = child.page is not None and not child.children and not child._target and file_stem(
        child.page.source) in ("index", "_index", "readme")
    return is_index and item.children[0].name in (None, item.name)


def walk(items: Iterable[NavItem]) -> Iterator[NavItem]:
    """Yields every entry, each before its children."""
    for item in items:
        yield item
        yield from walk(item.children)


def _title_of(path: str) -> str:
    """Returns a title made from the last name of a path."""
    words = posixpath.basename(path).replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]
