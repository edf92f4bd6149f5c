"""The library: all pages of a site, and the ways to find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

from coldpress import recorder
from coldpress.config.images import ImageOptions
from coldpress.config.loader import Config
from coldpress.content.aliases import Alias, Aliases, Kept, Moved
from coldpress.content.bodies import expanded_body, is_expanded
from coldpress.content.collections import PageLists
from coldpress.content.links import LinkTarget, Suggestions, resolve
from coldpress.content.navigation import Navigation, NavItem
from coldpress.content.page import AuthorView, Page, Post, Section
from coldpress.content.permalinks import PageEntry
from coldpress.content.pictures import ImagePlace, Pictures
from coldpress.content.recorded import Pages
from coldpress.content.references import Referring
from coldpress.content.relations import Backlinks, Related
from coldpress.content.selection import Unpublished
from coldpress.content.slots import Host
from coldpress.content.taxonomy import Author, Term
from coldpress.content.unsaved import BodyRenderer, UnsavedLibrary, UnsavedPage
from coldpress.content.wikilinks import WikiLinkIndex
from coldpress.errors import ColdpressError, Problems
from coldpress.images.service import ImageService
from coldpress.markdown.cache import Body
from coldpress.markdown.rendered import Brief, Link, Rendered
from coldpress.paths import on_this_host, url_of
from coldpress.sources.data import Data
from coldpress.sources.files import SourceFile, file_stem
from coldpress.sources.front_matter import SourceDocument, title_of
from coldpress.sources.rows import row_names
from coldpress.text import text_digest

EntryOf = Callable[[str, str, Problems], PageEntry | None]
"""Places the text of a source at a path below the content folder.  Returns None if it has errors."""
_KINDS: Mapping[str, type[Page]] = {"page": Page, "post": Post, "section": Section}


class Library:
    """All content of a site: finds pages and assets by path, source and name, finds the pages
    related to a page, and renders bodies."""

    def __init__(self, config: Config, entries: Iterable[PageEntry], assets: Mapping[str, SourceFile],
                 left_out: Iterable[Unpublished], states: Mapping[str, str], markup: BodyRenderer,
                 images: ImageService, host: Host[Page], data: Data, entry_of: EntryOf) -> None:
        self.host = host
        self.images = images
        self._entry_of = entry_of
        self.data = data
        self._assets = dict(assets)
        self._left_out = tuple(left_out)
        self._states = states
        self._markup = markup
        with recorder.unrecorded():
            self.markdown = config.markdown
            self._language = config.language
        self.config = config
        self.root = host.link_root
        self._lists = lists = PageLists(
            config, [_KINDS[entry.kind](entry, self) for entry in entries], self.root, data)
        self.all_pages, self.pages = lists.all_pages, lists.pages
        self.posts, self.sections = lists.posts, lists.sections
        self.collections, self.groups, self.taxonomies = lists.collections, lists.groups, lists.taxonomies
        self.authors, self.series = lists.authors, lists.series
        self._aliases = Aliases(self.all_pages.unrecorded)
        self.kept = Kept()
        self.pictures = Pictures(self)
        self._last_rendered: tuple[SourceDocument | None, Rendered | None] = None, None  # a page asks several times
        self._asset_paths = {asset.path: path for path, asset in self._assets.items()}

    @property
    def list_pages(self) -> Mapping[str, Page]:
        """The pages whose text a list shows, by path (not recorded)."""
        return self._lists.list_pages

    @property
    def documents(self) -> Mapping[str, Pages[Page]]:
        """The pages that the search includes.  Added pages come last in their order."""
        return self._lists.documents

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of all sources that are pages."""
        recorder.read("items", "sources")
        return tuple(self._lists.by_source)

    @property
    def has_feeds(self) -> bool:
        """Whether the site has a dated post and a `base_url`, both of which feeds need."""
        recorder.read("items", "posts.dated")
        return self.config.base_url is not None and bool(self.config.feeds.formats) and self.posts.any_dated

    def years(self) -> dict[int, list[Post]]:
        """Returns the dated posts by year, the newest first."""
        years: dict[int, list[Post]] = {}
        for post in self.posts:
            if (date := post.date) is not None:
                years.setdefault(date.year, []).append(post)
        return years

    def page_list(self, name: str) -> Pages[Any] | None:
        """Returns the list of pages with a name that records use (not recorded)."""
        return self._lists.page_list(name)

    @property
    def assets(self) -> Mapping[str, SourceFile]:
        """All assets by path."""
        recorder.read("items", "assets")
        return MappingProxyType(self._assets)

    @property
    def aliases(self) -> Mapping[str, Alias]:
        """All old paths that redirect to a page, by path: those that it names, and those that the ledger has."""
        recorder.read("items", "aliases")
        return MappingProxyType({**self.kept.aliases, **self._aliases.by_path})

    @property
    def asset_sources(self) -> tuple[str, ...]:
        """The names of all sources that are assets."""
        recorder.read("items", "assets")
        return tuple(self._asset_paths)

    @property
    def left_out(self) -> tuple[Unpublished, ...]:
        """The sources that are not published now."""
        recorder.read("items", "left out")
        return self._left_out

    def why_left_out(self, source: str) -> str | None:
        """Returns why a file of the content folder is not published, as a phrase such as `a draft`;
        None for a published file."""
        recorder.read("source", source)
        return self._states.get(source)

    def at(self, path: str) -> Page | Alias | Moved | None:
        """Returns the page or the alias at a decoded path."""
        recorder.read("path", path)
        return self._lists.by_path.get(path) or self._aliases.by_path.get(path) or self.kept.redirects.get(path)

    def replace_documents(self, documents: Iterable[SourceDocument]) -> None:
        """Replaces documents by newer versions that differ only in the body.  This is the only way
        in which a Library changes: it saves a preview of ten thousand posts from assembling all
        of them after each edit."""
        for document in documents:
            self._lists.by_source[document.source.path].unrecorded.document = document
        self.__dict__.pop("_backlinks", None)

    def with_document(self, path: str, text: str) -> UnsavedPage:
        """Returns the page of a text that is not saved, as if it were the file at a path below the content
        folder, with what a build would report of it.  It costs what this page costs: nothing is stored, and
        the Library stays as it is.

        The page may be a draft, or new.  Its links are resolved against this Library, which has the page
        in its lists and terms as it was saved.  Raises `ColdpressError` with the problems of a text that
        cannot be a page.
        """
        found = Problems()
        with recorder.unrecorded():
            entry = self._entry_of(path, text, found)
        if entry is None or found.errors:
            raise ColdpressError(*found)
        library = UnsavedLibrary(self, self._markup, _KINDS[entry.kind], entry)
        return UnsavedPage(library.page, library, (*found, *library.problems()))

    def asset_at(self, path: str) -> SourceFile | None:
        """Returns the asset at a decoded path."""
        recorder.read("path", path)
        return self._assets.get(path)

    def by_source(self, source: str) -> Page | None:
        """Returns the page of a source, a path below the content folder, or of a row: `shop:sicp`."""
        recorder.read("source", source)
        found = self._lists.by_source.get(source)
        if found is None and ":" in source:
            with recorder.unrecorded():
                rows = row_names(self.config.collections, source)
            return next(filter(None, map(self.by_source, rows)), None)
        return found

    def asset_of(self, source: str) -> str | None:
        """Returns the path of an asset; its source is a path below the content folder."""
        recorder.read("asset", source)
        return self._asset_paths.get(source)

    def by_name(self, name: str) -> Page | None:
        """Returns the page with a name; case does not count."""
        recorder.read("name", name.casefold())
        return self._names.get(name)

    def asset_by_name(self, name: str) -> str | None:
        """Returns the path of the asset with a name; case does not count."""
        recorder.read("name", name.casefold())
        return self._asset_paths.get(self._names.asset(name) or "")

    @cached_property
    def _names(self) -> WikiLinkIndex:
        return WikiLinkIndex(self.all_pages.unrecorded, self._asset_paths)

    @cached_property
    def left_out_names(self) -> dict[str, str]:
        """The states of the sources that are left out, by the names of their pages."""
        titled = {str(out.document.front.title).casefold(): out.state for out in self._left_out}
        return {**titled, **{file_stem(source): state for source, state in self._states.items()}}

    @cached_property
    def suggestions(self) -> Suggestions:
        """The near names of sources, assets, paths and pages, for broken links."""
        with recorder.unrecorded():
            return Suggestions(self.sources, self.asset_sources, tuple(self._lists.known_paths), self._names)

    def image_size(self, path: str) -> tuple[int, int] | None:
        """Returns width and height of the image at a path, in pixels; None if they are not known."""
        return self.pictures.facts(path).size

    @property
    def image_options(self) -> ImageOptions:
        """The options below `images:`."""
        return self.config.images

    def image_place(self, name: str) -> ImagePlace | None:
        """Returns a place in which the theme shows pictures; None if it has no such place."""
        return self.host.image_place(name)

    def shown_url(self, path: str, *, absolute: bool = False) -> str:
        """Returns the URL of a path, as pages show it or `absolute`.  No read is recorded."""
        base = (self.config.base_url or "").rstrip("/") if absolute else self.root()
        return base + url_of(path)

    def url(self, path: str) -> str:
        """Returns the link to a decoded path of the site."""
        recorder.read("link", path)
        return self.root() + url_of(path)

    def absolute(self, path: str) -> str | None:
        """Returns the absolute URL of a path; None if there is no `base_url`."""
        base = self.config.base_url
        return base.rstrip("/") + url_of(path) if base else None

    def permalink_of(self, author: AuthorView) -> str | None:
        """Returns the absolute URL of an author's page; None if there is none."""
        return self.absolute(author.path) if author.has_page else None

    def title_of(self, document: SourceDocument) -> str:
        """Returns the title of a source (not recorded)."""
        return title_of(
            document, lambda: self._markup.heading(document.digest, document.read_body)) or self.config.title

    def target(self, page: Page, link: Link) -> LinkTarget:
        """Returns the target of a link in a page."""
        return resolve(self, page, link.target)

    def link_url(self, page: Page, link: Link, *, elsewhere: bool = False, absolute: bool = False) -> str:
        """Returns the URL for a link in a page: as shown on the page itself, `elsewhere` on the site, or
        `absolute` (for feeds)."""
        target = self.target(page, link)
        if target.path is None:
            return target.url or (link.target if target.external else on_this_host(link.target))
        if target.path == page.path and target.suffix.startswith("#") and not (elsewhere or absolute):
            return target.suffix
        return self.shown_url(target.path, absolute=absolute) + target.suffix

    def trusts(self, page: Page) -> bool:
        """Returns whether the author of a page may write any HTML."""
        return self.markdown.trusts(page.source)

    def body_of(self, page: Page) -> Body:
        """Returns a page's body as it is to be rendered.  Records only the reads of its templates and
        snippets."""
        document = page.unrecorded.document
        language = document.front.lang or self._language
        expanded = expanded_body(self, page)
        if expanded is None:
            return Body(document.digest, language, document.read_body, self.trusts(page), document.front.is_html)
        return Body(text_digest(expanded.text), language, lambda: expanded.text, expanded.trusted)

    def render(self, page: Page) -> Rendered:
        """Returns the rendered Markdown of a page, from the cache if it is there."""
        document, (last, rendered) = page.unrecorded.document, self._last_rendered
        if last is document and rendered is not None:
            return rendered
        body = self.body_of(page)
        with recorder.unrecorded():
            rendered = self._markup.render(body)
        if rendered.is_settled and not (rendered.brief.reads or is_expanded(self, page)):
            self._last_rendered = document, rendered
        recorder.replay(dict.fromkeys(rendered.brief.reads))
        return rendered

    def page_in(self, folder: str) -> Page | None:
        """Returns the page of a content folder: its section or its bundle."""
        recorder.read("source", f"{folder}/")
        return self._lists.tree.page_in(folder)

    def section_of(self, page: Page) -> Section | None:
        """Returns the section that a page belongs to."""
        recorder.read("section", page.source)
        return self._lists.tree.nearest(page)

    def pages_of(self, section: Section) -> tuple[Page, ...]:
        """Returns the pages of a section."""
        recorder.read("members", section.source)
        return self._lists.tree.members(section)

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """Returns the pages before and after a page: posts by date, pages of a collection in its order,
        other pages in their docs tree."""
        recorder.read("near", page.source)
        if page.kind != "post" and page.source not in self._lists.position:
            return self.navigation.neighbours(page)
        siblings, index = self._lists.position.get(page.source, ((), 0))
        older = 1 if page.kind == "post" else -1  # posts are listed newest first, others in their order
        return _at(siblings, index + older), _at(siblings, index - older)

    def terms_of(self, page: Page) -> dict[str, tuple[Term, ...]]:
        """Returns a page's terms by taxonomy."""
        front = page.unrecorded.front
        return {name: self.authors.of(self._lists.author_names(page)) if name == "authors" else
                taxonomy.of(front.terms.get(name, ())) for name, taxonomy in self.taxonomies.items()}

    def authors_of(self, page: Page) -> tuple[Author, ...]:
        """Returns the authors of a page."""
        names = page.unrecorded.front.authors or ((self.config.author,) if self.config.author else ())
        return tuple(map(self.authors.person, names))

    def series_of(self, page: Page) -> Term | None:
        """Returns the series that a page is a part of."""
        names = page.unrecorded.front.terms.get("series", ())
        return next(iter(self.series.of(names)), None)

    @cached_property
    def navigation(self) -> Navigation:
        """The menu and the docs trees."""
        with recorder.unrecorded():  # the result is cached: each caller records its own read
            return Navigation(self.config, self.all_pages.unrecorded, self.root, self._menu_page)

    def tree_of(self, page: Page) -> Sequence[NavItem]:
        """Returns the docs tree that contains a page; an empty tree for any other page."""
        return self.navigation.tree_of(page)

    def related_to(self, page: Page) -> tuple[Page, ...]:
        """Returns pages that share terms with a page."""
        recorder.read("related", page.source)
        return self.related.of(page)

    @cached_property
    def related(self) -> Related:
        """The relations of pages by shared terms (not recorded)."""
        return Related(self.taxonomies.values())

    def _menu_page(self, name: str) -> Page | None:
        """Returns the page that a menu entry names by source, folder or path."""
        return (self._lists.by_source.get(name) or self._lists.tree.page_in(name.rstrip("/"))
                or self._lists.by_path.get(f"/{name}"))

    def referring_to(self, page: Page) -> Mapping[str, tuple[Page, ...]]:
        """Returns the pages whose typed fields name a page, by field."""
        recorder.read("referring", page.source)
        with recorder.unrecorded():
            return self._referring.of(page)

    @cached_property
    def _referring(self) -> Referring:
        return Referring(self.all_pages.unrecorded, lambda page, to: resolve(self, page, to).page)

    def linking_to(self, page: Page) -> tuple[Page, ...]:
        """Returns the pages whose text links to a page."""
        recorder.read("backlinks", page.source)
        with recorder.unrecorded():
            return self._backlinks.of(page)

    @cached_property
    def _backlinks(self) -> Backlinks:
        return Backlinks(self.all_pages.unrecorded, self.brief, lambda page, to: resolve(self, page, to).page)

    def brief(self, page: Page) -> Brief:
        """Returns the part of a page's rendered body that other pages show."""
        body = self.body_of(page)
        with recorder.unrecorded():
            brief = self._markup.brief(body)
        recorder.replay(dict.fromkeys(brief.reads))
        return brief


def _at(posts: Sequence[Page], index: int) -> Page | None:
    return posts[index] if 0 <= index < len(posts) else None
