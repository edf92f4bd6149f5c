"""The option `collections` of `config.yaml`: which pages belong together, and where they come from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from coldpress.config.fields import Field, as_fields
from coldpress.config.options import as_count, as_flag
from coldpress.config.yaml_toml import Params
from coldpress.text import did_you_mean

_NAME = re.compile(r"[^\s<>:?#]+")
_OF_ROWS = ("key", "title")
_ABOUT_FILES = ("path", "cascade")


@dataclass(frozen=True, slots=True)
class Collection:
    """The options of one collection.

    Its pages are the sources in a content folder (`path`), the rows of a file in `data/`
    (`data`), or the rows of a registered source (`source`).
    """

    name: str
    path: str = ""
    """The content folder; by default the one with the collection's name."""
    data: str | None = None
    """The file in the data folder whose rows are the pages: YAML, JSON, TOML or CSV."""
    source: str | None = None
    """The name of the registered source whose rows are the pages."""
    dated: bool = True
    """Whether its pages are posts: dated, newest first, in the archive.  By default, files are and rows are not."""
    sort_by: str = ""
    """The key that sorts pages without dates, by default `title`; `-minutes` puts the highest first."""
    permalink: str | None = None
    """The URL pattern, with the parts of `permalinks` and the names of front matter keys."""
    feed: bool = True
    """Whether its list has a feed of its dated pages; without dates, it has none by default."""
    paginate: int | None = None
    """The pages on one page of its list; by default as many as everywhere."""
    layout: str | None = None
    """The layout of pages that name none."""
    key: str | None = None
    """The key that tells the rows of a list apart; by default `key`, `id`, `slug` or the title."""
    title: str | None = None
    """The pattern of the titles of rows."""
    fields: tuple[Field, ...] = ()
    """The types of front matter keys."""
    cascade: Mapping[str, Any] = field(default_factory=Params)
    """Front matter for its pages, where they have none of their own."""

    @property
    def has_rows(self) -> bool:
        """Whether its pages are rows, not files."""
        return self.data is not None or self.source is not None


class Collections(Mapping[str, Collection]):
    """The collections of a site, by name."""

    def __init__(self, collections: Iterable[Collection]) -> None:
        self._by_name = {collection.name: collection for collection in collections}
        self.paths: Mapping[str, Collection] = {collection.path: collection for collection in self._by_name.values()}
        """The collections by their content folders."""

    @property
    def with_rows(self) -> tuple[str, ...]:
        """The names of the collections whose pages are rows."""
        return tuple(name for name, collection in self._by_name.items() if collection.has_rows)

    def __getitem__(self, name: str) -> Collection:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Collections) and list(self._by_name.values()) == list(other._by_name.values())

    def __hash__(self) -> int:
        return hash(tuple(self._by_name))

    def __repr__(self) -> str:
        return f"Collections({list(self._by_name.values())!r})"


def as_collections(value: Any) -> Collections:
    """Converts the value of `collections:`: a list of folders, or options by name."""
    if isinstance(value, str):
        value = [value]
    names: list[tuple[Any, Any, tuple[Any, ...]]]
    if isinstance(value, list):
        names = [(name, {}, (index,)) for index, name in enumerate(value)]
    elif isinstance(value, dict):
        names = [(name, options, (name,)) for name, options in value.items()]
    else:
        raise ValueError("a list of names is expected here, or options by name: `recipes: {dated: false}`")
    made: dict[str, Collection] = {}
    for name, options, keys in names:
        if not isinstance(name, str) or not _NAME.fullmatch(name.strip("/ ")):
            raise ValueError("a list of names is expected here", None, *keys)
        plain = name.strip("/ ")
        made.setdefault(plain, _collection(plain, options, keys))
    return Collections(made.values())


def _collection(name: str, options: Any, keys: tuple[Any, ...]) -> Collection:
    if not isinstance(options or {}, dict):
        raise ValueError(f"`{name}` has `key: value` lines below it, such as `dated: false`", None, *keys)
    given: dict[str, Any] = {}
    known = [option.name for option in fields(Collection) if option.name != "name"]
    for key, value in (options or {}).items():
        if key not in known:
            raise ValueError(f"`{name}`: there is no `{key}`",
                             did_you_mean(str(key), known) or f"there are {', '.join(known)}", *keys, key)
        try:
            given[key] = _PARSERS[key](value)
        except ValueError as reason:
            message, hint, *inner = (*reason.args, None)[:2] if len(reason.args) < 3 else reason.args
            raise ValueError(f"`{name}`: `{key}`: {message}", hint, *keys, key, *inner) from None
    made = Collection(name, **given)
    _refuse_contradictions(made, keys)
    rows = made.has_rows
    return replace(made, path=made.path or name, dated=given.get("dated", not rows),
                   sort_by=made.sort_by or "title", feed=given.get("feed", given.get("dated", not rows)))


def _refuse_contradictions(made: Collection, keys: tuple[Any, ...]) -> None:
    if made.data and made.source:
        raise ValueError(f"`{made.name}` has `data` and `source`", "its rows come from one of them", *keys, "source")
    for option in _OF_ROWS:
        if getattr(made, option) and not made.has_rows:
            raise ValueError(f"`{made.name}`: `{option}` is for rows", "name their file with `data`", *keys, option)
    for option in ("path",) if made.has_rows else ():
        if getattr(made, option):
            raise ValueError(f"`{made.name}`: rows have no `{option}`", "leave it out", *keys, option)


def _word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("text is expected here")
    return value.strip()


def _folder(value: Any) -> str:
    name = posixpath.normpath(_word(value).strip("/"))
    if name.startswith("."):
        raise ValueError("a folder of the content folder is expected here")
    return name


def _pattern(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("/"):
        raise ValueError("a pattern starts with `/`, such as `/<year>/<slug>/`")
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("`key: value` lines are expected here")
    return Params({str(key): inner for key, inner in value.items()})


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "path": _folder, "data": _word, "source": _word, "dated": as_flag, "sort_by": _word, "permalink": _pattern,
    "feed": as_flag, "paginate": as_count, "layout": _word, "key": _word, "title": _word, "fields": as_fields,
    "cascade": _mapping}
