"""Feeds, the sitemap, and the cover image of a page, for feed readers and search engines."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup, escape

from coldpress import recorder
from coldpress.content.collections import Collection, newest_first
from coldpress.content.library import Library
from coldpress.content.links import CARD
from coldpress.content.page import Page, Section
from coldpress.content.pagination import page_numbers, page_of, page_path
from coldpress.content.pictures import PLAIN_WIDTH
from coldpress.content.recorded import Pages
from coldpress.content.slots import SlotFiller
from coldpress.content.taxonomy import Term
from coldpress.markdown.parser.link_parser import is_safe_url
from coldpress.markdown.rendered import Link
from coldpress.paths import url_of

IMAGE_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
               ".webp": "image/webp", ".avif": "image/avif", ".svg": "image/svg+xml"}
"""Media types by extension.  Python's own table differs between machines."""


@dataclass(frozen=True, slots=True)
class Cover:
    """An image with its absolute URL.  `bytes`, `width` and `height` are known for a file of the
    content folder, otherwise None.  `size` is what `bytes` returns, or a function that returns it.  `made`
    is the path of a picture that is made, otherwise None."""

    url: str
    alt: str
    type: str | None
    size: int | Callable[[], int | None] | None = None
    width: int | None = None
    height: int | None = None
    made: str | None = None

    @property
    def bytes(self) -> int | None:
        """The number of its bytes; a picture that is not made yet is made for this."""
        return self.size() if callable(self.size) else self.size

    @property
    def without_making(self) -> Cover:
        """The same; `bytes` is None if a picture would have to be made for it."""
        return replace(self, size=None) if callable(self.size) else self


def shared_image(library: Library, page: Page) -> str | None:
    """Returns the picture that a page names for links to it, `og_image` before `image`, as its author wrote it; None if
    it has none that can be shown elsewhere, or is to have its card."""
    image, cover = page.unrecorded.front.og_image, page.image  # whose read has the front matter
    named = image if image and image != CARD else None
    url = library.link_url(page, Link("image", named)) if named else None
    if url is not None and (library.trusts(page) or is_safe_url(url)) and not str(named).startswith("data:"):
        return named
    if cover is None or (image == CARD and library.config.social_cards.is_on):
        return None
    cover = page.unrecorded.front.image
    return None if cover is None or cover.startswith("data:") else cover


def shared_cover(library: Library, page: Page) -> Cover | None:
    """Returns the picture of links to a page; None if it has none, or if there is no `base_url`."""
    image = shared_image(library, page)
    return _as_cover(library, page, image) if image else None


def cover_of(library: Library, page: Page) -> Cover | None:
    """Returns the cover image of a page as other programs show it; None if the page has none, or if there is no
    `base_url`."""
    image = page.image and page.unrecorded.front.image
    return None if not image or image.startswith("data:") else _as_cover(library, page, image)


def _as_cover(library: Library, page: Page, image: str) -> Cover | None:
    if library.config.base_url is None:
        return None
    link = Link("image", image)
    target, url = library.target(page, link), library.link_url(page, link, absolute=True)
    asset = library.asset_at(target.path) if target.asset and target.path else None
    alt = (page.image_alt if image == page.unrecorded.front.image else "") or page.title
    made = library.pictures.single(target.path, PLAIN_WIDTH) if asset and target.path else None
    if made:
        return Cover(library.shown_url(made.path, absolute=True), str(alt), made.type, made.length, made.width,
                     made.height, made.path)
    width, height = (library.image_size(target.path) if asset and target.path else None) or (None, None)
    kind = IMAGE_TYPES.get(posixpath.splitext(url.partition("?")[0])[1].lower())
    return Cover(f"https:{url}" if url.startswith("//") else url, str(alt), kind,
                 asset.size if asset else None, width, height)


