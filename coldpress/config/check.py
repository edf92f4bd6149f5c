"""The options below `check:`: what the command `check` does not tell, and which private hosts it may ask."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from coldpress.config.options import as_group
from coldpress.text import did_you_mean

_EXAMPLE = "{link: https://example.com/*, reason: they refuse programs}"
_WORDS = ("code", "path", "link", "reason")


@dataclass(frozen=True)
class Ignored:
    """One entry of `ignore:`: patterns in which `*` stands for any text, and why."""

    reason: str
    code: str | None = None
    path: str | None = None
    link: str | None = None

    def matches(self, code: str, paths: tuple[str, ...], link: str) -> bool:
        """Returns whether a problem with this code and link, in one of these files, is meant."""
        return all(pattern is None or any(pattern.fullmatch(text) for text in texts) for pattern, texts in zip(
            self._patterns, ((code,), paths, (link,)), strict=True))

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str] | None, ...]:
        return tuple(re.compile(".*".join(map(re.escape, re.split(r"\*+", pattern))), re.S) if pattern else None
                     for pattern in (self.code, self.path, self.link))


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """The options below `check:`: what the command `check` looks for."""

    ignore: tuple[Ignored, ...] = field(default=())
    """Problems that are not told: `code`, `path` and `link` are patterns in which `*` stands for any text, and each
    entry needs a `reason`."""
    private_hosts: tuple[str, ...] = ()
    """Hosts that `check --external` may ask although they have private addresses, such as a wiki in your network."""


def as_check(value: Any) -> CheckOptions:
    """Converts the value of `check:`."""
    return CheckOptions(**as_group(value, CheckOptions, {"ignore": _entries, "private_hosts": _hosts}))


def _entries(value: Any) -> tuple[Ignored, ...]:
    entries = [value] if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise ValueError(f"`ignore` is a list of entries such as `{_EXAMPLE}`")
    found = []
    for number, entry in enumerate(entries):
        try:
            found.append(_entry(entry))
        except ValueError as reason:
            raise ValueError(*(*reason.args, None)[:2], *([number] if entries is value else [])) from None
    return tuple(found)


def _entry(entry: Any) -> Ignored:
    if not isinstance(entry, dict) or any(isinstance(each, (dict, list)) for each in entry.values()):
        raise ValueError(f"an entry of `ignore` is written `{_EXAMPLE}`")
    given = {str(name): str(text).strip() for name, text in entry.items() if text is not None}
    for name in given:
        if name not in _WORDS:
            raise ValueError(f"`ignore`: there is no `{name}`", did_you_mean(name, _WORDS) or "there are "
                             + ", ".join(_WORDS))
    if not given.get("reason"):
        raise ValueError("an entry of `ignore` needs a `reason`", "say why the problem is none; the next reader asks")
    if not any(given.get(each.name) for each in fields(Ignored) if each.name != "reason"):
        raise ValueError("an entry of `ignore` names a `code`, a `path` or a `link`",
                         "one that names nothing would hide everything")
    return Ignored(**given)


def _hosts(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError("`private_hosts` is a list of names, such as `[wiki.internal]`")
    for name in names:
        if re.search(r"[/:*@\s]", name) and not re.fullmatch(r"[0-9a-fA-F:.]+", name):
            raise ValueError(f"`private_hosts`: `{name}` is no name of a host", "write it without scheme and port")
    return tuple(name.strip().lower() for name in names)
