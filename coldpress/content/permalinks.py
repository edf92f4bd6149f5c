"""Permalinks: makes the URL of a page from a pattern; warns of languages in file names."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import unquote

from coldpress.config.loader import Config
from coldpress.config.permalinks import PERMALINK_TOKEN
from coldpress.errors import Place, Problems
from coldpress.paths import BadPath, OpenEnded, can_be_page, file_of
from coldpress.sources.files import SourceFile, top_of
from coldpress.sources.front_matter import SourceDocument
from coldpress.text import slugify

Kind = Literal["page", "post", "section"]
_SLASHES = re.compile("/{2,}")


class PageEntry(NamedTuple):
    """A document with its kind and its path.  `bundle` is the folder whose assets belong to it, if it
    is a bundle."""

    document: SourceDocument
    kind: Kind
    path: str
    bundle: str | None = None


class Pattern(NamedTuple):
    """The pattern of the paths of some pages in a section.  `start` is what comes before the slug, if that
    is the only token and the rest of the path."""

    text: str
    section: str
    start: str | None


class Permalinks:
    """Determines the kind and the path of every document of a site."""

    def __init__(self, config: Config, documents: Iterable[SourceDocument]) -> None:
        self._collections = config.collections.paths
        self._patterns = {top_of(f"{top}/", self._collections): pattern for top, pattern in config.permalinks.items()}
        self._patterns |= {path: collection.permalink for path, collection in self._collections.items()
                           if collection.permalink}
        self._lowercase = config.slugs.lowercase
        self._trusts = config.markdown.trusts
        self._folders: dict[str, list[SourceDocument]] = {}
        for document in documents:
            self._folders.setdefault(document.source.folder, []).append(document)
        self._with_markdown_below = self._ancestors_of_folders()
        self._in_folders: dict[str, tuple[Kind, Pattern]] = {}

    def entries(self, documents: Iterable[SourceDocument], problems: Problems) -> list[PageEntry]:
        """Returns the entries of documents, except those without a usable path, which are problems."""
        entries = []
        for document in documents:
            entry = self._entry(document, problems)
            if entry and _is_usable(entry, problems):
                entries.append(entry)
        return entries

    def _entry(self, document: SourceDocument, problems: Problems) -> PageEntry | None:
        folder = document.source.folder
        if not document.source.index_name or not self._is_index(document):
            return self._finish(document, *self._in_folder(folder), problems)
        dated = self._collection_of(folder) != ""
        root = not folder or (dated and folder in (self._collection_of(folder), "_posts"))
        bundle = not root and not _is_section_file(document) and (
            (dated and document.source.index_name == "index") or not self._has_other_pages(document))
        if not bundle:
            return self._finish(document, "section", _pattern(self._path(folder), self._section_of(folder)), problems)
        parent = self._collection_of(folder) if dated else posixpath.dirname(folder)
        return self._finish(document, "post" if dated else "page", self._pattern(folder, parent), problems, folder)

    def _in_folder(self, folder: str) -> tuple[Kind, Pattern]:
        """Returns the kind and the pattern of the pages in a folder, except of its index."""
        if folder not in self._in_folders:
            collection = self._collection_of(folder)
            self._in_folders[folder] = "post" if collection else "page", self._pattern(folder, collection or folder)
        return self._in_folders[folder]

    def _pattern(self, folder: str, base: str) -> Pattern:
        """Returns the pattern of pages in a folder: that of its section, or else their slug below `base`."""
        section = self._section_of(folder)
        return _pattern(self._patterns.get(section) or posixpath.join(self._path(base), "<slug>/"), section)

    def _finish(self, document: SourceDocument, kind: Kind, pattern: Pattern, problems: Problems,
                bundle: str | None = None) -> PageEntry | None:
        if document.front.permalink is not None:
            path = _own_path(document, document.front.permalink, problems)
            if self._trusts(document.source.path) or is_granted(document, path):
                return PageEntry(document, kind, path, bundle)
            problems.warn("page.untrusted", f"its author is not trusted to publish it at `{path}`",
                          document.place_of("permalink"), granted_paths_hint(document))
        try:
            return PageEntry(document, kind, _expand(pattern, document, lowercase=self._lowercase), bundle)
        except ValueError as reason:
            message, hint = reason.args
            problems.error("url.permalink", message, Place(document.source.name), hint)
            return None

    def _path(self, folder: str) -> str:
        return folder_path(folder, lowercase=self._lowercase)

    def _is_index(self, document: SourceDocument) -> bool:
        name = document.source.index_name
        if name == "readme":
            beside = self._folders.get(document.source.folder, ())
            return not any(other.source.index_name in ("index", "_index") for other in beside)
        return name in ("index", "_index")

    def _has_other_pages(self, index: SourceDocument) -> bool:
        """Returns whether other Markdown is in the folder of an index or below it."""
        folder = index.source.folder
        beside = self._folders.get(folder, ())
        return folder in self._with_markdown_below or any(other.source.path != index.source.path for other in beside)

    def _ancestors_of_folders(self) -> set[str]:
        above = set()
        for folder in self._folders:
            while folder:
                folder = posixpath.dirname(folder)
                above.add(folder)
        return above

    def _section_of(self, folder: str) -> str:
        return top_of(f"{folder}/", self._collections)

    def _collection_of(self, folder: str) -> str:
        top = self._section_of(folder)
        return top if top in self._collections and self._collections[top].dated else ""

    def report_second_index(self, problems: Problems) -> None:
        """Reports folders with two indexes, which would be the same page."""
        for documents in self._folders.values():
            names = [document for document in documents if document.source.index_name in ("index", "_index")]
            if len(names) > 1:
                problems.error(
                    "url.two-indexes", f"`{names[0].source.path}` and `{names[1].source.path}` are the same page",
                    Place(names[1].source.name), "keep one of them", also=(Place(names[0].source.name),))


def _own_path(document: SourceDocument, permalink: str, problems: Problems) -> str:
    """Returns the path of a `permalink:`, unchanged except for a missing slash at its end."""
    path = "/" + unicodedata.normalize("NFC", unquote(permalink.strip())).lstrip("/")
    try:
        file_of(path)
    except OpenEnded as reason:
        if can_be_page(f"{path}/"):
            problems.warn("url.slash", f"`{path}` has neither `/` nor an extension at its end: "
                          f"it is published at `{path}/`", document.place_of("permalink"), reason.hint)
        return f"{path}/"
    except BadPath:
        pass  # `_is_usable` reports it
    return path


def _is_usable(entry: PageEntry, problems: Problems) -> bool:
    try:
        file_of(entry.path)
        return True
    except BadPath as reason:
        problems.error("url.bad", f"`{entry.path}` cannot be the URL of a page: {reason}",
                       entry.document.place_of("slug" if entry.document.front.permalink is None else "permalink"),
                       reason.hint)
        return False


def asset_path(asset: SourceFile, bundles: Mapping[str, str], *, lowercase: bool = True) -> str:
    """Returns the path of an asset: below the page of its bundle, or else below the path of its folder."""
    folder, name = posixpath.split(asset.path)
    above = folder
    while above:
        if above in bundles:
            inner = asset.path[len(above) + 1 :]
            base = bundles[above]
            return (base if base.endswith("/") else posixpath.dirname(base) + "/") + inner
        above = posixpath.dirname(above)
    return folder_path(folder, lowercase=lowercase) + name


@lru_cache(maxsize=4096)
def folder_path(folder: str, *, lowercase: bool = True) -> str:
    """Returns the path of a content folder: each part becomes a slug, except names with a leading dot."""
    parts = [part if part.startswith(".") else slugify(part, lowercase=lowercase) or part
             for part in folder.split("/") if part]
    return "/" + "".join(f"{part}/" for part in parts)


def is_granted(document: SourceDocument, path: str) -> bool:
    """Returns whether an author who is not trusted may have a path: it must be below the path of the
    source's folder, end as the path of a page, and have no part with a leading dot."""
    inside = {folder_path(document.source.folder, lowercase=lowercase) for lowercase in (True, False)}
    return (posixpath.normpath(path).startswith(tuple(inside)) and path.endswith(("/", ".html"))
            and not any(part.startswith(".") for part in path.split("/")))