FEED_FILES = {"atom": "feed.xml", "rss": "rss.xml", "json": "feed.json"}
"""The file name of each format."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed of the list at `path`.  `name` is the name of the list, None for the whole site; `pages`
    are the pages of the list, the newest first.  Feeds of the site, of collections and of sections
    contain whole texts; feeds of terms do not, because they would repeat each text for each term."""

    path: str
    name: str | None
    about: str
    pages: Sequence[Page]
    has_whole_texts: bool = True

    def latest(self, limit: int) -> list[Page]:
        """Returns the latest dated pages, at most `limit`."""
        return [page for page in self.pages[:limit] if page.date is not None]


def feed_at(library: Library, path: str) -> Feed | None:
    """Returns the feed of the list at a path; None if the list has no dated page, or if there is no
    `base_url` (feeds need absolute URLs)."""
    if library.config.base_url is None:
        return None
    collection = next((each for each in library.collections.values() if each.path == path), None)
    feed = _of_collection(library, collection) if collection else _of_list(library, path) or _of_section(library, path)
    if feed is None or not (_is_dated(feed.pages) if isinstance(feed.pages, Pages) else feed.pages):
        return None
    return feed


def feed_paths(library: Library) -> Iterator[str]:
    """Yields the path of every list with a feed."""
    paths = ["/", *(collection.path for collection in library.collections.values())]
    paths += [term.path for taxonomy in library.groups.values() for term in taxonomy.terms]
    paths += [section.path for section in library.sections if section.path.endswith("/")]
    for path in dict.fromkeys(paths):
        if feed_at(library, path):
            yield path


def feed_pictures(library: Library) -> Iterator[str]:
    """Yields the paths of the made pictures of which feeds tell the length."""
    feeds = (feed for path in feed_paths(library) if (feed := feed_at(library, path)) and feed.has_whole_texts)
    posts = {post.source: post for feed in feeds for post in feed.latest(library.config.feeds.limit)}
    for post in posts.values():
        cover = cover_of(library, post)
        if cover and cover.made:
            yield cover.made


def _of_list(library: Library, path: str) -> Feed | None:
    if path == "/":
        return Feed(path, None, library.config.description, library.posts)
    term = _term_at(library, path)
    if term is None or not term.has_page:
        return None
    in_order = term.pages if term.taxonomy != "series" else _newest(term.pages)
    return Feed(path, term.title, term.page.description if term.page else "", in_order, False)


def _of_collection(library: Library, collection: Collection) -> Feed | None:
    if not collection.options.feed:
        return None
    section = collection.section
    return Feed(collection.path, section.title if section else library.host.group_name(collection.name),
                section.description if section else "",
                collection.posts if collection.options.dated else _newest(collection.posts))


def _term_at(library: Library, path: str) -> Term | None:
    for taxonomy in library.groups.values():
        if path.startswith(taxonomy.path) and path != taxonomy.path:
            return taxonomy.get(path[len(taxonomy.path):].rstrip("/"))
    return None


def _of_section(library: Library, path: str) -> Feed | None:
    section = library.at(path)
    if not isinstance(section, Section):
        return None
    pages = _newest(page for page in section.pages if page.kind != "section")
    return Feed(path, section.title, section.description, pages)


def _newest(pages: Iterable[Page]) -> list[Page]:
    return sorted((page for page in pages if page.date is not None), key=newest_first)


def _is_dated(pages: Pages[Page]) -> bool:
    recorder.read("items", f"{pages.name}.dated")
    return pages.any_dated


def absolute_summary(library: Library, page: Page) -> Markup:
    """Returns a page's summary with an absolute URL in every link, for feeds."""
    recorder.read("summary", page.source)
    given = page.unrecorded.front.summary
    if given is not None:
        return Markup(f"<p>{escape(given)}</p>")
    return SlotFiller(library, page, absolute=True).html(page.unrecorded.brief.summary)


MAX_SITEMAP_URLS = 50_000
"""The limit of the sitemap protocol for URLs in one file."""


