"""GitHub Pages: `.nojekyll`, so that files whose names begin with `_` are published, and `CNAME`, the domain.

It has no redirects and no headers; pages that lead on do instead.  A site has 1 GB at most
(https://docs.github.com/pages/getting-started-with-github-pages/github-pages-limits).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from coldpress.errors import Problems
from coldpress.hosts.published import HostFile, PublishedSite


def github(site: PublishedSite, problems: Problems) -> list[HostFile]:
    """Returns the files that GitHub Pages reads; warns of what it cannot do."""
    site.tell_lost(site.patterns, "GitHub Pages", "has no redirects", problems)
    domain = domain_of(site.base_url)
    files = [HostFile(".nojekyll", ""), *([HostFile("CNAME", f"{domain}\n")] if domain else [])]
    return [file for file in files if file.name not in site.own]


def domain_of(base_url: str | None) -> str | None:
    """Returns the domain of one's own at which a site is published: none below `github.io`, and none for a site in
    a sub-path, as the domain is that of another repository then."""
    parts = urlsplit(base_url or "")
    host = parts.hostname if parts.path in ("", "/") else None
    return host if host and not host.endswith("github.io") else None
