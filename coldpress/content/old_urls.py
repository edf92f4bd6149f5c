"""Old URLs: finds the page or list of a site that an URL of an earlier site of the same author was of.

An old URL tells a name (its last part), and often a date, a folder or a taxonomy.  Names are compared with those
that sources have, or had before they were renamed; of several pages with one name, the one counts that shares most
other parts with the URL.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from coldpress.content.library import Library
from coldpress.content.owners import ARCHIVE, HOME, list_token, source_token, term_token
from coldpress.content.page import Page
from coldpress.sources.files import split_name, top_of
from coldpress.text import slugify

_PAGE_NUMBER = re.compile(r"(?P<list>.*/)(?:page/?)?\d{1,4}/")
_NUMBERED = re.compile(r"(?P<list>.*/)page[/-]?\d+(?:/|\.html?)")
_DATES = re.compile(r"/(?:archives?/)?(?:\d{4}/(?:\d{1,2}/){0,2})?")
_ARCHIVE = re.compile(r"/archives?(?:\.html?|/)")
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?|jsp|md)$", re.I)
_FEED = re.compile(r"(?P<list>.*/)(?:(?:atom|rss2?|feed|index)\.(?:xml|json|rss|atom)|feed/|rss/)")


class OldPage(NamedTuple):
    """A page of the old site: its path below the site's, and, if they are known, its titles and where it leads."""

    path: str
    titles: tuple[str, ...] = ()
    leads_to: str | None = None