def sitemap_entries(library: Library) -> list[tuple[str, datetime | None]]:
    """Returns paths, sorted, each with the date of its page; for a list, the date of the newest
    page on it.  Whether a page is unlisted is read of each page, with its front matter."""
    dates = {page: _date(page) for page in library.all_pages}  # once, as a page is in many lists

    def latest(pages: Iterable[Page]) -> datetime | None:
        return max(filter(None, map(dates.get, pages)), default=None)

    places: dict[str, datetime | None] = {}
    for page, date in dates.items():
        if not page.unlisted:
            places[page.path] = latest([page, *page.pages]) if isinstance(page, Section) else date
    for path, pages in [*_whole_lists(library), *_pages_of_lists(library)]:
        places[path] = latest(pages) or places.get(path)
    return sorted(places.items())


def sitemap_images(library: Library, places: Iterable[tuple[str, datetime | None]]) -> Mapping[str, str]:
    """Returns the absolute URLs of the covers of pages, by the absolute URL of their page, for these paths."""
    shown = {path for path, _ in places}
    covers = ((page.path, cover_of(library, page)) for page in library.all_pages
              if page.path in shown and page.unrecorded.front.image)  # whose reads `sitemap_entries` has recorded
    return {library.absolute(path) or "": cover.url for path, cover in covers if cover}


def absolute_entries(library: Library, places: Iterable[tuple[str, datetime | None]]
                     ) -> Iterator[tuple[str, datetime | None]]:
    """Yields the absolute URL of each of these paths, with its date."""
    base = (library.absolute("/") or "/")[:-1]
    for path, date in places:
        yield base + url_of(path), date


def count_sitemap_parts(library: Library) -> int:
    """Returns the number of files of the sitemap if it needs more than one, otherwise 0."""
    paths = {page.path for page in library.all_pages if not page.unlisted}
    paths.update(path for path, _ in _whole_lists(library))
    lists = list(_lists(library))
    paths.update(path for path, *_ in lists)  # that of a list may be the path of a page too
    count = len(paths) + sum(len(page_numbers(len(pages), size, dated=dated)) for _, pages, size, dated in lists)
    return -(-count // MAX_SITEMAP_URLS) if count > MAX_SITEMAP_URLS else 0


# Which pages are in a list depends on their front matter and on the authors.  The caller has
# read the front matter.


def _whole_lists(library: Library) -> Iterator[tuple[str, Sequence[Page]]]:
    """Yields the path of each list without numbered pages, and some of its pages, the newest among them."""
    posts = library.posts.unrecorded
    if not library.at("/"):
        yield "/", posts[:1]
    if posts:
        yield "/archive/", posts[:1]
    for taxonomy in library.groups.values():
        if taxonomy.terms:
            yield taxonomy.path, [page for term in taxonomy.terms for page in term.pages.unrecorded[:1]]
    yield from ((term.path, term.pages.unrecorded) for term in library.series.terms)


def _lists(library: Library) -> Iterator[tuple[str, Sequence[Page], int, bool]]:
    """Yields the path and the pages of each list with numbered pages, the size of a page, and
    whether it is dated."""
    size = library.config.paginate
    recorder.read("data", "authors")
    recorder.read("config", "author")  # the author of posts that name nobody
    for collection in library.collections.values():
        if collection.posts.unrecorded:
            options = collection.options
            yield collection.path, collection.posts.unrecorded, options.paginate or size, options.dated
    for taxonomy in library.groups.values():
        if taxonomy is not library.series:
            yield from ((term.path, term.pages.unrecorded, size, True) for term in taxonomy.terms)


def _pages_of_lists(library: Library) -> Iterator[tuple[str, Sequence[Page]]]:
    for path, pages, size, dated in _lists(library):
        for number in (None, *page_numbers(len(pages), size, dated=dated)):
            chunk = page_of(pages, number, size, dated=dated)
            if chunk:
                yield page_path(path, number), chunk[0]


def _date(page: Page) -> datetime | None:
    front = page.unrecorded.front  # whose reads `sitemap_entries` has recorded
    return front.updated or front.date
