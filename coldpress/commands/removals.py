"""The URLs that a build takes away: where a page was, nothing answers any more."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coldpress.content.taxonomy import group_names, taxonomy_path
from coldpress.freeze.records import Records
from coldpress.web.extension import Coldpress

SHOWN = 10
_NUMBERED = re.compile(r"(?:.*/)?page/\d+/index\.html")


def removed_urls(site: Coldpress, records: Records, files: Iterable[str]) -> tuple[str, ...]:
    """The paths of the pages among files that go.  What was copied, lists, feeds
    and data for machines are no pages; an alias that answers now is a file that stays."""
    known = {row.file: row.endpoint for row in records.pages.values()}
    page = site.endpoints["content"]
    ours = page.removesuffix("content.content")
    lists = tuple(path.lstrip("/") for path in ("/archive/", "/search/", "/404.html", *map(
        taxonomy_path, group_names(site.config))))
    gone = []
    for file in files:
        copy = records.files.get(file)
        if not file.endswith(".html") or _NUMBERED.fullmatch(file) or (copy and copy.source):
            continue
        inside = file.removeprefix(site.url_prefix.strip("/")).lstrip("/")
        is_list = inside.startswith(lists) if file not in known else (
            known[file] != page and known[file].startswith(ours))
        if not is_list:
            gone.append("/" + (file.removesuffix("index.html") if f"/{file}".endswith("/index.html") else file))
    return tuple(sorted(gone))


def told(site: Coldpress, paths: tuple[str, ...]) -> list[str]:
    """What a build says of them, in lines: at most ten by name."""
    if not paths:
        return []
    alias = paths[0].removeprefix(site.url_prefix)
    more = [f"  and {len(paths) - SHOWN:,} more"] if len(paths) > SHOWN else []
    are = "1 URL is" if len(paths) == 1 else f"{len(paths):,} URLs are"
    return [f"{are} gone, where a page was:", *(f"  {path}" for path in paths[:SHOWN]), *more,
            f"A page that took the place of one can have it lead there: `aliases: [{alias}]` in its front matter."]
