"""Targets that are not there: what the URLs of a built folder lead to, each looked up once for all files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from coldpress.check.built_site import BuiltSite
from coldpress.check.facts import LINK, LOAD, OUTSIDE, PART, SEPARATOR, Facts
from coldpress.check.references import PAGES
from coldpress.markdown.syntax.foreign_syntax import media_kind
from coldpress.recorder import Key, KeySearch, numbers
from coldpress.text import NearNames


@dataclass(frozen=True, slots=True)
class Missing:
    """A target that is not there: its key, the code and the message of its problem, a hint, the files that name it,
    and its URL without the host."""

    key: Key
    code: str
    message: str
    hint: str | None
    files: tuple[str, ...]
    link: str


class Targets:
    """The targets of all files of a built folder.  `is_redirected` tells whether the host leads on from a decoded path
    below the folder where no file is."""

    def __init__(self, site: BuiltSite, facts: Mapping[str, Facts], known: Mapping[int, Key],
                 is_redirected: Callable[[str], bool]) -> None:
        self._site = site
        self._is_redirected = is_redirected
        self._facts = facts
        used = set().union(*(numbers(each.targets) for each in facts.values()))
        self._known = {number: known[number] for number in used}

    def count(self) -> int:
        """Returns how many different targets there are."""
        return len(self._known)

    def missing(self) -> Iterator[Missing]:
        """Yields every target in the site that is not there."""
        wanted = {number: key for number, key in self._known.items() if not self._is_there(*key)}
        for key, files in self._files_of(wanted).items():
            yield self._missing(key, tuple(files))

    def without_base_path(self) -> Iterator[Missing]:
        """Yields the URLs that lead out of the site, and to something in it if the path of `base_url` were before
        them; not that of the host's own home page."""
        wanted = {number: key for number, key in self._known.items() if key[0] == OUTSIDE and self._is_astray(key[1])}
        for key, files in self._files_of(wanted).items():
            path = str(self._site.path_outside(key[1]))
            meant = self._site.link_of(unquote(path.lstrip("/")))
            yield Missing(key, "check.no-base-path",
                          f"`{path}` is outside of the site, which begins at `{self._site.link_of('')}`",
                          f"did you mean `{meant}`?", tuple(files), path)

    def outside(self) -> dict[str, list[str]]:
        """Returns the URLs of other sites, each with the files that have it."""
        wanted = {number: key for number, key in self._known.items() if key[0] == OUTSIDE}
        return {url: files for (_, url), files in self._files_of(wanted).items()}

    def loaded_images(self) -> dict[str, list[str]]:
        """Returns the paths of the images that pages and styles load, each with the files that do."""
        wanted = {number: key for number, key in self._known.items()
                  if key[0] == LOAD and media_kind(key[1]) == "image" and self._is_there(*key)}
        return {path: files for (_, path), files in self._files_of(wanted).items()}

    def led_to(self) -> set[str]:
        """Returns the files to which the links of other pages lead.  A redirect leads nobody to its page."""
        from_pages = set().union(*(numbers(each.targets) for file, each in self._facts.items()
                                   if file.endswith(PAGES) and not each.head.is_redirect))
        names = (self._known[number] for number in from_pages)
        return {file for kind, name in names if kind == LINK and (file := self._site.file_named(name))}

    def named(self) -> set[str]:
        """Returns the files that any file names."""
        return {file for kind, name in self._known.values()
                if kind not in (OUTSIDE, PART) and (file := self._site.file_named(name))}

    def _is_there(self, kind: str, name: str) -> bool:
        if kind == OUTSIDE:
            return True
        path, _, part = name.partition(SEPARATOR)
        file = self._site.file_named(path)
        if kind != PART:
            return file is not None or self._is_redirected(path)
        return file is None or not file.endswith(PAGES) or part in self._facts[file].parts

    def _is_astray(self, url: str) -> bool:
        path = (self._site.path_outside(url) or "").strip("/")
        return bool(path) and self._site.file_at(path) is not None

    def _files_of(self, wanted: Mapping[int, Key]) -> dict[Key, list[str]]:
        found: dict[Key, list[str]] = {key: [] for key in wanted.values()}
        search = KeySearch(wanted)
        for file, facts in self._facts.items() if wanted else ():
            for key in search.values(facts.targets):
                found[key].append(file)
        return found

    def _missing(self, key: Key, files: tuple[str, ...]) -> Missing:
        kind, name = key
        path, _, part = name.partition(SEPARATOR)
        link = self._site.link_of(path)
        if kind == PART:
            there = str(self._site.file_named(path))
            near = NearNames(self._facts[there].parts).nearest(part)
            return Missing(key, "check.broken-anchor", f"`{link}` has no part `#{part}`",
                           f"did you mean `#{near}`?" if near else None, files, f"{link}#{part}")
        near = self._near.nearest(path.strip("/"))
        code = "broken-link" if kind != LOAD else "broken-image" if media_kind(path) == "image" else "broken-file"
        return Missing(key, f"check.{code}", f"nothing is at `{link}`", f"did you mean `{near}`?" if near else None,
                       files, link)

    @cached_property
    def _near(self) -> NearNames:
        return NearNames(sorted(file.removesuffix("index.html") for file in self._site.files))