class OldUrls:
    """Finds owners.  `urls` are the owners of the URLs that the site has now; `ids` are its pages' IDs by token;
    `former` are the tokens that sources had, with the present ones."""

    def __init__(self, library: Library, urls: Mapping[str, str], ids: Mapping[str, str], former: Mapping[str, str]
                 ) -> None:
        self._library = library
        self._urls = urls
        self._ids = ids
        self._pages = {source_token(page.source): page for page in library.all_pages.unrecorded}
        self._names: dict[str, dict[str, int]] = {}  # with how far from the slug each name is
        self._words: dict[str, set[str]] = {}
        for token, page in self._pages.items():
            self._note(token, page)
        for old, token in former.items():
            if token in self._pages:
                self._note_source(token, unquote(old))
        self._titles: dict[str, list[str]] = {}
        for token, page in self._pages.items():
            self._titles.setdefault(page.unrecorded.title.casefold(), []).append(token)

    def find(self, pages: Iterable[OldPage]) -> dict[str, str | None]:
        """Returns the owner of each old URL; None where none is known."""
        pages = list(pages)
        found = {page.path: self._owner(page) for page in pages}
        folders, lists = self._folders(found), self._lists(found)
        for page in pages:
            if found[page.path] is None and page.leads_to:
                found[page.path] = found.get(page.leads_to) or self._urls.get(page.leads_to)
            if found[page.path] is None:
                found[page.path] = self._by_folder(page.path, folders) or lists.get(page.path)
        return found

    def _note(self, token: str, page: Page) -> None:
        front, date = page.unrecorded.front, page.unrecorded.front.date
        self._words[token] = set(_parts(page.path))
        self._note_source(token, page.source)
        for far, name in enumerate((posixpath.basename(page.path.rstrip("/")), page.unrecorded.title)):
            self._note_name(token, name, far)
        if date:
            self._words[token] |= {f"{date:%Y}", f"{date:%m}", f"{date:%d}", str(date.month), str(date.day)}
        self._words[token] |= {slugify(term) for terms in front.terms.values() for term in terms}

    def _note_source(self, token: str, source: str) -> None:
        folder, _, file = source.rpartition("/")
        stem = posixpath.splitext(file)[0]
        if stem.lower() in ("index", "_index", "readme"):
            folder, _, stem = folder.rpartition("/")
        far = int(self._pages[token].unrecorded.front.slug is not None)
        self._note_name(token, stem, far)
        self._note_name(token, split_name(f"{stem}.md", names_folder=False)[0], far)
        self._words[token] |= {slugify(part) for part in folder.split("/")}

    def _note_name(self, token: str, name: str, far: int) -> None:
        if slug := slugify(_EXTENSION.sub("", name)):
            tokens = self._names.setdefault(slug, {})
            tokens[token] = min(far, tokens.get(token, far))

    def _owner(self, page: OldPage) -> str | None:
        path = page.path
        if path in self._urls:
            return self._urls[path]
        return (self._by_name(path) or self._by_title(page.titles) or self._of_list(path))

    def _by_name(self, path: str) -> str | None:
        *above, name = _parts(path) or [""]
        taxonomy = self._taxonomy(above[-1]) if above else None
        if taxonomy:
            return self._term(taxonomy, name)
        ranked = sorted((self._unlikeness(token, far, above), token)
                        for token, far in self._names.get(name, {}).items())
        is_sure = len(ranked) == 1 or (ranked and ranked[0][0] < ranked[1][0])
        return self._ids[ranked[0][1]] if is_sure else None

    def _unlikeness(self, token: str, far: int, above: Iterable[str]) -> tuple[int, int, int]:
        """Returns how many parts of an old URL a page lacks, how far its name is from its slug, and how many
        folders it has that the URL lacks."""
        above = set(above)
        folders = {slugify(part) for part in self._pages[token].source.split("/")[:-1]}
        return len(above - self._words[token]), far, len(folders - above)

    def _by_title(self, titles: Iterable[str]) -> str | None:
        for title in titles:
            tokens = self._titles.get(title.casefold(), ())
            if len(tokens) == 1:
                return self._ids[tokens[0]]
        return None

    def _of_list(self, path: str) -> str | None:
        """Returns the list that a numbered page, a feed, or a page of the archive belongs to."""
        if _ARCHIVE.fullmatch(path) or (_DATES.fullmatch(path) and path != "/"):
            return ARCHIVE if "/archive/" in self._urls else None
        for pattern in (_NUMBERED, _FEED, _PAGE_NUMBER):
            found = pattern.fullmatch(path)
            if found:
                inner = found["list"]
                return HOME if inner == "/" else self._urls.get(inner) or self._by_name(inner) or self._of_list(inner)
        return None

    def _taxonomy(self, part: str) -> str | None:
        """Returns the taxonomy that a part of a URL names, in the singular too."""
        return next((name for name in self._library.groups
                     if part in (slugify(name), slugify(name).removesuffix("s"), f"{slugify(name)[:-3]}y")), None)

    def _term(self, taxonomy: str, slug: str) -> str | None:
        names = [taxonomy, *self._library.groups]
        return next((term_token(name, slug) for name in names if self._library.groups[name].term(slug)), None)

    def _folders(self, found: Mapping[str, str | None]) -> dict[str, str]:
        """Returns where the pages below old folders are now, by the folder's path."""
        homes = {owner: path for path, owner in reversed(list(self._urls.items()))}
        went: dict[str, Counter[str]] = {}
        for path, owner in found.items():
            now = homes.get(owner or "")
            while now and path != now and path.count("/") > 2 and now.count("/") > 2:
                path, now = (f"{each.rstrip('/').rpartition('/')[0]}/" for each in (path, now))
                went.setdefault(path, Counter())[now] += 1
        return {path: counts.most_common(1)[0][0] for path, counts in went.items()}

    def _lists(self, found: Mapping[str, str | None]) -> dict[str, str]:
        """Returns the list that most pages right below an old folder belong to now, by the folder's path."""
        tokens, paths = {ident: token for token, ident in self._ids.items()}, self._library.config.collections.paths
        went: dict[str, Counter[str]] = {}
        for path, owner in found.items():
            if owner in tokens:
                above = f"{path.rstrip('/').rpartition('/')[0]}/"
                went.setdefault(above, Counter())[list_token(top_of(unquote(tokens[owner]), paths))] += 1
        there = set(self._urls.values())
        best = {path: counts.most_common(1)[0][0] for path, counts in went.items()}
        return {path: token for path, token in best.items() if token in there}

    def _by_folder(self, path: str, folders: Mapping[str, str]) -> str | None:
        above, rest = path, ""
        while above.count("/") > 1:
            if above in folders and (owner := self._urls.get(folders[above] + rest)):
                return owner
            above, _, name = above.rstrip("/").rpartition("/")
            above, rest = f"{above}/", f"{name}/{rest}"
        return None


def _parts(path: str) -> list[str]:
    """Returns the parts of an old path as slugs, without an extension and the name of an index."""
    parts = [slugify(part) for part in _EXTENSION.sub("", path).split("/")]
    return [part for part in parts if part and part != "index"]
