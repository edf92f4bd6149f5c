"""Front matter and body of a source: splits, parses and checks them; determines titles."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, tzinfo
from typing import Any, NamedTuple

from coldpress import recorder
from coldpress.config.yaml_toml import MappingText, Params
from coldpress.errors import ColdpressError, Place, Problem, Problems, shown_line
from coldpress.sources.fields import (
    ALIASES,
    AS_WRITTEN,
    FIELDS,
    HIDE,
    HTML_BODY,
    NOT_SLIPS,
    SLIPS,
    WIDE_COMMAS,
    FrontMatter,
    as_nested_terms,
    as_terms,
    field_of,
    spellings,
)
from coldpress.sources.files import SourceFile, split_name
from coldpress.text import decode, did_you_mean, lazy_re_compile, one_edit_apart, shorten, text_digest

_FENCED = re.compile(r"\s*^(?P<mark>---|\+\+\+)[ \t]*\n(?P<text>.*?)(?:^(?P=mark)|^\.\.\.)[ \t]*(?:\n|\Z)",
                     re.M | re.S)
_HEADER_LINE = lazy_re_compile(
    r"(title|date|modified|category|tags|slug|authors?|summary|status|lang):.*|[\w-]+:.*", re.I)


def split_front_matter(text: str, name: str) -> tuple[MappingText | None, str, int]:
    """Splits a file's text into front matter, body, and the number of the body's first line.

    Raises `ColdpressError` for front matter without an end, and for `Key: value` lines
    without delimiters.
    """
    found = _FENCED.match(text)
    if found is None:
        _explain_bare_header(text, name)
        return None, text, 1
    return _mapping(found, text, name), text[found.end():], 1 + text.count("\n", 0, found.end())


def _explain_bare_header(text: str, name: str) -> None:
    first = text.lstrip("\n").partition("\n")[0]
    line = 1 + len(text) - len(text.lstrip("\n"))
    if re.fullmatch(r"(?:---|\+\+\+)[ \t]*", first) and re.match(r"\s*\S+[ \t]*\n[\w-]+[ \t]*[:=]", text):
        raise ColdpressError(Problem(
            "front-matter.open", "this front matter never ends",
            Place(name, line, 1, first, 3), f"put a second `{first.strip()}` below its last line"))
    if _is_bare_header(text.lstrip("\n")):
        raise ColdpressError(Problem(
            "front-matter.bare", "`Key: value` lines without `---` are not front matter",
            Place(name, line, 1, first, len(first)), "put a line `---` above and below them"))


def _is_bare_header(text: str) -> bool:
    """Returns whether a text begins with `Key: value` lines with at least two known keys, as in Pelican."""
    known = 0
    for line in text.split("\n"):
        found = _HEADER_LINE.fullmatch(line)
        if not found:
            break
        known += found[1] is not None
    return known >= 2


def _mapping(found: re.Match[str], text: str, name: str) -> MappingText:
    first_line = 1 + text.count("\n", 0, found.start("text"))
    return MappingText(found["text"], name, "toml" if found["mark"] == "+++" else "yaml", first_line)


class ParsedSource(NamedTuple):
    """The front matter of a source, and data about its body.

    `front_digest` is the digest of the front matter's text, `meta_digest` that of the keys
    that Coldpress knows, `digest` that of the body, `body_line` the line on which the body
    begins.  `has_snippets` is true if the body may contain snippets.
    """

    front: FrontMatter
    front_digest: str
    meta_digest: str
    digest: str
    body_line: int
    has_snippets: bool = False


class SourceDocument(NamedTuple):
    """One source as it was read.  `front` has the date of the file's name if the front matter has none.
    With `names_folder` (the index of a bundle) its name and date are those of its folder."""

    source: SourceFile
    parsed: ParsedSource
    front: FrontMatter
    names_folder: bool
    stem: str
    """Its name without date; the key of a row."""

    @property
    def digest(self) -> str:
        """The digest of the body."""
        return self.parsed.digest

    @property
    def body(self) -> str:
        """The text below the front matter, read from the file now.

        Raises `ColdpressError` if the file cannot be read, or if its front matter has no end.
        """
        return self._split()[1]

    def read_body(self) -> str:
        """Reads the body, for callers that need it later."""
        return self.body

    def place_of(self, key: str, *inner: str | int) -> Place:
        """Returns the place of a field in the front matter, under the name that the author used."""
        mapping = self._split()[0]
        for name in (key, *(alias for alias, ours in ALIASES.items() if ours == key)):
            written = mapping.spelling(name) if mapping else None
            if mapping and written:
                return mapping.place(written, *inner)
        return Place(self.source.name)

    def place_of_text(self, key: str, text: str) -> Place:
        """Returns the place of a text in the value of a field: an item of its list, or a part of its line."""
        place = self.place_of(key)
        for number in range(len(self.front.terms.get(key, ()))):
            item = self.place_of(key, number)
            start = (item.column or 1) - 1
            if item != place and (item.text or "")[start : start + item.length].strip("'\" ") == text:
                return item
        found = re.compile(rf"(?<!\w){re.escape(text)}(?!\w)").search(
            place.text or "", (place.column or 1) - 1 + place.length)
        return replace(place, column=found.start() + 1, length=len(text)) if found else place

    def raw(self, key: str) -> str | None:
        """Returns a value of the front matter as it is written: `1.10`, not the number 1.1."""
        mapping = self._split()[0]
        return mapping.raw(key) if mapping else None

    def read_cascade(self, taxonomies: Iterable[str], zone: tzinfo, problems: Problems, nested: Collection[str]
                     ) -> Mapping[str, Any]:
        """Returns the typed values of `cascade:`, as `read_inherited` gives them."""
        mapping = self._split()[0]
        return read_inherited(mapping, ("cascade",), self.front.cascade, taxonomies, zone, problems, nested
                              ) if mapping else {}

    def place(self, line: int | None = None, column: int | None = None, length: int = 1) -> Place:
        """Returns a place in the body; `line` counts from the body's first line."""
        if line is None:
            return Place(self.source.name)
        return self.place_on(self.body.split("\n"), line, column, length)

    def place_on(self, lines: Sequence[str], line: int, column: int | None, length: int) -> Place:
        """Returns the place of a position in the body; the caller has its lines."""
        text = shown_line(lines[line - 1]) if line <= len(lines) else None
        return Place(self.source.name, self.parsed.body_line + line - 1, column, text, length)

    def _split(self) -> tuple[MappingText | None, str, int]:
        with recorder.unrecorded():  # not recorded here: a page that shows the body has recorded `body` or `text`
            data = self.source.read()
        return split_front_matter(decode(data, self.source.name, "source.encoding"), self.source.name)


