"""Owners of URLs: what the ledger calls a page, a list or a feed, so that it is known again under another URL.

A page is its front matter's `id` (`#id`), or else the first name of its source (`posts/hello.md`); a list is
`@list/posts`, `@terms/tags`, `@terms/tags/python` or `@archive`.  A numbered page of a list, and a feed, belong to
the list; the site's feed belongs to `@home`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from coldpress import recorder
from coldpress.config.loader import Config
from coldpress.content.feeds import FEED_FILES
from coldpress.content.library import Library
from coldpress.content.page import Page
from coldpress.content.pagination import page_numbers, page_path
from coldpress.content.taxonomy import group_names, term_slug
from coldpress.sources.front_matter import SourceDocument
from coldpress.sources.ledger import GONE, UNKNOWN, Fact, Ledger, escaped

HOME, ARCHIVE = "@home", "@archive"
FEED_NAMES = {**{name: name for name in FEED_FILES.values()}, "atom.xml": "feed.xml", "index.xml": "rss.xml",
              "rss2.xml": "rss.xml"}
"""The names that feeds have here and elsewhere, with the name of the same format here."""


def source_token(source: str) -> str:
    """Returns what the ledger calls a source."""
    return escaped(source)


def front_id(document: SourceDocument, config: Config) -> str | None:
    """Returns what the ledger calls a page with an `id:`; None for one without, and for one whose author is not trusted
    to be another page."""
    found = document.front.params.get("id")
    return id_token(found) if found is not None and config.markdown.trusts(document.source.path) else None


def id_token(found: object) -> str | None:
    """Returns what the ledger calls the page with this value of `id:`."""
    text = str(found).strip() if isinstance(found, (str, int)) and not isinstance(found, bool) else ""
    return f"#{escaped(text).removeprefix('%23')}" if text else None


def list_token(folder: str) -> str:
    """Returns what the ledger calls the list of the collection in a folder."""
    return f"@list/{escaped(folder)}"


def taxonomy_token(name: str) -> str:
    """Returns what the ledger calls the list of all terms of a taxonomy."""
    return f"@terms/{escaped(name)}"


def term_token(taxonomy: str, slug: str) -> str:
    """Returns what the ledger calls the list of a term; the case of its slug is a matter of the config."""
    return f"{taxonomy_token(taxonomy)}/{escaped(slug.lower())}"


def term_tokens(terms: Mapping[str, Iterable[str]]) -> set[str]:
    """Returns what the ledger calls these terms, and the terms above them."""
    return {token for taxonomy, names in terms.items() for name in names for token in _tokens_of(taxonomy, name)}


@lru_cache(maxsize=4096)
def _tokens_of(taxonomy: str, name: str) -> tuple[str, ...]:
    parts = term_slug(name).split("/")
    return tuple(term_token(taxonomy, "/".join(parts[:count])) for count in range(1, len(parts) + 1) if parts[0])


def lists_of(config: Config) -> set[str]:
    """Returns the lists that the config asks for."""
    return {HOME, ARCHIVE, *(list_token(path) for path in config.collections.paths),
            *(taxonomy_token(name) for name in group_names(config))}


class Owners:
    """Who is who: the pages and lists that the site has now, by what the ledger knows them as.

    `ids` are the pages' own IDs, by token of their source; `bearer` is the present thing that is, or was at first, the
    one with an ID; `twins` are those that claim an ID which another has.
    """

    def __init__(self, ledger: Ledger, documents: Mapping[str, SourceDocument], lists: Iterable[str], config: Config
                 ) -> None:
        self.bearer: dict[str, str] = {}
        self.twins: list[tuple[str, str, str]] = []
        self.ids: dict[str, str] = {}
        self.fresh: list[Fact] = []
        things = dict.fromkeys([*sorted(documents), *sorted(lists)])
        for token in things:
            for origin in ledger.origins.get(token, ()):
                self._claim(origin, token)
        for token, document in documents.items():
            own = front_id(document, config)
            if own:
                self._claim(own, token)
                self.ids[token] = own
        for token in things:
            if token not in ledger.origins and token not in self.bearer:
                self.bearer[token] = token
        for token in documents:
            if token not in self.ids:
                self.ids[token] = self._id_of(token, ledger)

    def _claim(self, ident: str, token: str) -> None:
        other = self.bearer.setdefault(ident, token)
        if other != token:
            self.twins.append((ident, token, other))

    def _id_of(self, token: str, ledger: Ledger) -> str:
        """Returns the ID of a page without `id:`.  A new file under another page's old name is a new page."""
        origins = ledger.origins.get(token)
        if origins:
            return origins[0]
        if self.bearer[token] == token:
            return token
        used = ledger.known.union(*ledger.origins.values())
        number = next(number for number in range(2, len(used) + 3) if f"{token}~{number}" not in used)
        own = f"{token}~{number}"
        self.bearer[own] = token
        self.fresh.append(ledger.next(token, own))
        return own


