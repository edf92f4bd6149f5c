"""Fingerprints of recorded reads: short texts for what each read returns now.

If a key has the same fingerprint in two builds, each page that read it is
unchanged in that respect.  A fingerprint depends on content, never on times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from hashlib import blake2b

from coldpress.content.aliases import Alias, Moved
from coldpress.content.author_data import AUTHORS
from coldpress.content.library import Library
from coldpress.content.page import Page, Section
from coldpress.content.pagination import page_of
from coldpress.content.structure import ALL_SOURCES, SourceData, Structure
from coldpress.content.taxonomy import Author, Taxonomy
from coldpress.errors import ColdpressError
from coldpress.markdown.store import serialize_brief

COMBINED_KINDS = ("meta", "params", "body", "summary", "url", "section", "near", "members")
"""The kinds of keys that `ALL_SOURCES` may stand for."""
_SHORT = 64  # letters of a fingerprint that is not shortened


class ContentFingerprints:
    """The fingerprints of the content of one Library."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._pages = {page.source: page for page in library.all_pages.unrecorded}
        self._makers: dict[str, Callable[[str], str | None]] = {
            "meta": self._of_page(_meta), "params": self._of_page(_params), "body": self._of_page(_body),
            "summary": self._of_page(_summary),
            "text": self._of_page(_text), "url": self._of_page(_url), "section": self._of_page(self._section),
            "near": self._of_page(_near), "members": self._of_page(self._members), "path": self._path,
            "source": self._source, "asset": library.asset_of, "name": self._name, "image": self._image,
            "items": self._items, "list": self._list, "term": self._term, "nav": library.navigation.fingerprint,
            "related": self._of_page(lambda page: _idents(library.related.of(page))), "data": library.data.fingerprint,
            "referring": self._of_page(lambda page: "\n".join(
                f"{name}: {_idents(pages)}" for name, pages in library.referring_to(page).items())),
            "backlinks": self._of_page(lambda page: _idents(library.linking_to(page)))}

    @property
    def kinds(self) -> Iterable[str]:
        """The kinds of keys that have fingerprints here."""
        return self._makers

    def of(self, kind: str, name: str) -> str | None:
        """Returns the fingerprint of a key; None if there is nothing by that name."""
        if name == ALL_SOURCES:
            return self._of_all_sources(kind)
        try:
            return shortened(self._makers[kind](name)) if kind in self._makers else None
        except (ValueError, ColdpressError):
            return None  # a name that we did not write, as records may come from anywhere, or a body that fails

    @cached_property
    def structure(self) -> Structure:
        """The structure of the Library: everything that does not depend on bodies, and digests of the texts."""
        library, config = self._library, self._library.config
        sources, texts = {}, {}
        for name, page in self._pages.items():
            document = page.unrecorded.document
            sources[name] = SourceData(page.kind, page.unrecorded.path, f"{_meta(page)} {_params(page)}")
            texts[name] = f"{document.digest} {document.parsed.body_line}"
        options = (config.menu, config.docs, config.author, config.title)  # which decide in which lists a page is
        rest = [*(str(self._items(name)) for name in ("assets", "left out", "states")),
                str(library.data.fingerprint(AUTHORS)), repr(options)]
        return Structure(
            sources, texts,
            {name: [page.source for page in pages.unrecorded] for name, pages in library._lists.named.items()},
            [pages.name for pages in library.related.lists],
            {path: alias.page.source for path, alias in library.aliases.items()} | {
                path: f"/{moved.to}" for path, moved in library.kept.moved.items()},
            "\n\n".join(rest))

    def basis(self, kind: str, name: str) -> str | None:
        """Returns a text that is cheaper to compute than the fingerprint and changes whenever the fingerprint
        changes; None if there is none."""
        if kind == "image":
            asset = self._library.asset_at(name)
            return f"{asset.stamp} {self._library.images.state}" if asset else None
        if kind == "related" and name in self._pages:
            return self._library.related.basis(self._pages[name])
        if kind == "summary" and name != ALL_SOURCES and name in self._pages:
            return shortened(_body(self._pages[name]))
        return None

    def _of_page(self, make: Callable[[Page], str | None]) -> Callable[[str], str | None]:
        def of(name: str) -> str | None:
            page = self._pages.get(name)
            return make(page) if page else None

        return of

    def _of_all_sources(self, kind: str) -> str | None:
        make = self._makers[kind] if kind != "summary" else self._makers["body"]
        digest = blake2b(digest_size=16)
        for name in self._pages:
            digest.update(f"{name}\n{make(name)}\n".encode())
        return digest.hexdigest()

    def _section(self, page: Page) -> str | None:
        return _ident(self._library.section_of(page))

    def _members(self, page: Page) -> str | None:
        return _idents(page.pages) if isinstance(page, Section) else None

    def _path(self, name: str) -> str | None:
        found = self._library.at(name)
        if isinstance(found, Alias):
            return f"alias {_ident(found.page)}"
        if isinstance(found, Moved):
            return f"moved {found.to}"
        asset = self._library.asset_at(name) if found is None else None
        return _ident(found) or (f"asset {asset.path} {asset.size}" if asset else None)

    def _source(self, name: str) -> str | None:
        if name.endswith("/"):
            return _ident(self._library.page_in(name[:-1]))
        return _ident(self._pages.get(name)) or self._library.why_left_out(name)

    def _name(self, name: str) -> str | None:
        return f"{_ident(self._library.by_name(name))} {self._library.asset_by_name(name)}"

    def _image(self, path: str) -> str | None:
        facts = self._library.pictures.facts(path)
        if self._library.images.can_be_made(facts):
            return f"{tuple(facts)} {self._library.images.state}"
        asset = self._library.asset_at(path)
        size = asset.size if asset and asset.size > self._library.image_options.heavy * 1000 else ""
        return f"{facts.width} {facts.height} {size}" if facts.size or size else None  # all that pages tell of it

    def _items(self, name: str) -> str | None:
        library = self._library
        if name == "assets":
            return "\n".join(f"{path} {asset.path} {asset.size}" for path, asset in library.assets.items())
        if name == "aliases":
            return "\n".join(f"{path} {alias.page.source}" for path, alias in library.aliases.items())
        if name == "sources":
            return "\n".join(library.sources)
        if name == "left out":
            return "\n".join(f"{out.document.source.path} {out.reason} {out.document.front} {out.document.digest}"
                             for out in library.left_out)
        if name == "states":
            return "\n".join(f"{source} {state}" for source, state in library._states.items())
        listed, mark, index = name.rpartition("[" if name.endswith("]") else ".")
        pages = library.page_list(listed)
        if pages is None:
            return None
        if mark == ".":
            told = {"length": len(pages.unrecorded), "any": bool(pages.unrecorded), "dated": pages.any_dated}
            return str(told.get(index))
        try:
            if ":" not in index:
                return _ident(pages.unrecorded[int(index[:-1])])
            return _idents(pages.unrecorded[slice(*(int(part) if part else None for part in index[:-1].split(":")))])
        except IndexError:
            return None

    def _list(self, name: str) -> str | None:
        listed, number, size, order = name.rsplit(" ", 3)
        pages = self._library.page_list(listed)
        chunk = page_of(pages.unrecorded, int(number) if number else None, int(size), dated=not order
                        ) if pages is not None else None
        return f"{chunk[1]} {chunk[2]}\n{_idents(chunk[0])}" if chunk else None

    def _term(self, name: str) -> str | None:
        taxonomy, _, slug = name.partition("/")
        found: Taxonomy | None = self._library.groups.get(taxonomy.removesuffix("?"))
        if found is None:
            return None
        if taxonomy.endswith("?"):
            return str(bool(found))
        if not slug or slug.endswith("/"):
            return "\n".join(term.slug for term in found.below(slug.rstrip("/")))
        term = found.term(slug)
        told = term._about.get("url") if isinstance(term, Author) else None
        return f"{term.name} {term.has_page} {told}" if term else None


