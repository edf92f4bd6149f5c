"""What feeds there are: the site's, and one for every list that dated pages are in.

A feed stands at the path of its list: `/posts/` has `/posts/feed.xml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from coldpress import recorder
from coldpress.content.filling import Filling
from coldpress.content.library import Library
from coldpress.content.page import Page, Section
from coldpress.content.pages import Pages
from coldpress.content.sections import newest_first
from coldpress.content.taxonomy import Term

FILES = {"atom": "feed.xml", "rss": "rss.xml", "json": "feed.json"}
"""What the file of each format is called."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed of the list at `path`.  `name` is what the list is called, None
    for the whole site; `pages` are those of the list, the newest first.  The
    whole texts are in the feeds of the site, of collections and of sections; in
    those of terms they would stand once more for each term."""

    path: str
    name: str | None
    about: str
    pages: Sequence[Page]
    has_whole_texts: bool = True

    def latest(self, limit: int) -> list[Page]:
        """So many of its dated pages."""
        return [page for page in self.pages[:limit] if page.date is not None]


def feed_at(library: Library, path: str) -> Feed | None:
    """The feed of the list at a path; None where nothing dated is listed, and
    without a `base_url`, since feeds need whole URLs."""
    if library.config.base_url is None:
        return None
    feed = _of_list(library, path) or _of_section(library, path)
    if feed is None or not (_is_dated(feed.pages) if isinstance(feed.pages, Pages) else feed.pages):
        return None
    return feed


def feed_paths(library: Library) -> Iterator[str]:
    """The path of every list with a feed."""
    paths = ["/", *(collection.path for collection in library.collections.values())]
    paths += [term.path for taxonomy in library.groups.values() for term in taxonomy.terms]
    paths += [section.path for section in library.sections if section.path.endswith("/")]
    for path in dict.fromkeys(paths):
        if feed_at(library, path):
            yield path


def _of_list(library: Library, path: str) -> Feed | None:
    if path == "/":
        return Feed(path, None, library.config.description, library.posts)
    for collection in library.collections.values():
        if collection.path == path:
            section = collection.section
            return Feed(path, section.title if section else library.host.group_name(collection.name),
                        section.description if section else "", collection.posts)
    term = _term_at(library, path)
    if term is None or not term.has_page:
        return None
    in_order = term.pages if term.taxonomy != "series" else _newest(term.pages)
    return Feed(path, term.title, term.page.description if term.page else "", in_order, False)


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


def summary_elsewhere(library: Library, page: Page) -> Markup:
    """A page's summary for another place: every link is a whole URL."""
    recorder.read("summary", page.source)
    given = page._document.front.summary
    if given is not None:
        return Markup(f"<p>{escape(given)}</p>")
    return Filling(library, page, absolute=True).html(page._brief.summary)
