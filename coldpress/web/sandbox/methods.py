"""What bodies may ask of plain values: `METHODS` and `FIELDS` are the whole list.

The methods that make more than they are given are here again, counted first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from markupsafe import Markup

from coldpress.mapping import Params
from coldpress.sources.data import Data
from coldpress.web.sandbox.budget import WIDTH, TooCostly, as_width, budget
from coldpress.web.sandbox.views import Group
from coldpress.web.sandbox.weighing import repeat, weigh, weigh_items

_WIDTHS = re.compile(r"[#0\- +]*(\*|\d*)(?:\.(\*|\d*))?[hlL]?")


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
    """How many places a format has, and how wide they are together."""
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
    """Where the key of a place ends: `%(key)s`."""
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
    """A method as it is: it gives no more than a few times what it has."""
    return getattr(value, name)(*arguments, **more)


def _named(call: Callable[..., Any], names: str) -> dict[str, Callable[..., Any]]:
    return {name: partial(call, name) for name in names.split()}


_TEXT: Mapping[str, Callable[..., Any]] = {
    **_named(_call, "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower "
                    "isnumeric isspace istitle isupper lower partition removeprefix removesuffix rfind rindex "
                    "rpartition startswith swapcase title upper"),
    **_named(pad, "center ljust rjust zfill"), **_named(strip, "strip lstrip rstrip"),
    **_named(split, "split rsplit splitlines"), "replace": replace, "join": join}
_SEQUENCE = _named(_call, "index count")
_MAPPING: Mapping[str, Callable[..., Any]] = {
    **_named(_call, "get"), "items": _items, "keys": _keys, "values": _values}
_MOMENT: Mapping[str, Callable[..., Any]] = {**_named(_call, "isoformat"), "strftime": strftime}
_DAY = {**_MOMENT, **_named(_call, "weekday isoweekday")}
METHODS: Mapping[type, Mapping[str, Callable[..., Any]]] = {
    str: _TEXT, Markup: {**_TEXT, **_named(_call, "striptags unescape")}, list: _SEQUENCE, tuple: _SEQUENCE,
    dict: _MAPPING, Params: _MAPPING, Data: _MAPPING, date: _DAY, time: _MOMENT,
    datetime: {**_DAY, **_named(_call, "date")}, timedelta: _named(_call, "total_seconds"),
    float: _named(_call, "is_integer")}
"""The methods of each type."""
FIELDS: Mapping[type, frozenset[str]] = {
    date: frozenset(("year", "month", "day")), time: frozenset(("hour", "minute", "second")),
    datetime: frozenset(("year", "month", "day", "hour", "minute", "second")),
    timedelta: frozenset(("days", "seconds")), Group: frozenset(("grouper", "list"))}
"""The attributes of each type that are values."""
