"""The library: all pages of a site, and how they are found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import imagesize

from coldpress import recorder
from coldpress.config.model import Config
from coldpress.content.aliases import Alias, Aliases
from coldpress.content.bodies import expanded_body
from coldpress.content.collections import PageLists
from coldpress.content.links import LinkTarget, Suggestions, resolve
from coldpress.content.navigation import Navigation, Tree
from coldpress.content.page import AuthorView, Page, Post, Section
from coldpress.content.permalinks import PageEntry
from coldpress.content.protocols import BodyRenderer, Host
from coldpress.content.recorded import Pages
from coldpress.content.relations import Backlinks, Related
from coldpress.content.selection import Unpublished
from coldpress.content.taxonomy import Author, Term, author_data
from coldpress.content.wikilinks import WikiLinkIndex
from coldpress.markdown.cache import Body
from coldpress.markdown.rendered import Brief, Link, Rendered
from coldpress.paths import on_this_host, url_of
from coldpress.sources.data import Data
from coldpress.sources.files import SourceFile, file_stem
from coldpress.sources.front_matter import SourceDocument, title_of
from coldpress.text import text_digest


class ImageSizes:
    """Reads the sizes of images, each once."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, int] | None] = {}

    def of(self, asset: SourceFile | None) -> tuple[int, int] | None:
        """Width and height in pixels, from an image's first bytes; None for what
        is no image, or tells no size."""
        if asset is None:
            return None
        if asset.location not in self._known:
            self._known[asset.location] = _size_of(asset.file)
        return self._known[asset.location]


def _size_of(file: Path) -> tuple[int, int] | None:
    try:
        with recorder.unrecorded():  # that the file was opened; its size is what counts
            width, height = imagesize.get(file)
    except (OSError, ValueError, TypeError, ArithmeticError, LookupError):
        return None  # what is damaged is shown as it is
    return (round(width), round(height)) if width > 0 and height > 0 else None


