"""Broken links of a built folder: files and parts of pages that are not there."""

from __future__ import annotations

from collections.abc import Iterator

from coldpress.check.built_site import BuiltSite, Target
from coldpress.check.references import PAGES
from coldpress.errors import Problem
from coldpress.text import NearNames

_TOP = ("", "top")
TEXT_FRAGMENT = ":~:"


def broken_links(site: BuiltSite) -> Iterator[Problem]:
    """Yields a problem for each URL in the pages and style sheets that leads to no file, or to no part of a page."""
    near = NearNames(sorted(page.removesuffix("/index.html") for page in site.files))
    for file in [*site.styles, *site.pages]:
        for reference in site.references(file):
            target = site.target(file, reference.url)
            if target is None:
                continue
            if target.file is None:
                name = near.nearest(target.path.rstrip("/"))
                yield Problem("check.broken-link", f"nothing is at `{reference.url}`", site.place(file, reference.at),
                              f"did you mean `{name}`?" if name else None)
            elif not has_part(site, target):
                name = NearNames(site.outline(target.file).ids).nearest(target.fragment)
                yield Problem("check.broken-anchor", f"`{target.file}` has no part `#{target.fragment}`",
                              site.place(file, reference.at), f"did you mean `#{name}`?" if name else None)


def has_part(site: BuiltSite, target: Target) -> bool:
    """Returns whether the file of a target has the part that its URL names; files that are no pages have any."""
    fragment = part_of(target.fragment)
    if not target.file or not fragment or not target.file.endswith(PAGES):
        return True
    there = site.outline(target.file)
    return fragment in there.ids or fragment in there.names


def part_of(fragment: str) -> str:
    """Returns the id that a fragment names; empty for the top of a page, and for a text to be shown."""
    fragment = fragment.partition(TEXT_FRAGMENT)[0]
    return "" if fragment.lower() in _TOP else fragment