def is_page(owner: str) -> bool:
    """Returns whether an owner is a page."""
    return not owner.startswith("@") and owner not in (GONE, UNKNOWN)


def feed_list(path: str) -> str | None:
    """Returns the path of the list that a feed belongs to, by the name of its file; None if it is no feed."""
    base, _, name = path.rpartition("/")
    return f"{base}/" if name in FEED_NAMES else None


def owned_urls(library: Library, owners: Owners) -> dict[str, str]:
    """Returns the owner of each URL of the content; the home page is at `/` and has no need of one."""
    with recorder.unrecorded():
        found: dict[str, str] = {}
        for path, token in _list_urls(library):
            found.setdefault(path, token)
        for page in library.all_pages.unrecorded:
            if page.path != "/":
                found.setdefault(page.path, owners.ids[source_token(page.source)])
        found |= {path: found.get(feed_list(path) or "", HOME) for path in _feeds(library)}
        for path, alias in library._aliases.by_path.items():
            found.setdefault(path, owners.ids[source_token(alias.page.source)])
        return found


def _list_urls(library: Library) -> Iterator[tuple[str, str]]:
    """Yields each URL of a list with what the ledger calls the list, its own URL first."""
    config = library.config
    for collection in library.collections.values():
        options, total = collection.options, len(collection.posts.unrecorded)
        if total or collection._section:
            numbers = page_numbers(total, options.paginate or config.paginate, dated=options.dated)
            for number in (None, *numbers):
                yield page_path(collection.path, number), list_token(options.path)
    for name, taxonomy in library.groups.items():
        terms = taxonomy.below("")
        if terms:
            yield taxonomy.path, taxonomy_token(name)
        for term in terms:
            numbers = page_numbers(len(term.pages.unrecorded), config.paginate) if name != "series" else range(0)
            for number in (None, *numbers):
                yield page_path(term.path, number), term_token(name, term.slug)
    if library.posts.unrecorded:
        yield "/archive/", ARCHIVE


def _feeds(library: Library) -> Iterator[str]:
    names = [FEED_FILES[form] for form in library.config.feeds.formats]
    for path in _lists_with_feed(library) if names and library.config.base_url else ():
        yield from (path + name for name in names if not library.asset_at(path + name))


def _lists_with_feed(library: Library) -> Iterator[str]:
    """Yields what `feeds.feed_paths` does, without the titles and texts of the feeds, which the content that is being
    loaded cannot tell yet."""
    if library.posts.any_dated:
        yield "/"
    lists: dict[str, bool] = {}
    for taxonomy in library.groups.values():
        lists |= {term.path: _any_dated(term.pages.unrecorded) if taxonomy is library.series else term.pages.any_dated
                  for term in taxonomy.below("")}
    for collection in library.collections.values():
        posts = collection.posts
        lists[collection.path] = collection.options.feed and (
            posts.any_dated if collection.options.dated else _any_dated(posts.unrecorded))
    for section in library.sections.unrecorded:
        if section.path.endswith("/") and section.path != "/":
            lists.setdefault(section.path, _any_dated(page for page in section.pages if page.kind != "section"))
    yield from (path for path, has_feed in lists.items() if has_feed)


def _any_dated(pages: Iterable[Page]) -> bool:
    return any(page.unrecorded.front.date is not None for page in pages)