class Library:
    """All content, as pages and templates ask for it: by path and by source, the pages
    related to a page, and its rendered body."""

    def __init__(self, config: Config, entries: Iterable[PageEntry], assets: Mapping[str, SourceFile],
                 left_out: Iterable[Unpublished], states: Mapping[str, str], markup: BodyRenderer, host: Host[Page],
                 data: Data) -> None:
        self.host = host
        self.data = data
        self._assets = dict(assets)
        self._left_out = tuple(left_out)
        self._states = states
        self._markup = markup
        with recorder.unrecorded():
            self._markdown = config.markdown
        kinds = {"page": Page, "post": Post, "section": Section}
        self.config = config
        self.root = host.link_root
        self._lists = lists = PageLists(
            config, [kinds[entry.kind](entry, self) for entry in entries], self.root, author_data(data))
        self.all_pages, self.pages = lists.all_pages, lists.pages
        self.posts, self.sections = lists.posts, lists.sections
        self.collections, self.groups, self.taxonomies = lists.collections, lists.groups, lists.taxonomies
        self.authors, self.series = lists.authors, lists.series
        self._aliases = Aliases(self.all_pages.unrecorded)
        self._sizes = ImageSizes()
        self._asset_paths = {asset.path: path for path, asset in self._assets.items()}

    @property
    def list_pages(self) -> Mapping[str, Page]:
        """The pages whose text a list shows, by path (not recorded)."""
        return self._lists.list_pages

    @property
    def documents(self) -> Mapping[str, Pages[Page]]:
        """The pages that the search finds, in an order to which new ones are added at the end."""
        return self._lists.documents

    @property
    def sources(self) -> tuple[str, ...]:
        """The name of every source that is a page."""
        recorder.read("items", "sources")
        return tuple(self._lists.by_source)

    @property
    def has_feeds(self) -> bool:
        """Whether there is a dated post to feed, and an address to feed it from."""
        recorder.read("items", "posts.dated")
        return self.config.base_url is not None and bool(self.config.feeds.formats) and self.posts.any_dated

    def years(self) -> dict[int, list[Post]]:
        """Dated posts by year, the newest first."""
        years: dict[int, list[Post]] = {}
        for post in self.posts:
            if post.date is not None:
                years.setdefault(post.date.year, []).append(post)
        return years

    def page_list(self, name: str) -> Pages[Any] | None:
        """The list of pages that records know by a name (not recorded)."""
        return self._lists.page_list(name)

    @property
    def assets(self) -> Mapping[str, SourceFile]:
        """Every asset by its path."""
        recorder.read("items", "assets")
        return MappingProxyType(self._assets)

    @property
    def aliases(self) -> Mapping[str, Alias]:
        """Every alias that redirects, by its path."""
        recorder.read("items", "aliases")
        return MappingProxyType(self._aliases.by_path)

    @property
    def asset_sources(self) -> tuple[str, ...]:
        """The name of every source that is an asset."""
        recorder.read("items", "assets")
        return tuple(self._asset_paths)

    @property
    def left_out(self) -> tuple[Unpublished, ...]:
        """The sources that are not published now."""
        recorder.read("items", "left out")
        return self._left_out

    def why_left_out(self, source: str) -> str | None:
        """What a file of the content folder is, if that keeps it from being
        published: `a draft`."""
        recorder.read("source", source)
        return self._states.get(source)

    def at(self, path: str) -> Page | Alias | None:
        """The page or the alias that answers a decoded path."""
        recorder.read("path", path)
        return self._lists.by_path.get(path) or self._aliases.by_path.get(path)

    def replace_documents(self, documents: Iterable[SourceDocument]) -> None:
        """Let documents stand in place of those they were before, of which only
        the body was another.  It is the one way in which a Library changes: a
        preview of ten thousand posts cannot assemble them anew for a comma."""
        for document in documents:
            self._lists.by_source[document.source.path].unrecorded.document = document
        self.__dict__.pop("_backlinks", None)

    def asset_at(self, path: str) -> SourceFile | None:
        """The asset that answers a decoded path."""
        recorder.read("path", path)
        return self._assets.get(path)

    def by_source(self, source: str) -> Page | None:
        """The page of a source, named from the content folder."""
        recorder.read("source", source)
        return self._lists.by_source.get(source)

    def asset_of(self, source: str) -> str | None:
        """The path of an asset, named from the content folder."""
        recorder.read("asset", source)
        return self._asset_paths.get(source)

    def by_name(self, name: str) -> Page | None:
        """The page that is called so, in any case."""
        recorder.read("name", name.casefold())
        return self._names.get(name)

    def asset_by_name(self, name: str) -> str | None:
        """The path of the asset that is called so, in any case."""
        recorder.read("name", name.casefold())
        return self._asset_paths.get(self._names.asset(name) or "")

    @cached_property
    def _names(self) -> WikiLinkIndex:
        return WikiLinkIndex(self.all_pages.unrecorded, self._asset_paths)

    @cached_property
    def left_out_names(self) -> dict[str, str]:
        """What those are that are left out, by what they are called."""
        titled = {str(out.document.front.title).casefold(): out.state for out in self._left_out}
        return {**titled, **{file_stem(source): state for source, state in self._states.items()}}

    @cached_property
    def suggestions(self) -> Suggestions:
        """What may be meant by links that lead nowhere."""
        with recorder.unrecorded():
            return Suggestions(self.sources, self.asset_sources, [page.path for page in self.all_pages], self._names)

    def image_size(self, path: str) -> tuple[int, int] | None:
        """Width and height of the image at a path, in pixels, where they are known."""
        recorder.read("image", path)
        return self._sizes.of(self._assets.get(path))

    def url(self, path: str) -> str:
        """The link to a decoded path of the site."""
        recorder.read("link", path)
        return self.root() + url_of(path)

    def absolute(self, path: str) -> str | None:
        """A whole URL below `base_url`; None without one."""
        base = self.config.base_url
        return base.rstrip("/") + url_of(path) if base else None

    def permalink_of(self, author: AuthorView) -> str | None:
        """The whole URL of an author's page; None without one."""
        return self.absolute(author.path) if author.has_page else None

    def title_of(self, document: SourceDocument) -> str:
        """The title of a source (not recorded)."""
        return title_of(document, lambda: self._markup.heading(document.digest, document.read_body), self.config.title)

    def target(self, page: Page, link: Link) -> LinkTarget:
        """What a link in a page leads to."""
        return resolve(self, page, link.target)

    def link_url(self, page: Page, link: Link, *, elsewhere: bool = False, absolute: bool = False) -> str:
        """The URL for a link in a page: on the page itself, elsewhere on the
        site, or whole (for feeds)."""
        target = self.target(page, link)
        if target.path is None:
            return target.url or (link.target if target.external else on_this_host(link.target))
        if target.path == page.path and target.suffix.startswith("#") and not (elsewhere or absolute):
            return target.suffix
        base = (self.config.base_url or "").rstrip("/") if absolute else self.root()
        return base + url_of(target.path) + target.suffix

    def trusts(self, page: Page) -> bool:
        """Whether the author of a page may write any HTML."""
        return self._markdown.trusts(page.source)

    def body_of(self, page: Page) -> Body:
        """A page's body as it is to be rendered.  Only what templates and
        snippets read is recorded."""
        document = page.unrecorded.document
        with recorder.unrecorded():
            language = document.front.lang or self.config.language
        expanded = expanded_body(self, page)
        if expanded is None:
            return Body(document.digest, language, document.read_body, self.trusts(page))
        return Body(text_digest(expanded.text), language, lambda: expanded.text, expanded.trusted)

    def render(self, page: Page) -> Rendered:
        """Returns the rendered Markdown of a page, from the cache if it is there."""
        body = self.body_of(page)
        with recorder.unrecorded():
            rendered = self._markup.render(body)
        recorder.replay(dict.fromkeys(rendered.brief.reads))
        return rendered

    def page_in(self, folder: str) -> Page | None:
        """The page that stands for a content folder: its section or its bundle."""
        recorder.read("source", f"{folder}/")
        return self._lists.tree.page_in(folder)

    def section_of(self, page: Page) -> Section | None:
        """The section that a page belongs to."""
        recorder.read("section", page.source)
        return self._lists.tree.nearest(page)

    def pages_of(self, section: Section) -> tuple[Page, ...]:
        """What lies in a section."""
        recorder.read("members", section.source)
        return self._lists.tree.members.get(section.source, ())

    def neighbours(self, page: Page) -> tuple[Page | None, Page | None]:
        """The pages before and after one: posts in time, others in their tree."""
        recorder.read("near", page.source)
        if page.kind != "post":
            return self.navigation.neighbours(page)
        siblings, index = self._lists.position.get(page.source, ((), 0))
        return _at(siblings, index + 1), _at(siblings, index - 1)

    def terms_of(self, page: Page) -> dict[str, tuple[Term, ...]]:
        """A page's terms by taxonomy."""
        front = page.unrecorded.front
        return {name: self.authors.of(self._lists.author_names(page)) if name == "authors" else
                taxonomy.of(front.terms.get(name, ())) for name, taxonomy in self.taxonomies.items()}

    def authors_of(self, page: Page) -> tuple[Author, ...]:
        """Who wrote a page."""
        names = page.unrecorded.front.authors or ((self.config.author,) if self.config.author else ())
        return tuple(map(self.authors.person, names))

    def series_of(self, page: Page) -> Term | None:
        """The series that a page is a part of."""
        names = page.unrecorded.front.terms.get("series", ())
        return next(iter(self.series.of(names)), None)

    @cached_property
    def navigation(self) -> Navigation:
        """The menu and the trees of docs."""
        with recorder.unrecorded():  # whoever asks next reads as much
            return Navigation(self.config, self.all_pages.unrecorded, self.root, self._menu_page)

    def tree_of(self, page: Page) -> Tree:
        """The tree of docs that a page is in; empty for every other page."""
        return self.navigation.tree_of(page)

    def related_to(self, page: Page) -> tuple[Page, ...]:
        """Pages that share terms with one."""
        recorder.read("related", page.source)
        return self.related.of(page)

    @cached_property
    def related(self) -> Related:
        """Which pages share terms (not recorded)."""
        return Related(self.taxonomies.values())

    def _menu_page(self, name: str) -> Page | None:
        """The page that an entry of the menu names by source, folder or path."""
        return (self._lists.by_source.get(name) or self._lists.tree.page_in(name.rstrip("/"))
                or self._lists.by_path.get(f"/{name}"))

    def linking_to(self, page: Page) -> tuple[Page, ...]:
        """Pages whose text links to one."""
        recorder.read("backlinks", page.source)
        with recorder.unrecorded():
            return self._backlinks.of(page)

    @cached_property
    def _backlinks(self) -> Backlinks:
        return Backlinks(self.all_pages.unrecorded, self.brief, lambda page, to: resolve(self, page, to).page)

    def brief(self, page: Page) -> Brief:
        """What other pages show of a page's markup."""
        body = self.body_of(page)
        with recorder.unrecorded():
            brief = self._markup.brief(body)
        recorder.replay(dict.fromkeys(brief.reads))
        return brief


def _at(posts: Sequence[Page], index: int) -> Page | None:
    return posts[index] if 0 <= index < len(posts) else None