_DRAFTS = {("published", "false"): True, ("published", "no"): True, ("published", "true"): False,
           ("published", "yes"): False, ("status", "draft"): True, ("status", "published"): False}
"""The keys of Jekyll and Pelican that decide whether a source is a draft."""

_MOST_TERMS = 100  # terms of one taxonomy on one page


def parse(source: SourceFile, data: bytes, taxonomies: Iterable[str], zone: tzinfo, problems: Problems,
          nested: Collection[str] = ()) -> ParsedSource | None:
    """Parses the bytes of a file; returns None and adds a problem if they cannot be read."""
    try:
        mapping, body, body_line = split_front_matter(decode(data, source.name, "source.encoding"), source.name)
        reader = _Reader(mapping, tuple(taxonomies), zone, problems, nested) if mapping else None
        front = reader.read(reader.mapping.parse()) if reader else FrontMatter()
    except ColdpressError as reason:
        problems.extend(reason.problems)
        return None
    written = f"{mapping.syntax}{mapping.text}" if mapping else ""
    front_digest = text_digest(written)
    known = text_digest(repr(front.replaced(params=Params()))) if front.params else front_digest
    return ParsedSource(front, front_digest, known, text_digest(body), body_line, "8<-" in body)


def document_of(source: SourceFile, parsed: ParsedSource, zone: tzinfo, *, names_folder: bool = False
                ) -> SourceDocument:
    """Returns the document of a source."""
    front = parsed.front
    stem, day = (source.key, None) if source.key else split_name(source.path, names_folder)
    if day is not None and front.date is None:
        front = front.replaced(date=datetime.combine(day, time(), zone))
    if "_" in source.folder and not front.draft and "_drafts" in source.folder.casefold().split("/"):
        front = front.replaced(draft=True)  # as in Jekyll and Hexo
    return SourceDocument(source, parsed, front, names_folder, stem)


