"""Broken links of a built folder: files and parts of pages that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from coldpress.check.built_site import BuiltSite
from coldpress.errors import Problem
from coldpress.text import did_you_mean

_TOP = ("", "top")


def broken_links(site: BuiltSite) -> Iterator[Problem]:
    """Yields a problem for each URL in the pages and style sheets that leads to no file, or to no part of a page."""
    for file in site.styles:
        for at, url, target in site.urls_in_styles(file):
            if target.file is None:
                yield Problem("check.broken-link", f"nothing is at `{url}`", site.place(file, at))
    for file in site.pages:
        for at, url, target in site.references(file):
            if target.file is None:
                yield Problem("check.broken-link", f"nothing is at `{url}`", site.place(file, at),
                              did_you_mean(target.path.rstrip("/"), [page.removesuffix("/index.html")
                                                                     for page in site.files]))
            elif target.fragment not in _TOP and target.file.endswith((".html", ".htm")):
                there = site.outline(target.file)
                if target.fragment not in there.ids and target.fragment not in there.names:
                    yield Problem("check.broken-anchor", f"`{target.file}` has no part `#{target.fragment}`",
                                  site.place(file, at), did_you_mean(target.fragment, there.ids))
