"""Settings that are given outside of `config.yaml`: by the environment and by the app."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

_PREFIX = "COLDPRESS"


@dataclass(frozen=True)
class Settings:
    """The options of a site that the environment or `app.config` gives, as `COLDPRESS_TITLE`; those of
    a site with a name, such as `blog`, as `COLDPRESS_BLOG_TITLE`.  The environment goes first."""

    site: str | None = None
    app: Mapping[str, Any] = field(default_factory=dict)

    def key(self, option: str) -> str:
        """Returns the name under which an option is given."""
        return "_".join(part.upper().replace("-", "_") for part in (_PREFIX, self.site, option) if part)

    def get(self, option: str, *, as_text: bool = False) -> tuple[Any, str] | None:
        """Returns the value of an option and what gives it; None if it was not.  Text of the
        environment is read as YAML is, so that `10` is a number and `[a, b]` a list, unless it
        is wanted `as_text`."""
        key = self.key(option)
        text = os.environ.get(key)
        if text:
            return text if as_text else _value(text), f"`{key}`"
        return (self.app[key], f"`{key}` in `app.config`") if self.app.get(key) is not None else None

    def unknown(self, options: Iterable[str]) -> Iterator[str]:
        """Yields the keys of `app.config` that begin as ours do and name no option, of no site."""
        ends = tuple(f"_{option.upper()}" for option in options)
        yield from (key for key in self.app if key.startswith(f"{self.key('')}_") and not key.endswith(ends))


def _value(text: str) -> Any:
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return text
    return text if value is None else value
