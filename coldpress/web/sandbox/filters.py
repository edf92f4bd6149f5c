"""The filters, tests and methods that a template body may call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from coldpress.config.yaml_toml import Params
from coldpress.sources.data import Data
from coldpress.text import lazy_re_compile
from coldpress.web.sandbox.budget import WIDTH, Refused, TooCostly, as_width, budget
from coldpress.web.sandbox.views import Group, iterate, repeat, weigh, weigh_items

if TYPE_CHECKING:
    from jinja2.runtime import Context

_WIDTHS = lazy_re_compile(r"[#0\- +]*(\*|\d*)(?:\.(\*|\d*))?[hlL]?")


def pad(method: str, text: str, width: int, *fill: str) -> Any:
    """`center`, `ljust`, `rjust` and `zfill`."""
    return getattr(text, method)(as_width(width), *fill)


def replace(text: str, old: str, new: str, count: int = -1) -> Any:
    """`replace`, of a text by another."""
    budget().write(len(text) + max(0, text.count(str(old))) * len(str(new)))
    return text.replace(old, new, count)


def join(text: str, items: Iterable[Any]) -> Any:
    """`join`, of a list of texts."""
    items = list(items)
    repeat(len(items), text)
    budget().write(weigh(items))
    return text.join(items)


def strip(method: str, text: str, chars: str | None = None) -> Any:
    """`strip`, `lstrip` and `rstrip`."""
    budget().spend(len(text) * len(chars or "") // WIDTH)
    return getattr(text, method)(chars)


def split(method: str, text: str, *arguments: Any, **more: Any) -> Any:
    """`split`, `rsplit` and `splitlines`."""
    budget().spend(len(text) // 2)
    return getattr(text, method)(*arguments, **more)


def strftime(moment: date | time, form: str) -> str:
    """`strftime`: a day or a time as text."""
    if len(form) > WIDTH:
        raise TooCostly("the form of a date is too long")
    return moment.strftime(form)


def printf(text: str, arguments: Any) -> Any:
    """`text % arguments`."""
    specs, width = _widths(text)
    size = weigh(arguments)
    budget().write(len(text) + width + size * (specs if isinstance(arguments, Mapping) else 1))
    return text % arguments


def _widths(text: str) -> tuple[int, int]:
    """Counts the placeholders of a format, and adds up their widths."""
    specs = width = 0
    at = text.find("%")
    while at >= 0:
        found = _WIDTHS.match(text, _after_key(text, at + 1))
        for number in found.groups("") if found else ():
            if number == "*":
                raise TooCostly("a width is a number")
            width += as_width(int(number[:5] or 0))
        specs += 1
        at = text.find("%", (found.end() if found else at) + 1)
    return specs, width


def _after_key(text: str, at: int) -> int:
    """Returns where the key of a placeholder ends: `%(key)s`."""
    if text[at:at + 1] != "(":
        return at
    depth = 0
    for index in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    raise ValueError("incomplete format key")


def _items(mapping: Mapping[Any, Any]) -> tuple[Any, ...]:
    weigh_items(mapping)
    return tuple(mapping.items())


def _keys(mapping: Mapping[Any, Any]) -> tuple[Any, ...]:
    weigh_items(mapping)
    return tuple(mapping)


def _values(mapping: Mapping[Any, Any]) -> tuple[Any, ...]:
    weigh_items(mapping)
    return tuple(mapping.values())


def _call(name: str, value: Any, *arguments: Any, **more: Any) -> Any:
    """Calls a method unchanged: its result is at most a few times as large as its arguments."""
    return getattr(value, name)(*arguments, **more)


def _methods(call: Callable[..., Any], names: str) -> dict[str, Callable[..., Any]]:
    return {name: partial(call, name) for name in names.split()}


_TEXT: Mapping[str, Callable[..., Any]] = {
    **_methods(_call, "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower "
                    "isnumeric isspace istitle isupper lower partition removeprefix removesuffix rfind rindex "
                    "rpartition startswith swapcase title upper"),
    **_methods(pad, "center ljust rjust zfill"), **_methods(strip, "strip lstrip rstrip"),
    **_methods(split, "split rsplit splitlines"), "replace": replace, "join": join}
_SEQUENCE = _methods(_call, "index count")
_MAPPING: Mapping[str, Callable[..., Any]] = {
    **_methods(_call, "get"), "items": _items, "keys": _keys, "values": _values}
_MOMENT: Mapping[str, Callable[..., Any]] = {**_methods(_call, "isoformat"), "strftime": strftime}
_DAY = {**_MOMENT, **_methods(_call, "weekday isoweekday")}
METHODS: Mapping[type, Mapping[str, Callable[..., Any]]] = {
    str: _TEXT, Markup: {**_TEXT, **_methods(_call, "striptags unescape")}, list: _SEQUENCE, tuple: _SEQUENCE,
    dict: _MAPPING, Params: _MAPPING, Data: _MAPPING, date: _DAY, time: _MOMENT,
    datetime: {**_DAY, **_methods(_call, "date")}, timedelta: _methods(_call, "total_seconds"),
    float: _methods(_call, "is_integer")}
"""The methods of each type."""
FIELDS: Mapping[type, frozenset[str]] = {
    date: frozenset(("year", "month", "day")), time: frozenset(("hour", "minute", "second")),
    datetime: frozenset(("year", "month", "day", "hour", "minute", "second")),
    timedelta: frozenset(("days", "seconds")), Group: frozenset(("grouper", "list"))}
"""The attributes of each type that hold values."""


Before = Callable[..., Any]
"""Counts the arguments of a filter, and refuses too large ones."""
_DEEPEST_INDENT = 4


def _weigh_all(value: Any, *arguments: Any, **more: Any) -> None:
    for each in (value, *arguments, *more.values()):
        weigh(each)


def _weigh_list(value: Any, *arguments: Any, **more: Any) -> None:
    weigh_items(value)
    _weigh_all(None, *arguments, **more)


def _weigh_nothing(value: Any, *arguments: Any, **more: Any) -> None:
    _weigh_all(None, *arguments, **more)


def _weigh_sorted(value: Any, *arguments: Any, **more: Any) -> None:
    """Counts the attribute that is sorted by, or every item as a whole."""
    (_weigh_list if "attribute" in more else _weigh_all)(value, *arguments, **more)


def _in_rows(value: Any, count: int, fill_with: Any = None) -> None:
    weigh_items(value)
    weigh(fill_with)
    budget().spend(as_width(count))


def _batch(value: Any, linecount: int, fill_with: Any = None) -> None:
    _in_rows(value, linecount, fill_with)


def _slice(value: Any, slices: int, fill_with: Any = None) -> None:
    _in_rows(value, slices, fill_with)


def _center(value: Any, width: int = 80) -> None:
    weigh(value)
    as_width(width)


def _indent(s: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> None:
    weigh(s)
    each = weigh(width) if isinstance(width, str) else as_width(width)
    budget().write((str(s).count("\n") + 1) * each)


def _round(value: Any, precision: int = 0, method: str = "common") -> None:
    weigh(value)
    as_width(abs(precision))


def _trim(value: Any, chars: str | None = None) -> None:
    budget().spend(weigh(value) * weigh(chars) // 256)


def _striptags(value: Any) -> None:
    budget().spend(weigh(value) * (str(value).count("<") + 1) // 256)


def _tojson(value: Any, indent: int | None = None) -> None:
    if indent is not None and not 0 <= indent <= _DEEPEST_INDENT:
        raise TooCostly(f"an indent of JSON is a number up to {_DEEPEST_INDENT}")
    budget().write(weigh(value) * (1 + 7 * (indent or 0)))


def _wordwrap(s: Any, width: int = 79, break_long_words: bool = True, wrapstring: str | None = None,
              break_on_hyphens: bool = True) -> None:
    size = weigh(s)
    budget().spend(size + (size // max(1, as_width(width)) + 1) * size // 256)
    budget().write(size * weigh(wrapstring))


def _format(context: Context, value: Any, *arguments: Any, **more: Any) -> Any:
    weigh(value)
    if arguments and more:
        raise TypeError("can't handle positional and keyword arguments at the same time")
    return printf(str(value) if not isinstance(value, str) else value, more or arguments)


def _group(context: Context, value: Any, *arguments: Any, **more: Any) -> Any:
    _weigh_list(value, *arguments, **more)
    groups = context.environment.call_filter(" groupby", value, arguments, more, context)
    return [Group(grouper, tuple(items)) for grouper, items in groups]


def _join(context: Context, value: Any, d: str = "", attribute: str | int | None = None) -> Any:
    items = list(iterate(value))
    if attribute is not None:
        items = context.environment.call_filter("map", items, (), {"attribute": attribute}, context)
    repeat(len(items), str(d))
    budget().write(weigh(items, inside=True))
    return context.environment.call_filter(" join", items, (d,), None, context)


def _replace(context: Context, s: Any, old: str, new: str, count: int | None = None) -> Any:
    _weigh_all(s, old, new)
    return replace(str(s), str(old), new, -1 if count is None else count)


def _sum(context: Context, iterable: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
    """Adds numbers only: adding lists would copy them for each item."""
    items = iterate(iterable)
    if attribute is not None:
        items = context.environment.call_filter("map", list(items), (), {"attribute": attribute}, context)
    if not all(isinstance(item, (int, float, timedelta)) for item in (*items, start)):
        raise TypeError("only numbers can be summed up")
    return sum(items, start)


def _attr(context: Context, obj: Any, name: str) -> Any:
    weigh(name)
    return context.environment.getattr(obj, str(name))


def _named(names: str, before: Before) -> dict[str, Before]:
    return dict.fromkeys(names.split(), before)


FILTERS: Mapping[str, Before] = {
    **_named("count length default d first last safe", _weigh_nothing),
    **_named("items list map reject rejectattr reverse select selectattr random", _weigh_list),
    **_named("max min sort unique", _weigh_sorted),
    **_named("abs capitalize dictsort e escape filesizeformat float forceescape int lower string title truncate "
             "upper urlencode wordcount xmlattr", _weigh_all),
    "batch": _batch, "slice": _slice, "center": _center, "indent": _indent, "round": _round, "trim": _trim,
    "striptags": _striptags, "tojson": _tojson, "wordwrap": _wordwrap}
"""Jinja's own, by what is counted before each."""
OWN: Mapping[str, Callable[..., Any]] = {
    "attr": _attr, "format": _format, "groupby": _group, "join": _join, "replace": _replace, "sum": _sum}
"""Our filters that replace Jinja's."""


def _number(value: Any, *arguments: Any) -> None:
    for each in (value, *arguments):
        if not isinstance(each, (int, float)):
            raise TypeError("a number is expected here")
        weigh(each)


def _known_name(value: Any) -> None:
    weigh(value)
    if str(value).startswith(" "):
        raise Refused("no such name")


TESTS: Mapping[str, Before] = {
    **_named("defined undefined none boolean false true integer float string mapping number sequence iterable escaped",
             _weigh_nothing),
    **_named("lower upper in sameas == eq equalto != ne > gt greaterthan >= ge < lt lessthan <= le", _weigh_all),
    **_named("odd even divisibleby", _number), **_named("filter test", _known_name)}
"""Jinja's own, by what is counted before each."""
