"""Old addresses of pages."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from coldpress.content.page import Page


@dataclass(frozen=True, slots=True)
class Alias:
    """An old path of a page, which redirects to it."""

    path: str
    page: Page


def alias_paths(page: Page) -> list[str]:
    """The paths a page's `aliases:` stand for: `/old` is `/old/`, and one
    without a leading slash lies beside the page."""
    paths = []
    for alias in page._document.front.aliases:
        base = posixpath.dirname(page.path.rstrip("/"))
        beside = posixpath.normpath(posixpath.join(base, alias)) + ("/" if alias.endswith("/") else "")
        path = alias if alias.startswith("/") else beside
        paths.append(path if path.endswith("/") or "." in posixpath.basename(path) else path + "/")
    return paths