_NOT_INHERITED = ("title", "slug", "permalink", "aliases", "date", "cascade")
"""Fields that belong to one page."""


def read_inherited(mapping: MappingText, keys: tuple[str, ...], data: Mapping[str, Any], taxonomies: Iterable[str],
                   zone: tzinfo, problems: Problems, nested: Collection[str]) -> Mapping[str, Any]:
    """Returns typed values that pages inherit: `draft`, `terms.tags`, `params.colour`.

    `data` is what `mapping` holds at `keys`, where problems have their places.
    """
    reader = _Reader(mapping, tuple(taxonomies), zone, problems, nested, keys)
    front = reader.read(data)
    for name in _NOT_INHERITED:
        if name in reader.values:
            problems.error("front-matter.cascade", f"`{name}` belongs to one page: a cascade cannot give it",
                           mapping.place(*keys, name), "leave it out of `cascade`")
    return {**{name: getattr(front, name) for name in (*reader.values, *(("authors", "author_urls") if front.authors
                                                                         else ())) if name not in _NOT_INHERITED},
            **{f"terms.{name}": terms for name, terms in front.terms.items()},
            **{f"params.{name}": value for name, value in front.params.items()}}


def with_inherited(front: FrontMatter, inherited: Mapping[str, Any]) -> FrontMatter:
    """Returns front matter with the values of `read_inherited` that it does not have itself."""
    changes: dict[str, Any] = {}
    terms, params = dict(front.terms), Params(front.params)
    for name, value in inherited.items():
        group, _, key = name.partition(".")
        if group == "terms":
            terms.setdefault(key, value)
        elif group == "params":
            params.setdefault(key, value)
        elif getattr(front, name) == getattr(_NO_FRONT, name) and name not in front.explicit:
            changes[name] = value
    return front.replaced(**changes, terms=terms, params=params)


_NO_FRONT = FrontMatter()


