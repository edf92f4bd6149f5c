"""Taxonomies, their terms and the authors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

from coldpress import recorder
from coldpress.config.loader import Config
from coldpress.config.yaml_toml import Params
from coldpress.content.page import Page
from coldpress.content.recorded import Pages
from coldpress.paths import BadPath, file_of, is_external, url_of
from coldpress.text import slugify, sort_key, text_digest

BUILT_IN = ("series", "authors")
"""Taxonomies that every site has."""

_LONGEST, _SHORTENED = 150, 30  # the limit in bytes for an author's slug; the letters kept of a longer one

FindPage = Callable[[str], Page | None]


class Term:
    """One term of a taxonomy, and its pages in the order of the taxonomy."""

    def __init__(self, taxonomy: Taxonomy, name: str, slug: str, pages: Iterable[Page]) -> None:
        self.taxonomy = taxonomy.name
        self._taxonomy = taxonomy
        self._name = name
        self.slug = slug
        self.path = f"{taxonomy.path}{slug}/"
        self.pages: Pages[Page] = Pages(f"term/{taxonomy.name}/{slug}", pages)

    @property
    def has_page(self) -> bool:
        """Whether the site has a page for the term."""
        return True

    @property
    def name(self) -> str:
        """The name as most pages with the term write it; of as many, as the first of them by path."""
        recorder.read("term", f"{self.taxonomy}/{self.slug}")
        return self._name

    @property
    def title(self) -> str:
        """The title of the term's own page, or else its name."""
        return self.page.title if self.page else self.name

    @property
    def url(self) -> str | None:
        """The link to the term's page; None if it has none."""
        if not self.has_page:
            return None
        recorder.read("link", self.path)
        return self._taxonomy.root() + url_of(self.path)

    @property
    def page(self) -> Page | None:
        """The page that an author wrote for the term: `content/tags/python.md`."""
        recorder.read("path", self.path)
        return self._taxonomy.find_page(self.path)

    @property
    def parent(self) -> Term | None:
        """The term above it: `lang` for `lang/python`."""
        return self._taxonomy.term(self.slug.rpartition("/")[0])

    @property
    def children(self) -> tuple[Term, ...]:
        """The terms directly below it, by name."""
        recorder.read("term", f"{self.taxonomy}/{self.slug}/")
        return tuple(term for term in self._taxonomy.below(self.slug) if term.slug.rpartition("/")[0] == self.slug)

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<Term {self.path}>"


