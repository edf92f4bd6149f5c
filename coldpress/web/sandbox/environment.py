"""The Jinja environment of template bodies.

Everything a template does with a value comes through here: reading an attribute
(`getattr`, `getitem`), calling, calculating, printing.  Each has a list of what
is allowed; anything else is `Refused`.  A name that the template chose is read
from an object only if it is in such a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from string import Formatter
from typing import Any

from jinja2 import Template, Undefined, pass_context
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import SandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Cycler, Joiner, Namespace, generate_lorem_ipsum
from markupsafe import Markup

from coldpress.sources.data import Data
from coldpress.web.environment import Strict
from coldpress.web.sandbox.budget import BITS, WIDTH, Refused, TooCostly, as_width, budget, parsed
from coldpress.web.sandbox.filters import FIELDS, FILTERS, METHODS, OWN, TESTS, Before, printf
from coldpress.web.sandbox.views import (
    Function,
    PageList,
    View,
    check_text,
    iterate,
    kind_of,
    made,
    names_in,
    read,
    repeat,
    weigh,
)

_MISSING = object()
_RANGE = 100_000
_TOOLS: Mapping[type, tuple[tuple[str, ...], tuple[str, ...]]] = {
    LoopContext: (("index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0",
                   "previtem", "nextitem"), ("cycle", "changed")),
    Cycler: (("current",), ("next", "reset"))}
"""The attributes and the methods of Jinja's own objects."""
_CALLED = (Function, Macro, LoopContext, Joiner)


class BodyEnvironment(SandboxedEnvironment):
    """The Jinja environment of bodies: plain values, views and a few functions."""

    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))

    def __init__(self) -> None:
        super().__init__(undefined=Strict, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True,
                         optimized=False, finalize=_printed)
        self.globals = {
            "range": Function(_range), "dict": Function(dict), "namespace": Function(Namespace),
            "cycler": Function(Cycler), "joiner": Function(Joiner), "lipsum": Function(_lipsum)}
        raw = {f" {name}": JINJA_FILTERS[name] for name in (*FILTERS, "groupby", "join")}
        self.filters = {
            **raw, " iterate": iterate, " weigh": _weighed, " concat": _concat, " part": _part,
            **{name: _guarded(name, before) for name, before in FILTERS.items()},
            **{name: _own(call) for name, call in OWN.items()}}
        tests: dict[str, Any] = dict(self.tests)
        self.tests = {name: _tested(tests[name], before) for name, before in TESTS.items()}
        self.tests["sameas"] = self.tests["eq"]  # two views of one page are equal

    @lru_cache(maxsize=128)  # noqa: B019  (there is one environment a process)
    def template(self, body: str) -> Template:
        """Compiles a body."""
        return Template.from_code(self, self.compile(parsed(self, body)), self.make_globals(None))

    # Reading.

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`"""
        return self._read(obj, attribute, (self._attribute, self._item))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]`, and the attributes that filters name."""
        weigh(argument)
        ways = (self._item, self._attribute) if isinstance(argument, str) else (self._item,)
        return self._read(obj, argument, ways)

    def _read(self, obj: Any, name: Any, ways: Iterable[Callable[[Any, Any], Any]]) -> Any:
        budget().spend(1)
        if isinstance(obj, Undefined):
            str(obj)  # raises an error that names what is missing
        for way in ways:
            value = way(obj, name)
            if value is not _MISSING:
                return value
        return self._nothing(obj, name)

    def _nothing(self, obj: Any, name: Any) -> Undefined:
        """Returns an undefined value for a missing name; refuses a name that bodies may not read."""
        if isinstance(name, str) and (name.startswith("_") or name in names_in(obj)):
            raise Refused(f"a body may not read `{name}` of a {kind_of(obj)}")
        if not isinstance(name, str):
            return self.undefined(hint=f"a {kind_of(obj)} has no item `{name}`")
        return self.undefined(obj=obj, name=name)

    def _attribute(self, obj: Any, name: str) -> Any:
        kind = type(obj)
        if kind is View:
            try:
                return read(obj, name)
            except KeyError:
                return _MISSING
        if name in METHODS.get(kind, ()):
            if kind in (str, Markup, list, tuple):
                weigh(obj)  # a mapping's methods do not iterate over it, or count it themselves
            return Function(partial(METHODS[kind][name], obj))
        if name in FIELDS.get(kind, ()):
            return getattr(obj, name)
        if kind is str or kind is Markup:
            return Function(partial(self._format, obj)) if name == "format" and kind is str else _MISSING
        return _of_tool(obj, name)

    def _item(self, obj: Any, key: Any) -> Any:
        if not isinstance(obj, (str, list, tuple, range, Mapping, PageList)):
            return _MISSING
        if isinstance(obj, PageList) and not isinstance(key, int):
            return _MISSING
        try:
            return obj[key]
        except (TypeError, LookupError):
            return _MISSING

    # Calling and calculating.

    def call(__self, __context: Context, __obj: Any, *arguments: Any, **more: Any) -> Any:  # noqa: N805
        """`obj(…)`.  The parameters have Jinja's names, which no keyword in `more` can have."""
        if isinstance(__obj, Undefined):
            str(__obj)
        if not isinstance(__obj, _CALLED):
            raise Refused(f"a {kind_of(__obj)} cannot be called")
        for each in (*arguments, *more.values()):
            weigh(each)
        if isinstance(__obj, LoopContext):
            arguments = tuple(map(iterate, arguments))
        with budget().call():
            found = __context.call(__obj, *arguments, **more)
        return made(found) if isinstance(__obj, Function) else found

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`left + right` and so on."""
        weigh(left)
        weigh(right)
        if operator == "%" and isinstance(left, str):
            return made(printf(left, right))
        if operator == "*":
            _check_product(left, right)
        elif operator == "+" and isinstance(left, (str, list, tuple)):
            repeat(1, left)
        elif operator == "**" and _bits(left) * abs(right if isinstance(right, int) else 0) > BITS:
            raise TooCostly("a number is too long")
        return made(super().call_binop(context, operator, left, right))

    def call_filter(self, name: str, value: Any, args: Any = None, kwargs: Any = None, context: Any = None,
                    eval_ctx: Any = None) -> Any:
        """Calls a filter by a name in a text: `map("upper")`."""
        if name.startswith(" ") and name not in _INNER:
            raise Refused("no such filter")
        return super().call_filter(name, value, args, kwargs, context, eval_ctx)

    def _format(self, text: str, *arguments: Any, **more: Any) -> str:
        """`text.format(…)`"""
        return _BodyFormatter(self).vformat(text, arguments, more)


_INNER = frozenset((" groupby", " join"))


class _BodyFormatter(SandboxedFormatter):
    """`str.format`, which reads attributes as templates do."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if len(format_spec) > WIDTH:
            raise TooCostly("the form of a value is too long")
        digits = "".join(char if char.isdigit() else " " for char in format_spec).split()
        for number in digits:
            as_width(int(number[:5]))
        budget().write(weigh(value, inside=True) + sum(map(len, digits)) * WIDTH)
        text: str = Formatter.format_field(self, value, format_spec)
        return text

    def convert_field(self, value: Any, conversion: Any) -> Any:
        weigh(value, inside=True)
        return super().convert_field(value, conversion)


