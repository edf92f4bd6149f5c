"""Aliases: old paths of pages and other names of pages.  Both are written in `aliases:`.

A page takes precedence over an alias with its URL.  An alias with the URL of
a file, of another page's alias or of a list is an error.
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from coldpress.content.page import Page
from coldpress.content.permalinks import granted_paths_hint, is_granted
from coldpress.errors import Problems
from coldpress.paths import BadPath, can_be_page, file_of
from coldpress.text import lazy_re_compile

if TYPE_CHECKING:
    from coldpress.sources.ledger import Fact, Ledger

_ADDRESS = lazy_re_compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*|\S+\.(?:html?|php|aspx?|jsp|xml|txt|md)")


@dataclass(frozen=True, slots=True)
class Alias:
    """An old path of a page.  It redirects to the page."""

    path: str
    page: Page


@dataclass(frozen=True, slots=True)
class Moved:
    """An old path of a list, or of a feed.  It redirects to the path `to`; where that is a feed, it shows the same."""

    path: str
    to: str


class Kept(NamedTuple):
    """The old URLs that the ledger keeps alive: those that redirect, those that are `gone` for good, and the owners
    of those that are lost."""

    redirects: Mapping[str, Alias | Moved] = MappingProxyType({})
    gone: frozenset[str] = frozenset()
    lost: Mapping[str, str] = MappingProxyType({})
    elsewhere: Mapping[str, str] = MappingProxyType({})
    """Where old paths lead that can be no files, so that only hosts can redirect them."""
    ledger: Ledger | None = None
    """The ledger as it is read; None if the site has none."""
    found: tuple[Fact, ...] = ()
    """The moves that were found, which the ledger does not have yet."""
    new: Callable[[], Sequence[Fact]] = tuple
    """Returns all facts that the ledger gets when the site is published as it is now."""
    titles: Mapping[str, str] = MappingProxyType({})
    """The titles that lost pages had, by what the ledger calls them."""
    is_shallow: bool = False
    """Whether git was asked for renames, and has only a part of the history."""

    @property
    def aliases(self) -> Mapping[str, Alias]:
        """The old paths of pages."""
        return {path: found for path, found in self.redirects.items() if isinstance(found, Alias)}

    @property
    def moved(self) -> Mapping[str, Moved]:
        """The old paths of lists and feeds."""
        return {path: found for path, found in self.redirects.items() if isinstance(found, Moved)}


def is_name(alias: str) -> bool:
    """Returns whether an alias is another name of the page (Obsidian's `A. B. Lee`) and not an old
    path.  An old path contains a slash or looks like a slug or a file name."""
    return "/" not in alias and not _ADDRESS.fullmatch(alias)


def alias_paths(page: Page) -> list[str]:
    """Returns the path of each alias of a page, without duplicates.  `/old` becomes `/old/`; an alias
    without a leading slash is relative to the page."""
    paths = []
    for alias in page.unrecorded.front.aliases:
        if is_name(alias):
            continue
        base = posixpath.dirname(page.path.rstrip("/"))
        beside = posixpath.normpath(posixpath.join(base, alias)) + ("/" if alias.endswith("/") else "")
        path = unicodedata.normalize("NFC", alias if alias.startswith("/") else beside)
        paths.append(path if path.endswith("/") or "." in posixpath.basename(path) else path + "/")
    return list(dict.fromkeys(paths))


def may_redirect(page: Page, path: str) -> bool:
    """Returns whether a page may have an alias.  Pages of authors who are not trusted may have
    aliases below their own folder only."""
    return page.unrecorded.is_trusted or is_granted(page.unrecorded.document, path)


class Aliases:
    """The aliases of all pages.  `by_path` holds the aliases that redirect."""

    def __init__(self, pages: Iterable[Page]) -> None:
        pages = tuple(pages)
        self._with_aliases = [page for page in pages if page.unrecorded.front.aliases]
        self._pages = {_folded(page.path): page for page in reversed(pages)} if self._with_aliases else {}
        self._taken: dict[str, Alias] = {}
        self.by_path: dict[str, Alias] = {}
        for page in self._with_aliases:
            for path in filter(can_be_page, alias_paths(page)):
                if _folded(path) not in self._pages and _folded(path) not in self._taken and may_redirect(page, path):
                    self.by_path[path] = self._taken[_folded(path)] = Alias(path, page)

    def check(self, problems: Problems) -> None:
        """Reports each alias that does not redirect, at its line."""
        for page in self._with_aliases:
            for path in alias_paths(page):
                if path not in self.by_path or self.by_path[path].page is not page:
                    self._report(page, path, problems)

    def _report(self, page: Page, path: str, problems: Problems) -> None:
        place = page.unrecorded.document.place_of
        try:
            file_of(path)
        except BadPath as reason:
            problems.error("url.bad", f"`{path}` cannot be an alias: {reason}", place("aliases"), reason.hint)
            return
        if not may_redirect(page, path):
            problems.warn("page.untrusted", f"its author is not trusted to have the alias `{path}`", place("aliases"),
                          granted_paths_hint(page.unrecorded.document))
            return
        winner = self._pages.get(_folded(path))
        if winner is None:
            self._report_shared_alias(page, path, self._taken[_folded(path)], problems)
        elif winner is not page:
            problems.warn("url.clash", f"the alias `{path}` is the URL of a page, which wins", place("aliases"),
                          "take the alias out", also=(winner.unrecorded.document.place_of("permalink"),))
        elif file_of(path) != file_of(page.path):
            problems.warn("url.clash", f"the alias `{path}` and the page itself, `{page.path}`, are one file where "
                          "case does not count; it does not redirect", place("aliases"), "take the alias out")

    def _report_shared_alias(self, page: Page, path: str, other: Alias, problems: Problems) -> None:
        place, hint = page.unrecorded.document.place_of("aliases"), "take one of them out"
        if other.page is page:
            if file_of(path) != file_of(other.path):
                problems.warn("url.clash", f"the aliases `{other.path}` and `{path}` are one file where case does not "
                              "count; only the first redirects", place, hint)
            return
        problems.error("url.clash", f"two pages have the alias `{path}`", place, hint,
                       also=(other.page.unrecorded.document.place_of("aliases"),))


def _folded(path: str) -> str:
    """Returns a form that is equal for two paths if they are the same file, regardless of case."""
    return path.removesuffix("index.html").casefold() if path.endswith("/index.html") else path.casefold()
