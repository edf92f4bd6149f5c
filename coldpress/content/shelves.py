"""The lists a site's pages stand in: collections, sections, taxonomies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from coldpress import recorder
from coldpress.config import Config
from coldpress.content.page import Page, Post, Section
from coldpress.content.pages import Pages
from coldpress.content.permalinks import folder_path
from coldpress.content.sections import SectionTree, newest_first
from coldpress.content.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of dated posts, newest first."""

    name: str
    path: str
    posts: Pages[Post]
    _section: Section | None

    @property
    def section(self) -> Section | None:
        """Its `_index.md`."""
        recorder.read("path", self.path)
        return self._section


class Shelves:
    """Every list of pages there is, made once, in the order of the methods."""

    def __init__(self, config: Config, everything: Sequence[Page], root: Callable[[], str]) -> None:
        self.config = config
        self.root = root
        self._by_source = {page.source: page for page in everything}
        self._by_path = {page.path: page for page in reversed(everything)}  # the first of two stays
        self.all_pages: Pages[Page] = Pages("all", everything)
        listed = sorted((page for page in everything if not page._document.front.unlisted), key=newest_first)
        self.pages: Pages[Page] = Pages("pages", (
            page for page in everything if page.kind == "page" and not page._document.front.unlisted))
        self.sections: Pages[Section] = Pages("sections", (page for page in everything if isinstance(page, Section)))
        self._tree = SectionTree(everything)
        self._shelve_posts([page for page in listed if isinstance(page, Post)])
        self.taxonomies: Mapping[str, Taxonomy] = MappingProxyType({
            name: Taxonomy(name, listed, root) for name in config.taxonomies})

    def _shelve_posts(self, listed: Sequence[Post]) -> None:
        self.posts: Pages[Post] = Pages("posts", listed)
        self.collections: Mapping[str, Collection] = MappingProxyType({
            name: self._collection(name, listed) for name in self.config.collections})
        self._position = {
            post.source: (collection.posts.unrecorded, index)
            for collection in self.collections.values()
            for index, post in enumerate(collection.posts.unrecorded)
        }

    def _collection(self, name: str, posts: Iterable[Post]) -> Collection:
        path = folder_path(name)
        section = self._by_path.get(path)
        return Collection(name, path, Pages(f"collection/{name}", (
            post for post in posts if post.source.startswith(f"{name}/"))),
            section if isinstance(section, Section) else None)

    @cached_property
    def documents(self) -> Mapping[str, Pages[Page]]:
        """What a search finds, in orders that stay when more comes: posts from
        the oldest on, other pages by their files."""
        posts = [post for post in reversed(self.posts.unrecorded) if post._document.front.search]
        pages = sorted((page for page in self.all_pages.unrecorded if page.kind != "post"
                        and page._document.front.search and not page._document.front.unlisted), key=_source)
        return MappingProxyType({"posts": Pages("documents/posts", posts), "pages": Pages("documents/pages", pages)})

    @property
    def sources(self) -> tuple[str, ...]:
        """The name of every source that is a page."""
        recorder.read("items", "sources")
        return tuple(self._by_source)

    def years(self) -> dict[int, list[Post]]:
        """Dated posts by year, the newest first."""
        years: dict[int, list[Post]] = {}
        for post in self.posts:
            if post.date is not None:
                years.setdefault(post.date.year, []).append(post)
        return years

    @property
    def has_feeds(self) -> bool:
        """Whether there is a dated post to feed, and an address to feed it from."""
        recorder.read("items", "posts.dated")
        return self.config.base_url is not None and self.posts.any_dated

    def page_list(self, name: str) -> Pages[Any] | None:
        """The list of pages that records know by a name (not recorded)."""
        kind, _, rest = name.partition("/")
        if kind == "term":
            taxonomy, _, slug = rest.partition("/")
            found = self.taxonomies[taxonomy].term(slug) if taxonomy in self.taxonomies else None
            return found.pages if found else None
        if kind == "collection":
            return self.collections[rest].posts if rest in self.collections else None
        if kind == "documents":
            return self.documents.get(rest)
        return {"all": self.all_pages, "pages": self.pages, "posts": self.posts, "sections": self.sections}.get(name)


def _source(page: Page) -> str:
    return page.source
