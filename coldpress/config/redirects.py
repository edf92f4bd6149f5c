"""The option `redirects` of `config.yaml`: old paths, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote

from coldpress.paths import is_external
from coldpress.text import did_you_mean, lazy_re_compile

STATUSES = (301, 302, 303, 307, 308)
"""The statuses of redirects."""
GONE = 410
"""The status of a path where something was and nothing follows."""
_PART = lazy_re_compile(r"<(?:(?P<kind>[^<>:]*):)?(?P<name>[^<>:]*)>")
_NAME = lazy_re_compile(r"[A-Za-z_]\w*", re.ASCII)
_COLON = lazy_re_compile(r"/:([A-Za-z_]\w*)", re.ASCII)  # as Jekyll has it
_ENDING = lazy_re_compile(r"[^/]\.[a-zA-Z]\w*\Z")
_KEYS = ("to", "status")


class PathPattern:
    """A path with parts that stand for others: `<name>` for letters up to the next slash, `<path:name>`, which can
    only come last in an old path, for all that follows.  `parts` are its texts and, at odd places, its names; `rest` is
    the name for all that follows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[str] = []
        self.names: list[str] = []
        self.rest: str | None = None
        last = 0
        for found in _PART.finditer(text):
            self._add(text[last:found.start()], found)
            last = found.end()
        self.parts.append(text[last:])
        if any("<" in part or ">" in part for part in self.parts[::2]):
            raise ValueError("a part of a path is written `<name>` or `<path:name>`")

    def _add(self, before: str, found: re.Match[str]) -> None:
        kind, name = found["kind"], found["name"]
        if kind not in (None, "path", "string"):
            raise ValueError(f"there is no `<{kind}:…>`", "there are `<name>` and `<path:name>`")
        if not _NAME.fullmatch(name) or name in self.names:
            raise ValueError(f"`<{name}>` is here twice" if name in self.names else f"`<{name}>` is no name",
                             "a name has letters, digits and `_`")
        if self.names and not before:
            raise ValueError(f"nothing stands between `<{self.names[-1]}>` and `<{name}>`", "write a `/` between them")
        if kind == "path" and not before.endswith("/"):
            raise ValueError("`<path:…>` comes after a slash")
        self.rest = name if kind == "path" else self.rest
        self.parts += [before, name]
        self.names.append(name)

    def check_rest(self) -> None:
        """Raises `ValueError` where something follows what stands for all that follows."""
        if self.rest is not None and (self.names[-1] != self.rest or self.parts[-1]):
            raise ValueError("`<path:…>` stands for all that follows, so it can only come last")

    @property
    def takes_rest(self) -> bool:
        """Whether it has a name for all that follows."""
        return self.rest is not None

    @property
    def is_plain(self) -> bool:
        """Whether it has no names: it is one path."""
        return not self.names

    @property
    def has_whole_parts(self) -> bool:
        """Whether each name stands alone between slashes, which some hosts need."""
        return all(before.endswith("/") and (after == "" or after.startswith("/"))
                   for before, after in zip(self.parts[::2], self.parts[2::2], strict=False))

    @property
    def names_file(self) -> bool:
        """Whether it ends as a file's name does: `/<slug>.html`."""
        return _ENDING.search(f"-{self.parts[-1]}") is not None

    @property
    def expression(self) -> str:
        """The text of a regular expression for the paths that it stands for; its groups are the names in their order.
        A slash at the end does not count, unless it names a file."""
        texts = [re.escape(part) for part in self.parts[::2]]
        body = texts[0]
        for index, text in enumerate(texts[1:], 1):
            body += ("(.*)" if self.names[index - 1] == self.rest else "([^/]+)") + text
        if self.takes_rest or self.names_file:
            return body
        return f"{body.removesuffix('/')}/?" if body != "/" else "/"

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self.expression, re.S)

    def match(self, path: str) -> dict[str, str] | None:
        """Returns the values of its names in a decoded path; None for another path."""
        found = self._regex.fullmatch(path)
        return dict(zip(self.names, found.groups(), strict=True)) if found else None

    def fill(self, values: Mapping[str, str]) -> str:
        """Returns the path with these values in the places of its names."""
        return "".join(values[part] if index % 2 else part for index, part in enumerate(self.parts))


@dataclass(frozen=True)
class RedirectRule:
    """One entry: a decoded path or a pattern, and its target: the URL of a path of the site, or of another site; None
    for what is gone."""

    path: str
    to: str | None
    status: int = 301
    key: str = ""
    """The path as it is written, to find its place."""

    @cached_property
    def pattern(self) -> PathPattern:
        """The pattern of its paths."""
        return PathPattern(self.path)

    @cached_property
    def target(self) -> PathPattern | None:
        """The pattern of its target."""
        return None if self.to is None else PathPattern(self.to)


