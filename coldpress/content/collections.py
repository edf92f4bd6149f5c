"""Collections of pages: sections, lists of posts, and the order of pages."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from coldpress import recorder
from coldpress.config.collections import Collection as Options
from coldpress.config.loader import Config
from coldpress.content.page import Page, Post, Section
from coldpress.content.permalinks import folder_path
from coldpress.content.recorded import Pages
from coldpress.content.taxonomy import BUILT_IN, Authors, Taxonomy
from coldpress.sources.fields import FIELDS
from coldpress.sources.files import file_stem, top_of


class SectionTree:
    """Assigns each page to the nearest section above it.  `members` holds the pages of a section
    by the section's source, sorted by weight, then posts newest first, then by title."""

    def __init__(self, pages: Iterable[Page]) -> None:
        pages = tuple(pages)
        self._section_at = {page.unrecorded.document.source.folder: page for page in pages if isinstance(page, Section)}
        self._bundle_at = {page.bundle: page for page in pages if page.bundle}
        members: dict[str, list[Page]] = {section.source: [] for section in self._section_at.values()}
        for page in pages:
            section = self.nearest(page)
            if section is not None and not page.unrecorded.front.unlisted:
                members[section.source].append(page)
        self.members = {source: tuple(sorted(found, key=in_section)) for source, found in members.items()}

    def page_in(self, folder: str) -> Page | None:
        """Returns the page of a content folder: its section or its bundle."""
        return self._section_at.get(folder) or self._bundle_at.get(folder)

    def nearest(self, page: Page) -> Section | None:
        """Returns the section of a page's folder, or else of the nearest folder above it."""
        folder = page.unrecorded.document.source.folder
        while True:
            section = self._section_at.get(folder)
            if section is not None and section is not page:
                return section
            if not folder:
                return None
            folder = posixpath.dirname(folder)


def newest_first(page: Page) -> tuple[bool, float, str]:
    """Sort key: by date, the newest first, pages without a date last."""
    date = page.unrecorded.front.date
    return date is None, -date.timestamp() if date else 0.0, page.source


def in_section(page: Page) -> tuple[object, ...]:
    """Sort key within a section: by weight, then posts newest first, then by title."""
    weight = page.unrecorded.front.weight
    newest = newest_first(page)[:2] if page.kind == "post" else (False, 0.0)
    title = page.unrecorded.title.casefold()
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
            return page.unrecorded.title.casefold()
        found = getattr(front, name, None) if name in FIELDS else front.params.get(name)
        return found.casefold() if isinstance(found, str) else found

    def rank(page: Page) -> tuple[str, Any]:
        found = value(page)  # numbers before texts: Python compares no number with a text
        kind = "number" if isinstance(found, (int, float)) else type(found).__name__
        return kind, found if hasattr(found, "__lt__") and not isinstance(found, (dict, list)) else str(found)

    pages = sorted(pages, key=lambda page: page.source)
    having = [page for page in pages if value(page) is not None]
    return sorted(having, key=rank, reverse=is_reversed) + [page for page in pages if value(page) is None]


class PageLists:
    """All lists of pages of a site: all pages, posts, sections, collections, taxonomies."""

    def __init__(self, config: Config, everything: Sequence[Page], root: Callable[[], str],
                 people: Mapping[str, Mapping[str, Any]]) -> None:
        self.config = config
        self.root = root
        self.by_source = {page.source: page for page in everything}
        self.by_path = {page.path: page for page in reversed(everything)}  # the first of two with one path is kept
        self.all_pages: Pages[Page] = Pages("all", everything)
        listed = sorted((page for page in everything if not page.unrecorded.front.unlisted), key=newest_first)
        self.pages: Pages[Page] = Pages("pages", (
            page for page in everything if page.kind == "page" and not page.unrecorded.front.unlisted))
        self.sections: Pages[Section] = Pages("sections", (page for page in everything if isinstance(page, Section)))
        self.tree = SectionTree(everything)
        self._collect_posts(listed)
        self._group(listed, people)

    def _collect_posts(self, listed: Sequence[Page]) -> None:
        self.posts: Pages[Post] = Pages("posts", (page for page in listed if isinstance(page, Post)))
        self.collections: Mapping[str, Collection] = MappingProxyType({
            name: self._collection(options, listed) for name, options in self.config.collections.items()})
        self.position = {
            post.source: (collection.posts.unrecorded, index)
            for collection in self.collections.values()
            for index, post in enumerate(collection.posts.unrecorded)
        }

    def _collection(self, options: Options, listed: Iterable[Page]) -> Collection:
        path = folder_path(options.path, lowercase=self.config.slugs.lowercase)
        kind = "post" if options.dated else "page"
        members = [page for page in listed
                   if page.kind == kind and top_of(page.source, self.config.collections.paths) == options.path]
        if not options.dated:
            members = sorted_by(options.sort_by, members)
        section = self.by_path.get(path)
        return Collection(options.name, path, Pages(f"collection/{options.name}", members), options,
                          section if isinstance(section, Section) else None)

    def _group(self, listed: Sequence[Page], people: Mapping[str, Mapping[str, Any]]) -> None:
        def carried(name: str, pages: Iterable[Page]) -> Iterable[tuple[Page, Iterable[str]]]:
            return ((page, page.unrecorded.front.terms.get(name, ())) for page in pages)

        self.authors = Authors(
            ((page, self.author_names(page)) for page in listed), self.root, self._own_page, people,
            (name for page in listed for name in page.unrecorded.front.authors),
            (pair for page in reversed(listed) for pair in page.unrecorded.front.author_urls.items()))
        in_series = carried("series", sorted(listed, key=_in_series))
        lowercase = self.config.slugs.lowercase
        self.series = Taxonomy("series", in_series, self.root, self._own_page, lowercase=lowercase)
        self.groups: Mapping[str, Taxonomy] = MappingProxyType({
            **{name: Taxonomy(name, carried(name, listed), self.root, self._own_page, lowercase=lowercase)
               for name in self.config.taxonomies if name not in BUILT_IN},
            "series": self.series, "authors": self.authors})
        self.taxonomies: Mapping[str, Taxonomy] = MappingProxyType({
            name: self.groups[name] for name in self.config.taxonomies})

    def author_names(self, page: Page) -> tuple[str, ...]:
        """Returns the names of a page's authors as written (not recorded).  A post that names no author
        has the author of the site."""
        site = self.config.author
        return page.unrecorded.front.authors or ((site,) if site and page.kind == "post" else ())

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


def _in_series(page: Page) -> tuple[object, ...]:
    """Sort key within a series: by weight, then the oldest first."""
    weight = page.unrecorded.front.weight
    undated, moment, source = newest_first(page)
    return weight is None, weight or 0.0, undated, -moment, source


def _source(page: Page) -> str:
    return page.source
