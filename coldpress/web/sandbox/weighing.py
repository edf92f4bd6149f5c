"""How much there is of a value, counted before something is done with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from jinja2 import Undefined
from jinja2.runtime import LoopContext, Macro
from jinja2.utils import Cycler, Joiner, Namespace

from coldpress.sources.data import Data
from coldpress.web.sandbox.budget import BITS, NESTED, Refused, TooCostly, budget
from coldpress.web.sandbox.views import SCALARS, Function, PageList, View, kind_of, size_of

TOOLS = (Function, Macro, Namespace, Cycler, Joiner, LoopContext)
"""Types of what is no value: it stands in no list, and is never printed."""
_HALF = re.compile("[\ud800-\udfff]")
_OTHER = 8  # characters that stand for a value that is no text


def weigh(value: Any, *, inside: bool = False) -> int:
    """Count all of a value, and give about how many characters it is as text.
    A value `inside` another, or to be printed, is no tool."""
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
    """Count the items of a value, not what is in them, and give how many there are."""
    if isinstance(value, PageList):
        count = size_of(value)
    elif isinstance(value, (str, list, tuple, dict, range)):
        count = len(value)
    else:
        return weigh(value)
    budget().spend(1 + count)
    return count


def iterate(value: Any) -> Any:
    """What a loop goes over, its items counted."""
    weigh_items(value)
    if isinstance(value, (PageList, Mapping)):
        return tuple(value)
    if isinstance(value, (str, list, tuple, range, Undefined)):
        return value
    raise TypeError(f"a {kind_of(value)} is no list")


def made(value: Any) -> Any:
    """What an operation gave, counted; an iterator as a list."""
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
    """Refuse half characters, which no file can hold."""
    if not text.isascii() and _HALF.search(text):
        raise Refused("this makes half a character")


def _each(items: Iterator[Any]) -> Iterator[Any]:
    for item in items:
        budget().spend(1)
        yield item


def repeat(count: int, what: Sequence[Any] | str) -> None:
    """Count something before it is made that many times."""
    if isinstance(what, str):
        budget().write(max(0, count) * len(what))
    else:
        budget().spend(max(0, count) * len(what))

