"""Collections of pages: sections, lists of posts, and the order of pages."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from coldpress import recorder
from coldpress.config.collections import Collection as Options
from coldpress.config.loader import Config
from coldpress.content.author_data import author_data
from coldpress.content.page import Page, Post, Section
from coldpress.content.permalinks import folder_path
from coldpress.content.recorded import Pages
from coldpress.content.taxonomy import BUILT_IN, Authors, Taxonomy
from coldpress.sources.data import Data
from coldpress.sources.fields import FIELDS
from coldpress.sources.files import file_stem, top_of
from coldpress.text import sort_key


class SectionTree:
    """Assigns each page to the nearest section above it."""

    def __init__(self, pages: Iterable[Page]) -> None:
        pages = tuple(pages)
        self._section_at = {page.unrecorded.document.source.folder: page for page in pages if isinstance(page, Section)}
        self._bundle_at = {page.bundle: page for page in pages if page.bundle}
        self._nearest: dict[str, Section | None] = {}
        self._unsorted: dict[str, list[Page]] = {section.source: [] for section in self._section_at.values()}
        self._sorted: dict[str, tuple[Page, ...]] = {}
        for page in pages:
            section = self.nearest(page)
            if section is not None and not page.unrecorded.front.unlisted:
                self._unsorted[section.source].append(page)

    def members(self, section: Section) -> tuple[Page, ...]:
        """Returns the pages of a section, sorted by weight, then posts newest first, then by title."""
        if section.source not in self._sorted:
            with recorder.unrecorded():  # the result is cached: each caller records its own read
                self._sorted[section.source] = tuple(sorted(self._unsorted.get(section.source, ()), key=in_section))
        return self._sorted[section.source]

    def page_in(self, folder: str) -> Page | None:
        """Returns the page of a content folder: its section or its bundle."""
        return self._section_at.get(folder) or self._bundle_at.get(folder)

    def nearest(self, page: Page) -> Section | None:
        """Returns the section of a page's folder, or else of the nearest folder above it."""
        folder = page.unrecorded.document.source.folder
        section = self._section_at.get(folder)
        if section is page:
            return self._section_of(posixpath.dirname(folder)) if folder else None
        return section or self._section_of(folder)

    def _section_of(self, folder: str) -> Section | None:
        """Returns the section of a folder, or else of the nearest folder above it."""
        if folder not in self._nearest:
            section = self._section_at.get(folder)
            self._nearest[folder] = section or (self._section_of(posixpath.dirname(folder)) if folder else None)
        return self._nearest[folder]


def newest_first(page: Page) -> tuple[bool, float, str]:
    """Sort key: by date, the newest first, pages without a date last."""
    date = page.unrecorded.front.date
    return date is None, -date.timestamp() if date else 0.0, page.source


def in_section(page: Page) -> tuple[object, ...]:
    """Sort key within a section: by weight, then posts newest first, then by title."""
    weight = page.unrecorded.front.weight
    newest = newest_first(page)[:2] if page.kind == "post" else (False, 0.0)
    title = sort_key(page.unrecorded.title)
    return (weight is None, weight or 0.0, *newest, page.kind == "section", title, page.source)


@dataclass(frozen=True, slots=True)
class Collection:
    """Pages that belong together: dated posts, newest first, or pages and rows sorted by a key."""

    name: str
    path: str
    posts: Pages[Page]
    options: Options
    _section: Section | None

    @property
    def section(self) -> Section | None:
        """The page of its `_index.md`."""
        recorder.read("path", self.path)
        return self._section