class Taxonomy:
    """A way of grouping pages.  `carried` gives each page with the names of its terms, in the order
    in which terms list pages.  If slugs keep their case, the first page with a term
    decides the case of its slug."""

    def __init__(self, name: str, carried: Iterable[tuple[Page, Iterable[str]]], root: Callable[[], str],
                 find_page: FindPage, *, lowercase: bool = True) -> None:
        self.name = name
        self.path = taxonomy_path(name)
        self.root = root
        self.find_page = find_page
        self._written: dict[str, str] = {}
        members: dict[str, list[Page]] = {}
        written: dict[str, list[tuple[str, list[Page]]]] = {}  # for each slug: its spellings with their pages
        implied: dict[str, str] = {}
        # For each name as written: its own pages, those of its term, and those of the terms above.
        lists: dict[str, list[list[Page]]] = {}
        for page, terms in carried:
            for term in terms:
                if term not in lists:
                    if not lowercase:
                        self._note_case(term)
                    slug = self.slug_of(term)
                    lists[term] = [[]]
                    if slug:
                        written.setdefault(slug, []).append((term, lists[term][0]))
                    for above, its_name in _prefixes(slug, term):
                        implied.setdefault(above, its_name)
                        lists[term].append(members.setdefault(above, []))
                for pages in lists[term]:
                    if not pages or pages[-1] is not page:
                        pages.append(page)
        self._names = implied | {slug: _shown(spellings) for slug, spellings in written.items()}
        ordered = sorted(members, key=lambda slug: (*sort_key(self._names[slug]), slug))
        self._terms = {slug: self._make(slug, members[slug]) for slug in ordered}

    def slug_of(self, name: str) -> str:
        """Returns the slug of the term with this name."""
        slug = term_slug(name)
        return self._written.get(slug, slug)

    def _note_case(self, name: str) -> None:
        """Records the case of a term and of the terms above it, unless an earlier page has another."""
        lower, written = "", ""
        for part, its_case in zip(term_slug(name).split("/"), term_slug(name, lowercase=False).split("/"), strict=True):
            lower, written = f"{lower}/{part}".lstrip("/"), f"{written}/{its_case}".lstrip("/")
            written = self._written.setdefault(lower, written)

    def _make(self, slug: str, pages: Iterable[Page]) -> Term:
        return Term(self, self._names[slug], slug, pages)

    @property
    def url(self) -> str:
        """The link to the page that lists all terms."""
        recorder.read("link", self.path)
        return self.root() + url_of(self.path)

    @property
    def page(self) -> Page | None:
        """The page that an author wrote for the taxonomy: `content/tags/_index.md`."""
        recorder.read("path", self.path)
        return self.find_page(self.path)

    def __bool__(self) -> bool:
        """Returns whether the taxonomy has any term."""
        recorder.read("term", f"{self.name}?")
        return bool(self._terms)

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms that have a page, by name."""
        recorder.read("term", f"{self.name}/")
        return self.below("")

    def get(self, slug: str) -> Term | None:
        """Returns the term with a slug."""
        recorder.read("term", f"{self.name}/{slug}")
        return self._terms.get(slug)

    def term(self, slug: str) -> Term | None:
        """Returns the term with a slug (not recorded)."""
        return self._terms.get(slug)

    def below(self, slug: str) -> tuple[Term, ...]:
        """Returns all terms below a term, at any depth, that have a page (not recorded)."""
        terms = self._below.get(slug, ()) if slug else self._terms.values()
        return tuple(term for term in terms if term.has_page)

    @cached_property
    def _below(self) -> dict[str, list[Term]]:
        """The terms below each term, at any depth."""
        below: dict[str, list[Term]] = {}
        for slug, term in self._terms.items():
            for at in (index for index, char in enumerate(slug) if char == "/"):
                below.setdefault(slug[:at], []).append(term)
        return below

    def of(self, names: Iterable[str]) -> tuple[Term, ...]:
        """Returns the terms with these names, in the order of the names."""
        return tuple(filter(None, map(self.get, dict.fromkeys(map(self.slug_of, names)))))


def _shown(spellings: Sequence[tuple[str, Sequence[Page]]]) -> str:
    """Returns the spelling that most pages have; of as many, that of the first page by path."""
    if len(spellings) == 1:
        return spellings[0][0]
    return min(spellings, key=lambda each: (-len(each[1]), min(page.source for page in each[1])))[0]


class Author(Term):
    """An author, as a term of the taxonomy `authors`.  The site's own author has no page unless a page
    names them or `data/authors.yaml` describes them."""

    _taxonomy: Authors

    @property
    def has_page(self) -> bool:
        """Whether the site has a page for the author."""
        recorder.read("term", f"{self.taxonomy}/{self.slug}")
        return self.slug in self._taxonomy.with_page

    @cached_property
    def _about(self) -> Mapping[str, Any]:
        return self._taxonomy.about(self.slug)

    @property
    def about(self) -> Mapping[str, Any]:
        """The data of the author in `data/authors.yaml`."""
        recorder.read("data", "authors")
        recorder.read("term", f"{self.taxonomy}/{self.slug}")
        return self._about

    @property
    def image(self) -> str | None:
        """The URL of the author's `image`: an absolute URL, or a file below the content folder."""
        image = str(self.about.get("image") or "")
        if not image or is_external(image):
            return image or None
        path = f"/{image.lstrip('/')}"
        recorder.read("link", path)
        return self._taxonomy.root() + url_of(path)


