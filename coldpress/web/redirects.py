"""What a site answers with where it has no page: the redirects of its config."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coldpress.content.aliases import Alias, Moved
from coldpress.content.page import Page
from coldpress.sources.files import SourceFile
from coldpress.web.site import Site

if TYPE_CHECKING:
    from coldpress.content.redirects import Redirect


def answer_at(site: Site, path: str) -> Page | Alias | Moved | SourceFile | Redirect | None:
    """Returns what a site answers with at a decoded path: its content, else the redirect of the config.  A page at
    the path with a slash goes before the redirect."""
    found = site.find(path)
    if found or not site.config.redirects or (not path.endswith("/") and site.find(f"{path}/")):
        return found
    return configured_redirect(site, path)


def configured_redirect(site: Site, path: str) -> Redirect | None:
    """Returns the redirect that the config of a site has for a decoded path."""
    rules = site.config.redirects
    if not rules:
        return None
    from coldpress.content.redirects import redirect_at  # noqa: PLC0415  (most sites have none)

    return redirect_at(rules, path)
