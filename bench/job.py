"""Whether a build did its job: after the first one all that is asked for must
be there, after an edit all pages that show it must show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corpus import Post, post
from edits import RESTORED, Edit, Site

FEED = 20


def faults(site: Site, edit: Edit) -> list[str]:
    """Names of what a build lacks: `missing: …` of a cold one, `stale: …` after an edit."""
    if edit.case == "cold":
        return [f"missing: {name}" for name, ok in _whole(site) if not ok]
    if edit.case in {"nothing", RESTORED}:
        return []
    return sorted({f"stale: {'neighbour' if about in edit.neighbours else kind}"
                   for kind, about, text in _shown(site, edit)
                   if kind in site.tool.places and not _has(site, kind, about, text)})


def pages(site: Site) -> int:
    """How many HTML pages the output has."""
    return sum(1 for _ in (site.folder / site.tool.output).rglob("*.html"))


def _whole(site: Site) -> Iterator[tuple[str, bool]]:
    """Everything the job asks for, but for the kinds of page the tool hasn't got."""
    about, newest = post(site.count // 2 // 2 * 2, site.count), post(site.count - 1, site.count)
    number = int(about.name.split("-")[1])
    page = "".join(_texts(site, "post", about))
    yield "code highlighted", bool(re.search(r"<pre.*?<span.*?</pre>", page, re.DOTALL))
    for beside in (post(number - 1, site.count), post(number + 1, site.count)):
        yield f"link to {beside.name}", beside.title in page and beside.name in page
    wanted = {
        "post": about.title, "list": newest.summary, "tag": about.title, "category": about.title,
        "tags": about.tags[0], "categories": about.category, "archive": about.title, "feed": newest.title,
        "sitemap": about.name, "own": "",
    }
    for kind in site.tool.places:
        yield kind, _has(site, kind, about, wanted[kind])
    archive, feed = "".join(_texts(site, "archive", about)), "".join(_texts(site, "feed", about))
    if "archive" in site.tool.places:
        yield f"the year {about.date.year} in the archive", bool(re.search(rf"<h2[^>]*>{about.date.year}<", archive))
    if "feed" in site.tool.places:
        yield f"{FEED} entries in the feed", len(re.findall(r"<(?:entry|item)\b", feed)) == min(FEED, site.count)


def _shown(site: Site, edit: Edit) -> Iterator[tuple[str, Post, str]]:
    """Kind of page, the post it is about, and the text that must be on it."""
    about, mark = edit.post, edit.mark
    if edit.case == "template":
        for some in (post(0, site.count), about, post(site.count - 1, site.count)):
            yield "post", some, mark
        for kind in ("list", "tag", "category", "tags", "categories", "archive", "own"):
            yield kind, about, mark
        return
    yield "post", about, mark
    if edit.case == "body":
        return
    for beside in edit.neighbours:
        yield "post", beside, mark
    for kind in ("list", "tag", "category", "archive"):
        yield kind, about, mark
    if edit.case == "title":
        yield "tags", about, mark
    else:
        yield "feed", about, mark
        yield "sitemap", about, about.name


def _has(site: Site, kind: str, about: Post, text: str) -> bool:
    return any(text in found for found in _texts(site, kind, about))


def _texts(site: Site, kind: str, about: Post) -> Iterator[str]:
    """The pages of a kind that are about a post."""
    for pattern in site.tool.places.get(kind, ()):
        filled = pattern.format(name=about.name, tag=about.tags[0], category=about.category)
        for path in _found(site.folder / site.tool.output, filled):
            yield path.read_text("utf-8", "replace")


def _found(output: Path, pattern: str) -> Iterator[Path]:
    return (path for path in output.glob(pattern) if path.is_file())