class Authors(Taxonomy):
    """The taxonomy of authors.

    `people` is the content of `data/authors.yaml`, by id.  Pages name their authors
    by id or by name.  `named` are the names in pages; `linked` are names with the
    URLs that pages give, of which the last counts.
    """

    def __init__(self, carried: Iterable[tuple[Page, Iterable[str]]], root: Callable[[], str], find_page: FindPage,
                 people: Mapping[str, Mapping[str, Any]], named: Iterable[str], linked: Iterable[tuple[str, str]]
                 ) -> None:
        self._people = people
        self._by_name = {str(about.get("name", ident)).casefold(): ident for ident, about in self._people.items()}
        self._urls = {self.slug_of(name): url for name, url in linked}
        super().__init__("authors", carried, root, find_page)
        for slug in sorted(self._people.keys() - self._terms.keys()):
            self._names[slug] = slug
            self._terms[slug] = self._make(slug, ())
        self.with_page = frozenset(self._people) | frozenset(map(self.slug_of, named))

    def slug_of(self, name: str) -> str:
        """Returns the id of the author with this name, or else the name as a slug."""
        slug = slugify(name)
        if len(slug.encode()) > _LONGEST:
            slug = f"{slug[:_SHORTENED]}-{text_digest(slug)[:8]}"
        return slug if slug in self._people else self._by_name.get(name.casefold(), slug)

    def person(self, name: str) -> Author:
        """Returns the author with this name, who may have no page."""
        slug = self.slug_of(name)
        found = self.get(slug)
        return found if isinstance(found, Author) else Author(self, name, slug, ())

    def _make(self, slug: str, pages: Iterable[Page]) -> Term:
        return Author(self, str(self.about(slug).get("name") or self._names[slug]), slug, pages)

    def about(self, slug: str) -> Mapping[str, Any]:
        """Returns the data of an author (not recorded)."""
        told = self._people.get(slug) or Params()
        return Params({"url": self._urls[slug], **told}) if slug in self._urls else told


def group_names(config: Config) -> tuple[str, ...]:
    """Returns the taxonomies of a site, including the built-in ones."""
    return tuple(dict.fromkeys((*config.taxonomies, *BUILT_IN)))


def front_taxonomies(config: Config) -> tuple[str, ...]:
    """Returns the taxonomies whose terms have a front matter key of the same name."""
    return tuple(name for name in group_names(config) if name != "authors")


def taxonomy_path(name: str) -> str:
    """Returns the path of the page that lists all terms of a taxonomy."""
    return f"/{slugify(name)}/"


@lru_cache(maxsize=4096)
def term_slug(name: str, *, lowercase: bool = True) -> str:
    """Returns the slug of a term.  `C++` and `C#` differ from `C`, and slashes stay.  Returns an empty text
    for a name that cannot have a page."""
    return _slug(name, lowercase=lowercase) if fault_of_term(name) is None else ""


@lru_cache(maxsize=4096)
def fault_of_term(name: str) -> str | None:
    """Returns why a term cannot have a page: it has no letters, is too long, or is a reserved name of
    Windows; None if it can."""
    slug = _slug(name)
    try:
        file_of(f"/taxonomy/{slug}/page/1/")
    except BadPath as reason:
        return str(reason) if slug else "no letter of it can stand in a URL"
    return None


def _slug(name: str, *, lowercase: bool = True) -> str:
    parts = (slugify(part.replace("+", "-plus").replace("#", "-sharp"), lowercase=lowercase)
             for part in name.split("/"))
    return "/".join(filter(None, parts))


def _prefixes(slug: str, name: str) -> Iterable[tuple[str, str]]:
    """Returns a slug and the slugs above it, each with its part of the name."""
    slugs = slug.split("/") if slug else []
    names = [part for part in name.split("/") if term_slug(part)]
    for count in range(1, len(slugs) + 1):
        yield "/".join(slugs[:count]), name if count == len(slugs) else "/".join(names[:count])
