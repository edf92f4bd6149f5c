"""Assertions on a built site.  What they find is told as a build tells its problems."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from coldpress.check.accessibility import accessibility_problems
from coldpress.check.built_site import BuiltSite
from coldpress.check.feeds import feed_problems, feeds_of
from coldpress.check.links import broken_links
from coldpress.errors import Problem
from coldpress.report import MAX_SHOWN, format_problem


class HasSite(Protocol):
    """What assertions are made on: `coldpress_build`."""

    @property
    def site(self) -> BuiltSite: ...


def assert_no_broken_links(built: HasSite | Path, *, base_url: str = "https://example.org/") -> None:
    """Fails if a link, an image or another file that a page names is not in the built site, or if the part of the page
    to which it leads is not there.  URLs of other sites are not asked for."""
    _fail(broken_links(_site(built, base_url)), "broken link")


def assert_valid_feeds(built: HasSite | Path, *, base_url: str = "https://example.org/") -> None:
    """Fails if a feed lacks what feed readers need, or links to nothing.  A site without feeds passes."""
    site = _site(built, base_url)
    _fail((problem for file in feeds_of(site) for problem in feed_problems(site, file)), "feed mistake")


def assert_accessible(built: HasSite | Path, *paths: str, base_url: str = "https://example.org/") -> None:
    """Fails if the structure of a page keeps somebody out: no language, headings that skip a level, images without a
    description, fields without a label.  `paths` are the pages to look at, by default all.

    Only a browser can tell contrast and order of focus.
    """
    site = _site(built, base_url)
    files = [_file(site, path) for path in paths] or site.pages
    _fail((problem for file in files for problem in accessibility_problems(site, file)), "barrier")


def _site(built: HasSite | Path, base_url: str) -> BuiltSite:
    return BuiltSite(built, base_url) if isinstance(built, Path) else built.site


def _file(site: BuiltSite, path: str) -> str:
    file = site.file_at(path)
    if file is None:
        raise AssertionError(f"nothing is at `{path}`")
    return file


def _fail(problems: Iterable[Problem], what: str) -> None:
    found = list(problems)
    if found:
        shown = "\n\n".join(format_problem(problem) for problem in found[:MAX_SHOWN])
        more = f"\n\nand {len(found) - MAX_SHOWN:,} more" if len(found) > MAX_SHOWN else ""
        raise AssertionError(f"{len(found):,} {what}{'s' if len(found) > 1 else ''}\n\n{shown}{more}")
