"""Views: the read-only objects that a template body gets for pages and settings, and their size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, NamedTuple

from jinja2 import Undefined
from jinja2.runtime import LoopContext, Macro
from jinja2.utils import Cycler, Joiner, Namespace
from markupsafe import Markup

from coldpress import recorder
from coldpress.config.loader import Config
from coldpress.config.social import SocialLink
from coldpress.config.theme_options import ThemeOptions
from coldpress.config.yaml_toml import Params
from coldpress.content.aliases import Alias, Moved
from coldpress.content.collections import Collection
from coldpress.content.library import Library
from coldpress.content.navigation import NavItem, RecordedTree
from coldpress.content.page import Page, Post, Section
from coldpress.content.recorded import Pages
from coldpress.content.taxonomy import Author, Authors, Taxonomy, Term
from coldpress.markdown.rendered import Heading
from coldpress.sources.data import Data
from coldpress.sources.files import SourceFile
from coldpress.text import lazy_re_compile
from coldpress.web.sandbox.budget import BITS, NESTED, Refused, TooCostly, budget
from coldpress.web.templates import SiteVariables

SCALARS = (str, int, float, bytes, date, time, timedelta, type(None))
"""Types of values without parts; `Markup`, `bool` and `datetime` are subtypes of them."""
_EXACT = frozenset((str, Markup, int, bool, float, bytes, date, datetime, time, timedelta, type(None)))
_OF_BODY = frozenset(("html", "toc", "summary", "description", "words", "minutes", "title_html", "title_id"))
_SLOW = frozenset(("children", "terms", "related", "nav", "menu", "size", "first_url", "ancestors"))
_SLOW_STEPS = 100  # what is read by going through many pages counts for, or a text of another page
_CALL_STEPS = 10


class Shape(NamedTuple):
    """The names of a view: `values` are read, `functions` are called."""

    values: frozenset[str]
    functions: frozenset[str] = frozenset()


def _shape(values: str, functions: str = "") -> Shape:
    return Shape(frozenset(values.split()), frozenset(functions.split()))


_PAGE = ("title title_html title_id url permalink path source kind html summary description toc date updated weight "
         "authors series tags categories terms all_terms section ancestors prev next nav face related edit_url image "
         "image_alt has_description words minutes lang layout params unlisted draft bundle")
_TERM = "taxonomy name title slug path url has_page page pages parent children"
_TAXONOMY = _shape("name path url terms page", "get of")
SHAPES: Mapping[type, Shape] = {
    Page: _shape(_PAGE),
    Post: _shape(_PAGE),
    Section: _shape(f"{_PAGE} pages"),
    Term: _shape(_TERM),
    Author: _shape(f"{_TERM} about image"),
    Taxonomy: _TAXONOMY,
    Authors: _TAXONOMY,
    Collection: _shape("name path posts section"),
    Alias: _shape("path page"),
    Moved: _shape("path to"),
    SourceFile: _shape("path folder"),
    NavItem: _shape("title url page children folder first_url size"),
    Heading: _shape("level id title children"),
    Library: _shape(
        "posts pages all_pages sections collections taxonomies groups authors series data has_feeds aliases assets "
        "sources asset_sources config", "years at by_source by_name asset_of page_in image_size url absolute"),
    SiteVariables: _shape("title description author intro portrait social copyright language base_url params docs "
                          "edit_url search url theme menu"),
    SocialLink: _shape("key name url"),
    ThemeOptions: _shape("name preset list accent progress backlinks copy_markdown"),
    Config: _shape("title base_url description author language timezone permalinks taxonomies collections docs "
                   "edit_url search paginate params theme llms"),
}


class Function:
    """A function that a body may call; the environment checks its result."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def __repr__(self) -> str:
        return "<function>"

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        return self._call(*arguments, **more)


class Group(NamedTuple):
    """One group of the filter `groupby`."""

    grouper: Any
    list: tuple[Any, ...]


class View:
    """A read-only view of one object of the site.  Two views of the same object are equal."""

    __slots__ = ("_of", "_shape")

    def __init__(self, of: Any) -> None:
        self._of = of
        self._shape = SHAPES[type(of)]

    @property
    def _kind(self) -> str:
        return type(self._of).__name__

    def __dir__(self) -> list[str]:
        return sorted(self._shape.values | self._shape.functions)

    def __repr__(self) -> str:
        return f"<{self._kind}>"

    def __str__(self) -> str:
        return str(self._of) if isinstance(self._of, Term) else repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, View) and self._of is other._of

    def __hash__(self) -> int:
        return id(self._of)


class PageList:
    """A list of pages; reads are recorded by slice and by length."""

    __slots__ = ("_of",)

    def __init__(self, of: Pages[Any]) -> None:
        self._of = of

    @property
    def _kind(self) -> str:
        return "list of pages"

    def __repr__(self) -> str:
        return "<Pages>"

    def __len__(self) -> int:
        return len(self._of)

    def __bool__(self) -> bool:
        return bool(self._of)

    def __iter__(self) -> Iterator[Any]:
        return map(view_of, self._of)

    def __getitem__(self, index: int | slice) -> Any:
        return view_of(self._of[index])

    def __reversed__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self) - 1, -1, -1))


def view_of(value: Any) -> Any:
    """Returns what a body gets for a value of the site."""
    kind = type(value)
    if kind in _EXACT or isinstance(value, (Params, Data, View, PageList, Function)):
        return value
    if kind in SHAPES:
        return View(value)
    if isinstance(value, Pages):
        return PageList(value)
    if kind in (tuple, list, RecordedTree):
        budget().spend(len(value))
        return tuple(map(view_of, value))
    if isinstance(value, Mapping):
        budget().spend(len(value))
        return {key: view_of(inner) for key, inner in value.items()}
    if isinstance(value, SCALARS):
        return value
    raise Refused(f"a body may not have a {kind.__name__}")