def shortened(text: str | None) -> str | None:
    """Returns a fingerprint, or its digest if it is long.  Names of files in it need not be Unicode."""
    if text is None or len(text) <= _SHORT:
        return text
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _ident(page: Page | None) -> str | None:
    return f"{page.kind} {page.source}" if page else None


def _idents(pages: Iterable[Page]) -> str:
    return "\n".join(f"{page.kind} {page.source}" for page in pages)


def _meta(page: Page) -> str:
    document = page.unrecorded.document
    named = "" if document.front.title else page.unrecorded.title  # then the title comes from the body or the config
    dated = "" if document.parsed.front.date else document.front.date
    return f"{page.kind} {document.parsed.meta_digest} {document.stem} {dated} {named}"


def _params(page: Page) -> str:
    return page.unrecorded.document.parsed.front_digest


def _body(page: Page) -> str:
    return f"{_meta(page)} {_params(page)} {page.unrecorded.document.digest}"


def _summary(page: Page) -> str:
    shown = page.unrecorded.brief._replace(links=(), reads=())
    brief = blake2b(serialize_brief(shown).encode(), digest_size=8).hexdigest()
    return f"{page.unrecorded.document.parsed.front_digest} {brief}"


def _text(page: Page) -> str:
    return f"{_body(page)} {page.unrecorded.document.parsed.body_line}"


def _url(page: Page) -> str:
    return page.path


def _near(page: Page) -> str:
    return f"{_ident(page.prev)}\n{_ident(page.next)}"
