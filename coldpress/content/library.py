"""The Library: all content of a site at one moment, immutable.

Built from placed documents and assets; a new moment is a new Library.  What
it tells a page that is rendering is recorded.  It knows nothing of Flask:
`root` is a function that gives the prefix links begin with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from coldpress import recorder
from coldpress.config import Config
from coldpress.content.aliases import Alias, alias_paths
from coldpress.content.links import resolve
from coldpress.content.page import Page, Post, Section
from coldpress.content.pages import Pages
from coldpress.content.permalinks import Entry, folder_path
from coldpress.content.sections import SectionTree, newest_first
from coldpress.content.selection import LeftOut
from coldpress.content.taxonomy import Taxonomy, Term
from coldpress.markup.rendered import Brief, Link, Rendered
from coldpress.paths import can_be_page, url_of
from coldpress.sources.document import Document
from coldpress.sources.files import SourceFile


class Markup(Protocol):
    """Whatever renders bodies, each named by its digest: the renderer with its cache."""

    def render(self, digest: str, body: Callable[[], str]) -> Rendered: ...

    def brief(self, digest: str, body: Callable[[], str]) -> Brief: ...


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of dated posts, newest first; `section` is its `_index.md`."""

    name: str
    path: str
    posts: Pages[Post]
    section: Section | None