def thing_of(value: Any) -> Any:
    """Returns the object behind a view, for a function of ours that takes it."""
    return value._of if isinstance(value, View) else value


def size_of(pages: PageList) -> int:
    """Returns the number of pages in a list, without recording it."""
    return len(pages._of.unrecorded)


def names_in(value: Any) -> list[str]:
    """Returns every attribute of a value, also those that bodies may not read; for a view,
    those of the object behind it."""
    return dir(value._of) if isinstance(value, (View, PageList)) else dir(type(value))


def kind_of(value: Any) -> str:
    """Says in words what kind of object a value is."""
    return value._kind if isinstance(value, (View, PageList)) else type(value).__name__


def read(view: View, name: str) -> Any:
    """Returns a value or a function of a view.  Raises KeyError for a name that its shape lacks."""
    if name in view._shape.functions:
        return Function(partial(_call, view._of, name))
    if name not in view._shape.values:
        raise KeyError(name)
    if name in _OF_BODY and isinstance(view._of, Page):
        return _read_of_body(view._of, name)
    budget().spend(_SLOW_STEPS if name in _SLOW else 1)
    return view_of(getattr(view._of, name))


def _call(thing: Any, name: str, *names: Any) -> Any:
    """Calls the function, and records the name."""
    budget().spend(_CALL_STEPS)
    for each in names:
        if not all(isinstance(text, str) for text in (each if isinstance(each, (list, tuple)) else (each,))):
            raise TypeError(f"`{name}` takes a text")
    return view_of(getattr(thing, name)(*names))


def _read_of_body(page: Page, name: str) -> Any:
    """Reads what needs the page rendered: it is counted, and read once for each running body."""
    spent = budget()
    key = page.source, name
    if key not in spent.known:
        spent.spend(_SLOW_STEPS)
        with recorder.recording() as reads:
            found = view_of(getattr(page, name))
        spent.write(len(found) if isinstance(found, str) else 0)
        spent.known[key] = found, reads
    found, reads = spent.known[key]
    recorder.replay(reads)
    return found


TOOLS = (Function, Macro, Namespace, Cycler, Joiner, LoopContext)
"""Types that are no values: they cannot be in a list, and are never printed."""
_HALF = lazy_re_compile("[\ud800-\udfff]")
_OTHER = 8  # characters, counted for a value that is no text


def weigh(value: Any, *, inside: bool = False) -> int:
    """Counts all of a value, and returns about how many characters it has as text.

    A value that is `inside` another one or is printed must not be a function or a tool.
    """
    return _weigh(value, 0 if not inside else 1)


def _weigh(value: Any, depth: int) -> int:
    kind = type(value)
    if isinstance(value, str):
        budget().look_at(len(value))
        return len(value)
    if kind is int and value.bit_length() > BITS:
        raise TooCostly("a number is too long")
    if isinstance(value, (list, tuple, dict)):
        return _weigh_inside(value, depth + 1)
    if isinstance(value, (PageList, range)):  # looked through, where something is looked for in them
        budget().spend(1 + (size_of(value) if isinstance(value, PageList) else len(value)))
        return _OTHER
    if isinstance(value, bytes):
        budget().look_at(len(value))
        return 4 * len(value)
    budget().spend(1)
    if isinstance(value, (*SCALARS, View, Data, Undefined)) or (depth == 0 and isinstance(value, TOOLS)):
        return _OTHER
    raise Refused(f"a {kind.__name__} is no value")


def _weigh_inside(value: Iterable[Any], depth: int) -> int:
    if depth > NESTED:
        raise TooCostly(f"lists stand in one another more than {NESTED} deep")
    budget().spend(1)
    size = _OTHER
    for item in value:
        size += _weigh(item, depth)
    if isinstance(value, dict):
        for item in value.values():
            size += _weigh(item, depth)
    return size


def weigh_items(value: Any) -> int:
    """Counts the items of a value without what is in them, and returns their number."""
    if isinstance(value, PageList):
        count = size_of(value)
    elif isinstance(value, (str, list, tuple, dict, range)):
        count = len(value)
    else:
        return weigh(value)
    budget().spend(1 + count)
    return count


def iterate(value: Any) -> Any:
    """Returns what a loop iterates over, with its items counted."""
    weigh_items(value)
    if isinstance(value, (PageList, Mapping)):
        return tuple(value)
    if isinstance(value, (str, list, tuple, range, Undefined)):
        return value
    raise TypeError(f"a {kind_of(value)} is no list")


def made(value: Any) -> Any:
    """Returns the result of an operation, counted; an iterator becomes a list."""
    if isinstance(value, Iterator):
        value = list(_each(value))
    elif isinstance(value, str):
        budget().write(len(value))
        check_text(value)
    elif isinstance(value, (list, tuple, dict)):
        budget().spend(len(value))
    elif type(value) is int:
        weigh(value)
    elif not isinstance(value, (*SCALARS, *TOOLS, View, PageList, Data, Undefined, range)):
        raise Refused(f"a {type(value).__name__} is no value")
    return value


def check_text(text: str) -> None:
    """Refuses lone surrogates, which no file can hold."""
    if not text.isascii() and _HALF.search(text):
        raise Refused("this makes half a character")


def _each(items: Iterator[Any]) -> Iterator[Any]:
    for item in items:
        budget().spend(1)
        yield item


def repeat(count: int, what: Sequence[Any] | str) -> None:
    """Counts something before it is made so many times."""
    if isinstance(what, str):
        budget().write(max(0, count) * len(what))
    else:
        budget().spend(max(0, count) * len(what))
