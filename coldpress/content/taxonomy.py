"""Taxonomies and their terms: tags, categories, whatever the config names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import lru_cache

from coldpress import recorder
from coldpress.content.page import Page
from coldpress.content.pages import Pages
from coldpress.paths import url_of
from coldpress.text import slugify


class Term:
    """One term of a taxonomy and the pages that carry it, newest first."""

    def __init__(self, taxonomy: str, name: str, slug: str, pages: Iterable[Page],
                 root: Callable[[], str]) -> None:
        self.taxonomy = taxonomy
        self._name = name
        self.slug = slug
        self.path = f"{taxonomy_path(taxonomy)}{slug}/"
        self.pages: Pages[Page] = Pages(f"term/{taxonomy}/{slug}", pages)
        self._root = root

    @property
    def name(self) -> str:
        """As the first page that carries it writes it."""
        recorder.read("term", f"{self.taxonomy}/{self.slug}")
        return self._name

    @property
    def url(self) -> str:
        """The link to its page."""
        recorder.read("link", self.path)
        return self._root() + url_of(self.path)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Term {self.path}>"


class Taxonomy:
    """A way of grouping pages; iterating gives its terms by name."""

    def __init__(self, name: str, pages: Iterable[Page], root: Callable[[], str]) -> None:
        self.name = name
        self.path = taxonomy_path(name)
        self._root = root
        members: dict[str, list[Page]] = defaultdict(list)
        names: dict[str, str] = {}
        for page in pages:
            terms = page._document.front.terms.get(name, ())
            for slug, term in {term_slug(term): term for term in reversed(terms)}.items():
                if slug:
                    members[slug].append(page)
                    names.setdefault(slug, term)
        self._terms = {slug: Term(name, names[slug], slug, members[slug], root)
                       for slug in sorted(members, key=lambda slug: (names[slug].casefold(), slug)) if slug}

    @property
    def url(self) -> str:
        recorder.read("link", self.path)
        return self._root() + url_of(self.path)

    def __bool__(self) -> bool:
        """Whether it has any term."""
        recorder.read("term", f"{self.name}?")
        return bool(self._terms)

    @property
    def terms(self) -> tuple[Term, ...]:
        recorder.read("term", f"{self.name}/")
        return tuple(self._terms.values())

    def get(self, slug: str) -> Term | None:
        recorder.read("term", f"{self.name}/{slug}")
        return self._terms.get(slug)

    def term(self, slug: str) -> Term | None:
        """The same, not recorded."""
        return self._terms.get(slug)

    def of(self, page: Page) -> tuple[Term, ...]:
        """The terms a page carries, in the order it names them."""
        slugs = dict.fromkeys(term_slug(term) for term in page._document.front.terms.get(self.name, ()))
        return tuple(filter(None, map(self.get, slugs)))


def taxonomy_path(name: str) -> str:
    """The path at which all terms of a taxonomy stand."""
    return f"/{slugify(name)}/"


@lru_cache(maxsize=4096)
def term_slug(name: str) -> str:
    """As every slug, but `C++` and `C#` stay apart from `C`."""
    return slugify(name.replace("+", "-plus").replace("#", "-sharp"))