def granted_paths_hint(document: SourceDocument) -> str:
    """Returns a hint with the paths that `is_granted` allows."""
    return f"only below `{folder_path(document.source.folder)}`, with `/` or `.html` at its end"


def slug_of(document: SourceDocument, *, lowercase: bool = True) -> str:
    """Returns `slug:`, or else the file's name without its date.  A title never becomes a slug."""
    return slugify(document.front.slug if document.front.slug is not None else document.stem, lowercase=lowercase)


def _pattern(text: str, section: str) -> Pattern:
    text = _SLASHES.sub("/", text)
    start = text.removesuffix("<slug>/")
    return Pattern(text, section, None if start == text or PERMALINK_TOKEN.search(start) else start)


def _expand(pattern: Pattern, document: SourceDocument, *, lowercase: bool) -> str:
    if pattern.start is not None:
        return f"{pattern.start}{_needed(slug_of(document, lowercase=lowercase))}/"
    date = document.front.date

    def value(found: re.Match[str]) -> str:
        token = found[1]
        if token == "slug":
            return _needed(slug_of(document, lowercase=lowercase))
        if token in ("section", "stem"):
            return slugify(pattern.section if token == "section" else document.stem, lowercase=lowercase)
        if token in document.front.params:
            return _needed(slugify(str(document.front.params[token]), lowercase=lowercase), token)
        if token not in ("year", "month", "day"):
            raise ValueError(f"its URL needs a {token}, which its front matter does not have",
                             f"write `{token}:`, or a `permalink:`")
        if date is None:
            raise ValueError(f"its URL needs a {token}, and it has no date", "give it a `date:` or a `permalink:`")
        return {"year": f"{date.year:04}", "month": f"{date.month:02}", "day": f"{date.day:02}"}[token]

    return _SLASHES.sub("/", PERMALINK_TOKEN.sub(value, pattern.text))


