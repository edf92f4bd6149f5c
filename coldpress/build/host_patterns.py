"""The patterns of redirects in the config, as a host sees them, and those with which it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from coldpress.config.redirects import PathPattern, RedirectRule
from coldpress.content.aliases import Alias, Moved
from coldpress.content.redirects import Redirect
from coldpress.errors import Place
from coldpress.hosts.hosts import HOSTS
from coldpress.hosts.published import PathRedirect, PatternRedirect
from coldpress.paths import is_external, path_of
from coldpress.web.site import Site

_AT_ROOT = ("github-pages", "cloudflare", "netlify", "vercel")  # hosts that have the folder at the root of a domain
_SAFE = "/%!$&'()*+,;=:@-._~"


class PlannedUrl(Protocol):
    """The part of an entry of the plan that tells whether a pattern stands for it."""

    @property
    def folder_url(self) -> str: ...

    @property
    def values(self) -> Mapping[str, Any]: ...


def links_of(site: Site) -> str:
    """Returns what the links of a site begin with."""
    return quote(site.script_root + site.url_prefix, safe=_SAFE)


def root_of(site: Site, host: str) -> str:
    """Returns what the paths of a site begin with, as a host sees them."""
    return site.url_prefix if host in _AT_ROOT else path_of(links_of(site))


def host_answers(site: Site, key: str, entries: Iterable[PlannedUrl]) -> bool:
    """Returns whether the host that the config names answers a pattern of the config, written as `key`, by itself."""
    deploy = site.config.deploy
    if deploy is None or deploy.host is None:
        return False
    root, links = root_of(site, deploy.host), links_of(site)
    return any(HOSTS[deploy.host].answers(pattern_redirect(rule, entries, site.url_prefix, root, links))
               for rule in site.config.redirects or () if rule.key == key and not rule.pattern.is_plain)


def pattern_redirect(rule: RedirectRule, entries: Iterable[PlannedUrl], prefix: str, root: str, links: str,
                     place: Place | None = None) -> PatternRedirect:
    """Returns a pattern of the config as a host sees it, of a site whose plan has these entries below `prefix`; `links`
    is what the links of the site begin with."""
    known, hides, hides_index = [], False, False
    for entry in entries:
        found, path = entry.values.get("page"), entry.folder_url.removeprefix(prefix)
        if isinstance(found, Redirect) and found.key == rule.key:
            known.append(PathRedirect(root + found.path, whole(found.to, links), found.status))
        elif not leads_on(entry):
            hides = hides or rule.pattern.match(path) is not None
            index = f"{path}index.html" if path.endswith("/") else path
            hides_index = hides_index or rule.pattern.match(index) is not None
    to = rule.to or ""
    return PatternRedirect(PathPattern(root + rule.path), PathPattern(to if is_external(to) else links + to),
                           rule.status, tuple(known), hides, hides_index, place)


def leads_on(entry: PlannedUrl) -> bool:
    """Returns whether an entry is a page that only leads on to another one."""
    return isinstance(entry.values.get("page"), Alias | Moved | Redirect)


def whole(to: str | None, links: str) -> str | None:
    """Returns the URL of a target; `links` is what the links of the site begin with."""
    return to if to is None or is_external(to) else links + to
