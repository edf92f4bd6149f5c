"""Kept URLs: what becomes of each URL of the ledger that nothing answers now.

It redirects to the present URL of its owner, is gone for good, or is lost.
"""

from __future__ import annotations

from coldpress.content.aliases import Alias, Kept, Moved
from coldpress.content.feeds import FEED_FILES
from coldpress.content.library import Library
from coldpress.content.owners import FEED_NAMES, HOME, Owners, feed_list, front_id, owned_urls, source_token
from coldpress.content.redirects import redirect_at
from coldpress.errors import Problems
from coldpress.paths import can_be_page, path_of
from coldpress.sources.ledger import GONE, Ledger


class KeptUrls:
    """Finds out what becomes of the URLs of a ledger; `urls` are the owners of the URLs that the content has now."""

    def __init__(self, library: Library, ledger: Ledger, owners: Owners) -> None:
        self._library = library
        self._ledger = ledger
        self._owners = owners
        self.urls = owned_urls(library, owners)
        self._pages = {source_token(page.source): page for page in library.all_pages.unrecorded}
        self._homes = self._home_paths()
        self._folded = {path.casefold(): path for path in self.urls}

    def find(self, problems: Problems) -> Kept:
        """Returns the URLs that nothing answers; reports those that two things claim."""
        redirects: dict[str, Alias | Moved] = {}
        gone, lost, elsewhere = set(), {}, {}
        for path, names in sorted(self._ledger.owners.items()):
            if path in self.urls or path == "/" or self._library.asset_at(path) or self._is_configured(path):
                continue
            bearers = list(dict.fromkeys(filter(None, map(self._owners.bearer.get, names))))
            to = self._target(path, bearers[0]) if bearers else None
            if len(bearers) > 1:
                self._report(path, bearers, problems)
            if to is None and GONE in names:
                gone.add(path)
            elif to is None:
                lost[path] = names[0]
            elif path.casefold() in self._folded or not can_be_page(path):
                elsewhere[path] = to
            else:
                self._folded[path.casefold()] = path
                page = self._pages.get(bearers[0])
                redirects[path] = Alias(path, page) if page and page.path == to else Moved(path, to)
        return Kept(redirects, frozenset(gone), lost, elsewhere)

    def report_twins(self, problems: Problems) -> None:
        """Reports pages that claim to be the same one."""
        for ident, token, other in self._owners.twins:
            pages = [self._pages[each].unrecorded.document for each in (token, other) if each in self._pages]
            if len(pages) == 2 and front_id(pages[0], self._library.config) == ident:
                problems.warn("history.id", f"two pages have the id `{ident[1:]}`", pages[0].place_of("id"),
                              "an `id:` tells one page from all others; take one of them out",
                              also=(pages[1].place_of("id"),))
            elif len(pages) == 2:
                problems.warn("history.id", f"`{token}` and `{other}` were both renamed from `{ident}`",
                              self._ledger.place(token, ident), f"old URLs lead to `{other}`; if that is wrong, take "
                              "its line out")

    def _home_paths(self) -> dict[str, str]:
        """Returns the path of each present page and list."""
        homes = {token: page.path for token, page in self._pages.items()}
        for path, token in self.urls.items():
            if token.startswith("@"):
                homes.setdefault(token, path)
        return {**homes, HOME: "/"}

    def _is_configured(self, path: str) -> bool:
        """Returns whether the option `redirects` says what becomes of a path.  A pattern does if it leads to a page."""
        rules = self._library.config.redirects
        found = redirect_at(rules, path) if rules else None
        return found is not None and (
            not found.is_inside or "<" not in found.key or path_of(found.to or "") in self.urls)

    def _target(self, path: str, bearer: str) -> str | None:
        """Returns where an old URL of a present page or list leads; the old URL of a feed to the feed."""
        home = self._homes.get(bearer)
        if home is None or feed_list(path) is None:
            return home
        name = FEED_NAMES[path.rpartition("/")[2]]
        feeds = (f"{home}{each}" for each in (name, *FEED_FILES.values()))
        return next((feed for feed in feeds if feed in self.urls), home)

    def _report(self, path: str, bearers: list[str], problems: Problems) -> None:
        first, second = (f"`{each}`" for each in bearers[:2])
        problems.warn("history.clash", f"`{path}` was a URL of {first} and of {second}; it leads to {first}",
                      self._ledger.place(path), f"write `aliases: [{path}]` into the one that it shall lead to")