def _needed(slug: str, name: str = "name") -> str:
    if not slug:
        raise ValueError(f"no letter of its {name} can stand in a URL", "give it a `slug:` or a `permalink:`")
    return slug


def _is_section_file(document: SourceDocument) -> bool:
    return document.source.index_name == "_index"


_COMMON = (
    "af ar az bg bn bs cy da de el en eo es et fa fi fr ga gu hi hr hu hy ja ka kk km kn ko ku ky lt lv mk mn mr "
    "nb ne nl nn pa pt ru si sk sl sq sr sv sw ta te th tr ur uz vi zh zu")
"""Languages (ISO 639-1) that a two-letter ending of a file's name most likely means."""
_AMBIGUOUS = (
    "aa ab ae ak am an as av ay ba be bi bm bo br ca ce ch co cr cs cu cv dv dz ee eu ff fj fo fy gd gl gn gv ha "
    "he ho ht hz ia id ie ig ii ik is it iu jv kg ki kj kl kr ks kv kw la lb lg li ln lo lu mg mh mi ml ms mt my "
    "na nd ng no nr nv ny oc oj om or os pi pl ps qu rm rn ro rw sa sc sd se sg sm sn so ss st su tg ti tk tl tn "
    "to ts tt tw ty ug uk ve vo wa wo xh yi yo za")
"""Other languages.  Many of their codes are also words, file extensions or domains: `mono.cs`,
`canada.ca`.  Ido is left out, because nearly every name with `.io` is a domain."""
_LANGUAGES = frozenset(f"{_COMMON} {_AMBIGUOUS}".split())
_TAG = re.compile(r"(?P<language>[a-z]{2})(?:[-_][a-z]{4})?(?:[-_](?:[a-z]{2}|\d{3}))?", re.I)


def check_languages(entries: Sequence[PageEntry], problems: Problems) -> None:
    """Warns of file names that end with a language.  For an ambiguous ending, warns only if the
    same page also exists without it or in another language."""
    # Nearly all names have a single dot, and no language.
    tagged = [entry for entry in entries if entry.document.source.path.count(".") > 1 and _split(entry)[1]]
    tags: dict[str, list[str]] = defaultdict(list)
    for entry in entries if tagged else ():
        stem, tag = _split(entry)
        tags[stem].append(tag)
    for entry in tagged:
        stem, tag = _split(entry)
        language = tag.lower()[:2]
        if language in _COMMON.split() or len(tags[stem]) > 1:
            problems.warn("page.language", f"`.{tag}` looks like a language, which is not built yet",
                          Place(entry.document.source.name), f"its URL is `{entry.path}`")


def _split(entry: PageEntry) -> tuple[str, str]:
    """Returns the path of a source without extension and language, and the language; an empty text for
    none."""
    path = entry.document.source.path.rpartition(".")[0]
    stem, _, tag = path.rpartition(".")
    found = _TAG.fullmatch(tag)
    is_tagged = found and stem and not stem.endswith("/") and found["language"].lower() in _LANGUAGES
    return (stem, tag) if is_tagged else (path, "")
