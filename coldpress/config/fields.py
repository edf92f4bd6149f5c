"""Typed front matter: the kinds of fields, and the conversion of their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from coldpress.text import did_you_mean, lazy_re_compile

_INT = re.compile(r"\s*[-+]?\d{1,18}\s*")
_FLOAT = lazy_re_compile(r"\s*[-+]?(?:\d{1,18}\.?\d{0,18}|\.\d{1,18})(?:[eE][-+]?\d{1,3})?\s*")
_SCHEMES = ("http", "https", "mailto", "tel")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+")
_OTHER_NAMES = {"str": "text", "string": "text", "integer": "int", "number": "float", "boolean": "bool",
                "datetime": "date", "link": "url", "mail": "email", "img": "image", "asset": "file",
                "enum": "choice", "reference": "page"}


class Field(NamedTuple):
    """The type of one front matter key.  `choices` are the words of the kind `choice`; with
    `is_list` the value is a list, each item of the kind."""

    name: str
    kind: str = "text"
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()
    is_list: bool = False

    @property
    def expected(self) -> str:
        """Says which values fit: `a whole number`, `a list of dates`."""
        one = " or ".join(f"`{choice}`" for choice in self.choices) or _EXPECTED[self.kind]
        return f"a list, each item {one}" if self.is_list else one


_EXPECTED = {
    "text": "text", "int": "a whole number", "float": "a number", "bool": "`true` or `false`",
    "date": "a date such as `2026-01-31`", "url": "a whole URL such as `https://example.org/`",
    "email": "an address such as `ann@example.org`", "image": "the path of an image", "file": "the path of a file",
    "page": "the path of a page's source, such as `authors/ann.md`", "choice": "one of several words"}
KINDS = tuple(_EXPECTED)
"""The kinds of fields."""
REFERENCES = ("image", "file", "page")
"""The kinds whose value names something in the content folder."""


def as_fields(value: Any) -> tuple[Field, ...]:
    """Converts `fields:` of a collection: `minutes: int`, `level: [easy, hard]`, or
    `cook: {type: page, required: true}`."""
    if not isinstance(value, dict):
        raise ValueError("`name: type` lines are expected here")
    return tuple(_field(str(name), spec) for name, spec in value.items())


def make_field(name: str, kind: str = "text", *, required: bool = False, default: Any = None,
               choices: tuple[str, ...] = (), is_list: bool = False) -> Field:
    """Makes a field.  Raises `ValueError` for an unknown kind, or a default that does not fit."""
    if choices and kind in ("text", "choice"):
        kind = "choice"
    if kind not in KINDS:
        raise ValueError(f"there is no type `{kind}`", _near(kind) or f"there are {', '.join(KINDS)}")
    if kind == "choice" and not choices:
        raise ValueError("a choice has words to choose from", "write them as a list: `[easy, hard]`")
    made = Field(name, kind, required, None, choices, is_list)
    return made if default is None else made._replace(default=convert(made, default))


def _near(kind: str) -> str | None:
    other = next((ours for name, ours in _OTHER_NAMES.items() if did_you_mean(kind.casefold(), [name])
                  or name == kind.casefold()), None)
    return did_you_mean(kind, KINDS) or (f"write `{other}`" if other else None)


_OPTIONS = {"type": "kind", "required": "required", "default": "default", "choices": "choices", "list": "is_list"}


def _field(name: str, spec: Any) -> Field:
    try:
        if isinstance(spec, str):
            return make_field(name, spec)
        if isinstance(spec, list):
            return make_field(name, "choice", choices=_words(spec))
        if not isinstance(spec, dict):
            raise ValueError("a type is expected here, such as `int`", f"there are {', '.join(KINDS)}")
        for key in spec:
            if key not in _OPTIONS:
                raise ValueError(f"there is no `{key}`", did_you_mean(str(key), _OPTIONS)
                                 or f"there are {', '.join(_OPTIONS)}", key)
        given = {_OPTIONS[key]: value for key, value in spec.items()}
        for flag in ("required", "is_list"):
            if not isinstance(given.get(flag, False), bool):
                raise ValueError("`true` or `false` is expected here", None, "list" if flag == "is_list" else flag)
        if "choices" in given:
            given["choices"] = _words(given["choices"])
        return make_field(name, **given)
    except ValueError as reason:
        message, hint, *inner = (*reason.args, None)[:2] if len(reason.args) < 3 else reason.args
        raise ValueError(f"`{name}`: {message}", hint, name, *inner) from None


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(word, (str, int)) for word in value):
        raise ValueError("a list of words is expected here, such as `[easy, hard]`")
    return tuple(str(word) for word in value)


def convert(field: Field, value: Any) -> Any:
    """Returns a value as its field's type.  Raises `ValueError` with what is expected and a hint."""
    if field.is_list:
        items = value if isinstance(value, list) else [value]
        return [_converted(field, item) for item in items]
    return _converted(field, value)


def _converted(field: Field, value: Any) -> Any:
    made = _CONVERTERS[field.kind](field, value)
    if made is None:
        shown = value if isinstance(value, str) else str(value)
        raise ValueError(f"`{shown[:60]}` is not {field.expected}",
                         did_you_mean(shown, field.choices) if field.choices else None)
    return made


def _text(_field: Field, value: Any) -> str | None:
    return None if isinstance(value, (dict, list)) else str(value)


def _int(_field: Field, value: Any) -> int | None:
    if isinstance(value, str) and _INT.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _float(_field: Field, value: Any) -> float | None:
    if isinstance(value, str) and _FLOAT.fullmatch(value):
        return float(value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _bool(_field: Field, value: Any) -> bool | None:
    if isinstance(value, str):  # as a table of CSV has it
        value = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}.get(
            value.strip().casefold())
    return value if isinstance(value, bool) else None


def _date(_field: Field, value: Any) -> date | None:
    if isinstance(value, str):
        try:
            made = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        return made if made.time() != time() or len(value.strip()) > 10 else made.date()
    return value if isinstance(value, date) else None


def _url(_field: Field, value: Any) -> str | None:
    if not isinstance(value, str) or re.search(r"\s", value.strip()):
        return None
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return None
    return value.strip() if parts.scheme in _SCHEMES and (parts.netloc or parts.path) else None


def _email(_field: Field, value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and _EMAIL.fullmatch(value.strip()) else None


class ReferenceText(str):
    """The value of a field that names something: the text as it is written, with the `kind` of the field."""

    kind: str


def _reference(field: Field, value: Any) -> ReferenceText | None:
    if not isinstance(value, str) or not value.strip():
        return None
    made = ReferenceText(value.strip())
    made.kind = field.kind
    return made


def _choice(field: Field, value: Any) -> str | None:
    return str(value) if str(value) in field.choices else None


_CONVERTERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text, "int": _int, "float": _float, "bool": _bool, "date": _date, "url": _url, "email": _email,
    "image": _reference, "file": _reference, "page": _reference, "choice": _choice}