class RedirectRules(tuple[RedirectRule, ...]):
    """The entries of the option, in their order."""

    @cached_property
    def _plain(self) -> Mapping[str, RedirectRule]:
        return {rule.path: rule for rule in self if rule.pattern.is_plain}

    @cached_property
    def _patterns(self) -> list[RedirectRule]:
        return [rule for rule in self if not rule.pattern.is_plain]

    def at(self, path: str) -> tuple[RedirectRule, Mapping[str, str]] | None:
        """Returns the rule for a decoded path with the values of its names: that of the path itself, else the first
        pattern."""
        if rule := self._plain.get(path) or self._plain.get(f"{path}/"):
            return rule, {}
        found = ((rule, rule.pattern.match(path)) for rule in self._patterns)
        return next(((rule, values) for rule, values in found if values is not None), None)


def as_redirects(value: Any) -> RedirectRules:
    """Converts the value of `redirects:`: `/old/: /new/`, or `{to: /new/, status: 302}`, by the old path."""
    if not isinstance(value, dict):
        raise ValueError("`/old/: /new/` lines are expected here")
    rules: dict[str, RedirectRule] = {}
    for key, spec in value.items():
        try:
            rule = _rule(key, spec)
            if rule.path in rules:
                raise ValueError(f"`{rule.path}` is here twice")
        except ValueError as reason:
            message, hint, *inner = (*reason.args, None)[:2] if len(reason.args) < 3 else reason.args
            raise ValueError(f"`{key}`: {message}", hint, key, *inner) from None
        rules[rule.path] = rule
    return RedirectRules(rules.values())


def _rule(key: Any, spec: Any) -> RedirectRule:
    if not isinstance(key, str) or not key.startswith("/") or key.startswith("//") or re.search(r"[\s?#*\\]", key):
        raise ValueError("an old path begins with `/`, and has no space, `?`, `#` or `*`",
                         "such as `/old/`, or `/blog/<path:rest>` for all that begins so")
    if named := _COLON.search(key):
        raise ValueError(f"a name in a path is written `<{named[1]}>` here, not `:{named[1]}`",
                         f"write `{_COLON.sub(lambda found: f'/<{found[1]}>', key)}`")
    given = {"to": spec} if isinstance(spec, str) else spec
    if not isinstance(given, dict):
        raise ValueError("a target is expected here", "such as `/new/`, or `{to: /new/, status: 302}`")
    for name in given:
        if name not in _KEYS:
            raise ValueError(f"there is no `{name}`", did_you_mean(str(name), _KEYS) or "there are to, status", name)
    status = given.get("status", 301)
    if status not in (*STATUSES, GONE) or isinstance(status, bool):
        raise ValueError(f"`status` is {', '.join(map(str, STATUSES))} or {GONE}", None, "status")
    path = normalize("NFC", unquote(key))
    if not path.replace(" ", "").isprintable():
        raise ValueError("an old path has no control characters")
    pattern = PathPattern(path)
    pattern.check_rest()
    path = with_slash(path) if pattern.is_plain else path
    if status == GONE:
        if given.get("to") is not None:
            raise ValueError(f"what is gone ({GONE}) leads nowhere", "take `to` out", "to")
        return RedirectRule(path, None, GONE, key)
    return RedirectRule(path, _target(given.get("to"), pattern), status, key)


def _target(to: Any, pattern: PathPattern) -> str:
    if not isinstance(to, str) or re.search(r"[\s\\]", to) or not (
            (to.startswith("/") and not to.startswith("//")) or re.match(r"https?://[^/<>?#@]+(?:/|$)", to)):
        raise ValueError("`to` is a path of the site that begins with `/`, or a whole URL",
                         "such as `/new/` or `https://example.org/new/`", "to")
    target = PathPattern(to)
    for name in target.names:
        if name not in pattern.names:
            raise ValueError(f"`to`: there is no `<{name}>` in the old path", did_you_mean(name, pattern.names), "to")
    for before in target.parts[:-1:2]:
        if "?" in before or "#" in before:
            raise ValueError("`to`: names stand before `?` and `#`", None, "to")
    return quote(to if is_external(to) else normalize("NFC", to), safe="/:?#[]@!&()*+,;=%<>~-._")


def with_slash(path: str) -> str:
    """Returns a path as a page has it: with a slash at its end, unless it names a file."""
    return path if path.endswith("/") or _ENDING.search(path) else f"{path}/"
