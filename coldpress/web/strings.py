"""The theme's strings and date formats, in the language of the page that is rendered.

    {{ t("older") }}    {{ t("minutes", n=page.minutes) }}    {{ page.date|date("long") }}

Each language is a file in `theme/strings/`.  A site overrides strings, or adds a
language, in `data/strings/LANG.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import yaml
from jinja2 import pass_context
from jinja2.runtime import Context

from coldpress import recorder
from coldpress.cache.file_stamps import stamp_of
from coldpress.config.themes import Theme
from coldpress.config.yaml_toml import MappingText, SafeLoader
from coldpress.text import did_you_mean
from coldpress.web.caching import Memo
from coldpress.web.environment import THEME, Unknown

FALLBACK = "en"
FILES: Mapping[str, Path] = {file.stem: file for file in sorted((THEME / "strings").glob("*.yaml"))}
"""The file of each language, by its tag."""
_RTL = {"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
_TRADITIONAL = {"hant", "tw", "hk", "mo"}


class Strings:
    """The strings of one site: `language` returns the site's language, `own` the strings
    that the site itself has for a language, `memo` the memo in which found strings are kept; `theme` is the
    theme, whose strings go before those of the themes that it extends."""

    def __init__(self, language: Callable[[], str], own: Callable[[str], Any], memo: Callable[[], Memo], theme: Theme
                 ) -> None:
        self._folders = [each.folder / "strings" for each in theme.chain[:-1]]
        self._language = language
        self._own = own
        self._memo = memo

    @pass_context
    def t(self, context: Context, key: str, default: str | None = None, **values: Any) -> str:
        """The function `t` of templates: `t("older")`; plural forms go by `n`.  `default`
        stands in for a key that may be missing."""
        return self.say(self._language_of(context), key, default, **values)

    @pass_context
    def date(self, context: Context, value: datetime, form: str = "medium") -> str:
        """The filter `date` of templates: `page.date|date`.  `form` is `medium`, `long`, `short`
        (without the year) or a format such as `%d.%m.%Y`."""
        return self.date_in(self._language_of(context), value, form)

    def date_in(self, language: str, value: datetime, form: str = "medium") -> str:
        """A date in a language."""
        if "%" in form:
            return value.strftime(form)
        found, text, short, long = self._memo().get(("date", language, form), partial(self._date, language, form))
        return _filled(found, f"dates.{form}", text, {
            "y": value.year, "m": value.month, "d": value.day,
            "mon": short[value.month - 1], "month": long[value.month - 1]})

    def say(self, language: str, key: str, default: str | None = None, **values: Any) -> str:
        """A string in a language, else in the site's language, else in English."""
        found, text = self._chosen(language, key, values)
        return _filled(found, key, default if text is None else text, values)

    def _date(self, language: str, form: str) -> tuple[str, Any, Any, Any]:
        """The first language that has a form of dates, the form, and the short and the long names of months."""
        short, long = self._find(language, "months_short")[1], self._find(language, "months")[1]
        return *self._chosen(language, f"dates.{form}", {}), short, long

    def _chosen(self, language: str, key: str, values: Mapping[str, Any]) -> tuple[str, Any]:
        """The first language that has a key, with its value; of plural forms the one for `n`."""
        found, text = self._find(language, key)
        if not isinstance(text, str) and isinstance(text, Mapping):
            text = text.get(plural_form(found, values.get("n", 0)), text.get("other"))
        return found, text

    def _find(self, language: str, key: str) -> tuple[str, Any]:
        """The first language that has a key, with its value."""
        return self._memo().get(("string", language, key), partial(self._look_up, language, key))

    def _look_up(self, language: str, key: str) -> tuple[str, Any]:
        for name in dict.fromkeys((*names_of(language), *names_of(self._language()), FALLBACK)):
            of_packages = (_strings_in(folder / f"{name}.yaml") for folder in self._folders)
            for strings in (self._own(name), *of_packages, theme_strings(name)):
                text = _within(strings, key)
                if text is not None:
                    return name, text
        return FALLBACK, None

    def _language_of(self, context: Context) -> str:
        page = context.get("page")
        return str(page.lang) if page else self._language()


def _filled(language: str, key: str, text: Any, values: Mapping[str, Any]) -> str:
    """The string of a key in a language, with the values in their places."""
    if text is None:
        raise Unknown(f"there is no string `{key}`", did_you_mean(key, theme_strings(FALLBACK)))
    try:
        return str(text).format(**values) if values else str(text)
    except (KeyError, IndexError, ValueError):
        raise Unknown(f"the string `{key}` cannot be filled: `{text}`",
                      f"of {', '.join(f'`{{{name}}}`' for name in values)}, it may hold what it likes; "
                      f"see `data/strings/{language}.yaml`") from None


def _within(strings: Any, key: str) -> Any:
    """The value of a dotted key such as `callouts.note` in nested mappings."""
    for part in key.split("."):
        strings = strings.get(part) if isinstance(strings, Mapping) else None
    return strings


@lru_cache(maxsize=64)
def theme_strings(language: str) -> Mapping[str, Any]:
    """The theme's strings in a language; empty if it has no such file."""
    if language not in FILES:
        return {}
    with recorder.unrecorded():  # a file of the package: the code version stands for it
        found: Mapping[str, Any] = yaml.load(FILES[language].read_text("utf-8"), SafeLoader)
    return found


def _strings_in(file: Path) -> Mapping[str, Any]:
    """The strings of a theme of a package; empty if it has no such file."""
    with recorder.unrecorded():  # the digest of the theme stands for it
        return _loaded_strings(file, stamp_of(file)) if file.is_file() else {}


@lru_cache(maxsize=64)
def _loaded_strings(file: Path, _stamp: str) -> Mapping[str, Any]:
    return MappingText(file.read_text("utf-8"), f"{file.parents[1].name}/strings/{file.name}").parse()


def is_rtl(language: str) -> bool:
    """`lang is rtl`: whether a language is written from right to left."""
    return language.partition("-")[0].lower() in _RTL


@lru_cache(maxsize=64)
def names_of(tag: str) -> tuple[str, ...]:
    """The languages whose strings fit a tag, the nearest first: for `zh-TW`, these are
    `zh-TW`, `zh-Hant` and `zh`."""
    return tuple(dict.fromkeys(_names_of(tag.replace("_", "-").split("-"))))


def _names_of(parts: list[str]) -> Iterator[str]:
    yield "-".join(parts)
    subtags = {part.lower() for part in parts}
    if "zh" in subtags:
        yield "zh-Hant" if subtags & _TRADITIONAL else "zh-Hans"
    yield parts[0].lower()


def plural_form(language: str, n: int) -> str:
    """The CLDR plural category of a number in a language."""
    base = language.partition("-")[0]
    if base == "ar":
        if n < 3:
            return ("zero", "one", "two")[n]
        return "few" if 3 <= n % 100 <= 10 else "many" if n % 100 > 2 else "other"
    if base == "ru":
        if n % 10 == 1 and n % 100 != 11:
            return "one"
        return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"
    return "one" if n == 1 or (n == 0 and base in ("fr", "pt")) else "other"
