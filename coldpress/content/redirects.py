"""The redirects of a site: the aliases of its pages, and the option `redirects`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import quote

from coldpress.config.loader import Config
from coldpress.config.redirects import GONE, PathPattern, RedirectRule, RedirectRules, with_slash
from coldpress.content.aliases import Alias, Kept
from coldpress.paths import can_be_page, is_external, on_this_host, path_of, url_of

_HOPS = 10  # redirects one after another
_SAFE = "/!$&'()*+,;=:@-._~"


class Redirect(NamedTuple):
    """A path, or a pattern with `<name>`s, that leads elsewhere.

    `path` is decoded.  `to` is the URL of a path of the site, without what the site's links begin with, or a whole URL
    of another site, with the same names; None for a path where something was and nothing follows (`status` 410).
    `page` is the source of an alias's page; `key` is the path as the config has it, to find its place.
    """

    path: str
    to: str | None
    status: int = 301
    page: str | None = None
    key: str = ""

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for many paths."""
        return "<" in self.path

    @property
    def names_feed(self) -> bool:
        """Whether its path is a name for a feed: `/atom.xml`, not `/feed/`, at which a host shows HTML."""
        return self.path.endswith((".xml", ".rss", ".atom", ".json"))

    @property
    def is_inside(self) -> bool:
        """Whether it leads to a path of the site."""
        return self.to is not None and not is_external(self.to)


class RedirectingLibrary(Protocol):
    """The part of a Library that its redirects need."""

    config: Config
    kept: Kept

    @property
    def aliases(self) -> Mapping[str, Alias]: ...


def all_redirects(library: RedirectingLibrary) -> list[Redirect]:
    """Lists all redirects of a site, and the paths that are gone: first those of its pages (`aliases`, and their old
    URLs in the ledger), then those of the option `redirects`, in their order, then those of lists and those that are
    gone in the ledger.  Of two with one path the first counts.

    This is the one place where they come from: what exports, checks or freezes redirects calls it.
    """
    found = [Redirect(path, url_of(alias.page.path), page=alias.page.source) for path, alias in library.aliases.items()]
    found += [Redirect(rule.path, rule.to, rule.status, key=rule.key) for rule in library.config.redirects or ()]
    found += [Redirect(path, url_of(moved.to)) for path, moved in library.kept.moved.items()]
    found += [Redirect(path, url_of(to)) for path, to in library.kept.elsewhere.items()]
    found += [Redirect(path, None, GONE) for path in sorted(library.kept.gone)]
    return list({redirect.path: redirect for redirect in reversed(found)}.values())[::-1]


def redirect_at(rules: RedirectRules, path: str) -> Redirect | None:
    """Returns the redirect of the config at a decoded path, with its target filled in."""
    found = rules.at(path)
    if found is None:
        return None
    rule, values = found
    return Redirect(path, filled(rule, values), rule.status, key=rule.key)


def is_gone(library: RedirectingLibrary, path: str) -> bool:
    """Returns whether the config or the ledger says of a decoded path without a page that nothing follows there."""
    found = redirect_at(library.config.redirects, path) if library.config.redirects else None
    return found.to is None if found else not library.kept.gone.isdisjoint((path, f"{path}/"))


def filled(rule: RedirectRule, values: Mapping[str, str]) -> str | None:
    """Returns the target of a rule for the values of its names.  Whatever these are, a path of the site stays one."""
    if rule.target is None or rule.to is None:
        return None
    to = rule.target.fill({name: quote(value, safe=_SAFE) for name, value in values.items()})
    return to if is_external(rule.to) else on_this_host(to)


def looping(rules: RedirectRules) -> Iterator[RedirectRule]:
    """Yields the rules that lead back to themselves, or on without an end; of those in one circle the first."""
    told: set[str] = set()
    for rule in rules:
        path, hops, keys = rule.pattern.fill(dict.fromkeys(rule.pattern.names, "x")), 0, {rule.key}
        found = redirect_at(rules, path)
        while found and found.is_inside and hops <= _HOPS:
            keys.add(found.key)
            found, hops = redirect_at(rules, path_of(found.to or "")), hops + 1
        if hops > _HOPS and told.isdisjoint(keys):
            told |= keys
            yield rule


def frozen_redirects(rules: RedirectRules, pages: Iterable[str]) -> Iterator[Redirect]:
    """Yields the redirects that become pages, so that they work on every host: each path that the config names, and
    of each pattern those paths that lead to one of the `pages` of the site, if its target tells what they are."""
    pages = list(pages)
    for rule in rules:
        if rule.to is None:
            continue
        if rule.pattern.is_plain:
            yield Redirect(rule.path, rule.to, rule.status, key=rule.key)
        elif not is_external(rule.to):
            yield from _inverted(rule, rules, pages)


def _inverted(rule: RedirectRule, rules: RedirectRules, pages: list[str]) -> Iterator[Redirect]:
    """Yields the paths of a pattern that lead to pages."""
    target = PathPattern(path_of(rule.to or ""))
    if set(target.names) != set(rule.pattern.names):
        return
    start = target.parts[0]
    for page in pages:
        values = target.match(page) if page.startswith(start) else None
        if values is None:
            continue
        path = with_slash(rule.pattern.fill(values))
        found = redirect_at(rules, path)
        if found and found.key == rule.key and path != page and can_be_page(path):
            yield found._replace(path=path)