class Library:
    """Pages by path and by source, collections, sections, terms, aliases, assets."""

    def __init__(self, config: Config, entries: Iterable[Entry], assets: Mapping[str, SourceFile],
                 left_out: Iterable[LeftOut], markup: Markup, root: Callable[[], str]) -> None:
        self.config = config
        self.root = root
        self._assets = dict(assets)
        self._left_out = tuple(left_out)
        self._markup = markup
        self._make_pages(entries)
        self._make_collections()
        self._make_sections()
        self._make_taxonomies()
        self._make_aliases()
        self._asset_paths = {asset.path: path for path, asset in self._assets.items()}

    # Building, in this order.

    def _make_pages(self, entries: Iterable[Entry]) -> None:
        kinds = {"page": Page, "post": Post, "section": Section}
        everything = [kinds[entry.kind](entry, self) for entry in entries]
        self._by_source = {page.source: page for page in everything}
        self._by_path = {page.path: page for page in reversed(everything)}  # the first of two stays
        self._everything = tuple(everything)
        self.all_pages: Pages[Page] = Pages("all", everything)
        self.pages: Pages[Page] = Pages("pages", (
            page for page in everything if page.kind == "page" and not page.document.front.unlisted))

    def _make_collections(self) -> None:
        posts = [page for page in self._everything if isinstance(page, Post)]
        listed = sorted((post for post in posts if not post.document.front.unlisted), key=newest_first)
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

    def _make_sections(self) -> None:
        self.sections: Pages[Section] = Pages("sections", (
            page for page in self._everything if isinstance(page, Section)))
        self._tree = SectionTree(self._everything)

    def _make_taxonomies(self) -> None:
        listed = sorted((page for page in self._everything if not page.document.front.unlisted), key=newest_first)
        self.taxonomies: Mapping[str, Taxonomy] = MappingProxyType({
            name: Taxonomy(name, listed, self.root) for name in self.config.taxonomies})

    def _make_aliases(self) -> None:
        self._aliases = {path: Alias(path, page) for page in self._everything if page.document.front.aliases
                         for path in alias_paths(page) if can_be_page(path)}

    # What pages and templates ask.

    @property
    def assets(self) -> Mapping[str, SourceFile]:
        """Every asset by its path."""
        recorder.read("items", "assets")
        return MappingProxyType(self._assets)

    @property
    def aliases(self) -> Mapping[str, Alias]:
        """Every alias by its path."""
        recorder.read("items", "aliases")
        return MappingProxyType(self._aliases)

    @property
    def sources(self) -> tuple[str, ...]:
        """The name of every source that is a page."""
        recorder.read("items", "sources")
        return tuple(self._by_source)

    @property
    def asset_sources(self) -> tuple[str, ...]:
        """The name of every source that is an asset."""
        recorder.read("items", "assets")
        return tuple(self._asset_paths)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The sources that are not published now."""
        recorder.read("items", "left out")
        return self._left_out

    def at(self, path: str) -> Page | Alias | None:
        """The page or the alias that answers a decoded path."""
        recorder.read("path", path)
        return self._by_path.get(path) or self._aliases.get(path)

    def asset_at(self, path: str) -> SourceFile | None:
        """The asset that answers a decoded path."""
        recorder.read("path", path)
        return self._assets.get(path)

    def by_source(self, source: str) -> Page | None:
        """The page of a source, named from the content folder."""
        recorder.read("source", source)
        return self._by_source.get(source)

    def asset_of(self, source: str) -> str | None:
        """The path of an asset, named from the content folder."""
        recorder.read("asset", source)
        return self._asset_paths.get(source)

    def page_in(self, folder: str) -> Page | None:
        """The page that stands for a content folder: its section or its bundle."""
        recorder.read("source", f"{folder}/")
        return self._tree.page_in(folder)

    def section_of(self, page: Page) -> Section | None:
        recorder.read("section", page.source)
        return self._tree.nearest(page)

    def pages_of(self, section: Section) -> tuple[Page, ...]:
        recorder.read("members", section.source)
        return self._tree.members.get(section.source, ())

    def neighbour(self, post: Post, step: int) -> Post | None:
        """The post `step` places further on in its collection (1 is older)."""
        recorder.read("near", post.source)
        siblings, index = self._position.get(post.source, ((), 0))
        return siblings[index + step] if 0 <= index + step < len(siblings) else None

    def terms_of(self, page: Page) -> dict[str, tuple[Term, ...]]:
        """A page's terms by taxonomy."""
        return {name: taxonomy.of(page) for name, taxonomy in self.taxonomies.items()}

    @property
    def has_feeds(self) -> bool:
        """Whether there is a dated post to feed, and an address to feed it from."""
        recorder.read("items", "posts.dated")
        return self.config.base_url is not None and self.posts.any_dated

    def years(self) -> dict[int, list[Post]]:
        """Dated posts by year, the newest first."""
        years: dict[int, list[Post]] = {}
        for post in self.posts:
            if post.date is not None:
                years.setdefault(post.date.year, []).append(post)
        return years

    def page_list(self, name: str) -> Pages[Any] | None:
        """The list of pages that records know by a name (not recorded)."""
        kind, _, rest = name.partition("/")
        if kind == "term":
            taxonomy, _, slug = rest.partition("/")
            found = self.taxonomies[taxonomy].term(slug) if taxonomy in self.taxonomies else None
            return found.pages if found else None
        if kind == "collection":
            return self.collections[rest].posts if rest in self.collections else None
        return {"all": self.all_pages, "pages": self.pages, "posts": self.posts, "sections": self.sections}.get(name)

    def url(self, path: str) -> str:
        """The link to a decoded path of the site."""
        recorder.read("link", path)
        return self.root() + url_of(path)

    def absolute(self, path: str) -> str | None:
        """A whole URL below `base_url`; None without one."""
        base = self.config.base_url
        return base.rstrip("/") + url_of(path) if base else None

    def link_url(self, page: Page, link: Link, *, elsewhere: bool = False, absolute: bool = False) -> str:
        """The URL for a link in a page: on the page itself, elsewhere on the
        site, or whole (for feeds)."""
        target = resolve(self, page, link.target)
        if target.path is None:
            return link.target
        if target.path == page.path and target.suffix.startswith("#") and not (elsewhere or absolute):
            return target.suffix
        base = (self.config.base_url or "").rstrip("/") if absolute else self.root()
        return base + url_of(target.path) + target.suffix

    def render(self, document: Document) -> Rendered:
        """A document's markup, from the cache where it is there."""
        with recorder.unrecorded():
            return self._markup.render(document.digest, document.read_body)

    def brief(self, document: Document) -> Brief:
        """What other pages show of a document's markup."""
        with recorder.unrecorded():
            return self._markup.brief(document.digest, document.read_body)