class _Reader:
    """Reads a parsed mapping into typed fields; `keys` lead to it in the text."""

    def __init__(self, mapping: MappingText, taxonomies: tuple[str, ...], zone: tzinfo, problems: Problems,
                 nested: Collection[str], keys: tuple[str, ...] = ()) -> None:
        self.keys = keys
        self.nested = nested
        self.mapping = mapping
        self.taxonomies = taxonomies
        self.zone = zone
        self.problems = problems
        self.values: dict[str, Any] = {}
        self.terms: dict[str, tuple[str, ...]] = {}
        self.params = Params()

    def read(self, data: Mapping[str, Any]) -> FrontMatter:
        known = spellings(self.taxonomies)
        keys: dict[str, str] = {}  # our spelling, and the author's
        for written in data:
            key = known.get(written.casefold(), written)
            if keys.setdefault(key, written) != written:
                self.problems.error("front-matter.twice", f"`{keys[key]}` and `{written}` are the same key",
                                    self._place(written), "keep one of them")
        for key in sorted(keys, key=lambda key: key in ALIASES):  # our own keys take precedence
            self._read_key(key, data[keys[key]], keys[key])
        given = self.values.pop("params", {})
        byline = self.values.pop("authors", None)
        if byline:
            self.values |= {"authors": tuple(byline.names), "author_urls": byline.urls,
                            "ambiguous_authors": byline.ambiguous}
        explicit = tuple(sorted(name for name, value in self.values.items() if value == getattr(_NO_FRONT, name)))
        return FrontMatter(**self.values, terms=self.terms, params=Params({**self.params, **given}), explicit=explicit)

    def _place(self, key: str) -> Place:
        return self.mapping.place(*self.keys, key)

    def _read_key(self, key: str, value: Any, written: str) -> None:
        name = field_of(key, value)
        if name in self.taxonomies:
            self._take(written, value, as_nested_terms if name in self.nested else as_terms, self.terms, name)
            self._warn_of_joined(written, value)
        elif name in FIELDS:
            self._take(written, value, FIELDS[name], self.values, name)
        elif key == HTML_BODY:
            self.values["is_html"] = value is True
        elif (key, str(value).lower()) in _DRAFTS:
            self.values.setdefault("draft", _DRAFTS[key, str(value).lower()])
        else:
            self.params[key] = value
            self._warn_of_slip(written)
            if key == "hide":
                self._read_hide(value, written)

    def _take(self, key: str, value: Any, reader: Any, into: dict[str, Any], name: str) -> None:
        if value is None or value == "" or name in into:
            return
        if reader in AS_WRITTEN:
            value = self._as_written(value, key)
        try:
            into[name] = reader(value, self.zone)
            self._limit_terms(key, into, name)
        except ValueError as reason:
            hint = "write it `2026-01-31` or `2026-01-31 18:30`" if name.endswith(("date", "updated")) else None
            self.problems.error("front-matter.value", f"`{key}`: {reason}", self._place(key), hint)

    def _limit_terms(self, key: str, into: dict[str, Any], name: str) -> None:
        """Drops terms beyond the limit, because each term has a page that lists the pages with it."""
        if name not in ("authors", *self.taxonomies):
            return
        given = into[name].names if name == "authors" else into[name]
        if len(given) > _MOST_TERMS:
            into[name] = replace(into[name], names=given[:_MOST_TERMS]) if name == "authors" else given[:_MOST_TERMS]
            self.problems.warn("front-matter.too-many", f"`{key}` has {len(given):,} entries: the first "
                               f"{_MOST_TERMS} are read", self._place(key), "leave fewer of them")

    def _warn_of_joined(self, key: str, value: Any) -> None:
        """Warns of a list whose items are separated by full-width commas, which YAML takes for letters."""
        for index, item in enumerate(value) if isinstance(value, list) else ():
            names = re.split(f"[{WIDE_COMMAS}]", item) if isinstance(item, str) else ()
            if len(names) > 1:
                self.problems.warn("term.separator", f"`{shorten(item, 60)}` is one term", self.mapping.place(
                    *self.keys, key, index), f"write `{', '.join(names[:5])}` if you mean several")

    def _as_written(self, value: Any, *keys: str | int) -> Any:
        if isinstance(value, list):
            return [self._as_written(item, *keys, index) for index, item in enumerate(value)]
        if isinstance(value, (bool, int, float, date)):
            return self.mapping.raw(*self.keys, *keys) or str(value)
        return value

    def _warn_of_slip(self, key: str) -> None:
        known = [*FIELDS, *ALIASES, *self.taxonomies]
        near = [name for name in known if one_edit_apart(key.casefold(), name.casefold())]
        near = near or [ours for slip, ours in SLIPS.items() if slip == key.casefold()]
        if near and key.casefold() not in NOT_SLIPS:
            self.problems.warn("front-matter.unknown-key", f"unknown key `{key}`", self._place(key),
                               did_you_mean(key.casefold(), near) or f"did you mean `{near[0]}`?")

    def _read_hide(self, value: Any, written: str) -> None:
        """Reads `hide`, a list of Material for MkDocs: the values that name no part of a page warn."""
        parts = value if isinstance(value, list) else [value]
        if "toc" in parts:
            self.values.setdefault("toc", False)
        for part in parts:
            if isinstance(part, str) and part not in HIDE:
                self.problems.warn("front-matter.hide", f"`{written}`: there is no part `{shorten(part, 60)}` to hide",
                                   self._place(written), did_you_mean(part, HIDE) or f"there are {', '.join(HIDE)}")


_DAY = re.compile(r"\d{4}-\d\d(-\d\d)?")
_STRAIGHT = str.maketrans({
    **dict.fromkeys("‘’‚‛ʼ", "'"), **dict.fromkeys("“”„‟«»", '"'), "–": "--", "—": "---", "…": "...", "\xa0": " "})


def is_same_title(a: str, b: str) -> bool:
    """Returns whether two titles have the same words; quotes, dashes and case do not count."""
    return _folded(a) == _folded(b)


def _folded(title: str) -> str:
    return " ".join(unicodedata.normalize("NFC", title.translate(_STRAIGHT)).split()).casefold()


def title_of(document: SourceDocument, first_heading: Callable[[], str | None]) -> str:
    """Returns the title in the front matter, or else the first heading, or else the name of the
    file, which the home page has none of."""
    return document.front.title or first_heading() or _file_name(document)


def _file_name(document: SourceDocument) -> str:
    stem = document.stem
    if stem.lower() in ("_index", "index", "readme"):
        stem = document.source.folder.rpartition("/")[2]
    if _DAY.fullmatch(stem):
        return stem  # a daily note
    words = stem.replace("-", " ").replace("_", " ").strip() or stem
    return words[:1].upper() + words[1:]