def sorted_by(key: str, pages: Iterable[Page]) -> list[Page]:
    """Sorts pages by a key of their front matter (`title`, `-price`), those without it last."""
    name, is_reversed = key.removeprefix("-"), key.startswith("-")

    def value(page: Page) -> Any:
        front = page.unrecorded.front
        if name == "title":
            return sort_key(page.unrecorded.title)
        found = getattr(front, name, None) if name in FIELDS else front.params.get(name)
        return sort_key(found) if isinstance(found, str) else found

    def rank(page: Page) -> tuple[str, Any]:
        found = value(page)  # numbers before texts: Python compares no number with a text
        kind = "number" if isinstance(found, (int, float)) else type(found).__name__
        return kind, found if hasattr(found, "__lt__") and not isinstance(found, (dict, list)) else str(found)

    pages = sorted(pages, key=lambda page: page.source)
    having = [page for page in pages if value(page) is not None]
    return sorted(having, key=rank, reverse=is_reversed) + [page for page in pages if value(page) is None]


class PageLists:
    """All lists of pages of a site: all pages, posts, sections, collections, taxonomies."""

    def __init__(self, config: Config, everything: Sequence[Page], root: Callable[[], str], data: Data) -> None:
        self.config = config
        self.root = root
        self.by_source = {page.source: page for page in everything}
        # The first of two with one path is kept.
        self.by_path = {page.unrecorded.path: page for page in reversed(everything)}
        self.all_pages: Pages[Page] = Pages("all", everything)
        listed = sorted((page for page in everything if not page.unrecorded.front.unlisted), key=newest_first)
        self.pages: Pages[Page] = Pages("pages", (
            page for page in everything if page.kind == "page" and not page.unrecorded.front.unlisted))
        self.sections: Pages[Section] = Pages("sections", (page for page in everything if isinstance(page, Section)))
        self.posts: Pages[Post] = Pages("posts", (page for page in listed if isinstance(page, Post)))
        self.tree = SectionTree(everything)
        self.collections: Mapping[str, Collection] = MappingProxyType(self._collect(listed))
        self._group(listed, author_data(data))

    def _collect(self, listed: Sequence[Page]) -> dict[str, Collection]:
        """Returns the collections by name."""
        paths = self.config.collections.paths
        tops: dict[str, str] = {}
        inside: dict[str, list[Page]] = {path: [] for path in paths}
        for page in listed:
            folder = page.unrecorded.document.source.folder
            if folder not in tops:
                tops[folder] = top_of(f"{folder}/", paths)
            if tops[folder] in inside:
                inside[tops[folder]].append(page)
        return {name: self._collection(options, inside[options.path])
                for name, options in self.config.collections.items()}

    def _collection(self, options: Options, inside: Iterable[Page]) -> Collection:
        path = folder_path(options.path, lowercase=self.config.slugs.lowercase)
        kind = "post" if options.dated else "page"
        members = [page for page in inside if page.kind == kind]
        if not options.dated:
            members = sorted_by(options.sort_by, members)
        section = self.by_path.get(path)
        return Collection(options.name, path, Pages(f"collection/{options.name}", members), options,
                          section if isinstance(section, Section) else None)

    @cached_property
    def position(self) -> Mapping[str, tuple[Sequence[Page], int]]:
        """The collection that a page is in, and its position there, by source."""
        return {page.source: (collection.posts.unrecorded, index) for collection in self.collections.values()
                for index, page in enumerate(collection.posts.unrecorded)}

    def _group(self, listed: Sequence[Page], people: Mapping[str, Mapping[str, Any]]) -> None:
        site_author = self.config.author
        carried: dict[str, list[tuple[Page, Iterable[str]]]] = {"series": []}
        for page in listed:
            for name, terms in page.unrecorded.front.terms.items():
                carried.setdefault(name, []).append((page, terms))
        carried["series"].sort(key=_in_series)
        self.authors = Authors(
            ((page, _author_names(page, site_author)) for page in listed), self.root, self._own_page, people,
            (name for page in listed for name in page.unrecorded.front.authors),
            (pair for page in reversed(listed) for pair in page.unrecorded.front.author_urls.items()))
        lowercase = self.config.slugs.lowercase
        self.series = Taxonomy("series", carried["series"], self.root, self._own_page, lowercase=lowercase)
        self.groups: Mapping[str, Taxonomy] = MappingProxyType({
            **{name: Taxonomy(name, carried.get(name, ()), self.root, self._own_page, lowercase=lowercase)
               for name in self.config.taxonomies if name not in BUILT_IN},
            "series": self.series, "authors": self.authors})
        self.taxonomies: Mapping[str, Taxonomy] = MappingProxyType({
            name: self.groups[name] for name in self.config.taxonomies})

    def author_names(self, page: Page) -> tuple[str, ...]:
        """Returns the names of a page's authors as written (not recorded).  A post that names no author
        has the author of the site."""
        return _author_names(page, self.config.author)

    @property
    def list_pages(self) -> Mapping[str, Page]:
        """The pages written for a list, by the path of the list (not recorded): a list shows their text."""
        found: dict[str, Page | None] = {"/": self.by_path.get("/")}
        found |= {collection.path: collection._section for collection in self.collections.values()}
        for taxonomy in self.groups.values():
            terms = taxonomy.below("")
            found |= {listing.path: taxonomy.find_page(listing.path) for listing in ([taxonomy] if terms else [])}
            found |= {term.path: taxonomy.find_page(term.path) for term in terms}
        return {path: page for path, page in found.items() if page}

    @property
    def known_paths(self) -> Iterator[str]:
        """The paths of all pages, lists of posts, and lists of terms (not recorded)."""
        yield from self.by_path
        yield from ("/archive/", *(collection.path for collection in self.collections.values())) if self.posts else ()
        for taxonomy in self.groups.values():
            terms = taxonomy.below("")
            yield from (taxonomy.path, *(term.path for term in terms)) if terms else ()

    def _own_page(self, path: str) -> Page | None:
        """Returns the page at the path of a taxonomy or a term, if its source is in the taxonomy's
        folder or has the taxonomy's name: `tags.md`."""
        page = self.by_path.get(path)
        top, slash, _ = page.source.partition("/") if page else ("", "", "")
        folder = folder_path(top if slash else file_stem(top), lowercase=self.config.slugs.lowercase)
        return page if page and path.startswith(folder) else None

    @cached_property
    def documents(self) -> Mapping[str, Pages[Page]]:
        """The pages that the search includes.  Their order is stable when pages are added: posts from
        the oldest to the newest, other pages by their sources."""
        posts = [post for post in reversed(self.posts.unrecorded) if post.unrecorded.front.search]
        pages = sorted((page for page in self.all_pages.unrecorded if page.kind != "post"
                        and page.unrecorded.front.search and not page.unrecorded.front.unlisted), key=_source)
        return MappingProxyType({"posts": Pages("documents/posts", posts), "pages": Pages("documents/pages", pages)})

    @property
    def named(self) -> dict[str, Pages[Any]]:
        """All lists by the names that records use (not recorded)."""
        terms = (term.pages for group in self.groups.values() for term in group._terms.values())
        lists = (self.all_pages, self.pages, self.posts, self.sections, *self.documents.values(), *terms,
                 *(collection.posts for collection in self.collections.values()))
        return {pages.name: pages for pages in lists}

    def page_list(self, name: str) -> Pages[Any] | None:
        """Returns the list of pages with a name that records use (not recorded)."""
        kind, _, rest = name.partition("/")
        if kind == "term":
            taxonomy, _, slug = rest.partition("/")
            found = self.groups[taxonomy].term(slug) if taxonomy in self.groups else None
            return found.pages if found else None
        if kind == "collection":
            return self.collections[rest].posts if rest in self.collections else None
        if kind == "documents":
            return self.documents.get(rest)
        return {"all": self.all_pages, "pages": self.pages, "posts": self.posts, "sections": self.sections}.get(name)


def _author_names(page: Page, site_author: str | None) -> tuple[str, ...]:
    return page.unrecorded.front.authors or ((site_author,) if site_author and page.kind == "post" else ())


def _in_series(carried: tuple[Page, Iterable[str]]) -> tuple[object, ...]:
    """Sort key within a series: by weight, then the oldest first."""
    page = carried[0]
    weight = page.unrecorded.front.weight
    undated, moment, source = newest_first(page)
    return weight is None, weight or 0.0, undated, -moment, source


def _source(page: Page) -> str:
    return page.source