def _of_tool(obj: Any, name: str) -> Any:
    """Returns an attribute of a loop, namespace or cycler."""
    if isinstance(obj, Namespace) and not name.startswith("_"):
        return getattr(obj, name, _MISSING)
    values, functions = next((names for kind, names in _TOOLS.items() if isinstance(obj, kind)), ((), ()))
    if name in functions:
        return Function(getattr(obj, name))
    return getattr(obj, name) if name in values else _MISSING


def _guarded(name: str, before: Before) -> Callable[..., Any]:
    """Returns Jinja's filter of this name, with its cost counted."""

    @pass_context
    def guarded(context: Context, value: Any, *arguments: Any, **more: Any) -> Any:
        budget().spend(1)
        before(value, *arguments, **more)
        environment = context.environment
        return made(SandboxedEnvironment.call_filter(environment, f" {name}", value, arguments, more, context))

    return guarded


def _own(call: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def guarded(context: Context, value: Any, *arguments: Any, **more: Any) -> Any:
        budget().spend(1)
        return made(call(context, value, *arguments, **more))

    return guarded


def _tested(test: Callable[..., Any], before: Before) -> Callable[..., bool]:
    passes = getattr(test, "jinja_pass_arg", None) is not None

    @pass_context
    def tested(context: Context, value: Any, *arguments: Any, **more: Any) -> bool:
        budget().spend(1)
        before(value, *arguments, **more)
        return bool(test(context.environment, value, *arguments, **more) if passes else test(value, *arguments, **more))

    return tested


@pass_context
def _printed(context: Context, value: Any) -> Any:
    """Prepares a value for output into the text."""
    if isinstance(value, Undefined):
        return value
    if isinstance(value, (View, PageList, Data)) and str(value) == repr(value):
        raise Refused(f"a {kind_of(value)} cannot be printed, only what it has")
    weigh(value, inside=True)
    return made(value if isinstance(value, str) else str(value))


def _weighed(value: Any) -> Any:
    weigh(value)
    return value


def _concat(values: list[Any]) -> str:
    """`a ~ b`"""
    budget().write(weigh(values))
    text = "".join(map(str, values))
    check_text(text)
    return text


def _part(value: Any, start: Any, stop: Any, step: Any) -> Any:
    """`value[start:stop:step]`"""
    if isinstance(value, Undefined):
        str(value)
    if not isinstance(value, (str, list, tuple, range, PageList)):
        raise TypeError(f"a {type(value).__name__} has no parts")
    for bound in (start, stop, step):
        weigh(bound)
    return made(value[start:stop:step])


def _check_product(left: Any, right: Any) -> None:
    for what, count in ((left, right), (right, left)):
        if isinstance(what, (str, list, tuple)) and isinstance(count, int):
            repeat(count, what)
    if _bits(left) + _bits(right) > BITS:
        raise TooCostly("a number is too long")


def _bits(value: Any) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > _RANGE:
        raise TooCostly(f"a range has more than {_RANGE:,} numbers")
    return found


def _lipsum(n: int = 5, html: bool = True, min: int = 20, max: int = 100) -> str:
    as_width(n)
    as_width(max)
    budget().spend(n * max)
    return generate_lorem_ipsum(n, html, min, max)
