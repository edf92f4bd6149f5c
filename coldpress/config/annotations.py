"""Checks values from YAML against the type annotations of a Python function's parameters."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from coldpress.text import did_you_mean

_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "`true` or `false`", date: "a date",
          datetime: "a date with a time", Path: "a path", list: "a list", dict: "`key: value` lines",
          type(None): "nothing"}


class MismatchError(ValueError):
    """A value that a parameter does not take: `keys` lead to it from the options; `hint` says what to do."""

    def __init__(self, message: str, hint: str | None, *keys: str | int) -> None:
        super().__init__(message)
        self.hint = hint
        self.keys = keys


def bind_options(function: Callable[..., Any], options: Mapping[str, Any]
                 ) -> tuple[dict[str, Any], list[MismatchError]]:
    """Returns the keyword arguments for a function from options as YAML gives them.

    The second value lists what does not fit: unknown names, values of another type, and
    parameters without a default that are missing.
    """
    hints = _hints(function)
    parameters = {name: parameter for name, parameter in inspect.signature(function).parameters.items()
                  if parameter.kind in (parameter.KEYWORD_ONLY, parameter.POSITIONAL_OR_KEYWORD)}
    takes_any = any(parameter.kind == parameter.VAR_KEYWORD
                    for parameter in inspect.signature(function).parameters.values())
    arguments: dict[str, Any] = {}
    mistakes: list[MismatchError] = []
    for name, value in options.items():
        if name not in parameters and not takes_any:
            mistakes.append(MismatchError(f"there is no option `{name}`", _known(name, parameters), name))
            continue
        try:
            arguments[name] = convert(value, hints.get(name, Any))
        except ValueError as reason:
            mistakes.append(MismatchError(f"`{name}` is {reason}", None, name))
    missing = [name for name, parameter in parameters.items()
               if parameter.default is parameter.empty and name not in options]
    mistakes += [MismatchError(f"the option `{name}` is missing", f"write `{name}:` with {_said(hints.get(name, Any))}")
                 for name in missing]
    return arguments, mistakes


def _known(name: str, parameters: Mapping[str, Any]) -> str:
    listed = ", ".join(f"`{each}`" for each in parameters)
    return did_you_mean(name, parameters) or (f"there are {listed}" if listed else "it has no options")


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Returns the annotations; none for a function whose annotations cannot be resolved."""
    called = inspect.getattr_static(function, "__init__") if isinstance(function, type) else function
    try:
        return get_type_hints(called)
    except (NameError, TypeError):
        return {}


def convert(value: Any, annotation: Any) -> Any:
    """Returns a value as the type of an annotation.  Raises `ValueError` with what is expected."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return convert(value, inner[0])
    if origin in (Union, types.UnionType):
        return _convert_to_one(value, inner, annotation)
    if origin is Literal:
        if value not in inner:
            raise ValueError(_said(annotation))
        return value
    if origin is not None or annotation in (list, tuple, set, frozenset, dict, Sequence, Mapping):
        return _convert_container(value, origin or annotation, inner, annotation)
    return _convert_plain(value, annotation)


def _convert_to_one(value: Any, choices: Sequence[Any], annotation: Any) -> Any:
    for choice in choices:
        try:
            return convert(value, choice)
        except ValueError:
            continue
    raise ValueError(_said(annotation))


def _convert_container(value: Any, kind: Any, inner: Sequence[Any], annotation: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Mapping):
        if not isinstance(value, Mapping):
            raise ValueError(_said(annotation))
        return {key: convert(each, inner[1] if len(inner) > 1 else Any) for key, each in value.items()}
    if isinstance(kind, type) and issubclass(kind, (Sequence, set, frozenset)):
        if not isinstance(value, list):
            raise ValueError(_said(annotation))
        made = [convert(each, inner[0] if inner else Any) for each in value]
        return kind(made) if kind in (tuple, set, frozenset) else made
    return value  # a type that we do not know, which the function checks itself


def _convert_plain(value: Any, annotation: Any) -> Any:
    if annotation is None or annotation is type(None):
        fits = value is None
    elif annotation is float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif annotation is int:
        fits = isinstance(value, int) and not isinstance(value, bool)
    elif annotation is Path:
        fits = isinstance(value, str)
    elif annotation is date:
        fits = isinstance(value, date) and not isinstance(value, datetime)
    else:
        fits = annotation not in _NAMES or isinstance(value, annotation)
    if not fits:
        raise ValueError(_said(annotation))
    return float(value) if annotation is float else Path(value) if annotation is Path else value


def _said(annotation: Any) -> str:
    """Says in words what an annotation takes."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return _either(f"`{each}`" for each in inner)
    if origin in (Union, types.UnionType):
        return _either(_said(each) for each in inner if each is not type(None))
    kind = origin or annotation
    if isinstance(kind, type) and issubclass(kind, Mapping):
        return _NAMES[dict]
    if isinstance(kind, type) and kind is not str and issubclass(kind, (Sequence, set, frozenset)):
        return f"a list of {_said(inner[0])}" if inner and inner[0] is not Any else _NAMES[list]
    return _NAMES.get(annotation, "a value")


def _either(words: Iterator[str]) -> str:
    return " or ".join(dict.fromkeys(words))
